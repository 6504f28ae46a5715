"""The rows of 支出先上位10者リスト of one sheet, and which of them a named payee is."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from decimal import Decimal

from corpus.fields import Measure
from corpus.model import Cell, Kind, Table
from corpus.text import payee_key
from qa.answer.select import base_amount
from qa.answer.view import SheetView

_CORPORATE_NUMBER = re.compile(r"\d{13}")
_LEGAL_FORMS = re.compile(
    "株式会社|有限会社|合同会社|合資会社|合名会社|(一般|公益)?(社団|財団)法人|独立行政法人|国立研究開発法人|国立大学法人|"
    "学校法人|医療法人|社会福祉法人|特定非営利活動法人|地方独立行政法人|事業協同組合"
)
_MIN_CORE = 3
_MIN_SHARE = 0.7


@dataclasses.dataclass(frozen=True, slots=True)
class PayeeRow:
    """One row of the list: its block, its cells by measure, and the cells whose sum is its amount.

    An amount has one cell in the payee list, one per expense item where only 費目・使途 is published.
    """

    view: SheetView
    item: str
    cells: dict[str, Cell]
    amounts: tuple[Cell, ...] = ()

    @property
    def block(self) -> str:
        return self.item.partition("/")[0]

    @property
    def name(self) -> Cell | None:
        return self.cells.get(Measure.PAYEE_NAME)

    @property
    def base(self) -> Decimal:
        """The amount in base units (yen), for comparison; zero when the row has none."""
        return sum((base_amount(cell)[0] or Decimal(0) for cell in self.amounts), Decimal(0))

    @property
    def number(self) -> str:
        """法人番号, "" when the row has none."""
        cell = self.cells.get(Measure.CORPORATE_NUMBER)
        text = unicodedata.normalize("NFKC", cell.raw).strip() if cell is not None else ""
        return text if _CORPORATE_NUMBER.fullmatch(text) else ""

    @property
    def key(self) -> str:
        return payee_key(self.name.raw) if self.name is not None else ""


def payee_rows(view: SheetView, block: str = "") -> list[PayeeRow]:
    """The named rows of the list in the sheet's order, of one block when ``block`` is not empty.

    A sheet of very many blocks goes on with small letters: where it has both, the letter counts as typed.
    """
    rows = [row for row in _listed(view) or _from_expenses(view) if row.name is not None and row.name.kind is Kind.TEXT]
    wanted = block_key(block)
    if not wanted:
        return rows
    alike = [row for row in rows if block_key(row.block) == wanted]
    as_typed = unicodedata.normalize("NFKC", block).strip()
    return [row for row in alike if unicodedata.normalize("NFKC", row.block).strip() == as_typed] or alike


def _listed(view: SheetView) -> list[PayeeRow]:
    """The rows of the payee list itself."""
    rows = []
    for item, cells in view.items.get(Table.PAYEES, {}).items():
        by_measure = {cell.measure: cell for cell in reversed(cells) if cell.measure}
        amount = by_measure.get(Measure.PAYEE_AMOUNT)
        rows.append(PayeeRow(view, item, by_measure, _figures([amount] if amount else [])))
    return rows


def _from_expenses(view: SheetView) -> list[PayeeRow]:
    """RSシステム without 5-1: the payees named in 費目・使途, one row per block and payee."""
    found: dict[tuple[str, str], list[tuple[str, list[Cell]]]] = {}
    for item, cells in view.items.get(Table.EXPENSES, {}).items():
        name = next((cell.raw for cell in cells if cell.measure == Measure.PAYEE_NAME), "")
        if name:
            found.setdefault((item.partition("/")[0], name), []).append((item, cells))
    rows = []
    for entries in found.values():
        item, first = entries[0]
        amounts = [cell for _, cells in entries for cell in cells if cell.measure == Measure.EXPENSE_AMOUNT]
        rows.append(PayeeRow(view, item, {c.measure: c for c in reversed(first) if c.measure}, _figures(amounts)))
    return rows


def _figures(cells: list[Cell]) -> tuple[Cell, ...]:
    return tuple(cell for cell in cells if cell.kind is Kind.NUMBER and cell.value is not None)


def block_key(block: str) -> str:
    """``Ａ``, ``a`` and ``A`` are one block."""
    return unicodedata.normalize("NFKC", block).strip().upper()


def blocks_of(rows: list[PayeeRow]) -> list[str]:
    return list(dict.fromkeys(row.block for row in rows))


def by_amount(rows: list[PayeeRow]) -> list[PayeeRow]:
    """Rows with a printed amount, largest first; equal amounts in the sheet's order."""
    return sorted((row for row in rows if row.amounts), key=lambda row: -row.base)


def core(key: str) -> str:
    """A payee key without its legal form: 株式会社 alone makes no two payees alike."""
    return _LEGAL_FORMS.sub("", key)


def find_payee(rows: list[PayeeRow], asked: str, question: str = "") -> list[PayeeRow]:
    """The rows of the payee the asker names: same key, same 法人番号, else part of exactly one name.

    A part that fits several payees, or was cut short, is settled by the one whose whole name stands in
    the question.  Rows of other spellings with the same 法人番号 are included.  Empty when unsure.
    """
    number = unicodedata.normalize("NFKC", asked).strip()
    if _CORPORATE_NUMBER.fullmatch(number):
        return [row for row in rows if row.number == number]
    key = payee_key(asked)
    exact = [row for row in rows if key and row.key == key]
    found = exact or _written_out(rows, key, payee_key(question)) or _partial(rows, key)
    numbers = {row.number for row in found if row.number}
    keys = {row.key for row in found}
    return [row for row in rows if row.key in keys or (row.number and row.number in numbers)]


def _written_out(rows: list[PayeeRow], key: str, question: str) -> list[PayeeRow]:
    """Rows whose whole name holds the asked part and stands in the question, the longest such name."""
    if len(key) < _MIN_CORE or not question:
        return []
    whole = [row for row in rows if key in row.key and row.key in question]
    longest = max((len(row.key) for row in whole), default=0)
    return [row for row in whole if len(row.key) == longest]


def _partial(rows: list[PayeeRow], key: str) -> list[PayeeRow]:
    asked = core(key)
    if len(asked) < _MIN_CORE:
        same = [row for row in rows if asked and core(row.key) == asked]
        return same if len({row.key for row in same}) == 1 else []
    fitting = [row for row in rows if _is_part(asked, core(row.key)) or key in row.key]
    same_core = [row for row in fitting if core(row.key) == asked]
    fitting = same_core or fitting
    return fitting if len({(row.number or row.key) for row in fitting}) == 1 else []


def _is_part(asked: str, printed: str) -> bool:
    if asked in printed:
        return True
    return len(printed) >= _MIN_CORE and printed in asked and len(printed) / len(asked) >= _MIN_SHARE


def nearest(rows: list[PayeeRow], asked: str, limit: int = 3) -> list[PayeeRow]:
    """Rows whose names share most with the asker's, for a refusal to show; may be empty."""
    wanted = core(payee_key(asked))
    pairs = {wanted[i : i + 2] for i in range(len(wanted) - 1)}
    scored: dict[str, tuple[float, PayeeRow]] = {}
    for row in rows:
        name = core(row.key)
        own = {name[i : i + 2] for i in range(len(name) - 1)}
        share = len(pairs & own) / max(1, len(pairs | own))
        if share > 0 and row.key not in scored:
            scored[row.key] = (share, row)
    best = sorted(scored.values(), key=lambda pair: -pair[0])
    return [row for _, row in best[:limit]]
