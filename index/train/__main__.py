"""``python -m index.train``: corpus + bridge → ``index/model`` and, with it, ``data/ranking.json``."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpus.store.reader import open_corpus
from corpus.text import name_key
from index.data_check import QUERIES, THESAURUS, read_queries, read_terms
from index.embed.settings import DEFAULT_MODEL
from index.embed.words import WordRules
from index.meta import corpus_digest
from index.train import data
from index.train.export import export
from index.train.fit import FitSettings, fit

_log = logging.getLogger("index.train")


def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns 0 when the model was written."""
    parser = argparse.ArgumentParser(prog="python -m index.train", description="埋め込みモデルを学習します。")
    parser.add_argument("--data", type=Path, required=True, help="取り込み済みのデータのフォルダー")
    parser.add_argument("--out", type=Path, default=DEFAULT_MODEL, help="書き出すフォルダー")
    parser.add_argument("--eval", type=Path, default=None, help="学習から除く事業の一覧（評価用の JSON Lines）")
    for field in dataclasses.fields(FitSettings):
        if field.type in ("int", "float"):
            kind = {"int": int, "float": float}[str(field.type)]
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    names = {field.name for field in dataclasses.fields(FitSettings)}
    given = {name: value for name, value in vars(options).items() if name in names}
    settings = FitSettings(**given)
    settings = dataclasses.replace(settings, matryoshka=(settings.dimension, settings.dimension // 2))
    train(options.data, options.out, options.eval, settings)
    return 0


def train(data_dir: Path, out: Path, evaluation: Path | None, settings: FitSettings) -> None:
    """Train on the current corpus of ``data_dir`` and write the model folder ``out``."""
    started = time.monotonic()
    corpus = open_corpus(data_dir)
    excluded = data.evaluation_names(evaluation)
    found = [p for p in data.projects(corpus) if name_key(p.name) not in excluded]
    queries = [q for q in read_queries() if name_key(q.project) not in excluded]
    asked = [q for q in queries if data.split_of(q.project) is data.Split.TRAIN]
    terms = read_terms()
    kinds = [
        *data.structure_pairs(found, settings.structure_epochs),
        *data.disguised_pairs(found, terms, settings.structure_epochs, settings.seed),
        *data.bridge_pairs(found, asked, terms, settings.bridge_epochs, bool(settings.hard_negatives)),
    ]
    rules = WordRules(pairs=True, characters=settings.characters)
    words = data.vocabulary(kinds, rules, settings.vocabulary)
    line = data.liner(frozenset(words), rules)
    counts = {kind.name: len(kind.pairs) for kind in kinds}
    _log.info("pairs %s, words %d, read in %.0f s", counts, len(words), time.monotonic() - started)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        vectors = fit(kinds, words, line, _rarity(kinds, words, line), settings, scratch)
    seconds = time.monotonic() - begun
    export(out, words, vectors, rules)
    facts = {
        "settings": dataclasses.asdict(settings),
        "pairs": counts,
        "data": {
            "corpus": corpus_digest(corpus),
            "sheets": len(corpus.infos()),
            **{path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (THESAURUS, QUERIES)},
            "excluded_projects": len(excluded),
        },
        "seconds": round(seconds),
    }
    (out / "training.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _log.info("trained in %.0f s, written to %s", seconds, out)


def _rarity(
    kinds: Sequence[data.Pairs], words: Sequence[str], line: object
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """log(1 + texts / texts with the word), for every word."""
    place = {word: i for i, word in enumerate(words)}
    counts = np.zeros(len(words))
    texts = {line(side) for kind in kinds for pair in kind.pairs for side in pair}  # type: ignore[operator]
    for text in texts:
        counts[[place[word] for word in set(text.split(" ")) if word in place]] += 1
    return np.log1p(len(texts) / (1 + counts)).astype(np.float32)


if __name__ == "__main__":
    sys.exit(main())
