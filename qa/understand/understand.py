"""The one entry: question and context → ``Interpretation``."""

from __future__ import annotations

import dataclasses
import re

from corpus.fields import Measure
from corpus.text import payee_key
from qa.answer.payee_rows import core
from qa.model import Candidate, Interpretation, Operation, Subject
from qa.understand.amounts import read_threshold
from qa.understand.asking import read_asked
from qa.understand.context import Context
from qa.understand.conversation import follow_up, pick_rival
from qa.understand.directory import Directory, directory
from qa.understand.figures import Focus, measures_asked, read_figure, strongly_asked
from qa.understand.known import known_words
from qa.understand.many import is_about_many, names_account, names_that_one, read_many, speaks_of_a_set
from qa.understand.many_turns import after_a_set, many_turn
from qa.understand.reading import Reading, left_over, read, read_again
from qa.understand.resolve import Found, find_by_id, find_by_number, find_project
from qa.understand.text import QuestionError, read_question

_COMPARED = re.compile(r"どちら|どっち|比較|比べ|の差|違い|差額")
_NAME_END = re.compile(r"(?:事業|経費|費|補助金|交付金|拠出金|分担金|負担金|委託費|プロジェクト|プログラム|制度|システム|基金|勘定)$")
NO_PROJECT = "その名前の事業は、取り込まれたシートにありません"
NO_NAME = "どの事業のことか分かりません。事業名を書いてください"
OUTSIDE = "シートに書かれていることではないため、お答えできません"


def understand(question: str, context: Context) -> Interpretation:
    """What the question asks, in the sheets' terms. Never raises for anything a user may type.

    A question that cannot be read (too long, no letters) gives subject NONE with the message in ``reason``.
    """
    try:
        parsed = read_question(question)
    except QuestionError as error:
        return Interpretation(question, Subject.NONE, Operation.LOOKUP, reason=str(error))
    places = directory(context.corpus, context.names)
    focus_sheet = _focus_sheet(context, places)
    focus_year = focus_sheet.sheet_year if focus_sheet else None
    if by_id := find_by_id(parsed, places):
        found, info, span = by_id
        reading = read(parsed.without(*span), context.names, places, info.sheet_year)
        asked = dataclasses.replace(_about_project(reading, found, context, places), question=question)
        asked = dataclasses.replace(asked, sheet_year=asked.sheet_year or info.sheet_year)
        return _with_talked_years(asked, context)
    talking = bool(context.previous and context.previous.sheets)
    own = _own_payees(context, focus_sheet) if talking else ()
    reading = read(parsed, context.names, places, focus_year, talking=talking, own=own)
    found = find_project(reading, places)
    if reading.choice.best is None:
        found = find_by_number(parsed, places, reading.hints) or found
    return _with_talked_years(_interpret(reading, found, context, places, focus_sheet), context)


def _interpret(
    reading: Reading, found: Found, context: Context, places: Directory, focus_sheet: Candidate | None
) -> Interpretation:
    named = bool(found.sheets or (found.rivals and reading.choice.best is not None) or found.text)
    if reading.has("outside") and not reading.has("field") and not strongly_asked(reading):
        return _outside(reading)
    if named and not is_about_many(reading):
        return _about_project(reading, found, context, places)
    asked_back = context.previous if context.previous is not None and not context.previous.reason else None
    if asked_back is not None and (picked := pick_rival(reading, asked_back, places)):
        return picked
    unknown_name = _unknown_name(reading)
    set_named = bool(reading.ministries or reading.payee_form or named or names_account(reading))
    set_named = set_named or read_threshold(reading.rest) is not None or speaks_of_a_set(reading)
    about_many = is_about_many(reading) and not names_that_one(reading) and (not unknown_name or set_named)
    if about_many and not _short_follow_up(reading, context):
        return read_many(reading, Focus(reading.resolved.sheet_year or places.newest), context.previous)
    if context.previous is not None and after_a_set(reading, context.previous):
        turn = many_turn(reading, context.previous, context.previous_years, places.newest) if not unknown_name else None
        return turn or _not_found(reading, found, unknown_name, places)
    if focus_sheet is not None and not unknown_name and not _of_another_ministry(reading, focus_sheet):
        sheet = context.corpus.sheet_at(focus_sheet.sheet_no)
        reading = read_again(reading, places, known_words(reading, sheet))
        return follow_up(reading, context, focus_sheet, sheet, places)
    return _not_found(reading, found, unknown_name, places)


def _about_project(reading: Reading, found: Found, context: Context, places: Directory) -> Interpretation:
    """A question that names its project."""
    main = _main_sheet(found, reading.resolved.sheet_year)
    sheet = context.corpus.sheet_at(main.sheet_no) if main is not None else None
    if sheet is not None:
        reading = read_again(reading, places, known_words(reading, sheet))
    year = reading.resolved.sheet_year
    focus = Focus(year or (main.sheet_year if main else places.newest), now=year or _now(context, places))
    if second := _second_project(reading, found, context, places):
        return _comparison(reading, found, second, focus)
    asked = read_asked(reading, sheet, focus)
    if context.previous is not None and _bare_name(reading):
        asked = dataclasses.replace(
            context.previous,
            question=reading.question.original,
            sheet_year=reading.resolved.sheet_year or context.previous.sheet_year,
            payee="",
            notes=(),
        )
    if asked.subject is Subject.NONE:
        return dataclasses.replace(asked, project_text=found.text)
    return dataclasses.replace(asked, project_text=found.text, sheets=found.sheets, rivals=found.rivals)


