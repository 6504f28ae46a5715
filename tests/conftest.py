"""Fixtures shared by all tests. Real data is outside the repository: tests that need it skip, visibly."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["tests.network_guard"]  # no test speaks to anything but this machine
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real sheets beside the checkout, or a visible skip."""
    path = ROOT.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip("../shared is not here: no real sheets to test on")
    return path
