"""Questions over many sheets: sums, counts, rankings, thresholds, by ministry, year, payee or topic."""

from __future__ import annotations

import re

from corpus.fields import Measure
from corpus.model import Table
from corpus.years import kanji_number
from qa.model import Filter, Interpretation, Operation, Subject
from qa.understand.amounts import read_threshold, read_thresholds
from qa.understand.figures import Focus, measures_asked, unit_asked, years_asked
from qa.understand.payee_questions import rank_asked
from qa.understand.reading import Reading, left_over
from qa.understand.vocabulary import vocabulary
from qa.understand.wording import CHANGE, CHANGE_HINT, RATE_OF_CHANGE, said

ONE_YEAR_EACH = "順位や条件に合う事業は、年度を一つにしてお尋ねください"
NO_SUCH_MINISTRY = "その名前の府省庁のシートは、取り込まれていません"
NOT_RANKED = "支出先の数による順位は、お答えできません"
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
_RANKED_GROUP = re.compile(
    r"(?:多|大き|少な|小さ|高|低)(?:い|かった)\s?(?P<a>府?省庁?|府省|部局|局)(?!の事業)|(?:どの|どこの|何)(?P<b>府?省庁?|府省|部局|局)が"
)
_MOST_ONE = re.compile(r"一番|最も|もっとも|いちばん|最大|最小|最多|最少")
_RANKED_PAYEES = re.compile(
    r"(?:支出先|支払先|支払い先|受取先|会社|企業|法人|団体|事業者|業者)(?:の)?\s?(?:トップ|上位|ランキング|ベスト|順|は|を|$|\?)"
    r"|(?:支出額|支払額|受取額|受け取った額|受領額)が?(?:最も|一番|いちばん|もっとも)?(?:大き|多|高)(?:い|かった)(?:順の?)?(?:支出先|支払先|会社|企業|法人|団体)"
    r"|(?:どこ|誰|だれ|どの(?:会社|企業|団体))が[^、。?]{0,12}(?:受け取|もら)"
)
_MANY_PAYEES = re.compile(r"支出先(?:の数)?が(?:最も|一番)?(?:多|少な)い事業|支出先の?数")
_SET = re.compile(
    r"(?<!その)(?<!この)(?<!同じ)(?<!同)(?<!当該)(?:事業|シート)"
    r"(?:を|は|で|が|の(?:一覧|数|うち|中|トップ|上位)|トップ|上位|ランキング|ベスト|ワースト)"
)
_LIKE_A_MINISTRY = re.compile(r"([一-龥ァ-ヶー]{1,12}?)(?:省庁?|庁|委員会)$")
_NO_MINISTRY = frozenset(
    {"省", "府", "府省", "全", "各", "他", "同", "両", "全府", "各府", "他府", "同府", "中央", "関係", "担当", "所管", "主務", "どの", "複数"}
)
_NOTHING_TO_ADD = "何を集計するのか読み取れませんでした。執行額、当初予算、事業の数などを書いてください"
_SUM_OF_TOP = re.compile(r"(?:トップ|上位|ベスト|ワースト|下位)[^、。?]{0,12}の?(?:合計|総額|平均)")
_IS_AMOUNT = re.compile(r"(?:円|%|パーセント|割)$")
_UNREAD_SET = re.compile(r"新規(?:の)?事業|新しく始ま|始まった|開始した|終了した|終わった|廃止(?:した|された|と)|中止(?:した|された)")
_BUREAU = re.compile(r"[一-龥ァ-ヶー・]{1,14}(?:局|官房|課|院|部)$")
_NO_BUREAU = re.compile(r"(?:全|一|内|外|大|本)部$|結局$")
_BESIDE = "複数の条件を組み合わせた集計はできません。条件は一つずつお尋ねください"
_NO_CONDITION = frozenset({"事業名", "府省庁", "会計区分", "担当部局庁", Table.PAST_NUMBERS.value, "入札者数"})
_RECEIVED = re.compile(r"(?:が|は)[^、。?]{0,24}(?:受け取|受領|もら)|(?:へ|に)[^、。?]{0,16}(?:支払|払わ|払っ|支出)")
_FROM_ONE = re.compile(r"(?<!全府省)(?<!省庁)(?<!全体)(?<!国)から[^、。?]{0,10}(?:受|もら)")
_SUMMED = frozenset({Measure.INITIAL, Measure.SUPPLEMENTARY, Measure.BUDGET_TOTAL, Measure.EXECUTED, Measure.REQUEST})
_ALL_SHEETS = re.compile(r"全(?:て|体|府省|省庁|シート|事業)|すべて|合わせて|トータル|合計")
_THAT_ONE = re.compile(r"(?:その|この|同じ|当該|上記の|前の)(?:事業|シート|プロジェクト)(?!者)|同事業")
_WHICH = re.compile(
    r"どの事業|どんな事業|何の事業|どのような事業|事業はどれ|事業を(?:一覧|すべて|全て|全部|挙げ|リスト)|事業の一覧|事業一覧"
    r"|(?:に関する|に関わる|関連の|関係の)事業(?:に)?は(?:何|どれ|どんな|どこ|[?。\s]*$)"
)
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
    topical = bool(_TOPICAL.search(text))
    summed = "sum" in reading.values("operation") and bool(reading.ministries or names_account(reading) or topical)
    ranked = bool(_TOP.search(text) or _ONE.search(text))
    counted = bool(_COUNTED.search(text)) and bool(_THINGS.search(text))
    threshold = read_threshold(text) is not None and "事業" in text
    listed = bool(reading.payee_form) and bool(_WHICH.search(text))
    if named is None and (asks_groups(reading) or _payee_total(reading) or (reading.ministries and _WHICH.search(text))):
        return True
    if named is None and _topic(reading, "") and _THINGS.search(text) and (_WHICH.search(text) or counted):
        return True
    if named is None and len(reading.ministries) == 1 and _ministry_change(reading) and not any(e - s >= 2 for s, e in left_over(reading.board)):
        return True
    if named is None and _whole_ministry(reading):
        return True
    if listed or (reading.payee_form and counted) or (named is not None and (counted or _WHICH.search(text))):
        return True
    return scope and (bool(words & {"all", "top", "bottom", "group", "change"}) or summed or ranked or counted or threshold)


