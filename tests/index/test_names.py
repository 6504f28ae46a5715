"""Names: found whole, in part and misspelt; made-up ones are told apart by what is left over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.names import NameIndex, fold_key

NAMES = [
    "農業振興事業",
    "地価公示",
    "サイバー攻撃対策の推進",
    "職務分析・職務評価普及事業",
    "職務分析・職務評価コンサルタント育成事業",
    "企業の脱炭素経営実践促進事業",
    "地域包括ケアに係る調査",
    "離島振興事業",
    "子供の貧困対策",
]


@pytest.fixture(scope="module")
def names() -> NameIndex:
    return NameIndex.build([*NAMES, "職務分析･職務評価普及事業"])


def test_spellings_of_one_name_are_one_entry(names: NameIndex) -> None:
    assert len(names) == len(NAMES)
    assert names.id_of("職務分析 職務評価 普及事業") == names.id_of("職務分析・職務評価普及事業") == 3
    assert names.id_of("農業") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("地価公示", "地価公示"),
        ("地価公示の令和2年度の執行額はいくらですか", "地価公示"),
        ("脱炭素経営実践", "企業の脱炭素経営実践促進事業"),
        ("職務分析、職務評価の普及事業", "職務分析・職務評価普及事業"),
        ("地域包括ケアにかかる調査", "地域包括ケアに係る調査"),
        ("サイバ攻撃対策推進", "サイバー攻撃対策の推進"),
        ("こどもの貧困対策", "子供の貧困対策"),
    ],
)
def test_a_noisy_piece_finds_its_name(names: NameIndex, text: str, expected: str) -> None:
    assert names.match(text, 3)[0].name == expected


def test_features_tell_a_made_up_name_from_the_real_one(names: NameIndex) -> None:
    real, made_up = names.match("農業振興事業")[0], names.match("火星農業振興事業")[0]
    assert real.exact and real.text_coverage == 1.0 and real.text_rest == ()
    assert made_up.name == "農業振興事業" and made_up.contained and not made_up.exact
    assert made_up.text_rest == ("火星",) and made_up.text_coverage < 1.0


def test_inside_and_contained(names: NameIndex) -> None:
    inside = names.match("脱炭素経営")[0]
    assert inside.inside and not inside.contained and inside.text_coverage == 1.0
    assert [m.name for m in names.contained("離島振興事業と地価公示を比べて")] == ["離島振興事業", "地価公示"]


def test_allowed_restricts(names: NameIndex) -> None:
    assert [m.name for m in names.match("振興事業", allowed=[7])] == ["離島振興事業"]


def test_saved_index_answers_alike(names: NameIndex, tmp_path: Path) -> None:
    names.save(tmp_path / "names")
    opened = NameIndex.open(tmp_path / "names")
    assert opened.match("職務分析の普及") == names.match("職務分析の普及")


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    index = NameIndex.build(NAMES)
    for match in index.match(text):
        assert 0.0 <= match.coverage <= 1.0 and 0.0 <= match.text_coverage <= 1.0


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "あ" * 100_000, "1" * 100_000, "、。"])
def test_hostile_texts(names: NameIndex, text: str) -> None:
    assert isinstance(names.match(text), list)


def test_empty_index() -> None:
    assert NameIndex.build([]).match("地価公示") == []


def test_fold_key_keeps_something() -> None:
    assert fold_key("の") == "の" and fold_key("サーバーの更新") == fold_key("サーバ更新")
