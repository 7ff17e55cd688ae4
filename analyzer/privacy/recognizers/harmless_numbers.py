"""Find numbers that say how much, how big, when or which product: they identify nobody, however long they are.

A finding of a telephone, a card or a code that lies inside one of these spans is dropped, unless a cue before it says
what it is ("call 09.00-17.30" stays a number to call).
"""

import re
from collections.abc import Iterator

_ANY = re.IGNORECASE
_CLOCK = r"(?:[01]?\d|2[0-4])[.:h][0-5][05]"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DATE = rf"(?:(?:19|20)\d\d([-./]){_MONTH}\1{_DAY}|{_DAY}([-./]){_MONTH}(?:\2(?:(?:19|20)\d\d|\d\d))?\.?)"
_UNITS = (
    "steps? schritte[n]? pas pasos stappen passi bytes? octets? kb mb gb tb kib mib gib bits? pixels? px dpi rpm hz "
    "khz mhz ghz "
    "mm cm dm km kilomet(?:er|re)s? met(?:er|re)s? mètres? metros metri miles? yards? feet ft inch(?:es)? zoll pouces "
    "pulgadas "
    "pollici kg kilos? grams? gramm mg lbs? pounds? tons? tonnes? ml cl lit(?:er|re)s? watts? kwh mah volts? lumens? "
    "kcal kj "
    "calories kalorien views? aufrufe vues visitas clicks? klicks followers? abonnenten abonnés seguidores volgers "
    "likes? "
    "users? nutzer utilisateurs usuarios gebruikers utenti customers? kunden subscribers? downloads? points? punkte "
    "punten "
    "puntos punti miles? meilen rows? zeilen lignes lines? records? files? dateien words? wörter characters? zeichen "
    "seconds? secs? sekunden secondes segundos secondi minutes? minuten minutos minuti hours? stunden heures horas "
    "uur ore "
    "days? tage jours días dagen giorni times mal fois veces keer volte people personen personnes personas persone "
    "dollars? euros? eur usd gbp chf cents? yen yuan won rupees? rupien roupies rupias pesos? kronor kroner zloty "
    "forint "
    "naira rand lire baht dong rupiah € \\$ £ ¥ ₹ ₦ ₩ %"
).split()
_UNIT = "|".join(dict.fromkeys(_UNITS))
_PRODUCT = (
    r"bar ?codes?|ean(?:-?13|-?8)?|isbn(?:-?1[03])?|issn|upc|gtin|asin|sku|plu|item|article|artikel|art|model|modell"
    r"|modèle"
    r"|modelo|modello|style|part|product|produkt|produit|producto|prodotto|artículo|articulo|articolo|strichcode"
    r"|code-barres"
    r"|código de barras|codice a barre|streepjescode|colour|color|farbe|lot|batch|charge|cas|page|recipe"
)
_PATTERNS = (
    ("opening-hours", re.compile(rf"(?<![\w.,]){_CLOCK}\s?(?:-|–|—|to|bis|à|a|tot|/)\s?{_CLOCK}(?![\w]|[.:]\d)", _ANY)),
    ("days", re.compile(rf"(?<![\w./-]){_DATE}\s?(?:-|–|—|to|bis|au|al|tot)\s?{_DATE}(?![\w]"
    rf"|[-./]\d)".replace(r"\2", r"\2"))),
    ("size", re.compile(r"(?<![\w.])\d{1,5}(?:[.,]\d{1,2})?(?:\s?[x×*]\s?\d{1,5}(?:[.,]\d{1,2})?){1,3}(?![\w])", _ANY)),
    ("measures", re.compile(r"(?<![\w.,/+-])\d{2}(?:\.\d)?-\d{2}(?:\.\d)?-\d{2}(?:\.\d)?(?![\w-])")),
    ("quantity", re.compile(
        rf"(?<![\w+.,/-])[1-9]\d{{0,11}}(?:[-–/., ]\d{{1,4}}){{0,4}}[\s-]?(?:{_UNIT})(?![^\W\d_])", _ANY)),
    ("per-period", re.compile(
        r"(?<![\w+.,/-])[1-9]\d{3,9}\s(?:this|last|per|each|every|a|pro|par|por|al|per)\s(?:day|week|month|year|tag"
        r"|woche|monat|jahr|jour"
        r"|semaine|mois|an|día|semana|mes|año|giorno|settimana|mese|anno|dag|week|maand|jaar)(?!\w)", _ANY)),
    ("amount", re.compile(
        r"(?<!\w)(?:rs\.?|inr|krw|jpy|ngn|kes|idr|rp\.?|chf|sek|nok|dkk|pln|huf|czk|usd|eur|gbp|try|brl|mxn|zar"
        r"|[€$£¥₹₦₩])"
        r"\s?[1-9]\d{0,11}(?:[ .,']\d{1,3}){0,4}(?!\w)", _ANY)),
    ("hexadecimal", re.compile(r"(?<!\w)0x[0-9a-f]{1,16}(?!\w)", _ANY)),
    ("float", re.compile(r"(?<![\w.])\d{1,9}\.\d{1,20}e[+-]?\d{1,3}(?!\w)|(?<![\w.])0\.\d{3,20}(?![\w.])", _ANY)),
    ("product", re.compile(
        rf"(?<!\w)(?:{_PRODUCT})(?:[ -]?(?:no|number|nr|num|code|id|nummer|numéro|número|numero|n[°ºo]))?[\s.:#]{{1,3}}"
        r"(?:\d(?:[ -]?\d){3,16}(?:-?x)?|(?=[a-z]{0,6}-?\d)[a-z\d-]{4,14})(?![\w@-])", _ANY)),
    ("failure", re.compile(
        r"(?<!\w)(?:error|err|fehler|erreur|errore|fout|exception|exit|status|response|build|firmware|version|release"
        r"|update)"
        r"(?:[ -]?(?:codes?|no|number|nr|n[°º]))?[\s:#]{1,3}[a-z]{0,4}[-_]?\d[\w.-]{0,14}(?!\w)", _ANY)),
    ("version", re.compile(
        r"(?<![\w+/.-])(?<!\d[ -])(?:\d\.\d{1,4}|\d{1,3}\.\d)\.\d{1,6}(?:\.\d{1,6})?(?![\w/-]|\.\d|\s\d)")),
    ("timestamp", re.compile(
        r"(?:timestamp|unix|epoch)\W{1,3}(?:\w+\W){0,2}1[4-9]\d{8}(?:\d{3})?(?!\d)"
        r"|(?<!\d)1[4-9]\d{8}(?:\d{3})?(?=\W(?:\w+\W){0,4}(?:date|time|timestamp|datum|uhrzeit|heure|fecha|data"
        r"|ora)(?!\w))", _ANY)),
)  # fmt: skip


def find_harmless_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of numbers that identify nobody."""
    for _, pattern in _PATTERNS:
        yield from (match.span() for match in pattern.finditer(text))
