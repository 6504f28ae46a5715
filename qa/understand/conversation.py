"""Turns that name no project: what they leave out is taken from the turn before."""

from __future__ import annotations

import dataclasses
import re

from corpus.fields import Measure
from corpus.model import Sheet
from qa.model import Candidate, Interpretation, Operation, Subject
from qa.understand.asking import read_asked
from qa.understand.context import Context
from qa.understand.directory import Directory
from qa.understand.figures import Focus, measures_asked, operation_asked, read_figure, unit_asked
from qa.understand.folding import fold_name, fold_with_places
from qa.understand.labels import payees_of
from qa.understand.many import read_many
from qa.understand.payee_questions import rank_asked, read_payee
from qa.understand.payees import find_payee
from qa.understand.reading import Reading, left_over
from qa.understand.wording import PERCENT_ASKED

_PAIR = frozenset({Operation.DIFFERENCE, Operation.GROWTH_RATE, Operation.RATIO})
_ONE_YEAR = frozenset({Operation.LOOKUP, Operation.EXECUTION_RATE, Operation.UNUSED})
_BLOCK_ONLY = re.compile(
    r"^(?:では|じゃあ|次は|次に)?[、\s]*(?:ブロック)?([a-z])(?:ブロック|グループ|の方)?(?:は|だと|なら|も|では|の場合)*"
    r"(?:いくら|どう|合計)?(?:ですか|でしょうか|でした|になります|か)*[\s?。]*$"
)
_NEXT = re.compile(r"(?:その|この)?次(?:に|は|の支出先|に多|点|位)(?!年|の年)|続くのは|次に続|二番手")
_AGAINST = re.compile(r"年度?(?:と|に|から|より|と比|比)")
_WHOLE = re.compile(r"事業全体|全体で|全体の|事業の|事業として")
_SAME_MINISTRY = re.compile(r"同じ(?:府)?省庁?|同省|同庁|その省|この省|同府省")
_PREVIOUS_YEAR = re.compile(r"前年度?(?:と|に|から|比)|前の年度?(?:と|に|から)|1年で|一年で|1年間で|昨年度?(?:と|に|から)")
_ORDINAL = re.compile(r"^\D{0,6}?(\d{1,2})\s?(?:番|つ目|個目|件目|つめ)|^\s*(\d{1,2})[.)。]?\s*$")


def follow_up(
    reading: Reading, context: Context, main: Candidate, sheet: Sheet, places: Directory
) -> Interpretation:
    """A turn about the sheet in focus ``main``; ``context.previous`` may be None (the caller named the sheet)."""
    previous = context.previous
    sheets = previous.sheets if previous is not None and previous.sheets else _series(main, places)
    sheet_year = reading.resolved.sheet_year or (previous.sheet_year if previous else main.sheet_year)
    anchor = _anchor(context)
    focus = Focus(reading.resolved.sheet_year or main.sheet_year, anchor)
    found = _same_ministry(reading, context, main, focus) or (
        _merge(reading, context, previous, sheet, focus) if previous is not None else read_asked(reading, sheet, focus)
    )
    if found.subject is Subject.MANY:
        return found
    return dataclasses.replace(
        found,
        question=reading.question.original,
        sheets=sheets,
        sheet_year=sheet_year,
        project_text=previous.project_text if previous else main.project,
        rivals=(),
    )


def _merge(
    reading: Reading, context: Context, previous: Interpretation, sheet: Sheet, focus: Focus
) -> Interpretation:
    """This turn over the one before: what it says replaces, what it leaves out stays."""
    letter = _BLOCK_ONLY.match(reading.board.text)
    if letter and previous.operation is Operation.PAYEE_BLOCK:
        return dataclasses.replace(previous, block=letter[1].upper(), unit=unit_asked(reading) or previous.unit)
    payee_before = context.previous_payees[0] if context.previous_payees else previous.payee
    if previous.subject is Subject.PAYEE and (found := _payee_turn(reading, previous, sheet, payee_before)):
        return found
    measures, years = measures_asked(reading), _has_years(reading)
    operation = operation_asked(reading, measures)
    if reading.has("field") or reading.has("unrecorded") or reading.has("check") or reading.has("column"):
        return _with_payee(read_asked(reading, sheet, focus), payee_before)
    percent = previous.operation is Operation.DIFFERENCE and PERCENT_ASKED.search(reading.board.text)
    if percent and not measures and operation is Operation.LOOKUP and not years and not _leftover(reading):
        return dataclasses.replace(previous, operation=Operation.GROWTH_RATE, years_relative="", unit="", notes=())
    if not measures and operation is Operation.LOOKUP and not years:
        return _unit_or_new(reading, previous, sheet, focus)
    if not measures and operation is Operation.LOOKUP and not _leftover(reading):
        return _other_years(reading, previous, focus)
    if previous.subject is Subject.FIGURE and (operation is not Operation.LOOKUP or measures) and not _leftover(reading):
        return _other_figure(reading, previous, sheet, focus)
    return _in_years_before(_with_payee(read_asked(reading, sheet, focus), payee_before), reading, previous)


