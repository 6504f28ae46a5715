"""Everything in a question that names an asked thing, an operation, a unit, a ministry or nothing at all."""

from __future__ import annotations

import dataclasses
import functools
import re

from corpus.text import nfkc
from qa.understand.spans import Board
from qa.understand.text import Question
from qa.understand.vocabulary import Cue, Phrases, longest, vocabulary

_BLOCK_AFTER = re.compile(r"(?<![a-z])([a-z])\s?(?:支出先|の(?!支出先)\s?)?(?:ブロック|グループ|block|group)(?!サイズ)")
_BLOCK_BEFORE = re.compile(r"(?:支出先)?(?:ブロック|グループ|block|group)\s?[「(]?([a-z])(?![a-z])")
_BLOCK_PAYEES = re.compile(r"(?<![a-z])([a-z])\s?の\s?支出先|支出先\s?([a-z])(?![a-z])")


@dataclasses.dataclass(frozen=True, slots=True)
class Ministry:
    """A ministry named in the question, by itself or by one of its agencies (``bureau``)."""

    name: str
    bureau: str
    start: int
    end: int


def read_ministries(board: Board, known: frozenset[str]) -> list[Ministry]:
    """Ministries that the corpus knows, claimed on the board (kind ``府省庁``)."""
    words = vocabulary()
    found: list[Ministry] = []
    own = _own_names(known).find(board.masked)
    for cue in longest([*words.ministries.find(board.masked), *own]):
        if cue.value.startswith("\t"):
            name, bureau = words.bureaus[cue.value[1:]]
        else:
            name, bureau = cue.value, ""
        if name not in known and known:
            continue
        board.claim(cue.start, cue.end, "府省庁", name)
        found.append(Ministry(name, bureau, cue.start, cue.end))
    return found


@functools.lru_cache(maxsize=8)
def _own_names(known: frozenset[str]) -> Phrases:
    """The corpus' own ministries by their full names (the table may not have them all)."""
    return Phrases("ministry", {name: [nfkc(name)] for name in known})


def read_block(board: Board, question: Question) -> str:
    """``ブロックB`` / ``Bグループ`` → ``B``, small or capital as typed; claimed as ``ブロック``. "" when none is named."""
    for pattern in (_BLOCK_AFTER, _BLOCK_BEFORE, _BLOCK_PAYEES):
        if match := next(board.find(pattern), None):
            letter = nfkc(question.source(*match.span(match.lastindex or 1)))
            board.claim(*match.span(), "ブロック", letter)
            return letter
    return ""


def read_cues(board: Board) -> list[Cue]:
    """The longest phrases of all tables (fillers apart) that do not overlap, in reading order."""
    words, text = vocabulary(), board.masked
    tables = (*words.asked, words.operations, words.units, words.unrecorded, words.outside, words.payee_words, words.aggregate_words)
    found = [cue for table in tables for cue in table.find(text)]
    return longest(found)


def claim_cues(board: Board, cues: list[Cue]) -> None:
    """Mark the cues as understood."""
    for cue in cues:
        board.claim(cue.start, cue.end, cue.kind, cue.value)


def claim_fillers(board: Board) -> None:
    """Mark the words that mean nothing for finding a name. Called last."""
    masked = board.masked
    for cue in longest(c for c in vocabulary().fillers.find(masked) if not _inside_word(masked, c)):
        board.claim(cue.start, cue.end, "filler")


def _inside_word(text: str, cue: Cue) -> bool:
    """A filler of one or two kanji inside a longer word (``分`` in 分担金) is no filler."""
    if cue.size > 2 or not all(_is_word(c) for c in cue.phrase):
        return False
    return _is_word(text[cue.start - 1 : cue.start]) or _is_word(text[cue.end : cue.end + 1])


def _is_word(character: str) -> bool:
    return bool(character) and ("一" <= character <= "龥" or "ァ" <= character <= "ー")
