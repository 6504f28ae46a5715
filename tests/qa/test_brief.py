"""Briefs: what they say, that every figure is locked, and that every form of output opens."""

from __future__ import annotations

import dataclasses
import io
import itertools
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pdfplumber
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.brief.charts import png, svg
from qa.brief.excel import every_figure, to_xlsx
from qa.brief.expected import NOT_RECORDED, expected_questions
from qa.brief.extract import choose, sentences
from qa.brief.facts import notable
from qa.brief.fit import LEVELS, fit_page, height
from qa.brief.html import to_html
from qa.brief.lock import Unlocked, check_sentence, evaluate, locked
from qa.brief.many import comparison, members, ministry_brief, topic_brief, total
from qa.brief.markdown import to_data, to_markdown
from qa.brief.model import Brief, Bullets, Chart, Grid, Paragraph, Sentence
from qa.brief.project import LONG, project_brief
from qa.brief.sources import Sources, timeline
from qa.brief.word import to_docx
from tests.qa.brief_sheets import BUDGET, sheet

RESTATED = {**BUDGET, 2018: ("200", "0", "200", "195")}


@pytest.fixture
def brief() -> Brief:
    return locked(project_brief([sheet(), sheet(2019, budget=RESTATED, request="150")]))


def all_sentences(brief: Brief) -> list[Sentence]:
    found: list[Sentence] = []
    for part in brief.parts:
        for block in part.blocks:
            if isinstance(block, Paragraph):
                found += block.sentences
            elif isinstance(block, Bullets):
                found += block.items
    return found


def test_nothing_is_dropped_and_the_parts_are_all_there(brief: Brief) -> None:
    assert brief.dropped == ()
    headings = [part.heading for part in brief.parts]
    assert headings == [
        "事業の概要", "目的", "概要", "予算と執行", "特記事項", "主な支出先", "点検・所見・対応", "資金の流れ",
    ]  # fmt: skip


def test_the_newest_sheet_decides_and_the_older_figure_is_said() -> None:
    line = timeline([sheet(2019, budget=RESTATED), sheet()])
    assert line.at("執行額", 2018) is not None
    assert line.chosen[("執行額", 2018)].cell.raw == "190"
    assert [found.cell.raw for found in line.restated[("執行額", 2018)]] == ["195"]


def test_facts_state_figures_with_their_arithmetic() -> None:
    texts = [s.text for s in notable([sheet(), sheet(2019, budget=RESTATED)], Sources())]
    assert (
        "令和3（2021）年度の要求額は300百万円（3億円）で、令和2（2020）年度の当初予算150百万円（1.5億円）に比べ100.0%増。"
        in texts
    )
    assert (
        "令和元（2019）年度の執行率は50.0%（執行額÷計により計算）で、記録のある年度の中で最も低い。" in texts
    )  # 60/120
    assert "支出先の一覧のうち入札者数が1者の契約が1件（架空測量株式会社）。" in texts
    assert any("190百万円" in t and "195百万円" in t and "記載が異なる" in t for t in texts)


def test_a_total_that_does_not_add_up_is_named() -> None:
    wrong = {2019: ("100", "20", "125", "60"), 2020: BUDGET[2020]}
    texts = [s.text for s in notable([sheet(budget=wrong)], Sources())]
    assert any("計は125百万円" in t and "内訳を足すと120百万円" in t for t in texts)


def test_shares_are_of_the_payees_own_block(brief: Brief) -> None:
    part = next(p for p in brief.parts if p.heading == "主な支出先")
    grid = next(b for b in part.blocks if isinstance(b, Grid))
    assert [tuple(cell.text for cell in row) for row in grid.rows] == [
        ("A", "架空測量株式会社", "40", "80.0%"),  # 40 / (40 + 10)
        ("A", "架空海洋株式会社", "10", "20.0%"),
    ]


