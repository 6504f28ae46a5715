"""Batches: one JSON line in, one JSON line out, in the same order, each written as soon as it is known."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from cli.errors import UsageError
from qa.contract import BadRequest, Json, dumps

MAX_LINE_BYTES = 1024 * 1024  # a question is capped at 2,000 characters; more than this is not a question


def run_lines(source: str, answer: Callable[[str], Json]) -> None:
    """Answer every line of a file, or of standard input (``-``). Blank lines are skipped.

    Raises UsageError, naming the line, for a line that cannot be read; lines before it are answered.
    """
    for number, text in _lines(source):
        try:
            data = answer(text)
        except BadRequest as error:
            raise UsageError(f"{_name(source)} の{number}行目: {error}") from error
        sys.stdout.write(dumps(data) + "\n")
        sys.stdout.flush()


def _lines(source: str) -> Iterator[tuple[int, str]]:
    with _open(source) as stream:
        number = 0
        while line := stream.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise UsageError(f"{_name(source)} の{number}行目: 長すぎます（上限は{MAX_LINE_BYTES:,}バイト）")
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError as error:
                raise UsageError(f"{_name(source)} の{number}行目: UTF-8 の文字列ではありません") from error
            if text:
                yield number, text


@contextlib.contextmanager
def _open(source: str) -> Iterator[BinaryIO]:
    if source == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(source).open("rb")  # noqa: SIM115 - closed below; only opening is guarded here
    except OSError as error:
        raise UsageError(f"{source}: 開けません（{error.strerror}）→ ファイルの場所を確かめてください") from error
    with stream:
        yield stream


def _name(source: str) -> str:
    return "標準入力" if source == "-" else source
