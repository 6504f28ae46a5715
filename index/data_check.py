"""Reads and checks the bridge data: everyday words for official terms, everyday queries for projects.

The files are ``index/data/thesaurus.tsv`` and ``index/data/everyday-queries.tsv``; their format is
described in ``index/data/README.md``.  ``python -m index.data_check`` lists every defect with its line
and a remedy, and exits with status 1 when there is one.  Where ``../shared`` stands beside the checkout
(or is given), the queries are also held against the evaluation set and the national sheets.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import gzip
import io
import json
import re
import sys
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
THESAURUS = DATA / "thesaurus.tsv"
QUERIES = DATA / "everyday-queries.tsv"

THESAURUS_HEADER = "term\teveryday words"
QUERIES_HEADER = "ministry\tproject\tquery"
MAX_WORDS = 8
MAX_QUERY_CHARS = 100
# A word that so many terms share says too little about any of them to expand a query with.
MAX_TERMS_PER_WORD = 20
# Character-pair overlap (Jaccard) from which two queries count as one wording.  Over the 7,300 first
# queries and the evaluation set, two pairs lie above 0.4, none of another subject above 0.5.
SAME_WORDING = 0.5

_FORMER = re.compile(r"\s*\((?:旧|令和|平成)[^()]*(?:\([^()]*\)[^()]*)*\)")
_FORMER_NAME = re.compile(r"\(旧(?:名称?|事業名?|称)?[:、]?([^()]*(?:\([^()]*\)[^()]*)*)\)")


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """One line of the thesaurus: an official term and the words ordinary people use for it."""

    term: str
    words: tuple[str, ...]
    line: int


@dataclasses.dataclass(frozen=True, slots=True)
class EverydayQuery:
    """One line of the everyday queries: what someone asks who means ``project`` of ``ministry``."""

    ministry: str
    project: str
    query: str
    line: int


@dataclasses.dataclass(frozen=True, slots=True)
class Defect:
    """A line that breaks the format: where, what was found, what to do (Japanese)."""

    file: str
    line: int
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file} {self.line}行目: {self.found} → {self.remedy}"


class BadBridgeData(Exception):
    """A bridge file whose lines cannot be read as its columns. The message is Japanese and names the line."""


def read_terms(path: Path = THESAURUS) -> tuple[Term, ...]:
    """The thesaurus in file order. Raises BadBridgeData for a line that is not term⇥words."""
    rows = _rows(path, THESAURUS_HEADER)
    return tuple(Term(term, tuple(words.split(",")), line) for line, (term, words) in rows)


def read_queries(path: Path = QUERIES) -> tuple[EverydayQuery, ...]:
    """The everyday queries in file order. Raises BadBridgeData for a line that is not three columns."""
    rows = _rows(path, QUERIES_HEADER)
    return tuple(EverydayQuery(ministry, project, query, line) for line, (ministry, project, query) in rows)


def check_terms(terms: Iterable[Term], file: str = THESAURUS.name) -> Iterator[Defect]:
    """Defects of the thesaurus: blanks, controls, repeated terms, words that say nothing new or are too broad."""
    seen: dict[str, int] = {}
    shared: Counter[str] = Counter()
    for entry in terms:
        for found, remedy in _term_faults(entry):
            yield Defect(file, entry.line, found, remedy)
        first = seen.setdefault(text_key(entry.term), entry.line)
        if first != entry.line:
            found = f"用語「{entry.term}」が{first}行目と重複しています"
            yield Defect(file, entry.line, found, "1行にまとめてください")
        for word in entry.words:
            shared[text_key(word)] += 1
            if shared[text_key(word)] == MAX_TERMS_PER_WORD + 1:
                found = f"言い換え「{word}」は{MAX_TERMS_PER_WORD}を超える用語で使われており広すぎます"
                yield Defect(file, entry.line, found, "より具体的な言葉にしてください")


def check_queries(queries: Iterable[EverydayQuery], file: str = QUERIES.name) -> Iterator[Defect]:
    """Defects of the queries: blanks, controls, repeated queries, queries that give the name away."""
    seen: dict[str, int] = {}
    for entry in queries:
        for found, remedy in _query_faults(entry):
            yield Defect(file, entry.line, found, remedy)
        first = seen.setdefault(text_key(entry.query), entry.line)
        if first != entry.line:
            yield Defect(file, entry.line, f"質問が{first}行目と同じです", "どちらかを書き改めてください")


def check_evaluation(queries: Iterable[EverydayQuery], evaluation: Path, file: str = QUERIES.name) -> Iterator[Defect]:
    """Queries that leak from the evaluation set (JSON lines with ``query`` and ``projects``)."""
    asked = [json.loads(line) for line in evaluation.read_text(encoding="utf-8").splitlines() if line.strip()]
    projects = {key: name for row in asked for name in row["projects"] for key in project_keys(name)}
    wordings = [(row["query"], _pairs(row["query"])) for row in asked]
    for entry in queries:
        for key in sorted(project_keys(entry.project) & projects.keys()):
            found = f"事業「{entry.project}」は評価用の事業「{projects[key]}」と同じです"
            yield Defect(file, entry.line, found, "この行を削除してください")
            break
        own = _pairs(entry.query)
        for wording, pairs in wordings:
            if len(own & pairs) >= SAME_WORDING * len(own | pairs):
                yield Defect(file, entry.line, f"質問が評価用の「{wording}」に似ています", "削除してください")


def check_projects(
    queries: Iterable[EverydayQuery], known: set[tuple[str, str]], file: str = QUERIES.name
) -> Iterator[Defect]:
    """Queries whose (ministry, project) is not the name of any sheet, hence can never be found."""
    for entry in queries:
        if (entry.ministry, flat(entry.project)) not in known:
            found = f"{entry.ministry}に事業「{entry.project}」のシートがありません"
            yield Defect(file, entry.line, found, "シートに書かれた府省庁名と事業名のとおりにしてください")


def national_projects(data: Path) -> set[tuple[str, str]]:
    """(府省庁, 事業名) of every national sheet under ``data``, names as ``flat`` leaves them."""
    names: set[tuple[str, str]] = set()
    for path in sorted(data.glob("rs*/1-2_*.zip")):
        with zipfile.ZipFile(path) as packed, packed.open(packed.namelist()[0]) as binary:
            for row in csv.DictReader(io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")):
                names.add((row["政策所管府省庁"] or row["府省庁"], flat(row["事業名"])))
                names.add((row["府省庁"], flat(row["事業名"])))
    for path in sorted(data.glob("judgit/judgit-*.ndjson.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                sheet = json.loads(line)
                names.add((sheet["府省庁"], flat(sheet["事業名"])))
    return names


def flat(text: str) -> str:
    """``text`` on one line: every run of white space one blank, none at the ends, control characters gone."""
    return " ".join("".join(c for c in part if unicodedata.category(c)[0] != "C") for part in text.split())


def text_key(text: str) -> str:
    """``text`` for comparison: NFKC, lower case, letters and digits only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")


