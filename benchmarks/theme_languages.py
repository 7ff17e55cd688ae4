"""Measure whether a theme holds what is said in six languages: planted themes among real English comments.

    python benchmarks/theme_languages.py [MODEL] [--around 6000] [--about 0]     default multilingual-e5-small

Ten invented themes are said in each of six languages in nine ways, and put among clauses of the NHS comments. Themes
are found as a build finds them. A planted theme is found as one if a theme has at least half of its clauses of every
language, and at least half of the clauses of that theme are its own.
"""

import argparse
import csv
import itertools
from pathlib import Path

import numpy as np

from analyzer.config import load_settings
from analyzer.index.fulltext import is_without_content
from analyzer.models.embedding_thresholds import thresholds_of
from analyzer.models.language_directions import language_directions
from analyzer.models.loaded_models import loaded_models
from analyzer.opinions.clauses import clauses
from analyzer.opinions.stored_opinions import compared_as
from analyzer.themes.discovery import discover, order_of

NHS = Path(__file__).resolve().parents[2] / "shared" / "data" / "nhs_survey" / "comments.csv"
LANGUAGES = ("en", "fr", "de", "es", "nl", "it")
PLANTED = {
    "parking": (
        ("there is {} to park", ("nowhere", "hardly any space", "never a free place")),
        ("{} pour se garer", ("aucune place", "presque pas de place", "jamais de place libre")),
        ("es gibt {} zum Parken", ("keinen Platz", "kaum Plätze", "nie einen freien Platz")),
        ("{} para aparcar", ("no hay sitio", "casi no hay plazas", "nunca hay un lugar libre")),
        ("er is {} om te parkeren", ("geen plek", "bijna geen ruimte", "nooit een vrije plaats")),
        ("{} per parcheggiare", ("non c'è posto", "quasi nessun posto", "mai un posto libero")),
    ),
    "app": (
        ("the app {}", ("crashes all the time", "freezes when it starts", "keeps closing by itself")),
        ("l'application {}", ("plante tout le temps", "se bloque au démarrage", "se ferme toute seule")),
        ("die App {}", ("stürzt ständig ab", "hängt beim Start", "schließt sich von selbst")),
        ("la aplicación {}", ("se bloquea todo el tiempo", "se cuelga al abrirla", "se cierra sola")),
        ("de app {}", ("crasht de hele tijd", "loopt vast bij het starten", "sluit vanzelf af")),
        ("l'app {}", ("si blocca continuamente", "si pianta all'avvio", "si chiude da sola")),
    ),
    "refund": (
        ("I {} my money back", ("never got", "am still waiting for", "had to fight for")),
        ("{} remboursé", ("je n'ai jamais été", "j'attends toujours d'être", "j'ai dû me battre pour être")),
        ("{} mein Geld zurück", ("ich bekam nie", "ich warte noch auf", "ich musste kämpfen um")),
        ("{} mi dinero", ("nunca me devolvieron", "sigo esperando que devuelvan", "tuve que luchar por recuperar")),
        ("{} mijn geld terug", ("ik kreeg nooit", "ik wacht nog steeds op", "ik moest vechten voor")),
        ("{} i miei soldi", ("non ho mai riavuto", "aspetto ancora indietro", "ho dovuto lottare per riavere")),
    ),
    "parcel": (
        ("the parcel {}", ("arrived damaged", "was torn open", "came with a broken box")),
        ("le colis {}", ("est arrivé abîmé", "était déchiré", "est venu dans un carton cassé")),
        ("das Paket {}", ("kam beschädigt an", "war aufgerissen", "kam in einem kaputten Karton")),
        ("el paquete {}", ("llegó dañado", "estaba roto", "vino en una caja rota")),
        ("het pakket {}", ("kwam beschadigd aan", "was opengescheurd", "kwam in een kapotte doos")),
        ("il pacco {}", ("è arrivato danneggiato", "era strappato", "è arrivato in una scatola rotta")),
    ),
    "password": (
        ("I cannot {}", ("log in to my account", "reset my password", "sign in any more")),
        ("je ne peux pas {}", ("me connecter à mon compte", "réinitialiser mon mot de passe", "m'identifier")),
        ("ich kann {}", ("mich nicht anmelden", "mein Passwort nicht zurücksetzen", "mich nicht mehr einloggen")),
        ("no puedo {}", ("entrar en mi cuenta", "restablecer mi contraseña", "iniciar sesión")),
        ("ik kan {}", ("niet inloggen op mijn account", "mijn wachtwoord niet herstellen", "niet meer inloggen")),
        ("non riesco {}", ("ad accedere al mio account", "a reimpostare la password", "più a fare il login")),
    ),
    "trousers": (
        ("the trousers {}", ("are too small", "run one size small", "are too tight at the waist")),
        ("le pantalon {}", ("est trop petit", "taille petit", "est trop serré à la taille")),
        ("die Hose {}", ("ist zu klein", "fällt eine Größe kleiner aus", "ist am Bund zu eng")),
        ("el pantalón {}", ("es demasiado pequeño", "talla pequeño", "aprieta en la cintura")),
        ("de broek {}", ("is te klein", "valt een maat kleiner uit", "zit te strak in de taille")),
        ("i pantaloni {}", ("sono troppo piccoli", "vestono piccolo", "sono stretti in vita")),
    ),
    "luggage": (
        ("my suitcase {}", ("was lost at the airport", "did not arrive with the plane", "was left behind")),
        ("ma valise {}", ("a été perdue à l'aéroport", "n'est pas arrivée avec l'avion", "a été oubliée")),
        ("mein Koffer {}", ("ging am Flughafen verloren", "kam nicht mit dem Flugzeug an", "wurde vergessen")),
        ("mi maleta {}", ("se perdió en el aeropuerto", "no llegó con el avión", "se quedó atrás")),
        ("mijn koffer {}", ("raakte kwijt op de luchthaven", "kwam niet met het vliegtuig mee", "bleef achter")),
        ("la mia valigia {}", ("si è persa in aeroporto", "non è arrivata con l'aereo", "è rimasta indietro")),
    ),
    "internet": (
        ("the internet {}", ("is far too slow", "drops every evening", "does not work in the room")),
        ("internet {}", ("est beaucoup trop lent", "coupe tous les soirs", "ne marche pas dans la chambre")),
        ("das Internet {}", ("ist viel zu langsam", "fällt jeden Abend aus", "geht im Zimmer nicht")),
        ("internet {}", ("es demasiado lento", "se corta cada noche", "no funciona en la habitación")),
        ("het internet {}", ("is veel te traag", "valt elke avond uit", "werkt niet op de kamer")),
        ("internet {}", ("è troppo lento", "cade ogni sera", "non funziona in camera")),
    ),
    "price": (
        ("{} for a train ticket", ("far too expensive", "the price went up again", "nobody can afford the fare")),
        ("{} pour un billet de train", ("beaucoup trop cher", "le prix a encore augmenté", "personne ne peut payer")),
        ("{} für eine Zugfahrkarte", ("viel zu teuer", "der Preis stieg wieder", "niemand kann so viel zahlen")),
        ("{} por un billete de tren", ("demasiado caro", "el precio subió otra vez", "nadie puede pagar")),
        ("{} voor een treinkaartje", ("veel te duur", "de prijs ging weer omhoog", "niemand kan zoveel betalen")),
        ("{} per un biglietto del treno", ("troppo caro", "il prezzo è salito ancora", "nessuno può pagare")),
    ),
    "dog": (
        ("dogs {}", ("are not allowed in the hotel", "were welcome at the hotel", "cost extra in this hotel")),
        ("les chiens {}", ("sont interdits à l'hôtel", "étaient bienvenus à l'hôtel", "paient plus à l'hôtel")),
        ("Hunde {}", ("sind im Hotel verboten", "waren im Hotel willkommen", "kosten im Hotel extra")),
        ("los perros {}", ("no se admiten en el hotel", "eran bienvenidos en el hotel", "pagan extra en el hotel")),
        ("honden {}", ("mogen niet in het hotel", "waren welkom in het hotel", "kosten extra in het hotel")),
        ("i cani {}", ("non sono ammessi in hotel", "erano benvenuti in hotel", "costano un extra in hotel")),
    ),
}  # fmt: skip
"""Invented for this check: in each language a frame and what fills it."""
TURNS = {
    "en": ("{}", "{} again", "honestly, {}"), "fr": ("{}", "{} encore", "franchement, {}"),
    "de": ("{}", "{} wieder", "ehrlich gesagt, {}"), "es": ("{}", "{} otra vez", "la verdad, {}"),
    "nl": ("{}", "{} weer", "eerlijk gezegd, {}"), "it": ("{}", "{} di nuovo", "sinceramente, {}"),
}  # fmt: skip
LEAST = 0.5


