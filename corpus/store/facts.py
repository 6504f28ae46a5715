"""The figures of sheets as columns, for questions over many sheets (DuckDB tables, see schema)."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from corpus.fields import Measure
from corpus.model import Cell, Sheet, Table
from corpus.store import schema
from corpus.text import payee_key
from corpus.units import YEN_PER_UNIT

_MAX_CENTS: Final = 10**18 - 1  # DECIMAL(18,2)
_YEN: Final = "(cents::DECIMAL(18,0) * 0.01::DECIMAL(2,2))::DECIMAL(18,2) AS amount_yen"  # exact, no floats
_YEARS: Final = range(1868, 2200)  # what can be a fiscal year; anything else is a slip of the source
_PAYEE_PARTS: Final = (
    Measure.PAYEE_NAME,
    Measure.CORPORATE_NUMBER,
    Measure.PAYEE_AMOUNT,
)
CELL_COLUMNS: Final = (
    "serial", "pos", "tbl", "measure", "item", "fiscal_year", "value", "cents", "unit", "scope", "sheet_year",
)  # fmt: skip
PAYEE_COLUMNS: Final = (
    "serial", "pos", "block", "rank", "name", "payee_key", "corporate_number", "cents", "fiscal_year", "sheet_year",
)  # fmt: skip
SHEET_COLUMNS: Final = (
    "no", "sheet_id", "sheet_year", "ministry", "project", "series", "bureau", "division", "account", "origin",
)  # fmt: skip
_CELL_NUMBERS: Final = {
    "serial": "i4", "pos": "i4", "fiscal_year": "i2", "value": "f8", "cents": "i8", "sheet_year": "i2",
}  # fmt: skip
_PAYEE_NUMBERS: Final = {"serial": "i4", "pos": "i4", "rank": "i2", "fiscal_year": "i2", "cents": "i8", "sheet_year": "i2"}


@dataclasses.dataclass(frozen=True, slots=True)
class SheetFacts:
    """Rows of one sheet without ``no`` and ``sheet_year``, which the writer knows."""

    cells: tuple[tuple[Any, ...], ...]
    payees: tuple[tuple[Any, ...], ...]


def facts_of(sheet: Sheet) -> SheetFacts:
    """Every cell with a number and a measure, and one row per payee."""
    cells = tuple(
        (
            pos, cell.table.value, str(cell.measure), cell.item, _year(cell.fiscal_year), _double(cell.value),
            _cents(cell), cell.unit, cell.scope.value,
        )  # fmt: skip
        for pos, cell in enumerate(sheet.cells)
        if cell.value is not None and cell.measure is not None
    )
    return SheetFacts(cells, tuple(_payee_rows(sheet)))


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


class FactsWriter:
    """Builds ``facts.duckdb``. Rows are gathered and written in bulk, in whatever order they come."""

    BATCH = 200_000

    def __init__(self, path: Path, memory_limit: str = "700MB") -> None:
        self._connection = duckdb.connect(
            str(path), config={"memory_limit": memory_limit, "threads": 2, "preserve_insertion_order": True}
        )
        self._connection.execute(schema.DUCKDB)
        self.payee_count = 0
        self._cells: list[tuple[Any, ...]] = []
        self._payees: list[tuple[Any, ...]] = []

    def add(self, serial: int, sheet_year: int, facts: SheetFacts) -> None:
        """Rows of one sheet, under a serial number that ``finish`` maps to the sheet's ``no``."""
        self._cells.extend((serial, *row, sheet_year) for row in facts.cells)
        self._payees.extend((serial, *row, sheet_year) for row in facts.payees)
        if len(self._cells) > self.BATCH:
            self._flush()

    def copy_from(self, previous: Path, kept: list[tuple[int, int]]) -> None:
        """Take over the rows of kept sheets, given as (no in the previous generation, serial)."""
        if not kept:
            return
        self._pairs("kept", kept)
        self._connection.execute(f"ATTACH '{_quoted(previous)}' AS previous (READ_ONLY)")
        for name in ("cells", "payees"):
            self._connection.execute(
                f"INSERT INTO {name}_in BY NAME SELECT k.b AS serial, p.* EXCLUDE (no) "
                f"FROM previous.{name} p JOIN kept k ON p.no = k.a"
            )
        self._connection.execute("DETACH previous")

    def finish(self, sheets: list[tuple[Any, ...]], alive: list[tuple[int, int]]) -> None:
        """Write the ``sheets`` table, keep the rows of (serial, no) in ``alive``, order and close."""
        self._flush()
        if sheets:
            self._append("sheets", SHEET_COLUMNS, sheets, {"no": "i4", "sheet_year": "i2", "series": "i4"})
        self._pairs("alive", alive)
        self._connection.execute(schema.DUCKDB_FINISH)
        self.payee_count = self._count("payees")
        self._connection.execute("CHECKPOINT")
        self.close()

    def _count(self, table: str) -> int:
        row = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return 0 if row is None else int(row[0])

    def close(self) -> None:
        self._connection.close()

    def _flush(self) -> None:
        if self._cells:
            self._append("cells_in", CELL_COLUMNS, self._cells, _CELL_NUMBERS)
            self._cells = []
        if self._payees:
            self._append("payees_in", PAYEE_COLUMNS, self._payees, _PAYEE_NUMBERS)
            self._payees = []

    def _append(self, table: str, names: Iterable[str], rows: list[tuple[Any, ...]], numbers: dict[str, str]) -> None:
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        arrays = {name: _array(column, numbers.get(name)) for name, column in columns.items()}
        self._connection.register("batch", arrays)
        chosen = ", ".join(
            _YEN if name == "cents" else name for name in arrays
        )
        self._connection.execute(f"INSERT INTO {table} BY NAME SELECT {chosen} FROM batch")
        self._connection.unregister("batch")

    def _pairs(self, table: str, pairs: list[tuple[int, int]]) -> None:
        both = np.array(pairs, dtype="i4").reshape(-1, 2)
        self._connection.register("pairs", {"a": both[:, 0].copy(), "b": both[:, 1].copy()})
        self._connection.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM pairs")
        self._connection.unregister("pairs")


def _array(column: tuple[Any, ...], dtype: str | None) -> np.ndarray[Any, Any]:
    """A column for DuckDB; None becomes NULL (a mask for numbers, None itself for text)."""
    if dtype is None:
        values = np.empty(len(column), dtype=object)
        values[:] = column
        return values
    missing = [value is None for value in column]
    if not any(missing):
        return np.array(column, dtype=dtype)
    filled = np.array([0 if value is None else value for value in column], dtype=dtype)
    return np.ma.masked_array(filled, mask=missing)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
