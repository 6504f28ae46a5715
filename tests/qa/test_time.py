"""Years of a question: notations, ranges and lists, and the sheet's year told from the figures' years."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.years import era_year
from qa.understand.spans import Board
from qa.understand.text import read_question
from qa.understand.time import Form, Resolved, Years, read_relative_years, read_years


def read(text: str) -> tuple[Years, Resolved]:
    board = Board(read_question(text).text)
    years = read_relative_years(board, read_years(board))
    return years, years.resolve(newest=2024)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("平成30年度の執行額", [2018]),
        ("H30の執行額", [2018]),
        ("Ｈ３０年度の執行額", [2018]),
        ("平成三十年度の執行額", [2018]),
        ("30年度の執行額", [2018]),
        ("'20年度の執行額", [2020]),
        ("FY2020の執行額", [2020]),
        ("二〇二〇年度の執行額", [2020]),
        ("2020年度の執行額", [2020]),
        ("R2の執行額", [2020]),
        ("令和元年度の執行額", [2019]),
        ("平成31年度の執行額", [2019]),
        ("元年度の執行額", [2019]),
        ("2年度の執行額", [2020]),
        ("15年度の執行額", [2003]),
        ("平成29年度から令和元年度までの合計", [2017, 2018, 2019]),
        ("H28〜H30の3か年で", [2016, 2017, 2018]),
        ("2013～2015年度の合計", [2013, 2014, 2015]),
        ("令和3→4年度の伸び", [2021, 2022]),
        ("27→28年度の増減", [2015, 2016]),
        ("平成30・令和元・令和2年度の当初予算", [2018, 2019, 2020]),
        ("25年度・26年度・27年度を足すと", [2013, 2014, 2015]),
        ("2021、2022、2023各年度を足す", [2021, 2022, 2023]),
        ("3年度比の4年度", [2021, 2022]),
    ],
)
def test_notations(text: str, expected: list[int]) -> None:
    assert list(read(text)[1].spread) == expected


@pytest.mark.parametrize(
    ("text", "sheet", "fiscal"),
    [
        ("2020年度シートで2018年度の執行額", 2020, [2018]),
        ("平成27年度の執行額を、H28のシートベースで", 2016, [2015]),
        ("R元年度のシートで、H30年度の予算計", 2019, [2018]),
        ("27年度当初予算を平成28年度のレビューシートから", 2016, [2015]),
        ("RS2024のシートで令和4年度", 2024, [2022]),
        ("令和4年度の額を2024シートから", 2024, [2022]),
        ("2021年度公開のシートで令和元年度", 2021, [2019]),
        ("外務省が令和2年度に出した行政事業レビューシート", 2020, []),
        ("H29年度の当初予算を同年度シートで", 2017, [2017]),
        ("年度は令和5、シートも令和5年度のもの", 2023, [2023]),
        ("29年度シートで28年度の執行率", 2017, [2016]),
        ("シート（令和3年度）の2年度の執行額", 2021, [2020]),
    ],
)
def test_sheet_year_and_fiscal_year(text: str, sheet: int, fiscal: list[int]) -> None:
    found = read(text)[1]
    assert (found.sheet_year, list(found.spread)) == (sheet, fiscal)


@pytest.mark.parametrize("text", ["1年でどれだけ増えた", "第2四半期", "3人に支払", "H3ロケットの開発", "100年人生", "2.5倍"])
def test_numbers_that_are_no_years(text: str) -> None:
    years, found = read(text)
    assert found.spread == ()
    assert years.sheet is None


@pytest.mark.parametrize(
    ("text", "words"),
    [("昨年度の執行額", ["昨年度"]), ("その翌年度の当初予算", ["翌年度"]), ("前年度（平成26年度）の執行率", [])],
)
def test_relative_years(text: str, words: list[str]) -> None:
    assert [r.word for r in read(text)[0].relative] == words


@pytest.mark.parametrize(("text", "count"), [("過去3年間の推移", 3), ("直近5年の執行額", 5), ("この3か年の合計", 3), ("ここ数年の動き", 3)])
def test_recent_years(text: str, count: int) -> None:
    assert read(text)[0].recent == count


def test_range_and_list_are_told_apart() -> None:
    assert read("平成27年度から28年度")[1].mentions[0][0] is Form.RANGE
    assert read("平成27年度と28年度")[1].mentions[0][0] is Form.LIST


@settings(deadline=None)  # the first call builds the tables; a busy machine is no failure
@given(st.integers(1995, 2026), st.sampled_from(["{era}年度", "{west}年度", "FY{west}", "{letter}年度"]))
def test_every_year_is_read_back(year: int, form: str) -> None:
    era = era_year(year)
    letter = ("R" if era.startswith("令和") else "H") + era[2:]
    text = form.format(era=era, west=year, letter=letter)
    assert read(f"架空事業の{text}の執行額は")[1].spread == (year,)


@settings(deadline=None)  # the first call builds the tables; a busy machine is no failure
@given(st.integers(2012, 2025), st.integers(2014, 2024))
def test_abbreviated_years_follow_the_sheet(year: int, sheet: int) -> None:
    number = year - 2018 if year >= 2019 else year - 1988
    found = read(f"{sheet}年度シートで{number}年度の執行額")[1]
    assert found.sheet_year == sheet
    if abs(year - sheet) <= 5:
        assert found.spread == (year,)
