"""Measure how files are read: XLSX rows a second and peak memory, time of a preview, the NHS file against pandas.

python benchmarks/imports.py xlsx [ROWS]      reading a workbook of 8 columns (default 300,000 rows)
python benchmarks/imports.py preview [ROWS]   previewing a CSV of 8 columns (default 100,000 rows), medians of 3
python benchmarks/imports.py nhs              figures of the NHS survey through the workspace and by hand in pandas
"""

import csv
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]
NHS = ROOT.parent / "shared" / "data" / "nhs_survey" / "comments.csv"
WORDS = (
    "the delivery slot was moved twice without a word", "friendly counter staff found my size in two minutes",
    "the app logs me out all the time", "breakfast was cold but the coffee was great", "nobody answers on a weekend",
)  # fmt: skip
HEADER = ("ID", "Date", "NPS", "Satisfaction", "Store", "Channel", "Price", "What could we do better?")
LABELS = ("1 - Very dissatisfied", "2 - Dissatisfied", "3 - Neither", "4 - Satisfied", "5 - Very satisfied")


def made_row(n: int) -> list[object]:
    """Return row n of the made-up survey."""
    day = f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}"
    text = f"{WORDS[n % 5]} {n}" if n % 3 else ""
    nps: object = "not asked" if n % 50 == 0 else n % 11
    return [n, day, nps, LABELS[n % 5], ("Leeds", "York", "Hull")[n % 3], "web", f"{n % 900},{n % 100:02}", text]


def measure_xlsx(rows: int) -> None:
    """Write a workbook, and read it in a process of its own."""
    from openpyxl import Workbook

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.xlsx"
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Answers")
        sheet.append(HEADER)
        for n in range(rows):
            sheet.append(made_row(n))
        book.save(path)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.1f} MB", flush=True)
        subprocess.run([sys.executable, __file__, "read", str(path)], check=True)


def read(path: Path) -> None:
    """Read a file once and print rows a second and the peak memory of this process."""
    from analyzer.ingest.readers.open_file import open_table

    started = time.perf_counter()
    rows = sum(1 for _ in open_table(path).rows())
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"read {rows:,} rows in {seconds:.1f} s: {rows / seconds:,.0f} rows/s, peak {peak:,.0f} MB")


def measure_preview(rows: int) -> None:
    """Preview a CSV in a new workspace, three times."""
    from analyzer import Workspace
    from analyzer.config import load_settings

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.csv"
        with path.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(HEADER)
            writer.writerows(made_row(n) for n in range(rows))
        environ = {"ANALYZER_WORKSPACE": str(Path(folder) / "w"), "ANALYZER_KEYS_DIR": str(Path(folder) / "k")}
        workspace = Workspace.init(load_settings(environ=environ), "")
        workspace.imports.preview(path)  # loads the models
        seconds = []
        for _ in range(3):
            started = time.perf_counter()
            workspace.imports.preview(path)
            seconds.append(time.perf_counter() - started)
        workspace.close()
    print(f"preview of {rows:,} rows: {statistics.median(seconds):.2f} s ({', '.join(f'{s:.2f}' for s in seconds)})")


def measure_nhs() -> None:
    """Import the NHS survey and compare its figures with pandas; the models are real, so this takes a minute."""
    from analyzer import Workspace
    from analyzer.config import load_settings
    from analyzer.counting.tables import Wanted
    from analyzer.counting.types import Measure

    frame = pd.read_csv(NHS, dtype=str, keep_default_na=False)
    score = pd.to_numeric(frame["FFT categorical answer"], errors="coerce")
    parts = frame["Date"].str.extract(r"(\d+)[/.-](\d+)[/.-](\d+)").astype(float)
    month = parts[1].where(parts[1] <= 12, parts[0])  # month-first dates among day-first ones
    months = (parts[2].astype(int).astype(str) + "-" + month.astype(int).astype(str).str.zfill(2)).value_counts()
    inside = score[score.between(1, 5)]
    with tempfile.TemporaryDirectory() as folder:
        environ = {"ANALYZER_WORKSPACE": str(Path(folder) / "w"), "ANALYZER_KEYS_DIR": str(Path(folder) / "k")}
        workspace = Workspace.init(load_settings(environ=environ), "")
        report = workspace.ingest([NHS])

        def table(measure: Measure, by: str = "", where: str = "") -> pd.Series:
            rows = workspace.counts.table(
                Wanted(measure, by, column="" if by else "FFT categorical answer"), where
            ).rows
            return pd.Series({row.label: row.value for row in rows}, dtype=float)

        def said(what: str, ours: float, by_hand: float) -> None:
            print(f"{what:44} {ours:12,.4f} {by_hand:12,.4f} {'equal' if abs(ours - by_hand) < 1e-4 else 'DIFFERENT'}")

        print(
            f"{report.rows:,} rows = {report.stored:,} stored + {report.duplicates:,} known, "
            f"{report.comments:,} comments"
        )
        print(f"{'':44} {'analyzer':>12} {'pandas':>12}")
        said("average score", table(Measure.AVERAGE)[""], float(score.mean()))
        said("very good or good, of answers 1 to 5", table(Measure.CSAT)[""], float((inside <= 2).mean()))
        said("very good, of answers 1 to 5", table(Measure.TOP_BOX)[""], float((inside == 1).mean()))
        ours = table(Measure.RESPONSES, "fft_categorical_answer")
        for value, count in score.value_counts().sort_index().items():
            said(f"responses with score {value:g}", ours.get(f"{value:g}", 0.0), float(count))
        found = table(Measure.RESPONSES, "date")
        wrong = sum(found.get(name, 0.0) != count for name, count in months.items()) + (len(found) != len(months))
        print(f"responses by month: {len(months)} months, {wrong} different")
        workspace.close()


def main() -> None:
    """Run the measurement that is named."""
    what, *rest = sys.argv[1:] or ["xlsx"]
    if what == "read":
        read(Path(rest[0]))
    elif what == "preview":
        measure_preview(int(rest[0]) if rest else 100_000)
    elif what == "nhs":
        measure_nhs()
    else:
        measure_xlsx(int(rest[0]) if rest else 300_000)


if __name__ == "__main__":
    main()
