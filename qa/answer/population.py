"""The sheets a question over many sheets is about, and their figures: complete, never a top-k.

Figures come from the columnar facts (one cell per sheet, totals only); sheets without the figure are
kept apart with the reason, because an answer says what it left out.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from corpus.fields import Measure
from corpus.model import Scope, Table
from corpus.store.model import SheetInfo
from corpus.text import name_key, payee_key
from qa.model import Filter

if TYPE_CHECKING:
    from corpus.store.reader import Corpus

NOT_PRINTED = "記載なし"
NO_BUDGET = "計が零以下"
OTHER_BLOCK = "同じ事業の別ブロック"

# The figure of fiscal year F stands in the sheet of F + offset (domain.md, "Counting over many sheets").
_SHEET_OFFSET: dict[str, int] = {
    Measure.EXECUTED: 1,
    Measure.EXECUTION_RATE: 1,
    Measure.REQUEST: -1,
    Measure.REQUEST_TOTAL: -1,
    Measure.PAYEE_AMOUNT: 1,
}
_CELLS = """
SELECT c.no, c.pos, c.amount_yen, c.unit FROM cells c
WHERE c.measure = ? AND c.tbl = ? AND c.sheet_year = ? AND c.fiscal_year = ? AND c.scope = ?
"""
_ATTRIBUTES = "SELECT no, text, year FROM attributes WHERE name = ? AND sheet_year = ?"
_NUMBERED = " AND c.no BETWEEN ? AND ?"  # sheets of one ministry and year are neighbours: a few blocks are read
_PAYEES_OF = """
SELECT p.no, p.pos, p.block, p.name, p.payee_key, p.corporate_number, p.amount_yen FROM payees p
WHERE p.sheet_year = ? AND p.no BETWEEN ? AND ? AND (p.payee_key = ? OR (p.corporate_number <> '' AND p.corporate_number = ?))
ORDER BY p.no, p.pos
"""
_PAYEES_BY_NUMBER = """
SELECT p.no, p.pos, p.block, p.name, p.payee_key, p.corporate_number, p.amount_yen FROM payees p
WHERE p.sheet_year = ? AND p.no BETWEEN ? AND ? AND p.corporate_number IN (SELECT unnest(?)) ORDER BY p.no, p.pos
"""
_PAYEES_LIKE = """
SELECT p.name, p.payee_key, count(DISTINCT p.no) FROM payees p
WHERE p.sheet_year = ? AND contains(p.payee_key, ?) GROUP BY ALL ORDER BY 3 DESC, 1 LIMIT 20
"""
_PAYEES_ALL = """
SELECT p.no, p.pos, p.block, p.name, p.payee_key, p.corporate_number, p.amount_yen FROM payees p
WHERE p.sheet_year = ? AND p.amount_yen IS NOT NULL
"""
_PAYEES_OF_MINISTRY = " AND p.no IN (SELECT no FROM sheets WHERE ministry = ? AND sheet_year = ?)"


@dataclasses.dataclass(frozen=True, slots=True)
class Scoped:
    """What is asked over many sheets, resolved: one sheet year and one fiscal year."""

    sheet_year: int
    fiscal_year: int
    filter: Filter


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One sheet with its figure in yen (None: not recorded); ``pos`` are its cells in the sheet."""

    info: SheetInfo
    amount_yen: Decimal | None
    unit: str
    pos: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class PayeeFact:
    """One row of a payee list."""

    no: int
    pos: int
    block: str
    name: str
    key: str
    corporate_number: str
    amount_yen: Decimal | None


