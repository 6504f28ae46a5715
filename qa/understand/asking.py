"""What is asked of one project: the first recogniser that fits decides (payee, text, figure, unknown)."""

from __future__ import annotations

import dataclasses
import re

from corpus.fields import Field, Measure
from corpus.model import Sheet, Table
from corpus.text import nfkc
from qa.model import Interpretation, Operation, Subject
from qa.understand.figures import Focus, is_money, measures_asked, operation_asked, read_figure, unit_asked
from qa.understand.items import Item, find_item, introduction
from qa.understand.payee_questions import read_payee
from qa.understand.reading import Reading, left_over
from qa.understand.vocabulary import Cue, vocabulary
from qa.understand.wording import ASKS_ELSE, EACH, OPERATIONS, PERCENT_ASKED, UNREAD, WHICH_YEAR, said

UNREAD_QUESTION = (
    "何をお答えすればよいか読み取れませんでした。執行額、執行率、増減額、最も多い年度、最大の支出先など、知りたいことを書いてください"
)
NO_SUCH_ITEM = "シートにその項目はありません"
_STRONG_PAYEE = frozenset(
    {
        Operation.PAYEE_FIELD, Operation.PAYEE_BLOCK, Operation.PAYEE_COUNT, Operation.PAYEE_ONE_BIDDER,
        Operation.PAYEE_SHARE, Operation.PAYEE_TOP,
    }
)  # fmt: skip
_INDICATOR = {
    Table.OUTCOME: Measure.OUTCOME_ACTUAL,
    Table.OUTPUT: Measure.OUTPUT_ACTUAL,
    Table.BUDGET_ITEMS: Measure.INITIAL,
    Table.UNIT_COST: Measure.UNIT_COST,
}
_OUTPUT_TWIN = {Measure.OUTCOME_ACTUAL: Measure.OUTPUT_ACTUAL, Measure.TARGET: Measure.OUTPUT_PLAN}
_TEXT_MEASURES = frozenset(
    {Measure.GOAL, Measure.OUTCOME_INDICATOR, Measure.OUTPUT_INDICATOR, Measure.UNIT_COST_FORMULA, Measure.BASIS}
)
_BUDGET_ITEM = re.compile(r"(?:旅費|庁費|謝金|手当|補助金|委託費|負担金|交付金|分担金|給与|費|金)$")
_HOW_MUCH = re.compile(r"いくら|金額|何円|何億|何百万|どれくらい|どのくらい|いくつ|何%")
_BETWEEN = re.compile(r"から[^、。]{0,12}(?:た|か)(?=[、。?]|$)|基準|マイナス|引")
_OF = re.compile(r"(?:長|名|者)?の")
_OF_ITSELF = re.compile(
    r"予定|詳細|詳し|仕事|所管|管轄|担当|事業|部分|内容|全文|本文|文章|文言|文面|記載|記述|概要|状況|結果|判定|意見|評価|結論|書き|書か|意味|理由|欄|正式|名称|年度"
)
_NUMBER_AFTER = re.compile(r"\s?(?:は|が|:)?\s?[「(]?[\d新]")
_WHICH_IS_MOST = re.compile(r"どの年|何年度|いつ|一番|最も|いちばん|最大|最小")
_BOTH = re.compile(r"両方|双方|両者|二つ|2つ|2事業")
_SHORT_FIELD = 4
_OVERVIEW_NOTE = "何を知りたいかが書かれていないため、事業概要を示します"
_EXECUTED_NOTE = "何の額かが書かれていないため、執行額として答えます"


def read_asked(reading: Reading, sheet: Sheet | None, focus: Focus) -> Interpretation:
    """What is asked of the project; ``sheet`` (its asked or newest sheet) gives payees' and items' names."""
    if reading.has("unrecorded"):
        item = find_item(reading, sheet) if sheet is not None else None
        if item is None or not reading.resolved.ends:
            cue = next(c for c in reading.cues if c.kind == "unrecorded")
            return _unknown(reading, reading.question.source(cue.start, cue.end))
    payee = read_payee(reading, sheet)
    if payee is not None and payee.operation in _STRONG_PAYEE and not _check_asked(reading):
        return payee
    if text := _read_text(reading, payee.payee if payee is not None else ""):
        return text
    if payee is not None:
        return payee
    return _read_numbers(reading, sheet, focus)


