"""Our own grading of answers against gold lines: for the sample, and wherever ../shared is not there.

The rules are those of the contract: a figure is right when it equals the gold one after both are
brought to one unit; a text when it holds the gold text; a refusal when no answer was given.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

Line = Mapping[str, Any]

YEN = {"円": 1, "千円": 10**3, "百万円": 10**6, "億円": 10**8}
TOLERANCE = {"円": Decimal("0.5"), "%": Decimal("0.051"), "倍": Decimal("0.051")}


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """``outcome``: right, wrong (the worst), or refused. ``cited``: a citation names the gold sheet."""

    id: str
    category: str
    outcome: str
    cited: bool


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def grade(gold_lines: Iterable[Line], answers: Iterable[Line]) -> list[Verdict]:
    """One verdict per gold line; a missing answer counts as refused."""
    by_id = {answer["id"]: answer for answer in answers}
    return [_verdict(line, by_id.get(line["id"], {"status": "missing"})) for line in gold_lines]


def report(verdicts: Iterable[Verdict]) -> str:
    """A table by category, then the total."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for verdict in verdicts:
        for name in (verdict.category, "TOTAL"):
            counts[name].update(n=1, **{verdict.outcome: 1}, cited=int(verdict.outcome == "right" and verdict.cited))
    columns = ("n", "right", "cited", "wrong", "refused")
    names = [*sorted(counts.keys() - {"TOTAL"}), *counts.keys() & {"TOTAL"}]
    head = f"{'category':16}" + "".join(f"{c:>9}" for c in columns)
    return "\n".join([head, *(f"{n:16}" + "".join(f"{counts[n][c]:>9}" for c in columns) for n in names)])


def _verdict(line: Line, answer: Line) -> Verdict:
    gold = line["gold"]
    answered = answer["status"] == "answered"
    if gold["status"] != "answered":
        outcome = "wrong" if answered else "right" if answer["status"] != "missing" else "refused"
        return Verdict(line["id"], line["category"], outcome, True)
    cited = "sheet" not in gold or any(c["sheet_id"] == gold["sheet"] for c in answer.get("citations", []))
    outcome = "refused" if not answered else "right" if _right(gold, answer) else "wrong"
    return Verdict(line["id"], line["category"], outcome, cited)


def _right(gold: Line, answer: Line) -> bool:
    results = answer["results"]
    if "list" in gold:
        wanted = [(_plain(name), quantity(value, gold["unit"])) for name, value in gold["list"]]
        got = [(_plain(r["label"]), quantity(r["value"], r["unit"])) for r in results[: len(wanted)]]
        return len(got) == len(wanted) and all(w[0] in g[0] and w[1] == g[1] for w, g in zip(wanted, got, strict=True))
    said = _plain(answer["answer"]) + "".join(_plain(r["text"]) + _plain(r["label"]) for r in results)
    figure = "value" not in gold or (bool(results) and same(results[0], gold))
    year = "year" not in gold or str(gold["year"]) in said
    return figure and year and _plain(gold.get("text", "")) in said


def same(result: Line, gold: Line) -> bool:
    """Whether two figures agree in one unit, within the rounding that unit is printed with."""
    a, b = quantity(result["value"], result["unit"]), quantity(gold["value"], gold["unit"])
    return a is not None and b is not None and a[1] == b[1] and abs(a[0] - b[0]) <= TOLERANCE.get(b[1], Decimal(0))


def quantity(value: str | None, unit: str | None) -> tuple[Decimal, str] | None:
    """A figure in its base unit (money in 円), or None when it is not a number."""
    try:
        number = Decimal(value or "")
    except InvalidOperation:
        return None
    name = _plain(unit)
    return (number * YEN[name], "円") if name in YEN else (number, name)


def _plain(text: object) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text or "")))
