"""Yes and no, and cells with several options."""

import pytest

from analyzer.ingest.values.choices import boolean_labels, multi_separator, options_in


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ("Yes|No", ("No", "Yes")),
        ("ja|nein", ("nein", "ja")),
        ("Oui|Non", ("Non", "Oui")),
        ("Sí|No", ("No", "Sí")),
        ("ja|nee", ("nee", "ja")),
        ("Sì|No", ("No", "Sì")),
        ("TRUE|FALSE", ("FALSE", "TRUE")),
        ("Yes", ("No", "Yes")),
        ("JA", ("NEIN", "JA")),
    ],
)
def test_pairs_are_recognized_in_six_languages(values: str, labels: tuple[str, str]) -> None:
    assert boolean_labels(dict.fromkeys(values.split("|"), 3)) == labels


@pytest.mark.parametrize("values", ["Yes|No|Maybe", "0|1", "Good", "North|South"])
def test_other_values_are_no_pair(values: str) -> None:
    assert boolean_labels(dict.fromkeys(values.split("|"), 3)) is None


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["North;South;", "North;"], ";"),
        (["North;South", "South;North", "North"], ";"),
        (["Price, Staff", "Price", "Staff", "Staff, Price"], ","),
        (["App|Web", "App", "Web|Shop", "Shop"], "|"),
        (['["App","Web"]', '["App"]'], "[]"),
        (["['App', 'Web']", "['App']"], "[]"),
        (["Leeds, UK", "York, UK"], ""),
        (["Too slow, rude", "fine, ok"], ""),
        (["1,5", "2,5", "1,5"], ""),
        (["Doe; Jane", "Roe; Rick"], ""),
    ],
)
def test_options_are_told_from_lists_of_other_things(cells: list[str], separator: str) -> None:
    counts = {cell: cells.count(cell) * 3 for cell in cells}
    assert multi_separator(counts) == separator


def test_options_are_split_without_empty_ones() -> None:
    assert options_in("North; South ;;North;", ";") == ["North", "South"]
    assert options_in('["a, b", "c"]', "[]") == ["a, b", "c"]
