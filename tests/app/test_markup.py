"""Whatever a sheet says reaches the page as text."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.markup import Safe, escape, join, printable, tag

ANY = st.text(st.characters(exclude_categories=[]), max_size=80)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(name)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(markup: str) -> _Elements:
    reader = _Elements()
    reader.feed(markup)
    reader.close()
    return reader


@given(ANY, ANY)
def test_text_stays_text(text: str, value: str) -> None:
    found = parsed(tag("p", text, title=value))
    assert found.names == ["p"]
    assert found.attributes == [("title", printable(value))]
    assert found.text.replace("\r\n", "\n") == printable(text).replace("\r\n", "\n")


@given(ANY)
def test_escaping_keeps_every_printable_character(text: str) -> None:
    assert html.unescape(escape(text)) == printable(text)


def test_bidi_and_control_characters_are_made_visible() -> None:
    assert printable("1\u202e23\x00\ud800") == "1\ufffd23\ufffd\ufffd"


def test_safe_passes_and_lists_are_flattened() -> None:
    assert join("<", Safe("<b>"), ["&", None, 3]) == "&lt;<b>&amp;3"


@pytest.mark.parametrize("name", ["onclick", "style", "on_load", "a b", "x>"])
def test_attributes_that_could_run_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        tag("p", **{name: "1"})


@pytest.mark.parametrize("target", ["javascript:alert(1)", "https://example.com/", "//example.com", "/\\example.com", "data:text/html,x"])
def test_links_stay_on_this_server(target: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        tag("a", "x", href=target)


def test_local_links_pass() -> None:
    assert tag("a", "x", href="/brief?sheet_id=2020%2F%E7%9C%81") == '<a href="/brief?sheet_id=2020%2F%E7%9C%81">x</a>'
