"""Paths a user gives → the files in them: folders and zips opened, each within limits.

Names are shown as ``relative/path`` below the given folder, and ``ZIP/inner name`` inside archives.
Nothing is written to disk: a member of an archive is unpacked in memory, so a name like ``../x``
can reach nothing; it is reported and left out all the same.
"""

from __future__ import annotations

import contextlib
import dataclasses
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from corpus.model import Finding, Severity, UnreadableFile
from corpus.readers.recognise import FileKind, recognise
from corpus.readers.source import InputFile

_IGNORED_NAMES: Final = frozenset({"Thumbs.db", "desktop.ini", "__MACOSX"})
_UTF8_FLAG: Final = 0x800


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may unfold to, all its levels together."""

    members: int = 20_000
    member_bytes: int = 256 * 1024 * 1024
    total_bytes: int = 2 * 1024 * 1024 * 1024
    ratio: int = 100  # unpacked / packed, for members over a megabyte; real files have up to 18
    depth: int = 3


@dataclasses.dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read, its kind, and the file on disk it is in (for ``rsqa repair``)."""

    file: InputFile
    kind: FileKind
    source: Path


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """A file on disk under the name it had in an earlier ingest (when it came from a folder)."""

    path: Path
    name: str


def walk(paths: Iterable[Path | Given], limits: Limits | None = None) -> Iterator[FoundFile | Finding]:
    """Every readable file below ``paths`` in a fixed order; a finding for each that is none.

    Hidden files and what operating systems leave in folders are passed over without a word.
    """
    for given in paths:
        path = given.path if isinstance(given, Given) else given
        if not path.exists():
            yield Finding(Severity.REJECTED, str(path), "", "ファイルもフォルダーもありません", "パスを確認してください")
        elif path.is_dir():
            for inner in sorted(p for p in path.rglob("*") if p.is_file() and not _is_ignored(p.relative_to(path).parts)):
                yield from _file(InputFile(inner.relative_to(path).as_posix(), path=inner), inner, limits or Limits())
        else:
            name = given.name if isinstance(given, Given) else path.name
            yield from _file(InputFile(name, path=path), path, limits or Limits())


def _is_ignored(parts: Iterable[str]) -> bool:
    return any(part in _IGNORED_NAMES or (part.startswith((".", "~$")) and part != "..") for part in parts)


def _file(file: InputFile, source: Path, limits: Limits) -> Iterator[FoundFile | Finding]:
    try:
        kind = recognise(file)
        if kind is FileKind.ARCHIVE:
            yield from _Archive(source, limits).members(file, 1)
        else:
            yield FoundFile(file, kind, source)
    except UnreadableFile as error:
        yield error.finding
    except OSError as error:
        yield Finding(
            Severity.REJECTED, file.name, "", f"ファイルを開けません（{error.strerror or error}）", "読む権限があるか確認してください"
        )


class _Archive:
    """One archive on disk and those inside it, with one budget for all."""

    def __init__(self, source: Path, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._bytes = 0
        self._members = 0

    def members(self, file: InputFile, depth: int) -> Iterator[FoundFile | Finding]:
        if depth > self._limits.depth:
            raise UnreadableFile(file.name, "zipの入れ子が深すぎます", "展開してから指定してください")
        with file.open() as stream, zipfile.ZipFile(stream) as archive:
            for member in sorted(archive.infolist(), key=_name):
                if member.is_dir() or _is_ignored(_name(member).split("/")):
                    continue
                yield from self._member(file, archive, member, depth)

    def _member(
        self, file: InputFile, archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int
    ) -> Iterator[FoundFile | Finding]:
        name = f"{file.name}/{_name(member)}"
        try:
            inner = InputFile(name, self._unpack(name, archive, member))
            kind = recognise(inner)
            if kind is FileKind.ARCHIVE:
                yield from self.members(inner, depth + 1)
            else:
                yield FoundFile(inner, kind, self._source)
        except UnreadableFile as error:
            yield error.finding

    def _unpack(self, name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
        self._check(name, member)
        try:
            with archive.open(member) as stream:
                data = stream.read(member.file_size + 1)  # never more than was promised
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise UnreadableFile(name, "zipの中のファイルが壊れています", "ダウンロードし直してください") from error
        except RuntimeError as error:  # what zipfile raises for a password
            raise UnreadableFile(
                name, "パスワードで保護されています", "パスワードを外して展開してから指定してください"
            ) from error
        if len(data) > member.file_size:
            raise UnreadableFile(name, "zipの記録と大きさが違います", "ダウンロードし直してください")
        return data

    def _check(self, name: str, member: zipfile.ZipInfo) -> None:
        limits = self._limits
        self._members += 1
        self._bytes += member.file_size
        parts = _name(member).split("/")
        if ".." in parts or _name(member).startswith("/") or ":" in parts[0] or any(map(_is_control, name)):
            raise UnreadableFile(
                ascii(name)[1:-1], "zipの中の名前が、外を指すか制御文字を含みます", "展開し、名前を直してから指定してください"
            )
        too_dense = member.file_size > 1 << 20 and member.file_size > limits.ratio * max(member.compress_size, 1)
        if member.file_size > limits.member_bytes or self._bytes > limits.total_bytes or too_dense:
            raise UnreadableFile(name, "展開すると大きくなりすぎるzipです", "中身を確認し、展開してから指定してください")
        if self._members > limits.members:
            raise UnreadableFile(name, f"zipの中のファイルが多すぎます（{limits.members:,}を超えました）", "分けて指定してください")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs")


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name; zips made on Japanese Windows hold Shift_JIS without saying so."""
    name = member.filename
    if not member.flag_bits & _UTF8_FLAG:
        with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
            name = name.encode("cp437").decode("cp932")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))
