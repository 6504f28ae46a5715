"""The child process of a background job: takes files in or out, builds the index, commits.

Speaks one JSON object per line on standard output (see ``ui.jobs``); run as ``python -m ui.worker``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus.ingest_model import Progress, Report
from corpus.model import CorpusError, Finding
from index.environment import index_settings
from index.update import take_in, take_out

_FINDINGS_TOLD = 1000
_READING = "読み取り"
_STAGES_AFTER = 6  # saving, and the stages of the index; only the bar depends on it
_READ_SHARE = 0.6  # how much of the bar is reading; the rest is the index


def main() -> int:
    """Run one job; exit status 1 when it failed (the words were told)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("action", choices=("ingest", "remove"))
    parser.add_argument("targets", nargs="+")
    options = parser.parse_args()
    try:
        report = _run(options.data, options.action, options.targets)
    except CorpusError as error:
        tell(step=str(error), failed=True)
        return 1
    except OSError as error:
        tell(step=f"保存できません（{error.strerror}）。空き容量と、フォルダーに書き込めるかを確かめてください。", failed=True)
        return 1
    _tell_report(report, options.action)
    return 0


def tell(**said: Any) -> None:
    """One line to the app."""
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _run(data_dir: Path, action: str, targets: list[str]) -> Report:
    if action == "ingest":
        return take_in(data_dir, [Path(target) for target in targets], _shown(), index_settings())
    return take_out(data_dir, targets, _shown(), index_settings())


def _shown() -> Callable[[Progress], None]:
    """Progress as lines: every file once, the stage, and one share over reading and indexing together."""
    last, share = "", 0.0
    stages: list[str] = []

    def show(progress: Progress) -> None:
        nonlocal last, share
        part = progress.done / progress.total if progress.total else 0.0
        if progress.stage not in stages and progress.stage != _READING:
            stages.append(progress.stage)
        if progress.stage == _READING:
            share = max(share, part * _READ_SHARE)
        else:
            step = min(1.0, (stages.index(progress.stage) + part) / _STAGES_AFTER)
            share = max(share, _READ_SHARE + step * (0.99 - _READ_SHARE))
        if progress.file and progress.file != last:
            last = progress.file
            tell(line=progress.file)
        tell(step=f"{progress.stage}（{progress.sheets:,}枚）" if progress.sheets else progress.stage, share=round(share, 4))

    return show


def _tell_report(report: Report, action: str) -> None:
    counts = {
        "読んだファイル": report.files,
        "変わりのないファイル": report.unchanged_files,
        "新しいシート": report.added,
        "置き換えたシート": report.replaced,
        "取り除いたシート": report.removed,
        "取り込めなかったもの": len(report.rejected),
        "注意": len(report.warnings),
    }
    for finding in report.findings[:_FINDINGS_TOLD]:
        tell(finding=_finding(finding))
    tell(step=_outcome(report, action), share=1.0, counts={k: v for k, v in counts.items() if v}, failed=not _useful(report))


def _finding(finding: Finding) -> list[str]:
    return [str(finding.severity), finding.file, finding.place, finding.message, finding.remedy]


def _useful(report: Report) -> bool:
    return bool(report.sheets or report.removed or report.unchanged_files) or not report.rejected


def _outcome(report: Report, action: str) -> str:
    if action == "remove":
        return f"{report.removed:,}枚のシートを取り除きました。"
    if not _useful(report):
        return "取り込めませんでした。下の理由を見てください。前のデータは変わっていません。"
    if not report.changed:
        return "新しいものはありませんでした。"
    return f"終わりました（{report.seconds:.0f}秒）。質問できます。"


if __name__ == "__main__":
    sys.exit(main())
