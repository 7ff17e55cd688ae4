"""Write the invented demo feedback of "Norvik Home": feedback.csv and planted.jsonl.

The texts are in material/; this script only chooses, joins, dates and numbers them. It uses only the standard library
and a fixed seed, so that every run writes the same bytes:

    python examples/make_feedback.py [FOLDER]
"""

from __future__ import annotations

import base64
import csv
import json
import random
import re
import sys
import tomllib
from calendar import monthrange
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MATERIAL = HERE / "material"
YEAR = 2024
SEED = 20240101
JOINED_COMMENTS = 250
VARIED_COMMENTS = 75
WHOLE_ROW_REPEATS = 3
CLAUSE_USES = 8
CUSTOMERS = 520
PHYSICAL_KINDS = ("sofa", "lamp", "kitchen", "bedding", "flatpack")

MARK = re.compile(r"\[\[([A-Z_]+)\|(.*?)\]\]")
SLOT = re.compile(r"\{([a-z]+)\}")
BASE64 = re.compile(r"\{json:(\{.*?\})\}")
COLUMNS = (
    "comment_id",
    "date",
    "channel",
    "product",
    "region",
    "rating",
    "customer_ref",
    "comment",
    "survey_url",
)


@dataclass(frozen=True)
class Line:
    """One hand-written line of a material file."""

    section: str
    rating: int
    kind: str
    text: str
    months: tuple[int, int] = (1, 12)
    times: int = 1

    @property
    def trend(self) -> str:
        """Return the name of the month weights of this line."""
        return f"{self.section}_{'good' if self.rating > 3 else 'bad'}"


@dataclass(frozen=True)
class Planted:
    """One piece of invented personal data, and the column that contains it."""

    type: str
    value: str
    column: str = "comment"


@dataclass
class Row:
    """One row of the CSV, with its source and planted data."""

    source: str
    date: date
    channel: str
    product: str
    region: str
    rating: int
    comment: str
    survey_url: str = ""
    customer_ref: str = ""
    comment_id: str = ""
    planted: list[Planted] = field(default_factory=list)


def read_sections(name: str) -> list[tuple[str, str]]:
    """Return (section, line) for every line of a material file that is neither blank nor a comment."""
    section, found = "", []
    for raw in (MATERIAL / name).read_text(encoding="utf-8").splitlines():
        if raw.startswith("[") and raw.endswith("]") and not raw.startswith("[["):
            section = raw[1:-1]
        elif raw.strip() and not raw.startswith("# "):
            found.append((section, raw))
    return found


def parse_line(section: str, raw: str) -> Line:
    """Parse "rating kind [mA-B] [xN] :: text"."""
    head, text = raw.split(" :: ", 1)
    rating, kind, *options = head.split()
    line = Line(section, int(rating), kind, text.replace("\\n", "\n"))
    for option in options:
        numbers = [int(part) for part in option[1:].split("-")]
        times = numbers[0] if option[0] == "x" else line.times
        months = (numbers[0], numbers[-1]) if option[0] == "m" else line.months
        line = replace(line, times=times, months=months)
    return line


def read_lines(name: str) -> list[Line]:
    """Parse a whole material file."""
    return [parse_line(section, raw) for section, raw in read_sections(name)]


def take_marks(text: str, column: str) -> tuple[str, list[Planted]]:
    """Return a text without its [[TYPE|value]] marks, and the values they marked."""
    text, *inner = text.split(" ++ ")
    planted = [Planted(kind, value, column) for kind, value in MARK.findall(text)]
    for part in inner:
        kind, value = part.strip().split("|", 1)
        planted.append(Planted(kind, value, column))
    return MARK.sub(r"\2", text), planted


