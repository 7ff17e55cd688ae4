"""Find figures and quantities of people in a sentence that are not bound to a query.

The rules are strict: "one" is a number in every context. A sentence is read without accents and invisible characters,
and with Latin letters for look-alike letters and symbols; the spans refer to the original sentence.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

ENGLISH = frozenset(
    """
    zero nought naught nil zilch one ones two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fourty fifty sixty seventy eighty ninety ninty
    tens hundred hundreds thousand thousands million millions billion billions trillion trillions zillion zillions
    gazillion gazillions dozen dozens half halves thirds quarter quarters fifths sixths sevenths eighths ninths tenths
    hundredths thousandths percent percents pct percentage percentages twofold threefold umpteen
    most majority majorities minority minorities plurality nobody noone everybody everyone none neither
    unanimous unanimously unanimity predominant predominantly overwhelming overwhelmingly mostly countless
    outnumber outnumbers outnumbered
    """.split()
)


OTHERS = frozenset(
    """
    eins zwei drei vier funf fuenf sechs sieben acht neun zehn zwolf zwoelf zwanzig dreissig vierzig funfzig sechzig
    siebzig achtzig neunzig hundert hunderte tausend tausende dutzend dutzende halfte haelfte drittel viertel prozent
    mehrheit minderheit niemand keiner jeder meisten viele wenige mehrere etliche manche
    deux trois quatre cinq sept huit neuf douze treize quatorze quinze seize vingt vingts trente quarante cinquante
    soixante centaine centaines millier milliers dizaine dizaines douzaine moitie majorite minorite plupart beaucoup
    plusieurs aucun aucune tous toutes
    dos cuatro cinco seis siete ocho nueve diez doce trece veinte treinta cuarenta cincuenta sesenta setenta ochenta
    noventa cien ciento cientos miles docena docenas mitad tercio cuarto mayoria minoria nadie muchos muchas pocos pocas
    varios varias algunos algunas ningun ninguno ninguna todos todas
    quattro cinque dieci undici dodici venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento
    centinaia migliaia dozzina meta maggioranza minoranza nessuno molti molte pochi poche alcuni alcune parecchi tutti
    tutte
    twee drie vijf zes zeven negen twaalf twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd
    honderden duizend duizenden dozijn helft derde kwart meerderheid iedereen veel weinig meeste meesten sommige
    sommigen enkele
    dois tres sete oito dez doze vinte trinta quarenta cinquenta sessenta oitenta duzia metade maioria ninguem muitos
    muitas poucos poucas alguns algumas nenhum nenhuma
    jeden dwa dwoje trzy troje cztery piec szesc siedem osiem dziewiec dziesiec dwanascie dwadziescia trzydziesci
    piecdziesiat tysiac tysiace polowa wiekszosc mniejszosc nikt wszyscy wielu wiele kilku kilka niektorzy tuzin
    """.split()
)


EVERYDAY = frozenset(
    """
    alle cada cem cent cents chaque cuarto dix doce dos due ein eine elf elke een geen ieder jede jeden jeder jedes
    kazdy mais meta mil mille miles nove novo null ogni once onze personne poco pol quart quince sei sette otto set sto
    tien tiers tous tre drie una une uno venti vier
    """.split()
)
"""Words that are also plain English words or names: quantities only before a word for people."""


NUMBER_WORDS = ENGLISH | (OTHERS - EVERYDAY)


SPELLED = NUMBER_WORDS | frozenset("many several every each some few fewer all lots plenty numerous".split())
"""Words that are quantities if their letters are spaced out, for which there is no honest reason."""


INSIDE = (
    # Compound number words in English, German and Dutch, French, Italian and Spanish, Polish.
    r"(?:twenty|thirty|fou?rty|fifty|sixty|seventy|eighty|nine?ty)(?:one|two|three|four|five|six|seven|eight|nine)"
    r"|(?:twenty|thirty|fou?rty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|ten|twelve|\w+teen)"
    r"(?:s|ish|odd|fold|something|plus)(?<!teens)(?<!tens)"
    r"|(?:one|two|three|four|five|six|seven|eight|nine|ten|a)(?:hundred|thousand|million|fold)s?"
    r"|\w{2,}(?:zwanzig|dreissig|vierzig|funfzig|sechzig|siebzig|achtzig|neunzig|hundert|tausend|zehn)(?:e|en|er)?"
    r"|\w{2,}(?:twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig|honderd|duizend|tien)"
    r"|quatrevingts?\w*|(?:trent|quarant|cinquant|sessant|settant|ottant|novant)(?:a\w+|uno|otto)|vent(?:uno|due|otto)"
    r"|(?:due|tre|quattro|cinque|sei|sette|otto|nove)cento|(?:dos|tres|cuatro|seis|ocho)cient[oa]s|quinient[oa]s"
    r"|veinti\w{3,}|\w+(?:nascie|dziescia|dziesci|dziesiat)"
)


CHARACTERS = (
    "大多数 大多數 大部分 多数 多數 少数 少數 一半 半数 所有人 没有人 没人 許多 许多 很多人 不少人 每个人 人人 全部 "
    "几个 ほとんど 多くの 半分 過半数 全員 誰も みんな 대부분 절반 모두 아무도 다수 많은"
).split()


COUNTLESS_CHARACTERS = (
    "一起 一样 一樣 一定 一直 统一 第一 一下 一点 一點 一般 万一 三明治 十分 一致 唯一 一旦 一切 四川 第二 第三"
).split()
"""Words with a numeral character that count nothing."""


PEOPLE = (
    r"people|folks?|persons?|individuals?|customers?|patients?|users?|respondents?|guests?|clients?|shoppers?|buyers?"
    r"|visitors?|participants?|carers?|families|parents|subscribers?|passengers?|callers?|consumers?|diners?|tenants?"
    r"|comments?|reviews?|reviewers?|commenters?|commentators?|opinions?|responses|women|men|those\s+who|of\s+(?:them|us)"
    r"|members?(?!\s+of\s+(?:the\s+|our\s+|their\s+)?(?:staff|team))"
    r"|kunden|kundinnen|patienten|leute|menschen|personen|gaste|nutzer|kommentare|personnes|gens|utilisateurs"
    r"|clientes|personas|gente|pacientes|usuarios|clienti|persone|pazienti|utenti|klanten|mensen|gebruikers|pessoas"
    r"|utentes|klienci|klientow|osoby|osob|ludzi|pacjentow|pacjenci|uzytkownikow"
)


QUANTIFIERS = (
    r"all|every|each|no|not\s+any|many|few|fewer|fewest|several|some|any|more|less|both|numerous|various|multiple|single"
    r"|sole|lone|only|enough|lots|plenty|couple|alle|viele|wenige|einige|mehrere|manche|keine?|certains|quelques|peu|plus"
    r"|todos|cada|geen|elke|(?:lot|loads|tons|heaps|masses|handful|pair|trio|bulk|rest|number|majority|proportion|portion"
    r"|share|fraction|chunk|host|crowds?|hordes?|droves|scores?|myriad|multitude|bunch|group|string|stream)(?=\s+of\b)"
)


VERBS = (
    r"say|says|said|saying|agree|agreed|disagree|disagreed|report|reported|complain|complained|mention|mentioned|note|noted|feel"
    r"|felt|think|thought|find|found|want|wanted|love|loved|liked?|dislike|disliked|hate|hated|prefer|preferred"
    r"|praise|praised|describe|described|experienced|enjoyed|believe|wrote|write|told|tell|recommend|recommended"
    r"|criticized|criticised|appreciate|appreciated|expressed?|wish|wished|expect|expected|claim|claimed"
)


BEING = r"are|were|have|had|do|did|would|could|will|can|cannot|never|also|got|get|waited|came|left|received|went|saw"


Span = tuple[int, int]


SLOT = re.compile(r"\{(\w+)\}")


LOOK_ALIKES = str.maketrans(
    "абвгеёзіїиоруѕсхјһкмнптьԁԛԝӏляъ"
    + "АВЕЅІЈКМНОРСТХУӀԚԜ"
    + "αβεικνορτυχωηγσςθ"
    + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
    + "օոսհքզցյ"
    + "əɑ’‘ʼ‛",
    "abbreeeiiuopyscxjhkmhntbdqwlnrb"
    + "ABESIJKMHOPCTXYIQW"
    + "abeikvoptuxwnyoso"
    + "ABEZHIKMNOPTYX"
    + "onuhpqgj"
    + "ea''''",
)
"""Cyrillic, Greek and Armenian letters that pass for Latin ones (after Unicode's confusables), and apostrophes."""


SOUND_ALIKES = LOOK_ALIKES | str.maketrans("врснхуВРСНХУ", "vrsnhuVRSNHU")
"""The same table, with Cyrillic letters by sound if the sound is another Latin letter than the look."""


SYMBOLS = str.maketrans("$@!€£®©|+§", "saielrclts")
"""Symbols that are written for letters; replaced if a letter follows."""


SYMBOL = re.compile(r"[$@!€£®©|+§](?=[^\W\d_])")


LATIN_NAME = re.compile(
    r"(?:LATIN|SYMBOL)(?: SMALL| CAPITAL)? LETTER (?:SMALL CAPITAL |TURNED |REVERSED |SCRIPT |OPEN |DOTLESS )?([A-Z])\b"
)


NUMERIC_NAMES = frozenset("DIGIT NUMBER NUMERAL FRACTION PERCENT KEYCAP HUNDRED TALLY DIE DOMINO MAHJONG".split())


FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters and symbols without a visible glyph."""


REORDERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional control characters, which change the reading order of a line."""


TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


GAP = re.compile(r"[\s._*·•/|~-]{1,3}")


LONGEST_SPELLED = 14


LONG_NUMBER = re.compile(INSIDE)


ROMAN = re.compile(
    r"\b(?=[MDCLXVI]{2,}\b)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b"
    r"|\b(?=[xvi]{2,}\b)x{0,3}(?:ix|iv|v?i{0,3})\b"
)


ABBREVIATIONS = frozenset("XL CD MD CV DM CC DC MC MM CM DI MI LI CI DL ML CL".split())
"""Roman numerals that are more often a size, a disc, a doctor or a unit: numbers only before a word for people."""


_THE = r"(?:\s+(?:of|de|der|dei|des|d'|the|our|these|those|their|my|this|that))*"


_NOT_BETWEEN = (
    r"(?!(?:for|to|from|with|by|and|or|but|that|which|at|in|on|staff|nurses?|doctors?|help\w*|told|gave|say|said"
    r"|when|where|if|than|as|is|are|was|were|has|have|sees?|they|he|she|it|i|you|we)\b)"
)


_BETWEEN = rf"(?:\s+{_NOT_BETWEEN}(?:very|really|\w+ly)\b)?(?:\s+{_NOT_BETWEEN}[\w-]+)?"


_CLAUSE = (
    r"(?:^|[,;:.(]\s*"
    r"|\b(?:and|but|while|whereas|although|though|because|that|as|so|since|where|says?|said|reports?|notes?|feel)\s+)"
)


_SUBJECTS = r"all|many|few|several|some|each|lots|plenty|a\s+lot|a\s+few|a\s+handful|numerous"


PHRASES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:{QUANTIFIERS}|{'|'.join(sorted(EVERYDAY))}|(?<!')[vxlcdm]){_THE}{_BETWEEN}\s+(?:{PEOPLE})\b",
        rf"\b(?:{QUANTIFIERS})\s+of\s+(?:the|these|those|our|their|its|my)(?:\s+{_NOT_BETWEEN}[\w-]+){{0,3}}\s+(?:{PEOPLE})\b",
        r"\bla\s+meta\b|\bpersonne\s+n",
        rf"\b(?:{'|'.join(sorted(ABBREVIATIONS))}){_THE}\s+(?:{PEOPLE})\b",
        r"\b(?:many|few|several|some|numerous|countless|lots\s+of|plenty\s+of|repeated)\s+(?:of\s+)?complaints?\b",
        rf"\b(?:{_SUBJECTS})\s+(?:also\s+|even\s+|still\s+|really\s+|simply\s+)?(?:{VERBS})\b",
        rf"{_CLAUSE}(?:{_SUBJECTS})\s+(?:{BEING})\b",
        r"\b(?:say|says|said|by|to|for|of|than|like|with)\s+(?:many|several|some|few|lots|plenty)\s*(?:[.,;!?]|$)",
        r"\bpeople\s+(?:all|both|largely|mainly|universally|generally|usually|rarely|seldom|in\s+droves|everywhere)\b",
        r"\bno[\s-]+one\b|\bno[\s-]+body\b|\bevery[\s-]+(?:one|body)\b|\b(?:hardly|barely|scarcely|not)\s+any\s*(?:one|body)\b",
        r"\bper\s+cents?\b|\bper\s+(?:hundred|thousand|mil+e?)\b|\btimes\s+as\s+(?:many|much)\b|\bas\s+many\s+as\b",
        r"\b(?:a|an|another|over|about|nearly|almost|under|roughly|around|some)\s+(?:third|fifth|sixth|seventh|eighth"
        r"|ninth|tenth|hundredth)\b|\bthird\s+(?:of|are|were|say|said|agree)\b",
        r"\bscores\s+of\b|\b(?:quite\s+a|a\s+good)\s+few\b|\ba\s+few\s*(?:[.,;!?]|$)",
        r"\b(?:large|small|high|low|good|fair|great|sizable|significant|substantial)\s+(?:proportion|portion|share|number"
        r"|percentage)\s+of\b|\b(?:double|triple|treble|quadruple|twice|thrice)\s+(?:as\s+many|that|the\s+(?:number|share))\b",
        r"\b(?:complaints|numbers|figures|cases)\s+(?:ha(?:ve|s)\s+)?(?:doubled|tripled|trebled|quadrupled|halved)\b",
        r"\bwithout\s+exception\b|\bto\s+a\s+(?:man|person)\b|\bevery\s+last\b|\ball\s+but\b|\bacross\s+the\s+board\b",
    )
)  # fmt: skip


