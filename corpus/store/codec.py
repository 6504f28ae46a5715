"""Sheet ⇄ bytes, exactly: ``decode(encode(sheet)) == sheet`` with every Decimal digit for digit.

Layout (JSON, compressed by the blob file): what many cells of a sheet share (table, labels,
measure, unit …: a *shape*) is written once and referred to by number; per cell remain item, fiscal
year, printed text, value and locator, each as one column.  A value that is simply the printed
number is not written again.  Enum members are written by their value, so reordering an enum cannot
change what is stored.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from corpus.model import Cell, Kind, Origin, PastNumber, Scope, Section, Sheet, Table

_AS_PRINTED = 1  # value == Decimal(raw): the usual case
_NO_VALUE = 0
_KIND = {kind.value: kind for kind in Kind}
_TABLE = {table.value: table for table in Table}
_SCOPE = {scope.value: scope for scope in Scope}


def encode(sheet: Sheet) -> bytes:
    """The sheet as uncompressed bytes."""
    return orjson.dumps(
        [
            [sheet.sheet_year, sheet.ministry, sheet.number, sheet.project, sheet.origin.value],
            [sheet.file, sheet.place, sheet.project_key],
            [[past.sheet_year, past.ministry, past.number] for past in sheet.past_numbers],
            [[s.name, s.label, s.text, s.locator, s.table.value, s.file] for s in sheet.sections],
            _encode_cells(sheet.cells),
        ]
    )


def decode(data: bytes, measures: frozenset[str] | None = None) -> Sheet:
    """The sheet that ``encode`` was given; with ``measures``, only their cells (a search needs few of them).

    Raises ValueError for bytes that are no encoded sheet.
    """
    try:
        identity, origin_file, past, sections, cells = orjson.loads(data)
        sheet_year, ministry, number, project, origin = identity
        file, place, project_key = origin_file
        return Sheet(
            sheet_year=sheet_year,
            ministry=ministry,
            number=number,
            project=project,
            origin=Origin(origin),
            file=file,
            place=place,
            cells=_decode_cells(cells, measures),
            sections=tuple(Section(n, la, t, lo, _TABLE[ta], f) for n, la, t, lo, ta, f in sections),
            past_numbers=tuple(PastNumber(*entry) for entry in past),
            project_key=project_key,
        )
    except (orjson.JSONDecodeError, TypeError, KeyError, IndexError, InvalidOperation) as error:
        raise ValueError(f"not an encoded sheet: {error}") from error


def _encode_cells(cells: tuple[Cell, ...]) -> list[Any]:
    shapes: dict[tuple[Any, ...], int] = {}
    heads: dict[str, int] = {"": 0}
    shape_of, items, years, raws, values, head_of, tails = [], [], [], [], [], [], []
    for cell in cells:
        key = (
            cell.table.value, cell.row, cell.column, cell.measure, cell.kind.value, cell.unit,
            cell.scope.value, cell.file,
        )  # fmt: skip
        shape_of.append(shapes.setdefault(key, len(shapes)))
        items.append(cell.item)
        years.append(cell.fiscal_year)
        raws.append(cell.raw)
        values.append(_encode_value(cell.value, cell.raw))
        head, _, tail = cell.locator.rpartition(", ")
        tail = tail if head else cell.locator
        head_of.append(heads.setdefault(head, len(heads)))
        # the last part of a CSV or JSON locator mostly repeats the column label
        tails.append(tail if tail != cell.column or not tail else None)
    return [list(shapes), list(heads), shape_of, items, years, raws, values, head_of, tails]


def _encode_value(value: Decimal | None, raw: str) -> int | str:
    if value is None:
        return _NO_VALUE
    text = str(value)
    if text == raw:
        return _AS_PRINTED
    try:
        return _AS_PRINTED if str(Decimal(raw)) == text and raw.isascii() and "_" not in raw else text
    except InvalidOperation:
        return text


def _decode_cells(columns: list[Any], measures: frozenset[str] | None = None) -> tuple[Cell, ...]:
    if measures is not None and not measures:
        return ()
    shapes, heads, *rest = columns
    ready = [
        (_TABLE[table], tuple(row), column, measure, _KIND[kind], unit, _SCOPE[scope], file)
        for table, row, column, measure, kind, unit, scope, file in shapes
    ]
    if measures is not None:
        wanted = {i for i, shape in enumerate(ready) if shape[3] in measures}
        kept = [row for row in zip(*rest, strict=True) if row[0] in wanted]
        rest = [list(column) for column in zip(*kept, strict=True)] if kept else [[]] * len(rest)
    cells = []
    for shape, item, year, raw, value, head, tail in zip(*rest, strict=True):
        table, row, column, measure, kind, unit, scope, file = ready[shape]
        number = None if value == _NO_VALUE else Decimal(raw if value == _AS_PRINTED else value)
        place = column if tail is None else tail
        locator = f"{heads[head]}, {place}" if head else place
        cells.append(
            Cell(table, row, column, measure, item, year, raw, kind, number, unit, locator, scope, file)
        )
    return tuple(cells)
