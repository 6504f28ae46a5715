"""What the embedding learns from: the sheets' own structure, and the bridge to everyday words.

Every project counts once, with the texts of its newest sheet: its repeats over the years would
otherwise be taken for different projects, and be pushed apart.  Projects named in an evaluation set
are left out altogether.  Of the bridge's queries one tenth is never trained on (``TEST``), and one
tenth trains the ranking alone (``RANKING``), whose features must come from queries the embedding has
not seen.  The split goes by the project's name, so that no project is on two sides.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path

import numpy as np

from corpus.store.reader import Corpus
from corpus.text import name_key
from index import tokens
from index.data_check import EverydayQuery, Term
from index.documents import GROUPS, Group, documents
from index.embed.words import MAX_TERMS, WordRules, term_words
from index.lexical import build_lexical
from index.train.disguise import Disguise

_REPEATS = 40  # projects of the same name that may stand before the first wrong one
_MAX_TEXT_TERMS = 150  # of one text in one pair: the beginning says what a project is
_MAX_SENTENCE = 120  # characters of a purpose said in everyday words: queries are short
_DISGUISES = 2  # of every text, each with other words chosen


class Split(Enum):
    TRAIN = "train"
    RANKING = "ranking"
    TEST = "test"


@dataclasses.dataclass(frozen=True, slots=True)
class Project:
    """A project's newest texts as index terms, by group."""

    name: str
    ministry: str
    terms: dict[Group, list[str]]
    purpose: str = ""  # its first sentence, as printed

    def joined(self, *groups: Group) -> list[str]:
        return [term for group in groups for term in self.terms.get(group, ())[:_MAX_TEXT_TERMS]]


@dataclasses.dataclass(frozen=True, slots=True)
class Pairs:
    """One kind of training pair: lines of words that belong together, and how often each is seen."""

    name: str
    pairs: list[tuple[list[str], list[str]]]
    epochs: int
    negatives: list[list[str]] | None = None  # one text per pair that looks right and is not


def split_of(project: str) -> Split:
    """Which side a project's queries are on: stable over runs, machines and additions to the bridge."""
    bucket = zlib.crc32(name_key(project).encode("utf-8")) % 10
    return Split.TEST if bucket == 0 else Split.RANKING if bucket == 1 else Split.TRAIN


def evaluation_names(path: Path | None) -> frozenset[str]:
    """``name_key`` of every project an evaluation set names."""
    if path is None or not path.is_file():
        return frozenset()
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(name_key(name) for line in lines if line.strip() for name in json.loads(line)["projects"])


def projects(corpus: Corpus) -> list[Project]:
    """The newest sheet of every series, split into words."""
    newest: dict[int, tuple[int, int]] = {}
    for info in corpus.infos():
        newest[info.series] = max(newest.get(info.series, (0, 0)), (info.sheet_year, info.no))
    return [_project(corpus, no) for _, no in newest.values()]


def _project(corpus: Corpus, no: int) -> Project:
    sheet = corpus.sheet_at(no)
    found: dict[Group, list[str]] = {}
    purpose = ""
    for document in documents(sheet, no):
        group = GROUPS[document.name]
        found.setdefault(group, []).extend(tokens.terms(document.text)[:MAX_TERMS])
        if group is Group.PURPOSE and not purpose:
            purpose = document.text.split("。")[0][:_MAX_SENTENCE]
    return Project(sheet.project, sheet.ministry, found, purpose)


def structure_pairs(found: Sequence[Project], epochs: int) -> list[Pairs]:
    """Texts of one project belong together: name, purpose, overview, indicators, contracts."""
    name, purpose, overview = Group.NAME, Group.PURPOSE, Group.OVERVIEW
    goals, contracts = (Group.OUTCOME, Group.OUTPUT), (Group.PAYEE,)
    kinds: list[tuple[str, tuple[Group, ...], tuple[Group, ...]]] = [
        ("name-purpose", (name,), (purpose,)),
        ("name-overview", (name,), (overview,)),
        ("purpose-overview", (purpose,), (overview,)),
        ("name-indicators", (name,), goals),
        ("overview-indicators", (overview,), goals),
        ("name-contracts", (name,), contracts),
        ("overview-contracts", (overview,), contracts),
    ]
    return [Pairs(kind, list(_pairs(found, left, right)), epochs) for kind, left, right in kinds]


def _pairs(
    found: Iterable[Project], left: tuple[Group, ...], right: tuple[Group, ...]
) -> Iterator[tuple[list[str], list[str]]]:
    for project in found:
        pair = project.joined(*left), project.joined(*right)
        if all(pair):
            yield pair


def disguised_pairs(found: Sequence[Project], terms: Sequence[Term], epochs: int, seed: int) -> list[Pairs]:
    """Names and purposes said in everyday words, with what the project says of itself elsewhere."""
    disguise, rng = Disguise(terms), random.Random(seed)
    names: list[tuple[list[str], list[str]]] = []
    purposes: list[tuple[list[str], list[str]]] = []
    for project in found:
        for _ in range(_DISGUISES):
            name, purpose = (tokens.terms(disguise.text(text, rng)) for text in (project.name, project.purpose))
            names.append((name, project.joined(Group.NAME, Group.PURPOSE)))
            purposes.append((purpose, project.joined(Group.NAME, Group.OVERVIEW)))
    kinds = (("everyday-name", names), ("everyday-purpose", purposes))
    return [Pairs(kind, [(a, b) for a, b in pairs if a and b], epochs) for kind, pairs in kinds]