def capital(text: str) -> str:
    """Return a text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


class Writer:
    """Makes rows from the material with one seeded random generator."""

    def __init__(self, rng: random.Random, shop: dict[str, Any]) -> None:
        self.rng = rng
        self.shop = shop
        self.seen: set[str] = set()

    def pick_date(self, lines: list[Line]) -> date:
        """Choose a day within the lines' months, following the trends of their themes."""
        months = self.shop["months"]
        weights = [float(weight) for weight in months["default"]]
        for line in lines:
            trend = months.get(line.trend, [1] * 12)
            first, last = line.months
            weights = [w * trend[m] if first <= m + 1 <= last else 0.0 for m, w in enumerate(weights)]
        if not any(weights):
            return self.pick_date(lines[:1])
        month = self.rng.choices(range(1, 13), weights)[0]
        return date(YEAR, month, self.rng.randint(1, monthrange(YEAR, month)[1]))

    def pick_product(self, kind: str) -> tuple[str, str]:
        """Choose a product of a kind, and a word that people use for it."""
        if kind == "app":
            return self.shop["app_product"], "app"
        products = self.shop["products"][kind]
        product = self.rng.choice(list(products))
        return product, self.rng.choice(products[product])

    def fill(self, text: str, spoken: str, kind: str) -> str:
        """Fill the {slots} of a comment."""
        slots: dict[str, list[str]] = self.shop["slots"] | {"price": self.shop["prices"][kind]}
        return SLOT.sub(lambda slot: spoken if slot[1] == "p" else self.rng.choice(slots[slot[1]]), text)

    def make_row(self, source: str, lines: list[Line], text: str, rating: int) -> Row:
        """Build a row around a comment: product, date, channel, region."""
        kinds = [line.kind for line in lines if line.kind != "any"]
        kind = kinds[0] if kinds else self.rng.choice(PHYSICAL_KINDS)
        product, spoken = self.pick_product(kind)
        channels = self.shop["channels"]
        channel = self.rng.choice(channels.get(lines[-1].section, channels["default"]))
        comment, planted = take_marks(text, "comment")
        foreign = source in ("fr", "de", "es")
        region = self.shop["foreign_region"] if foreign else self.rng.choice(self.shop["regions"])
        comment = self.fill(comment, spoken, kind)
        return Row(source, self.pick_date(lines), channel, product, region, rating, comment, planted=planted)

    def from_line(self, source: str, line: Line) -> Row:
        """Make the row of one hand-written line."""
        return self.make_row(source, [line], line.text, line.rating)

    def join(self, first: Line, second: Line) -> tuple[str, int]:
        """Join two clauses into a comment, and rate it."""
        joins = self.shop["joins"]
        if first.rating == second.rating:
            mood = "good" if first.rating == 5 else "bad"
            rating = self.rng.choice((4, 5, 5) if mood == "good" else (1, 1, 2))
        else:
            mood = "mixed_good_first" if first.rating == 5 else "mixed_bad_first"
            rating = self.rng.choice((2, 3, 3, 4))
        shape = self.rng.choice(joins[mood])
        after = second.text.replace("the {p}", "it") if "{p}" in first.text else second.text
        text = shape.format(a=capital(first.text), b=after, B=capital(after))
        return self.add_tail(text, mood.split("_", maxsplit=1)[0]), rating

    def add_tail(self, text: str, mood: str) -> str:
        """Append a short remark to some comments."""
        if self.rng.random() > 0.3:
            return text
        stop = "" if text[-1] in ".!?" else "."
        return f"{text}{stop} {self.rng.choice(self.shop['tails'][mood])}"

    def open_up(self, text: str) -> str:
        """Begin some comments with a greeting."""
        if self.rng.random() > 0.15 or "\n" in text:
            return text
        opener: str = self.rng.choice(self.shop["openers"]["any"])
        lower = text if text.startswith(("I ", "I'")) or opener.endswith(". ") else text[0].lower() + text[1:]
        return opener + lower

    def roughen(self, text: str) -> str:
        """Roughen some comments: lower case, no full stop, a typing error."""
        draw = self.rng.random()
        if draw < 0.2:
            text = text.lower().rstrip(".")
        if 0.12 < draw < 0.28:
            words = [word for word in self.shop["typos"] if re.search(rf"\b{word}\b", text)]
            if words:
                word = self.rng.choice(words)
                text = re.sub(rf"\b{word}\b", self.shop["typos"][word], text, count=1)
        return text

    def is_new(self, text: str) -> bool:
        """Record a comment; return False if the same words were recorded before."""
        key = " ".join(re.findall(r"\w+", text.casefold())) or text
        fresh = key not in self.seen
        self.seen.add(key)
        return fresh

    def compatible(self, first: Line, second: Line) -> bool:
        """Return whether two clauses fit into one comment."""
        kinds = {first.kind, second.kind} - {"any"}
        overlap = max(first.months[0], second.months[0]) <= min(first.months[1], second.months[1])
        product_named = "{p}" in first.text + second.text and "app" in kinds
        return first.section != second.section and len(kinds) < 2 and overlap and not product_named

    def joined_rows(self, clauses: list[Line], wanted: int) -> list[Row]:
        """Make comments of two clauses each, all different, with at most CLAUSE_USES uses of a clause."""
        rows: list[Row] = []
        used: Counter[Line] = Counter()
        weights = [self.shop["emphasis"].get(clause.trend, 1) for clause in clauses]
        while len(rows) < wanted:
            first, second = self.rng.choices(clauses, weights, k=2)
            if not self.compatible(first, second) or max(used[first], used[second]) >= CLAUSE_USES:
                continue
            text, rating = self.join(first, second)
            row = self.make_row("joined", [first, second], text, rating)
            row.comment = self.roughen(self.open_up(row.comment))
            if self.is_new(row.comment):
                used.update((first, second))
                rows.append(row)
        return rows

    def varied_rows(self, lines: list[Line], wanted: int) -> list[Row]:
        """Make variants of hand-written lines with another product, other figures and another style."""
        rows: list[Row] = []
        short = [line for line in lines if "{" in line.text and len(line.text.split()) < 26]
        for line in self.rng.sample(short, wanted):
            mood = "mixed" if line.rating == 3 else "good" if line.rating > 3 else "bad"
            row = self.from_line("varied", line)
            row.comment = self.roughen(self.open_up(self.add_tail(row.comment, mood)))
            while not self.is_new(row.comment):
                row.comment = f"{row.comment.rstrip('.')}. {self.rng.choice(self.shop['tails'][mood])}"
            rows.append(row)
        return rows

    def plain_rows(self, source: str, lines: list[Line]) -> list[Row]:
        """Make the rows of hand-written lines, each as often as it says."""
        rows = []
        for line in lines:
            rows += [self.from_line(source or line.section, line) for _ in range(line.times)]
            if not self.is_new(rows[-1].comment):
                raise ValueError(f"written twice: {line.text}")
        return rows

    def all_rows(self) -> list[Row]:
        """Make all rows."""
        comments = read_lines("comments.txt")
        rows = self.plain_rows("written", comments)
        rows += self.plain_rows("", read_lines("other_languages.txt"))
        rows += self.plain_rows("planted", read_lines("planted.txt"))
        rows += self.plain_rows("", read_lines("special.txt"))
        rows += self.varied_rows(comments, VARIED_COMMENTS)
        rows += self.joined_rows(read_lines("fragments.txt"), JOINED_COMMENTS)
        return rows

    def add_surveys(self, rows: list[Row]) -> None:
        """Add a survey link to some rows: each personal link once, each clean one three times."""
        links = read_sections("surveys.txt")
        urls = [url for section, url in links for _ in range(3 if section == "clean" else 1)]
        hosts = self.rng.sample([row for row in rows if not row.planted], len(urls))
        for row, url in zip(hosts, urls, strict=True):
            row.survey_url, found = take_marks(BASE64.sub(encode_json, url), "survey_url")
            row.planted += found

    def add_customers(self, rows: list[Row]) -> None:
        """Add customer references; some customers write often, none twice in the same words."""
        refs = [f"C-{number}" for number in sorted(self.rng.sample(range(10000, 13000), CUSTOMERS))]
        frequent = ["C-10423", *refs[:: len(refs) // 40]]
        used: set[tuple[str, str]] = set()
        for row in rows:
            ref = ""
            while not ref or (ref, row.comment) in used:
                ref = self.rng.choice(frequent if self.rng.random() < 0.2 else refs)
            used.add((ref, row.comment))
            row.customer_ref = ref


def encode_json(found: re.Match[str]) -> str:
    """Encode JSON in base64, as survey tools do in links."""
    return base64.urlsafe_b64encode(found[1].encode()).decode()


def build_rows() -> list[Row]:
    """Make, date, number and order all rows, with whole-row repeats."""
    rng = random.Random(SEED)
    with (MATERIAL / "catalogue.toml").open("rb") as file:
        writer = Writer(rng, tomllib.load(file))
    rows = writer.all_rows()
    writer.add_surveys(rows)
    rng.shuffle(rows)
    rows.sort(key=lambda row: row.date)
    writer.add_customers(rows)
    for number, row in enumerate(rows, start=1):
        row.comment_id = f"FB-{number:04d}"
    plain = [place for place, row in enumerate(rows) if row.source == "written"]
    for place in sorted(rng.sample(plain, WHOLE_ROW_REPEATS), reverse=True):
        rows.insert(place + 1, replace(rows[place], source="whole-row repeat"))
    return rows


def write_csv(rows: list[Row], path: Path) -> None:
    """Write the rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(row) for row in rows)


def write_planted(rows: list[Row], path: Path) -> None:
    """Write one line per planted value; raise ValueError if a value is not in its column."""
    lines = []
    for row in rows:
        for item in row.planted:
            if item.value not in getattr(row, item.column):
                raise ValueError(f"{row.comment_id}: {item.value!r} is not in its {item.column}")
            lines.append(json.dumps({"comment_id": row.comment_id, **asdict(item)}, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Write both files and print what is in them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    rows = build_rows()
    write_csv(rows, folder / "feedback.csv")
    write_planted(rows, folder / "planted.jsonl")
    print(f"{len(rows)} rows in {folder / 'feedback.csv'}")
    for source, count in Counter(row.source for row in rows).most_common():
        print(f"  {count:4d} {source}")
    kinds = Counter(item.type for row in rows for item in row.planted)
    print(f"{kinds.total()} planted values in {folder / 'planted.jsonl'}")
    for kind, count in kinds.most_common():
        print(f"  {count:4d} {kind}")


if __name__ == "__main__":
    main()
