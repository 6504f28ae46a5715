"""Briefs from a corpus: the one door for the command line, the app and programs.

Every function returns a brief that the lock has checked; ``save`` writes it in the form its file
name asks for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from corpus.fields import Measure
from corpus.model import CorpusError, Sheet
from corpus.text import name_key
from index.model import SearchFilter
from qa.brief.excel import to_xlsx
from qa.brief.expected import expected_questions
from qa.brief.facts import Median, execution_rate
from qa.brief.fit import fit_page
from qa.brief.html import to_html
from qa.brief.lock import locked
from qa.brief.many import comparison, ministry_brief, topic_brief
from qa.brief.markdown import to_data, to_markdown
from qa.brief.model import Brief
from qa.brief.project import LONG, project_brief
from qa.brief.sources import timeline
from qa.brief.word import to_docx

if TYPE_CHECKING:
    from corpus.store.model import SheetInfo
    from corpus.store.reader import Corpus
    from index.search import Searcher

TOPIC_PROJECTS = 12

WRITERS: dict[str, Callable[[Brief], bytes]] = {
    ".docx": to_docx,
    ".xlsx": to_xlsx,
    ".md": lambda brief: to_markdown(brief).encode(),
    ".html": lambda brief: to_html(brief).encode(),
    ".json": lambda brief: json.dumps(to_data(brief), ensure_ascii=False, indent=1).encode(),
}


class BriefError(CorpusError):
    """A brief cannot be made; the message is Japanese and says what to give instead."""


class ManyProjects(BriefError):
    """A name fits several projects; ``candidates`` are their sheets, newest first."""

    def __init__(self, text: str, candidates: Sequence[SheetInfo]) -> None:
        listed = "、".join(info.sheet_id for info in candidates[:8])
        super().__init__(f"「{text}」に当てはまる事業が複数あります → シートIDで指定してください: {listed}")
        self.candidates = tuple(candidates)


def resolve(corpus: Corpus, text: str) -> SheetInfo:
    """The sheet of a sheet ID, or the newest of a project's name.

    Raises BriefError when nothing fits and ManyProjects when several projects have the name.
    """
    found = corpus.find("sheet_id = ?", (text.strip(),))
    if found:
        return found[0]
    named = corpus.find("name_key = ?", (name_key(text),))
    if not named:
        raise BriefError(
            f"「{text}」というシートIDも事業名も見つかりません → rsqa search で探すか、シートID（年度/府省庁/番号）を指定してください"
        )
    newest: dict[int, SheetInfo] = {}
    for info in named:
        if info.series not in newest or info.sheet_year > newest[info.series].sheet_year:
            newest[info.series] = info
    ordered = sorted(newest.values(), key=lambda info: -info.sheet_year)
    if len(ordered) > 1:
        raise ManyProjects(text, ordered)
    return ordered[0]


def sheets_until(corpus: Corpus, info: SheetInfo) -> list[Sheet]:
    """The sheet and the older ones of its project, newest first.

    Sheets published later are left out: a brief of a sheet says what was known when it came out.
    """
    others = [o for o in corpus.find("series = ?", (info.series,)) if o.sheet_year < info.sheet_year]
    others.sort(key=lambda o: -o.sheet_year)
    return [corpus.sheet_at(o.no) for o in (info, *others)]


def brief_project(corpus: Corpus, text: str, *, long: bool = False) -> Brief:
    """The brief of one project by sheet ID or name; one A4 page unless ``long``. Raises BriefError."""
    info = resolve(corpus, text)
    sheets = sheets_until(corpus, info)
    median = ministry_median(corpus, info.ministry, info.sheet_year)
    if long:
        return locked(project_brief(sheets, LONG, median))
    return locked(fit_page(lambda limits: project_brief(sheets, limits, median)))


def brief_questions(corpus: Corpus, text: str) -> Brief:
    """想定問答 of one sheet by sheet ID or name. Raises BriefError."""
    return locked(expected_questions(sheets_until(corpus, resolve(corpus, text))))


def topic_sheets(searcher: Searcher, topic: str, k: int = TOPIC_PROJECTS) -> list[str]:
    """Sheet IDs of the projects found for a topic, best first: a proposal the user may edit."""
    return [hit.sheet_id for hit in searcher.search(topic, k=k, filter=SearchFilter())]


def brief_topic(corpus: Corpus, topic: str, sheet_ids: Sequence[str]) -> Brief:
    """A topic over the given projects, each once. Raises BriefError when none is known."""
    groups, seen = [], set()
    for sheet_id in sheet_ids:
        info = resolve(corpus, sheet_id)
        if info.series not in seen:
            seen.add(info.series)
            groups.append(sheets_until(corpus, info))
    if not groups:
        raise BriefError(f"「{topic}」に当てはまる事業がありません → 別の言葉で試してください")
    return locked(topic_brief(topic, groups))


def brief_ministry(corpus: Corpus, ministry: str, sheet_year: int) -> Brief:
    """All sheets of a ministry of one sheet year. Raises BriefError when there is none."""
    infos = corpus.find("ministry = ? AND sheet_year = ?", (ministry, sheet_year))
    if not infos:
        raise BriefError(f"{ministry}の{sheet_year}年度のシートがありません → rsqa corpus で収録範囲を確認してください")
    return locked(ministry_brief(ministry, sheet_year, [[corpus.sheet_at(info.no)] for info in infos]))


def brief_comparison(corpus: Corpus, texts: Sequence[str]) -> Brief:
    """Two to five projects (or two years of one) side by side. Raises BriefError."""
    groups = [sheets_until(corpus, resolve(corpus, text)) for text in texts]
    if not 2 <= len(groups) <= 5:
        raise BriefError(f"比較できるのは2～5事業です（{len(groups)}件が指定されました）")
    return locked(comparison(groups))


def ministry_median(corpus: Corpus, ministry: str, sheet_year: int) -> Median | None:
    """The median of 執行額 / 計 over a ministry's sheets of one year; None with fewer than three."""
    rows = corpus.facts(
        "SELECT e.no, e.amount_yen / t.amount_yen AS rate FROM cells e "
        "JOIN cells t ON t.no = e.no AND t.fiscal_year = e.fiscal_year AND t.measure = ? AND t.tbl = e.tbl "
        "AND t.scope = e.scope JOIN sheets s ON s.no = e.no "
        "WHERE e.measure = ? AND e.tbl = '予算額・執行額' AND e.scope = '計' AND e.sheet_year = ? "
        "AND t.sheet_year = e.sheet_year AND e.fiscal_year = ? AND s.ministry = ? AND t.amount_yen > 0 "
        "ORDER BY rate, e.no",
        (Measure.BUDGET_TOTAL.value, Measure.EXECUTED.value, sheet_year, sheet_year - 1, ministry),
    )
    if len(rows) < 3:
        return None
    middle = rows[(len(rows) - 1) // 2 : len(rows) // 2 + 1]
    deciding = []
    for row in middle:
        line = timeline([corpus.sheet_at(cast(int, row[0]))])
        rate = execution_rate(line, sheet_year - 1)
        if rate is None:
            return None
        deciding.append(rate[1])
    return Median(ministry, sheet_year - 1, tuple(deciding))


def save(brief: Brief, path: Path) -> None:
    """Write the brief in the form of the file name's ending. Raises BriefError for another ending."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        endings = "、".join(WRITERS)
        raise BriefError(f"{path.name}: この拡張子では書き出せません → {endings} のどれかにしてください")
    path.write_bytes(writer(brief))
