"""Progress at a terminal while work takes long, and the seconds of each stage."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from ..messages import message
from . import voice
from .escaping import shown

PATIENCE = 2.0
REFRESH = 1.0


class Stages:
    """Records when each stage begins; after two seconds a spinner shows it at a terminal.

    Use it as a context manager, and as the argument ``progress`` of what is done within; tell
    :meth:`count` how many rows were read.
    """

    def __init__(self, *, timings: bool = False) -> None:
        self._timings = timings
        self._began: list[tuple[str, float]] = []
        self._rows = 0
        self._spinner: _Spinner | None = None

    def __enter__(self) -> Stages:
        self._start = time.perf_counter()
        if sys.stderr.isatty() and voice.may_spin():
            self._spinner = _Spinner(self)
        return self

    def __call__(self, stage: str) -> None:
        """Record that a stage begins."""
        self._began.append((stage, time.perf_counter()))
        if self._spinner is not None:
            self._spinner.update()

    def __exit__(self, *failure: object) -> None:
        if self._spinner is not None:
            self._spinner.stop()
        if self._timings and failure[0] is None:
            voice.tell_timings(self.seconds())

    def count(self, rows: int) -> None:
        """Say how many rows the work is about."""
        self._rows = rows

    def seconds(self) -> dict[str, float]:
        """Return the seconds per stage, in order, and in total."""
        end = time.perf_counter()
        ends = [*(began for _, began in self._began[1:]), end]
        stages = {
            str(stage): round(until - began, 4)
            for (stage, began), until in zip(self._began, ends, strict=True)
        }
        return {**stages, "total": round(end - self._start, 4)}

    @property
    def now(self) -> str:
        """What is being done, of how many rows, and for how long already."""
        stage = self._began[-1][0] if self._began else message("starting")
        parts = [voice.text(stage)]
        if self._rows:
            parts.append(voice.text(message("{n:,} rows", n=self._rows)))
        parts.append(f"{time.perf_counter() - self._start:.0f} {voice.text(message('s'))}")
        return " · ".join(parts)


class _Spinner:
    """A spinner on standard error that begins after some patience and shows what is being done."""

    def __init__(self, stages: Stages) -> None:
        self._stages, self._status = stages, None
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def update(self) -> None:
        """Show what is being done now."""
        with self._lock:
            if self._status is not None:
                self._status.update(shown(self._stages.now))

    def stop(self) -> None:
        """Take the spinner away, before anything else is said."""
        self._ended.set()
        self._thread.join()
        if self._status is not None:
            self._status.stop()

    def _run(self) -> None:
        if self._ended.wait(PATIENCE):
            return
        from rich.console import Console

        status: Any = Console(stderr=True).status(shown(self._stages.now))
        with self._lock:
            self._status = status
        status.start()
        while not self._ended.wait(REFRESH):
            self.update()
