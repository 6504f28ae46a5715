"""The cited cells, read again from the store: what a citation says must be what the sheet says."""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from corpus.fields import Field
from corpus.model import Cell, Section, Sheet
from corpus.store.model import SheetInfo
from qa.formula import decimal
from qa.model import Answer, Citation


class Store(Protocol):
    """What the lock reads of a corpus (``corpus.store.reader.Corpus``)."""

    def sheet(self, sheet_id: str) -> Sheet | None: ...

    def infos(self) -> list[SheetInfo]: ...

    def facts(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]: ...


_by_year: weakref.WeakKeyDictionary[Store, dict[int, list[SheetInfo]]] = weakref.WeakKeyDictionary()


def sheets_of(store: Store, sheet_year: int) -> list[SheetInfo]:
    """The sheets of a year, by number; a snapshot never changes, so they are sorted out once."""
    known = _by_year.get(store)
    if known is None:
        known = {}
        for info in store.infos():
            known.setdefault(info.sheet_year, []).append(info)
        _by_year[store] = known
    return known.get(sheet_year, [])


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A citation with the sheet and the cell it was found again in; ``cell`` is None for a text field."""

    cited: Citation
    sheet: Sheet
    cell: Cell | None


def read_again(answer: Answer, store: Store) -> tuple[dict[int, Seen], list[str]]:
    """The cells of the citations by their index, and what is wrong with the others."""
    seen: dict[int, Seen] = {}
    breaches: list[str] = []
    for index, cited in enumerate(answer.citations):
        found = _find(cited, store)
        if found is None:
            breaches.append(f"citation {index}: {cited.sheet_id} {cited.locator} {cited.raw[:20]!r} is not in the store")
        else:
            seen[index] = found
    return seen, breaches


def _find(cited: Citation, store: Store) -> Seen | None:
    sheet = store.sheet(cited.sheet_id)
    if sheet is None or (sheet.project, sheet.ministry, sheet.sheet_year) != (
        cited.project, cited.ministry, cited.sheet_year
    ):  # fmt: skip
        return None
    for cell in sheet.cells:
        if cell.locator == cited.locator and _is_cell(cited, cell, sheet):
            return Seen(cited, sheet, cell)
    if any(_is_section(cited, one, sheet) for one in sheet.sections) or _is_name(cited, sheet):
        return Seen(cited, sheet, None)
    return None


def _is_cell(cited: Citation, cell: Cell, sheet: Sheet) -> bool:
    return (
        (cell.raw, cell.unit, cell.fiscal_year, cell.column, cell.row_label, cell.table.value, cell.file or sheet.file)
        == (cited.raw, cited.unit, cited.fiscal_year, cited.column, cited.row, cited.section, cited.file)
        and cell.value == decimal(cited.value)
    )  # fmt: skip


def _is_section(cited: Citation, section: Section, sheet: Sheet) -> bool:
    return (section.text, section.locator, section.name, section.label, section.file or sheet.file) == (
        cited.raw, cited.locator, cited.section, cited.row, cited.file
    ) and cited.value is None  # fmt: skip


def _is_name(cited: Citation, sheet: Sheet) -> bool:
    """The sheet itself, cited by its name where it has no such field."""
    return (cited.section, cited.raw, cited.value) == (Field.PROJECT, sheet.project, None)


def same_item(seen: Seen, cells: Iterable[Cell]) -> list[Cell]:
    """The cells that belong to the same payee, indicator or item as a cited one."""
    cell = seen.cell
    return [] if cell is None else [one for one in cells if (one.table, one.item) == (cell.table, cell.item)]
