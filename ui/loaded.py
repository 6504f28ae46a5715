"""What the corpus holds, for the データ tab: files, counts, findings."""

from __future__ import annotations

from corpus.model import CorpusError, Finding, Severity
from ui.data_view import LoadedFile
from ui.library import Library, Shelf

_FILES_SHOWN = 200


def corpus_line(library: Library) -> tuple[str, int]:
    """One line for the head of the page, and the serial of the shelf (0 when there is none)."""
    try:
        shelf = library.shelf()
    except CorpusError as error:
        return str(error), 0
    years = shelf.summary.by_year
    span = f"{min(years)}～{max(years)}年度" if len(years) > 1 else f"{min(years, default=0)}年度"
    return f"{shelf.summary.sheets:,}枚のシート（{span}）", shelf.serial


def loaded_files(shelf: Shelf, limit: int = _FILES_SHOWN) -> tuple[list[LoadedFile], int]:
    """The files taken in (at most ``limit``), and how many there are."""
    rows = shelf.corpus.query("SELECT digest, name, kind, size, sheets FROM files ORDER BY name LIMIT ?", (limit,))
    total = shelf.corpus.query("SELECT count(*) FROM files")[0][0]
    return [LoadedFile(*row) for row in rows], total


def check_findings(shelf: Shelf) -> tuple[list[Finding], int]:
    """What ingest noted, and what ``rsqa check`` finds."""
    rows = shelf.corpus.query("SELECT severity, file, place, message, remedy FROM findings LIMIT 2000")
    found = [Finding(Severity(severity), *rest) for severity, *rest in rows]
    return found, len(found)


def sources_after_job(library: Library) -> frozenset[str]:
    """Open the newest generation; the paths its files were read from (their originals are kept for repair)."""
    library.refresh()
    try:
        rows = library.shelf().corpus.query("SELECT source FROM files")
    except CorpusError:
        return frozenset()
    return frozenset(row[0] for row in rows)
