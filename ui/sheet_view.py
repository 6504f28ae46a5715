"""One sheet as the form shows it: its tables in their grid, label cells merged, its texts beside.

Where the source file is a form, ``corpus.form.layout`` knows the printed grid and that is drawn
(see ``form_view``).  JUDGIT! and the RSシステム publish no grid: there the tables of the form are set
up from row paths and columns.  Either way every cell carries its locator, so that a citation finds it.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Sequence

from corpus.fields import Measure
from corpus.model import FORM_ORDER, Cell, Kind, Section, Sheet, Table
from ui.markup import Safe, join, tag
from ui.prose import plain
from ui.texts import year

_SHORT_TEXT = 40
_CODE = re.compile(r"[0-9-]{6,16}")  # 法人番号 and the like: never broken over lines
_KIND_NOTES = {
    Kind.BLANK: "空欄（記入なし）",
    Kind.DASH: "「-」は該当なし",
    Kind.PENDING: "未執行（その年度の執行額はまだ確定していません）",
}


@dataclasses.dataclass(frozen=True, slots=True)
class SheetLink:
    """Another year of the same project."""

    sheet_id: str
    sheet_year: int


def render(sheet: Sheet, years: Sequence[SheetLink] = (), form: Safe | None = None) -> Safe:
    """The sheet with its heading; ``form`` is the printed grid when the source has one."""
    tables = join(_flow(sheet), _texts(sheet.sections), _tables(sheet))
    if form is None:
        return tag("article", _heading(sheet, years), tables, class_="sheet", data_sheet=sheet.sheet_id)
    switch = tag(
        "div",
        tag("button", "様式どおり", type="button", class_="tool", data_look="form", aria_pressed="true"),
        tag("button", "読みやすい表", type="button", class_="tool", data_look="tables", aria_pressed="false"),
        class_="look-switch",
        role="group",
        aria_label="シートの見せ方",
    )
    looks = (
        tag("div", form, class_="look", data_look="form"),
        tag("div", tables, class_="look", data_look="tables", hidden=True),
    )
    return tag("article", _heading(sheet, years), switch, *looks, class_="sheet", data_sheet=sheet.sheet_id)


def _heading(sheet: Sheet, years: Sequence[SheetLink]) -> Safe:
    place = sheet.file + (f"（{sheet.place}）" if sheet.place else "")
    options = [
        tag("option", f"{link.sheet_year}年度シート", value=link.sheet_id, selected=link.sheet_id == sheet.sheet_id)
        for link in years
    ]
    switch = None
    if len(options) > 1:
        chooser = tag("select", *options, class_="sheet-year-switch")
        switch = tag("label", tag("span", "年度を替える", class_="sr"), chooser)
    return tag(
        "header",
        tag("h2", sheet.project, class_="sheet-title"),
        tag("p", sheet.ministry, "　", year(sheet.sheet_year), "行政事業レビューシート　", f"事業番号 {sheet.number}"),
        tag("p", f"出典 {sheet.origin}　", place, class_="dim place"),
        tag(
            "div",
            switch,
            tag("button", "この事業について質問", type="button", class_="tool ask-about", data_project=sheet.project),
            tag("button", "概要資料を作る", type="button", class_="tool brief-of"),
            tag("button", "比べるに加える", type="button", class_="tool compare-add"),
            tag("button", "リンクをコピー", type="button", class_="tool copy-sheet-link"),
            tag("button", "印刷", type="button", class_="tool print-sheet"),
            class_="sheet-tools",
        ),
        class_="sheet-head",
    )


# ---- flow of funds --------------------------------------------------------------------------------


def _flow(sheet: Sheet) -> Safe | None:
    """Ministry → payee blocks, each with its first payee and how many there are. Nothing is added up."""
    blocks: dict[str, list[str]] = {}
    for cell in sheet.cells:
        if cell.table is Table.PAYEES and cell.measure == Measure.PAYEE_NAME and cell.raw.strip():
            blocks.setdefault(cell.item.split("/")[0], []).append(" ".join(cell.raw.split()))
    if not blocks:
        return None
    items = []
    for block, names in blocks.items():
        more = f" ほか{len(names) - 1}者" if len(names) > 1 else ""
        items.append(tag("li", tag("span", f"{block}　" if block else "", names[0], more, class_="flow-box")))
    body = tag("div", tag("span", sheet.ministry, class_="flow-box"), tag("ul", *items), class_="flow")
    return tag("details", tag("summary", "資金の流れ（支出先のまとまり）"), body, class_="chart-fold")


# ---- texts ----------------------------------------------------------------------------------------


def _texts(sections: Sequence[Section]) -> Safe | None:
    if not sections:
        return None
    groups = []
    for table, group in itertools.groupby(sorted(sections, key=lambda s: FORM_ORDER[s.table]), lambda s: s.table):
        rows = [_text_row(name, list(same)) for name, same in _by_name(group)]
        caption = tag("h3", str(table), class_="table-name")
        groups.append(tag("section", caption, tag("dl", *rows, class_="texts")))
    return join(groups)


def _by_name(sections: Iterable[Section]) -> list[tuple[str, list[Section]]]:
    found: dict[str, list[Section]] = {}
    for section in sections:
        found.setdefault(section.label or section.name, []).append(section)
    return list(found.items())


def _text_row(name: str, sections: list[Section]) -> Safe:
    texts = [
        tag("div", plain(s.text), class_="cell", data_at=s.locator, data_field=s.name, tabindex=-1) for s in sections
    ]
    short = sum(len(s.text) for s in sections) <= _SHORT_TEXT
    return tag("div", tag("dt", name), tag("dd", *texts), class_="text-row" + (" short" if short else ""))


# ---- tables ---------------------------------------------------------------------------------------


def _tables(sheet: Sheet) -> Safe:
    numbered = list(enumerate(sheet.cells))
    numbered.sort(key=lambda pair: FORM_ORDER[pair[1].table])
    parts = []
    for table, group in itertools.groupby(numbered, lambda pair: pair[1].table):
        cells = list(group)
        for block in _blocks(table, cells):
            parts.append(_grid(table, block))
    return join(parts)


_Numbered = tuple[int, Cell]
# one grid per indicator, per payee block
_GROUPED = frozenset(
    {
        Table.OUTCOME,
        Table.OUTPUT,
        Table.UNIT_COST,
        Table.POLICY,
        Table.ACTIVITY,
        Table.EFFECT_PATH,
        Table.PAYEES,
        Table.EXPENSES,
        Table.COMMITMENTS,
    }
)


def _blocks(table: Table, cells: list[_Numbered]) -> list[list[_Numbered]]:
    """The grids of one table: one per indicator or payee block where the form repeats it."""
    if table not in _GROUPED:
        return [cells]
    found: dict[str, list[_Numbered]] = {}
    for pair in cells:
        found.setdefault(pair[1].item.split("/")[0], []).append(pair)
    return list(found.values())


def _unit_caption(cells: Sequence[_Numbered]) -> str:
    units = {cell.unit for _, cell in cells if cell.value is not None}
    units.discard(None)
    units -= {"%"}
    return f"（単位: {units.pop()}）" if len(units) == 1 else ""


def _grid(table: Table, cells: list[_Numbered]) -> Safe:
    """Rows = label paths, columns = column labels, both in printed order."""
    rows: dict[tuple[tuple[str, ...], str], dict[str, list[_Numbered]]] = {}
    by_item = len({cell.item for _, cell in cells}) > 1
    for number, cell in cells:
        key = (cell.row, cell.item if by_item else "")
        rows.setdefault(key, {}).setdefault(cell.column, []).append((number, cell))
    columns = _columns(rows.values())
    depth = max((len(path) for path, _ in rows), default=1) or 1
    paths = [_padded(path, depth) for path, _ in rows]
    single_unit = bool(_unit_caption(cells))
    body = []
    for index, by_column in enumerate(rows.values()):
        labels = _label_cells(paths, index, depth)
        if set(by_column) == {""} and columns != [""]:
            values = [_value_cell(by_column[""], single_unit, across=max(1, len(columns)))]
        else:
            values = [_value_cell(by_column.get(column, []), single_unit) for column in columns]
        body.append(tag("tr", *labels, *values))
    head = tag("tr", tag("td", colspan=depth, class_="corner"), *(tag("th", c, scope="col") for c in columns))
    name = f"{table}{_unit_caption(cells)}"
    drawn = tag("table", tag("caption", name, class_="sr"), tag("thead", head), tag("tbody", *body), class_="form-grid")
    region = tag("div", drawn, class_="scroll", tabindex=0, role="region", aria_label=name)
    return tag("section", tag("h3", name, class_="table-name"), region)


def _columns(rows: Iterable[dict[str, list[_Numbered]]]) -> list[str]:
    """Column labels in printed order; the nameless one only where a row has it beside others."""
    listed = list(rows)
    names = list(dict.fromkeys(name for row in listed for name in row))
    beside = any("" in row and len(row) > 1 for row in listed)
    return names if beside or names == [""] else [name for name in names if name]


def _padded(path: tuple[str, ...], depth: int) -> tuple[str, ...]:
    return path + ("",) * (depth - len(path))


def _label_cells(paths: list[tuple[str, ...]], index: int, depth: int) -> list[Safe]:
    """The label cells that begin in this row: equal neighbours are merged downwards, as printed."""
    path = paths[index]
    drawn = []
    for level in range(depth):
        deeper = any(path[level + 1 :])
        if index and deeper and _joins(paths[index - 1], path, level):
            continue  # covered by the cell above
        down = 1
        if deeper:
            down = next((n for n, other in enumerate(paths[index:]) if not _joins(path, other, level)), len(paths) - index)
        across = 1 if deeper else depth - level
        scope = "rowgroup" if deeper else "row"
        rows, columns = down if down > 1 else None, across if across > 1 else None
        drawn.append(tag("th", path[level], scope=scope, rowspan=rows, colspan=columns))
        if not deeper:
            break
    return drawn


def _joins(one: tuple[str, ...], other: tuple[str, ...], level: int) -> bool:
    """Whether the label cells of two rows at ``level`` are one printed cell: same path, and both go deeper."""
    return one[: level + 1] == other[: level + 1] and any(one[level + 1 :]) and any(other[level + 1 :])


def _value_cell(found: list[_Numbered], single_unit: bool, across: int = 1) -> Safe:
    if not found:
        return tag("td", class_="no-cell")
    if len(found) == 1:
        number, cell = found[0]
        wide = across if across > 1 else None
        return tag("td", _printed(cell, single_unit), colspan=wide, **_cell_attributes(number, cell))
    inner = [tag("div", _printed(cell, single_unit), **_cell_attributes(number, cell)) for number, cell in found]
    return tag("td", *inner, colspan=across if across > 1 else None)


def _printed(cell: Cell, single_unit: bool) -> Safe:
    if cell.kind is Kind.BLANK:
        return tag("span", "（空欄）", class_="dim")
    unit = cell.unit if cell.kind is Kind.NUMBER and cell.unit else ""
    shows = unit and unit not in cell.raw and not single_unit
    return join(plain(cell.raw), tag("span", unit, class_="unit") if shows else None)


def _cell_attributes(number: int, cell: Cell) -> dict[str, str | int | None]:
    figure = cell.kind in (Kind.NUMBER, Kind.DASH, Kind.PENDING) or (cell.kind is Kind.BLANK and cell.fiscal_year)
    kind = "num" if figure else "txt code" if _CODE.fullmatch(cell.raw) else "txt"
    note = _KIND_NOTES.get(cell.kind)
    return {
        "class_": f"cell {kind}",
        "data_at": cell.locator,
        "data_pos": number,
        "tabindex": -1,
        "title": note,
    }
