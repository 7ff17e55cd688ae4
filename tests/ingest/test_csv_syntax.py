"""How delimited text is written: delimiters, quotes, line breaks, encodings, and traces of spreadsheets."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import InputFileError
from analyzer.ingest.readers.encodings import find_encoding, open_text
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.read_options import ReadOptions
from analyzer.ingest.readers.source_file import open_source
from analyzer.ingest.readers.source_table import BadRow, SourceRow, SourceTable
from analyzer.ingest.typing import profile


def open_bytes(folder: Path, content: bytes, name: str = "a.csv") -> SourceTable:
    path = folder / name
    path.write_bytes(content)
    return open_table(path)


def open_csv(folder: Path, text: str) -> SourceTable:
    return open_bytes(folder, text.encode())


def cells(table: SourceTable) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows() if isinstance(row, SourceRow)]


@pytest.mark.parametrize(
    ("text", "header", "first"),
    [
        (
            "Note, gesamt;Kommentar\n4,5;Wartezeit viel zu lang\n3,5;Personal sehr freundlich\n",
            ("Note, gesamt", "Kommentar"),
            ("4,5", "Wartezeit viel zu lang"),
        ),
        (
            "Note, moyenne;Prix, total;Avis\n4,5;1 200,50;attente trop longue\n3,0;900,00;personnel aimable\n",
            ("Note, moyenne", "Prix, total", "Avis"),
            ("4,5", "1 200,50", "attente trop longue"),
        ),
        (
            "Cijfer\tOpmerking\n7,5\tlang gewacht, maar goed\n8,0\tprima, snel\n",
            ("Cijfer", "Opmerking"),
            ("7,5", "lang gewacht, maar goed"),
        ),
        (
            'Score, "How, exactly?"\n5, "well, fine"\n4, "so, so"\n',
            ("Score", "How, exactly?"),
            ("5", "well, fine"),
        ),
        ('"sep=;"\nid;comment\n1;fine, thanks\n', ("id", "comment"), ("1", "fine, thanks")),
        ("'id','comment'\n'1','good, but late'\n'2','it''s fine'\n", ("id", "comment"), ("1", "good, but late")),
        ("Date|Comment\n2024-03-01|good, but slow; really\n2024-03-02|fine\n", ("Date", "Comment"), None),
    ],
)
def test_the_delimiter_makes_the_best_table(tmp_path: Path, text: str, header: tuple, first: tuple | None) -> None:
    table = open_csv(tmp_path, text)
    assert table.header == header
    if first is not None:
        assert cells(table)[0] == first


@pytest.mark.parametrize(
    "text",
    [
        "Comment\nlate, dirty\nslow, rude\n",
        "What could be better?\nthe price, the queue, the parking\nnothing\nstaff, tone; opening hours\n",
        "Kommentar\nteuer; langsam\nalles gut\nimmer wieder gerne, danke\n",
    ],
)
def test_signs_in_sentences_are_no_delimiters(tmp_path: Path, text: str) -> None:
    assert cells(open_csv(tmp_path, text)) == [(line,) for line in text.splitlines()[1:]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            '"comment","score"\n"he said \\"never again\\", the slot was moved","1"\n"friendly staff","5"\n',
            [('he said "never again", the slot was moved', "1"), ("friendly staff", "5")],
        ),
        (
            '"id";"Kommentar"\n"1";"das \\"Premium\\"-Paket; viel zu teuer"\n"2";"C:\\\\Ordner ist leer"\n',
            [("1", 'das "Premium"-Paket; viel zu teuer'), ("2", "C:\\\\Ordner ist leer")],
        ),
    ],
)
def test_quotes_after_a_backslash_are_part_of_the_cell(tmp_path: Path, text: str, rows: list) -> None:
    table = open_csv(tmp_path, text)
    assert cells(table) == rows
    assert any("backslash" in note for note in table.notes)


def test_a_backslash_at_the_end_of_a_cell_is_kept(tmp_path: Path) -> None:
    assert cells(open_csv(tmp_path, '"path","n"\n"C:\\",1\n"D:\\",2\n')) == [("C:\\", "1"), ("D:\\", "2")]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "Date,Comment\n2024-03-01,first paragraph of the letter\nSecond paragraph: the refund is missing\n"
            "2024-03-02,friendly counter staff found my size\n",
            [
                ("2024-03-01", "first paragraph of the letter\nSecond paragraph: the refund is missing"),
                ("2024-03-02", "friendly counter staff found my size"),
            ],
        ),
        (
            "Kundennummer;Kommentar\n4711;Ware kam zu spät\nund war noch\nbeschädigt; schade\n4712;alles in Ordnung\n"
            "4713;sehr zufrieden damit\n",
            [
                ("4711", "Ware kam zu spät\nund war noch\nbeschädigt; schade"),
                ("4712", "alles in Ordnung"),
                ("4713", "sehr zufrieden damit"),
            ],
        ),
        (
            "Nr;Kommentar;Note\nA1;Die Ware kam zu spät\nund niemand hat angerufen;2\nA2;alles in Ordnung hier;5\n",
            [
                ("A1", "Die Ware kam zu spät\nund niemand hat angerufen", "2"),
                ("A2", "alles in Ordnung hier", "5"),
            ],
        ),
        (
            "Date,Score,Comment\n01/03/2024,1,le colis est en retard\n\nde plus, personne n'a rappelé\nvraiment, non\n"
            "02/03/2024,5,tout était parfait pour moi\n03/03/2024,4,rien à dire de plus\n",
            [
                (
                    "01/03/2024", "1",
                    "le colis est en retard\n\nde plus, personne n'a rappelé\nvraiment, non",
                ),
                ("02/03/2024", "5", "tout était parfait pour moi"),
                ("03/03/2024", "4", "rien à dire de plus"),
            ],
        ),
    ],
)  # fmt: skip
def test_line_breaks_without_quotes_are_joined_where_it_is_certain(tmp_path: Path, text: str, rows: list) -> None:
    table = open_csv(tmp_path, text)
    assert cells(table) == rows
    assert any("a line break was not quoted" in note for note in table.notes)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            "ID,Date,Comment\n1,2024-03-01,Dear team,\n\nI was, frankly, shocked.\nRegards\n2,2024-03-02,fine with me\n"
            "3,2024-03-03,all good here\n",
            ("1", "2024-03-01", "Dear team\n\nI was, frankly, shocked.\nRegards"),
        ),
        (
            "Comment,Score\nfirst part of it\nand the second part,4\nfine with me today,5\nall good here again,3\n",
            ("first part of it\nand the second part", "4"),
        ),
    ],
)
def test_delimiters_and_breaks_in_the_one_comment_are_part_of_it(tmp_path: Path, text: str, first: tuple) -> None:
    assert cells(open_csv(tmp_path, text))[0] == first


def test_lines_quoted_as_a_whole_are_unwrapped(tmp_path: Path) -> None:
    table = open_csv(tmp_path, '"id,score,comment"\n"1,4,""fine, really"""\n"2,3,too late"\n')
    assert (table.header, cells(table)[0]) == (("id", "score", "comment"), ("1", "4", "fine, really"))


