"""Questions over many sheets: sums, counts, rankings, thresholds, by ministry, year, payee or topic."""

from __future__ import annotations

import re

from corpus.fields import Measure
from corpus.years import kanji_number
from qa.model import Filter, Interpretation, Operation, Subject
from qa.understand.amounts import read_threshold
from qa.understand.figures import Focus, measures_asked, unit_asked, years_asked
from qa.understand.payee_questions import rank_asked
from qa.understand.reading import Reading, left_over
from qa.understand.vocabulary import vocabulary

UNREAD_COUNT = (
    "どのような条件の事業を数えるのか読み取れませんでした。府省庁、シートの年度、支出先の名称、執行率の条件などを書いてください"
)
_TOP = re.compile(
    r"(?:トップ|上位|下位|ベスト|ワースト|ビッグ|top|big)\s?(\d{1,3}|[一二三四五六七八九十])|上から(\d{1,3}|[一二三四五六七八九十])"
    r"|(?:多い|大きい|少ない|小さい|低い|高い)(?:もの|事業|シート)?(?:を|の)?\s?(\d{1,3}|[一二三四五六七八九十])(?:つ|件|事業|個|本)"
    r"|順に(?:上位)?\s?(\d{1,3}|[一二三四五六七八九十])(?:つ|件|事業|個|本)"
    r"|(?:1位から|1~|1-)(\d{1,3})位?|(?<!\d)(\d{1,2}|[一二三四五六七八九十])位まで|(?:多い|大きい|少ない|小さい|低い|高い)(?:順|方|ほう)(?:から|に)?(?:上位)?(\d{1,3}|[一二三四五六七八九十])"
)
_ONE = re.compile(
    r"(?:一番|最も|いちばん|もっとも)(?:[^、。?]{0,12})事業|1位の事業|番目に[^、。?]{0,12}事業"
    r"|事業(?:は|で|のうち|の中で)[^、。?]{0,10}(?:一番|最も|いちばん|もっとも|最大|最小)"
)
_THINGS = re.compile(r"事業|シート|プロジェクト")
_LOW = re.compile(r"下位|ワースト|小さい|少ない|低い|最小|最少|最低")
_COUNTED = re.compile(r"何件|何事業|何本|何個|件数|事業数|いくつ|幾つ|数え|の数|総数|シート数|何枚|数は|数を")
_RATES = frozenset({Measure.EXECUTION_RATE, Measure.EXECUTION_RATE_INITIAL})
_GROUPS = (("省", "府省庁"), ("局", "担当部局庁"), ("会計", "会計区分"), ("年度", "年度"), ("課", "担当課室"))
_WHICH = re.compile(r"どの事業|どんな事業|何の事業|どのような事業|事業はどれ|事業を(?:一覧|すべて|全て|全部|挙げ|リスト)|事業の一覧|事業一覧")
_TOPICAL = re.compile(r"(?:に関する|に関わる|についての|関連の|関係の)事業")
_TOPIC = re.compile(r"(?:に関する|に関わる|についての|関連の|関係の|をテーマにした|に係る|向けの)$")


def is_about_many(reading: Reading) -> bool:
    """The words of the question speak of a set of sheets, and no one project is named."""
    text = reading.board.text
    named = reading.choice.best
    if named is not None and (named.exact or not _TOPICAL.search(reading.project_text)):
        return False
    scope = bool(reading.ministries) or bool(_THINGS.search(text))
    words = {c.value for c in vocabulary().aggregate_words.find(reading.board.masked)} | set(reading.values("aggregate"))
    summed = "sum" in reading.values("operation") and bool(reading.ministries)
    ranked = bool(_TOP.search(text) or _ONE.search(text))
    counted = bool(_COUNTED.search(text)) and bool(_THINGS.search(text))
    threshold = read_threshold(text) is not None and "事業" in text
    listed = bool(reading.payee_form) and bool(_WHICH.search(text))
    if listed or (reading.payee_form and counted) or (named is not None and (counted or _WHICH.search(text))):
        return True
    return scope and (bool(words & {"all", "top", "bottom", "group", "change"}) or summed or ranked or counted or threshold)


