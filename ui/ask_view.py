"""The 質問 tab: the talk, and the box below it."""

from __future__ import annotations

from collections.abc import Sequence

from ui.markup import Safe, join, tag
from ui.questions import Example


def render(question_limit: int) -> Safe:
    """The empty tab; answers are put into ``#talk`` as they come."""
    return join(_talk(), _composer(question_limit))


def _talk() -> Safe:
    welcome = tag(
        "div",
        tag("h2", "何を調べますか"),
        tag("p", "国の事業の予算・執行・成果・支出先を、シートのセルを示して答えます。数値は原文のまま示します。"),
        tag("div", tag("p", "例を読み込んでいます…", class_="dim"), id="examples", class_="examples"),
        id="welcome",
        class_="welcome",
    )
    answers = tag("div", id="answers", aria_live="polite", aria_relevant="additions", role="log", aria_label="回答")
    return tag("div", welcome, answers, id="talk", class_="talk")


def _composer(limit: int) -> Safe:
    return tag(
        "form",
        tag("p", "", id="focus-line", class_="focus-line", hidden=True),
        tag(
            "div",
            tag("label", "質問", for_="question", class_="sr"),
            tag(
                "textarea",
                id="question",
                name="question",
                rows=1,
                maxlength=limit,
                placeholder="質問を入力",
                autocomplete="off",
                enterkeyhint="send",
                aria_describedby="question-hint",
            ),
            tag("button", "質問する", type="submit", id="send", class_="button primary"),
            class_="composer-row",
        ),
        tag(
            "p",
            tag("span", "Enter で質問、Shift + Enter で改行。", class_="for-keys"),
            tag("button", "新しい話題にする", type="button", id="new-talk", class_="link"),
            id="question-hint",
            class_="dim hint",
        ),
        id="composer",
        class_="composer",
        aria_label="質問の入力",
    )


def examples(found: Sequence[Example]) -> Safe:
    """Questions to begin with; every one of them has an answer in what is loaded."""
    if not found:
        return tag("p", "事業の名前と、知りたい項目・年度を入れて質問してください。", class_="dim")
    items = [
        tag(
            "li",
            tag(
                "button",
                tag("span", one.heading, class_="example-head"),
                one.question,
                type="button",
                class_="suggest example",
                data_question=one.question,
            ),
        )
        for one in found
    ]
    return join(tag("p", "押すと、答えが出ます", class_="small-head"), tag("ul", *items))
