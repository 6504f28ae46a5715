"""Which figures of one project are asked, of which years, and what is to be done with them."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise

from corpus.fields import Measure
from corpus.figures.definitions import UNUSED
from qa.model import Interpretation, Operation, Subject
from qa.understand.amounts import read_premise, read_threshold
from qa.understand.reading import Reading
from qa.understand.time import RELATIVE, Base
from qa.understand.wording import (
    ALL_PARTS,
    CHANGE,
    CHANGE_HINT,
    EACH,
    LEFT_OVER,
    ONE_ANSWER,
    PERCENT_ASKED,
    RATE_HINT,
    RATE_OF_CHANGE,
    SPENT,
    SUM_HINT,
    SUPERLATIVE,
    TOTALLED,
    USED_SHARE,
    YEAR_ASKED,
    said,
)

# A shorter, weaker word gives way when an official one stands in the same question.
_WEAK = frozenset({"予算", "支出", "執行", "補正", "当初", "要求", "当初は", "当初で", "予算額", "使った", "使われた", "支出額", "現額"})
_LISTED = re.compile(r"(?:と|・|や|、|及び)(?:執行|当初|補正|繰|要求|決算)")  # 予算と執行額
_MONEY = frozenset(
    {
        Measure.INITIAL, Measure.SUPPLEMENTARY, Measure.CARRIED_IN, Measure.CARRIED_OUT, Measure.RESERVE,
        Measure.BUDGET_TOTAL, Measure.EXECUTED, Measure.EXECUTION_RATE, Measure.EXECUTION_RATE_INITIAL,
        Measure.REQUEST, Measure.REQUEST_TOTAL, Measure.REQUEST_WISH,
    }
)  # fmt: skip
_MINUS = re.compile(r"\s[-－−]\s|から.*引|マイナス")
_ROW_SUM = re.compile(r"(?:執行額|当初予算|補正予算|要求額)の?計(?![一-龥])")
_SHARE = re.compile(r"比率|割合|占め|何割|何%|何パーセント")
_EXECUTED = frozenset({Measure.EXECUTED, Measure.EXECUTION_RATE, Measure.EXECUTION_RATE_INITIAL})
_REQUESTS = frozenset({Measure.REQUEST, Measure.REQUEST_TOTAL, Measure.REQUEST_WISH})
_PAIR = frozenset({Operation.DIFFERENCE, Operation.GROWTH_RATE, Operation.RATIO})
_FROM_ON = re.compile(r"年度?から(?:の)?\s?(?:\d|[一二三四五六七八九])\s?(?:年|[かヶヵケカ箇]年)")  # 平成27年度から3年間
_SERIES = frozenset(
    {Operation.SUM, Operation.MEAN, Operation.MAX_YEAR, Operation.MIN_YEAR, Operation.TREND, Operation.YEARS_OVER}
)


@dataclasses.dataclass(frozen=True, slots=True)
class Focus:
    """Years that relative words count from.

    ``sheet``: year of the project's sheet (asked, in focus, else newest); ``anchor``: the year talked
    about; ``now``: what 今年度 means, the sheet in focus or else the newest of the corpus.
    """

    sheet: int
    anchor: int | None = None
    now: int | None = None


def measures_asked(reading: Reading) -> tuple[str, ...]:
    """The measures named, weak words dropped when a stronger one is there; ``実績`` apart."""
    words = said(reading)
    if ALL_PARTS.search(words) and "予算" in words:
        return (Measure.BUDGET_TOTAL.value,)
    if USED_SHARE.search(words) or _share_of_budget(reading, words):
        return (Measure.EXECUTION_RATE.value,)
    cues = [c for c in reading.cues if c.kind == "measure" and c.value != "実績"]
    cues = [c for c in cues if not _introduces(reading, c.end)] or cues
    others = [c for c in cues if not c.phrase.startswith("の計")]
    if others and len(reading.resolved.spread) >= 2:
        cues = others  # 執行額の計 of several years is a sum, not the row 計
    if {c.phrase for c in cues} <= {"予算", "予算額"} and cues and TOTALLED.search(words) and len(reading.resolved.spread) < 2:
        return (Measure.BUDGET_TOTAL.value,)
    strong = [c for c in cues if c.phrase not in _WEAK or _LISTED.match(reading.board.text, c.end)]
    return tuple(dict.fromkeys(c.value for c in (strong or cues)))


def _share_of_budget(reading: Reading, words: str) -> bool:
    """A share is asked of the budget of one year, in whatever order (「予算はどこまで執行されましたか、率で」)."""
    one_year = len(reading.resolved.spread) <= 1 and not reading.years.relative
    asked = bool(PERCENT_ASKED.search(words)) and "予算" in words and bool(SPENT.search(words))
    return one_year and asked and not CHANGE_HINT.search(words) and not reading.ministries[1:] and "事業の" not in words


def strongly_asked(reading: Reading) -> bool:
    """A measure is named by more than an everyday word (予算, 支出) that opinions are asked about too."""
    return any(c.kind == "measure" and c.phrase not in _WEAK for c in reading.cues)


def _introduces(reading: Reading, end: int) -> bool:
    """A word in a clause before the project's name (「予算規模を確認したいのですが、…」)."""
    return reading.span is not None and end <= reading.span[0] and bool(re.search("[、。]", reading.board.text[end : reading.span[0]]))


