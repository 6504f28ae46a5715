"""The write path of the product: files in or out → corpus and index → one new generation, or nothing.

``corpus`` fills a generation, ``index`` is built beside it, and only then does the generation become
the current one.  Whatever fails before that leaves what is stored as it was.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from corpus import ingest
from corpus.garbage import without_collections
from corpus.ingest_model import Options, Progress, ProgressCallback, Report
from corpus.model import CorpusError
from corpus.readers.walk import Given
from corpus.store import schema, snapshot
from corpus.store.model import DamagedSnapshot
from corpus.store.writer import FileRecord, Generation, new_generation
from index import meta
from index.build import FOLDER, build
from index.embed.encoder import load_encoder
from index.settings import IndexSettings

_DEFAULTS = IndexSettings()
_log = logging.getLogger(__name__)


class CannotRepair(CorpusError):
    """The stored data cannot be rebuilt: what is missing, and what to do instead."""


def take_in(
    data_dir: Path,
    paths: Sequence[Path | Given],
    progress: ProgressCallback | None = None,
    settings: IndexSettings = _DEFAULTS,
    options: Options | None = None,
    dry_run: bool = False,
) -> Report:
    """Read files, folders and zips into the data folder. A dry run reads everything and stores nothing.

    When neither a sheet changes nor a new file gave sheets, the stored generation stays.  Raises StoreBusy, DamagedSnapshot, ModelError.
    """
    if dry_run:
        return _dry_run(data_dir, paths, progress, options)
    return _write(data_dir, lambda generation: ingest.ingest(paths, generation, progress, options), progress, settings)


def take_out(
    data_dir: Path,
    names: Iterable[str],
    progress: ProgressCallback | None = None,
    settings: IndexSettings = _DEFAULTS,
) -> Report:
    """Remove sheets, named by sheet id or by their file. Raises StoreBusy, DamagedSnapshot, ModelError."""
    return _write(data_dir, lambda generation: ingest.remove(generation, names), progress, settings)


def repair(
    data_dir: Path,
    progress: ProgressCallback | None = None,
    settings: IndexSettings = _DEFAULTS,
    options: Options | None = None,
    *,
    allow_fewer: bool = False,
) -> Report:
    """Rebuild corpus and index from the files they were read from, beside the damaged ones, then switch.

    Raises CannotRepair when the list of files cannot be read, one of them is gone, or fewer sheets come
    of them than are stored (unless ``allow_fewer``); nothing is changed then.
    """
    stored = _stored(data_dir)
    sources = ingest.recorded(stored.files)
    missing = [given.path for given in sources if not given.path.exists()]
    if missing:
        listed = "、".join(str(path) for path in missing[:5]) + (f" ほか{len(missing) - 5}件" if missing[5:] else "")
        raise CannotRepair(
            f"元のファイルがありません: {listed} → 元の場所に戻すか、rsqa ingest で取り込み直してください"
        )
    with snapshot.writer_lock(data_dir), tempfile.TemporaryDirectory(prefix=snapshot.REPAIRING, dir=data_dir) as work:
        report = take_in(Path(work), sources, progress, settings, options)
        if report.summary is None or report.summary.sheets == 0:
            raise CannotRepair("元のファイルからシートを1枚も読めませんでした → rsqa ingest で取り込み直してください")
        if stored.removed:
            report.summary = take_out(Path(work), stored.removed, progress, settings).summary
        found = 0 if report.summary is None else report.summary.sheets
        built, _ = snapshot.current_generation(Path(work))
        lost = sorted(stored.ids - _ids(built))
        if (lost or found < stored.sheets) and not allow_fewer:
            raise CannotRepair(_fewer(stored, found, lost, report))
        _move_in(data_dir, built)
    return report


def _write(
    data_dir: Path,
    fill: Callable[[Generation], Report],
    progress: ProgressCallback | None,
    settings: IndexSettings,
) -> Report:
    with without_collections(), new_generation(data_dir) as generation:
        report = fill(generation)
        summary = report.summary
        if summary is None or (summary.sheets == 0 and generation.previous is None):
            return report
        changes = generation.changes
        if changes.added or changes.replaced or changes.removed or not _is_indexed(generation, settings):
            _index(generation, progress, settings)
        elif not any(record.sheets for record in generation.new_files):
            return report
        elif not _take_over_index(generation):  # the files are remembered, so that they are not read again
            _index(generation, progress, settings)
        generation.commit()
    return report


def _is_indexed(generation: Generation, settings: IndexSettings) -> bool:
    """Whether the current generation has an index of the configured model."""
    if generation.previous is None:
        return False
    folder = generation.previous.path / FOLDER
    return meta.matches_model(folder, load_encoder(settings.embedding).identity)


def _index(generation: Generation, progress: ProgressCallback | None, settings: IndexSettings) -> None:
    before = _sound_index(generation)

    def tell(stage: str, done: int, total: int) -> None:
        if progress is not None:
            progress(Progress(stage, done, total, 0))

    with generation.open() as corpus:
        build(corpus, generation.path / FOLDER, settings, tell, before)


def _take_over_index(generation: Generation) -> bool:
    """The previous generation's index for the same sheets; False when it cannot be trusted."""
    before = _sound_index(generation)
    if before is None:
        return False
    shutil.copytree(before, generation.path / FOLDER)
    with generation.open() as corpus:
        meta.renew(generation.path / FOLDER, corpus)
    return True


