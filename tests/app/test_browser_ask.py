"""The 質問 tab in a real browser: from Enter to the cell, by mouse, by keyboard, and with an input method."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.app.conftest import Window

pytestmark = [pytest.mark.xdist_group("app"), pytest.mark.browser]
QUESTION = "山あい窓口オンライン化推進事業の令和2年度の執行額はいくらですか"


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that no locator sees (the page's CSP forbids scripts made of strings)."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end


def texts(locator: Any) -> list[str]:
    return [text.strip() for text in locator.all_inner_texts()]


def test_first_question_of_a_newcomer(window: Window) -> None:
    """Press an example: an answer, a figure, a badge, and the cell that prints it."""
    page = window.open()
    example = page.locator(".example").first
    example.wait_for()
    example.click()
    answer = page.locator("article.answer:not(.waiting)").first
    answer.wait_for()
    assert answer.get_attribute("data-status") == "answered"
    assert "照合済み" in answer.locator(".badge").inner_text()
    page.locator("#sheet-view .cited").first.wait_for()


def test_every_example_has_an_answer(window: Window) -> None:
    page = window.open()
    page.locator(".example").first.wait_for()
    questions = [one.get_attribute("data-question") for one in page.locator(".example").all()]
    assert len(questions) >= 5
    for question in questions:
        page.click("#new-talk")
        assert window.ask(question or "").get_attribute("data-status") == "answered", question


def test_answer_chip_leads_to_the_printed_cell(window: Window) -> None:
    page = window.open()
    answer = window.ask(QUESTION)
    assert answer.locator(".big").inner_text().startswith("1,104百万円")
    cell = page.locator("#sheet-view .paper .cited")
    cell.wait_for()
    assert cell.inner_text().startswith("1,104")
    assert cell.get_attribute("data-at") == "行政事業レビューシート!AD19"
    page.click("#close-evidence")
    assert not page.locator("#evidence").is_visible()
    answer.locator(".headline .cite").first.click()
    assert page.locator("#sheet-view .cited-now").is_visible()
    assert "AD19" in answer.locator(".citations").inner_text()


def test_the_form_is_drawn_with_its_merged_cells(window: Window) -> None:
    page = window.open("?sheet=" + quote("2021/架空省/2021-架空-20-0002"))
    page.locator(".paper").wait_for()
    assert page.locator(".paper td[rowspan]").count() > 5
    assert page.locator(".paper td[colspan]").count() > 20
    assert page.locator(".sheet-title").inner_text() == "山あい窓口オンライン化推進事業"
    page.click("button[data-look=tables]")
    assert not page.locator(".paper").is_visible()
    assert page.locator(".form-grid").first.is_visible()


def test_a_cell_offers_the_questions_it_answers(window: Window) -> None:
    page = window.open()
    window.ask(QUESTION)
    page.locator("#sheet-view .paper .cited").click()
    suggestion = page.locator(".cell-questions .suggest").first
    suggestion.wait_for()
    assert "執行額" in suggestion.inner_text()
    suggestion.click()
    page.locator("article.answer").nth(1).wait_for()
    answer = page.locator("article.answer:not(.waiting)").nth(1)
    answer.wait_for()
    assert answer.locator(".big").inner_text().startswith("1,104百万円")


def test_changing_a_chip_asks_again_in_place(window: Window) -> None:
    page = window.open()
    answer = window.ask(QUESTION)
    answer.locator("select[name=fiscal_years]").select_option("2019")
    page.locator(".big", has_text="238百万円").wait_for()
    assert page.locator("article.answer").count() == 1
    page.locator("select[name=measure]").select_option("当初予算")
    page.locator(".big", has_text="210百万円").wait_for()
    page.locator("select[name=operation]").select_option("増減額")
    page.locator(".big", has_text="30百万円").wait_for()


def test_changing_the_project(window: Window) -> None:
    page = window.open()
    window.ask(QUESTION).locator(".pick-project").click()
    page.fill("#pick-box", "花粉")
    page.locator("#pick-list button", has_text="花粉").click()
    page.locator(".pick-project", has_text="花粉観測網維持費").wait_for()


def test_not_recorded_says_what_there_is(window: Window) -> None:
    window.open()
    answer = window.ask("山あい窓口オンライン化推進事業の令和3年度の執行額は？")
    assert answer.get_attribute("data-status") == "not_recorded"
    assert answer.locator(".status").inner_text() == "記載なし"
    assert len(answer.locator(".prose").inner_text()) > 20


def test_unknown_project(window: Window) -> None:
    window.open()
    assert window.ask("火星有人探査推進費の令和2年度の執行額は？").get_attribute("data-status") == "not_found"


def test_several_turns_keep_the_subject(window: Window) -> None:
    window.open()
    window.ask(QUESTION)
    second = window.ask("前年度は？")
    assert second.locator(".big").inner_text().startswith("238百万円")


def test_suggestions_have_answers(window: Window) -> None:
    page = window.open()
    answer = window.ask(QUESTION)
    answer.locator(".suggest").first.click()
    page.locator("article.answer:not(.waiting)").nth(1).wait_for()
    assert page.locator("article.answer").nth(1).get_attribute("data-status") == "answered"


def test_enter_during_conversion_never_sends(window: Window) -> None:
    """An input method is converting: Enter chooses a word. Real composition events, through the browser's protocol."""
    page = window.open()
    page.focus("#question")
    protocol = window.context.new_cdp_session(page)
    protocol.send("Input.imeSetComposition", {"text": "しっこうがく", "selectionStart": 6, "selectionEnd": 6})
    enter = {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "code": "Enter", "key": "Enter"}
    protocol.send("Input.dispatchKeyEvent", enter)
    page.evaluate(
        "() => document.getElementById('question').dispatchEvent(new KeyboardEvent('keydown',"
        "{key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    assert page.locator("article.answer").count() == 0
    protocol.send("Input.insertText", {"text": "執行額"})
    assert page.input_value("#question") == "執行額"
    assert page.locator("article.answer").count() == 0
    page.press("#question", "Enter")
    page.locator("article.answer").first.wait_for()


def test_shift_enter_breaks_the_line(window: Window) -> None:
    page = window.open()
    page.fill("#question", "一行目")
    page.press("#question", "Shift+Enter")
    page.keyboard.type("二行目")
    assert page.input_value("#question") == "一行目\n二行目"
    assert page.locator("article.answer").count() == 0


def test_slash_focuses_the_box_and_is_typed_in_it(window: Window) -> None:
    page = window.open("?tab=data")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "question"
    assert page.input_value("#question") == ""
    page.keyboard.type("1/2")
    assert page.input_value("#question") == "1/2"


def test_keyboard_only(window: Window) -> None:
    """Tab to an example, Enter, on to the chip, Enter, into the pane, Escape, and back where it began."""
    page = window.open()
    page.locator(".example").first.wait_for()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('example')"):
            break
    page.keyboard.press("Enter")
    page.locator("#sheet-view .cited").first.wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#evidence").is_visible()
    page.locator(".answer .cite").first.focus()
    page.keyboard.press("Enter")
    page.locator("#sheet-view .cited-now").wait_for()
    assert page.evaluate("document.activeElement.classList.contains('cell')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('cite')")


def test_permalinks(window: Window) -> None:
    page = window.open("?q=" + quote(QUESTION))
    page.locator("article.answer:not(.waiting)").wait_for()
    assert page.locator(".big").inner_text().startswith("1,104百万円")
    page.reload()
    page.locator("article.answer:not(.waiting)").wait_for()
    assert quote(QUESTION) in page.url


def test_asking_changes_the_address(window: Window) -> None:
    page = window.open()
    window.ask(QUESTION)
    assert "q=" in page.url


def test_history_stays_in_the_browser_and_can_be_searched(window: Window) -> None:
    page = window.open()
    window.ask(QUESTION)
    window.ask("花粉観測網維持費の事業の目的は何ですか")
    page.click("details.history summary")
    assert page.locator("#history-list button").count() == 2
    page.fill("#history-box", "花粉")
    assert texts(page.locator("#history-list button")) == ["花粉観測網維持費の事業の目的は何ですか"]
    page.locator("#history-list button").first.click()
    page.locator("article.answer:not(.waiting)").nth(2).wait_for()
    page.reload()
    page.click("details.history summary")
    page.locator("#history-list button").first.wait_for()
    page.click("#history-clear")
    assert page.locator("#history-list button").count() == 0


def test_notation_unit_and_size_switch_without_asking(window: Window) -> None:
    page = window.open()
    answer = window.ask(QUESTION)
    label = answer.locator(".big-label")
    assert label.inner_text().startswith("令和2（2020）年度")
    page.click("details.display summary")
    page.check("input[name=era][value=seireki]")
    assert label.inner_text().startswith("2020年度")
    page.check("input[name=era][value=wareki]")
    assert label.inner_text().startswith("令和2年度")
    page.check("input[name=unit][value=y]")
    assert answer.locator(".big").inner_text().startswith("1,104,000,000円")
    page.check("input[name=unit][value=o]")
    assert answer.locator(".big").inner_text().startswith("11.04億円")
    before = page.evaluate("getComputedStyle(document.body).fontSize")
    page.check("input[name=size][value=x]")
    assert page.evaluate("getComputedStyle(document.body).fontSize") > before
    page.reload()
    assert page.evaluate("document.documentElement.dataset.unit") == "o"


def test_dark_by_choice_and_by_the_system(window: Window, chromium: Any, running: Any) -> None:
    page = window.open()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("details.display summary")
    page.check("input[name=theme][value=dark]")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    night = Window(chromium, running.url, color_scheme="dark")
    assert night.open().evaluate("getComputedStyle(document.body).backgroundColor") == dark
    night.close()


def test_copies(window: Window) -> None:
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = window.open()
    answer = window.ask(QUESTION)
    answer.locator("[data-tool=copy-text]").click()
    page.locator(".toast.shown").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "1,104百万円" in copied
    assert "AD19" in copied
    answer.locator("[data-tool=copy-table]").click()
    until(lambda: "\t" in page.evaluate("navigator.clipboard.readText()"))
    answer.locator("[data-tool=copy-link]").click()
    until(lambda: page.evaluate("navigator.clipboard.readText()").startswith(window.url))
    link = page.evaluate("navigator.clipboard.readText()")
    assert quote(QUESTION) in link


def test_chart_of_budget_and_execution(window: Window) -> None:
    window.open()
    answer = window.ask("山あい窓口オンライン化推進事業の執行額の推移は？")
    chart = answer.locator("svg.chart-budget")
    chart.wait_for()
    assert chart.get_attribute("role") == "img"
    described = chart.locator("desc").evaluate("(one) => one.textContent")
    assert "記載なし" in described
    assert re.search(r"2019年度 2\.4億円", described)


def test_figures_come_out_as_written(window: Window) -> None:
    """The user's own words, quoted back, are shown as typed: no Markdown, no markup, no mathematics."""
    window.open()
    words = "1~2億円と3~4億円、*強調*と$x$と<b>太字</b>の事業の執行額は？"
    answer = window.ask(words)
    assert answer.locator(".question").inner_text() == words
    assert answer.locator("del, em, .math, b").count() == 0


def test_a_server_that_is_gone_is_told_in_plain_words(window: Window) -> None:
    page = window.open()
    page.route("**/ui/ask", lambda route: route.abort())
    page.fill("#question", QUESTION)
    page.press("#question", "Enter")
    page.locator(".error").wait_for()
    assert "つながりません" in page.locator(".error").inner_text()
    page.unroute("**/ui/ask")
    page.locator(".error button").click()
    page.locator(".big").wait_for()
    window.errors = [text for text in window.errors if "Failed to load resource" not in text]


def test_busy_is_told_in_plain_words(window: Window) -> None:
    page = window.open()
    busy = '{"error": "ただいま混み合っています。"}'
    page.route("**/ui/ask", lambda route: route.fulfill(status=503, content_type="application/json", body=busy))
    page.fill("#question", QUESTION)
    page.press("#question", "Enter")
    page.locator(".error", has_text="混み合っています").wait_for()
    window.errors = [text for text in window.errors if "503" not in text]


def test_print_view_shows_the_answer_alone(window: Window) -> None:
    page = window.open()
    window.ask(QUESTION)
    page.emulate_media(media="print")
    assert not page.locator(".composer").is_visible()
    assert not page.locator(".top").is_visible()
    assert page.locator(".big").is_visible()


def test_phone(phone: Window) -> None:
    page = phone.open()
    page.locator(".example").first.wait_for()
    answer = phone.ask(QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not page.locator("#evidence").is_visible()
    answer.locator(".headline .cite").first.click()
    page.locator("#sheet-view .cited-now").wait_for()
    box = page.locator("#evidence").bounding_box()
    assert box is not None
    assert box["width"] == 360
    page.click("#close-evidence")
    assert answer.is_visible()
