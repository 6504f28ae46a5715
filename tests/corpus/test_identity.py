"""Series over years: which sheets are one project, and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.identity import RELATED, Known, Reason, identify
from corpus.model import PastNumber
from corpus.store.reader import open_corpus
from tests.corpus.made import record, take_in, write_judgit


def known(no: int, year: int, name: str = "架空", number: str = "", key: str = "", ministry: str = "架空省",
          past: tuple[tuple[int, str, str], ...] = ()) -> Known:  # fmt: skip
    return Known(no, year, ministry, number or f"{no:04}", name, key, tuple(PastNumber(*p) for p in past))


def groups(*sheets: Known) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for no, series in identify(sheets).series.items():
        found.setdefault(series, []).append(no)
    return sorted(sorted(members) for members in found.values())


def reasons(*sheets: Known) -> list[tuple[int, int, Reason]]:
    return [(link.no, link.other, link.reason) for link in identify(sheets).links]


def test_the_publishers_id_joins_what_was_renamed() -> None:
    sheets = known(0, 2015, "旧", key="6"), known(1, 2016, "新", key="6"), known(2, 2016, "旧", key="7")
    assert groups(*sheets) == [[0, 1], [2]]
    assert reasons(*sheets) == [(1, 0, Reason.PROJECT_KEY)]


def test_a_past_number_joins_over_ministries() -> None:
    moved = known(1, 2023, "移管", ministry="新設庁", past=((2022, "架空省", "0000"),))
    assert groups(known(0, 2022, "移管前"), moved) == [[0, 1]]


def test_a_past_number_without_ministry_needs_to_be_unique() -> None:
    later = known(2, 2024, "新名", ministry="新設庁", past=((2023, "", "2023-架空-22-0001"),))
    first = known(0, 2023, "旧名", number="2023-架空-22-0001")
    second = known(1, 2023, "旧名", number="2023-架空-22-0001", ministry="別の省")
    assert groups(first, later) == [[0, 2]]
    assert groups(first, second, later) == [[0], [1], [2]]


def test_the_same_name_joins_only_within_a_ministry_and_when_it_is_one_project() -> None:
    assert groups(known(0, 2015), known(1, 2016), known(2, 2016, ministry="別の省")) == [[0, 1], [2]]
    assert groups(known(0, 2015), known(1, 2016), known(2, 2016), known(3, 2017)) == [[0], [1], [2], [3]]


def test_a_merger_carries_on_the_series_of_its_name() -> None:
    sheets = (
        known(0, 2018, "甲"), known(1, 2018, "乙"),
        known(2, 2019, "乙", past=((2018, "架空省", "0000"), (2018, "架空省", "0001"))),
    )  # fmt: skip
    assert groups(*sheets) == [[0], [1, 2]]
    assert reasons(*sheets) == [(2, 1, Reason.PAST_NUMBER), (2, 0, Reason.PAST_NUMBER_RELATED)]


def test_a_split_carries_on_the_series_of_its_name() -> None:
    sheets = known(0, 2018, "甲", key="1"), known(1, 2019, "乙", key="1"), known(2, 2019, "甲", key="1")
    assert groups(*sheets) == [[0, 2], [1]]
    assert (1, 0, Reason.PROJECT_KEY_RELATED) in reasons(*sheets)


def test_one_id_and_one_name_twice_in_a_year_is_one_project() -> None:
    assert groups(known(0, 2015, key="1"), known(1, 2015, key="1"), known(2, 2016, key="1")) == [[0, 1, 2]]


def test_a_past_number_of_the_same_or_a_later_year_says_nothing() -> None:
    assert groups(known(0, 2018, "甲"), known(1, 2018, "乙", past=((2018, "架空省", "0000"),))) == [[0], [1]]


sheets = st.lists(
    st.tuples(
        st.integers(2015, 2018),
        st.sampled_from("甲乙丙"),
        st.sampled_from(["", "1", "2"]),
        st.lists(st.tuples(st.integers(2015, 2018), st.just("架空省"), st.sampled_from(["0000", "0001", "0002"])), max_size=2),
    ),
    max_size=9,
).map(lambda rows: [known(no, year, name, "", key, past=tuple(past)) for no, (year, name, key, past) in enumerate(rows)])


@given(sheets)
def test_two_sheets_of_a_year_are_one_series_only_by_the_publishers_id(made: list[Known]) -> None:
    identity = identify(made)
    for a in made:
        assert identity.series[a.no] <= a.no
        for b in made:
            if a.no < b.no and a.sheet_year == b.sheet_year and identity.series[a.no] == identity.series[b.no]:
                assert a.project_key == b.project_key != ""
                assert a.name_key == b.name_key


@given(sheets, st.randoms())
def test_the_order_of_reading_does_not_matter(made: list[Known], random: object) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert identify(shuffled).series == identify(made).series


@given(sheets)
def test_every_joined_series_is_explained_by_its_links(made: list[Known]) -> None:
    identity = identify(made)
    joined = [link for link in identity.links if link.reason not in RELATED]
    assert len(joined) == len(made) - len(set(identity.series.values()))
    for link in joined:
        assert identity.series[link.no] == identity.series[link.other]


def test_series_are_stored_with_their_reasons(tmp_path: Path) -> None:
    lines = [
        record("0001", 2018, 事業ID=5), record("0009", 2019, 事業ID=5),
        record("0009", 2020, 関連する過去のレビューシート=[{"年度": 31, "府省庁": "架空省", "事業番号2": "0009"}]),
    ]  # fmt: skip
    take_in(tmp_path / "data", write_judgit(tmp_path / "a.ndjson", *lines))
    with open_corpus(tmp_path / "data") as corpus:
        assert {i.series for i in corpus.infos()} == {0}
        assert corpus.query("SELECT no, other, reason FROM links ORDER BY no") == [
            (1, 0, "公表元の事業ID"),
            (2, 1, "過去の事業番号"),
        ]


@pytest.mark.parametrize("year", [24, 2012])
def test_past_years_are_written_in_two_ways(year: int) -> None:
    from tests.corpus.test_judgit import one

    sheet = one(record(関連する過去のレビューシート=[{"年度": year, "府省庁": "架空省", "事業番号2": "0009"}]))
    assert sheet.past_numbers == (PastNumber(2012, "架空省", "0009"),)


def test_an_id_that_thousands_carry_identifies_nothing() -> None:
    sheets = [known(n, 2015 + n % 8, f"架空{n}", key="1") for n in range(8_000)]
    assert not reasons(*sheets)  # and takes no time: pairs of all years would be seven million
