"""Hostile files and hostile questions. ``python -m benchmarks.hostile [--files 300] [--questions 2000]``

Files (``hostile_files``) go one by one through a real ingest, each in a process of its own that starts
the confined workers as a user's ingest does.  Measured: seconds until every typed error is there, peak
memory of parent and workers, and that a good file beside each bad one is taken in.  Nothing may appear outside.

Questions: named ones and fuzzed ones, asked of an engine over the sample in a child process.  No death, no
exception, no hang.  The last line is the result as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.children import in_child
from benchmarks.hostile_files import RECIPES, make
from benchmarks.hostile_questions import fuzzed, named
from corpus.ingest import ingest
from corpus.ingest_model import Options
from corpus.store.reader import open_corpus
from corpus.store.writer import new_generation
from index.search import Searcher
from index.update import take_in
from qa.engine import Engine
from samples import sample_files

MAX_SECONDS: Final = 5.0
MAX_BYTES: Final = 512 * 1024 * 1024
_GOOD: Final = "良いファイル.xlsx"
Json = dict[str, Any]


def files(count: int, first: int = 0) -> Json:
    """Take in ``count`` hostile files one by one; what each cost and every broken promise."""
    seconds: list[float] = []
    parent, worker = 0, 0
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="rsqa-hostile-") as scratch:
        for number in range(first, first + count):
            folder = Path(scratch) / "area" / "in"
            folder.mkdir(parents=True)
            kind = _must(in_child(lambda folder=folder, number=number: _make(folder, number)))  # type: ignore[misc]
            ended = in_child(lambda folder=folder: _take_in(folder))  # type: ignore[misc]
            where = f"{number} {kind}"
            if ended.value is None:
                wrong.append(f"{where}: the parent died: {ended.crash or ended.refusal or ended.signal}")
            else:
                said = ended.value
                seconds.append(said["seconds"])
                parent, worker = max(parent, said["parent"]), max(worker, said["workers"])
                outcomes[said["outcome"]] += 1
                wrong.extend(f"{where}: {problem}" for problem in said["wrong"])
            outside = [p for p in Path(scratch).rglob("*outside*") if folder not in p.parents]
            wrong.extend(f"{where}: written outside: {p}" for p in outside)
            shutil.rmtree(folder.parent)
    return {
        "files": count, "recipes": len(RECIPES), "outcomes": dict(outcomes), "wrong": wrong,
        "seconds_median": round(statistics.median(seconds), 2), "seconds_max": round(max(seconds), 2),
        "over_limit": sum(s > MAX_SECONDS for s in seconds),
        "parent_mib": parent >> 20, "worker_mib": worker >> 20,
    }  # fmt: skip


def _make(folder: Path, number: int) -> str:
    kind, name, content = make(number)
    (folder / name).write_bytes(content)
    return kind


def _must(ended: Any) -> str:
    if ended.value is None:
        raise RuntimeError(f"cannot be made: {ended}")
    return str(ended.value)


def _take_in(folder: Path) -> Json:
    """The hostile file alone (timed), then a good one beside it."""
    started = time.perf_counter()
    with new_generation(folder.parent / "timed") as generation:
        report = ingest([folder], generation, options=Options(workers=1))
    seconds = time.perf_counter() - started
    wrong = []
    if not report.findings and not report.added:
        wrong.append("nothing was said")
    wrong += [f"no typed error: {f}"[:300] for f in report.findings if not f.remedy or "思わぬ誤り" in f.message]
    shutil.copy(sample_files()[0], folder / _GOOD)
    with new_generation(folder.parent / "both") as generation:
        again = ingest([folder], generation, options=Options(workers=1))
        if again.added <= report.added:
            wrong.append("the good file beside it was not taken in")
    own, workers = (resource.getrusage(who).ru_maxrss * 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    wrong += [f"{name} used {size >> 20} MiB" for name, size in (("parent", own), ("worker", workers)) if size > MAX_BYTES]
    outcome = "rejected" if report.rejected else "taken in" if report.added else "warned"
    return {"seconds": seconds, "parent": own, "workers": workers, "outcome": outcome, "wrong": wrong}


# --- questions ------------------------------------------------------------------------------------


def questions(count: int, seed: int, data: Path | None = None) -> Json:
    """Ask the named and ``count`` fuzzed questions; times, and every exception."""
    with tempfile.TemporaryDirectory(prefix="rsqa-asked-") as scratch:
        if data is None:
            data = Path(scratch) / "data"
            _must(in_child(lambda: str(take_in(data, sample_files(), options=Options(workers=0)).added)))
        ended = in_child(lambda: _ask(data, count, seed), timeout=3600)
    if ended.value is None:
        return {"deaths": 1, "wrong": [f"the process died: {ended.crash or ended.signal}"]}
    return {"deaths": 0, **ended.value}


def _ask(data: Path, count: int, seed: int) -> Json:
    chance = random.Random(seed)
    with open_corpus(data) as corpus:
        engine = Engine(corpus, searcher := Searcher.open(corpus))
        names = [info.project for info in corpus.infos()[:200]]
        asked = [*named().items(), *((f"fuzzed {n}", fuzzed(chance, names)) for n in range(count))]
        times: dict[str, float] = {}
        wrong: list[str] = []
        for name, question in asked:
            started, used = time.perf_counter(), time.process_time()
            try:
                answer = engine.ask(question)
                if len(question) <= 2000:
                    searcher.search(question, 3)
                if not answer.answer.strip():
                    wrong.append(f"{name}: no word")
            except Exception as error:  # noqa: BLE001 - any exception is what this looks for
                wrong.append(f"{name}: {type(error).__name__}: {error}; {question[:200]!r}")
            times[name] = time.perf_counter() - started
            if time.process_time() - used > 1.0:
                wrong.append(f"{name}: {time.process_time() - used:.2f} s of processor time; {question[:100]!r}")
    ordered = sorted(times.values())
    return {
        "asked": len(asked), "named": len(named()), "wrong": wrong,
        "median_ms": round(statistics.median(ordered) * 1000, 1), "p99_ms": round(ordered[int(0.99 * (len(ordered) - 1))] * 1000, 1),
        "max_ms": round(ordered[-1] * 1000, 1), "slowest": max(times, key=times.__getitem__),
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--data", type=Path, help="a data folder to ask, instead of the sample")
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args(arguments)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    result: Json = {}
    if options.files:
        result["files"] = files(options.files, options.first)
    if options.questions:
        result["questions"] = questions(options.questions, options.seed, options.data)
    for name, found in result.items():
        print(f"{name}: { {k: v for k, v in found.items() if k != 'wrong'} }")
        for line in found["wrong"][:30]:
            print(f"  WRONG {line}")
    print(json.dumps(result, ensure_ascii=False))
    return int(any(found["wrong"] for found in result.values()))


if __name__ == "__main__":
    sys.exit(main())
