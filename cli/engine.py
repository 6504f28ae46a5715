"""Opening what answers: corpus, searcher and engine, the way every command does it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.search import Searcher
    from qa.engine import Engine


def open_engine(data_dir: Path) -> Engine:
    """The engine over the current corpus. Raises NoCorpus, DamagedSnapshot."""
    from corpus.store.reader import open_corpus
    from index.environment import index_settings
    from index.search import Searcher
    from qa.engine import Engine

    corpus = open_corpus(data_dir)
    return Engine(corpus, Searcher.open(corpus, index_settings()))


def open_searcher(data_dir: Path) -> Searcher:
    """The search over the current corpus. Raises NoCorpus, DamagedSnapshot."""
    from corpus.store.reader import open_corpus
    from index.environment import index_settings
    from index.search import Searcher

    return Searcher.open(open_corpus(data_dir), index_settings())
