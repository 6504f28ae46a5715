"""The sample is what its data says, marked as fictional, and its gold answers stand in its cells."""

from __future__ import annotations

import functools
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from samples import sample_dir, sample_files
from samples.form import era, eras
from samples.make_samples import SampleError, all_sheets, budget_columns, check_items, projects

SHEET_FILES = {path.name: path for path in sample_files()}


@functools.cache
def cells(path: Path) -> dict[str, tuple[Any, str]]:
    """Value and number format of every filled cell."""
    book = openpyxl.load_workbook(path, read_only=True)
    return {c.coordinate: (c.value, c.number_format) for row in book.worksheets[0] for c in row if c.value is not None}


def sheet_xml(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return file.read("xl/worksheets/sheet1.xml")


def questions() -> list[dict[str, Any]]:
    text = (sample_dir() / "questions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def file_of(sheet_id: str) -> Path:
    year, ministry, number = sheet_id.split("/")
    return SHEET_FILES[f"{era(int(year))}_{ministry}_{number}.xlsx"]


def test_committed_files_are_what_the_script_lays_out() -> None:
    laid_out = dict(all_sheets())
    assert laid_out.keys() == SHEET_FILES.keys()
    for name, content in laid_out.items():
        assert sheet_xml(content) == sheet_xml(SHEET_FILES[name].read_bytes()), f"{name}: run `make samples`"


def test_laying_out_twice_gives_the_same_bytes() -> None:
    assert next(all_sheets()) == next(all_sheets())


def test_enough_sheets_of_enough_kinds() -> None:
    found = projects(sample_dir() / "data")
    assert len(SHEET_FILES) >= 12
    assert sum(len(p["numbers"]) == 3 for p in found) >= 3
    assert any("特別会計" in p["account"] for p in found)
    assert any(len(p["outcome"]) >= 3 for p in found)
    assert any({q["block"] for q in p.get("payee", [])} >= {"A", "B", "C"} for p in found)
    assert any("payee" not in p for p in found), "one new project without execution"
    assert any(1 in q.get("bidders", {}).values() for p in found for q in p.get("payee", []))
    assert any("override" in p for p in found), "restated, or a 計 that does not add up"


@pytest.mark.parametrize("path", sample_files(), ids=lambda p: p.stem)
def test_every_sheet_is_marked_fictional(path: Path) -> None:
    texts = [str(value) for value, _ in cells(path).values()]
    assert "架空省" in texts
    assert any("架空の事業" in text for text in texts)


def test_corporate_numbers_cannot_be_real() -> None:
    """A real 法人番号 begins with 9 - (Σ Pn·Qn mod 9) over its other digits (法人番号の指定等に関する省令 第2条)."""
    numbers = {p["number"] for project in projects(sample_dir() / "data") for p in project.get("payee", []) if p["number"]}
    assert len(numbers) > 10
    for number in numbers:
        body = [int(d) for d in reversed(number[1:])]
        total = sum(digit * (1 if place % 2 == 0 else 2) for place, digit in enumerate(body))
        assert len(number) == 13
        assert int(number[0]) != 9 - total % 9, f"{number} could be a real company"


def test_a_breakdown_that_does_not_add_up_is_refused() -> None:
    project = next(p for p in projects(sample_dir() / "data") if "2019" in p["numbers"])
    broken = {**project, "items": {"2019": [["職員旅費", 1, 1]]}}
    with pytest.raises(SampleError, match="予算内訳の計"):
        check_items(broken, 2019, budget_columns(project, 2019))


def test_eras_are_abbreviated_within_an_era() -> None:
    assert eras(range(2017, 2022), True) == ["平成29年度", "30年度", "令和元年度", "2年度", "3年度"]
    assert eras([2018, 2019], False) == ["平成30年度", "令和元年度"]


def test_questions_are_many_and_of_every_status() -> None:
    found = questions()
    assert len(found) >= 40
    assert len({q["id"] for q in found}) == len(found)
    assert {q["gold"]["status"] for q in found} == {"answered", "not_recorded", "not_found"}


COMPUTED = {"derived", "many"}


@pytest.mark.parametrize("line", [q for q in questions() if q["gold"].get("sheet")], ids=lambda q: q["id"])
def test_gold_stands_in_its_sheet(line: dict[str, Any]) -> None:
    gold = line["gold"]
    printed = {shown(*cell) for cell in cells(file_of(gold["sheet"])).values()}
    if "text" in gold:
        assert any(gold["text"] in text for text in printed)
    if "value" in gold and line["category"] not in COMPUTED and "Bブロック" not in line["question"]:
        assert gold["value"] in printed


def shown(value: Any, number_format: str) -> str:
    """What a reader sees of a cell, without thousands commas and signs of percent."""
    if isinstance(value, int | float) and number_format == "0%":
        return f"{value * 100:.0f}"
    if isinstance(value, int | float) and number_format == "0.0%":
        return f"{value * 100:.1f}"
    return str(value)
