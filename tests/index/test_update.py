"""The write path: files that change no sheet are remembered; data of an older version is rebuilt."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.ingest_model import Options
from corpus.store.model import WrongVersion
from corpus.store.reader import open_corpus
from index import update
from index.search import Searcher
from index.update import repair, take_in
from tests.corpus.made import record, write_judgit

HERE = Options(workers=0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    take_in(tmp_path / "data", [write_judgit(tmp_path / "a.ndjson", record("0001"), record("0002"))], options=HERE)
    return tmp_path / "data"


def current(data: Path) -> str:
    return (data / "CURRENT").read_text("ascii").split()[0]


def test_a_file_that_changes_no_sheet_is_not_read_twice(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*_: object) -> None:
        raise AssertionError("the index of the same sheets must not be built again")

    monkeypatch.setattr(update, "build", build)
    same = tmp_path / "a.ndjson"
    same.write_bytes(same.read_bytes() + b"\n")  # the same sheets, another content
    first = take_in(data, [same], options=HERE)
    assert (first.files, first.unchanged, first.added, first.replaced) == (1, 2, 0, 0)
    assert current(data) == "000002"
    again = take_in(data, [same], options=HERE)
    assert (again.files, again.unchanged_files) == (0, 1)
    assert current(data) == "000002", "nothing new: the stored generation stays"
    with open_corpus(data) as corpus:
        corpus.verify()
        assert Searcher.open(corpus).search("架空事業0001")[0].project == "架空事業0001"
        assert len(corpus.query("SELECT digest FROM files")) == 1


def test_a_damaged_index_is_not_taken_over(data: Path, tmp_path: Path) -> None:
    path = data / "generations" / "000001" / "index" / "lexical" / "hashes.npy"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    same = tmp_path / "a.ndjson"
    same.write_bytes(same.read_bytes() + b"\n")
    take_in(data, [same], options=HERE)
    with open_corpus(data) as corpus:
        corpus.verify()
        assert (corpus.path / "index" / "lexical" / "hashes.npy").read_bytes() == content


def test_a_file_without_sheets_is_tried_again(data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ndjson"
    broken.write_text('{"公開年度": 2020}\n' * 3, encoding="utf-8")
    for _ in range(2):
        report = take_in(data, [broken], options=HERE)
        assert report.findings, "told every time"
    assert current(data) == "000001"


def test_data_of_an_older_version_is_refused_and_repaired_from_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.store.snapshot.FORMAT_VERSION", 1)
    take_in(tmp_path / "data", [write_judgit(tmp_path / "a.ndjson", record("0001"))], options=HERE)
    monkeypatch.undo()
    with pytest.raises(WrongVersion, match="rsqa repair"):
        open_corpus(tmp_path / "data")
    with pytest.raises(WrongVersion, match="rsqa repair"):
        take_in(tmp_path / "data", [tmp_path / "a.ndjson"], options=HERE)
    repair(tmp_path / "data", options=HERE)
    with open_corpus(tmp_path / "data") as corpus:
        assert [info.number for info in corpus.infos()] == ["0001"]
        Searcher.open(corpus)
