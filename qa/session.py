"""Conversations in memory: what the turn before was about. Bounded, and safe to use from several threads."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import threading

from qa.model import Interpretation


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """The last turn of a conversation, in the words of ``qa.understand.Context``."""

    interpretation: Interpretation
    sheet_id: str = ""
    payees: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    answered: bool = True
    listed: tuple[str, ...] = ()  # sheets of the last list shown, in its order ("2位の事業")


_LONG = 64


def _key(session: str) -> str:
    """What is kept of a conversation's name: a caller's megabyte is not."""
    return session if len(session) <= _LONG else hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()


class Sessions:
    """The last turn of each conversation; the conversation unused for longest is forgotten first."""

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._turns: collections.OrderedDict[str, Turn] = collections.OrderedDict()
        self._lock = threading.Lock()

    def last(self, session: str | None) -> Turn | None:
        if session is None:
            return None
        with self._lock:
            key = _key(session)
            turn = self._turns.get(key)
            if turn is not None:
                self._turns.move_to_end(key)
            return turn

    def keep(self, session: str | None, turn: Turn) -> None:
        if session is None:
            return
        with self._lock:
            key = _key(session)
            self._turns[key] = turn
            self._turns.move_to_end(key)
            while len(self._turns) > self._limit:
                self._turns.popitem(last=False)

    def forget(self, session: str) -> None:
        with self._lock:
            self._turns.pop(_key(session), None)

    def __len__(self) -> int:
        with self._lock:
            return len(self._turns)
