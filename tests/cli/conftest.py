"""The sample, taken in once for all tests of the command line, as a user would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import main
from samples import sample_dir

Run = Callable[..., str]


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the sample. Tests that change it take a copy."""
    data = tmp_path_factory.mktemp("sample") / "データ"
    assert main(["ingest", "--quiet", str(sample_dir() / "sheets"), "--data", str(data)]) == 0
    return data


@pytest.fixture
def rsqa(sample_data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command over the sample; gives its standard output. ``status``: the exit status it must end with."""
    monkeypatch.setenv("COLUMNS", "140")

    def run(*arguments: str, status: int = 0, data: Path = sample_data) -> str:
        capsys.readouterr()
        assert main([*arguments, "--data", str(data)]) == status
        return capsys.readouterr().out

    return run
