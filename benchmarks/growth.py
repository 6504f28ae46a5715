"""How times and sizes grow with the corpus. ``python -m benchmarks.growth --data DIR [--sizes 1000 10000 …]``

Corpora of each size are made from the sheets of ``DIR``: a random part, the whole, and beyond it the whole
again under other numbers and names of ministries (the same texts, so that identical texts over years repeat as
they do in reality).  Each size is built and asked in a process of its own; the plot shows all of them.
Questions name a project without its ministry: over the copies many of them are asked back, which is quicker
than an answer, so that only search compares beyond the whole.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import folder_bytes, generation, last_json, python, rss_bytes, share
from corpus.garbage import without_collections
from corpus.model import Sheet
from corpus.store.reader import open_corpus
from corpus.store.writer import new_generation

SIZES: Final = (1_000, 10_000, 53_000, 212_000)
PLOT: Final = Path(__file__).resolve().parent / "growth.svg"
_SHOWN: Final = (
    ("build_s_per_1000", "作成（千枚当たり）", "秒"), ("bytes_per_sheet", "保存（1枚当たり）", "KiB"), ("ask_ms", "質問 中央値", "ms"),
    ("ask_p95_ms", "質問 95% 点", "ms"), ("search_ms", "検索 中央値", "ms"), ("rss_mb", "メモリー", "MB"),
)  # fmt: skip


def sheets(source: Path, count: int) -> Iterator[Sheet]:
    """``count`` sheets: a random part of the source, or it over and over under other ids."""
    with open_corpus(source) as corpus:
        numbers = [info.no for info in corpus.infos()]
        if count < len(numbers):
            numbers = sorted(random.Random(8).sample(numbers, count))
        for position in range(count):
            sheet = corpus.sheet_at(numbers[position % len(numbers)])
            turn = position // len(numbers)
            yield _copied(sheet, turn) if turn else sheet


def _copied(sheet: Sheet, turn: int) -> Sheet:
    """The sheet under the numbers and ministries of another country."""
    return dataclasses.replace(
        sheet,
        ministry=f"{sheet.ministry}{turn}",
        number=f"{sheet.number}-{turn}",
        project_key=f"{sheet.project_key}-{turn}" if sheet.project_key else "",
        past_numbers=tuple(dataclasses.replace(p, ministry=f"{p.ministry}{turn}") for p in sheet.past_numbers),
    )


def build(source: Path, out: Path, count: int) -> float:
    """Store and index ``count`` sheets; returns seconds."""
    from index.build import FOLDER
    from index.build import build as build_index

    started = time.perf_counter()
    with without_collections(), new_generation(out) as made:
        for sheet in sheets(source, count):
            made.add(sheet)
        made.finish_corpus()
        with made.open() as corpus:
            build_index(corpus, made.path / FOLDER)
        made.commit()
    return time.perf_counter() - started


def ask(data: Path) -> dict[str, float]:
    """Times of questions and searches, and the memory they take."""
    from benchmarks.app_load import questions
    from benchmarks.speed import searched
    from index.search import Searcher
    from qa.engine import Engine

    begun = time.perf_counter()
    corpus = open_corpus(data)
    searcher = Searcher.open(corpus)
    engine = Engine(corpus, searcher)
    opened = time.perf_counter() - begun
    times, found = [], []
    for text in questions(data, 300):
        begun = time.perf_counter()
        engine.ask(text)
        times.append((time.perf_counter() - begun) * 1000)
    for text in searched():
        begun = time.perf_counter()
        searcher.search(text)
        found.append((time.perf_counter() - begun) * 1000)
    warm = times[20:]
    return {"open_s": opened, "ask_ms": statistics.median(warm), "ask_p95_ms": share(warm, 0.95), "search_ms": statistics.median(found),
            "search_p95_ms": share(found, 0.95), "rss_mb": rss_bytes() / 1e6}  # fmt: skip


def measure(source: Path, count: int) -> dict[str, Any]:
    """Everything about one size, in processes of their own."""
    with tempfile.TemporaryDirectory(prefix="rsqa-growth-") as scratch:
        data = Path(scratch) / "data"
        made = last_json(python("-m", "benchmarks.growth", "--data", str(source), "--build", str(count), str(data)))
        asked = last_json(python("-m", "benchmarks.growth", "--data", str(data), "--ask"))
        size = folder_bytes(generation(data))
        shutil.rmtree(data)
    return {"sheets": count, **made, **asked, "bytes_per_sheet": size / count / 1024, "mib": size / 2**20}


def plot(found: Sequence[dict[str, Any]], path: Path = PLOT) -> None:
    """Six small charts over the number of sheets (logarithmic), readable in black and white."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt
    import matplotlib_fontja  # type: ignore[import-untyped]  # noqa: F401 - sets a Japanese font

    mpl.rcParams["svg.hashsalt"] = "rsqa"
    figure, axes = plt.subplots(2, 3, figsize=(10, 5.2), layout="constrained")
    for (key, title, unit), axis in zip(_SHOWN, axes.flat, strict=True):
        axis.plot([f["sheets"] for f in found], [f[key] for f in found], "o-", color="black")
        axis.set(title=f"{title}（{unit}）", xscale="log", ylim=(0, 1.1 * max(f[key] for f in found)), xlabel="シート数")
        axis.grid(visible=True, alpha=0.3)
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)


def table(found: Sequence[dict[str, Any]]) -> str:
    heads = [f"{title}（{unit}）" for _, title, unit in _SHOWN]
    rows = [f"| シート | {' | '.join(heads)} | 作成のメモリー（GiB） |", "|---:|" + "---:|" * (len(heads) + 1)]
    rows += [f"| {f['sheets']:,} | " + " | ".join(f"{f[key]:,.1f}" for key, _, _ in _SHOWN) + f" | {f['peak_gib']:.2f} |" for f in found]
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--build", nargs=2, metavar=("COUNT", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--ask", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.build:
        count, folder = int(options.build[0]), Path(options.build[1])
        seconds = build(options.data, folder, count)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps({"build_s": seconds, "build_s_per_1000": seconds / count * 1000, "peak_gib": peak}))
    elif options.ask:
        print(json.dumps(ask(options.data)))
    else:
        found = []
        for count in options.sizes:
            found.append(measure(options.data, count))
            print(json.dumps(found[-1]), file=sys.stderr, flush=True)
        plot(found)
        print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
