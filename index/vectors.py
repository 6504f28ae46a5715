"""Vectors of the texts in FAISS: exact while there are few, inverted lists when there are many.

Components are stored in 8 bits (scalar quantiser), memory-mapped.  With many texts the number of lists
looked at (nprobe) is the smallest that reaches ``MIN_RECALL`` of the exact neighbours on sample queries;
what was reached is recorded.  Douze et al., "The Faiss library" (2024).

Texts of one project name and kind change little from year to year: those nearer to one another than
``SHARED_FROM`` share one vector (``share``), which halves the file and moves no text by more than that.

Ranking wants the cosines of texts that it names itself.  FAISS can only search, so their bytes are read
from its file in place (``Codes``): a tenth of what a search restricted to them costs.
"""

from __future__ import annotations

import dataclasses
import errno
import functools
import importlib
import json
import mmap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.catalog import Lists
from index.embed.encoder import Vectors
from index.lexical import mapped

EXACT_UP_TO = 20_000  # vectors; an exact scan of these takes about a millisecond
MIN_RECALL = 0.985
_SAMPLE_NEIGHBOURS = 50
_LISTS = 4  # at most so many per root of the number of vectors
_PER_LIST, _ROUNDS = 60, 10  # vectors from which k-means places a list (FAISS warns below 39), and its rounds
_BUILD_THREADS = 2
_LEVELS = 255
SHARED_FROM = 0.9  # cosine
_FILE, _FACTS, _POSITIONS, _OFFSETS = "vectors.faiss", "vectors.json", "vector_positions.npy", "vector_offsets.npy"

Documents = npt.NDArray[np.int32]


@dataclasses.dataclass(frozen=True, slots=True)
class VectorFacts:
    """How the vectors are kept and what that costs in recall (1.0 = exact)."""

    kind: str
    count: int
    dimension: int
    nprobe: int
    recall: float


@dataclasses.dataclass(frozen=True, slots=True)
class Codes:
    """The vectors' bytes: vector ``i`` is ``data[offsets[i]:][:dimension]``, component = low + step · (byte + ½)."""

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.integer[Any]]
    low: Vectors
    step: Vectors

    def rows(self, positions: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.uint8]:
        """Bytes of these vectors, shape (len(positions), dimension)."""
        size = len(self.low)
        windows = np.lib.stride_tricks.sliding_window_view(self.data, size) if len(self.data) else None
        return np.zeros((0, size), dtype=np.uint8) if windows is None else windows[self.offsets[positions]]

    def dot(self, query: Vectors, positions: npt.NDArray[np.integer[Any]]) -> Vectors:
        """Inner product of one query with each of these vectors."""
        constant = float(query @ (self.low + self.step / 2))
        bytes_ = self.rows(positions).astype(np.float32)
        # einsum: a product this small only makes the threads of BLAS spin
        return np.asarray(np.einsum("ij,j->i", bytes_, query * self.step) + constant, dtype=np.float32)

    def decoded(self, positions: npt.NDArray[np.integer[Any]]) -> Vectors:
        return np.asarray(self.low + self.step * (self.rows(positions) + np.float32(0.5)), dtype=np.float32)


