"""The store under kill -9, damage and full disks: the trials of ``benchmarks.faults`` with short counts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = [
    pytest.mark.skipif(not hasattr(sys.modules["os"], "fork"), reason="trials fork: POSIX only"),
    pytest.mark.slow,
]


def trials(**counts: int) -> dict[str, Any]:
    """Run some kinds of trials in a process of their own (it is killed and starved); its results by name."""
    given = {"kills": 0, "damage": 0, "refusals": 0, "repairs": 0} | counts
    arguments = [text for name, count in given.items() for text in (f"--{name}", str(count))]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.stdout, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    found = {result["name"]: result for result in said["results"]}
    wrong = [line for result in said["results"] for line in result["wrong"]]
    assert not wrong, "\n".join(wrong)
    return found | {"shim": said["shim"]}


def test_killed_at_any_moment_the_old_or_the_new_state_answers() -> None:
    found = trials(kills=16)
    for name in ("build", "remove", "switch"):
        counts = found[f"kill -9: {name}"]["counts"]
        assert counts.get("killed", 0) >= 2
        assert counts.get("old", 0) + counts.get("new", 0) == 4
    assert found["kill -9: repair"]["counts"].get("new") == 4
    naive = found["kill -9: naive, files replaced in place"]["counts"]
    assert naive.get("no answer", 0) + naive.get("a mixture", 0) > 0, "writing in place loses data where this store does not"


def test_every_damaged_file_is_refused_by_name() -> None:
    counts = trials(damage=116)["damaged files"]["counts"]
    assert set(counts) <= {"refused", "no change", "right answers"}
    assert counts["refused"] > 100


def test_a_disk_that_refuses_leaves_the_old_state() -> None:
    found = trials(refusals=12)
    if not found["shim"]:
        pytest.skip("no C compiler: write calls are not made to fail one by one")
    for name, result in found.items():
        if name != "shim":
            assert set(result["counts"]) <= {"told, old", "told, new", "succeeded all the same, new"}, name


def test_repair_gives_the_same_answers() -> None:
    assert sum(trials(repairs=2)["repaired"]["counts"].values()) == 2
