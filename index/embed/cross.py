"""Optional re-ordering of the best hits by a configured cross-encoder (query and text read together)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from index.embed.encoder import ModelError
from index.embed.settings import stay_off_the_hub
from index.embed.transformer import check_backend
from index.model import Hit

if TYPE_CHECKING:
    from index.settings import IndexSettings


class CrossReranker:
    """Scores (query, project and text) pairs with a sentence-transformers ``CrossEncoder``."""

    def __init__(self, settings: IndexSettings) -> None:
        check_backend(settings.embedding.backend)
        if settings.embedding.offline:
            stay_off_the_hub()
        from sentence_transformers import CrossEncoder

        try:
            self._model = CrossEncoder(
                settings.cross_encoder,
                device=settings.embedding.device,
                backend=settings.embedding.backend,
                local_files_only=settings.embedding.offline,
            )
        except (OSError, ValueError, ImportError) as error:
            raise ModelError(
                f"{settings.cross_encoder}: 並べ替えモデルを読み込めません（{str(error).splitlines()[0]}）"
                " → モデルの名前かフォルダーを確認してください"
            ) from error
        self._top = settings.rerank_top
        self._batch_size = settings.embedding.batch_size

    def reorder(self, query: str, hits: list[Hit]) -> list[Hit]:
        """The first ``rerank_top`` hits in the model's order, the others after them."""
        head = hits[: self._top]
        pairs = [(query, f"{hit.project}\n{hit.text}") for hit in head]
        scores = self._model.predict(pairs, batch_size=self._batch_size, show_progress_bar=False)
        order = sorted(range(len(head)), key=lambda i: -float(scores[i]))
        return [dataclasses.replace(head[i], score=float(scores[i])) for i in order] + hits[self._top :]