def _in_years_before(found: Interpretation, reading: Reading, previous: Interpretation) -> Interpretation:
    """A figure asked without a year is that of the year talked about, whatever else the turn says."""
    plain = found.subject is Subject.FIGURE and found.operation in _ONE_YEAR and not found.item
    if not plain or found.fiscal_years or _has_years(reading) or reading.years.latest:
        return found
    if previous.subject is not Subject.FIGURE or previous.operation not in _ONE_YEAR:
        return found
    return dataclasses.replace(found, fiscal_years=previous.fiscal_years)


def _payee_turn(
    reading: Reading, previous: Interpretation, sheet: Sheet, payee_before: str
) -> Interpretation | None:
    """A turn on the payee talked about: its number, its amount, the next one, another unit."""
    text = reading.board.text
    found = read_payee(reading, sheet)
    if found is not None and (found.operation in (Operation.PAYEE_FIELD, Operation.PAYEE_SHARE) and not found.payee):
        return dataclasses.replace(found, payee=payee_before, block=found.block or previous.block)
    ranked = re.search(r"(\d|[一二三四五六七八九十])\s?(?:番目|位|番手)", text)
    if ranked and (found is None or found.operation in (Operation.PAYEE_TOP, Operation.PAYEE_LIST)) and not found_payee(found):
        return dataclasses.replace(previous, operation=Operation.PAYEE_TOP, rank=rank_asked(text), payee="", field="")
    if previous.operation is Operation.PAYEE_TOP and _NEXT.search(text) and not _has_years(reading):
        return dataclasses.replace(previous, rank=max(previous.rank, 1) + 1, payee="", field="")
    if other := _other_payee(reading, previous, sheet, found):
        return other
    if payee_before and _asks_amount(reading, found):
        unit = unit_asked(reading)
        return dataclasses.replace(
            previous, operation=Operation.PAYEE_AMOUNT, payee=payee_before, field="", rank=1, unit=unit
        )
    return found


def found_payee(found: Interpretation | None) -> str:
    return found.payee if found is not None else ""


def _other_payee(
    reading: Reading, previous: Interpretation, sheet: Sheet, found: Interpretation | None
) -> Interpretation | None:
    """``千葉県は？`` after 埼玉県: the same question about another payee of the sheet."""
    if found is not None or reading.has("field") or reading.has("operation") or _has_years(reading):
        return None
    if any(c.kind == "measure" and c.value != Measure.EXECUTED for c in reading.cues):
        return None
    named = find_payee(payees_of(sheet), reading.board)
    if named is None or previous.operation not in (Operation.PAYEE_AMOUNT, Operation.PAYEE_FIELD, Operation.PAYEE_TOP):
        return None
    operation = Operation.PAYEE_FIELD if previous.operation is Operation.PAYEE_FIELD else Operation.PAYEE_AMOUNT
    unit = unit_asked(reading) or previous.unit
    return dataclasses.replace(previous, operation=operation, payee=named[0], block="", rank=1, unit=unit, notes=())


def _asks_amount(reading: Reading, found: Interpretation | None) -> bool:
    """``いくら支出している？`` after a payee: its amount, not the project's 執行額."""
    text = reading.board.text
    if not re.search(r"いくら|金額|支出額|支出し|払|受け取|もら", text) or _WHOLE.search(text) or _has_years(reading):
        return False
    if any(c.kind == "measure" and c.value != Measure.EXECUTED for c in reading.cues):
        return False
    if reading.has("operation") or reading.has("field"):
        return False
    return found is None or (not found.payee and found.operation in (Operation.PAYEE_AMOUNT, Operation.PAYEE_LIST))


