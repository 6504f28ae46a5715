"""The held-out sets: well formed, without sentences of sheets, and resolvable where ../shared is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.heldout.run import HERE, SETS
from benchmarks.heldout.texts import filled

_LONGEST_FACT = 60  # names of offices; a sentence is longer


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _golds(line: dict[str, Any]) -> list[dict[str, Any]]:
    return [turn["gold"] for turn in line["turns"]] if "turns" in line else [line["gold"]]


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_well_formed(name: str) -> None:
    lines = _lines(name)
    assert len({line["id"] for line in lines}) == len(lines)
    for line in lines:
        for gold in _golds(line):
            assert len(str(gold.get("text", ""))) <= _LONGEST_FACT, f"{line['id']}: a sentence of a sheet"


def test_sentences_come_from_the_published_files(shared: Path) -> None:
    line = next(line for line in _lines("questions-5") if line["gold"].get("text_from") == "事業概要")
    text = filled(line, shared / "data")["gold"]["text"]
    assert len(text) > 20
