"""Patterns of street addresses in seven countries and, less strictly, in the rest of Europe."""

import re

_UPPER = "A-ZÀ-ÖØ-ÞĀ-ŽΆ-ΫА-Я"
CAP = rf"(?:[{_UPPER}][\w'’]{{0,30}}(?:-[\w'’]{{1,30}}){{0,3}}\.?)"
NUMBER = r"(?:\d{1,5}(?:\s?[-/]\s?\d{1,4})?\s?(?:[a-zA-Z](?![\w']))?)"
_DOORS = r"(?:\s?/\s?\d{1,3}[a-zA-Z]?){0,3}"
"""Staircase and door after a house number, as in Vienna: 88a/2/14."""
_ORDINAL = r"(?:\d{1,3}(?:st|nd|rd|th))"
_SUFFIX = (
    r"(?:Street|St|Str|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Court|Ct|Close|Crescent|Cres|Place|Pl|Terrace|Ter|Way"
    r"|Boulevard|Blvd|Square|Sq|Gardens|Gdns|Grove|Mews|Parkway|Pkwy|Highway|Hwy|Trail|Trl|Circle|Cir|Loop|Alley"
    r"|Plaza|Row|Walk|Quay|Wharf|Parade|Drove|Rise|Hill|View|Park|Green|Fields?|Meadows?|Broadway|Turnpike|Route|Pike"
    r"|Crossing|Xing|Fwy|Tpke|Expy|Trce|Pkwy|Cove|Bend|Estate|Heights|Manor|Villas?|Vale|Ridge|Run|Path|Bypass"
    r"|Expressway|Freeway|Esplanade)"
)
_SURE_SUFFIX = (
    r"(?:street|road|avenue|ave|lane|drive|court|close|crescent|terrace|boulevard|blvd|gardens|grove|mews|rd)"
)
_IN_BETWEEN = (
    r"(?!(?:the|a|an|this|that|my|our|down|up|on|off|of|in|to|from|for|at|and|or|by|per|"
    r"minutes?|mins?|hours?|days?|weeks?|miles?|km|yards?|metres?|meters?|people|times|"
    r"years?|months?|star|stars|different|more|other|busy|main|wrong|same|each|per)\b)"
)
_DIRECTION = r"(?:(?:North|South|East|West|N|S|E|W|NE|NW|SE|SW)\.?\s)?"
_FR = (
    r"(?:rue|avenue|av\.?|boulevard|boul\.?|bd\.?|blvd|place|pl\.|impasse|allée|chemin|"
    r"ch\.|route|rte|quai|cours|square|passage|sentier|villa|ruelle|faubourg)"
)
_ES = (
    r"(?:calle|c/|c\.|avenida|avda\.?|av\.|plaza|pza\.?|paseo|p[º°]|carrer|camino|ronda|"
    r"travesía|carretera|ctra\.?|rúa|rua|praça|travessa|largo|urbanización|urb\.?|polígono|pol\.|edificio|edif\."
    r"|glorieta)"
)
_IT = r"(?:via|viale|v\.le|corso|c\.so|piazza|p\.zza|piazzale|vicolo|largo|strada|contrada|borgo|lungotevere|salita)"
_OF = (
    r"(?:\s(?:de|du|des|della|delle|dei|degli|del|di|da|la|le|les|los|las|l|et|y|e|van|"
    r"von|der|den|het|à|aux?)\b|\s(?:de\s)?[ldLD]['’])*"
)
_JOINED = (
    r"(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|ring|damm|ufer|steig|chaussee|"
    r"markt|hof|graben|straat|laan|plein|gracht"
    r"|kade|singel|dijk|dreef|steeg|pad|hof|lei|gatan|vägen|gata|väg|gränd|vej|gade|"
    r"allé|stræde|veien|gaten|katu|kuja|utca"
    r"|ulica|ulice)"
)
HOUSES = re.compile(
    rf"(?<!\w)(?:[Tt]he\s)?(?:{CAP}\s){{1,3}}(?:Cottage|House|Farm|Farmhouse|Lodge|Rectory|Vicarage|Barn|Mill|Manor"
    rf"|Croft|Grange"
    rf"|Bungalow|Villa|Forge|Smithy|Stables|Gatehouse|Oast|Dairy|Granary|Schoolhouse|Annexe|Nook|Priory|Chapel|Hall"
    rf"|Tower|Stables|Mews|Court),\s(?:{CAP}\s){{1,3}}{_SUFFIX}\b\.?"
)
"""A house by its name with its street: the only address without a number."""
STREETS = (
    (
        "street-en",
        re.compile(
            rf"(?<![\w.,/-])(?:{NUMBER}|{_ORDINAL}),?\s{_DIRECTION}(?:(?:{CAP}|{_ORDINAL}|"
            rf"[a-z]['’][A-Z]\w+)\s){{0,4}}{_SUFFIX}\b\.?(?:\s(?:N|S|E|W|NE|NW|SE|SW|North|"
            rf"South|East|West)\b\.?)?"
        ),
    ),
    (
        "street-en-lower",
        re.compile(
            rf"(?<![\w.,/-]){NUMBER},?\s(?:{_IN_BETWEEN}[a-z'’]+\s)"
            rf"{{1,2}}{_SURE_SUFFIX}\b(?!\s(?:price|store|shop)s?\b)",
            re.IGNORECASE,
        ),
    ),
    (
        "street-de-nl",
        re.compile(
            rf"(?<!\w)(?:(?:{CAP}|[A-Z]\.)[\s-])"
            rf"{{0,2}}[A-ZÄÖÜÅØÆÞ][\w-]{{2,40}}?{_JOINED}\s?\d{{1,4}}(?:\s?[-/]\s?\d{{1,4}})"
            rf"?\s?(?:[a-zA-Z]\b|hs\b|bis\b)?{_DOORS}"
        ),
    ),
    (
        "street-de-nl-apart",
        re.compile(
            rf"(?<!\w)(?:{CAP}[\s-]){{1,3}}(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Gasse|Allee|Ring|"
            rf"Damm|Ufer|Straat|Laan|Plein|Gracht|Kade|Weg|Dijk|Vej|Gade|Utca|utca|katu|tie|"
            rf"ulica)\s\d{{1,4}}\s?(?:[a-zA-Z]\b)?{_DOORS}"
        ),
    ),
    (
        "street-de-phrase",
        re.compile(
            rf"(?<!\w)(?:Am|An der|An den|Im|In der|In den|Auf der|Auf dem|Zum|Zur|Unter den|"
            rf"Unterm|Beim|Hinter der|Vor dem|Aan de|Op de|Op den|In de)\s(?:{CAP}\s)"
            rf"{{0,2}}{CAP}\s\d{{1,3}}\s?(?:[a-z]\b)?(?=[,.;\n)]|\s(?:in|und|en|te)\b|$|"
            rf"\s\d{{4,5}}\s)"
        ),
    ),
    (
        "street-fr",
        re.compile(
            rf"(?<![\w.,/-])\d{{1,4}}(?:\s?(?:bis|ter|quater|[A-D])\b)?,?\s(?i:{_FR})"
            rf"(?![^\W\d_]){_OF}\s?(?:(?:{CAP}|\d{{1,2}})(?:{_OF}[\s-](?={CAP}))?){{1,4}}"
        ),
    ),
    (
        "street-fr-lower",
        re.compile(
            rf"(?<![\w.,/-])\d{{1,5}}(?:\s?(?:bis|ter|quater))?,?\s"
            rf"(?i:rue|avenue|boulevard|bd|impasse|chemin|allée|quai|cours|faubourg|sentier)"
            rf"(?![^\W\d_]){_OF}\s?[\w'’-]+(?:[\s-]{CAP}){{0,3}}"
        ),
    ),
    (
        "street-fr-before",
        re.compile(
            rf"(?<!\w)(?i:{_FR})(?![^\W\d_]){_OF}\s?(?:{CAP}(?:{_OF}[\s-](?={CAP}))?){{1,4}}"
            rf",?\s\d{{1,4}}\s?(?:[a-zA-Z]\b|bis\b|ter\b)?(?![\w:.]|\s?[%€$])"
        ),
    ),
    (
        "street-malay",
        re.compile(
            r"(?<!\w)(?:jalan|jln|jl|gang|gg|lorong|kampung|kg)\b\.?\s(?:[\w'’]+\s){1,4}?(?:(?:no|nomor"
            r"|nombor)\b\.?\s?|#)?"
            r"\d{1,4}\s?(?:[a-z]\b)?",
            re.IGNORECASE,
        ),
    ),
    (
        "street-es",
        re.compile(
            rf"(?<!\w)(?i:{_ES})(?![^\W\d_]){_OF}\s?{CAP}(?:{_OF}\s{CAP})"
            rf"{{0,4}},?\s(?:n[º°o]?\.?\s?|núm\.?\s|número\s|num\.?\s|km\.?\s?)?\d{{1,4}}(?:\s?[-ºª°]|"
            rf"\b)(?:,?\s?\d{{1,2}}\s?[º°ª.]\s?(?:[A-Z]\b|dcha\.?|izda\.?|izq\.?)?)?"
        ),
    ),
    (
        "street-es-lower",
        re.compile(
            rf"(?<!\w)(?:(?:calle|avenida|avda|plaza|paseo|carrer)\b\.?|c/)"
            rf"{_OF}\s?[\w'’-]+(?:{_OF}\s[\w'’-]+){{0,2}}?,?\s(?:n[º°o]?\.?\s?|número\s)"
            rf"?\d{{1,4}}\b(?!\s(?:min|hora|día|año|euro|persona|ve[cz]))",
            re.IGNORECASE,
        ),
    ),
    (
        "street-it",
        re.compile(
            rf"(?<!\w)(?i:{_IT})(?![^\W\d_]){_OF}\s?(?:(?!(?:D[IAEO]|DEL|DELLA|AL|ALLA)\b){CAP}|[IVX]+\b|\d{{1,2}})"
            rf"(?:{_OF}\s{CAP}){{0,3}},?\s(?:n[°.]?\s?)?\d{{1,4}}(?:/?[a-zA-Z]\b)?"
        ),
    ),
    (
        "street-it-lower",
        re.compile(
            rf"(?<!\w)(?:viale|corso|piazza|via|vicolo){_OF}\s?[a-z'’]+(?:\s[a-z'’]+)"
            rf"?,?\s\d{{1,4}}\b"
        ),
    ),
    (
        "street-de-nl-lower",
        re.compile(
            r"(?<!\w)[a-zäöüß]{3,30}(?:straße|strasse|platz|gasse|allee|weg|straat|laan|plein|gracht|kade"
            r"|dijk)\s\d{1,4}"
            r"[a-z]?\b(?!\s(?:min|uhr|uur|jahr|jaar|tag|dag|stund|km|meter|euro|mal|keer))"
        ),
    ),
    (
        "street-slavic",
        re.compile(
            rf"(?<!\w)(?:ul|al|nám|tř|pl|trg|os)\.?\s(?:{CAP}|[a-ząćęłńóśźž]+)(?:\s{CAP})"
            rf"{{0,3}}\s\d{{1,4}}[a-z]?(?:/\d{{1,4}})?\b(?:\s?(?:m|lok|mieszk|kv|byt)\b\.?\s?\d{{1,4}})?",
            re.IGNORECASE,
        ),
    ),
    (
        "street-hungarian",
        re.compile(
            rf"(?<!\w){CAP}(?:\s{CAP}){{0,3}}\s(?:u|utca|út|útja|tér|tere|körút|krt|kapu|köz|"
            rf"sor|põik|mnt|pst|tn|tänav|kuja)\.?\s\d{{1,4}}\b\.?"
        ),
    ),
    (
        "street-between-numbers",
        re.compile(
            rf"(?<![\w.,/-])\d{{2,6}},?\s(?:\d{{1,4}}\s)?(?:{CAP}|[a-z]\s|d[eo]\s|do\s|da\s|"
            rf"al\s)(?:[\s-]?(?:{CAP}|d[aeo]l?|la|el|van|z|u)\b\.?){{0,4}}\s\d{{1,4}}(?!\w|"
            rf"[.:,]\d)\.?"
        ),
    ),
    (
        "street-house-label",
        re.compile(
            rf"(?<!\w)(?i:h\.?\s?no|house no|plot no|door no|flat no|d\.?\s?no|shop no|blk|block|lot|hs\.?\s?nr|kav"
            rf"|casa n[°ºo]?)\b\.?\s?#?\d[\dA-Za-z/-]{{0,9}},?\s(?:{CAP}[,\s]\s?){{1,5}}(?:\d{{1,4}}\b)?"
        ),
    ),
    (
        "street-estate",
        re.compile(
            r"(?<!\w)(?:lotissement|résidence|cité|hameau|lieu-dit|zone|clos|colonia|col\.|fraccionamiento|fracc\."
            r"|urbanización|urb\.|barrio|quartiere|frazione|località|loc\.|residence|siedlung|kolonie)\s"
            r"(?:(?:de|des|du|la|le|les|los|las|del|di|dei)\s)?[\w'’-]+(?:\s[\w'’-]+){0,2}?,?\s(?:n[°ºo]?\.?\s?|bât\.?\s"
            r"|lot\s)?\d{1,4}\b(?:,?\s\d{5}\b(?:\s[^\W\d_]{3,20})?)?",
            re.IGNORECASE,
        ),
    ),
    (
        "street-postcode",
        re.compile(
            r"(?<!\w)(?:(?:am|an der|auf der|auf dem|im|in der|zum|zur|unter den|op de|aan de|op den|in de)\s)?"
            r"(?:[^\W\d_][\w'’.-]*\s){1,2}\d{1,4}\s?[a-z]?,\s(?:\d{5}|\d{4}\s?[a-z]{2})\s(?![^\W\d_]+s?\s"
            r"(?:times|mal|fois))[^\W\d_]{3,25}(?=\s?[,.;!?\n]|\s?$)",
            re.IGNORECASE,
        ),
    ),
    (
        "street-fr-lower",
        re.compile(
            rf"(?<!\w)(?:rue|avenue|av\.?|boulevard|bd|impasse|chemin|allée|quai|cours|chaussée|rte|route){_OF}\s"
            r"?[\w'’-]+(?:\s[\w'’-]+){0,2}?,?\s\d{1,4}\s?[a-z]?,?\s(?:\d{4,5})\s[^\W\d_]{3,25}",
            re.IGNORECASE,
        ),
    ),
    (
        "street-nl-lower",
        re.compile(
            r"(?<!\w)(?:laan|straat|weg|plein|kade|singel|gracht)\svan\s(?:de\s|het\s|den\s)?[^\W\d_]{4,25}\s"
            r"\d{1,4}\s?[a-z]?\b(?!\s(?:min|uur|jaar|dag|euro|keer|meter|km))",
            re.IGNORECASE,
        ),
    ),
    (
        "street-numbered",
        re.compile(
            r"(?<!\w)(?:(?:cra|carrera|calle|cl|cll|kr|av|avenida|diagonal|dg|transversal|tv)\b\.?\s\d{1,3}\s?[a-z]?"
            r"(?:\sbis)?\s?(?:#|n[°ºo]\.?)\s?\d{1,3}\s?[a-z]?\s?[-–]\s?\d{1,3}"
            r"|(?:house|plot|flat|h)\b\.?\s(?:no\.?\s)?\d{1,5}[a-z]?,\s(?:street|st|road|lane|block|sector|phase)\s"
            r"(?:no\.?\s)?\d{1,3}[a-z]?(?:,\s(?:[a-z]-\d{1,2}(?:/\d{1,2})?|sector\s\w{1,4}|phase\s\w{1,4}))?)(?!\w)",
            re.IGNORECASE,
        ),
    ),
    (
        "street-corner",
        re.compile(
            rf"(?<!\w)(?i:the corner of|corner of|intersection of|ecke)\s(?:\d{{1,5}}\s)"
            rf"?(?:{CAP}|ul\.|[a-z]{{2,12}})(?:\s(?:{CAP}|\d{{1,4}}|d[aeo]l?|la|kapu)\.?)"
            rf"{{0,4}}\s(?:and|&|und)\s(?:\d{{1,5}}\s)?(?:{CAP}|[a-z]{{2,12}}\s{CAP})"
            rf"(?:\s(?:{CAP}|\d{{1,4}})){{0,3}}"
        ),
    ),
    (
        "street-military",
        re.compile(
            r"(?<!\w)(?:(?:PSC|Unit|CMR)\s\d{1,5},?\s?Box\s\d{1,5}|"
            r"US[NC][SVG]?S?\s[^\W\d_][\w-]+)(?:,|\n[\n\s>]*|\s)\s?(?:APO|FPO|DPO)\s(?:AA|AE|"
            r"AP)\s\d{5}",
            re.IGNORECASE,
        ),
    ),
)
"""Rule name and pattern; a pattern is a house number beside words that identify a street."""
