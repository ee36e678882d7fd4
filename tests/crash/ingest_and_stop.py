"""Ingest a folder, add a state, or forget a shop, in a process that may be killed; a script of the tests.

    python ingest_and_stop.py LEDGER EVENTS [STEP]

Says ``writing`` once it begins to write. With a step it kills itself before that step: steps are
whatever is written, one table or commit after the other, and the moments at which files are synced.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from shopscore.counting.state import Tallies
from shopscore.ledger import commits, tables
from shopscore.ledger.ledger import Ledger
from shopscore.testing.toy import PLATFORM


def main(ledger: str, events: str, step: str = "0") -> None:
    stop_at, steps = int(step), 0

    def counted(does: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(does)
        def stopping(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == stop_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return does(*args, **kwargs)

        return stopping

    tables.Draft._write = counted(tables.Draft._write)
    tables.sync = commits.sync = counted(commits.sync)
    tables.write_commit = counted(commits.write_commit)

    def say(stage: str) -> None:
        if "comparing" in stage:
            print("writing", flush=True)

    opened = Ledger.open(ledger, platform=PLATFORM)
    if events.startswith("forget:"):
        opened.forget(events.removeprefix("forget:"))
    elif events.endswith(".parquet"):
        opened.add_counted(Tallies.read_parquet(events))
    else:
        opened.ingest(events, progress=say)
    print("done", steps, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
