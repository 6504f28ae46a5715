"""Official texts said in everyday words: the thesaurus put into the sheets' own sentences.

The bridge's queries cover some thousands of projects; the thesaurus covers words. A name or a purpose in
which every official term that the thesaurus knows gives way to one of its everyday words is a query nobody
wrote for that project, in the context the word has there. It teaches the embedding the words for all
projects, also for those without a query.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from index.data_check import Term

_SHORTEST = 2  # characters of a term worth replacing: a single one stands inside other words


class Disguise:
    """Replaces official terms by everyday words."""

    def __init__(self, terms: Iterable[Term], share: float = 0.8) -> None:
        """``share`` of the places are replaced, so that the official term is also seen beside everyday ones."""
        self._share = share
        self._by_start: dict[str, list[Term]] = {}
        for term in terms:
            if len(term.term) >= _SHORTEST and term.words:
                self._by_start.setdefault(term.term[:_SHORTEST], []).append(term)
        for found in self._by_start.values():
            found.sort(key=lambda term: -len(term.term))

    def text(self, text: str, rng: random.Random) -> str:
        """The text with terms replaced, the longest at each place; "" when none was."""
        out, at, changed = [], 0, False
        while at < len(text):
            near = self._by_start.get(text[at : at + _SHORTEST], ())
            term = next((t for t in near if text.startswith(t.term, at)), None)
            if term is None or rng.random() >= self._share:
                step = 1 if term is None else len(term.term)
                out.append(text[at : at + step])
            else:
                step, changed = len(term.term), True
                out.append(rng.choice(term.words))
            at += step
        return "".join(out) if changed else ""
