"""Figures that do not add up, and figures of one year that differ between sheets (``rsqa check``).

Everything is computed from the facts of a corpus; a check names the cells it is about, so that each
can be shown and cited.  What is printed stays as it is: a check only tells.  ``docs/checks.md`` gives
the rules, the counts over the national corpus, and why they are what they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from corpus.fields import Measure
from corpus.model import Kind, Origin, Scope, Sheet, Table
from corpus.store.reader import Corpus
from corpus.units import FRACTION, PERCENT, comma, plain, round_half_up


class CheckKind(StrEnum):
    """What is wrong; the value is the heading a user sees."""

    TOTAL = "計が内訳の合計と違う"
    ACCOUNTS = "合計が会計別の合計と違う"
    RATE = "執行率が執行額÷予算額と違う"
    BLOCK = "支出先の合計がブロックの合計支出額を超える"
    CONTRACTS = "契約の合計が支出先の合計支出額と違う"
    RESTATED = "同じ年度の数値がシートによって違う"


@dataclasses.dataclass(frozen=True, slots=True)
class CheckedCell:
    """A cell by sheet number and position in ``Sheet.cells``."""

    no: int
    pos: int


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """One disagreement. ``printed`` and ``computed`` are in ``unit``; ``cells[0]`` is the printed figure.

    For RESTATED, ``printed`` is the figure of the newest sheet and ``computed`` that of the oldest;
    ``cells`` are newest first.
    """

    kind: CheckKind
    no: int
    fiscal_year: int | None
    measure: str
    item: str
    printed: Decimal
    computed: Decimal
    unit: str
    cells: tuple[CheckedCell, ...]

    @property
    def difference(self) -> Decimal:
        return self.printed - self.computed

    def __str__(self) -> str:
        year = f"{self.fiscal_year}年度 " if self.fiscal_year is not None else ""
        item = f"{self.item} " if self.item else ""
        names = ("新しいシート", "古いシート") if self.kind is CheckKind.RESTATED else ("記載", "計算")
        printed, computed = comma(self.printed), comma(self.computed)
        return f"{self.kind}: {year}{item}{self.measure} {names[0]} {printed}{self.unit}、{names[1]} {computed}{self.unit}"


# 1.01: a total of rounded parts may differ by one unit; the hundredth is for binary noise in the sources
_TOLERANCE: Final = "1.01 * {unit}"
_UNIT_YEN: Final = (
    "CASE {0}.unit WHEN '円' THEN 1 WHEN '千円' THEN 1000 WHEN '万円' THEN 10000 WHEN '百万円' THEN 1000000 "
    "WHEN '億円' THEN 100000000 ELSE 1 END"
)
_PARTS: Final = (Measure.INITIAL, Measure.SUPPLEMENTARY, Measure.CARRIED_IN, Measure.CARRIED_OUT, Measure.RESERVE)
# RSシステム 2-1 prints 計 without 翌年度への繰越し
_RS_PARTS: Final = tuple(measure for measure in _PARTS if measure is not Measure.CARRIED_OUT)
_BUDGET: Final = f"tbl = '{Table.BUDGET}' AND item = '' AND scope = '{Scope.TOTAL}' AND amount_yen IS NOT NULL"
_LEAST_SLIP: Final = "0.000004"  # fractions are printed with five decimals: nearer is certainly right
_ONLY: Final = "($no IS NULL OR c.no = $no)"


def check(corpus: Corpus, kinds: Collection[CheckKind] = tuple(CheckKind), no: int | None = None) -> Iterator[Check]:
    """All disagreements of the given kinds, by kind and sheet number; ``no`` restricts to one sheet.

    RESTATED with ``no`` gives the figures of that sheet's project that differ between its sheets.
    """
    for kind in CheckKind:
        if kind in kinds:
            yield from _CHECKS[kind](corpus, no)


def _totals(corpus: Corpus, no: int | None) -> Iterator[Check]:
    yield from _sums(corpus, no, _PARTS, "s.origin <> $origin")
    yield from _sums(corpus, no, _RS_PARTS, "s.origin = $origin")


def _sums(corpus: Corpus, no: int | None, parts: tuple[Measure, ...], where: str) -> Iterator[Check]:
    names = ", ".join(f"'{measure}'" for measure in parts)
    rows = corpus.facts(
        f"""
        SELECT c.no, c.fiscal_year, any_value(c.unit) AS unit, max({_UNIT_YEN.format("c")}) AS unit_yen,
            sum(amount_yen) FILTER (measure = '{Measure.BUDGET_TOTAL}') AS total,
            sum(amount_yen) FILTER (measure IN ({names})) AS parts,
            any_value(pos) FILTER (measure = '{Measure.BUDGET_TOTAL}') AS total_pos,
            list(pos ORDER BY pos) FILTER (measure IN ({names})) AS part_pos,
            any_value(s.origin) AS source
        FROM cells c JOIN sheets s USING (no)
        WHERE {_BUDGET} AND {where} AND {_ONLY} AND measure IN ('{Measure.BUDGET_TOTAL}', {names})
        GROUP BY c.no, c.fiscal_year
        HAVING total IS NOT NULL AND abs(parts - total) > {_TOLERANCE.format(unit="unit_yen")}
            AND (len(part_pos) = {len(parts)} OR source NOT IN ($judgit, $rs))
        ORDER BY c.no, c.fiscal_year
        """,
        {"no": no, "origin": Origin.RS_CSV.value, "rs": Origin.RS_CSV.value, "judgit": Origin.JUDGIT.value},
    )
    for sheet, year, unit, unit_yen, total, computed, total_pos, part_pos, _ in rows:
        if len(part_pos) < len(parts) and not _others_are_dashes(corpus.sheet_at(sheet), year, parts):
            continue
        yield _money(CheckKind.TOTAL, sheet, year, Measure.BUDGET_TOTAL, "", (total, computed), (unit, unit_yen), [total_pos, *part_pos])


def _others_are_dashes(sheet: Sheet, fiscal_year: int, parts: tuple[Measure, ...]) -> bool:
    """Whether every part without a figure is printed as ``-`` (none): a blank one could be anything."""
    cells = [c for c in sheet.cells if c.table is Table.BUDGET and c.fiscal_year == fiscal_year and c.scope is Scope.TOTAL]
    return all(any(c.measure == part and c.kind in (Kind.NUMBER, Kind.DASH) for c in cells) for part in parts)


def _accounts(corpus: Corpus, no: int | None) -> Iterator[Check]:
    rows = corpus.facts(
        f"""
        WITH parts AS (
            SELECT no, measure, fiscal_year, sum(amount_yen) AS total, list(pos ORDER BY pos) AS pos
            FROM cells c WHERE tbl = '{Table.BUDGET_ACCOUNTS}' AND amount_yen IS NOT NULL AND {_ONLY}
            GROUP BY no, measure, fiscal_year
        )
        SELECT c.no, c.fiscal_year, c.measure, c.unit, {_UNIT_YEN.format("c")} AS unit_yen, c.amount_yen, p.total, c.pos, p.pos
        FROM cells c JOIN parts p ON (c.no, c.measure, c.fiscal_year) = (p.no, p.measure, p.fiscal_year)
        WHERE {_BUDGET} AND {_ONLY} AND abs(c.amount_yen - p.total) > {_TOLERANCE.format(unit="unit_yen")}
        ORDER BY c.no, c.pos
        """,
        {"no": no},
    )
    for sheet, year, measure, unit, unit_yen, printed, computed, pos, part_pos in rows:
        yield _money(CheckKind.ACCOUNTS, sheet, year, measure, "", (printed, computed), (unit, unit_yen), [pos, *part_pos])


# rate → the measures it divides by; both operands must be printed in the same column
_RATES: Final = {
    Measure.EXECUTION_RATE: (Measure.BUDGET_TOTAL,),
    Measure.EXECUTION_RATE_INITIAL: (Measure.INITIAL, Measure.SUPPLEMENTARY),
}


def _rates(corpus: Corpus, no: int | None) -> Iterator[Check]:
    for rate, divisors in _RATES.items():
        names = ", ".join(f"'{measure}'" for measure in divisors)
        rows = corpus.facts(
            f"""
            SELECT c.no, c.fiscal_year, c.value, c.unit, c.pos, e.amount_yen AS executed, e.pos,
                {_UNIT_YEN.format("e")} AS unit_yen, d.amount AS divisor, d.pos
            FROM cells c
            JOIN cells e ON (e.no, e.fiscal_year) = (c.no, c.fiscal_year) AND e.measure = '{Measure.EXECUTED}'
                AND e.tbl = c.tbl AND e.item = c.item AND e.amount_yen IS NOT NULL
            JOIN (
                SELECT no, fiscal_year, sum(amount_yen) AS amount, list(pos ORDER BY pos) AS pos FROM cells
                WHERE {_BUDGET} AND measure IN ({names}) GROUP BY no, fiscal_year HAVING count(*) = {len(divisors)}
            ) d ON (d.no, d.fiscal_year) = (c.no, c.fiscal_year)
            WHERE c.measure = '{rate}' AND c.tbl = '{Table.BUDGET}' AND c.item = '' AND c.value IS NOT NULL AND {_ONLY}
                AND d.amount > 0 AND (c.unit <> '{FRACTION}' OR abs(c.value - e.amount_yen / d.amount) > {_LEAST_SLIP})
            ORDER BY c.no, c.fiscal_year
            """,
            {"no": no},
        )
        for row in rows:
            found = _rate(corpus, rate, row)
            if found is not None:
                yield found


def _rate(corpus: Corpus, rate: Measure, row: tuple[Any, ...]) -> Check | None:
    """A rate is wrong when no amounts that round to the printed ones can give it."""
    sheet, year, value, unit, pos, executed, executed_pos, unit_yen, divisor, divisor_pos = row
    scale = {PERCENT: 100, FRACTION: 1}.get(unit)
    if scale is None:
        return None
    half = Decimal(unit_yen) / 2 if unit_yen > 1 else Decimal(0)  # yen are exact
    low = (executed - half) / (divisor + half * len(divisor_pos)) * scale
    high = (executed + half) / max(divisor - half * len(divisor_pos), Decimal(1)) * scale
    # percentages are rounded, cut off or rounded up to a point; fractions have five decimals
    slack, places = (Decimal(1), 1) if unit == PERCENT else (Decimal("0.00001"), 5)
    if low - slack <= Decimal(str(value)) <= high + slack:
        return None
    printed = corpus.sheet_at(sheet).cells[pos].value or Decimal(0)
    computed = round_half_up(executed / divisor * scale, places)
    cells = tuple(CheckedCell(sheet, p) for p in (pos, executed_pos, *divisor_pos))
    return Check(CheckKind.RATE, sheet, year, str(rate), "", printed, computed, unit, cells)


def _blocks(corpus: Corpus, no: int | None) -> Iterator[Check]:
    """Only the largest ten payees are listed, so less than the block's total is no disagreement."""
    rows = corpus.facts(
        f"""
        WITH listed AS (
            SELECT no, split_part(item, '/', 1) AS block, fiscal_year, sum(amount_yen) AS total, list(pos ORDER BY pos) AS pos
            FROM cells c WHERE tbl = '{Table.PAYEES}' AND measure = '{Measure.PAYEE_AMOUNT}' AND scope = '{Scope.TOTAL}'
                AND contains(item, '/') AND amount_yen IS NOT NULL AND {_ONLY}
            GROUP BY ALL
        )
        SELECT c.no, c.fiscal_year, c.item, c.unit, {_UNIT_YEN.format("c")} AS unit_yen, c.amount_yen, l.total, c.pos, l.pos
        FROM cells c JOIN listed l ON (c.no, c.item) = (l.no, l.block)
        WHERE c.measure = '{Measure.BLOCK_TOTAL}' AND c.amount_yen IS NOT NULL AND {_ONLY}
            AND l.total - c.amount_yen > (0.5 * len(l.pos) + 0.51) * unit_yen * (unit_yen > 1)::INT
        ORDER BY c.no, c.pos
        """,
        {"no": no},
    )
    for sheet, year, item, unit, unit_yen, printed, computed, pos, part_pos in rows:
        yield _money(CheckKind.BLOCK, sheet, year, Measure.BLOCK_TOTAL, item, (printed, computed), (unit, unit_yen), [pos, *part_pos])


