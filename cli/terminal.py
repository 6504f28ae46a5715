"""Plain tables and wrapped text for a terminal, counting a full-width character as two columns."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Sequence

_WIDE = ("W", "F")  # ambiguous ones (○, ▲, ─) take one column on today's terminals
_MINIMUM_COLUMN = 6


def screen_width() -> int:
    return max(60, min(shutil.get_terminal_size((100, 24)).columns, 160))


def width(text: str) -> int:
    """Columns the text takes on a Japanese terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in _WIDE else 1 for c in text)


def safe(text: str) -> str:
    """The text without control characters, which a sheet could use to command the terminal."""
    return "".join(c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") else " " for c in text)


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most ``columns``; Japanese may break anywhere, so characters are counted, not words."""
    lines: list[str] = []
    for paragraph in safe(text).split("\n"):
        line, used = "", 0
        for character in paragraph:
            size = width(character)
            if used + size > columns and line:
                lines.append(line)
                line, used = "", 0
            line, used = line + character, used + size
        lines.append(line)
    return lines


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    whole: Sequence[int] = (),
    indent: int = 0,
) -> str:
    """An aligned table; long cells are wrapped so that the whole fits the screen.

    ``numbers`` are the indices of right-aligned columns, ``whole`` those that are wrapped last.
    """
    grid = [[safe(cell) for cell in row] for row in (header, *rows)]
    sizes = _sizes(grid, screen_width() - indent, whole)
    lines: list[str] = []
    for number, row in enumerate(grid):
        cells = [wrap(cell, size) for cell, size in zip(row, sizes, strict=True)]
        for level in range(max(len(c) for c in cells)):
            parts = [
                _pad(cell[level] if level < len(cell) else "", size, right=index in numbers and number > 0)
                for index, (cell, size) in enumerate(zip(cells, sizes, strict=True))
            ]
            lines.append((" " * indent + "  ".join(parts)).rstrip())
        if number == 0:
            lines.append(" " * indent + "  ".join("─" * size for size in sizes))
    return "\n".join(lines)


def paragraph(label: str, text: str, indent: int = 2) -> str:
    """A label on its own line, the text indented below it."""
    body = wrap(text, screen_width() - indent)
    return "\n".join([safe(label), *(" " * indent + line for line in body)])


def _sizes(grid: Sequence[Sequence[str]], available: int, whole: Sequence[int]) -> list[int]:
    """Natural widths, the widest columns cut down first until everything fits, those of ``whole`` last."""
    sizes = [max(2, *(width(line) for row in grid for line in row[i].split("\n"))) for i in range(len(grid[0]))]
    room = available - 2 * (len(sizes) - 1)
    for group in ([i for i in range(len(sizes)) if i not in whole], range(len(sizes))):
        while sum(sizes) > room and group:
            widest = max(group, key=sizes.__getitem__)
            if sizes[widest] <= _MINIMUM_COLUMN:
                break
            sizes[widest] -= 1
    return sizes


def _pad(text: str, size: int, *, right: bool) -> str:
    space = " " * max(0, size - width(text))
    return space + text if right else text + space
