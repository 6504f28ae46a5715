"""Vectors in FAISS: recall, cosines of named texts read from its file, filters, both kinds of index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.embed.encoder import Vectors
from index.vectors import EXACT_UP_TO, MIN_RECALL, SHARED_FROM, VectorIndex, build_vectors, share

_DIMENSION = 32


def _vectors(count: int, seed: int = 0) -> Vectors:
    """Rows of length one around 60 centres, as texts gather around topics."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(1).normal(size=(60, _DIMENSION))
    found = centres[rng.integers(60, size=count)] + rng.normal(size=(count, _DIMENSION)) * 0.6
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module", params=[300, EXACT_UP_TO + 5000], ids=["exact", "lists"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[VectorIndex, Vectors, Path]:
    vectors = _vectors(request.param)
    documents = np.arange(0, 2 * len(vectors), 2, dtype=np.int32)  # every other document has a vector
    index = build_vectors(*share(vectors, documents, documents), _vectors(40, seed=5))
    folder = tmp_path_factory.mktemp("vectors")
    index.save(folder)
    return index, vectors, folder


def test_cosines_of_named_documents(both: tuple[VectorIndex, Vectors, Path]) -> None:
    index, vectors, folder = both
    asked = np.array([0, 1, 10, 598, 599, 4, 2 * len(vectors) + 8], dtype=np.int32)
    expected = [0.0 if d % 2 or d >= 2 * len(vectors) else vectors[d // 2] @ vectors[0] for d in asked]
    for one in (index, VectorIndex.open(folder)):
        assert np.allclose(one.cosines(vectors[0], asked), expected, atol=0.02)


def test_cosines_are_the_scores_of_a_search(both: tuple[VectorIndex, Vectors, Path]) -> None:
    opened, query = VectorIndex.open(both[2]), _vectors(1, seed=9)[0]
    found, scores = opened.search(query, 50)
    assert len(found) == 50 and np.allclose(opened.cosines(query, found), scores, atol=1e-4)


def test_recall_against_the_exact_neighbours(both: tuple[VectorIndex, Vectors, Path]) -> None:
    opened, vectors = VectorIndex.open(both[2]), both[1]
    queries = _vectors(30, seed=11)
    truth = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]
    shared = [len(np.intersect1d(opened.search(q, 10)[0] // 2, exact)) for q, exact in zip(queries, truth, strict=True)]
    assert sum(shared) / truth.size >= 0.95 and opened.facts.recall >= MIN_RECALL


def test_a_filter_leaves_only_what_it_allows(both: tuple[VectorIndex, Vectors, Path]) -> None:
    opened, vectors = VectorIndex.open(both[2]), both[1]
    only = np.zeros(2 * len(vectors), dtype=np.bool_)
    only[[2, 6]] = True
    assert set(opened.search(vectors[7], 10, only)[0].tolist()) <= {2, 6}
    assert opened.search(vectors[1], 1, only)[0].tolist() == [2]


def test_stored_vectors_are_the_given_ones(both: tuple[VectorIndex, Vectors, Path]) -> None:
    stored = VectorIndex.open(both[2]).vectors()
    assert np.allclose(stored[:300], both[1][:300], atol=0.05)


def test_no_vectors_at_all(tmp_path: Path) -> None:
    none = np.zeros((0, _DIMENSION), dtype=np.float32)
    build_vectors(none, np.zeros(0, dtype=np.int32), none).save(tmp_path)
    opened = VectorIndex.open(tmp_path)
    assert opened.search(_vectors(1)[0], 5)[0].tolist() == [] and opened.vectors().shape == (0, _DIMENSION)
    assert opened.cosines(_vectors(1)[0], np.array([0, 3], dtype=np.int32)).tolist() == [0, 0]


def test_texts_of_one_key_that_are_near_share_a_vector_and_are_all_found(tmp_path: Path) -> None:
    vectors = _vectors(6, seed=3)
    vectors[1] = vectors[0]  # two years of one text
    vectors[4] = vectors[3]  # the same words under two names
    documents, keys = np.array([1, 2, 5, 6, 8, 9], dtype=np.int32), np.array([7, 7, 7, 8, 9, 9])
    kept, position = share(vectors, documents, keys)
    assert len(kept) == 5 and position.tolist() == [-1, 0, 0, -1, -1, 1, 2, -1, 3, 4]
    build_vectors(kept, position, vectors[:1]).save(tmp_path)
    opened = VectorIndex.open(tmp_path)
    assert opened.search(vectors[0], 1)[0].tolist() == [1, 2]
    only = np.zeros(12, dtype=np.bool_)
    only[[2, 9]] = True
    assert opened.search(vectors[0], 2, only)[0].tolist() == [2, 9]  # its text of the other year is not allowed


def test_no_text_is_moved_further_than_promised() -> None:
    noise = np.random.default_rng(2).normal(size=(400, _DIMENSION)) * 0.08  # ten texts, each of forty years
    vectors = np.repeat(_vectors(10, seed=4), 40, axis=0) + noise
    vectors = np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
    documents = np.arange(len(vectors), dtype=np.int32)
    kept, position = share(vectors, documents, documents // 40)
    assert len(kept) < len(vectors) and (kept[position] * vectors).sum(axis=1).min() >= SHARED_FROM