def is_money(measures: tuple[str, ...]) -> bool:
    return any(m in _MONEY for m in measures)


def operation_asked(reading: Reading, measures: tuple[str, ...]) -> Operation:
    """The operation on figures; LOOKUP when nothing but a printed figure is asked."""
    named, words = reading.values("operation"), said(reading)
    years = len(reading.resolved.spread)
    several = years >= 2 or reading.years.recent >= 2
    supplementary = measures[:1] == (Measure.SUPPLEMENTARY,) and years <= 1 and not reading.years.relative
    rate_named = reading.has("measure", Measure.EXECUTION_RATE) or _share_of_budget(reading, words)
    rules = (
        (Operation.UNUSED, ("unused" in named or bool(LEFT_OVER.search(words))) and not rate_named),
        (Operation.GROWTH_RATE, "growth_rate" in named or bool(RATE_OF_CHANGE.search(words))),
        (Operation.RATIO, "ratio" in named),
        (Operation.YEARS_OVER, read_threshold(reading.rest) is not None and _asks_years(reading)),
        (Operation.MAX_YEAR, "max_year" in named or bool(SUPERLATIVE.search(words) and YEAR_ASKED.search(words))),
        (Operation.MIN_YEAR, "min_year" in named),
        (Operation.TREND, reading.years.recent >= 3 and "どう" in words),
        (Operation.DIFFERENCE, ("difference" in named or bool(CHANGE.search(words)) or _minus(reading)) and not supplementary),
        (Operation.MEAN, "mean" in named),
        (Operation.SUM, ("sum" in named or bool(TOTALLED.search(words) or _ROW_SUM.search(reading.rest))) and several),
        (Operation.TREND, "trend" in named),
        (Operation.SHARE, ("share" in named or bool(_SHARE.search(words))) and len(measures) >= 2),
        (Operation.EXECUTION_RATE, Measure.EXECUTION_RATE in measures),
        (Operation.SUM, reading.years.recent >= 2 and bool(ONE_ANSWER.search(words)) and not EACH.search(words)),
        (Operation.TREND, reading.years.recent >= 2),
    )
    return next((operation for operation, holds in rules if holds), _over_years(reading, words, measures))


def _minus(reading: Reading) -> bool:
    """Two figures with a minus sign, or 引く, between them: R6要求額 － R5当初予算."""
    places = sorted((c.start, c.end) for c in reading.cues if c.kind == "measure")
    return any(_MINUS.search(reading.board.text[one[1] : two[0]]) for one, two in pairwise(places))


def _over_years(reading: Reading, words: str, measures: tuple[str, ...]) -> Operation:
    """Two or more years of one measure are seldom named to have them listed."""
    years = len(reading.resolved.spread)
    if years < 2 or len(measures) > 1 or not is_money(measures or (Measure.EXECUTED.value,)):
        return Operation.LOOKUP
    change = CHANGE_HINT.search(words) or RATE_HINT.search(words)
    if years == 2 and change and not set(measures) & _EXECUTED.difference({Measure.EXECUTED}):
        return Operation.GROWTH_RATE if RATE_HINT.search(words) else Operation.DIFFERENCE
    years_text = "".join(reading.board.text[c.start : c.end] for c in reading.board.of("年度"))
    together = years >= 3 and ONE_ANSWER.search(words) and not EACH.search(words)
    return Operation.SUM if SUM_HINT.search(words) or together or "+" in years_text else Operation.LOOKUP


def _asks_years(reading: Reading) -> bool:
    text = reading.rest
    return reading.has("operation", "years_over") or any(w in text for w in ("年度は", "年は", "何年", "いつ", "どの年"))


