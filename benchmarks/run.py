"""``make bench``: speed and size, written to ``benchmarks/RESULTS.md`` with machine, versions and commands.

Measured over the national corpus where ``make eval`` has built it (``.data/eval/nation``), else over the
sample.  Times are ratios to something measured in the same run wherever there is something to compare with.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import gzip
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.eval import ROOT, SHARED, WORK, rsqa
from benchmarks.grading import read_lines
from cli.engine import open_engine
from samples import sample_dir, sample_files

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
_PACKAGES = ("duckdb", "faiss-cpu", "bm25s", "fugashi", "sentence-transformers", "torch", "gradio", "orjson")
_COLD_RUNS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One measured line. ``against``: what it is compared with, or the limit that was set."""

    name: str
    value: str
    against: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a data folder to measure, instead of the default")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    nation = WORK / "nation"
    with tempfile.TemporaryDirectory() as scratch:
        data = options.data or (nation if (nation / "CURRENT").is_file() else Path(scratch) / "sample")
        figures = [*_ingest_sample(Path(scratch) / "sample"), *_cold(data), *_questions(data), *_size(data)]
        options.out.write_text(_page(figures, data), encoding="utf-8")
    print(options.out.read_text(encoding="utf-8"))
    return 0


def _ingest_sample(data: Path) -> Iterable[Figure]:
    started = time.perf_counter()
    rsqa("ingest", "--quiet", str(sample_dir() / "sheets"), data=data, stdout=Path(os.devnull))
    yield Figure("見本15枚（xlsx）の取込みと索引", f"{time.perf_counter() - started:.1f} s", f"{len(sample_files())}枚、起動を含む")


def _cold(data: Path) -> Iterable[Figure]:
    """A first answer from nothing, beside the import that a naive program would begin with."""
    question = _own_questions(data)[0]
    ours = _median(lambda: rsqa("ask", question, "--json", data=data, stdout=Path(os.devnull)), _COLD_RUNS)
    peer = _median(lambda: _python("import sentence_transformers"), 3)
    against = f"import sentence_transformers の {ours / peer:.2f} 倍（{peer:.2f} s）"
    yield Figure("起動から最初の答えまで（中央値）", f"{ours:.2f} s", against)


def _questions(data: Path) -> Iterable[Figure]:
    engine = open_engine(data)
    questions = _own_questions(data)
    for question in questions[:3]:
        engine.ask(question)
    times = [_timed(functools.partial(engine.ask, q)) for q in questions]
    yield Figure(f"質問1件（{len(times)}問）", _spread(times), "中央値 20 ms 以下、95% 点 40 ms 以下")
    searcher = engine.searcher
    if searcher is not None:
        queries = _queries(data)
        times = [_timed(functools.partial(searcher.search, q)) for q in queries]
        yield Figure(f"検索1件（{len(times)}件）", _spread(times), "中央値 15 ms 以下、95% 点 40 ms 以下")
    yield Figure("エンジンのメモリー（最大）", f"{_peak_mebibytes():,.0f} MiB", "500 MB 以下")


def _size(data: Path) -> Iterable[Figure]:
    generation = data / "generations" / (data / "CURRENT").read_text().split()[0]
    size = sum(p.stat().st_size for p in generation.rglob("*") if p.is_file())
    note = ""
    if data == WORK / "nation" and SHARED.is_dir():
        raw = _unpacked_bytes(SHARED / "data" / "judgit")
        note = f"JUDGIT! の JSON（展開後 {raw / 2**20:,.0f} MiB）の {size / raw:.2f} 倍"
    yield Figure("保存データ（索引を含む）", f"{size / 2**20:,.1f} MiB", note)


def _unpacked_bytes(folder: Path) -> int:
    """Size of gzip files when unpacked, read in blocks."""
    total = 0
    for path in sorted(folder.glob("*.gz")):
        with gzip.open(path) as stream:
            while block := stream.read(1 << 20):
                total += len(block)
    return total


def _own_questions(data: Path) -> list[str]:
    gold = SHARED / "eval" / "dev-questions.jsonl" if data == WORK / "nation" else sample_dir() / "questions.jsonl"
    return [line["question"] for line in read_lines(gold)]


def _queries(data: Path) -> list[str]:
    if data == WORK / "nation":
        return [line["query"] for line in read_lines(SHARED / "eval" / "dev-search.jsonl")]
    return ["本を子供に届ける", "災害のとき外国人に知らせる", "船の安全", "役場に行かずに手続をする", "若い研究者の支援"] * 10


def _python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _median(action: Callable[[], object], runs: int) -> float:
    return statistics.median(_timed(action) for _ in range(runs))


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return f"中央値 {statistics.median(ordered) * 1000:.1f} ms、95% 点 {p95 * 1000:.1f} ms、最大 {ordered[-1] * 1000:.1f} ms"


def _peak_mebibytes() -> float:
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def _page(figures: Iterable[Figure], data: Path) -> str:
    summary = json.loads(_rsqa_text("corpus", "--json", data=data))
    versions = "、".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    lines = [
        "# 測定結果", "",
        "`make bench` が書いたものです（全国のデータは、先に `make eval` を実行すると測られます）。", "",
        f"- 対象: {summary['sheets']:,}枚のシート、{summary['cells']:,}セル",
        f"- 機械: {platform.machine()}、{os.cpu_count()}コア、{platform.system()}、Python {platform.python_version()}",
        f"- 版: {versions}", "",
        "| 項目 | 結果 | 比較・目標 |", "|---|---|---|",
        *(f"| {f.name} | {f.value} | {f.against} |" for f in figures), "",
    ]  # fmt: skip
    return "\n".join(lines)


def _rsqa_text(*arguments: str, data: Path) -> str:
    command = [sys.executable, "-m", "cli.main", *arguments, "--data", str(data)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8", cwd=ROOT).stdout


if __name__ == "__main__":
    sys.exit(main())
