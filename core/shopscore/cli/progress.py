"""Progress at a terminal while work takes long, and the seconds of each stage."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

from .escaping import shown
from .streams import print_lines

PATIENCE = 2.0


class Stages:
    """Records when each stage begins; after two seconds it is shown at a terminal.

    Use it as a context manager, and as the argument ``progress`` of what is done within.
    """

    def __init__(self, *, timings: bool = False) -> None:
        self._timings = timings
        self._began: list[tuple[str, float]] = []
        self._status: Any = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Stages:
        self._start = time.perf_counter()
        if sys.stderr.isatty():
            self._timer = threading.Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __call__(self, stage: str) -> None:
        """Record that a stage begins."""
        self._began.append((stage, time.perf_counter()))
        if self._status is not None:
            self._status.update(shown(f"{stage} …"))

    def __exit__(self, *failure: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._status is not None:
            self._status.stop()
        if self._timings and failure[0] is None:
            print_lines(json.dumps(self.seconds()))

    def seconds(self) -> dict[str, float]:
        """Return the seconds per stage, in order, and in total."""
        end = time.perf_counter()
        ends = [*(began for _, began in self._began[1:]), end]
        stages = {
            stage: round(until - began, 4)
            for (stage, began), until in zip(self._began, ends, strict=True)
        }
        return {**stages, "total": round(end - self._start, 4)}

    def _show(self) -> None:
        from rich.console import Console

        stage = self._began[-1][0] if self._began else "starting"
        self._status = Console(stderr=True).status(shown(f"{stage} …"))
        self._status.start()
