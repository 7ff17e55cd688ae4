"""Given and family names of many countries, and ordinary words of six languages, from the lists of faker.

Only the lists are used (faker is a kept package under the MIT license; nothing in it uses a network). A name that is
also an ordinary word, a place or a month (will, mark, grace, may, paris) is ambiguous: alone it is no evidence of a
person.
"""

import importlib
import importlib.util
import runpy
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

NAME_LOCALES = (
    "en en_GB en_IE en_IN en_KE en_NG en_NZ en_PK en_US fr_BE fr_CA fr_CH fr_FR fr_DZ "
    "de_AT de_CH de_DE de_LU es_AR es_CA "
    "es_CL es_CO es_ES es_MX nl_BE nl_NL it_IT pt_BR pt_PT pl_PL tr_TR cs_CZ da_DK no_NO sv_SE fi_FI hu_HU ro_RO hr_HR "
    "sk_SK sl_SI lt_LT lv_LV et_EE is_IS ga_IE id_ID yo_NG ig_NG ha_NG zu_ZA tw_GH sw uz_UZ az_AZ en_TH de_LI"
).split()
FREQUENT_LOCALES = ("en_GB", "en_IE", "en_US", "en_NZ")
"""Locales with short lists of the most frequent names; the long lists contain too many ordinary words."""
WORD_LOCALES = {"en": "en_US", "fr": "fr_FR", "de": "de_DE", "es": "es_ES", "nl": "nl_NL", "it": "it_IT"}
MORE_FUNCTION_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "fr": "cher chere chers cheres mille merci bonjour bonsoir salut marine rose olive prune violette blanche "
        "claire noel beau-frere belle-mere beau-pere belle-soeur beau-fils belle-fille grand-mere grand-pere "
        "salutations cordialement sinceres",
        "de": "beste bester bestes besten ernst lage lieber liebe liebes grusse gruss betreff mille moritz oder "
        "marine sommer winter herbst",
        "es": "mio mia mil buena buenas bueno buenos estimado estimada querido querida gracias hola rosa marina sol "
        "luz blanco saludos cordiales atentamente atentos feliz felices lunes martes miercoles jueves viernes sabado",
        "nl": "beste lieve geachte goede fijne dank mees merel storm roos bloem zon daan sterre linde hoi groet "
        "groeten hartelijke vriendelijke prettige vrolijk gelukkig",
        "it": "mille buona buone buono buoni grazie gentile caro cara cari salve rosa viola bianca bianco marina sole "
        "luce marrone saluti cordiali distinti sinceri lunedi martedi mercoledi giovedi venerdi sabato ella",
    }.items()
}
"""Forms of address, thanks, colors and nouns that are given names elsewhere and that no list of stop words has."""
AMBIGUOUS = frozenset(
    # words of everyday English
    "will mark grace may april june august autumn summer winter hope faith joy rose lily "
    "daisy violet ivy iris jasmine olive "
    "ginger pepper rosemary basil sage ruby pearl amber crystal jade opal diamond gene "
    "rich frank ernest art bill bob buddy "
    "chance chase chuck cliff clay dale dean dawn destiny earnest eve forest gale gay glen "
    "guy happy harmony heather heaven "
    "holly honey hunter jack jay jean jeans jerry jewel justice king lane lance lark leaf "
    "liberty long love lucky major "
    "marina mason melody mercy merry miles misty norm patience pat patsy penny perfect "
    "pierce pleasant precious price prince "
    "princess promise queen rain raven ray reed river rob robin rocky rod royal rusty "
    "sandy serenity sky skip sonny star "
    "sterling stone storm sue sunny sunshine tab tad tag tiny trinity true unity van "
    "vanilla wade ward warren wick will wren "
    "young bay bliss blessing bonnie bud candy carol charity cherry christian clement "
    "coral cookie constant dash delicate "
    "early else ember fancy fern flora frost garnet gift golden gray grey green brown "
    "black white hazel ike in inn lake less "
    "light lovely lyric many marvel maverick max mint moon nice noble ocean order page "
    "paris peace phoenix pink power presley "
    "prosper quick rebel rhyme rhythm ridge rio robot roman rowan saint season session "
    "shade shadow shine silver song sparkle "
    "spring stormy sweet tale talent temple tea teal timber toy treasure tropic tulip "
    "velvet vine wisdom wish wood worth zen "
    "an ant art ash bell berry bird bishop bond book boots branch bridge brook brooks buck "
    "bush butler buttons camp cannon "
    "carpenter carver case cash chambers church coach coats cobb cook cooks cooper cotton "
    "couch cousins cross dancer day days "
    "dear duke dyer east english ernst ever fairy farmer field fields fine fisher fish "
    "flowers ford foreman fort foster fox free "
    "french friend frost fuller gamble gardener gates giles glass glover gold good goods "
    "goodman gore grant groom grove hall "
    "hand hands hardy hart harder head heard held high hill hills hire holder holmes home "
    "hood hoover house howe hull ice "
    "ireland irish israel jordan judge keen key kidd kind knight knots lamb land last law "
    "lawyer leader lee lever little lock "
    "lord low lowe lucas lyon mace man mann many marsh marshall massey masters mayo mead means meadows mercer merchant "
    "middle mill mills mint monk moody moon moss mould nash new noble north oaks osborn "
    "pace pack palm parish park parks "
    "parker parent paradise parsons patch penn person petty pitt place pool poole poor "
    "pope porter post potter potts power "
    "powers press priest proud pugh quick ramp randall range read ready rest rice ring "
    "rise rivers roach road roads robust "
    "rock rogue root rose rough rush sales salt sample sand school schools sea seals see "
    "sell sharp shaw shell shepherd shoe "
    "shore short simple singer slack small smart smile snow south sparks speed spencer "
    "spicer stamp stark steel steele steward "
    "stock stokes street strong summers swan sweeney sweet swift tailor talk tall tanner "
    "taylor temp terry thing town train "
    "trump tucker turner tutor tyler underwood vance walker wall walls waller waters watts "
    "way weaver weeks welcome well wells "
    "west wheeler whole wilder wiles win wine winters wise wolf wolfe work works worth "
    "wright yard yates york so do to go my me "
    "he she it we us you am is are was be on at by as no yes an or if of up ok can see say "
    "go get got let her his him has had "
    "did done too two one ten six seven son sons mom mum dad papa mama baby sir miss lady "
    "boy girl doctor nurse care tom toms "
    "bath rash dong ping ling sit sin tan tin tip van vat wan wen wong yang yen you san "
    "sang sun song sung mae ma ha han hang "
    "hong ho hu kan kang kim kit lam lang le leu li lin ling liu lo long lu lung mai man "
    "min ming mo mu na nam ng nan ning pan pang "
    "pei per pin po qi quan ran ru shan shi tai tang tao ten thai the tien ting tong tran "
    "tu vi vu wang wei wen wu xi xu yan yin yu "
    "data demo art ari bo ben bar bas bin col con cat dan don dot ed eel el em era es et "
    "eve fay fae fan flo gal gab gem han hal "
    "ima ira ita jo kat kay key la las lea les lei lot lou lulu mac mat med mel nan nat "
    "ned neal nick pa peg pet pia pol que rae "
    "ria roe ron sal sam sang ser sha shea sid sol su tam tat tea ted thea tia tim tod "
    "tori ty val vee vera via vic von wes zoe "
    "alexa siri cortana alto bell casino chanel dior gucci prada versace armani mercedes "
    "porsche ford lexus tesla nike maeve "
    "levi levis wrangler hilton marriott nestle philips bosch siemens dyson walmart tesco asda aldi lidl amazon apple "
    "made unique said wash come odd sad hung comfort tone roll yoga ties lean minor cap "
    "journey drew prior hunt till easter "
    "dusty meadow hence doll mad bent sunday angel male mile emerald paisley lies wing "
    "desire cord handy poppy miracle lemon "
    "january november windy bee joke gauge kick mare pal baker canyon miner haven elder "
    "captain council doc link cherish "
    "texas florida boston atlanta diego california missouri reno loyal innocent junior "
    "harsh kitty essence urban santa nanny "
    "christ imam saga lexis henna ether atlas yr imo irl versa lacy prima cal al del fed "
    "che ah ole te thi ver til lar loke "
    "aline maxi cami bra ivory lavender orange magnolia dahlia cinnamon terra luna sienna sable "
    "uni ale willow karma metro jan eden tory cosmo victory captain orion trent fleet "
    "sofia lux jammie sydney elder doobie burns "
    "byron dolan were lower bright fresh fair die en da se op und de st sa "
    # places that are given or family names too
    "london paris chelsea sydney charlotte madison austin georgia florence victoria "
    "carolina dakota virginia india china "
    "america asia africa israel jordan cuba chad kenya ireland scotland brittany lorraine "
    "houston dallas denver phoenix orlando "
    "savannah memphis brooklyn camden kent devon essex york lancaster chester lincoln "
    "stafford bradford preston milton burton "
    "carlisle derby durham norwich oxford hampton washington cleveland columbus jackson "
    "montana nevada alabama kingston windsor "
    "wellington hamilton alexandria berlin vienna roma milan milano valencia salamanca leon cordoba toledo granada "
    "normandie lourdes nancy nice tours angers bern genève zurich graz essen hagen halle trier worms ulm soest "
    # everyday words of the other languages
    "rosa rosas luz sol cruz paz mar dolores pilar consuelo amparo remedios mercedes "
    "concepcion soledad ángel angeles santos "
    "reyes domingo julio bueno bravo calvo delgado moreno rubio blanco negro prieto gallego castellano nieto caballero "
    "guerrero herrero molina campos flores fuentes vega rios rey iglesias casas casado "
    "costa torres mesa mora parra prado "
    "pierre blanche claire rose marguerite olive violette aimé aimée désiré désirée prudence constance clémence marine "
    "avril juin petit grand leblanc legrand lebon roy roi marchand meunier fournier "
    "charpentier boulanger moulin fontaine "
    "dupont rue aurore victoire parfait félicité modeste juste germain breton français français allemand lange martin "
    "stern sommer winter herbst engel ernst frank wolf adler fuchs hase vogel kaiser könig "
    "herzog graf richter schneider "
    "schmidt müller bauer fischer weber wagner becker koch schäfer schulz schuster "
    "schreiber zimmermann kaufmann hofmann "
    "klein gross groß lang kurz braun schwarz weiss weiß roth rot grün neu jung alt stark "
    "gut frei berg bach busch baum wald "
    "stein feld horn kraft freund krug topf nagel hammer busse beer kuhn sauer süß zorn friede hahn gans haus haas "
    "mai juni august frieden glück donner sonne roman pascal gerade heim heide heil rosen viola linde wim wil "
    "mooi roos bloem sterre fleur visser bakker smit mulder meijer kok kuiper schipper "
    "koning prins boer jager groot klein "
    "lange korte vos wolf haas leeuw beer dekker maas vries berg dijk bos veld meer poel "
    "gioia speranza grazia luce stella perla viola rosa bianca celeste serena chiara "
    "libero leone bruno rossi bianchi neri "
    "verdi russo greco romano conte conti marchi villa costa monti valle fiore fiori "
    "ferrari ferraro barbieri sartori sala santo "
    "felice benedetto immacolata assunta concetta alba aurora italia primo secondo".split()
)
"""Names that are also ordinary words, brands or places; compiled by hand."""

