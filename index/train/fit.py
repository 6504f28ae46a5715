"""Trains the static model with sentence-transformers' own trainer and losses.

In-batch negatives in both directions (MultipleNegativesRankingLoss: Henderson et al. 2017; van den Oord
et al. 2018), Matryoshka sizes (Kusupati et al. 2022), words dropped at random so that no text is known by
one word.  With ``hard_negatives`` every query also gets a negative mined with BM25 (``data.mined``), as the
loss' third column; ``training.json`` beside the weights says whether they were made so.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.embed.settings import stay_off_the_hub
from index.train.data import Pairs
from index.train.export import build_tokenizer

if TYPE_CHECKING:
    from datasets import Dataset  # type: ignore[import-untyped]


@dataclasses.dataclass(frozen=True, slots=True)
class FitSettings:
    """What the training depends on besides its data; written beside the weights."""

    dimension: int = 256
    matryoshka: tuple[int, ...] = (256, 128)
    vocabulary: int = 38_000
    characters: int = 2
    structure_epochs: int = 3
    bridge_epochs: int = 24
    batch_size: int = 2048
    learning_rate: float = 0.02
    warmup: float = 0.05
    scale: float = 20.0
    word_dropout: float = 0.4
    hard_negatives: int = 0  # 1: one mined negative per query
    seed: int = 20_251
    threads: int = 2


def fit(
    kinds: Sequence[Pairs],
    words: Sequence[str],
    line: Callable[[Sequence[str]], str],
    rarity: npt.NDArray[np.float32],
    settings: FitSettings,
    folder: str,
) -> npt.NDArray[np.float32]:
    """Train; returns the vectors of ``[UNK]`` and ``words``, shape (len(words) + 1, dimension).

    ``rarity`` (one per word) scales the first vectors, so that rare words lead from the start
    (the idea of SIF, Arora et al. 2017); training decides from there.
    """
    stay_off_the_hub()
    import torch
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
    from sentence_transformers.sentence_transformer.losses import MatryoshkaLoss, MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import Normalize

    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    random.seed(settings.seed)
    module = _static_module(words, rarity, settings)
    model = SentenceTransformer(modules=[module, Normalize()], device="cpu")
    inner = MultipleNegativesRankingLoss(model, scale=settings.scale, directions=("query_to_doc", "doc_to_query"))
    trainer = SentenceTransformerTrainer(
        model=model,
        args=_arguments(settings, folder),
        train_dataset={kind.name: _dataset(kind, line, settings) for kind in kinds if kind.pairs},
        loss=MatryoshkaLoss(model, inner, matryoshka_dims=list(settings.matryoshka)),
    )
    trainer.train()
    weights: npt.NDArray[np.float32] = module.embedding.weight.detach().numpy().astype(np.float32)
    return weights


def _static_module(words: Sequence[str], rarity: npt.NDArray[np.float32], settings: FitSettings) -> Any:
    import torch
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    class DroppingStatic(StaticEmbedding):
        """StaticEmbedding that leaves out words at random while it is trained."""

        def preprocess(self, inputs: Any, prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
            features = super().preprocess(inputs, prompt, **kwargs)
            return _dropped(features, settings.word_dropout) if self.training else features

    generator = torch.Generator().manual_seed(settings.seed)
    first = torch.randn(len(words) + 1, settings.dimension, generator=generator) / math.sqrt(settings.dimension)
    scales = np.concatenate([[1.0], rarity / rarity.mean()]).astype(np.float32)
    return DroppingStatic(build_tokenizer(words), embedding_weights=first * torch.from_numpy(scales)[:, None])


def _dropped(features: dict[str, Any], share: float) -> dict[str, Any]:
    """Token ids and offsets with ``share`` of the tokens left out, the first of every text kept."""
    import torch

    ids, offsets = features["input_ids"], features["offsets"]
    kept = torch.rand(len(ids)) >= share
    kept[offsets[offsets < len(ids)]] = True
    before = torch.cat([torch.zeros(1, dtype=torch.long), torch.cumsum(kept.long(), 0)])
    return features | {"input_ids": ids[kept], "offsets": before[offsets]}


def _dataset(kind: Pairs, line: Callable[[Sequence[str]], str], settings: FitSettings) -> Dataset:
    """The pairs as lines, repeated (each time shuffled) as often as they are to be seen."""
    from datasets import Dataset

    columns = ("anchor", "positive", "negative")[: 2 if kind.negatives is None else 3]
    sides = kind.pairs if kind.negatives is None else zip(*zip(*kind.pairs, strict=True), kind.negatives, strict=True)
    lines = [tuple(line(side) for side in row) for row in sides]
    lines = [row for row in lines if all(row)]
    rng = random.Random(f"{settings.seed}/{kind.name}")
    rows = [row for _ in range(kind.epochs) for row in rng.sample(lines, len(lines))]
    return Dataset.from_dict({name: [row[i] for row in rows] for i, name in enumerate(columns)})


def _arguments(settings: FitSettings, folder: str) -> Any:
    from sentence_transformers import SentenceTransformerTrainingArguments
    from sentence_transformers.sentence_transformer.training_args import BatchSamplers, MultiDatasetBatchSamplers

    return SentenceTransformerTrainingArguments(
        output_dir=folder,
        num_train_epochs=1,  # repetition is in the data, per kind
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        warmup_steps=settings.warmup,
        lr_scheduler_type="linear",
        weight_decay=0.0,
        optim="adamw_torch_fused",
        seed=settings.seed,
        data_seed=settings.seed,
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        multi_dataset_batch_sampler=MultiDatasetBatchSamplers.PROPORTIONAL,
        use_cpu=True,
        save_strategy="no",
        logging_steps=50,
        report_to="none",
        disable_tqdm=True,
        dataloader_num_workers=0,
    )
