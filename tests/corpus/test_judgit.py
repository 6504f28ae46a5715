"""The JUDGIT! reader: every value of a line becomes a cell or a section, and leads back to it."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from corpus.fields import Field, Measure
from corpus.model import Cell, Finding, Kind, Section, Severity, Sheet, Table, UnreadableFile
from corpus.readers.judgit import numbered_lines, read_judgit, read_line
from corpus.readers.source import InputFile
from tests.corpus.made import parts, printed, record

_IDENTITY = {"ID", "事業ID", "公開年度", "府省庁", "事業番号", *(f"事業番号{n}" for n in range(1, 6))}


def read(entry: dict[str, Any] | bytes) -> tuple[list[Sheet], list[Finding]]:
    line = entry if isinstance(entry, bytes) else json.dumps(entry, ensure_ascii=False).encode()
    found = list(read_line(line, 7, "made.ndjson"))
    return [f for f in found if isinstance(f, Sheet)], [f for f in found if isinstance(f, Finding)]


def one(entry: dict[str, Any]) -> Sheet:
    [sheet], findings = read(entry)
    assert not findings
    return sheet


def of(sheet: Sheet, measure: Measure, year: int | None = None) -> list[Cell]:
    return [c for c in sheet.cells if c.measure == measure and year in (None, c.fiscal_year)]


def test_identity_and_place() -> None:
    sheet = one(record(事業ID=12, 関連する過去のレビューシート=[
        {"年度": 2019, "府省庁": "架空省", "事業番号1": "新30", "事業番号2": "0003", "事業番号3": None}]))  # fmt: skip
    assert (sheet.sheet_id, sheet.file, sheet.place, sheet.project_key) == ("2020/架空省/0001", "made.ndjson", "line 7", "12")
    [past] = sheet.past_numbers
    assert (past.sheet_year, past.ministry, past.number) == (2019, "架空省", "新30-0003")


def test_budget_has_a_blank_where_nothing_is_recorded_yet() -> None:
    sheet = one(record(executed=43.5))
    assert [(c.fiscal_year, c.raw, c.kind, c.value) for c in of(sheet, Measure.EXECUTED)] == [
        (2017, "43.5", Kind.NUMBER, Decimal("43.5")),
        (2018, "43.5", Kind.NUMBER, Decimal("43.5")),
        (2019, "43.5", Kind.NUMBER, Decimal("43.5")),
        (2020, "", Kind.BLANK, None),
    ]
    [request] = of(sheet, Measure.REQUEST)
    assert (request.fiscal_year, request.value, request.unit) == (2021, Decimal("55.5"), "百万円")
    assert request.locator == "line 7, /予算/4/要求額"
    assert not of(sheet, Measure.EXECUTED, 2021), "the form has no execution row for the requested year"


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("336.0", "336"),
        ("1.255612", "1.255612"),
        ("57.800000000000004", "57.8"),
        ("8e-05", "0.00008"),
        ("0.5719999372001", "0.572"),
        ("8.666666666666666", "8.666667"),
        ("-12.5", "-12.5"),
        ("0.0", "0"),
        ("9007199254740993", "9007199254740993"),
    ],
)
def test_raw_is_the_number_as_written_and_value_loses_only_binary_noise(token: str, value: str) -> None:
    line = json.dumps(record(), ensure_ascii=False).replace("55.5", token).encode()
    [sheet], _ = read(line)
    [request] = of(sheet, Measure.REQUEST)
    assert (request.raw, request.value) == (token, Decimal(value))


def test_payees_keep_unique_items() -> None:
    payee = {"年度": 2019, "グループ": "A", "番号": 1, "支出先名": "架空", "法人番号": "1234567890123", "業務概要": "", "支出額": 2.0}
    sheet = one(record(支出先=[payee, payee | {"支出先名": "別の架空"}, payee | {"グループ": "B"}]))
    names = {c.item: c.raw for c in of(sheet, Measure.PAYEE_NAME)}
    assert names == {"A/1": "架空", "A/1#2": "別の架空", "B/1": "架空"}
    assert {c.item for c in of(sheet, Measure.PAYEE_AMOUNT, 2019)} == set(names)
    assert of(sheet, Measure.PAYEE_WORK)[0].kind is Kind.BLANK


def test_indicators_have_units_years_and_final_targets() -> None:
    outcome = {
        "成果目標": "増やす", "成果指標": "件数", "単位": "％", "目標値": "1,200", "目標最終年度": 2024,
        "成果実績": [{"年度": 2018, "成果実績": 3.0, "目標値": None}, {"年度": 2019, "成果実績": None, "目標値": 4.0}],
    }  # fmt: skip
    output = {"活動指標": "回数", "単位": "回", "活動実績": [{"年度": 2018, "活動実績": 5.0, "当初見込み": 6.0}]}
    sheet = one(record(アウトカム=[outcome, outcome], アウトプット=[output]))
    assert [c.item for c in of(sheet, Measure.GOAL)] == ["1", "2"]
    actual = of(sheet, Measure.OUTCOME_ACTUAL)
    assert [(c.item, c.fiscal_year, c.raw, c.unit) for c in actual[:2]] == [("1", 2018, "3.0", "%"), ("1", 2019, "", "%")]
    final = next(c for c in of(sheet, Measure.TARGET, 2024))
    assert (final.raw, final.value, final.row) == ("1,200", Decimal(1200), ("目標最終年度", "目標値"))
    assert of(sheet, Measure.OUTPUT_PLAN)[0].unit == "回"


def test_texts_become_sections_one_per_element() -> None:
    sheet = one(record(会計区分=["一般会計", "架空特別会計"], 主要施策=None, 終了年度=2025))
    assert [(s.text, s.locator) for s in sheet.sections if s.name == Field.ACCOUNT] == [
        ("一般会計", "line 7, /会計区分/0"),
        ("架空特別会計", "line 7, /会計区分/1"),
    ]
    assert sheet.section(Field.END_YEAR) == Section(Field.END_YEAR, "終了年度", "2025", "line 7, /終了年度")
    assert sheet.section(Field.OVERVIEW) is None, "an empty text is not recorded"


def test_unknown_keys_are_kept_and_reported() -> None:
    entry = record(新しい項目={"a": 1.50})
    entry["予算"][0]["流用等"] = 1.5
    [sheet], findings = read(entry)
    assert ["知らない項目" in f.message and "新しい項目" in f.message for f in findings] == [True]
    assert {(c.locator, c.raw) for c in sheet.cells if c.table is Table.UNKNOWN} == {
        ("line 7, /新しい項目", '{"a": "1.5"}'),
        ("line 7, /予算/0/流用等", "1.5"),
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"not json", "JSONとして読めません"),
        (b"[1]", "オブジェクト"),
        (b"{}", "必要な項目がありません"),
        (b'{"a": NaN}', "NaN は数値ではありません"),
        ("{\"事業名\": \"\udcff".encode("utf-8", "surrogateescape"), "UTF-8"),
        (b'{"\\ud800": 1}', "サロゲート"),
        (b'{"a":' * 100_000, "入れ子が深すぎます"),
        (json.dumps(record(予算=3)).encode(), "項目の形"),
        (json.dumps(record(予算=[{"当初予算": 1.0}])).encode(), "項目の形"),
        (json.dumps(record(公開年度="不明")).encode(), "項目の形"),
    ],
)
def test_a_bad_line_is_rejected_with_its_place(line: bytes, message: str) -> None:
    sheets, [finding] = read(line)
    assert not sheets
    assert finding.severity is Severity.REJECTED
    assert finding.place == "line 7"
    assert message in finding.message


def test_an_absurd_exponent_stays_text() -> None:
    line = json.dumps(record(), ensure_ascii=False).replace("55.5", "1e999").encode()
    [sheet], _ = read(line)
    [request] = of(sheet, Measure.REQUEST)
    assert (request.raw, request.kind, request.value) == ("1e999", Kind.TEXT, None)


def test_other_lines_are_still_read(tmp_path: Path) -> None:
    lines = [json.dumps(record("0001")), "broken", "", json.dumps(record("0002"))]
    file = InputFile("x.ndjson.gz", gzip.compress("\r\n".join(lines).encode()))
    found = list(read_judgit(file))
    assert [(f.number, f.place) for f in found if isinstance(f, Sheet)] == [("0001", "line 1"), ("0002", "line 4")]
    assert [f.place for f in found if isinstance(f, Finding)] == ["line 2"]


def test_a_cut_gzip_says_where_it_broke() -> None:
    data = gzip.compress("\n".join(json.dumps(record(f"{n:04}")) for n in range(50)).encode())
    with pytest.raises(UnreadableFile, match="途中で切れているか壊れています"):
        list(read_judgit(InputFile("x.ndjson.gz", data[: len(data) // 2])))


@pytest.fixture(scope="module")
def real_lines(shared: Path) -> list[tuple[str, int, bytes]]:
    """Every 400th line of every year."""
    lines = []
    for path in sorted((shared / "data" / "judgit").glob("*.gz")):
        for number, line in itertools.islice(numbered_lines(InputFile(path.name, path=path)), 0, None, 400):
            lines.append((path.name, number, line))
    return lines


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _leaves(inner, f"{path}/{position}")
    else:
        yield path, value


def test_every_value_of_real_lines_is_kept_and_leads_back(real_lines: list[tuple[str, int, bytes]]) -> None:
    assert len(real_lines) > 100
    keys_of_rows = {"年度", "グループ", "番号"}  # labels of the cells beside them
    for file, number, line in real_lines:
        [sheet] = [f for f in read_line(line, number, file) if isinstance(f, Sheet)]
        kept = {part.locator: printed(part) for part in parts(sheet)}
        record_ = json.loads(line)
        for path, value in _leaves(record_, ""):
            top, last = path.split("/")[1], path.split("/")[-1]
            if top in _IDENTITY or last in keys_of_rows:
                continue
            text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
            optional = not text and f"line {number}, {path}" not in kept  # an empty text, a number part not given
            assert optional or kept[f"line {number}, {path}"] == text, (file, path)
        assert all(where.startswith(f"line {number}, /") for where in kept)
        assert len(kept) == len(sheet.cells) + len(sheet.sections), "no two cells from one place"