MOSTLY_NAMES = frozenset(
    "tom ben bill bob lee jack jay jerry ray rob robin ron ted ned nick kim kay kate zoe "
    "pat sue bruno martin neal eve fay jo tim dan "
    "don ed vic wes val leo lou mel peg penny carol bonnie heather holly mason tyler dale "
    "glen gene ernest frank ernst claire florence "
    "charlotte sydney victoria virginia carolina georgia austin jordan madison chelsea "
    "hunter jasmine iris lily rosa rose ruby amber "
    "pearl daisy violet olive ivy hazel dawn april june pascal roman serena chiara bianca "
    "stella viola gloria marina sandy terry "
    "christian clement dean drew gale guy hank harriet ike jean jerome lance miles randall "
    "reed rex rick rod roy russ russell sal "
    "sam seth shea sid sol sonny spencer stanley sterling tucker vance vera walter ward "
    "wade warren alba aurora mercedes dolores pilar "
    "pierre marguerite constance prudence angel chase chuck cliff clay curtis dylan earl "
    "melody misty autumn summer joy faith grace "
    "hope mark will may max norm patience art harry ally ali ian ira abby al angela mia mai maya".split()
)
"""Ambiguous names that are usually a person when capitalized in the middle of a sentence."""


@cache
def given_names() -> frozenset[str]:
    """Return the given names, folded, without ambiguous ones."""
    return frozenset(_folded(_listed("first_name"))) - AMBIGUOUS - plain_words("en")