def test_quotes_stand_at_their_offsets(brief: Brief) -> None:
    quotes = [s for s in all_sentences(brief) if s.span is not None]
    assert len(quotes) >= 5
    for quote in quotes:
        assert quote.span is not None
        raw = brief.citations[quote.span.citation].raw
        assert raw[quote.span.start : quote.span.end] == quote.text


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_altering_any_digit_of_a_sentence_is_caught(data: st.DataObject) -> None:
    brief = locked(project_brief([sheet(), sheet(2019, budget=RESTATED)]))
    composed = [s for s in all_sentences(brief) if s.figures]
    one = data.draw(st.sampled_from(composed))
    places = [i for i, char in enumerate(one.text) if char.isdigit()]
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != one.text[at]]))
    altered = dataclasses.replace(one, text=one.text[:at] + digit + one.text[at + 1 :])
    legitimate = {d for s in composed for d in (s.text,)}
    if altered.text in legitimate:
        return
    try:
        check_sentence(altered, brief.citations)
    except Unlocked:
        return
    # What passes must be a number that the same citations carry elsewhere (a neighbouring year, a count).
    assert _numbers(altered.text) <= _carried(one, brief)


def _numbers(text: str) -> set[Decimal]:
    import re

    return {Decimal(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}


def _carried(one: Sentence, brief: Brief) -> set[Decimal]:
    allowed: set[Decimal] = set()
    for figure in one.figures:
        allowed |= _numbers(figure.shown) | {Decimal(len(figure.citations))}
    for n in one.citations:
        c = brief.citations[n]
        allowed |= _numbers(" ".join((c.raw, c.row, c.column, c.project, c.section)))
        for y in (c.fiscal_year, c.sheet_year):
            if y is not None:
                allowed |= {Decimal(v) for v in (y, y - 1, y - 2018, y - 2019, y - 1988, y - 1989)}
    return allowed


def test_a_wrong_figure_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    brief = project_brief([sheet()])
    broken = dataclasses.replace(
        brief, citations=tuple(dataclasses.replace(c, value="999") if c.raw == "60" else c for c in brief.citations)
    )
    checked = locked(broken)
    assert checked.dropped
    assert "left out of the brief" in caplog.text
    assert all("60百万円" not in s.text for s in all_sentences(checked))


def test_formulas_are_worked_out_in_yen(brief: Brief) -> None:
    cited = [n for n, c in enumerate(brief.citations) if c.raw in ("60", "120")]
    low, high = sorted(cited, key=lambda n: Decimal(brief.citations[n].value or 0))
    assert evaluate(f"[{low}] / [{high}] × 100", brief.citations) == Decimal(50)
    with pytest.raises(ValueError):
        evaluate("[0] ** 2", brief.citations)
    with pytest.raises(ValueError):
        evaluate("([0]", brief.citations)


def test_sentences_keep_brackets_and_offsets() -> None:
    source = "・測量する（海図を作る。）。結果を公表する。\n　次の段"
    pieces = sentences(source)
    assert [p.text for p in pieces] == ["・測量する（海図を作る。）。", "結果を公表する。", "次の段"]
    assert all(source[p.start : p.end] == p.text for p in pieces)


@given(st.text(alphabet="あ。（）\n／・測量 1", max_size=80))
def test_every_piece_is_a_slice_of_its_source(source: str) -> None:
    for piece in choose(source, 3):
        assert source[piece.start : piece.end] == piece.text


def test_choosing_only_drops_and_keeps_the_order() -> None:
    source = "".join(f"測量の第{i}回を実施して海図の精度を高める。" for i in range(9))
    pieces = choose(source, 3, name="測量事業", budget=90)
    assert 1 <= len(pieces) <= 3
    assert [p.start for p in pieces] == sorted(p.start for p in pieces)


def test_topic_totals_count_each_project_once() -> None:
    groups = [[sheet(), sheet(2019)], [sheet(number="0002", project="架空灯台調査事業")]]
    sources = Sources()
    summed = total(members(groups), "当初予算", 2019, sources)
    assert summed is not None
    assert (summed.figure.value, summed.counted, summed.left_out) == (Decimal(200), 2, 0)  # 100 + 100
    brief = locked(topic_brief("海の調査", groups))
    assert brief.dropped == ()
    assert brief.subtitle == "2事業"


def test_ministry_and_comparison_are_locked() -> None:
    groups = [[sheet(number=f"000{i}", project=f"架空{name}事業")] for i, name in enumerate("甲乙丙")]
    for brief in (locked(ministry_brief("架空省", 2020, groups)), locked(comparison(groups[:2]))):
        assert brief.dropped == ()
        assert brief.citations
    with pytest.raises(ValueError):
        comparison(groups[:1])


def test_expected_questions_quote_the_sheet_or_say_nothing_is_recorded() -> None:
    brief = locked(expected_questions([sheet()]))
    assert len(brief.parts) == 10
    by_theme = {part.heading.split("　")[1]: part for part in brief.parts}
    low = by_theme["執行率"].blocks[1]
    assert isinstance(low, Bullets)
    assert [item.text for item in low.items] == ["入札の結果、契約額が下がったため。"]
    expert = by_theme["外部有識者の指摘"].blocks[1]
    assert isinstance(expert, Bullets)
    assert [item.text for item in expert.items] == [NOT_RECORDED]


def test_every_number_of_the_excel_form_has_its_source(brief: Brief) -> None:
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(brief)))
    figures = book["数値と出典"]
    assert figures.max_row == 1 + len(list(every_figure(brief)))
    for row in figures.iter_rows(min_row=2, values_only=True):
        assert row[6] and row[8], row  # 出典 and シート


