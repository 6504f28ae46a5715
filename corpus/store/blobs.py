"""The blob file: encoded sheets in blocks, zstandard-compressed, each block with its own checksum.

A block holds the sheets of one project (a part of them, when they are many), the newest first: a
sheet repeats most of the year before, so that together they take half of the room they take alone.
A block is found by (offset, size) kept in ``sheets.sqlite``, a sheet in it by (begin, length); what
stands behind it is not unpacked.  For what repeats between projects there is a dictionary per
origin, trained on its sheets and stored beside the offsets.  Every block is checked by CRC-32 before
it is unpacked: a changed byte is an error, never a sheet.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import zstandard

from corpus.store.model import DamagedSnapshot

LEVEL = 9
DICTIONARY_BYTES = 320 * 1024
TRAINING_SHEETS = 1500
MAX_BLOCK_BYTES = 192 * 1024  # unpacked: what reading one sheet may cost; a larger sheet stands alone
_THREADS = 2
_MAX_SHEET_BYTES = 256 * 1024 * 1024  # what one sheet may unfold to


class Frame(NamedTuple):
    """Where a block lies: bytes of the file, their CRC-32, and the number of the dictionary (0: none)."""

    offset: int
    size: int
    crc: int
    dictionary: int


class Place(NamedTuple):
    """Where a sheet lies: its block, and its bytes in the unpacked block."""

    offset: int
    size: int
    crc: int
    dictionary: int
    begin: int
    length: int


def train_dictionary(samples: Sequence[bytes]) -> bytes:
    """A dictionary for sheets like ``samples``; b"" when they are too few to learn from."""
    if len(samples) < 50:
        return b""
    try:
        # fixed k and d: the search over parameters costs a minute and gains a percent
        trained = zstandard.train_dictionary(DICTIONARY_BYTES, list(samples), k=1024, d=8)
    except zstandard.ZstdError:  # samples too uniform or too short for a dictionary
        return b""
    return trained.as_bytes()


class Scratch:
    """Encoded sheets on their way into blocks: which sheets stand together is known only at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO = path.open("w+b")
        self._offset = 0
        self._compressor = zstandard.ZstdCompressor(level=1, write_checksum=True)
        self._decompressor = zstandard.ZstdDecompressor()

    def append(self, data: bytes) -> tuple[int, int]:
        """Keep one sheet; returns (offset, size)."""
        frame = self._compressor.compress(data)
        place = (self._offset, len(frame))
        self._file.write(frame)
        self._offset += len(frame)
        return place

    def read(self, place: tuple[int, int]) -> bytes:
        """A sheet kept before."""
        offset, size = place
        self._file.seek(offset)
        frame = self._file.read(size)
        self._file.seek(0, 2)
        return self._decompressor.decompress(frame, max_output_size=_MAX_SHEET_BYTES)

    def close(self) -> None:
        """Close and remove the file."""
        try:
            self._file.close()
        finally:
            self._path.unlink(missing_ok=True)


class BlobWriter:
    """Appends blocks to one file. Not thread-safe: the ingest has one writer."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self._offset = 0
        self._compressors: dict[int, zstandard.ZstdCompressor] = {}

    def use_dictionary(self, number: int, data: bytes) -> None:
        """Make dictionary ``number`` available; number 0 means none."""
        dictionary = zstandard.ZstdCompressionDict(data) if data else None
        if dictionary is not None:
            dictionary.precompute_compress(level=LEVEL)
        self._compressors[number] = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary)

    def append(self, blocks: Sequence[bytes], dictionary: int = 0) -> list[Frame]:
        """Compress blocks with both cores and write them in order."""
        if dictionary not in self._compressors:
            self.use_dictionary(dictionary, b"")
        packed = self._compressors[dictionary].multi_compress_to_buffer(list(blocks), threads=_THREADS)
        return [self.append_frame(packed[i].tobytes(), dictionary) for i in range(len(packed))]

    def append_frame(self, frame: bytes, dictionary: int) -> Frame:
        """Write a compressed block as it is (one kept from the previous generation)."""
        place = Frame(self._offset, len(frame), zlib.crc32(frame), dictionary)
        self._file.write(frame)
        self._offset += len(frame)
        return place

    def close(self) -> None:
        self._file.close()


class BlobReader:
    """Reads sheets by place; thread-safe."""

    def __init__(self, path: Path, load_dictionary: Callable[[int], bytes]) -> None:
        self._path = path
        self._file: BinaryIO = path.open("rb")
        self._lock = threading.Lock()
        self._load_dictionary = load_dictionary
        self._dictionaries: dict[int, zstandard.ZstdCompressionDict | None] = {0: None}
        self._local = threading.local()

    def read(self, place: Place) -> bytes:
        """The sheet's bytes. Raises DamagedSnapshot when they are not what was written."""
        frame = self.frame(Frame(*place[:4]))
        end = place.begin + place.length
        try:
            with self._decompressor(place.dictionary).stream_reader(frame) as stream:
                data = stream.read(end)
        except zstandard.ZstdError as error:
            raise DamagedSnapshot(
                self._path.name, f"{place.offset} バイト目からの圧縮データを展開できません"
            ) from error
        if len(data) != end:
            raise DamagedSnapshot(self._path.name, f"{place.offset} バイト目からの圧縮データが短すぎます")
        return data[place.begin :]

    def frame(self, place: Frame) -> bytes:
        """The compressed bytes of a block, checked."""
        with self._lock:
            self._file.seek(place.offset)
            frame = self._file.read(place.size)
        if len(frame) != place.size or zlib.crc32(frame) != place.crc:
            raise DamagedSnapshot(self._path.name, f"{place.offset} バイト目からの内容が記録と違います")
        return frame

    def _decompressor(self, dictionary: int) -> zstandard.ZstdDecompressor:
        # zstd contexts must not be shared between threads; dictionaries may
        mine: dict[int, zstandard.ZstdDecompressor] = self._local.__dict__.setdefault("by_number", {})
        if dictionary not in mine:
            with self._lock:
                if dictionary not in self._dictionaries:
                    data = self._load_dictionary(dictionary)
                    self._dictionaries[dictionary] = zstandard.ZstdCompressionDict(data) if data else None
                mine[dictionary] = zstandard.ZstdDecompressor(dict_data=self._dictionaries[dictionary])
        return mine[dictionary]

    def close(self) -> None:
        self._file.close()
