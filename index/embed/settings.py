"""Which embedding model, and how it is run. Data only."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

DEFAULT_MODEL = Path(__file__).resolve().parent.parent / "model"


@dataclasses.dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """The model and its use; the defaults are our own static model.

    ``model``: a sentence-transformers folder or name ("" = our own). ``query_prefix`` and
    ``passage_prefix``: put before every text (e5 and its like want ``query: `` and ``passage: ``).
    ``dimension``: leading dimensions kept of a Matryoshka model (0 = all). ``backend``: ``torch``,
    ``onnx`` or ``openvino``. ``offline``: never ask the Hugging Face hub, use only what is on disk.
    """

    model: str = ""
    query_prefix: str = ""
    passage_prefix: str = ""
    dimension: int = 0
    batch_size: int = 64
    device: str = "cpu"
    backend: str = "torch"
    offline: bool = True

    @property
    def path(self) -> Path:
        return Path(self.model) if self.model else DEFAULT_MODEL


def stay_off_the_hub() -> None:
    """Must be called before the first import of the hub's client, which reads these once."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ.setdefault(name, "1")
