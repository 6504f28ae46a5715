"""The other five tabs in a real browser, and the marks of a finished program in all of them."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from app import SAMPLES
from tests.app.conftest import Running, Window, start

pytestmark = [pytest.mark.xdist_group("app"), pytest.mark.browser]
SHEET = "2021/架空省/2021-架空-20-0002"
TABS = ("ask", "search", "compare", "brief", "aggregate", "data")


def pick(page: Any, button: str, words: str) -> None:
    page.click(button)
    page.fill("#pick-box", words)
    page.locator("#pick-list button", has_text=words).first.click()


# ---- さがす -------------------------------------------------------------------------------------


def test_search_filters_opens_and_asks(window: Window) -> None:
    page = window.open("?tab=search")
    page.fill("#search-box", "災害のとき外国人に知らせる")
    page.press("#search-box", "Enter")
    first = page.locator(".hit").first
    first.wait_for()
    assert "多言語" in first.locator("h3").inner_text()
    assert page.locator(".hit mark").count() > 0
    assert page.locator(".hit svg.spark").count() > 0
    names = [one.inner_text() for one in page.locator(".hit h3").all()]
    assert len(names) == len(set(names)), "one line per project"
    first.locator(".hit-open").click()
    page.locator(".sheet-title", has_text="多言語").wait_for()
    page.locator("select[name=sheet_year]").first.select_option("2019")
    page.locator(".hit .dim", has_text="2019").first.wait_for()
    page.locator(".hit-ask").first.click()
    assert page.locator("#focus-line").is_visible()
    assert window.ask("令和元年度の当初予算は？").get_attribute("data-status") in ("answered", "not_recorded")


def test_search_with_nothing_found_or_bad_numbers(window: Window) -> None:
    page = window.open("?tab=search")
    page.locator("select[name=ministry]").wait_for()
    page.fill("input[name=budget_from]", "99999")
    page.fill("#search-box", "港")
    page.press("#search-box", "Enter")
    page.locator("#search-hits .empty").wait_for()
    assert "ゆるめて" in page.locator("#search-hits .empty").inner_text()


# ---- 比べる -------------------------------------------------------------------------------------


def test_compare_two_projects(window: Window) -> None:
    page = window.open("?tab=compare")
    pick(page, "#compare-pick", "山あい窓口")
    page.locator("#compare-result table").wait_for()
    pick(page, "#compare-pick", "離島港湾")
    page.locator("#compare-result tbody tr").nth(1).wait_for()
    assert page.locator("#compare-result svg.chart-lines").count() == 1
    page.select_option("#compare-measure", "執行額")
    cell = page.locator("#compare-result .cell-link", has_text="1,104").first
    cell.wait_for()
    cell.click()
    assert page.locator("#sheet-view .cited-now").inner_text().startswith("1,104")
    page.select_option("#compare-measure", "執行率")
    page.locator("#compare-result td", has_text="86%").wait_for()
    axis = page.locator("#compare-result svg text").all_text_contents()
    assert any(text.endswith("%") for text in axis)
    assert not any(text.endswith("円") for text in axis), "a rate is no money"
    page.locator("#compare-list button").first.click()
    page.locator("#compare-result tbody tr").nth(1).wait_for(state="detached")


# ---- 概要資料 -----------------------------------------------------------------------------------


def test_brief_preview_and_downloads(window: Window) -> None:
    page = window.open("?tab=brief")
    pick(page, "#brief-pick", "山あい窓口")
    page.locator("#brief-frame").wait_for()
    frame = page.frame_locator("#brief-frame")
    frame.locator("h1").wait_for()
    assert "山あい窓口" in frame.locator("h1").inner_text()
    assert frame.locator("table").count() > 0
    starts = {"Word": b"PK", "Excel": b"PK", "Markdown": b"#", "JSON": b"{"}
    for words, magic in starts.items():
        with page.expect_download() as download:
            page.locator(".brief-tools a", has_text=words).click()
        content = Path(download.value.path()).read_bytes()
        assert content.startswith(magic), words
        assert "山あい窓口" in download.value.suggested_filename
    page.select_option("#brief-year", "2020/架空省/0002")
    page.locator("#brief-frame[src*='0002']").wait_for()


@pytest.mark.parametrize("kind", ["long", "questions"])
def test_other_briefs(window: Window, kind: str) -> None:
    page = window.open("?tab=brief")
    page.select_option("#brief-kind", kind)
    pick(page, "#brief-pick", "山あい窓口")
    page.frame_locator("#brief-frame").locator("h1").wait_for()


def test_brief_of_a_topic_and_of_a_ministry(window: Window) -> None:
    page = window.open("?tab=brief")
    page.locator("#brief-ministry select").first.wait_for(state="attached")
    page.select_option("#brief-kind", "topic")
    page.fill("input[name=topic]", "災害")
    page.click("#brief-form button[type=submit]")
    page.frame_locator("#brief-frame").locator("h1", has_text="災害").wait_for()
    page.select_option("#brief-kind", "ministry")
    page.click("#brief-form button[type=submit]")
    page.frame_locator("#brief-frame").locator("h1", has_text="架空省").wait_for()


# ---- 集計 ---------------------------------------------------------------------------------------


def test_aggregate_table_sorted_and_downloaded(window: Window) -> None:
    page = window.open("?tab=aggregate")
    page.locator("#aggregate-builder select[name=kind]").wait_for()
    question = page.input_value("#aggregate-question")
    assert "執行額" in question
    page.press("#aggregate-question", "Enter")
    page.locator("#aggregate-table table").wait_for()
    assert "2,655百万円" in page.locator("#aggregate-answer").inner_text()
    rows = page.locator("#aggregate-table tbody tr")
    assert rows.count() >= 4
    money = page.locator("#aggregate-table th", has_text="執行額").locator("button")
    money.click()
    page.locator("#aggregate-table th[aria-sort=ascending]").wait_for()
    first = rows.first.inner_text()
    page.locator("#aggregate-table th[aria-sort] button").click()
    page.locator("#aggregate-table th[aria-sort=descending]").wait_for()
    assert rows.first.inner_text() != first
    with page.expect_download() as download:
        page.locator("#aggregate-table a", has_text="CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == rows.count() + 1
    page.locator("#aggregate-table [data-show='1']").click()
    page.locator("#aggregate-table [data-show='1'][aria-pressed=true]").wait_for()


def test_aggregate_controls_write_the_question(window: Window) -> None:
    page = window.open("?tab=aggregate")
    page.locator("#aggregate-builder select[name=kind]").wait_for()
    page.select_option("#aggregate-builder select[name=kind]", "sum")
    page.select_option("#aggregate-builder select[name=measure]", "当初予算")
    assert page.input_value("#aggregate-question").endswith("当初予算の合計は？")


# ---- データ --------------------------------------------------------------------------------------


@pytest.fixture
def own(sample_data: Path, tmp_path: Path, chromium: Any) -> Iterator[Window]:
    """An app of its own, on a copy of the data, for tests that change it."""
    data = tmp_path / "data"
    shutil.copytree(sample_data, data)
    served = start(data)
    opened = Window(chromium, served.url, viewport={"width": 1440, "height": 900})
    yield opened
    opened.close()
    served.app.close()


def test_what_is_loaded(window: Window) -> None:
    page = window.open("?tab=data")
    page.locator("#data-summary .counts").wait_for()
    assert "架空省" in page.locator("#data-summary").inner_text()
    assert page.locator("#data-files tbody tr").count() == 15
    page.click("#check-run")
    page.locator("#data-findings > *").first.wait_for()


def test_upload_with_progress_question_and_removal(own: Window, shared: Path, tmp_path: Path) -> None:
    """Drop a real sheet and something that is none: progress, report, a question on it, and out again."""
    form = shared / "data" / "forms" / "令和2年度_総務省_0048.xlsx"
    wrong = tmp_path / "お知らせ.xlsx"
    wrong.write_bytes(b"not a workbook")
    page = own.open("?tab=data")
    page.set_input_files("#upload-input", [str(form), str(wrong)])
    page.locator("#upload-list li").nth(1).wait_for()
    page.locator(".job").wait_for()
    page.click("#tab-ask")
    meanwhile = own.ask("花粉観測網維持費の平成30年度の執行額は？")
    assert meanwhile.get_attribute("data-status") == "answered", "nothing blocks questions"
    page.click("#tab-data")
    page.locator(".job-done").wait_for(timeout=90_000)
    assert "お知らせ.xlsx" in page.locator("#job").inner_text()
    page.locator("#data-files td", has_text="総務省_0048").first.wait_for()
    page.click("#tab-ask")
    answer = own.ask("自治体情報セキュリティ強化対策事業の令和元年度の執行額は？")
    assert answer.locator(".big").inner_text().startswith("43百万円")
    page.locator("#sheet-view .paper .cited").wait_for()
    page.click("#tab-data")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("tr", has_text="総務省_0048").locator(".remove-file").click()
    page.locator(".job-done", has_text="取り除きました").wait_for(timeout=90_000)
    page.locator("#data-files td", has_text="総務省_0048").first.wait_for(state="detached")


def test_a_zip_by_drag_and_drop(own: Window, shared: Path) -> None:
    form = shared / "data" / "forms" / "令和2年度_総務省_0048.txt"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("フォルダー/" + form.name, form.read_bytes())
    page = own.open("?tab=data")
    page.evaluate(
        """(bytes) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "シート.zip"));
          const drop = document.getElementById("drop");
          drop.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }""",
        list(packed.getvalue()),
    )
    page.locator(".job-done").wait_for(timeout=90_000)
    page.click("#tab-ask")
    assert own.ask("自治体情報セキュリティ強化対策事業の令和元年度の執行額は？").get_attribute("data-status") == "answered"


def test_first_start_loads_the_sample_by_itself(tmp_path: Path, chromium: Any) -> None:
    served = start(tmp_path / "new")
    opened = Window(chromium, served.url)
    try:
        page = opened.open()
        told = "document.querySelector('.example') || document.getElementById('examples').innerText.includes('見本')"
        page.wait_for_function(told)  # of the sample being read, or, on a quick machine, already what it holds
        page.locator(".example").first.wait_for(timeout=90_000)
        page.locator(".example").first.click()
        page.locator("article.answer:not(.waiting)").first.wait_for()
        assert page.locator("article.answer").get_attribute("data-status") == "answered"
    finally:
        opened.close()
        served.app.close()


def test_an_empty_folder_without_sample_says_what_to_do(tmp_path: Path, chromium: Any) -> None:
    served = start(tmp_path / "empty", load_sample=False)
    opened = Window(chromium, served.url)
    try:
        page = opened.open()
        page.fill("#question", "執行額は？")
        page.press("#question", "Enter")
        page.locator(".answer .error").wait_for()
        assert "取り込んで" in page.locator(".answer .error").inner_text()
        opened.errors = [text for text in opened.errors if "503" not in text]
    finally:
        opened.close()
        served.app.close()


# ---- all tabs ------------------------------------------------------------------------------------


def _fill(window: Window, tab: str) -> Any:
    """The tab with something in it."""
    page = window.open(f"?tab={tab}" if tab != "ask" else "")
    if tab == "ask":
        window.ask("離島港湾見守りブイ整備事業の執行額の推移は？")
        if page.locator("#evidence").is_visible():
            page.locator("#sheet-view .paper .cited").first.wait_for()
    elif tab == "search":
        page.fill("#search-box", "港")
        page.press("#search-box", "Enter")
        page.locator(".hit").first.wait_for()
    elif tab == "compare":
        pick(page, "#compare-pick", "山あい窓口")
        page.locator("#compare-result table").wait_for()
    elif tab == "brief":
        pick(page, "#brief-pick", "山あい窓口")
        page.frame_locator("#brief-frame").locator("h1").wait_for()
    elif tab == "aggregate":
        page.locator("#aggregate-builder select[name=kind]").wait_for()
        page.press("#aggregate-question", "Enter")
        page.locator("#aggregate-table table").wait_for()
    else:
        page.locator("#data-files table").wait_for()
    return page


@pytest.mark.parametrize("tab", TABS)
def test_narrow_without_sideways_scrolling(phone: Window, tab: str) -> None:
    page = _fill(phone, tab)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tab", TABS)
def test_accessibility(chromium: Any, running: Running, tab: str, scheme: str) -> None:
    """axe-core: no serious or critical finding, in either colours."""
    axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
    opened = Window(chromium, running.url, viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    page = _fill(opened, tab)
    page.evaluate(axe.AXE_SCRIPT)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
    bad = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    told = [(one["id"], [node["html"][:160] for node in one["nodes"][:4]]) for one in bad]
    opened.close()
    assert not bad, json.dumps(told, ensure_ascii=False, indent=1)


def test_tabs_by_arrow_keys_and_address(window: Window) -> None:
    page = window.open("?tab=compare")
    assert page.locator("#panel-compare").is_visible()
    page.focus("#tab-compare")
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel-brief").is_visible()
    assert "tab=brief" in page.url
    page.keyboard.press("Home")
    assert page.locator("#panel-ask").is_visible()


def test_sheet_permalink(window: Window) -> None:
    page = window.open("?sheet=" + quote(SHEET))
    page.locator(".sheet-title").wait_for()
    page.locator(".brief-of").click()
    page.frame_locator("#brief-frame").locator("h1").wait_for()


def test_samples_are_where_the_app_looks() -> None:
    assert len(list(SAMPLES.glob("*.xlsx"))) >= 12
