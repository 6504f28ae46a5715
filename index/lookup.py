"""Numbers and payees: what is looked up exactly rather than searched for.

A sheet's number is written 0048, 48, 新29-0004, 2021-総務-20-0043, or as a sheet id
(2020/総務省/0048); a payee as 株式会社…, ㈱… or without.  Each spelling's key is a 64-bit hash in a
sorted array, followed by the sheets (rows) that carry it, newest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.text import label_key, payee_key
from index.catalog import Ints, Lists
from index.collect import SheetRow
from index.lexical import mapped, term_hash

_FORMS = re.compile(
    r"株式会社|有限会社|合同会社|(?:一般|公益)?(?:社団|財団)法人|独立行政法人|国立研究開発法人|国立大学法人"
    r"|地方独立行政法人|学校法人|社会福祉法人|特定非営利活動法人|医療法人|協同組合"
)
_DASHES = re.compile(r"[‐‑–—―−ー－]")
_NUMBER = re.compile(r"[^\s/]*\d[^\s/]*")
_MIN_BARE = 2  # characters a payee's name must keep without its legal form


def number_keys(number: str) -> set[str]:
    """The keys under which a sheet's number is found."""
    key = _DASHES.sub("-", label_key(number)).lower()
    return {key, key.replace("-", ""), key.lstrip("0") or "0"} if key else set()


def payee_keys(name: str) -> set[str]:
    """The keys under which a payee is found: its name, and its name without the legal form."""
    key = payee_key(name)
    bare = _FORMS.sub("", key)
    return {key, bare} if len(bare) >= _MIN_BARE else ({key} if key else set())


class KeyTable:
    """Key → rows, newest sheet first."""

    def __init__(self, hashes: npt.NDArray[np.uint64], rows: Lists) -> None:
        self._hashes, self._rows = hashes, rows

    @classmethod
    def build(cls, keys: Iterable[tuple[str, int]], order: Ints) -> KeyTable:
        """(key, row) pairs; ``order`` gives each row's rank, the smallest first in the result."""
        found: dict[int, list[int]] = {}
        for key, row in keys:
            found.setdefault(term_hash(key), []).append(row)
        hashes = sorted(found)
        lists = [sorted(set(found[code]), key=lambda row: int(order[row])) for code in hashes]
        return cls(np.array(hashes, dtype=np.uint64), Lists.of(lists))

    def __getitem__(self, key: str) -> Ints:
        code = np.uint64(term_hash(key))
        at = int(np.searchsorted(self._hashes, code))
        if at < len(self._hashes) and self._hashes[at] == code:
            return self._rows[at].astype(np.int32)
        return np.zeros(0, dtype=np.int32)

    def save(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        items = self._rows.items
        if items.max(initial=0) < 1 << 16:  # the nation's 53,000 sheets in half the room
            items = items.astype(np.uint16)
        for part, array in (("hashes", self._hashes), ("starts", self._rows.starts), ("items", items)):
            np.save(folder / f"{name}_{part}.npy", array)

    @classmethod
    def open(cls, folder: Path, name: str, verified: Callable[[Path], Path] = lambda path: path) -> KeyTable:
        hashes, starts, items = (
            mapped(verified(folder / f"{name}_{part}.npy")) for part in ("hashes", "starts", "items")
        )
        return cls(hashes, Lists(starts, items))


class Lookups:
    """The two tables of an index."""

    def __init__(self, numbers: KeyTable, payees: KeyTable) -> None:
        self.numbers, self.payees = numbers, payees

    @classmethod
    def build(cls, rows: list[SheetRow]) -> Lookups:
        newest = sorted(range(len(rows)), key=lambda r: (-rows[r].info.sheet_year, rows[r].info.no))
        order = np.empty(len(rows), dtype=np.int32)
        order[newest] = np.arange(len(rows), dtype=np.int32)
        numbers = ((key, r) for r, row in enumerate(rows) for key in _sheet_keys(row))
        payees = ((key, r) for r, row in enumerate(rows) for name in row.payees for key in payee_keys(name))
        return cls(KeyTable.build(numbers, order), KeyTable.build(payees, order))

    def by_number(self, query: str) -> Ints:
        """Rows of the sheets that a query which is (or holds) a number names."""
        whole = self.numbers[next(iter(sorted(number_keys(query), key=len, reverse=True)), "")]
        if len(whole):
            return whole
        parts = [
            self.numbers[key] for part in _NUMBER.findall(query) for key in sorted(number_keys(part), key=len)[-1:]
        ]
        return next((rows for rows in parts if len(rows)), np.zeros(0, dtype=np.int32))

    def by_payee(self, query: str) -> Ints:
        """Rows of the sheets that paid whom the query names."""
        for key in sorted(payee_keys(query), key=len, reverse=True):
            if len(rows := self.payees[key]):
                return rows
        return np.zeros(0, dtype=np.int32)

    def save(self, folder: Path) -> None:
        self.numbers.save(folder, "numbers")
        self.payees.save(folder, "payees")

    @classmethod
    def open(cls, folder: Path, verified: Callable[[Path], Path] = lambda path: path) -> Lookups:
        return cls(KeyTable.open(folder, "numbers", verified), KeyTable.open(folder, "payees", verified))


def _sheet_keys(row: SheetRow) -> Iterator[str]:
    yield from number_keys(row.info.number)
    yield label_key(row.info.sheet_id).lower()
