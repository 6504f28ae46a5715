"""Which sheets stand together in a block of the blob file, and which blocks are taken over as they are."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from corpus.store.blobs import MAX_BLOCK_BYTES, TRAINING_SHEETS, BlobWriter, Frame, Scratch, train_dictionary
from corpus.store.reader import Corpus

_BATCH: Final = 64  # blocks compressed at once


class Member(NamedTuple):
    """A sheet to be written: ``kept`` is its number in the previous generation, ``place`` that in the scratch file."""

    no: int
    series: int
    sheet_year: int
    origin: str
    kept: int | None
    place: tuple[int, int]
    length: int


class BlockWriter:
    """Writes the blob file of a generation.

    Afterwards ``frames`` are its blocks and ``places[no]`` is (number of the block, begin, length).
    """

    def __init__(self, path: Path, previous: Corpus | None, scratch: Scratch) -> None:
        self.frames: list[Frame] = []
        self.places: dict[int, tuple[int, int, int]] = {}
        self._previous = previous
        self._scratch = scratch
        self._blobs = BlobWriter(path)
        self._known: dict[int, tuple[str, bytes]] = {}  # dictionaries by number
        self._newest: dict[str, int] = {}  # origin → dictionary
        self._old_places: dict[int, tuple[int, int, int]] = {}
        self._old_blocks: dict[int, tuple[Frame, list[int]]] = {}

    def write(self, members: list[Member]) -> None:
        """Write all sheets, those of a project (``series``) together."""
        if self._previous is not None:
            self._read_previous(self._previous)
        self._train(members)
        fresh: dict[int, list[list[Member]]] = defaultdict(list)  # by dictionary
        for block in _blocks([self._measured(member) for member in members]):
            if (frame := self._taken_over(block)) is not None:
                self._place(block, frame)
                continue
            dictionary = self._newest.get(block[0].origin, 0)
            fresh[dictionary].append(block)
            if len(fresh[dictionary]) == _BATCH:
                self._compress(fresh.pop(dictionary), dictionary)
        for dictionary, blocks in fresh.items():
            self._compress(blocks, dictionary)

    def dictionaries(self) -> Iterator[tuple[int, str, bytes]]:
        """(number, origin, data) of every dictionary that is needed to read what was written, or for what comes."""
        used = {frame.dictionary for frame in self.frames} | set(self._newest.values())
        return ((number, *self._known[number]) for number in sorted(used - {0}))

    def close(self) -> None:
        self._blobs.close()

    def _read_previous(self, previous: Corpus) -> None:
        for number, origin, data in previous.query("SELECT number, origin, data FROM dictionaries ORDER BY number"):
            self._learn(number, origin, bytes(data))
        query = "SELECT number, offset, size, crc, dictionary FROM blocks"
        self._old_blocks = {number: (Frame(*frame), []) for number, *frame in previous.query(query)}
        for no, *place in previous.query("SELECT no, block, begin, length FROM sheet_rows ORDER BY block, begin"):
            self._old_places[no] = (place[0], place[1], place[2])
            self._old_blocks[place[0]][1].append(no)

    def _train(self, members: Iterable[Member]) -> None:
        """A dictionary for every origin that has none, or had one when there were but few of its sheets."""
        fresh: dict[str, list[Member]] = defaultdict(list)
        kept: Counter[str] = Counter()
        for member in members:
            if member.kept is None:
                fresh[member.origin].append(member)
            else:
                kept[member.origin] += 1
        for origin, found in fresh.items():
            if origin in self._newest and (len(found) < TRAINING_SHEETS or len(found) < kept[origin]):
                continue
            step = -(-len(found) // TRAINING_SHEETS)  # of all years alike
            if data := train_dictionary([self._scratch.read(member.place) for member in found[::step]]):
                self._learn(max(self._known, default=0) + 1, origin, data)

    def _learn(self, number: int, origin: str, data: bytes) -> None:
        self._known[number] = (origin, data)
        self._newest[origin] = number
        self._blobs.use_dictionary(number, data)

    def _measured(self, member: Member) -> Member:
        return member if member.kept is None else member._replace(length=self._old_places[member.kept][2])

    def _taken_over(self, block: list[Member]) -> Frame | None:
        """The previous generation's block of just these sheets, written as it is."""
        if self._previous is None or block[0].kept is None:
            return None
        old, nos = self._old_blocks[self._old_places[block[0].kept][0]]
        if nos != [member.kept for member in block]:
            return None
        return self._blobs.append_frame(self._previous.frame(old), old.dictionary)

    def _compress(self, blocks: list[list[Member]], dictionary: int) -> None:
        contents = [b"".join(self._content(member) for member in block) for block in blocks]
        for block, frame in zip(blocks, self._blobs.append(contents, dictionary), strict=True):
            self._place(block, frame)

    def _content(self, member: Member) -> bytes:
        if member.kept is None or self._previous is None:
            return self._scratch.read(member.place)
        return self._previous.encoded(member.kept)

    def _place(self, block: list[Member], frame: Frame) -> None:
        begin = 0
        for member in block:
            self.places[member.no] = (len(self.frames), begin, member.length)
            begin += member.length
        self.frames.append(frame)


def _blocks(members: Iterable[Member]) -> Iterator[list[Member]]:
    """Sheets of one project, newest first, in blocks of at most ``MAX_BLOCK_BYTES`` (or one sheet)."""
    ordered = sorted(members, key=lambda member: (member.series, -member.sheet_year, member.no))
    for _, project in itertools.groupby(ordered, key=lambda member: member.series):
        block: list[Member] = []
        size = 0
        for member in project:
            if block and (size + member.length > MAX_BLOCK_BYTES or member.origin != block[0].origin):
                yield block
                block, size = [], 0
            block.append(member)
            size += member.length
        yield block
