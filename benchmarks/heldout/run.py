"""Ask the held-out sets in one process and grade them: ``python -m benchmarks.heldout.run --data DIR``.

Needs a corpus of ``../shared/data/judgit`` and ``../shared/data/rs2024`` under ``--data`` (or RSQA_DATA) and
the grader ``../shared/eval/grade.py``.  The index is not needed: projects are then found by name only.
``--sets`` picks sets by file stem; ``--gold FILE`` asks another file of the same form (the dev sets).
Answers are written beside the reports in ``--out`` for reading.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.heldout.texts import filled
from qa.contract import answer_to_json, dumps
from qa.engine import Engine

HERE = Path(__file__).resolve().parent
GRADER = HERE.parents[1].parent / "shared" / "eval" / "grade.py"
DATA = GRADER.parents[1] / "data"
SETS = ("questions", "questions-2", "questions-3", "questions-4", "questions-5", "refusals", "rewrites", "dialogs",
        "blind-4-many", "blind-4-one", "blind-4-dialogs")  # fmt: skip


def asked(gold: Sequence[dict[str, Any]]) -> Iterable[tuple[str, str, str | None]]:
    """(id, question, session) of every line; a dialog gives one line a turn."""
    for line in gold:
        if "turns" not in line:
            yield line["id"], line["question"], None
            continue
        for place, turn in enumerate(line["turns"]):
            yield f"{line['id']}/{place}", turn["question"], line["id"]


def with_texts(source: Path, out: Path) -> Path:
    """A copy of the gold under ``out`` that holds the sheets' own sentences, for the grader."""
    lines = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    target = out / source.name
    text = "".join(json.dumps(filled(line, DATA), ensure_ascii=False) + "\n" for line in lines)
    target.write_text(text, encoding="utf-8")
    return target


def answer_set(engine: Engine, gold: Path, out: Path) -> Path:
    """Ask every question of ``gold``; returns the file of answers."""
    lines = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    target = out / f"{gold.stem}-answers.jsonl"
    with target.open("w", encoding="utf-8") as sink:
        for id_, question, session in asked(lines):
            found = answer_to_json(engine.ask(question, session=session), id_)
            sink.write(dumps(found) + "\n")
    return target


def report(gold: Path, answers: Path, show: int) -> str:
    """The grader's table of one set."""
    kind = "dialogs" if "dialogs" in gold.stem else "answers"
    command = [sys.executable, str(GRADER), kind, str(gold), str(answers), "--show", str(show)]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("RSQA_DATA"))
    parser.add_argument("--sets", nargs="*", default=list(SETS), help=f"any of {', '.join(SETS)}")
    parser.add_argument("--gold", type=Path, nargs="*", default=[], help="further files of the same form")
    parser.add_argument("--out", type=Path, default=Path(".data") / "heldout")
    parser.add_argument("--index", action="store_true", help="search by meaning as well")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args(arguments)
    if options.data is None or not GRADER.is_file():
        parser.error(f"a corpus (--data or RSQA_DATA) and {GRADER} are needed")
    options.out.mkdir(parents=True, exist_ok=True)
    engine = open_engine(Path(options.data), with_index=options.index)
    for source in [*(HERE / f"{name}.jsonl" for name in options.sets), *options.gold]:
        gold = with_texts(source, options.out)
        answers = answer_set(engine, gold, options.out)
        print(f"== {gold.stem}\n{report(gold, answers, options.show)}")
    return 0


def open_engine(data: Path, *, with_index: bool) -> Engine:
    """The engine over the corpus in ``data``, with or without the search index."""
    from corpus.store.reader import open_corpus

    if with_index:
        from cli.engine import open_engine as whole

        return whole(data)
    return Engine(open_corpus(data))


if __name__ == "__main__":
    sys.exit(main())
