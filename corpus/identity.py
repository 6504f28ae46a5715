"""The same project over years: series of sheets, every link with its reason. Pure functions.

Links are tried from the strongest evidence to the weakest: the publisher's own id over years, numbers
of past sheets that a sheet names, the same name in the same ministry.  A project that is split or
merged is named by several sheets of one year: the one of the same name carries the series on, the
others are kept as *related* links, which do not join series.  So no series holds two different
sheets of one year, unless the publisher gives one id to two sheets of one name.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum

from corpus.model import PastNumber


class Reason(StrEnum):
    """Why two sheets are taken for one project, strongest first."""

    PROJECT_KEY = "公表元の事業ID"
    PAST_NUMBER = "過去の事業番号"
    NAME = "同じ府省庁の同じ事業名"
    # related, but not the same series
    PROJECT_KEY_RELATED = "公表元の事業ID（分割・統合）"
    PAST_NUMBER_RELATED = "過去の事業番号（分割・統合）"


RELATED = frozenset({Reason.PROJECT_KEY_RELATED, Reason.PAST_NUMBER_RELATED})


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """What identity needs to know of one sheet."""

    no: int
    sheet_year: int
    ministry: str
    number: str
    name_key: str
    project_key: str
    past: tuple[PastNumber, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """``no`` (the later sheet) and ``other`` are one project, because of ``reason``."""

    no: int
    other: int
    reason: Reason


_MOST_SHEETS = 200  # of one project id (the nation's have up to 7): an id that more carry identifies nothing


@dataclasses.dataclass(frozen=True, slots=True)
class Identity:
    """``series[no]``: the smallest sheet number of the project ``no`` belongs to."""

    series: dict[int, int]
    links: tuple[Link, ...]


def identify(sheets: Iterable[Known]) -> Identity:
    """The series of every sheet, and why."""
    known = sorted(sheets, key=lambda s: (s.sheet_year, s.no))
    joiner = _Joiner(known)
    joiner.by_project_key()
    joiner.by_past_number()
    joiner.by_name()
    return Identity({s.no: joiner.find(s.no) for s in known}, tuple(joiner.links))


class _Joiner:
    """Union-find whose sets know their sheet years."""

    def __init__(self, known: list[Known]) -> None:
        self.known = known
        self.parent = {s.no: s.no for s in known}
        self.years = {s.no: {s.sheet_year} for s in known}
        self.links: list[Link] = []

    def find(self, no: int) -> int:
        root = no
        while self.parent[root] != root:
            root = self.parent[root]
        while self.parent[no] != root:
            self.parent[no], no = root, self.parent[no]
        return root

    def join(self, later: Known, earlier: Known, reason: Reason, *, same_year: bool = False) -> bool:
        """Join two sets unless they already hold different sheets of one year."""
        a, b = self.find(later.no), self.find(earlier.no)
        if a == b:
            return True
        if not same_year and self.years[a] & self.years[b]:
            return False
        root, child = min(a, b), max(a, b)
        self.parent[child] = root
        self.years[root] |= self.years.pop(child)
        self.links.append(Link(later.no, earlier.no, reason))
        return True

    def by_project_key(self) -> None:
        groups: dict[str, list[Known]] = defaultdict(list)
        for sheet in self.known:
            if sheet.project_key:
                groups[sheet.project_key].append(sheet)
        for group in groups.values():
            if len(group) > _MOST_SHEETS:
                continue
            for twin, first in _twins(group):
                self.join(twin, first, Reason.PROJECT_KEY, same_year=True)
            self._join_or_relate(_predecessors(group), Reason.PROJECT_KEY, Reason.PROJECT_KEY_RELATED)

    def by_past_number(self) -> None:
        exact = {(s.sheet_year, s.ministry, s.number): s for s in self.known}
        anywhere: dict[tuple[int, str], list[Known]] = defaultdict(list)
        for sheet in self.known:
            anywhere[sheet.sheet_year, sheet.number].append(sheet)
        pairs = []
        for sheet in self.known:
            for past in sheet.past:
                other = exact.get((past.sheet_year, past.ministry or sheet.ministry, past.number))
                if other is None and not past.ministry and len(anywhere[past.sheet_year, past.number]) == 1:
                    other = anywhere[past.sheet_year, past.number][0]
                if other is not None and other.sheet_year < sheet.sheet_year:
                    pairs.append((sheet, other))
        self._join_or_relate(pairs, Reason.PAST_NUMBER, Reason.PAST_NUMBER_RELATED)

    def by_name(self) -> None:
        at: dict[tuple[str, str], dict[int, list[Known]]] = defaultdict(lambda: defaultdict(list))
        for sheet in self.known:
            at[sheet.ministry, sheet.name_key][sheet.sheet_year].append(sheet)
        for by_year in at.values():
            last: Known | None = None
            for year in sorted(by_year):
                if len({self.find(sheet.no) for sheet in by_year[year]}) > 1:
                    last = None  # several projects of one name: the name decides nothing
                    continue
                sheet = by_year[year][0]
                if last is not None:
                    self.join(sheet, last, Reason.NAME)
                last = sheet

    def _join_or_relate(self, pairs: Iterable[tuple[Known, Known]], reason: Reason, related: Reason) -> None:
        """Pairs of the same name first: they carry a series on through splits and mergers."""

        def order(pair: tuple[Known, Known]) -> tuple[bool, int, int]:
            later, earlier = pair
            return later.name_key != earlier.name_key, later.sheet_year - earlier.sheet_year, later.no

        for later, earlier in sorted(pairs, key=order):
            if not self.join(later, earlier, reason):
                self.links.append(Link(later.no, earlier.no, related))


def _twins(group: list[Known]) -> Iterator[tuple[Known, Known]]:
    """Sheets of one year, one id and one name: published twice (as a new project and in the main list)."""
    first: dict[tuple[int, str], Known] = {}
    for sheet in group:
        other = first.setdefault((sheet.sheet_year, sheet.name_key), sheet)
        if other is not sheet:
            yield sheet, other


def _predecessors(group: list[Known]) -> Iterator[tuple[Known, Known]]:
    """Each sheet with the newest earlier one of its name, and with those of the year before it."""
    for sheet in group:
        earlier = [other for other in group if other.sheet_year < sheet.sheet_year]
        newest = max((other.sheet_year for other in earlier), default=0)
        named = [other for other in earlier if other.name_key == sheet.name_key]
        if named:
            yield sheet, named[-1]
        for other in earlier:
            if other.sheet_year == newest and (not named or other is not named[-1]):
                yield sheet, other
