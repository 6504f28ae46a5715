"""Any sentence-transformers model, by name or path. Imported only when one is configured."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from index.embed.encoder import ModelError, ModelId, Vectors, normalised
from index.embed.settings import EmbeddingSettings, stay_off_the_hub

_IDENTITY_FILES = ("config.json", "modules.json", "tokenizer.json", "model.safetensors", "pytorch_model.bin")
_CHUNK = 4096
# backend → the packages it needs, and the extra of sentence-transformers that brings them
_BACKENDS: dict[str, tuple[tuple[str, ...], str]] = {
    "torch": ((), ""),
    "onnx": (("onnxruntime", "optimum"), "onnx"),
    "openvino": (("openvino", "optimum"), "openvino"),
}


class TransformerEncoder:
    """Runs ``SentenceTransformer`` with the configured device and backend."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        self._settings = settings
        self._model = _load(settings)
        whole = int(self._model.get_embedding_dimension())
        if settings.dimension > whole:
            raise ModelError(
                f"{settings.model}: 次元数{settings.dimension}が指定されましたが、モデルは{whole}次元です"
                f" → {whole}以下にしてください"
            )
        self._dimension = settings.dimension or whole

    @functools.cached_property
    def identity(self) -> ModelId:
        """Folders are known by their files, models of the hub by their name."""
        digest = hashlib.sha256()
        for file in sorted(self._settings.path.rglob("*")) if self._settings.path.is_dir() else ():
            if file.name in _IDENTITY_FILES:
                digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
        prefixes = (self._settings.query_prefix, self._settings.passage_prefix)
        return ModelId(self._settings.path.name, self._dimension, digest.hexdigest(), prefixes)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self._settings.query_prefix + text for text in texts])

    def encode_passages(
        self, texts: Sequence[str], terms: Sequence[Sequence[str]], progress: Callable[[int, int], None]
    ) -> Vectors:
        parts = []
        for begin in range(0, len(texts), _CHUNK):
            parts.append(self._encode([self._settings.passage_prefix + t for t in texts[begin : begin + _CHUNK]]))
            progress(min(begin + _CHUNK, len(texts)), len(texts))
        return np.concatenate(parts) if parts else np.zeros((0, self._dimension), dtype=np.float32)

    def _encode(self, texts: list[str]) -> Vectors:
        found = self._model.encode(texts, batch_size=self._settings.batch_size, show_progress_bar=False)
        return normalised(np.asarray(found, dtype=np.float32)[:, : self._dimension])


def check_backend(backend: str) -> None:
    """Raises ModelError for a backend that is not known or whose packages are not installed."""
    if backend not in _BACKENDS:
        known = "・".join(_BACKENDS)
        raise ModelError(f"backend「{backend}」は使えません → {known}のどれかを指定してください（RSQA_BACKEND）")
    packages, extra = _BACKENDS[backend]
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise ModelError(
            f"backend「{backend}」に必要なパッケージがありません（{'、'.join(missing)}）"
            f" → pip install 'sentence-transformers[{extra}]' を実行するか、backend を torch に戻してください"
        )


def _load(settings: EmbeddingSettings) -> Any:
    check_backend(settings.backend)
    if settings.offline:
        stay_off_the_hub()
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(
            settings.model,
            device=settings.device,
            backend=settings.backend,  # type: ignore[arg-type]  # checked by the library
            local_files_only=settings.offline,
        )
    except (OSError, ValueError, ImportError) as error:
        raise ModelError(
            f"{settings.model}: 埋め込みモデルを読み込めません（{str(error).splitlines()[0]}）"
            " → モデルの名前かフォルダー、backend の設定を確認してください"
        ) from error
