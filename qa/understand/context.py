"""What ``understand`` may look at besides the question: the corpus, and the turn before."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.store.reader import Corpus
    from index.names import NameIndex
    from index.search import Searcher
    from qa.model import Interpretation


@dataclasses.dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one question. Nothing here is changed by understanding.

    ``corpus``: the open snapshot; names, years and ministries of all its sheets come from it.
    ``names``: finds projects by (part of) their name.
    ``searcher``: full-text search, used only for "ministry + topic" when no name fits; None = do without.
    ``sheet_id``: the sheet the caller has in focus (``--sheet``, the app), "" for none.  It is the
    subject of a question that names no project; a project named in the question goes before it.
    ``previous``: the interpretation of the turn before in the same conversation, as it was answered
    (with the project decided); None on the first turn.
    ``previous_payees``: names of the payees the answer before showed, in its order ("その会社").
    ``previous_years``: fiscal years of the results the answer before showed, in its order ("その年度":
    the years asked, or the year found by 最大の年度).
    ``previous_answered``: False when the answer before was a refusal or a question back.
    """

    corpus: Corpus
    names: NameIndex
    searcher: Searcher | None = None
    sheet_id: str = ""
    previous: Interpretation | None = None
    previous_payees: tuple[str, ...] = ()
    previous_years: tuple[int, ...] = ()
    previous_answered: bool = True
