"""The figures of sheets as columns, for questions over many sheets (DuckDB tables, see schema)."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from corpus.fields import Attribute, Field, Measure
from corpus.model import Cell, Sheet, Table
from corpus.text import payee_key
from corpus.units import YEN_PER_UNIT
from corpus.years import year_in_label

_MAX_CENTS: Final = 10**18 - 1  # DECIMAL(18,2)
_YEARS: Final = range(1868, 2200)  # what can be a fiscal year; anything else is a slip of the source
CELL_COLUMNS: Final = ("pos", "tbl", "measure", "item", "fiscal_year", "value", "cents", "unit", "scope")
PAYEE_COLUMNS: Final = ("pos", "block", "rank", "name", "payee_key", "corporate_number", "cents", "fiscal_year")
ATTRIBUTE_COLUMNS: Final = ("name", "text", "year")
_ATTRIBUTES: Final = frozenset(
    {
        Field.START_YEAR, Field.END_YEAR, Field.METHOD, Field.EXPERT_TARGET, Field.TEAM_OPINION, Field.RESPONSE,
        *(attribute.value for attribute in Attribute),
    }
)  # fmt: skip
_YEAR_ATTRIBUTES: Final = frozenset({Field.START_YEAR, Field.END_YEAR})
_FOUR: Final = 4
_LONGEST_ATTRIBUTE: Final = 40  # a choice or a year; longer ones are prose
_PAYEE_PARTS: Final = (
    Measure.PAYEE_NAME,
    Measure.CORPORATE_NUMBER,
    Measure.PAYEE_AMOUNT,
)


@dataclasses.dataclass(frozen=True, slots=True)
class SheetFacts:
    """Figures, payees and attributes of one sheet as columns of equal length, in the order of the names above.

    ``no`` and ``sheet_year`` are missing: the writer knows them.
    """

    cells: tuple[list[Any], ...]
    payees: tuple[list[Any], ...]
    attributes: tuple[list[Any], ...]


def facts_of(sheet: Sheet) -> SheetFacts:
    """Every cell with a number and a measure, one row per payee, one per attribute."""
    cells: tuple[list[Any], ...] = tuple([] for _ in CELL_COLUMNS)
    positions, tables, measures, items, years, values, cents, units, scopes = cells
    for pos, cell in enumerate(sheet.cells):
        if cell.value is None or cell.measure is None:
            continue
        positions.append(pos)
        tables.append(cell.table.value)
        measures.append(str(cell.measure))
        items.append(cell.item)
        years.append(_year(cell.fiscal_year))
        values.append(float(cell.value))
        cents.append(_cents(cell))
        units.append(cell.unit)
        scopes.append(cell.scope.value)
    payees: tuple[list[Any], ...] = tuple([] for _ in PAYEE_COLUMNS)
    for row in _payee_rows(sheet):
        for column, value in zip(payees, row, strict=True):
            column.append(value)
    attributes: tuple[list[Any], ...] = tuple([] for _ in ATTRIBUTE_COLUMNS)
    for row in _attribute_rows(sheet):
        for column, value in zip(attributes, row, strict=True):
            column.append(value)
    return SheetFacts(cells, payees, attributes)


def _attribute_rows(sheet: Sheet) -> Iterable[tuple[Any, ...]]:
    """Short texts that say of which kind a project is: when it began, its category, what reviewers decided."""
    printed = [(one.name, one.text) for one in sheet.sections]
    printed += [(cell.row_label, cell.raw) for cell in sheet.cells if cell.table is Table.BASIC]
    for name, text in printed:
        if name not in _ATTRIBUTES:
            continue
        short = text.strip()
        if 0 < len(short) <= _LONGEST_ATTRIBUTE:
            yield str(name), short, _attribute_year(short, sheet.sheet_year) if name in _YEAR_ATTRIBUTES else None


def _attribute_year(text: str, sheet_year: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) == _FOUR else _year(year_in_label(text, sheet_year))


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


def _cents(cell: Cell) -> int | None:
    """Hundredths of a yen, None when the cell is not money (or beyond what any budget can be)."""
    scale = YEN_PER_UNIT.get(cell.unit or "")
    if scale is None or cell.value is None:
        return None
    cents = int((cell.value * scale * 100).to_integral_value())
    return cents if abs(cents) <= _MAX_CENTS else None
