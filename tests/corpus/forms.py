"""Helpers of the tests of forms: read a file of any format, compare cells over formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from corpus.model import Cell, Finding, Sheet
from corpus.readers.pdf import read_pdf
from corpus.readers.source import InputFile
from corpus.readers.tsv import read_tsv
from corpus.readers.xlsx import read_xlsx
from corpus.text import label_key
from corpus.years import year_in_label

READERS: dict[str, Callable[[InputFile], Iterator[Sheet | Finding]]] = {
    "xlsx": read_xlsx,
    "txt": read_tsv,
    "pdf": read_pdf,
}
_YEAR = re.compile(r"(令和|平成)?(元|\d{1,2})年度?")
_DASHES = str.maketrans("−‐–—―", "-----")


def read(name: str, data: bytes) -> tuple[list[Sheet], list[Finding]]:
    """Sheets and findings of a file, the reader chosen by its name."""
    found = list(READERS[name.rpartition(".")[2]](InputFile(name, data)))
    return [x for x in found if isinstance(x, Sheet)], [x for x in found if isinstance(x, Finding)]


def read_path(path: Path) -> tuple[list[Sheet], list[Finding]]:
    return read(path.name, path.read_bytes())


def said(text: str) -> str:
    """A text without what formats do differently: white space, widths, kinds of dashes."""
    return label_key(text).translate(_DASHES)


def column_key(cell: Cell, sheet_year: int) -> str:
    """A column label with its year spelled out: ``30年度`` and ``平成30年度`` are one column."""
    return _YEAR.sub(lambda m: f"{year_in_label(m[0].removesuffix('度') + '度', sheet_year)}年度", said(cell.column))


def meaning(cell: Cell, sheet_year: int) -> tuple[object, ...]:
    """What a cell says, whatever format it was read from."""
    raw = said(cell.raw) if cell.value is None else ""
    row = tuple(said(label) for label in cell.row)
    return (cell.table, row, column_key(cell, sheet_year), cell.measure, said(cell.item), cell.fiscal_year,
            cell.kind, cell.value, cell.unit, cell.scope, raw)  # fmt: skip
