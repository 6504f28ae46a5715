"""Sheets of a project share a block of the blob file; what follows from other columns is not stored."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from corpus.fields import Measure
from corpus.ingest import recorded
from corpus.model import Cell, Kind, Origin, Sheet, Table
from corpus.store import blobs, schema
from corpus.store.blobs import Scratch
from corpus.store.model import WrongVersion
from corpus.store.reader import Corpus, open_corpus
from corpus.store.writer import FileRecord, new_generation
from tests.corpus.made import cell, sheet

YEARS = (2018, 2019, 2020)


def of_year(number: str, year: int, **changes: object) -> Sheet:
    given = {"project": f"架空事業{number}", "project_key": number, "past_numbers": (), **changes}
    return sheet(number, year, **given)  # type: ignore[arg-type]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two projects over three years."""
    with new_generation(tmp_path) as generation:
        for year in YEARS:
            for number in ("0001", "0002"):
                generation.add(of_year(number, year))
        generation.commit()
    return tmp_path


def blocks(corpus: Corpus) -> dict[str, set[int]]:
    """Sheet years by project and block."""
    found: dict[str, set[int]] = {}
    for number, block, year in corpus.query("SELECT number, block, sheet_year FROM sheet_rows"):
        found.setdefault(f"{number}/{block}", set()).add(year)
    return found


def test_the_sheets_of_a_project_stand_in_one_block_the_newest_first(data: Path) -> None:
    with open_corpus(data) as corpus:
        assert sorted(blocks(corpus).values(), key=len) == [set(YEARS), set(YEARS)]
        assert corpus.query("SELECT sheet_year FROM sheet_rows WHERE begin = 0") == [(2020,), (2020,)]
        for info in corpus.infos():
            assert corpus.sheet_at(info.no) == of_year(info.number, info.sheet_year)
    assert not list(data.rglob("*.scratch")), "what the blocks were made from is gone"


def test_a_block_nothing_was_changed_in_is_taken_over_as_it_is(data: Path) -> None:
    with open_corpus(data) as old, new_generation(data) as generation:
        assert generation.previous is not None
        generation.keep_from(generation.previous)
        generation.add(of_year("0002", 2021))
        generation.commit()
        frames = {
            number: old.frame(blobs.Frame(*place))
            for number, *place in old.query(
                "SELECT DISTINCT r.number, b.offset, b.size, b.crc, b.dictionary FROM sheet_rows r"
                " JOIN blocks b ON b.number = r.block"
            )
        }
        content = (generation.path / schema.BLOBS_FILE).read_bytes()
    assert frames["0001"] in content and frames["0002"] not in content
    with open_corpus(data) as corpus:
        assert sorted(map(sorted, blocks(corpus).values()), key=len) == [[*YEARS], [*YEARS, 2021]]
        for info in corpus.infos():
            assert corpus.sheet_at(info.no) == of_year(info.number, info.sheet_year)


def test_a_removed_sheet_leaves_its_block(data: Path) -> None:
    with new_generation(data) as generation:
        assert generation.previous is not None
        generation.keep_from(generation.previous, except_ids=["2019/架空省/0001"])
        generation.commit()
    with open_corpus(data) as corpus:
        assert corpus.sheet("2019/架空省/0001") is None
        assert corpus.sheet("2018/架空省/0001") == of_year("0001", 2018)
        assert "0001/0" not in {k for k, years in blocks(corpus).items() if 2019 in years}


def test_blocks_are_bounded_and_a_large_sheet_stands_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.store.blocks.MAX_BLOCK_BYTES", 4000)
    cells = tuple(cell(Measure.EXECUTED, str(n), 2019, item=str(n)) for n in range(200))
    with new_generation(tmp_path) as generation:
        for year in range(2010, 2020):
            generation.add(of_year("0001", year, cells=cells if year == 2014 else cells[:9]))
        generation.commit()
    with open_corpus(tmp_path) as corpus:
        sizes = corpus.query("SELECT sum(length), count(*) FROM sheet_rows GROUP BY block")
        assert len(sizes) > 2
        assert all(size <= 4000 or count == 1 for size, count in sizes)
        assert any(count > 1 for _, count in sizes)
        assert len(corpus.sheet_at(4).cells) == 200


def test_origins_do_not_share_a_block(tmp_path: Path) -> None:
    with new_generation(tmp_path) as generation:
        generation.add(of_year("0001", 2020))
        generation.add(of_year("0001", 2021, origin=Origin.RS_CSV))
        generation.commit()
    with open_corpus(tmp_path) as corpus:
        assert corpus.query("SELECT count(*) FROM blocks") == [(2,)]
        assert corpus.sheet("2021/架空省/0001") == of_year("0001", 2021, origin=Origin.RS_CSV)


