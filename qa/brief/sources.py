"""From sheets to what a brief shows: citations collected once, and figures over the years.

Domain rules used here (the sheets' own): a fiscal year's figure is taken from the newest sheet that
records it; ``-`` and blank are not recorded; an RSシステム 執行額 of the sheet's own year is pending.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from decimal import Decimal

from corpus.fields import Field, Measure
from corpus.model import Cell, Kind, Scope, Section, Sheet, Table
from corpus.units import FRACTION, is_money, plain, to_yen
from qa.model import Citation

TIMELINE_MEASURES = (
    Measure.INITIAL,
    Measure.SUPPLEMENTARY,
    Measure.CARRIED_IN,
    Measure.CARRIED_OUT,
    Measure.RESERVE,
    Measure.BUDGET_TOTAL,
    Measure.EXECUTED,
    Measure.EXECUTION_RATE,
    Measure.REQUEST,
)


_RATES = (Measure.EXECUTION_RATE, Measure.EXECUTION_RATE_INITIAL, Measure.BID_RATE)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A cell together with the sheet it stands in."""

    sheet: Sheet
    cell: Cell

    @property
    def yen(self) -> Decimal | None:
        """Exact yen, or None when the cell holds no money."""
        if self.cell.value is None or self.cell.unit is None or not is_money(self.cell.unit):
            return None
        return to_yen(self.cell.value, self.cell.unit)


class Sources:
    """Collects the citations of one brief: each cell or section once, numbered by first use."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._citations: list[Citation] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._citations)

    def cell(self, found: Found) -> int:
        """The number of a cell's citation."""
        sheet, cell = found.sheet, found.cell
        return self._number(
            sheet,
            cell.file or sheet.file,
            cell.locator,
            section=cell.table.value,
            row=cell.row_label,
            column=cell.column,
            fiscal_year=cell.fiscal_year,
            raw=cell.raw,
            value=None if cell.value is None else plain(cell.value),
            unit=cell.unit,
        )

    def section(self, sheet: Sheet, section: Section) -> int:
        """The number of a text field's citation; its ``raw`` is the whole field."""
        return self._number(
            sheet,
            section.file or sheet.file,
            section.locator,
            section=section.name,
            row=section.label,
            column="",
            fiscal_year=None,
            raw=section.text,
            value=None,
            unit=None,
        )

    def _number(
        self,
        sheet: Sheet,
        file: str,
        locator: str,
        *,
        section: str,
        row: str,
        column: str,
        fiscal_year: int | None,
        raw: str,
        value: str | None,
        unit: str | None,
    ) -> int:
        key = (sheet.sheet_id, file, locator)
        if key not in self._numbers:
            self._numbers[key] = len(self._citations)
            self._citations.append(
                Citation(
                    sheet_id=sheet.sheet_id,
                    project=sheet.project,
                    ministry=sheet.ministry,
                    sheet_year=sheet.sheet_year,
                    section=section,
                    row=row,
                    column=column,
                    fiscal_year=fiscal_year,
                    raw=raw,
                    value=value,
                    unit=unit,
                    file=file,
                    locator=locator,
                )
            )
        return self._numbers[key]


@dataclasses.dataclass(frozen=True, slots=True)
class Timeline:
    """Figures of one project by (measure, fiscal year): the newest sheet's, and what others say."""

    chosen: dict[tuple[str, int], Found]
    restated: dict[tuple[str, int], tuple[Found, ...]]  # older sheets whose figure differs, newest first

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({year for _, year in self.chosen}))

    def at(self, measure: str, year: int) -> Found | None:
        return self.chosen.get((measure, year))


def budget_cells(sheet: Sheet) -> Iterable[Cell]:
    """The budget table's own totals: no per-account parts, nothing added twice."""
    return (
        cell
        for cell in sheet.cells
        if cell.table is Table.BUDGET and cell.scope is Scope.TOTAL and cell.measure and cell.fiscal_year is not None
    )


def timeline(sheets: Sequence[Sheet]) -> Timeline:
    """Figures over all years known. ``sheets``: one project's, any order; two of a year keep the first."""
    chosen: dict[tuple[str, int], Found] = {}
    restated: dict[tuple[str, int], list[Found]] = {}
    for sheet in sorted(sheets, key=lambda s: s.sheet_year, reverse=True):
        for cell in budget_cells(sheet):
            if cell.kind is not Kind.NUMBER or cell.value is None or cell.measure not in TIMELINE_MEASURES:
                continue
            year = cell.fiscal_year
            if year is None:
                continue
            key, found = (str(cell.measure), year), Found(sheet, cell)
            if key not in chosen:
                chosen[key] = found
            elif not same_figure(chosen[key], found):
                restated.setdefault(key, []).append(found)
    return Timeline(chosen, {key: tuple(values) for key, values in restated.items()})


def same_figure(a: Found, b: Found) -> bool:
    """Whether two printed figures agree within the coarser one's printed precision.

    1,788.3百万円 and 1,788百万円 agree; so do 94% and 0.941 (rates compare at whole percents printed).
    """
    if a.yen is not None and b.yen is not None:
        return abs(a.yen - b.yen) <= max(_half_step(a.cell), _half_step(b.cell))
    left, right = percent(a.cell), percent(b.cell)
    if left is not None and right is not None:
        return abs(left - right) <= Decimal("0.5")
    return a.cell.value == b.cell.value and a.cell.unit == b.cell.unit


def _half_step(cell: Cell) -> Decimal:
    if cell.value is None or cell.unit is None:
        return Decimal(0)
    exponent = cell.value.normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return to_yen(Decimal(1).scaleb(-places), cell.unit) / 2


def percent(cell: Cell) -> Decimal | None:
    """A printed rate in percent, whether printed as ``94%`` or as ``0.94`` (RSシステム)."""
    if cell.value is None:
        return None
    if cell.unit == FRACTION and cell.measure in _RATES:  # an indicator's unit may be called 割合 and mean anything
        return cell.value * 100
    return cell.value if cell.unit == "%" else None


def texts(sheet: Sheet, name: Field) -> tuple[Section, ...]:
    """The text fields of a name that say something (not blank, not a dash)."""
    return tuple(
        s for s in sheet.sections if s.name == name and s.text.strip() and s.text.strip() not in ("-", "－", "ー", "―")
    )


def group_items(sheet: Sheet, table: Table) -> dict[str, dict[str, list[Cell]]]:
    """Cells of a table by item, then by measure, in printed order (payees, indicators, expenses)."""
    groups: dict[str, dict[str, list[Cell]]] = {}
    for cell in sheet.cells:
        if cell.table is table and cell.item and cell.measure:
            groups.setdefault(cell.item, {}).setdefault(cell.measure, []).append(cell)
    return groups