def _contracts(corpus: Corpus, no: int | None) -> Iterator[Check]:
    rows = corpus.facts(
        f"""
        WITH parts AS (
            SELECT no, regexp_replace(item, '/[0-9]+$', '') AS payee, sum(amount_yen) AS total, list(pos ORDER BY pos) AS pos
            FROM cells c WHERE tbl = '{Table.PAYEES}' AND measure = '{Measure.PAYEE_AMOUNT}' AND scope = '{Scope.PART}'
                AND amount_yen IS NOT NULL AND {_ONLY}
            GROUP BY ALL
        )
        SELECT c.no, c.fiscal_year, c.item, c.unit, {_UNIT_YEN.format("c")} AS unit_yen, c.amount_yen, p.total, c.pos, p.pos
        FROM cells c JOIN parts p ON (c.no, c.item) = (p.no, p.payee)
        WHERE c.tbl = '{Table.PAYEES}' AND c.measure = '{Measure.PAYEE_AMOUNT}' AND c.scope = '{Scope.TOTAL}'
            AND c.amount_yen IS NOT NULL AND {_ONLY} AND abs(c.amount_yen - p.total) > {_TOLERANCE.format(unit="unit_yen")}
        ORDER BY c.no, c.pos
        """,
        {"no": no},
    )
    for sheet, year, item, unit, unit_yen, printed, computed, pos, part_pos in rows:
        yield _money(CheckKind.CONTRACTS, sheet, year, Measure.PAYEE_AMOUNT, item, (printed, computed), (unit, unit_yen), [pos, *part_pos])


