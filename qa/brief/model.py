"""The types of a briefing (レク資料). Data only; every number hangs on a citation.

A brief is built as these objects, checked by the figure lock sentence by sentence, and only then
written as Word, Excel, Markdown, HTML or JSON: no writer computes or words anything.
"""

from __future__ import annotations

import dataclasses
from decimal import Decimal

from qa.model import Citation


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One number of a brief: ``shown`` as it is written, ``value`` in ``unit``, and its cells.

    ``derivation`` is None for a printed (or unit-converted) figure, else a formula over the brief's
    citations as in ``qa.model.Result``.
    """

    shown: str
    value: Decimal | None
    unit: str | None
    citations: tuple[int, ...] = ()
    derivation: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Where a verbatim sentence stands in the section it was taken from (character offsets)."""

    citation: int
    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. Verbatim ones carry ``span``; composed ones carry the ``figures`` they show."""

    text: str
    citations: tuple[int, ...] = ()
    figures: tuple[Figure, ...] = ()
    span: Span | None = None
    lead: str = ""  # our own heading before a verbatim sentence ("改善の方向性：")

    @property
    def verbatim(self) -> bool:
        return self.span is not None


@dataclasses.dataclass(frozen=True, slots=True)
class Paragraph:
    sentences: tuple[Sentence, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Sentence, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class TableCell:
    """One cell of a brief's table: text, and the figure when it shows one."""

    text: str
    figure: Figure | None = None
    citations: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Grid:
    """A table: ``columns`` are its headings, ``unit`` is stated above it, ``note`` below it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    unit: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Series:
    """One line or bar series of a chart: values per category (None = not recorded)."""

    name: str
    values: tuple[Decimal | None, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Flow:
    """One arrow of a flow-of-funds chart; ``amount`` in the chart's unit, None when not printed."""

    source: str
    target: str
    amount: Decimal | None


@dataclasses.dataclass(frozen=True, slots=True)
class Chart:
    """A chart as data: the same object is drawn for the app, Word and HTML.

    ``kind`` is ``budget`` (bars and a line over years), ``lines``, ``payees`` (horizontal bars) or
    ``flow``.  ``alt`` is the alternative text: it says what the picture shows, in words.
    """

    kind: str
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    alt: str
    flows: tuple[Flow, ...] = ()
    citations: tuple[int, ...] = ()


Block = Paragraph | Bullets | Grid | Chart


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One headed part of the brief. ``essential`` parts are never dropped to fit the page."""

    heading: str
    blocks: tuple[Block, ...]
    essential: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence left out because the lock could not account for it. Logged, never repaired."""

    text: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Brief:
    """A whole briefing. ``citations`` are what the footnotes name, in order of first use."""

    kind: str  # 事業, テーマ, 府省庁, 比較, 想定問答
    title: str
    subtitle: str
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    notes: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    sheet_ids: tuple[str, ...] = ()
