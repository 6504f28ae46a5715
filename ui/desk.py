"""What the tabs ask of the library: every function takes a shelf and gives data or finished markup.

No HTTP here and no state but two caches: answers by token (for tables and edits) and examples.
"""

from __future__ import annotations

import collections
import dataclasses
import secrets
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from corpus.fields import Measure
from corpus.model import Table
from corpus.store.model import SheetInfo
from corpus.units import is_money, to_yen
from index.model import SearchFilter
from qa.model import Answer, Candidate, Interpretation, Operation, Status, Subject
from ui import answer_view, compare_view, form_view, search_view, sheet_view
from ui.charts import Line, bars, budget_chart
from ui.edits import apply_edits
from ui.figures import budget_and_execution, yearly
from ui.library import Shelf
from ui.markup import Safe, tag
from ui.questions import questions_of_cell

_ANSWERS_KEPT = 500
_CHART_YEARS = 8
_BARS = 20
_CITATIONS = 200


class NotFound(Exception):
    """What was asked for is not there; the message is Japanese, for the user."""


class BadQuestion(Exception):
    """A question that is refused before anything looks at it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """An answer that the page may come back to."""

    answer: Answer
    serial: int


class Answers:
    """The last answers by token; the oldest go first."""

    def __init__(self) -> None:
        self._kept: collections.OrderedDict[str, Kept] = collections.OrderedDict()
        self._lock = threading.Lock()

    def keep(self, answer: Answer, serial: int) -> str:
        token = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[token] = Kept(answer, serial)
            while len(self._kept) > _ANSWERS_KEPT:
                self._kept.popitem(last=False)
        return token

    def get(self, token: str) -> Kept | None:
        with self._lock:
            return self._kept.get(token)


def checked_question(question: str, limit: int) -> str:
    """The question, or BadQuestion: length is checked before any tokenizer sees the text."""
    if len(question) > limit:
        raise BadQuestion(f"質問は{limit:,}文字までです（今は{len(question):,}文字）。要点だけにして、もう一度お試しください。")
    clean = question.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")
    if not clean.strip():
        raise BadQuestion("質問を入力してください。")
    return clean


# ---- 質問 -----------------------------------------------------------------------------------------


def ask(
    shelf: Shelf,
    answers: Answers,
    question: str,
    sheet_id: str | None,
    session: str | None,
    edits: Mapping[str, Any] | None = None,
    token: str | None = None,
) -> dict[str, Any]:
    """One turn: the answer as markup and the data that the page needs to work with it."""
    interpretation = _edited(shelf, answers, question, sheet_id, session, edits, token) if edits else None
    answer = shelf.engine.ask(question, sheet_id=sheet_id, session=session, interpretation=interpretation)
    kept = answers.keep(answer, shelf.serial)
    view = answer_view.AnswerView(
        answer=answer,
        token=kept,
        verified=is_verified(answer),
        choices=choices(shelf, answer.interpretation),
        chart=chart(shelf, answer),
    )
    return {
        "html": answer_view.render(view),
        "token": kept,
        "question": question,
        "focus": sheet_id,
        "status": str(answer.status),
        "answer": answer.answer,
        "results": [{"label": r.label, "value": r.value, "unit": r.unit, "text": r.text} for r in answer.results[:200]],
        "citations": cited_places(answer),
    }


def cited_places(answer: Answer) -> list[dict[str, Any]]:
    """Where each citation stands, for the pane that shows it."""
    return [
        {"index": index, "sheet_id": one.sheet_id, "project": one.project, "file": one.file, "locator": one.locator}
        for index, one in enumerate(answer.citations[:_CITATIONS])
    ]


def _edited(
    shelf: Shelf,
    answers: Answers,
    question: str,
    sheet_id: str | None,
    session: str | None,
    edits: Mapping[str, Any],
    token: str | None,
) -> Interpretation | None:
    """A chip was changed: the interpretation of the answer before with that part replaced."""
    kept = answers.get(token) if token else None
    before = kept.answer.interpretation if kept is not None and kept.serial == shelf.serial else None
    if before is None:
        before = shelf.engine.ask(question, sheet_id=sheet_id, session=session).interpretation
    return None if before is None else apply_edits(shelf.corpus, before, edits)


def is_verified(answer: Answer) -> bool:
    """Run the figure lock on what is about to be shown."""
    from qa.lock import check

    return not check(answer)


def choices(shelf: Shelf, interpretation: Interpretation | None) -> answer_view.Choices:
    """What the chips may be changed to."""
    if interpretation is None:
        return answer_view.Choices()
    if interpretation.subject is Subject.MANY:
        years = sorted(shelf.summary.by_year, reverse=True)
        names = sorted(shelf.summary.by_ministry)
        return answer_view.Choices(tuple((y, "") for y in years), _form_years(years), tuple(names))
    sheets = same_project(shelf, interpretation.sheets)
    if not sheets:
        return answer_view.Choices()
    return answer_view.Choices(tuple((i.sheet_year, i.sheet_id) for i in sheets), _form_years(i.sheet_year for i in sheets))


def _form_years(sheet_years: Iterable[int]) -> tuple[int, ...]:
    """Fiscal years that the forms of these years have columns for (N-3 … N+1), newest first."""
    return tuple(sorted({year + step for year in sheet_years for step in range(-3, 2)}, reverse=True))


def same_project(shelf: Shelf, candidates: Sequence[Candidate]) -> list[SheetInfo]:
    """All sheets of the project of the first candidate, newest first."""
    if not candidates:
        return []
    return series_sheets(shelf, shelf.corpus.info(candidates[0].sheet_no))


def series_sheets(shelf: Shelf, info: SheetInfo) -> list[SheetInfo]:
    """All sheets of one project, newest first."""
    found = shelf.corpus.find("series = ?", (info.series,))
    return sorted(found, key=lambda i: (-i.sheet_year, i.number))


def chart(shelf: Shelf, answer: Answer) -> Safe:
    """What people would rather look at: budget and execution by year, or the amounts of a list as bars."""
    interpretation = answer.interpretation
    if answer.status is not Status.ANSWERED or interpretation is None or not answer.citations:
        return Safe("")
    if interpretation.subject in (Subject.PAYEE, Subject.MANY):
        return _bars(answer)
    if interpretation.subject is not Subject.FIGURE or interpretation.operation is Operation.COMPARE:
        return Safe("")
    if not interpretation.sheets:
        return Safe("")
    sheet_id = interpretation.sheets[0].sheet_id
    if interpretation.operation is Operation.TREND:
        return _fold(project_chart(shelf, sheet_id), opened=True)
    return _fold(tag("div", class_="lazy-chart", data_sheet=sheet_id), opened=False)


def _fold(body: Safe, opened: bool) -> Safe:
    if not body:
        return Safe("")
    return tag("details", tag("summary", "予算と執行の推移"), body, class_="chart-fold", open=opened)


def _bars(answer: Answer) -> Safe:
    """The results of a list, when they are amounts of named things."""
    listed = [result for result in answer.results if result.unit != "件"]  # beside a list: how many were compared
    found = [
        (result.text or result.label, to_yen(Decimal(result.value), result.unit))
        for result in listed
        if result.value is not None and result.unit is not None and is_money(result.unit)
    ]
    if not 2 <= len(found) <= _BARS or len(found) != len(listed):
        return Safe("")
    drawn = bars([name for name, _ in found], [yen for _, yen in found], "金額の比較")
    return tag("details", tag("summary", "グラフで見る"), tag("figure", drawn), class_="chart-fold", open=True)


def project_chart(shelf: Shelf, sheet_id: str) -> Safe:
    """Budget and execution of the project of a sheet by fiscal year; nothing with fewer than two years."""
    info = info_of(shelf, sheet_id)
    sheets = (shelf.corpus.sheet_at(other.no) for other in series_sheets(shelf, info))
    budget, executed, measure = budget_and_execution(sheets, _CHART_YEARS)
    years = sorted({*budget, *executed})[-_CHART_YEARS:]
    if len(years) < 2:
        return Safe("")
    drawn = budget_chart(
        years,
        Line("予算（計）" if measure is Measure.BUDGET_TOTAL else "当初予算", tuple(budget.get(y) for y in years)),
        Line("執行額", tuple(executed.get(y) for y in years)),
        f"{info.project}の予算と執行",
    )
    note = tag("p", "同じ年度が複数のシートにあるときは、新しいシートの数値。「–」は記載なし。", class_="dim")
    return tag("figure", drawn, note)


# ---- the sheet ------------------------------------------------------------------------------------


def info_of(shelf: Shelf, sheet_id: str) -> SheetInfo:
    """The sheet of that id. Raises NotFound."""
    found = shelf.corpus.find("sheet_id = ?", (sheet_id,))
    if not found:
        raise NotFound(f"シート {sheet_id} は、取り込んだデータにありません。")
    return found[0]


def sheet(shelf: Shelf, sheet_id: str) -> dict[str, Any]:
    """The sheet drawn, with the other years of its project."""
    info = info_of(shelf, sheet_id)
    links = [sheet_view.SheetLink(i.sheet_id, i.sheet_year) for i in series_sheets(shelf, info)]
    read = shelf.corpus.sheet_at(info.no)
    form = form_view.render(shelf.corpus, read)
    return {"html": sheet_view.render(read, links, form), "sheet_id": sheet_id, "project": info.project}


def cell(shelf: Shelf, sheet_id: str, at: str) -> Safe:
    """The questions that a clicked cell answers, each tried before it is offered."""
    info = info_of(shelf, sheet_id)
    questions = questions_of_cell(shelf, info, at)
    if not questions:
        return tag("p", "この枠だけで答えられる質問は、ここでは示せません。下の欄から質問してください。", class_="dim")
    items = [tag("li", tag("button", q, type="button", class_="suggest", data_question=q)) for q in questions]
    return tag("div", tag("p", "このセルで答えられる質問", class_="small-head"), tag("ul", *items))


def projects(shelf: Shelf, words: str, limit: int = 20) -> list[dict[str, Any]]:
    """Projects by part of their name, one entry per project with its newest sheet."""
    like = "%" + words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    found = shelf.corpus.find(
        "project LIKE ? ESCAPE '\\' OR sheet_id = ? OR number = ? ORDER BY length(project), sheet_year DESC LIMIT 400",
        (like, words.strip(), words.strip()),
    )
    by_series: dict[int, list[SheetInfo]] = {}
    for info in found:
        by_series.setdefault(info.series, []).append(info)
    listed = []
    for infos in list(by_series.values())[:limit]:
        newest = max(infos, key=lambda i: i.sheet_year)
        years = sorted(i.sheet_year for i in infos)
        span = f"{years[0]}年度シート" if years[0] == years[-1] else f"{years[0]}～{years[-1]}年度シート"
        listed.append({"sheet_id": newest.sheet_id, "project": newest.project, "ministry": newest.ministry, "years": span})
    return listed


# ---- さがす ---------------------------------------------------------------------------------------


def filter_options(shelf: Shelf) -> search_view.FilterOptions:
    """What the corpus offers to filter by."""
    accounts = shelf.corpus.query("SELECT DISTINCT account FROM sheets WHERE account <> '' AND instr(account, '、') = 0")
    return search_view.FilterOptions(
        tuple(sorted(shelf.summary.by_ministry)),
        tuple(sorted(shelf.summary.by_year, reverse=True)),
        tuple(sorted(row[0] for row in accounts))[:60],
    )


def _yen(text: str) -> int | None:
    """億円 as typed → yen. Raises BadQuestion."""
    return int(_typed(text, "予算", _MOST_OKU) * 10**8) if text else None


def _share(text: str) -> float | None:
    return float(_typed(text, "執行率", _MOST_PERCENT)) / 100 if text else None


def _typed(text: str, what: str, most: int) -> Decimal:
    """A number of a filter control. Raises BadQuestion for what is none, or larger than any sheet prints.

    The exponent is bounded before anything is calculated: ``1e999990`` is eight characters, and a number
    of a million digits.
    """
    shown = text[:_SHOWN_DIGITS]
    try:
        value = Decimal(text) if len(text) <= _SHOWN_DIGITS else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise BadQuestion(f"{what}の「{shown}」は数として読めません。半角の数字で入力してください。")
    if value.adjusted() > len(str(most)) or abs(value) > most:
        raise BadQuestion(f"{what}の「{shown}」は大きすぎます。{most:,}以下の数を入力してください。")
    return value


_SHOWN_DIGITS = 24
_MOST_OKU = 100_000_000  # 億円: ten thousand 兆円, a hundred times the national budget
_MOST_PERCENT = 1_000_000


def search_filter(query: Mapping[str, str]) -> SearchFilter:
    """The filter controls as the searcher's filter."""

    def one(name: str) -> tuple[str, ...]:
        return (query[name],) if query.get(name) else ()

    year = query.get("sheet_year", "")
    if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
        raise BadQuestion(f"シート年度の「{year[:_SHOWN_DIGITS]}」は読めません。西暦4桁で入力してください。")
    return SearchFilter(
        ministries=one("ministry"),
        sheet_years=(int(year),) if year else (),
        sections=one("section"),
        accounts=one("account"),
        budget_yen=(_yen(query.get("budget_from", "")), _yen(query.get("budget_to", ""))),
        execution_rate=(_share(query.get("rate_from", "")), _share(query.get("rate_to", ""))),
    )