def _unit_or_new(reading: Reading, previous: Interpretation, sheet: Sheet, focus: Focus) -> Interpretation:
    """``億円で言うと？`` repeats the question before in another unit; anything else is read for itself."""
    unit = unit_asked(reading)
    if unit and not _leftover(reading) and not reading.has("payee"):
        return dataclasses.replace(previous, unit=unit, notes=())
    return read_asked(reading, sheet, focus)


def _other_years(reading: Reading, previous: Interpretation, focus: Focus) -> Interpretation:
    """``では翌年度は？``: the question before, for another year."""
    if previous.subject is not Subject.FIGURE:
        return dataclasses.replace(previous, fiscal_years=(), unit=unit_asked(reading) or previous.unit)
    asked = read_figure(reading, focus, previous.measures)
    operation = previous.operation if previous.operation in _ONE_YEAR | _PAIR else Operation.LOOKUP
    years = asked.fiscal_years
    if previous.operation in _PAIR and (pair := _against(reading, previous, focus)):
        return dataclasses.replace(previous, fiscal_years=pair, years_relative="", notes=())
    if operation in _PAIR and (len(years) != 2 or unit_asked(reading) or "額" in reading.board.text):
        operation = Operation.LOOKUP if unit_asked(reading) or "額" in reading.board.text else operation
        years = (years[-1] - 1, years[-1]) if operation in _PAIR else years
    if len(years) > 1 and operation in _ONE_YEAR and previous.operation not in _ONE_YEAR:
        operation = previous.operation
    return dataclasses.replace(
        previous,
        operation=operation,
        fiscal_years=years,
        years_relative=asked.years_relative,
        unit=unit_asked(reading) or (previous.unit if operation is previous.operation else ""),
        notes=(),
    )


def _other_figure(reading: Reading, previous: Interpretation, sheet: Sheet, focus: Focus) -> Interpretation:
    """Another measure, or another operation, on the years talked about."""
    own = measures_asked(reading)
    measures = own or previous.measures
    found = read_figure(reading, focus, measures)
    if previous.item and (not own or own[:1] == previous.measures[:1]):
        found = dataclasses.replace(found, item=previous.item, table=previous.table)
    if found.operation in _PAIR and (pair := _against(reading, previous, focus)):
        return dataclasses.replace(found, fiscal_years=pair)
    if found.operation is Operation.LOOKUP and _sums(reading, previous):
        found = dataclasses.replace(found, operation=previous.operation, fiscal_years=previous.fiscal_years)
    if _has_explicit_years(reading) or (reading.years.relative and found.operation not in _PAIR):
        return found
    if found.operation in _PAIR:
        return dataclasses.replace(found, fiscal_years=_pair_before(reading, previous, found, focus))
    if found.operation in (Operation.MAX_YEAR, Operation.MIN_YEAR, Operation.SUM, Operation.MEAN, Operation.TREND):
        several = previous.fiscal_years if len(previous.fiscal_years) > 2 or previous.operation in (Operation.SUM, Operation.MEAN) else ()
        return dataclasses.replace(found, fiscal_years=several)
    if measures and measures[0] in (Measure.REQUEST, Measure.REQUEST_TOTAL):
        return dataclasses.replace(found, fiscal_years=(focus.sheet + 1,))
    if previous.operation in _ONE_YEAR and previous.fiscal_years:
        return dataclasses.replace(found, fiscal_years=previous.fiscal_years)
    return dataclasses.replace(found, fiscal_years=(focus.anchor,) if focus.anchor is not None else ())


def _against(reading: Reading, previous: Interpretation, focus: Focus) -> tuple[int, ...]:
    """``26年度と比べると？``: the year talked about against the one named; () when the turn says otherwise."""
    years = reading.resolved.ends
    if len(years) != 1 or reading.years.relative or focus.anchor in (None, years[0]):
        return ()
    if not _AGAINST.search(reading.board.text):
        return ()
    anchor = previous.fiscal_years[-1] if previous.operation in _PAIR and previous.fiscal_years else focus.anchor
    return tuple(sorted((years[0], anchor))) if anchor is not None and anchor != years[0] else ()


def _sums(reading: Reading, previous: Interpretation) -> bool:
    """``当初予算の合計も`` after a sum over years."""
    return (
        "sum" in reading.values("operation")
        and previous.operation in (Operation.SUM, Operation.MEAN)
        and len(previous.fiscal_years) > 1
        and not _has_years(reading)
    )


