"""Files that are no review sheet, or a damaged one: refused with a reason and a remedy, never a crash."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from openpyxl import Workbook

from corpus.model import Kind, Table, UnreadableFile
from tests.corpus.fixtures.lay_out import Form, to_pdf, to_text, to_xlsx
from tests.corpus.fixtures.make_forms import annex_2018, form_2015, form_2018, form_2023
from tests.corpus.forms import read

_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def _book(**cells: object) -> bytes:
    book = Workbook()
    for place, value in cells.items():
        book.active[place] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _with_part(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return out.getvalue()


_GOOD = to_xlsx([form_2023()])
_SHEET = "xl/worksheets/sheet1.xml"
BAD = [
    ("empty.xlsx", b"", "空のファイル"),
    ("empty.txt", b"", "空のファイル"),
    ("empty.pdf", b"", "空のファイル"),
    ("blank.txt", b" \r\n\t\n", "空のファイル"),
    ("truncated.xlsx", _GOOD[: len(_GOOD) // 2], "壊れて"),
    ("truncated.pdf", to_pdf(form_2023())[:400], "壊れて"),
    ("zip.xlsx", _with_part(_GOOD, "xl/workbook.xml", b"<a/>"), "見つかりません"),
    ("cut-xml.xlsx", _with_part(_GOOD, _SHEET, b"<worksheet><sheetData><row"), "壊れて"),
    ("dtd.xlsx", _with_part(_GOOD, _SHEET, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "DTD"),
    ("style.xlsx", _with_part(_GOOD, "xl/styles.xml", b"<styleSheet"), "壊れて"),
    ("old.xlsx", _OLE, ".xls"),
    ("locked.xlsx", _OLE + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
    ("word.xlsx", b"plain words", "ではありません"),
    ("locked.pdf", to_pdf(form_2023(), encrypted=True), "パスワード"),
    ("scan.pdf", to_pdf(form_2023(), with_text=False), "文字のないPDF"),
    ("noise.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 8, "PDF"),
    ("wrong.pdf", b"PK\x03\x04", "PDFではありません"),
    ("binary.txt", b"\x00\xd8\xd8\x00" * 50, "テキストではありません"),
    ("novel.txt", "吾輩は猫である。\n名前はまだ無い。\n".encode(), "様式が見つかりません"),
    ("table.txt", "日付\t品名\t金額\n4月1日\t茶\t120\n".encode(), "様式が見つかりません"),
    ("english.txt", b"a\tb\tc\n1\t2\t3\n", "様式が見つかりません"),
    ("sales.xlsx", _book(A1="売上", B1=100, A2="原価", B2=80), "見つかりません"),
    ("nothing.xlsx", _book(), "見つかりません"),
]


@pytest.mark.parametrize(("name", "data", "reason"), [pytest.param(*bad, id=bad[0]) for bad in BAD])
def test_refused_with_a_reason_and_a_remedy(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(name, data)
    finding = caught.value.finding
    assert reason in finding.message
    assert finding.file == name
    assert _JAPANESE.search(finding.message) and _JAPANESE.search(finding.remedy)


def test_a_sheet_that_is_a_form_without_a_year_is_refused() -> None:
    form = annex_2018()
    with pytest.raises(UnreadableFile) as caught:
        read("別紙.xlsx", to_xlsx([form]))
    assert "何年度のレビューシートか分かりません" in caught.value.finding.message
    assert "令和2年度_府省庁_事業番号" in caught.value.finding.remedy


def test_a_sheet_without_a_budget_table_is_taken_and_reported() -> None:
    form = form_2018()
    gone = {box.row for box in form.boxes if box.text in ("当初予算", "平成27年度", "執行額")}
    form.boxes = [box for box in form.boxes if box.row not in range(min(gone), max(gone) + 1)]
    (sheet,), findings = read("a.xlsx", to_xlsx([form]))
    assert sheet.sheet_id == "2018/架空省/0048"
    assert not [c for c in sheet.cells if c.table is Table.BUDGET]
    assert any("次の表がありません: 予算額・執行額" in f.message for f in findings)


def test_a_sheet_without_its_first_page_is_named_by_its_file() -> None:
    (sheet,), findings = read("平成30年度_架空省_0048.xlsx", to_xlsx([annex_2018()]))
    assert sheet.sheet_id == "2018/架空省/0048"
    assert any("表題がないため、ファイル名から2018年度のシートとしました" in f.message for f in findings)
    assert any("事業名が書かれていません" in f.message for f in findings)


def test_the_year_of_a_sheet_without_title_is_that_of_its_budget() -> None:
    form = form_2018()
    form.boxes = [box for box in form.boxes if box.row > 1]
    (sheet,), findings = read("架空省_0048.xlsx", to_xlsx([form]))
    assert sheet.sheet_id == "2018/架空省/0048"
    assert any("予算の年度から2018年度" in f.message for f in findings)


def test_a_number_that_is_nowhere_is_reported() -> None:
    form = form_2018()
    form.boxes = [box for box in form.boxes if box.row > 0]
    (sheet,), findings = read("様式.xlsx", to_xlsx([form]))
    assert sheet.number == "番号不明（架空の橋の点検）"
    assert any("事業番号が分かりません" in f.message for f in findings)


@pytest.mark.parametrize(("encoding", "named"), [("cp932", "Shift_JIS"), ("utf-16", "UTF-16")])
def test_other_encodings_are_read_with_a_warning(encoding: str, named: str) -> None:
    text = to_text(form_2018())
    utf8, _ = read("a.txt", text.encode())
    other, findings = read("a.txt", text.encode(encoding))
    assert other == utf8
    assert any(f"文字コードを {named} とみなして" in f.message for f in findings)


def test_ten_thousand_blank_rows_between() -> None:
    form = form_2018()
    below = next(box.row for box in form.boxes if box.text == "事業所管部局による点検・改善")
    moved = [
        type(b)(b.row + 10_000, b.col, b.col_end, b.value, b.row_end and b.row_end + 10_000, b.number_format, b.shown)
        if b.row >= below else b
        for b in form.boxes
    ]  # fmt: skip
    far = Form(form.name, moved, form.row + 10_000)
    (sheet,), _ = read("a.xlsx", to_xlsx([far]))
    (near,), _ = read("a.xlsx", to_xlsx([form_2018()]))
    assert [(c.raw, c.measure, c.row) for c in sheet.cells] == [(c.raw, c.measure, c.row) for c in near.cells]


def test_years_that_are_gone_leave_no_figure_with_a_year() -> None:
    """A heading whose merged cells were broken: its figures are kept as unknown, never dated by guess."""
    form = form_2015()
    header = next(box.row for box in form.boxes if box.text == "28年度要求")
    form.boxes = [box for box in form.boxes if not (box.row == header and box.col >= 15)]
    (sheet,), findings = read("a.xlsx", to_xlsx([form]))
    assert not [c for c in sheet.cells if c.table is Table.BUDGET]
    kept = [c for c in sheet.cells if c.table is Table.UNKNOWN and c.row[-1:] == ("当初予算",)]
    assert [c.raw for c in kept if c.kind is Kind.NUMBER][:2] == ["3", "5"]
    assert all(c.fiscal_year is None and c.measure is None for c in kept)
    assert any("様式にない項目" in f.message for f in findings)


def test_swapped_columns_keep_their_years() -> None:
    form = form_2018()
    header = next(box for box in form.boxes if box.text == "28年度")
    rows = range(header.row, header.row + 12)
    swap = {22: (29, 35), 29: (22, 28)}
    form.boxes = [
        type(b)(b.row, *swap[b.col], b.value, b.row_end, b.number_format, b.shown)
        if b.row in rows and b.col in swap and b.col_end - b.col == 6 else b
        for b in form.boxes
    ]  # fmt: skip
    (sheet,), _ = read("a.xlsx", to_xlsx([form]))
    executed = {c.fiscal_year: c.raw for c in sheet.cells if c.measure == "執行額"}
    assert (executed[2016], executed[2017]) == ("1,100", "1,001")


def test_a_huge_merged_range_is_no_form() -> None:
    book = Workbook()
    book.active["A1"] = "令和2年度行政事業レビューシート"
    stream = io.BytesIO()
    book.save(stream)
    merges = "".join(f'<mergeCell ref="A{n}:XFD{n + 900}"/>' for n in range(1, 9000, 901))
    with zipfile.ZipFile(io.BytesIO(stream.getvalue())) as archive:
        sheet = archive.read(_SHEET).decode()
    broken = sheet.replace("</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>")
    with pytest.raises(UnreadableFile):
        read("a.xlsx", _with_part(stream.getvalue(), _SHEET, broken.encode()))
