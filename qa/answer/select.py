"""Exactly one cell for a wanted figure, and the sheet that answers (domain.md, "Which sheet answers").

Blank, ``-``, not yet executed, a year the sheet does not have and a row the form does not have are
five different things (``Gap``); zero is none of them, it is a figure.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from corpus.fields import Measure
from corpus.figures.definitions import same_basis
from corpus.model import Cell, Kind, Scope, Table
from corpus.units import YEN_PER_UNIT, is_money
from qa.answer.items import match_items
from qa.answer.view import SheetView


class Gap(StrEnum):
    """Why a sheet gives no figure, the most telling first; the value is the reason in words."""

    PENDING = "シートの作成時点で執行が終わっていない年度のため、未記載"
    BLANK = "欄が空欄"
    DASH = "「-」（該当なし）と記載"
    TEXT = "数値でない記載"
    UNCLEAR = "同じ欄に異なる数値が複数あり、一つに決められない"
    NEGATIVE = "計から繰越しと執行額を差し引くと負になり、不用額とはいえない"
    NO_DIVISOR = "計が零以下のため、率を計算できない"
    NO_YEAR = "この年度の欄がない"
    NO_ITEM = "お尋ねの項目がこの表にない"
    NO_ROW = "この欄がない"


_GAP_OF_KIND = {
    Kind.PENDING: Gap.PENDING,
    Kind.BLANK: Gap.BLANK,
    Kind.DASH: Gap.DASH,
    Kind.TEXT: Gap.TEXT,
}
_GAPS = list(Gap)

_FAR_TARGET = re.compile("最終年度|中間目標|目標年度")

_BUDGET = (Table.BUDGET,)
PART_TABLES = (Table.BUDGET_ITEMS, Table.BUDGET_ACCOUNTS)
TABLES_OF_MEASURE: dict[str, tuple[Table, ...]] = {
    Measure.INITIAL: _BUDGET,
    Measure.SUPPLEMENTARY: _BUDGET,
    Measure.CARRIED_IN: _BUDGET,
    Measure.CARRIED_OUT: _BUDGET,
    Measure.RESERVE: _BUDGET,
    Measure.BUDGET_TOTAL: _BUDGET,
    Measure.EXECUTED: _BUDGET,
    Measure.EXECUTION_RATE: _BUDGET,
    Measure.EXECUTION_RATE_INITIAL: _BUDGET,
    Measure.REQUEST: _BUDGET,
    Measure.REQUEST_TOTAL: _BUDGET,
    Measure.REQUEST_WISH: (Table.BUDGET, Table.BUDGET_ACCOUNTS),
    Measure.OUTCOME_ACTUAL: (Table.OUTCOME,),
    Measure.TARGET: (Table.OUTCOME,),
    Measure.ATTAINMENT: (Table.OUTCOME, Table.OUTPUT),
    Measure.OUTPUT_ACTUAL: (Table.OUTPUT,),
    Measure.OUTPUT_PLAN: (Table.OUTPUT,),
    Measure.UNIT_COST: (Table.UNIT_COST,),
    Measure.UNIT_COST_FORMULA: (Table.UNIT_COST,),
    Measure.INDICATOR_ACTUAL: (Table.POLICY,),
}
# A form without the first row may print the same figure in the second.
STAND_INS: dict[str, tuple[str, ...]] = {
    Measure.REQUEST: (Measure.REQUEST, Measure.REQUEST_TOTAL),
    Measure.REQUEST_TOTAL: (Measure.REQUEST_TOTAL, Measure.REQUEST),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Want:
    """One asked figure. ``item`` is in the asker's words, "" for the figure of the whole project."""

    measure: str
    fiscal_year: int | None = None
    table: Table | None = None
    item: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    view: SheetView
    cell: Cell

    @property
    def value(self) -> Decimal:
        """The number of the cell; only number cells are found. Raises ValueError otherwise."""
        if self.cell.value is None:
            raise ValueError(self.cell.raw)
        return self.cell.value


@dataclasses.dataclass(frozen=True, slots=True)
class Missing:
    """No figure: ``cell`` is the cell that stands in its place, if the sheet has one."""

    view: SheetView
    gap: Gap
    cell: Cell | None = None


def tables_for(want: Want) -> tuple[Table, ...]:
    """The tables where a figure may stand, likeliest first."""
    if want.table is not None:
        return (want.table,)
    tables = TABLES_OF_MEASURE.get(want.measure, ())
    if want.item and tables[:1] == _BUDGET:
        return PART_TABLES
    return tables


def figure_in(view: SheetView, want: Want) -> Found | Missing:
    """The one cell of ``view`` that is the wanted figure, or why there is none."""
    best = Missing(view, Gap.NO_ROW)
    for measure in STAND_INS.get(want.measure, (want.measure,)):
        for table in tables_for(want):
            found = _in_table(view, table, measure, want)
            if isinstance(found, Found):
                return found
            best = min(best, found, key=lambda missing: _GAPS.index(missing.gap))
    return best


