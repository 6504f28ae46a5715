"""What the store does when it is killed, damaged or refused. ``python -m benchmarks.faults [--count N]``

Trials over a small fictional corpus with its index:

* ``kills``: SIGKILL at random moments and at chosen write calls of a build, a removal, the switch and a
  repair.  Afterwards the old or the new state must answer, whole, and the next run must succeed.  Beside
  it the naive way, new files written over the old ones, which fails.
* ``damage``: bits flipped, files cut, emptied, exchanged, missing, over every stored file.  Refused with the
  file's name and ``rsqa repair``, or (where the change carries no meaning) answered rightly.
* ``refusals``: write call after write call fails with "disk full" or an I/O error, once or for good.
* ``repairs``: after damage, ``repair`` gives the same answers as before.

Every trial prints what went wrong; the last line is the result as JSON.  Tests run the same with short counts.
"""

from __future__ import annotations

import argparse
import dataclasses
import errno
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.children import KILL, Ended, arm, has_shim, in_child, reload_with_shim
from corpus.ingest_model import Options
from corpus.store import snapshot
from corpus.store.reader import Corpus, open_corpus
from corpus.store.writer import Generation
from index.expand import Expander
from index.search import Searcher
from index.update import repair, take_in, take_out
from qa.engine import Engine

_HERE: Final = Options(workers=0)
_QUESTION: Final = "架空事業{}の2019年度の執行額は？"
_GONE: Final = "2020/架空省/0003"
Json = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Ground:
    """A data folder in its old state, files for the new one, and what each state answers."""

    folder: Path
    old: Json
    states: dict[str, Json]  # operation → what the data answer after it

    @property
    def template(self) -> Path:
        return self.folder / "old"

    def copy(self) -> Path:
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        return Path(shutil.copytree(self.template, work))


@dataclasses.dataclass(slots=True)
class Result:
    """Counts of one kind of trial; ``wrong`` tells every trial that broke the promise."""

    name: str
    counts: Counter[str] = dataclasses.field(default_factory=Counter)
    wrong: list[str] = dataclasses.field(default_factory=list)

    def as_json(self) -> Json:
        return {"name": self.name, "counts": dict(self.counts), "wrong": self.wrong}


# --- the corpus that is damaged -------------------------------------------------------------------


def _line(number: str, executed: float) -> str:
    """A line of JUDGIT! data about a fictional project."""
    budget = [{"年度": 2019, "当初予算": 50.0, "予算計": 50.0, "執行額": executed}, {"年度": 2021, "要求額": 55.5}]
    payee = {"年度": 2019, "グループ": "A", "番号": 1, "支出先名": f"架空商事{number}", "支出額": 1.25}
    entry = {
        "ID": 1, "事業ID": None, "公開年度": 2020, "事業名": f"架空事業{number}", "府省庁": "架空省", "事業番号": number,
        "事業番号1": None, "事業番号2": number, "会計区分": ["一般会計"], "担当部局庁": "架空局", "開始年度": 2010,
        "事業目的": f"離島の子供に本を届ける事業{number}", "事業概要": "", "予算": budget, "支出先": [payee],
        "アウトカム": [], "アウトプット": [], "関連する過去のレビューシート": [], "url": None,
    }  # fmt: skip
    return json.dumps(entry, ensure_ascii=False) + "\n"


def _write(path: Path, **executed: float) -> Path:
    path.write_text("".join(_line(number[1:], value) for number, value in executed.items()), encoding="utf-8")
    return path


def answers(data: Path) -> Json:
    """What a data folder answers: ids, figures from both stores, a question, a search, names, payees."""
    with open_corpus(data) as corpus:
        return _answers(corpus, Searcher.open(corpus))


def _answers(corpus: Corpus, searcher: Searcher) -> Json:
    engine = Engine(corpus, searcher)
    ids = sorted(info.sheet_id for info in corpus.infos())
    cells = {s.sheet_id: [c.raw for c in s.cells if c.measure == "執行額"] for s in corpus.sheets()}
    facts = corpus.facts(
        "SELECT s.sheet_id, c.value FROM cells c JOIN sheets s USING (no) WHERE c.measure = '執行額' ORDER BY s.sheet_id"
    )
    asked = {n: engine.ask(_QUESTION.format(n)) for n in ("0001", "0002")}
    return {
        "ids": ids,
        "cells": cells,
        "facts": [list(row) for row in facts],
        "asked": {n: [a.status.value, [r.value for r in a.results], len(a.citations)] for n, a in asked.items()},
        "found": [hit.sheet_id for hit in searcher.search("子供に本を届ける")],
        "payee": sorted(int(r) for r in searcher.retriever.lookups.by_payee("架空商事0001")),
    }