def bridge_pairs(
    found: Sequence[Project],
    queries: Sequence[EverydayQuery],
    terms: Sequence[Term],
    epochs: int,
    hard_negatives: bool = False,
) -> list[Pairs]:
    """Everyday queries with their projects' texts; everyday words with official terms.

    ``hard_negatives`` gives every query-text pair the same kind of text of another project (``mined``).
    """
    by_name = {(name_key(p.name), p.ministry): i for i, p in enumerate(found)}
    asked = [
        (tokens.terms(query.query), at)
        for query in queries
        if (at := by_name.get((name_key(query.project), query.ministry))) is not None
    ]
    word_pairs = [(tokens.terms(word), tokens.terms(term.term)) for term in terms for word in term.words]
    wrong = mined(found, asked) if hard_negatives else []
    views: list[tuple[str, tuple[Group, ...]]] = [
        ("query-purpose", (Group.NAME, Group.PURPOSE)),
        ("query-overview", (Group.NAME, Group.OVERVIEW)),
        ("query-name", (Group.NAME,)),
    ]
    made = [_query_pairs(kind, view, found, asked, wrong, epochs) for kind, view in views]
    goals = (Group.OUTCOME, Group.OUTPUT, Group.PAYEE)  # seen less often: they say less of what a project is
    made.append(_query_pairs("query-indicators", goals, found, asked, wrong, max(1, epochs // 3)))
    return [*made, Pairs("thesaurus", [(a, b) for a, b in word_pairs if a and b], max(1, epochs // 2))]


def _query_pairs(
    kind: str,
    view: tuple[Group, ...],
    found: Sequence[Project],
    asked: Sequence[tuple[list[str], int]],
    wrong: Sequence[int],
    epochs: int,
) -> Pairs:
    rows = [(query, found[right].joined(*view), i) for i, (query, right) in enumerate(asked)]
    rows = [row for row in rows if row[0] and row[1]]
    negatives = [found[wrong[i]].joined(*view) for _, _, i in rows] if wrong else None
    return Pairs(kind, [(query, text) for query, text, _ in rows], epochs, negatives)


def mined(found: Sequence[Project], asked: Sequence[tuple[list[str], int]]) -> list[int]:
    """For every (query, right project) the project that BM25 takes for it: the best-scored wrong one.

    A project of the right one's name (its repeat under another ministry or number) is no negative, nor is
    one that any query of the same words is right about.  A query without words in common with any text
    gets the next query's project: a negative as good as any of the batch.
    """
    if not found or not asked:
        return []
    lexical = build_lexical([p.joined(Group.NAME, Group.PURPOSE, Group.OVERVIEW) for p in found], [0] * len(found))
    keys = [name_key(p.name) for p in found]
    right_of: dict[tuple[str, ...], set[str]] = {}
    for query, right in asked:
        right_of.setdefault(tuple(query), set()).add(keys[right])
    out = []
    for at, (query, _) in enumerate(asked):
        scores = lexical.score([(term, 1.0) for term in dict.fromkeys(query)])
        banned = right_of[tuple(query)]
        best = np.argsort(-scores, kind="stable")[: len(banned) + _REPEATS]
        others = (int(i) for i in best if scores[i] > 0 and keys[int(i)] not in banned)
        neighbours = (asked[(at + step) % len(asked)][1] for step in range(1, len(asked)))
        candidates = itertools.chain(others, (i for i in neighbours if keys[i] not in banned))
        out.append(next(candidates, asked[at][1]))
    return out


def vocabulary(pairs: Iterable[Pairs], rules: WordRules, size: int, min_count: int = 2) -> list[str]:
    """The most frequent words of all texts; single characters come first of all, as the last resort of cutting."""
    words_of = functools.lru_cache(maxsize=1 << 20)(lambda term: tuple(term_words(term, rules)))
    counts: Counter[str] = Counter()
    seen: set[tuple[str, ...]] = set()
    for kind in pairs:
        for side in (side for pair in kind.pairs for side in pair):
            key = tuple(side)
            if key not in seen:
                seen.add(key)
                counts.update({word for term in side for word in words_of(term)})
    characters = Counter({c: n for word, n in counts.items() for c in word if "+" not in word and "#" not in word})
    chosen = dict.fromkeys(word for word, n in counts.most_common() if n >= min_count)
    kept = list(chosen)[: max(0, size - len(characters))]
    return [*kept, *(c for c in sorted(characters) if c not in set(kept))]


def liner(known: frozenset[str], rules: WordRules) -> Callable[[Sequence[str]], str]:
    """Index terms → the line of words the model reads (see ``index.embed.words``)."""

    @functools.lru_cache(maxsize=1 << 20)
    def words(term: str) -> str:
        return " ".join(w for w in term_words(term, rules) if w in known or not (w[0] == "#" or "+" in w))

    return lambda terms: " ".join(filter(None, map(words, terms)))
