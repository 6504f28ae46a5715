"""Review sheets in .xlsx: worksheets → grids → sheets.

A workbook holds one sheet per worksheet, or one sheet whose later pages (別紙) are worksheets of
their own; worksheets that are no form (入力規則 and the like) are passed over.
Locator: ``worksheet!AD19``, the top left cell of a merged range; ``worksheet!G76#2`` is the text of
the second shape of the worksheet, which is anchored at G76.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Final

from corpus.form.parser import is_form_page, parse_forms
from corpus.model import Finding, Origin, Severity, Sheet, UnreadableFile
from corpus.readers.grid import Grid, GridCell
from corpus.readers.ooxml import OLE_MARK, Worksheet, column_letters, column_number, read_worksheets
from corpus.readers.source import InputFile

_MAX_MERGED_ROWS: Final = 2000
_NAMED: Final = 5  # places named in one finding


def read_xlsx(file: InputFile) -> Iterator[Sheet | Finding]:
    """Sheets of one workbook, each after the findings about it.

    Raises UnreadableFile when the file cannot be read or holds no review sheet.
    """
    grids: list[Grid] = []
    for worksheet in read_worksheets(file):
        grid = worksheet_grid(worksheet)
        if not is_form_page(grid):
            continue
        if not worksheet.visible:
            yield Finding(
                Severity.WARNING, file.name, worksheet.name, "非表示のワークシートなので読みませんでした",
                "取り込むには、Excelで再表示して保存してください",
            )  # fmt: skip
            continue
        yield from _doubts(file.name, worksheet, grid)
        grids.append(grid)
    if not grids:
        raise UnreadableFile(
            file.name, "行政事業レビューシートが見つかりません", "レビューシートの様式のファイルか確認してください"
        )
    yield from parse_forms(grids, file, Origin.FORM_XLSX)


def worksheet_grid(worksheet: Worksheet) -> Grid:
    """The grid of a worksheet; merged ranges are one cell, hidden rows and columns are set apart."""
    merged = {(m[0], m[1]): m for m in worksheet.merges}
    covered = _covered(worksheet.merges)
    last_col = max((c.col for c in worksheet.cells), default=0)
    last_col = max([last_col, *(m[3] for m in worksheet.merges if m[3] < 512)])
    cells = []
    for stored in worksheet.cells:
        position = (stored.row, stored.col)
        if position in covered and position not in merged:
            continue  # under a merged range: not printed
        row, col, row_end, col_end = merged.pop(position, (*position, *position))
        cells.append(_cell(worksheet, (row, col, row_end, min(col_end, last_col)), stored.text, stored.value))
    cells.extend(_cell(worksheet, (m[0], m[1], m[2], min(m[3], last_col)), "", None) for m in merged.values())

    def locate(row: int, col: int) -> str:
        return f"{worksheet.name}!{column_letters(col)}{row + 1}"

    shapes = [
        GridCell(
            shape.row, shape.col, shape.row, shape.col, shape.text, f"{locate(shape.row, shape.col)}#{shape.number}"
        )
        for shape in worksheet.shapes
    ]
    return Grid(worksheet.name, cells, aligned=True, locate=locate, shapes=shapes)


def cell_text(data: bytes, locator: str) -> str:
    """The printed text at ``worksheet!AD19``, read from the file's bytes. Raises KeyError for no such place."""
    name, _, reference = locator.rpartition("!")
    if "#" in reference:
        return {shape.locator: shape.text for shape in _grids(data)[name].shapes}[locator]
    letters = reference.rstrip("0123456789")
    row, col = int(reference[len(letters) :]) - 1, column_number(letters)
    cell = _grids(data)[name].at(row, col)
    return cell.text if cell is not None else ""


@functools.lru_cache(maxsize=2)
def _grids(data: bytes) -> dict[str, Grid]:
    return {w.name: worksheet_grid(w) for w in read_worksheets(InputFile("", data))}


def _cell(worksheet: Worksheet, span: tuple[int, int, int, int], text: str, value: object) -> GridCell:
    row, col, row_end, col_end = span
    row_end = min(row_end, row + _MAX_MERGED_ROWS)
    rows_hidden = all(r in worksheet.hidden_rows for r in range(row, row_end + 1))
    cols_hidden = any(first <= col and col_end <= last for first, last in worksheet.hidden_cols)
    locator = f"{worksheet.name}!{column_letters(col)}{row + 1}"
    return GridCell(row, col, row_end, max(col, col_end), text, locator, value, rows_hidden or cols_hidden)


def _covered(merges: Iterable[tuple[int, int, int, int]]) -> set[tuple[int, int]]:
    """Positions inside merged ranges; absurdly large ranges are left out, they cover no form."""
    covered: set[tuple[int, int]] = set()
    for row, col, row_end, col_end in merges:
        if (row_end - row + 1) * (col_end - col + 1) <= _MAX_MERGED_ROWS * 64:
            covered.update((r, c) for r in range(row, row_end + 1) for c in range(col, col_end + 1))
    return covered


def _doubts(file: str, worksheet: Worksheet, grid: Grid) -> Iterator[Finding]:
    uncached = [f"{column_letters(c.col)}{c.row + 1}" for c in worksheet.cells if c.uncached]
    if uncached:
        yield Finding(
            Severity.WARNING, file, worksheet.name,
            f"計算結果が保存されていない数式が{len(uncached)}個あり、空欄として扱いました（{_some(uncached)}）",
            "Excelで開いて保存し直すと、計算結果が保存されます",
        )  # fmt: skip
    hidden = [cell.locator.rpartition("!")[2] for cell in grid.hidden if cell.value is not None]
    if hidden:
        yield Finding(
            Severity.WARNING, file, worksheet.name,
            f"非表示の行・列に数値が{len(hidden)}個あり、読みませんでした（{_some(hidden)}）",
            "取り込むには、Excelで再表示して保存してください",
        )  # fmt: skip


def _some(places: list[str]) -> str:
    more = "ほか" if len(places) > _NAMED else ""
    return "、".join(places[:_NAMED]) + more


def looks_like_xlsx(head: bytes) -> bool:
    """Whether the first bytes are those of a zip package or of an older or encrypted Office file."""
    return head.startswith((b"PK\x03\x04", OLE_MARK))
