"""Briefs for the page and for download: made by ``qa.brief``, kept for a moment, handed on as bytes."""

from __future__ import annotations

import collections
import dataclasses
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ui.desk import BadQuestion, NotFound
from ui.library import Shelf

if TYPE_CHECKING:
    from qa.brief.model import Brief

_KEPT = 16
_MAX_COMPARED = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Format:
    """One way to take a brief away."""

    extension: str
    words: str
    media_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = (
    Format("docx", "Word", f"{_OFFICE}.wordprocessingml.document"),
    Format("xlsx", "Excel", f"{_OFFICE}.spreadsheetml.sheet"),
    Format("md", "Markdown", "text/markdown; charset=utf-8"),
    Format("html", "HTML", "text/html; charset=utf-8"),
    Format("json", "JSON", "application/json"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """Which brief: ``kind`` is a key of ``KINDS``; the rest as that kind needs it."""

    kind: str = "project"
    sheet_ids: tuple[str, ...] = ()
    topic: str = ""
    ministry: str = ""
    sheet_year: int = 0

    def query(self) -> str:
        """The request as a URL query."""
        pairs = [("kind", self.kind), *(("sheet_id", one) for one in self.sheet_ids)]
        pairs += [(name, str(value)) for name in ("topic", "ministry", "sheet_year") if (value := getattr(self, name))]
        return urlencode(pairs)


def read_request(query: Mapping[str, str], sheet_ids: list[str]) -> Request:
    """A URL query as a request. Raises BadQuestion."""
    kind = query.get("kind", "project")
    if kind not in KINDS:
        raise BadQuestion(f"資料の種類「{kind}」はありません。")
    year = query.get("sheet_year", "")
    return Request(
        kind,
        tuple(sheet_ids[:_MAX_COMPARED]),
        query.get("topic", "")[:200],
        query.get("ministry", ""),
        int(year) if year.isdecimal() and len(year) == 4 else 0,
    )


def _one(request: Request) -> str:
    if not request.sheet_ids:
        raise BadQuestion("事業を選んでください。")
    return request.sheet_ids[0]


def _project(shelf: Shelf, request: Request) -> Brief:
    from qa.brief.service import brief_project

    return brief_project(shelf.corpus, _one(request))


def _long(shelf: Shelf, request: Request) -> Brief:
    from qa.brief.service import brief_project

    return brief_project(shelf.corpus, _one(request), long=True)


def _questions(shelf: Shelf, request: Request) -> Brief:
    from qa.brief.service import brief_questions

    return brief_questions(shelf.corpus, _one(request))


def _comparison(shelf: Shelf, request: Request) -> Brief:
    from qa.brief.service import brief_comparison

    return brief_comparison(shelf.corpus, request.sheet_ids)


def _topic(shelf: Shelf, request: Request) -> Brief:
    from qa.brief.service import brief_topic, topic_sheets

    if not request.topic.strip():
        raise BadQuestion("テーマを言葉で入力してください。")
    return brief_topic(shelf.corpus, request.topic, request.sheet_ids or topic_sheets(shelf.searcher, request.topic))


def _ministry(shelf: Shelf, request: Request) -> Brief:
    from qa.brief.service import brief_ministry

    return brief_ministry(shelf.corpus, request.ministry, request.sheet_year)


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """One kind of brief, what it is called, and how it is made."""

    words: str
    make: Callable[[Shelf, Request], Brief]


KINDS = {
    "project": Kind("事業の概要（A4 一枚）", _project),
    "long": Kind("事業の概要（詳しく）", _long),
    "questions": Kind("想定問答", _questions),
    "comparison": Kind("事業の比較", _comparison),
    "topic": Kind("テーマ別", _topic),
    "ministry": Kind("府省庁の一年", _ministry),
}


class Briefs:
    """Makes briefs and keeps the last few, so that preview and downloads show the same one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # matplotlib draws for one thread at a time
        self._kept: collections.OrderedDict[tuple[int, Request], Brief] = collections.OrderedDict()

    def brief(self, shelf: Shelf, request: Request) -> Brief:
        """Raises BadQuestion, NotFound."""
        with self._lock:
            return self._brief(shelf, request)

    def written(self, shelf: Shelf, request: Request, extension: str) -> bytes:
        """The brief as a document. Raises BadQuestion, NotFound, KeyError for an unknown extension."""
        from qa.brief.service import WRITERS

        with self._lock:
            return WRITERS[f".{extension}"](self._brief(shelf, request))

    def _brief(self, shelf: Shelf, request: Request) -> Brief:
        from qa.brief.service import BriefError

        key = (shelf.serial, request)
        if key not in self._kept:
            try:
                self._kept[key] = KINDS[request.kind].make(shelf, request)
            except BriefError as error:
                raise NotFound(str(error)) from error
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]
