"""Which repeated item of a table (indicator, budget item, checklist question) the asker means.

Both sides are reduced to comparison keys; an item fits when the asker's words are (nearly) contained
in what the sheet prints for it, or the other way round.  The best item must be clearly better than
the next, else there is no decision.
"""

from __future__ import annotations

from corpus.fields import Measure
from corpus.model import Cell, Kind, Table
from corpus.text import name_key
from qa.answer.view import SheetView

MIN_CONTAINED = 0.6  # share of the asker's character pairs found in the item; below it, we do not guess
MIN_LEAD = 0.08
_DESCRIBING = frozenset(
    {
        Measure.GOAL,
        Measure.OUTCOME_INDICATOR,
        Measure.OUTPUT_INDICATOR,
        Measure.BASIS,
        Measure.UNIT,
        Measure.EXPENSE_ITEM,
        Measure.EXPENSE_USE,
    }
)
# Words for the table itself name no item of it.
_GENERIC = frozenset(
    name_key(word)
    for word in ("アウトプット", "アウトカム", "成果指標", "活動指標", "指標", "成果目標", "定量的な成果目標", "単位当たりコスト",
                 "活動実績", "成果実績", "目標値", "達成度", "実績", "見込み", "当初見込み")
)  # fmt: skip
_PARTICLES = ("における", "に関する", "のうち", "による", "の", "を", "が", "は", "に", "で", "と", "や")


def is_generic(asked: str) -> bool:
    """True for words that mean the table and not one of its items."""
    return name_key(asked) in _GENERIC


def description(item: str, cells: list[Cell]) -> list[str]:
    """The texts that name an item, most specific first: its indicator or row label, its goal, its own name."""
    texts = [cell.raw for cell in cells if cell.measure in _DESCRIBING and cell.kind is Kind.TEXT]
    if not item.isdigit():
        texts.append(item)
    labels = [cell.row[-1] for cell in cells if cell.row and cell.row[-1] not in texts]
    return list(dict.fromkeys([*texts, *labels]))


def pairs(text: str) -> set[str]:
    """Character pairs of the comparison key without particles; a single character stands for itself."""
    key = name_key(text)
    for particle in _PARTICLES:
        if len(key) > len(particle) + 2:
            key = key.replace(particle, "")
    return {key[i : i + 2] for i in range(len(key) - 1)} or ({key} if key else set())


def similarity(asked: str, printed: str) -> float:
    """How well the asker's words are contained in a printed text, in [0, 1]; 1 = one holds the other."""
    a, b = name_key(asked), name_key(printed)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    if len(a) >= 2 and a in b:
        return 0.9 + 0.09 * len(a) / len(b)
    if len(b) >= 4 and b in a:
        return 0.85 + 0.1 * len(b) / len(a)
    asked_pairs, printed_pairs = pairs(asked), pairs(printed)
    shared = len(asked_pairs & printed_pairs)
    # Two short wordings that share one common ending (件数, 割合) are not the same thing.
    return 0.85 * shared / len(asked_pairs) if shared >= 2 else 0.0


def rank_items(view: SheetView, table: Table, asked: str) -> list[tuple[float, str]]:
    """Items of ``table`` with their similarity to the asker's words, best first."""
    ranked = [
        (max((similarity(asked, text) for text in description(item, cells)), default=0.0), item)
        for item, cells in view.items.get(table, {}).items()
    ]
    return sorted(ranked, key=lambda pair: -pair[0])


def match_items(view: SheetView, table: Table, asked: str) -> list[str]:
    """The items the asker's words fit: one, or several that print the very same name; none if unsure."""
    if asked in view.items.get(table, {}):
        return [asked]
    if is_generic(asked):
        return list(view.items.get(table, {}))
    ranked = [pair for pair in rank_items(view, table, asked) if pair[0] >= MIN_CONTAINED]
    if not ranked:
        return []
    best = ranked[0][0]
    rivals = [item for score, item in ranked if score > best - MIN_LEAD and score < best]
    first = [item for score, item in ranked if score == best]
    return [] if rivals and best < 0.9 else first
