"""Nothing leaves this machine: the guard sees what tries, and the program works where there is no network at all."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from samples import sample_files
from tests import network_guard

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(network_guard.GUARD))
import outbound  # noqa: E402  # type: ignore[import-not-found]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "", None, "0.0.0.0", "::ffff:127.0.0.1", b"127.0.0.1", "127.9.9.9"])
def test_this_machine_is_local(host: object) -> None:
    assert outbound.is_local(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "10.0.0.1", "169.254.169.254", "example.com", "2001:db8::1", "::ffff:192.0.2.1", "localhost.example.com", b"x"])
def test_everything_else_is_not(host: object) -> None:
    assert not outbound.is_local(host)


def test_an_attempt_is_refused_and_seen(tmp_path: Path) -> None:
    """In a child with a log of its own, so that this session's count stays at zero."""
    log = tmp_path / "log"
    code = (
        "import socket\n"
        "for act in (lambda: socket.create_connection(('192.0.2.1', 9), 1), lambda: socket.getaddrinfo('example.com', 80),\n"
        "            lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))):\n"
        "    try: act()\n"
        "    except ConnectionRefusedError as error: print('refused' if 'tests may not' in str(error) else 'open')\n"
        "    else: print('open')\n"
    )
    environment = {**os.environ, network_guard.LOG: str(log)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["refused"] * 3
    assert len(log.read_text(encoding="utf-8").splitlines()) == 3


def test_this_process_is_armed() -> None:
    assert network_guard.GUARD.as_posix() in os.environ["PYTHONPATH"].replace("\\", "/")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # our own machine stays open
        probe.listen()
        socket.create_connection(probe.getsockname(), 5).close()


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("unshare") is None, reason="no network namespaces here")
def test_taking_in_and_asking_work_without_any_network(tmp_path: Path) -> None:
    """Not even native code (DuckDB, FAISS, tokenizers) misses a network: the kernel gives it none."""
    probe = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("network namespaces are not allowed here")

    def rsqa(*arguments: str) -> str:
        command = ["unshare", "-rn", sys.executable, "-m", "cli.main", *arguments, "--data", str(tmp_path / "d")]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=300, check=True).stdout

    rsqa("ingest", "--quiet", *map(str, sample_files()[:3]))
    assert "sheet_id" in rsqa("search", "--json", "船の安全")
    assert '"status"' in rsqa("ask", "--json", "離島港湾見守りブイ整備事業の執行額は？")
