"""Review sheets as tab-separated text (copied from a form): lines → grid → sheets.

Such text keeps the order of the cells and loses the columns of merged ones, so its grid is not
aligned; the form parser lines rows up with their headings by what they hold.
Locator: ``line 24, column 6``, both counted from 1.
"""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Iterator
from typing import Final

from corpus.form.parser import is_form_page, parse_forms
from corpus.model import Finding, Origin, Severity, Sheet, UnreadableFile
from corpus.readers.grid import Grid, GridCell
from corpus.readers.source import InputFile

_MAX_BYTES: Final = 20 * 1024 * 1024
_LOCATOR: Final = re.compile(r"line (\d+), column (\d+)")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


def read_tsv(file: InputFile) -> Iterator[Sheet | Finding]:
    """The sheet (or sheets) of one text, each after the findings about it.

    Raises UnreadableFile when the file is no text or holds no review sheet.
    """
    if file.size > _MAX_BYTES:
        raise UnreadableFile(
            file.name, "レビューシートとしては大きすぎます", "レビューシート1件のテキストにしてください"
        )
    text, encoding = decode(file)
    if encoding not in ("UTF-8",):
        yield Finding(
            Severity.WARNING,
            file.name,
            "",
            f"文字コードを {encoding} とみなして読みました",
            "UTF-8で保存し直すと確実です",
        )
    grid = text_grid(text)
    if not is_form_page(grid):
        raise UnreadableFile(
            file.name,
            "行政事業レビューシートの様式が見つかりません",
            "レビューシートのテキスト（タブ区切り）か確認してください",
        )
    yield from parse_forms([grid], file, Origin.FORM_TEXT)


def decode(file: InputFile) -> tuple[str, str]:
    """Text and the encoding it was in: by its mark, else UTF-8, else Shift_JIS, else UTF-16.

    Raises UnreadableFile for an empty file and for what is no text.
    """
    data = file.read()
    if not data.strip():
        raise UnreadableFile(file.name, "空のファイルです", "取得し直してください")
    candidates = [(codec, name) for mark, codec, name in _BOMS if data.startswith(mark)]
    candidates += [("utf-8", "UTF-8"), ("cp932", "Shift_JIS")] if b"\0" not in data else []
    candidates += [("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16")] if b"\0" in data else []
    for codec, name in candidates:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, name
    raise UnreadableFile(
        file.name, "文字コードが分からないか、テキストではありません", "UTF-8のテキストで保存し直してください"
    )


def text_grid(text: str) -> Grid:
    """The grid of a text: one row per line, one column per field between tabs."""
    cells = []
    for row, line in enumerate(text.split("\n")):
        for col, field in enumerate(line.rstrip("\r").split("\t")):
            if field and not field.isspace():
                cells.append(GridCell(row, col, row, col, field, _locate(row, col)))
    return Grid("", cells, aligned=False, locate=_locate)


def looks_like_form_text(file: InputFile) -> bool:
    """Whether a file is text that prints a review sheet's labels. Raises OSError."""
    if file.size > _MAX_BYTES:
        return False
    try:
        text, _ = decode(file)
    except UnreadableFile:
        return False
    return is_form_page(text_grid(text))


def cell_text(data: bytes, locator: str) -> str:
    """The printed text at ``line 24, column 6``, read from the file's bytes. Raises KeyError for no such place."""
    match = _LOCATOR.fullmatch(locator)
    if match is None:
        raise KeyError(locator)
    cell = _grid(data).at(int(match[1]) - 1, int(match[2]) - 1)
    return cell.text if cell is not None else ""


@functools.lru_cache(maxsize=2)
def _grid(data: bytes) -> Grid:
    return text_grid(decode(InputFile("", data))[0])


def _locate(row: int, col: int) -> str:
    return f"line {row + 1}, column {col + 1}"
