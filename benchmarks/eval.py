"""``make eval``: how many questions are answered rightly. ``python -m benchmarks.eval [--sets …] [--out FOLDER]``

Always: the sample's own questions, graded by ``benchmarks.grading``.  Where ``../shared`` lies beside
the checkout: the one real sheet from its three files, and the development sets over the national
corpus, graded by its own ``grade.py``.  Corpora are kept in ``.data/eval`` and only updated.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.grading import grade, read_lines, report
from corpus.model import CorpusError
from corpus.store.model import NoCorpus
from corpus.store.reader import open_corpus
from samples import sample_dir, sample_files

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
WORK = ROOT / ".data" / "eval"


@dataclasses.dataclass(frozen=True, slots=True)
class Evaluation:
    """One set of questions over one corpus. ``kind``: answers, search or dialogs (as ``grade.py`` has them)."""

    name: str
    corpus: str
    sources: tuple[Path, ...]
    gold: Path
    kind: str = "answers"


def evaluations() -> Iterator[Evaluation]:
    """Everything that can be evaluated here."""
    yield Evaluation("sample", "sample", tuple(sample_files()), sample_dir() / "questions.jsonl")
    if not (SHARED / "eval").is_dir():
        return
    for form in sorted((SHARED / "data" / "forms").iterdir()):
        yield Evaluation(f"seed{form.suffix}", f"seed{form.suffix}", (form,), SHARED / "eval" / "seed-questions.jsonl")
    nation = (SHARED / "data" / "judgit", SHARED / "data" / "rs2024")
    for name, kind in (("dev-questions", "answers"), ("dev-search", "search"), ("dev-dialogs", "dialogs")):
        yield Evaluation(name, "nation", nation, SHARED / "eval" / f"{name}.jsonl", kind)


def rsqa(*arguments: str, data: Path, stdin: Path | None = None, stdout: Path | None = None) -> None:
    """Run the command line as a user would. Raises CalledProcessError."""
    command = [sys.executable, "-m", "cli.main", *arguments, "--data", str(data)]
    with contextlib.ExitStack() as files:
        source = files.enter_context(stdin.open("rb")) if stdin else subprocess.DEVNULL
        target = files.enter_context(stdout.open("wb")) if stdout else None
        subprocess.run(command, cwd=ROOT, stdin=source, stdout=target, check=True)


def _drop_older(data: Path) -> None:
    """What an older version of the program left is built anew from the sources, which are at hand."""
    try:
        open_corpus(data).close()
    except NoCorpus:
        return
    except CorpusError:
        shutil.rmtree(data)


def evaluate(one: Evaluation, out: Path, show: int) -> str:
    """Build or update the corpus, ask everything, grade it; returns the table."""
    data = WORK / one.corpus
    _drop_older(data)
    rsqa("ingest", "--quiet", *map(str, one.sources), data=data, stdout=out / f"{one.corpus}.ingest.txt")
    lines, answers = one.gold, out / f"{one.name}.jsonl"
    if one.kind == "dialogs":
        lines = out / f"{one.name}.turns.jsonl"
        lines.write_bytes(_grader("turns", str(one.gold)))
    started = time.perf_counter()
    rsqa("search" if one.kind == "search" else "ask", "--jsonl", "-", data=data, stdin=lines, stdout=answers)
    seconds = time.perf_counter() - started
    if one.name == "sample":
        table = report(grade(read_lines(one.gold), read_lines(answers)))
    else:
        table = _grader(one.kind, str(one.gold), str(answers), *(["--show", str(show)] if show else [])).decode()
    return f"## {one.name}（{seconds:.1f} s）\n{table.rstrip()}\n"


def _grader(*arguments: str) -> bytes:
    command = [sys.executable, str(SHARED / "eval" / "grade.py"), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def main(arguments: Sequence[str] | None = None) -> int:
    known = {one.name: one for one in evaluations()}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=list(known), default=list(known))
    parser.add_argument("--out", type=Path, default=WORK / "answers", help="where questions' answers are written")
    parser.add_argument("--show", type=int, default=0, help="show this many misses (real sheets only)")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    if len(known) == 1:
        print("../shared is not here: only the sample is evaluated", file=sys.stderr)
    for name in options.sets:
        print(evaluate(known[name], options.out, options.show), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
