"""計 and 不用額 in the definition of each form (the figures of domain.md)."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from corpus.fields import Field, Measure
from corpus.figures.definitions import deducted_for_unused, same_basis
from corpus.model import Origin, Sheet
from qa.engine import Engine
from qa.model import Status
from tests.qa.sheets import budget, sheet, stored


def _sheet(year: int, name: str, origin: Origin, number: str, total: str, carried: str, used: str) -> Sheet:
    cells = [
        *budget(Measure.BUDGET_TOTAL, {2022: total}),
        *budget(Measure.CARRIED_OUT, {2022: carried}),
        *budget(Measure.EXECUTED, {2022: used}),
    ]
    made = sheet(year, cells, [(Field.PROJECT, name)], project=name, number=number, ministry="架空省")
    return dataclasses.replace(made, origin=origin)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = tmp_path_factory.mktemp("data")
    sheets = (
        _sheet(2023, "灯台の塗り替え事業", Origin.JUDGIT, "0001", "100", "-30", "60"),
        _sheet(2024, "灯台の塗り替え事業", Origin.RS_CSV, "1", "130", "30", "60"),
        _sheet(2024, "海図の印刷事業", Origin.RS_CSV, "2", "100", "60", "50"),
    )
    return Engine(stored(folder, sheets))


@pytest.mark.parametrize("sheet_year", [2023, 2024])
def test_the_unused_balance_is_the_same_on_both_forms(engine: Engine, sheet_year: int) -> None:
    answer = engine.ask(f"灯台の塗り替え事業の令和4年度の不用額は？{sheet_year}年度シート")
    assert answer.results[0].value == "40"
    assert len(answer.results[0].citations) == (3 if sheet_year == 2024 else 2)


def test_a_negative_balance_is_no_figure(engine: Engine) -> None:
    answer = engine.ask("海図の印刷事業の令和4年度の不用額は")
    assert answer.status is Status.NOT_RECORDED
    assert "負" in answer.answer


def test_a_difference_of_definition_is_no_conflict(engine: Engine) -> None:
    answer = engine.ask("灯台の塗り替え事業の令和4年度の予算計は")
    assert answer.status is Status.ANSWERED, answer.answer
    assert answer.results[0].value == "130"
    assert any("定義が異なる" in note for note in answer.notes)
    assert not any("シートにより異なります" in note for note in answer.notes)


def test_the_definitions_are_data() -> None:
    assert deducted_for_unused(Origin.RS_CSV) == (Measure.CARRIED_OUT, Measure.EXECUTED)
    assert deducted_for_unused(Origin.JUDGIT) == (Measure.EXECUTED,)
    assert not same_basis(Measure.BUDGET_TOTAL, Origin.RS_CSV, Origin.FORM_XLSX)
    assert same_basis(Measure.EXECUTED, Origin.RS_CSV, Origin.FORM_XLSX)