def test_a_new_dictionary_is_learned_when_an_origin_grows_many_times_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.store.blocks.TRAINING_SHEETS", 60)
    for begin, end, expected in ((0, 55, {1}), (55, 60, {1}), (60, 300, {1, 2})):
        with new_generation(tmp_path) as generation:
            if generation.previous is not None:
                generation.keep_from(generation.previous)
            for n in range(begin, end):
                generation.add(of_year(f"{n:04}", 2020))
            generation.commit()
        with open_corpus(tmp_path) as corpus:
            assert {number for (number,) in corpus.query("SELECT number FROM dictionaries")} == expected
            assert [corpus.sheet_at(n).number for n in range(end)] == [f"{n:04}" for n in range(end)]


def test_sheets_on_their_way_are_read_back(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "x.scratch")
    places = [scratch.append(content) for content in (b"one", b"two" * 1000, b"")]
    assert [scratch.read(place) for place in places] == [b"one", b"two" * 1000, b""]
    assert scratch.append(b"four")[0] == sum(places[-1])
    scratch.close()
    assert not list(tmp_path.iterdir())


def test_every_look_up_goes_by_an_index(tmp_path: Path) -> None:
    with new_generation(tmp_path) as generation:
        for n in range(60):
            generation.add(of_year(f"{n:04}", 2015 + n % 5, ministry=f"架空省{n % 4}"))
        generation.commit()
    conditions = (
        "sheet_id = ?", "no = ?", "number = ?", "name_key = ?", "series = ?", "ministry = ? AND sheet_year = 2015"
    )  # fmt: skip
    with open_corpus(tmp_path) as corpus:
        for condition in conditions:
            query = f"EXPLAIN QUERY PLAN SELECT {schema.INFO_COLUMNS} FROM sheets WHERE {condition}"
            plan = [step[3] for step in corpus.query(query, ["x"])]
            assert not any(step.startswith("SCAN r") for step in plan), (condition, plan)
        assert corpus.infos() == corpus.find("TRUE ORDER BY no") and len(corpus.infos()) == 60


def test_what_is_derived_is_what_was_printed(tmp_path: Path) -> None:
    """The value is that of the cell to the last bit, whatever the unit; the payee's key that of the name."""
    printed = [
        ("0.1", "百万円"), ("12.345678", "百万円"), ("1234567.89", "千円"), ("0.005", "円"), ("0.004", "円"),
        ("-3.3", "億円"), ("12345678901234567890", "兆円"), ("95.5", "%"), ("7", None), ("1e-7", "百万円"), ("0.0", "円"),
    ]  # fmt: skip
    cells = tuple(cell(Measure.EXECUTED, value, 2019, unit=unit, item=str(i)) for i, (value, unit) in enumerate(printed))
    payees = tuple(
        Cell(Table.PAYEES, ("A",), "支出先", Measure.PAYEE_NAME, f"A/{i}", 2019, name, Kind.TEXT, None, None, "x")
        for i, name in enumerate(["架空商事㈱", "架空商事株式会社", "架空県"])
    )
    with new_generation(tmp_path) as generation:
        generation.add(sheet(cells=cells + payees))
        generation.commit()
    for _ in range(2):
        with open_corpus(tmp_path) as corpus:
            rows = corpus.facts("SELECT pos, value, other_value FROM cells WHERE no = 0 ORDER BY pos")
            assert [value for _, value, _ in rows] == [float(Decimal(value)) for value, _ in printed]
            assert rows[0][2] is None and rows[7][2] == 95.5
            assert corpus.facts("SELECT payee_key, other_key FROM payees WHERE no = 0 ORDER BY pos") == [
                ("架空商事株式会社", "架空商事株式会社"), ("架空商事株式会社", None), ("架空県", None),
            ]  # fmt: skip
        with new_generation(tmp_path) as generation:  # and again from the previous generation's rows
            assert generation.previous is not None
            generation.keep_from(generation.previous)
            generation.add(sheet("0002"))
            generation.commit()


def test_an_older_snapshot_is_refused_and_its_sources_can_still_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.store.snapshot.FORMAT_VERSION", 1)
    with new_generation(tmp_path) as generation:
        generation.add(sheet())
        generation.record_file(FileRecord("d" * 64, "made.ndjson", str(tmp_path / "made.ndjson"), "JUDGIT!", 1, 1))
        generation.commit()
    monkeypatch.undo()
    with pytest.raises(WrongVersion, match=r"版1.*版3.*rsqa repair"):
        open_corpus(tmp_path)
    with pytest.raises(WrongVersion, match="rsqa repair"), new_generation(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "generations" / "000001" / schema.SHEETS_FILE) as connection:
        rows = connection.execute("SELECT digest, name, source, kind, size, sheets FROM files").fetchall()
    connection.close()
    assert [given.name for given in recorded(FileRecord(*row) for row in rows)] == ["made.ndjson"]
