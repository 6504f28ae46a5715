"""What an index was made of, and the refusal to search with anything else."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from corpus.model import CorpusError
from corpus.store.reader import Corpus
from corpus.store.schema import SHEETS_FILE
from index.embed.encoder import ModelId
from index.vectors import VectorFacts

FORMAT_VERSION = 3  # 3: near texts share a vector
FILE = "index.json"


class IndexMismatch(CorpusError):
    """The index was built by another model, from another corpus, or by another version. Japanese."""


@dataclasses.dataclass(frozen=True, slots=True)
class Meta:
    """The record beside the index."""

    format_version: int
    corpus_digest: str
    model: ModelId
    vectors: VectorFacts
    texts: int

    @classmethod
    def of(cls, corpus: Corpus, model: ModelId, vectors: VectorFacts, texts: int) -> Meta:
        return cls(FORMAT_VERSION, corpus_digest(corpus), model, vectors, texts)


def corpus_digest(corpus: Corpus) -> str:
    """Digest of the table of sheets: every sheet's id, texts' checksum and number go into it."""
    return str(corpus.manifest["files"][SHEETS_FILE]["sha256"])


def write(folder: Path, meta: Meta) -> None:
    (folder / FILE).write_text(json.dumps(dataclasses.asdict(meta), ensure_ascii=False, indent=1), encoding="utf-8")


def renew(folder: Path, corpus: Corpus) -> None:
    """Say that the index in ``folder`` is that of ``corpus``: for one whose sheets are those it was built from."""
    write(folder, dataclasses.replace(read(folder / FILE), corpus_digest=corpus_digest(corpus)))


def read(path: Path) -> Meta:
    """The record of an index. Raises IndexMismatch when there is none or it is of another version."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexMismatch(f"{path}: 検索の索引がありません → rsqa ingest で作り直してください") from error
    if content.get("format_version") != FORMAT_VERSION:
        found = content.get("format_version")
        raise IndexMismatch(
            f"{path}: 索引の版が違います（{found}、必要な版は{FORMAT_VERSION}） → rsqa ingest で作り直してください"
        )
    model = content["model"] | {"prefixes": tuple(content["model"]["prefixes"])}
    vectors = VectorFacts(**content["vectors"])
    return Meta(FORMAT_VERSION, content["corpus_digest"], ModelId(**model), vectors, content["texts"])


def check_corpus(meta: Meta, corpus: Corpus, path: Path) -> None:
    if meta.corpus_digest != corpus_digest(corpus):
        raise IndexMismatch(f"{path}: 索引がほかのシートから作られています → rsqa ingest で作り直してください")


def check_model(meta: Meta, model: ModelId, path: Path) -> None:
    if meta.model != model:
        raise IndexMismatch(
            f"{path}: 索引は埋め込みモデル「{meta.model.name}」（{meta.model.dimension}次元）で作られていますが、"
            f"設定は「{model.name}」（{model.dimension}次元）です{_difference(meta.model, model)}"
            " → 設定を元に戻すか、rsqa ingest で索引を作り直してください"
        )


def matches_model(folder: Path, model: ModelId) -> bool:
    try:
        return read(folder / FILE).model == model
    except IndexMismatch:
        return False


def _difference(built: ModelId, given: ModelId) -> str:
    if built.prefixes != given.prefixes:
        return "。前置きの文字列が違います"
    return "。同じ名前ですが中身が違います" if (built.name, built.dimension) == (given.name, given.dimension) else ""