RESTATED_MEASURES: Final = (Measure.INITIAL, Measure.EXECUTED)


def _restated(corpus: Corpus, no: int | None) -> Iterator[Check]:
    """The same figure in the sheets of one project, in yen.

    Figures of different units (百万円, 円) agree when the finer one rounds or cuts to the coarser.
    """
    names = ", ".join(f"'{measure}'" for measure in RESTATED_MEASURES)
    rows = corpus.facts(
        f"""
        WITH figures AS (
            SELECT s.series, c.measure, c.fiscal_year, s.sheet_year, c.no, c.pos, c.unit,
                {_UNIT_YEN.format("c")} AS unit_yen, c.amount_yen
            FROM cells c JOIN sheets s USING (no)
            WHERE {_BUDGET} AND c.measure IN ({names})
                AND ($no IS NULL OR s.series = (SELECT series FROM sheets WHERE no = $no))
            QUALIFY row_number() OVER (PARTITION BY s.series, c.measure, c.fiscal_year, s.sheet_year ORDER BY c.no DESC) = 1
        )
        SELECT measure, fiscal_year,
            list({{'no': no, 'pos': pos, 'unit': unit, 'unit_yen': unit_yen, 'yen': amount_yen}} ORDER BY sheet_year DESC) AS found
        FROM figures
        GROUP BY series, measure, fiscal_year
        HAVING count(*) > 1 AND max(amount_yen) - min(amount_yen)
            >= CASE WHEN min(unit_yen) = max(unit_yen) THEN 0.005 ELSE max(unit_yen) END
        ORDER BY series, measure, fiscal_year
        """,
        {"no": no},
    )
    for measure, year, found in rows:
        newest, oldest = found[0], found[-1]
        cells = tuple(CheckedCell(entry["no"], entry["pos"]) for entry in found)
        scale = Decimal(newest["unit_yen"])
        yield Check(
            CheckKind.RESTATED, newest["no"], year, measure, "", _scaled(newest["yen"], scale), _scaled(oldest["yen"], scale),
            newest["unit"], cells,
        )  # fmt: skip


def _money(
    kind: CheckKind, no: int, year: int | None, measure: str, item: str, amounts: tuple[Decimal, Decimal],
    unit: tuple[str, int], positions: list[int],
) -> Check:  # fmt: skip
    name, yen = unit
    printed, computed = (_scaled(amount, Decimal(yen)) for amount in amounts)
    return Check(kind, no, year, str(measure), item, printed, computed, name, tuple(CheckedCell(no, p) for p in positions))


def _scaled(amount_yen: Decimal, unit_yen: Decimal) -> Decimal:
    return Decimal(plain(amount_yen / unit_yen))


_CHECKS: Final[dict[CheckKind, Callable[[Corpus, int | None], Iterator[Check]]]] = {
    CheckKind.TOTAL: _totals,
    CheckKind.ACCOUNTS: _accounts,
    CheckKind.RATE: _rates,
    CheckKind.BLOCK: _blocks,
    CheckKind.CONTRACTS: _contracts,
    CheckKind.RESTATED: _restated,
}