class VectorIndex:
    """Nearest texts by cosine. ``position`` maps a document's number to its vector in FAISS, -1 = none."""

    def __init__(self, index: Any, facts: VectorFacts, position: Documents, codes: Codes) -> None:
        self._index, self.facts, self.position, self._codes = index, facts, position, codes

    @functools.cached_property
    def _owners(self) -> Lists:
        """The documents of every vector."""
        order = np.argsort(self.position, kind="stable").astype(np.int32)
        starts = np.searchsorted(self.position[order], np.arange(self.facts.count + 1))
        return Lists(starts.astype(np.int32), order)

    def search(self, query: Vectors, k: int, allowed: npt.NDArray[np.bool_] | None = None) -> tuple[Documents, Vectors]:
        """The documents of the ``k`` nearest vectors to one query (shape (dimension,)) and their cosines, best first.

        ``allowed``: which documents may be found, one truth value per document.
        """
        if not self.facts.count or not k:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        faiss = _faiss()

        parameters = None
        exhaustive = self.facts.nprobe == 0
        if allowed is not None:
            # faiss keeps a bare pointer to the bits: the array must outlive the search
            inside = np.nonzero(allowed[: len(self.position)] & (self.position >= 0))[0]
            marked = np.zeros(self.facts.count, dtype=np.bool_)
            marked[self.position[inside]] = True
            bits = np.packbits(marked, bitorder="little")
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
        return self._documents_of(at[0][kept], scores[0][kept], allowed)

    def _documents_of(
        self, vectors: npt.NDArray[np.int64], scores: Vectors, allowed: npt.NDArray[np.bool_] | None
    ) -> tuple[Documents, Vectors]:
        """Every (allowed) document of these vectors, in their order."""
        documents, owner = self._owners.many(vectors.astype(np.int32))
        if allowed is not None:
            kept = allowed[documents]
            documents, owner = documents[kept], owner[kept]
        return documents, scores[owner]

    def cosines(self, query: Vectors, documents: Documents) -> Vectors:
        """Cosine of each of these documents to the query; 0 for one without a vector."""
        out = np.zeros(len(documents), dtype=np.float32)
        inside = np.nonzero(documents < len(self.position))[0]
        at = self.position[documents[inside]]
        inside, at = inside[at >= 0], at[at >= 0]
        if len(at):
            out[inside] = self._codes.dot(query, at)
        return out

    def vectors(self) -> Vectors:
        """All vectors as stored (8 bits), by position."""
        return self._codes.decoded(np.arange(self.facts.count))

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
        np.save(folder / _OFFSETS, _offsets_in(folder / _FILE, self._index, self.facts.count))
        np.save(folder / _POSITIONS, self.position)
        (folder / _FACTS).write_text(json.dumps(dataclasses.asdict(self.facts)), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path, verified: Callable[[Path], Path] = lambda path: path) -> VectorIndex:
        faiss = _faiss()

        facts = VectorFacts(**json.loads(verified(folder / _FACTS).read_text(encoding="utf-8")))
        position = mapped(verified(folder / _POSITIONS))
        faiss.omp_set_num_threads(1)  # one query is too little to share; other threads only spin
        file = verified(folder / _FILE)
        index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        if facts.nprobe:  # threads that read lists ahead from the disk: three times the time of a search in memory
            faiss.downcast_InvertedLists(index.invlists).prefetch_nthread = 0
        data = np.asarray(np.memmap(file, dtype=np.uint8, mode="r"))
        return cls(index, facts, position, Codes(data, mapped(verified(folder / _OFFSETS)), *_scale(index)))


def _faiss() -> Any:
    """The library, imported when first needed (its own type stubs lack half of what it can do)."""
    return importlib.import_module("faiss")


def share(
    vectors: Vectors, documents: Documents, keys: npt.NDArray[np.integer[Any]], least: float = SHARED_FROM
) -> tuple[Vectors, Documents]:
    """The vectors to keep, and for every document up to the last the position of its own among them (-1 = none).

    ``keys``: one per vector; only vectors of one key are held against each other. The first of each crowd
    stands for those that are nearer to it than ``least``.
    """
    order = np.argsort(keys, kind="stable")
    ends = np.nonzero(np.diff(keys[order]))[0] + 1
    stands_for = np.arange(len(vectors))
    for crowd in np.split(order, ends):
        near = vectors[crowd] @ vectors[crowd].T >= least
        kept: list[int] = []
        for i in range(len(crowd)):
            found = next((j for j in kept if near[i, j]), i)
            stands_for[crowd[i]] = crowd[found]
            if found == i:
                kept.append(i)
    chosen, place = np.unique(stands_for, return_inverse=True)
    position = np.full(int(documents.max(initial=-1)) + 1, -1, dtype=np.int32)
    position[documents] = place
    return vectors[chosen], position


