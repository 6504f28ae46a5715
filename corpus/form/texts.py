"""Text fields of a form (sections) and 関連する過去のレビューシートの事業番号."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpus.fields import Field
from corpus.form.draft import Draft
from corpus.form.labels import FieldLabel
from corpus.form.page import Page, squeeze
from corpus.model import PastNumber, Table
from corpus.numbers import read_printed
from corpus.readers.grid import GridCell
from corpus.text import label_key
from corpus.years import year_in_label

_LABEL_FOR_CELLS: Final = 1000  # a text beyond this is no label
_PAST_COLUMN: Final = "事業番号"
_NUMBER: Final = re.compile(r"(?:新\d{2}|\d{4}|[^\W\d_]{1,6}|\d{1,4})(?:-(?:[^\W\d_]{1,6}|\d{1,4}))*")
_SEPARATORS: Final = re.compile(r"[、,，/／;；\n]+")
_MINISTRY: Final = re.compile(r"([^\W\d_]*?(?:省|庁|府|委員会|院|内閣官房|本部|会議|局))")


def read_fields(page: Page, draft: Draft) -> None:
    """Add every text field of the page to the draft."""
    labels = {cell.locator for cell, _ in page.fields} | {cell.locator for cell, _ in page.titles}
    for label, field in page.fields:
        if label.locator in draft.used:
            continue
        draft.use([label])
        texts = [cell for cell in _texts(page, label, field, labels) if cell.locator not in draft.used]
        texts = [
            cell for cell in texts if not page.book.is_structure(cell.text) or read_printed(cell.text).value is not None
        ]
        _add(draft, label, field, texts)


def _texts(page: Page, label: GridCell, field: FieldLabel, labels: set[str]) -> list[GridCell]:
    """The cells that belong to a label: beside it, else under it, else the rows below a full-width heading."""
    beside, room = _beside(page, label, labels)
    if beside:
        return beside
    if field.under and (under := _under(page, label, labels)):
        return under
    alone = len(page.grid.starting(label.row)) == 1 and not room
    return list(_below(page, label, labels)) if alone else []


def _beside(page: Page, label: GridCell, labels: set[str]) -> tuple[list[GridCell], bool]:
    """Texts right of the label up to the next label, over all rows the label spans; whether there is room for any."""
    found: list[GridCell] = []
    room = False
    known = {cell.locator for cell, _ in page.fields}
    for row in range(label.row, label.row_end + 1):
        for cell in page.grid.row(row):
            if cell.col <= label.col_end or cell.row < label.row:
                continue
            room = room or page.grid.aligned
            if cell.locator in known or (cell.locator in labels and found):
                break
            if not cell.is_blank and cell not in found:
                found.append(cell)
    if page.grid.aligned and label.col_end + 1 < page.grid.n_cols and label.col > 0:
        room = True
    return found, room


def _under(page: Page, label: GridCell, labels: set[str]) -> list[GridCell]:
    """The cell in the next row under the label itself."""
    cells = page.grid.starting(label.row_end + 1)
    if not page.grid.aligned and len(cells) > 1:
        # fields are not columns: the row below must end in two texts, one of its own label and this one
        return [] if {cells[-1].locator, cells[-2].locator} & labels else [cells[-1]]
    for cell in cells:
        if cell.overlaps(label.col, label.col_end):
            return [] if cell.locator in labels else [cell]
    return []


def _below(page: Page, label: GridCell, labels: set[str]) -> Iterator[GridCell]:
    """Texts in the rows below a heading, up to the next landmark."""
    width = 0
    for row in page.grid.between(label.row_end + 1, page.next_stop(label.row)):
        cells = page.grid.starting(row)
        if any(cell.locator in labels for cell in cells):
            return
        if page.grid.aligned and width and len(cells) > max(width, 1):
            return  # another shape than the text so far: a label the form does not know, with its value
        width = max(width, len(cells))
        yield from cells


def _add(draft: Draft, label: GridCell, field: FieldLabel, texts: Sequence[GridCell]) -> None:
    printed = squeeze(label.text)
    if field.field is None:
        for cell in texts:
            draft.cell(cell, field.table, (printed,), "", item=draft.unique_item(field.table, printed), words=True)
        return
    for number, cell in enumerate(texts):
        # 一部の改善 | 更なる経費の…: the verdict, then what is said about it
        name = field.detail if field.detail is not None and number > 0 else field.field
        draft.section(cell, name, printed, field.table)
        for other in field.also:
            draft.section(cell, other, printed, field.table)


def read_shapes(page: Page, draft: Draft) -> None:
    """資金の流れ as it is drawn: one section per box. Shapes above it are kept as unknown, and reported."""
    start = next((cell for cell, field in page.fields if field.field is Field.FLOW_NOTE), None)
    strange = []
    for shape in page.grid.shapes:
        if start is not None and shape.row >= start.row:
            draft.section(shape, Field.FLOW_NOTE, squeeze(start.text), Table.FLOW)
        else:
            draft.cell(shape, Table.UNKNOWN, ("図形",), "", words=True)
            strange.append(shape.locator)
    if strange:
        draft.warn(f"図形の中に文章が{len(strange)}個あります", "「様式にない項目」として保存しました", strange[0])


# --- 関連する過去のレビューシートの事業番号 ------------------------------------------------------------


def read_past_numbers(page: Page, draft: Draft) -> None:
    """Year labels and the numbers beside them, below the table's title."""
    for title, table in page.titles:
        if table is not Table.PAST_NUMBERS:
            continue
        draft.use([title])
        draft.tables.add(Table.PAST_NUMBERS)
        same_row = [cell for cell in page.grid.row(title.row) if cell.col > title.col_end and not cell.is_blank]
        rows = [title.row] if same_row else []
        rows += page.grid.between(title.row + 1, page.next_stop(title.row))
        for row in rows:
            cells = [cell for cell in page.grid.starting(row) if cell is not title]
            for label, numbers in _by_year(cells, page.sheet_year):
                _past(page, label, numbers, draft)


