"""The thing inside a sheet that a question singles out: an indicator, a budget item."""

from __future__ import annotations

import dataclasses

from corpus.fields import Measure
from corpus.model import Sheet, Table
from qa.understand.alignment import Stretch, align
from qa.understand.folding import fold_name, fold_with_places, weights
from qa.understand.labels import labels_of
from qa.understand.reading import Reading, left_over

_BONUS: dict[str, float] = {Measure.OUTCOME_INDICATOR: 1.0, Measure.OUTPUT_INDICATOR: 1.0}  # before a 成果目標 that repeats it
_ENOUGH = 0.7  # share of the question's words that the label must explain
_MIN_WEIGHT = 1.8


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """``label`` in the words of the sheet, in ``table``; ``start``, ``end`` where the question names it."""

    label: str
    table: Table
    start: int
    end: int


def find_item(reading: Reading, sheet: Sheet) -> Item | None:
    """The indicator or budget item of ``sheet`` that the unexplained words name, or None."""
    for known in reading.known:
        if known.table is not None:
            return Item(known.label, known.table, known.start, known.end)
    stretch = words_left(reading)
    if stretch is None:
        return None
    best: tuple[float, Item] | None = None
    for label, table, kind in labels_of(sheet):
        fit = align(stretch, fold_name(label))
        if fit is None or fit.covered < _MIN_WEIGHT or fit.inside > 0.35 * fit.covered:
            continue
        open_weight = max(stretch.content, 1e-9)
        explained = sum(
            w
            for w, p, o in zip(stretch.weights, stretch.places, stretch.open, strict=True)
            if o and fit.start <= p < fit.end
        )
        if explained < _MIN_WEIGHT or (explained / open_weight < _ENOUGH and fit.name_share < 0.8):
            continue
        score = fit.covered - fit.breaks - fit.inside - 0.3 * fit.missing**0.5 + _BONUS.get(kind, 0.0)
        if best is None or score > best[0]:
            best = (score, Item(label, table, fit.start, fit.end))
    return best[1] if best else None


def words_left(reading: Reading) -> Stretch | None:
    """The question without the project, years and ministries, as one stretch; None when nothing is left."""
    board = reading.board
    if not any(end - start >= 2 for start, end in left_over(board)):
        return None
    hidden = {
        i
        for c in board.of("事業", "シート", "年度", "府省庁", "相対年度", "期間", "シート語", "支出先名")
        for i in range(c.start, c.end)
    }
    if reading.span is not None:
        hidden |= set(range(introduction(board.text, reading.span[0])))
    folded, places = fold_with_places("".join(" " if i in hidden else c for i, c in enumerate(board.text)))
    if not folded:
        return None
    masked = board.masked
    unrecorded = {i for c in board.of("unrecorded") for i in range(c.start, c.end)}
    is_open = tuple(masked[p] == board.text[p] or p in unrecorded for p in places)
    nothing = tuple(False for _ in places)
    return Stretch(folded, tuple(places), is_open, nothing, weights(folded), 0, len(board.text), board.text)


def introduction(text: str, start: int) -> int:
    """Where the statements before the project's name end: they only lead up to the question."""
    return text.rfind("。", 0, start) + 1
