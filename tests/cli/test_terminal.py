"""Tables on a Japanese terminal line up, fit the screen, and cannot command the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import terminal


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("執行額", 6), ("ｱｲｳ", 3), ("か\u3099", 2), ("", 0), ("▲5", 2)])
def test_width_counts_full_width_as_two(text: str, columns: int) -> None:
    assert terminal.width(text) == columns


@given(st.text(max_size=200), st.integers(min_value=2, max_value=80))
def test_wrapped_lines_fit_and_keep_every_character(text: str, columns: int) -> None:
    lines = terminal.wrap(text, columns)
    assert all(terminal.width(line) <= columns for line in lines)
    assert "".join(lines) == terminal.safe(text).replace("\n", "")


def test_columns_line_up_and_numbers_stand_right() -> None:
    text = terminal.table(("", "平成30年度", "令和元年度"), [("当初予算", "47", "1,099"), ("執行額", "15", "43")], numbers=(1, 2))
    assert text.splitlines() == [
        "          平成30年度  令和元年度",
        "────────  ──────────  ──────────",
        "当初予算          47       1,099",
        "執行額            15          43",
    ]


def test_a_wide_table_is_wrapped_to_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    text = terminal.table(("項目", "説明"), [("目的", "長い文章" * 40)])
    assert all(terminal.width(line) <= 60 for line in text.splitlines())
    assert text.count("長い文章") + text.count("長い文\n") >= 1


def test_escape_sequences_of_a_sheet_do_nothing() -> None:
    assert "\x1b" not in terminal.table(("見出し",), [("\x1b[2J消す\x07",)])
    assert terminal.safe("a\u202eb\x00c") == "a b c"
