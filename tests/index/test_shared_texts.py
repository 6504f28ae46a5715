"""Two projects may carry the same text: a filter that one of them passes must not bring the other along."""

from __future__ import annotations

from pathlib import Path

from corpus.ingest_model import Options
from corpus.store.reader import open_corpus
from index.model import SearchFilter
from index.search import Searcher
from index.update import take_in
from tests.corpus.made import record, write_judgit


def test_a_filter_holds_for_projects_that_share_texts(tmp_path: Path) -> None:
    """The same name and purpose at two ministries in different years: one text, two projects."""
    lines = [
        record("0001", 2019, 府省庁="架空省", 事業名="庁舎維持管理費"),
        record("0002", 2020, 府省庁="空想庁", 事業名="庁舎維持管理費"),
    ]
    take_in(tmp_path / "d", [write_judgit(tmp_path / "a.ndjson", *lines)], options=Options(workers=0))
    with open_corpus(tmp_path / "d") as corpus:
        searcher = Searcher.open(corpus)
        assert len(searcher.search("庁舎維持管理費")) == 2
        for chosen in (SearchFilter(ministries=("架空省",)), SearchFilter(sheet_years=(2019,))):
            assert [hit.ministry for hit in searcher.search("庁舎維持管理費", filter=chosen)] == ["架空省"]
        both = SearchFilter(ministries=("架空省",), sheet_years=(2020,))
        assert searcher.search("庁舎維持管理費", filter=both) == []