@pytest.mark.parametrize("prefix", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝１"])
def test_sheet_text_never_becomes_a_formula(prefix: str) -> None:
    brief = locked(project_brief([sheet(purpose=f"{prefix} 港の調査を行う。", project=prefix)]))
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(brief)))
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value


def test_word_has_styles_tables_footnotes_and_a_described_picture(brief: Brief) -> None:
    data = to_docx(brief)
    document = docx.Document(io.BytesIO(data))
    assert document.paragraphs[0].style is not None
    assert document.paragraphs[0].style.name == "Title"
    assert any(p.style is not None and p.style.name == "Heading 1" for p in document.paragraphs)
    assert len(document.tables) >= 3
    names = [part.partname for part in document.part.package.iter_parts()]
    assert "/word/footnotes.xml" in names
    xml = document.element.xml
    assert "footnoteReference" in xml
    assert "予算と執行の推移のグラフ" in xml  # the picture's alternative text


def test_markup_in_a_sheet_stays_text() -> None:
    nasty = "<script>alert(1)</script>と*強調*と~~線~~と$x$の1~2億円を扱う調査である。"
    brief = locked(project_brief([sheet(purpose=nasty)]))
    assert "<script>" not in to_html(brief)
    assert "&lt;script&gt;" in to_html(brief)
    markdown = to_markdown(brief)
    assert "~~線~~" not in markdown
    assert r"\~\~線\~\~" in markdown


def test_data_form_holds_every_figure(brief: Brief) -> None:
    data = to_data(brief)
    assert data["kind"] == "事業"
    assert len(data["citations"]) == len(brief.citations)
    assert data["citations"][0]["source"]["file"] == "架空.xlsx"


def test_levels_only_take_away_and_the_fit_fits() -> None:
    built = fit_page(lambda limits: project_brief([sheet(), sheet(2019)], limits))
    assert height(built) <= 282
    long_text = "とても長い文がここに続いている。" * 400
    squeezed = fit_page(lambda limits: project_brief([sheet(purpose=long_text)], limits))
    assert height(squeezed) <= 282
    tallest = [height(project_brief([sheet(purpose=long_text)], limits)) for limits in LEVELS]
    assert all(a >= b - 1e-6 for a, b in itertools.pairwise(tallest))


def test_charts_draw_with_japanese_text(brief: Brief) -> None:
    charts = [b for part in brief.parts for b in part.blocks if isinstance(b, Chart)]
    assert {chart.kind for chart in charts} == {"budget", "payees", "flow"}
    for chart in charts:
        assert png(chart).startswith(b"\x89PNG")
        assert svg(chart).startswith("<svg")
        assert "。" in chart.alt


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_word_and_excel_open_in_libreoffice_on_one_page(tmp_path: Path) -> None:
    briefs = [fit_page(lambda limits: project_brief([sheet()], limits)), project_brief([sheet()], LONG)]
    for i, brief in enumerate(briefs):
        (tmp_path / f"brief{i}.docx").write_bytes(to_docx(brief))
        (tmp_path / f"book{i}.xlsx").write_bytes(to_xlsx(brief))
    files = [str(p) for p in sorted(tmp_path.iterdir())]
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    done = subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path / "pdf"), *files],
        capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    assert "rror" not in done.stderr, done.stderr
    assert len(list((tmp_path / "pdf").iterdir())) == len(files)
    with pdfplumber.open(tmp_path / "pdf" / "brief0.pdf") as document:
        assert len(document.pages) == 1
