"""The area Privacy of Admin over a real store with fake models: what was replaced, decisions, a checked sample."""

import pytest
from test_pages import ADMIN, filled, held, show, tab  # noqa: F401 - fixtures


def texts(app):
    return "\n".join(
        [
            *(m.value for m in app.markdown),
            *(i.value for i in app.info),
            *(s.value for s in app.success),
            *(c.value for c in app.caption),
        ]
    )


def press(app, label):
    button = next(button for button in app.button if button.label.startswith(label))
    return button.click().run()


@pytest.fixture
def doubted(held, tmp_path):  # noqa: F811
    from fakes import write_csv

    rows = [{"id": f"D-{n}", "comment": f"The man at desk {n} was called Zorblax, what a name."} for n in range(3)]
    rows += [{"id": "D-9", "comment": "Ann Lee was kind."}]
    held.ingest([write_csv(tmp_path / "doubt.csv", rows)])
    return held


def test_an_empty_workspace_says_what_to_do(held):  # noqa: F811
    app = show(ADMIN)
    assert "Nothing has been imported yet" in texts(app)
    assert "The review queue is empty" in texts(tab(app, "Review queue"))


def test_it_says_what_was_replaced_and_that_nobody_has_checked(filled):  # noqa: F811
    app = show(ADMIN)
    (risk,) = filled.privacy.report().imports
    assert risk.altered >= 1
    assert f"{risk.altered} altered" in texts(app)
    assert "No sample has been checked yet" in texts(app)


def test_a_denied_term_is_masked_at_once_and_can_be_taken_back(doubted):
    entry = next(entry for entry in doubted.privacy.queue().entries if entry.kind == "kept")
    app = tab(show(ADMIN), "Review queue")
    app.button(key=f"deny-{entry.id}").click().run()
    assert not app.exception
    assert "Masked in 3 comments" in texts(app)
    assert all("Zorblax" not in record.text for record in doubted.feedback.browse())
    press(app, "Undo")
    assert "Undone" in texts(app)
    assert doubted.privacy.terms().terms == ()


def test_a_sample_that_was_checked_gives_a_bound(filled):  # noqa: F811
    app = tab(show(ADMIN), "Check a sample")
    press(app, "Draw a sample")
    assert len(app.checkbox) == 20
    app.checkbox[3].check()
    press(app, "Save this check")
    assert not app.exception
    check = filled.privacy.report().samples[-1]
    assert (check.size, check.misses) == (20, 1)
    assert "With personal data left" in {metric.label for metric in app.metric}


def test_a_check_that_finds_nothing_still_gives_a_bound(filled):  # noqa: F811
    app = tab(show(ADMIN), "Check a sample")
    press(app, "Draw a sample")
    press(app, "Save this check")
    assert filled.privacy.report().samples[-1].misses == 0
    assert 0 < filled.privacy.report().samples[-1].upper_bound < 0.2
