"""Retrieval, measured: recall@k, MRR, nDCG per retriever and fused, ablations, latency, throughput.

    python -m benchmarks.retrieval --data DIR [--index FOLDER] [--eval dev-search.jsonl] [--sample N]

Kinds of query: everyday queries of the bridge that nothing was trained on, the evaluation set when it
is given, whole names, parts of names, names among other words, numbers, payees, and questions whose
answer stands in a known section.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from corpus.store.reader import open_corpus
from index.model import SearchFilter
from index.rank import Matrix
from index.retrieve import FEATURES, Candidates
from index.search import Searcher
from index.train.data import Split, evaluation_names
from index.train.ranking import Asked, everyday_queries, made_queries, series_of_name

_DEPTH = 10
_COLUMN = {name: i for i, name in enumerate(FEATURES)}
Scorer = Callable[[Searcher, Candidates], Matrix]


def _feature(name: str) -> Scorer:
    return lambda searcher, found: found.features[:, _COLUMN[name]]


def _learned_without(*dropped: str) -> Scorer:
    """The learned ranking with some features at their mean: what they contribute."""

    def score(searcher: Searcher, found: Candidates) -> Matrix:
        features = found.features.copy()
        for name in (f for f in FEATURES if f.startswith(dropped)):
            features[:, _COLUMN[name]] = searcher.ranking.mean[_COLUMN[name]]
        return searcher.ranking.score(features)

    return score


RANKINGS: dict[str, Scorer] = {
    "bm25": _feature("bm25"),
    "vector": _feature("cosine"),
    "rank fusion": _feature("rrf"),
    "learned": lambda searcher, found: searcher.ranking.score(found.features),
    "learned without bm25": _learned_without("bm25", "added", "rrf_bm25", "rrf", "words", "pairs"),
    "learned without vectors": _learned_without("cosine", "rrf_vector", "rrf"),
    "learned without names": _learned_without("name_", "query_covered"),
    "learned without thesaurus": _learned_without("added"),
}


def measure(searcher: Searcher, asked: Sequence[Asked]) -> dict[str, dict[str, dict[str, float]]]:
    """Kind of query → ranking → measures."""
    ranks: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for query in asked:
        found = searcher.retriever.candidates(searcher.retriever.analyse(query.text), SearchFilter())
        right = np.isin(found.series, list(query.series))
        for name, scorer in RANKINGS.items():
            rank = 0
            if right.any():
                scores = scorer(searcher, found)
                rank = 1 + int((scores[~right] >= scores[right].max()).sum())  # a tie is no win: its order is chance
            ranks[query.kind][name].append(rank)
    return {kind: {name: summary(found) for name, found in per.items()} for kind, per in ranks.items()}


def summary(ranks: Sequence[int]) -> dict[str, float]:
    """Measures of the first right answer's ranks (0 = not found); one right answer, so nDCG = 1 / log2(1 + rank)."""
    found = np.array(ranks, dtype=float)
    seen = (found > 0) & (found <= _DEPTH)
    safe = np.where(found > 0, found, 1)
    return {
        "n": float(len(found)),
        "recall@1": float((found == 1).mean()),
        "recall@10": float(seen.mean()),
        "candidates": float((found > 0).mean()),
        "mrr@10": float(np.where(seen, 1 / safe, 0).mean()),
        "ndcg@10": float(np.where(seen, 1 / np.log2(1 + safe), 0).mean()),
    }


def latency(searcher: Searcher, texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds of whole searches (10 hits with their texts)."""
    times = []
    for text in texts:
        start = time.perf_counter()
        searcher.search(text)
        times.append((time.perf_counter() - start) * 1000)
    return {"p50": statistics.median(times), "p95": float(np.percentile(times, 95)), "max": max(times)}


def throughput(searcher: Searcher, texts: Sequence[str]) -> dict[str, float]:
    """Texts a second: our model, and a 12-layer transformer of random weights (hidden 384, as e5-small)."""
    import torch
    from transformers import BertConfig, BertModel

    start = time.perf_counter()
    searcher.encoder.encode_queries(texts)
    ours = len(texts) / (time.perf_counter() - start)
    torch.manual_seed(0)
    config = BertConfig(num_hidden_layers=12, hidden_size=384, num_attention_heads=12, intermediate_size=1536)
    model = BertModel(config)
    model.train(False)
    few = texts[:32]
    width = min(max(len(text) for text in few), 256)  # about one token a character
    start = time.perf_counter()
    with torch.no_grad():
        for begin in range(0, len(few), 8):
            model(torch.randint(5, 30_000, (len(few[begin : begin + 8]), width)))
    peer = len(few) / (time.perf_counter() - start)
    return {"ours": ours, "transformer": peer, "ratio": ours / peer}


def queries(searcher: Searcher, evaluation: Path | None, sample: int) -> list[Asked]:
    """Queries of every kind, at most ``sample`` of each."""
    excluded = evaluation_names(evaluation)
    asked = everyday_queries(searcher, Split.TEST, excluded)[:sample]
    asked += made_queries(searcher, sample, seed=5, split=Split.TEST)
    if evaluation is not None:
        for line in evaluation.read_text(encoding="utf-8").splitlines():
            gold = json.loads(line)
            series = frozenset[int]().union(*(series_of_name(searcher, name) for name in gold["projects"]))
            asked.append(Asked("evaluation", gold["query"], series))
    return asked


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--index", type=Path, default=None)
    parser.add_argument("--eval", type=Path, default=None)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args(argv)
    searcher = Searcher.open(open_corpus(options.data), folder=options.index)
    asked = queries(searcher, options.eval, options.sample)
    measured = measure(searcher, asked)
    for kind, per in measured.items():
        print(f"\n{kind} ({per['learned']['n']:.0f})")
        for name, values in per.items():
            print(
                f"  {name:28}"
                + "  ".join(f"{m} {values[m]:.3f}" for m in ("recall@1", "recall@10", "mrr@10", "ndcg@10"))
            )
    texts = [query.text for query in asked]
    times = latency(searcher, texts[:200])
    speeds = throughput(searcher, texts[:500])
    facts = searcher.retriever.vectors.facts
    print(
        f"\nlatency ms p50 {times['p50']:.1f} p95 {times['p95']:.1f}; vectors {facts.kind}, recall {facts.recall:.3f}"
    )
    print(
        f"texts a second {speeds['ours']:.0f}, 12-layer transformer {speeds['transformer']:.1f}: {speeds['ratio']:.0f} times"
    )
    if options.json:
        content = {"measures": measured, "latency_ms": times, "throughput": speeds}
        options.json.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
