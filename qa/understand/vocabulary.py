"""The synonym tables of ``qa/data/*.toml``: phrases people use → the form's own terms."""

from __future__ import annotations

import dataclasses
import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

_ASKED = frozenset({"measure", "field", "column", "check"})
_GAP = r"[^、。?!「」]{0,12}?"


@dataclasses.dataclass(frozen=True, slots=True)
class Cue:
    """A phrase found in the question: ``kind`` names the table, ``value`` its official term."""

    kind: str
    value: str
    start: int
    end: int
    phrase: str

    @property
    def size(self) -> int:
        return self.end - self.start


class Phrases:
    """One table: finds its phrases in a text, longest first."""

    def __init__(self, kind: str, table: Mapping[str, Iterable[str]]) -> None:
        self.kind = kind
        pairs = [(phrase.lower(), value) for value, phrases in table.items() for phrase in phrases]
        pairs.sort(key=lambda pair: (-len(pair[0].replace("…", "")), pair[0]))
        self._plain = {phrase: value for phrase, value in reversed(pairs) if "…" not in phrase}
        plain = [p for p, _ in pairs if "…" not in p]
        self._pattern = re.compile("(?=(" + "|".join(map(re.escape, plain)) + "))") if plain else None
        self._gapped = [
            (re.compile(_GAP.join(map(re.escape, phrase.split("…")))), value, phrase)
            for phrase, value in pairs
            if "…" in phrase
        ]

    def pairs(self) -> list[tuple[str, str]]:
        """Every phrase without a gap, and its official term."""
        return list(self._plain.items())

    def find(self, text: str) -> list[Cue]:
        """All phrases in ``text``, overlapping ones too, in reading order."""
        found: list[Cue] = []
        if self._pattern is not None:
            for match in self._pattern.finditer(text):
                phrase = match[1]
                found.append(Cue(self.kind, self._plain[phrase], match.start(), match.start() + len(phrase), phrase))
        for pattern, value, phrase in self._gapped:
            found.extend(Cue(self.kind, value, *m.span(), phrase) for m in pattern.finditer(text))
        return found


def longest(cues: Iterable[Cue]) -> list[Cue]:
    """Cues that do not overlap, in reading order.

    A phrase that holds another goes before it (支出先 before 支出).  Of two that overlap in part, the one
    for an asked thing goes before others (開始年度|はいつ), then the one that begins first (当初予算|の総額).
    """
    taken = [cue for cluster in _clusters(cues) for cue in _apart(cluster)]
    return sorted(taken, key=lambda c: c.start)


def _clusters(cues: Iterable[Cue]) -> list[list[Cue]]:
    """Cues that hang together by overlapping: what is chosen in one says nothing of another.

    Choosing is cubic in their number, and a question of one word said a thousand times has thousands.
    """
    clusters: list[list[Cue]] = []
    end = -1
    for cue in sorted(cues, key=lambda c: (c.start, -c.size)):
        if cue.start >= end:
            clusters.append([])
        clusters[-1].append(cue)
        end = max(end, cue.end)
    return clusters


def _apart(cluster: list[Cue]) -> list[Cue]:
    pool, taken = cluster, []
    while pool:
        outer = [c for c in pool if not any(o.start <= c.start and c.end <= o.end and o.size > c.size for o in pool)]
        best = min(outer, key=lambda c: (c.kind not in _ASKED, c.start, c.end))
        taken.append(best)
        pool = [c for c in pool if c.end <= best.start or c.start >= best.end]
    return taken


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """A checklist question of the form; ``note``: its 説明 is asked, not its mark."""

    item: str
    note: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Vocabulary:
    """All tables, ready to match. ``asked`` are those whose longest match decides what is asked."""

    asked: tuple[Phrases, ...]
    operations: Phrases
    payee_words: Phrases
    aggregate_words: Phrases
    units: Phrases
    unrecorded: Phrases
    outside: Phrases
    fillers: Phrases
    ministries: Phrases
    compare: Phrases
    checks: Mapping[str, Check]
    bureaus: Mapping[str, tuple[str, str]]
    generic: tuple[str, ...]
    spellings: Mapping[str, str]
    block_words: tuple[str, ...]
    payee_forms: tuple[str, ...]


@functools.lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The tables of ``qa/data``, read once."""
    measures, fields = _table("measures"), _table("fields")
    payees, aggregates, scope, names = _table("payees"), _table("aggregates"), _table("scope"), _table("names")
    fillers = _table("fillers")
    checks = _table("checks")["check"]
    bureaus = {word: (ministry, bureau) for word, (ministry, bureau) in names["bureaus"].items()}
    ministries = {**names["ministries"], **{f"\t{word}": [word] for word in bureaus}}
    return Vocabulary(
        asked=(
            Phrases("measure", {name: row["phrases"] for name, row in measures.items()}),
            Phrases("field", {name: row["phrases"] for name, row in fields.items()}),
            Phrases("column", payees["columns"]),
            Phrases("check", {row["item"]: row["phrases"] for row in checks}),
        ),
        operations=Phrases("operation", {k: v["phrases"] for k, v in _table("operations").items()}),
        payee_words=Phrases("payee", {k: v["phrases"] for k, v in payees.items() if "phrases" in v}),
        aggregate_words=Phrases("aggregate", {k: v["phrases"] for k, v in aggregates.items() if "phrases" in v}),
        units=Phrases("unit", {k: v["phrases"] for k, v in _table("units").items()}),
        unrecorded=Phrases("unrecorded", scope["unrecorded"]),
        outside=Phrases("outside", scope["outside"]),
        fillers=Phrases("filler", {"": fillers["words"]}),
        ministries=Phrases("ministry", ministries),
        compare=Phrases("compare", aggregates["compare"]),
        checks={row["item"]: Check(row["item"], row.get("note", False)) for row in checks},
        bureaus=bureaus,
        generic=tuple(fillers["generic"]),
        spellings=names["spellings"],
        block_words=tuple(payees["block"]["words"]),
        payee_forms=tuple(payees["forms"]["words"]),
    )


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("qa.data").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
