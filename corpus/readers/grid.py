"""Grid: the cells of a form with their merged ranges and the place each was read from.

Every format of the form (xlsx, tab-separated text, PDF) becomes a ``Grid``; the form parser sees
nothing else.  Rows and columns count from 0.  An *aligned* grid knows its columns (xlsx, PDF): a
cell is under a heading when their column ranges overlap.  A grid from text is not aligned: its
columns are only fields between tabs, and rows may be shifted.
"""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Callable, Iterable


@dataclasses.dataclass(frozen=True, slots=True)
class GridCell:
    """One printed cell: ``text`` as a reader of the document sees it, unchanged.

    ``value`` is what the file stores (a number behind ``94%``), None when that is the text itself.
    ``row_end`` and ``col_end`` are inclusive: a cell that is not merged ends where it starts.
    """

    row: int
    col: int
    row_end: int
    col_end: int
    text: str
    locator: str
    value: object = None
    hidden: bool = False

    @property
    def is_blank(self) -> bool:
        return not self.text or self.text.isspace()

    @property
    def middle(self) -> int:
        """The column in the middle: the safest one to look for what stands above or below."""
        return (self.col + self.col_end) // 2

    def overlaps(self, first_col: int, last_col: int) -> bool:
        return self.col <= last_col and self.col_end >= first_col


class Grid:
    """The visible cells of one worksheet, text or document, by row and by position.

    ``locate`` gives the locator of a position without a cell (xlsx: every position exists, blank);
    without it such a position has no cell at all.  Hidden cells are kept apart in ``hidden``, texts of
    shapes drawn over the cells in ``shapes``.
    """

    def __init__(
        self,
        place: str,
        cells: Iterable[GridCell],
        *,
        aligned: bool,
        locate: Callable[[int, int], str] | None = None,
        shapes: Iterable[GridCell] = (),
    ) -> None:
        ordered = sorted(cells, key=lambda cell: (cell.row, cell.col))
        self.place = place
        self.aligned = aligned
        self.shapes = tuple(sorted(shapes, key=lambda shape: (shape.row, shape.col)))
        self.cells = tuple(cell for cell in ordered if not cell.hidden)
        self.hidden = tuple(cell for cell in ordered if cell.hidden)
        self._locate = locate
        self._covering: dict[int, list[GridCell]] = {}
        for cell in self.cells:
            for row in range(cell.row, cell.row_end + 1):
                self._covering.setdefault(row, []).append(cell)
        for row_cells in self._covering.values():
            row_cells.sort(key=lambda cell: cell.col)
        self._columns = {row: [cell.col for cell in found] for row, found in self._covering.items()}
        self._rows = tuple(sorted({cell.row for cell in self.cells if not cell.is_blank}))
        self.n_rows = max((cell.row_end for cell in self.cells), default=-1) + 1
        self.n_cols = max((cell.col_end for cell in self.cells), default=-1) + 1

    def row(self, row: int) -> list[GridCell]:
        """Cells that cover ``row``, left to right, blank ones too."""
        return self._covering.get(row, [])

    def starting(self, row: int) -> list[GridCell]:
        """Cells with text whose first row is ``row``, left to right."""
        return [cell for cell in self._covering.get(row, ()) if cell.row == row and not cell.is_blank]

    def at(self, row: int, col: int) -> GridCell | None:
        """The cell that covers a position; a blank one is made where the file has none but the place exists."""
        cells = self._covering.get(row)
        if cells:
            index = bisect.bisect_right(self._columns[row], col) - 1
            # a tall cell may reach over a shorter one that starts later only in broken files
            if index >= 0 and cells[index].col_end >= col:
                return cells[index]
        if self._locate is None:
            return None
        return GridCell(row, col, row, col, "", self._locate(row, col))

    def rows(self) -> tuple[int, ...]:
        """Rows in which a cell with text starts, in order."""
        return self._rows

    def between(self, first: int, end: int) -> tuple[int, ...]:
        """The part of ``rows()`` in [first, end): what there is to read, however many blank rows lie between."""
        return self._rows[bisect.bisect_left(self._rows, first) : bisect.bisect_left(self._rows, end)]

    def part(self, first_row: int, last_row: int, place: str) -> Grid:
        """The grid of some of the rows (a document that holds several sheets); row numbers stay."""
        inside = (cell for cell in (*self.cells, *self.hidden) if first_row <= cell.row <= last_row)
        shapes = (shape for shape in self.shapes if first_row <= shape.row <= last_row)
        return Grid(place, inside, aligned=self.aligned, locate=self._locate, shapes=shapes)
