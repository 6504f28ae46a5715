"""Who a sheet is: year, ministry, number and project, from the form itself, else from the file's name."""

from __future__ import annotations

import dataclasses
import re
from pathlib import PurePosixPath
from typing import Final

from corpus.readers.grid import Grid, GridCell
from corpus.text import label_key, nfkc
from corpus.years import kanji_number, western, year_in_label

_TITLE: Final = re.compile(
    r"(?P<era>令和|平成)(?P<year>元|\d{1,2})年度?(?:新規事業)?行政事業レビュー(?:シート|・?点検票)(?:\((?P<ministry>[^()\d]{1,20})\))?"
)
_NUMBER_LABEL: Final = "事業番号"
_PROJECT_LABEL: Final = "事業名"
_FILE_YEAR: Final = re.compile(r"(?:令和|平成|[RHrh])\s*(?:元|\d{1,2})|(?<!\d)20[12]\d(?!\d)")
_FILE_MINISTRY: Final = re.compile(r"[^\W\d_]{1,12}?(?:省|庁|府|委員会|院|内閣官房|本部|会議|法制局)$")
_FILE_NUMBER: Final = re.compile(
    r"20\d\d-[^\W\d_]{1,6}-\d{1,3}-\d{1,4}(?:-\d{1,2})?|新\d{2}-\d{1,4}|(?<!\d)\d{3,4}(?:-\d{1,2})?(?!\d)"
)
_PIECES: Final = 5  # 事業番号 since 2021: year, ministry, kind, number, branch


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """Identity as far as it is known; None or "" where it is not."""

    sheet_year: int | None
    ministry: str
    number: str
    used: tuple[GridCell, ...] = ()


def read_head(grid: Grid, before_row: int) -> Head:
    """Identity printed in the rows above 事業名 (the whole grid when there is none)."""
    year, ministry, number = None, "", ""
    used: list[GridCell] = []
    for row in grid.rows():
        if row >= before_row:
            break
        cells = grid.starting(row)
        title = _TITLE.search("".join(label_key(cell.text) for cell in cells))
        if title is not None:
            used.extend(_title_cells(cells))
            year = year or western(title["era"], kanji_number(title["year"]))
            ministry = ministry or (title["ministry"] or "")
        label = next((i for i, cell in enumerate(cells) if label_key(cell.text) == _NUMBER_LABEL), None)
        if label is not None:
            used.extend(cells[label:])
            number = number or joined_number([cell.text for cell in cells[label + 1 :]])
    return Head(year, ministry, number, tuple(used))


def has_title(grid: Grid, rows: int = 60) -> bool:
    """Whether the first rows print ``令和２年度行政事業レビューシート``."""
    for count, row in enumerate(grid.rows()):
        if count >= rows:
            return False
        if _TITLE.search("".join(label_key(cell.text) for cell in grid.starting(row))):
            return True
    return False


def title_rows(grid: Grid) -> list[int]:
    """Rows that print the title of a sheet or the label 事業番号."""
    rows = []
    for row in grid.rows():
        keys = [label_key(cell.text) for cell in grid.starting(row)]
        if _TITLE.search("".join(keys)) or _NUMBER_LABEL in keys:
            rows.append(row)
    return rows


def head_from_name(basename: str) -> Head:
    """Identity in a file's name: ``令和2年度_総務省_0048.xlsx``.

    >>> head_from_name("令和2年度_総務省_0048.txt")
    Head(sheet_year=2020, ministry='総務省', number='0048', used=())
    """
    stem = nfkc(PurePosixPath(basename).stem)
    year, ministry, number = None, "", ""
    if found := _FILE_YEAR.search(stem):
        year = year_in_label(found[0] + ("" if found[0].startswith("20") else "年度"))
        rest = stem[: found.start()] + " " + stem[found.end() :]
    else:
        rest = stem
    if coded := re.search(_FILE_NUMBER.pattern.split("|")[0], stem):
        number, rest = coded[0], stem.replace(coded[0], " ")
    for part in re.split(r"[_\s　()]+", rest.replace("年度", " ")):
        if not ministry and (named := _FILE_MINISTRY.search(part)):
            ministry = named[0]
        elif not number and (numbered := _FILE_NUMBER.search(part)):
            number = numbered[0]
    return Head(year, ministry, number)


def joined_number(texts: list[str]) -> str:
    """事業番号 from the cells beside its label: ``["0048"]``, ``["2021", "総務", "20", "0043", "00"]``.

    Written as the databases write it: four digits, no empty branch.
    """
    pieces = [piece for text in texts for piece in re.split(r"[-－ー‐―\s]+", label_key(text)) if piece]
    if len(pieces) == 1 and pieces[0].isdigit():
        return pieces[0].zfill(4)
    if pieces and re.fullmatch(r"20\d\d", pieces[0]) and len(pieces) >= _PIECES - 1:
        if pieces[3].isdigit():
            pieces[3] = pieces[3].zfill(4)
        if len(pieces) == _PIECES and not pieces[4].strip("0"):
            pieces = pieces[:4]
    elif len(pieces) > 1 and pieces[0].startswith("新") and pieces[1].isdigit():
        pieces[1] = pieces[1].zfill(4)
    return "-".join(pieces)


def _title_cells(cells: list[GridCell]) -> list[GridCell]:
    """The cells of a title row that make up the title (the project's name is never among them)."""
    end = next(
        (i for i, cell in enumerate(cells) if label_key(cell.text) in (_PROJECT_LABEL, _NUMBER_LABEL)), len(cells)
    )
    return cells[:end]
