"""Rows of payees over many sheets, read again from the facts."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from decimal import Decimal

from qa.formula import decimal
from qa.lock.cells import Store, sheets_of
from qa.lock.claims import Statement
from qa.model import AnswerTable

_PAYEES = "SELECT p.no, p.amount_yen, p.name, p.block FROM payees p WHERE p.sheet_year = ? AND p.no BETWEEN ? AND ?"
_OF_NAMES = " AND p.name IN (SELECT unnest(?))"
_FEW = 50

Row = tuple[str, str, str, Decimal | None, str, str]


def check_payee_rows(table: AnswerTable, head: Statement, store: Store, ministry: str | None) -> Iterator[str]:
    """Every row is a payee row of the store; of a payee counted or summed, none is missing in the ``ministry``.

    ``ministry`` is "" for all ministries, None when something else narrows the question.
    """
    rows = (*table.rows, *(row[:-1] for row in table.left_out))
    names = sorted({row[5] for row in rows})
    year = next((int(row[1]) for row in rows), 0)
    infos = {one.no: one for one in sheets_of(store, year)}
    own = [no for no, one in infos.items() if not ministry or one.ministry == ministry]
    params: list[object] = [year, min(own, default=0), max(own, default=0)]
    few = len(names) <= _FEW
    found = store.facts(_PAYEES + (_OF_NAMES if few else ""), [*params, names] if few else params)
    known: list[Row] = [(infos[no].sheet_id, infos[no].ministry, infos[no].project, *rest) for no, *rest in found]
    counted = collections.Counter(known)
    counted.subtract(_shown(row) for row in rows)
    if wrong := next((row for row, number in counted.items() if number < 0), None):
        yield f"row {wrong} is not in the store"
        return
    if head.say not in ("many payee count", "many payee sum"):
        return
    if any("".join(row[5].split()) != head.named("name") for row in table.rows):
        yield f"rows of other payees than {head.named('name')}"
    if ministry is not None:
        listed = [row for row in known if not ministry or row[1] == ministry]
        summed = head.say == "many payee sum"
        missing = {row[0] for row in listed if not summed or row[3] is not None} - {row[0] for row in rows}
        if missing or (summed and len(rows) != sum(row[3] is not None for row in listed)):
            yield f"payee rows are missing, such as of {sorted(missing)[:1]}"


def _shown(row: tuple[str, ...]) -> Row:
    return row[0], row[2], row[3], decimal(row[4] or None), row[5], row[6]
