"""``rsqa corpus``: what has been taken in, by year, ministry and format."""

from __future__ import annotations

import argparse
import dataclasses
import sys

from cli.errors import OK
from cli.terminal import table
from corpus.store.model import Summary
from corpus.store.reader import open_corpus
from qa.contract import dumps


def run(options: argparse.Namespace) -> int:
    with open_corpus(options.data) as corpus:
        summary = corpus.summary()
        path = corpus.path
    if options.json:
        sys.stdout.write(dumps({**dataclasses.asdict(summary), "data": str(options.data)}) + "\n")
    else:
        sys.stdout.write(f"{describe(summary)}\n\n保存場所  {path}\n")
    return OK


def describe(summary: Summary) -> str:
    """Counts of a corpus as a person reads them; also the end of an ingest report."""
    totals = (
        ("シート", summary.sheets), ("事業（年度をまたいで1つと数える）", summary.series), ("セル", summary.cells),
        ("数値のセル", summary.figures), ("文章", summary.sections), ("支出先の行", summary.payees),
    )  # fmt: skip
    parts = [table(("内容", "件数"), [(name, f"{count:,}") for name, count in totals], numbers=(1,))]
    for title, counts in (
        ("シートの年度", {str(year): n for year, n in summary.by_year.items()}),
        ("府省庁", summary.by_ministry),
        ("形式", summary.by_origin),
    ):
        parts.append(table((title, "シート"), [(name, f"{n:,}") for name, n in counts.items()], numbers=(1,)))
    return "\n\n".join(parts)
