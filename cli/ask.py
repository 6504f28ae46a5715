"""``rsqa ask``: one question for a person or as JSON, or a batch of lines."""

from __future__ import annotations

import argparse
import re
import sys

from cli.engine import open_engine
from cli.errors import OK, UsageError
from cli.lines import run_lines
from cli.terminal import paragraph, safe, screen_width, table, wrap
from corpus.garbage import without_collections
from qa.contract import Json, answer_to_json, dumps, read_ask_line
from qa.model import Answer, Citation, Status

_MARK = {
    Status.ANSWERED: "",
    Status.NOT_RECORDED: "［記載なし］",
    Status.NOT_FOUND: "［見つかりません］",
    Status.AMBIGUOUS: "［どの事業ですか］",
    Status.UNSUPPORTED: "［お答えできません］",
}
_MARKDOWN = re.compile(r"\*\*|(?<!\\)`|\\(?=[\\`*_{}\[\]()#+\-.!|~$<>])")


def run(options: argparse.Namespace) -> int:
    """Raises UsageError when there is neither a question nor a batch."""
    question = " ".join(options.question)
    if options.jsonl is not None:
        if question:
            raise UsageError("--jsonl と質問は同時に使えません")
        return _batch(options)
    if not question.strip():
        raise UsageError('質問を書いてください。例: rsqa "○○事業の令和元年度の執行額は？"')
    with without_collections():
        answer = open_engine(options.data).ask(question, sheet_id=options.sheet)
    sys.stdout.write((dumps(answer_to_json(answer)) if options.json else for_person(answer)) + "\n")
    return OK


def _batch(options: argparse.Namespace) -> int:
    engine = open_engine(options.data)

    def answer(text: str) -> Json:
        line = read_ask_line(text)
        found = engine.ask(line.question, sheet_id=line.sheet_id or options.sheet, session=line.session)
        return answer_to_json(found, line.id)

    run_lines(options.jsonl, answer)
    return OK


def for_person(answer: Answer) -> str:
    """The answer as a person reads it in a terminal: text, cited cells, notes, what to ask next."""
    text = plain(answer.answer)
    parts = ["\n".join(wrap(_MARK[answer.status] + text, screen_width()))]
    if answer.citations:
        head = ("", "記載", "行", "列", "場所", "シート")
        parts.append("根拠\n" + table(head, _evidence(answer.citations), whole=(0, 4, 5), indent=2))
        files = dict.fromkeys((c.sheet_id, c.file) for c in answer.citations)
        parts.append("ファイル\n" + table(("シート", "ファイル"), list(files), indent=2))
    if answer.candidates:
        rows = [(c.sheet_id, c.project) for c in answer.candidates]
        parts.append("候補\n" + table(("シートID", "事業名"), rows, indent=2))
    parts += [paragraph("注", note) for note in answer.notes if plain(note) not in text]
    if answer.suggestions:
        parts.append("続けて尋ねるなら\n" + "\n".join(f"  {safe(s)}" for s in answer.suggestions))
    return "\n\n".join(parts)


def plain(markdown: str) -> str:
    """Markdown as plain text: emphasis and escapes removed, nothing else changed."""
    return _MARKDOWN.sub("", markdown)


def _evidence(citations: tuple[Citation, ...]) -> list[tuple[str, ...]]:
    return [
        (f"[{number}]", _printed(c), c.row or c.section, c.column, c.locator, c.sheet_id)
        for number, c in enumerate(citations, start=1)
    ]


def _printed(citation: Citation) -> str:
    """The printed text, with the unit that its table gives it; a long text only by its beginning."""
    if not citation.raw:
        return "（空欄）"
    raw = citation.raw if len(citation.raw) <= 60 else citation.raw[:60] + "…"
    unit = citation.unit or ""
    return raw + unit if citation.value is not None and not raw.endswith(unit) else raw
