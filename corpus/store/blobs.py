"""The blob file: encoded sheets back to back, zstandard-compressed, each with its own checksum.

A sheet is found by (offset, size) kept in ``sheets.sqlite``.  Sheets of one origin look alike, so a
dictionary trained on the first of them halves the size; dictionaries are stored beside the offsets.
Every frame is checked by CRC-32 before it is unpacked: a changed byte is an error, never a sheet.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import zstandard

from corpus.store.model import DamagedSnapshot

LEVEL = 6  # with the larger dictionary as small as level 9 without it, in two thirds of the time
DICTIONARY_BYTES = 320 * 1024
TRAINING_SHEETS = 1500
_MAX_SHEET_BYTES = 256 * 1024 * 1024  # what one frame may unfold to


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


class BlobWriter:
    """Appends frames to one file. Not thread-safe: the ingest has one writer."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("w+b")
        self._offset = 0
        self._compressors: dict[int, zstandard.ZstdCompressor] = {}
        self._dictionaries: dict[int, zstandard.ZstdCompressionDict] = {}

    def use_dictionary(self, number: int, data: bytes) -> None:
        """Make dictionary ``number`` available; number 0 means none."""
        dictionary = zstandard.ZstdCompressionDict(data) if data else None
        if dictionary is not None:
            dictionary.precompute_compress(level=LEVEL)
            self._dictionaries[number] = dictionary
        self._compressors[number] = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary)

    def append(self, data: bytes, dictionary: int = 0) -> tuple[int, int, int]:
        """Write one sheet; returns (offset, size, crc32 of the frame)."""
        if dictionary not in self._compressors:
            self.use_dictionary(dictionary, b"")
        return self.append_frame(self._compressors[dictionary].compress(data))

    def append_frame(self, frame: bytes) -> tuple[int, int, int]:
        """Write one frame as it is (a sheet kept from the previous generation)."""
        place = (self._offset, len(frame), zlib.crc32(frame))
        self._file.write(frame)
        self._offset += len(frame)
        return place

    def read_back(self, place: tuple[int, int, int, int]) -> bytes:
        """A sheet written before, unpacked."""
        offset, size, _, dictionary = place
        self._file.seek(offset)
        frame = self._file.read(size)
        self._file.seek(0, 2)
        data = self._dictionaries.get(dictionary)
        return zstandard.ZstdDecompressor(dict_data=data).decompress(frame, max_output_size=_MAX_SHEET_BYTES)

    def close(self) -> None:
        self._file.close()


class BlobReader:
    """Reads frames by place; thread-safe."""

    def __init__(self, path: Path, load_dictionary: Callable[[int], bytes]) -> None:
        self._path = path
        self._file: BinaryIO = path.open("rb")
        self._lock = threading.Lock()
        self._load_dictionary = load_dictionary
        self._dictionaries: dict[int, zstandard.ZstdCompressionDict | None] = {0: None}
        self._local = threading.local()

    def read(self, offset: int, size: int, crc: int, dictionary: int) -> bytes:
        """The sheet's bytes. Raises DamagedSnapshot when they are not what was written."""
        frame = self.frame(offset, size, crc)
        try:
            return self._decompressor(dictionary).decompress(frame, max_output_size=_MAX_SHEET_BYTES)
        except zstandard.ZstdError as error:
            raise DamagedSnapshot(self._path.name, f"{offset} バイト目からの圧縮データを展開できません") from error

    def frame(self, offset: int, size: int, crc: int) -> bytes:
        """The compressed bytes at a place, checked."""
        with self._lock:
            self._file.seek(offset)
            frame = self._file.read(size)
        if len(frame) != size or zlib.crc32(frame) != crc:
            raise DamagedSnapshot(self._path.name, f"{offset} バイト目からの内容が記録と違います")
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