def build_vectors(vectors: Vectors, position: Documents, samples: Vectors, seed: int = 7) -> VectorIndex:
    """Index normalised rows; ``samples`` are query vectors on which recall is measured."""
    faiss = _faiss()
    count, dimension = vectors.shape
    exact = count <= EXACT_UP_TO
    faiss.omp_set_num_threads(_BUILD_THREADS)
    lists = 0 if exact else 2 ** int(np.log2(_LISTS * count**0.5))
    index = faiss.index_factory(dimension, "SQ8" if exact else f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    if not exact:
        index.by_residual = False  # bytes then mean the same in every list (``Codes``)
        index.cp.niter, index.cp.seed = _ROUNDS, seed
    if count:
        chosen = np.random.default_rng(seed).permutation(count)[: max(_PER_LIST * lists, EXACT_UP_TO)]
        index.train(vectors[np.sort(chosen)])
        index.add(vectors)
    nprobe, recall = (0, 1.0) if exact else _tuned(index, vectors, samples, lists)
    facts = VectorFacts("SQ8" if exact else f"IVF{lists},SQ8", count, dimension, nprobe, recall)
    return VectorIndex(index, facts, position, _codes(index, count))


def _tuned(index: Any, vectors: Vectors, samples: Vectors, lists: int) -> tuple[int, float]:
    """The smallest nprobe (in steps of about a fifth) that reaches the wanted recall."""
    truth = np.argsort(-(samples @ vectors.T), axis=1)[:, :_SAMPLE_NEIGHBOURS]
    for nprobe in sorted({int(1.2**i) for i in range(64)}):
        if nprobe >= lists:
            break
        index.nprobe = nprobe
        _, found = index.search(samples, _SAMPLE_NEIGHBOURS)
        shared = sum(len(np.intersect1d(a, b)) for a, b in zip(truth, found, strict=True))
        if (recall := shared / truth.size) >= MIN_RECALL:
            return nprobe, recall
    return lists, 1.0


# ---- the bytes inside a FAISS index --------------------------------------------------------------


def _parts(index: Any) -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]]:
    """The bytes of the vectors, list by list in the order FAISS writes them, with the vectors' positions."""
    faiss = _faiss()
    if not hasattr(index, "invlists"):
        yield faiss.vector_to_array(index.codes), np.arange(index.ntotal, dtype=np.int64)
        return
    for number in range(index.nlist):
        if size := index.invlists.list_size(number):
            codes = faiss.rev_swig_ptr(index.invlists.get_codes(number), size * index.code_size)
            yield codes.copy(), faiss.rev_swig_ptr(index.invlists.get_ids(number), size).copy()


def _codes(index: Any, count: int) -> Codes:
    """The bytes of an index in memory."""
    data, offsets, begin = [np.zeros(0, dtype=np.uint8)], np.zeros(count, dtype=np.int64), 0
    for codes, positions in _parts(index):
        offsets[positions] = begin + np.arange(len(positions)) * index.code_size
        data.append(codes)
        begin += len(codes)
    return Codes(np.concatenate(data), offsets, *_scale(index))


def _scale(index: Any) -> tuple[Vectors, Vectors]:
    """Lowest value and width of a level for every component, as FAISS learned them."""
    learned = _faiss().vector_to_array(index.sq.trained)
    if not len(learned):  # nothing to learn from: an index without vectors
        return np.zeros(index.d, dtype=np.float32), np.zeros(index.d, dtype=np.float32)
    low, width = learned.reshape(2, -1)
    return low.astype(np.float32), (width / _LEVELS).astype(np.float32)


def _offsets_in(path: Path, index: Any, count: int) -> npt.NDArray[np.uint32]:
    """Where each vector's bytes begin in the written file: found there, so that no layout is taken for granted."""
    offsets = np.zeros(count, dtype=np.uint32)  # a file of vectors stays far below 4 GiB
    if not count:
        return offsets
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        cursor = 0
        for codes, positions in _parts(index):
            begin = content.find(codes.tobytes(), cursor)
            if begin < 0:
                raise OSError(errno.EIO, "written vectors cannot be read back", str(path))
            offsets[positions] = begin + np.arange(len(positions)) * index.code_size
            cursor = begin + len(codes)
    return offsets