class Population:
    """Look-ups over the whole corpus; holds only indexes, no figures."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    @functools.cached_property
    def by_year(self) -> dict[int, list[SheetInfo]]:
        """Sheets by sheet year."""
        found: dict[int, list[SheetInfo]] = collections.defaultdict(list)
        for info in self._corpus.infos():
            found[info.sheet_year].append(info)
        return found

    @functools.cached_property
    def by_no(self) -> dict[int, SheetInfo]:
        return {info.no: info for info in self._corpus.infos()}

    def scope(
        self, measure: str, sheet_year: int | None, fiscal_years: Sequence[int], restriction: Filter
    ) -> Scoped | None:
        """Sheet year and fiscal year of a figure, from whichever the question names. None: no such sheets."""
        offset = _SHEET_OFFSET.get(measure, 0)
        fiscal_year = fiscal_years[0] if fiscal_years else None
        if sheet_year is None:
            sheet_year = fiscal_year + offset if fiscal_year is not None else max(self.by_year, default=None)
        if sheet_year is None or sheet_year not in self.by_year:
            return None
        return Scoped(sheet_year, fiscal_year if fiscal_year is not None else sheet_year - offset, restriction)

    def fiscal_years(self, measure: str) -> list[int]:
        """Fiscal years of a figure that the sheets at hand report in their own year, oldest first."""
        return sorted(year - _SHEET_OFFSET.get(measure, 0) for year in self.by_year)

    def sheets(self, scoped: Scoped) -> list[SheetInfo]:
        """All sheets of the sheet year that pass the filters (except the payee)."""
        wanted = scoped.filter
        found = self.by_year.get(scoped.sheet_year, [])
        if wanted.ministry:
            found = [info for info in found if info.ministry == wanted.ministry]
        if wanted.bureau:
            key = name_key(wanted.bureau)
            found = [info for info in found if key in name_key(info.bureau) or key in name_key(info.division)]
        if wanted.account:
            key = name_key(wanted.account)
            found = [info for info in found if key in name_key(info.account)]
        if wanted.topic:
            keys = [name_key(word) for word in wanted.topic.split() if name_key(word)]
            found = [info for info in found if all(_holds(name_key(info.project), key) for key in keys)]
        return found

    def figures(self, scoped: Scoped, measure: str) -> list[Figure]:
        """Every sheet of the scope with its one total figure, or None where it records none."""
        params: list[object] = [
            measure, Table.BUDGET.value, scoped.sheet_year, scoped.fiscal_year, Scope.TOTAL.value
        ]  # fmt: skip
        sql = _CELLS
        sheets = self.sheets(scoped)
        if scoped.filter.ministry and sheets:
            sql += _NUMBERED
            params += [sheets[0].no, sheets[-1].no]
        cells: dict[int, tuple[int, Decimal, str]] = {}
        for no, pos, amount, unit in self._corpus.facts(sql, params):
            if amount is not None and (no not in cells or pos < cells[no][0]):
                cells[no] = (pos, amount, unit or "")
        figures = []
        for info in sheets:
            pos, amount, unit = cells.get(info.no, (-1, None, ""))
            figures.append(Figure(info, amount, unit, (pos,) if amount is not None else ()))
        return figures

    def rates(self, scoped: Scoped) -> tuple[list[Figure], list[tuple[SheetInfo, str]]]:
        """Execution rates in exact percent (as ``amount_yen``), and the sheets left out with the reason."""
        executed = self.figures(scoped, Measure.EXECUTED)
        budgets = {one.info.no: one for one in self.figures(scoped, Measure.BUDGET_TOTAL)}
        rates: list[Figure] = []
        left_out: list[tuple[SheetInfo, str]] = []
        for one in executed:
            budget = budgets[one.info.no]
            if one.amount_yen is None or budget.amount_yen is None:
                left_out.append((one.info, NOT_PRINTED))
            elif budget.amount_yen <= 0:
                left_out.append((one.info, NO_BUDGET))
            else:
                rate = one.amount_yen / budget.amount_yen * 100
                rates.append(Figure(one.info, rate, "%", one.pos + budget.pos))
        return rates, left_out

    def attributes(self, sheet_year: int, name: str) -> list[tuple[int, str, int | None]]:
        """(sheet, printed text, year) of one attribute in all sheets of a year (``corpus.store.facts``)."""
        return [(int(no), str(text), year) for no, text, year in self._corpus.facts(_ATTRIBUTES, [name, sheet_year])]

    # ------------------------------------------------------------ payees

    @functools.cached_property
    def newest_with_payees(self) -> int | None:
        """The newest sheet year whose sheets list payees with amounts (the open data of a year may lack the file)."""
        found = self._corpus.facts("SELECT max(sheet_year) FROM payees WHERE amount_yen IS NOT NULL", [])[0][0]
        return None if found is None else int(found)

    def payee_rows(self, scoped: Scoped, name: str) -> list[PayeeFact]:
        """Rows of the payee in the sheets of the scope, by comparison key or 法人番号."""
        rows = self._corpus.facts(_PAYEES_OF, [*self._numbers(scoped), payee_key(name), name.strip()])
        return self._of_scope(scoped, rows)

    def payees_of_numbers(self, scoped: Scoped, numbers: Sequence[str]) -> list[PayeeFact]:
        """Rows with one of the 法人番号, whatever the name."""
        if not numbers:
            return []
        return self._of_scope(scoped, self._corpus.facts(_PAYEES_BY_NUMBER, [*self._numbers(scoped), list(numbers)]))

    def payees_like(self, scoped: Scoped, key: str) -> list[str]:
        """Names that contain ``key``, those in most sheets first."""
        return [name for name, _, _ in self._corpus.facts(_PAYEES_LIKE, [scoped.sheet_year, key])]

    def all_payees(self, scoped: Scoped) -> list[PayeeFact]:
        """All payee rows with an amount in the scope."""
        sql, params = _PAYEES_ALL, [scoped.sheet_year]
        if scoped.filter.ministry:
            return self._of_scope(
                scoped,
                self._corpus.facts(
                    sql + _PAYEES_OF_MINISTRY, [*params, scoped.filter.ministry, scoped.sheet_year]
                ),
            )
        return self._of_scope(scoped, self._corpus.facts(sql, params))

    def _numbers(self, scoped: Scoped) -> list[object]:
        """The sheet year with the first and the last number of the scope's sheets."""
        sheets = self.sheets(scoped)
        return [scoped.sheet_year, sheets[0].no if sheets else 0, sheets[-1].no if sheets else 0]

    def _of_scope(self, scoped: Scoped, rows: Sequence[tuple[object, ...]]) -> list[PayeeFact]:
        allowed = {info.no for info in self.sheets(scoped)}
        facts = [PayeeFact(*row) for row in rows]  # type: ignore[arg-type]
        return [fact for fact in facts if fact.no in allowed]


def _holds(name: str, word: str) -> bool:
    """The word stands in the name; letters only as a word of their own (AI is not in Unitaid)."""
    if not word.isascii():
        return word in name
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", name) is not None


def one_block_each(rows: Sequence[PayeeFact]) -> tuple[list[PayeeFact], list[PayeeFact]]:
    """Rows of one payee that may be added, and those that may be the same money again.

    Within a sheet only the first block of the payee counts: another block may lie further down the
    same flow of money (再委託).
    """
    first: dict[tuple[int, str], str] = {}
    kept: list[PayeeFact] = []
    dropped: list[PayeeFact] = []
    for row in rows:
        block = first.setdefault((row.no, row.key), row.block)
        (kept if row.block == block else dropped).append(row)
    return kept, dropped