def _pair_before(
    reading: Reading, previous: Interpretation, found: Interpretation, focus: Focus
) -> tuple[int, ...]:
    """The two years of a comparison that names none."""
    if previous.operation in _PAIR and len(previous.fiscal_years) == 2:
        return previous.fiscal_years
    talked = previous.talked_years
    if _PREVIOUS_YEAR.search(reading.board.text) and not (re.search("1年で|一年で", reading.board.text) and len(talked) >= 2):
        return found.fiscal_years
    if len(talked) >= 2 and previous.operation is Operation.LOOKUP:
        return tuple(sorted(talked[:2]))
    return found.fiscal_years


def _anchor(context: Context) -> int | None:
    """The year "その年度", "翌年度" count from."""
    previous = context.previous
    if previous is None:
        return None
    if previous.operation in (Operation.MAX_YEAR, Operation.MIN_YEAR) and context.previous_years:
        return context.previous_years[0]
    if previous.subject is Subject.FIGURE and previous.fiscal_years:
        return previous.fiscal_years[-1]
    if context.previous_years:
        return context.previous_years[-1]
    return previous.talked_years[0] if previous.talked_years else None


def _with_payee(found: Interpretation, payee: str) -> Interpretation:
    wanting = found.subject is Subject.PAYEE and not found.payee and found.operation in (Operation.PAYEE_FIELD, Operation.PAYEE_AMOUNT)
    return dataclasses.replace(found, payee=payee) if wanting else found


def _same_ministry(reading: Reading, context: Context, main: Candidate, focus: Focus) -> Interpretation | None:
    """``同じ省で一番多いのは？``: over the sheets of the ministry talked about."""
    if not _SAME_MINISTRY.search(reading.board.text):
        return None
    previous = context.previous
    found = read_many(reading, focus)
    one = found.operation is Operation.AGG_SUM and re.search(r"一番|最も|いちばん|最大|トップ", reading.board.text)
    return dataclasses.replace(
        found,
        operation=Operation.AGG_TOP if one else found.operation,
        top_n=found.top_n or (1 if one else 0),
        sheet_year=found.sheet_year or main.sheet_year,
        measures=found.measures or (previous.measures[:1] if previous and previous.subject is Subject.FIGURE else ()),
        fiscal_years=found.fiscal_years or (previous.fiscal_years[-1:] if previous else ()),
        filter=dataclasses.replace(found.filter, ministry=main.ministry, topic=""),
    )


def _has_explicit_years(reading: Reading) -> bool:
    return bool(reading.resolved.ends)


def _has_years(reading: Reading) -> bool:
    return bool(reading.resolved.ends or reading.years.relative)


def _leftover(reading: Reading) -> bool:
    return any(end - start >= 2 for start, end in left_over(reading.board))


def _series(main: Candidate, places: Directory) -> tuple[Candidate, ...]:
    """All sheets of the project of ``main``, newest first."""
    infos = [places.infos[no] for no in places.by_series[places.infos[main.sheet_no].series]]
    infos = [i for i in infos if i.sheet_year != main.sheet_year or i.no == main.sheet_no]
    ordered = sorted(infos, key=lambda i: -i.sheet_year)
    return tuple(Candidate(i.no, i.sheet_id, i.project, i.ministry, i.sheet_year, 1.0 if i.project == main.project else 0.9) for i in ordered)


def pick_rival(reading: Reading, previous: Interpretation, places: Directory) -> Interpretation | None:
    """The user's choice among the candidates asked back with: by ministry, number in the list, year, words."""
    rivals = previous.rivals
    if not rivals:
        return None
    left = list(rivals)
    if ordinal := _ORDINAL.match(reading.board.text):
        number = int(ordinal[1] or ordinal[2])
        left = [rivals[number - 1]] if 1 <= number <= len(rivals) else []
    elif reading.ministries:
        left = [r for r in rivals if r.ministry in {m.name for m in reading.ministries}]
    elif words := "".join(reading.board.text[s:e] for s, e in left_over(reading.board)):
        key = fold_with_places(words)[0]
        left = [r for r in rivals if key in fold_name(r.project)]
    if reading.resolved.sheet_year:
        left = [r for r in left if r.sheet_year == reading.resolved.sheet_year]
    if len(left) != 1 or (left == list(rivals) and len(rivals) > 1):
        return None
    sheets = _series(left[0], places)
    return dataclasses.replace(previous, question=reading.question.original, sheets=sheets, rivals=(), project_text=left[0].project)