def unbound_quantities(sentence: str) -> tuple[Span, ...]:
    """Return the spans of figures and of quantities of people in a sentence, in order, none inside another."""
    spans = {(i, i + 1) for i, character in enumerate(sentence) if _is_figure(character)}
    for plain, origins in _readings(sentence):
        spans |= {(origins[start], origins[end - 1] + 1) for start, end in _quantities(plain)}
    return tuple(_outermost(spans))


def bind(template: str, figures: Mapping[str, str]) -> str:
    """Return a sentence written by code with its slots filled, so that every digit comes from a figure.

    Raises:
        ValueError: if the template contains a quantity or a broken slot, or a slot has no figure.
    """
    bare = SLOT.sub(" ", template)
    if unbound_quantities(bare):
        raise ValueError(f"a figure is outside a slot: {template}")
    if "{" in bare or "}" in bare:
        raise ValueError(f"a slot is not a name in braces: {template}")
    missing = [name for name in SLOT.findall(template) if name not in figures]
    if missing:
        raise ValueError(f"no figure for {missing[0]}")
    return SLOT.sub(lambda match: figures[match[1]], template)


def _is_figure(character: str) -> bool:
    if character.isascii():
        return character.isdigit() or character == "%"
    return _is_foreign_figure(character)


@lru_cache(maxsize=4_096)
def _is_foreign_figure(character: str) -> bool:
    if character in REORDERS or unicodedata.category(character) in {"Nd", "Nl", "No"}:
        return True
    if not NUMERIC_NAMES.isdisjoint(unicodedata.name(character, "").replace("-", " ").split()):
        return True
    return any(piece.isdigit() or piece in "%‰‱" for piece in unicodedata.normalize("NFKD", character))


