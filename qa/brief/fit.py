"""One page of A4: how tall a brief will be, and how much to leave out so that it fits.

The height is estimated from character counts at the type sizes of the Word and HTML writers (a
full-width character is one em); the tests hold the estimate against the page count of LibreOffice.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from qa.brief.model import Block, Brief, Bullets, Chart, Grid, Paragraph
from qa.brief.notes import footnotes
from qa.brief.project import Limits

_WIDTH = 182.0  # mm of text
_PAGE = 282.0  # of the estimate, which is a little too tall: benchmarks/briefs.py counts the pages
_BODY, _TABLE, _SMALL, _NOTE = 3.05, 2.7, 2.35, 1.98  # em in mm
_LEADING = 1.42

# What is given up, one thing at a time, the least missed first; each level keeps the steps before it.
_STEPS: tuple[tuple[str, int], ...] = (
    ("characters", 210),
    ("profile", 90),
    ("opinion_characters", 90),
    ("payees", 4),
    ("years", 6),
    ("opinions", 6),
    ("characters", 180),
    ("profile", 60),
    ("opinion_characters", 75),
    ("indicators", 2),
    ("opinions", 5),
    ("characters", 150),
    ("payees", 3),
    ("opinion_characters", 60),
    ("opinions", 4),
    ("years", 5),
    ("sentences", 2),
    ("characters", 120),
    ("facts", 3),
    ("opinions", 3),
    ("indicators", 1),
    ("sentences", 1),
    ("characters", 90),
    ("profile", 40),
    ("payees", 2),
    ("opinions", 2),
    ("facts", 2),
    ("chart", 0),
    ("opinions", 0),
    ("indicators", 0),
    ("payees", 1),
    ("years", 4),
)


def _levels() -> tuple[Limits, ...]:
    levels = [Limits()]
    for field, value in _STEPS:
        changed: dict[str, Any] = {field: bool(value) if field == "chart" else value}
        levels.append(dataclasses.replace(levels[-1], **changed))
    return tuple(levels)


LEVELS: tuple[Limits, ...] = _levels()


def fit_page(build: Callable[[Limits], Brief]) -> Brief:
    """The fullest brief that fits one page, found by bisection of ``LEVELS``; the last if none does."""
    brief = build(LEVELS[0])
    if height(brief) <= _PAGE:
        return brief
    low, high = 0, len(LEVELS) - 1  # LEVELS[low] is too tall
    brief = build(LEVELS[high])
    while high - low > 1:
        middle = (low + high) // 2
        candidate = build(LEVELS[middle])
        if height(candidate) <= _PAGE:
            high, brief = middle, candidate
        else:
            low = middle
    return brief


def ems(text: str) -> float:
    """Width in em: full-width characters 1, the others one half."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.55 for char in text)


def _lines(text: str, em: float, width: float = _WIDTH) -> int:
    return max(1, ceil(ems(text) * em / max(width, em)))


def height(brief: Brief) -> float:
    """Estimated millimetres of the whole brief, footnotes included."""
    total = 8.0 * _lines(brief.title, 5.0) + 4.0
    for part in brief.parts:
        total += 6.3 + sum(_block(block) for block in part.blocks)
    notes = footnotes(brief)
    total += sum(_lines(text, _SMALL) * _SMALL * 1.15 for text in brief.notes)
    total += _lines("　".join(notes.files), _SMALL) * _SMALL * 1.15
    total += 3.0 + sum(_lines(f"{n.number} {n.text}", _NOTE) * _NOTE * 1.25 for n in notes.notes)
    return total


def _block(block: Block) -> float:
    if isinstance(block, Paragraph):
        return _lines("".join(s.text for s in block.sentences) + "00", _BODY) * _BODY * _LEADING
    if isinstance(block, Bullets):
        return sum(_lines(s.lead + s.text + "00", _BODY, _WIDTH - 8) * _BODY * _LEADING for s in block.items)
    if isinstance(block, Chart):
        return 40.0
    return _table(block)


def _table(block: Grid) -> float:
    widths = column_shares(block)
    rows = [tuple(cell.text for cell in row) for row in block.rows]
    if block.columns != ("項目", "内容"):
        rows.insert(0, block.columns)
    total = sum(_row(row, widths) for row in rows)
    total += _SMALL * 1.15 * (bool(block.unit) + (_lines(block.note, _SMALL) if block.note else 0))
    return total


def _row(texts: Sequence[str], widths: Sequence[float]) -> float:
    lines = max(_lines(text, _TABLE, width - 4.2) for text, width in zip(texts, widths, strict=True))
    return lines * _TABLE * 1.24 + 0.4


def column_shares(block: Grid, width: float = _WIDTH) -> list[float]:
    """Millimetres of each column: shared by the longest text, so that names get what numbers leave."""
    longest = [
        max([ems(title), 4.0, *(ems(row[i].text) for row in block.rows)]) for i, title in enumerate(block.columns)
    ]
    capped = [min(n, 40.0) + 2.5 for n in longest]
    return [width * n / sum(capped) for n in capped]
