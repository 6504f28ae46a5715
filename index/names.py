"""Projects by (part of) their name: character n-gram postings over all distinct names.

A question holds a name exactly, shortened, with other words around it, or slightly misspelt; or it
holds a name that does not exist and only resembles one.  ``NameIndex.match`` therefore returns not
one score but the features from which the caller can tell these apart: how much of the *name* the
text covers, how much of the *text* the name covers (both weighted by rarity, so that 事業 counts
little and 火星 much), the longest common run, and what is left over on either side.

Two names with one ``corpus.text.name_key`` are one entry.  All arrays are flat ``.npy`` files that
are memory-mapped, so that opening costs no reading.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.text import name_key
from index.lexical import mapped
from index.rank import highest

_FILES = ("grams", "starts", "postings", "norms", "blob", "ends", "fold_blob", "fold_ends", "hashes", "hash_ids")
_MAX_TEXT = 400  # characters of a question that are looked at; grams beyond add noise, not names
_TRIGRAM_WEIGHT = 0.5  # a trigram repeats what its two bigrams say, and adds that they are in order
_POOL = 48  # candidates that get exact features

# Spellings that people and ministries use interchangeably; longest first, compared after name_key.
_FOLDS = (
    ("および", "及び"), ("または", "又は"), ("ならびに", "並びに"), ("かかる", "係る"), ("係わる", "係る"),
    ("関わる", "係る"), ("ための", "為"), ("こども", "子供"), ("子ども", "子供"), ("取り組み", "取組"),
    ("取組み", "取組"), ("ゐ", "い"), ("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ"),
    ("引き上げ", "引上げ"), ("取り扱い", "取扱"), ("受け入れ", "受入れ"), ("立ち上げ", "立上げ"), ("見える化", "可視化"),
)  # fmt: skip
_DROPPED = re.compile(r"[のーヶケヵがを]|(?<=[度号回])等")
_KANJI_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")


@dataclasses.dataclass(frozen=True, slots=True)
class NameMatch:
    """One name that resembles a text, with the evidence. All shares are 0..1.

    ``coverage``: rarity-weighted share of the *name* that stands in the text (1: all of it);
    ``text_coverage``: share of the *text* that the name explains (1: the text adds nothing);
    ``run``: longest common run of characters, in characters; ``run_share``: run / name length;
    ``exact``: same ``name_key``; ``folded``: the same but for の, 係る/かかる, ー and the like;
    ``printed``: length of the name / length of the text where it stands there letter for letter, else 0;
    ``contained``: the whole name stands in the text; ``inside``: the whole text stands in the name;
    ``text_rest``: parts of the text the name lacks; ``name_rest``: parts of the name the text lacks.
    """

    name_id: int
    name: str
    score: float
    coverage: float
    text_coverage: float
    run: int
    run_share: float
    exact: bool
    folded: bool
    printed: float
    contained: bool
    inside: bool
    text_rest: tuple[str, ...]
    name_rest: tuple[str, ...]


@functools.lru_cache(maxsize=65536)
def fold_key(text: str) -> str:
    """``name_key`` with interchangeable spellings made one (の dropped, かかる = 係る, サーバー = サーバ)."""
    key = name_key(text)
    for variant, standard in _FOLDS:
        key = key.replace(variant, standard)
    return _DROPPED.sub("", key.translate(_KANJI_DIGITS)) or key


class NameIndex:
    """All distinct project names. Read-only and thread-safe once built or opened."""

    def __init__(self, arrays: dict[str, npt.NDArray[np.generic]]) -> None:
        self._grams: npt.NDArray[np.uint64] = arrays["grams"]  # type: ignore[assignment]
        self._starts: npt.NDArray[np.int64] = arrays["starts"]  # type: ignore[assignment]
        self._postings: npt.NDArray[np.int32] = arrays["postings"]  # type: ignore[assignment]
        self._norms: npt.NDArray[np.float32] = arrays["norms"]  # type: ignore[assignment]
        self._texts = _Strings(arrays["blob"], arrays["ends"])
        self._folds = _Strings(arrays["fold_blob"], arrays["fold_ends"])
        self._hashes: npt.NDArray[np.uint64] = arrays["hashes"]  # type: ignore[assignment]
        self._hash_ids: npt.NDArray[np.int32] = arrays["hash_ids"]  # type: ignore[assignment]
        self._arrays = arrays

    # ---- building and files -------------------------------------------------------------------

    @classmethod
    def build(cls, names: Sequence[str]) -> NameIndex:
        """Index ``names``; of several spellings of one name the first is kept. Empty names are left out."""
        first: dict[str, str] = {}
        for name in names:
            key = name_key(name)
            if key:
                first.setdefault(key, name)
        spellings, keys = list(first.values()), list(first)
        folds = [fold_key(name) for name in spellings]
        grams, ids = _all_grams(folds)
        order = np.lexsort((ids, grams))
        grams, ids = grams[order], ids[order]
        unique, starts = np.unique(grams, return_index=True)
        bounds = np.append(starts, len(grams)).astype(np.int64)
        weights = _weights(unique, np.diff(bounds), len(folds))
        norms = np.bincount(ids, np.repeat(weights, np.diff(bounds)), minlength=len(folds)).astype(np.float32)
        hashes = np.array([_hash(key) for key in keys], dtype=np.uint64)
        by_hash = np.argsort(hashes, kind="stable")
        blob, ends = _pack(spellings)
        fold_blob, fold_ends = _pack(folds)
        return cls(
            {
                "grams": unique, "starts": bounds, "postings": ids.astype(np.int32), "norms": norms,
                "blob": blob, "ends": ends, "fold_blob": fold_blob, "fold_ends": fold_ends,
                "hashes": hashes[by_hash], "hash_ids": by_hash.astype(np.int32),
            }
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write the arrays into ``folder`` (made when missing), one ``.npy`` file each."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            np.save(folder / f"{name}.npy", self._arrays[name])

    @classmethod
    def open(cls, folder: Path, verified: Callable[[Path], Path] = lambda path: path) -> NameIndex:
        """Map the arrays of ``folder``; ``verified`` is asked for every file before it is used.

        Raises FileNotFoundError when one is missing.
        """
        return cls({name: mapped(verified(folder / f"{name}.npy")) for name in _FILES})

    # ---- look-ups -----------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._texts)

    def name(self, name_id: int) -> str:
        """The spelling kept for ``name_id``."""
        return self._texts[name_id]

    def key(self, name_id: int) -> str:
        """``corpus.text.name_key`` of the name: the key of the corpus' ``sheets`` table."""
        return name_key(self._texts[name_id])

    def id_of(self, name: str) -> int | None:
        """The entry with the same ``name_key``, or None."""
        key = name_key(name)
        code = np.uint64(_hash(key))
        at = int(np.searchsorted(self._hashes, code))
        while at < len(self._hashes) and self._hashes[at] == code:
            found = int(self._hash_ids[at])
            if name_key(self._texts[found]) == key:
                return found
            at += 1
        return None

    def match(
        self, text: str, k: int = 10, allowed: Collection[int] | npt.NDArray[np.bool_] | None = None
    ) -> list[NameMatch]:
        """The ``k`` names most like ``text``, best first; ``allowed`` restricts to name ids (or is a mask).

        The order is exact, then folded, then by ``score`` = geometric mean of the two coverages,
        raised by the longest common run.
        """
        fold, key = fold_key(text[: 4 * _MAX_TEXT])[:_MAX_TEXT], name_key(text[: 4 * _MAX_TEXT])
        if not fold or not len(self):
            return []
        shared, text_norm = self._shared(fold)
        mask = self._mask(allowed)
        if mask is not None:
            shared = np.where(mask, shared, 0.0)
        pool = self._pool(shared, text_norm)
        exact = self.id_of(text)
        if exact is not None and exact not in pool and (mask is None or mask[exact]):
            pool = [exact, *pool]
        found = [self._features(i, float(shared[i]), text_norm, fold, key) for i in pool]
        found.sort(key=lambda m: (not m.exact, not m.folded, -m.score, m.name_id))
        return found[:k]

    def likely(
        self, text: str, k: int = 24, allowed: Collection[int] | npt.NDArray[np.bool_] | None = None
    ) -> list[int]:
        """Ids of up to ``2 * k`` names that share much with ``text``, unordered and without features (fast)."""
        fold = fold_key(text[: 4 * _MAX_TEXT])[:_MAX_TEXT]
        if not fold or not len(self):
            return []
        shared, text_norm = self._shared(fold)
        mask = self._mask(allowed)
        if mask is not None:
            shared = np.where(mask, shared, 0.0)
        return self._pool(shared, text_norm)[: 2 * k]

    def contained(self, text: str) -> list[NameMatch]:
        """Every indexed name that stands whole in ``text`` (after folding), longest first."""
        fold, key = fold_key(text[: 4 * _MAX_TEXT])[:_MAX_TEXT], name_key(text[: 4 * _MAX_TEXT])
        shared, text_norm = self._shared(fold)
        whole = np.nonzero((shared > 0) & (shared >= self._norms * 0.999))[0]
        found = [self._features(int(i), float(shared[i]), text_norm, fold, key) for i in whole]
        return sorted((m for m in found if m.contained), key=lambda m: (-m.run, m.name_id))

    # ---- scoring ------------------------------------------------------------------------------

    def _shared(self, fold: str) -> tuple[npt.NDArray[np.float64], float]:
        """Weight of the grams every name shares with the text, and the weight of all the text's grams."""
        grams = np.unique(_grams(fold))
        at = np.searchsorted(self._grams, grams)
        known = at < len(self._grams)
        known[known] = self._grams[at[known]] == grams[known]
        begins, ends = self._starts[at[known]], self._starts[at[known] + 1]
        counts = np.zeros(len(grams), dtype=np.int64)
        counts[known] = ends - begins
        weights = _weights(grams, counts, len(self))
        if not known.any():
            return np.zeros(len(self)), float(weights.sum())
        ids = np.concatenate([self._postings[b:e] for b, e in zip(begins, ends, strict=True)])
        shared = np.bincount(ids, np.repeat(weights[known], ends - begins), minlength=len(self))
        return shared.astype(np.float64, copy=False), float(weights.sum())

    def _mask(self, allowed: Collection[int] | npt.NDArray[np.bool_] | None) -> npt.NDArray[np.bool_] | None:
        if allowed is None or (isinstance(allowed, np.ndarray) and allowed.dtype == np.bool_):
            return allowed
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[list(allowed)] = True
        return mask

    def _pool(self, shared: npt.NDArray[np.float64], text_norm: float) -> list[int]:
        """Candidates: best by geometric mean, and best by coverage of the name (short names in long texts)."""
        touched = np.nonzero(shared > 0)[0]
        if not len(touched):
            return []
        got, norms = shared[touched], np.maximum(self._norms[touched], 1e-9)
        both = got / np.sqrt(norms * max(text_norm, 1e-9))
        whole = got / norms * np.log1p(got)
        picked = np.union1d(highest(both, _POOL // 2), highest(whole, _POOL // 2))
        return [int(i) for i in touched[picked]]

    def _features(self, name_id: int, shared: float, text_norm: float, fold: str, key: str) -> NameMatch:
        name, other = self._texts[name_id], self._folds[name_id]
        run = _longest_run(fold, other)
        coverage = min(1.0, shared / max(float(self._norms[name_id]), 1e-9))
        text_coverage = min(1.0, shared / max(text_norm, 1e-9))
        contained, inside = other in fold, fold in other
        own = name_key(name)
        return NameMatch(
            name_id=name_id,
            name=name,
            score=float(np.sqrt(coverage * text_coverage)) * (0.7 + 0.3 * run / max(min(len(fold), len(other)), 1)),
            coverage=1.0 if contained else coverage,
            text_coverage=1.0 if inside else text_coverage,
            run=run,
            run_share=run / max(len(other), 1),
            exact=own == key,
            folded=other == fold,
            printed=len(own) / len(key) if own in key else 0.0,
            contained=contained,
            inside=inside,
            text_rest=_rest(fold, other),
            name_rest=_rest(other, fold),
        )


class _Strings:
    """Strings in one UTF-8 array and the offset where each ends."""

    def __init__(self, blob: npt.NDArray[np.generic], ends: npt.NDArray[np.generic]) -> None:
        self._blob: npt.NDArray[np.uint8] = blob  # type: ignore[assignment]
        self._ends: npt.NDArray[np.int64] = ends  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> str:
        begin = int(self._ends[index - 1]) if index else 0
        return self._blob[begin : int(self._ends[index])].tobytes().decode("utf-8")


def _pack(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    encoded = [text.encode("utf-8", "replace") for text in texts]
    ends = np.cumsum([len(e) for e in encoded], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), ends


def _codes(text: str) -> npt.NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)


def _grams(text: str) -> npt.NDArray[np.uint64]:
    """Codes of the bigrams and trigrams of one text; a one-character text gives its character."""
    c = _codes(text)
    if len(c) < 2:
        return c
    bigrams = (c[:-1] << np.uint64(21)) | c[1:]
    trigrams = (c[:-2] << np.uint64(42)) | (c[1:-1] << np.uint64(21)) | c[2:]
    return np.concatenate([bigrams, trigrams])


def _all_grams(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Distinct (gram, text number) pairs."""
    per_text = [np.unique(_grams(text)) for text in texts]
    if not per_text:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    ids = np.repeat(np.arange(len(texts), dtype=np.int64), [len(g) for g in per_text])
    return np.concatenate(per_text), ids


def _weights(grams: npt.NDArray[np.uint64], counts: npt.NDArray[np.int64], total: int) -> npt.NDArray[np.float64]:
    """Inverse document frequency (Robertson & Spärck Jones 1976), trigrams at half weight."""
    idf: npt.NDArray[np.float64] = np.log1p((total - counts + 0.5) / (counts + 0.5))
    return np.where(grams >= np.uint64(1) << np.uint64(42), _TRIGRAM_WEIGHT, 1.0) * idf


def _hash(key: str) -> int:
    """64-bit FNV-1a of the key: stable over runs and platforms, unlike ``hash``."""
    value = 0xCBF29CE484222325
    for byte in key.encode("utf-8", "replace"):
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def _longest_run(a: str, b: str) -> int:
    """Length of the longest common substring."""
    if len(a) > len(b):
        a, b = b, a
    best = 0
    for begin in range(len(a)):  # a longer run than the best so far must hold one character more
        while begin + best < len(a) and a[begin : begin + best + 1] in b:
            best += 1
    return best


def _rest(text: str, other: str) -> tuple[str, ...]:
    """The runs of ``text`` that no bigram shared with ``other`` covers."""
    if len(text) < 2:
        return () if text in other else (text,)
    covered = [False] * len(text)
    for i in range(len(text) - 1):
        if text[i : i + 2] in other:
            covered[i] = covered[i + 1] = True
    rest, begin = [], None
    for i, hit in enumerate([*covered, True]):
        if hit and begin is not None:
            rest.append(text[begin:i])
            begin = None
        elif not hit and begin is None:
            begin = i
    return tuple(rest)
