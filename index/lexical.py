"""BM25 over all texts, as memory-mapped postings that a query adds up with a weight per word.

The scores are computed by the library bm25s, one index per group of texts (name, purpose, …) so that
each has its own average length; see Lù, "BM25S: Orders of magnitude faster lexical search via eager
sparse scoring" (2024).  What is kept is its score matrix, packed: per word the document numbers as
gaps in 16 bits and the scores in 8 bits of the word's own maximum.  That is a tenth of the library's
own files, opens without reading a vocabulary, and takes weights per word, which query expansion needs.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FILES = ("hashes", "starts", "firsts", "gaps", "scores", "scales", "idf", "wide_at", "wide_by", "size")
_LEVELS = 255.0
_GAP_LIMIT = 1 << 16


@dataclasses.dataclass(frozen=True, slots=True)
class Bm25:
    """k1 and b of Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009)."""

    k1: float = 1.2
    b: float = 0.6


@dataclasses.dataclass(frozen=True, slots=True)
class Postings:
    """The documents that hold one word, ascending, its BM25 score in each, and its rarity."""

    documents: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    idf: float


_BM25 = Bm25()


class LexicalIndex:
    """Word → documents and scores. Read-only and thread-safe."""

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._arrays = arrays
        self.size = int(arrays["size"][0])

    @classmethod
    def open(cls, folder: Path, verified: Callable[[Path], Path] = lambda path: path) -> LexicalIndex:
        """Map the arrays of ``folder``; ``verified`` is asked for every file before it is used."""
        return cls({name: mapped(verified(folder / f"{name}.npy")) for name in FILES})

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            np.save(folder / f"{name}.npy", self._arrays[name])

    def idf(self, term: str) -> float:
        """Rarity of a word over all texts (0 for a word that stands nowhere)."""
        at = self._find(term)
        return 0.0 if at is None else float(self._arrays["idf"][at])

    def postings(self, term: str) -> Postings | None:
        """The documents of a word, or None when no text holds it."""
        at = self._find(term)
        if at is None:
            return None
        begin, end = int(self._arrays["starts"][at]), int(self._arrays["starts"][at + 1])
        gaps = self._arrays["gaps"][begin:end].astype(np.int32)
        gaps[0] = self._arrays["firsts"][at]
        low, high = np.searchsorted(self._arrays["wide_at"], (begin, end))
        if high > low:
            gaps[self._arrays["wide_at"][low:high] - begin] += self._arrays["wide_by"][low:high] * _GAP_LIMIT
        scores = self._arrays["scores"][begin:end] * np.float32(self._arrays["scales"][at] / _LEVELS)
        idf = float(self._arrays["idf"][at])
        return Postings(np.cumsum(gaps, dtype=np.int32), scores.astype(np.float32, copy=False), idf)

    def score(self, weighted: Sequence[tuple[str, float]]) -> npt.NDArray[np.float32]:
        """Sum over words of weight × BM25 score, for every document: shape (size,)."""
        return self.total([(self.postings(term), weight) for term, weight in weighted])

    def total(self, found: Sequence[tuple[Postings | None, float]]) -> npt.NDArray[np.float32]:
        """As ``score``, for words already looked up."""
        known = [(postings, weight) for postings, weight in found if postings is not None]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        documents = np.concatenate([postings.documents for postings, _ in known])
        scores = np.concatenate([postings.scores * np.float32(weight) for postings, weight in known])
        return np.bincount(documents, scores, minlength=self.size).astype(np.float32)

    def _find(self, term: str) -> int | None:
        code = np.uint64(term_hash(term))
        at = int(self._arrays["hashes"].searchsorted(code))
        return at if at < len(self._arrays["hashes"]) and self._arrays["hashes"][at] == code else None


def mapped(path: Path) -> npt.NDArray[Any]:
    """A memory-mapped array as a plain ndarray: slices of ``np.memmap`` cost microseconds each."""
    return np.asarray(np.load(path, mmap_mode="r"))


def build_lexical(terms: Sequence[Sequence[str]], groups: Sequence[int], settings: Bm25 = _BM25) -> LexicalIndex:
    """Index texts given as words. ``groups`` must ascend: texts of one group stand together."""
    vocabulary: dict[str, int] = {}
    ids = [[vocabulary.setdefault(term, len(vocabulary)) for term in words] for words in terms]
    parts = _group_scores(ids, np.asarray(groups), settings)
    empty = np.zeros(0, dtype=np.int64)
    term_of = np.concatenate([part[0] for part in parts] or [empty])
    document = np.concatenate([part[1] for part in parts] or [empty])
    score = np.concatenate([part[2] for part in parts] or [empty.astype(np.float32)])
    hashes = np.array([term_hash(term) for term in vocabulary], dtype=np.uint64)
    order = np.argsort(hashes, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    by_term = np.argsort(rank[term_of], kind="stable")  # stable: documents stay ascending within a word
    return _packed(hashes[order], rank[term_of][by_term], document[by_term], score[by_term], len(terms))


def _group_scores(
    ids: list[list[int]], groups: npt.NDArray[np.int64], settings: Bm25
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]]:
    """(word, document, score) of every posting, group after group, by bm25s."""
    import bm25s  # only a build needs it

    parts = []
    for group in np.unique(groups):
        begin, end = np.searchsorted(groups, (group, group + 1))
        local: dict[int, int] = {}
        own = [[local.setdefault(i, len(local)) for i in ids[d]] for d in range(begin, end)]
        if not local:
            continue
        engine = bm25s.BM25(k1=settings.k1, b=settings.b, method="lucene", backend="numpy")
        scores = engine.build_index_from_ids(list(range(len(local))), own, show_progress=False)
        word = np.repeat(np.fromiter(local, dtype=np.int64), np.diff(scores["indptr"]))
        parts.append((word, scores["indices"].astype(np.int64) + begin, scores["data"].astype(np.float32)))
    return parts


def _packed(
    hashes: npt.NDArray[np.uint64],
    term_of: npt.NDArray[np.int64],
    document: npt.NDArray[np.int64],
    score: npt.NDArray[np.float32],
    size: int,
) -> LexicalIndex:
    counts = np.bincount(term_of, minlength=len(hashes))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    used = starts[:-1][counts > 0]
    gaps = np.diff(document, prepend=0)
    firsts = np.zeros(len(hashes), dtype=np.int32)
    firsts[counts > 0] = document[used]
    gaps[used] = 0
    wide = np.nonzero(gaps >= _GAP_LIMIT)[0]
    scales = np.ones(len(hashes), dtype=np.float32)
    if len(used):
        scales[counts > 0] = np.maximum(np.maximum.reduceat(score, used), 1e-9)
    levels = np.clip(np.rint(score / scales[term_of] * _LEVELS), 1, _LEVELS)
    return LexicalIndex(
        {
            "hashes": hashes,
            "starts": starts,
            "firsts": firsts,
            "gaps": (gaps % _GAP_LIMIT).astype(np.uint16),
            "scores": levels.astype(np.uint8),
            "scales": scales,
            "idf": np.log1p((size - counts + 0.5) / (counts + 0.5)).astype(np.float32),
            "wide_at": wide.astype(np.int64),
            "wide_by": (gaps[wide] // _GAP_LIMIT).astype(np.int32),
            "size": np.array([size], dtype=np.int64),
        }
    )


@functools.lru_cache(maxsize=1 << 14)
def term_hash(term: str) -> int:
    """64 bits of BLAKE2b: two of a million words collide with probability 3e-8."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=8).digest(), "little")
