"""One question read: years, ministries, asked things and the project, each with its place.

Two passes: the first understands everything but the project, so that what is left can be compared with
names; the second reads the question again with the project's name taken out, so that a word inside a
name (…調査費, …執行事務) is never taken for what is asked.
"""

from __future__ import annotations

import dataclasses
import re

from corpus.model import Table
from corpus.text import nfkc
from index.names import NameIndex, NameMatch
from qa.understand.choosing import Choice, choose
from qa.understand.cues import Ministry, claim_cues, claim_fillers, read_block, read_cues, read_ministries
from qa.understand.directory import Directory
from qa.understand.folding import fold_name, fold_with_places, weights
from qa.understand.payees import find_payee, read_payee_forms
from qa.understand.projects import Hints, NameFit, rank_names
from qa.understand.spans import BLANK, Board
from qa.understand.text import Question
from qa.understand.time import Resolved, Years, read_distant_sheet, read_relative_years, read_years
from qa.understand.vocabulary import Cue

_BRACKET_REST = 16
_NOTHING = 1.0  # weight of words that tell no project
_LONG_NAME = 8  # shorter names with a year or a comma inside are not looked for as a whole
_CUTTING = re.compile(r"年度|[\d元]年|[、。,]")
_CLOSING = ")」』】〕〉》”\""
# every part but the last has its unit: an optional one inside a repetition takes exponential time on a run of digits
_AMOUNT = re.compile(
    r"(?<![\d.a-z])(?=\d)(?:\d[\d,]*(?:\.\d+)?(?:兆|億|千万|百万|十万|万|千))*(?:\d[\d,]*(?:\.\d+)?)?(?:円|%|パーセント|割|倍)(?!当|あ)"
)
_RANK = re.compile(r"(?<![\d.])(?:\d{1,2}|[一二三四五六七八九十])(?:番目|位|番手)")
_CONTENT = re.compile(r"[一-龥ァ-ヶa-z0-9]")


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """Words of the sheet itself, ``start`` to ``end`` in the question: an item (with its ``table``) or a payee."""

    start: int
    end: int
    kind: str
    label: str
    table: Table | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What stands in the question. ``span``: the project's name, None when none was accepted."""

    question: Question
    board: Board
    years: Years
    resolved: Resolved
    ministries: tuple[Ministry, ...]
    block: str
    payee_form: str
    cues: tuple[Cue, ...]
    choice: Choice
    hints: Hints
    span: tuple[int, int] | None
    focus_year: int | None = None
    known: tuple[Known, ...] = ()

    def values(self, kind: str) -> tuple[str, ...]:
        """The official terms of one table that were found, in reading order, each once."""
        return tuple(dict.fromkeys(c.value for c in self.cues if c.kind == kind))

    def has(self, kind: str, *values: str) -> bool:
        return any(c.kind == kind and (not values or c.value in values) for c in self.cues)

    @property
    def rest(self) -> str:
        """The question without the names it holds (project, items, payees): what may say how to read it."""
        text = list(self.board.text)
        for claim in self.board.of("事業", "項目", "支出先名"):
            text[claim.start : claim.end] = BLANK * (claim.end - claim.start)
        return "".join(text)

    @property
    def project_text(self) -> str:
        return self.question.source(*self.span) if self.span else ""


def read(
    question: Question,
    names: NameIndex,
    directory: Directory,
    focus_year: int | None = None,
    *,
    talking: bool = False,
    own: tuple[str, ...] = (),
) -> Reading:
    """Read a question. ``focus_year``: sheet year talked about, for abbreviated years.

    ``talking``: a project is being talked about, so that a few words some name holds too
    (「コロナの影響がなかった年は」) do not make another project of it.
    """
    contained = names.contained(question.text)
    whole = tuple(m.name_id for m in contained)
    protected = _protected(question, contained)
    first = _pass(question, directory, focus_year, protected, None)
    fits = rank_names(question, first.board, names, directory, first.hints, protected, whole)
    choice = choose(fits, directory, first.hints)
    its_own = talking and choice.best is not None and not choice.best.exact and find_payee(own, first.board) is not None
    if choice.best is None or its_own or (talking and _faint(choice.best)) or _names_a_ministry(choice.best, first):
        return dataclasses.replace(first, choice=choice if choice.best is None else Choice(None))
    span = _widened(first.board, choice.best.fit.start, choice.best.fit.end)
    second = _pass(question, directory, focus_year, (), span)
    hints = second.hints
    if hints.sheet_year != first.hints.sheet_year:  # the name hid which year was the sheet's
        again = dataclasses.replace(first.hints, sheet_year=hints.sheet_year)
        choice = choose(rank_names(question, first.board, names, directory, again, protected, whole), directory, again)
    return dataclasses.replace(second, choice=choice, hints=dataclasses.replace(hints, mentions=first.hints.mentions))


