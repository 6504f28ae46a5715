"""The app as a service: stopped by a signal, it ends cleanly and leaves no temporary files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.conftest import ROOT, free_port


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without telling it")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_app_and_its_private_folder(sample_data: Path, tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, str(ROOT / "app.py"), "--data", str(sample_data), "--port", str(free_port())]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as process:
        assert process.stdout is not None
        assert "http://127.0.0.1" in process.stdout.readline()
        assert [path for path in tmp_path.iterdir() if path.name.startswith("rsqa-")]
        process.send_signal(number)
        assert process.wait(30) == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("rsqa-")] == []