def _new_files(folder: Path) -> list[Path]:
    return [folder / "a2" / "a.ndjson", folder / "b.ndjson"]


def _operations(folder: Path) -> dict[str, Callable[[Path], object]]:
    return {
        "build": lambda data: take_in(data, _new_files(folder), options=_HERE).added,
        "remove": lambda data: take_out(data, [_GONE]).removed,
        "repair": lambda data: repair(data, options=_HERE).added,
    }


def ground(folder: Path) -> Ground:
    """Build the old state, and learn what every operation leads to when nothing goes wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    first = _write(folder / "a.ndjson", n0001=43.0, n0002=43.0, n0003=43.0)
    (folder / "a2").mkdir()
    _write(folder / "a2" / "a.ndjson", n0001=43.0, n0002=99.0, n0003=43.0)
    _write(folder / "b.ndjson", n0004=12.0)
    _must(in_child(lambda: take_in(folder / "old", [first], options=_HERE).added))
    made = Ground(folder, _must(in_child(lambda: answers(folder / "old"))), {})
    for name, operation in _operations(folder).items():
        work = made.copy()
        _must(in_child(lambda work=work, operation=operation: operation(work)))  # type: ignore[misc]
        made.states[name] = _must(in_child(lambda work=work: answers(work)))  # type: ignore[misc]
    return made


def _must(ended: Ended) -> Any:
    if ended.value is None:
        raise RuntimeError(f"the trial cannot be prepared: {ended}")
    return ended.value


# --- killed ---------------------------------------------------------------------------------------


def kills(made: Ground, count: int, seed: int) -> Iterator[Result]:
    """SIGKILL ``count`` times over the operations, half by the clock, half at write calls."""
    chance = random.Random(seed)
    operations = _operations(made.folder)
    for name in ("build", "remove", "switch", "repair"):
        result = Result(f"kill -9: {name}")
        run = operations["build" if name == "switch" else name]
        whole = in_child(lambda run=run, name=name: _counted(run, made.copy(), name))  # type: ignore[misc]
        for trial in range(-(-count // 4)):
            at_call = has_shim() and (name == "switch" or trial % 2 == 0)
            call = chance.randint(1, max(whole.calls, 1)) if at_call else 0
            _killed(made, result, name, run, call, chance.uniform(0, whole.seconds), trial % 5 == 0)
        yield result
    yield _naive(made, -(-count // 4), chance)


def _counted(run: Callable[[Path], object], data: Path, name: str, call: int = 0) -> str:
    """The operation with its write calls counted (from the commit on, for the switch); killed at ``call``."""
    if has_shim():
        if name == "switch":
            commit = Generation.commit

            def armed(generation: Generation) -> None:
                arm(call, KILL)
                commit(generation)

            Generation.commit = armed  # type: ignore[method-assign,assignment]
        else:
            arm(call, KILL)
    run(data)
    return "done"


def _killed(
    made: Ground, result: Result, name: str, run: Callable[[Path], object], call: int, after: float, again: bool
) -> None:
    data = made.copy()
    goal = made.states["build" if name == "switch" else name]
    ended = in_child(lambda: _counted(run, data, name, call), kill_after=None if call else after)
    if ended.crash or ended.refusal:
        result.wrong.append(f"{name}: not killed but failed: {ended.crash or ended.refusal}")
    result.counts["killed" if ended.killed else "ended before"] += 1
    where = f"{name}, write call {call}" if call else f"{name} after {after:.3f} s"
    state = _state(in_child(lambda: answers(data)), made.old, goal)
    result.counts[state] += 1
    if state not in ("old", "new"):
        result.wrong.append(f"{where}: {state}")
    if again:
        after_that = in_child(lambda: (run(data), answers(data))[1])
        left = sorted(p.name for p in data.iterdir() if p.name not in ("CURRENT", "generations", "writer.lock", "CURRENT.new"))
        if after_that.value != goal or left:
            result.wrong.append(f"{where}: the next run did not succeed: {after_that}, left over: {left}")


def _state(ended: Ended, old: Json, new: Json) -> str:
    if ended.value is not None:
        return "new" if ended.value == new else "old" if ended.value == old else f"a mixture: {ended.value}"
    return f"no answer: {ended.refusal or ended.crash or ended.signal}"


def _naive(made: Ground, count: int, chance: random.Random) -> Result:
    """New files written over the old ones, read without digests: what this store does not do."""
    result = Result("kill -9: naive, files replaced in place")
    target = made.folder / "target"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(made.template, target)
    _must(in_child(lambda: _operations(made.folder)["build"](target)))
    new = _generation(target)
    names = sorted(p.relative_to(new) for p in new.rglob("*") if p.is_file())
    for _ in range(count):
        live = _generation(made.copy())
        call = chance.randint(1, len(names) * 2)
        in_child(lambda: _overwrite(new, live, names, call))  # noqa: B023 - run at once
        state = _state(in_child(lambda: _naive_answers(live)), made.old, made.states["build"])  # noqa: B023
        result.counts[state.partition(":")[0]] += 1
    return result


def _overwrite(new: Path, live: Path, names: Sequence[Path], call: int) -> str:
    for done, name in enumerate(names):
        if done >= call // 2:
            break  # killed between two files
        content = (new / name).read_bytes()
        (live / name).parent.mkdir(exist_ok=True)
        (live / name).write_bytes(content[: len(content) // 2] if done == call // 2 - 1 and call % 2 else content)
    return "killed"


def _naive_answers(folder: Path) -> Json:
    corpus = Corpus(folder, snapshot.draft_manifest(folder))
    return _answers(corpus, Searcher.open(corpus))


def _generation(data: Path) -> Path:
    return data / snapshot.GENERATIONS / (data / snapshot.CURRENT).read_text("ascii").split()[0]


# --- damaged --------------------------------------------------------------------------------------

Mutation = Callable[[bytes, random.Random, bytes], bytes | None]


def _flip(content: bytes, chance: random.Random, _: bytes) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def _zeroed(content: bytes, chance: random.Random, _: bytes) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes(min(512, len(content) - at)) + content[at + 512 :]


MUTATIONS: Final[dict[str, Mutation]] = {
    "bit flipped": _flip,
    "cut": lambda content, chance, _: content[: chance.randrange(len(content))],
    "longer": lambda content, chance, _: content + chance.randbytes(chance.randint(1, 64)),
    "block zeroed": _zeroed,
    "emptied": lambda *_: b"",
    "missing": lambda *_: None,
    "of another generation": lambda content, chance, other: other,
    "shuffled": lambda content, chance, _: bytes(chance.sample(content[:256], len(content[:256]))) + content[256:],
}


def damage(made: Ground, count: int, seed: int) -> Result:
    """``count`` mutations over every stored file in turn, each refused by name or without effect."""
    result = Result("damaged files")
    chance = random.Random(seed)
    other = made.folder / "target"
    if not other.exists():
        shutil.copytree(made.template, other)
        _must(in_child(lambda: _operations(made.folder)["build"](other)))
    data = made.copy()
    names = [p.relative_to(data) for p in sorted(_generation(data).rglob("*")) if p.is_file()] + [Path(snapshot.CURRENT)]
    kinds = list(MUTATIONS)
    trials = [(names[n % len(names)], kinds[(n // len(names) + n) % len(kinds)]) for n in range(count)]
    for batch in (trials[i : i + 40] for i in range(0, len(trials), 40)):
        said = in_child(lambda batch=batch: _damaged(made, data, other, batch, chance.randrange(1 << 30)))  # type: ignore[misc]
        if said.value is None:
            result.wrong.append(f"a process died over one of {batch}: {said.crash or said.signal}")
            continue
        result.counts.update(said.value["counts"])
        result.wrong.extend(said.value["wrong"])
    return result


def _damaged(made: Ground, data: Path, other: Path, trials: Sequence[tuple[Path, str]], seed: int) -> Json:
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for name, kind in trials:
        path = data / name
        content = path.read_bytes()
        twin = _generation(other) / Path(*name.parts[2:]) if len(name.parts) > 2 else other / name
        changed = MUTATIONS[kind](content, chance, twin.read_bytes() if twin.exists() else b"")
        if changed == content:
            counts["no change"] += 1
            continue
        path.unlink() if changed is None else path.write_bytes(changed)
        try:
            verdict = _verdict(data, name, made.old)
        finally:
            path.write_bytes(content)
        counts[verdict.partition(":")[0]] += 1
        if ":" in verdict:
            wrong.append(f"{name.as_posix()} {kind}: {verdict}")
    return {"counts": counts, "wrong": wrong}


def _verdict(data: Path, name: Path, expected: Json) -> str:
    """``refused`` (by name, with the remedy), ``right answers``, or what is wrong after a colon."""
    from corpus.model import CorpusError

    try:
        found = answers(data)
    except CorpusError as error:
        if name.name in str(error) and "rsqa repair" in str(error):
            return "refused"
        return f"refused without name or remedy: {error}"
    except Exception as error:  # noqa: BLE001 - any other exception is what this looks for
        return f"crashed: {type(error).__name__}: {error}"
    return "right answers" if found == expected else f"wrong answers: {found}"


# --- refused --------------------------------------------------------------------------------------


def refusals(made: Ground, count: int) -> Iterator[Result]:
    """Every write call of a build fails in turn (``count``: at most so many of them, evenly spread)."""
    run = _operations(made.folder)["build"]
    whole = in_child(lambda: _counted(run, made.copy(), "build"))
    step = max(1, whole.calls * 2 // max(count, 1))
    for code, lasting in ((errno.ENOSPC, True), (errno.EIO, False)):
        result = Result(f"write calls refused: {errno.errorcode[code]}{' from then on' if lasting else ' once'}")
        for call in range(1 if lasting else 1 + step // 2, whole.calls + 1, step):
            _refused(made, result, run, call, code, lasting)
        yield result
    read_only = Result("read-only folder")
    _refused(made, read_only, run, 1, errno.EROFS, True)
    yield read_only


def _refused(made: Ground, result: Result, run: Callable[[Path], object], call: int, code: int, lasting: bool) -> None:
    data = made.copy()

    def tried() -> str:
        arm(call, code, lasting=lasting)
        run(data)
        return "done"

    ended = in_child(tried)
    state = _state(in_child(lambda: answers(data)), made.old, made.states["build"])
    told = "told" if ended.refusal else "succeeded all the same" if ended.value else "crashed"
    result.counts[f"{told}, {state.partition(':')[0]}"] += 1
    if told == "crashed" or state not in ("old", "new") or (ended.value and state != "new"):
        result.wrong.append(f"write call {call}: {ended.crash or ended.signal or told}; then {state}")
    left = [p.name for p in (data / snapshot.GENERATIONS).iterdir()]
    if len(left) > 2:
        result.wrong.append(f"write call {call}: left over {left}")


# --- repaired -------------------------------------------------------------------------------------


def repairs(made: Ground, count: int, seed: int) -> Result:
    """Damage one file, repair, ask again."""
    result = Result("repaired")
    chance = random.Random(seed)
    for _ in range(count):
        data = made.copy()
        files = [p for p in sorted(data.rglob("*")) if p.is_file() and p.name != "writer.lock"]
        path = chance.choice(files)
        kind = chance.choice(list(MUTATIONS))
        changed = MUTATIONS[kind](path.read_bytes(), chance, b"")
        path.unlink() if changed is None else path.write_bytes(changed)
        ended = in_child(lambda: (repair(data, options=_HERE), answers(data))[1])  # noqa: B023 - run at once
        if ended.value == made.old:
            result.counts["same answers"] += 1
        elif path.name == "sheets.sqlite" and "取り込んだファイルの記録" in ended.refusal:
            result.counts["refused: the list of sources is lost"] += 1
        else:
            result.wrong.append(f"{path.name} {kind}: {ended.refusal or ended.crash or ended.value}")
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--damage", type=int, default=1000)
    parser.add_argument("--refusals", type=int, default=100_000, help="at most so many write calls")
    parser.add_argument("--repairs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args(arguments)
    reload_with_shim("benchmarks.faults", list(arguments) if arguments is not None else sys.argv[1:])
    Expander.build()  # opens the dictionary and fills the caches of words, once for all children
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="rsqa-faults-") as scratch:
        made = ground(Path(scratch))
        if options.kills:
            results.extend(kills(made, options.kills, options.seed))
        if options.damage:
            results.append(damage(made, options.damage, options.seed))
        if options.refusals and has_shim():
            results.extend(refusals(made, options.refusals))
        if options.repairs:
            results.append(repairs(made, options.repairs, options.seed))
    for result in results:
        print(f"{result.name}: {dict(result.counts)}" + "".join(f"\n  WRONG {line}" for line in result.wrong[:20]))
    print(json.dumps({"shim": has_shim(), "results": [r.as_json() for r in results]}, ensure_ascii=False))
    return int(any(result.wrong for result in results))


if __name__ == "__main__":
    sys.exit(main())
