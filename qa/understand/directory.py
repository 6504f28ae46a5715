"""What the corpus holds under each name: sheets, years and ministries of every project. No cells."""

from __future__ import annotations

import functools
import re
import weakref
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from corpus.store.model import SheetInfo
from corpus.store.reader import Corpus
from corpus.text import name_key, nfkc
from index.names import NameIndex
from qa.understand.folding import fold_name

Mask = npt.NDArray[np.bool_]


class Directory:
    """Sheets by name, series, number, year and ministry. Built once per corpus, then read only."""

    def __init__(self, corpus: Corpus, names: NameIndex) -> None:
        self.infos: dict[int, SheetInfo] = {info.no: info for info in corpus.infos()}
        self.by_name: dict[str, list[int]] = defaultdict(list)
        self.by_series: dict[int, list[int]] = defaultdict(list)
        for no, info in self.infos.items():
            self.by_name[name_key(info.project)].append(no)
            self.by_series[info.series].append(no)
        years = [info.sheet_year for info in self.infos.values()]
        self.newest = max(years, default=0)
        self.oldest = min(years, default=0)
        self.ministries = frozenset(info.ministry for info in self.infos.values())
        self.key_of = [names.key(i) for i in range(len(names))]
        self._year_masks: dict[int, Mask] = {}
        self._ministry_masks: dict[str, Mask] = {}

    def sheets_named(self, name_id: int) -> list[SheetInfo]:
        """All sheets that carry this name."""
        return [self.infos[no] for no in self.by_name.get(self.key_of[name_id], ())]

    # A first answer waits for none of these unless it needs them.

    @functools.cached_property
    def by_id(self) -> dict[str, int]:
        return {nfkc(info.sheet_id).lower(): no for no, info in self.infos.items()}

    @functools.cached_property
    def by_number(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for no, info in self.infos.items():
            found[info.number.lower()].append(no)
        return found

    @functools.cached_property
    def by_kin(self) -> dict[str, list[int]]:
        """Sheet numbers by name without hiragana; only names that share it with another one."""
        keys: dict[str, set[str]] = defaultdict(set)
        for key in self.by_name:
            keys[re.sub("[ぁ-ん]", "", fold_name(key))].add(key)
        return {k: [no for key in names for no in self.by_name[key]] for k, names in keys.items() if len(names) > 1}

    @functools.cached_property
    def account_keys(self) -> frozenset[str]:
        """会計区分 of all sheets, for comparison."""
        return frozenset(map(name_key, {info.account for info in self.infos.values()}))

    @functools.cached_property
    def office_keys(self) -> dict[str, frozenset[str]]:
        """担当部局庁 and 担当課室 of all sheets by ministry, for comparison."""
        found: dict[str, set[str]] = defaultdict(set)
        for info in self.infos.values():
            found[info.ministry] |= {info.bureau, info.division}
        return {ministry: frozenset(map(name_key, offices)) for ministry, offices in found.items()}

    def year_mask(self, year: int) -> Mask:
        """Names of projects that have a sheet of that year, be it under another name of the same series."""
        if year not in self._year_masks:
            series = {info.series for info in self.infos.values() if info.sheet_year == year}
            self._year_masks[year] = self._mask(lambda info: info.series in series)
        return self._year_masks[year]

    def ministry_mask(self, ministry: str) -> Mask:
        """Names that have a sheet of that ministry."""
        if ministry not in self._ministry_masks:
            self._ministry_masks[ministry] = self._mask(lambda info: info.ministry == ministry)
        return self._ministry_masks[ministry]

    def _mask(self, wanted: Callable[[SheetInfo], bool]) -> Mask:
        keep = {name_key(info.project) for info in self.infos.values() if wanted(info)}
        return np.array([key in keep for key in self.key_of], dtype=np.bool_)


_BUILT: weakref.WeakKeyDictionary[Corpus, Directory] = weakref.WeakKeyDictionary()


def directory(corpus: Corpus, names: NameIndex) -> Directory:
    """The directory of an open corpus; built on first use (about a second for the national corpus)."""
    found = _BUILT.get(corpus)
    if found is None:
        found = _BUILT[corpus] = Directory(corpus, names)
    return found