def _by_year(cells: Sequence[GridCell], sheet_year: int | None) -> Iterator[tuple[GridCell, list[GridCell]]]:
    label: GridCell | None = None
    numbers: list[GridCell] = []
    for cell in cells:
        if re.search(r"年度?$", label_key(cell.text)) and year_in_label(_full_year(cell.text), sheet_year) is not None:
            if label is not None:
                yield label, numbers
            label, numbers = cell, []
        else:
            numbers.append(cell)
    if label is not None:
        yield label, numbers


def _full_year(text: str) -> str:
    key = label_key(text)
    return key if key.endswith("度") else f"{key}度"  # 平成23年: the early forms


def _past(page: Page, label: GridCell, numbers: Sequence[GridCell], draft: Draft) -> None:
    year = year_in_label(_full_year(label.text), page.sheet_year)
    row = (squeeze(label.text),)
    draft.use([label])
    if not numbers and page.grid.aligned:
        blank = page.grid.at(label.row, label.col_end + 1)
        numbers = [blank] if blank is not None and blank.is_blank else []
    for cell in numbers:
        draft.cell(cell, Table.PAST_NUMBERS, row, _PAST_COLUMN, fiscal_year=year, words=True)
    if year is not None:
        draft.past.extend(
            PastNumber(year, ministry, number) for ministry, number in past_numbers([c.text for c in numbers])
        )


def past_numbers(texts: Sequence[str]) -> list[tuple[str, str]]:
    """(ministry or "", number) of every number printed in the cells of one year.

    >>> past_numbers(["総務省 (0049)"]), past_numbers(["2021", "総務", "20", "0043"])
    ([('総務省', '0049')], [('', '2021-総務-20-0043')])
    """
    keys = [key for key in (label_key(text) for text in texts) if key.strip("-ー－")]
    if len(keys) > 2 and re.fullmatch(r"20\d\d", keys[0]):  # 2021-: year, ministry, kind, number in cells of their own
        return [("", "-".join(keys))]
    ministry = ""
    found: list[tuple[str, str]] = []
    for text in texts:
        for part in _SEPARATORS.split(text):
            key = label_key(part).replace("(", " ").replace(")", " ")
            if (named := _MINISTRY.match(key)) is not None:
                ministry = named[1]
                key = key[named.end() :]
            found.extend(
                (ministry, number) for number in _NUMBER.findall(key.replace("－", "-").replace("ー", "-"))
                if any(c.isdigit() for c in number)
            )  # fmt: skip
    return found
