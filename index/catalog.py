"""What the index knows of sheets, texts and projects, as flat memory-mapped arrays.

*Row*: a sheet, by position in ``corpus.infos()``. *Document*: one different text of a project name
(see ``collect``). *Series*: one project over its years, as the corpus links them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.text import label_key
from index.collect import DIGEST_BYTES, Collected
from index.documents import GROUPS
from index.lexical import mapped
from index.model import SearchFilter

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
_LISTS = ("document_rows", "series_documents", "series_rows", "name_series")
_COLUMNS = ("row_no", "row_year", "row_ministry", "row_series", "row_name", "row_account", "row_budget", "row_rate")
_ARRAYS = (*_COLUMNS, "document_kind", "document_group", "document_name", "document_digest")
_STRINGS = "strings.json"


class Lists:
    """Many lists of numbers in two arrays: list ``i`` is ``items[starts[i]:starts[i + 1]]``."""

    def __init__(self, starts: Ints, items: Ints) -> None:
        self.starts, self.items = starts, items

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Lists:
        lengths = [len(entry) for entry in lists]
        flat = [item for entry in lists for item in entry]
        return cls(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32), np.array(flat, dtype=np.int32))

    def __getitem__(self, index: int) -> Ints:
        return self.items[self.starts[index] : self.starts[index + 1]]

    def many(self, indices: Ints) -> tuple[Ints, Ints]:
        """The lists of ``indices`` one after the other, and for every item which of them it is from."""
        begins, lengths = self.starts[indices], self.starts[indices + 1] - self.starts[indices]
        owner = np.repeat(np.arange(len(indices), dtype=np.int32), lengths)
        shift = np.repeat(begins - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) if len(indices) else begins
        return self.items[np.arange(len(owner)) + shift], owner


class Catalog:
    """The open arrays. Read-only and thread-safe."""

    def __init__(self, arrays: dict[str, npt.NDArray[np.generic]], strings: dict[str, list[str]]) -> None:
        self._arrays = arrays
        self.row_no: Ints = arrays["row_no"]  # type: ignore[assignment]
        self.row_year: Ints = arrays["row_year"]  # type: ignore[assignment]
        self.row_ministry: Ints = arrays["row_ministry"]  # type: ignore[assignment]
        self.row_series: Ints = arrays["row_series"]  # type: ignore[assignment]
        self.row_name: Ints = arrays["row_name"]  # type: ignore[assignment]
        self.row_account: Ints = arrays["row_account"]  # type: ignore[assignment]
        self.row_budget: npt.NDArray[np.float64] = arrays["row_budget"]  # type: ignore[assignment]
        self.row_rate: npt.NDArray[np.float32] = arrays["row_rate"]  # type: ignore[assignment]
        self.document_kind: npt.NDArray[np.int8] = arrays["document_kind"]  # type: ignore[assignment]
        self.document_group: npt.NDArray[np.int8] = arrays["document_group"]  # type: ignore[assignment]
        self.document_name: Ints = arrays["document_name"]  # type: ignore[assignment]
        self.document_digest: npt.NDArray[np.uint8] = arrays["document_digest"]  # type: ignore[assignment]
        self.ministries, self.accounts, self.kinds = strings["ministries"], strings["accounts"], strings["kinds"]
        self.document_rows, self.series_documents, self.series_rows, self.name_series = (
            Lists(arrays[f"{name}_starts"], arrays[f"{name}_items"])  # type: ignore[arg-type]
            for name in _LISTS
        )

    @classmethod
    def build(cls, collected: Collected) -> Catalog:
        """``collected.texts`` must be in the order of the other parts of the index (by group)."""
        rows, texts = collected.rows, collected.texts
        ministries, accounts, kinds = _Codes(), _Codes(), _Codes()
        series = {s: i for i, s in enumerate(dict.fromkeys(row.info.series for row in rows))}
        row_series = [series[row.info.series] for row in rows]
        columns: dict[str, npt.NDArray[np.generic]] = {
            "row_no": np.array([row.info.no for row in rows], dtype=np.int32),
            "row_year": np.array([row.info.sheet_year for row in rows], dtype=np.int16),
            "row_ministry": np.array([ministries(row.info.ministry) for row in rows], dtype=np.int16),
            "row_series": np.array(row_series, dtype=np.int32),
            "row_name": np.array([row.name_id for row in rows], dtype=np.int32),
            "row_account": np.array([accounts("、".join(row.accounts)) for row in rows], dtype=np.int16),
            "row_budget": np.array([_number(row.budget_yen) for row in rows], dtype=np.float64),
            "row_rate": np.array([_number(row.rate) for row in rows], dtype=np.float32),
            "document_kind": np.array([kinds(text.kind) for text in texts], dtype=np.int8),
            "document_group": np.array([GROUPS[text.kind] for text in texts], dtype=np.int8),
            "document_name": np.array([text.name_id for text in texts], dtype=np.int32),
            "document_digest": np.frombuffer(b"".join(t.digest for t in texts), dtype=np.uint8).reshape(
                -1, DIGEST_BYTES
            ),
        }
        newest_first = sorted(range(len(rows)), key=lambda r: (-rows[r].info.sheet_year, rows[r].info.no))
        lists: dict[str, Sequence[Sequence[int]]] = {
            "document_rows": [text.rows for text in texts],
            "series_rows": _inverted(((row_series[r], r) for r in newest_first), len(series)),
            "series_documents": _inverted(
                ((s, d) for d, text in enumerate(texts) for s in dict.fromkeys(row_series[r] for r in text.rows)),
                len(series),
            ),
            "name_series": _inverted(
                dict.fromkeys((rows[r].name_id, row_series[r]) for r in newest_first), len(collected.names)
            ),
        }
        for name, content in lists.items():
            made = Lists.of(content)
            columns |= {f"{name}_starts": made.starts, f"{name}_items": made.items}
        return cls(columns, {"ministries": ministries.names, "accounts": accounts.names, "kinds": kinds.names})

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in self._arrays.items():
            np.save(folder / f"{name}.npy", array)
        strings = {"ministries": self.ministries, "accounts": self.accounts, "kinds": self.kinds}
        (folder / _STRINGS).write_text(json.dumps(strings, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path, verified: Callable[[Path], Path] = lambda path: path) -> Catalog:
        names = [*_ARRAYS, *(f"{name}_{part}" for name in _LISTS for part in ("starts", "items"))]
        arrays = {name: mapped(verified(folder / f"{name}.npy")) for name in names}
        return cls(arrays, json.loads(verified(folder / _STRINGS).read_text(encoding="utf-8")))

    # ---- filters ------------------------------------------------------------------------------

    def rows_allowed(self, wanted: SearchFilter) -> Mask | None:
        """Which sheets pass the filter, or None when it restricts none. ``sections`` is not about sheets."""
        tests: list[Mask] = []
        if wanted.ministries:
            tests.append(np.isin(self.row_ministry, _codes_like(self.ministries, wanted.ministries)))
        if wanted.sheet_years:
            tests.append(np.isin(self.row_year, wanted.sheet_years))
        if wanted.accounts:
            tests.append(np.isin(self.row_account, _codes_like(self.accounts, wanted.accounts)))
        for values, (least, most) in ((self.row_budget, wanted.budget_yen), (self.row_rate, wanted.execution_rate)):
            if least is not None:
                tests.append(values >= least)  # a sheet without the figure (NaN) never passes
            if most is not None:
                tests.append(values <= most)
        return np.logical_and.reduce(tests) if tests else None

    def documents_allowed(self, wanted: SearchFilter, rows: Mask | None) -> Mask | None:
        """Which documents stand in an allowed sheet and section, or None when all do."""
        tests: list[Mask] = []
        if rows is not None:
            inside = np.concatenate([[0], np.cumsum(rows[self.document_rows.items])])
            starts = self.document_rows.starts
            tests.append(inside[starts[1:]] > inside[starts[:-1]])
        if wanted.sections:
            tests.append(np.isin(self.document_kind, _codes_like(self.kinds, wanted.sections)))
        return np.logical_and.reduce(tests) if tests else None


class _Codes:
    """Numbers for strings, by first use."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))

    @property
    def names(self) -> list[str]:
        return list(self._numbers)


def _codes_like(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Codes of the names that are, or hold, one of the wanted ones (特別会計 finds every 特別会計)."""
    keys = [label_key(w) for w in wanted]
    return [code for code, name in enumerate(names) if any(key in label_key(name) for key in keys)]


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _inverted(pairs: object, size: int) -> list[list[int]]:
    lists: list[list[int]] = [[] for _ in range(size)]
    for owner, item in pairs:  # type: ignore[attr-defined]
        lists[owner].append(item)
    return lists