def test_lines_that_fit_nowhere_are_bad_rows_and_said(tmp_path: Path) -> None:
    text = "Date,Liked,Disliked\n2024-03-01,the staff were kind,the queue was long\nand much more of that kind\n"
    table = open_csv(tmp_path, text + "2024-03-02,the price was fair,the shop was cold\n")
    rows = list(table.rows())
    assert [type(row) for row in rows] == [SourceRow, BadRow, SourceRow]
    assert any("1 line not read" in note for note in table.notes)


def test_rows_with_fewer_cells_are_said(tmp_path: Path) -> None:
    table = open_csv(tmp_path, "Date,Score,Comment\n2024-03-01,1\n2024-03-02,2,fine with me\n2024-03-03,2,too late\n")
    assert cells(table)[0] == ("2024-03-01", "1", "")
    assert any("1 row with fewer cells than the header" in note for note in table.notes)


@pytest.mark.parametrize(
    ("codec", "lines"),
    [
        ("cp1250", ["kolejka była zbyt długa, obsługa życzliwa", "świetna jakość, dziękuję", "źle oświetlony parking"]),
        ("cp1250", ["obsluha byla příjemná", "čekání příliš dlouhé", "děkuji, ještě přijdu"]),
        ("cp1254", ["çok güzel ve hızlı", "kargo geç geldi, ürün iyi", "teşekkürler, iş görüyor"]),
        ("mac_roman", ["réponse très rapide", "qualité déçue", "à l’accueil, ça va"]),
        ("mac_roman", ["Wartezeit zu lang für mich", "schöne Räume, freundlich", "Größe passt, heiß gewünscht"]),
        ("cp1252", ["réponse très rapide", "qualité déçue", "à l’accueil, ça va"]),
        ("cp1252", ["Wartezeit zu lang für mich", "schöne Räume", "Größe passt"]),
        ("cp1252", ["¿por qué tan caro?", "mañana vuelvo", "está todo muy bien, ¡gracias!"]),
        ("cp1250", ["Nagyon hosszú várakozás, őszintén", "kedves és gyors ügyintéző", "jó lenne több időt kapni"]),
        ("iso8859_2", ["świetna jakość, przesyłka", "źle oświetlony parking", "dziękuję, obsługa życzliwa"]),
        ("iso8859_15", ["le café coûte 3 €, trop cher", "déçu", "très bien"]),
        ("cp1252", ["Das war Ärger pur", "ÜBERTEUERT", "Preis 5 € zu hoch", "œuf, cœur, naïf", "L’attente…"]),
        ("shift_jis", ["待ち時間が長すぎます", "スタッフはとても親切でした", "アプリが何度も落ちる"]),
        ("utf-16-le", ["réponse très rapide", "déçu", "bien"]),
        ("cp850", ["réponse très rapide", "qualité déçue", "à refaire"]),
        ("cp1251", ["очень долго ждал ответа", "персонал приятный", "всё хорошо, спасибо"]),
        ("utf-16", ["réponse très rapide", "kolejka była długa", "schöne Räume"]),
    ],
)
def test_the_encoding_follows_from_the_letters(tmp_path: Path, codec: str, lines: list[str]) -> None:
    table = open_bytes(tmp_path, "\n".join(["Comment", *lines, ""]).encode(codec))
    assert [row[0] for row in cells(table)] == lines