def speaks_of_a_set(reading: Reading) -> bool:
    """Words that cannot be about the one project talked about: rankings and lists of projects, groups."""
    text = reading.board.text
    ranked = _TOP.search(text) or _WHICH.search(text) or _COUNTED.search(text) or read_threshold(text) is not None
    return asks_groups(reading) or bool(_SET.search(text) and ranked)


def names_that_one(reading: Reading) -> bool:
    """その事業で…: a project talked about before is meant."""
    return bool(_THAT_ONE.search(reading.board.text))


def asks_groups(reading: Reading) -> bool:
    """府省庁別 and the like, or which ministry has most; by year only for the sheets of a ministry."""
    group = _group(reading)
    return bool(group) and (group != "年度" or bool(reading.ministries))


def _ministry_change(reading: Reading) -> bool:
    """``内閣府の当初予算は30年度から3年度でいくら増えた``: the totals of a ministry in two years."""
    asked = "difference" in reading.values("operation") or CHANGE.search(said(reading))
    rates = set(measures_asked(reading)) & _RATES or RATE_OF_CHANGE.search(said(reading)) or reading.has("operation", "growth_rate")
    years = len(reading.resolved.ends) + len(reading.years.relative) == 2
    return bool(asked and years and reading.has("measure") and not rates) and not _THINGS.search(reading.board.text)


def _received(reading: Reading) -> bool:
    """Words that nothing explains stand where a payee does: 東京都が受け取った合計."""
    text = reading.board.text
    names = ((s, e) for s, e in left_over(reading.board) if e - s >= 2 and not re.search("で|から", text[s:e]))
    return any(_RECEIVED.match(text, end) for _, end in names)


def _whole_ministry(reading: Reading) -> bool:
    """``令和5年度の防衛省の予算はいくら``: a ministry, a year and an amount, and nothing else."""
    years = len(reading.resolved.ends) == 1 or reading.resolved.sheet_year is not None
    plain = not any(c.kind in ("field", "column", "check", "payee", "unrecorded", "operation") for c in reading.cues)
    bare = not any(end - start >= 2 for start, end in left_over(reading.board))
    money = any(c.kind == "measure" and c.value in _SUMMED for c in reading.cues)
    return bool(reading.ministries) and years and plain and bare and money


