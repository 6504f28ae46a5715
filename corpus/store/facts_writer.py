"""Builds ``facts.duckdb``: rows of many sheets, gathered and written in bulk."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from corpus.store import schema
from corpus.store.facts import ATTRIBUTE_COLUMNS, CELL_COLUMNS, PAYEE_COLUMNS, SheetFacts

_YEN: Final = "(cents::DECIMAL(18,0) * 0.01::DECIMAL(2,2))::DECIMAL(18,2) AS amount_yen"  # exact, no floats
SHEET_COLUMNS: Final = (
    "no", "sheet_id", "sheet_year", "ministry", "project", "series", "bureau", "division", "account", "origin",
)  # fmt: skip
_NUMBERS: Final = {
    "serial": "i4", "no": "i4", "pos": "i4", "fiscal_year": "i2", "value": "f8", "cents": "i8", "sheet_year": "i2",
    "rank": "i2", "series": "i4", "year": "i2",
}  # fmt: skip


class _Gathered:
    """Columns of many sheets, with the serial number and year of each sheet once per row."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self.clear()

    def clear(self) -> None:
        self._columns: tuple[list[Any], ...] = tuple([] for _ in self._names)
        self._sheets: list[tuple[int, int, int]] = []  # serial, year, rows

    def __len__(self) -> int:
        return len(self._columns[0])

    def add(self, serial: int, sheet_year: int, columns: tuple[list[Any], ...]) -> None:
        for gathered, column in zip(self._columns, columns, strict=True):
            gathered.extend(column)
        self._sheets.append((serial, sheet_year, len(columns[0])))

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        serials, years, rows = (np.array(column, "i4") for column in zip(*self._sheets, strict=True))
        arrays = {name: _array(column, _NUMBERS.get(name)) for name, column in zip(self._names, self._columns, strict=True)}
        return {"serial": np.repeat(serials, rows), **arrays, "sheet_year": np.repeat(years.astype("i2"), rows)}


class FactsWriter:
    """Builds ``facts.duckdb``. Rows are gathered and written in bulk, in whatever order they come."""

    BATCH = 200_000

    def __init__(self, path: Path, memory_limit: str = "700MB") -> None:
        self.payee_count = 0
        self._path = path
        self._staging = path.with_suffix(".staging")
        self._cells = _Gathered(CELL_COLUMNS)
        self._payees = _Gathered(PAYEE_COLUMNS)
        self._attributes = _Gathered(ATTRIBUTE_COLUMNS)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit, "threads": 2, "temp_directory": str(path.with_suffix(".spill")),
        }  # fmt: skip
        self._connection = duckdb.connect(":memory:", config=config)
        # DuckDB draws a bar on standard output where it takes the process for an interactive one
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute(f"ATTACH '{_quoted(self._staging)}' AS staging")
        self._connection.execute(schema.STAGING)

    def add(self, serial: int, sheet_year: int, facts: SheetFacts) -> None:
        """Rows of one sheet, under a serial number that ``finish`` maps to the sheet's ``no``."""
        self._cells.add(serial, sheet_year, facts.cells)
        self._payees.add(serial, sheet_year, facts.payees)
        self._attributes.add(serial, sheet_year, facts.attributes)
        if len(self._cells) > self.BATCH:
            self._flush()

    def copy_from(self, previous: Path, kept: list[tuple[int, int]]) -> None:
        """Take over the rows of kept sheets, given as (no in the previous generation, serial)."""
        if not kept:
            return
        self._pairs("kept", kept)
        self._connection.execute(f"ATTACH '{_quoted(previous)}' AS previous (READ_ONLY)")
        for name, derived in schema.DERIVED.items():
            self._connection.execute(
                f"INSERT INTO staging.{name} BY NAME SELECT k.b AS serial, p.* EXCLUDE ({', '.join(('no', *derived))}) "
                f"FROM previous.{name} p JOIN kept k ON p.no = k.a"
            )
        self._connection.execute("DETACH previous")

    def finish(self, sheets: list[tuple[Any, ...]], alive: list[tuple[int, int]]) -> None:
        """Write the file: the ``sheets`` table, and the rows of (serial, no) in ``alive``, ordered."""
        self._flush()
        if sheets:
            columns = dict(zip(SHEET_COLUMNS, zip(*sheets, strict=True), strict=True))
            self._append("sheets", {name: _array(column, _NUMBERS.get(name)) for name, column in columns.items()})
        self._pairs("alive", alive)
        self._connection.execute(f"ATTACH '{_quoted(self._path)}' AS facts")
        self._connection.execute(schema.FACTS)
        row = self._connection.execute("SELECT count(*) FROM facts.payees").fetchone()
        self.payee_count = 0 if row is None else int(row[0])
        self.close()

    def close(self) -> None:
        """Release everything; only the finished file stays."""
        self._connection.close()
        self._staging.unlink(missing_ok=True)
        self._staging.with_name(self._staging.name + ".wal").unlink(missing_ok=True)
        shutil.rmtree(self._path.with_suffix(".spill"), ignore_errors=True)

    def _flush(self) -> None:
        for table, gathered in (("cells", self._cells), ("payees", self._payees), ("attributes", self._attributes)):
            if len(gathered):
                self._append(table, gathered.arrays())
            gathered.clear()

    def _append(self, table: str, arrays: dict[str, np.ndarray[Any, Any]]) -> None:
        self._connection.register("batch", arrays)
        chosen = ", ".join(_YEN if name == "cents" else name for name in arrays)
        self._connection.execute(f"INSERT INTO staging.{table} BY NAME SELECT {chosen} FROM batch")
        self._connection.unregister("batch")

    def _pairs(self, table: str, pairs: list[tuple[int, int]]) -> None:
        both = np.array(pairs, dtype="i4").reshape(-1, 2)
        self._connection.register("pairs", {"a": both[:, 0].copy(), "b": both[:, 1].copy()})
        self._connection.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM pairs")
        self._connection.unregister("pairs")


def _array(column: Sequence[Any], dtype: str | None) -> np.ndarray[Any, Any]:
    """A column for DuckDB; None becomes NULL (a mask for numbers, None itself for text)."""
    if dtype is None:
        values = np.empty(len(column), dtype=object)
        values[:] = column
        return values
    if None not in column:
        return np.array(column, dtype=dtype)
    filled = np.array([0 if value is None else value for value in column], dtype=dtype)
    return np.ma.masked_array(filled, mask=[value is None for value in column])


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