def _readings(sentence: str) -> Iterator[tuple[str, list[int]]]:
    """Yield readings of a sentence in plain letters, with the original position of each character."""
    seen = set()
    for is_spoken in (False, True):
        pieces = [c if c.isascii() else _folded(c, is_spoken) for c in sentence]
        origins = [place for place, piece in enumerate(pieces) for _ in piece]
        plain = "".join(pieces)
        for reading in (plain, SYMBOL.sub(lambda match: match[0].translate(SYMBOLS), plain)):
            if reading not in seen:
                yield reading, origins
            seen.add(reading)


@lru_cache(maxsize=4_096)
def _folded(character: str, is_spoken: bool = False) -> str:
    kept = (c for c in unicodedata.normalize("NFKD", character) if unicodedata.category(c) not in {"Mn", "Me", "Cf"})
    return "".join(_latin(c, SOUND_ALIKES if is_spoken else LOOK_ALIKES) for c in kept if c not in FILLERS)


def _latin(character: str, table: dict[int, int]) -> str:
    if character == "ß":
        return "ss"
    letter = character.translate(table)
    match = LATIN_NAME.search(unicodedata.name(letter, "")) if not letter.isascii() else None
    if not match:
        return letter
    return match[1].lower() if "SMALL LETTER" in match[0] else match[1]


