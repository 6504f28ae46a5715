"""How an index is built and searched. Data only; read from environment and command line elsewhere."""

from __future__ import annotations

import dataclasses

from index.embed.settings import EmbeddingSettings
from index.lexical import Bm25


@dataclasses.dataclass(frozen=True, slots=True)
class IndexSettings:
    """``cross_encoder``: name or path of a model that re-orders the best ``rerank_top`` hits ("" = none)."""

    embedding: EmbeddingSettings = dataclasses.field(default_factory=EmbeddingSettings)
    bm25: Bm25 = dataclasses.field(default_factory=Bm25)
    cross_encoder: str = ""
    rerank_top: int = 20
