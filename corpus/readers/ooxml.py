"""The parts of an .xlsx file a form needs, straight from its XML (ECMA-376 part 1, SpreadsheetML).

openpyxl spends 0.6 s on one form, nearly all of it on the borders of merged cells, and cannot give
a formula and its cached value in one pass.  This reads a form in some 40 ms: cell texts as printed,
merged ranges, hidden rows and columns, formulas without a cached value, widths and heights.
"""

from __future__ import annotations

import dataclasses
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS

from corpus.model import UnreadableFile
from corpus.readers.drawings import ShapeText, shape_texts
from corpus.readers.numfmt import display
from corpus.readers.source import InputFile

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_MAX_PART_BYTES: Final = 32 * 1024 * 1024  # a form's worksheet has some 0.2 MB
_MAX_CELLS: Final = 400_000
_MAX_SPAN: Final = 1000
_MAX_MERGED: Final = 3_000_000  # positions under merged ranges; a form has some 20,000
_DOCTYPE: Final = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
OLE_MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Formats 27-58 have no code in the file: they are the Japanese ones (ECMA-376 18.8.30, ja-jp).
_JAPANESE_FORMATS: Final[dict[int, str]] = {
    27: "ge.m.d", 28: 'ggge"年"m"月"d"日"', 29: 'ggge"年"m"月"d"日"', 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', 34: 'yyyy"年"m"月"', 35: 'm"月"d"日"', 36: "ge.m.d",
    50: "ge.m.d", 51: 'ggge"年"m"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'ggge"年"m"月"d"日"',
    55: 'yyyy"年"m"月"', 56: 'm"月"d"日"', 57: "ge.m.d", 58: 'ggge"年"m"月"d"日"',
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class StoredCell:
    """One stored cell: ``text`` as printed, ``value`` as stored; rows and columns from 0."""

    row: int
    col: int
    text: str
    value: object = None
    uncached: bool = False  # a formula whose result the file does not hold


@dataclasses.dataclass(frozen=True, slots=True)
class Worksheet:
    """One worksheet: cells with content, merged ranges (row, col, row_end, col_end), what is hidden."""

    name: str
    visible: bool
    cells: tuple[StoredCell, ...]
    merges: tuple[tuple[int, int, int, int], ...]
    hidden_rows: frozenset[int]
    hidden_cols: tuple[tuple[int, int], ...]
    widths: tuple[tuple[int, int, float], ...] = ()
    heights: tuple[tuple[int, float], ...] = ()
    shapes: tuple[ShapeText, ...] = ()


def read_worksheets(file: InputFile) -> Iterator[Worksheet]:
    """Worksheets in the workbook's order.

    Raises UnreadableFile when the file is no .xlsx, is encrypted, damaged, or too large to be a form.
    """
    _refuse_other_kinds(file)
    try:
        with file.open() as stream, zipfile.ZipFile(stream) as archive:
            yield from _Workbook(file.name, archive).worksheets()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise _damaged(file.name, "途中で切れているか壊れています") from error
    except RecursionError as error:
        raise _damaged(file.name, "入れ子が深すぎて読めません") from error
    except RuntimeError as error:  # zipfile: a member with a password
        raise UnreadableFile(
            file.name, "パスワードで保護されています", "パスワードを外して保存し直してください"
        ) from error
    except (ElementTree.ParseError, KeyError, IndexError, ValueError) as error:
        raise _damaged(file.name, f"中身（XML）が壊れています（{error}）") from error


def _refuse_other_kinds(file: InputFile) -> None:
    head = file.head(8)
    if not head:
        raise UnreadableFile(file.name, "空のファイルです", "取得し直してください")
    if head.startswith(OLE_MARK):
        data = file.read()
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableFile(
                file.name,
                "パスワードで保護されたExcelファイルです",
                "Excelで開き、パスワードを外して保存し直してください",
            )
        raise UnreadableFile(
            file.name,
            "古い形式（.xls）のExcelファイルです",
            "Excelで開き、「Excel ブック（.xlsx）」として保存し直してください",
        )
    if not head.startswith(b"PK"):
        raise UnreadableFile(
            file.name, "Excelファイル（.xlsx）ではありません", "レビューシートの.xlsxを指定してください"
        )


def _damaged(name: str, what: str) -> UnreadableFile:
    return UnreadableFile(name, f"Excelファイルが{what}", "取得し直すか、Excelで開いて保存し直してください")


class _Workbook:
    """An opened package; parts are read when asked for."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self._name = name
        self._archive = archive
        self._parts = set(archive.namelist())
        root = self._part("xl/workbook.xml")
        if root is None:
            raise UnreadableFile(
                name, "Excelファイル（.xlsx）ではありません", "レビューシートの.xlsxを指定してください"
            )
        self._root = root
        properties = root.find(f"{_MAIN}workbookPr")
        self._date1904 = properties is not None and properties.get("date1904") in ("1", "true")

    def worksheets(self) -> Iterator[Worksheet]:
        targets = self._targets()
        strings = self._strings()
        formats = self._formats()
        for sheet in self._root.iter(f"{_MAIN}sheet"):
            target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or "", "")
            root = self._part(target)
            if root is None or root.tag != f"{_MAIN}worksheet":  # chart sheets have no cells
                continue
            visible = sheet.get("state", "visible") == "visible"
            worksheet = self._worksheet(sheet.get("name", ""), visible, root, strings, formats)
            yield dataclasses.replace(worksheet, shapes=self._shapes(target))

    def _part(self, name: str) -> ElementTree.Element | None:
        if name not in self._parts:
            return None
        with self._archive.open(name) as part:  # bounded: the size an archive states may be untrue
            data = part.read(_MAX_PART_BYTES + 1)
        if len(data) > _MAX_PART_BYTES:
            raise UnreadableFile(
                self._name, "レビューシートとしては大きすぎます", "レビューシートだけのファイルにしてください"
            )
        if any(mark in data for mark in _DOCTYPE):
            raise _damaged(self._name, "許されない宣言（DTD）を含んでいます")
        if _STRICT[1:-1].encode() in data[:2048]:  # "Strict Open XML": the same elements in another name space
            data = data.replace(_STRICT[1:-1].encode(), _MAIN[1:-1].encode())
        return ElementTree.fromstring(data)  # noqa: S314  refused above: DTDs; expat limits expansion

    def _targets(self, part: str = "xl/workbook.xml") -> dict[str, str]:
        """Relation id → name of the part it leads to."""
        folder, name = posixpath.split(part)
        relations = self._part(f"{folder}/_rels/{name}.rels")
        if relations is None:
            return {}
        found = {}
        for relation in relations:
            target = relation.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            found[relation.get("Id", "")] = path
        return found

    def _shapes(self, worksheet: str) -> tuple[ShapeText, ...]:
        drawings = [part for part in self._targets(worksheet).values() if part.startswith("xl/drawings/drawing")]
        roots = [root for part in drawings if (root := self._part(part)) is not None]
        return shape_texts(roots[0]) if roots else ()

    def _strings(self) -> list[str]:
        root = self._part("xl/sharedStrings.xml")
        return [] if root is None else [_rich_text(item) for item in root.iter(f"{_MAIN}si")]

    def _formats(self) -> list[str]:
        root = self._part("xl/styles.xml")
        if root is None:
            return []
        own = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in root.iter(f"{_MAIN}numFmt")}
        xfs = root.find(f"{_MAIN}cellXfs")
        ids = [int(xf.get("numFmtId", "0")) for xf in xfs] if xfs is not None else []
        return [own.get(i) or _JAPANESE_FORMATS.get(i) or BUILTIN_FORMATS.get(i, "General") for i in ids]

    def _worksheet(
        self, name: str, visible: bool, root: ElementTree.Element, strings: list[str], formats: list[str]
    ) -> Worksheet:
        cells: list[StoredCell] = []
        hidden_rows: set[int] = set()
        heights: list[tuple[int, float]] = []
        number = 0
        for row in root.iter(f"{_MAIN}row"):
            number = int(row.get("r") or number + 1)
            if row.get("hidden") in ("1", "true"):
                hidden_rows.add(number - 1)
            if height := row.get("ht"):
                heights.append((number - 1, float(height)))
            cells.extend(self._row_cells(row, number - 1, strings, formats))
            if len(cells) > _MAX_CELLS:
                raise UnreadableFile(
                    self._name, "セルが多すぎ、レビューシートではないようです", "レビューシートを指定してください", name
                )
        merges = [m for merge in root.iter(f"{_MAIN}mergeCell") if (m := _range(merge.get("ref", "")))]
        area = sum(min(m[2] - m[0] + 1, _MAX_SPAN) * min(m[3] - m[1] + 1, _MAX_SPAN) for m in merges)
        if area > _MAX_MERGED:
            raise _damaged(self._name, "レビューシートではありえないセルの結合を含んでいます")
        columns = list(root.iter(f"{_MAIN}col"))
        spans = [(int(c.get("min", "1")) - 1, int(c.get("max", "1")) - 1) for c in columns]
        hidden = tuple(s for s, c in zip(spans, columns, strict=True) if c.get("hidden") in ("1", "true"))
        widths = tuple((*s, float(c.get("width", "8.43"))) for s, c in zip(spans, columns, strict=True))
        return Worksheet(
            name,
            visible,
            tuple(cells),
            tuple(merges),
            frozenset(hidden_rows),
            hidden,
            widths,
            tuple(heights),
        )

    def _row_cells(
        self, row: ElementTree.Element, number: int, strings: list[str], formats: list[str]
    ) -> Iterator[StoredCell]:
        col = -1
        for cell in row:
            reference = cell.get("r")
            position = _position(reference) if reference else None
            col = position[1] if position else col + 1
            if len(cell) == 0:
                continue
            yield from self._cell(cell, position[0] if position else number, col, strings, formats)

    def _cell(
        self, cell: ElementTree.Element, row: int, col: int, strings: list[str], formats: list[str]
    ) -> Iterator[StoredCell]:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            text = "".join(_rich_text(inline) for inline in cell.iter(f"{_MAIN}is"))
        else:
            stored = cell.findtext(f"{_MAIN}v")
            if stored is None or (stored == "" and kind != "str"):
                if cell.find(f"{_MAIN}f") is not None:
                    yield StoredCell(row, col, "", None, True)
                return
            if kind == "n":
                yield self._number(row, col, stored, cell.get("s"), formats)
                return
            text = strings[int(stored)] if kind == "s" else stored
            if kind == "b":
                text = "TRUE" if stored == "1" else "FALSE"
        if text:
            yield StoredCell(row, col, _unescape(text))

    def _number(self, row: int, col: int, stored: str, style: str | None, formats: list[str]) -> StoredCell:
        try:
            # a double has 17 digits in the file (0.94000000000000006); its shortest form is the number meant
            value = Decimal(stored) if stored.lstrip("-").isdigit() else Decimal(repr(float(stored)))
        except (InvalidOperation, ValueError):
            return StoredCell(row, col, stored)
        if not value.is_finite():
            return StoredCell(row, col, stored)
        index = int(style) if style else 0
        number_format = formats[index] if index < len(formats) else "General"
        return StoredCell(row, col, display(value, number_format, date1904=self._date1904).strip(), value)


def _rich_text(element: ElementTree.Element) -> str:
    """Text of a string item without its phonetic readings (ふりがな are not printed)."""
    direct = element.find(f"{_MAIN}t")
    if direct is not None and len(element) == 1:
        return direct.text or ""
    parts = []
    for child in element:
        if child.tag == f"{_MAIN}t":
            parts.append(child.text or "")
        elif child.tag == f"{_MAIN}r":
            parts.append(child.findtext(f"{_MAIN}t") or "")
    return "".join(parts)


def _unescape(text: str) -> str:
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _position(reference: str) -> tuple[int, int] | None:
    match = _REFERENCE.fullmatch(reference)
    return (int(match[2]) - 1, column_number(match[1])) if match else None


def _range(reference: str) -> tuple[int, int, int, int] | None:
    first, _, last = reference.partition(":")
    start, end = _position(first), _position(last or first)
    return (*start, *end) if start and end else None


def column_number(letters: str) -> int:
    """``"A" → 0``, ``"AX" → 49``."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(number: int) -> str:
    """``0 → "A"``, ``49 → "AX"``."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
