"""The 集計 tab: a question over many sheets, its full table page by page, and what was left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from qa.model import Answer
from ui.markup import Safe, join, tag
from ui.prose import prose
from ui.search_view import FilterOptions
from ui.texts import with_years

PAGE_ROWS = 50
_LEAD = (
    "多くのシートにまたがる問いに、数えたシートと数えなかったシートを示して答えます。"
    "条件を選ぶと、質問の文になります。"
)
# (value, words shown, pattern of the question); {m} 府省庁の, {s} シート年度, {y} 年度, {i} 項目, {n} 件数 or 基準
KINDS = (
    ("top", "大きい順に並べる", "{m}{s}レビューシートで、{y}の{i}が大きい事業を上から{n}件"),
    ("sum", "合計する", "{m}{s}レビューシートで、{y}の{i}の合計は？"),
    ("count", "事業を数える", "{m}{s}レビューシートの事業は何件？"),
    ("rate", "執行率が低い事業", "{m}{s}レビューシートで、{y}の執行率が{n}%未満の事業は？"),
    ("over", "金額が大きい事業", "{m}{s}レビューシートで、{y}の{i}が{n}億円以上の事業は？"),
)
_MEASURES = ("当初予算", "執行額", "予算計")


def render() -> Safe:
    """The empty tab."""
    return join(
        tag("h2", "集計", class_="panel-title"),
        tag("p", _LEAD, class_="lead"),
        tag("div", id="aggregate-builder", class_="filters"),
        tag(
            "form",
            tag("label", "集計の質問", for_="aggregate-question", class_="sr"),
            tag("input", type="text", id="aggregate-question", class_="box", maxlength=2000, autocomplete="off"),
            tag("button", "集計する", type="submit", class_="button primary"),
            id="aggregate-form",
            class_="search-row",
        ),
        tag("div", id="aggregate-answer", aria_live="polite"),
        tag("div", id="aggregate-table", aria_live="polite"),
    )


def builder(options: FilterOptions) -> Safe:
    """Controls that write the question."""
    years = options.sheet_years
    newest = years[0] if years else 0
    fiscal = sorted({y - d for y in years for d in range(4)}, reverse=True)
    return join(
        _select("kind", "集計", [(key, words) for key, words, _ in KINDS], KINDS[0][0]),
        _select("ministry", "府省庁", [("", "全府省庁"), *((m, m) for m in options.ministries)], ""),
        _select("sheet_year", "シート年度", [(str(y), f"{y}年度") for y in years], str(newest)),
        _select("fiscal_year", "年度", [(str(y), f"{y}年度") for y in fiscal], str(newest - 1)),
        _select("measure", "項目", [(name, name) for name in _MEASURES], "執行額"),
        tag(
            "label",
            tag("span", "件数・基準"),
            tag("input", type="number", name="number", value=10, min=1, step=1, class_="short"),
            class_="field",
        ),
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> Safe:
    drawn = [tag("option", words, value=value, selected=value == chosen) for value, words in options]
    return tag("label", tag("span", label), tag("select", *drawn, name=name), class_="field")


def patterns() -> dict[str, str]:
    """Question pattern per kind, for the script that writes the question."""
    return {key: pattern for key, _, pattern in KINDS}


def summary(answer: Answer) -> Safe:
    """The answer in words, above its table; for a list the first lines are enough."""
    text = answer.answer if answer.table is None else "\n".join(answer.answer.split("\n")[:14])
    return tag("div", prose(text, 0), class_="prose answer-body")


# ---- the full table -------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class FullTable:
    """Every row behind an answer; the browser only ever gets one page of it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out_header: tuple[str, ...] = ()
    left_out: tuple[tuple[str, ...], ...] = ()


def full_table(answer: Answer) -> FullTable:
    """The answer's own table, or one made of its results."""
    if answer.table is not None:
        table = answer.table
        return FullTable(table.header, table.rows, table.left_out_header, table.left_out)
    rows = []
    for result in answer.results:
        cited = [answer.citations[i] for i in result.citations[:1]]
        sheet_id = cited[0].sheet_id if cited else ""
        rows.append((result.label, result.value or result.text or "", result.unit or "", sheet_id))
    return FullTable(("項目", "値", "単位", "シート"), tuple(rows))


