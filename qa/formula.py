"""The one evaluator of derivations, for the lock on answers and the lock on briefs.

``[n]`` is citation n (money in yen, anything else in its own unit); ``+ - × * / ÷ ( )``, numbers,
``ROUND(formula, places)``; over the rows of an answer's table ``SUM(rows[4])``, ``COUNT(rows)``,
``SUM(rows[4] where rows[2]=総務省)``, ``COUNT(distinct rows[2])``, ``COUNT(left_out=記載なし)``; and
``COUNT(citations)``.  Nothing here is shared with the code that makes the derivations.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from typing import Final

from qa.model import AnswerTable, Citation

YEN: Final = {
    "円": Decimal(1), "千円": Decimal(1000), "万円": Decimal(10_000), "十万円": Decimal(100_000),
    "百万円": Decimal(1_000_000), "千万円": Decimal(10_000_000), "億円": Decimal(100_000_000),
    "十億円": Decimal(1_000_000_000), "兆円": Decimal(1_000_000_000_000),
}  # fmt: skip


class TableRows:
    """The rows of an answer's table; grouped by a column once, for the many formulas over one table."""

    def __init__(self, table: AnswerTable) -> None:
        self.rows = table.rows
        self.left_out = table.left_out
        self._groups: dict[int, dict[str, list[tuple[str, ...]]]] = {}

    def by_column(self, column: int) -> dict[str, list[tuple[str, ...]]]:
        """Rows by their text in a column. Raises IndexError when there is no such column."""
        if column not in self._groups:
            groups: dict[str, list[tuple[str, ...]]] = {}
            for row in self.rows:
                groups.setdefault(row[column], []).append(row)
            self._groups[column] = groups
        return self._groups[column]


def evaluate(
    formula: str,
    citations: Sequence[Citation],
    allowed: Collection[int] | None = None,
    table: TableRows | None = None,
) -> Decimal:
    """The exact value of a derivation; only citations of ``allowed`` (all when None) may stand in it.

    Raises ValueError for anything that is not a formula, IndexError for a missing citation, and
    DecimalException for a division by zero.
    """
    return _Formula(formula, citations, range(len(citations)) if allowed is None else allowed, table).value()


def decimal(text: str | None) -> Decimal | None:
    """The number a text is, None when it is none."""
    try:
        return None if text is None else Decimal(text)
    except DecimalException:
        return None


def rounded(value: Decimal, places: int) -> Decimal:
    """Half up to ``places`` decimals."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


_TOKEN = re.compile(r"\s*(?:\[(\d+)\]|(\d+(?:\.\d+)?)|(ROUND|SUM|COUNT)\(|([-+*×/÷(),]))")
_TABLE_CALL = re.compile(r"(?:rows\[(\d+)\]|rows)?(?: where rows\[(\d+)\]=(.*?))?\)")


class _Formula:
    """One pass over the text, from left to right."""

    def __init__(
        self, text: str, citations: Sequence[Citation], allowed: Collection[int], table: TableRows | None
    ) -> None:
        self._text = text
        self._at = 0
        self._citations = citations
        self._allowed = allowed
        self._rows = table

    def value(self) -> Decimal:
        value = self._sum()
        if self._text[self._at :].strip():
            raise ValueError(self._text)
        return value

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._at)

    def _operator(self, allowed: str) -> str:
        token = self._peek()
        if token is None or not token[4] or token[4] not in allowed:
            return ""
        self._at = token.end()
        return token[4]

    def _sum(self) -> Decimal:
        value = self._product()
        while sign := self._operator("+-"):
            term = self._product()
            value = value + term if sign == "+" else value - term
        return value

    def _product(self) -> Decimal:
        value = self._atom()
        while sign := self._operator("*×/÷"):
            term = self._atom()
            value = value * term if sign in "*×" else value / term
        return value

    def _atom(self) -> Decimal:
        token = self._peek()
        if token is None:
            raise ValueError(self._text)
        self._at = token.end()
        if token[1]:
            return self._cell(int(token[1]))
        if token[2]:
            return Decimal(token[2])
        if token[3]:
            return self._call(token[3])
        if token[4] != "(":
            raise ValueError(self._text)
        value = self._sum()
        self._close()
        return value

    def _close(self) -> None:
        if not self._operator(")"):
            raise ValueError(self._text)

    def _cell(self, index: int) -> Decimal:
        if index not in self._allowed:
            raise ValueError(f"[{index}] is not cited")
        cited = self._citations[index]
        value = decimal(cited.value)
        if value is None:
            raise ValueError(f"[{index}] is no number")
        return value * YEN.get(cited.unit or "", Decimal(1))

    def _call(self, name: str) -> Decimal:
        if name == "ROUND":
            value = self._sum()
            if not self._operator(","):
                raise ValueError(self._text)
            places = int(self._atom())
            self._close()
            return rounded(value, places)
        return self._over_table(name)

    def _over_table(self, name: str) -> Decimal:
        rest = self._text[self._at :]
        if name == "COUNT" and rest.startswith("citations)"):
            self._at += len("citations)")
            return Decimal(len(self._allowed))
        if name == "COUNT" and (distinct := re.match(r"distinct rows\[(\d+)\]\)", rest)):
            self._at += distinct.end()
            return Decimal(len({row[int(distinct[1])] for row in self._table.rows}))
        if name == "COUNT" and rest.startswith("left_out="):
            reason, _, _ = rest.removeprefix("left_out=").partition(")")
            self._at += len(f"left_out={reason})")
            return Decimal(sum(row[-1] == reason for row in self._table.left_out))
        return self._over_rows(name)

    def _over_rows(self, name: str) -> Decimal:
        rows: Sequence[tuple[str, ...]] = self._table.rows
        if " where " in self._text[self._at :].partition(")")[0] or self._text[self._at :].startswith("rows where"):
            rows, column = self._where()
        else:
            call = _TABLE_CALL.match(self._text, self._at)
            if call is None:
                raise ValueError(self._text)
            self._at = call.end()
            column = call[1]
        if name == "COUNT":
            return Decimal(len(rows))
        if column is None:
            raise ValueError(self._text)
        return sum((Decimal(row[int(column)]) for row in rows), Decimal(0))

    def _where(self) -> tuple[Sequence[tuple[str, ...]], str | None]:
        """``rows[4] where rows[2]=総務省)``: the title may hold brackets, so it is matched against the rows."""
        head = re.compile(r"rows(?:\[(\d+)\])? where rows\[(\d+)\]=").match(self._text, self._at)
        if head is None:
            raise ValueError(self._text)
        key = int(head[2])
        rest = self._text[head.end() :]
        groups = self._table.by_column(key)
        title = max((one for one in groups if rest.startswith(f"{one})")), key=len, default=None)
        if title is None:
            raise ValueError(self._text)
        self._at = head.end() + len(title) + 1
        return groups[title], head[1]

    @property
    def _table(self) -> TableRows:
        if self._rows is None:
            raise ValueError("no table")
        return self._rows