def search(shelf: Shelf, words: str, query: Mapping[str, str], k: int = 20) -> Safe:
    """Projects, best first, as lines with their years and a chart."""
    begun = time.perf_counter()
    hits = shelf.searcher.search(words, k, search_filter(query))
    found = [search_view.Found(hit, shelf.corpus.info(hit.sheet_no).series) for hit in hits]
    figures = yearly(shelf.corpus, [one.series for one in found], [Measure.BUDGET_TOTAL, Measure.INITIAL])
    return search_view.hits(found, figures, (time.perf_counter() - begun) * 1000)


# ---- 比べる ---------------------------------------------------------------------------------------


def compare(shelf: Shelf, sheet_ids: Sequence[str], measure: str) -> dict[str, Any]:
    """Up to six projects side by side."""
    if measure not in compare_view.MEASURES:
        raise BadQuestion(f"項目「{measure}」は比べられません。")
    infos = [info_of(shelf, sheet_id) for sheet_id in sheet_ids[: compare_view.MAX_PROJECTS]]
    rows = [_compare_row(shelf, info, measure) for info in infos]
    projects_ = [{"sheet_id": i.sheet_id, "project": i.project, "ministry": i.ministry} for i in infos]
    return {"html": compare_view.result(rows, measure), "projects": projects_}


def _compare_row(shelf: Shelf, info: SheetInfo, measure: str) -> compare_view.Row:
    figures: dict[int, compare_view.Printed] = {}
    for other in series_sheets(shelf, info):  # newest first: the first that reports a year counts
        read = shelf.corpus.sheet_at(other.no)
        for pos, one in enumerate(read.cells):
            year = one.fiscal_year
            if one.measure != measure or one.table is not Table.BUDGET or one.item or year is None or one.value is None:
                continue
            money = one.unit is not None and is_money(one.unit)
            yen = to_yen(one.value, one.unit) if money and one.unit else one.value
            figures.setdefault(year, compare_view.Printed(other.sheet_id, pos, one, yen))
    return compare_view.Row(info.sheet_id, info.project, info.ministry, figures)
