"""``rsqa search``: sections in everyday words, best first, one project once."""

from __future__ import annotations

import argparse
import sys
import time

from cli.engine import open_searcher
from cli.errors import OK, UsageError
from cli.lines import run_lines
from cli.terminal import safe, screen_width, wrap
from index.model import Hit, SearchFilter
from qa.contract import Json, dumps, hits_to_json, read_search_line

_MAX_K = 1000
_SHOWN = 160  # characters of a section shown around the first matched word


def run(options: argparse.Namespace) -> int:
    """Raises UsageError when there is neither a query nor a batch."""
    query = " ".join(options.query)
    restriction = SearchFilter(
        tuple(options.ministry), tuple(options.year), tuple(options.section), tuple(options.account)
    )
    if options.jsonl is not None:
        return _batch(options, restriction)
    if not query.strip():
        raise UsageError('語句を書いてください。例: rsqa search "災害のとき外国人に知らせる"')
    if not 1 <= options.k <= _MAX_K:
        raise UsageError(f"-k は1から{_MAX_K}までにしてください")
    searcher = open_searcher(options.data)
    start = time.perf_counter()
    hits = searcher.search(query, k=options.k, filter=restriction, explain=options.explain)
    elapsed_ms = (time.perf_counter() - start) * 1000
    sys.stdout.write((dumps(hits_to_json(query, hits, elapsed_ms)) if options.json else for_person(hits)) + "\n")
    return OK


def _batch(options: argparse.Namespace, restriction: SearchFilter) -> int:
    searcher = open_searcher(options.data)

    def answer(text: str) -> Json:
        line = read_search_line(text)
        start = time.perf_counter()
        hits = searcher.search(line.query, k=line.k, filter=restriction, explain=options.explain)
        return hits_to_json(line.query, hits, (time.perf_counter() - start) * 1000, line.id)

    run_lines(options.jsonl, answer)
    return OK


def for_person(hits: list[Hit]) -> str:
    """Hits as a numbered list: project, where, and the text around what matched."""
    if not hits:
        return "見つかりませんでした。別の言葉を試すか、絞り込みを外してください。"
    return "\n\n".join(_entry(number, hit) for number, hit in enumerate(hits, start=1))


def _entry(number: int, hit: Hit) -> str:
    years = "、".join(str(year) for _, year in hit.folded)
    lines = [f"{number}. {safe(hit.project)}", f"   {hit.sheet_id}　{hit.section}" + (f"（ほかの年度: {years}）" if years else "")]
    lines += [f"   {line}" for line in wrap(_around(hit).replace("\n", " "), screen_width() - 3)]
    if hit.why.words:
        words = "、".join(f"{word} {share:.0%}" for word, share in hit.why.words)
        ranks = "、".join(f"{name} {rank}位" for name, rank in hit.why.ranks)
        lines.append(f"   理由: {words}（{ranks}）" if ranks else f"   理由: {words}")
    return "\n".join(lines)


def _around(hit: Hit) -> str:
    """The part of the text around the first match, the matched words in 【】."""
    first = hit.spans[0][0] if hit.spans else 0
    start = max(0, min(first - _SHOWN // 4, len(hit.text) - _SHOWN))
    end = start + _SHOWN
    shown, position = ["…" if start else ""], start
    for left, right in sorted(hit.spans):
        if left < position or right > end:
            continue
        shown += [hit.text[position:left], "【", hit.text[left:right], "】"]
        position = right
    return "".join([*shown, hit.text[position:end], "…" if end < len(hit.text) else ""])
