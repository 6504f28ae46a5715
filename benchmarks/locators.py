"""Does every citation lead back? Re-read cells and sections from the source files by their locators.

    python -m benchmarks.locators --data DIR --sources FOLDER... [--sample 100000] [--seed 1]

JSON lines and CSV are re-read here with nothing but the standard library; forms by the readers' own
``cell_text``, which opens the file afresh.  Prints how many of the sample were compared, and every
mismatch; exit status 1 when there is one.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import functools
import gzip
import io
import json
import random
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from corpus.model import Cell, Origin, Section, Sheet
from corpus.readers.pdf import cell_text as pdf_text
from corpus.readers.tsv import cell_text as tsv_text
from corpus.readers.xlsx import cell_text as xlsx_text
from corpus.store.reader import Corpus, open_corpus

_PER_SHEET = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """A printed text, and where it is said to stand."""

    sheet_id: str
    origin: Origin
    file: str
    locator: str
    text: str


class Sources:
    """The files of some folders, by the names an ingest of those folders gives them."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._paths: dict[str, Path] = {}
        for folder in folders:
            if folder.is_dir():
                self._paths |= {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
            else:
                self._paths[folder.name] = folder

    def content(self, name: str) -> bytes:
        """Bytes of a file or of a member of a zip. Raises KeyError when there is none of that name."""
        if name in self._paths:
            return self._paths[name].read_bytes()
        outer = next(path for path in self._paths if name.startswith(f"{path}/"))
        with zipfile.ZipFile(self._paths[outer]) as archive:
            return archive.read(name.removeprefix(f"{outer}/"))


def sample(corpus: Corpus, size: int, seed: int) -> list[Wanted]:
    """``size`` cells and sections of sheets drawn at random, a few of each; some forms are always among them."""
    infos = corpus.infos()
    draw = random.Random(seed)
    drawn = draw.sample(infos, len(infos))
    forms = [info for info in infos if info.origin not in (Origin.JUDGIT, Origin.RS_CSV)]
    wanted: list[Wanted] = []
    for info in [*forms[:50], *drawn]:
        if len(wanted) >= size:
            break
        parts = list(_of_sheet(corpus.sheet_at(info.no)))
        wanted.extend(draw.sample(parts, min(len(parts), _PER_SHEET)))
    return wanted[:size]


def _of_sheet(sheet: Sheet) -> Iterator[Wanted]:
    parts: tuple[Cell | Section, ...] = (*sheet.cells, *sheet.sections)
    for part in parts:
        text = part.raw if isinstance(part, Cell) else part.text
        yield Wanted(sheet.sheet_id, sheet.origin, part.file or sheet.file, part.locator, text)


def mismatches(wanted: Sequence[Wanted], sources: Sources) -> Iterator[tuple[Wanted, str]]:
    """What does not stand where it is said to, with what stands there. Each file is read once."""
    by_file: dict[str, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_file[one.file].append(one)
    for file, group in by_file.items():
        content = sources.content(file)
        match group[0].origin:
            case Origin.JUDGIT:
                yield from _json(content, group)
            case Origin.RS_CSV:
                yield from _csv(content, group)
            case origin:
                reader = {Origin.FORM_XLSX: xlsx_text, Origin.FORM_TEXT: tsv_text, Origin.FORM_PDF: pdf_text}[origin]
                yield from _compare((one, reader(content, one.locator)) for one in group)


def _compare(pairs: Iterable[tuple[Wanted, str]]) -> Iterator[tuple[Wanted, str]]:
    return ((one, found) for one, found in pairs if found != one.text)


def _json(content: bytes, group: list[Wanted]) -> Iterator[tuple[Wanted, str]]:
    text = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    lines = text.split(b"\n")
    load = functools.lru_cache(maxsize=64)(functools.partial(json.loads, parse_float=str, parse_int=str))
    for one in sorted(group, key=lambda w: w.locator):
        line, _, path = one.locator.removeprefix("line ").partition(", ")
        value = load(lines[int(line) - 1])
        for key in path.split("/")[1:]:
            # a key the row lacks is a blank: there is nothing at its place, and the cell says so
            value = value[int(key)] if isinstance(value, list) else value.get(key)
        found = "" if value is None else value
        if found != one.text:
            yield one, str(found)


def _csv(content: bytes, group: list[Wanted]) -> Iterator[tuple[Wanted, str]]:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for one in group:
        _, row, column = one.locator.split(", ", 2)
        number = int(row.removeprefix("row "))
        found = rows[number - 1][rows[0].index(column)]
        # 実施方法: the words stand in the header, the row holds a mark
        if found != one.text and not (number == 1 and one.text in found):
            yield one, found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sources", type=Path, nargs="+", required=True)
    parser.add_argument("--sample", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with open_corpus(options.data) as corpus:
        wanted = sample(corpus, options.sample, options.seed)
    wrong = list(mismatches(wanted, Sources(options.sources)))
    kinds = Counter(one.origin.value for one in wanted)
    print(f"{len(wanted):,} cells and sections of {len({w.sheet_id for w in wanted}):,} sheets re-read", dict(kinds))
    for one, found in wrong[:50]:
        print(f"{one.sheet_id} {one.file} {one.locator}: {one.text[:40]!r}, found {found[:40]!r}")
    print(f"mismatches: {len(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
