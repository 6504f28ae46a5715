"""Tables of any length: sorted and cut into pages on the server, saved whole as CSV."""

from __future__ import annotations

import collections
import csv
import dataclasses
import io
import secrets
import threading
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from corpus.units import comma
from qa.model import Answer
from ui.markup import Safe, tag
from ui.texts import with_years

PAGE_ROWS = 50
_TABLES_KEPT = 60
_FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"


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
    if "年度" in name or "番号" in name:
        return tag("td", with_years(text))
    if _sort_key(text)[0] == 0 and text:
        return tag("td", _commas(text), class_="num")
    return tag("td", with_years(text))


def _commas(text: str) -> str:
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


# ---- as a file ------------------------------------------------------------------------------------


def to_csv(table: FullTable, left_out: bool) -> bytes:
    """The whole table as UTF-8 CSV; texts that a spreadsheet would run as formulas get a leading apostrophe."""
    header, rows = (table.left_out_header, table.left_out) if left_out else (table.header, table.rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([[_inert(text) for text in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")  # the mark tells Excel that it is UTF-8


def _inert(text: str) -> str:
    is_formula = text != "" and text[0] in _FORMULA_STARTS and _sort_key(text)[0] == 1
    return f"'{text}" if is_formula else text


# ---- kept between pages ---------------------------------------------------------------------------


class Tables:
    """The last tables by token; the oldest go first."""

    def __init__(self) -> None:
        self._kept: collections.OrderedDict[str, FullTable] = collections.OrderedDict()
        self._lock = threading.Lock()

    def keep(self, table: FullTable) -> str:
        """A token under which the table can be asked for again."""
        token = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[token] = table
            while len(self._kept) > _TABLES_KEPT:
                self._kept.popitem(last=False)
        return token

    def get(self, token: str) -> FullTable | None:
        with self._lock:
            return self._kept.get(token)