def read_many(reading: Reading, focus: Focus) -> Interpretation:
    """The question as one over the sheets of a ministry, year, payee … ``field`` of a threshold
    question is ``件数`` when it asks how many, else ``一覧``."""
    measures = measures_asked(reading) or ()
    threshold = read_threshold(reading.board.text)
    if threshold is not None and threshold.unit == "%" and not set(measures) & _RATES:
        measures = (Measure.EXECUTION_RATE.value,)
    if set(measures) & _RATES:
        measures = tuple(m for m in measures if m in _RATES)
    payee = _payee(reading)
    operation, top_n = _operation(reading, measures, payee)
    if operation is Operation.AGG_COUNT and not payee and _restricts(reading):
        return Interpretation(reading.question.original, Subject.NONE, Operation.LOOKUP, reason=UNREAD_COUNT)
    if not measures and operation in (Operation.AGG_TOP, Operation.AGG_CHANGE):
        measures = (Measure.EXECUTED.value,)
    years, words = years_asked(reading, Operation.LOOKUP if operation is not Operation.AGG_CHANGE else Operation.DIFFERENCE, measures, focus)
    ministry = reading.ministries[0] if reading.ministries else None
    sheet_year = reading.resolved.sheet_year
    if sheet_year is None and operation is Operation.AGG_COUNT and not measures and years:
        sheet_year, years = years[0], ()
    return Interpretation(
        question=reading.question.original,
        subject=Subject.MANY,
        operation=operation,
        sheet_year=sheet_year,
        fiscal_years=years,
        years_relative=words,
        measures=measures[:1] or ((Measure.PAYEE_AMOUNT.value,) if payee and operation is Operation.AGG_SUM else ()),
        field=_form(reading.board.text, operation),
        unit=unit_asked(reading),
        threshold=threshold if operation is Operation.AGG_THRESHOLD else None,
        filter=Filter(
            ministry=ministry.name if ministry else "",
            bureau=ministry.bureau if ministry else "",
            account=_account(reading.board.text),
            payee=payee,
            topic=_topic(reading, payee),
        ),
        top_n=top_n,
        descending=not _LOW.search(reading.board.text),
        rank=rank_asked(reading.board.text),
        group_by=_group(reading),
        notes=_one_ministry(reading),
    )


def _restricts(reading: Reading) -> bool:
    """The question counts only some of the sheets, by a payee or words that were not understood."""
    if "支出先" in reading.board.text or reading.has("unrecorded"):
        return True
    return not reading.ministries and not _topic(reading, "") and any(e - s >= 2 for s, e in left_over(reading.board))


def _one_ministry(reading: Reading) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(m.name for m in reading.ministries))
    return (f"府省庁は一つずつ集計します。ここでは{names[0]}について答えます",) if len(names) > 1 else ()


def _form(text: str, operation: Operation) -> str:
    """How many, or which: only where both can be asked."""
    if operation is Operation.AGG_THRESHOLD:
        return "件数" if _COUNTED.search(text) else "一覧"
    return "一覧" if operation is Operation.AGG_COUNT and _WHICH.search(text) else ""


def _operation(reading: Reading, measures: tuple[str, ...], payee: str) -> tuple[Operation, int]:
    text = reading.board.text
    words = set(reading.values("aggregate"))
    top = _TOP.search(text)
    count = kanji_number(next(g for g in top.groups() if g)) if top else 0
    if "change" in words and not payee:
        return Operation.AGG_CHANGE, count or 10
    if top:
        return Operation.AGG_TOP, count
    if rank_asked(text) > 1:
        return Operation.AGG_TOP, rank_asked(text)
    if "group" in words and _group(reading):
        return Operation.AGG_GROUP, 0
    if read_threshold(text) is not None and measures:
        return Operation.AGG_THRESHOLD, 0
    if words & {"top", "bottom"} or _ONE.search(text):
        return Operation.AGG_TOP, 1 if _ONE.search(text) else 10
    if _COUNTED.search(text) and not ("sum" in reading.values("operation") and measures):
        return Operation.AGG_COUNT, 0
    if payee and _WHICH.search(text):
        return Operation.AGG_COUNT, 0
    if measures or payee:
        return Operation.AGG_SUM, 0
    return Operation.AGG_COUNT, 0


def _payee(reading: Reading) -> str:
    """The payee that restricts the set: by its legal form, or the words before 支出先として …"""
    claims = reading.board.of("支出先名")
    if claims:
        return reading.question.source(claims[0].start, claims[0].end)
    if reading.payee_form and reading.span is None:  # it might have been a project's name, and was not
        at = reading.board.text.find(reading.payee_form)
        return reading.question.source(at, at + len(reading.payee_form)) if at >= 0 else ""
    if "支出先" not in reading.board.text and not reading.has("payee"):
        return ""
    for quote in reading.question.quotes():
        return reading.question.source(quote.start, quote.end)
    for start, end in left_over(reading.board):
        if re.match(r"(?:が|を|へ|に|は)", reading.board.masked[end : end + 1]) and end - start >= 2:
            return reading.question.source(start, end)
    return ""


def _topic(reading: Reading, payee: str) -> str:
    """Left-over words before に関する事業 (or the words that were taken for a name), "" when none."""
    if reading.span is not None:
        return _TOPICAL.split(reading.project_text)[0].strip("「」『』 ")
    for start, end in left_over(reading.board):
        words = reading.question.source(start, end)
        if words != payee and end - start >= 2 and (not payee or payee not in words):
            following = reading.board.text[end : end + 6]
            if re.match(r"に関|関連|関係|に係|についての|をテーマ|向け|の事業|事業|を含む|に関わ", following) or _TOPIC.search(words):
                return _TOPIC.sub("", words)
    return ""


def _account(text: str) -> str:
    match = re.search(r"一般会計|[一-龥]{0,16}特別会計", text)
    return match.group() if match else ""


def _group(reading: Reading) -> str:
    phrase = next((c.phrase for c in reading.cues if c.kind == "aggregate" and c.value == "group"), "")
    return next((name for sign, name in _GROUPS if sign in phrase), "")
