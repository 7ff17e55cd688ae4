"""Write analyzer/privacy/names/places.txt: names of places and how large they are, from numbering plans and Babel.

    .venv/bin/python benchmarks/names/make_places.py

The places are those of phonenumbers' geocoding data (Apache-2.0): a place with many number prefixes is a large one.
Countries come from Babel (BSD, Unicode CLDR), in six languages. Sizes are 1 (few prefixes) to 3 (thirty or more).
"""

import re
from collections import Counter
from pathlib import Path

from babel import Locale
from phonenumbers.geodata import GEOCODE_DATA

from analyzer.privacy.names.gazetteer import fold_name

OUT = Path(__file__).resolve().parents[2] / "analyzer" / "privacy" / "names" / "places.txt"
COUNTRY_CODES = tuple("1 44 353 49 43 41 33 32 31 34 39 61 64 52 27 351 48 46 47 45 30 36 420 54 55 56 57".split())
LANGUAGES = frozenset("en de fr es nl it pt pl sv da no cs hu".split())
COUNTRIES = ("en", "de", "fr", "es", "nl", "it")
PLACE = re.compile(r"[^\W\d_][^\W\d_'’. -]*(?:[ '’.-]+[^\W\d_]+){0,3}")


def main() -> None:
    prefixes = Counter[str]()
    for prefix, names in GEOCODE_DATA.items():
        if prefix.startswith(COUNTRY_CODES):
            found = {fold_name(place) for code, name in names.items() if code in LANGUAGES for place in places_in(name)}
            prefixes.update(found)
    sizes = {place: 1 + (count >= 5) + (count >= 30) for place, count in prefixes.items()}
    for code in COUNTRIES:
        for territory, name in Locale(code).territories.items():
            if territory.isalpha() and PLACE.fullmatch(name):
                sizes[fold_name(name)] = 3
    lines = [f"{size}\t{place}" for place, size in sorted(sizes.items()) if len(place) > 2]
    head = "# Places, folded, with their size; written by benchmarks/names/make_places.py."
    OUT.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    print(f"{len(lines)} places")


def places_in(name: str) -> list[str]:
    """Return the places of an entry such as "Austin, TX" or "Cork/Kinsale"."""
    parts = re.split(r"/", re.sub(r"\(.*?\)|,.*| - .*", "", name))
    return [part.strip() for part in parts if PLACE.fullmatch(part.strip())]


if __name__ == "__main__":
    main()
