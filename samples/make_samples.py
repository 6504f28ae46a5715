"""Lay out the sample's sheets from ``samples/data/*.toml``: ``python -m samples.make_samples [FOLDER]``.

The result is the same byte for byte with the same openpyxl: dates inside the files are fixed.
"""

from __future__ import annotations

import io
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from samples import form, payments, sample_dir
from samples.grid import Paper, Value

Project = Mapping[str, Any]

SHEET_NAME = "行政事業レビューシート"
_FIXED_DATE = (2021, 9, 1, 0, 0, 0)
_FIXED_STAMP = b"2021-09-01T00:00:00Z"


class SampleError(ValueError):
    """The sample's own data contradicts itself (a breakdown that does not add up to its budget)."""


def projects(data: Path) -> list[Project]:
    files = [p for p in sorted(data.glob("*.toml")) if p.name != "common.toml"]
    return [tomllib.loads(p.read_text(encoding="utf-8")) for p in files]


def budget_columns(project: Project, year: int) -> list[dict[str, Value]]:
    """The five columns of 予算額・執行額 as the sheet of ``year`` prints them.

    Of the sheet's own year only the initial budget and what was carried in are known; of the next only
    the request. ``override`` prints another figure in one sheet (restated, or not adding up).
    """
    by_year = {row[0]: dict(zip((*form.BUDGET_ROWS, "執行額"), row[1:], strict=True)) for row in project["budget"]}
    overrides = {(y, name): v for y, name, v in project.get("override", {}).get(str(year), [])}
    columns = []
    for fiscal_year in range(year - 3, year + 2):
        column: dict[str, Value] = dict.fromkeys((*form.BUDGET_ROWS, "計", "執行額", "執行率", "割合"), "-")
        column.update(by_year.get(fiscal_year, {}) if fiscal_year <= year else {})
        if fiscal_year == year:
            column.update({"補正予算": "-", "翌年度へ繰越し": "-", "予備費等": "-"})
        if fiscal_year > year:
            column["当初予算"] = project["request"][str(year)]
        if fiscal_year >= year:
            column.update({"執行額": None, "執行率": None, "割合": None})
        column.update({name: v for (y, name), v in overrides.items() if y == fiscal_year and name != "計"})
        columns.append(_with_totals(column, overrides.get((fiscal_year, "計"))))
    return columns


def _with_totals(column: dict[str, Value], printed_total: Value) -> dict[str, Value]:
    parts = [v for name in form.BUDGET_ROWS if isinstance(v := column[name], int | float)]
    if parts:
        column["計"] = sum(parts) if printed_total is None else printed_total
    executed = column["執行額"]
    if isinstance(executed, int | float):
        initial = sum(v for n in ("当初予算", "補正予算") if isinstance(v := column[n], int | float))
        column["執行率"] = _ratio(executed, column["計"])
        column["割合"] = _ratio(executed, initial)
    return column


def _ratio(part: float, whole: Value) -> Value:
    return round(part / whole, 2) if isinstance(whole, int | float) and whole else "-"


def check_items(project: Project, year: int, columns: list[dict[str, Value]]) -> None:
    """予算内訳 must add up to the budget it breaks down."""
    for index, column in ((1, columns[3]), (2, columns[4])):
        total = sum(v for item in project["items"][str(year)] if isinstance(v := item[index], int))
        if total != column["当初予算"]:
            raise SampleError(f"{project['project']} {year}: 予算内訳の計 {total} ≠ 当初予算 {column['当初予算']}")


def lay_out(project: Project, year: int, common: Mapping[str, Any]) -> bytes:
    """One sheet of one project as the bytes of an .xlsx file."""
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise SampleError("openpyxl made a workbook without a sheet")
    sheet.title = SHEET_NAME
    columns = budget_columns(project, year)
    check_items(project, year, columns)
    paper = Paper(sheet)
    form.head(paper, project, year, common["ministry"])
    form.budget(paper, columns, year)
    form.budget_items(paper, project["items"][str(year)], project["reason"][str(year)], year)
    form.outcomes(paper, project, year)
    form.outputs(paper, project, year)
    form.unit_cost(paper, project["unit_cost"], year)
    form.policy(paper, project, year)
    paper.next()
    form.checks(paper, common["check"], project, year)
    form.opinions(paper, project, year, common["remark"])
    form.past_numbers(paper, project, year)
    payments.flow(paper, project, year, common["ministry"])
    payments.expenses(paper, project, year)
    paper.next()
    payments.payees(paper, project, year)
    payments.commitments(paper, project, year)
    paper.finish()
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_dates(buffer.getvalue())


def _without_dates(content: bytes) -> bytes:
    """The same .xlsx with fixed dates, so that laying it out again changes nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _FIXED_STAMP, data)
            entry = zipfile.ZipInfo(name, _FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return out.getvalue()


def all_sheets() -> Iterator[tuple[str, bytes]]:
    """Every sample sheet as (file name, content)."""
    data = sample_dir() / "data"
    common = tomllib.loads((data / "common.toml").read_text(encoding="utf-8"))
    for project in projects(data):
        for key, number in project["numbers"].items():
            yield f"{form.era(int(key))}_{common['ministry']}_{number}.xlsx", lay_out(project, int(key), common)


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else sample_dir() / "sheets"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in all_sheets():
        (folder / name).write_bytes(content)
        print(folder.name + "/" + name)


if __name__ == "__main__":
    main(sys.argv[1:])
