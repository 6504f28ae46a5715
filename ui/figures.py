"""The yearly figures of projects for charts and comparison: one value per fiscal year, with its cell.

Rule 2 of the domain: of several sheets that report a fiscal year the newest one counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.model import Sheet, Table
from corpus.store.reader import Corpus
from corpus.units import is_money, to_yen

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


def budget_and_execution(
    newest_first: Iterable[Sheet], enough: int
) -> tuple[dict[int, Decimal], dict[int, Decimal], Measure]:
    """Yen by fiscal year of one project's budget and execution, and which measure the budget is.

    Reads only as many sheets as give ``enough`` years; of several that report a year the newest counts.
    """
    found: dict[str, dict[int, Decimal]] = {m: {} for m in (Measure.BUDGET_TOTAL, Measure.INITIAL, Measure.EXECUTED)}
    for sheet in newest_first:
        for cell in sheet.cells:
            wanted = cell.table is Table.BUDGET and not cell.item and cell.measure in found
            if not wanted or cell.fiscal_year is None or cell.value is None or cell.unit is None or not is_money(cell.unit):
                continue
            found[str(cell.measure)].setdefault(cell.fiscal_year, to_yen(cell.value, cell.unit))
        if len(found[Measure.EXECUTED]) >= enough:
            break
    measure = Measure.BUDGET_TOTAL if found[Measure.BUDGET_TOTAL] else Measure.INITIAL
    return found[measure], found[Measure.EXECUTED], measure
