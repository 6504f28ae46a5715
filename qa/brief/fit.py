"""One page of A4: how tall a brief will be, and how much to leave out so that it fits.

The height is estimated from character counts at the type sizes of the Word and HTML writers (a
full-width character is one em); the tests hold the estimate against the page count of LibreOffice.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from math import ceil

from qa.brief.model import Block, Brief, Bullets, Chart, Grid, Paragraph
from qa.brief.notes import footnotes
from qa.brief.project import Limits

_WIDTH = 182.0  # mm of text
_PAGE = 300.0  # of the estimate: LibreOffice fits up to 315 and breaks from 333 (benchmarks/briefs.py)
_BODY, _TABLE, _SMALL, _NOTE = 3.05, 2.7, 2.35, 1.98  # em in mm
_LEADING = 1.42

# Each step leaves out the least missed of what is left.
LEVELS: tuple[Limits, ...] = (
    Limits(),
    Limits(characters=200, opinion_characters=90, profile=100),
    Limits(2, 180, 7, 4, 2, 5, 5, 90, True, 80),
    Limits(2, 150, 6, 3, 2, 4, 4, 80, True, 60),
    Limits(2, 130, 6, 3, 2, 3, 3, 70, True, 60),
    Limits(1, 110, 5, 3, 1, 3, 3, 60, True, 50),
    Limits(1, 100, 5, 2, 1, 3, 2, 50, False, 50),
    Limits(1, 80, 5, 2, 1, 2, 1, 40, False, 40),
    Limits(1, 60, 4, 1, 0, 1, 0, 40, False, 40),
)


def fit_page(build: Callable[[Limits], Brief]) -> Brief:
    """The fullest brief that fits one page, by trying ``LEVELS`` in order; the last if none does."""
    brief = build(LEVELS[0])
    for limits in LEVELS[1:]:
        if height(brief) <= _PAGE:
            break
        brief = build(limits)
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
    total += sum(_lines(text, _SMALL) * _SMALL * _LEADING for text in brief.notes)
    total += _lines("　".join(notes.files), _SMALL) * _SMALL * _LEADING
    total += 3.0 + sum(_lines(f"{n.number} {n.text}", _NOTE) * _NOTE * 1.25 for n in notes.notes)
    return total


def _block(block: Block) -> float:
    if isinstance(block, Paragraph):
        return _lines("".join(s.text for s in block.sentences) + "00", _BODY) * _BODY * _LEADING
    if isinstance(block, Bullets):
        return sum(_lines(s.lead + s.text + "00", _BODY, _WIDTH - 8) * _BODY * _LEADING for s in block.items)
    if isinstance(block, Chart):
        return 48.0 if block.kind != "budget" else 43.0
    return _table(block)


def _table(block: Grid) -> float:
    widths = column_shares(block)
    rows = [tuple(cell.text for cell in row) for row in block.rows]
    if block.columns != ("項目", "内容"):
        rows.insert(0, block.columns)
    total = sum(_row(row, widths) for row in rows)
    total += _SMALL * _LEADING * (bool(block.unit) + (_lines(block.note, _SMALL) if block.note else 0))
    return total


def _row(texts: Sequence[str], widths: Sequence[float]) -> float:
    lines = max(_lines(text, _TABLE, width - 4.2) for text, width in zip(texts, widths, strict=True))
    return lines * _TABLE * _LEADING + 0.4


def column_shares(block: Grid, width: float = _WIDTH) -> list[float]:
    """Millimetres of each column: shared by the longest text, so that names get what numbers leave."""
    longest = [
        max([ems(title), 4.0, *(ems(row[i].text) for row in block.rows)]) for i, title in enumerate(block.columns)
    ]
    capped = [min(n, 40.0) + 2.5 for n in longest]
    return [width * n / sum(capped) for n in capped]
