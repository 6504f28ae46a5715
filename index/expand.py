"""Query expansion by the thesaurus: ハッキング also asks for サイバー攻撃.

A line of ``data/thesaurus.tsv`` is an official term and everyday words for it.  When a query holds an
everyday word, the official term's words are added with a weight below that of the query's own; the
other way round (an official term asks for everyday words, which sheets seldom use) with a lower one.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from index import tokens
from index.data_check import read_terms

_FILE = "expansions.json"
_LONGEST = 4  # words of a phrase


@dataclasses.dataclass(frozen=True, slots=True)
class ExpansionWeights:
    """Weights of added words; a word the query holds weighs 1, a pair of nouns ``pair``."""

    official: float = 0.35
    everyday: float = 0.1
    pair: float = 0.6


class Expander:
    """Phrase (words joined by blanks) → words to add, each with its weight."""

    def __init__(self, table: dict[str, dict[str, float]], weights: ExpansionWeights = ExpansionWeights()) -> None:
        self._table, self._weights = table, weights

    @classmethod
    def build(cls, path: Path | None = None, weights: ExpansionWeights = ExpansionWeights()) -> Expander:
        """From the thesaurus (the repository's own by default). Raises BadBridgeData."""
        table: dict[str, dict[str, float]] = {}
        for entry in read_terms(path) if path else read_terms():
            for word in entry.words:
                _add(table, word, entry.term, weights.official)
                _add(table, entry.term, word, weights.everyday)
        return cls(table, weights)

    def save(self, folder: Path) -> None:
        (folder / _FILE).write_text(json.dumps(self._table, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, path: Path) -> Expander:
        return cls(json.loads((path / _FILE if path.is_dir() else path).read_text(encoding="utf-8")))

    def weighted(self, terms: Sequence[str]) -> dict[str, float]:
        """The query's words with their weights, its own and those added; the higher weight stays."""
        found: dict[str, float] = {}
        for term in terms:
            found[term] = self._weights.pair if "+" in term else 1.0
        singles = [term for term in terms if "+" not in term]
        for begin in range(len(singles)):
            for end in range(begin + 1, min(begin + _LONGEST, len(singles)) + 1):
                for term, weight in self._table.get(" ".join(singles[begin:end]), {}).items():
                    found[term] = max(found.get(term, 0.0), weight)
        return found


def _add(table: dict[str, dict[str, float]], phrase: str, added: str, weight: float) -> None:
    key = " ".join(term for term in tokens.terms(phrase) if "+" not in term)
    words = tokens.terms(added)
    if not key or not words:
        return
    entry = table.setdefault(key, {})
    share = weight / len(words) ** 0.5  # a long official term must not outweigh the query
    for word in words:
        if word not in key.split(" "):
            entry[word] = max(entry.get(word, 0.0), share)
