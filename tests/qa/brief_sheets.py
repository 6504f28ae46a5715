"""Hand-made sheets for the tests of briefs: 架空, every figure chosen so that the arithmetic is visible."""

from __future__ import annotations

from decimal import Decimal

from corpus.fields import Field, Measure
from corpus.model import Cell, Kind, Origin, Section, Sheet, Table

BUDGET = {
    # year: (当初, 補正, 計, 執行)
    2018: ("200", "0", "200", "190"),
    2019: ("100", "20", "120", "60"),
    2020: ("150", "0", "150", ""),
}


def money(measure: Measure, year: int, raw: str, locator: str, table: Table = Table.BUDGET, item: str = "") -> Cell:
    value = Decimal(raw.replace(",", "")) if raw else None
    return Cell(
        table=table,
        row=(measure.value,),
        column=f"{year}年度",
        measure=measure,
        item=item,
        fiscal_year=year,
        raw=raw,
        kind=Kind.NUMBER if raw else Kind.BLANK,
        value=value,
        unit="百万円",
        locator=locator,
    )


def text(measure: Measure, raw: str, locator: str, table: Table, item: str, row: tuple[str, ...] = ()) -> Cell:
    return Cell(
        table=table,
        row=row or (item,),
        column=measure.value,
        measure=measure,
        item=item,
        fiscal_year=None,
        raw=raw,
        kind=Kind.TEXT,
        value=None,
        unit=None,
        locator=locator,
    )


def sheet(
    sheet_year: int = 2020,
    *,
    number: str = "0001",
    project: str = "架空港湾調査事業",
    budget: dict[int, tuple[str, str, str, str]] | None = None,
    request: str = "300",
    purpose: str = "港湾の深さを測る。安全な航行を確保する。",
) -> Sheet:
    cells: list[Cell] = []
    measures = (Measure.INITIAL, Measure.SUPPLEMENTARY, Measure.BUDGET_TOTAL, Measure.EXECUTED)
    for year, raws in (budget or BUDGET).items():
        for measure, raw in zip(measures, raws, strict=True):
            cells.append(money(measure, year, raw, f"S!{measure}{year}"))
    cells.append(money(Measure.REQUEST, sheet_year + 1, request, "S!R1"))
    for rank, (name, amount, bidders) in enumerate(
        (("架空測量株式会社", "40", "1"), ("架空海洋株式会社", "10", "3")), 1
    ):
        item = f"A/{rank}"
        cells.append(text(Measure.PAYEE_NAME, name, f"S!P{rank}", Table.PAYEES, item))
        cells.append(money(Measure.PAYEE_AMOUNT, sheet_year - 1, amount, f"S!Q{rank}", Table.PAYEES, item))
        cells.append(
            Cell(
                Table.PAYEES, (str(rank),), "入札者数", Measure.BIDDERS, item, sheet_year - 1, bidders, Kind.NUMBER,
                Decimal(bidders), None, f"S!B{rank}",
            )
        )  # fmt: skip
    cells.append(
        text(
            Measure.CHECK_NOTE, "入札の結果、契約額が下がったため。", "S!C1", Table.CHECK, "1",
            ("不用率が大きい場合、その理由は妥当か。",),
        )
    )  # fmt: skip
    sections = (
        Section(Field.PURPOSE, "事業の目的", purpose, "S!G9"),
        Section(Field.OVERVIEW, "事業概要", "船で測量する。結果を公表する。", "S!G10"),
        Section(Field.BUREAU, "担当部局庁", "架空局", "S!AE4"),
        Section(Field.TEAM_OPINION, "所見", "競争性を高めること。", "S!A65"),
    )
    return Sheet(
        sheet_year=sheet_year,
        ministry="架空省",
        number=number,
        project=project,
        origin=Origin.FORM_XLSX,
        file="架空.xlsx",
        place="",
        cells=tuple(cells),
        sections=sections,
    )
