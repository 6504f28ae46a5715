"""What a reader is given: the bytes of one file and the name a user knows it by. Data and plain I/O only."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import BinaryIO


@dataclasses.dataclass(frozen=True, slots=True)
class InputFile:
    """One file to read: already unpacked bytes, or a path to stream from.

    ``name`` is what citations show: the path the user gave relative to the ingested root with ``/``
    as separator, ``ZIP/inner name`` for a member of an archive.  It decides nothing; readers look at
    the content.  Either ``data`` holds the whole content, or ``path`` names a file on disk (large
    files are not copied into memory).
    """

    name: str
    data: bytes = b""
    path: Path | None = None

    @property
    def size(self) -> int:
        """Bytes of content. Raises OSError when ``path`` cannot be read."""
        return self.path.stat().st_size if self.path is not None else len(self.data)

    @property
    def basename(self) -> str:
        """The last part of the name, for places where the form leaves something to the file's name."""
        return self.name.replace("\\", "/").rsplit("/", 1)[-1]

    def open(self) -> BinaryIO:
        """A fresh binary stream at the start of the content. Raises OSError."""
        return self.path.open("rb") if self.path is not None else io.BytesIO(self.data)

    def read(self) -> bytes:
        """The whole content. Raises OSError."""
        return self.path.read_bytes() if self.path is not None else self.data

    def head(self, size: int = 4096) -> bytes:
        """The first ``size`` bytes, for recognising the kind of file. Raises OSError."""
        if self.path is None:
            return self.data[:size]
        with self.path.open("rb") as stream:
            return stream.read(size)
