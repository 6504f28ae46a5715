"""A term is what an operation works on: a printed figure, an execution rate, or an unused balance.

``read_term`` finds the cells of a term in one sheet, ``read_series`` applies the rules of which sheet
answers, ``quantity`` turns the cells into a number with its formula and citations.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from corpus.fields import Measure
from corpus.figures.definitions import UNUSED, deducted_for_unused
from corpus.model import Scope, Table
from corpus.years import official
from qa.answer import calc
from qa.answer.draft import Builder
from qa.answer.select import Found, Gap, Missing, Want, base_amount, differing, figure_in, years_of
from qa.answer.view import SheetView

RATE_MEASURES = frozenset({Measure.EXECUTION_RATE.value, Measure.EXECUTION_RATE_INITIAL.value})


class TermKind(StrEnum):
    CELL = "欄"
    RATE = "執行率"
    UNUSED = "不用額"


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """``item`` and ``table`` as in ``Want``; a rate or balance may be that of a budget item's parent only."""

    measure: str
    fiscal_year: int | None = None
    table: Table | None = None
    item: str = ""

    @property
    def kind(self) -> TermKind:
        if self.measure == Measure.EXECUTION_RATE and not self.item:
            return TermKind.RATE
        return TermKind.UNUSED if self.measure == UNUSED else TermKind.CELL

    @property
    def want(self) -> Want:
        return Want(self.measure, self.fiscal_year, self.table, self.item)

    def at(self, fiscal_year: int | None) -> Term:
        return dataclasses.replace(self, fiscal_year=fiscal_year)

    def label(self) -> str:
        """Label of a result: ``令和元（2019）年度 執行額``."""
        return f"{official(self.fiscal_year)} {self.measure}" if self.fiscal_year else self.measure


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """The cells of a term in one sheet: one printed figure, or the two a computed one needs."""

    term: Term
    cells: tuple[Found, ...]

    @property
    def view(self) -> SheetView:
        return self.cells[0].view


def read_term(view: SheetView, term: Term) -> Reading | Missing:
    """The cells of ``term`` in ``view``: a printed rate before a computed one."""
    if term.kind is TermKind.CELL:
        found = figure_in(view, term.want)
        return Reading(term, (found,)) if isinstance(found, Found) else found
    year = term.fiscal_year
    if term.kind is TermKind.RATE:
        printed = figure_in(view, term.want)
        if isinstance(printed, Found):
            return Reading(term, (printed,))
    executed = figure_in(view, Want(Measure.EXECUTED, year))
    budget = figure_in(view, Want(Measure.BUDGET_TOTAL, year))
    if isinstance(executed, Missing):
        return executed
    if isinstance(budget, Missing):
        return budget
    if term.kind is TermKind.UNUSED:
        return _unused(view, term, budget)
    if budget.value <= 0:
        return Missing(view, Gap.NO_DIVISOR, budget.cell)
    return Reading(term, (executed, budget))


def _unused(view: SheetView, term: Term, budget: Found) -> Reading | Missing:
    """不用額 in the definition of the sheet's form; a negative one is no figure."""
    cells = [budget]
    for measure in deducted_for_unused(view.sheet.origin):
        found = figure_in(view, Want(measure, term.fiscal_year))
        if isinstance(found, Missing):
            return found
        cells.append(found)
    amounts = [base_amount(one.cell)[0] or Decimal(0) for one in cells]
    if amounts[0] - sum(amounts[1:], Decimal(0)) < 0 or any(amount < 0 for amount in amounts[1:]):
        return Missing(view, Gap.NEGATIVE, budget.cell)
    return Reading(term, tuple(cells))


def quantity(builder: Builder, reading: Reading) -> calc.Quantity:
    """The number of a reading; its cells become citations."""
    parts = [
        calc.of_cell(
            one.value, one.cell.unit, builder.cite(one.view.sheet, one.cell), rate=one.cell.measure in RATE_MEASURES
        )
        for one in reading.cells
    ]
    if len(parts) == 1:
        return parts[0]
    if reading.term.kind is TermKind.RATE:
        return calc.percent_of(parts[0], parts[1])
    return functools.reduce(calc.difference, parts)


def term_years(view: SheetView, term: Term) -> list[int]:
    """Fiscal years for which ``view`` gives the term, ascending."""
    if term.kind is TermKind.CELL:
        return years_of(view, term.want)
    years = {*years_of(view, Want(Measure.EXECUTED)), *years_of(view, term.want)}
    return [year for year in sorted(years) if isinstance(read_term(view, term.at(year)), Reading)]


def read_series(views: Sequence[SheetView], terms: Sequence[Term]) -> list[Reading | Missing]:
    """Rule 2 for several terms: the newest sheet that has them all, else each from its newest sheet.

    ``views`` newest first, not empty; with rule 1 it holds the asked sheet alone.
    """
    for view in views:
        readings = [read_term(view, term) for term in terms]
        if all(isinstance(one, Reading) for one in readings):
            return readings
    return [_newest(views, term) for term in terms]


def _newest(views: Sequence[SheetView], term: Term) -> Reading | Missing:
    gaps: list[Missing] = []
    for view in views:
        one = read_term(view, term)
        if isinstance(one, Reading):
            return one
        gaps.append(one)
    order = list(Gap)
    return min(gaps, key=lambda missing: order.index(missing.gap))


def series_years(views: Sequence[SheetView], term: Term) -> list[int]:
    """Fiscal years recorded in any of the sheets, ascending."""
    return sorted({year for view in views for year in term_years(view, term)})


def latest_year(views: Sequence[SheetView], term: Term) -> int | None:
    """The last fiscal year of the newest sheet that records the term, None when no sheet does."""
    for view in views:
        if years := term_years(view, term):
            return years[-1]
    return None


def conflicts(reading: Reading, views: Sequence[SheetView]) -> list[tuple[Found, list[Found]]]:
    """For every cell of the reading: the differing figures that other sheets report for the same year."""
    found: list[tuple[Found, list[Found]]] = []
    for one in reading.cells:
        want = Want(
            one.cell.measure or "",
            one.cell.fiscal_year,
            reading.term.table,
            reading.term.item if one.cell.scope is Scope.PART or reading.term.item else "",
        )
        if one.cell.fiscal_year is not None and (others := differing(one, views, want)):
            found.append((one, others))
    return found