def test_a_doubtful_encoding_is_said_with_one_word_in_two_readings(tmp_path: Path) -> None:
    table = open_bytes(tmp_path, "Comment\nkolejka była długa\nobsługa życzliwa\n".encode("cp1250"))
    assert "encoding guessed as CP1250; check accented letters, such as była or by³a" in table.notes


@pytest.mark.parametrize("other", ["cp1252", "cp1250"])
def test_lines_in_two_encodings_are_each_read_in_their_own(tmp_path: Path, other: str) -> None:
    text = "qualité déçue, à revoir" if other == "cp1252" else "obsługa życzliwa, dziękuję, świetna jakość, żółw, źle"
    good = "réponse très rapide" if other == "cp1252" else "świetna obsługa, dziękuję"
    lines = [b"Comment", good.encode(), *[text.encode(other)] * 3, *[good.encode()] * 5, b""]
    table = open_bytes(tmp_path, b"\n".join(lines))
    assert [row[0] for row in cells(table)] == [good, *[text] * 3, *[good] * 5]
    assert "mixed" in table.notes[0]


def test_the_user_can_name_encoding_and_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("a:b\nżółw:1\n".encode("cp1250"))
    table = open_table(path, options=ReadOptions(encoding="cp1250", delimiter=":"))
    assert (table.header, cells(table)) == (("a", "b"), [("żółw", "1")])
    with pytest.raises(InputFileError, match="no encoding 'klingon'"):
        open_table(path, options=ReadOptions(encoding="klingon"))


