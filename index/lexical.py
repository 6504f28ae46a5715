"""BM25 over all texts, as memory-mapped postings that a query adds up with a weight per word.

The scores are computed by the library bm25s (Lù, "BM25S: Orders of magnitude faster lexical search via
eager sparse scoring", 2024; Lucene's BM25), one index per group of texts (name, purpose, …) so that each
has its own average length.  They are kept packed: per word the document
numbers as gaps of one to three bytes (seven bits each, the last byte below 128) and the scores in 8
bits of the word's own maximum.  That is a fifteenth of a score matrix, opens without reading a
vocabulary, and takes weights per word, which query expansion needs.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.wordlist import Words

FILES = ("hashes", "starts", "places", "gaps", "scores", "scales", "size")
_LEVELS = 255.0
_COMMON_FROM, _COMMON_KEPT = 5_000, 96  # texts from which a word counts as common, and how many such stay unpacked
_MORE = 128  # a byte of a gap that is followed by another
_BITS = 7


@dataclasses.dataclass(frozen=True, slots=True)
class Bm25:
    """k1 and b of Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009)."""

    k1: float = 1.2
    b: float = 0.6


@dataclasses.dataclass(frozen=True, slots=True)
class Postings:
    """The texts that hold some words, word after word: those of word ``i`` end before ``ends[i]``.

    Shapes: ``documents`` (ascending within a word) and ``scores`` (BM25) one per posting; ``ends`` and
    ``rarity`` one per word. A word that stands nowhere has no postings and rarity 0.
    """

    documents: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    ends: npt.NDArray[np.int64]
    rarity: npt.NDArray[np.float32]

    def total(self, weights: Sequence[float], size: int) -> npt.NDArray[np.float32]:
        """Sum over words of weight × score, for each of ``size`` documents."""
        each = np.repeat(np.asarray(weights, dtype=np.float32), np.diff(self.ends, prepend=0))
        return np.bincount(self.documents, self.scores * each, minlength=size).astype(np.float32)

    def table(self, documents: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.float32]:
        """Score of every word in each of these documents (of ``size``): shape (words, documents)."""
        unique, back = np.unique(documents, return_inverse=True)
        wanted = np.zeros(size, dtype=np.bool_)
        wanted[unique] = True
        kept = np.nonzero(wanted[self.documents])[0]
        place = np.zeros(size, dtype=np.int32)
        place[unique] = np.arange(len(unique), dtype=np.int32)
        word = np.searchsorted(self.ends, kept, side="right")
        scores = np.zeros((len(self.ends), len(unique)), dtype=np.float32)
        scores[word, place[self.documents[kept]]] = self.scores[kept]
        return scores[:, back]


_BM25 = Bm25()
LexicalArrays = dict[str, npt.NDArray[Any]]  # by name of ``FILES``
_Posting = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]  # documents and scores of one word
_NO_DOCUMENTS, _NO_SCORES = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)


class LexicalIndex:
    """Word → documents and scores. Read-only and thread-safe."""

    def __init__(self, arrays: LexicalArrays) -> None:
        self.arrays = arrays
        self.size = int(arrays["size"][0])
        self._common = functools.lru_cache(maxsize=_COMMON_KEPT)(self._read_one)

    @classmethod
    def open(cls, folder: Path, verified: Callable[[Path], Path] = lambda path: path) -> LexicalIndex:
        """Map the arrays of ``folder``; ``verified`` is asked for every file before it is used."""
        return cls({name: mapped(verified(folder / f"{name}.npy")) for name in FILES})

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            np.save(folder / f"{name}.npy", self.arrays[name])

    def postings(self, terms: Sequence[str]) -> Postings:
        """The documents of these words."""
        known = [(i, at) for i, term in enumerate(terms) if (at := self._find(term)) is not None]
        places = np.array([at for _, at in known], dtype=np.int64)
        counts = (self.arrays["starts"][places + 1] - self.arrays["starts"][places]).astype(np.int64)
        common = counts >= _COMMON_FROM
        rare = iter(self._read(places[~common]))
        parts = [self._common(int(at)) if kept else next(rare) for at, kept in zip(places, common, strict=True)]
        lengths, rarity = np.zeros(len(terms), dtype=np.int64), np.zeros(len(terms), dtype=np.float32)
        at_terms = [i for i, _ in known]
        lengths[at_terms] = counts
        rarity[at_terms] = np.log1p((self.size - counts + 0.5) / (counts + 0.5))
        return Postings(
            np.concatenate([_NO_DOCUMENTS, *(documents for documents, _ in parts)]),
            np.concatenate([_NO_SCORES, *(scores for _, scores in parts)]),
            np.cumsum(lengths),
            rarity,
        )

    def _read_one(self, at: int) -> _Posting:
        return self._read(np.array([at]))[0]

    def _read(self, words: npt.NDArray[np.int64]) -> list[_Posting]:
        """(documents, scores) of each of these words; unpacked together, as a word alone is mostly overhead."""
        if not len(words):
            return []
        arrays = self.arrays
        begins, ends = arrays["starts"][words].tolist(), arrays["starts"][words + 1].tolist()
        froms, tos = arrays["places"][words].tolist(), arrays["places"][words + 1].tolist()
        counts = np.array(ends) - np.array(begins)
        gaps = np.concatenate([arrays["gaps"][a:b] for a, b in zip(froms, tos, strict=True)])
        levels = np.concatenate([arrays["scores"][a:b] for a, b in zip(begins, ends, strict=True)])
        scores = levels * np.repeat(arrays["scales"][words].astype(np.float32) / np.float32(_LEVELS), counts)
        sums = np.cumsum(unpacked(gaps, len(levels)), dtype=np.int64)
        stops = np.cumsum(counts)
        before = np.concatenate([[0], sums[stops[:-1] - 1]])  # a word's gaps begin again at 0
        documents = (sums - np.repeat(before, counts)).astype(np.int32)
        return [(documents[a:b], scores[a:b]) for a, b in zip([0, *stops[:-1].tolist()], stops.tolist(), strict=True)]

    def score(self, weighted: Sequence[tuple[str, float]]) -> npt.NDArray[np.float32]:
        """Sum over words of weight × BM25 score, for every document: shape (size,)."""
        return self.postings([term for term, _ in weighted]).total([weight for _, weight in weighted], self.size)

    def _find(self, term: str) -> int | None:
        code = np.uint64(term_hash(term))
        at = int(self.arrays["hashes"].searchsorted(code))
        return at if at < len(self.arrays["hashes"]) and self.arrays["hashes"][at] == code else None


def mapped(path: Path) -> npt.NDArray[Any]:
    """A memory-mapped array as a plain ndarray: slices of ``np.memmap`` cost microseconds each."""
    return np.asarray(np.load(path, mmap_mode="r"))


def build_lexical(
    terms: Words | Sequence[Sequence[str]], groups: Sequence[int], settings: Bm25 = _BM25
) -> LexicalIndex:
    """Index texts given as words. ``groups`` must ascend: texts of one group stand together."""
    words = Words.of(terms)
    hashes = np.array([term_hash(term) for term in words.vocabulary], dtype=np.uint64)
    order = np.argsort(hashes, kind="stable")
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    parts = list(_group_scores(words, np.asarray(groups), rank, settings))
    term_of = np.concatenate([_NO_DOCUMENTS, *(part[0] for part in parts)])
    document = np.concatenate([_NO_DOCUMENTS, *(part[1] for part in parts)])
    score = np.concatenate([_NO_SCORES, *(part[2] for part in parts)])
    parts.clear()
    by_term = np.argsort(term_of, kind="stable")  # stable: documents stay ascending within a word
    return _packed(hashes[order], term_of[by_term], document[by_term], score[by_term], len(words))


def _group_scores(
    words: Words, groups: npt.NDArray[np.int64], rank: npt.NDArray[np.int32], settings: Bm25
) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float32]]]:
    """(word by rank, document, score) of every posting, group after group, documents ascending within a word."""
    import bm25s  # only a build needs it

    for group in np.unique(groups):
        begin, end = (int(at) for at in np.searchsorted(groups, (group, group + 1)))
        ids, lengths = words.flat(begin, end)
        if not len(ids):
            continue
        known, local = np.unique(ids, return_inverse=True)
        texts = [part.tolist() for part in np.split(local, np.cumsum(lengths)[:-1])]  # one group's numbers at a time
        engine = bm25s.BM25(k1=settings.k1, b=settings.b, method="lucene", backend="numpy")
        made = engine.build_index_from_ids(list(range(len(known))), texts, show_progress=False)
        word = np.repeat(rank[known], np.diff(made["indptr"]))
        yield word.astype(np.int32), made["indices"].astype(np.int32) + begin, made["data"].astype(np.float32)


def _packed(
    hashes: npt.NDArray[np.uint64],
    term_of: npt.NDArray[np.int32],
    document: npt.NDArray[np.int32],
    score: npt.NDArray[np.float32],
    size: int,
) -> LexicalIndex:
    starts = np.concatenate([[0], np.cumsum(np.bincount(term_of, minlength=len(hashes)))]).astype(np.int64)
    gaps = np.diff(document, prepend=np.int32(0))
    used = starts[:-1][np.diff(starts) > 0]
    gaps[used] = document[used]
    packed, places = packed_gaps(gaps)
    scales = np.ones(len(hashes), dtype=np.float16)
    if len(used):
        scales[np.diff(starts) > 0] = np.maximum(np.maximum.reduceat(score, used), 1e-4)
    levels = np.clip(np.rint(score / scales[term_of].astype(np.float32) * np.float32(_LEVELS)), 1, _LEVELS)
    return LexicalIndex(
        {
            "hashes": hashes,
            "starts": _smallest(starts),
            "places": _smallest(places[starts]),
            "gaps": packed,
            "scores": levels.astype(np.uint8),
            "scales": scales,
            "size": np.array([size], dtype=np.int64),
        }
    )


def packed_gaps(gaps: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Numbers in groups of seven bits, the lowest first; and where each begins (one more: the end)."""
    widths = np.ones(len(gaps), dtype=np.int64)
    while (longer := gaps >> (_BITS * widths)).any():
        widths += longer > 0
    places = np.concatenate([[0], np.cumsum(widths)])
    packed = np.zeros(int(places[-1]), dtype=np.uint8)
    for byte in range(int(widths.max(initial=0))):
        chosen = np.nonzero(widths > byte)[0]
        part = (gaps[chosen] >> (_BITS * byte)) % _MORE
        packed[places[chosen] + byte] = part + np.where(widths[chosen] > byte + 1, _MORE, 0)
    return packed, places


def unpacked(packed: npt.NDArray[np.uint8], count: int) -> npt.NDArray[np.int32]:
    """``count`` numbers from the bytes of ``packed_gaps``."""
    if len(packed) == count:  # one byte each
        return packed.astype(np.int32)
    ends = np.nonzero(packed < _MORE)[0]
    numbers = packed[ends].astype(np.int32)
    before = ends.copy()  # bytes that come before a number's last
    before[1:] -= ends[:-1] + 1
    for byte in range(1, int(before.max()) + 1):
        longer = np.nonzero(before >= byte)[0]
        numbers[longer] = (numbers[longer] << _BITS) + (packed[ends[longer] - byte] & (_MORE - 1))
    return numbers


def _smallest(numbers: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    return numbers.astype(np.uint32 if numbers.max(initial=0) < 1 << 32 else np.int64)


@functools.lru_cache(maxsize=1 << 14)
def term_hash(term: str) -> int:
    """64 bits of BLAKE2b: two of a million words collide with probability 3e-8."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=8).digest(), "little")
