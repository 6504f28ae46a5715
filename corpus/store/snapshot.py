"""Generations on disk: naming, manifest, digests, the atomic switch and the writer's lock.

A generation is a folder that never changes once ``CURRENT`` names it.  ``CURRENT`` holds the folder's
name and the SHA-256 of its manifest; the manifest holds the size and SHA-256 of every other file.
So whoever has read ``CURRENT`` can tell every later byte that is not the one written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from corpus.store.model import FORMAT_VERSION, DamagedSnapshot, NoCorpus, StoreBusy, WrongVersion

CURRENT: Final = "CURRENT"
GENERATIONS: Final = "generations"
MANIFEST: Final = "manifest.json"
REPAIRING: Final = "repair-"  # beginning of the folder in which a repair builds
CACHE_FOLDER: Final = "cache"  # what an interrupted ingest has read; gone after the next commit
_LOCK: Final = "writer.lock"


def current_generation(data_dir: Path) -> tuple[Path, dict[str, Any]]:
    """Folder and checked manifest of the current generation.

    Raises NoCorpus, DamagedSnapshot or WrongVersion.
    """
    try:
        name, _, digest = (data_dir / CURRENT).read_text("ascii").strip().partition(" ")
    except (FileNotFoundError, NotADirectoryError) as error:
        if _complete(data_dir):  # sheets were taken in, and what names them is gone
            raise DamagedSnapshot(CURRENT, "ファイルがありません") from error
        raise NoCorpus(
            f"取り込まれたシートがありません: {data_dir} → rsqa ingest でレビューシートを取り込んでください"
        ) from error
    except UnicodeDecodeError as error:
        raise DamagedSnapshot(CURRENT, "世代の名前として読めません") from error
    if not (name.isdigit() and len(digest) == 64):
        raise DamagedSnapshot(CURRENT, "世代の名前として読めません")
    folder = data_dir / GENERATIONS / name
    return folder, _read_manifest(folder, digest)


def adopt(data_dir: Path) -> None:
    """Where ``CURRENT`` is missing, make the newest complete and sound generation the current one.

    That is the state which an interrupted first build was about to switch to, or which ``CURRENT``
    named before it was lost.  Call under ``writer_lock``.
    """
    if (data_dir / CURRENT).exists():
        return
    for name in reversed(_complete(data_dir)):
        folder = data_dir / GENERATIONS / name
        digest = file_digest(folder / MANIFEST)
        try:
            manifest = _read_manifest(folder, digest)
            for file in manifest["files"]:
                check_digest(folder, file, manifest)
        except (DamagedSnapshot, WrongVersion, ValueError, KeyError):
            continue  # cut off while it was written, or damaged since
        switch(data_dir, folder, digest)
        return


def _complete(data_dir: Path) -> list[str]:
    """Names of the generations that have a manifest: it is the last file to be written."""
    return [name for name in generation_names(data_dir) if (data_dir / GENERATIONS / name / MANIFEST).is_file()]


def _read_manifest(folder: Path, digest: str) -> dict[str, Any]:
    shown = f"{folder.name}/{MANIFEST}"
    try:
        content = (folder / MANIFEST).read_bytes()
    except FileNotFoundError as error:
        raise DamagedSnapshot(shown, f"{CURRENT} が指すファイルがありません") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise DamagedSnapshot(shown, f"内容が {CURRENT} の記録と違います")
    manifest: dict[str, Any] = json.loads(content)
    version = manifest["format_version"]
    if version != FORMAT_VERSION:
        raise WrongVersion(
            f"保存データの形式（版{version}）をこのプログラム（版{FORMAT_VERSION}）は読めません: {folder} → "
            + ("プログラムを新しくしてください" if version > FORMAT_VERSION else "rsqa repair で作り直してください")
        )
    return manifest


def check_size(folder: Path, name: str, manifest: dict[str, Any]) -> None:
    """Raises DamagedSnapshot when a file of the manifest is missing or of another size."""
    expected = manifest["files"].get(name)
    path = folder / name
    if expected is None or not path.is_file():
        raise DamagedSnapshot(f"{folder.name}/{name}", "ファイルがありません")
    size = path.stat().st_size
    if size != expected["size"]:
        raise DamagedSnapshot(f"{folder.name}/{name}", f"大きさが記録と違います（{size}バイト、記録は{expected['size']}バイト）")


def check_digest(folder: Path, name: str, manifest: dict[str, Any]) -> None:
    """Raises DamagedSnapshot unless the file is byte for byte the one written."""
    check_size(folder, name, manifest)
    if file_digest(folder / name) != manifest["files"][name]["sha256"]:
        raise DamagedSnapshot(f"{folder.name}/{name}", "内容が記録と違います")


def file_digest(path: Path) -> str:
    """SHA-256 of a file as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def draft_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder that is still being built (digests of the files as they are now)."""
    return {"format_version": FORMAT_VERSION, "files": _listing(folder)}


def _listing(folder: Path) -> dict[str, dict[str, Any]]:
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
    return {
        p.relative_to(folder).as_posix(): {"size": p.stat().st_size, "sha256": file_digest(p)} for p in paths
    }


def write_manifest(folder: Path, facts: dict[str, Any]) -> str:
    """Write the manifest over all files of ``folder``, flush everything to disk; returns its digest."""
    for path in (p for p in folder.rglob("*") if p.is_file()):
        _flush_file(path)
    files = _listing(folder)
    content = json.dumps(
        {"format_version": FORMAT_VERSION, **facts, "files": files}, ensure_ascii=False, indent=1
    ).encode()
    _write_flushed(folder / MANIFEST, content)
    for path in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
        _flush_folder(path)
    return hashlib.sha256(content).hexdigest()


def switch(data_dir: Path, folder: Path, digest: str) -> None:
    """Make ``folder`` the current generation: one atomic rename."""
    _flush_folder(folder.parent)
    fresh = data_dir / f"{CURRENT}.new"
    _write_flushed(fresh, f"{folder.name} {digest}\n".encode("ascii"))
    fresh.replace(data_dir / CURRENT)
    _flush_folder(data_dir)


def clean(data_dir: Path, keep: set[str]) -> None:
    """Remove generation folders not in ``keep`` (old ones, and what an interrupted build or repair left).

    A folder that is still open elsewhere (Windows) stays until the next time.  Call under ``writer_lock``.
    """
    root = data_dir / GENERATIONS
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.is_dir() and folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)
    for folder in data_dir.glob(f"{REPAIRING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def generation_names(data_dir: Path) -> list[str]:
    root = data_dir / GENERATIONS
    return sorted(p.name for p in root.iterdir() if p.is_dir() and p.name.isdigit()) if root.is_dir() else []


@contextlib.contextmanager
def writer_lock(data_dir: Path) -> Iterator[None]:
    """Hold the right to write; the operating system drops it when the process dies.

    Raises StoreBusy when another process holds it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / _LOCK).open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError as error:
            raise StoreBusy(
                f"ほかの取り込みが動いています: {data_dir} → 終わってから、もう一度実行してください"
            ) from error
        try:
            yield
        finally:
            _unlock(file.fileno())


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

    def _flush_folder(folder: Path) -> None:
        """Windows has no flush of a folder; its file system journals renames."""

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _flush_folder(folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _flush_file(path: Path) -> None:
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def _write_flushed(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
