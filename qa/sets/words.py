"""The words of ``qa/data/sets.toml`` as phrases that are found longest first."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources

from corpus.fields import Measure
from qa.understand.vocabulary import Cue, Phrases, longest, vocabulary

MEASURES = frozenset(
    {
        Measure.INITIAL, Measure.SUPPLEMENTARY, Measure.CARRIED_IN, Measure.CARRIED_OUT, Measure.RESERVE,
        Measure.BUDGET_TOTAL, Measure.EXECUTED, Measure.EXECUTION_RATE, Measure.REQUEST, Measure.REQUEST_TOTAL,
    }
)  # fmt: skip
_BARE_BUDGET = frozenset({"予算", "予算額", "予算規模"})


def find_cues(text: str) -> list[Cue]:
    """The longest phrases that do not overlap, in reading order: the kind names the part of a plan, the value the choice."""
    return longest(cue for table in _tables() for cue in table.find(text))


@functools.lru_cache(maxsize=1)
def _tables() -> tuple[Phrases, ...]:
    data = tomllib.loads(resources.files("qa.data").joinpath("sets.toml").read_text(encoding="utf-8"))
    return (*(Phrases(kind, table) for kind, table in data.items()), _official_measures())


def _official_measures() -> Phrases:
    """The phrases of measures.toml that name a figure of the budget table; a bare 予算 asks for no particular one."""
    found: dict[str, list[str]] = {}
    for table in vocabulary().asked:
        for phrase, value in table.pairs():
            if value in MEASURES and phrase not in _BARE_BUDGET and "…" not in phrase and len(phrase) > 1:
                found.setdefault(value, []).append(phrase)
    return Phrases("measure", found)
