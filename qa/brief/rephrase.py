"""Optional: let a local language model reword composed sentences around locked figures. Off by default.

The model never sees or writes a figure or a name: each is a placeholder ``⟦1⟧`` in what is sent, and
the answer is used only when every placeholder comes back exactly once and nothing else that looks
like a number, a placeholder or an unfinished sentence came with it.  Otherwise, and on any error of
the server, the deterministic sentence stays.  Quotes from sheets are never sent.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import logging
import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from corpus.model import CorpusError
from qa.brief.lock import Unlocked, check_sentence
from qa.brief.model import Block, Brief, Bullets, Paragraph, Part, Sentence

log = logging.getLogger(__name__)

_PLACEHOLDER = re.compile(r"⟦(\d+)⟧")
_NUMBER = re.compile(r"▲?\d[\d,]*(?:\.\d+)?(?:[%％]|[兆億万千百十]*円|件|事業|者|年度)?")
_KANJI_NUMBER = re.compile(r"[一二三四五六七八九十百千万億兆〇]+(?:円|件|割|倍|年度|者|パーセント)")
_MAX_ANSWER = 600
_PROMPT = (
    "次の文を、意味を変えずに、公用文として読みやすい一文に言い換えてください。"
    "⟦1⟧のような記号は数値や名称の代わりです。全ての記号をそのまま一度ずつ使い、数値や名称を足さないでください。"
    "言い換えた文だけを答えてください。\n\n"
)


class RephraseSettingsError(CorpusError):
    """The configured server is not one on this machine."""


@dataclasses.dataclass(frozen=True, slots=True)
class ChatServer:
    """An OpenAI-compatible server on this machine: ``url`` up to ``/v1``, a model name, seconds to wait."""

    url: str
    model: str
    timeout: float = 20.0

    def __post_init__(self) -> None:
        host = urlsplit(self.url).hostname or ""
        if urlsplit(self.url).scheme not in ("http", "https") or not _loopback(host):
            raise RephraseSettingsError(
                f"言い換え用サーバー「{self.url}」はこのパソコンの外にあります → RSQA_LLM_URL には http://127.0.0.1:… を指定してください"
            )

    def complete(self, prompt: str) -> str:
        """The model's answer to one user message. Raises httpx.HTTPError or ValueError."""
        body = {"model": self.model, "temperature": 0, "messages": [{"role": "user", "content": prompt}]}
        with httpx.Client(timeout=self.timeout, trust_env=False, follow_redirects=False) as client:
            response = client.post(f"{self.url.rstrip('/')}/chat/completions", json=body)
            response.raise_for_status()
            answer = response.json()
        try:
            text = answer["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError("unexpected answer") from error
        if not isinstance(text, str):
            raise ValueError("unexpected answer")
        return text


def server_from(environment: Mapping[str, str]) -> ChatServer | None:
    """The configured server (``RSQA_LLM_URL``, ``RSQA_LLM_MODEL``), or None: off."""
    url = environment.get("RSQA_LLM_URL", "")
    return ChatServer(url, environment.get("RSQA_LLM_MODEL", "local")) if url else None


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def rephrased(brief: Brief, server: ChatServer) -> Brief:
    """The brief with its composed sentences reworded where the rewording passes every check."""
    parts = tuple(
        Part(part.heading, tuple(_block(block, brief, server) for block in part.blocks), part.essential)
        for part in brief.parts
    )
    return dataclasses.replace(brief, parts=parts)


def _block(block: Block, brief: Brief, server: ChatServer) -> Block:
    if isinstance(block, Paragraph):
        return Paragraph(tuple(_sentence(s, brief, server) for s in block.sentences))
    if isinstance(block, Bullets):
        return Bullets(tuple(_sentence(s, brief, server) for s in block.items))
    return block


def _sentence(sentence: Sentence, brief: Brief, server: ChatServer) -> Sentence:
    if sentence.verbatim or not sentence.figures:
        return sentence
    masked, held = mask(sentence, brief)
    try:
        answer = server.complete(_PROMPT + masked)
    except (httpx.HTTPError, ValueError) as error:
        log.warning("the rephrasing server failed, the sentence stays: %s", error)
        return sentence
    text = unmask(answer, held)
    if text is None:
        log.warning("a rephrasing was refused, the sentence stays")
        return sentence
    reworded = dataclasses.replace(sentence, text=text)
    try:
        check_sentence(reworded, brief.citations)
    except Unlocked:
        return sentence
    return reworded


def mask(sentence: Sentence, brief: Brief) -> tuple[str, tuple[str, ...]]:
    """The sentence with every figure, number and cited name as ``⟦n⟧``, and what the placeholders hold."""
    pieces = [figure.shown for figure in sentence.figures]
    for n in sentence.citations:
        citation = brief.citations[n]
        pieces += [" ".join(citation.project.split()), citation.ministry]
        if citation.value is None:
            pieces.append(" ".join(citation.raw.split()))
    held: list[str] = []

    def hold(text: str) -> str:
        held.append(text)
        return f"⟦{len(held)}⟧"

    known = sorted({p for p in pieces if len(p) > 1}, key=len, reverse=True)
    pattern = "|".join([*map(re.escape, known), _NUMBER.pattern])
    masked = re.sub(pattern, lambda match: hold(match.group()), sentence.text)
    return masked, tuple(held)


def unmask(answer: str, held: tuple[str, ...]) -> str | None:
    """The answer with its placeholders filled, or None when it is not to be trusted."""
    text = " ".join(answer.split())
    found = [int(n) for n in _PLACEHOLDER.findall(text)]
    if sorted(found) != list(range(1, len(held) + 1)) or len(text) > _MAX_ANSWER:
        return None
    rest = unicodedata.normalize("NFKC", _PLACEHOLDER.sub("", text))
    if any(char.isdigit() for char in rest) or _KANJI_NUMBER.search(rest) or "⟦" in rest or "⟧" in rest:
        return None
    if not text.endswith("。") or text.count("。") != 1:
        return None
    return _PLACEHOLDER.sub(lambda match: held[int(match.group(1)) - 1], text)
