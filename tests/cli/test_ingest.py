"""Taking in, taking out, repairing: what is reported, and that a failure changes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cli.main import main
from samples import sample_files
from tests.cli.conftest import Run

pytestmark = pytest.mark.xdist_group("sample")


@pytest.fixture
def own_data(sample_data: Path, tmp_path: Path) -> Path:
    """A copy of the sample's data folder, to be changed."""
    return Path(shutil.copytree(sample_data, tmp_path / "copy"))


def state(data: Path) -> tuple[str, list[str]]:
    return (data / "CURRENT").read_text(), sorted(str(p.relative_to(data)) for p in data.rglob("*") if p.is_file())


def test_the_report_counts_what_was_taken_in(rsqa: Run) -> None:
    summary = json.loads(rsqa("corpus", "--json"))
    assert summary["sheets"] == len(sample_files()) == 15
    assert summary["by_year"] == {"2019": 5, "2020": 5, "2021": 5}
    assert summary["by_ministry"] == {"架空省": 15}
    assert summary["series"] == 6
    assert summary["cells"] > 3000
    text = rsqa("corpus")
    assert "様式（xlsx）" in text
    assert "架空省" in text


def test_the_same_files_again_change_nothing(rsqa: Run, own_data: Path) -> None:
    before = state(own_data)
    report = json.loads(rsqa("ingest", "--json", *map(str, sample_files()), data=own_data))
    assert (report["files"], report["unchanged_files"], report["added"]) == (0, 15, 0)
    assert state(own_data) == before


def test_a_dry_run_reads_and_stores_nothing(rsqa: Run, tmp_path: Path) -> None:
    data = tmp_path / "none"
    report = json.loads(rsqa("ingest", "--dry-run", "--json", str(sample_files()[0]), data=data))
    assert (report["added"], report["dry_run"]) == (1, True)
    assert not data.exists()
    assert "何も保存していません" in rsqa("ingest", "--dry-run", "--quiet", str(sample_files()[0]), data=data)


def test_a_path_that_is_not_there_is_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", str(tmp_path / "none.xlsx"), "--data", str(tmp_path / "d")]) == 2
    assert "ファイルもフォルダーもありません" in capsys.readouterr().err
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [("空.xlsx", b""), ("偽.xlsx", b"PK\x03\x04broken"), ("写真.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64), ("手紙.txt", "拝啓".encode())],
)
def test_nothing_readable_is_status_2_and_leaves_everything(
    own_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    before = state(own_data)
    assert main(["ingest", "--quiet", str(tmp_path / name), "--data", str(own_data)]) == 2
    assert name in capsys.readouterr().out
    assert state(own_data) == before


def test_one_bad_file_does_not_stop_the_others(rsqa: Run, tmp_path: Path) -> None:
    folder = tmp_path / "混在"
    folder.mkdir()
    (folder / "空.xlsx").write_bytes(b"")
    shutil.copy(sample_files()[0], folder)
    text = rsqa("ingest", "--quiet", str(folder), data=tmp_path / "d")
    assert "新しいシート: 1" in text
    assert "取り込めなかったもの" in text


def test_remove_takes_out_one_sheet_and_search_forgets_it(rsqa: Run, own_data: Path) -> None:
    gone = "2021/架空省/2021-架空-新21-0004"
    assert "1枚のシートを取り除きました" in rsqa("remove", "--quiet", gone, data=own_data)
    assert json.loads(rsqa("corpus", "--json", data=own_data))["sheets"] == 14
    hits = json.loads(rsqa("search", "--json", "空飛ぶ図書館", data=own_data))["hits"]
    assert gone not in [hit["sheet_id"] for hit in hits]
    assert rsqa("remove", "--quiet", gone, data=own_data, status=2)


def test_remove_without_a_corpus_makes_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["remove", "2020/総務省/0048", "--data", str(tmp_path / "none")]) == 1
    assert "rsqa ingest" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("file", ["sheets.sqlite", "facts.duckdb"])
def test_repair_rebuilds_a_damaged_store_from_its_files(
    rsqa: Run, own_data: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    generation = own_data / "generations" / (own_data / "CURRENT").read_text().split()[0]
    content = bytearray((generation / file).read_bytes())
    content[-1] ^= 0xFF
    (generation / file).write_bytes(content)
    if file == "sheets.sqlite":
        assert main(["corpus", "--data", str(own_data)]) == 1
        assert "rsqa repair" in capsys.readouterr().err
    assert "元のファイルから作り直しました" in rsqa("repair", "--quiet", data=own_data)
    assert json.loads(rsqa("corpus", "--json", data=own_data))["sheets"] == 15
    assert sorted(p.name for p in own_data.iterdir()) == ["CURRENT", "generations", "writer.lock"]


def test_repair_refuses_when_a_source_is_gone(tmp_path: Path, rsqa: Run, capsys: pytest.CaptureFixture[str]) -> None:
    source = Path(shutil.copy(sample_files()[0], tmp_path))
    data = tmp_path / "d"
    rsqa("ingest", "--quiet", str(source), data=data)
    source.unlink()
    before = state(data)
    assert main(["repair", "--quiet", "--data", str(data)]) == 1
    assert source.name in capsys.readouterr().err
    assert state(data) == before


def test_repair_without_any_data_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["repair", "--data", str(tmp_path)]) == 1
    assert "rsqa ingest" in capsys.readouterr().err


def test_show_prints_the_sheet_as_its_tables(rsqa: Run) -> None:
    text = rsqa("show", "2020/架空省/0015")
    assert text.startswith("離島港湾見守りブイ整備事業\n2020/架空省/0015")
    assert "■ 予算額・執行額" in text
    assert "▲318" in text
    only = rsqa("show", "2020/架空省/0015", "--table", "予算額")
    assert "■ 予算額・執行額" in only
    assert "■ 支出先" not in only
    data = json.loads(rsqa("show", "2020/架空省/0015", "--json"))
    assert any(c["raw"] == "▲318" and c["value"] == "-318" and "!" in c["source"]["locator"] for c in data["cells"])


def test_show_helps_with_a_wrong_id_or_table(rsqa: Run, sample_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "2020/架空省/15", "--data", str(sample_data)]) == 1
    assert "2020/架空省/0015" in capsys.readouterr().err
    assert main(["show", "2020/架空省/0015", "--table", "存在しない表", "--data", str(sample_data)]) == 2
    assert "支出先上位" in capsys.readouterr().err