def _in_table(view: SheetView, table: Table, measure: str, want: Want) -> Found | Missing:
    cells = view.cells(table, measure)
    if want.item:
        chosen = set(match_items(view, table, want.item))
        if not chosen:
            return Missing(view, Gap.NO_ITEM if cells else Gap.NO_ROW)
        cells = [cell for cell in cells if cell.item in chosen]
    elif any(cell.scope is Scope.TOTAL for cell in cells):
        cells = [cell for cell in cells if cell.scope is Scope.TOTAL]
    if not cells:
        return Missing(view, Gap.NO_ROW)
    if want.fiscal_year is not None:
        cells = [cell for cell in cells if cell.fiscal_year == want.fiscal_year]
        if not cells:
            return Missing(view, Gap.NO_YEAR)
    return one_of(view, cells)


def one_of(view: SheetView, cells: Sequence[Cell]) -> Found | Missing:
    """The one number among cells that claim the same place; equal figures count as one."""
    numbers = [cell for cell in cells if cell.kind is Kind.NUMBER and cell.value is not None]
    if len(numbers) > 1:
        # The final or interim target stands beside the yearly ones and may name the same year.
        yearly = [cell for cell in numbers if not _FAR_TARGET.search(f"{cell.row_label} {cell.column}")]
        numbers = yearly or numbers
    if not numbers:
        first = min(cells, key=lambda cell: _GAPS.index(_GAP_OF_KIND.get(cell.kind, Gap.TEXT)))
        return Missing(view, _GAP_OF_KIND.get(first.kind, Gap.TEXT), first)
    if len({base_amount(cell) for cell in numbers}) > 1:
        return Missing(view, Gap.UNCLEAR, numbers[0])
    return Found(view, numbers[0])


def base_amount(cell: Cell) -> tuple[Decimal | None, str]:
    """Value for comparison: money in yen, anything else as it stands with its unit."""
    if cell.value is None:
        return None, ""
    if cell.unit is not None and is_money(cell.unit):
        return cell.value * YEN_PER_UNIT[cell.unit], "円"
    return cell.value, cell.unit or ""


def years_of(view: SheetView, want: Want) -> list[int]:
    """The fiscal years for which ``view`` records the wanted figure, ascending."""
    years = {
        cell.fiscal_year
        for measure in STAND_INS.get(want.measure, (want.measure,))
        for table in tables_for(want)
        for cell in view.cells(table, measure)
        if cell.fiscal_year is not None
    }
    asked = ((year, dataclasses.replace(want, fiscal_year=year)) for year in sorted(years))
    return [year for year, one in asked if isinstance(figure_in(view, one), Found)]


def newest_with(views: Sequence[SheetView], wants: Iterable[Want]) -> list[Found] | None:
    """Rule 2: the figures from the newest of ``views`` (newest first) that records them all."""
    wanted = tuple(wants)
    for view in views:
        found = [figure_in(view, want) for want in wanted]
        if all(isinstance(one, Found) for one in found):
            return [one for one in found if isinstance(one, Found)]
    return None


def best_missing(views: Sequence[SheetView], want: Want) -> Missing:
    """The most telling gap: the sheet that at least has the cell, else the newest one. ``views`` not empty."""
    gaps = [one for one in (figure_in(view, want) for view in views) if isinstance(one, Missing)]
    return min(gaps, key=lambda missing: _GAPS.index(missing.gap))


def same_figure(one: Cell, other: Cell) -> bool:
    """True when two cells agree up to the rounding of the coarser printed one (33,498,000円 = 33百万円)."""
    a, b = base_amount(one), base_amount(other)
    if a[0] is None or b[0] is None or a[1] != b[1]:
        return False
    return a == b or abs(a[0] - b[0]) < max(_quantum(one), _quantum(other))


def _quantum(cell: Cell) -> Decimal:
    """The smallest step the printed figure can show, in base units."""
    if cell.value is None:
        return Decimal(0)
    exponent = cell.value.normalize().as_tuple().exponent
    step = Decimal(1).scaleb(min(0, exponent) if isinstance(exponent, int) else 0)
    unit = cell.unit if cell.unit is not None and is_money(cell.unit) else None
    return step * (YEN_PER_UNIT[unit] if unit else Decimal(1))


def differing(found: Found, views: Sequence[SheetView], want: Want) -> list[Found]:
    """Figures of other sheets for the same want that are not the same figure, one per distinct value."""
    seen: list[Found] = []
    for view in views:
        if view is found.view or not same_basis(want.measure, view.sheet.origin, found.view.sheet.origin):
            continue
        other = figure_in(view, want)
        if not isinstance(other, Found) or same_figure(other.cell, found.cell):
            continue
        if not any(same_figure(other.cell, known.cell) for known in seen):
            seen.append(other)
    return seen
