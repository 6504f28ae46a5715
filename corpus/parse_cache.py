"""What an interrupted ingest has already read, so that the next one goes on where it stopped.

Only forms are kept (a PDF takes up to seconds, a line of JUDGIT! a millisecond).  An entry is found by
the file's content and name and by the program that read it; anything that cannot be read back is as
if it were not there.  The folder is removed by the commit that makes it needless.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Final

import orjson
import zstandard

from corpus.model import Finding, Severity
from corpus.reading import Parsed
from corpus.store.codec import decode
from corpus.store.encoded import prepare

_MAX_BYTES: Final = 256 * 1024 * 1024


class ParseCache:
    """Results of reading forms, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, digest: str, name: str) -> Parsed | None:
        """What reading that file gave, or None."""
        try:
            packed = self._path(digest, name).read_bytes()
            findings, sheets = orjson.loads(zstandard.ZstdDecompressor().decompress(packed, _MAX_BYTES))
            return Parsed(
                tuple(prepare(decode(sheet.encode())) for sheet in sheets),
                tuple(Finding(Severity(severity), *rest) for severity, *rest in findings),
            )
        except (OSError, zstandard.ZstdError, ValueError, TypeError):
            return None

    def put(self, digest: str, name: str, parsed: Parsed) -> None:
        """Keep a result; one without sheets is not kept, so that it is tried again."""
        if not parsed.sheets:
            return
        findings = [[f.severity.value, f.file, f.place, f.message, f.remedy] for f in parsed.findings]
        content = orjson.dumps([findings, [sheet.data.decode() for sheet in parsed.sheets]])
        packed = zstandard.ZstdCompressor(write_checksum=True).compress(content)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(digest, name)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(packed)
        fresh.replace(path)

    def _path(self, digest: str, name: str) -> Path:
        key = hashlib.sha256(f"{_program()}\n{digest}\n{name}".encode()).hexdigest()
        return self._folder / f"{key[:40]}.zst"


@functools.cache
def _program() -> str:
    """Changes whenever the code that reads does."""
    code = Path(__file__).parent
    return hashlib.sha256(b"".join(p.read_bytes() for p in sorted(code.rglob("*.py")))).hexdigest()
