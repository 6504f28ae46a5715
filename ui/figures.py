"""The yearly figures of projects for charts and comparison: one value per fiscal year, with its cell.

Rule 2 of the domain: of several sheets that report a fiscal year the newest one counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.model import Cell, Kind, Sheet, Table
from corpus.store.reader import Corpus

# One pass over the columnar store for any number of projects.
_YEARLY_SQL = """
SELECT s.series, c.measure, c.fiscal_year, arg_max(c.amount_yen, s.sheet_year), arg_max(c.no, s.sheet_year),
       arg_max(c.pos, s.sheet_year)
FROM cells c JOIN sheets s USING (no)
WHERE s.series IN (SELECT unnest(?::INTEGER[])) AND c.tbl = ? AND c.item = ''
  AND c.measure IN (SELECT unnest(?::VARCHAR[])) AND c.amount_yen IS NOT NULL AND c.fiscal_year IS NOT NULL
GROUP BY s.series, c.measure, c.fiscal_year
"""


@dataclasses.dataclass(frozen=True, slots=True)
class YearFigure:
    """One project's figure of one fiscal year: yen, and the cell it is printed in."""

    fiscal_year: int
    amount_yen: Decimal
    sheet_no: int
    pos: int


Yearly = dict[tuple[int, str], dict[int, YearFigure]]


def yearly(corpus: Corpus, series: Sequence[int], measures: Sequence[str]) -> Yearly:
    """(project series, measure) → fiscal year → figure, for the budget table's own rows."""
    rows = corpus.facts(_YEARLY_SQL, [list(series), str(Table.BUDGET), [str(m) for m in measures]])
    found: Yearly = {}
    for number, measure, fiscal_year, yen, no, pos in rows:
        found.setdefault((number, measure), {})[fiscal_year] = YearFigure(fiscal_year, yen, no, pos)
    return found


def budget_measure(found: Yearly, series: int) -> Measure:
    """The measure that stands for the budget of a project: 予算計 when it is printed, else 当初予算."""
    return Measure.BUDGET_TOTAL if found.get((series, Measure.BUDGET_TOTAL)) else Measure.INITIAL


def recorded_years(sheets: Sequence[Sheet]) -> tuple[int, ...]:
    """Fiscal years for which the budget tables of these sheets print a figure, newest first."""
    years = {
        cell.fiscal_year
        for sheet in sheets
        for cell in sheet.cells
        if cell.table is Table.BUDGET and cell.fiscal_year is not None and cell.kind is Kind.NUMBER
    }
    return tuple(sorted(years, reverse=True))


def rate_cell(sheet: Sheet, fiscal_year: int) -> Cell | None:
    """The printed 執行率 of a fiscal year, if the sheet prints one."""
    return next(
        (c for c in sheet.cells if c.measure == Measure.EXECUTION_RATE and c.fiscal_year == fiscal_year and c.value is not None),
        None,
    )
