"""One answer as HTML: figure first, then the words, the cells it stands on, and what to do next."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from corpus.fields import Field, Measure
from qa.model import Answer, Candidate, Citation, Interpretation, Operation, Result, Status, Subject
from ui.markup import Safe, join, tag
from ui.prose import cite, plain, prose
from ui.texts import figure, with_years, year

_STATUS_WORDS = {
    Status.ANSWERED: ("ok", "回答"),
    Status.NOT_RECORDED: ("none", "記載なし"),
    Status.NOT_FOUND: ("none", "該当なし"),
    Status.AMBIGUOUS: ("ask", "候補から選んでください"),
    Status.UNSUPPORTED: ("none", "対象外"),
}
_CITED = re.compile(r"(?<!rows)\[(\d+)\]")
_MANY_RESULTS_SHOWN = 12
_CLIP = 80
_SINGLE_OPERATIONS = (
    Operation.LOOKUP,
    Operation.DIFFERENCE,
    Operation.GROWTH_RATE,
    Operation.SUM,
    Operation.MEAN,
    Operation.MAX_YEAR,
    Operation.MIN_YEAR,
    Operation.TREND,
    Operation.EXECUTION_RATE,
    Operation.UNUSED,
)
_PAYEE_OPERATIONS = tuple(op for op in Operation if op.name.startswith("PAYEE_"))
_MANY_OPERATIONS = tuple(op for op in Operation if op.name.startswith("AGG_"))
_LISTS = frozenset(
    {
        Operation.TREND,
        Operation.YEARS_OVER,
        Operation.COMPARE,
        Operation.PAYEE_LIST,
        Operation.PAYEE_ONE_BIDDER,
        Operation.AGG_TOP,
        Operation.AGG_THRESHOLD,
        Operation.AGG_GROUP,
    }
)
_BUDGET_MEASURES = (
    Measure.INITIAL,
    Measure.SUPPLEMENTARY,
    Measure.CARRIED_IN,
    Measure.CARRIED_OUT,
    Measure.RESERVE,
    Measure.BUDGET_TOTAL,
    Measure.EXECUTED,
    Measure.EXECUTION_RATE,
    Measure.REQUEST,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Choices:
    """What the chips of an answer may be changed to; found in the corpus, newest first."""

    sheet_years: tuple[tuple[int, str], ...] = ()  # (sheet year, sheet id)
    fiscal_years: tuple[int, ...] = ()
    ministries: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class AnswerView:
    """Everything one answer card shows. ``verified``: the figure lock passed on what is shown."""

    answer: Answer
    token: str
    verified: bool
    choices: Choices = Choices()
    chart: Safe | None = None


def render(view: AnswerView) -> Safe:
    """The whole card."""
    answer = view.answer
    kind, words = _STATUS_WORDS[answer.status]
    return tag(
        "article",
        tag("h2", answer.question, class_="question"),
        _chips(view),
        tag(
            "div",
            tag("p", tag("span", words, class_=f"status status-{kind}"), _badge(view), class_="answer-top"),
            _headline(answer),
            view.chart if _is_list(answer) else None,
            tag("div", prose(answer.answer, len(answer.citations)), class_="prose"),
            None if _is_list(answer) else view.chart,
            _results(answer),
            _candidates(answer.candidates),
            _citations(answer.citations),
            _table_link(view),
            class_="answer-body",
        ),
        _suggestions(answer.suggestions),
        _tools(answer),
        class_=f"answer answer-{kind}",
        data_token=view.token,
        data_status=str(answer.status),
    )


def _is_list(answer: Answer) -> bool:
    """Whether the answer is its whole list, and not its first result."""
    operation = answer.interpretation.operation if answer.interpretation is not None else None
    return operation in _LISTS and len(answer.results) > 1


def _badge(view: AnswerView) -> Safe | None:
    if not view.answer.citations:
        return None
    if view.verified:
        hint = "表示した数値が、すべて出典のセルの印字、その単位換算、または式を示した計算結果であることを、表示の前に照合しています。"
        return tag("span", "✓ 数値はすべて出典と照合済み", class_="badge", title=hint)
    return tag("span", "出典との照合ができていません", class_="badge badge-bad")


def _headline(answer: Answer) -> Safe | None:
    """The primary result, large; a list has none."""
    if answer.status is not Status.ANSWERED or not answer.results or _is_list(answer):
        return None
    first = answer.results[0]
    shown: Safe | None
    if first.value is not None:
        shown = tag("p", figure(first.value, first.unit), *_marks(first), class_="big")
    elif first.text is not None and len(first.text) <= 60:
        shown = tag("p", first.text, *_marks(first), class_="big big-text")
    else:
        return None
    name = first.text if first.value is not None and first.text else None
    label = tag("p", with_years(first.label), tag("span", f"　{name}") if name else None, class_="big-label")
    return tag("div", label, shown, _derivation(first), class_="headline")


def _marks(result: Result) -> list[Safe]:
    return [cite(index) for index in result.citations[:8]]


def _derivation(result: Result) -> Safe | None:
    if result.derivation is None:
        return None
    pieces = _CITED.split(result.derivation)  # the rows of a table have columns, not citations
    shown: list[Safe | str] = [cite(int(piece)) if number % 2 else piece for number, piece in enumerate(pieces)]
    return tag("p", "計算式 ", *shown, class_="derivation")


def _results(answer: Answer) -> Safe | None:
    """More than one result: a table, one line each."""
    results = answer.results
    if answer.status is not Status.ANSWERED or len(results) < 2 or answer.table is not None:
        return None
    rows = [
        tag(
            "tr",
            tag("th", with_years(result.label), scope="row"),
            tag("td", figure(result.value, result.unit) if result.value is not None else plain(result.text or "")),
            tag("td", *_marks(result)),
        )
        for result in results[:_MANY_RESULTS_SHOWN]
    ]
    rest = len(results) - len(rows)
    more = tag("p", f"ほか{rest}件は下の「一覧表」で見られます。", class_="dim") if rest > 0 else None
    head = tag("tr", *(tag("th", name, scope="col") for name in ("項目", "値", "根拠")))
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="grid results")
    region = tag("div", table, class_="scroll", tabindex=0, role="region", aria_label="結果の一覧")
    return tag("details", tag("summary", f"表で見る（{len(results)}件）"), region, more, class_="cites")


def _candidates(candidates: Sequence[Candidate]) -> Safe | None:
    if not candidates:
        return None
    buttons = [
        tag(
            "li",
            tag(
                "button",
                tag("span", candidate.project, class_="cand-name"),
                tag("span", f"{candidate.ministry}　", year(candidate.sheet_year), "シート", class_="cand-sub"),
                type="button",
                class_="candidate",
                data_sheet=candidate.sheet_id,
            ),
        )
        for candidate in candidates
    ]
    return tag("ul", *buttons, class_="candidates", aria_label="候補の事業")


def _citations(citations: Sequence[Citation]) -> Safe | None:
    if not citations:
        return None
    rows = [
        tag(
            "tr",
            tag("td", cite(index)),
            tag("td", _printed(citation), class_="raw"),
            tag("td", " ＞ ".join(part for part in (citation.section, citation.row, citation.column) if part)),
            tag("td", citation.project, tag("br"), tag("span", citation.ministry, " ", year(citation.sheet_year))),
            tag("td", citation.file, tag("br"), tag("span", citation.locator, class_="dim"), class_="place"),
        )
        for index, citation in enumerate(citations[:50])
    ]
    names = ("番号", "印字", "表・行・列", "シート", "ファイルと場所")
    head = tag("tr", *(tag("th", name, scope="col") for name in names))
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="grid citations")
    label = f"根拠のセル {len(citations)}件" + ("（先頭50件を表示）" if len(citations) > 50 else "")
    region = tag("div", table, class_="scroll", tabindex=0, role="region", aria_label="根拠のセルの一覧")
    return tag("details", tag("summary", label), region, class_="cites", open=len(citations) <= 2)


def _printed(citation: Citation) -> Safe:
    """The printed text, clipped when long, and its unit when the text does not carry it."""
    text = citation.raw if len(citation.raw) <= _CLIP else citation.raw[: _CLIP - 1] + "…"
    unit = citation.unit if citation.value is not None and citation.unit and citation.unit not in citation.raw else None
    return join(text or "（空欄）", tag("span", unit, class_="unit") if unit else None)


def _table_link(view: AnswerView) -> Safe | None:
    table = view.answer.table
    if table is None and len(view.answer.results) <= _MANY_RESULTS_SHOWN:
        return None
    count = len(table.rows) if table is not None else len(view.answer.results)
    button = tag("button", f"一覧表（{count:,}件）を開く", type="button", class_="open-table button", data_token=view.token)
    return tag("p", button)


def _suggestions(suggestions: Sequence[str]) -> Safe | None:
    if not suggestions:
        return None
    items = [tag("li", tag("button", text, type="button", class_="suggest", data_question=text)) for text in suggestions]
    return tag("div", tag("p", "続けて聞けること", class_="small-head"), tag("ul", *items), class_="suggestions")


def _tools(answer: Answer) -> Safe:
    tools = [("copy-text", "文章をコピー")]
    if answer.results:
        tools.append(("copy-table", "表をコピー"))
    tools += [("copy-link", "リンクをコピー"), ("print", "印刷")]
    buttons = [tag("button", words, type="button", class_="tool", data_tool=name) for name, words in tools]
    took = tag("span", f"{answer.elapsed_ms:.0f}ミリ秒", class_="took dim", title="答えを作るのにかかった時間")
    return tag("div", *buttons, took, class_="answer-tools", role="group", aria_label="この回答の操作")


# ---- the interpretation as chips ------------------------------------------------------------------


def _chips(view: AnswerView) -> Safe | None:
    """What was understood, each part of it a control: changing one asks again."""
    interpretation = view.answer.interpretation
    if interpretation is None or interpretation.subject is Subject.NONE:
        return None
    controls = [
        _project_chip(interpretation),
        _ministry_chip(interpretation, view.choices),
        _sheet_year_chip(interpretation, view.choices),
        _fiscal_year_chip(interpretation, view.choices),
        _measure_chip(interpretation),
        _operation_chip(interpretation),
    ]
    shown = [control for control in controls if control is not None]
    label = tag("span", "こう読み取りました", class_="chips-label", id=f"cl-{view.token}")
    return tag("form", label, *shown, class_="chips", aria_labelledby=f"cl-{view.token}")


def _chip(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> Safe:
    drawn = [tag("option", words, value=value, selected=value == chosen) for value, words in options]
    return tag("label", tag("span", label), tag("select", *drawn, name=name), class_="chip")


def _project_chip(interpretation: Interpretation) -> Safe | None:
    if not interpretation.sheets or interpretation.subject is Subject.MANY:
        return None
    first = interpretation.sheets[0]
    button = tag("button", first.project, type="button", class_="pick-project", title="別の事業に替える")
    return tag("span", tag("span", "事業"), button, class_="chip")


def _ministry_chip(interpretation: Interpretation, choices: Choices) -> Safe | None:
    if interpretation.subject is not Subject.MANY or not choices.ministries:
        return None
    options = [("", "すべて"), *((name, name) for name in choices.ministries)]
    return _chip("ministry", "府省庁", options, interpretation.filter.ministry)


def _sheet_year_chip(interpretation: Interpretation, choices: Choices) -> Safe | None:
    if not choices.sheet_years:
        return None
    automatic = "最新" if interpretation.subject is not Subject.MANY else "自動"
    options = [("", automatic), *((str(y), f"{_short_year(y)}") for y, _ in choices.sheet_years)]
    chosen = str(interpretation.sheet_year) if interpretation.sheet_year is not None else ""
    return _chip("sheet_year", "シート年度", options, chosen)


def _short_year(fiscal_year: int) -> str:
    from corpus.years import official

    return official(fiscal_year)


def _fiscal_year_chip(interpretation: Interpretation, choices: Choices) -> Safe | None:
    if interpretation.subject is Subject.TEXT or not (choices.fiscal_years or interpretation.fiscal_years):
        return None
    asked = interpretation.fiscal_years
    options = [("", "すべて・自動")]
    if len(asked) > 1:
        options.append((",".join(map(str, asked)), "、".join(map(_short_year, asked))))
    known = sorted({*choices.fiscal_years, *asked}, reverse=True)
    options += [(str(fiscal_year), _short_year(fiscal_year)) for fiscal_year in known]
    return _chip("fiscal_years", "年度", options, ",".join(map(str, asked)))


def _measure_chip(interpretation: Interpretation) -> Safe | None:
    if interpretation.subject is Subject.TEXT:
        names = [str(field) for field in Field]
        return _chip("field", "項目", [(name, name) for name in names], interpretation.field)
    if interpretation.subject is Subject.PAYEE:
        return None
    chosen = interpretation.measures[0] if interpretation.measures else ""
    names = [str(measure) for measure in _BUDGET_MEASURES]
    if chosen not in names:
        names = [chosen, *names]
    return _chip("measure", "項目", [(name, name or "（指定なし）") for name in names], chosen)


def _operation_chip(interpretation: Interpretation) -> Safe | None:
    families = {
        Subject.FIGURE: _SINGLE_OPERATIONS,
        Subject.PAYEE: _PAYEE_OPERATIONS,
        Subject.MANY: _MANY_OPERATIONS,
    }
    operations = families.get(interpretation.subject)
    if operations is None:
        return None
    names = [str(operation) for operation in operations]
    if str(interpretation.operation) not in names:
        names.insert(0, str(interpretation.operation))
    return _chip("operation", "計算", [(name, name) for name in names], str(interpretation.operation))
