"""A sheet in the making: what has been read so far, and which printed cells are accounted for."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from typing import Final

from corpus.fields import Measure
from corpus.form.page import Page, bracketed_unit, squeeze
from corpus.model import Cell, Finding, Kind, PastNumber, Scope, Section, Severity, Table
from corpus.numbers import read_printed
from corpus.readers.grid import GridCell
from corpus.units import PERCENT, YEN_PER_UNIT, normal_unit

KNOWN_UNITS: Final = frozenset({*YEN_PER_UNIT, PERCENT, "人", "件", "者", "社", "回"})
# Words and identifiers: a number in them is not a figure.
WORDS: Final = frozenset(
    {
        Measure.GOAL, Measure.OUTCOME_INDICATOR, Measure.OUTPUT_INDICATOR, Measure.UNIT, Measure.BASIS,
        Measure.UNIT_COST_FORMULA, Measure.CHECK_MARK, Measure.CHECK_NOTE, Measure.PAYEE_NAME,
        Measure.CORPORATE_NUMBER, Measure.PAYEE_WORK, Measure.CONTRACT_METHOD, Measure.ONE_BIDDER_REASON,
        Measure.BLOCK_NAME, Measure.EXPENSE_ITEM, Measure.EXPENSE_USE,
    }
)  # fmt: skip


@dataclasses.dataclass(slots=True)
class Draft:
    """Collects cells, sections and findings of one sheet in the order they are read."""

    file: str
    place: str
    sheet_year: int
    cells: list[Cell] = dataclasses.field(default_factory=list)
    sections: list[Section] = dataclasses.field(default_factory=list)
    past: list[PastNumber] = dataclasses.field(default_factory=list)
    findings: list[Finding] = dataclasses.field(default_factory=list)
    tables: set[Table] = dataclasses.field(default_factory=set)
    used: set[str] = dataclasses.field(default_factory=set)  # locators
    items: Counter[str] = dataclasses.field(default_factory=Counter)
    block: str = ""  # the payee block being read; it continues over a page break

    def use(self, cells: Iterable[GridCell | None]) -> None:
        """Mark printed cells as accounted for."""
        self.used.update(cell.locator for cell in cells if cell is not None)

    def next_item(self, table: Table) -> str:
        """``1``, ``2`` … per table, over all of its blocks."""
        self.items[table] += 1
        return str(self.items[table])

    def unique_item(self, table: Table, name: str) -> str:
        """``name``, ``name#2`` … when a form prints the same entry again."""
        key = f"{table}/{name}"
        self.items[key] += 1
        return name if self.items[key] == 1 else f"{name}#{self.items[key]}"

    def cell(
        self,
        source: GridCell,
        table: Table,
        row: tuple[str, ...],
        column: str,
        *,
        measure: Measure | None = None,
        item: str = "",
        fiscal_year: int | None = None,
        unit: str | None = None,
        scope: Scope = Scope.TOTAL,
        words: bool = False,
    ) -> None:
        """Add the cell printed at ``source``; its unit is the one it prints itself, else ``unit``."""
        printed = read_printed(source.text)
        kind, value = printed.kind, printed.value
        if kind is Kind.NUMBER and (words or measure in WORDS):
            kind, value = Kind.TEXT, None
        own_unit = printed.unit if kind is Kind.NUMBER else None
        in_unit = None if words or measure in WORDS or kind is Kind.TEXT else (own_unit or normal_unit(unit))
        self.cells.append(
            Cell(
                table, row, column, None if measure is None else measure.value, item, fiscal_year, source.text,
                kind, value, in_unit, source.locator, scope,
            )
        )  # fmt: skip
        self.tables.add(table)
        self.use([source])

    def section(self, source: GridCell, name: str, label: str, table: Table) -> None:
        self.sections.append(Section(name, label, source.text, source.locator, table))
        self.use([source])

    def warn(self, message: str, remedy: str = "", locator: str = "") -> None:
        self.findings.append(Finding(Severity.WARNING, self.file, locator or self.place, message, remedy))


def label_unit(label: str) -> str | None:
    """The unit a row or column label ends with: ``執行率（％） → %``, ``支出額（百万円） → 百万円``."""
    return bracketed_unit(label, KNOWN_UNITS)


def side_cells(page: Page, first_row: int, end_row: int, before_col: int) -> list[GridCell]:
    """Cells with text that start in rows [first_row, end_row) and end left of a column: side titles."""
    return [
        cell
        for row in page.grid.between(first_row, end_row)
        for cell in page.grid.starting(row)
        if cell.col_end < before_col
    ]


def joined(cells: Iterable[GridCell]) -> str:
    """A label split over several cells, put together: 予算 / の / 状況 → 予算の状況."""
    return "".join(squeeze(cell.text) for cell in cells)
