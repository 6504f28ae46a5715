"""What all routes share."""

from __future__ import annotations

import threading
from typing import Any

from ui import desk
from ui.api import Api
from ui.briefs import Briefs
from ui.gate import Gate
from ui.jobs import Jobs
from ui.library import Library
from ui.loaded import sources_after_job
from ui.settings import AppSettings
from ui.table_view import Tables


class Rooms:
    """Library, door, jobs, kept answers and briefs of one running app."""

    def __init__(self, settings: AppSettings) -> None:
        self.settings = settings
        self.library = Library(settings.data_dir)
        self.gate = Gate(settings.workers, settings.waiting, settings.timeout_s)
        self.answers = desk.Answers()
        self.tables = Tables()
        self.briefs = Briefs()
        self.jobs = Jobs(settings.data_dir, settings.data_dir.absolute() / "uploads", lambda: sources_after_job(self.library))
        self.api = Api(self.library, self.briefs, settings.question_limit)
        self.checks = (-1, "", 0)  # serial of the shelf, token of its table, rows
        self.examples_lock = threading.Lock()  # made once, whoever asks first
        self.examples: tuple[int, dict[str, Any]] = (-1, {})
