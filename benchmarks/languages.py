"""Measure whether search finds the same point said in another language: 12 invented points in six languages.

    python benchmarks/languages.py [MODEL]        default multilingual-e5-small

The 72 comments go through the whole product (scrub, embed, store). Each point, as it is said in one language, is
searched among the 12 comments of another one; the figure is the share of the 360 searches that find it first.
"""

import argparse
import csv
import itertools
import os
import tempfile
from pathlib import Path

LANGUAGES = ("en", "fr", "de", "es", "nl", "it")
POINTS = (
    ("We waited two hours", "Nous avons attendu deux heures", "Wir haben zwei Stunden gewartet", "Esperamos dos horas",
     "We hebben twee uur gewacht", "Abbiamo aspettato due ore"),
    ("The staff were very kind", "Le personnel était très gentil", "Das Personal war sehr nett",
     "El personal fue muy amable", "Het personeel was erg vriendelijk", "Il personale è stato molto gentile"),
    ("Far too expensive for what you get", "Beaucoup trop cher pour ce que c'est",
     "Viel zu teuer für das, was man bekommt", "Demasiado caro para lo que es", "Veel te duur voor wat je krijgt",
     "Troppo caro per quello che si riceve"),
    ("The parcel arrived damaged", "Le colis est arrivé abîmé", "Das Paket kam beschädigt an",
     "El paquete llegó dañado", "Het pakket kwam beschadigd aan", "Il pacco è arrivato danneggiato"),
    ("The app crashes all the time", "L'application plante tout le temps", "Die App stürzt ständig ab",
     "La aplicación se bloquea todo el tiempo", "De app crasht de hele tijd", "L'app si blocca continuamente"),
    ("I never got my money back", "Je n'ai jamais été remboursé", "Ich habe mein Geld nie zurückbekommen",
     "Nunca me devolvieron el dinero", "Ik heb mijn geld nooit teruggekregen", "Non ho mai riavuto i miei soldi"),
    ("The toilets were filthy", "Les toilettes étaient dégoûtantes", "Die Toiletten waren dreckig",
     "Los baños estaban sucios", "De toiletten waren smerig", "I bagni erano sporchi"),
    ("There is nowhere to park", "Il n'y a nulle part où se garer", "Man findet keinen Parkplatz",
     "No hay donde aparcar", "Je kunt nergens parkeren", "Non c'è posto per parcheggiare"),
    ("The food was cold", "La nourriture était froide", "Das Essen war kalt", "La comida estaba fría",
     "Het eten was koud", "Il cibo era freddo"),
    ("Nobody answers the phone", "Personne ne répond au téléphone", "Niemand geht ans Telefon",
     "Nadie contesta el teléfono", "Niemand neemt de telefoon op", "Nessuno risponde al telefono"),
    ("I cannot log in any more", "Je n'arrive plus à me connecter", "Ich kann mich nicht mehr anmelden",
     "Ya no puedo iniciar sesión", "Ik kan niet meer inloggen", "Non riesco più ad accedere"),
    ("The trousers are too small", "Le pantalon est trop petit", "Die Hose ist zu klein",
     "El pantalón es demasiado pequeño", "De broek is te klein", "I pantaloni sono troppo piccoli"),
)  # fmt: skip
"""Invented for this check."""


def main() -> None:
    from analyzer.workspace import Workspace

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="multilingual-e5-small")
    model = parser.parse_args().model
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            ANALYZER_WORKSPACE=f"{folder}/workspace",
            ANALYZER_KEYS_DIR=f"{folder}/keys",
            ANALYZER_EMBEDDING_MODEL=model,
        )
        file = Path(folder) / "points.csv"
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(("point", "spoken", "comment"))
            for number, said in enumerate(POINTS):
                writer.writerows((f"point {number}", code, text) for code, text in zip(LANGUAGES, said, strict=True))
        workspace = Workspace.init()
        report = workspace.ingest([file], {"text": "comment", "keep": "spoken,point"})
        print(report)
        found: dict[tuple[str, str], list[bool]] = {}
        for one, other in itertools.permutations(range(len(LANGUAGES)), 2):
            pair = LANGUAGES[one], LANGUAGES[other]
            for number, said in enumerate(POINTS):
                hits = workspace.search(said[one], f"spoken = {LANGUAGES[other]}", 1).hits
                found.setdefault(pair, []).append(bool(hits) and hits[0].fields["point"] == f"point {number}")
        for code in LANGUAGES:
            shares = {other: sum(hit) / len(hit) for (one, other), hit in found.items() if one == code}
            print(code, " ".join(f"{other} {share:.2f}" for other, share in shares.items()))
        hits = list(itertools.chain.from_iterable(found.values()))
        share = sum(hits) / len(hits)
        print(f"{model}: the same point found first in {sum(hits)} of {len(hits)} searches ({share:.3f})")


if __name__ == "__main__":
    main()
