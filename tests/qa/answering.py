"""Asking with a ready interpretation: draft, text and lock in one step, for the tests."""

from __future__ import annotations

from qa import lock
from qa.answer import answer
from qa.model import Answer, Interpretation
from qa.render import render
from tests.qa.sheets import Shelf


def finished(asked: Interpretation, shelf: Shelf) -> Answer:
    """The answer as the engine would make it; fails when the figure lock refuses it."""
    draft = answer(asked, shelf.library(), None, None)  # type: ignore[arg-type]
    text, spans, notes = render(draft)
    found = Answer(
        asked.question, draft.status, text, draft.results, draft.citations, draft.candidates, asked, notes,
        table=draft.table, spans=spans,
    )  # fmt: skip
    assert lock.check(found) == ()
    return found
