"""The store: exact round trips, immutable generations, one atomic switch."""

from __future__ import annotations

import json
import sqlite3
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.fields import Measure
from corpus.model import Cell, Kind, Origin, PastNumber, Scope, Section, Sheet, Table
from corpus.store import schema
from corpus.store.codec import decode, encode
from corpus.store.model import DamagedSnapshot, NoCorpus, StoreBusy, WrongVersion
from corpus.store.reader import QueryTooLarge, open_corpus
from corpus.store.snapshot import writer_lock
from corpus.store.writer import new_generation
from tests.corpus.made import cell, sheet

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(lambda d: abs(d.adjusted()) < 30)
cells = st.builds(
    Cell,
    table=st.sampled_from(Table),
    row=st.lists(texts, max_size=3).map(tuple),
    column=texts,
    measure=st.none() | st.sampled_from([str(m) for m in Measure]),
    item=texts,
    fiscal_year=st.none() | st.integers(1900, 2100),
    raw=texts | decimals.map(str),
    kind=st.sampled_from(Kind),
    value=st.none() | decimals,
    unit=st.none() | texts,
    locator=texts | st.tuples(texts, texts).map(", ".join),
    scope=st.sampled_from(Scope),
    file=texts,
)
sections = st.builds(Section, texts, texts, texts, texts, st.sampled_from(Table), texts)
sheets = st.builds(
    Sheet,
    sheet_year=st.integers(2000, 2100),
    ministry=texts,
    number=texts,
    project=texts,
    origin=st.sampled_from(Origin),
    file=texts,
    place=texts,
    cells=st.lists(cells, max_size=8).map(tuple),
    sections=st.lists(sections, max_size=4).map(tuple),
    past_numbers=st.lists(st.builds(PastNumber, st.integers(2000, 2100), texts, texts), max_size=3).map(tuple),
    project_key=texts,
)


