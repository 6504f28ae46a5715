"""A query → candidate projects with the features that ranking weighs.

Four retrievers propose: BM25 over words, nearest vectors, names, and look-ups of numbers and payees.
All features are then computed for all candidates, whoever proposed them.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from index import tokens
from index.catalog import Catalog, Ints, Mask
from index.embed.encoder import Encoder, Vectors
from index.expand import Expander
from index.lexical import LexicalIndex
from index.lookup import Lookups
from index.model import SearchFilter
from index.names import NameIndex, NameMatch
from index.rank import Matrix, fused, highest, ranks_of, reciprocal_ranks
from index.vectors import VectorIndex

MAX_QUERY = 2000  # characters; what is beyond is not read
_MAX_TERMS = 48
_NEAREST, _LEXICAL_TOP, _NAMES, _LOOKUPS = 250, 250, 24, 60
_SHARES = (40, 24, 56, 100)  # candidates by look-ups, names, words and vectors, for up to _MANY hits
_MAX_CANDIDATES, _MANY = 180, 100

# Columns of the lexical and vector features: groups that say the same kind of thing share one.
_COLUMN_OF = np.array([0, 1, 2, 2, 3, 3, 4, 5], dtype=np.int64)
_COLUMNS = ("name", "purpose", "overview", "indicator", "payee", "opinion")
# First proposal by BM25: how much a match in each group counts before anything is learned.
_PROPOSAL = np.array([1.0, 1.0, 1.0, 0.9, 0.7, 0.7, 0.6, 0.5], dtype=np.float32)

FEATURES: tuple[str, ...] = (
    *(f"bm25_{c}" for c in _COLUMNS),
    *(f"added_{c}" for c in _COLUMNS),
    *(f"cosine_{c}" for c in _COLUMNS[:5]),
    *(f"gap_{c}" for c in _COLUMNS[:5]),
    "bm25", "bm25_share", "cosine", "cosine_gap", "cosine_mean", "cosine_score", "bm25_score",
    "words_all", "words_core", "words_name", "words_best", "pairs_core",
    "rrf_bm25", "rrf_vector", "rrf",
    "name_covered", "query_covered", "name_run", "name_exact", "name_folded", "name_printed", "name_whole", "name_part",
    "number", "payee",
    "years", "query_words", "name_words_rest",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Query:
    """A query, analysed once."""

    text: str
    terms: tuple[str, ...]  # the query's own words, each once
    weighted: dict[str, float]  # with pairs and added words
    surfaces: frozenset[str]  # how the words may be printed, for highlighting
    vector: Vectors | None
    names: tuple[NameMatch, ...]
    number_rows: Ints
    payee_rows: Ints


@dataclasses.dataclass(slots=True)
class Candidates:
    """Candidate series, what ranking knows of them, and the texts that spoke for them."""

    series: Ints
    features: Matrix  # (len(series), len(FEATURES))
    documents: Ints  # all allowed documents of the candidates …
    owner: Ints  # … and whose they are: position in ``series``
    document_bm25: Matrix
    document_cosine: Matrix
    word_scores: Matrix  # (len(words), len(documents))
    words: tuple[str, ...]
    rarity: Matrix  # of the words, shape (len(words),)
    ranks: dict[str, npt.NDArray[np.int64]]  # per retriever, from 1, 0 = not proposed


class Retriever:
    """Everything a query is held against."""

    def __init__(
        self,
        catalog: Catalog,
        lexical: LexicalIndex,
        vectors: VectorIndex,
        encoder: Encoder,
        expander: Expander,
        names: NameIndex,
        lookups: Lookups,
    ) -> None:
        self.catalog, self.lexical, self.vectors, self.encoder = catalog, lexical, vectors, encoder
        self.expander, self.names, self.lookups = expander, names, lookups
        self._proposal = _PROPOSAL[catalog.document_group]

    def analyse(self, text: str) -> Query:
        text = text[:MAX_QUERY]
        terms = list(dict.fromkeys(tokens.terms(text)))[: 2 * _MAX_TERMS]
        weighted = self.expander.weighted(terms)
        vector = self.encoder.encode_queries([text])[0]
        return Query(
            text=text,
            terms=tuple(term for term in terms if "+" not in term)[:_MAX_TERMS],
            weighted=weighted,
            surfaces=_surfaces(text, weighted),
            vector=vector if vector.any() else None,
            names=tuple(self.names.match(text, _NAMES)),
            number_rows=self.lookups.by_number(text),
            payee_rows=self.lookups.by_payee(text),
        )

    def candidates(self, query: Query, wanted: SearchFilter, hits: int = _MANY) -> Candidates:
        """The candidates of a query among the sheets that pass the filter: more when more ``hits`` are wanted."""
        wider = max(1, -(-hits // _MANY))
        rows = self.catalog.rows_allowed(wanted)
        allowed = self.catalog.documents_allowed(wanted, rows)
        postings = self.lexical.postings(list(query.weighted))
        bm25 = postings.total(list(query.weighted.values()), self.lexical.size)
        nearest, _ = self._nearest(query, allowed, _NEAREST * wider)
        proposed = bm25 * self._proposal
        if allowed is not None:
            proposed = np.where(allowed, proposed, 0.0)
        top = highest(proposed, _LEXICAL_TOP * wider)
        series = self._proposed(query, top[np.argsort(-proposed[top])].astype(np.int32), nearest, rows, allowed, wider)
        documents, owner = self.catalog.series_documents.many(series)
        if allowed is not None:
            kept = allowed[documents]
            documents, owner = documents[kept], owner[kept]
        found = Candidates(
            series=series,
            features=np.zeros((len(series), len(FEATURES)), dtype=np.float32),
            documents=documents,
            owner=owner,
            document_bm25=bm25[documents],
            document_cosine=self._cosines(query, documents),
            word_scores=postings.table(documents, self.lexical.size),
            words=tuple(query.weighted),
            rarity=postings.rarity,
            ranks={},
        )
        _Filler(self, query, found).fill()
        return found

    def _nearest(self, query: Query, allowed: Mask | None, count: int) -> tuple[Ints, Matrix]:
        if query.vector is None:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        return self.vectors.search(query.vector, count, allowed)

    def _proposed(
        self, query: Query, words: Ints, nearest: Ints, rows: Mask | None, allowed: Mask | None, wider: int
    ) -> Ints:
        """Candidate series: the best of every retriever in turn, until there are enough."""
        names = np.array([match.name_id for match in query.names], dtype=np.int32)
        lookups = np.concatenate([query.number_rows[:_LOOKUPS], query.payee_rows[:_LOOKUPS]]).astype(np.int32)
        ways = [
            self.catalog.row_series[lookups if rows is None else lookups[rows[lookups]]],
            self.catalog.name_series.many(names)[0],
            self._series_of(words),
            self._series_of(nearest),
        ]
        chosen: dict[int, None] = {}
        for way, share in zip(ways, _SHARES, strict=True):
            chosen |= dict.fromkeys(list(dict.fromkeys(way.tolist()))[: share * wider])
        series = np.array(list(chosen)[: _MAX_CANDIDATES * wider], dtype=np.int32)
        if allowed is None or not len(series):
            return series
        documents, owner = self.catalog.series_documents.many(series)
        series = series[np.unique(owner[allowed[documents]])]
        if rows is None:
            return series
        own, owner = self.catalog.series_rows.many(series)  # another project may share an allowed project's text
        return series[np.unique(owner[rows[own]])]

    def _series_of(self, documents: Ints) -> Ints:
        rows, _ = self.catalog.document_rows.many(documents.astype(np.int32))
        return self.catalog.row_series[rows]

    def _cosines(self, query: Query, documents: Ints) -> Matrix:
        if query.vector is None:
            return np.zeros(len(documents), dtype=np.float32)
        return self.vectors.cosines(query.vector, documents)


class _Filler:
    """Fills the feature matrix of one query, one kind of feature after the other."""

    def __init__(self, retriever: Retriever, query: Query, found: Candidates) -> None:
        self._r, self._q, self._f = retriever, query, found
        groups = retriever.catalog.document_group[found.documents]
        self._cell = found.owner.astype(np.int64) * 6 + _COLUMN_OF[groups]
        self._column = {name: i for i, name in enumerate(FEATURES)}
        self._idf = found.rarity
        own = set(query.terms)
        self._own = np.array([term in own for term in found.words], dtype=np.bool_)
        self._pair = np.array(["+" in term for term in found.words], dtype=np.bool_)
        self._weight = np.fromiter(query.weighted.values(), dtype=np.float32, count=len(query.weighted))

    def fill(self) -> None:
        if not len(self._f.series):
            return
        asked = (self._own | self._pair) & (self._weight >= 0.5)
        norm = max(float(self._idf[self._own].sum()), 1e-6)
        own = self._per_column((self._weight * asked) @ self._f.word_scores) / norm
        added = self._per_column((self._weight * ~asked) @ self._f.word_scores) / norm
        cosine = self._per_column(self._f.document_cosine)
        self._block("bm25_name", own)
        self._block("added_name", added)
        self._block("cosine_name", cosine[:, :5])
        self._block("gap_name", cosine[:, :5] - cosine[:, :5].max(axis=0))
        self._totals(own + added, cosine)
        self._coverage()
        self._names()
        self._context()

    def _set(self, name: str, values: npt.ArrayLike) -> None:
        self._f.features[:, self._column[name]] = values

    def _block(self, first: str, values: Matrix) -> None:
        begin = self._column[first]
        self._f.features[:, begin : begin + values.shape[1]] = values

    def _per_column(self, values: Matrix) -> Matrix:
        """Highest value per candidate and column, 0 where it has no such text."""
        out = np.zeros(len(self._f.series) * 6, dtype=np.float32)
        np.maximum.at(out, self._cell, values.astype(np.float32))
        return out.reshape(-1, 6)

    def _totals(self, lexical: Matrix, cosine: Matrix) -> None:
        bm25 = lexical @ np.array([1.0, 1.0, 1.0, 0.5, 0.5, 0.3], dtype=np.float32)
        core = cosine[:, :3]
        best = core.max(axis=1)
        self._set("bm25", bm25)
        self._set("bm25_share", bm25 / max(float(bm25.max(initial=0)), 1e-6))
        self._set("cosine", best)
        self._set("cosine_gap", best - best.max(initial=0))
        self._set("cosine_mean", core.mean(axis=1))
        self._set("cosine_score", _standard(best))
        self._set("bm25_score", _standard(np.sqrt(bm25)))
        nearness = best + 0.5 * core.mean(axis=1)
        self._f.ranks = {"bm25": ranks_of(bm25), "vector": ranks_of(nearness)}
        self._set("rrf_bm25", reciprocal_ranks(self._f.ranks["bm25"]) * 60)
        self._set("rrf_vector", reciprocal_ranks(self._f.ranks["vector"]) * 60)
        self._set("rrf", fused([bm25, nearness]) * 60)

    def _coverage(self) -> None:
        """Rarity-weighted share of the query's words that stand in the candidate's texts."""
        size, columns = len(self._f.series), _COLUMN_OF[self._r.catalog.document_group[self._f.documents]]
        held = self._f.word_scores > 0
        total = max(float(self._idf[self._own].sum()), 1e-6)

        def share(words: npt.NDArray[np.bool_], documents: npt.NDArray[np.bool_], norm: float) -> Matrix:
            hit = np.zeros((size, int(words.sum())), dtype=np.bool_)
            np.logical_or.at(hit, self._f.owner[documents], held[words][:, documents].T)
            return np.asarray(hit @ self._idf[words] / norm, dtype=np.float32)

        every = np.ones(len(columns), dtype=np.bool_)
        self._set("words_all", share(self._own, every, total))
        self._set("words_core", share(self._own, columns <= 2, total))
        self._set("words_name", share(self._own, columns == 0, total))
        self._set("pairs_core", share(self._pair, columns <= 2, max(float(self._idf[self._pair].sum()), 1e-6)))
        best = np.zeros(size, dtype=np.float32)
        np.maximum.at(best, self._f.owner, (held[self._own].T @ self._idf[self._own]).astype(np.float32) / total)
        self._set("words_best", best)

    def _names(self) -> None:
        first, last = self._column["name_covered"], self._column["name_part"]
        at = {int(series): i for i, series in enumerate(self._f.series)}
        ranks = np.zeros(len(self._f.series), dtype=np.int64)
        for rank, match in enumerate(self._q.names, start=1):
            values = (
                match.coverage, match.text_coverage, match.run_share,
                match.exact, match.folded, match.printed, match.contained, match.inside,
            )  # fmt: skip
            for series in self._r.catalog.name_series[match.name_id].tolist():
                if (row := at.get(series)) is not None:
                    cells = self._f.features[row, first : last + 1]
                    np.maximum(cells, values, out=cells)
                    ranks[row] = ranks[row] or rank
        self._f.ranks["name"] = ranks

    def _context(self) -> None:
        catalog, series = self._r.catalog, self._f.series
        for name, rows in (("number", self._q.number_rows), ("payee", self._q.payee_rows)):
            ranks = np.zeros(len(series), dtype=np.int64)
            found = list(dict.fromkeys(catalog.row_series[rows[:_LOOKUPS]].tolist()))
            for rank, one in enumerate(found, start=1):
                ranks[series == one] = rank
            self._set(name, np.where(ranks > 0, 1.0 - 0.2 * (ranks - 1) / _LOOKUPS, 0.0))
            self._f.ranks[name] = ranks
        lists = [catalog.series_rows[s] for s in series.tolist()]
        self._set("years", np.log1p([len(rows) for rows in lists]))
        self._set("query_words", np.log1p(len(self._q.terms)))
        covered = self._f.features[:, self._column["name_covered"]]
        self._set("name_words_rest", 1.0 - covered)


def _standard(values: Matrix) -> Matrix:
    """Distance from the mean of a query's candidates in standard deviations: how far one stands out."""
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-6), dtype=np.float32)


def _surfaces(text: str, weighted: dict[str, float]) -> frozenset[str]:
    """The query's words as written and normalised, pairs joined, and the words added to it."""
    written = {word.surface for word in tokens.words(text) if word.content}
    return frozenset(written | {term.replace("+", "") for term in weighted})
