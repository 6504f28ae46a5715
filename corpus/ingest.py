"""Files → sheets → the next generation (first version: JUDGIT! files; replaced step by step)."""

from __future__ import annotations

import gc
import multiprocessing
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

from corpus.model import Finding, Sheet
from corpus.readers.judgit import numbered_lines, read_line
from corpus.readers.source import InputFile
from corpus.store.encoded import EncodedSheet, prepare
from corpus.store.writer import Generation, new_generation

_CHUNK = 100


def _encode_lines(lines: list[tuple[int, bytes]], file: str) -> tuple[list[EncodedSheet], list[Finding]]:
    sheets, findings = [], []
    for number, line in lines:
        for found in read_line(line, number, file):
            if isinstance(found, Sheet):
                sheets.append(prepare(found))
            else:
                findings.append(found)
    return sheets, findings


def _chunks(file: InputFile) -> Iterator[tuple[list[tuple[int, bytes]], str]]:
    chunk: list[tuple[int, bytes]] = []
    for entry in numbered_lines(file):
        chunk.append(entry)
        if len(chunk) >= _CHUNK:
            yield chunk, file.name
            chunk = []
    if chunk:
        yield chunk, file.name


def ingest_judgit(paths: Iterable[Path], generation: Generation) -> list[Finding]:
    findings: list[Finding] = []
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"), initializer=gc.disable) as pool:
        waiting: list[Future[tuple[list[EncodedSheet], list[Finding]]]] = []
        for path in paths:
            for chunk in _chunks(InputFile(path.name, path=path)):
                waiting.append(pool.submit(_encode_lines, *chunk))
                while waiting and (waiting[0].done() or len(waiting) > 8):
                    _take(waiting.pop(0), generation, findings)
        for future in waiting:
            _take(future, generation, findings)
    return findings


def _take(future: Future[tuple[list[EncodedSheet], list[Finding]]], generation: Generation, findings: list[Finding]) -> None:
    sheets, found = future.result()
    for sheet in sheets:
        generation.add_encoded(sheet)
    findings.extend(found)


if __name__ == "__main__":
    data_dir, *names = sys.argv[sys.argv.index("--data") + 1 :]
    with new_generation(data_dir) as building:
        ingest_judgit(map(Path, names), building)
        building.finish_corpus()
        building.commit()
