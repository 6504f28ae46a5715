"""JUDGIT! open data: one sheet per line of JSON (sheets published 2015-2023), gzip or plain.

Source: https://judgit.net, the database of main items that 内閣官房 publishes; figures in 百万円.
In it ``-`` and blank of the printed form have both become ``0.0`` or null, 翌年度へ繰越し is
negative as printed, and 執行率 is left out.  ``raw`` is the number's own text in the file; a key that
a row lacks (執行額 of the sheet's own year) and null are ``Kind.BLANK``.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from corpus.fields import Field, Measure
from corpus.model import (
    Cell,
    Finding,
    Kind,
    Origin,
    PastNumber,
    Scope,
    Section,
    Severity,
    Sheet,
    Table,
    UnreadableFile,
)
from corpus.numbers import read_printed
from corpus.readers.source import InputFile
from corpus.units import normal_unit

MONEY_UNIT: Final = "百万円"
_MAX_LINE_BYTES: Final = 4 * 1024 * 1024  # the longest of 47,597 real lines has 0.09 MB
_MAX_RATIO: Final = 100  # unpacked / packed; real files have 6
_FREE_BYTES: Final = 64 * 1024 * 1024  # what a file may unfold to whatever its ratio
_NOISE_DECIMALS: Final = 10  # 57.800000000000004: binary arithmetic, not a printed figure
_YEN_DECIMALS: Final = Decimal("0.000001")  # one yen in 百万円
_MAX_EXPONENT: Final = 30
_SHEET_YEARS: Final = range(2000, 2200)
_POSSIBLE_YEARS: Final = range(10_000)
_HEISEI: Final = 1988  # past sheets are also written "24" for 平成24年度
_LAST_HEISEI: Final = 31

_TEXTS: Final[dict[str, Field]] = {
    "事業名": Field.PROJECT,
    "担当部局庁": Field.BUREAU,
    "担当課室": Field.DIVISION,
    "作成責任者": Field.AUTHOR,
    "開始年度": Field.START_YEAR,
    "終了年度": Field.END_YEAR,
    "会計区分": Field.ACCOUNT,
    "主要施策": Field.MAJOR_POLICY,
    "事業目的": Field.PURPOSE,
    "事業概要": Field.OVERVIEW,
    "実施方法": Field.METHOD,
    "定量的な目標が設定できない理由": Field.NO_QUANTITATIVE_GOAL,
    "url": Field.URL,
}
_BUDGET: Final[dict[str, Measure]] = {
    "当初予算": Measure.INITIAL,
    "補正予算": Measure.SUPPLEMENTARY,
    "前年度から繰越し": Measure.CARRIED_IN,
    "翌年度へ繰越し": Measure.CARRIED_OUT,
    "予備費等": Measure.RESERVE,
    "予算計": Measure.BUDGET_TOTAL,
    "執行額": Measure.EXECUTED,
}
_REQUEST: Final = "要求額"
_PAYEE: Final[dict[str, Measure]] = {
    "支出先名": Measure.PAYEE_NAME,
    "法人番号": Measure.CORPORATE_NUMBER,
    "業務概要": Measure.PAYEE_WORK,
    "支出額": Measure.PAYEE_AMOUNT,
}
_OUTCOME: Final[dict[str, Measure]] = {
    "成果目標": Measure.GOAL,
    "成果指標": Measure.OUTCOME_INDICATOR,
    "単位": Measure.UNIT,
}
_OUTPUT: Final[dict[str, Measure]] = {"活動指標": Measure.OUTPUT_INDICATOR, "単位": Measure.UNIT}
_OUTCOME_YEARS: Final[dict[str, Measure]] = {"成果実績": Measure.OUTCOME_ACTUAL, "目標値": Measure.TARGET}
_OUTPUT_YEARS: Final[dict[str, Measure]] = {"活動実績": Measure.OUTPUT_ACTUAL, "当初見込み": Measure.OUTPUT_PLAN}
_NUMBER_KEYS: Final = ("事業番号1", "事業番号2", "事業番号3", "事業番号4", "事業番号5")
# identity of the sheet, kept as such; parts of 事業番号 are not repeated
_IDENTITY: Final = frozenset({"ID", "事業ID", "公開年度", "府省庁", "事業番号", *_NUMBER_KEYS})
_TABLES: Final = frozenset({"予算", "支出先", "アウトカム", "アウトプット", "関連する過去のレビューシート"})
_KNOWN: Final = _IDENTITY | _TABLES | frozenset(_TEXTS)


class _Number(str):
    """A JSON number as the file writes it."""

    __slots__ = ()


def read_judgit(file: InputFile) -> Iterator[Sheet | Finding]:
    """Sheets of one file in order, with a finding per line that is no sheet.

    Raises UnreadableFile when the file cannot be unpacked or is not UTF-8 text.
    """
    for number, line in numbered_lines(file):
        yield from read_line(line, number, file.name)


def numbered_lines(file: InputFile) -> Iterator[tuple[int, bytes]]:
    """(line number from 1, bytes) of every line that is not blank; gzip is unpacked on the way."""
    with file.open() as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        left = max(_FREE_BYTES, _MAX_RATIO * file.size)
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if packed else raw
        reader = io.BufferedReader(stream, 1 << 20)  # type: ignore[type-var]
        number = 0
        try:
            while line := reader.readline(_MAX_LINE_BYTES):
                number += 1
                left -= len(line)
                if left < 0:
                    raise UnreadableFile(
                        file.name, "展開すると大きくなりすぎる gzip です", "中身を確認し、展開してから指定してください",
                        f"line {number}",
                    )  # fmt: skip
                if len(line) >= _MAX_LINE_BYTES:
                    raise UnreadableFile(
                        file.name, "1行が長すぎます", "1行に1シートのJSON Linesか確認してください", f"line {number}"
                    )
                if line.strip():
                    yield number, line
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableFile(
                file.name, "gzip が途中で切れているか壊れています", "取得し直してください", f"line {number + 1}"
            ) from error


def read_line(line: bytes, number: int, file: str) -> Iterator[Sheet | Finding]:
    """The sheet of one line, preceded by findings about it; only a finding when it is no sheet."""
    place = f"line {number}"
    record = _parse(line)
    if isinstance(record, str):
        yield Finding(Severity.REJECTED, file, place, record, "この行を確認してください（ほかの行は取り込みました）")
        return
    unknown = sorted(set(record) - _KNOWN)
    if unknown:
        yield Finding(
            Severity.WARNING, file, place, f"知らない項目があります: {'、'.join(unknown)}", "「様式にない項目」として保存しました"
        )
    try:
        yield _Line(record, place).sheet(file)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        yield Finding(
            Severity.REJECTED, file, place, f"項目の形がJUDGIT!の公開データと違います: {error}", "この行を確認してください"
        )


def _parse(line: bytes) -> dict[str, Any] | str:
    """The JSON object of a line with numbers as text, or what is wrong with it."""
    try:
        text = line.decode("utf-8-sig")
        record = json.loads(text, parse_float=_Number, parse_int=_Number, parse_constant=_not_a_number)
        if "\\ud" in text.lower():
            json.dumps(record, ensure_ascii=False).encode("utf-8")  # lone surrogates cannot be stored
    except UnicodeDecodeError:
        return "UTF-8の文字列ではありません"
    except UnicodeEncodeError:
        return "不完全な文字（サロゲート）が含まれています"
    except RecursionError:
        return "JSONの入れ子が深すぎます"
    except ValueError as error:
        return f"JSONとして読めません（{error}）"
    if not isinstance(record, dict):
        return "JSONのオブジェクトではありません"
    missing = [key for key in ("公開年度", "府省庁", "事業番号", "事業名") if not record.get(key)]
    return f"必要な項目がありません: {'、'.join(missing)}" if missing else record


def _not_a_number(name: str) -> Any:
    raise ValueError(f"{name} は数値ではありません")


class _Line:
    """One record on its way to a sheet: collects cells and sections in the record's order."""

    def __init__(self, record: dict[str, Any], place: str) -> None:
        self.record = record
        self.place = place
        self.cells: list[Cell] = []
        self.sections: list[Section] = []

    def sheet(self, file: str) -> Sheet:
        record = self.record
        sheet_year = _year(record["公開年度"])
        if sheet_year not in _SHEET_YEARS:
            raise ValueError(f"公開年度が {str(record['公開年度'])[:20]} です")
        self._texts()
        self._budget()
        self._indicators("アウトカム", Table.OUTCOME, _OUTCOME, _OUTCOME_YEARS, "成果実績")
        self._indicators("アウトプット", Table.OUTPUT, _OUTPUT, _OUTPUT_YEARS, "活動実績")
        self._payees()
        past = self._past()
        self._unknown()
        return Sheet(
            sheet_year=sheet_year,
            ministry=_text(record["府省庁"]),
            number=_text(record["事業番号"]),
            project=_text(record["事業名"]),
            origin=Origin.JUDGIT,
            file=file,
            place=self.place,
            cells=tuple(self.cells),
            sections=tuple(self.sections),
            past_numbers=past,
            project_key=_text(record.get("事業ID") or ""),
        )

    def _texts(self) -> None:
        for key, field in _TEXTS.items():
            value = self.record.get(key)
            elements = value if isinstance(value, list) else [value]
            for i, element in enumerate(elements):
                if element is None or element == "":
                    continue
                path = f"/{key}/{i}" if isinstance(value, list) else f"/{key}"
                self.sections.append(Section(field, key, _text(element), f"{self.place}, {path}"))

    def _budget(self) -> None:
        for i, row in enumerate(_list(self.record.get("予算"))):
            year = _year(row["年度"])
            expected = {_REQUEST: Measure.REQUEST} if _REQUEST in row else _BUDGET
            for key, measure in expected.items():
                self._figure(Table.BUDGET, (key,), year, measure, "", row.get(key), MONEY_UNIT, f"/予算/{i}/{key}")
            self._extra(Table.BUDGET, row, {"年度", *expected}, "", f"/予算/{i}")

    def _indicators(
        self, name: str, table: Table, texts: dict[str, Measure], figures: dict[str, Measure], series: str
    ) -> None:
        for i, entry in enumerate(_list(self.record.get(name))):
            item, path = str(i + 1), f"/{name}/{i}"
            for key, measure in texts.items():
                self._word(table, (key,), "", measure, item, None, entry.get(key), f"{path}/{key}")
            unit = normal_unit(entry.get("単位"))
            if table is Table.OUTCOME:
                self._final_target(entry, item, unit, path)
            for j, row in enumerate(_list(entry.get(series))):
                year = _year(row["年度"])
                for key, measure in figures.items():
                    place = f"{path}/{series}/{j}/{key}"
                    self._figure(table, (key,), year, measure, item, row.get(key), unit, place)
                self._extra(table, row, {"年度", *figures}, item, f"{path}/{series}/{j}")
            self._extra(table, entry, {*texts, series, "目標値", "目標最終年度"}, item, path)

    def _final_target(self, entry: dict[str, Any], item: str, unit: str | None, path: str) -> None:
        last = entry.get("目標最終年度")
        year = _year(last) if last else None
        printed = read_printed(_text(entry.get("目標値") or ""))
        self._add(
            Table.OUTCOME, ("目標最終年度", "目標値"), f"{year}年度" if year else "", Measure.TARGET, item, year,
            _text(entry.get("目標値") or ""), printed.kind, printed.value, printed.unit or unit, f"{path}/目標値",
        )  # fmt: skip
        self._word(Table.OUTCOME, ("目標最終年度",), "", None, item, year, last, f"{path}/目標最終年度")

    def _payees(self) -> None:
        seen: Counter[str] = Counter()
        for i, row in enumerate(_list(self.record.get("支出先"))):
            block, rank, year = _text(row["グループ"]), _text(row["番号"]), _year(row["年度"])
            item = f"{block}/{rank}"
            seen[item] += 1
            if seen[item] > 1:
                item += f"#{seen[item]}"
            for key, measure in _PAYEE.items():
                place = f"/支出先/{i}/{key}"
                if measure is Measure.PAYEE_AMOUNT:
                    self._figure(
                        Table.PAYEES, (block, rank), year, measure, item, row.get(key), MONEY_UNIT, place, key
                    )
                else:
                    self._word(Table.PAYEES, (block, rank), key, measure, item, year, row.get(key), place)
            self._extra(Table.PAYEES, row, {"年度", "グループ", "番号", *_PAYEE}, item, f"/支出先/{i}")

    def _past(self) -> tuple[PastNumber, ...]:
        name = "関連する過去のレビューシート"
        past = []
        for i, row in enumerate(_list(self.record.get(name))):
            year = _year(row["年度"])
            parts = [key for key in _NUMBER_KEYS if row.get(key)]
            for key in ("府省庁", *parts):
                self._word(
                    Table.PAST_NUMBERS, (key,), f"{year}年度", None, str(i + 1), year, row.get(key), f"/{name}/{i}/{key}"
                )
            if parts:
                number = "-".join(_text(row[key]) for key in parts)
                past.append(PastNumber(year if year > _LAST_HEISEI else _HEISEI + year, _text(row.get("府省庁") or ""), number))
            self._extra(Table.PAST_NUMBERS, row, {"年度", "府省庁", *_NUMBER_KEYS}, str(i + 1), f"/{name}/{i}")
        return tuple(past)

    def _unknown(self) -> None:
        self._extra(Table.UNKNOWN, self.record, _KNOWN, "", "")

    def _extra(self, table: Table, row: dict[str, Any], known: set[str] | frozenset[str], item: str, path: str) -> None:
        """Keys the format did not have when this was written: kept, in the table of unknown things."""
        if len(row) <= len(known) and row.keys() <= known:
            return
        for key, value in row.items():
            if key not in known:
                label = (key,) if table is Table.UNKNOWN else (table.value, key)
                self._word(Table.UNKNOWN, label, "", None, item, None, value, f"{path}/{key}")

    def _figure(
        self, table: Table, row: tuple[str, ...], year: int, measure: Measure, item: str, token: Any,
        unit: str | None, path: str, column: str = "",
    ) -> None:  # fmt: skip
        raw, kind, value = _read_token(token)
        self._add(table, row, column or f"{year}年度", measure, item, year, raw, kind, value, unit, path)

    def _word(
        self, table: Table, row: tuple[str, ...], column: str, measure: Measure | None, item: str,
        year: int | None, value: Any, path: str,
    ) -> None:  # fmt: skip
        raw = "" if value is None else _text(value)
        self._add(table, row, column, measure, item, year, raw, Kind.TEXT if raw.strip() else Kind.BLANK, None, None, path)

    def _add(
        self, table: Table, row: tuple[str, ...], column: str, measure: Measure | None, item: str,
        year: int | None, raw: str, kind: Kind, value: Decimal | None, unit: str | None, path: str,
    ) -> None:  # fmt: skip
        locator = f"{self.place}, {path}"
        self.cells.append(
            Cell(table, row, column, measure, item, year, raw, kind, value, unit, locator, Scope.TOTAL)
        )