def _payee_total(reading: Reading) -> bool:
    """What a payee received over all sheets: 株式会社…が令和2年度シートで受け取った合計."""
    summed = "sum" in reading.values("operation") or bool(_ALL_SHEETS.search(reading.board.text))
    if reading.has("payee", "anaphora") or not reading.has("payee", "paid"):
        return False
    if _FROM_ONE.search(reading.board.text) or sum(e - s >= 2 for s, e in left_over(reading.board)) > (not reading.payee_form):
        return False  # 補償経費等からいくら受け取った: a project that was not recognised
    return bool(reading.payee_form or (reading.span is None and _received(reading))) and (summed or reading.resolved.sheet_year is not None)


def asks_lowest(reading: Reading) -> bool:
    """The smallest is asked for, not the largest."""
    return bool(_LOW.search(reading.rest))


def read_many(reading: Reading, focus: Focus, before: Interpretation | None = None) -> Interpretation:
    """The question as one over the sheets of a ministry, year, payee … ``field`` of a threshold
    question is ``件数`` when it asks how many, else ``一覧``."""
    measures = measures_asked(reading) or _inherited(reading, before)
    threshold = read_threshold(reading.board.text)
    if threshold is not None and threshold.unit == "%" and not set(measures) & _RATES:
        measures = (Measure.EXECUTION_RATE.value,)
    if set(measures) & _RATES:
        measures = tuple(m for m in measures if m in _RATES)
    payee = _payee(reading)
    operation, top_n = _operation(reading, measures, payee)
    if operation is Operation.AGG_COUNT and measures and not payee:
        return _refused(reading, UNREAD_COUNT)  # 補正予算がついた事業, 執行率100%の事業
    if operation is Operation.AGG_GROUP and not measures and not _COUNTED.search(reading.board.text):
        return _refused(reading, _NOTHING_TO_ADD)
    if unread := _unread_condition(reading, payee, operation):
        return _refused(reading, unread)
    if operation is Operation.AGG_TOP and not payee and _RANKED_PAYEES.search(reading.board.text):
        measures = (Measure.PAYEE_AMOUNT.value,)
    if operation is Operation.AGG_TOP and _MANY_PAYEES.search(reading.board.text):
        return _refused(reading, NOT_RANKED)
    if not measures and operation in (Operation.AGG_TOP, Operation.AGG_CHANGE):
        measures = (Measure.EXECUTED.value,)
    if operation is Operation.AGG_COUNT and not payee and not _counts_or_lists(reading):
        return _refused(reading, _NOTHING_TO_ADD)
    years, words = years_asked(reading, Operation.LOOKUP if operation is not Operation.AGG_CHANGE else Operation.DIFFERENCE, measures, focus)
    if before is not None and measures and not measures_asked(reading) and not years and reading.resolved.sheet_year is None:
        years = before.fiscal_years[-1:]
    group, several = _group(reading), _several(reading)
    if len(years) > 1 and operation not in (Operation.AGG_CHANGE, Operation.AGG_GROUP):
        if operation is not Operation.AGG_SUM or payee:
            return _refused(reading, ONE_YEAR_EACH)
        operation, group = Operation.AGG_GROUP, "年度"
    if several and not payee and operation in (Operation.AGG_SUM, Operation.AGG_COUNT) and not _topic(reading, payee):
        operation, group = Operation.AGG_GROUP, "府省庁"
    only = several if operation is Operation.AGG_GROUP and group == "府省庁" else ()
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
        item="・".join(only),
        unit=unit_asked(reading),
        threshold=threshold if operation is Operation.AGG_THRESHOLD else None,
        filter=Filter(
            ministry=ministry.name if ministry and not only else "",
            bureau="" if only else (ministry.bureau if ministry else "") or _bureau(reading),
            account=_account(reading.board.text),
            payee=payee,
            topic=_topic(reading, payee),
        ),
        top_n=top_n,
        descending=not _LOW.search(reading.board.text),
        rank=rank_asked(reading.board.text),
        group_by=group,
        notes=() if only else _one_ministry(reading),
    )


