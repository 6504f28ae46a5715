"""``rsqa brief``: a briefing of a project, a topic, a ministry's year, or several projects side by side."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import OK, UsageError
from corpus.store.reader import Corpus, open_corpus

if TYPE_CHECKING:
    from qa.brief.model import Brief


def run(options: argparse.Namespace) -> int:
    """Raises UsageError for an unknown ending or a missing target, BriefError when no brief can be made."""
    from qa.brief.markdown import to_markdown
    from qa.brief.service import WRITERS, save

    out = Path(options.out) if options.out else None
    if out is not None and out.suffix.lower() not in WRITERS:
        raise UsageError(f"--out {options.out}: 拡張子は {' '.join(WRITERS)} のどれかにしてください")
    with open_corpus(options.data) as corpus:
        brief = _brief(corpus, options)
    if out is None:
        sys.stdout.write(to_markdown(brief) + "\n")
    else:
        save(brief, out)
        sys.stdout.write(f"{out} に書き出しました\n")
    return OK


def _brief(corpus: Corpus, options: argparse.Namespace) -> Brief:
    from qa.brief import service

    if options.ministry:
        if options.year is None:
            raise UsageError("--ministry には --year（シートの年度、西暦）も付けてください")
        return service.brief_ministry(corpus, options.ministry, options.year)
    if options.topic:
        return service.brief_topic(corpus, options.topic, options.sheet or _found(corpus, options.topic))
    if not options.sheet:
        raise UsageError("シートID又は事業名を書いてください。例: rsqa brief 2020/総務省/0048 --out 資料.docx")
    if len(options.sheet) > 1:
        return service.brief_comparison(corpus, options.sheet)
    if options.questions:
        return service.brief_questions(corpus, options.sheet[0])
    return service.brief_project(corpus, options.sheet[0], long=options.long)


def _found(corpus: Corpus, topic: str) -> list[str]:
    from index.environment import index_settings
    from index.search import Searcher
    from qa.brief.service import topic_sheets

    return topic_sheets(Searcher.open(corpus, index_settings()), topic)
