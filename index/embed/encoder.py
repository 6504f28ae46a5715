"""The seam between the index and embedding models."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.model import CorpusError
from index.embed.settings import EmbeddingSettings

Vectors = npt.NDArray[np.float32]


class ModelError(CorpusError):
    """A model cannot be used as configured. The message is Japanese and says what to do."""


@dataclasses.dataclass(frozen=True, slots=True)
class ModelId:
    """What the index remembers of the model that made its vectors."""

    name: str
    dimension: int
    digest: str
    prefixes: tuple[str, str] = ("", "")


class Encoder(Protocol):
    """Texts → L2-normalised rows, shape (n, dimension), float32."""

    @property
    def identity(self) -> ModelId: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...

    def encode_passages(
        self, texts: Sequence[str], terms: Sequence[Sequence[str]], progress: Callable[[int, int], None]
    ) -> Vectors:
        """``terms`` are ``index.tokens.terms`` of the texts, for models that work on words."""
        ...


def load_encoder(settings: EmbeddingSettings) -> Encoder:
    """The model of the settings. Raises ModelError when it cannot be read."""
    from index.embed import words

    if words.is_words_model(settings.path):
        return words.WordsEncoder(settings)
    from index.embed.transformer import TransformerEncoder

    return TransformerEncoder(settings)


def normalised(vectors: Vectors) -> Vectors:
    """Rows of length one; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
