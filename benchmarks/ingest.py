"""Throughput of reading per format, and time, peak memory and size of a whole ingest.

    python -m benchmarks.ingest [--sources FOLDER...] [--json FILE]

Reading is measured in this process by its CPU time, so that other work on the machine does not count;
the whole ingest in a child process of its own by wall time, with the memory of all its processes
sampled together.  Without ``--sources`` the folders ``judgit``, ``rs2024`` and ``forms`` of ``../shared/data``.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import itertools
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Peak
from corpus.garbage import without_collections
from corpus.ingest import ingest
from corpus.model import Finding, Sheet
from corpus.readers.judgit import read_judgit
from corpus.readers.recognise import FileKind
from corpus.readers.rs import read_rs
from corpus.readers.walk import FoundFile, walk
from corpus.reading import FormWork
from corpus.store.encoded import prepare
from corpus.store.writer import new_generation

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
_JUDGIT_SAMPLE = 3_000
_FORM_REPEATS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Throughput:
    """``seconds`` of one processor for ``sheets``: from the file to what the writer takes."""

    kind: str
    sheets: int
    cells: int
    seconds: float

    @property
    def per_thousand(self) -> float:
        return self.seconds / max(self.sheets, 1) * 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Whole:
    """A whole ingest. Sizes in bytes; ``unpacked`` is what the sources hold uncompressed."""

    sheets: int
    cells: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    stored: dict[str, int]
    unpacked: int


def throughput(sources: Sequence[Path]) -> list[Throughput]:
    """Reading and preparing, per format."""
    files = [found for found in walk(sources) if isinstance(found, FoundFile)]
    by_kind = {kind: [f for f in files if f.kind is kind] for kind in FileKind}
    measured = []
    if by_kind[FileKind.JUDGIT]:
        found = (s for file in by_kind[FileKind.JUDGIT] for s in read_judgit(file.file))
        measured.append(_measure(FileKind.JUDGIT, lambda: itertools.islice(found, _JUDGIT_SAMPLE)))
    if by_kind[FileKind.RS_CSV]:
        measured.append(_measure(FileKind.RS_CSV, lambda: read_rs(f.file for f in by_kind[FileKind.RS_CSV])))
    for kind in (FileKind.FORM_XLSX, FileKind.FORM_TEXT, FileKind.FORM_PDF):
        forms = by_kind[kind][:20]
        if forms:
            _forms(forms[:1])  # imports are not reading
            measured.append(_form_throughput(kind, forms))
    return measured


def _measure(kind: FileKind, read: Callable[[], Iterator[Sheet | Finding]]) -> Throughput:
    gc.collect()
    with without_collections():
        started = time.process_time()
        sheets = cells = 0
        for found in read():
            if isinstance(found, Sheet):
                sheets += 1
                cells += prepare(found).cells
        seconds = time.process_time() - started
    return Throughput(kind.value, sheets, cells, seconds)


def _form_throughput(kind: FileKind, forms: list[FoundFile]) -> Throughput:
    started = time.process_time()
    sheets, cells = map(sum, zip(*(_forms(forms) for _ in range(_FORM_REPEATS)), strict=True))
    return Throughput(kind.value, sheets, cells, time.process_time() - started)


def _forms(forms: list[FoundFile]) -> tuple[int, int]:
    parsed = [FormWork(found.file, found.kind).run() for found in forms]
    return sum(len(p.sheets) for p in parsed), sum(s.cells for p in parsed for s in p.sheets)


def whole(sources: Sequence[Path]) -> Whole:
    """Everything into an empty folder, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        receive, send = context.Pipe(duplex=False)
        process = context.Process(target=_ingest, args=(folder, [str(s) for s in sources], send))
        process.start()
        peak = Peak(process.pid or 0)
        peak.start()
        result: dict[str, Any] = receive.recv()
        process.join()
        peak.stop()
        return Whole(**result, peak_bytes=peak.bytes, unpacked=_unpacked(sources))


def _ingest(folder: str, sources: list[str], send: Any) -> None:
    started = time.perf_counter()
    with new_generation(folder) as generation:
        report = ingest([Path(source) for source in sources], generation)
        generation.commit()
        seconds = time.perf_counter() - started
        stored = {p.name: p.stat().st_size for p in generation.path.iterdir()}
    cpu_seconds = sum(os.times()[:4])  # of this process and its ended workers
    send.send({
        "sheets": report.sheets, "cells": report.cells, "seconds": seconds, "cpu_seconds": cpu_seconds, "stored": stored,
    })  # fmt: skip


def _unpacked(sources: Sequence[Path]) -> int:
    total = 0
    for found in walk(sources):
        if isinstance(found, FoundFile):
            with found.file.open() as stream:
                packed = stream.read(2) == b"\x1f\x8b"
                if packed:
                    stream.seek(-4, os.SEEK_END)  # gzip ends with the length of what it holds
                    total += int.from_bytes(stream.read(4), "little")
                else:
                    total += found.file.size
    return total


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=Path, nargs="+", default=[SHARED / n for n in ("judgit", "rs2024", "forms")])
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args(arguments)
    rates, all_of_it = throughput(options.sources), whole(options.sources)
    print(f"{'format':16}{'sheets':>8}{'cells':>12}{'CPU s/1000':>12}{'sheets/s':>10}")
    for rate in rates:
        print(f"{rate.kind:16}{rate.sheets:>8,}{rate.cells:>12,}{rate.per_thousand:>12.2f}{1000 / rate.per_thousand:>10.0f}")
    stored = sum(all_of_it.stored.values())
    print(f"whole ingest: {all_of_it.sheets:,} sheets, {all_of_it.cells:,} cells ", end="")
    print(f"in {all_of_it.seconds:.0f} s ({all_of_it.cpu_seconds:.0f} s of processor time), ", end="")
    print(f"peak {all_of_it.peak_bytes / 2**20:,.0f} MiB, {os.cpu_count()} processors")
    print(f"stored {stored / 1e6:,.0f} MB = {stored / all_of_it.unpacked:.2f} x the unpacked sources", all_of_it.stored)
    if options.json:
        figures = {"throughput": [dataclasses.asdict(r) for r in rates], "whole": dataclasses.asdict(all_of_it)}
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
