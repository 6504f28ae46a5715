"""The figures of sheets as columns, for questions over many sheets (DuckDB tables, see schema)."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from corpus.fields import Measure
from corpus.model import Cell, Sheet, Table
from corpus.text import payee_key
from corpus.units import YEN_PER_UNIT

_MAX_CENTS: Final = 10**18 - 1  # DECIMAL(18,2)
_YEARS: Final = range(1868, 2200)  # what can be a fiscal year; anything else is a slip of the source
_PAYEE_PARTS: Final = (
    Measure.PAYEE_NAME,
    Measure.CORPORATE_NUMBER,
    Measure.PAYEE_AMOUNT,
)


@dataclasses.dataclass(frozen=True, slots=True)
class SheetFacts:
    """Rows of one sheet without ``no`` and ``sheet_year``, which the writer knows."""

    cells: tuple[tuple[Any, ...], ...]
    payees: tuple[tuple[Any, ...], ...]


def facts_of(sheet: Sheet) -> SheetFacts:
    """Every cell with a number and a measure, and one row per payee."""
    cells = tuple(
        _cell_row(pos, cell)
        for pos, cell in enumerate(sheet.cells)
        if cell.value is not None and cell.measure is not None
    )
    return SheetFacts(cells, tuple(_payee_rows(sheet)))


def _cell_row(pos: int, cell: Cell) -> tuple[Any, ...]:
    year, value = _year(cell.fiscal_year), _double(cell.value)
    table, measure, scope = cell.table.value, str(cell.measure), cell.scope.value
    return pos, table, measure, cell.item, year, value, _cents(cell), cell.unit, scope


def _payee_rows(sheet: Sheet) -> Iterable[tuple[Any, ...]]:
    by_item: dict[str, dict[str, tuple[int, Cell]]] = defaultdict(dict)
    for pos, cell in enumerate(sheet.cells):
        if cell.table is Table.PAYEES and cell.measure in _PAYEE_PARTS and "/" in cell.item:
            by_item[cell.item].setdefault(str(cell.measure), (pos, cell))
    for item, parts in by_item.items():
        if Measure.PAYEE_NAME not in parts:
            continue
        pos, name = parts[Measure.PAYEE_NAME]
        corporate = parts.get(Measure.CORPORATE_NUMBER)
        amount = parts.get(Measure.PAYEE_AMOUNT)
        block, _, rank = item.partition("/")
        yield (
            amount[0] if amount else pos, block, _rank(rank), name.raw, payee_key(name.raw),
            corporate[1].raw.strip() or None if corporate else None, _cents(amount[1]) if amount else None,
            _year(name.fiscal_year),
        )  # fmt: skip


def _rank(text: str) -> int | None:
    digits = text.partition("#")[0].partition("/")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 5 else None


def _year(year: int | None) -> int | None:
    return year if year in _YEARS else None


def _double(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _cents(cell: Cell) -> int | None:
    """Hundredths of a yen, None when the cell is not money (or beyond what any budget can be)."""
    scale = YEN_PER_UNIT.get(cell.unit or "")
    if scale is None or cell.value is None:
        return None
    cents = int((cell.value * scale * 100).to_integral_value())
    return cents if abs(cents) <= _MAX_CENTS else None