def read_again(reading: Reading, directory: Directory, known: tuple[Known, ...]) -> Reading:
    """The same question with words of the sheet put aside, so that nothing inside them is taken for asked."""
    if not known:
        return reading
    again = _pass(reading.question, directory, reading.focus_year, (), reading.span, known)
    hints = dataclasses.replace(reading.hints, sheet_year=again.resolved.sheet_year)
    return dataclasses.replace(again, choice=reading.choice, hints=hints)


def _pass(
    question: Question,
    directory: Directory,
    focus_year: int | None,
    protected: tuple[tuple[int, int], ...],
    span: tuple[int, int] | None,
    known: tuple[Known, ...] = (),
) -> Reading:
    board = Board(question.text)
    if span:
        board.claim(*span, "事業")
    for one in known:
        board.claim(one.start, one.end, one.kind, one.label)
    for place in protected:
        board.claim(*place, "名前")
    ministries = read_ministries(board, directory.ministries)
    years = read_years(board)
    if span:
        years = read_distant_sheet(board, years)
    for place in protected:
        board.release("名前", *place)
    block = read_block(board, question)
    form = read_payee_forms(board)
    if span is None:
        _free_names_of_projects(board)
    for pattern in (_AMOUNT, _RANK):
        for found in list(board.find(pattern)):
            board.claim(*found.span(), "数")
    cues = read_cues(board)
    claim_cues(board, cues)
    years = read_relative_years(board, years)
    claim_fillers(board)
    resolved = years.resolve(directory.newest, focus_year)
    hints = Hints(resolved.sheet_year, tuple(ministries))
    return Reading(
        question, board, years, resolved, tuple(ministries), block, form, tuple(cues), Choice(None), hints, span,
        focus_year, known,
    )  # fmt: skip


def _free_names_of_projects(board: Board) -> None:
    """``国立大学法人運営費交付金の…`` at the head of a clause may be a project's name as well as a payee's."""
    for claim in board.of("支出先名"):
        if claim.value.startswith("国立大学法人") and board.text[claim.start - 1 : claim.start] in ("", "、", "。", "「", " "):
            board.release("支出先名", claim.start, claim.end)


def _names_a_ministry(name: NameFit, reading: Reading) -> bool:
    """``総務省の事業``: nothing but a ministry and words that any name may hold."""
    if name.exact:
        return False
    hidden = {i for m in reading.ministries for i in range(m.start, m.end)}
    rest = "".join(reading.board.text[i] for i in range(name.fit.start, name.fit.end) if i not in hidden)
    return bool(hidden & set(range(name.fit.start, name.fit.end))) and sum(weights(fold_name(rest))) < _NOTHING


def _faint(name: NameFit) -> bool:
    """Less than half of the name, and neither its beginning nor its end."""
    return not name.exact and name.fit.name_share < 0.5 and not name.starts and not name.ends


def _protected(question: Question, contained: list[NameMatch]) -> tuple[tuple[int, int], ...]:
    """Places of whole names that hold a year or a comma, which must not be read as such."""
    folded, places = fold_with_places(question.text)
    found: list[tuple[int, int]] = []
    for match in contained:
        key = fold_name(match.name)
        if len(key) < _LONG_NAME or not _CUTTING.search(nfkc(match.name)):
            continue
        at = folded.find(key)
        if at < 0:
            continue
        start, end = places[at], places[at + len(key) - 1] + 1
        if all(end <= s or start >= e for s, e in found):
            found.append((start, end))
    return tuple(found)


def _widened(board: Board, start: int, end: int) -> tuple[int, int]:
    """The span with the brackets and quotation marks that belong to it."""
    text = board.text
    opened = text.count("(", start, end) - text.count(")", start, end)
    close = text.find(")", end, end + _BRACKET_REST) if opened > 0 else -1
    others = [c for c in board.of("シート", "年度", "府省庁") if c.start < close and c.end > end]
    if close >= 0 and "(" not in text[end:close] and not others:
        end = close  # a bracket that the name opened ends with it (…（実機材料等を活用するやつ）)
    while end < len(text) and ((text[end] == ")" and opened > 0) or text[end] in _CLOSING[1:]):
        opened -= text[end] == ")"
        end += 1
    while start > 0 and text[start - 1] in "「『【〔〈《“\"" + ("(" if opened < 0 else ""):
        opened += text[start - 1] == "("
        start -= 1
    return start, end


def left_over(board: Board) -> list[tuple[int, int]]:
    """Stretches that nothing explains and that hold content, in reading order (particles trimmed)."""
    found = []
    for match in re.finditer(rf"[^{BLANK}、。?!;\n]+", board.masked):
        start, end = match.span()
        while start < end and not _CONTENT.match(board.text[start]):
            start += 1
        while end > start and not _CONTENT.match(board.text[end - 1]):
            end -= 1
        if end > start:
            found.append((start, end))
    return found
