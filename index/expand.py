"""Query expansion by the thesaurus: ハッキング also asks for サイバー攻撃.

A line of ``data/thesaurus.tsv`` is an official term and everyday words for it.  When a query holds an
everyday word, the official term's words are added with a weight below that of the query's own; the
other way round (an official term asks for everyday words, which sheets seldom use) with a lower one.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from index import tokens
from index.data_check import read_terms

_FILE = "expansions.json"
_LONGEST = 4  # words of a phrase
_MAX_ADDED = 32  # words added to one query
_DIGITS = 4  # of a stored weight


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
        entries = read_terms(path) if path else read_terms()
        meanings = Counter(_key(word) for entry in entries for word in entry.words)
        for entry in entries:
            for word in entry.words:  # a word that may mean many terms asks less for each
                _add(table, word, entry.term, weights.official / meanings[_key(word)] ** 0.5)
                _add(table, entry.term, word, weights.everyday / len(entry.words) ** 0.5)
        return cls(table, weights)

    def save(self, folder: Path) -> None:
        table = {
            phrase: {word: round(weight, _DIGITS) for word, weight in words.items()}
            for phrase, words in self._table.items()
        }
        (folder / _FILE).write_text(json.dumps(table, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

    @classmethod
    def open(cls, path: Path, verified: Callable[[Path], Path] = lambda path: path) -> Expander:
        """From a folder or file; ``verified`` is asked for the file before it is used."""
        return cls(json.loads(verified(path / _FILE if path.is_dir() else path).read_text(encoding="utf-8")))

    def weighted(self, terms: Sequence[str]) -> dict[str, float]:
        """The query's words with their weights, its own and those added; the higher weight stays."""
        found: dict[str, float] = {}
        added: dict[str, float] = {}
        for term in terms:
            found[term] = self._weights.pair if "+" in term else 1.0
        singles = [term for term in terms if "+" not in term]
        for begin in range(len(singles)):
            for end in range(begin + 1, min(begin + _LONGEST, len(singles)) + 1):
                for term, weight in self._table.get(" ".join(singles[begin:end]), {}).items():
                    added[term] = max(added.get(term, 0.0), weight)
        heaviest = sorted((term for term in added if term not in found), key=lambda term: -added[term])
        return found | {term: added[term] for term in heaviest[:_MAX_ADDED]}


@functools.lru_cache(maxsize=1 << 15)  # a build asks for each word and each term several times
def _terms(phrase: str) -> tuple[str, ...]:
    return tuple(tokens.terms(phrase))


def _key(phrase: str) -> str:
    return " ".join(term for term in _terms(phrase) if "+" not in term)


def _add(table: dict[str, dict[str, float]], phrase: str, added: str, weight: float) -> None:
    key = _key(phrase)
    words = _terms(added)
    if not key or not words:
        return
    entry = table.setdefault(key, {})
    share = weight / len(words) ** 0.5  # a long official term must not outweigh the query
    for word in words:
        if word not in key.split(" "):
            entry[word] = max(entry.get(word, 0.0), share)