@cache
def frequent_given_names() -> frozenset[str]:
    """Return the given names frequent enough to be recognized in lower case ("spoke to sarah"), folded."""
    return frozenset(_folded(_listed("first_name", FREQUENT_LOCALES))) & given_names()


@cache
def family_names() -> frozenset[str]:
    """Return the family names, folded, without ambiguous ones."""
    return frozenset(_folded(_listed("last_name"))) - AMBIGUOUS - plain_words("en")


@cache
def ambiguous_names() -> frozenset[str]:
    """Return the ambiguous names, which are also something else, folded."""
    listed = frozenset(_folded(_listed("first_name"))) | frozenset(_folded(_listed("last_name")))
    return listed - given_names() - family_names()


@cache
def plain_words(language: str) -> frozenset[str]:
    """Return about a thousand ordinary words of a language, folded; empty for a language without a list."""
    locale = WORD_LOCALES.get(language)
    if locale is None:
        return frozenset()
    return frozenset(word.casefold() for word in _provider("lorem", locale).word_list)


@cache
def function_words(language: str) -> frozenset[str]:
    """Return the stop words of a language, folded, from spaCy; none for a language that it does not know.

    The file is run by itself: to import the package of a language compiles its tokenizer, which takes three seconds for
    French.
    """
    if language not in WORD_LOCALES:
        return frozenset()
    stop_words = runpy.run_path(str(_spacy_folder() / "lang" / language / "stop_words.py"))["STOP_WORDS"]
    return frozenset(_folded(stop_words)) | MORE_FUNCTION_WORDS.get(language, frozenset())


def _spacy_folder() -> Path:
    """Return the folder of spaCy, which is not imported."""
    spec = importlib.util.find_spec("spacy")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("spacy is not installed")
    return Path(spec.origin).parent


def is_given_name(word: str) -> bool:
    """Return whether a word is a given name and hardly anything else, ignoring case and accents."""
    return fold_name(word) in given_names()


def fold_name(word: str) -> str:
    """Return a word in lower case without accents."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _listed(prefix: str, locales: Iterable[str] = NAME_LOCALES) -> Iterator[str]:
    for locale in locales:
        provider = _provider("person", locale)
        for attribute in dir(provider):
            names = getattr(provider, attribute, None)
            if attribute.startswith(prefix) and not callable(names) and isinstance(names, Iterable):
                yield from (name for name in names if isinstance(name, str))


def _provider(kind: str, locale: str) -> Any:
    """Return faker's lists of a kind for a locale."""
    return importlib.import_module(f"faker.providers.{kind}.{locale}").Provider


def _folded(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for part in name.replace("-", " ").split():
            folded = fold_name(part.strip("'’.,"))
            if len(folded) > 1 and folded.isalpha():
                yield folded
