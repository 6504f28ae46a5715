"""The plan of a question over a set of sheets: which sheets, what of each, folded and ordered how. Data only."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from enum import StrEnum

from qa.model import Compare


class Fold(StrEnum):
    """How the sheets of a group become one value."""

    COUNT = "件数"
    SUM = "合計"
    MEAN = "平均"
    RATE = "全体の率"
    MINISTRIES = "府省庁の数"


class By(StrEnum):
    """What is told apart."""

    NOTHING = ""
    PROJECT = "事業"
    MINISTRY = "府省庁"
    BUREAU = "部局"
    YEAR = "年度"


class Order(StrEnum):
    NONE = ""
    DESCENDING = "大きい"
    ASCENDING = "小さい"


class Change(StrEnum):
    """What is made of two years."""

    NONE = ""
    DIFFERENCE = "差"
    GROWTH = "伸び率"


@dataclasses.dataclass(frozen=True, slots=True)
class InMinistries:
    """Sheets of one of ``names``, or of none of them."""

    names: tuple[str, ...]
    exclude: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class InBureau:
    """Sheets whose 担当部局庁 or 担当課室 holds ``name``."""

    name: str
    exclude: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class InAccount:
    """Sheets whose 会計区分 holds ``name``; ``only``: and no other account beside it."""

    name: str
    only: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class NameHolds:
    """Sheets whose 事業名 holds ``word``; ``topic``: a topic was asked, which texts may name too."""

    word: str
    topic: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Paid:
    """Sheets that list the payee (a name, or a 法人番号)."""

    payee: str


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """Sheets whose figure of ``measure`` compares so with ``value`` in ``unit``; ``said``: the asker's words."""

    measure: str
    compare: Compare
    value: Decimal
    unit: str
    said: str


@dataclasses.dataclass(frozen=True, slots=True)
class YearIs:
    """Sheets whose ``attribute`` (事業開始年度, 事業終了（予定）年度) lies in ``first`` to ``last``; None = open."""

    attribute: str
    first: int | None
    last: int | None
    said: str


@dataclasses.dataclass(frozen=True, slots=True)
class AttributeIs:
    """Sheets whose ``attribute`` (事業区分, 推進チームの所見 …) is one of ``values`` as printed."""

    attribute: str
    values: tuple[str, ...]


Condition = YearIs | AttributeIs | InMinistries | InBureau | InAccount | NameHolds | Paid | Compared


@dataclasses.dataclass(frozen=True, slots=True)
class Period:
    """One sheet year and the fiscal year whose figures are asked of it (the same for counts)."""

    sheet_year: int
    fiscal_year: int


@dataclasses.dataclass(frozen=True, slots=True)
class SetPlan:
    """``measure`` "" counts sheets. ``n`` 0: all; ``place`` > 0: only that place of the order."""

    fold: Fold
    measure: str
    periods: tuple[Period, ...]
    where: tuple[Condition, ...] = ()
    by: By = By.NOTHING
    order: Order = Order.NONE
    n: int = 0
    place: int = 0
    change: Change = Change.NONE
    listed: bool = False
    unit: str = ""

    def of(self, kind: type[Condition]) -> tuple[Condition, ...]:
        return tuple(one for one in self.where if isinstance(one, kind))
