"""The types of an ingest: what is reported while it runs and when it ends. Data only."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from corpus.model import Finding, Severity
from corpus.store.model import Summary


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is: ``done`` of ``total`` bytes of the files given, and sheets read so far."""

    stage: str  # 読み取り, 保存
    done: int
    total: int
    sheets: int
    file: str = ""


ProgressCallback = Callable[[Progress], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """``workers``: processes that read (0 = none, read here); each may use ``worker_bytes``.

    ``form_seconds``: processor time per form up to a megabyte, in proportion above (one form takes 0.3 s).
    """

    workers: int = 2
    form_seconds: float = 3.5
    worker_bytes: int = 512 * 1024 * 1024


@dataclasses.dataclass(slots=True)
class Report:
    """What an ingest did. Sheet counts are of this run; ``summary`` is of the whole corpus after it."""

    files: int = 0  # read
    unchanged_files: int = 0  # skipped: their content was taken in before
    added: int = 0
    replaced: int = 0
    unchanged: int = 0  # sheets read again with the same content
    outranked: int = 0  # sheets left out, because a more trusted file holds them
    removed: int = 0
    cells: int = 0
    sections: int = 0
    by_kind: dict[str, int] = dataclasses.field(default_factory=dict)
    findings: list[Finding] = dataclasses.field(default_factory=list)
    summary: Summary | None = None
    seconds: float = 0.0

    @property
    def sheets(self) -> int:
        """Sheets read in this run."""
        return self.added + self.replaced + self.unchanged + self.outranked

    @property
    def changed(self) -> bool:
        """Whether the corpus differs from before (files known or unknown included)."""
        return bool(self.files or self.removed)

    @property
    def rejected(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.REJECTED]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.WARNING]
