"""Vectors of the texts in FAISS: exact while there are few, inverted lists when there are many.

Components are stored in 8 bits (scalar quantiser), memory-mapped.  With many texts the number of lists
looked at (nprobe) is the smallest that reaches ``MIN_RECALL`` of the exact neighbours on sample queries;
what was reached is recorded.  Douze et al., "The Faiss library" (2024).
"""

from __future__ import annotations

import dataclasses
import errno
import functools
import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.embed.encoder import Vectors
from index.lexical import mapped

EXACT_UP_TO = 20_000  # vectors; an exact scan of these takes about a millisecond
MIN_RECALL = 0.985
_SAMPLE_NEIGHBOURS = 50
_TRAINING = 30_000
_BUILD_THREADS = 2
_FILE, _FACTS = "vectors.faiss", "vectors.json"


@dataclasses.dataclass(frozen=True, slots=True)
class VectorFacts:
    """How the vectors are kept and what that costs in recall (1.0 = exact)."""

    kind: str
    count: int
    dimension: int
    nprobe: int
    recall: float


class VectorIndex:
    """Nearest texts by cosine. ``documents`` maps the position in FAISS to the document number."""

    def __init__(self, index: Any, facts: VectorFacts, documents: npt.NDArray[np.int32]) -> None:
        self._index, self.facts, self.documents = index, facts, documents

    @functools.cached_property
    def position(self) -> npt.NDArray[np.int32]:
        """Position of every document among the vectors, -1 for one that has none."""
        positions = np.full(int(self.documents.max(initial=-1)) + 1, -1, dtype=np.int32)
        positions[self.documents] = np.arange(len(self.documents), dtype=np.int32)
        return positions

    def search(
        self, query: Vectors, k: int, allowed: npt.NDArray[np.bool_] | None = None
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """The ``k`` nearest documents to one query (shape (dimension,)) and their cosines, best first."""
        if not self.facts.count or not k:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        faiss = _faiss()

        parameters = None
        exhaustive = self.facts.nprobe == 0
        if allowed is not None:
            bits = np.packbits(allowed[self.documents], bitorder="little")
            selector = faiss.IDSelectorBitmap(self.facts.count, faiss.swig_ptr(bits))
            parameters = (
                faiss.SearchParameters(sel=selector)
                if exhaustive
                else faiss.SearchParametersIVF(sel=selector, nprobe=self._probes(allowed))
            )
        elif not exhaustive:
            parameters = faiss.SearchParametersIVF(nprobe=self.facts.nprobe)
        scores, at = self._index.search(query[None, :], min(k, self.facts.count), params=parameters)
        kept = at[0] >= 0
        return self.documents[at[0][kept]], scores[0][kept]

    def cosines(self, query: Vectors, documents: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Cosine of each of these documents to the query; 0 for one without a vector."""
        out = np.zeros(len(documents), dtype=np.float32)
        known = documents < len(self.position)
        at = (
            np.where(known, self.position[np.where(known, documents, 0)], -1)
            if len(self.position)
            else out.astype(int) - 1
        )
        own = np.unique(at[at >= 0])
        if not len(own):
            return out
        faiss = _faiss()
        marked = np.zeros(self.facts.count, dtype=np.bool_)
        marked[own] = True
        bits = np.packbits(marked, bitorder="little")  # faiss keeps a bare pointer: the array must outlive the search
        selector = faiss.IDSelectorBitmap(self.facts.count, faiss.swig_ptr(bits))
        parameters = (
            faiss.SearchParameters(sel=selector)
            if self.facts.nprobe == 0
            else faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nlist)
        )
        scores, found = self._index.search(query[None, :], len(own), params=parameters)
        near = np.zeros(self.facts.count, dtype=np.float32)
        reached = found[0] >= 0
        near[found[0][reached]] = scores[0][reached]
        return np.where(at >= 0, near[at], np.float32(0))

    def vectors(self) -> Vectors:
        """All vectors as stored (8 bits), by position."""
        if self.facts.nprobe:
            self._index.make_direct_map()
        found: Vectors = self._index.reconstruct_n(0, self.facts.count)
        return found

    def _probes(self, allowed: npt.NDArray[np.bool_]) -> int:
        """A filter that leaves few texts spreads them over more lists: look at more of them."""
        share = max(float(allowed.mean()), 1e-3)
        return int(min(self._index.nlist, self.facts.nprobe / share**0.5))

    def save(self, folder: Path) -> None:
        faiss = _faiss()

        folder.mkdir(parents=True, exist_ok=True)
        try:
            faiss.write_index(self._index, str(folder / _FILE))
        except RuntimeError as error:  # what FAISS says of a full disk
            raise OSError(errno.EIO, str(error).splitlines()[0][-200:], str(folder / _FILE)) from error
        np.save(folder / "vector_documents.npy", self.documents)
        (folder / _FACTS).write_text(json.dumps(dataclasses.asdict(self.facts)), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path, verified: Callable[[Path], Path] = lambda path: path) -> VectorIndex:
        faiss = _faiss()

        facts = VectorFacts(**json.loads(verified(folder / _FACTS).read_text(encoding="utf-8")))
        documents = mapped(verified(folder / "vector_documents.npy"))
        faiss.omp_set_num_threads(1)  # one query is too little to share; other threads only spin
        index = faiss.read_index(str(verified(folder / _FILE)), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        return cls(index, facts, documents)


def _faiss() -> Any:
    """The library, imported when first needed (its own type stubs lack half of what it can do)."""
    return importlib.import_module("faiss")


def build_vectors(vectors: Vectors, documents: npt.NDArray[np.int32], samples: Vectors, seed: int = 7) -> VectorIndex:
    """Index normalised rows; ``samples`` are query vectors on which recall is measured."""
    faiss = _faiss()
    count, dimension = vectors.shape
    exact = count <= EXACT_UP_TO
    faiss.omp_set_num_threads(_BUILD_THREADS)
    lists = 0 if exact else int(2 ** np.ceil(np.log2(count**0.5)))
    index = faiss.index_factory(dimension, "SQ8" if exact else f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    if count:
        chosen = np.random.default_rng(seed).permutation(count)[:_TRAINING]
        if not exact:
            index.cp.niter = 8
            index.cp.seed = seed
        index.train(vectors[np.sort(chosen)])
        index.add(vectors)
    nprobe, recall = (0, 1.0) if exact else _tuned(index, vectors, samples, lists)
    facts = VectorFacts("SQ8" if exact else f"IVF{lists},SQ8", count, dimension, nprobe, recall)
    return VectorIndex(index, facts, documents)


def _tuned(index: Any, vectors: Vectors, samples: Vectors, lists: int) -> tuple[int, float]:
    """The smallest nprobe (of a doubling ladder with half steps) that reaches the wanted recall."""
    truth = np.argsort(-(samples @ vectors.T), axis=1)[:, :_SAMPLE_NEIGHBOURS]
    nprobe, recall = lists, 1.0
    for nprobe in sorted({*(2**i for i in range(12)), *(3 * 2**i for i in range(10))}):
        if nprobe >= lists:
            return lists, 1.0
        index.nprobe = nprobe
        _, found = index.search(samples, _SAMPLE_NEIGHBOURS)
        recall = float(np.mean([len(np.intersect1d(a, b)) for a, b in zip(truth, found, strict=True)]))
        recall /= _SAMPLE_NEIGHBOURS
        if recall >= MIN_RECALL:
            break
    return nprobe, recall
