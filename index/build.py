"""Builds the index of a corpus into a folder: read, split into words, BM25, vectors, names, look-ups."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corpus.store.reader import Corpus
from index import meta
from index.catalog import Catalog
from index.collect import Collected, Progress, Text, collect, split_words
from index.data_check import read_queries
from index.documents import GROUPS, NAME, Group
from index.embed.encoder import Encoder, Vectors, load_encoder
from index.expand import Expander
from index.lexical import Bm25, LexicalArrays, LexicalIndex, build_lexical
from index.lookup import Lookups
from index.names import NameIndex
from index.processes import in_processes
from index.settings import IndexSettings
from index.vectors import build_vectors, share
from index.wordlist import Words

FOLDER = "index"
_SAMPLES = 150
_BATCH = 8192  # texts that are embedded at once
_LARGE = 6000  # texts up to which starting a process costs more than it saves
_EMBEDDED = frozenset(group for group in Group if group is not Group.OPINION)
_DEFAULTS = IndexSettings()
_log = logging.getLogger(__name__)


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that is shown nowhere."""


def build(
    corpus: Corpus,
    out_dir: Path,
    settings: IndexSettings = _DEFAULTS,
    progress: Progress = quiet,
    previous: Path | None = None,
) -> None:
    """Write the index of ``corpus`` into ``out_dir`` (made when missing).

    ``previous`` is the index folder of an earlier generation: texts it holds are not embedded again
    when it was made by the same model. Raises ModelError when the model cannot be used.
    """
    encoder = load_encoder(settings.embedding)
    collected = _by_group(collect(corpus, progress))
    words = split_words([text.text for text in collected.texts], progress)
    out_dir.mkdir(parents=True, exist_ok=True)
    groups = np.array([GROUPS[text.kind] for text in collected.texts], dtype=np.int64)
    task = _LexicalTask(words, groups.tolist(), settings.bm25)
    # BM25 is one process's work for as long as the rest is this one's
    with in_processes(_lexical, [task], len(groups) > _LARGE, workers=1) as lexical:
        progress("索引を書く", 0, 4)
        NameIndex.build(collected.names).save(out_dir / "names")
        Lookups.build(collected.rows).save(out_dir / "lookups")
        Catalog.build(collected).save(out_dir / "catalog")
        Expander.build().save(out_dir)
        progress("索引を書く", 1, 4)
        chosen = np.nonzero(np.isin(groups, list(_EMBEDDED)))[0].astype(np.int32)
        vectors = _vectors(collected, words, chosen, encoder, progress, previous)
        progress("索引を書く", 2, 4)
        keys = groups * len(collected.names) + np.array([text.name_id for text in collected.texts], dtype=np.int64)
        index = build_vectors(*share(vectors, chosen, keys[chosen]), _samples(encoder))
        index.save(out_dir / "vectors")
        progress("索引を書く", 3, 4)
        for arrays in lexical:
            LexicalIndex(arrays).save(out_dir / "lexical")
        progress("索引を書く", 4, 4)
    meta.write(out_dir, meta.Meta.of(corpus, encoder.identity, index.facts, len(collected.texts)))


class _LexicalTask(NamedTuple):
    """What the lexical index is made of."""

    words: Words
    groups: list[int]
    settings: Bm25


def _lexical(task: _LexicalTask) -> LexicalArrays:
    """The lexical index as its arrays. A process that outlives a killed build must not write: it only returns."""
    return build_lexical(task.words, task.groups, task.settings).arrays


def _by_group(collected: Collected) -> Collected:
    """Texts of one group stand together: the lexical index and the ranking rely on it.

    In a group those of one project are neighbours: they share most words, so that the gaps between the
    documents of a word are small and take one byte.
    """
    return dataclasses.replace(
        collected, texts=sorted(collected.texts, key=lambda text: (GROUPS[text.kind], text.name_id))
    )


def _vectors(
    collected: Collected,
    words: Words,
    chosen: np.ndarray[tuple[int], np.dtype[np.int32]],
    encoder: Encoder,
    progress: Progress,
    previous: Path | None,
) -> Vectors:
    """One vector per chosen text, with its project's name before it; known ones are taken over."""
    texts = [collected.texts[d] for d in chosen]
    known = _known(previous, encoder)
    vectors = np.zeros((len(texts), encoder.identity.dimension), dtype=np.float32)
    missing = [i for i, text in enumerate(texts) if text.digest not in known]
    names = {t.name_id: d for d, t in enumerate(collected.texts) if t.kind == NAME}
    for begin in range(0, len(missing), _BATCH):
        part = missing[begin : begin + _BATCH]
        vectors[part] = encoder.encode_passages(
            [_passage(texts[i], collected.names) for i in part],
            words.chained([_passage_parts(texts[i], int(chosen[i]), names) for i in part]),
            lambda done, _, begin=begin: progress("文を数値にする", begin + done, len(missing)),  # type: ignore[misc]
        )
    for i, text in enumerate(texts):
        if (row := known.get(text.digest)) is not None:
            vectors[i] = row
    return vectors


def _passage(text: Text, names: Sequence[str]) -> str:
    return text.text if text.kind == NAME else f"{names[text.name_id]}\n{text.text}"


def _passage_parts(text: Text, at: int, names: dict[int, int]) -> tuple[int, ...]:
    """The text of the project's name and text number ``at``; ``names``: name → its text's number."""
    return (names[text.name_id], at) if text.kind != NAME and text.name_id in names else (at,)


def _known(previous: Path | None, encoder: Encoder) -> dict[bytes, Vectors]:
    """Digest → vector of an earlier index, when the same model made it."""
    if previous is None or not meta.matches_model(previous, encoder.identity):
        return {}
    from index.vectors import VectorIndex

    old = VectorIndex.open(previous / "vectors")
    digests = Catalog.open(previous / "catalog").document_digest
    vectors = old.vectors()
    embedded = np.nonzero(old.position >= 0)[0]
    return {digests[d].tobytes(): vectors[old.position[d]] for d in embedded.tolist()}


def _samples(encoder: Encoder) -> Vectors:
    """Vectors of real questions, on which the recall of the vector index is measured."""
    queries = read_queries()
    return encoder.encode_queries([queries[i].query for i in range(0, len(queries), max(1, len(queries) // _SAMPLES))])
