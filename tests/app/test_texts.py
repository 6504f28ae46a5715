"""Figures come out as written; other notations stand beside them and are hidden by style."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.test_markup import parsed
from ui.prose import cite, prose
from ui.texts import amount, figure, marked, short_money, with_years, year


def shown(markup: str) -> str:
    """What a reader sees with the default notations."""
    visible = re.sub(r'<span class="u u-[moy]">.*?</span>', "", markup)
    return parsed(visible).text


def test_money_in_every_unit() -> None:
    markup = figure("3209", "百万円")
    assert shown(markup) == "3,209百万円"
    assert "3,209,000,000円" in markup
    assert "約32.09億円" not in markup
    assert "32.09億円" in markup


def test_a_rounded_conversion_says_about() -> None:
    assert "約0.04億円" in figure("3.7", "百万円")


@pytest.mark.parametrize(
    ("value", "unit", "text"), [("94", "%", "94%"), ("-12", "百万円", "▲12百万円"), ("0.5", None, "0.5"), ("7", "件", "7件")]
)
def test_other_figures(value: str, unit: str | None, text: str) -> None:
    assert shown(figure(value, unit)) == text


def test_years_are_switchable_and_complete() -> None:
    assert parsed(year(2019)).text == "令和元（2019）年度"
    markup = with_years("平成30（2018）年度と<b>令和2（2020）年度")
    assert parsed(markup).text == "平成30（2018）年度と<b>令和2（2020）年度"
    assert markup.count('class="fy"') == 2


def test_amounts_in_the_unit_of_the_form_when_exact() -> None:
    assert shown(amount(Decimal("336000000"))) == "336百万円"
    assert shown(amount(Decimal("432953000"))) == "432,953,000円"


@pytest.mark.parametrize(
    ("yen", "text"), [("3209000000", "32.1億円"), ("1500000000000", "1.5兆円"), ("43000000", "4,300万円"), ("5000", "5,000円"), ("0", "0円")]
)
def test_short_amounts(yen: str, text: str) -> None:
    assert short_money(Decimal(yen)) == text


def test_marks() -> None:
    assert marked("防災と<防災>", ((0, 2), (4, 6), (5, 6))) == "<mark>防災</mark>と&lt;<mark>防災</mark>&gt;"


TRAPS = ["1~2億円、3~4億円", "*強調*と**", "$x$と$y$", "_下線_", "~~消し~~", "`コード`", "# 見出し", "<script>alert(1)</script>", "![a](b)", "&amp;"]


@pytest.mark.parametrize("text", TRAPS)
def test_nothing_inside_a_line_is_markup(text: str) -> None:
    """The traps of chat Markdown: strikethrough, emphasis, mathematics, images."""
    found = parsed(prose(text))
    assert found.text == text
    assert found.names == ["p"]


@given(st.text(st.characters(exclude_characters="|-・>[]*.．\n\r", exclude_categories=["Cc", "Cs", "Cf"]), min_size=1).filter(str.strip))
def test_any_line_comes_out_as_written(text: str) -> None:
    assert parsed(prose(text)).text == text


def test_structures() -> None:
    text = "答えは43百万円[1]です。\n\n- 一つ\n- 二つ[2]\n\n> 1~2億円\n> 続き\n\n| 年度 | 額 |\n|---|---|\n| 元 | 4\\|3 |"
    found = parsed(prose(text, 2))
    assert found.names.count("li") == 2
    assert found.names.count("button") == 2
    assert found.names.count("td") == 2
    assert "4|3" in found.text
    assert "1~2億円" in found.text


def test_marks_beyond_the_citations_stay_text() -> None:
    found = parsed(prose("[3]と[0]と[1]", 2))
    assert found.names.count("button") == 1
    assert found.text == "[3]と[0]と1"


def test_chips_have_a_name_for_those_who_do_not_see() -> None:
    assert 'aria-label="根拠1をシートで見る"' in cite(0)
