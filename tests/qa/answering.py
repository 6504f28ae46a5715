"""Asking with a ready interpretation: draft, text and lock in one step, for the tests."""

from __future__ import annotations

from qa import lock
from qa.answer import answer
from qa.answer.draft import Draft
from qa.model import Answer, Interpretation
from qa.render import render
from tests.qa.sheets import Shelf


def finished(asked: Interpretation, shelf: Shelf) -> Answer:
    """The answer as the engine would make it; fails when the figure lock refuses it."""
    found = rendered(asked, drafted(asked, shelf))
    assert lock.check(found, shelf) == ()
    return found


def drafted(asked: Interpretation, shelf: Shelf) -> Draft:
    return answer(asked, shelf.library(), None, None)  # type: ignore[arg-type]


def rendered(asked: Interpretation, draft: Draft) -> Answer:
    """A draft as the engine would show it, before the lock."""
    text, spans, notes = render(draft)
    return Answer(
        asked.question, draft.status, text, draft.results, draft.citations, draft.candidates, asked, notes,
        table=draft.table, spans=spans,
    )  # fmt: skip
