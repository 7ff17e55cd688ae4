"""SQL on the stance of clauses, and on the themes and stances of the opinions of a comment."""

POLARITY = (
    "CASE WHEN c.negative >= c.positive AND c.negative >= 1 - c.negative - c.positive THEN 0 "
    "WHEN c.positive >= 1 - c.negative - c.positive THEN 2 ELSE 1 END"
)
"""The polarity of a clause: 0 negative, 1 neutral, 2 positive, whichever is most probable; ties are negative if
negative is among them, else positive."""
THEMES_OF_COMMENT = (
    "(SELECT group_concat(x.theme_id, '; ') FROM (SELECT p.theme_id FROM opinions o JOIN placements p USING(clause_id) "
    "WHERE o.text_id = f.text_id UNION SELECT s.parent FROM opinions o JOIN placements p USING(clause_id) "
    "JOIN themes s USING(theme_id) WHERE o.text_id = f.text_id AND s.parent != '') x)"
)
"""Ids of the themes of a comment of `feedback f`, and of their groups; NULL for none."""
STANCES_OF_COMMENT = (
    "(SELECT group_concat(x.stance, '; ') FROM (SELECT DISTINCT "
    f"CASE {POLARITY} WHEN 0 THEN 'negative' WHEN 2 THEN 'positive' ELSE 'neutral' END AS stance "
    "FROM opinions o JOIN clauses c USING(clause_id) WHERE o.text_id = f.text_id) x)"
)
"""The stances of the opinions of a comment: negative, neutral, positive; NULL for a text that is not split yet."""
