"""Sheets made by hand for the tests of answering: a fictional project over three sheet years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from corpus.fields import Field, Measure
from corpus.model import Cell, Kind, Origin, Scope, Section, Sheet, Table
from corpus.numbers import read_printed
from corpus.store.model import SheetInfo
from corpus.store.reader import Corpus, open_corpus
from corpus.store.writer import new_generation
from corpus.units import normal_unit
from qa.answer import Library
from qa.model import Candidate, Interpretation, Operation, Subject


def cell(
    table: Table,
    row: tuple[str, ...],
    column: str,
    raw: str,
    measure: str | None,
    *,
    item: str = "",
    year: int | None = None,
    unit: str | None = "百万円",
    scope: Scope = Scope.TOTAL,
    kind: Kind | None = None,
) -> Cell:
    """A cell whose kind and value are read from its printed text, as a reader would."""
    printed = read_printed(raw)
    number = printed.kind is Kind.NUMBER and kind in (None, Kind.NUMBER)
    return Cell(
        table, row, column, measure, item, year, raw, kind or printed.kind, printed.value if number else None,
        normal_unit(printed.unit or unit), f"{table.value}/{'/'.join(row)}/{column}/{item}", scope,
    )  # fmt: skip


def budget(measure: str, figures: dict[int, str], unit: str | None = "百万円") -> list[Cell]:
    """One row of 予算額・執行額."""
    return [
        cell(Table.BUDGET, (measure,), f"{year}年度", raw, measure, year=year, unit=unit) for year, raw in figures.items()
    ]


def payee(item: str, name: str, amount: str, number: str = "", *, bidders: str = "", year: int = 2019) -> list[Cell]:
    """One row of the payee list."""
    columns = (
        (Measure.PAYEE_NAME, name, Kind.TEXT),
        (Measure.CORPORATE_NUMBER, number, Kind.TEXT if number else Kind.BLANK),
        (Measure.PAYEE_AMOUNT, amount, None),
        (Measure.BIDDERS, bidders, None),
    )
    row = tuple(item.split("/"))
    return [
        cell(Table.PAYEES, row, m.value, raw, m, item=item, year=year, kind=kind,
             unit="百万円" if m is Measure.PAYEE_AMOUNT else None)
        for m, raw, kind in columns
    ]  # fmt: skip


def indicator(table: Table, item: str, name: str, figures: dict[int, str], unit: str) -> list[Cell]:
    """One indicator with its yearly actuals."""
    outcome = table is Table.OUTCOME
    title, actual = (
        (Measure.OUTCOME_INDICATOR, Measure.OUTCOME_ACTUAL) if outcome else (Measure.OUTPUT_INDICATOR, Measure.OUTPUT_ACTUAL)
    )
    cells = [cell(table, (title.value,), "", name, title, item=item, unit=None, kind=Kind.TEXT)]
    cells += [
        cell(table, (name, actual.value), f"{year}年度", raw, actual, item=item, year=year, unit=unit)
        for year, raw in figures.items()
    ]
    return cells


def sheet(
    year: int, cells: Iterable[Cell], sections: Iterable[tuple[str, str]] = (), *, project: str = "架空情報基盤整備事業",
    number: str = "0001", ministry: str = "架空省",
) -> Sheet:  # fmt: skip
    texts = tuple(Section(name, name, text, f"{name}") for name, text in sections)
    return Sheet(year, ministry, number, project, Origin.FORM_XLSX, f"{year}.xlsx", "", tuple(cells), texts)


SHEET_2020 = sheet(
    2020,
    [
        *budget(Measure.INITIAL, {2017: "336", 2018: "47", 2019: "99", 2020: "105"}),
        *budget(Measure.SUPPLEMENTARY, {2017: "-", 2018: "▲0.2", 2019: "-", 2020: ""}),
        *budget(Measure.BUDGET_TOTAL, {2017: "336", 2018: "47", 2019: "99", 2020: "105"}),
        *budget(Measure.EXECUTED, {2017: "316", 2018: "15", 2019: "43", 2020: ""}),
        *budget(Measure.EXECUTION_RATE, {2017: "94%", 2018: "32%"}, "%"),
        *budget(Measure.REQUEST, {2021: "3,209"}),
        cell(Table.BUDGET_ITEMS, ("職員旅費",), "2年度当初予算", "1", Measure.INITIAL, item="職員旅費", year=2020, scope=Scope.PART),
        cell(Table.BUDGET_ITEMS, ("諸謝金",), "2年度当初予算", "-", Measure.INITIAL, item="諸謝金", year=2020, scope=Scope.PART),
        *indicator(Table.OUTCOME, "1", "強靱化モデルを導入した団体の割合", {2018: "99.9", 2019: "100"}, "％"),
        *indicator(Table.OUTCOME, "2", "研修を受けた職員の人数", {2018: "1,788", 2019: "-"}, "人"),
        *payee("A/1", "株式会社架空データ", "32", "1234567890123", bidders="1"),
        *payee("A/2", "㈱架空システム", "11.5", "2234567890123", bidders="3"),
        *payee("B/1", "株式会社架空データ", "8", "1234567890123"),
        cell(Table.CHECK, ("事業の効率性", "一者応札又は一者応募となったものはないか。"), "評価", "有", Measure.CHECK_MARK,
             item="1", unit=None, kind=Kind.TEXT),
        cell(Table.CHECK, ("事業の効率性", "不用率が大きい場合、その理由は妥当か。"), "評価に関する説明", "入札の結果である。",
             Measure.CHECK_NOTE, item="2", unit=None, kind=Kind.TEXT),
    ],
    [
        (Field.PROJECT, "架空情報基盤整備事業"),
        (Field.PURPOSE, "対象は1~2割。*重要*な$5と_名前_。\n2. 第16条による"),
        (Field.METHOD, "委託・請負"),
        (Field.METHOD, "補助"),
        (Field.START_YEAR, "平成29年度"),
        (Field.MAJOR_POLICY, "-"),
    ],
)  # fmt: skip
SHEET_2019 = sheet(
    2019,
    [
        *budget(Measure.INITIAL, {2016: "10", 2017: "336", 2018: "47", 2019: "99"}),
        *budget(Measure.BUDGET_TOTAL, {2016: "0", 2017: "336", 2018: "47", 2019: "99"}),
        *budget(Measure.EXECUTED, {2016: "0", 2017: "316", 2018: "16", 2019: ""}),
    ],
    [(Field.PROJECT, "架空情報基盤整備事業"), (Field.OVERVIEW, "概要は旧年度のみ。")],
)
SHEET_2024 = sheet(
    2024,
    [
        *budget(Measure.BUDGET_TOTAL, {2023: "1789099999", 2024: "1489146000"}, "円"),
        *budget(Measure.EXECUTED, {2023: "1727100000"}, "円"),
        cell(Table.BUDGET, ("執行額",), "2024年度", "0", Measure.EXECUTED, year=2024, unit="円", kind=Kind.PENDING),
        *budget(Measure.EXECUTION_RATE, {2023: "0.96535"}, "割合"),
    ],
    [(Field.PROJECT, "架空情報基盤整備事業")],
)


class Shelf:
    """Sheets by number, in place of a corpus."""

    def __init__(self, *sheets: Sheet) -> None:
        self.by_no = dict(enumerate(sheets))

    def sheet_at(self, no: int) -> Sheet:
        return self.by_no[no]

    def sheet(self, sheet_id: str) -> Sheet | None:
        return next((one for one in self.by_no.values() if one.sheet_id == sheet_id), None)

    def infos(self) -> list[SheetInfo]:
        return []

    def facts(self, sql: str, params: Sequence[object]) -> list[tuple[object, ...]]:
        """A shelf answers no question over many sheets."""
        raise AssertionError(sql)

    def candidates(self) -> tuple[Candidate, ...]:
        found = [
            Candidate(no, one.sheet_id, one.project, one.ministry, one.sheet_year) for no, one in self.by_no.items()
        ]
        return tuple(sorted(found, key=lambda one: -one.sheet_year))

    def library(self) -> Library:
        return Library(self)


def asked(
    shelf: Shelf, question: str = "架空情報基盤整備事業について", subject: Subject = Subject.FIGURE,
    operation: Operation = Operation.LOOKUP, **fields: object,
) -> Interpretation:  # fmt: skip
    return Interpretation(question, subject, operation, sheets=shelf.candidates(), **fields)  # type: ignore[arg-type]


def dec(text: str) -> Decimal:
    return Decimal(text)


def stored(folder: Path, sheets: Iterable[Sheet]) -> Corpus:
    """A corpus of made sheets, stored in ``folder`` and opened."""
    with new_generation(folder) as generation:
        for one in sheets:
            generation.add(one)
        generation.finish_corpus()
        generation.commit()
    return open_corpus(folder)