def _quantities(plain: str) -> Iterator[Span]:
    tokens = list(TOKEN.finditer(plain))
    for token in tokens:
        if any(_is_number_word(piece) for piece in token[0].casefold().split("'")):
            yield token.span()
    yield from _spelled_in_pieces(plain, tokens)
    for pattern in PHRASES:
        yield from (match.span() for match in pattern.finditer(plain))
    yield from (m.span() for m in ROMAN.finditer(plain) if m.group() and m.group() not in ABBREVIATIONS)
    yield from _numeral_characters(plain)


def _is_number_word(word: str) -> bool:
    if word in NUMBER_WORDS or LONG_NUMBER.fullmatch(word):
        return True
    return bool(re.search(r"(.)\1\1", word)) and re.sub(r"(.)\1+", r"\1", word) in _SINGLE


_SINGLE = frozenset(re.sub(r"(.)\1+", r"\1", word) for word in ENGLISH)


def _spelled_in_pieces(plain: str, tokens: list[re.Match[str]]) -> Iterator[Span]:
    """Yield the spans of number words written in pieces: "t h r e e", "th ree", "se-ven"."""
    for first in range(len(tokens)):
        word, is_spelled = tokens[first][0].casefold(), len(tokens[first][0]) == 1
        for left, right in zip(tokens[first:], tokens[first + 1 :], strict=False):
            word += right[0].casefold()
            is_spelled = is_spelled and len(right[0]) == 1
            if len(word) > LONGEST_SPELLED or not GAP.fullmatch(plain, left.end(), right.start()):
                break
            if word in ENGLISH or (is_spelled and word in SPELLED):
                yield tokens[first].start(), right.end()


def _numeral_characters(plain: str) -> Iterator[Span]:
    """Yield the spans of Chinese, Japanese and Korean quantity words, and of other numeral characters that count."""
    if plain.isascii():
        return
    yield from (match.span() for match in _CHARACTERS.finditer(plain))
    bare = _COUNTLESS.sub(lambda match: " " * len(match[0]), plain)
    yield from ((i, i + 1) for i, c in enumerate(bare) if unicodedata.numeric(c, None) is not None or c in "两兩俩仨")


_CHARACTERS = re.compile("|".join("".join(map(_folded, word)) for word in CHARACTERS))


_COUNTLESS = re.compile("|".join(COUNTLESS_CHARACTERS))


def _outermost(spans: set[Span]) -> Iterator[Span]:
    last_end = -1
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > last_end:
            yield start, end
            last_end = end