def _read_token(token: Any) -> tuple[str, Kind, Decimal | None]:
    """Raw text, kind and value of a JSON number or null; any other text is read as printed."""
    if token is None:
        return "", Kind.BLANK, None
    raw = _text(token)
    if not isinstance(token, _Number):
        printed = read_printed(raw)
        return raw, printed.kind, printed.value
    value = Decimal(raw)
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or exponent + len(digits) > _MAX_EXPONENT:
        return raw, Kind.TEXT, None
    if exponent <= -_NOISE_DECIMALS:
        value = value.quantize(_YEN_DECIMALS).normalize()
    return raw, Kind.NUMBER, value


def _year(value: Any) -> int:
    """A year as the file writes it (平成 years of past sheets too). Raises ValueError for anything else."""
    year = int(value)
    if year not in _POSSIBLE_YEARS:
        raise ValueError(f"年度ではありません（{str(value)[:20]}）")
    return year


def _text(value: Any) -> str:
    """Strings and numbers as written; lists and objects (unknown keys) as JSON."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False)


def _list(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ValueError("配列であるはずの項目が配列ではありません")
    return value


_JSON_START = re.compile(rb"\s*\{")


def looks_like_judgit(head: bytes) -> bool:
    """Whether unpacked leading bytes are those of a JUDGIT! line."""
    return _JSON_START.match(head.removeprefix(b"\xef\xbb\xbf")) is not None and "公開年度".encode() in head
