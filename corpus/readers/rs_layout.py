"""The national CSV files of the RSシステム (2024-) as data: which column holds what.

One ``Layout`` per file; a layout is made of *groups*: columns that are filled together on a row and
become the cells of one table (2-1 has total rows and rows per account; 1-3 has three lists side by
side).  Names are the headers of 2024; names of other years are added as ``aliases``.

Source: https://rssystem.go.jp/download-csv; files 3-1 and 5-1 are built from their published headers
(``rs2024-missing-headers.csv``), without having seen their rows.
"""

from __future__ import annotations

import dataclasses
from enum import Enum, auto
from typing import Final

from corpus.fields import Field, Measure
from corpus.model import Scope, Table
from corpus.units import FRACTION, PERCENT

YEN: Final = "円"


class Role(Enum):
    """What the values of a column become."""

    FIGURE = auto()  # a cell with a number
    TEXT = auto()  # a text cell
    LABEL = auto()  # part of the row's label path
    SECTION = auto()  # a text field of the sheet
    MARK = auto()  # "1" or TRUE means that the column's own name applies (実施方法ー補助)
    PAST = auto()  # numbers of past sheets


class Item(Enum):
    """How the repeated thing that a row describes is named (``Cell.item``)."""

    NONE = auto()
    RUNNING = auto()  # 1, 2 … within the sheet
    LABELS = auto()  # all filled label columns (an account); repeated names get ``#2``
    LAST_LABEL = auto()  # the last filled label column (目 of a budget item); repeated rows get ``#2``
    BLOCK = auto()  # A
    BLOCK_RUNNING = auto()  # A/1, A/2 …: one per row
    PAYEE = auto()  # A/1: one per name and 法人番号 in the block
    CONTRACT = auto()  # A/1/1: one per row of a payee


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    label: str
    role: Role
    measure: Measure | None = None
    unit: str | None = None
    field: Field | None = None
    year_offset: int = 0  # 翌年度要求額 of 予算年度 2024 is the request for 2025
    aliases: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Columns filled together. ``year`` names the column of the fiscal year, "" for none.

    ``year_of_sheet``: the figures are about sheet year + this (支出先: -1), None when about no year.
    ``repeats``: the file repeats the group on every row of the sheet; equal rows count once.
    ``needs``: the group is present when one of these is filled (default: any column but labels).
    ``block``: the column with the block letter; ``payee``: the columns that tell payees of a block
    apart.  ``prefix``: begins the item when a table holds several lists (根拠法令 1, 計画・通知等 1).
    """

    table: Table
    columns: tuple[Column, ...]
    item: Item = Item.NONE
    scope: Scope = Scope.TOTAL
    year: str = ""
    year_of_sheet: int | None = None
    repeats: bool = False
    needs: tuple[str, ...] = ()
    block: str = ""
    payee: tuple[str, ...] = ()
    prefix: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    number: str
    title: str
    groups: tuple[Group, ...]
    by_year: bool = False  # 3-1: one column per fiscal year


def _figure(label: str, measure: Measure | None, unit: str | None = YEN, offset: int = 0, *aliases: str) -> Column:
    return Column(label, Role.FIGURE, measure, unit, None, offset, aliases)


def _text(label: str, measure: Measure | None = None, *aliases: str) -> Column:
    return Column(label, Role.TEXT, measure, aliases=aliases)


def _labels(*labels: str) -> tuple[Column, ...]:
    return tuple(Column(label, Role.LABEL) for label in labels)


def _section(label: str, field: Field, *aliases: str) -> Column:
    return Column(label, Role.SECTION, field=field, aliases=aliases)


YEAR_COLUMN: Final = "事業年度"
ID_COLUMN: Final = "予算事業ID"
KIND_COLUMN: Final = "シート種別"
NAME_COLUMN: Final = "事業名"
MINISTRY_COLUMNS: Final = ("政策所管府省庁", "所管府省庁", "府省庁")
# on every row of every file: identity and the organisation in charge, taken once per sheet
ORGANISATION: Final[dict[str, Field]] = {
    "府省庁": Field.BUREAU,
    "局・庁": Field.BUREAU,
    "部": Field.BUREAU,
    "課": Field.DIVISION,
    "室": Field.DIVISION,
    "班": Field.DIVISION,
    "係": Field.DIVISION,
}
# the order in which ministries are listed: no property of the project
ORDER_COLUMNS: Final = ("建制順", "府省庁の建制順", "整理表表示順")
COMMON: Final = (
    KIND_COLUMN, YEAR_COLUMN, ID_COLUMN, NAME_COLUMN, *MINISTRY_COLUMNS, *ORGANISATION, *ORDER_COLUMNS,
)  # fmt: skip

_ACCOUNT = _labels("会計区分", "会計", "勘定")
_POLICY_COLUMNS = (
    _text("番号（政策・施策）"), _text("政策所管府省庁_P"), _text("政策"), _text("施策"), _text("政策・施策URL"),
    _section("政策", Field.POLICY), _section("施策", Field.MEASURE),
)  # fmt: skip

_BUDGET_TOTALS = Group(
    Table.BUDGET,
    (
        _figure("当初予算（合計）", Measure.INITIAL),
        _figure("補正予算（合計）", Measure.SUPPLEMENTARY),
        _figure("前年度からの繰越し（合計）", Measure.CARRIED_IN),
        _figure("予備費等（合計）", Measure.RESERVE),
        _figure("計（歳出予算現額合計）", Measure.BUDGET_TOTAL),
        _figure("執行額（合計）", Measure.EXECUTED),
        _figure("執行率", Measure.EXECUTION_RATE, FRACTION),
        _figure("翌年度への繰越し(合計）", Measure.CARRIED_OUT),
        _figure("翌年度要求額（合計）", Measure.REQUEST, YEN, 1),
        _text("主な増減理由"),
        _text("その他特記事項"),
        _section("主な増減理由", Field.CHANGE_REASON),
    ),
    year="予算年度",
    needs=("当初予算（合計）", "計（歳出予算現額合計）", "執行額（合計）", "翌年度要求額（合計）"),
)
_BUDGET_ACCOUNTS = Group(
    Table.BUDGET_ACCOUNTS,
    (
        *_ACCOUNT,
        _section("会計区分", Field.ACCOUNT),
        _section("会計", Field.ACCOUNT),
        _section("勘定", Field.ACCOUNT),
        _figure("当初予算", Measure.INITIAL),
        *(_figure(f"第{n}次補正予算", Measure.SUPPLEMENTARY) for n in range(1, 6)),
        _figure("前年度から繰越し", Measure.CARRIED_IN),
        *(_figure(f"予備費等{n}", Measure.RESERVE) for n in range(1, 5)),
        _figure("歳出予算現額", Measure.BUDGET_TOTAL),
        _figure("執行額", Measure.EXECUTED),
        _figure("翌年度要求額", Measure.REQUEST, YEN, 1),
        _figure("要望額", Measure.REQUEST_WISH, YEN, 1),
        _text("備考"),
    ),
    item=Item.LABELS,
    scope=Scope.PART,
    year="予算年度",
)
_EXPENSES = Group(
    Table.EXPENSES,
    (
        _text("支出先ブロック番号"),
        _text("支出先名", Measure.PAYEE_NAME),
        _text("法人番号", Measure.CORPORATE_NUMBER),
        _text("契約概要", Measure.PAYEE_WORK),
        _text("費目", Measure.EXPENSE_ITEM),
        _text("使途", Measure.EXPENSE_USE),
        _figure("金額", Measure.EXPENSE_AMOUNT),
    ),
    item=Item.BLOCK_RUNNING,
    year_of_sheet=-1,
    block="支出先ブロック番号",
)
_C = "（国庫債務負担行為等による契約）"
_COMMITMENTS = Group(
    Table.COMMITMENTS,
    (
        _text(f"支出先ブロック{_C}"),
        _text(f"契約先名{_C}", Measure.PAYEE_NAME),
        _text(f"契約先の法人番号{_C}", Measure.CORPORATE_NUMBER),
        _text(f"契約先の所在地{_C}"),
        _text(f"契約先の法人種別{_C}"),
        _text(f"契約概要（契約名）{_C}", Measure.PAYEE_WORK),
        _text("その他の契約"),
        _figure(f"契約額{_C}", Measure.CONTRACT_AMOUNT),
        _text(f"契約方式等{_C}", Measure.CONTRACT_METHOD),
        _text(f"具体的な契約方式等{_C}"),
        _figure(f"入札者数（応募者数）{_C}", Measure.BIDDERS, None),
        _figure(f"落札率（％）{_C}", Measure.BID_RATE, PERCENT),
        _text(
            f"一者応札・一者応募又は競争性のない随意契約となった理由及び改善策（契約額10億円以上）{_C}",
            Measure.ONE_BIDDER_REASON,
        ),
        _text(f"その他の契約{_C}"),
    ),
    item=Item.BLOCK_RUNNING,
    year_of_sheet=-1,
    block=f"支出先ブロック{_C}",
)
_FLOW = Group(
    Table.FLOW,
    (
        _text("支出元の支出先ブロック"),
        _text("支出元の支出先ブロック名"),
        _text("担当組織からの支出"),
        _text("支出先の支出先ブロック"),
        _text("支出先の支出先ブロック名", Measure.BLOCK_NAME),
        _text("資金の流れの補足情報"),
        _section("資金の流れの補足情報", Field.FLOW_NOTE),
    ),
    item=Item.RUNNING,
    year_of_sheet=-1,
)
_OWN_COSTS = Group(
    Table.FLOW,
    (
        _text("国自らが支出する間接経費"),
        _text("国自らが支出する間接経費の項目", Measure.EXPENSE_ITEM),
        _figure("国自らが支出する間接経費の金額", Measure.EXPENSE_AMOUNT),
    ),
    item=Item.RUNNING,
    prefix="間接経費 ",
    year_of_sheet=-1,
)
_PAYEE_KEY = ("支出先名", "法人番号")
_BLOCKS = Group(
    Table.PAYEES,
    (
        _text("支出先ブロック名", Measure.BLOCK_NAME),
        _figure("支出先の数", None, None),
        _text("事業を行う上での役割"),
        _figure("ブロックの合計支出額", Measure.BLOCK_TOTAL),
    ),
    item=Item.BLOCK,
    year_of_sheet=-1,
    repeats=True,
    needs=("支出先の数", "事業を行う上での役割", "ブロックの合計支出額"),
    block="支出先ブロック番号",
)
_PAYEES = Group(
    Table.PAYEES,
    (
        _text("支出先名", Measure.PAYEE_NAME),
        _text("法人番号", Measure.CORPORATE_NUMBER),
        _text("所在地"),
        _text("法人種別"),
        _text("その他支出先"),
        _figure("支出先の合計支出額", Measure.PAYEE_AMOUNT),
    ),
    item=Item.PAYEE,
    year_of_sheet=-1,
    repeats=True,
    needs=("所在地", "法人種別", "その他支出先", "支出先の合計支出額"),
    block="支出先ブロック番号",
    payee=_PAYEE_KEY,
)
_CONTRACTS = Group(
    Table.PAYEES,
    (
        *_labels("支出先名"),
        _text("契約概要", Measure.PAYEE_WORK),
        _figure("金額", Measure.PAYEE_AMOUNT),
        _text("契約方式等", Measure.CONTRACT_METHOD),
        _text("具体的な契約方式等"),
        _figure("入札者数", Measure.BIDDERS, None),
        _figure("落札率", Measure.BID_RATE, PERCENT),
        _text(
            "一者応札・一者応募又は競争性のない随意契約となった理由及び改善策（支出額10億円以上）",
            Measure.ONE_BIDDER_REASON,
        ),
        _text("その他の契約"),
    ),
    item=Item.CONTRACT,
    scope=Scope.PART,
    year_of_sheet=-1,
    block="支出先ブロック番号",
    payee=_PAYEE_KEY,
)
_CHECK = (
    _section("事業所管部局による点検・改善ー点検結果", Field.CHECK_RESULT),
    _section("事業所管部局による点検・改善ー改善の方向性", Field.IMPROVEMENT),
    _section("事業所管部局による点検・改善－目標年度における効果測定に関する評価", Field.EFFECT_EVALUATION),
)
_OPINION = (
    _section("外部有識者による点検ー最終実施年度", Field.EXPERT_YEAR),
    _section("外部有識者による点検ー点検対象", Field.EXPERT_TARGET),
    _section("外部有識者による点検ー対象の理由", Field.EXPERT_REASON),
    _section("外部有識者による点検ー所見", Field.EXPERT_OPINION),
    _section("公開プロセス結果概要", Field.PUBLIC_PROCESS),
    _section("行政事業レビュー推進チームの所見", Field.TEAM_OPINION),
    _section("行政事業レビュー推進チームの所見の詳細", Field.TEAM_OPINION_DETAIL),
    _section("所見を踏まえた改善点／概算要求における反映状況", Field.RESPONSE),
    _section("所見を踏まえた改善点／概算要求における反映状況の詳細", Field.RESPONSE_DETAIL),
    _figure("反映額（一般会計）", None),
    _text("反映額（特別会計）－会計"),
    _text("反映額（特別会計）－勘定"),
    _figure("反映額（特別会計）－反映額", None),
)
_METHODS = ("直接実施", "補助", "負担", "交付", "分担金・拠出金", "その他")
ROW_KIND: Final = "目標年度／目標値／実績値／達成率"

LAYOUTS: Final[tuple[Layout, ...]] = (
    Layout(
        "1-1",
        "基本情報_組織情報",
        (
            Group(Table.BASIC, (_section("作成責任者", Field.AUTHOR),), repeats=True),
            Group(
                Table.BASIC,
                (
                    _text("その他担当組織_作成責任者_no"),
                    *(_text(f"{part}（その他担当組織）") for part in ORGANISATION),
                ),
                item=Item.RUNNING,
                needs=tuple(f"{part}（その他担当組織）" for part in ORGANISATION),
            ),
        ),
    ),
    Layout(
        "1-2",
        "基本情報_事業概要等",
        (
            Group(
                Table.BASIC,
                (
                    _section("事業の目的", Field.PURPOSE),
                    _section("現状・課題", Field.ISSUES),
                    _section("事業の概要", Field.OVERVIEW),
                    _section("事業概要URL", Field.URL),
                    _text("事業区分"),
                    _section("事業開始年度", Field.START_YEAR),
                    _text("開始年度不明"),
                    _section("事業終了（予定）年度", Field.END_YEAR),
                    _text("終了予定なし"),
                    _section("備考", Field.REMARKS),
                    *(Column(f"実施方法ー{name}", Role.MARK, field=Field.METHOD) for name in _METHODS),
                    Column("旧事業番号", Role.PAST),
                ),
                repeats=True,
            ),
            Group(Table.BASIC, (_section("主要経費", Field.MAJOR_EXPENSE),), repeats=True),
        ),
    ),
    Layout(
        "1-3",
        "基本情報_政策・施策、法令等",
        (
            Group(Table.LAWS, _POLICY_COLUMNS, item=Item.RUNNING, prefix="政策・施策 "),
            Group(
                Table.LAWS,
                (
                    _text("番号（根拠法令）"),
                    _text("法令名"),
                    _text("法令番号"),
                    _text("法令ID"),
                    _text("条"),
                    _text("項"),
                    _text("号・号の細分"),
                    _section("法令名", Field.LAW),
                ),
                item=Item.RUNNING,
                prefix="根拠法令 ",
            ),
            Group(
                Table.LAWS,
                (
                    _text("番号（関係する計画・通知等）"),
                    _text("計画通知名"),
                    _text("計画通知等URL"),
                    _section("計画通知名", Field.PLANS),
                ),
                item=Item.RUNNING,
                prefix="計画・通知等 ",
            ),
        ),
    ),
    Layout(
        "1-4",
        "基本情報_補助率等",
        (
            Group(
                Table.SUBSIDY,
                (
                    _text("番号（補助率等）"),
                    _text("補助対象"),
                    _text("補助率"),
                    _text("補助上限等"),
                    _text("補助率URL"),
                    _section("補助率", Field.SUBSIDY_RATE),
                ),
                item=Item.RUNNING,
            ),
        ),
    ),
    Layout(
        "1-5",
        "基本情報_関連事業",
        (
            Group(
                Table.RELATED,
                (
                    _text("番号（関連事業）"),
                    _text("関連事業の事業ID"),
                    _text("関連事業の事業名"),
                    _text("関連性"),
                    _section("関連事業の事業名", Field.RELATED),
                ),
                item=Item.RUNNING,
            ),
        ),
    ),
    Layout("2-1", "予算・執行_サマリ", (_BUDGET_TOTALS, _BUDGET_ACCOUNTS)),
    Layout(
        "2-2",
        "予算・執行_予算種別・歳出予算項目",
        (
            Group(
                Table.BUDGET_ITEMS,
                (
                    *_ACCOUNT,
                    *_labels("予算種別", "所管", "組織・勘定", "項", "目", "歳出予算項目の補足情報"),
                    _figure("予算額（歳出予算項目ごと）", None),  # measure: by 予算種別, see BUDGET_KINDS
                    _figure("翌年度要求額（歳出予算項目ごと）", Measure.REQUEST, YEN, 1),
                    _text("備考（歳出予算項目ごと）"),
                ),
                item=Item.LAST_LABEL,
                scope=Scope.PART,
                year="予算年度",
                needs=(
                    "予算額（歳出予算項目ごと）",
                    "翌年度要求額（歳出予算項目ごと）",
                    "備考（歳出予算項目ごと）",
                    "予算種別",
                    "目",
                    "歳出予算項目の補足情報",
                ),
            ),
        ),
    ),
    Layout(
        "3-1",
        "効果発現経路_目標・実績",
        (
            Group(
                Table.EFFECT_PATH,
                (
                    _text("事業に関連するKPIが定められている閣議決定等の名称"),
                    _text("事業に関連するKPIが定められている閣議決定等の該当箇所"),
                    _text("事業に関連するKPIが定められている閣議決定等のURL"),
                ),
                item=Item.RUNNING,
                repeats=True,
            ),
            Group(
                Table.EFFECT_PATH,
                (
                    _text("アウトカムの期間"),
                    _text("成果目標の種類"),
                    _text("アクティビティ／活動目標／成果目標", Measure.GOAL),
                    _text("活動指標／成果指標", Measure.OUTPUT_INDICATOR),  # or 成果指標, by 種別
                    _text("単位", Measure.UNIT),
                    _text("改善の上向き／下向き"),
                    _text("成果実績及び目標値の根拠として用いた統計・データ名（出典）"),
                    _section("成果実績及び目標値の根拠として用いた統計・データ名（出典）", Field.STATISTICS),
                    _text("定性的なアウトカム目標を設定している理由"),
                    _text("定性的なアウトカムに関する成果実績"),
                ),
                repeats=True,
            ),
        ),
        by_year=True,
    ),
    Layout(
        "3-2",
        "効果発現経路_目標のつながり",
        (
            Group(
                Table.EFFECT_PATH,
                (
                    _text("派生元ーアクティビティ・アウトプット・アウトカムの番号"),
                    _text("派生元ー種別（アクティビティ・アウトプット・アウトカム）"),
                    _text("派生元ーアウトカムの期間"),
                    _text("派生元ーアクティビティの内容/ 活動目標／成果目標"),
                    _text("派生先ーアクティビティ・アウトプット・アウトカムの番号"),
                    _text("派生先ー種別（アクティビティ・アウトプット・アウトカム）"),
                    _text("派生先ーアウトカムの期間"),
                    _text("派生先ー 活動目標／成果目標", Measure.GOAL),
                    _text("後続アウトカムへのつながり"),
                    _text("アウトカムを複数段階で設定できない理由"),
                ),
                item=Item.RUNNING,
            ),
        ),
    ),
    Layout(
        "4-1",
        "点検・評価",
        (
            Group(Table.CHECK, _CHECK, repeats=True),
            Group(Table.OPINION, _OPINION, repeats=True),
            Group(
                Table.OPINION,
                (
                    _text("過去に受けた指摘事項－区分"),
                    _text("過去に受けた指摘事項－取りまとめ年度"),
                    _text("過去に受けた指摘事項－取りまとめ内容"),
                    _text("過去に受けた指摘事項－対応状況"),
                    _section("過去に受けた指摘事項－取りまとめ内容", Field.PAST_REMARKS),
                ),
                item=Item.RUNNING,
                prefix="過去に受けた指摘事項 ",
                repeats=True,
            ),
            Group(
                Table.OPINION,
                (
                    _text("その他の指摘事項－調査等の名称"),
                    _text("その他の指摘事項－指摘年度"),
                    _text("その他の指摘事項－指摘内容"),
                    _text("その他の指摘事項－対応状況"),
                    _section("その他の指摘事項－指摘内容", Field.PAST_REMARKS),
                ),
                item=Item.RUNNING,
                prefix="その他の指摘事項 ",
                repeats=True,
            ),
        ),
    ),
    Layout("5-1", "支出先_支出情報", (_BLOCKS, _PAYEES, _CONTRACTS)),
    Layout("5-2", "支出先_支出ブロックのつながり", (_FLOW, _OWN_COSTS)),
    Layout("5-3", "支出先_費目・使途", (_EXPENSES,)),
    Layout("5-4", "支出先_国庫債務負担行為等による契約", (_COMMITMENTS,)),
    Layout("6-1", "その他備考", (Group(Table.REMARKS, (_section("備考", Field.REMARKS),), repeats=True),)),
)

# 2-2: the measure of 予算額 is the row's 予算種別, without its serial number (第1次, 1)
BUDGET_KINDS: Final[dict[str, Measure]] = {
    "当初予算": Measure.INITIAL,
    "補正予算": Measure.SUPPLEMENTARY,
    "前年度から繰越し": Measure.CARRIED_IN,
    "予備費等": Measure.RESERVE,
}
# 3-1: table and measures by 種別; keys are the printed 種別 and row kind
EFFECT_TABLES: Final[dict[str, Table]] = {
    "アクティビティ": Table.ACTIVITY,
    "アウトプット": Table.OUTPUT,
    "アウトカム": Table.OUTCOME,
}
EFFECT_MEASURES: Final[dict[tuple[Table, str], Measure]] = {
    (Table.OUTPUT, "目標値"): Measure.OUTPUT_PLAN,
    (Table.OUTPUT, "実績値"): Measure.OUTPUT_ACTUAL,
    (Table.OUTPUT, "達成率"): Measure.ATTAINMENT,
    (Table.OUTCOME, "目標値"): Measure.TARGET,
    (Table.OUTCOME, "実績値"): Measure.OUTCOME_ACTUAL,
    (Table.OUTCOME, "達成率"): Measure.ATTAINMENT,
}
EFFECT_NUMBER: Final = "アクティビティ・アウトプット・アウトカムの番号"
EFFECT_KIND: Final = "種別（アクティビティ・アウトプット・アウトカム）"
EFFECT_CONTROL: Final = (EFFECT_NUMBER, EFFECT_KIND, ROW_KIND)
