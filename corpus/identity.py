"""The same project over years: series of sheets, every link with its reason. Pure functions."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

from corpus.model import PastNumber


class Reason(StrEnum):
    """Why two sheets are taken for one project, strongest first."""

    PROJECT_KEY = "公表元の事業ID"
    PAST_NUMBER = "過去の事業番号"
    NAME = "同じ府省庁の同じ事業名"


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


@dataclasses.dataclass(frozen=True, slots=True)
class Identity:
    """``series[no]``: the smallest sheet number of the project ``no`` belongs to."""

    series: dict[int, int]
    links: tuple[Link, ...]


def identify(sheets: Iterable[Known]) -> Identity:
    """Join the sheets of each project; two sheets of one year are joined only by the publisher's id."""
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

    def join(self, later: int, earlier: int, reason: Reason, *, same_year: bool = False) -> bool:
        """Join two sets unless they already hold different sheets of one year."""
        a, b = self.find(later), self.find(earlier)
        if a == b:
            return True
        if not same_year and self.years[a] & self.years[b]:
            return False
        root, child = min(a, b), max(a, b)
        self.parent[child] = root
        self.years[root] |= self.years.pop(child)
        self.links.append(Link(later, earlier, reason))
        return True

    def by_project_key(self) -> None:
        groups: dict[str, Known] = {}
        for sheet in self.known:
            if sheet.project_key:
                last = groups.get(sheet.project_key)
                if last is not None:
                    self.join(sheet.no, last.no, Reason.PROJECT_KEY, same_year=True)
                groups[sheet.project_key] = sheet

    def by_past_number(self) -> None:
        at = {(s.sheet_year, s.ministry, s.number): s for s in self.known}
        found = []
        for sheet in self.known:
            for past in sheet.past:
                other = at.get((past.sheet_year, past.ministry or sheet.ministry, past.number))
                if other is not None and other.sheet_year < sheet.sheet_year:
                    found.append((sheet, other))
        # merged and split projects name several sheets: the one of the same name is the same project
        found.sort(key=lambda pair: (pair[0].name_key != pair[1].name_key, pair[0].sheet_year, pair[0].no))
        for sheet, other in found:
            self.join(sheet.no, other.no, Reason.PAST_NUMBER)

    def by_name(self) -> None:
        at: dict[tuple[str, str], dict[int, list[Known]]] = defaultdict(lambda: defaultdict(list))
        for sheet in self.known:
            at[sheet.ministry, sheet.name_key][sheet.sheet_year].append(sheet)
        for by_year in at.values():
            last: Known | None = None
            for year in sorted(by_year):
                if len(by_year[year]) > 1:  # several projects of one name: the name decides nothing
                    last = None
                    continue
                sheet = by_year[year][0]
                if last is not None:
                    self.join(sheet.no, last.no, Reason.NAME)
                last = sheet
