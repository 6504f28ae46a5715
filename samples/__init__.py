"""The sample: review sheets of a fictional ministry (架空省) in the official grid, with questions on them."""

from __future__ import annotations

from pathlib import Path


def sample_dir() -> Path:
    """The folder of the sample: questions, and ``sheets`` to take in."""
    return Path(__file__).resolve().parent


def sample_files() -> list[Path]:
    """The sample's .xlsx files, in order of their names."""
    return sorted((sample_dir() / "sheets").glob("*.xlsx"))
