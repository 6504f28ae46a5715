"""A brief as an Excel workbook: figures as numbers with their source and printed text beside them.

Text from sheets is written as text whatever it begins with: no cell of ours is ever a formula.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from qa.brief.model import Brief, Bullets, Figure, Grid, Paragraph
from qa.model import Citation

_FONT = "游ゴシック"
_HEAD = PatternFill("solid", fgColor="DCE6F1")
_FIGURE_COLUMNS = (
    "区分",
    "項目",
    "表示",
    "数値",
    "単位",
    "計算式",
    "出典",
    "印字された文字",
    "シート",
    "表・行・列",
    "ファイル",
    "場所",
)
_EXACT_DIGITS = 15  # a float cell holds no more; longer figures stay text


def to_xlsx(brief: Brief) -> bytes:
    """The workbook's bytes: 概要資料 (as printed), 数値と出典 (one row per figure), 出典 (citations)."""
    book = Workbook()
    first = book.active
    if first is None:
        raise ValueError("a new workbook has a sheet")
    first.title = "概要資料"
    _page(first, brief)
    _figures(book.create_sheet("数値と出典"), brief)
    _sources(book.create_sheet("出典"), brief)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _put(cell: Cell, value: str | Decimal | int | None, *, bold: bool = False) -> None:
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"  # "=1+1" from a sheet stays the text it is
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    elif value is not None:
        cell.value = value
    cell.font = Font(name=_FONT, bold=bold, size=10)


def _row(sheet: Worksheet, row: int, values: list[str | Decimal | int | None], *, head: bool = False) -> None:
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column)
        if not isinstance(cell, Cell):
            continue
        _put(cell, value, bold=head)
        if head:
            cell.fill = _HEAD


def _number(figure: Figure | None) -> Decimal | str | None:
    if figure is None or figure.value is None:
        return None
    digits = len(figure.value.normalize().as_tuple().digits)
    return figure.value if digits <= _EXACT_DIGITS else str(figure.value)


def _page(sheet: Worksheet, brief: Brief) -> None:
    _row(sheet, 1, [brief.title], head=True)
    _row(sheet, 2, [brief.subtitle])
    at = 4
    for part in brief.parts:
        _row(sheet, at, [part.heading], head=True)
        at += 1
        for block in part.blocks:
            if isinstance(block, Paragraph):
                _row(sheet, at, ["".join(s.text for s in block.sentences)])
                at += 1
            elif isinstance(block, Bullets):
                for item in block.items:
                    _row(sheet, at, [item.lead + item.text])
                    at += 1
            elif isinstance(block, Grid):
                at = _table(sheet, at, block)
        at += 1
    for letter, width in zip("ABCDEFG", (46, 18, 16, 16, 16, 14, 16), strict=True):
        sheet.column_dimensions[letter].width = width


def _table(sheet: Worksheet, at: int, block: Grid) -> int:
    if block.unit:
        _row(sheet, at, [f"（{block.unit}）"])
        at += 1
    _row(sheet, at, list(block.columns), head=True)
    for row in block.rows:
        at += 1
        _row(sheet, at, [_number(cell.figure) if cell.figure else cell.text for cell in row])
        for column, cell in enumerate(row, 1):
            if cell.figure is not None and cell.figure.unit == "%":
                sheet.cell(at, column).number_format = '0.0"%"'
            elif cell.figure is not None:
                sheet.cell(at, column).number_format = "#,##0.######"
    if block.note:
        at += 1
        _row(sheet, at, [block.note])
    return at + 1


def every_figure(brief: Brief) -> Iterator[tuple[str, str, Figure]]:
    """(part, item, figure) of every figure of a brief, in reading order."""
    for part in brief.parts:
        for block in part.blocks:
            if isinstance(block, Grid):
                for row in block.rows:
                    for column, cell in zip(block.columns, row, strict=True):
                        if cell.figure is not None:
                            yield part.heading, f"{row[0].text} {column}", cell.figure
            elif isinstance(block, (Paragraph, Bullets)):
                for sentence in block.sentences if isinstance(block, Paragraph) else block.items:
                    for figure in sentence.figures:
                        yield part.heading, sentence.text, figure


def _figures(sheet: Worksheet, brief: Brief) -> None:
    _row(sheet, 1, list(_FIGURE_COLUMNS), head=True)
    at = 1
    for part, item, figure in every_figure(brief):
        cited = [brief.citations[n] for n in figure.citations]
        at += 1
        _row(
            sheet,
            at,
            [
                part,
                item,
                figure.shown,
                _number(figure),
                figure.unit or "",
                figure.derivation or "",
                "、".join(f"[{n}]" for n in figure.citations),
                "／".join(c.raw for c in cited[:6]),
                "、".join(dict.fromkeys(c.sheet_id for c in cited)),
                "；".join(_where(c) for c in cited[:6]),
                "、".join(dict.fromkeys(c.file for c in cited)),
                "；".join(c.locator for c in cited[:6]),
            ],
        )
    for letter, width in zip("ABCDEFGHIJKL", (16, 40, 26, 16, 8, 26, 12, 20, 22, 44, 30, 40), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"


def _where(citation: Citation) -> str:
    return " ".join(filter(None, (citation.section, citation.row, citation.column)))


def _sources(sheet: Worksheet, brief: Brief) -> None:
    columns = ["番号", "シート", "事業名", "表", "行", "列", "印字された文字", "数値", "単位", "ファイル", "場所"]
    _row(sheet, 1, list(columns), head=True)
    for n, c in enumerate(brief.citations):
        _row(
            sheet,
            n + 2,
            [
                f"[{n}]",
                c.sheet_id,
                c.project,
                c.section,
                c.row,
                c.column,
                c.raw,
                c.value or "",
                c.unit or "",
                c.file,
                c.locator,
            ],
        )
    for letter, width in zip("ABCDEFGHIJK", (8, 24, 30, 24, 24, 18, 40, 14, 8, 30, 36), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
