"""What reading tells a log: its stages and notes, and nothing to those who did not ask."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

import shopscore as ss

ORDERS = b"shop_id,order_id,paid_at,colour\nS1,1,never,red\nS1,2,,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.csv").write_bytes(ORDERS)
    (tmp_path / "reviews.csv").write_text("shop_id,review_id,reviewed_at,rating\n")
    return tmp_path


def test_stages_and_notes(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    said: list[str] = []
    with caplog.at_level(logging.DEBUG, "shopscore"):
        events = ss.read_events(folder, progress=said.append)
    found = [(r.name, r.levelname, r.getMessage()) for r in caplog.records]
    assert {name for name, _, _ in found} == {"shopscore.reading"}
    told = [message for _, level, message in found if level == "INFO"]
    assert told == [*said, *map(str, events.report.notices)]
    assert said[:2] == ["reading orders", "reading reviews"]
    details = [message for _, level, message in found if level == "DEBUG"]
    assert any("set_aside=1" in message for message in details)


def test_nothing_is_printed_unasked(folder: Path) -> None:
    code = f"import shopscore as ss; ss.read_events({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
