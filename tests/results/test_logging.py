"""What scoring logs: stages and notices, under ``shopscore``, and nothing on its own."""

from __future__ import annotations

import logging
import subprocess
import sys

import polars as pl
import pytest

import shopscore as ss

WHICH = {"platform": "douyin", "ruleset": "2022"}


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    found = [r for r in caplog.records if r.name.startswith("shopscore.scoring")]
    assert {r.levelname for r in found} <= {"INFO"}
    return [r.getMessage() for r in found]


def test_of_events(events: ss.Events, caplog: pytest.LogCaptureFixture) -> None:
    said: list[str] = []
    with caplog.at_level(logging.INFO, logger="shopscore"):
        result = ss.score(events, as_of="2024-06-30", progress=said.append, **WHICH)
    assert said == ["resolving", "counting", "grading"]
    assert result.notices
    assert lines(caplog) == [*said, *(f"notice: {n}" for n in map(str, result.notices))]


def test_of_values(caplog: pytest.LogCaptureFixture) -> None:
    values = pl.DataFrame({"shop_id": ["S"], "metric": ["pickup_rate"], "value": [1], "n": [9]})
    with caplog.at_level(logging.INFO, logger="shopscore"):
        result = ss.score_values(values, as_of="2022-07-01", **WHICH)
    assert lines(caplog) == [
        "reading values",
        "grading",
        *(f"notice: {n}" for n in map(str, result.notices)),
    ]


def test_of_tallies(events: ss.Events, caplog: pytest.LogCaptureFixture) -> None:
    tallies = ss.tally(ss.resolve(events, **WHICH))
    with caplog.at_level(logging.INFO, logger="shopscore"):
        result = ss.score(tallies, shops=events, as_of="2022-07-01", **WHICH)
    assert lines(caplog)[-1 - len(result.notices)] == "grading"


def test_a_library_says_nothing_on_its_own() -> None:
    code = (
        "import logging, sys, polars as pl, shopscore as ss\n"
        "v = pl.DataFrame({'shop_id': ['S'], 'metric': ['pickup_rate'], 'value': [1], 'n': [9]})\n"
        "ss.score_values(v, platform='douyin', ruleset='2022', as_of='2024-07-01')\n"
        "logging.getLogger('shopscore.x').warning('heard')\n"
        "print([type(h).__name__ for h in logging.getLogger('shopscore').handlers])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("['NullHandler']", "")