def project_keys(name: str) -> set[str]:
    """Keys under which a project name counts as the same: as it stands, without （旧…）, and the former name."""
    folded = unicodedata.normalize("NFKC", name)
    names = [folded, _FORMER.sub("", folded), *_FORMER_NAME.findall(folded)]
    return {key for key in map(text_key, names) if key}


def _rows(path: Path, header: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    columns = header.count("\t") + 1
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"{path.name}: UTF-8ではありません（{error.start}バイト目）"
        raise BadBridgeData(f"{found} → UTF-8で保存してください") from error
    lines = text.split("\n")
    if lines[0] != header:
        raise BadBridgeData(f"{path.name} 1行目: 見出しが「{lines[0]}」です → 「{header}」にしてください")
    if lines[-1] != "":
        raise BadBridgeData(f"{path.name} {len(lines)}行目: 行末に改行がありません → 改行で終えてください")
    for number, line in enumerate(lines[1:-1], start=2):
        cells = tuple(line.split("\t"))
        if len(cells) != columns:
            found = f"{path.name} {number}行目: 列が{len(cells)}個あります"
            raise BadBridgeData(f"{found} → タブ区切りの{columns}列にしてください")
        yield number, cells


def _term_faults(entry: Term) -> Iterator[tuple[str, str]]:
    yield from _text_faults("用語", entry.term)
    for word in entry.words:
        yield from _text_faults("言い換え", word)
        if text_key(word) == text_key(entry.term):
            yield f"言い換え「{word}」が用語と同じです", "削除してください"
    keys = [text_key(word) for word in entry.words]
    if len(set(keys)) < len(keys):
        yield "言い換えが重複しています", "重複を削除してください"
    if len(keys) > MAX_WORDS:
        yield f"言い換えが{len(keys)}個あります", f"{MAX_WORDS}個までにしてください"


def _query_faults(entry: EverydayQuery) -> Iterator[tuple[str, str]]:
    for label, text in (("府省庁", entry.ministry), ("事業名", entry.project), ("質問", entry.query)):
        yield from _text_faults(label, text)
    if len(entry.query) > MAX_QUERY_CHARS:
        yield f"質問が{len(entry.query)}字あります", f"{MAX_QUERY_CHARS}字までにしてください"
    name = text_key(entry.project)
    if name and name in text_key(entry.query):
        yield f"質問に事業名「{entry.project}」がそのまま入っています", "日常の言葉で言い換えてください"


def _text_faults(label: str, text: str) -> Iterator[tuple[str, str]]:
    if not text.strip():
        yield f"{label}が空です", f"{label}を書くか、行を削除してください"
    elif text != text.strip():
        yield f"{label}「{text}」の前後に空白があります", "空白を取り除いてください"
    controls = sorted({f"U+{ord(c):04X}" for c in text if unicodedata.category(c)[0] == "C"})
    if controls:
        yield f"{label}に制御文字（{'、'.join(controls)}）があります", "取り除いてください"


def _pairs(text: str) -> set[str]:
    key = text_key(text)
    return {key[i : i + 2] for i in range(len(key) - 1)}


def main(argv: list[str] | None = None) -> int:
    """Command line. Returns 0 when the data are sound, 1 when there is a defect."""
    parser = argparse.ArgumentParser(prog="python -m index.data_check", description="言い換えデータを検査します。")
    beside = DATA.parents[2] / "shared"
    parser.add_argument("--shared", type=Path, default=beside, help="評価用データとシートのフォルダー")
    shared: Path = parser.parse_args(argv).shared
    try:
        terms, queries = read_terms(), read_queries()
    except BadBridgeData as error:
        sys.stderr.write(f"{error}\n")
        return 1
    defects = [*check_terms(terms), *check_queries(queries)]
    evaluation, data = shared / "eval" / "dev-search.jsonl", shared / "data"
    if evaluation.is_file():
        defects += check_evaluation(queries, evaluation)
    if data.is_dir():
        defects += check_projects(queries, national_projects(data))
    for defect in defects:
        sys.stdout.write(f"{defect}\n")
    unchecked = "" if evaluation.is_file() and data.is_dir() else "（評価用データとの照合は省きました）"
    sys.stdout.write(f"用語 {len(terms)}件、質問 {len(queries)}件、誤り {len(defects)}件{unchecked}\n")
    return 1 if defects else 0


if __name__ == "__main__":
    sys.exit(main())
