"""What the corpus holds, for the データ tab: files, counts, findings."""

from __future__ import annotations

from corpus.checks import check
from corpus.model import CorpusError, Finding, Severity
from corpus.units import plain
from corpus.years import official
from ui.data_view import LoadedFile
from ui.library import Library, Shelf
from ui.table_view import FullTable

_FILES_SHOWN = 200
_FINDINGS = 100
_CHECK_HEADER = ("種類", "事業", "シート", "年度", "項目", "記載（新しいシート）", "計算（古いシート）", "差", "単位")


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


def ingest_findings(shelf: Shelf) -> tuple[list[Finding], int]:
    """What was noted when files were taken in (at most ``_FINDINGS``), and how much there is."""
    rows = shelf.corpus.query("SELECT severity, file, place, message, remedy FROM findings LIMIT ?", (_FINDINGS,))
    total = shelf.corpus.query("SELECT count(*) FROM findings")[0][0]
    return [Finding(Severity(severity), *rest) for severity, *rest in rows], total


def check_table(shelf: Shelf) -> FullTable:
    """Every figure that does not add up or differs between sheets, one row each (as ``rsqa check``)."""
    infos = {info.no: info for info in shelf.corpus.infos()}
    rows = []
    for found in check(shelf.corpus):
        info = infos[found.no]
        year = official(found.fiscal_year) if found.fiscal_year is not None else ""
        measure = f"{found.item} {found.measure}".strip()
        amounts = (plain(found.printed), plain(found.computed), plain(found.difference), found.unit)
        rows.append((str(found.kind), info.project, info.sheet_id, year, measure, *amounts))
    return FullTable(_CHECK_HEADER, tuple(rows))


def sources_after_job(library: Library) -> frozenset[str]:
    """Open the newest generation; the paths its files were read from (their originals are kept for repair)."""
    library.refresh()
    try:
        rows = library.shelf().corpus.query("SELECT source FROM files")
    except CorpusError:
        return frozenset()
    return frozenset(row[0] for row in rows)