def _now(context: Context, places: Directory) -> int:
    """What 今年度 means when the question names no sheet: the sheet in focus, else the newest."""
    focus_sheet = _focus_sheet(context, places)
    return focus_sheet.sheet_year if focus_sheet is not None else places.newest


def _second_project(reading: Reading, found: Found, context: Context, places: Directory) -> Found | None:
    """The other project of 「AとBではどちらが…」, None when there is no second one."""
    if not found.sheets or reading.span is None or not _COMPARED.search(reading.board.text):
        return None
    rest = read(reading.question.without(*reading.span), context.names, places)
    other = find_project(rest, places)
    same = {s.sheet_no for s in found.sheets} & {s.sheet_no for s in other.sheets}
    return other if other.sheets and not same else None


def _comparison(reading: Reading, first: Found, second: Found, focus: Focus) -> Interpretation:
    asked = read_figure(reading, focus, measures_asked(reading)[:1] or (Measure.EXECUTED.value,))
    return dataclasses.replace(
        asked,
        operation=Operation.COMPARE,
        project_text=f"{first.text}と{second.text}",
        sheets=(*first.sheets, *second.sheets),
    )


def _bare_name(reading: Reading) -> bool:
    """Nothing but a project's name: ``では、○○事業は？``"""
    return not reading.cues and not reading.resolved.ends and not reading.years.relative and not left_over(reading.board)


def _not_found(reading: Reading, found: Found, name: str, places: Directory) -> Interpretation:
    """No project: say so with the words taken for its name, and what they resemble."""
    asked = read_asked(reading, None, Focus(reading.resolved.sheet_year or places.newest))
    reason = f"{NO_PROJECT}（{name}）" if name or found.rivals else NO_NAME
    if not name and not found.rivals and not reading.cues:
        return _outside(reading)
    return dataclasses.replace(asked, project_text=name, rivals=found.rivals, reason=reason, notes=())


def _outside(reading: Reading) -> Interpretation:
    return Interpretation(reading.question.original, Subject.NONE, Operation.LOOKUP, reason=OUTSIDE)


def _unknown_name(reading: Reading) -> str:
    """Left-over words that look like a project's name, "" when none do."""
    board = reading.board
    best = ""
    for start, end in left_over(board):
        words = board.text[start:end]
        tail = board.text[start : end + 4]
        if (_NAME_END.search(words) and len(words) >= 5) or re.match(r".{3,}?(?:事業|経費|補助金|交付金)", tail):
            best = max(best, reading.question.source(start, end), key=len)
    for quote in reading.question.quotes():
        if len(quote.text) >= 4 and not reading.has("payee") and not best:
            best = reading.question.source(quote.start, quote.end)
    return best


def _of_another_ministry(reading: Reading, focus: Candidate) -> bool:
    """``デジタル庁の情報システムの整備は``: no turn about the project of another ministry talked about before."""
    if not reading.ministries or focus.ministry in {m.name for m in reading.ministries}:
        return False
    return not reading.has("payee") and any(end - start >= 2 for start, end in left_over(reading.board))


def _short_follow_up(reading: Reading, context: Context) -> bool:
    """A turn like 「いくつですか」 that only seems to speak of many sheets."""
    if context.previous is None or reading.ministries or context.previous.subject is Subject.MANY:
        return False
    return not speaks_of_a_set(reading)


def _own_payees(context: Context, focus: Candidate | None) -> tuple[str, ...]:
    """The payees of the sheet talked about, without their legal forms."""
    if focus is None:
        return ()
    cells = context.corpus.sheet_at(focus.sheet_no).cells
    return tuple({core(payee_key(c.raw)) for c in cells if c.measure == Measure.PAYEE_NAME and c.raw})


def _focus_sheet(context: Context, places: Directory) -> Candidate | None:
    """The sheet a question without a project is about: of the turn before, else the caller's."""
    previous = context.previous
    if previous is not None and previous.sheets:
        return _main_sheet(Found(previous.sheets), previous.sheet_year)
    no = places.by_id.get(context.sheet_id.lower()) if context.sheet_id else None
    if no is None:
        return None
    info = places.infos[no]
    return Candidate(no, info.sheet_id, info.project, info.ministry, info.sheet_year)


def _main_sheet(found: Found, sheet_year: int | None) -> Candidate | None:
    """The sheet of the asked year, else the newest."""
    return next((s for s in found.sheets if s.sheet_year == sheet_year), found.sheets[0] if found.sheets else None)


def _with_talked_years(found: Interpretation, context: Context) -> Interpretation:
    before = context.previous.talked_years if context.previous is not None else ()
    if context.previous_years and before[:1] != context.previous_years[:1]:
        before = (*context.previous_years[:1], *before)
    years = tuple(dict.fromkeys((*reversed(found.fiscal_years), *before)))
    return dataclasses.replace(found, talked_years=years[:4])