def _read_numbers(reading: Reading, sheet: Sheet | None, focus: Focus) -> Interpretation:
    """Budget figures, indicators, items of the budget; else the project itself; else unknown."""
    measures = measures_asked(reading)
    item = find_item(reading, sheet) if sheet is not None else None
    if is_money(measures) or operation_asked(reading, measures) is Operation.UNUSED:
        name, table = _budget_item(reading, item)
        if not name and (words := _restricting_words(reading)):
            return _not_understood(reading, words)
        found = read_figure(reading, focus, measures)
        if not name and found.operation is Operation.LOOKUP and _misses_something(reading, found):
            return _unread(reading)
        if found.operation is Operation.EXECUTION_RATE and not found.fiscal_years and _WHICH_IS_MOST.search(said(reading)):
            return _unread(reading)
        if name and found.operation is Operation.LOOKUP and PERCENT_ASKED.search(said(reading)):
            found = dataclasses.replace(found, operation=Operation.SHARE)  # 職員旅費は当初予算の何％
        if found.operation is Operation.LOOKUP and _SHARE_ASKED.search(said(reading)):
            return _unread(reading)  # 総務省の執行額合計に占める…の割合: the figure alone is no share
        return dataclasses.replace(found, item=name, table=table)
    if item is not None:
        return _indicator(reading, focus, measures, item)
    measures = tuple(m for m in measures if m not in _TEXT_MEASURES) or measures
    if measures and measures[0] in _TEXT_MEASURES and reading.has("measure", "実績"):
        measures = (Measure.OUTCOME_ACTUAL.value,)  # an indicator's actual value, the indicator not recognised
    if measures and measures[0] in _TEXT_MEASURES:
        return _text(reading, measures[0], item="")
    if measures:
        words = _leftover_words(reading)
        return dataclasses.replace(read_figure(reading, focus, measures), item=words)
    return _without_measure(reading, focus)


def _without_measure(reading: Reading, focus: Focus) -> Interpretation:
    words = _leftover_words(reading)
    if words and not (reading.has("measure", "実績") and reading.has("operation")):
        return _not_understood(reading, words)
    computed = operation_asked(reading, ()) is not Operation.LOOKUP
    nothing = not reading.has("operation") and not computed
    only_sum = set(reading.values("operation")) == {"sum"} and not reading.resolved.ends
    if (nothing or only_sum) and (UNREAD.search(said(reading)) or PERCENT_ASKED.search(said(reading))):
        return _unread(reading)
    if "sum" in reading.values("operation") and _BOTH.search(said(reading)):
        return _unread(reading)
    if reading.has("measure", "実績") and words:
        return dataclasses.replace(read_figure(reading, focus, (Measure.OUTCOME_ACTUAL.value,)), item=words)
    if _HOW_MUCH.search(reading.rest) or reading.has("operation") or computed or reading.resolved.ends or reading.years.relative:
        found = read_figure(reading, focus, (Measure.EXECUTED.value,))
        return dataclasses.replace(found, notes=(_EXECUTED_NOTE,))
    if ASKS_ELSE.search(said(reading)):
        return _unread(reading)
    return dataclasses.replace(_text(reading, Field.OVERVIEW.value, item=""), notes=(_OVERVIEW_NOTE,))


def _indicator(reading: Reading, focus: Focus, measures: tuple[str, ...], item: Item) -> Interpretation:
    """A figure of an indicator: the measure named, in the table the indicator stands in."""
    asked = next((m for m in measures if m not in _TEXT_MEASURES), _INDICATOR[item.table])
    if item.table is Table.OUTPUT:
        asked = _OUTPUT_TWIN.get(Measure(asked), asked)
    found = read_figure(reading, focus, (asked,))
    return dataclasses.replace(found, item=item.label, table=item.table.value)


def _budget_item(reading: Reading, item: Item | None) -> tuple[str, str]:
    """(item, table) when a budget item (職員旅費) is meant, ("", "") for the whole project."""
    if item is not None and item.table is Table.BUDGET_ITEMS:
        return item.label, item.table.value
    words = _leftover_words(reading)
    if words and _BUDGET_ITEM.search(words):
        return words, Table.BUDGET_ITEMS.value
    return "", ""


def _read_text(reading: Reading, payee: str) -> Interpretation | None:
    """A text field or a checklist question, unless a figure is asked more plainly; not a word of ``payee``'s name."""
    for cue in reading.cues:
        if cue.kind == "check":
            check = vocabulary().checks[cue.value]
            field = Measure.CHECK_NOTE if check.note or "理由" in reading.rest else Measure.CHECK_MARK
            return _text(reading, field.value, check.item)
    text = reading.board.text
    fields = [c for c in reading.cues if c.kind == "field" and not _gives_number(c, text)]
    fields = [c for c in fields if c.phrase not in nfkc(payee).lower()]
    if not fields:
        return None
    best = max(fields, key=lambda c: (c.size, c.start))
    if thing := _of_field(reading, best.end):
        return _not_understood(reading, thing)
    figures = [c for c in reading.cues if c.kind == "measure" and len(c.phrase) >= 3 and c.value != "実績"]
    plainly = [c for c in figures if c.start > best.start or best.size < _SHORT_FIELD]
    if plainly and _HOW_MUCH.search(reading.rest) and best.value != Field.CHANGE_REASON:
        return None
    found = _text(reading, best.value, item="")
    if best.value != Table.PAST_NUMBERS:
        return found
    years = found.fiscal_years or ((found.sheet_year,) if found.sheet_year is not None else ())
    return dataclasses.replace(found, table=best.value, sheet_year=None, fiscal_years=years)  # the year of the number


