"""The types of the store: what is known of a sheet without reading it, and the store's own errors."""

from __future__ import annotations

import dataclasses

from corpus.model import CorpusError, Origin

FORMAT_VERSION = 3


@dataclasses.dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet without its cells. ``no`` is its number in the store, ``series`` that of its project.

    ``bureau``, ``division``, ``account`` are the printed texts ("" when the sheet has none; several
    accounts are joined with ``、``).
    """

    no: int
    sheet_id: str
    sheet_year: int
    ministry: str
    number: str
    project: str
    series: int
    origin: Origin
    file: str
    place: str
    bureau: str
    division: str
    account: str


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """What a corpus holds. ``figures`` counts the cells that have a number."""

    sheets: int
    cells: int
    figures: int
    sections: int
    series: int
    payees: int
    by_year: dict[int, int]
    by_ministry: dict[str, int]
    by_origin: dict[str, int]


class NoCorpus(CorpusError):
    """The data folder holds no corpus yet."""


class DamagedSnapshot(CorpusError):
    """A stored file is missing, cut, changed or of another format version."""

    def __init__(self, file: str, found: str) -> None:
        super().__init__(
            f"保存データが壊れています: {file}: {found} → rsqa repair で元のファイルから作り直してください"
        )
        self.file = file


class CannotStore(CorpusError):
    """The next generation could not be written (disk full, no right to write, no memory); the old one stays."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(
            f"保存できません: {place}: {why} → 空き容量・メモリーと書込みの権限を確かめて、もう一度実行してください"
            "（保存済みのデータは変わっていません）"
        )


class StoreBusy(CorpusError):
    """Another process is writing to the data folder."""


class WrongVersion(CorpusError):
    """The data folder was written by another version of the program."""
