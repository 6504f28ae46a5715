"""The names a sheet prints: of indicators, goals, items of the budget, payees."""

from __future__ import annotations

from corpus.fields import Measure
from corpus.model import Sheet, Table

_LABELS = (Measure.OUTCOME_INDICATOR, Measure.OUTPUT_INDICATOR, Measure.GOAL)
_TABLES = (Table.OUTCOME, Table.OUTPUT, Table.BUDGET_ITEMS, Table.UNIT_COST)


def labels_of(sheet: Sheet) -> list[tuple[str, Table, str]]:
    """Labels by which a question may name an item: (text, table, kind) of indicators, goals, budget items."""
    found: dict[tuple[str, Table, str], None] = {}
    for cell in sheet.cells:
        if cell.table is Table.BUDGET_ITEMS and cell.item:
            found[(cell.item, cell.table, "")] = None
        elif cell.measure in _LABELS and cell.raw.strip() and cell.table in _TABLES:
            found[(cell.raw, cell.table, cell.measure or "")] = None
    return list(found)


def payees_of(sheet: Sheet) -> tuple[str, ...]:
    """The names printed in the sheet's payee list, each once."""
    names = (c.raw for c in sheet.cells if c.measure == Measure.PAYEE_NAME and c.raw.strip())
    return tuple(dict.fromkeys(names))