def years_asked(reading: Reading, operation: Operation, measures: tuple[str, ...], focus: Focus) -> tuple[tuple[int, ...], str]:
    """(fiscal years, relative wording that was resolved) for an operation."""
    relative, words = _relative_years(reading, focus)
    written = reading.resolved.ends if operation in _PAIR else reading.resolved.spread
    years = tuple(dict.fromkeys((*written, *relative)))
    if operation in _PAIR and len(relative) == 1 and not written:
        last = focus.anchor if focus.anchor is not None else _last_settled(measures, focus)
        return tuple(sorted({relative[0], last if relative[0] != last else last - 1})), words
    if operation in _PAIR:
        return _pair(years, reading, measures, focus), words
    if len(years) == 1 and reading.years.recent >= 2 and operation in _SERIES and _FROM_ON.search(reading.board.text):
        return tuple(range(years[0], years[0] + reading.years.recent)), words
    if not years and reading.years.recent and operation is not Operation.LOOKUP:
        last = _last_settled(measures, focus)
        said = reading.board.of("期間")
        wording = reading.question.source(said[0].start, said[0].end).strip() if said else ""
        return tuple(range(last - reading.years.recent + 1, last + 1)), wording
    if not years and measures and measures[0] in _REQUESTS and reading.resolved.sheet_year and operation is Operation.LOOKUP:
        return (reading.resolved.sheet_year + 1,), words
    return years, words or ("直近" if reading.years.latest and not years else "")


def _relative_years(reading: Reading, focus: Focus) -> tuple[tuple[int, ...], str]:
    found: list[int] = []
    words: list[str] = []
    anchor = reading.resolved.ends[0] if reading.resolved.ends else focus.anchor
    for mention in reading.years.relative:
        step, base = RELATIVE[mention.word]
        now = focus.now if focus.now is not None and "シート" not in mention.word else focus.sheet
        start = now if base is Base.SHEET else anchor if anchor is not None else focus.sheet
        found.append(start + step)
        words.append(mention.word)
    return tuple(found), "、".join(words)


def _pair(years: tuple[int, ...], reading: Reading, measures: tuple[str, ...], focus: Focus) -> tuple[int, ...]:
    """Two years, earlier first; with one, the year before it is the other."""
    if len(measures) == 2 and len(years) in (1, 2):
        return (years[0], years[-1])  # each measure has its own year: 3年度要求額と2年度当初予算
    if len(years) >= 2:
        return (min(years), max(years)) if len(years) > 2 else tuple(sorted(years))
    if len(years) == 1:
        return (years[0] - 1, years[0])
    if focus.anchor is not None:
        return (focus.anchor - 1, focus.anchor)
    last = _last_settled(measures, focus)
    return (last - 1, last)


def _last_settled(measures: tuple[str, ...], focus: Focus) -> int:
    """The newest year for which a sheet of ``focus.sheet`` reports the measure."""
    return focus.sheet - 1 if measures and measures[0] in _EXECUTED else focus.sheet


def read_figure(reading: Reading, focus: Focus, measures: tuple[str, ...]) -> Interpretation:
    """A question about figures of the budget table (or of the measures given)."""
    operation = operation_asked(reading, measures)
    if operation is Operation.UNUSED:
        over = _unused_over_years(reading)
        operation = over or operation
        measures = (UNUSED,) if over else (Measure.BUDGET_TOTAL.value, Measure.EXECUTED.value)
    years, words = years_asked(reading, operation, measures, focus)
    if operation in _PAIR and len(measures) == 2:
        measures, years = _in_order(measures, years)
    elif operation in _PAIR | _SERIES:
        measures = measures[:1]
    return Interpretation(
        question=reading.question.original,
        subject=Subject.FIGURE,
        operation=operation,
        sheet_year=reading.resolved.sheet_year,
        fiscal_years=years,
        years_relative=words,
        measures=measures,
        unit=unit_asked(reading),
        threshold=read_threshold(reading.rest) if operation is Operation.YEARS_OVER else None,
        premise=read_premise(reading.rest),
    )


def _unused_over_years(reading: Reading) -> Operation | None:
    """不用額の推移, 不用額が最も多い年度: an operation over the unused balances of several years."""
    named = reading.values("operation")
    if "max_year" in named or "min_year" in named:
        return Operation.MAX_YEAR if "max_year" in named else Operation.MIN_YEAR
    if len(reading.resolved.spread) > 1 and ("sum" in named or "mean" in named):
        return Operation.SUM if "sum" in named else Operation.MEAN
    return Operation.TREND if "trend" in named or reading.years.recent >= 2 else None


def _in_order(measures: tuple[str, ...], years: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Pairs of measure and year, earlier first; of one year, the first named last (AとBの差 is A - B)."""
    if len(years) != 2:
        return measures, years
    pairs = sorted(zip(years, measures, strict=True), key=lambda pair: pair[0])
    if years[0] == years[1]:
        pairs.reverse()
    return tuple(m for _, m in pairs), tuple(y for y, _ in pairs)


def unit_asked(reading: Reading) -> str:
    """The unit the user wants, "" when not said; ``%`` is no wish, it is the unit of a rate."""
    text = reading.board.text
    wanted = [c.value for c in reading.cues if c.kind == "unit" and not text[c.start - 1 : c.start].isdigit()]
    return next((u for u in wanted if u != "%"), "")