def _sound_index(generation: Generation) -> Path | None:
    """The previous generation's index folder when every byte of it is as written: its vectors are taken over."""
    previous = generation.previous
    if previous is None:
        return None
    names = [name for name in previous.manifest["files"] if name.startswith(f"{FOLDER}/")]
    try:
        for name in names:
            previous.verified(name)
    except DamagedSnapshot as error:
        _log.warning("the index is built anew: %s", error)
        return None
    return previous.path / FOLDER if names else None


def _dry_run(
    data_dir: Path, paths: Sequence[Path | Given], progress: ProgressCallback | None, options: Options | None
) -> Report:
    """As an ingest that is never committed; a folder that is not there yet is not made."""
    if data_dir.is_dir():
        with new_generation(data_dir) as generation:
            return ingest.ingest(paths, generation, progress, options)
    with tempfile.TemporaryDirectory(prefix="rsqa-") as empty, new_generation(empty) as generation:
        return ingest.ingest(paths, generation, progress, options)


@dataclasses.dataclass(frozen=True, slots=True)
class _Stored:
    """What a generation says of itself: its files, how many sheets it holds, and those taken out by name."""

    files: tuple[FileRecord, ...]
    sheets: int
    removed: tuple[str, ...]
    ids: frozenset[str] = frozenset()  # of its sheets, as far as the database can still be read


def _ids(folder: Path) -> frozenset[str]:
    """Ids of a generation's sheets; none where its database cannot be read (then only their number is known)."""
    with (
        contextlib.suppress(sqlite3.DatabaseError),
        contextlib.closing(_connect(folder / schema.SHEETS_FILE)) as connection,
    ):
        return frozenset(row[0] for row in connection.execute("SELECT sheet_id FROM sheet_rows"))
    return frozenset()


def _fewer(stored: _Stored, found: int, missing: Sequence[str], report: Report) -> str:
    if missing and found >= stored.sheets:
        more = f" ほか{len(missing) - 3}枚" if missing[3:] else ""
        return (
            f"保存されているシートのうち{len(missing):,}枚が元のファイルにないため、作り直しませんでした: {'、'.join(missing[:3])}{more}"
            " → 元のファイルを戻してから rsqa repair を実行してください。なくなってもよいときは --allow-fewer を付けてください"
        )
    shown = "、".join(f"{finding.file}（{finding.message}）" for finding in report.rejected[:3])
    return (
        f"元のファイルから読めたシートは{found:,}枚で、保存されている{stored.sheets:,}枚より少ないため、作り直しませんでした"
        + (f": {shown}" if shown else "")
        + " → 元のファイルを戻してから rsqa repair を実行してください。少なくなってもよいときは --allow-fewer を付けてください"
    )


def _stored(data_dir: Path) -> _Stored:
    """What is stored, by the generation that CURRENT names; where that cannot be read, by the newest complete one.

    A folder without a manifest was never finished, and says what an interrupted command had come to:
    it is asked last.  The list stands in the database and in the manifest: one may be damaged.
    """
    for name in _by_trust(data_dir):
        folder = data_dir / snapshot.GENERATIONS / name
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            manifest = json.loads((folder / snapshot.MANIFEST).read_bytes())
            files = tuple(FileRecord(**record) for record in manifest["sources"])
            return _Stored(files, int(manifest["sheets"]), tuple(manifest.get("removed", ())), _ids(folder))
        with (
            contextlib.suppress(sqlite3.DatabaseError),
            contextlib.closing(_connect(folder / schema.SHEETS_FILE)) as connection,
        ):
            rows = connection.execute("SELECT digest, name, source, kind, size, sheets FROM files").fetchall()
            count = connection.execute("SELECT count(*) FROM sheet_rows").fetchone()[0]
            removed = connection.execute("SELECT DISTINCT sheet_id FROM removed").fetchall()
            return _Stored(tuple(FileRecord(*row) for row in rows), int(count), tuple(row[0] for row in removed), _ids(folder))
    raise CannotRepair(
        f"{data_dir}: 取り込んだファイルの記録を読めません → rsqa ingest で元のファイルを取り込み直してください"
    )


def _by_trust(data_dir: Path) -> list[str]:
    """Names of the generations: the current one, then complete ones, then what was left unfinished; newest first."""
    names = list(reversed(snapshot.generation_names(data_dir)))
    current = ""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        current = (data_dir / snapshot.CURRENT).read_text("ascii").partition(" ")[0]
    complete = {name for name in names if (data_dir / snapshot.GENERATIONS / name / snapshot.MANIFEST).is_file()}
    return sorted(names, key=lambda name: (name != current, name not in complete))


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _move_in(data_dir: Path, built: Path) -> None:
    """Give a rebuilt generation the next number and make it the current one."""
    number = max((int(name) for name in snapshot.generation_names(data_dir)), default=0) + 1
    folder = data_dir / snapshot.GENERATIONS / f"{number:06d}"
    folder.parent.mkdir(exist_ok=True)
    shutil.move(built, folder)
    manifest = (folder / snapshot.MANIFEST).read_bytes()
    snapshot.switch(data_dir, folder, hashlib.sha256(manifest).hexdigest())
    snapshot.clean(data_dir, {folder.name})


def report_data(report: Report) -> dict[str, object]:
    """A report as plain data, for ``--json`` and for programs."""
    data = dataclasses.asdict(report)
    data["findings"] = [
        {"severity": f.severity.value, "file": f.file, "place": f.place, "message": f.message, "remedy": f.remedy}
        for f in report.findings
    ]
    return data
