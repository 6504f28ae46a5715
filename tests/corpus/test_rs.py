"""The RSシステム reader: columns by name, totals and parts apart, every filled value kept."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from corpus.fields import Field, Measure
from corpus.model import Cell, Finding, Kind, PastNumber, Scope, Severity, Sheet, Table
from corpus.readers.rs import past_numbers, read_rs
from corpus.readers.rs_layout import LAYOUTS, ORDER_COLUMNS, ORGANISATION
from corpus.readers.rs_rows import recognise_layout
from corpus.readers.source import InputFile
from corpus.units import FRACTION
from tests.corpus.made import parts, printed

COMMON = {
    "シート種別": "レビューシート", "事業年度": "2024", "予算事業ID": "77", "事業名": "架空事業", "府省庁の建制順": "1",
    "政策所管府省庁": "架空省", "府省庁": "架空省", "局・庁": "架空局", "課": "架空課",
}  # fmt: skip


def made_csv(name: str, rows: Iterable[dict[str, str]], encoding: str = "utf-8-sig") -> InputFile:
    """A CSV with the columns of the given rows; what a row leaves out is blank."""
    filled = [COMMON | row for row in rows]
    headers = list(dict.fromkeys(key for row in filled for key in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, headers, restval="")
    writer.writeheader()
    writer.writerows(filled)
    return InputFile(f"rs/{name}.zip/{name}.csv", text.getvalue().encode(encoding))


def read(*files: InputFile) -> tuple[list[Sheet], list[Finding]]:
    found = list(read_rs(files))
    return [f for f in found if isinstance(f, Sheet)], [f for f in found if isinstance(f, Finding)]


def of(sheet: Sheet, table: Table, measure: Measure) -> list[Cell]:
    return [c for c in sheet.cells if c.table is table and c.measure == measure]


TOTALS = {
    "予算年度": "2023", "当初予算（合計）": "100", "補正予算（合計）": "0", "前年度からの繰越し（合計）": "20", "予備費等（合計）": "0",
    "計（歳出予算現額合計）": "120", "執行額（合計）": "90", "執行率": "0.75", "翌年度への繰越し(合計）": "10",
    "翌年度要求額（合計）": "130.0", "主な増減理由": "架空の理由", "その他特記事項": "",
}  # fmt: skip
ACCOUNT = {
    "予算年度": "2023", "会計区分": "一般会計", "会計": "一般会計", "勘定": "", "当初予算": "100",
    **{f"第{n}次補正予算": "0" for n in range(1, 6)}, "前年度から繰越し": "20", **{f"予備費等{n}": "0" for n in range(1, 5)},
    "歳出予算現額": "120", "執行額": "90", "翌年度要求額": "130", "要望額": "0", "備考": "",
}  # fmt: skip
_OWN_YEAR = {"予算年度": "2024", "執行額（合計）": "0", "執行率": ""}


class TestBudget:
    @pytest.fixture
    def sheet(self) -> Sheet:
        file = made_csv("2-1", [TOTALS | _OWN_YEAR, ACCOUNT | {"予算年度": "2024", "執行額": "0"}, TOTALS, ACCOUNT])
        [sheet], findings = read(file)
        assert not findings
        return sheet

    def test_identity(self, sheet: Sheet) -> None:
        assert (sheet.sheet_id, sheet.project) == ("2024/架空省/77", "架空事業")
        assert (sheet.file, sheet.place) == ("rs/2-1.zip/2-1.csv", "予算事業ID 77")

    def test_totals_and_parts_are_told_apart(self, sheet: Sheet) -> None:
        totals, parts = of(sheet, Table.BUDGET, Measure.EXECUTED), of(sheet, Table.BUDGET_ACCOUNTS, Measure.EXECUTED)
        assert [(c.fiscal_year, c.value, c.scope) for c in totals if c.value] == [(2023, Decimal(90), Scope.TOTAL)]
        assert [(c.fiscal_year, c.value, c.scope, c.item) for c in parts if c.value] == [
            (2023, Decimal(90), Scope.PART, "一般会計")
        ]

    def test_zero_execution_of_the_own_year_is_pending(self, sheet: Sheet) -> None:
        own = [c for c in sheet.cells if c.measure == Measure.EXECUTED and c.fiscal_year == 2024]
        assert [(c.raw, c.kind, c.value) for c in own] == [("0", Kind.PENDING, None)] * 2

    def test_zero_execution_of_a_past_year_is_zero(self) -> None:
        [sheet], _ = read(made_csv("2-1", [TOTALS | {"執行額（合計）": "0"}]))
        [executed] = of(sheet, Table.BUDGET, Measure.EXECUTED)
        assert (executed.kind, executed.value) == (Kind.NUMBER, Decimal(0))

    def test_rate_is_a_fraction_and_request_is_for_the_next_year(self, sheet: Sheet) -> None:
        rate = of(sheet, Table.BUDGET, Measure.EXECUTION_RATE)[1]
        assert (rate.raw, rate.value, rate.unit) == ("0.75", Decimal("0.75"), FRACTION)
        requests = of(sheet, Table.BUDGET, Measure.REQUEST)
        assert [(c.fiscal_year, c.raw, c.column) for c in requests] == [(2025, "130.0", "2024年度"), (2024, "130.0", "2023年度")]

    def test_place_is_a_spreadsheet_row_and_the_printed_header(self, sheet: Sheet) -> None:
        first = of(sheet, Table.BUDGET, Measure.INITIAL)[0]
        assert first.locator == "2-1.csv, row 2, 当初予算（合計）"
        assert (first.row, first.file) == (("当初予算（合計）",), "")

    def test_texts_become_sections(self, sheet: Sheet) -> None:
        assert sheet.section(Field.CHANGE_REASON).text == "架空の理由"  # type: ignore[union-attr]
        assert [s.text for s in sheet.sections if s.name == Field.ACCOUNT] == ["一般会計"]
        assert [s.text for s in sheet.sections if s.name == Field.DIVISION] == ["架空課"]


def test_two_rows_of_one_account_are_two_items() -> None:
    [sheet], _ = read(made_csv("2-1", [ACCOUNT, ACCOUNT | {"当初予算": "7"}]))
    assert {c.item: c.value for c in of(sheet, Table.BUDGET_ACCOUNTS, Measure.INITIAL)} == {
        "一般会計": Decimal(100),
        "一般会計#2": Decimal(7),
    }


def test_budget_items_take_their_measure_from_the_kind_of_budget() -> None:
    row = {
        "予算年度": "2023", "会計区分": "一般会計", "会計": "一般会計", "勘定": "", "予算種別": "第1次補正予算", "所管": "架空省",
        "組織・勘定": "架空本省", "項": "架空費", "目": "庁費", "歳出予算項目の補足情報": "", "予算額（歳出予算項目ごと）": "5",
        "翌年度要求額（歳出予算項目ごと）": "", "備考（歳出予算項目ごと）": "",
    }  # fmt: skip
    kinds = ["当初予算", "第2次補正予算", "前年度から繰越し", "予備費等3", ""]
    [sheet], _ = read(made_csv("2-2", [row | {"予算種別": kind} for kind in kinds]))
    figures = [c for c in sheet.cells if c.value is not None]
    assert [c.measure for c in figures] == ["当初予算", "補正予算", "前年度から繰越し", "予備費等", None]
    assert {c.item for c in figures} == {"庁費"}
    assert figures[0].row == ("一般会計", "当初予算", "架空省", "架空本省", "架空費", "庁費", "予算額（歳出予算項目ごと）")


def test_rows_of_one_project_need_not_stand_together_nor_in_one_file() -> None:
    other = {"予算事業ID": "78", "事業名": "別の架空事業"}
    basic = made_csv("1-2", [{"事業の目的": "目的", "事業の概要": "概要", "現状・課題": "", "実施方法ー補助": "1"}, other])
    remarks = made_csv("6-1", [{"備考": "備考A"}, other | {"備考": "別"}, {"備考": "備考B"}])
    sheets, _ = read(remarks, basic)
    first = {s.number: s for s in sheets}["77"]
    assert first.file == "rs/1-2.zip/1-2.csv"
    assert [(s.text, s.file) for s in first.sections if s.name == Field.REMARKS] == [
        ("備考A", "rs/6-1.zip/6-1.csv"),
        ("備考B", "rs/6-1.zip/6-1.csv"),
    ]
    [method] = [s for s in first.sections if s.name == Field.METHOD]
    assert (method.text, method.locator) == ("補助", "1-2.csv, row 1, 実施方法ー補助")


def test_a_payees_file_on_its_published_header(shared: Path) -> None:
    """5-1 is not among the real files: made-up rows on the real header."""
    block = {"支出先ブロック番号": "A", "支出先ブロック名": "架空商事ほか", "支出先の数": "2",
             "事業を行う上での役割": "印刷", "ブロックの合計支出額": "300"}  # fmt: skip
    payee = {"支出先ブロック番号": "A", "支出先名": "架空商事", "法人番号": "1234567890123", "所在地": "架空県",
             "支出先の合計支出額": "200"}  # fmt: skip
    contract = {"支出先ブロック番号": "A", "支出先名": "架空商事", "法人番号": "1234567890123", "契約概要": "印刷一式", "金額": "120",
                "契約方式等": "一般競争契約（最低価格）", "入札者数": "1", "落札率": "99.9"}  # fmt: skip
    rows = [
        block, payee, contract, contract | {"契約概要": "配送", "金額": "80", "入札者数": "3"},
        {"支出先ブロック番号": "A", "支出先名": "架空印刷", "契約概要": "製本", "金額": "100"},
    ]  # fmt: skip
    header = _missing_header(shared, "5-1")
    [sheet], findings = read(made_csv("5-1", [dict.fromkeys(header, "") | COMMON | row for row in rows]))
    assert not findings
    assert [(c.item, c.value) for c in of(sheet, Table.PAYEES, Measure.BLOCK_TOTAL)] == [("A", Decimal(300))]
    amounts = of(sheet, Table.PAYEES, Measure.PAYEE_AMOUNT)
    assert [(c.item, c.raw, c.scope) for c in amounts] == [
        ("A/1", "200", Scope.TOTAL), ("A/1/1", "120", Scope.PART), ("A/1/2", "80", Scope.PART),
        ("A/2", "", Scope.TOTAL), ("A/2/1", "100", Scope.PART),
    ]  # fmt: skip
    assert [(c.item, c.raw) for c in of(sheet, Table.PAYEES, Measure.PAYEE_NAME)] == [("A/1", "架空商事"), ("A/2", "架空印刷")]
    assert {c.fiscal_year for c in amounts} == {2023}


def test_an_indicator_file_on_its_published_header(shared: Path) -> None:
    """3-1 is not among the real files: made-up rows on the real header."""
    about = {"アクティビティ・アウトプット・アウトカムの番号": "2",
             "種別（アクティビティ・アウトプット・アウトカム）": "アウトカム", "アウトカムの期間": "短期",
             "アクティビティ／活動目標／成果目標": "増やす", "活動指標／成果指標": "件数", "単位": "件"}  # fmt: skip
    kind = "目標年度／目標値／実績値／達成率"
    rows = [
        about | {kind: "目標値", "2022": "10", "2030": "90"},
        about | {kind: "実績値", "2022": "9"},
        about | {kind: "達成率", "2022": "90"},
        {"種別（アクティビティ・アウトプット・アウトカム）": "アクティビティ", "アクティビティ／活動目標／成果目標": "配る",
         "アクティビティ・アウトプット・アウトカムの番号": "1"},
    ]  # fmt: skip
    header = _missing_header(shared, "3-1")
    [sheet], findings = read(made_csv("3-1", [dict.fromkeys(header, "") | COMMON | row for row in rows]))
    assert not findings
    figures = [(c.measure, c.item, c.fiscal_year, c.value, c.unit) for c in sheet.cells if c.value is not None]
    assert figures == [
        ("目標値", "2", 2022, Decimal(10), "件"), ("目標値", "2", 2030, Decimal(90), "件"),
        ("成果実績", "2", 2022, Decimal(9), "件"), ("達成度", "2", 2022, Decimal(90), None),
    ]  # fmt: skip
    assert [c.raw for c in of(sheet, Table.OUTCOME, Measure.OUTCOME_INDICATOR)] == ["件数"], "once, not per row"
    assert [c.raw for c in of(sheet, Table.ACTIVITY, Measure.GOAL)] == ["配る"]


def _missing_header(shared: Path, number: str) -> list[str]:
    text = (shared / "data" / "rs2024" / "rs2024-missing-headers.csv").read_text("utf-8-sig")
    return [row["column"] for row in csv.DictReader(io.StringIO(text)) if row["file"] == number]


class TestTroubles:
    def test_an_unknown_column_is_reported_and_kept(self) -> None:
        [sheet], [finding] = read(made_csv("2-1", [TOTALS | ACCOUNT | {"流用等": "3"}]))
        assert "知らない列があります: 流用等" in finding.message
        [cell] = [c for c in sheet.cells if c.table is Table.UNKNOWN]
        assert (cell.raw, cell.row[-1]) == ("3", "流用等")

    def test_a_missing_column_is_reported(self) -> None:
        rows = [{k: v for k, v in (TOTALS | ACCOUNT).items() if k != "執行額（合計）"}]
        [sheet], [finding] = read(made_csv("2-1", rows))
        assert "列がありません: 執行額（合計）" in finding.message
        assert not of(sheet, Table.BUDGET, Measure.EXECUTED)

    def test_swapped_columns_are_read_by_name(self) -> None:
        row = TOTALS | ACCOUNT
        [sheet], _ = read(made_csv("2-1", [dict(reversed(row.items()))]))
        [straight], _ = read(made_csv("2-1", [row]))
        assert {(c.measure, c.item, c.raw) for c in sheet.cells} == {(c.measure, c.item, c.raw) for c in straight.cells}

    @pytest.mark.parametrize(("encoding", "warned"), [("utf-8", False), ("cp932", True), ("utf-16", True)])
    def test_encodings(self, encoding: str, warned: bool) -> None:
        [sheet], findings = read(made_csv("2-1", [TOTALS | ACCOUNT], encoding))
        assert sheet.project == "架空事業"
        assert bool(findings) == warned

    def test_rows_that_do_not_fit_are_rejected_alone(self) -> None:
        file = made_csv("6-1", [{"備考": "A"}, {"備考": "B", "予算事業ID": ""}, {"備考": "C", "事業年度": "令和6"}])
        broken = InputFile(file.name, file.data + b"1,2,3\r\n" + b"x," * 40 + b"\r\n\r\n" + b"\r\n" * 5)
        sheets, findings = read(broken)
        assert [s.sections[-1].text for s in sheets] == ["A"]
        assert [(f.place, f.severity) for f in findings if f.severity is Severity.REJECTED] == [
            ("row 3", Severity.REJECTED), ("row 4", Severity.REJECTED), ("row 5", Severity.REJECTED), ("row 6", Severity.REJECTED),
        ]  # fmt: skip

    def test_an_embedded_line_break_is_one_row(self) -> None:
        [sheet], _ = read(made_csv("6-1", [{"備考": "一行目\r\n二行目"}, {"備考": "次"}]))
        assert [(s.text, s.locator) for s in sheet.sections if s.name == Field.REMARKS] == [
            ("一行目\r\n二行目", "6-1.csv, row 2, 備考"),
            ("次", "6-1.csv, row 3, 備考"),
        ]

    def test_other_kinds_of_sheets_are_left_out_and_told(self) -> None:
        sheets, [finding] = read(made_csv("6-1", [{"シート種別": "基金シート", "備考": "A"}]))
        assert not sheets
        assert "種別" in finding.message

    def test_names_that_disagree_are_told(self) -> None:
        [sheet], [finding] = read(made_csv("6-1", [{"備考": "A"}, {"備考": "B", "事業名": "架空の別名"}]))
        assert sheet.project == "架空事業"
        assert "架空の別名" in finding.message

    def test_what_is_no_rs_file(self) -> None:
        sheets, [finding] = read(InputFile("x.csv", b"a,b\n1,2\n"))
        assert not sheets
        assert finding.severity is Severity.REJECTED
        assert recognise_layout(["事業年度", "予算事業ID", "知らない", "列", "ばかり"]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-デジ-22-0001", [(2023, "2023-デジ-22-0001")]),
        ("2023厚労220261", [(2023, "2023-厚労-22-0261")]),
        ("2023－復興－22－0058", [(2023, "2023-復興-22-0058")]),
        ("2023 - 文科 - 22 - 0130", [(2023, "2023-文科-22-0130")]),
        ("2023年度：2023-経産-新23-0008", [(2023, "2023-経産-新23-0008")]),
        ("2023農水22-0204、2022農水21-0206", [(2023, "2023-農水-22-0204"), (2022, "2022-農水-21-0206")]),
        ("0407,0416", [(2023, "0407"), (2023, "0416")]),
        ("政策: 15　施策: 21", []),
        ("", []),
    ],
)
def test_past_numbers_as_people_write_them(text: str, expected: list[tuple[int, str]]) -> None:
    assert past_numbers(text, 2024) == [PastNumber(year, "", number) for year, number in expected]


@pytest.fixture(scope="module")
def real(shared: Path) -> tuple[list[InputFile], dict[str, list[list[str]]]]:
    """The first 400 rows of each real file, and the same rows read by csv alone."""
    files, rows = [], {}
    for path in sorted((shared / "data" / "rs2024").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            [member] = archive.infolist()
            text = archive.read(member).decode("utf-8-sig")
        records = list(csv.reader(io.StringIO(text, newline="")))[:400]
        out = io.StringIO(newline="")
        csv.writer(out).writerows(records)
        name = Path(member.filename).name
        files.append(InputFile(f"{path.name}/{name}", out.getvalue().encode("utf-8-sig")))
        rows[name] = records
    return files, rows


def test_every_real_file_is_recognised(real: tuple[list[InputFile], dict[str, list[list[str]]]]) -> None:
    _, rows = real
    layouts = {name: recognise_layout(records[0]) for name, records in rows.items()}
    assert {name.split("_")[0]: layout.number for name, layout in layouts.items() if layout} == {
        number: number for number in (layout.number for layout in LAYOUTS if layout.number not in ("3-1", "5-1"))
    }


def test_every_filled_value_of_real_rows_is_kept_and_leads_back(
    real: tuple[list[InputFile], dict[str, list[list[str]]]],
) -> None:
    files, rows = real
    sheets, findings = read(*files)
    assert not findings
    kept: dict[tuple[str, int, str], str] = {}
    labels: dict[str, set[str]] = defaultdict(set)
    texts: dict[str, set[str]] = defaultdict(set)
    for sheet in sheets:
        for part in parts(sheet):
            name, place, header = part.locator.split(", ", 2)
            raw = printed(part)
            texts[f"{name}/{sheet.number}/{header}"].add(raw)
            number = int(place.removeprefix("row "))
            if number > 1:
                assert kept.setdefault((name, number, header), raw) == raw
            labels[f"{name}/{sheet.number}"].update(part.row if isinstance(part, Cell) else (part.text,))
    lost: Counter[str] = Counter()
    identity = ("事業名", "シート種別", "事業年度", "予算事業ID", "政策所管府省庁", "所管府省庁", "予算年度")
    taken_once = {"その他担当組織_作成責任者_no", *identity, *ORGANISATION, *ORDER_COLUMNS}
    for name, records in rows.items():
        columns = records[0]
        for number, values in enumerate(records[1:], start=2):
            project = values[columns.index("予算事業ID")]
            for label, value in zip(columns, values, strict=True):
                if not value.strip() or label in taken_once:
                    continue
                if (name, number, label) in kept:
                    assert kept[name, number, label] == value
                    continue
                said = value in texts[f"{name}/{project}/{label}"]  # the file repeats it on many rows
                as_label = "".join(value.split()) in labels[f"{name}/{project}"]
                lost[f"{name} {label}"] += not (said or as_label)
    assert not +lost
