"""``make bench``: every measure in turn, written to ``benchmarks/RESULTS.md`` with machine, versions and commands.

    python -m benchmarks.run [--data DIR] [--only PART…] [--peer PYTHON] [--short]

Without ``--data`` the national corpus is built first (``.data/bench``; the sample where ``../shared`` is missing).
Each part runs in a process of its own; what a part found is kept in ``.data/bench/figures`` until it is measured
again, so that one part can be repeated without the rest.  ``--peer`` names a Python that has chromadb.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import growth
from benchmarks.measure import ROOT, Figure, last_json, machine, python, table
from corpus.store.reader import open_corpus

RESULTS: Final = Path(__file__).resolve().parent / "RESULTS.md"
WORK: Final = ROOT / ".data" / "bench"
_SPEED: Final = {
    "parse": "読取り", "build": "取込みと索引", "size": "大きさ", "cold": "起動", "questions": "質問・検索・集計",
    "vectors": "ベクトル検索", "memory": "メモリー",
}  # fmt: skip
_TITLES: Final = {**_SPEED, "load": "画面の負荷", "growth": "規模による変化", "faults": "障害", "hostile": "悪意のある入力"}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a data folder to measure, instead of a fresh national one")
    parser.add_argument("--only", nargs="+", choices=list(_TITLES), default=list(_TITLES))
    parser.add_argument("--peer", default=sys.executable if importlib.util.find_spec("chromadb") else "")
    parser.add_argument("--short", action="store_true", help="small counts, to try the benchmarks themselves")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    kept = WORK / "figures"
    kept.mkdir(parents=True, exist_ok=True)
    data = options.data or WORK / "nation"
    if not options.data and ("build" in options.only or not (data / "CURRENT").is_file()):
        shutil.rmtree(data, ignore_errors=True)
        options.only = ["build", *(part for part in options.only if part != "build")]
    elif options.data:
        options.only = [part for part in options.only if part != "build"]
    for part in options.only:
        print(f"{_TITLES[part]} …", file=sys.stderr, flush=True)
        found = _run(part, data, options.peer, options.short)
        (kept / f"{part}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    options.out.write_text(_page(kept, data), encoding="utf-8")
    print(options.out.read_text(encoding="utf-8"))
    return 0


def command(part: str, data: Path, peer: str, short: bool) -> list[str]:
    """The command of one part, without the Python in front."""
    if part in _SPEED:
        return ["-m", "benchmarks.speed", part, "--data", str(data), *(["--peer", peer] if peer else [])]
    short_or_long: dict[str, tuple[list[str], list[str]]] = {
        "load": (["--data", str(data), "--seconds", "4"], ["--data", str(data), "--seconds", "20"]),
        "growth": (["--data", str(data), "--sizes", "200", "400"], ["--data", str(data)]),
        "faults": (["--kills", "16", "--damage", "116", "--refusals", "10", "--repairs", "2"], []),
        "hostile": (["--files", "20", "--questions", "100"], []),
    }
    return ["-m", f"benchmarks.{part}", *short_or_long[part][not short]]


def _run(part: str, data: Path, peer: str, short: bool) -> Any:
    try:
        return last_json(python(*command(part, data, peer, short)))
    except subprocess.CalledProcessError as error:  # trials that find something wrong end with 1 and say what
        if error.stdout and part in ("faults", "hostile"):
            return last_json(error.stdout)
        raise


def _page(kept: Path, data: Path) -> str:
    with open_corpus(data) as corpus:
        summary = corpus.summary()
    lines = [
        "# 測定結果", "", "`make bench` が書いたものです。章ごとのコマンドを実行すると、その章だけを測り直せます"
        "（`python -m benchmarks.run --only …`）。", "", f"- 対象: {summary.sheets:,}枚のシート、{summary.cells:,}セル", *machine(), "",
    ]  # fmt: skip
    for part, title in _TITLES.items():
        path = kept / f"{part}.json"
        if path.is_file():
            shown = " ".join(["python", *command(part, Path("DIR"), "", short=False)])
            lines += [f"## {title}", f"`{shown}`", "", _WRITE.get(part, _figures)(json.loads(path.read_text(encoding="utf-8"))), ""]
    return "\n".join(lines)


def _figures(found: Any) -> str:
    return table([Figure(**entry) for entry in found])


def _growth(found: Any) -> str:
    caution = "全体を超える枚数では、同じ名前の事業が複数の府省庁にあるため、質問の多くは聞き返しになります（検索は比べられます）。"
    return growth.table(found) + f"\n\n{caution}\n\n![規模による変化](growth.svg)"


def _faults(found: Any) -> str:
    rows = ["| 試み | 結果 | 約束に反したもの |", "|---|---|---:|"]
    for result in found["results"]:
        counts = "、".join(f"{name} {count:,}" for name, count in sorted(result["counts"].items()))
        rows.append(f"| {result['name']} | {counts} | {len(result['wrong'])} |")
    return "\n".join(rows)


def _hostile(found: Any) -> str:
    files, asked = found.get("files", {}), found.get("questions", {})
    rows = ["| 項目 | 結果 | 約束に反したもの |", "|---|---|---:|"]
    if files:
        said = (
            f"{files['files']}件（{files['recipes']}種）: {files['outcomes']}、最大 {files['seconds_max']} s、"
            f"{files['over_limit']}件が5 s超、親 {files['parent_mib']} MiB、作業 {files['worker_mib']} MiB"
        )
        rows.append(f"| ファイル | {said} | {len(files['wrong'])} |")
    if asked:
        said = (
            f"{asked['asked']}問（名のあるもの {asked['named']}）: 中央値 {asked['median_ms']} ms、"
            f"99% 点 {asked['p99_ms']} ms、最大 {asked['max_ms']} ms、プロセスの死 {asked['deaths']}"
        )
        rows.append(f"| 質問 | {said} | {len(asked['wrong'])} |")
    return "\n".join(rows)


_WRITE: Final[dict[str, Callable[[Any], str]]] = {"growth": _growth, "faults": _faults, "hostile": _hostile}

if __name__ == "__main__":
    sys.exit(main())
