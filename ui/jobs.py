"""Taking files in, in the background: a child process works, the app goes on answering.

The child (``ui.worker``) reports one JSON line per step on its standard output.  When it ends, the
library notices the new generation by itself; a child that dies leaves the old one untouched.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import logging
import os
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from corpus.model import Finding, Severity
from ui import data_view
from ui.markup import Safe, join, tag

_log = logging.getLogger(__name__)
_LINES_KEPT = 200
_IN_LINE = 20


class TooManyJobs(Exception):
    """The line of jobs is full; the message is for the user."""

    def __init__(self) -> None:
        super().__init__("取り込みがたくさん待っています。いくつか終わってから、もう一度お試しください。")


@dataclasses.dataclass(slots=True)
class _Job:
    title: str
    step: str = "準備しています"
    share: float | None = None
    done: bool = False
    failed: bool = False
    lines: collections.deque[str] = dataclasses.field(default_factory=lambda: collections.deque(maxlen=_LINES_KEPT))
    findings: list[Finding] = dataclasses.field(default_factory=list)
    counts: dict[str, int] = dataclasses.field(default_factory=dict)


class Jobs:
    """One background job at a time, others in line behind it, and the folder where uploads wait."""

    def __init__(self, data_dir: Path, upload_dir: Path, when_done: Callable[[], frozenset[str]]) -> None:
        """``when_done`` opens the new generation and gives the paths its files were read from."""
        self._data_dir = data_dir
        self._upload_dir = upload_dir
        self._when_done = when_done
        self._lock = threading.Lock()
        self._job: _Job | None = None
        self._line: collections.deque[tuple[_Job, Sequence[str], Sequence[Path]]] = collections.deque()
        self._working = False
        self._process: subprocess.Popen[str] | None = None

    # ---- uploads

    def new_upload(self, name: str) -> tuple[str, Path]:
        """A private folder for one uploaded file: (key, path). Only the last part of ``name`` is used."""
        key = secrets.token_urlsafe(12)
        folder = self._upload_dir / key
        folder.mkdir(parents=True, mode=0o700)
        return key, folder / safe_name(name)

    def upload_path(self, key: str) -> Path | None:
        """Where the upload of that key lies, or None."""
        if not key.replace("-", "").replace("_", "").isalnum():
            return None
        folder = self._upload_dir / key
        return next(iter(sorted(folder.iterdir())), None) if folder.is_dir() else None

    # ---- jobs

    @property
    def busy(self) -> bool:
        return self._working

    def ingest(self, paths: Sequence[Path], title: str) -> None:
        """Take files in. Uploads that are not needed afterwards are removed. Raises TooManyJobs."""
        uploads = [path for path in paths if self._upload_dir in path.parents]
        self._start(title, ["ingest", *map(str, paths)], uploads)

    def remove_file(self, name: str) -> None:
        """Take out the sheets of one file. Raises TooManyJobs."""
        self._start(f"「{name}」を取り除いています", ["remove", name], [])

    def _start(self, title: str, arguments: Sequence[str], uploads: Sequence[Path]) -> None:
        with self._lock:
            if len(self._line) >= _IN_LINE:
                raise TooManyJobs
            self._line.append((_Job(title), arguments, uploads))
            self._job = self._job if self._working else self._line[0][0]
            if self._working:
                return
            self._working = True
        threading.Thread(target=self._work, daemon=True, name="jobs").start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._line:
                    self._working = False
                    return
                self._job, arguments, uploads = self._line.popleft()
            self._follow(self._job, arguments, uploads)

    def _follow(self, job: _Job, arguments: Sequence[str], uploads: Sequence[Path]) -> None:
        command = [sys.executable, "-m", "ui.worker", "--data", str(self._data_dir), *arguments]
        root = Path(__file__).resolve().parent.parent
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), environment.get("PYTHONPATH", "")]))
        # stderr is merged: a worker's last words go to the log, and a full pipe cannot stop it
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", env=environment
        ) as process:
            self._process = process
            for line in process.stdout or ():
                _take(job, line)
        self._process = None
        if process.returncode != 0 and not job.failed:
            job.failed = True
            job.step = "途中で止まりました。取り込む前の状態のままです。もう一度お試しください。"
        needed = self._when_done()
        for path in uploads:
            if str(path) not in needed:
                shutil.rmtree(path.parent, ignore_errors=True)
        job.done = True

    def state(self) -> data_view.JobState | None:
        """The running or last job, as the page shows it."""
        job = self._job
        if job is None:
            return None
        behind = f"（ほかに{len(self._line)}件待っています）" if self._line else ""
        lines = tuple(job.lines)
        return data_view.JobState(job.title, job.step + behind, job.share, job.done, job.failed, lines, _report(job))

    def stop(self) -> None:
        """End a running job: the corpus stays as it was before it."""
        with self._lock:
            self._line.clear()
        process = self._process
        if process is not None:
            process.terminate()


def _take(job: _Job, line: str) -> None:
    """One line of the worker: {"step", "share", "line", "finding", "counts", "failed"}, all optional."""
    try:
        said = json.loads(line)
    except json.JSONDecodeError:
        _log.info("worker: %s", line.rstrip())
        return
    job.step = str(said.get("step", job.step))
    job.share = said.get("share", job.share)
    if "line" in said:
        job.lines.append(str(said["line"]))
    if "finding" in said:
        severity, *rest = said["finding"]
        job.findings.append(Finding(Severity(severity), *rest))
    if "counts" in said:
        job.counts = dict(said["counts"])
    job.failed = bool(said.get("failed", job.failed))


def _report(job: _Job) -> Safe:
    if not job.done:
        return Safe("")
    numbers = [tag("div", tag("dt", name), tag("dd", f"{count:,}")) for name, count in job.counts.items()]
    found = data_view.findings(job.findings, len(job.findings)) if job.findings else None
    return join(tag("dl", *numbers, class_="counts") if numbers else None, found)


def safe_name(name: str) -> str:
    """The file name a browser gave, without folders, control characters and what Windows refuses."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join("_" if ord(c) < 32 or c in '<>:"|?*' else c for c in last).strip(" .")
    return clean[-120:] or "file"
