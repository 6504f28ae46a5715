"""Ingest: what people really have goes in, what is broken is told, nothing stored is lost."""

from __future__ import annotations

import gzip
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from corpus.fields import Field, Measure
from corpus.ingest import ingest, recorded, remove
from corpus.ingest_model import Options, Progress, Report
from corpus.model import Severity, Sheet
from corpus.readers.walk import Limits
from corpus.store.reader import open_corpus
from corpus.store.writer import new_generation
from tests.conftest import ROOT
from tests.corpus.made import HERE, record, take_in, write_judgit
from tests.corpus.test_rs import ACCOUNT, TOTALS, made_csv


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as people have them: JUDGIT!, RSシステム in a zip, and things that are neither."""
    folder = tmp_path / "見本"
    (folder / "下の階層").mkdir(parents=True)
    write_judgit(folder / "a.ndjson", record("0001"), record("0002"))
    packed = write_judgit(folder / "b.txt", record("0003", 2021)).read_bytes()
    (folder / "b.txt").write_bytes(gzip.compress(packed))  # its name says text, its content gzip
    budget = made_csv("2-1", [TOTALS, ACCOUNT])
    with zipfile.ZipFile(folder / "下の階層" / "rs.bin", "w") as archive:
        archive.writestr("2-1.csv", budget.data)
    (folder / ".DS_Store").write_bytes(b"\0\0\1")
    (folder / "写真.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


def ids(data: Path) -> list[str]:
    with open_corpus(data) as corpus:
        return sorted(info.sheet_id for info in corpus.infos())


def sheet(data: Path, sheet_id: str) -> Sheet:
    with open_corpus(data) as corpus:
        found = corpus.sheet(sheet_id)
    assert found is not None
    return found


def executed(data: Path, sheet_id: str, year: int = 2019) -> list[Decimal | None]:
    return [c.value for c in sheet(data, sheet_id).cells if c.measure == Measure.EXECUTED and c.fiscal_year == year]


class TestOnce:
    def test_a_folder_with_everything(self, data: Path, folder: Path) -> None:
        report = take_in(data, folder)
        assert ids(data) == ["2020/架空省/0001", "2020/架空省/0002", "2021/架空省/0003", "2024/架空省/77"]
        assert (report.files, report.added, report.by_kind) == (3, 4, {"JUDGIT!": 3, "RSシステムCSV": 1})
        assert [(f.file, f.message) for f in report.rejected] == [("写真.png", "画像（PNG）です")]
        assert sheet(data, "2024/架空省/77").file == "下の階層/rs.bin/2-1.csv"
        assert sheet(data, "2021/架空省/0003").file == "b.txt"
        with open_corpus(data) as corpus:
            kinds = corpus.query("SELECT name, kind, sheets FROM files ORDER BY name")
        assert kinds == [
            ("a.ndjson", "JUDGIT!", 2), ("b.txt", "JUDGIT!", 1), ("下の階層/rs.bin/2-1.csv", "RSシステムCSV 2-1", 1),
        ]  # fmt: skip

    def test_worker_processes_give_the_same_corpus(self, data: Path, folder: Path, tmp_path: Path) -> None:
        take_in(data, folder)
        take_in(tmp_path / "other", folder, options=Options(workers=2))
        with open_corpus(data) as one, open_corpus(tmp_path / "other") as two:
            assert [one.sheet_at(i.no) for i in one.infos()] == [two.sheet_at(i.no) for i in two.infos()]
            assert one.facts("SELECT * FROM cells ORDER BY no, pos") == two.facts("SELECT * FROM cells ORDER BY no, pos")

    def test_progress_reaches_the_end_in_order(self, data: Path, folder: Path) -> None:
        told: list[Progress] = []
        with new_generation(data) as generation:
            ingest([folder], generation, told.append, HERE)
        assert [p.done for p in told] == sorted(p.done for p in told)
        assert told[-1].done == told[-1].total
        assert told[-1].sheets == 4

    def test_a_dry_run_stores_nothing(self, data: Path, folder: Path) -> None:
        report = take_in(data, folder, commit=False)
        assert report.added == 4
        assert not (data / "CURRENT").exists()
        assert not list((data / "generations").iterdir())

    def test_a_path_that_is_not_there_is_told_and_the_rest_is_read(self, data: Path, folder: Path) -> None:
        report = take_in(data, folder / "ない", folder / "a.ndjson")
        assert [f.message for f in report.rejected] == ["ファイルもフォルダーもありません"]
        assert len(ids(data)) == 2

    def test_two_folders_may_hold_files_of_one_name(self, data: Path, tmp_path: Path) -> None:
        for name, number in (("甲", "0001"), ("乙", "0002")):
            (tmp_path / name).mkdir()
            write_judgit(tmp_path / name / "a.ndjson", record(number))
        take_in(data, tmp_path / "甲", tmp_path / "乙")
        assert [sheet(data, i).file for i in ids(data)] == ["a.ndjson", "乙/a.ndjson"]


class TestAgain:
    def test_what_is_unchanged_is_not_read(self, data: Path, folder: Path) -> None:
        take_in(data, folder)
        (folder / "a.ndjson").rename(folder / "moved.ndjson")
        report = take_in(data, folder)
        assert (report.files, report.unchanged_files, report.added, report.changed) == (0, 3, 0, False)

    def test_a_changed_sheet_is_replaced_and_the_rest_kept(self, data: Path, folder: Path) -> None:
        take_in(data, folder)
        write_judgit(folder / "a.ndjson", record("0001"), record("0002", executed=44.0))
        with new_generation(data) as generation:
            report = ingest([folder], generation, options=HERE)
            changes = generation.changes
            generation.commit()
        assert (report.files, report.added, report.replaced, report.unchanged) == (1, 0, 1, 1)
        assert (changes.added, changes.replaced, changes.removed) == ((), (1,), ())
        assert executed(data, "2020/架空省/0002") == [Decimal(44)]
        assert not report.warnings, "a new version of a file is no conflict"

    def test_what_a_new_version_no_longer_holds_goes(self, data: Path, folder: Path) -> None:
        take_in(data, folder)
        write_judgit(folder / "a.ndjson", record("0002"))
        report = take_in(data, folder)
        assert "2020/架空省/0001" not in ids(data)
        assert [f.message for f in report.warnings] == ["シート 2020/架空省/0001 は新しいファイルにありません"]
        assert report.removed == 1

    def test_files_of_the_rs_system_complete_each_other(self, data: Path, tmp_path: Path) -> None:
        (tmp_path / "1.csv").write_bytes(made_csv("2-1", [TOTALS, ACCOUNT]).data)
        (tmp_path / "2.csv").write_bytes(made_csv("6-1", [{"備考": "備考A"}]).data)
        take_in(data, tmp_path / "1.csv")
        take_in(data, tmp_path / "2.csv")
        merged = sheet(data, "2024/架空省/77")
        assert executed(data, "2024/架空省/77", 2023) == [Decimal(90), Decimal(90)]
        assert merged.section(Field.REMARKS) is not None
        assert {c.file or merged.file for c in merged.cells} == {"1.csv"}

        (tmp_path / "1.csv").write_bytes(made_csv("2-1", [TOTALS | {"執行額（合計）": "91"}, ACCOUNT]).data)
        report = take_in(data, tmp_path / "1.csv")
        assert (report.replaced, report.findings) == (1, [])
        assert executed(data, "2024/架空省/77", 2023) == [Decimal(91), Decimal(90)]
        assert sheet(data, "2024/架空省/77").section(Field.REMARKS) is not None

    def test_order_of_the_rs_files_does_not_matter(self, data: Path, tmp_path: Path) -> None:
        for name, file in (("1", made_csv("2-1", [TOTALS, ACCOUNT])), ("2", made_csv("6-1", [{"備考": "A"}]))):
            (tmp_path / f"{name}.csv").write_bytes(file.data)
        take_in(data, tmp_path / "2.csv")
        take_in(data, tmp_path / "1.csv")
        take_in(tmp_path / "both", tmp_path / "1.csv", tmp_path / "2.csv")
        one, two = sheet(data, "2024/架空省/77"), sheet(tmp_path / "both", "2024/架空省/77")
        assert set(one.cells) == set(two.cells)
        assert {(s.name, s.text) for s in one.sections} == {(s.name, s.text) for s in two.sections}

    def test_removing_and_taking_in_again(self, data: Path, folder: Path) -> None:
        take_in(data, folder)
        with new_generation(data) as generation:
            report = remove(generation, ["2020/架空省/0001", "b.txt", "ない"])
            generation.commit()
        assert report.removed == 2
        assert [f.file for f in report.rejected] == ["ない"]
        assert ids(data) == ["2020/架空省/0002", "2024/架空省/77"]
        take_in(data, folder)
        assert len(ids(data)) == 4, "forgotten files are read again"


class TestInterrupted:
    """Forms read before an interruption are not read again; what was interrupted left nothing else."""

    @pytest.fixture
    def forms(self, tmp_path: Path, shared: Path) -> Path:
        folder = tmp_path / "forms"
        folder.mkdir()
        (folder / "a.txt").write_bytes((shared / "data" / "forms" / "令和2年度_総務省_0048.txt").read_bytes())
        return folder

    def test_goes_on_where_it_stopped(self, data: Path, forms: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        report = take_in(data, forms, commit=False)
        assert len(list((data / "cache").iterdir())) == 1
        monkeypatch.setattr("corpus.readers.tsv.read_tsv", None)  # calling it would fail
        again = take_in(data, forms)
        assert (again.added, again.cells, again.findings) == (1, report.cells, report.findings)
        assert not (data / "cache").exists()
        assert len(ids(data)) == 1

    def test_a_damaged_entry_is_read_anew(self, data: Path, forms: Path) -> None:
        take_in(data, forms, commit=False)
        [entry] = (data / "cache").iterdir()
        entry.write_bytes(entry.read_bytes()[:-9])
        assert take_in(data, forms).added == 1

    def test_the_name_is_part_of_what_was_read(self, data: Path, forms: Path) -> None:
        take_in(data, forms, commit=False)
        (forms / "a.txt").rename(forms / "b.txt")
        take_in(data, forms)
        assert [sheet(data, i).file for i in ids(data)] == ["b.txt"]


def test_recorded_files_are_read_again_under_their_names(data: Path, folder: Path, tmp_path: Path) -> None:
    take_in(data, folder)
    with new_generation(data) as generation:
        assert generation.previous is not None
        generation.keep_from(generation.previous)
        files = recorded(generation.files.values())
    assert sorted(given.name for given in files) == ["a.ndjson", "b.txt", "下の階層/rs.bin"]
    with new_generation(tmp_path / "again") as generation:
        ingest(files, generation, options=HERE)
        generation.commit()
    assert ids(tmp_path / "again") == ids(data)
    for sheet_id in ids(data):
        assert sheet(tmp_path / "again", sheet_id) == sheet(data, sheet_id)


class TestConflicts:
    def test_the_later_of_two_equal_files_counts_and_differences_are_listed(self, data: Path, tmp_path: Path) -> None:
        first = write_judgit(tmp_path / "1.ndjson", record("0001", executed=43.0))
        second = write_judgit(tmp_path / "2.ndjson", record("0001", executed=44.5))
        report = take_in(data, first, second)
        assert executed(data, "2020/架空省/0001") == [Decimal("44.5")]
        [finding] = report.findings
        assert "2020/架空省/0001 は 1.ndjson にもあります" in finding.message
        assert "2019年度 執行額 44.5百万円／43.0百万円" in finding.message
        assert finding.remedy == "後から読んだファイルにより 2.ndjson を採用しました"

    def test_the_same_sheet_twice_in_one_file(self, data: Path, tmp_path: Path) -> None:
        file = write_judgit(tmp_path / "1.ndjson", record("0001", executed=43.0), record("0001", executed=44.0))
        report = take_in(data, file)
        assert len(report.findings) == 1
        assert executed(data, "2020/架空省/0001") == [Decimal(44)]

    def test_a_form_is_trusted_over_the_database(self, data: Path, tmp_path: Path, shared: Path) -> None:
        """In whichever order they come, and what differs is told."""
        form = shared / "data" / "forms" / "令和2年度_総務省_0048.txt"
        line = record("0048", 府省庁="総務省", executed=1.0)
        base = write_judgit(tmp_path / "1.ndjson", line)
        for name, order in (("a", (form, base)), ("b", (base, form))):
            report = take_in(tmp_path / name, *order)
            assert sheet(tmp_path / name, "2020/総務省/0048").file == form.name
            finding = next(f for f in report.findings if "にもあります" in f.message)
            assert "執行額 43百万円／1.0百万円" in finding.message
            assert "信頼の順" in finding.remedy


_NOISE = bytes(n * n % 251 for n in range(600))


def _zip(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


DAMAGED: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "空のファイル"),
    "blank.txt": (b"\n" * 10_000, "空のファイル"),
    "cut.zip": (_zip(a=b"x" * 500)[:80], "zip・xlsxが壊れている"),
    "fake.zip": (b"PK\x03\x04" + b"\0" * 100, "zip・xlsxが壊れている"),
    "cut.ndjson.gz": (gzip.compress('{"公開年度":2020,"x":"'.encode() + _NOISE)[:90], "gzip"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "古い形式のExcel"),
    "scan.jpg": (b"\xff\xd8\xff\xe0" + b"\0" * 10, "画像"),
    "page.html": (b"<!DOCTYPE html><html></html>", "ウェブページ"),
    "memo.txt": ("買い物の覚え書き".encode(), "様式が見つかりません"),
    "memo-sjis.txt": ("買い物の覚え書き\t牛乳".encode("cp932"), "様式が見つかりません"),
    "binary.dat": (bytes(range(256)) * 8, "読める形式ではありません"),
    "other.json": (b'{"a": 1}\n', "JUDGIT!の公開データの形のJSONではありません"),
    "word.docx": (_zip(**{"[Content_Types].xml": b"", "word/document.xml": b""}), "Word"),
    "broken.pdf": (b"%PDF-1.7\n" + b"\0" * 300, ""),
    "broken.xlsx": (_zip(**{"[Content_Types].xml": b"<", "xl/workbook.xml": b"<"}), ""),
    "table.csv": (b"a,b,c\n1,2,3\n", "様式が見つかりません"),
}


class TestDamaged:
    """Each damaged file is rejected with a reason or taken with a warning; the good one beside it goes in."""

    @pytest.mark.parametrize("name", DAMAGED)
    def test_one_bad_file(self, data: Path, tmp_path: Path, name: str) -> None:
        content, message = DAMAGED[name]
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / name).write_bytes(content)
        write_judgit(tmp_path / "in" / "good.ndjson", record("0001"))
        report = take_in(data, tmp_path / "in")
        assert ids(data) == ["2020/架空省/0001"]
        [finding] = report.rejected
        assert finding.file == name
        assert message in finding.message
        assert finding.remedy

    def test_nothing_readable_changes_nothing_stored(self, data: Path, folder: Path, tmp_path: Path) -> None:
        take_in(data, folder)
        before = ids(data)
        (tmp_path / "bad.txt").write_bytes(b"\x89PNG")
        report = take_in(data, tmp_path / "bad.txt")
        assert (report.changed, report.added) == (False, 0)
        assert ids(data) == before

    def test_zip_in_zip_and_its_limits(self, data: Path, tmp_path: Path) -> None:
        line = write_judgit(tmp_path / "x", record("0001")).read_bytes()
        (tmp_path / "nested.zip").write_bytes(_zip(**{"中.zip": _zip(**{"奥.ndjson": line})}))
        take_in(data, tmp_path / "nested.zip")
        assert sheet(data, "2020/架空省/0001").file == "nested.zip/中.zip/奥.ndjson"
        deep = line
        for _ in range(5):
            deep = _zip(inner=deep)
        (tmp_path / "deep.zip").write_bytes(deep)
        report = take_in(tmp_path / "other", tmp_path / "deep.zip")
        assert ["入れ子" in f.message for f in report.rejected] == [True]

    @pytest.mark.parametrize(
        ("members", "limits", "message"),
        [
            ({"bomb": b"\0" * (4 << 20)}, Limits(), "大きくなりすぎる"),
            ({"big": _NOISE * 4}, Limits(member_bytes=1000), "大きくなりすぎる"),
            ({"a": _NOISE, "b": _NOISE}, Limits(total_bytes=1000), "大きくなりすぎる"),
            ({"a": b"x", "b": b"y", "c": b"z"}, Limits(members=2), "多すぎます"),
            ({"../x": b"x"}, Limits(), "外を指す"),
            ({"/etc/x": b"x"}, Limits(), "外を指す"),
            ({"c:/x": b"x"}, Limits(), "外を指す"),
            ({"a\x1bb": b"x"}, Limits(), "外を指す"),
        ],
    )
    def test_hostile_archives(
        self, data: Path, tmp_path: Path, members: dict[str, bytes], limits: Limits, message: str
    ) -> None:
        (tmp_path / "bad.zip").write_bytes(_zip(**members))
        with new_generation(data) as generation:
            report = ingest([tmp_path / "bad.zip"], generation, options=HERE, limits=limits)
        assert any(message in f.message for f in report.rejected)
        assert all(f.severity is Severity.REJECTED and f.remedy for f in report.rejected)

    def test_names_in_shift_jis(self, data: Path, tmp_path: Path) -> None:
        line = write_judgit(tmp_path / "x", record("0001")).read_bytes()
        info = zipfile.ZipInfo("PLACEHOLDER1")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(info, line)
        raw = packed.getvalue().replace(b"PLACEHOLDER1", "架空事業表".encode("cp932") + b".j")
        (tmp_path / "a.zip").write_bytes(raw)
        take_in(data, tmp_path / "a.zip")
        assert sheet(data, "2020/架空省/0001").file == "a.zip/架空事業表.j"


class TestWorkers:
    def test_a_form_that_never_ends_is_given_up(self, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The process is ended, the file rejected, the others read."""
        if sys.platform == "win32":
            pytest.skip("limits of time and memory are POSIX")
        # the reader module that workers import hangs: a stand-in package path comes first
        stand_in = tmp_path / "site"
        (stand_in).mkdir()
        (stand_in / "sitecustomize.py").write_text(
            "import sys, types, time\n"
            "m = types.ModuleType('corpus.readers.tsv')\n"
            "def read_tsv(file):\n"
            "    while True: time.sleep(0.01)\n"
            "m.read_tsv = read_tsv\n"
            "sys.modules['corpus.readers.tsv'] = m\n",
            encoding="utf-8",
        )
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(stand_in), str(ROOT)]))
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "a.txt").write_text("様式\tらしいもの", encoding="utf-8")
        write_judgit(tmp_path / "in" / "b.ndjson", record("0001"))
        started = time.monotonic()
        report = take_in(data, tmp_path / "in", options=Options(workers=1, form_seconds=0.5))
        assert time.monotonic() - started < 60
        assert [(f.file, f.message) for f in report.rejected] == [("a.txt", "読み取りに時間かメモリーがかかりすぎました")]
        assert ids(data) == ["2020/架空省/0001"]


_KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from corpus.ingest import ingest
from corpus.ingest_model import Options
from corpus.store.writer import new_generation
with new_generation({data!r}) as generation:
    ingest([Path({source!r})], generation, lambda p: print("step", flush=True), Options(workers=0))
    print("step", flush=True)
    generation.commit()
    print("done", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_killed_at_any_step_the_old_state_answers_and_the_next_run_succeeds(
    data: Path, folder: Path, tmp_path: Path, steps: int
) -> None:
    take_in(data, write_judgit(tmp_path / "first.ndjson", record("0099")))
    script = _KILLED.format(root=str(ROOT), data=str(data), source=str(folder))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(steps):
        assert process.stdout.readline().strip() == "step"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(ids(data)) in (1, 5)
    report = take_in(data, folder)
    assert isinstance(report, Report)
    assert len(ids(data)) == 5
    assert all(p.name.isdigit() for p in (data / "generations").iterdir())
