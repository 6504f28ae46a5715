"""A question → the plan of a set, or the words that no part of a plan accounts for.

Exact cover: every content word becomes a part of the plan or belongs to the closed class of words that
ask and restrict nothing.  What is left makes the question unread; nothing is dropped to make it fit
(Popescu, Etzioni, Kautz 2003: only what is mapped whole is answered).
"""

from __future__ import annotations

import dataclasses
import re
from typing import Protocol

from index.names import NameIndex
from qa.sets.compose import compose
from qa.sets.mentions import Mentions, left_over, names_a_project, read_mentions
from qa.sets.plan import Paid, SetPlan
from qa.sets.turns import edited
from qa.understand.directory import Directory
from qa.understand.spans import Board
from qa.understand.text import Question

_NESTED = re.compile(r"(?:その|この|それらの|上記の|以上の)(?:中で|中では|中の|うちで|うち|なかで|内で|内)")
_THOSE = re.compile(r"(?:その|この|それら|これら)\s?(?:の\s?)?(?:\d{1,2}|[二三四五六七八九十])(?:省庁?|府省庁?|つ|件|社|事業)")


@dataclasses.dataclass(frozen=True, slots=True)
class Unread:
    """``words`` of the question that became no part of a plan, as typed; ``about_sets``: it spoke of a set of sheets."""

    words: tuple[str, ...]
    about_sets: bool


class Payees(Protocol):
    """What the corpus knows of payees."""

    def newest_year(self) -> int | None:
        """The newest sheet year that lists payees."""

    def like(self, words: str, sheet_year: int) -> str:
        """The payee of that year whose name without its legal form is ``words``, "" for none or several."""


def read_set(question: Question, names: NameIndex, places: Directory, payees: Payees) -> SetPlan | Unread | None:
    """The plan of a question over sets; Unread with what is left; None when it is not about a set at all."""
    if names_a_project(question, names):
        return None
    found, left = _cover(Board(question.text), question, places, payees)
    about = bool(found.where or found.has("thing") or found.ranked_ministries or found.has("by", "ministry") or found.has("nation"))
    if left:
        return Unread(left, about)
    return compose(found, places) if about else None


def read_turn(question: Question, before: SetPlan, names: NameIndex, places: Directory, payees: Payees) -> SetPlan | Unread | None:
    """A turn after a set: the plan before, edited; Unread when words are left over, None when it edits nothing."""
    if names_a_project(question, names):
        return None
    board = Board(question.text)
    if (those := next(board.find(_THOSE), None)) is not None:
        return Unread((question.source(*those.span()),), about_sets=True)
    nested = next(board.find(_NESTED), None)
    if nested is not None:
        board.claim(*nested.span(), "入れ子")
    found, left = _cover(board, question, places, payees)
    return Unread(left, about_sets=True) if left else edited(found, before, places, nested=nested is not None)


def _cover(board: Board, question: Question, places: Directory, payees: Payees) -> tuple[Mentions, tuple[str, ...]]:
    """The mentions of a question, and the words that none of them covers."""
    found = read_mentions(board, question, places)
    left = left_over(board)
    if left and _take_payee(found, left, question, payees, places):
        left = left_over(board)
    if any(isinstance(one, Paid) for one in found.where):
        found.payee_year = payees.newest_year()
    return found, tuple(question.source(*span) for span in left)


def _take_payee(
    found: Mentions, left: list[tuple[int, int]], question: Question, payees: Payees, places: Directory
) -> bool:
    """One stretch left, and words of payment: the name of a payee, when the corpus has one like it."""
    if len(left) != 1 or not found.has("payee") or any(isinstance(one, Paid) for one in found.where):
        return False
    start, end = left[0]
    year = found.sheets[0] if found.sheets else (found.fiscal[0] + 1 if found.fiscal else payees.newest_year() or places.newest)
    name = payees.like(question.source(start, end), year)
    if not name:
        return False
    found.board.claim(start, end, "支出先名", name)
    found.where.append(Paid(name))
    return True
