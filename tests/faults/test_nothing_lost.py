"""No stored sheet is lost by remove, repair, damaged sources, kills, or files of one name."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus.store.reader import open_corpus
from index.update import CannotRepair, repair, take_in, take_out

SAMPLE = Path(__file__).resolve().parent.parent.parent / "samples" / "sheets"
KILLS = 12  # at delays spread over the command; no claim that each moment of it is hit


def _line(number: int) -> str:
    figures = [{"年度": 2019, "当初予算": 5.0, "計": 5.0, "執行額": 4.0}]
    return json.dumps(
        {"公開年度": 2020, "府省庁": "架空省", "事業番号": f"{number:04d}", "事業名": f"架空の見回り事業その{number}", "予算": figures},
        ensure_ascii=False,
    )


def _file(path: Path, numbers: range) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(_line(n) + "\n" for n in numbers), encoding="utf-8")
    return path


def _ids(data: Path) -> set[str]:
    with open_corpus(data) as corpus:
        return {info.sheet_id for info in corpus.infos()}


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Path, Path]:
    """A data folder with fifty sheets of one file and one of another; and the first file."""
    many, other = _file(tmp_path / "many.ndjson", range(1, 51)), _file(tmp_path / "other.ndjson", range(51, 52))
    take_in(tmp_path / "data", [many, other])
    assert len(_ids(tmp_path / "data")) == 51
    return tmp_path / "data", many


def test_repair_after_a_removal_keeps_the_rest(stored: tuple[Path, Path]) -> None:
    data, many = stored
    gone = sorted(_ids(data))[0]
    take_out(data, [gone])
    repair(data)
    assert len(_ids(data)) == 50
    assert gone not in _ids(data)
    take_in(data, [many])  # given again, the file brings its sheet back
    assert gone in _ids(data)


@pytest.mark.parametrize("damage", ["empty", "cut", "unreadable"])
def test_repair_never_commits_fewer_sheets_unasked(stored: tuple[Path, Path], damage: str) -> None:
    data, many = stored
    lines = many.read_text(encoding="utf-8").splitlines(keepends=True)
    many.write_bytes({"empty": b"", "cut": "".join(lines[:3]).encode(), "unreadable": gzip.compress(b"x")[:-4]}[damage])
    with pytest.raises(CannotRepair, match="51枚より少ない"):
        repair(data)
    assert len(_ids(data)) == 51
    if damage == "cut":
        repair(data, allow_fewer=True)
        assert len(_ids(data)) == 4


def test_repair_compares_the_sheets_and_not_their_number(stored: tuple[Path, Path]) -> None:
    data, many = stored
    lost = "".join(_line(n) + "\n" for n in [*range(1, 50), 99])  # 0050 is gone, 0099 is new: fifty again
    many.write_text(lost, encoding="utf-8")
    with pytest.raises(CannotRepair, match="0050"):
        repair(data)
    assert "2020/架空省/0050" in _ids(data)


def test_a_removed_sheet_taken_in_from_another_file_stays(stored: tuple[Path, Path], tmp_path: Path) -> None:
    data, _ = stored
    take_out(data, ["2020/架空省/0001"])
    take_in(data, [_file(tmp_path / "again.ndjson", range(1, 2))])
    assert len(_ids(data)) == 51
    repair(data)
    assert len(_ids(data)) == 51


def test_repair_asks_the_current_generation_not_the_newest_folder(stored: tuple[Path, Path]) -> None:
    data, _ = stored
    current = sorted((data / "generations").iterdir())[-1]
    left = data / "generations" / "000009"  # what a killed command leaves: a database, no manifest
    left.mkdir()
    shutil.copy(current / "sheets.sqlite", left)
    import sqlite3

    with sqlite3.connect(left / "sheets.sqlite") as connection:
        connection.execute("DELETE FROM files WHERE name LIKE '%many%'")
    repair(data)
    assert len(_ids(data)) == 51


def test_two_files_of_one_name_are_two_files(tmp_path: Path) -> None:
    one, two = _file(tmp_path / "a" / "sheet.ndjson", range(1, 2)), _file(tmp_path / "b" / "sheet.ndjson", range(2, 3))
    data = tmp_path / "data"
    take_in(data, [one])
    take_in(data, [two])
    _file(one, range(3, 4))  # a corrected file holds another sheet
    take_in(data, [one])
    assert {i.rpartition("/")[2] for i in _ids(data)} == {"0002", "0003"}
    assert take_in(data, [two]).unchanged_files == 1


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_killed_removals_and_repairs_lose_nothing(stored: tuple[Path, Path]) -> None:
    data, _ = stored
    left = _ids(data)
    for round_ in range(KILLS):
        victim = sorted(left)[0]
        command = [sys.executable, "-m", "cli.main", "remove", victim, "--quiet", "--data", str(data)]
        process = subprocess.Popen(command, env={**os.environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.15 + 0.12 * round_)
        process.send_signal(signal.SIGKILL)
        process.wait()
        repair(data)
        now = _ids(data)
        assert now in (left, left - {victim})
        left = now
