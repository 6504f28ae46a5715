"""Search end to end on a made-up corpus: every way in, filters, folding, explanations, mismatches."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from corpus.store.reader import Corpus, open_corpus
from index.build import FOLDER, build
from index.embed.settings import EmbeddingSettings
from index.meta import FILE, IndexMismatch
from index.model import SearchFilter
from index.search import Searcher
from index.settings import IndexSettings
from tests.index.conftest import PROJECTS, make_corpus


@pytest.mark.parametrize(
    ("query", "project"),
    [
        ("待機児童解消支援事業", "待機児童解消支援事業"),
        ("情報システム標準化", "地方公共団体情報システム標準化事業"),
        ("新02-0004", "介護人材確保推進事業"),
        ("2021/架空厚生省/0048", "待機児童解消支援事業"),
        ("0048", "待機児童解消支援事業"),
        ("架空柵工業株式会社", "鳥獣被害防止対策事業"),
        ("㈱架空セキュリティ", "サイバー攻撃対応演習事業"),
        ("市役所のシステムを全国で揃える", "地方公共団体情報システム標準化事業"),
        ("畑を荒らすイノシシを捕まえる", "鳥獣被害防止対策事業"),
        ("保育園に入れない子どもを減らしたい", "待機児童解消支援事業"),
        ("ハッキングされたときの訓練", "サイバー攻撃対応演習事業"),
    ],
)
def test_the_project_is_found(searcher: Searcher, query: str, project: str) -> None:
    assert searcher.search(query, k=3)[0].project == project


def test_a_project_is_one_hit_with_its_other_years_folded(searcher: Searcher) -> None:
    hits = searcher.search("介護の仕事をする人を増やす")
    assert hits[0].sheet_id == "2021/架空厚生省/新02-0004"
    assert hits[0].folded == (("2020/架空厚生省/新02-0004", 2020), ("2019/架空厚生省/新02-0004", 2019))
    assert len({hit.project for hit in hits}) == len(hits)


@pytest.mark.parametrize(
    ("wanted", "projects"),
    [
        (SearchFilter(ministries=("架空農業省",)), {"農業用水路改修事業", "鳥獣被害防止対策事業"}),
        (SearchFilter(execution_rate=(None, 0.5)), {"鳥獣被害防止対策事業", "地方公共団体情報システム標準化事業"}),
        (SearchFilter(budget_yen=(1_000_000_000, None)), {"地方公共団体情報システム標準化事業"}),
        (SearchFilter(accounts=("特別会計",)), set()),
        (SearchFilter(sheet_years=(1999,)), set()),
    ],
)
def test_filters(searcher: Searcher, wanted: SearchFilter, projects: set[str]) -> None:
    assert {hit.project for hit in searcher.search("事業 補助 支援 演習 改修", k=20, filter=wanted)} <= projects
    found = {hit.project for hit in searcher.search("地方公共団体情報システム標準化事業", k=20, filter=wanted)}
    assert found <= projects and bool(found) == bool(projects)


def test_a_year_filter_shows_the_sheet_of_that_year(searcher: Searcher) -> None:
    hit = searcher.search("待機児童", filter=SearchFilter(sheet_years=(2019,)))[0]
    assert hit.sheet_year == 2019 and hit.folded == ()


def test_a_section_filter_shows_that_section(searcher: Searcher) -> None:
    hits = searcher.search("保育所の整備", filter=SearchFilter(sections=("支出先",)))
    assert {hit.section for hit in hits} == {"支出先"} and hits[0].project == "待機児童解消支援事業"


def test_hits_are_explained_and_their_words_marked(searcher: Searcher) -> None:
    hit = searcher.search("待機児童の解消", explain=True)[0]
    assert dict(hit.why.ranks)["bm25"] == 1 and {"待機", "児童"} & {word for word, _ in hit.why.words}
    assert hit.spans and all(hit.text[a:b] for a, b in hit.spans)


@pytest.mark.parametrize("query", ["", " ", "\0", "、。！", "?" * 3000, "あ" * 50_000, "\ud800", "zzzz qqqq"])
def test_queries_that_say_nothing_do_no_harm(searcher: Searcher, query: str) -> None:
    assert isinstance(searcher.search(query), list)


def test_k_bounds_the_hits(searcher: Searcher) -> None:
    assert len(searcher.search("事業", k=2)) <= 2
    assert len(searcher.search(PROJECTS[0][2], k=100)) <= len(PROJECTS)


def test_an_index_of_another_corpus_is_refused(made_corpus: Corpus, tmp_path: Path) -> None:
    make_corpus(tmp_path, years=(2021,))
    with open_corpus(tmp_path) as other, pytest.raises(IndexMismatch, match="ほかのシート"):
        Searcher.open(other, folder=made_corpus.path / FOLDER)


def test_an_index_of_another_version_or_none_is_refused(made_corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(IndexMismatch, match="索引がありません"):
        Searcher.open(made_corpus, folder=tmp_path)
    (tmp_path / FILE).write_text(json.dumps({"format_version": 0}), encoding="utf-8")
    with pytest.raises(IndexMismatch, match="版が違います"):
        Searcher.open(made_corpus, folder=tmp_path)


def test_another_prefix_is_another_model(made_corpus: Corpus) -> None:
    settings = IndexSettings(embedding=EmbeddingSettings(query_prefix="質問: "))
    with pytest.raises(IndexMismatch, match="前置き"):
        Searcher.open(made_corpus, settings)


def test_only_new_texts_are_embedded_again(
    made_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.embed.words import WordsEncoder

    counts: list[int] = []
    encode = WordsEncoder.encode_passages

    def counted(self: WordsEncoder, texts: list[str], terms: list[list[str]], progress: object) -> object:
        counts.append(len(texts))
        return encode(self, texts, terms, progress)  # type: ignore[arg-type]

    monkeypatch.setattr(WordsEncoder, "encode_passages", counted)
    build(made_corpus, tmp_path / "again", previous=made_corpus.path / FOLDER)
    assert sum(counts) == 0
    build(made_corpus, tmp_path / "anew")
    assert sum(counts) > 0
    again = Searcher.open(made_corpus, folder=tmp_path / "again")
    assert again.search("保育所")[0].project == "待機児童解消支援事業"


def test_settings_are_data() -> None:
    assert dataclasses.is_dataclass(IndexSettings()) and IndexSettings() == IndexSettings()


def test_more_hits_than_usual_are_proposed_when_they_are_asked_for(searcher: Searcher) -> None:
    found = [searcher.search("事業の実施", k=k) for k in (1, 5, 1000, 10**9)]
    assert [len(hits) for hits in found[:2]] == [1, 5] and found[2] == found[3]
    assert [hit.project for hit in found[2][:5]] == [hit.project for hit in found[1]]
