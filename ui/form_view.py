"""A sheet drawn as its official form: the printed grid of its workbook, merged cells and all.

Only for sheets read from a workbook that is still where it was, unchanged; else ``sheet_view`` sets
the tables up by itself.
"""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

from corpus.form.layout import Layout, LayoutCell, xlsx_layout
from corpus.model import CorpusError, Origin, Sheet
from corpus.readers.source import InputFile
from corpus.readers.walk import FoundFile, Limits, walk
from corpus.store.reader import Corpus
from ui.markup import Safe, join, tag
from ui.prose import plain

_MAX_CELLS = 20_000
_MAX_BYTES = 32 * 1024 * 1024  # a zip larger than this is not searched for one form
_LONG = 60


def render(corpus: Corpus, sheet: Sheet) -> Safe | None:
    """The form, or None when there is no printed grid to draw."""
    if sheet.origin is not Origin.FORM_XLSX:
        return None
    file = _source(corpus, sheet)
    if file is None:
        return None
    known = _places(sheet)
    drawn = []
    for name in dict.fromkeys(locator.rsplit("!", 1)[0] for locator in known):
        try:
            layout = xlsx_layout(file, name)
        except CorpusError:
            return None
        if layout is not None and len(layout.cells) <= _MAX_CELLS:
            drawn.append(_draw(layout, known))
    return join(drawn) if drawn else None


def _source(corpus: Corpus, sheet: Sheet) -> InputFile | None:
    """The workbook (perhaps inside a zip), if its content is the one that was read."""
    rows = corpus.query("SELECT source, digest FROM files WHERE name = ?", (sheet.file,))
    for source, digest in rows:
        path = Path(source)
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            continue
        for found in walk([path], Limits()):
            if isinstance(found, FoundFile) and hashlib.sha256(found.file.read()).hexdigest() == digest:
                return found.file
    return None


def _places(sheet: Sheet) -> dict[str, int | None]:
    """Locator → position of the cell in the sheet (None for a text)."""
    places: dict[str, int | None] = {section.locator: None for section in sheet.sections}
    places.update((cell.locator, number) for number, cell in enumerate(sheet.cells))
    return places


def _draw(layout: Layout, known: dict[str, int | None]) -> Safe:
    total = sum(layout.widths) or 1.0
    columns = [tag("col", width=f"{width / total * 100:.3f}%") for width in layout.widths]
    rows = []
    for number in range(len(layout.heights)):
        cells = [cell for cell in layout.cells if cell.row == number]
        rows.append(tag("tr", *(_cell(group, known) for group in _joined(cells, known))))
    table = tag("table", tag("colgroup", *columns), tag("tbody", *rows), class_="paper")
    label = f"様式「{layout.name}」"
    return tag("div", table, class_="scroll paper-box", tabindex=0, role="region", aria_label=label)


def _joined(cells: list[LayoutCell], known: dict[str, int | None]) -> list[list[LayoutCell]]:
    """Neighbouring empty cells of one row that mean nothing are drawn as one."""

    def filler(cell: LayoutCell) -> bool:
        return not cell.text and cell.row_span == 1 and cell.locator not in known

    groups: list[list[LayoutCell]] = []
    for empty, run in itertools.groupby(cells, filler):
        listed = list(run)
        if not empty:
            groups += [[cell] for cell in listed]
            continue
        for cell in listed:
            last = groups[-1][-1] if groups else None
            joins = last is not None and filler(last) and last.col + last.col_span == cell.col
            if joins:
                groups[-1].append(cell)
            else:
                groups.append([cell])
    return groups


def _cell(group: list[LayoutCell], known: dict[str, int | None]) -> Safe:
    first = group[0]
    across = sum(cell.col_span for cell in group)
    spans = {"colspan": across if across > 1 else None, "rowspan": first.row_span if first.row_span > 1 else None}
    if len(group) > 1 or (not first.text and first.locator not in known):
        return tag("td", class_="void", **spans)
    if first.locator not in known:
        return tag("td", plain(first.text), class_="label", **spans)
    long = " long" if len(first.text) > _LONG else ""
    place = {"data_at": first.locator, "data_pos": known[first.locator], "tabindex": -1}
    return tag("td", plain(first.text), class_=f"cell{long}", **spans, **place)
