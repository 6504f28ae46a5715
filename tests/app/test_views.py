"""Sheets, tables and charts as markup: every cell is there once, with its place and its printed text."""

from __future__ import annotations

import dataclasses
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from app import SAMPLES
from corpus.form.layout import xlsx_layout
from corpus.model import Cell, Kind, Origin, Section, Sheet, Table
from corpus.readers.source import InputFile
from corpus.readers.xlsx import read_xlsx
from corpus.store.reader import open_corpus
from tests.app.test_markup import parsed
from ui import charts, form_view, sheet_view
from ui.charts import Line
from ui.table_view import FullTable, Tables, page, to_csv

NASTY = '<script>alert(1)</script><img src=x onerror="alert(2)">&"\'\u202e'


def cell(**changes: object) -> Cell:
    made = Cell(Table.BUDGET, ("執行額",), "2019年度", "執行額", "", 2019, "43", Kind.NUMBER, Decimal(43), "百万円", "line 1, /a")
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def sheet(*cells: Cell, sections: tuple[Section, ...] = ()) -> Sheet:
    return Sheet(2020, "架空省", "0001", "見本事業", Origin.JUDGIT, "x.ndjson", "line 1", cells, sections)


def places(markup: str) -> Counter[str | None]:
    return Counter(value for name, value in parsed(markup).attributes if name == "data-at")


@pytest.fixture(scope="module")
def sample() -> Sheet:
    path = sorted(SAMPLES.glob("*令和3年度*0002.xlsx"))[0]
    return next(one for one in read_xlsx(InputFile(path.name, path=path)) if isinstance(one, Sheet))


def test_tables_hold_every_cell_once(sample: Sheet) -> None:
    wanted = Counter([c.locator for c in sample.cells] + [s.locator for s in sample.sections])
    assert places(sheet_view.render(sample)) == wanted


def test_the_form_holds_every_place_with_its_printed_text(sample: Sheet, sample_data: Path) -> None:
    with open_corpus(sample_data) as corpus:
        stored = corpus.sheet(sample.sheet_id)
        assert stored is not None
        drawn = form_view.render(corpus, stored)
    assert drawn is not None
    assert set(places(drawn)) == {c.locator for c in sample.cells} | {s.locator for s in sample.sections}
    layout = xlsx_layout(InputFile(sample.file, path=SAMPLES / sample.file))
    assert layout is not None
    shown = "".join(parsed(drawn).text.split())
    for one in layout.cells:
        assert "".join(one.text.split()) in shown


def test_a_changed_workbook_is_not_drawn(sample: Sheet, sample_data: Path, tmp_path: Path) -> None:
    with open_corpus(sample_data) as corpus:
        stored = corpus.sheet(sample.sheet_id)
        assert stored is not None
        other = dataclasses.replace(stored, file="nowhere.xlsx")
        assert form_view.render(corpus, other) is None


def test_nothing_written_in_a_sheet_becomes_markup() -> None:
    nasty = cell(row=(NASTY, NASTY), column=NASTY, raw=NASTY, kind=Kind.TEXT, value=None, unit=NASTY, locator=NASTY, item=NASTY)
    written = sheet(nasty, cell(table=Table.PAYEES, measure="支出先", item="A/1", raw=NASTY), sections=(Section(NASTY, NASTY, NASTY, NASTY),))
    written = dataclasses.replace(written, project=NASTY, ministry=NASTY, file=NASTY, place=NASTY, number=NASTY)
    found = parsed(sheet_view.render(written))
    assert not {"script", "img"} & set(found.names)
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in found.text


def test_labels_are_merged_as_printed() -> None:
    rows = [cell(row=("予算の状況", name), locator=f"l{i}") for i, name in enumerate(("当初予算", "補正予算", "計"))]
    markup = sheet_view.render(sheet(*rows, cell(locator="l9")))
    assert 'rowspan="3"' in markup
    assert markup.count(">予算の状況<") == 1
    assert '<th scope="row" colspan="2">執行額</th>' in markup


def test_a_path_and_its_parent_stay_apart() -> None:
    markup = sheet_view.render(sheet(cell(row=("目標最終年度", "目標値"), locator="a"), cell(row=("目標最終年度",), locator="b")))
    assert markup.count(">目標最終年度<") == 2
    assert "rowspan" not in markup


@pytest.mark.parametrize(("kind", "raw", "words"), [(Kind.BLANK, "", "（空欄）"), (Kind.DASH, "-", "-"), (Kind.NUMBER, "0", "0"), (Kind.PENDING, "0", "0")])
def test_blank_dash_and_zero_look_different(kind: Kind, raw: str, words: str) -> None:
    markup = sheet_view.render(sheet(cell(kind=kind, raw=raw, value=Decimal(0) if raw == "0" else None)))
    assert words in parsed(markup).text
    assert ("未執行" in markup) == (kind is Kind.PENDING)


# ---- charts --------------------------------------------------------------------------------------


def test_a_missing_year_is_a_gap_and_never_a_zero() -> None:
    drawn = charts.budget_chart([2018, 2019], Line("予算", (Decimal(100), Decimal(200))), Line("執行額", (Decimal(90), None)), "題")
    assert drawn.count('class="bar-executed"') == 2  # one year and the legend
    assert "2019年度 記載なし" in drawn
    assert 'role="img"' in drawn
    assert " style=" not in drawn


def test_lines_are_told_apart_without_colour() -> None:
    lines = [Line(name, (Decimal(1), Decimal(2))) for name in "ABC"]
    drawn = charts.line_chart(["2018", "2019"], lines, "題")
    assert len({part.split('"')[1] for part in drawn.split("stroke-dasharray=")[1:]}) == 2  # the first is solid
    assert "circle" in drawn
    assert "path" in drawn


def test_charts_of_nothing() -> None:
    assert "svg" in charts.bars([], [], "題")
    assert "svg" in charts.line_chart([], [], "題")
    assert "svg" in charts.sparkline([2019], [None], "予算")


# ---- long tables ----------------------------------------------------------------------------------

TABLE = FullTable(
    ("シート", "事業", "額（円）", "年度"),
    tuple((f"2020/架空省/{i:04d}", f"事業{i}", str(i * 1000), "2019") for i in range(120)),
    ("事業", "理由"),
    (("=1+1", "計が零"),),
)


def test_pages_are_cut_and_sorted_on_the_server() -> None:
    first = page(TABLE, "t", 0, -1, False, False)
    assert first.count("<tr>") == 51
    assert "1 / 3 ページ（全120件）" in first
    by_money = page(TABLE, "t", 0, 2, True, False)
    assert by_money.index("119,000") < by_money.index("118,000")
    assert "2,019" not in by_money
    assert page(TABLE, "t", 99, -1, False, False).count("<tr>") == 21
    assert "計が零" in page(TABLE, "t", 0, -1, False, True)


def test_csv_keeps_numbers_and_disarms_formulas() -> None:
    formulas = FullTable(("a", "b"), (("=1+1", "-5"), ("＝cmd", "+3"), ("@x", "1,234"), ("ふつう", "▲3")))
    text = to_csv(formulas, left_out=False).decode("utf-8-sig")
    assert text.splitlines()[1:] == ["'=1+1,-5", "'＝cmd,+3", '\'@x,"1,234"', "ふつう,▲3"]


def test_old_tables_are_forgotten() -> None:
    tables = Tables()
    first = tables.keep(TABLE)
    for _ in range(100):
        tables.keep(TABLE)
    assert tables.get(first) is None
