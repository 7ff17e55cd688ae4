"""Find names by the frame around them: greetings, introductions, relatives, ranks, staff at their place, lists.

A frame says how sure it is that a name stands in it; the word in it says the rest: a name of the gazetteer, or a word
that no dictionary has and that is no slip of one that it has. A frame works in any case, since people write in lower
case.
"""

import re
from collections.abc import Iterator

from analyzer.privacy.findings import PERSON, Finding
from analyzer.privacy.names.cues import COMMON, INSTITUTIONS, ROLES
from analyzer.privacy.names.words import NameWords, Token, without_genitive

_ANY = re.IGNORECASE
_W = r"(?P<name>[^\W\d_][\w'’-]{1,30})"
_CAPITAL = r"(?P<name>[A-ZÀ-ÞŁŚŽ][\w'’-]{1,30})"
_SPEAKS = (
    r"can|could|please|pls|plz|you|your|i|im|i['’]m|this|my|just|here|thanks|thank|thx|why|when|where|how|what|any"
    r"|have|has|is|it|we|sorry"
    r"|ich|wir|kann|bitte|je|nous|pouvez|peux|yo|puede|me|ik|kan|kunt|io|puoi|può|mi|non|ho"
)
_KIN = (
    r"husband|wife|partner|son|daughter|mother|father|mum|mom|mam|dad|brother|sister|friend|mate|uncle|aunt(?:ie|y)?"
    r"|nan|nana|gran|granny"
    r"|grandad|grandpa|grandma|grandson|granddaughter|nephew|niece|cousin|boyfriend|girlfriend|fianc[eé]e?|baby|boy"
    r"|girl|child|kid|toddler"
    r"|stepson|stepdaughter|neighbou?r|colleague|boss|dog|cat|carer|mann|frau|sohn|tochter|mutter|vater|bruder"
    r"|schwester|freund(?:in)?"
    r"|onkel|tante|oma|opa|enkel(?:in|sohn|tochter)?|neffe|nichte|nachbar(?:in)?|mari|femme|fils|fille|mère|père"
    r"|frère|s[oœ]eur|copain"
    r"|copine|ami|amie|oncle|grand-mère|grand-père|petit-fils|petite-fille|neveu|nièce|voisine?|marido|mujer|esposo"
    r"|esposa|hijo|hija|madre"
    r"|padre|hermano|hermana|amig[oa]|tí[oa]|abuel[oa]|niet[oa]|sobrin[oa]|prim[oa]|vecin[oa]|novi[oa]|vrouw"
    r"|zoon(?:tje)?|dochter(?:tje)?"
    r"|moeder|vader|broer(?:tje)?|zus(?:je)?|vriend(?:in)?|kleinzoon|kleindochter|neef|nicht|buurman|buurvrouw"
    r"|partner|kindje|marito|moglie"
    r"|figli[oa]|fratello|sorella|zi[oa]|nonn[oa]|nipote|cugin[oa]|vicin[oa]|fidanzat[oa]|amic[oa]|compagn[oa]"
)
_MY = (
    r"my|our|his|her|their|mein(?:e[nmrs]?)?|unser(?:e[nmrs]?)?|mon|ma|notre|mi|nuestr[oa]|mijn|ons|onze|mi[oa]"
    r"|nostr[oa]"
)
_PLACE = (
    r"(?:the |our |your )?(?:front |main |help |customer |service |info(?:rmation)? |check-?in |first |second )?"
    r"(?:desk|till|tills|counter|reception|checkout|chat|live chat|phone|phones|helpline|door|bar|shop|store"
    r"|shop ?floor|returns|nights?"
    r"|days|duty|site|billing|sales|accounts|support|customer (?:services?|care|support)|service desk|kitchen|ward"
    r"|pharmacy|gate|switchboard"
    r"|call cent(?:re|er)|other end|branch|office|garage|workshop|deli|bakery|fitting rooms?|changing rooms?|entrance)"
)
_ROLE = "|".join(
    sorted(ROLES | {"cashier", "host", "hostess", "clerk", "porter", "cleaner", "guard", "conductor", "guide", "chef"})
)
_JOB = rf"(?:{_ROLE}|person|lady|man|woman|one|guy|team leader|supervisor|boss|owner|head|best|worst)"
_LOWER_FRAMES = (
    ("name-greeted", re.compile(
        rf"(?<!\w)(?:hi|hey|hello|hiya|heya|dear|hallo|hola|ciao|salut|bonjour|hoi|moin|servus|liebe[rs]?|lieve|beste"
        rf"|ch(?:er|ère)|car[oa]"
        rf"|querid[oa]|estimad[oa]|gentile)\s{_W}(?=\s?[,!.:;]|\s(?:{_SPEAKS})\b|\s*$)", _ANY)),
    ("name-introducing", re.compile(
        rf"(?<!\w)(?:i['’]?m|i am|this is|it['’]?s me|ich bin|hier ist|c['’]est|je suis|soy|ik ben|sono)\s{_W}"
        r"(?=\s?,|\s(?:here|from|calling|speaking|writing|at (?:number|no|flat)|aus|von|de|da|del|uit)\b)", _ANY)),
    ("name-introducing", re.compile(
        rf"(?<!\w)(?:main|mai|mein|hum)\s{_W}(?=\s(?:[^\W\d_]{{2,12}}\s)?(?:bol|baat|hoon|hun|hu|hain)\b)", _ANY)),
    ("name-introducing", re.compile(rf"(?<!\w)(?:it['’]?s)\s{_W}(?=\s(?:here|again here|calling|speaking)\b)", _ANY)),
    ("name-relative", re.compile(rf"(?<!\w)(?:{_MY})\s(?:[a-zß-ÿ]{{3,10}}\s)?(?:{_KIN}),?\s{_W}", _ANY)),
    ("name-met-lower", re.compile(
        rf"(?<!\w)(?:spoke (?:to|with)|speaking (?:to|with)|talk(?:ed|ing) (?:to|with)|(?:served|helped|assisted|seen"
        rf"|treated|greeted) by"
        rf"|dealt with by|asked for|call me|calls? me|ask for|rude (?:man|woman|lady) called)\s{_W}", _ANY)),
    ("name-thanked", re.compile(
        rf"(?<!\w)(?:thanks?(?: you)?(?: so much| again)?(?: to)|shout ?out to|kudos to|well done"
        rf"|props to)\s{_W}(?=\s?[,.!]|\s(?:for|in|at|on|from|who|and)\b|\s*$)",
        _ANY)),
)  # fmt: skip
_CAPITAL_FRAMES = (
    ("name-at-work", re.compile(rf"(?<![\w’'-]){_CAPITAL}\s(?:at|on|in|from|behind|over (?:at|on))\s{_PLACE}(?!\w)")),
    ("name-is-staff", re.compile(
        rf"(?<![\w’'-]){_CAPITAL}\s(?:was|is|has been|were)\s(?:the|our|my|a"
        rf"|an)\s(?:[a-z]{{3,12}}\s){{0,2}}{_JOB}(?!\w)")),
    ("name-asked", re.compile(
        rf"(?<!\w)(?:I|we|she|he|they|to|and|then|please|Please|just|never|also)?\s?(?:[Aa]sk|[Aa]sked|[Cc]alled|told"
        rf"|met|[Tt]hank|thanked|paged"
        rf"|e-?mailed|phoned|contacted|[Ss]ee|saw|praise|recommend|fetched)\s{_CAPITAL}(?=\s(?:at|in|on|from|over|to"
        rf"|and|or|about|who|for|if|back)\b|[,.!])")),
    ("name-rank", re.compile(
        rf"(?<!\w)(?:PC|WPC|DC|DI|DS|DCI|PCSO|Cllr|Sgt|Insp|Const|Cpl|Lt|Capt|Col|Maj|Rev|Revd|Pastor|Rabbi|Imam|Hon"
        rf"|Sen|Gov|Judge|Justice|Councillor"
        rf"|Constable|Sergeant|Inspector|Detective|Captain|Lieutenant|Colonel|Coach|Auntie|Aunty|Uncle|Cousin|Officer"
        rf"|Herrn|Frl|Fr[ae]u|Dra|Avv"
        rf"|Prof\.ssa|Dott\.ssa|Sig\.na|Monsieur|Maître|Meneer|Mevrouw)\.?\s{_CAPITAL}")),
    ("name-role-comma", re.compile(rf"(?<!\w)(?i:{_ROLE}),\s{_CAPITAL}(?:\s[A-ZÀ-Þ][\w'’-]+)?,")),
    ("name-role-german", re.compile(
        rf"(?<!\w)(?:Kolleg(?:e|en|in)|Mitarbeiter(?:in|s)?|Berater(?:in|s)?|Verkäufer(?:in|s)?|Pfleger(?:in)?"
        rf"|Schwester|Arzt|Ärztin|Fahrer(?:in|s)?"
        rf"|Techniker(?:in|s)?|Chef(?:in)?|Filialleiter(?:in|s)?|Bote(?:n)?|Nachbar(?:in"
        rf"|n)?)\s{_CAPITAL}(?=\s[a-zäöüß(]|[,.;!?]|$)")),
    ("name-labeled", re.compile(
        rf"(?<!\w)(?i:(?:{_ROLE}|agent|staff|driver|customer|guest|client|patient|tenant|resident|passenger|member|employee"
        rf"|operator|advisor|adviser|nurse"
        rf"|doctor|contact|caller|sender|recipient|account holder|mieter|kunde|kundin|patientin|fahrgast|bearbeiter"
        rf"|client|passager|locataire"
        rf"|huésped|pasajero|inquilino|huurder|klant|reiziger|inquilina|ospite|passeggero)(?:['’]?s)?(?: (?:full "
        rf"|first |last )?name)?)"
        rf"\s?(?:[:=]|\s[-–—])\s?{_CAPITAL}")),
    ("name-inverted", re.compile(
        r"(?<!\w)(?i:(?:(?:sur|full |last |first |patient |guest |customer )?name|nom|nombre|naam|nome|cognome"
        r"|apellidos?|patiënte?|paciente|paziente|patient(?:in|e)?|gast|guest|cliente?|customer|klant|kund(?:e|in)"
        r"|passenger|passag(?:er|ier|ère)|passeggero|pasajer[oa]|mieter(?:in)?|tenant|huurder|inquilin[oa]|locataire"
        r"|member|membre|socio|lid|mitglied|titular|titulaire|intestatario)\s?:|monsieur|madame|mme|herr|frau|signora?"
        r"|señora?)\s"
        r"(?P<name>(?i:(?:van|den|der|de|du|des|di|da|dal|del|della|dei|degli|dos|das|von|zu|le|la|li|lo|las|los|el|al"
        r"|ben|bin|mac|mc|st|ter|ten|o['’])\s){0,3}"
        r"[A-ZÀ-ÞŁŚŽ][\w'’-]{1,30}(?:\s[A-ZÀ-ÞŁŚŽ][\w'’-]{1,30})?),"
        r"\s(?!Herr|Frau|M[mr]|Mada|Mons|Sig|Se[nñ]|Dr)(?P<given>[A-ZÀ-ÞŁŚŽ][\w'’-]{1,30})(?=[\s.;]|$)")),
    ("name-apposed", re.compile(
        r"(?<!\w)(?i:the|our|my|a|an|le|la|un|une|notre|der|die|unser|unsere|ein|eine|el|una|nuestr[oa]|de|het|onze|een"
        r"|il|lo|i|gli|l['’])\s?[a-zà-ÿA-ZÄÖÜ][a-zà-ÿ]{3,20}(?:\s[a-zà-ÿ]{2,12}){0,2},\s"
        r"(?P<name>[A-ZÀ-ÞŁŚŽ][a-zà-ÿ'’-]{2,30})(?=,\s[a-zà-ÿ])")),
    ("name-inverted", re.compile(
        r"(?<!\w)(?i:passenger|tenant|guest|patient|customer|client|resident|member|mr|mrs|ms|miss|mieter|kunde"
        r"|passager|pasajero|huurder|inquilino)s?"
        r":?\s(?P<name>[A-ZÀ-ÞŁŚŽ][\w'’-]{1,30}),\s(?P<given>[A-ZÀ-ÞŁŚŽ][\w'’-]{1,30})")),
)  # fmt: skip
_INITIAL = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herrn?|Frau|Mme|Mlle|Sra?|Dhr|Mevr|Sig)\.?\s(?P<name>[A-HJ-Z])(?=[,;:)]"
    r"|\.?\s[a-z]|\.?$)"
)
_LEET = r"[^\W\d_](?=[^\W_]*\d)[^\W_]{2,18}[^\W\d_]"
_DISGUISED = re.compile(
    rf"(?<!\w)(?:dr|mr|mrs|ms|miss|nurse|prof|called|named)\.?\s(?P<name>{_LEET}(?:\s{_LEET})?)(?![\w-])", _ANY
)
"""A name after a title with digits for letters: p4trick m0rrissey."""
_TELLS = re.compile(
    r"[^.!?\n]{0,40}?\b(?:told|said|helped|answered|refused|promised|explained|was (?:so |very )?(?:rude|kind|lovely"
    r"|helpful|great))\b"
)
_SLANG = frozenset(
    "meh lol omg pls plz okay kinda gonna wanna gotta dunno ppl thx tho cuz coz idk tbh imo app apps wifi online "
    "website covid asap info yall "
    "lil bday fav fave vibes emoji hun hunni huns guys folks fam bro sis dude dudes peeps babe babes lads alot soo "
    "sooo xxx haha hahaha hehe "
    "didnt doesnt dont cant wont isnt wasnt werent havent hasnt hadnt wouldnt couldnt shouldnt ive youre theyre thats "
    "whats lets theres "
    "heres hes shes weve youve ill id wasn isn ain aint til till thru customer-service gbp usd eur".split()
)
_DEPARTMENTS = re.compile(
    r".*(?:service|dienst|abteilung|ung|heit|keit|schaft|zentrale|team|platz|markt|stelle|hof|haus|kasse|raum|name"
    r"|nummer|leitung)"
)


