"""Orders candidate projects: rank fusion, then a small learned model over explainable features.

Fusion: reciprocal rank fusion, Cormack, Clarke & Büttcher, "Reciprocal Rank Fusion outperforms
Condorcet and individual Rank Learning Methods" (SIGIR 2009): score = Σ 1 / (60 + rank).
The model's weights are learned from the everyday queries (``python -m index.train``), never set by
hand; they lie in ``data/ranking.json`` with the names of their features.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RRF_K = 60
_BLOCK = 64  # scores
WEIGHTS = Path(__file__).resolve().parent / "data" / "ranking.json"
Matrix = npt.NDArray[np.float32]


def reciprocal_ranks(ranks: npt.NDArray[np.int64]) -> Matrix:
    """1 / (60 + rank) for ranks from 1; 0 where the rank is 0 (not found)."""
    return np.asarray(np.where(ranks > 0, 1.0 / (RRF_K + ranks), 0.0), dtype=np.float32)


def ranks_of(scores: Matrix) -> npt.NDArray[np.int64]:
    """Rank of every score from 1, the highest first; 0 for scores of zero or less."""
    order = np.argsort(-scores, kind="stable")
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[order] = np.arange(1, len(scores) + 1)
    return np.where(scores > 0, ranks, 0)


def highest(scores: npt.NDArray[np.floating[Any]], k: int) -> npt.NDArray[np.intp]:
    """Positions of the ``k`` highest of the scores above zero, in no order.

    The k-th highest maximum of a block is no higher than the k-th score: what is below it need not be sorted.
    """
    blocks = len(scores) // _BLOCK
    least = scores.dtype.type(0)
    if blocks > k:
        tops = scores[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        least = np.partition(tops, blocks - k)[blocks - k]
    some = np.nonzero(scores >= least if least > 0 else scores > 0)[0]
    return some if len(some) <= k else some[np.argpartition(-scores[some], k)[:k]]


@dataclasses.dataclass(frozen=True, slots=True)
class RankingModel:
    """Standardised features → one hidden layer (tanh) and a linear part → score."""

    features: tuple[str, ...]
    mean: Matrix
    scale: Matrix
    linear: Matrix
    hidden: Matrix
    hidden_bias: Matrix
    output: Matrix

    def score(self, features: Matrix) -> Matrix:
        """Scores of the rows of ``features``, shape (n, len(self.features))."""
        x = (features - self.mean) / self.scale
        return np.asarray(x @ self.linear + np.tanh(x @ self.hidden + self.hidden_bias) @ self.output, dtype=np.float32)

    def save(self, path: Path, facts: dict[str, object]) -> None:
        content: dict[str, object] = {"facts": facts, "features": list(self.features)}
        for field in _ARRAYS:
            content[field] = np.round(getattr(self, field), 5).tolist()
        path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


_ARRAYS = ("mean", "scale", "linear", "hidden", "hidden_bias", "output")


@functools.cache
def load_ranking(path: Path = WEIGHTS) -> RankingModel:
    """Read weights. Raises KeyError or ValueError for a file that is no ranking."""
    content = json.loads(path.read_text(encoding="utf-8"))
    arrays = {field: np.array(content[field], dtype=np.float32) for field in _ARRAYS}
    return RankingModel(features=tuple(content["features"]), **arrays)


def fused(rankings: Sequence[Matrix]) -> Matrix:
    """Reciprocal rank fusion of several scorings of the same candidates."""
    total: Matrix = np.sum([reciprocal_ranks(ranks_of(scores)) for scores in rankings], axis=0, dtype=np.float32)
    return total
