"""Pictures of every tab for docs/screenshots: ``python -m tests.app.screenshots --data DIR --name national``."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.app.conftest import ARGUMENTS, CHROMIUM, ROOT, start

OUT = ROOT / "docs" / "screenshots"
SIZES = {"1440": (1440, 900), "360": (360, 740)}


def ask(question: str) -> Callable[[Any], None]:
    def play(page: Any) -> None:
        page.fill("#question", question)
        page.press("#question", "Enter")
        page.locator("article.answer:not(.waiting)").first.wait_for()
        page.wait_for_timeout(900)

    return play


def evidence(question: str) -> Callable[[Any], None]:
    def play(page: Any) -> None:
        ask(question)(page)
        if not page.locator("#evidence").is_visible():
            page.locator(".answer .cite").first.click()
            page.wait_for_timeout(900)

    return play


def welcome(page: Any) -> None:
    page.locator(".example").first.wait_for()


def search(words: str) -> Callable[[Any], None]:
    def play(page: Any) -> None:
        page.click("#tab-search")
        page.locator("#search-filters select").first.wait_for(state="attached")
        page.fill("#search-box", words)
        page.press("#search-box", "Enter")
        page.locator(".hit").first.wait_for()

    return play


def compare(*names: str) -> Callable[[Any], None]:
    def play(page: Any) -> None:
        page.click("#tab-compare")
        for number, name in enumerate(names):
            page.click("#compare-pick")
            page.fill("#pick-box", name)
            page.locator("#pick-list button", has_text=name).first.click()
            page.locator("#compare-result tbody tr").nth(number).wait_for()
        page.wait_for_timeout(4500)

    return play


def brief(name: str) -> Callable[[Any], None]:
    def play(page: Any) -> None:
        page.click("#tab-brief")
        page.click("#brief-pick")
        page.fill("#pick-box", name)
        page.locator("#pick-list button", has_text=name).first.click()
        page.frame_locator("#brief-frame").locator("h1").wait_for()
        page.wait_for_timeout(500)

    return play


def aggregate(page: Any) -> None:
    page.click("#tab-aggregate")
    page.locator("#aggregate-builder select").first.wait_for()
    page.press("#aggregate-question", "Enter")
    page.locator("#aggregate-table table").wait_for()


def data(page: Any) -> None:
    page.click("#tab-data")
    page.locator("#data-files > *").first.wait_for()


SCENES: dict[str, dict[str, Callable[[Any], None]]] = {
    "sample": {
        "ask-0": welcome,
        "ask-1": ask("山あい窓口オンライン化推進事業の令和2年度の執行額はいくらですか"),
        "ask-2": ask("離島港湾見守りブイ整備事業の執行額の推移は？"),
        "evidence": evidence("山あい窓口オンライン化推進事業の令和2年度の執行額はいくらですか"),
        "search": search("災害のとき外国人に知らせる"),
        "compare": compare("山あい窓口", "離島港湾"),
        "brief": brief("山あい窓口"),
        "aggregate": aggregate,
        "data": data,
    },
    "national": {
        "ask-1": ask("自治体情報セキュリティ強化対策事業の令和元年度の執行額はいくらですか"),
        "ask-2": ask("国土交通省の令和3年度レビューシートで、令和2年度の執行率が30%未満の事業は？"),
        "evidence": evidence("自治体情報セキュリティ強化対策事業の令和元年度の支出先の一覧"),
        "search": search("一人暮らしの高齢者を見守る取組"),
        "compare": compare("自治体情報セキュリティ強化対策事業", "サイバーセキュリティ"),
        "brief": brief("自治体情報セキュリティ強化対策事業"),
        "aggregate": aggregate,
        "data": data,
    },
}


def save(png: bytes, path: Path) -> None:
    """A screen needs few colours: a palette makes the file a third."""
    from PIL import Image

    Image.open(io.BytesIO(png)).convert("RGB").quantize(160, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--name", choices=SCENES, required=True)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    program = next(path for path in CHROMIUM if Path(path).is_file())
    served = start(options.data)
    served.app.rooms.library.shelf()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
        for scene, play in SCENES[options.name].items():
            if options.only and scene not in options.only:
                continue
            for size, (width, height) in SIZES.items():
                scheme = "dark" if options.dark else "light"
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale="ja-JP")
                page = context.new_page()
                page.goto(served.url)
                page.wait_for_selector("html[data-ready]")
                play(page)
                name = f"{options.name}-{scene}-{size}" + ("-dark" if options.dark else "") + ".png"
                save(page.screenshot(), OUT / name)
                context.close()
        browser.close()
    served.app.close()


if __name__ == "__main__":
    main()
