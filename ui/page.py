"""The one page of the app: header, six tabs, and the places that the scripts fill."""

from __future__ import annotations

import dataclasses

from ui.markup import Safe, join, tag

TABS = (
    ("ask", "質問"),
    ("search", "さがす"),
    ("compare", "比べる"),
    ("brief", "概要資料"),
    ("aggregate", "集計"),
    ("data", "データ"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class PageParts:
    """The tabs' own contents, made by their modules."""

    ask: Safe
    search: Safe
    compare: Safe
    brief: Safe
    aggregate: Safe
    data: Safe


def render(parts: PageParts, version: str) -> str:
    """The complete document. ``version`` marks the static files, so that an update is seen at once."""
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="description", content="行政事業レビューシートに、セルの出典付きで正確に答えます。"),
        tag("title", "行政事業レビュー Q&A"),
        tag("link", rel="icon", href=f"/static-ui/icon.svg?v={version}", type="image/svg+xml"),
        tag("link", rel="stylesheet", href=f"/static-ui/app.css?v={version}"),
        tag("link", rel="stylesheet", href=f"/static-ui/print.css?v={version}", media="print"),
        tag("script", src=f"/static-ui/early.js?v={version}"),
        tag("script", src=f"/static-ui/main.js?v={version}", type="module"),
    )
    panels = [
        tag(
            "section",
            getattr(parts, key),
            id=f"panel-{key}",
            class_=f"panel panel-{key}",
            role="tabpanel",
            aria_labelledby=f"tab-{key}",
            tabindex=-1,
            hidden=key != "ask",
        )
        for key, _ in TABS
    ]
    body = join(
        tag("a", "本文へ移動", href="#main", class_="skip"),
        _header(),
        tag("main", *panels, id="main"),
        _evidence(),
        _project_dialog(),
        _help_dialog(),
        tag("div", id="toast", role="status", aria_live="polite", class_="toast"),
        tag("noscript", tag("p", "この画面の操作には JavaScript が必要です。コマンド rsqa ask でも質問できます。")),
    )
    return "<!DOCTYPE html>" + tag("html", tag("head", head), tag("body", body), lang="ja")


def _header() -> Safe:
    tabs = [
        tag(
            "button",
            words,
            type="button",
            role="tab",
            id=f"tab-{key}",
            aria_controls=f"panel-{key}",
            aria_selected="true" if key == "ask" else "false",
            tabindex=0 if key == "ask" else -1,
            data_tab=key,
        )
        for key, words in TABS
    ]
    return tag(
        "header",
        tag("h1", tag("a", "行政事業レビュー ", tag("span", "Q&A"), href="/"), class_="brand"),
        tag("div", *tabs, role="tablist", aria_label="画面", class_="tabs"),
        tag("p", "", id="corpus-line", class_="corpus-line", aria_live="polite"),
        _history(),
        _display_menu(),
        class_="top",
    )


def _history() -> Safe:
    return tag(
        "details",
        tag("summary", "履歴", class_="button"),
        tag(
            "div",
            tag(
                "label",
                tag("span", "履歴を絞り込む", class_="sr"),
                tag("input", type="search", id="history-box", placeholder="履歴を絞り込む", autocomplete="off", class_="box"),
            ),
            tag("ul", id="history-list", class_="history-list", aria_label="これまでの質問"),
            tag("button", "履歴をすべて消す", type="button", id="history-clear", class_="tool"),
            class_="menu",
        ),
        class_="history",
    )


def _display_menu() -> Safe:
    return tag(
        "details",
        tag("summary", "表示", aria_label="表示の設定", class_="button"),
        tag(
            "form",
            _radio("era", "年度", (("both", "令和2（2020）"), ("wareki", "和暦"), ("seireki", "西暦"))),
            _radio("unit", "金額", (("p", "原文の単位"), ("m", "百万円"), ("o", "億円"), ("y", "円"))),
            _radio("size", "文字", (("s", "小"), ("m", "中"), ("l", "大"), ("x", "特大"))),
            _radio("theme", "色", (("auto", "自動"), ("light", "明るい"), ("dark", "暗い"))),
            tag("button", "キー操作と使い方", type="button", id="open-help", class_="tool"),
            tag("p", "根拠欄は、いつでも原文どおりに表示します。", class_="dim"),
            class_="menu",
            id="display-form",
        ),
        class_="display",
    )


def _radio(name: str, legend: str, options: tuple[tuple[str, str], ...]) -> Safe:
    boxes = [
        tag("label", tag("input", type="radio", name=name, value=value, checked=index == 0 and name != "size"), words)
        for index, (value, words) in enumerate(options)
    ]
    return tag("fieldset", tag("legend", legend), *boxes)


def _evidence() -> Safe:
    return tag(
        "aside",
        tag(
            "div",
            tag("h2", "根拠", class_="evidence-name"),
            tag("p", "", id="evidence-cites", class_="evidence-cites", role="group", aria_label="根拠のセルへ移動"),
            tag("button", "閉じる", type="button", id="close-evidence", class_="tool"),
            class_="evidence-bar",
        ),
        tag("div", tag("p", "回答の番号を押すと、ここにシートを開き、根拠のセルを示します。", class_="empty"), id="sheet-view"),
        id="evidence",
        aria_label="根拠のシート",
        tabindex=-1,
    )


def _project_dialog() -> Safe:
    return tag(
        "dialog",
        tag(
            "form",
            tag("h2", "事業を選ぶ", id="pick-title"),
            tag("label", tag("span", "事業名の一部", class_="sr"), _search_box("pick-box", "事業名の一部を入力")),
            tag("ul", id="pick-list", class_="pick-list", aria_label="見つかった事業"),
            tag("button", "やめる", type="button", class_="tool", data_close=True),
            method="dialog",
        ),
        id="pick-dialog",
        aria_labelledby="pick-title",
    )


def _search_box(key: str, hint: str) -> Safe:
    return tag("input", type="search", id=key, placeholder=hint, autocomplete="off", class_="box")


def _help_dialog() -> Safe:
    keys = (
        ("/", "質問の欄へ移動"),
        ("Enter", "質問する（変換中の Enter では送りません）"),
        ("Shift + Enter", "改行"),
        ("↑（質問の欄が空のとき）", "前の質問を呼び出す"),
        ("Alt + 1 ～ 6", "画面を切り替える"),
        ("Esc", "根拠を閉じる"),
    )
    rows = [tag("div", tag("dt", tag("kbd", key)), tag("dd", words)) for key, words in keys]
    return tag(
        "dialog",
        tag("h2", "使い方", id="help-title"),
        tag(
            "p",
            "事業の名前と、知りたい項目・年度を、ふだんの言葉で入れてください。答えの番号を押すと、元のシートのセルを示します。"
            "シートに書かれていないことは「記載なし」と答えます。",
        ),
        tag("dl", *rows, class_="keys"),
        tag("p", "質問と履歴はこの端末のブラウザーだけに残り、外部には送りません。", class_="dim"),
        tag("button", "閉じる", type="button", class_="button", data_close=True),
        id="help-dialog",
        aria_labelledby="help-title",
    )
