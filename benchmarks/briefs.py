"""Briefs over a real corpus: locked, one page, how fast, and what the extractive method is worth.

    python -m benchmarks.briefs lock    --data DIR [-n 500]   numbers left out by the lock, crashes, milliseconds
    python -m benchmarks.briefs pages   --data DIR [-n 60]    pages of the Word form in LibreOffice
    python -m benchmarks.briefs extract --data DIR [-n 500]   against lead-3 and random sentences
    python -m benchmarks.briefs topics  --data DIR            twenty topics' totals against independent sums

``extract`` measures coverage of key terms: the share of the distinct content words that the *other* fields of the
same sheet (name, indicators, payees' contract texts) hold which the chosen sentences cover, at the same
number of sentences and characters.  It asks whether the sentences kept are those the rest of the sheet is about.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from corpus.fields import Field, Measure
from corpus.model import Sheet, Table
from corpus.store.reader import Corpus, open_corpus
from qa.brief.extract import Piece, choose, sentences, words
from qa.brief.many import members, total
from qa.brief.service import brief_project, brief_questions, sheets_until
from qa.brief.sources import Sources
from qa.brief.word import to_docx

FIRST_RS_YEAR = 2024
_BATCH = 50  # documents in one call: LibreOffice ends early, and says nothing, after some two hundred
TOPICS = (
    "サイバーセキュリティ", "保育", "漁港", "鉄道", "観光", "原子力", "留学生", "消費者", "森林", "地震",
    "年金", "下水道", "中小企業", "文化財", "国際機関", "防災", "難病", "宇宙", "水道", "空港",
)  # fmt: skip


def sample(corpus: Corpus, n: int, seed: int = 20) -> list[str]:
    """``n`` sheets of the years before the RS system, and a tenth as many of its own."""
    rng, out = random.Random(seed), []
    for years, count in (((0, FIRST_RS_YEAR - 1), n), ((FIRST_RS_YEAR, 9999), n // 10)):
        infos = [info for info in corpus.infos() if years[0] <= info.sheet_year <= years[1]]
        out += [info.sheet_id for info in rng.sample(infos, min(count, len(infos)))]
    return out


def lock(corpus: Corpus, n: int) -> None:
    times, word_times, dropped = [], [], 0
    for sheet_id in sample(corpus, n):
        start = time.perf_counter()
        brief = brief_project(corpus, sheet_id)
        times.append(time.perf_counter() - start)
        start = time.perf_counter()
        to_docx(brief)
        word_times.append(time.perf_counter() - start)
        dropped += len(brief.dropped) + len(brief_questions(corpus, sheet_id).dropped)
    print(f"briefs {len(times)}  left out by the lock {dropped}  crashes 0")
    for name, values in (("without docx", times), ("docx alone", word_times)):
        values.sort()
        print(
            f"{name:14} median {statistics.median(values) * 1000:6.0f} ms  p95 {values[int(len(values) * 0.95)] * 1000:6.0f} ms"
        )


def pages(corpus: Corpus, n: int) -> None:
    if shutil.which("soffice") is None:
        raise SystemExit("LibreOffice (soffice) is not installed")
    import pdfplumber

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for i, sheet_id in enumerate(sample(corpus, n)):
            (root / f"{i:04}.docx").write_bytes(to_docx(brief_project(corpus, sheet_id)))
        files = [str(p) for p in sorted(root.glob("*.docx"))]
        profile = f"-env:UserInstallation={(root / 'profile').as_uri()}"
        for begin in range(0, len(files), _BATCH):
            subprocess.run(
                ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *files[begin : begin + _BATCH]],
                check=True, capture_output=True,
            )  # fmt: skip
        counts = []
        for path in sorted(root.glob("*.pdf")):
            with pdfplumber.open(path) as document:
                counts.append(len(document.pages))
    print(
        f"briefs {len(files)}  converted {len(counts)}  of one page {counts.count(1)}  of more {sum(c > 1 for c in counts)}"
    )


def extract(corpus: Corpus, n: int) -> None:
    rng = random.Random(7)

    def lead(source: str, k: int, name: str) -> list[Piece]:
        return sentences(source)[:k]

    def luck(source: str, k: int, name: str) -> list[Piece]:
        found = sentences(source)
        return rng.sample(found, min(k, len(found)))

    def ours(source: str, k: int, name: str) -> list[Piece]:
        return choose(source, k, name=name, budget=10**6)

    methods: dict[str, Callable[[str, int, str], list[Piece]]] = {"ours": ours, "lead-3": lead, "random": luck}
    scores: dict[str, list[float]] = {name: [] for name in methods}
    lengths: dict[str, list[int]] = {name: [] for name in methods}
    for sheet_id in sample(corpus, n * 6):
        sheet = corpus.sheet(sheet_id)
        section = sheet.section(Field.OVERVIEW) if sheet else None
        if sheet is None or section is None or len(sentences(section.text)) < 5:
            continue
        terms = key_terms(sheet)
        if len(terms) < 3:
            continue
        for name, method in methods.items():
            text = "".join(p.text for p in method(section.text, 3, sheet.project))
            scores[name].append(len(terms & set(words(text))) / len(terms))
            lengths[name].append(len(text))
        if len(scores["ours"]) >= n:
            break
    print(f"{'method':10}{'sheets':>8}{'coverage of key terms':>24}{'characters':>12}")
    for name in methods:
        print(
            f"{name:10}{len(scores[name]):>8}{statistics.mean(scores[name]):>24.3f}{statistics.mean(lengths[name]):>12.0f}"
        )


def key_terms(sheet: Sheet) -> set[str]:
    """Content words of the sheet's purpose, indicators and contract texts, that its overview also holds."""
    overview = sheet.section(Field.OVERVIEW)
    held = set(words(overview.text)) if overview else set()
    texts = [s.text for s in sheet.sections if s.name == Field.PURPOSE]
    kinds = (Measure.OUTCOME_INDICATOR, Measure.OUTPUT_INDICATOR, Measure.GOAL, Measure.PAYEE_WORK)
    texts += [cell.raw for cell in sheet.cells if cell.measure in kinds]
    return {word for text in texts for word in words(text)} & held


