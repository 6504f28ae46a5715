"""What cannot be read or written is said in Japanese with a remedy, and changes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.main import main
from corpus.ingest_model import Options
from corpus.model import CorpusError
from corpus.store import snapshot
from corpus.store.model import CannotStore, DamagedSnapshot, NoCorpus, StoreBusy
from corpus.store.reader import open_corpus
from corpus.store.writer import Generation, new_generation
from index.search import Searcher
from index.update import repair, take_in
from tests.corpus.made import record, sheet, write_judgit

HERE = Options(workers=0)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with index, and the file it was read from."""
    folder = tmp_path_factory.mktemp("built")
    take_in(folder / "data", [write_judgit(folder / "a.ndjson", record("0001"), record("0002"))], options=HERE)
    return folder


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built / "data", tmp_path / "data"))


def ids(data: Path) -> list[str]:
    with open_corpus(data) as corpus:
        Searcher.open(corpus)
        return [info.sheet_id for info in corpus.infos()]


def generation_of(data: Path) -> Path:
    return data / snapshot.GENERATIONS / (data / snapshot.CURRENT).read_text("ascii").split()[0]


class TestCurrent:
    def test_a_lost_current_is_damage_not_emptiness(self, data: Path) -> None:
        (data / snapshot.CURRENT).unlink()
        with pytest.raises(DamagedSnapshot, match=r"CURRENT.*rsqa repair"):
            open_corpus(data)

    def test_the_next_ingest_goes_on_from_the_sound_generation(self, data: Path, tmp_path: Path) -> None:
        (data / snapshot.CURRENT).unlink()
        take_in(data, [write_judgit(tmp_path / "b.ndjson", record("0003"))], options=HERE)
        assert len(ids(data)) == 3, "nothing taken in before is lost"

    def test_a_damaged_generation_is_not_adopted(self, data: Path) -> None:
        (data / snapshot.CURRENT).unlink()
        path = generation = next((data / snapshot.GENERATIONS).iterdir())
        path = generation / "sheets.blobs"
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
        with snapshot.writer_lock(data):
            snapshot.adopt(data)
        assert not (data / snapshot.CURRENT).exists()

    def test_repair_finds_the_sources_without_current(self, data: Path) -> None:
        (data / snapshot.CURRENT).unlink()
        repair(data, options=HERE)
        assert len(ids(data)) == 2

    def test_an_unfinished_first_build_is_no_corpus(self, tmp_path: Path) -> None:
        (tmp_path / "generations" / "000001").mkdir(parents=True)
        with pytest.raises(NoCorpus, match="rsqa ingest"):
            open_corpus(tmp_path)


class TestWriting:
    def test_a_database_that_cannot_write_is_told(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import duckdb

        def full(*_: object) -> None:
            raise duckdb.IOException("Could not write file: No space left on device")

        monkeypatch.setattr(Generation, "finish_corpus", full)
        with pytest.raises(CannotStore, match=r"空き容量.*変わっていません"), new_generation(data) as generation:
            generation.add(sheet("0009"))
            generation.commit()
        assert len(ids(data)) == 2
        assert len(list((data / snapshot.GENERATIONS).iterdir())) == 1

    @pytest.mark.skipif(sys.platform != "linux", reason="limits of file size are POSIX")
    def test_the_command_says_it_in_one_line(self, data: Path, tmp_path: Path) -> None:
        """A real refusal by the kernel: no file may grow beyond 64 KiB."""
        source = write_judgit(tmp_path / "b.ndjson", record("0003"))
        code = (
            "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536));"
            "from cli.main import main; sys.exit(main(sys.argv[1:]))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, "ingest", "--quiet", str(source), "--data", str(data)],
            capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr.startswith("rsqa: ")
        assert "→" in done.stderr
        assert "Traceback" not in done.stderr
        assert len(ids(data)) == 2

    @pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
    def test_a_read_only_folder_is_told(self, data: Path, tmp_path: Path) -> None:
        data.chmod(0o500)
        try:
            with pytest.raises(CorpusError, match="書込みの権限"):
                take_in(data, [write_judgit(tmp_path / "b.ndjson", record("0003"))], options=HERE)
            assert len(ids(data)) == 2, "reading needs no right to write"
        finally:
            data.chmod(0o700)

    def test_memory_that_runs_out_is_told(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def none_left(*_: object) -> None:
            raise MemoryError

        monkeypatch.setattr(Generation, "finish_corpus", none_left)
        with pytest.raises(CannotStore, match="メモリー"), new_generation(data) as generation:
            generation.commit()
        assert len(ids(data)) == 2


def test_a_second_ingest_at_once_is_refused_and_harms_nothing(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_judgit(tmp_path / "b.ndjson", record("0003"))
    with new_generation(data):
        with pytest.raises(StoreBusy, match="ほかの取り込み"):
            take_in(data, [source], options=HERE)
        assert main(["ingest", "--quiet", str(source), "--data", str(data)]) == 1
        assert "終わってから" in capsys.readouterr().err
        assert len(ids(data)) == 2, "reading goes on meanwhile"
    take_in(data, [source], options=HERE)
    assert len(ids(data)) == 3


def test_a_clock_that_goes_backwards_changes_nothing(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Generations are counted, not timed; neither the time of day nor that of files decides anything."""
    for path in data.rglob("*"):
        os.utime(path, (4e9, 4e9))
    monkeypatch.setattr(time, "time", lambda: 1.0)
    source = write_judgit(tmp_path / "b.ndjson", record("0003"))
    os.utime(source, (1, 1))
    take_in(data, [source], options=HERE)
    assert len(ids(data)) == 3
    assert (data / snapshot.CURRENT).read_text("ascii").startswith("000002 ")


@pytest.mark.parametrize("name", ["names/blob.npy", "expansions.json", "index.json", "vectors/vectors.faiss", "lexical/scores.npy"])
def test_every_file_of_the_index_is_checked(data: Path, name: str) -> None:
    path = generation_of(data) / "index" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(bytes(content))
    with open_corpus(data) as corpus, pytest.raises(DamagedSnapshot, match=f"{path.name}.*rsqa repair"):
        Searcher.open(corpus)


def test_vectors_of_a_damaged_index_are_not_taken_over(data: Path, tmp_path: Path) -> None:
    path = generation_of(data) / "index" / "vectors" / "vectors.faiss"
    content = bytearray(path.read_bytes())
    content[-1] ^= 64
    path.write_bytes(bytes(content))
    take_in(data, [write_judgit(tmp_path / "b.ndjson", record("0003"))], options=HERE)
    assert len(ids(data)) == 3, "the new index is built anew, and sound"


def test_an_index_of_another_version_is_refused_with_advice(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.meta.FORMAT_VERSION", 99)
    with open_corpus(data) as corpus, pytest.raises(CorpusError, match=r"版が違います.*rsqa"):
        Searcher.open(corpus)


def test_what_an_interrupted_repair_left_is_removed(data: Path, tmp_path: Path) -> None:
    left = data / f"{snapshot.REPAIRING}abc" / "generations"
    left.mkdir(parents=True)
    take_in(data, [write_judgit(tmp_path / "b.ndjson", record("0003"))], options=HERE)
    assert not left.parent.exists()
