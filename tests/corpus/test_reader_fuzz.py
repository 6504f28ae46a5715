"""Whatever stands in a line or a CSV: sheets and findings, never an exception, and what comes out can be stored."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.model import Finding, Sheet
from corpus.readers.judgit import read_line
from corpus.readers.rs import read_rs
from corpus.readers.source import InputFile
from corpus.store.codec import decode
from corpus.store.encoded import prepare
from tests.corpus.made import record
from tests.corpus.test_rs import ACCOUNT, TOTALS, made_csv

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8)
    | st.sampled_from(["2020", "-", "▲5", "約3億円", "\ud800", 10**40, "0e99999999999999999999"])
)  # fmt: skip
values = st.recursive(scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=4), v, max_size=3), max_leaves=6)
_INDICATORS = {
    "アウトカム": [{"成果目標": "a", "成果指標": "b", "単位": "件", "目標値": "1", "目標最終年度": 2020,
                "成果実績": [{"年度": 2019, "成果実績": 1.0, "目標値": 2.0}]}],
    "アウトプット": [{"活動指標": "b", "単位": "件", "活動実績": [{"年度": 2019, "活動実績": 1.0, "当初見込み": 2.0}]}],
    "関連する過去のレビューシート": [{"年度": 2019, "府省庁": "a", "事業番号1": None, "事業番号2": "1"}],
}  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, v in inner for p in _places(v, (*path, key)))]


_WHOLE = record(**_INDICATORS)
_ALL_PLACES = [place for place in _places(_WHOLE) if place]


def stored(found: Sheet | Finding) -> None:
    if isinstance(found, Sheet):
        assert decode(prepare(found).data) == found
    else:
        assert found.message
        assert found.remedy


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(_ALL_PLACES), values), min_size=1, max_size=3))
def test_a_line_with_anything_anywhere(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    entry: Any = copy.deepcopy(_WHOLE)
    for place, value in changes:
        target = entry
        try:
            for key in place[:-1]:
                target = target[key]
            target[place[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    for found in read_line(json.dumps(entry).encode(), 1, "x"):
        stored(found)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_a_line_of_any_bytes(line: bytes) -> None:
    for found in read_line(line, 1, "x"):
        stored(found)


_CSV = made_csv("2-1", [TOTALS, ACCOUNT]).data


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_CSV) - 1), st.integers(0, 255)), max_size=12), st.integers(0, len(_CSV)))
def test_a_damaged_csv(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(_CSV)
    for position, byte in changes:
        data[position] = byte
    for found in read_rs([InputFile("x.csv", bytes(data[:length]))]):
        stored(found)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(list(TOTALS | ACCOUNT)), st.text(max_size=10), max_size=6))
def test_a_csv_with_any_text_in_its_cells(changes: dict[str, str]) -> None:
    clean = {key: value.encode("utf-8", "replace").decode() for key, value in changes.items()}
    for found in read_rs([made_csv("2-1", [TOTALS | ACCOUNT | clean])]):
        stored(found)
