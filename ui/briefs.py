"""Briefs for the page and for download: made by ``qa.brief``, handed on as bytes."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

from corpus.store.model import SheetInfo
from qa.brief.model import Brief
from ui.desk import info_of, series_sheets
from ui.library import Shelf

_matplotlib = threading.Lock()  # its pyplot-free API is still not safe to draw from two threads


@dataclasses.dataclass(frozen=True, slots=True)
class Format:
    """One way to take a brief away."""

    extension: str
    words: str
    media_type: str
    write: Callable[[Brief], bytes]


def _docx(brief: Brief) -> bytes:
    from qa.brief.word import to_docx

    return to_docx(brief)


def _xlsx(brief: Brief) -> bytes:
    from qa.brief.excel import to_xlsx

    return to_xlsx(brief)


def _markdown(brief: Brief) -> bytes:
    from qa.brief.markdown import to_markdown

    return to_markdown(brief).encode("utf-8")


def _html(brief: Brief) -> bytes:
    from qa.brief.html import to_html

    return to_html(brief).encode("utf-8")


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = (
    Format("docx", "Word", f"{_OFFICE}.wordprocessingml.document", _docx),
    Format("xlsx", "Excel", f"{_OFFICE}.spreadsheetml.sheet", _xlsx),
    Format("md", "Markdown", "text/markdown; charset=utf-8", _markdown),
    Format("html", "HTML", "text/html; charset=utf-8", _html),
)


def make(shelf: Shelf, sheet_id: str) -> Brief:
    """The brief of one sheet, with the earlier sheets of its project behind it. Raises NotFound."""
    from qa.brief.project import project_brief

    info = info_of(shelf, sheet_id)
    sheets = [shelf.corpus.sheet_at(other.no) for other in _up_to(shelf, info)]
    return project_brief(sheets)


def _up_to(shelf: Shelf, info: SheetInfo) -> list[SheetInfo]:
    """The sheet, then the project's sheets of earlier years, newest first."""
    earlier = [other for other in series_sheets(shelf, info) if other.sheet_year < info.sheet_year]
    return [info, *earlier]


def written(shelf: Shelf, sheet_id: str, extension: str) -> tuple[bytes, Format, SheetInfo]:
    """The brief as a document. Raises NotFound, KeyError for an unknown extension."""
    chosen = {one.extension: one for one in FORMATS}[extension]
    with _matplotlib:
        return chosen.write(make(shelf, sheet_id)), chosen, info_of(shelf, sheet_id)