@settings(max_examples=300, deadline=None)
@given(sheets)
def test_decoding_gives_the_encoded_sheet_back(made: Sheet) -> None:
    again = decode(encode(made))
    assert again == made
    assert [str(c.value) for c in again.cells] == [str(c.value) for c in made.cells], "digit for digit, 43.0 is not 43"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_bytes_that_are_no_sheet_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not an encoded sheet|not enough values|too many values|is not a valid"):
        decode(data)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A corpus of three sheets."""
    with new_generation(tmp_path) as generation:
        for number in ("0001", "0002", "0003"):
            generation.add(sheet(number, project=f"架空事業{number}"))
        generation.commit()
    return tmp_path


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoCorpus, match="rsqa ingest"):
        open_corpus(tmp_path)
    with pytest.raises(NoCorpus, match="rsqa ingest"):
        open_corpus(tmp_path / "nowhere")


def test_sheets_come_back_by_id_number_and_condition(data: Path) -> None:
    with open_corpus(data) as corpus:
        assert corpus.sheet("2020/架空省/0002") == sheet("0002", project="架空事業0002")
        assert corpus.sheet("2020/架空省/9999") is None
        infos = corpus.infos()
        assert [i.no for i in infos] == [0, 1, 2]
        assert corpus.sheet_at(2).number == "0003"
        assert corpus.info(1) == infos[1]
        assert (infos[0].bureau, infos[0].account, infos[0].origin) == (
            "架空局",
            "一般会計、架空特別会計",
            Origin.JUDGIT,
        )
        assert [i.no for i in corpus.find("number = ? AND sheet_year = ?", ["0003", 2020])] == [2]
        for missing in (3, -1):
            with pytest.raises(KeyError):
                corpus.sheet_at(missing)
            with pytest.raises(KeyError):
                corpus.info(missing)


def test_facts_hold_every_figure_exactly(data: Path) -> None:
    with open_corpus(data) as corpus:
        rows = corpus.facts("SELECT no, pos, measure, amount_yen FROM cells ORDER BY no, pos")
        assert rows[:3] == [
            (0, 0, "当初予算", Decimal("50000000.00")),
            (0, 1, "執行額", Decimal("43000000.00")),
            (0, 4, "支出額", Decimal("12345678.00")),
        ]
        assert len(rows) == 9
        payees = corpus.facts("SELECT no, pos, block, rank, name, payee_key, corporate_number, amount_yen FROM payees")
        assert payees[0] == (0, 4, "A", 1, "架空商事㈱", "架空商事株式会社", None, Decimal("12345678.00"))
        for no, pos, measure, _ in rows:
            assert corpus.sheet_at(no).cells[pos].measure == measure


def test_amounts_are_exact_where_floats_are_not(tmp_path: Path) -> None:
    values = ["0.1", "0.2", "9999999999.99", "-0.000001", "12345678901234.5"]
    made = sheet(cells=tuple(cell(Measure.EXECUTED, v, 2019 - i, unit="円") for i, v in enumerate(values)))
    with new_generation(tmp_path) as generation:
        generation.add(made)
        generation.commit()
    with open_corpus(tmp_path) as corpus:
        [(total,)] = corpus.facts("SELECT sum(amount_yen) FROM cells")
    assert total == Decimal("0.1") + Decimal("0.2") + Decimal("9999999999.99") + 0 + Decimal("12345678901234.5")


def test_summary_counts_what_is_there(data: Path) -> None:
    with open_corpus(data) as corpus:
        summary = corpus.summary()
    assert (summary.sheets, summary.cells, summary.figures, summary.sections, summary.payees) == (3, 15, 9, 12, 3)
    assert summary.by_year == {2020: 3}
    assert summary.by_ministry == {"架空省": 3}
    assert summary.by_origin == {"JUDGIT!": 3}


def test_nothing_is_visible_before_commit_and_nothing_left_without(data: Path) -> None:
    with new_generation(data) as generation:
        generation.add(sheet("0004"))
        generation.finish_corpus()
        with open_corpus(data) as corpus:
            assert len(corpus.infos()) == 3
        with generation.open() as draft:
            assert [i.number for i in draft.infos()] == ["0004"]
    assert sorted(p.name for p in (data / "generations").iterdir()) == ["000001"]


def test_numbers_stay_with_their_sheets(data: Path) -> None:
    with open_corpus(data) as old:
        with new_generation(data) as generation:
            assert generation.previous is not None
            generation.keep_from(generation.previous)
            assert generation.remove("2020/架空省/0002")
            assert not generation.remove("2020/架空省/0002")
            generation.add(sheet("0003", executed="44", project="架空事業0003"))
            generation.add(sheet("0004"))
            generation.add(sheet("0005"))
            generation.finish_corpus()
            changes = generation.changes
            generation.commit()
        assert len(old.infos()) == 3, "an open corpus does not change"
        assert old.sheet("2020/架空省/0002") is not None
    assert (changes.added, changes.replaced, changes.removed) == ((3,), (1, 2), ())
    with open_corpus(data) as corpus:
        assert {i.number: i.no for i in corpus.infos()} == {"0001": 0, "0004": 1, "0003": 2, "0005": 3}
        assert corpus.facts("SELECT no, count(*) FROM cells GROUP BY no ORDER BY no") == [(n, 3) for n in range(4)]
        [(changed,)] = corpus.facts("SELECT amount_yen FROM cells WHERE no = 2 AND measure = '執行額'")
        assert changed == 44_000_000


def test_removed_numbers_are_told_and_leave_a_gap(data: Path) -> None:
    with new_generation(data) as generation:
        assert generation.previous is not None
        generation.keep_from(generation.previous, except_ids=["2020/架空省/0001"])
        generation.finish_corpus()
        assert generation.changes.removed == (0,)
        generation.commit()
    with open_corpus(data) as corpus:
        assert [i.no for i in corpus.infos()] == [1, 2]
        assert corpus.facts("SELECT DISTINCT no FROM payees ORDER BY no") == [(1,), (2,)]


def test_one_previous_generation_is_kept_and_older_ones_go(data: Path) -> None:
    for number in ("0007", "0008", "0009"):
        with new_generation(data) as generation:
            assert generation.previous is not None
            generation.keep_from(generation.previous)
            generation.add(sheet(number))
            generation.commit()
    assert sorted(p.name for p in (data / "generations").iterdir()) == ["000003", "000004"]
    assert (data / "CURRENT").read_text("ascii").split()[0] == "000004"


def test_a_second_writer_is_refused(data: Path) -> None:
    with writer_lock(data), pytest.raises(StoreBusy, match="ほかの取り込み"), new_generation(data):
        pass
    with new_generation(data):
        pass  # the lock is gone with its holder


def test_many_sheets_share_a_dictionary_and_keep_it(tmp_path: Path) -> None:
    with new_generation(tmp_path) as generation:
        for n in range(120):
            generation.add(sheet(f"{n:04}", project=f"架空事業第{n}号"))
        generation.commit()
    with new_generation(tmp_path) as generation:
        assert generation.previous is not None
        generation.keep_from(generation.previous)
        for n in range(120, 130):
            generation.add(sheet(f"{n:04}", project=f"架空事業第{n}号"))
        generation.commit()
    with open_corpus(tmp_path) as corpus:
        assert corpus.query("SELECT count(*) FROM dictionaries") == [(1,)]
        assert corpus.query("SELECT DISTINCT dictionary FROM blocks") == [(1,)]
        for info in corpus.infos():
            assert corpus.sheet_at(info.no) == sheet(info.number, project=f"架空事業第{int(info.number)}号")


def test_reading_from_many_threads(data: Path) -> None:
    failures: list[object] = []
    with open_corpus(data) as corpus:

        def read() -> None:
            for n in range(200):
                got = corpus.sheet_at(n % 3).number, corpus.facts("SELECT count(*) FROM cells WHERE no = ?", [n % 3])
                if got != (f"000{n % 3 + 1}", [(3,)]):
                    failures.append(got)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures


def test_facts_cannot_reach_outside_or_write(data: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    with open_corpus(data) as corpus:
        for sql in (
            f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')",
            f"COPY cells TO '{tmp_path / 'out.csv'}'",
            "DELETE FROM cells",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(Exception, match=r"(?i)disabled|read-only|locked|permission|not allowed|cannot"):
                corpus.facts(sql)
        with pytest.raises(sqlite3.OperationalError):
            corpus.query("DELETE FROM sheets")
    assert not (tmp_path / "out.csv").exists()


def test_a_query_without_end_is_stopped(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.store.reader._QUERY_SECONDS", 0.2)
    with open_corpus(data) as corpus:
        with pytest.raises(QueryTooLarge, match="絞って"):
            corpus.facts("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 1")
        monkeypatch.undo()
        assert corpus.facts("SELECT count(*) FROM cells") == [(9,)], "the next question is answered"
        with pytest.raises(QueryTooLarge, match="多すぎ"):
            corpus.facts("SELECT range FROM range(300000)")


class TestDamage:
    """Every stored byte is guarded: refused with the file's name and what to do, never a wrong answer."""

    @pytest.mark.parametrize("name", [schema.SHEETS_FILE, schema.BLOBS_FILE, schema.FACTS_FILE, "manifest.json"])
    def test_a_missing_or_cut_file_is_refused_on_opening(self, data: Path, name: str) -> None:
        path = data / "generations" / "000001" / name
        content = path.read_bytes()
        path.write_bytes(content[:-1])
        with pytest.raises(DamagedSnapshot, match=rf"{name}.*rsqa repair"):
            open_corpus(data)
        path.unlink()
        with pytest.raises(DamagedSnapshot, match=rf"{name}.*ありません"):
            open_corpus(data)

    @pytest.mark.parametrize(
        "name", [schema.SHEETS_FILE, schema.BLOBS_FILE, schema.FACTS_FILE, "manifest.json", "CURRENT"]
    )
    def test_a_flipped_bit_is_never_answered_from(self, data: Path, name: str) -> None:
        path = data / name if name == "CURRENT" else data / "generations" / "000001" / name
        content = path.read_bytes()
        with open_corpus(data) as corpus:
            wanted = self._everything(corpus)
        step = max(1, len(content) // 61)
        refused = 0
        for position in range(0, len(content), step):
            path.write_bytes(
                content[:position] + bytes([content[position] ^ 1 << position % 8]) + content[position + 1 :]
            )
            try:
                with open_corpus(data) as corpus:
                    assert self._everything(corpus) == wanted
            except (DamagedSnapshot, NoCorpus) as error:
                refused += 1
                assert "rsqa" in str(error)
        assert refused > 0 if name == "CURRENT" else refused == len(range(0, len(content), step))

    def test_files_of_two_generations_do_not_mix(self, data: Path) -> None:
        with new_generation(data) as generation:
            for number in ("0001", "0002", "0003"):
                generation.add(sheet(number, executed="99", project=f"架空事業{number}"))
            generation.commit()
        old, new = (data / "generations" / name for name in ("000001", "000002"))
        for name in (schema.SHEETS_FILE, schema.FACTS_FILE, schema.BLOBS_FILE, "manifest.json"):
            content = (new / name).read_bytes()
            (new / name).write_bytes((old / name).read_bytes())
            with pytest.raises(DamagedSnapshot), open_corpus(data) as corpus:
                self._everything(corpus)
            (new / name).write_bytes(content)

    def test_verify_reads_everything(self, data: Path) -> None:
        with open_corpus(data) as corpus:
            corpus.verify()
            path = corpus.path / schema.BLOBS_FILE
            content = bytearray(path.read_bytes())
            content[-1] ^= 1
            path.write_bytes(content)
            with pytest.raises(DamagedSnapshot, match=schema.BLOBS_FILE):
                corpus.verify()

    @pytest.mark.parametrize(("version", "advice"), [(0, "rsqa repair"), (99, "プログラムを新しく")])
    def test_another_format_version_is_refused_with_advice(
        self, data: Path, version: int, advice: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("corpus.store.snapshot.FORMAT_VERSION", version)
        with new_generation(data.parent / f"{data.name}-{version}") as generation:
            generation.add(sheet())
            generation.commit()
        monkeypatch.undo()
        with pytest.raises(WrongVersion, match=advice):
            open_corpus(data.parent / f"{data.name}-{version}")

    @staticmethod
    def _everything(corpus: object) -> object:
        from corpus.store.reader import Corpus

        assert isinstance(corpus, Corpus)
        return (
            [corpus.sheet_at(i.no) for i in corpus.infos()],
            corpus.facts("SELECT * FROM cells ORDER BY no, pos"),
            corpus.facts("SELECT * FROM payees ORDER BY no, pos"),
            corpus.facts("SELECT * FROM sheets ORDER BY no"),
            corpus.summary(),
        )


def test_the_manifest_names_every_file(data: Path) -> None:
    folder = data / "generations" / "000001"
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert set(manifest["files"]) == {p.name for p in folder.iterdir()} - {"manifest.json"}


def test_other_writers_files_are_guarded_too(data: Path) -> None:
    with new_generation(data) as generation:
        generation.add(sheet())
        generation.finish_corpus()
        (generation.path / "index").mkdir()
        (generation.path / "index" / "vectors.bin").write_bytes(b"\0" * 64)
        generation.commit()
    with open_corpus(data) as corpus:
        path = corpus.verified("index/vectors.bin")
        assert path.read_bytes() == b"\0" * 64
    path.write_bytes(b"\1" + b"\0" * 63)
    with open_corpus(data) as corpus, pytest.raises(DamagedSnapshot, match=r"vectors\.bin"):
        corpus.verified("index/vectors.bin")
