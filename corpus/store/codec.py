"""Sheet ⇄ bytes, exactly: ``decode(encode(sheet)) == sheet`` with every Decimal digit for digit.

Layout (JSON, compressed by the blob file): columns instead of records, because a column of one sheet
is nearly that of the year before, which a compressor sees.  What many cells share (table, labels,
measure, unit …: a *shape*) is written once and referred to by number, and of the shapes every column
names each different value once.  Locators are cut behind their last ``/`` or ``, ``; what is left
mostly repeats a label and is then not written, nor is a value that is simply the printed number.
The cells are a line of their own, so that texts alone are read without them.
Enum members are written by their value, so reordering an enum cannot change what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson

from corpus.model import Cell, Kind, Origin, PastNumber, Scope, Section, Sheet, Table

_AS_PRINTED: Final = 1  # value == Decimal(raw): the usual case
_NO_VALUE: Final = 0
_LAST_OF_ROW: Final = 0  # the locator ends with the last label of the row; None: with the column's or the section's
_SHAPE_COLUMNS: Final = 8
_LINE: Final = b"\n"  # never inside JSON as orjson writes it
_KIND = {kind.value: kind for kind in Kind}
_TABLE = {table.value: table for table in Table}
_SCOPE = {scope.value: scope for scope in Scope}


class _Numbers(dict[Any, int]):
    """Numbers for different values, by first use."""

    def __missing__(self, key: Any) -> int:
        number = self[key] = len(self)
        return number


def encode(sheet: Sheet) -> bytes:
    """The sheet as uncompressed bytes."""
    heads = _Numbers()
    sections, cells = _encode_sections(sheet.sections, heads), _encode_cells(sheet.cells, heads)
    about = [
        [sheet.sheet_year, sheet.ministry, sheet.number, sheet.project, sheet.origin.value],
        [sheet.file, sheet.place, sheet.project_key],
        [[past.sheet_year, past.ministry, past.number] for past in sheet.past_numbers],
        sections,
        list(heads),
    ]
    return orjson.dumps(about) + _LINE + orjson.dumps(cells)


def decode(data: bytes, measures: frozenset[str] | None = None) -> Sheet:
    """The sheet that ``encode`` was given; with ``measures``, only their cells (a search needs few of them).

    Raises ValueError for bytes that are no encoded sheet.
    """
    try:
        about, _, rest = data.partition(_LINE)
        identity, origin_file, past, sections, heads = orjson.loads(about)
        cells = () if measures is not None and not measures else _decode_cells(orjson.loads(rest), heads, measures)
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
            cells=cells,
            sections=tuple(_decode_sections(sections, heads)),
            past_numbers=tuple(PastNumber(*entry) for entry in past),
            project_key=project_key,
        )
    except (orjson.JSONDecodeError, TypeError, KeyError, IndexError, InvalidOperation) as error:
        raise ValueError(f"not an encoded sheet: {error}") from error


def _coded(values: Iterable[Any]) -> list[Any]:
    """A column as [different values, number of each]."""
    column = tuple(values)
    different = list(dict.fromkeys(column))
    if len(different) == 1:
        return [different, [0] * len(column)]
    numbers = dict(zip(different, range(len(different)), strict=True))
    return [different, [numbers[value] for value in column]]


def _plain(coded: list[Any]) -> list[Any]:
    values, column = coded
    return [values[i] for i in column]


def _cut(locator: str) -> int:
    at = locator.rfind(", ") + 2
    return max(locator.rfind("/") + 1, at if at > 1 else 0)


def _encode_sections(sections: tuple[Section, ...], heads: _Numbers) -> list[Any]:
    head_of, tails = [], []
    for section in sections:
        at = _cut(section.locator)
        tail = section.locator[at:]
        head_of.append(heads[section.locator[:at]])
        tails.append(None if tail == section.label else tail)
    return [
        _coded(s.name for s in sections), [None if s.label == s.name else s.label for s in sections],
        [s.text for s in sections], head_of, tails,
        _coded(s.table.value for s in sections), _coded(s.file for s in sections),
    ]  # fmt: skip


def _decode_sections(columns: list[Any], heads: list[str]) -> Iterator[Section]:
    names, labels, texts, head_of, tails, tables, files = columns
    rows = zip(_plain(names), labels, texts, head_of, tails, _plain(tables), _plain(files), strict=True)
    for name, own_label, text, head, tail, table, file in rows:
        label = name if own_label is None else own_label
        yield Section(name, label, text, heads[head] + (label if tail is None else tail), _TABLE[table], file)


def _encode_cells(cells: tuple[Cell, ...], heads: _Numbers) -> list[Any]:
    shapes = _Numbers()
    shape_of, values, head_of, tails = [], [], [], []
    for cell in cells:
        key = (
            cell.table._value_, cell.row, cell.column, cell.measure, cell.kind._value_, cell.unit,
            cell.scope._value_, cell.file,
        )  # fmt: skip
        shape_of.append(shapes[key])
        values.append(_encode_value(cell.value, cell.raw))
        at = _cut(cell.locator)
        tail = cell.locator[at:]
        head_of.append(heads[cell.locator[:at]])
        row = cell.row
        tails.append(_LAST_OF_ROW if row and tail == row[-1] else None if tail == cell.column else tail)
    columns = zip(*shapes, strict=True) if shapes else ((),) * _SHAPE_COLUMNS
    return [
        [_coded(column) for column in columns], None if len(shapes) == len(cells) else shape_of,
        _coded(cell.item for cell in cells), _coded(cell.fiscal_year for cell in cells),
        [cell.raw for cell in cells], values, head_of, tails,
    ]  # fmt: skip


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


def _decode_cells(columns: list[Any], heads: list[str], measures: frozenset[str] | None = None) -> tuple[Cell, ...]:
    coded, shape_of, items, years, *rest = columns
    shapes = _shapes(coded)
    if shape_of is None:  # every cell has its own
        shape_of = range(len(shapes))
    rows: Iterable[tuple[Any, ...]] = zip(shape_of, _plain(items), _plain(years), *rest, strict=True)
    if measures is not None:
        wanted = {i for i, shape in enumerate(shapes) if shape[3] in measures}
        rows = [row for row in rows if row[0] in wanted]
    cells = []
    for shape, item, year, raw, value, head, tail in rows:
        table, row, column, measure, kind, unit, scope, file = shapes[shape]
        number = None if value == _NO_VALUE else Decimal(raw if value == _AS_PRINTED else value)
        place = column if tail is None else row[-1] if tail == _LAST_OF_ROW else tail
        cells.append(
            Cell(table, row, column, measure, item, year, raw, kind, number, unit, heads[head] + place, scope, file)
        )
    return tuple(cells)


def _shapes(coded: list[Any]) -> list[tuple[Any, ...]]:
    (tables, *t), (rows, *r), columns, measures, (kinds, *k), units, (scopes, *s), files = coded
    return list(
        zip(
            _plain([[_TABLE[table] for table in tables], *t]), _plain([[tuple(row) for row in rows], *r]),
            _plain(columns), _plain(measures), _plain([[_KIND[kind] for kind in kinds], *k]), _plain(units),
            _plain([[_SCOPE[scope] for scope in scopes], *s]), _plain(files), strict=True,
        )
    )  # fmt: skip
