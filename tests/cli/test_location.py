"""The data folder: what is said first wins, else the platform's own per-user folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.location import data_dir


def test_the_argument_wins_over_the_variable() -> None:
    assert data_dir("D", {"RSQA_DATA": "E"}) == Path("D")
    assert data_dir(None, {"RSQA_DATA": "E"}) == Path("E")
    assert data_dir("~/x", {}) == Path.home() / "x"


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {}, Path.home() / ".local" / "share" / "rsqa"),
        ("linux", {"XDG_DATA_HOME": str(Path.home() / "d")}, Path.home() / "d" / "rsqa"),
        ("linux", {"XDG_DATA_HOME": "relative"}, Path.home() / ".local" / "share" / "rsqa"),
        ("darwin", {}, Path.home() / "Library" / "Application Support" / "rsqa"),
        ("win32", {"LOCALAPPDATA": str(Path.home() / "L")}, Path.home() / "L" / "rsqa"),
        ("win32", {}, Path.home() / "AppData" / "Local" / "rsqa"),
    ],
)
def test_the_default_follows_the_platform(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], folder: Path
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    assert data_dir(None, environment) == folder
