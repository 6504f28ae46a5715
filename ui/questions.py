"""Questions to offer: those that a cell answers, and examples from what is loaded.

Every question is put to the engine before it is shown, so that what we offer has an answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from corpus.fields import Measure
from corpus.model import Cell, Kind, Section, Sheet, Table
from corpus.store.model import SheetInfo
from corpus.years import era_year
from qa.model import Answer, Status
from ui.library import Shelf

_OFFERED = 4
_EXAMPLES = 6
_TRIED_SHEETS = 24
_PER_PAYEE = (
    (Measure.PAYEE_NAME, "「{name}」への支出額はいくらですか"),
    (Measure.PAYEE_AMOUNT, "「{name}」への支出額はいくらですか"),
    (Measure.CORPORATE_NUMBER, "「{name}」の法人番号は何番ですか"),
    (Measure.CONTRACT_METHOD, "「{name}」との契約方式は何ですか"),
    (Measure.BIDDERS, "「{name}」の契約の入札者数は何者ですか"),
    (Measure.BID_RATE, "「{name}」の契約の落札率は何%ですか"),
    (Measure.PAYEE_WORK, "「{name}」の業務概要は何ですか"),
)


def questions_of_cell(shelf: Shelf, info: SheetInfo, locator: str) -> list[str]:
    """Questions whose answer cites the cell or section at ``locator`` of this sheet."""
    sheet = shelf.corpus.sheet_at(info.no)
    tried = list(dict.fromkeys(_of_place(sheet, locator)))
    kept = []
    for question in tried:
        answer = shelf.engine.ask(question, sheet_id=sheet.sheet_id)
        if any(c.sheet_id == sheet.sheet_id and c.locator == locator for c in answer.citations):
            kept.append(question)
        if len(kept) == _OFFERED:
            break
    return kept


def _of_place(sheet: Sheet, locator: str) -> Iterable[str]:
    about = f"{sheet.project}の{era_year(sheet.sheet_year)}年度シートで、"
    for cell in sheet.cells:
        if cell.locator == locator:
            yield from _of_cell(sheet, cell, about)
    for section in sheet.sections:
        if section.locator == locator:
            yield from _of_section(section, about)


def _of_section(section: Section, about: str) -> Iterable[str]:
    yield f"{about}{section.name}は何ですか"
    if section.label != section.name:
        yield f"{about}{section.label}は何ですか"


def _of_cell(sheet: Sheet, cell: Cell, about: str) -> Iterable[str]:
    if cell.table is Table.PAYEES:
        yield from _of_payee(sheet, cell, about)
    elif cell.table is Table.CHECK:
        yield f"{about}点検の「{cell.row_label}」の評価と説明は？"
    elif cell.measure and cell.fiscal_year is not None:
        yield from _of_figure(sheet, cell, about)
    elif cell.measure and cell.kind is Kind.TEXT:
        yield f"{about}{cell.measure}は何ですか"


def _of_figure(sheet: Sheet, cell: Cell, about: str) -> Iterable[str]:
    when = f"{era_year(cell.fiscal_year or 0)}年度の"
    if cell.table is Table.BUDGET:
        yield f"{about}{when}{cell.measure}はいくらですか"
        if cell.measure == Measure.EXECUTED:
            yield f"{about}{when}不用額はいくらですか"
            yield f"{about}{when}執行率は何%ですか"
        if cell.measure in (Measure.INITIAL, Measure.EXECUTED, Measure.BUDGET_TOTAL):
            yield f"{about}{when}{cell.measure}は前年度からいくら増減しましたか"
        return
    name = _item_name(sheet, cell)
    if name:
        yield f"{about}「{name}」の{when}{cell.measure}はいくつですか"
    if cell.item and cell.table is Table.BUDGET_ITEMS:
        yield f"{about}{when}{cell.item}の{cell.measure}はいくらですか"
    yield f"{about}{when}{cell.measure}はいくつですか"


def _item_name(sheet: Sheet, cell: Cell) -> str:
    """What an indicator is called: its 成果指標, 活動指標 or 単位当たりコスト text."""
    names = (Measure.OUTCOME_INDICATOR, Measure.OUTPUT_INDICATOR)
    return next(
        (c.raw for c in sheet.cells if c.table is cell.table and c.item == cell.item and c.measure in names and c.raw), ""
    )


def _of_payee(sheet: Sheet, cell: Cell, about: str) -> Iterable[str]:
    name = next(
        (c.raw for c in sheet.cells if c.table is Table.PAYEES and c.item == cell.item and c.measure == Measure.PAYEE_NAME),
        "",
    )
    if name:
        for measure, pattern in _PER_PAYEE:
            if measure == cell.measure:
                yield about + pattern.format(name=name)
    block = cell.item.split("/")[0]
    if cell.measure in (Measure.PAYEE_NAME, Measure.PAYEE_AMOUNT) and block:
        yield f"{about}支出先ブロック{block}で最も支出額が大きい支出先はどこですか"


# ---- examples -------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """A question that has an answer, under the heading of what it shows."""

    heading: str
    question: str


_PATTERNS = (
    ("金額を聞く", "{p}の{y}年度の執行額はいくらですか"),
    ("増減を聞く", "{p}の{y}年度の当初予算は、前年度からいくら増減しましたか"),
    ("推移を聞く", "{p}の執行額の推移は？"),
    ("支出先を聞く", "{p}で最も支出額が大きい支出先はどこですか"),
    ("文章を聞く", "{p}の事業の目的は何ですか"),
)
_MANY = ("多くの事業を数える", "{m}の{s}年度レビューシートで、{y}年度の執行額が大きい事業を上から5件")


def examples(shelf: Shelf) -> list[Example]:
    """One example per kind of question, from projects of the newest sheet year; all have answers."""
    infos = _good_sheets(shelf)
    found: list[Example] = []
    for number, (heading, pattern) in enumerate(_PATTERNS):
        for info in infos[number:] + infos[:number]:
            question = pattern.format(p=info.project, y=era_year(info.sheet_year - 1))
            if _answered(shelf.engine.ask(question)):
                found.append(Example(heading, question))
                infos = [i for i in infos if i is not info] or infos
                break
    many = _many(shelf)
    return found + ([many] if many else [])


def _answered(answer: Answer) -> bool:
    return answer.status is Status.ANSWERED and bool(answer.citations)


def _good_sheets(shelf: Shelf) -> list[SheetInfo]:
    """Sheets of the newest year whose names are short, telling, and one project's alone."""
    year = shelf.newest_year
    found = shelf.corpus.find("sheet_year = ? AND length(project) BETWEEN 8 AND 24 ORDER BY no", (year,))
    names: dict[str, int] = {}
    for info in found:
        names[info.project] = names.get(info.project, 0) + 1
    single = [info for info in found if names[info.project] == 1 and not info.project.endswith("必要な経費")]
    step = max(1, len(single) // _TRIED_SHEETS)
    return single[::step][:_TRIED_SHEETS]


def _many(shelf: Shelf) -> Example | None:
    year = shelf.newest_year
    counts: Sequence[tuple[str, int]] = sorted(shelf.summary.by_ministry.items(), key=lambda pair: pair[1])
    for ministry, _ in counts[len(counts) // 2 :]:
        heading, pattern = _MANY
        question = pattern.format(m=ministry, s=era_year(year), y=era_year(year - 1))
        if shelf.engine.ask(question).status is Status.ANSWERED:
            return Example(heading, question)
    return None
