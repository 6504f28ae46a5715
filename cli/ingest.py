"""``rsqa ingest``, ``remove`` and ``repair``: what changes the stored data, with progress and a report."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cli.corpus import describe
from cli.errors import OK, USAGE, UsageError
from cli.terminal import safe, screen_width, wrap
from qa.contract import dumps

if TYPE_CHECKING:
    from corpus.ingest_model import Progress, ProgressCallback, Report

_SHOWN = 20  # findings of one kind on the screen; --json has them all


def run(options: argparse.Namespace) -> int:
    """Take files in. Status 2 when a path is not there, or nothing that was given could be read."""
    from index.environment import index_settings
    from index.update import take_in

    paths = [Path(path) for path in options.paths]
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"{'、'.join(missing)}: ファイルもフォルダーもありません → パスを確かめてください")
    with _progress(options.quiet or options.json) as tell:
        report = take_in(options.data, paths, tell, index_settings(options.model), dry_run=options.dry_run)
    _tell(report, options)
    return USAGE if report.rejected and not report.sheets and not report.unchanged_files else OK


def remove(options: argparse.Namespace) -> int:
    """Take sheets out. Status 2 when none of the names is known."""
    from index.environment import index_settings
    from index.update import take_out

    _require_corpus(options.data)
    with _progress(options.quiet) as tell:
        report = take_out(options.data, options.sheet, tell, index_settings())
    for finding in report.findings:
        sys.stderr.write(f"rsqa: {safe(str(finding))}\n")
    sys.stdout.write(f"{report.removed:,}枚のシートを取り除きました。元のファイルはそのままです。\n")
    return OK if report.removed else USAGE


def repair(options: argparse.Namespace) -> int:
    """Rebuild everything from the source files."""
    from index.environment import index_settings
    from index.update import repair as rebuild

    with _progress(options.quiet) as tell:
        report = rebuild(options.data, tell, index_settings(), allow_fewer=options.allow_fewer)
    sys.stdout.write("元のファイルから作り直しました。\n\n" + text(report) + "\n")
    return OK


def text(report: Report) -> str:
    """The report a person reads at the end: counts, what was rejected and why, what to look at, the corpus now."""
    counts = (
        ("読んだファイル", report.files), ("前と同じで読まなかったファイル", report.unchanged_files),
        ("新しいシート", report.added), ("内容が変わったシート", report.replaced), ("前と同じシート", report.unchanged),
        ("ほかの形式のものを優先したシート", report.outranked), ("取り除いたシート", report.removed),
        ("セル", report.cells), ("文章", report.sections),
        ("注意", len(report.warnings)), ("取り込めなかったファイル・箇所", len(report.rejected)),
    )  # fmt: skip
    parts = [f"取込み結果（{report.seconds:.1f}秒）\n" + "\n".join(f"  {name}: {n:,}" for name, n in counts if n)]
    for title, found in (("取り込めなかったもの", report.rejected), ("注意", report.warnings)):
        if found:
            lines = [line for f in found[:_SHOWN] for line in wrap(f"・{f}", screen_width() - 2)]
            more = [f"ほか{len(found) - _SHOWN:,}件（--json ですべて出ます）"] if len(found) > _SHOWN else []
            parts.append(f"{title}\n" + "\n".join(f"  {line}" for line in [*lines, *more]))
    if report.summary is not None:
        parts.append("取り込んであるもの\n" + describe(report.summary))
    return "\n\n".join(parts)


def _tell(report: Report, options: argparse.Namespace) -> None:
    from index.update import report_data

    if options.json:
        sys.stdout.write(dumps({**report_data(report), "dry_run": options.dry_run}) + "\n")
        return
    note = "（試し読みです。何も保存していません）\n\n" if options.dry_run else ""
    sys.stdout.write(note + text(report) + "\n")


def _require_corpus(data_dir: Path) -> None:
    from corpus.store.reader import open_corpus

    open_corpus(data_dir).close()


@contextlib.contextmanager
def _progress(quiet: bool) -> Iterator[ProgressCallback | None]:
    """A progress bar on standard error, one per stage; nothing where nobody watches."""
    if quiet:
        yield None
        return
    from tqdm import tqdm

    bar: tqdm[None] | None = None

    def tell(step: Progress) -> None:
        nonlocal bar
        if bar is None or bar.desc != step.stage:
            if bar is not None:
                bar.close()
            in_bytes = step.stage == "読み取り"
            bar = tqdm(desc=step.stage, total=step.total, unit="B" if in_bytes else "", unit_scale=True, file=sys.stderr,
                       bar_format="{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}{unit} {elapsed}<{remaining}{postfix}")
            bar.set_description_str(step.stage, refresh=False)
        bar.total = step.total
        if step.sheets:
            bar.set_postfix_str(f"{step.sheets:,}シート", refresh=False)
        bar.update(max(0, step.done - bar.n))

    try:
        yield tell
    finally:
        if bar is not None:
            bar.close()
