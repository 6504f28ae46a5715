"""Drawing a form: every visible position once, hidden ones gone, places as the cells' locators."""

from __future__ import annotations

from collections import Counter

from corpus.form.layout import xlsx_layout
from corpus.readers.source import InputFile
from tests.corpus.fixtures.lay_out import to_xlsx
from tests.corpus.fixtures.make_forms import form_2015, workbook_2018
from tests.corpus.forms import read


def test_every_visible_position_is_drawn_once() -> None:
    form = form_2015()
    layout = xlsx_layout(InputFile("a.xlsx", to_xlsx([form])))
    assert layout is not None
    positions = Counter(
        (r, c)
        for cell in layout.cells
        for r in range(cell.row, cell.row + cell.row_span)
        for c in range(cell.col, cell.col + cell.col_span)
    )
    assert set(positions.values()) == {1}
    assert len(positions) == len(layout.widths) * len(layout.heights)
    assert len(layout.widths) == 50
    assert len(layout.heights) == form.row - len(form.hidden_rows)
    assert not any("予備計算" in cell.text for cell in layout.cells)


def test_cells_of_the_sheet_are_found_by_their_locators() -> None:
    data = workbook_2018()
    (first, _), _ = read("a.xlsx", data)
    drawn = {}
    for place in (first.place, "別紙1"):
        layout = xlsx_layout(InputFile("a.xlsx", data), place)
        assert layout is not None and layout.name == place
        drawn.update({cell.locator: cell.text for cell in layout.cells})
    assert [c.locator for c in first.cells if drawn.get(c.locator) != c.raw] == []


def test_a_worksheet_that_is_not_there_is_none() -> None:
    assert xlsx_layout(InputFile("a.xlsx", workbook_2018()), "ない") is None
