"""The rows of 支出先上位10者リスト of one sheet, and which of them a named payee is."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

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
    """One row of the list: its block, and its cells by measure."""

    view: SheetView
    item: str
    cells: dict[str, Cell]

    @property
    def block(self) -> str:
        return self.item.partition("/")[0]

    @property
    def name(self) -> Cell | None:
        return self.cells.get(Measure.PAYEE_NAME)

    @property
    def amount(self) -> Cell | None:
        """The cell of 支出額 when it holds a figure."""
        cell = self.cells.get(Measure.PAYEE_AMOUNT)
        return cell if cell is not None and cell.kind is Kind.NUMBER and cell.value is not None else None

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
    """The named rows of the list in the sheet's order, of one block when ``block`` is not empty."""
    rows = [
        PayeeRow(view, item, {cell.measure: cell for cell in reversed(cells) if cell.measure})
        for item, cells in view.items.get(Table.PAYEES, {}).items()
    ]
    wanted = block_key(block)
    return [
        row
        for row in rows
        if row.name is not None and row.name.kind is Kind.TEXT and (not wanted or block_key(row.block) == wanted)
    ]


def block_key(block: str) -> str:
    """``Ａ``, ``a`` and ``A`` are one block."""
    return unicodedata.normalize("NFKC", block).strip().upper()


def blocks_of(rows: list[PayeeRow]) -> list[str]:
    return list(dict.fromkeys(row.block for row in rows))


def by_amount(rows: list[PayeeRow]) -> list[PayeeRow]:
    """Rows with a printed amount, largest first; equal amounts in the sheet's order."""
    paid = [row for row in rows if row.amount is not None]
    return sorted(paid, key=lambda row: -(base_amount(row.amount)[0] or 0) if row.amount is not None else 0)


def core(key: str) -> str:
    """A payee key without its legal form: 株式会社 alone makes no two payees alike."""
    return _LEGAL_FORMS.sub("", key)


def find_payee(rows: list[PayeeRow], asked: str) -> list[PayeeRow]:
    """The rows of the payee the asker names: same key, same 法人番号, else part of exactly one name.

    Rows of other spellings with the same 法人番号 are included.  Empty when nothing fits, or when a
    part of a name fits several payees.
    """
    number = unicodedata.normalize("NFKC", asked).strip()
    if _CORPORATE_NUMBER.fullmatch(number):
        return [row for row in rows if row.number == number]
    key = payee_key(asked)
    exact = [row for row in rows if key and row.key == key]
    found = exact or _partial(rows, key)
    numbers = {row.number for row in found if row.number}
    keys = {row.key for row in found}
    return [row for row in rows if row.key in keys or (row.number and row.number in numbers)]


def _partial(rows: list[PayeeRow], key: str) -> list[PayeeRow]:
    asked = core(key)
    if len(asked) < _MIN_CORE:
        same = [row for row in rows if asked and core(row.key) == asked]
        return same if len({row.key for row in same}) == 1 else []
    fitting = [row for row in rows if _is_part(asked, core(row.key))]
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
