"""Decoded sheets with their cells indexed for look-up, and a small cache of them."""

from __future__ import annotations

import collections
import functools
import threading
from collections.abc import Iterable, Sequence
from typing import Protocol, overload

from corpus.fields import Measure
from corpus.model import Cell, Section, Sheet, Table
from corpus.text import payee_key


class SheetSource(Protocol):
    """What is needed of ``corpus.store.reader.Corpus`` to read single sheets (tests use a dict)."""

    def sheet_at(self, no: int) -> Sheet: ...


class SheetView:
    """One sheet, its cells by (table, measure) and by repeated item."""

    def __init__(self, no: int, sheet: Sheet) -> None:
        self.no = no
        self.sheet = sheet
        self._by_measure: dict[tuple[Table, str], list[Cell]] = collections.defaultdict(list)
        for cell in sheet.cells:
            if cell.measure:
                self._by_measure[cell.table, cell.measure].append(cell)

    @property
    def year(self) -> int:
        return self.sheet.sheet_year

    def cells(self, table: Table, measure: str) -> list[Cell]:
        """All cells of ``measure`` in ``table``, in the sheet's order."""
        return self._by_measure.get((table, measure), [])

    def tables_of(self, measure: str) -> list[Table]:
        """The tables that have cells of ``measure``."""
        return [table for table, name in self._by_measure if name == measure]

    def sections(self, name: str) -> list[Section]:
        """The sections of one field; lists give several."""
        return [s for s in self.sheet.sections if s.name == name]

    @functools.cached_property
    def items(self) -> dict[Table, dict[str, list[Cell]]]:
        """Per table: the cells of every repeated item, in the sheet's order."""
        found: dict[Table, dict[str, list[Cell]]] = collections.defaultdict(dict)
        for cell in self.sheet.cells:
            if cell.item:
                found[cell.table].setdefault(cell.item, []).append(cell)
        return found

    @functools.cached_property
    def payee_keys(self) -> dict[str, str]:
        """Item of the payee list → comparison key of the payee's name."""
        return {cell.item: payee_key(cell.raw) for cell in self.cells(Table.PAYEES, Measure.PAYEE_NAME)}


class Library:
    """The most recently used sheets, decoded. Safe to use from several threads."""

    def __init__(self, corpus: SheetSource, size: int = 1024) -> None:
        self._corpus = corpus
        self._size = size
        self._views: collections.OrderedDict[int, SheetView] = collections.OrderedDict()
        self._lock = threading.Lock()

    def view(self, no: int) -> SheetView:
        """The sheet with number ``no``. Raises what the corpus raises for an unknown number."""
        with self._lock:
            view = self._views.get(no)
            if view is not None:
                self._views.move_to_end(no)
                return view
        view = SheetView(no, self._corpus.sheet_at(no))
        with self._lock:
            self._views[no] = view
            while len(self._views) > self._size:
                self._views.popitem(last=False)
        return view

    def views(self, numbers: Iterable[int]) -> list[SheetView]:
        return [self.view(no) for no in numbers]

    def series(self, numbers: Sequence[int]) -> Series:
        return Series(self, numbers)


class Series(Sequence[SheetView]):
    """Sheets of one project, each decoded only when it is looked at."""

    def __init__(self, library: Library, numbers: Sequence[int]) -> None:
        self._library = library
        self._numbers = tuple(numbers)

    @overload
    def __getitem__(self, index: int) -> SheetView: ...
    @overload
    def __getitem__(self, index: slice) -> Series: ...
    def __getitem__(self, index: int | slice) -> SheetView | Series:
        if isinstance(index, slice):
            return Series(self._library, self._numbers[index])
        return self._library.view(self._numbers[index])

    def __len__(self) -> int:
        return len(self._numbers)
