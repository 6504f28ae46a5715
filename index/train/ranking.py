"""Learns the ranking's weights from queries whose project is known.

    python -m index.train.ranking --data DIR [--index FOLDER]

Everyday queries of the bridge's ``RANKING`` split (the embedding has not seen them), and queries made
from the corpus itself: whole names, parts of names, names with other words, numbers, payees.  Loss:
listwise cross-entropy over a query's candidates (ListNet: Cao et al. 2007).
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.store.reader import Corpus, open_corpus
from corpus.text import name_key
from index import tokens
from index.data_check import read_queries
from index.model import SearchFilter
from index.rank import WEIGHTS, Matrix, RankingModel
from index.retrieve import FEATURES, Retriever
from index.search import Searcher
from index.train.data import Split, evaluation_names, split_of

_log = logging.getLogger("index.train.ranking")
_ADDED_WORDS = (
    "の予算",
    "について知りたい",
    "の事業",
    "の執行額",
    "を調べたい",
    "とは",
    " 令和2年度",
    "の支出先",
    "のシート",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A query of known answer: the series that are right."""

    kind: str
    text: str
    series: frozenset[int]


@dataclasses.dataclass(frozen=True, slots=True)
class RankingSettings:
    """What the learning depends on besides its data."""

    hidden: int = 24
    steps: int = 600
    queries_per_step: int = 128
    learning_rate: float = 0.01
    weight_decay: float = 0.1
    per_kind: int = 250
    everyday: int = 1500
    members: int = 5  # networks learned from different starts; what is kept is their mean, as one network
    seed: int = 20_251


def everyday_queries(searcher: Searcher, split: Split, excluded: frozenset[str] = frozenset()) -> list[Asked]:
    """The bridge's queries of one split whose project is in the corpus."""
    found = []
    for query in read_queries():
        if split_of(query.project) is split and name_key(query.project) not in excluded:
            series = series_of_name(searcher, query.project)
            if series:
                found.append(Asked("everyday", query.query, series))
    return found


def series_of_name(searcher: Searcher, name: str) -> frozenset[int]:
    """All series that bear a name (several ministries may)."""
    name_id = searcher.names.id_of(name)
    return frozenset() if name_id is None else frozenset(searcher.retriever.catalog.name_series[name_id].tolist())


def made_queries(searcher: Searcher, per_kind: int, seed: int, split: Split | None) -> list[Asked]:
    """Names, parts of names, names among other words, numbers and payees, drawn from the corpus.

    ``split`` restricts to projects of one side, so that weights are not judged on what they learned from.
    """
    rng = random.Random(seed)
    names = [i for i in range(len(searcher.names)) if split is None or split_of(searcher.names.name(i)) is split]
    chosen = rng.sample(names, min(per_kind, len(names)))
    catalog = searcher.retriever.catalog
    made: list[Asked] = []
    for name_id in chosen:
        name, series = searcher.names.name(name_id), frozenset(catalog.name_series[name_id].tolist())
        made.append(Asked("name", name, series))
        made.append(Asked("name-in-words", name + rng.choice(_ADDED_WORDS), series))
        if part := _part(name, rng):
            made.append(Asked("part-of-name", part, _series_with(searcher, part) | series))
    made += _number_queries(searcher, per_kind, rng)
    made += _payee_queries(searcher, per_kind, rng)
    return made


