"""Hostile files and questions: ``benchmarks.hostile`` with short counts, and the limits one by one."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.hostile_files import make, worksheet, zipped
from benchmarks.hostile_questions import named
from corpus import sandbox
from corpus.ingest_model import Options
from corpus.model import Finding
from corpus.readers.judgit import read_line
from corpus.readers.recognise import FileKind
from corpus.readers.source import InputFile
from corpus.reading import FormWork, JudgitWork
from corpus.workers import read_all
from qa.engine import MAX_QUESTION
from tests.corpus.made import record

ROOT = Path(__file__).resolve().parent.parent.parent
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="limits of time and memory are POSIX")
# one of each kind whose making is quick; the long run (300 files) is in make bench
QUICK = (3, 4, 5, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 26, 27, 28, 29, 30, 31, 32, 33, 35, 36)


def hostile(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.hostile", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.stdout, done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@POSIX
def test_questions_neither_kill_nor_hang() -> None:
    found = hostile("--files", "0", "--questions", "200")["questions"]
    assert found["deaths"] == 0
    assert not found["wrong"], "\n".join(found["wrong"][:10])
    assert found["named"] >= 120
    assert found["p99_ms"] <= 1000


@POSIX
def test_files_are_rejected_with_words_and_the_rest_is_read(tmp_path: Path) -> None:
    """All quick kinds in one ingest: each is told or taken, none stops the others or writes anything."""
    from corpus.ingest import ingest
    from corpus.store.writer import new_generation
    from tests.corpus.made import write_judgit

    folder = tmp_path / "area" / "in"
    folder.mkdir(parents=True)
    for number in QUICK:
        _, name, content = make(number)
        (folder / f"{number:03}-{name}").write_bytes(content)
    write_judgit(folder / "good.ndjson", record("0001"))
    with new_generation(tmp_path / "area" / "data") as generation:
        report = ingest([folder], generation, options=Options(workers=2))
        assert generation.origin("2020/架空省/0001") is not None
    told = {finding.file.split("/")[0] for finding in report.findings}
    silent = {p.name for p in folder.iterdir()} - told - {"good.ndjson"}
    assert all(name.split("-")[1] in ("long.ndjson", "numbers.ndjson", "rs.csv") for name in silent), silent
    assert all(f.remedy for f in report.findings)
    assert not [f for f in report.findings if "思わぬ誤り" in f.message], report.findings
    assert not list(tmp_path.rglob("*outside*"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["area"]


def _read(file: InputFile, kind: FileKind, options: Options) -> list[Finding]:
    [(_, parsed)] = list(read_all([FormWork(file, kind)], options))
    return list(parsed.findings)


@POSIX
def test_a_loop_ends_when_its_time_is_over() -> None:
    _, name, content = make(21)  # PDF objects that refer to each other for ever
    started = time.process_time(), time.perf_counter()
    [finding] = _read(InputFile(name, content), FileKind.FORM_PDF, Options(workers=1, form_seconds=0.7))
    assert "時間かメモリー" in finding.message
    assert time.process_time() - started[0] < 2, "the parent did not work"


@POSIX
def test_memory_ends_at_the_limit_and_the_next_file_is_read() -> None:
    """31 MiB of XML make a tree that does not fit into what a worker may use."""
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="str"><v/></c></row>' for n in range(1, 500_000))
    from benchmarks.hostile_files import workbook

    big = FormWork(InputFile("big.xlsx", workbook(worksheet(rows))), FileKind.FORM_XLSX)
    line = json.dumps(record("0001"), ensure_ascii=False).encode()
    options = Options(workers=1, worker_bytes=300 * 1024 * 1024, form_seconds=30)
    found = list(read_all([big, JudgitWork("a.ndjson", ((1, line),))], options))
    assert [f.message for f in found[0][1].findings] == ["読み取りに時間かメモリーがかかりすぎました"]
    assert len(found[1][1].sheets) == 1


@POSIX
def test_a_confined_process_cannot_write_files(tmp_path: Path) -> None:
    code = (
        "import sys; from corpus import sandbox; sandbox.confine(512 * 1024 * 1024)\n"
        "try:\n    open(sys.argv[1], 'wb').write(b'x' * 100000)\n    print('written')\nexcept OSError as error:\n    print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "x")], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "refused"


def test_large_documents_get_more_time() -> None:
    assert sandbox.allowed_seconds(3.5, 200_000) == 3.5
    assert sandbox.allowed_seconds(3.5, 20 * 1024 * 1024) == 35.0


def test_one_bad_line_does_not_take_its_neighbours_along() -> None:
    good = json.dumps(record("0001"), ensure_ascii=False).encode()
    bad = json.dumps(record("0002") | {"予算": [{"年度": 10**40, "当初予算": 1}]}, ensure_ascii=False).encode()
    parsed = JudgitWork("a.ndjson", ((1, good), (2, bad), (3, good))).run()
    assert len(parsed.sheets) >= 2
    assert all(f.place == "line 2" for f in parsed.findings)


@pytest.mark.parametrize("year", [0, 1, -5, 10**12, True])
def test_an_impossible_sheet_year_is_told(year: int) -> None:
    line = json.dumps(record("0001") | {"公開年度": year}, ensure_ascii=False).encode()
    [finding] = list(read_line(line, 1, "a.ndjson"))
    assert isinstance(finding, Finding)


def test_endless_findings_are_cut_off(tmp_path: Path) -> None:
    from corpus.ingest import ingest
    from corpus.store.writer import new_generation

    path = tmp_path / "a.ndjson"
    path.write_text('{"公開年度":2020,"x":1}\n' * 20_000, encoding="utf-8")
    with new_generation(tmp_path / "d") as generation:
        report = ingest([path], generation, options=Options(workers=0))
    assert len(report.findings) <= 1001
    assert "超えました" in report.findings[-1].message


def test_an_archive_of_what_others_make_is_no_bomb() -> None:
    """The limits leave room: real files unfold to 18 times their size at most."""
    import io
    import zipfile

    text = "".join(f"{n},総務省,事業{n % 50},令和{n % 6}年度\n" for n in range(200_000)).encode()
    member = zipfile.ZipFile(io.BytesIO(zipped({"a.csv": text}))).infolist()[0]
    assert member.file_size / member.compress_size < 100


class TestQuestions:
    @pytest.mark.parametrize("digits", [25, 60, 79])
    def test_numbers_are_read_in_linear_time(self, digits: int) -> None:
        """An optional unit inside a repetition once took exponential time."""
        from corpus.numbers import spoken_amounts
        from qa.understand.reading import _AMOUNT

        started = time.process_time()
        assert not _AMOUNT.search("1" * digits + "の事業")
        assert not spoken_amounts("1" * digits + "の事業")
        assert time.process_time() - started < 0.5

    @pytest.mark.parametrize(("text", "yen"), [("3億2,000万円", 320_000_000), ("1,234円", 1234), ("1兆円", 10**12), ("12.5億円", 1_250_000_000)])
    def test_amounts_are_still_read(self, text: str, yen: int) -> None:
        from corpus.numbers import spoken_amounts
        from corpus.units import to_yen

        [(value, unit, span)] = spoken_amounts(text)
        assert to_yen(value, unit) == yen
        assert span == (0, len(text))

    def test_the_cap_comes_before_everything(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ten megabytes are refused without a look at them: no tokenizer, no corpus is there to be asked."""
        from qa.engine import Engine

        engine = object.__new__(Engine)
        answer = engine.ask("あ" * 10_000_000)
        assert "長すぎます" in answer.answer
        assert len(answer.question) == MAX_QUESTION

    def test_names_cover_the_promised_kinds(self) -> None:
        questions = named()
        assert len(questions) >= 120
        assert sum(len(q) >= 10_000 for q in questions.values()) >= 30
        assert max(map(len, questions.values())) == 10_000_000

    def test_lines_of_the_corpus_are_cut_before_the_tokenizer(self) -> None:
        from index import tokens

        for run in ("1", "あ", "ア", "a", "漢"):
            pieces = list(tokens.pieces(run * 200_000))
            assert max(map(len, pieces)) <= tokens.MAX_PIECE