@given(text=st.text(st.sampled_from("abc éèüñß\n"), max_size=300))
def test_western_letters_survive_cp1252(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("enc") / "a.csv"
    path.write_bytes(b"x" + text.encode("cp1252"))
    source = open_source(path)
    encoding = find_encoding(source)
    with open_text(source, encoding.codec) as stream:
        read = stream.read()
    if encoding.codec == "cp1252":
        assert read == "x" + text


def test_guards_of_the_own_output_are_taken_back(tmp_path: Path) -> None:
    text = "Customer number,Change,Comment\nK1,-3,'-slow and rude staff\nK2,\"'+5\",'=great value\nK3,1,'tis fine\n"
    table = open_csv(tmp_path, text)
    assert cells(table) == [
        ("K1", "-3", "-slow and rude staff"),
        ("K2", "+5", "=great value"),
        ("K3", "1", "'tis fine"),
    ]
    assert any("3 cells read without the apostrophe" in note for note in table.notes)


def test_digits_kept_as_text_for_spreadsheets_are_unwrapped(tmp_path: Path) -> None:
    table = open_csv(tmp_path, 'Store,Comment\n="00123",the slot was moved\n"=""00124""",fine with me\n')
    assert [row[0] for row in cells(table)] == ["00123", "00124"]


@pytest.mark.parametrize("error", ["#NAME?", "#N/A", "#VALUE!", "#WERT!", "#NV", "#NOM?", "#¡VALOR!", "#NAAM?"])
def test_errors_of_spreadsheets_are_counted_as_missing(tmp_path: Path, error: str) -> None:
    table = open_csv(tmp_path, f"Score,Comment\n1,the slot was moved\n2,{error}\n{error},#wow what a day\n")
    seen = profile(table)
    assert [dict(column.missing) for column in seen.columns] == [{error: 1}, {error: 1}]
    assert cells(table)[2][1] == "#wow what a day"


@pytest.mark.parametrize(
    ("header", "begin", "end", "mark"),
    [
        ("date,rating,comment", "2024-01-0{},{},", "", ","),
        ("Datum;Note;Kommentar", "0{}.01.2024;{};", "", ";"),
        ("boutique,commentaire", "Lille {0}{1},", "", ","),
        ("fecha,comentario,tienda", "2024-01-0{0},", ",Sevilla", ","),
        ("rating|opmerking|winkel", "{1}|", "|Gent", "|"),
    ],
)
def test_delimiters_in_a_comment_without_quotes_are_part_of_it(
    tmp_path: Path, header: str, begin: str, end: str, mark: str
) -> None:
    said = (
        f"good service{mark} will come back",
        "slow",
        f"slow{mark} cold{mark} and rude",
        f"late{mark} and then{mark} nobody called",
        f"fine{mark} thanks",
        f"not again{mark} the box was broken{mark} twice",
    )
    lines = [f"{begin.format(i + 1, i % 5)}{text}{end}" for i, text in enumerate(said)]
    table = open_csv(tmp_path, "\n".join([header, *lines]) + "\n")
    assert table.header == tuple(header.split(mark))
    place = next(j for j, name in enumerate(table.header) if name.lower().startswith(("com", "kom", "opm")))
    assert [row[place] for row in cells(table)] == list(said)
    assert any("5 rows with more cells than the header" in note for note in table.notes)


@pytest.mark.parametrize(
    "lines",
    [
        ["Comment", "slow, cold, and rude", "good, will come back", "late, as ever", "fine, thanks"],
        ["What was good, what was bad?", "slow, cold, and rude", "good, will come back", "late, as ever, and wet"],
    ],
)
def test_comments_with_commas_alone_stay_one_column(tmp_path: Path, lines: list[str]) -> None:
    assert [row[0] for row in cells(open_csv(tmp_path, "\n".join(lines) + "\n"))] == lines[1:]


def test_a_delimiter_without_a_space_is_part_of_a_last_comment_only_where_all_before_it_is_in_place(
    tmp_path: Path,
) -> None:
    lines = ["1,slow,cold and wet staff", "2,good service overall today", "3,the box was late,again and again"]
    table = open_csv(tmp_path, "\n".join(["id,comment", *lines, "4,nobody called me back"]) + "\n")
    assert [row[1] for row in cells(table)][:3] == [line[2:] for line in lines]
    text = (
        "id,name,comment\n1,Smith,John,it was late again\n2,Doe,the staff were nice\n3,Poe,Ed,it was not good at all\n"
    )
    bad = [row for row in open_csv(tmp_path, text).rows() if isinstance(row, BadRow)]
    assert [row.number for row in bad] == [1, 3]
    text = "id,price,comment\n1,4,late again today\n2,3,20,the staff were nice\n3,5,it was not good at all\n"
    bad = [row for row in open_csv(tmp_path, text).rows() if isinstance(row, BadRow)]
    assert [row.number for row in bad] == [2]