def _part(name: str, rng: random.Random) -> str:
    """A run of at least half of the name's words that says something, "" when there is none."""
    words = [word.surface for word in tokens.words(name)]
    if len(words) < 4:
        return ""
    length = rng.randint((len(words) + 1) // 2, len(words) - 1)
    begin = rng.randint(0, len(words) - length)
    part = "".join(words[begin : begin + length])
    return part if len(part) >= 6 else ""


def _series_with(searcher: Searcher, part: str) -> frozenset[int]:
    """Every series whose name holds the part: each is a right answer to it."""
    catalog = searcher.retriever.catalog
    matches = searcher.names.match(part, k=40)
    return frozenset(s for m in matches if m.inside for s in catalog.name_series[m.name_id].tolist())


def _number_queries(searcher: Searcher, count: int, rng: random.Random) -> Iterator[Asked]:
    infos = searcher.corpus.infos()
    for info in rng.sample(infos, min(count, len(infos))):
        rows = searcher.retriever.lookups.by_number(info.number)
        series = frozenset(searcher.retriever.catalog.row_series[rows].tolist())
        yield Asked("number", info.number, series)


def _payee_queries(searcher: Searcher, count: int, rng: random.Random) -> Iterator[Asked]:
    infos = searcher.corpus.infos()
    for info in rng.sample(infos, min(count, len(infos))):
        rows = searcher.corpus.facts("SELECT name FROM payees WHERE no = ? ORDER BY pos LIMIT 3", [info.no])
        for (name,) in rows[:1]:
            found = searcher.retriever.lookups.by_payee(name)
            if len(found):
                yield Asked("payee", name, frozenset(searcher.retriever.catalog.row_series[found].tolist()))


@dataclasses.dataclass(frozen=True, slots=True)
class Lists:
    """Candidates of many queries one after the other: features, whether right, where each query begins."""

    features: Matrix
    right: npt.NDArray[np.bool_]
    starts: npt.NDArray[np.int64]


def candidate_lists(retriever: Retriever, asked: Sequence[Asked]) -> Lists:
    """Features of every candidate of every query that has a right one among them."""
    features, right, lengths = [], [], []
    for query in asked:
        found = retriever.candidates(retriever.analyse(query.text), SearchFilter())
        hit = np.isin(found.series, list(query.series))
        if hit.any() and not hit.all():
            features.append(found.features)
            right.append(hit)
            lengths.append(len(hit))
    return Lists(np.concatenate(features), np.concatenate(right), np.concatenate([[0], np.cumsum(lengths)]))


def learn(lists: Lists, settings: RankingSettings) -> RankingModel:
    """The mean of ``settings.members`` networks: what one start makes of little data is partly chance."""
    made = [learn_one(lists, dataclasses.replace(settings, seed=settings.seed + i)) for i in range(settings.members)]
    return dataclasses.replace(
        made[0],
        linear=np.mean([model.linear for model in made], axis=0),
        hidden=np.concatenate([model.hidden for model in made], axis=1),
        hidden_bias=np.concatenate([model.hidden_bias for model in made]),
        output=(np.concatenate([model.output for model in made]) / len(made)).astype(np.float32),
    )


def learn_one(lists: Lists, settings: RankingSettings) -> RankingModel:
    """Weights by Adam on the listwise loss, some queries a step, in torch."""
    import torch

    torch.manual_seed(settings.seed)
    mean, scale = lists.features.mean(axis=0), lists.features.std(axis=0) + 1e-3
    x = torch.from_numpy((lists.features - mean) / scale)
    right = torch.from_numpy(lists.right)
    rng = np.random.default_rng(settings.seed)
    width = x.shape[1]
    linear = torch.zeros(width, requires_grad=True)
    hidden = (torch.randn(width, settings.hidden) * 0.1).requires_grad_()
    bias = torch.zeros(settings.hidden, requires_grad=True)
    output = (torch.randn(settings.hidden) * 0.1).requires_grad_()
    optimiser = torch.optim.AdamW(
        [linear, hidden, bias, output], lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.05, settings.steps)
    count = len(lists.starts) - 1
    for step in range(settings.steps):
        chosen = rng.permutation(count)[: settings.queries_per_step]
        rows = torch.from_numpy(np.concatenate([np.arange(lists.starts[i], lists.starts[i + 1]) for i in chosen]))
        owner = torch.from_numpy(np.repeat(np.arange(len(chosen)), np.diff(lists.starts)[chosen]))
        own, good = x[rows], right[rows]
        scores = own @ linear + torch.tanh(own @ hidden + bias) @ output
        every = _log_sum_exp(scores, owner, len(chosen))
        loss = (every - _log_sum_exp(scores[good], owner[good], len(chosen))).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 100 == 0:
            _log.info("step %d loss %.4f", step, float(loss.detach()))
    found = [t.detach().numpy().astype(np.float32) for t in (linear, hidden, bias, output)]
    return RankingModel(FEATURES, mean.astype(np.float32), scale.astype(np.float32), *found)


def _log_sum_exp(scores: Any, owner: Any, count: int) -> Any:
    import torch

    top = torch.full((count,), -1e9).scatter_reduce(0, owner, scores.detach(), "amax")
    return top + torch.log(torch.zeros(count).index_add(0, owner, torch.exp(scores - top[owner])) + 1e-12)


def quality(model: RankingModel, lists: Lists, total: int) -> dict[str, float]:
    """recall@1, recall@10 and MRR@10; queries without a right candidate count as missed."""
    scores = model.score(lists.features)
    ranks = []
    for begin, end in zip(lists.starts[:-1], lists.starts[1:], strict=True):
        own, right = scores[begin:end], lists.right[begin:end]
        ranks.append(1 + int((own > own[right].max()).sum()))
    found = np.array(ranks)
    reciprocal = np.where(found <= 10, 1 / found, 0)
    return {
        "recall@1": float((found <= 1).sum() / total),
        "recall@10": float((found <= 10).sum() / total),
        "mrr@10": float(reciprocal.sum() / total),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns 0 when the weights were written."""
    parser = argparse.ArgumentParser(prog="python -m index.train.ranking", description="順位づけの重みを学習します。")
    parser.add_argument("--data", type=Path, required=True, help="取り込み済みのデータのフォルダー")
    parser.add_argument("--index", type=Path, default=None, help="索引のフォルダー（省略時は現在の世代のもの）")
    parser.add_argument("--eval", type=Path, default=None, help="学習から除く事業の一覧（評価用の JSON Lines）")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    corpus: Corpus = open_corpus(options.data)
    searcher = Searcher.open(corpus, folder=options.index)
    settings = RankingSettings()
    excluded = evaluation_names(options.eval)
    asked = everyday_queries(searcher, Split.RANKING, excluded)[: settings.everyday]
    asked += made_queries(searcher, settings.per_kind, settings.seed, Split.RANKING)
    model = learn(candidate_lists(searcher.retriever, asked), settings)
    tests = everyday_queries(searcher, Split.TEST, excluded)
    reached = quality(model, candidate_lists(searcher.retriever, tests), len(tests))
    _log.info("unseen everyday queries (%d): %s", len(tests), reached)
    facts = {"settings": dataclasses.asdict(settings), "queries": len(asked), "unseen": reached}
    model.save(WEIGHTS, {**facts})
    return 0


if __name__ == "__main__":
    sys.exit(main())
