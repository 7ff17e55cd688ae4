"""Names of months, weekdays and time zones, and the words around dates, in six languages."""

import unicodedata

_MONTHS = (
    "jan january januar janvier enero januari ene janv gennaio gen jaenner janner",
    "feb february februar fevrier febrero februari fev fevr febbraio febr",
    "mar march marz mars marzo maart mrt maerz mrz",
    "apr april avril abril avr abr aprile",
    "may mai mayo mei maggio mag",
    "jun june juni juin junio giugno giu",
    "jul july juli juillet julio juil luglio lug",
    "aug august aout agosto augustus ago",
    "sep sept september septembre septiembre set settembre setiembre",
    "oct october oktober octobre octubre okt ottobre ott",
    "nov november novembre noviembre",
    "dec december dezember decembre diciembre dez dic dicembre",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
"""Month names and their abbreviations without accents, in lower case."""

WEEKDAYS = frozenset(
    "mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday fri friday sat saturday sun sunday "
    "mo montag di dienstag mi mittwoch do donnerstag fr freitag sa samstag sonnabend so sonntag "
    "lun lundi mar mardi mer mercredi jeu jeudi ven vendredi sam samedi dim dimanche "
    "lunes martes mie miercoles jue jueves vie viernes sab sabado dom domingo "
    "ma maandag dinsdag wo woensdag donderdag vr vrijdag za zaterdag zo zondag "
    "lunedi martedi mercoledi gio giovedi venerdi sabato domenica".split()
)
FILLERS = frozenset(
    "of the on at um am den der vom le la les a las de del el en il alle ore op om om dd dia jour tag dag giorno "
    "st nd rd th er re e o c".split()
)
"""Words between the parts of a date: 1 de marzo de 2024, am 1. März 2024 um 10:00, 1st of March."""

ZONES = {
    **dict.fromkeys(("z", "utc", "gmt", "wet", "uct"), "+00:00"),
    **dict.fromkeys(("cet", "mez", "bst", "west", "wat"), "+01:00"),
    **dict.fromkeys(("cest", "mesz", "eet", "oez", "sast", "cat"), "+02:00"),
    **dict.fromkeys(("eest", "oesz", "msk", "eat", "trt"), "+03:00"),
    "est": "-05:00",
    "edt": "-04:00",
    "cdt": "-05:00",
    "mst": "-07:00",
    "mdt": "-06:00",
    "pst": "-08:00",
    "pdt": "-07:00",
    "akst": "-09:00",
    "akdt": "-08:00",
    "hst": "-10:00",
    "adt": "-03:00",
    "nst": "-03:30",
    "ndt": "-02:30",
    "brt": "-03:00",
    "art": "-03:00",
    "clt": "-04:00",
    "clst": "-03:00",
    "cot": "-05:00",
    "pet": "-05:00",
    "pkt": "+05:00",
    "npt": "+05:45",
    "ict": "+07:00",
    "wib": "+07:00",
    "hkt": "+08:00",
    "sgt": "+08:00",
    "awst": "+08:00",
    "pht": "+08:00",
    "jst": "+09:00",
    "kst": "+09:00",
    "acst": "+09:30",
    "acdt": "+10:30",
    "aest": "+10:00",
    "aedt": "+11:00",
    "nzst": "+12:00",
    "nzdt": "+13:00",
    "gst": "+04:00",
}
"""Offsets of time zone abbreviations that name one offset in practice."""
UNCLEAR_ZONES = frozenset("ist cst ast ect amt bt et ct mt pt gt".split())
"""Abbreviations of several offsets (IST: India, Ireland, Israel; ET: with or without summer time)."""


def plain_word(text: str) -> str:
    """Return a text in lower case without accents."""
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
