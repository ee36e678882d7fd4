"""Work whose process is killed; here, for processes that start anew find it by its name."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from shopscore.workspace.units import Unit
from shopscore.workspace.working import work


def die_at_douyin(unit: Unit, details: frozenset[str]) -> str:
    """Score a source, but die at one of Douyin."""
    if unit.platform == "douyin":
        os.kill(os.getpid(), signal.SIGKILL)
    return work(unit, details).to_json()


def die_once_at_douyin(unit: Unit, details: frozenset[str]) -> str:
    """Score a source, but die at the first one of Douyin."""
    died = Path(os.environ["TEST_DIED"])
    if unit.platform == "douyin" and not died.exists():
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return work(unit, details).to_json()