def _unread_condition(reading: Reading, payee: str, operation: Operation) -> str:
    """Why the set of sheets is not the one asked about: a ministry there is not, a condition not understood."""
    if len(read_thresholds(reading.rest)) > 1:
        return _BESIDE
    for start, end in left_over(reading.board):
        like = _LIKE_A_MINISTRY.search(reading.board.text[start:end])
        if like and like[1] not in _NO_MINISTRY:
            return f"{NO_SUCH_MINISTRY}（{reading.question.source(start, end)}）"
    restricting = [c for c in reading.cues if c.kind in ("field", "column", "check") and c.value not in _NO_CONDITION]
    if _UNREAD_SET.search(reading.rest) and not payee:
        return UNREAD_COUNT
    if restricting or "one_bidder" in reading.values("payee"):
        return UNREAD_COUNT
    part = re.search(r"占める|割合|構成比|シェア|比率", reading.rest) and not set(measures_asked(reading)) & _RATES
    if operation is Operation.AGG_TOP and (part or _SUM_OF_TOP.search(reading.rest)):
        return UNREAD_COUNT  # a ranking is not its sum, nor its share
    compared = CHANGE_HINT.search(said(reading)) or reading.has("operation", "difference", "growth_rate", "compare")
    if payee and (operation in (Operation.AGG_GROUP, Operation.AGG_CHANGE) or compared or "どちら" in reading.rest):
        return UNREAD_COUNT
    if read_threshold(reading.rest) is None and any(_IS_AMOUNT.search(c.value or reading.board.text[c.start : c.end]) for c in reading.board.of("数")):
        return UNREAD_COUNT  # 100億円ちょうどの事業
    return UNREAD_COUNT if operation is Operation.AGG_COUNT and not payee and _restricts(reading) else ""


def _inherited(reading: Reading, before: Interpretation | None) -> tuple[str, ...]:
    """The measure talked about (厚生労働省全体では？), when the turn names nothing to be counted or ranked."""
    if before is None or before.subject is not Subject.FIGURE or _counts_or_lists(reading):
        return ()
    return before.measures[:1]


def _counts_or_lists(reading: Reading) -> bool:
    text = reading.board.text
    return bool(_COUNTED.search(text) or _WHICH.search(text) or "count" in reading.values("aggregate") or "一覧" in text)


def _refused(reading: Reading, reason: str) -> Interpretation:
    return Interpretation(reading.question.original, Subject.NONE, Operation.LOOKUP, reason=reason)


def _bureau(reading: Reading) -> str:
    """A bureau or division by its own name behind a ministry's (厚生労働省の老健局)."""
    if not reading.ministries:
        return ""
    words = (reading.question.source(start, end) for start, end in left_over(reading.board))
    return next((w for w in words if _BUREAU.fullmatch(w) and not _NO_BUREAU.search(w)), "")


def names_account(reading: Reading) -> bool:
    """The sheets of an account are asked about (一般会計の事業)."""
    return reading.span is None and bool(re.search(r"(?:一般|特別)会計の(?:全|各)?(?:事業|シート)", reading.board.text))


def _several(reading: Reading) -> tuple[str, ...]:
    """The ministries named, when they are more than one and none by an agency."""
    names = tuple(dict.fromkeys(m.name for m in reading.ministries))
    return names if len(names) > 1 and not any(m.bureau for m in reading.ministries) else ()


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
    if _ministry_change(reading):
        return Operation.AGG_CHANGE, 0
    if "change" in words and not payee:
        return Operation.AGG_CHANGE, count or 10
    if _ranked_group(text):
        return Operation.AGG_GROUP, count or (1 if _MOST_ONE.search(text) else 0)
    if top:
        return Operation.AGG_TOP, count
    if rank_asked(text) > 1:
        return Operation.AGG_TOP, rank_asked(text)
    if _group(reading):
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
    for start, end in left_over(reading.board):
        if _RECEIVED.match(reading.board.text, end) and end - start >= 2:
            return reading.question.source(start, end)
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
    counted_or_summed = reading.has("measure") or _COUNTED.search(reading.board.text)
    if reading.has("operation", "trend") and reading.ministries and counted_or_summed:
        return "年度"
    phrase = next((c.phrase for c in reading.cues if c.kind == "aggregate" and c.value == "group"), "")
    return next((name for sign, name in _GROUPS if sign in phrase), "") or _ranked_group(reading.board.text)


def _ranked_group(text: str) -> str:
    """``執行額が一番多い省``: ministries (or bureaus) are ranked, not projects."""
    found = _RANKED_GROUP.search(text)
    word = (found["a"] or found["b"]) if found else ""
    return "担当部局庁" if word.endswith("局") else "府省庁" if word else ""