def _sort_key(text: str) -> tuple[int, Decimal, str]:
    try:
        return (0, Decimal(text.replace(",", "").replace("▲", "-")), "")
    except InvalidOperation:
        return (1, Decimal(0), text)


def page(table: FullTable, token: str, number: int, sort: int, descending: bool, left_out: bool) -> Safe:
    """One page (from 0) of the table or of what was left out, sorted on the server."""
    header, rows = (table.left_out_header, table.left_out) if left_out else (table.header, table.rows)
    if 0 <= sort < len(header):
        rows = tuple(sorted(rows, key=lambda row: _sort_key(row[sort]), reverse=descending))
    pages = max(1, -(-len(rows) // PAGE_ROWS))
    number = min(max(number, 0), pages - 1)
    shown = rows[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]
    saved = f"/ui/table.csv?token={token}" + ("&left_out=1" if left_out else "")
    return tag(
        "section",
        _switch(table, left_out),
        tag(
            "div",
            _drawn(header, shown, sort, descending),
            class_="scroll",
            tabindex=0,
            role="region",
            aria_label="一覧表",
        ),
        _pager(number, pages, len(rows)),
        tag("p", tag("a", "CSV で保存", href=saved, class_="button", download=True)),
        data_token=token,
        data_page=number,
        data_sort=sort,
        data_desc=1 if descending else 0,
        data_left=1 if left_out else 0,
    )


def _switch(table: FullTable, left_out: bool) -> Safe:
    buttons = [
        tag("button", words, type="button", class_="tool", data_show=key, aria_pressed="true" if (key == "1") == left_out else "false")
        for key, words in (("0", f"数えた行 {len(table.rows):,}件"), ("1", f"数えなかった行 {len(table.left_out):,}件"))
        if key == "0" or table.left_out
    ]
    return tag("div", tag("h3", "一覧表"), *buttons, class_="table-switch")


def _drawn(header: Sequence[str], rows: Sequence[Sequence[str]], sort: int, descending: bool) -> Safe:
    heads = []
    for index, name in enumerate(header):
        state = ("descending" if descending else "ascending") if index == sort else None
        arrow = {"descending": " ▼", "ascending": " ▲", None: ""}[state]
        button = tag("button", name, tag("span", arrow, aria_hidden="true"), type="button", data_sort=index, class_="sorter")
        heads.append(tag("th", button, scope="col", aria_sort=state))
    body = [tag("tr", *(_data_cell(header[i], text) for i, text in enumerate(row))) for row in rows]
    return tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *body), class_="grid wide")


def _data_cell(name: str, text: str) -> Safe:
    if text.count("/") >= 2 and text[:4].isdecimal():
        return tag("td", tag("button", text, type="button", class_="cell-link open-sheet", data_sheet=text))
    if _sort_key(text)[0] == 0 and text and "番号" not in name:
        return tag("td", _commas(text), class_="num")
    return tag("td", with_years(text))


def _commas(text: str) -> str:
    from corpus.units import comma

    return comma(Decimal(text.replace(",", "").replace("▲", "-")))


def _pager(number: int, pages: int, total: int) -> Safe:
    def step(words: str, target: int, able: bool) -> Safe:
        return tag("button", words, type="button", class_="tool", data_page=target, disabled=not able)

    return tag(
        "nav",
        step("最初", 0, number > 0),
        step("前へ", number - 1, number > 0),
        tag("span", f"{number + 1} / {pages} ページ（全{total:,}件）"),
        step("次へ", number + 1, number < pages - 1),
        step("最後", pages - 1, number < pages - 1),
        class_="pager",
        aria_label="ページ",
    )


def is_text(text: str) -> bool:
    """Whether a table's text is no number (and a spreadsheet might take it for a formula)."""
    return _sort_key(text)[0] == 1
