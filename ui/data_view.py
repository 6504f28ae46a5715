"""The データ tab: what is loaded, taking files in, what was found in them, and removing them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from corpus.model import Finding, Severity
from corpus.store.model import Summary
from ui.markup import Safe, join, tag
from ui.texts import year

FINDINGS_SHOWN = 100


@dataclasses.dataclass(frozen=True, slots=True)
class LoadedFile:
    """One file that was taken in."""

    digest: str
    name: str
    kind: str
    size: int
    sheets: int


@dataclasses.dataclass(frozen=True, slots=True)
class JobState:
    """A background job as the page shows it. ``share`` is 0..1, None when it cannot be told yet."""

    title: str
    step: str
    share: float | None
    done: bool
    failed: bool
    lines: tuple[str, ...]
    report: Safe


def render() -> Safe:
    """The empty tab."""
    return join(
        tag("h2", "データ", class_="panel-title"),
        tag(
            "section",
            tag("h3", "取り込む"),
            tag(
                "label",
                tag("span", "ここにファイルを落とすか、押して選んでください。"),
                tag("span", "Excel（.xlsx）、PDF、CSV、ZIP、NDJSON、テキスト。いくつでも一度に選べます。", class_="dim"),
                tag(
                    "input",
                    type="file",
                    id="upload-input",
                    multiple=True,
                    accept=".xlsx,.pdf,.csv,.zip,.ndjson,.gz,.txt,.tsv",
                    class_="sr",
                ),
                id="drop",
                class_="drop",
            ),
            tag("ul", id="upload-list", class_="uploads", aria_label="送っているファイル"),
            tag("div", id="job", aria_live="polite"),
        ),
        tag("section", tag("h3", "取り込んだシート"), tag("div", id="data-summary", aria_live="polite")),
        tag("section", tag("h3", "取り込んだファイル"), tag("div", id="data-files")),
        tag(
            "section",
            tag("h3", "検算と照合の結果"),
            tag(
                "p",
                "印字された計と内訳が合わない箇所、同じ年度の数値がシートによって違う箇所です。",
                "回答は印字どおりに示し、違いを注記します。",
                class_="dim",
            ),
            tag("p", tag("button", "調べる", type="button", id="check-run", class_="button")),
            tag("div", id="data-findings", aria_live="polite"),
        ),
    )


def summary(found: Summary | None) -> Safe:
    """Counts by year, ministry and kind of source."""
    if found is None or not found.sheets:
        return tag("p", "シートはまだありません。上の枠から取り込んでください。", class_="empty")
    facts = (("シート", found.sheets), ("事業", found.series), ("セル", found.cells), ("文章", found.sections), ("支出先", found.payees))
    numbers = [tag("div", tag("dt", name), tag("dd", f"{count:,}")) for name, count in facts]
    years = [(year(y), n) for y, n in sorted(found.by_year.items(), reverse=True)]
    ministries = sorted(found.by_ministry.items(), key=lambda pair: -pair[1])
    return join(
        tag("dl", *numbers, class_="counts"),
        tag(
            "div",
            _counts("シート年度", years),
            _counts("府省庁", ministries),
            _counts("出典", list(found.by_origin.items())),
            class_="count-tables",
        ),
    )


def _counts(name: str, rows: Sequence[tuple[str, int]]) -> Safe:
    head = tag("tr", tag("th", name, scope="col"), tag("th", "シート数", scope="col", class_="num"))
    body = [tag("tr", tag("th", label, scope="row"), tag("td", f"{count:,}", class_="num")) for label, count in rows]
    table = tag("table", tag("thead", head), tag("tbody", *body), class_="grid")
    return tag("div", table, class_="scroll tall", tabindex=0, role="region", aria_label=f"{name}別のシート数")


def files(loaded: Sequence[LoadedFile], total: int) -> Safe:
    """The list of files, each with a button that removes it."""
    if not loaded:
        return tag("p", "まだありません。", class_="empty")
    names = ("ファイル", "種類", "大きさ", "シート", "")
    head = tag("tr", *(tag("th", name or tag("span", "操作", class_="sr"), scope="col") for name in names))
    rows = [
        tag(
            "tr",
            tag("td", one.name, class_="place"),
            tag("td", one.kind),
            tag("td", _size(one.size), class_="num"),
            tag("td", f"{one.sheets:,}", class_="num"),
            tag(
                "td",
                tag("button", "取り除く", type="button", class_="tool remove-file", data_digest=one.digest, data_name=one.name),
            ),
        )
        for one in loaded
    ]
    more = tag("p", f"ほか{total - len(loaded):,}件", class_="dim") if total > len(loaded) else None
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="grid wide")
    return join(tag("div", table, class_="scroll", tabindex=0, role="region", aria_label="取り込んだファイル"), more)


def _size(size: int) -> str:
    return f"{size / 1024:,.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:,.1f} MB"


def findings(found: Sequence[Finding], total: int) -> Safe:
    """What a reader must be told: file, place, what, and what to do."""
    if not found:
        return tag("p", "知らせることはありません。", class_="empty")
    names = ("種類", "ファイルと場所", "見つかったこと", "どうするか")
    head = tag("tr", *(tag("th", name, scope="col") for name in names))
    rows = [
        tag(
            "tr",
            tag("td", str(one.severity), class_="bad" if one.severity is Severity.REJECTED else None),
            tag("td", one.file, tag("br"), tag("span", one.place, class_="dim"), class_="place"),
            tag("td", one.message),
            tag("td", one.remedy),
        )
        for one in found[:FINDINGS_SHOWN]
    ]
    count = tag("p", f"{total:,}件" + (f"（先頭{len(rows)}件を表示）" if total > len(rows) else ""), class_="dim")
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="grid wide")
    return join(count, tag("div", table, class_="scroll", tabindex=0, role="region", aria_label="見つかったこと"))


def job(state: JobState | None) -> Safe:
    """The running or finished job."""
    if state is None:
        return Safe("")
    bar = None
    if not state.done:
        value = None if state.share is None else f"{state.share:.3f}"
        bar = tag("progress", value=value, max=1, aria_label=state.title)
    lines = [tag("li", line) for line in state.lines[-8:]]
    return tag(
        "div",
        tag("p", tag("strong", state.title), "　", state.step),
        bar,
        tag("ul", *lines, class_="job-lines") if lines else None,
        state.report,
        class_="job" + (" job-failed" if state.failed else "") + (" job-done" if state.done else ""),
        role="alert" if state.failed else None,
    )


def checked(noted: Safe, rows: int) -> Safe:
    """The findings of taking in, and the head of the table of checks (drawn page by page below it)."""
    told = f"合わない数字 {rows:,}件" if rows else "合わない数字は見つかりませんでした。"
    return join(tag("h4", "取り込みで気づいたこと"), noted, tag("h4", "検算"), tag("p", told))
