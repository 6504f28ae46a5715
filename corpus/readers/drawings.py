"""Texts in the shapes of a worksheet: 資金の流れ is drawn as boxes, not written in cells (DrawingML)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

_SHEET: Final = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_TEXT: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


@dataclasses.dataclass(frozen=True, slots=True)
class ShapeText:
    """The text of one shape and the position its drawing is anchored at (from 0); ``number`` from 1."""

    row: int
    col: int
    number: int
    text: str


def shape_texts(root: ElementTree.Element) -> tuple[ShapeText, ...]:
    """Shapes with text in the order of the drawing. Raises ValueError for an anchor without a position."""
    found: list[ShapeText] = []
    for anchor in root:
        start = anchor.find(f"{_SHEET}from")
        if start is None:
            continue  # placed absolutely: over no cell in particular
        row, col = int(start.findtext(f"{_SHEET}row") or 0), int(start.findtext(f"{_SHEET}col") or 0)
        for shape in _shapes(anchor):
            text = "\n".join(_paragraphs(shape)).strip()
            if text:
                found.append(ShapeText(row, col, len(found) + 1, text))
    return tuple(found)


def _shapes(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Shapes inside groups too; of two renderings of one drawing the newer."""
    for child in element:
        if child.tag == f"{_SHEET}sp":
            yield child
        elif child.tag != _FALLBACK:
            yield from _shapes(child)


def _paragraphs(shape: ElementTree.Element) -> Iterator[str]:
    body = shape.find(f"{_SHEET}txBody")
    for paragraph in body.iter(f"{_TEXT}p") if body is not None else ():
        yield "".join(
            "\n" if part.tag == f"{_TEXT}br" else part.text or ""
            for part in paragraph.iter()
            if part.tag in (f"{_TEXT}t", f"{_TEXT}br")
        )