class FrameNames:
    """Finds names by their frame in one text."""

    def __init__(self, words: NameWords) -> None:
        """Take the text split into words."""
        self._words = words

    def find(self) -> Iterator[Finding]:
        """Yield the names in frames."""
        text = self._words.text
        for rule, pattern in _LOWER_FRAMES:
            for match in self._words.matches(pattern):
                yield from self._in_lower_frame(rule, match)
        for rule, pattern in _CAPITAL_FRAMES if not self._words.is_shouted else ():
            for match in pattern.finditer(text):
                yield from self._in_capital_frame(rule, match)
        for match in _INITIAL.finditer(text):
            yield Finding(PERSON, *match.span("name"), 0.8, "name-title-initial")
        for match in _DISGUISED.finditer(text):
            yield Finding(PERSON, *match.span("name"), 0.75, "name-disguised")
        yield from self._pairs_in_lower()

    def places(self) -> Iterator[tuple[str, int]]:
        """Yield the rule and the place of every word in a frame for names in lower case, whether it fits or not."""
        for rule, pattern in _LOWER_FRAMES:
            for match in self._words.matches(pattern):
                place = self._words.place_at(match.start("name"))
                if place is not None and self._words.tokens[place].folded not in COMMON:
                    yield rule, place

    def _in_lower_frame(self, rule: str, match: re.Match[str]) -> Iterator[Finding]:
        place = self._words.place_at(match.start("name"))
        if place is None:
            return
        token = self._words.tokens[place]
        if self._fits(token) and not self._words.is_of_institution(token):
            last = self._words.extended(place)
            yield Finding(PERSON, token.start, without_genitive(self._words.tokens[last]), 0.75, rule)

    def _fits(self, token: Token) -> bool:
        """Return whether a word in a frame is a name: one of the gazetteer, or new to the dictionary."""
        words = self._words
        if (
            token.folded in COMMON
            or token.folded in _SLANG
            or token.folded in INSTITUTIONS
            or words.is_function_word(token)
        ):
            return False
        if words.lexicon.is_given(token.folded) or (words.lexicon.is_family(token.folded) and len(token.folded) > 3):
            return len(token.folded) > 2 and (
                token.is_capital or not words.lexicon.is_certain(token.folded, words.language)
            )
        if token.is_capital:
            return words.may_be_name(token)
        return not words.is_shouted and words.is_new(token)

    def _in_capital_frame(self, rule: str, match: re.Match[str]) -> Iterator[Finding]:
        place = self._words.place_at(match.start("name"))
        if place is None:
            return
        token = self._words.tokens[place]
        if rule == "name-inverted":
            if token.folded not in COMMON:
                yield Finding(PERSON, match.start("name"), match.end("given"), 0.85, rule)
            return
        if self._fits_capital(token, rule):
            last = self._words.extended(place, is_sure=rule in {"name-rank", "name-labeled"})
            yield Finding(PERSON, token.start, without_genitive(self._words.tokens[last]), 0.7, rule)

    def _fits_capital(self, token: Token, rule: str) -> bool:
        words = self._words
        word = token.folded
        if rule == "name-asked" and words.lexicon.is_mostly_name(word):
            return True
        if word in COMMON or word in INSTITUTIONS or words.lexicon.is_brand(word) or words.is_of_institution(token):
            return False
        if words.is_function_word(token) or (words.is_acronym(token) and rule != "name-labeled") or len(word) < 3:
            return False
        if words.lexicon.is_given(word) or words.lexicon.is_family(word):
            return True
        if rule in {"name-asked", "name-rank", "name-labeled"} and words.lexicon.is_some_name(word):
            return True
        if words.is_noun_case:
            return (
                rule in {"name-rank", "name-role-comma", "name-role-german", "name-apposed"}
                and not words.is_ordinary(token)
                and not _DEPARTMENTS.fullmatch(word)
            )
        return not words.is_ordinary(token)

    def _pairs_in_lower(self) -> Iterator[Finding]:
        """Yield two words in a row at the start of a sentence that are new, where a person tells or does something."""
        words = self._words
        for place in range(len(words.tokens) - 1) if words.language in {"", "en"} and not words.is_shouted else ():
            if not words.starts_sentence(place) or words.gap(place) != " ":
                continue
            first, second = words.tokens[place], words.tokens[place + 1]
            if first.is_capital or {first.folded, second.folded} & _SLANG:
                continue
            if (
                words.is_new(second)
                and not words.is_ordinary(first)
                and len(first.folded) > 2
                and _TELLS.match(words.text, second.end)
            ):
                yield Finding(PERSON, first.start, second.end, 0.6, "name-pair-lower")