def test_search_finds_the_project_in_everyday_words(rsqa: Run) -> None:
    hits = json.loads(rsqa("search", "--json", "本をドローンで子供に届ける"))["hits"]
    assert "空飛ぶ図書館試行事業" in [hit["project"] for hit in hits[:3]]


def test_check_lists_the_restated_figure_with_its_cells(rsqa: Run) -> None:
    text = rsqa("check")
    assert "同じ年度の数値がシートによって違う" in text
    assert "新しいシート 161百万円、古いシート 158百万円" in text
    assert "行政事業レビューシート!AD19" in text
    found = [json.loads(line) for line in rsqa("check", "--json", "2019/架空省/0001").splitlines()]
    (restated,) = [f for f in found if f["kind"] == "同じ年度の数値がシートによって違う"]
    assert (restated["printed"], restated["computed"], restated["difference"]) == ("161", "158", "3")
    assert [cell["raw"] for cell in restated["cells"]] == ["161", "161", "158"]


def test_check_of_a_sound_sheet_finds_nothing(rsqa: Run) -> None:
    assert "見つかりませんでした" in rsqa("check", "2021/架空省/2021-架空-新21-0004")


def test_brief_is_written_in_the_form_its_name_asks_for(rsqa: Run, tmp_path: Path, sample_data: Path) -> None:
    for ending in (".docx", ".xlsx", ".md", ".html", ".json"):
        out = tmp_path / f"資料{ending}"
        assert "書き出しました" in rsqa("brief", "2021/架空省/2021-架空-20-0016", "--out", str(out))
        assert out.stat().st_size > 1000
    assert "離島港湾見守りブイ整備事業" in rsqa("brief", "離島港湾見守りブイ整備事業")
    assert main(["brief", "2021/架空省/2021-架空-20-0016", "--out", "資料.ppt", "--data", str(sample_data)]) == 2
    assert main(["brief", "--data", str(sample_data)]) == 2


def test_briefs_of_topics_years_and_comparisons(rsqa: Run) -> None:
    assert "離島港湾見守りブイ整備事業" in rsqa("brief", "--topic", "船の安全")
    assert "架空省" in rsqa("brief", "--ministry", "架空省", "--year", "2021")
    both = rsqa("brief", "空飛ぶ図書館試行事業", "花粉観測網維持費")
    assert "空飛ぶ図書館試行事業" in both
    assert "花粉観測網維持費" in both
    assert rsqa("brief", "--questions", "花粉観測網維持費")
