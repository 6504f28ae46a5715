"""HTML as values: text is escaped by default, markup is a type of its own.

Everything that a sheet, a question or a file name can contain reaches the page as text.  Only
``Safe`` strings, which only this module makes, are markup; so nothing written in a sheet can run.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterable
from typing import TypeAlias

# NUL and other controls, lone surrogates, and bidi controls (they can make 123 read as 321).
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPECIAL = re.compile(f"[&<>\"'{_UNPRINTABLE.pattern[1:]}")  # without any of these a text is its own markup
_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "wbr"})
_ATTRIBUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9:-]*")
_LOCAL_LINK = re.compile(r"[/?#](?!/)[^\s\\]*")

Attribute: TypeAlias = "str | int | float | bool | None"


class Safe(str):
    """Markup made by this package. Never build one from user or sheet text."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


Child: TypeAlias = "str | Safe | int | Iterable[Child] | None"


def printable(text: str) -> str:
    """``text`` with what must never reach a page (controls, lone surrogates, bidi) made visible as U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text)


def escape(text: str) -> Safe:
    """``text`` as markup that shows exactly ``text``. A ``Safe`` passes unchanged."""
    if isinstance(text, Safe):
        return text
    if _SPECIAL.search(text) is None:
        return Safe(text)
    return Safe(html.escape(printable(text), quote=True))


def join(*children: Child) -> Safe:
    """Escape and concatenate; ``None`` is left out and iterables are flattened."""
    parts: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            parts.append(escape(child))
        elif isinstance(child, int):
            parts.append(str(child))
        else:
            parts.append(join(*child))
    return Safe("".join(parts))


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Safe:
    """One element. ``class_`` → class, ``data_at`` → data-at; ``None``/``False`` attributes are left out.

    Raises ValueError for an ``href``/``src`` that would leave this server.
    """
    opening = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Safe(f"<{opening}>")
    return Safe(f"<{opening}>{join(*children)}</{name}>")


@functools.lru_cache(maxsize=512)
def _attribute_name(key: str) -> str:
    """Raises ValueError for what is no attribute, or one that could run."""
    name = key.rstrip("_").replace("_", "-")
    if not _ATTRIBUTE.fullmatch(name) or name.lower().startswith("on") or name == "style":
        raise ValueError(name)  # inline scripts and styles are forbidden by our own CSP
    return name


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = _attribute_name(key)
    if value is True:
        return f" {name}"
    text = str(value)
    if name in ("href", "src", "action") and not _LOCAL_LINK.fullmatch(text):
        raise ValueError(text)
    return f' {name}="{escape(text)}"'
