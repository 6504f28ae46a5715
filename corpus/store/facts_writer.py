"""Builds ``facts.duckdb``: rows of many sheets, gathered and written in bulk."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from corpus.store import schema
from corpus.store.facts import SheetFacts

_YEN: Final = "(cents::DECIMAL(18,0) * 0.01::DECIMAL(2,2))::DECIMAL(18,2) AS amount_yen"  # exact, no floats
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


class FactsWriter:
    """Builds ``facts.duckdb``. Rows are gathered and written in bulk, in whatever order they come."""

    BATCH = 200_000

    def __init__(self, path: Path, memory_limit: str = "700MB") -> None:
        self.payee_count = 0
        self._path = path
        self._staging = path.with_suffix(".staging")
        self._cells: list[tuple[Any, ...]] = []
        self._payees: list[tuple[Any, ...]] = []
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit, "threads": 2, "temp_directory": str(path.with_suffix(".spill")),
        }  # fmt: skip
        self._connection = duckdb.connect(":memory:", config=config)
        self._connection.execute(f"ATTACH '{_quoted(self._staging)}' AS staging")
        self._connection.execute(schema.STAGING)

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
                f"INSERT INTO staging.{name} BY NAME SELECT k.b AS serial, p.* EXCLUDE (no) "
                f"FROM previous.{name} p JOIN kept k ON p.no = k.a"
            )
        self._connection.execute("DETACH previous")

    def finish(self, sheets: list[tuple[Any, ...]], alive: list[tuple[int, int]]) -> None:
        """Write the file: the ``sheets`` table, and the rows of (serial, no) in ``alive``, ordered."""
        self._flush()
        if sheets:
            self._append("sheets", SHEET_COLUMNS, sheets, {"no": "i4", "sheet_year": "i2", "series": "i4"})
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
        if self._cells:
            self._append("cells", CELL_COLUMNS, self._cells, _CELL_NUMBERS)
            self._cells = []
        if self._payees:
            self._append("payees", PAYEE_COLUMNS, self._payees, _PAYEE_NUMBERS)
            self._payees = []

    def _append(self, table: str, names: Iterable[str], rows: list[tuple[Any, ...]], numbers: dict[str, str]) -> None:
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        arrays = {name: _array(column, numbers.get(name)) for name, column in columns.items()}
        self._connection.register("batch", arrays)
        chosen = ", ".join(
            _YEN if name == "cents" else name for name in arrays
        )
        self._connection.execute(f"INSERT INTO staging.{table} BY NAME SELECT {chosen} FROM batch")
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