def topics(corpus: Corpus) -> None:
    """Projects whose name holds the topic; the brief's sum against one added straight from the cells."""
    wrong = 0
    for topic in TOPICS:
        infos = corpus.find("project LIKE ? AND sheet_year = ?", (f"%{topic}%", 2020))[:15]
        groups = [sheets_until(corpus, info) for info in infos]
        for measure, year in ((Measure.INITIAL, 2020), (Measure.EXECUTED, 2019)):
            summed = total(members(groups), measure, year, Sources())
            expected = independent_sum(groups, measure, year)
            shown = summed.figure.value if summed and summed.figure.value is not None else Decimal(0)
            same = abs(shown - expected) <= Decimal("0.05")
            wrong += not same
            print(
                f"{topic:12} {measure:6} {year} {len(groups):3} projects  {shown:>14}  {expected:>16}  {'ok' if same else 'DIFFERS'}"
            )
    print(f"differences: {wrong}")


def independent_sum(groups: Sequence[Sequence[Sheet]], measure: Measure, year: int) -> Decimal:
    added = Decimal(0)
    for group in groups:
        for sheet in sorted(group, key=lambda s: -s.sheet_year):
            figures = [
                c.value for c in sheet.cells
                if c.table is Table.BUDGET and c.measure == measure and c.fiscal_year == year and c.value is not None
            ]  # fmt: skip
            if figures:
                added += figures[0]
                break
    return added


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("lock", "pages", "extract", "topics"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("-n", type=int, default=500)
    options = parser.parse_args()
    corpus = open_corpus(options.data)
    if options.what == "topics":
        topics(corpus)
    else:
        {"lock": lock, "pages": pages, "extract": extract}[options.what](corpus, options.n)


if __name__ == "__main__":
    main()
