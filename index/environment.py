"""Index settings from the environment: the one place where it is read."""

from __future__ import annotations

import os
from collections.abc import Mapping

from index.embed.settings import EmbeddingSettings
from index.settings import IndexSettings

# variable → field of EmbeddingSettings; documented in README.md
_EMBEDDING = {
    "RSQA_MODEL": "model",
    "RSQA_QUERY_PREFIX": "query_prefix",
    "RSQA_PASSAGE_PREFIX": "passage_prefix",
    "RSQA_DEVICE": "device",
    "RSQA_BACKEND": "backend",
}


def index_settings(model: str | None = None, environment: Mapping[str, str] = os.environ) -> IndexSettings:
    """Settings of the index: ``model`` (``--model``) before ``RSQA_MODEL``, the defaults where neither is given."""
    given = {field: environment[name] for name, field in _EMBEDDING.items() if environment.get(name)}
    if model:
        given["model"] = model
    return IndexSettings(
        embedding=EmbeddingSettings(
            model=given.get("model", ""),
            query_prefix=given.get("query_prefix", ""),
            passage_prefix=given.get("passage_prefix", ""),
            device=given.get("device", "cpu"),
            backend=given.get("backend", "torch"),
        ),
        cross_encoder=environment.get("RSQA_CROSS_ENCODER", ""),
    )