def _gives_number(cue: Cue, text: str) -> bool:
    """``事業番号0048``: the number is given, not asked."""
    return cue.value == Table.PAST_NUMBERS and bool(_NUMBER_AFTER.match(text, cue.end))


def _of_field(reading: Reading, end: int) -> str:
    """What is asked *about* a field (作成者の生年月日, 担当課の写真), "" when the field itself is asked."""
    joined = _OF.match(reading.board.text, end)
    if joined is None:
        return ""
    at = joined.end()
    stop = next((e for s, e in left_over(reading.board) if s <= at <= e - 2), at)
    thing = reading.question.source(at, stop)
    return "" if _OF_ITSELF.match(thing) else thing


def _text(reading: Reading, field: str, item: str) -> Interpretation:
    return Interpretation(
        question=reading.question.original,
        subject=Subject.TEXT,
        operation=Operation.LOOKUP,
        sheet_year=reading.resolved.sheet_year,
        fiscal_years=reading.resolved.spread,
        field=field,
        item=item,
    )


def _unknown(reading: Reading, thing: str) -> Interpretation:
    found = _text(reading, "", item=thing)
    return dataclasses.replace(found, reason=f"{NO_SUCH_ITEM}（{thing}）", unit=unit_asked(reading))


def _not_understood(reading: Reading, words: str) -> Interpretation:
    """Words that nothing explains: not read is not the same as not recorded."""
    return Interpretation(reading.question.original, Subject.NONE, Operation.LOOKUP, not_understood=(words,))


def _unread(reading: Reading) -> Interpretation:
    """Something computed or ranked is asked and was not understood: a plain figure would mislead."""
    return Interpretation(reading.question.original, Subject.NONE, Operation.LOOKUP, reason=UNREAD_QUESTION)


def _misses_something(reading: Reading, found: Interpretation) -> bool:
    """The question asks for more than a printed figure: a ranking, a year, something between two years."""
    words = said(reading)
    if reading.has("operation"):
        return False
    between = len(found.fiscal_years) == 2 and len(found.measures) == 1 and not EACH.search(words)
    unread = any(end - start >= 2 for start, end in left_over(reading.board))
    return bool(
        UNREAD.search(words)
        or (not found.fiscal_years and WHICH_YEAR.search(words))
        or (between and (unread or _BETWEEN.search(words)))
    )


def _check_asked(reading: Reading) -> bool:
    return any(c.kind == "check" for c in reading.cues)


def _leftover_words(reading: Reading) -> str:
    """The longest left-over stretch of at least two content characters, in the user's words."""
    stretches = [(e - s, s, e) for s, e in left_over(reading.board) if e - s >= 2 and _near_asked(reading, s, e)]
    if not stretches:
        return ""
    _, start, end = max(stretches)
    return reading.question.source(start, end)


_ASKS_ONLY = re.compile(
    r"消化|使用|過去|記載|^\d年$|^0\d{3}|番$|超え|下回|以上|未満|以下|分子|分母|投入|獲得|入れた|最初|最終|規模|基準|必要|教え|回答|願|求め|年で|年間|年度間|^事業$|一番|中で|兆円|さておき|教示|使い切|構い|数字|字で|割合|比率|何割|万円|単位|rs(?:システム)?|シート|手元|承知|思い|聞い|見受け|合って|億円|千円|百万|%|パーセント|倍|実際|結局|年間|全部|合計|いくつ|どれ"
)


_SHARE_ASKED = re.compile(r"割合|比率|占め|何割")


def _accounted(words: str) -> bool:
    """The words say what is to be done with the figures, or only ask."""
    return bool(_ASKS_ONLY.search(words)) or any(pattern.search(words) for pattern in OPERATIONS)


def _restricting_words(reading: Reading) -> str:
    """Words behind the project's name that no part of the reading explains and that may restrict the figure.

    What stands before the name tells which project it is; 東京都内分の, 国庫に返納した behind it tell which money.
    """
    for start, end in left_over(reading.board):
        words = reading.board.text[start:end]
        if reading.span is not None and end <= reading.span[0]:
            continue
        if end - start >= 2 and _near_asked(reading, start, end) and not _accounted(words):
            return reading.question.source(start, end)
    return ""


def _near_asked(reading: Reading, start: int, end: int) -> bool:
    """Not in a statement that only leads up to the question, or follows it (「…を調べています。」)."""
    if reading.span is None:
        return True
    text = reading.board.text
    if end <= introduction(text, reading.span[0]):
        return False
    stop = text.find("。", end)
    return not (text.rfind("。", reading.span[1], start) >= 0 and stop >= 0 and text[stop - 2 : stop] in ("ます", "です"))
