"""Grid → Sheet: the one parser of the form, for every format and era.

Stages: pages → identity → landmarks (labels) → tables, fields → what is left over.  Every printed
cell ends as a cell, a section or a known word of the form; the rest is kept in ``Table.UNKNOWN``
and reported.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from corpus.fields import Field
from corpus.form.book import book_for, covers
from corpus.form.budget import read_budget
from corpus.form.draft import Draft
from corpus.form.head import Head, has_title, head_from_name, read_head, title_rows
from corpus.form.labels import Listing, Series
from corpus.form.listing import read_listing
from corpus.form.page import Page, scan, squeeze
from corpus.form.series import read_series
from corpus.form.texts import read_fields, read_past_numbers, read_shapes
from corpus.model import Finding, Kind, Origin, Sheet, Table, UnreadableFile
from corpus.numbers import read_printed
from corpus.readers.grid import Grid, GridCell
from corpus.readers.source import InputFile
from corpus.years import year_in_label

_ENOUGH: Final = 2  # landmarks that make a page one of the form
_HEAD_REACH: Final = 8  # rows above 事業名 that belong to the same sheet
_UNKNOWN_REPORTED: Final = 8
_NO_NAME: Final = "（事業名の記載なし）"
_RENAME: Final = "ファイル名を「令和2年度_府省庁_事業番号」の形にしてください"
_KEPT: Final = "「様式にない項目」として保存しました"


def is_form_page(grid: Grid) -> bool:
    """Whether a grid is a page of a review sheet: it prints the title, or labels only the form has."""
    if has_title(grid):
        return True
    page = scan(grid, book_for(None), None)
    landmarks = len(page.headers) + len(page.titles) + len(page.fields)
    return landmarks >= _ENOUGH and bool(page.headers or len(page.fields) > _ENOUGH)


def parse_forms(grids: Sequence[Grid], file: InputFile, origin: Origin) -> Iterator[Sheet | Finding]:
    """The sheets of one file, each after the findings about it.

    A grid that prints 事業名 begins a sheet (a document may hold several); one that does not
    continues the sheet before it.  Raises UnreadableFile when a sheet's year cannot be known.
    """
    parts = [part for grid in grids for part in _split(grid)]
    groups: list[list[Grid]] = []
    for part in parts:
        if groups and not _has_project(part) and not has_title(part):
            groups[-1].append(part)
        else:
            groups.append([part])
    named = head_from_name(file.basename)
    for group in groups:
        yield from _sheet(group, file, origin, named if len(groups) == 1 else dataclasses.replace(named, number=""))


def _has_project(grid: Grid) -> bool:
    return bool(_project_rows(grid))


def _project_rows(grid: Grid) -> list[int]:
    page = scan(grid, book_for(None), None)
    return [cell.row for cell, field in page.fields if field.field is Field.PROJECT]


def _split(grid: Grid) -> list[Grid]:
    """One grid per sheet of a document: cut above every 事業名 but the first, at its title."""
    rows = _project_rows(grid)
    if len(rows) < 2:
        return [grid]
    heads = title_rows(grid)
    cuts = [0]
    for before, row in itertools.pairwise(rows):
        start = min((r for r in heads if max(before, row - _HEAD_REACH) < r < row), default=None)
        if start is not None:  # 事業名 without a title above it is a word of some table
            cuts.append(start)
    cuts.append(grid.n_rows)
    return [grid.part(first, last - 1, grid.place or _place(grid, first)) for first, last in itertools.pairwise(cuts)]


def _place(grid: Grid, row: int) -> str:
    """``page 4`` or ``line 120``: where a sheet begins inside a document of many."""
    cells = grid.starting(row)
    return cells[0].locator.split(",")[0] if cells and row else ""


# --- one sheet --------------------------------------------------------------------------------------


def _sheet(grids: Sequence[Grid], file: InputFile, origin: Origin, named: Head) -> Iterator[Sheet | Finding]:
    rows = _project_rows(grids[0])
    printed = read_head(grids[0], rows[0] if rows else grids[0].n_rows)
    year = printed.sheet_year or named.sheet_year or _year_of_budget(grids[0])
    if year is None:
        raise UnreadableFile(
            file.name,
            "何年度のレビューシートか分かりません（表題「○○年度行政事業レビューシート」がありません）",
            _RENAME,
            grids[0].place,
        )
    draft = Draft(file.name, grids[0].place, year)
    draft.use(printed.used)
    _doubts(draft, printed, named, year)
    for grid in grids:
        _page(scan(grid, book_for(year), year), draft)
    _report_missing(draft)
    sheet = _finish(draft, printed, named, file, origin, grids[0].place)
    yield from draft.findings
    yield sheet


def _year_of_budget(grid: Grid) -> int | None:
    """The sheet year of a form without its title: its budget begins three years earlier."""
    written = (year_in_label(cell.text) for cell in grid.cells if squeeze(cell.text).endswith("年度"))
    for first in dict.fromkeys(year for year in written if year is not None):
        page = scan(grid, book_for(first + 3), first + 3)
        budget = next((header for header in page.headers if header.spec is None), None)
        if budget is not None and budget.columns[0].fiscal_year == first:
            return first + 3
    return None


def _page(page: Page, draft: Draft) -> None:
    for header in page.headers:
        if header.spec is None:
            read_budget(page, header, draft)
        elif isinstance(header.spec, Series):
            read_series(page, header, header.spec, draft)
        elif isinstance(header.spec, Listing):
            read_listing(page, header, header.spec, draft)
    read_past_numbers(page, draft)
    read_fields(page, draft)
    read_shapes(page, draft)
    draft.use(cell for cell, _ in page.titles)
    _left_over(page, draft)


def _left_over(page: Page, draft: Draft) -> None:
    """Whatever no table and no field took: kept as unlabelled cells, and reported."""
    unknown: list[GridCell] = []
    for row in page.grid.rows():
        cells = [cell for cell in page.grid.starting(row) if cell.locator not in draft.used]
        words = [cell for cell in cells if _is_form_word(page, cell)]
        # a figure beside something unknown is kept, even when it looks like a page number
        alone = len(words) == len(cells)
        cells = [cell for cell in cells if cell not in words or not (alone or read_printed(cell.text).value is None)]
        if not cells:
            continue
        unknown.append(cells[0])
        labels = _leading_labels(cells)
        for cell in cells[len(labels) :]:
            draft.cell(cell, Table.UNKNOWN, labels, "")
        draft.use(cells)
    for cell in unknown[:_UNKNOWN_REPORTED]:
        draft.warn(
            f"様式にない項目があります: 「{_short(cell.text)}」", f"{_KEPT}（数値の意味は分かりません）", cell.locator
        )
    if len(unknown) > _UNKNOWN_REPORTED:
        draft.warn(f"様式にない項目がほかに{len(unknown) - _UNKNOWN_REPORTED}行あります", _KEPT)


def _leading_labels(cells: Sequence[GridCell]) -> tuple[str, ...]:
    """The words before the first figure of a row; of words alone, the first."""
    figures = [number for number, cell in enumerate(cells) if read_printed(cell.text).kind is not Kind.TEXT]
    count = figures[0] if figures else min(1, len(cells) - 1)
    return tuple(squeeze(cell.text) for cell in cells[:count])


def _is_form_word(page: Page, cell: GridCell) -> bool:
    if page.book.is_structure(cell.text):
        return True
    return year_in_label(cell.text, page.sheet_year) is not None and squeeze(cell.text).endswith("年度")


def _short(text: str, length: int = 24) -> str:
    label = squeeze(text)
    return label if len(label) <= length else f"{label[:length]}…"


def _doubts(draft: Draft, printed: Head, named: Head, year: int) -> None:
    if printed.sheet_year is None:
        source = "ファイル名" if named.sheet_year else "予算の年度"
        draft.warn(f"表題がないため、{source}から{year}年度のシートとしました", f"違うときは、{_RENAME}")
    elif not covers(year):
        draft.warn(
            f"{year}年度の様式は登録されていないため、近い年度の様式として読みました",
            "読み取り結果を元の様式と見比べてください",
        )


def _report_missing(draft: Draft) -> None:
    required = book_for(draft.sheet_year).era.required
    missing = [table.value for table in required if table not in draft.tables]
    if missing:
        draft.warn(
            f"次の表がありません: {'、'.join(missing)}", "全ページそろったファイルがあれば、そちらを取り込んでください"
        )


def _finish(draft: Draft, printed: Head, named: Head, file: InputFile, origin: Origin, place: str) -> Sheet:
    project = next((section.text for section in draft.sections if section.name == Field.PROJECT), "").strip()
    if not project:
        draft.warn("事業名が書かれていません", "元の様式を確認してください")
    ministry = printed.ministry or named.ministry
    if not ministry:
        draft.warn("府省庁名が分かりません", _RENAME)
        ministry = "府省庁不明"
    number = printed.number or named.number
    if not number:
        draft.warn("事業番号が分かりません", _RENAME)
        number = f"番号不明（{project or file.basename}）"
    return Sheet(
        draft.sheet_year, ministry, number, " ".join(project.split()) or _NO_NAME, origin, file.name, place,
        tuple(draft.cells), tuple(draft.sections), tuple(draft.past),
    )  # fmt: skip