def planted():
    """Return theme, language and text of each planted clause."""
    for theme, said in PLANTED.items():
        for code, (frame, fills) in zip(LANGUAGES, said, strict=True):
            for turn, fill in itertools.product(TURNS[code], fills):
                yield theme, code, compared_as(turn.format(frame.format(fill)))


def real(file: Path, most: int) -> list[str]:
    with file.open(newline="", encoding="utf-8-sig") as stream:
        answers = [row["FFT answer"].strip() for row in csv.DictReader(stream)]
    found = sorted({compared_as(text[start:end]) for text in answers for start, end in clauses(text)})
    found = [one for one in found if not is_without_content(one)]
    return found[:: max(1, len(found) // most)][:most]


def recovered(themes, codes, members) -> dict[str, tuple[float, float]]:
    """Return for each planted theme the least share of a language in its best theme, and the precision of that."""
    sizes = np.bincount(members[members >= 0])
    found = {}
    for theme in PLANTED:
        own = themes == theme
        hits = np.bincount(members[own & (members >= 0)], minlength=len(sizes))
        best = int(hits.argmax())
        share = min(float((members[own & (codes == code)] == best).mean()) for code in LANGUAGES)
        found[theme] = share, float(hits[best] / sizes[best])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", default="multilingual-e5-small")
    parser.add_argument("--around", type=int, default=6000, help="number of real clauses")
    parser.add_argument("--comments", type=Path, default=NHS, help="the NHS comments")
    parser.add_argument("--about", type=int, default=0, help="approximate number of themes; 0 lets them be chosen")
    options = parser.parse_args()
    embedder = loaded_models(load_settings().models_dir).embedder(options.model)
    rows = list(planted())
    around = real(options.comments, options.around)
    texts = [*around, *(f"{text} ({number})" for number, (_, _, text) in enumerate(rows))]
    vectors = np.vstack([embedder.embed(around), embedder.embed([text for _, _, text in rows])])
    themes = np.array([*[""] * len(around), *(theme for theme, _, _ in rows)])
    codes = np.array([*["en"] * len(around), *(code for _, code, _ in rows)])
    order = order_of(texts)
    for name, directions in (("as it is", None), ("across languages", language_directions(embedder))):
        ordered = [texts[i] for i in order]
        level = thresholds_of(options.model).theme_level
        found = discover(vectors[order], ordered, options.about, directions=directions, level=level)
        members = np.empty(len(texts), dtype=np.int64)
        members[order] = found.members
        scores = recovered(themes, codes, members)
        whole = sum(share >= LEAST and precision >= LEAST for share, precision in scores.values())
        print(f"{options.model}, {name}: {len(found.centers)} themes, {whole} of {len(scores)} planted found as one")
        for theme, (share, precision) in scores.items():
            print(f"  {theme}: least share of a language {share:.2f}, precision {precision:.2f}")


if __name__ == "__main__":
    main()
