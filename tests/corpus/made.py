"""Sheets made up for tests of the store and the ingest (fictional ministry, fictional figures)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from corpus.fields import Field, Measure
from corpus.ingest import ingest
from corpus.ingest_model import Options, Report
from corpus.model import Cell, Kind, Origin, PastNumber, Scope, Section, Sheet, Table
from corpus.store.writer import new_generation

HERE = Options(workers=0)


def cell(
    measure: Measure, value: str, year: int | None = 2019, *, table: Table = Table.BUDGET, item: str = "",
    unit: str | None = "百万円", row: tuple[str, ...] = (), raw: str = "",
) -> Cell:  # fmt: skip
    return Cell(
        table, row or (str(measure),), f"{year}年度", measure, item, year, raw or value, Kind.NUMBER,
        Decimal(value), unit, f"line 1, /{measure}/{year}/{item}", Scope.TOTAL,
    )  # fmt: skip


def sheet(
    number: str = "0001", sheet_year: int = 2020, ministry: str = "架空省", project: str = "架空事業",
    executed: str = "43", **changes: Any,
) -> Sheet:  # fmt: skip
    cells = (
        cell(Measure.INITIAL, "50"),
        cell(Measure.EXECUTED, executed),
        Cell(
            Table.PAYEES,
            ("A", "1"),
            "支出先",
            Measure.PAYEE_NAME,
            "A/1",
            2019,
            "架空商事㈱",
            Kind.TEXT,
            None,
            None,
            "x",
        ),
        Cell(
            Table.PAYEES, ("A", "1"), "法人番号", Measure.CORPORATE_NUMBER, "A/1", 2019, "", Kind.BLANK, None, None, "y"
        ),
        cell(Measure.PAYEE_AMOUNT, "12.345678", table=Table.PAYEES, item="A/1", row=("A", "1")),
    )
    sections = (
        Section(Field.PURPOSE, "事業の目的", f"{project}の目的", "line 1, /目的"),
        Section(Field.BUREAU, "担当部局庁", "架空局", "line 1, /局"),
        Section(Field.ACCOUNT, "会計区分", "一般会計", "line 1, /会計/0"),
        Section(Field.ACCOUNT, "会計区分", "架空特別会計", "line 1, /会計/1"),
    )
    given: dict[str, Any] = {
        "sheet_year": sheet_year, "ministry": ministry, "number": number, "project": project,
        "origin": Origin.JUDGIT, "file": "made.ndjson", "place": "line 1", "cells": cells, "sections": sections,
        "past_numbers": (PastNumber(2019, ministry, number),), "project_key": "",
    }  # fmt: skip
    return Sheet(**(given | changes))


def record(number: str = "0001", sheet_year: int = 2020, executed: float = 43.0, **changes: Any) -> dict[str, Any]:
    """A line of JUDGIT! data about a fictional project."""
    budget = [
        {"年度": year, "当初予算": 50.0, "補正予算": 0.0, "前年度から繰越し": 0.0, "翌年度へ繰越し": 0.0, "予備費等": 0.0,
         "予算計": 50.0, **({"執行額": executed} if year < sheet_year else {})}
        for year in range(sheet_year - 3, sheet_year + 1)
    ] + [{"年度": sheet_year + 1, "要求額": 55.5}]  # fmt: skip
    payee = {
        "年度": sheet_year - 1,
        "グループ": "A",
        "番号": 1,
        "支出先名": "架空商事",
        "法人番号": None,
        "業務概要": "印刷",
        "支出額": 1.25,
    }
    return {
        "ID": 1, "事業ID": None, "公開年度": sheet_year, "事業名": f"架空事業{number}", "府省庁": "架空省", "事業番号": number,
        "事業番号1": None, "事業番号2": number, "開始年度": 2010, "終了年度": None, "会計区分": ["一般会計"],
        "担当部局庁": "架空局", "事業目的": "架空の目的", "事業概要": "", "予算": budget, "支出先": [payee], "アウトカム": [],
        "アウトプット": [], "関連する過去のレビューシート": [], "url": None,
    } | changes  # fmt: skip


def parts(made: Sheet) -> list[Cell | Section]:
    """Everything of a sheet that has a place."""
    return [*made.cells, *made.sections]


def printed(part: Cell | Section) -> str:
    return part.raw if isinstance(part, Cell) else part.text


def write_judgit(path: Path, *records: dict[str, Any]) -> Path:
    lines = (json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in records)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def take_in(data: Path, *paths: Path, commit: bool = True, options: Options = HERE) -> Report:
    """Ingest paths and commit."""
    with new_generation(data) as generation:
        report = ingest(paths, generation, options=options)
        if commit:
            generation.commit()
    return report
