"""Search over a corpus: everyday words, names, numbers or payees → projects, best first, explained."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from corpus.store.model import SheetInfo
from corpus.store.reader import Corpus
from index import meta
from index.build import FOLDER
from index.catalog import Catalog, Ints, Mask
from index.documents import NAME, measures_of, text_of
from index.embed.encoder import Encoder, load_encoder
from index.expand import Expander
from index.highlight import Highlighter
from index.lexical import LexicalIndex
from index.lookup import Lookups
from index.model import Hit, SearchFilter, Why
from index.names import NameIndex
from index.rank import Matrix, RankingModel, load_ranking
from index.retrieve import Candidates, Retriever
from index.settings import IndexSettings
from index.vectors import VectorIndex

_NO_FILTER = SearchFilter()
_DEFAULTS = IndexSettings()
_WORDS_SHOWN = 8
MAX_HITS = 1000  # of one search: what a person or a program can still use
_AS_GOOD = 0.9  # of the best text's score: a newer year's wording of it is shown instead
_COSINE_WEIGHT = 0.5  # of a text's nearness against its words, when one text is shown for a project


class Searcher:
    """One open index. Thread-safe: everything it holds is read-only."""

    def __init__(self, corpus: Corpus, retriever: Retriever, ranking: RankingModel, settings: IndexSettings) -> None:
        self.corpus, self.retriever, self.ranking, self.settings = corpus, retriever, ranking, settings
        self._cross: object | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, corpus: Corpus, settings: IndexSettings = _DEFAULTS, folder: Path | None = None) -> Searcher:
        """The index of a corpus' generation, or the one in ``folder``.

        Raises IndexMismatch (other corpus, other model, no index), ModelError, DamagedSnapshot.
        """
        inside = folder is None
        folder = folder or corpus.path / FOLDER

        def verified(path: Path) -> Path:
            return corpus.verified(path.relative_to(corpus.path).as_posix()) if inside else path

        if inside and corpus.holds(f"{FOLDER}/{meta.FILE}"):
            verified(folder / meta.FILE)
        record = meta.read(folder / meta.FILE)
        meta.check_corpus(record, corpus, folder)
        encoder = load_encoder(settings.embedding)
        meta.check_model(record, encoder.identity, folder)
        retriever = Retriever(
            Catalog.open(folder / "catalog", verified),
            LexicalIndex.open(folder / "lexical", verified),
            VectorIndex.open(folder / "vectors", verified),
            encoder,
            Expander.open(folder, verified),
            NameIndex.open(folder / "names", verified),
            Lookups.open(folder / "lookups", verified),
        )
        return cls(corpus, retriever, load_ranking(), settings)

    @property
    def encoder(self) -> Encoder:
        return self.retriever.encoder

    @property
    def names(self) -> NameIndex:
        return self.retriever.names

    def search(
        self,
        query: str,
        k: int = 10,
        filter: SearchFilter = _NO_FILTER,  # noqa: A002 - the API that was agreed
        explain: bool = False,
    ) -> list[Hit]:
        """The ``k`` best projects (at most ``MAX_HITS``), each once, its newest matching sheet first.

        ``explain`` fills ``Hit.why``: the words with their share of the score, and each retriever's rank.
        """
        k = min(k, MAX_HITS)
        asked = self.retriever.analyse(query)
        found = self.retriever.candidates(asked, filter, k)
        if not len(found.series):
            return []
        scores = self.ranking.score(found.features)
        rows = self.retriever.catalog.rows_allowed(filter)
        best = [int(position) for position in np.argsort(-scores, kind="stable")[:k]]
        infos = self._infos([self._rows(found, position, rows) for position in best])
        marker = Highlighter(asked.surfaces)
        hits = [self._hit(found, position, float(scores[position]), rows, infos, marker, explain) for position in best]
        return self._crossed(query, hits)

    def _rows(self, found: Candidates, position: int, rows: Mask | None) -> Ints:
        """The sheets of a candidate that pass the filter, newest first."""
        own = self.retriever.catalog.series_rows[int(found.series[position])]
        return own if rows is None else own[rows[own]]

    def _infos(self, rows: list[Ints]) -> dict[int, SheetInfo]:
        """What the corpus knows of these sheets, by sheet number, in one query."""
        nos = self.retriever.catalog.row_no[np.concatenate(rows)].tolist()
        found = self.corpus.find(f"no IN ({', '.join('?' * len(nos))})", nos)
        return {info.no: info for info in found}

    # ---- one hit ------------------------------------------------------------------------------

    def _hit(
        self,
        found: Candidates,
        position: int,
        score: float,
        rows: Mask | None,
        infos: dict[int, SheetInfo],
        marker: Highlighter,
        explain: bool,
    ) -> Hit:
        catalog = self.retriever.catalog
        series_rows = self._rows(found, position, rows)
        own = np.nonzero(found.owner == position)[0]
        scores = _text_scores(found, own)
        best = own[np.argmax(scores)]
        document = int(found.documents[best])
        alike = catalog.document_kind[found.documents[own]] == catalog.document_kind[document]
        row = self._row(found.documents[own[alike & (scores >= _AS_GOOD * scores.max())]], series_rows)
        info = infos[int(catalog.row_no[row])]
        section = catalog.kinds[int(catalog.document_kind[document])]
        text = self._text(info, section)
        others = [infos[int(catalog.row_no[r])] for r in series_rows if r != row]
        return Hit(
            sheet_no=info.no,
            sheet_id=info.sheet_id,
            project=info.project,
            ministry=info.ministry,
            sheet_year=info.sheet_year,
            section=section,
            text=text,
            score=score,
            spans=marker.spans(text),
            folded=tuple((other.sheet_id, other.sheet_year) for other in others),
            why=_why(found, position, best) if explain else Why(),
        )

    def _row(self, documents: Ints, series_rows: Ints) -> int:
        """The sheet to show: the newest of the project that carries one of the texts."""
        carrying = set(self.retriever.catalog.document_rows.many(documents)[0].tolist())
        return next((int(row) for row in series_rows if int(row) in carrying), int(series_rows[0]))

    def _text(self, info: SheetInfo, kind: str) -> str:
        """The text as the sheet has it. Only what it is made of is decoded: this is half of a search's time."""
        if kind == NAME:
            return info.project
        return text_of(self.corpus.sheet_at(info.no, measures_of(kind)), kind)

    # ---- optional cross-encoder ---------------------------------------------------------------

    def _crossed(self, query: str, hits: list[Hit]) -> list[Hit]:
        if not self.settings.cross_encoder or not hits:
            return hits
        from index.embed.cross import CrossReranker

        with self._lock:
            if self._cross is None:
                self._cross = CrossReranker(self.settings)
        if not isinstance(self._cross, CrossReranker):
            return hits
        return self._cross.reorder(query, hits)


def _text_scores(found: Candidates, own: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Matrix:
    bm25, cosine = found.document_bm25[own], found.document_cosine[own]
    return np.asarray(bm25 / max(float(found.document_bm25.max(initial=0)), 1e-6) + _COSINE_WEIGHT * cosine)


def _why(found: Candidates, position: int, best: int) -> Why:
    """Words with their share of the project's lexical score, and the rank each retriever gave it."""
    own = found.owner == position
    per_word = found.word_scores[:, own].max(axis=1) if own.any() else np.zeros(len(found.words))
    total = max(float(per_word.sum()), 1e-9)
    order = np.argsort(-per_word)[:_WORDS_SHOWN]
    words = tuple((found.words[i], round(float(per_word[i]) / total, 3)) for i in order if per_word[i] > 0)
    ranks = tuple((name, int(rank[position])) for name, rank in found.ranks.items() if rank[position])
    return Why(words, ranks)
