"""Cases that people reported: where their files lie, and what a shop's metric is in a result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shopscore as ss

CASES = Path(__file__).parents[1] / "reported"


def read_case(case: str, *, platform: str = "douyin") -> ss.Events:
    """The events of a case's folder or file, of shop S1 on the platform's clock."""
    return ss.read_events(CASES / case, platform=platform, shop_id="S1")


def metric(events: ss.Events, id: str, *, as_of: str = "2022-07-01") -> Any:
    """A metric of shop S1 by Douyin's rules of 2022."""
    result = ss.score(events, platform="douyin", as_of=as_of)
    return next(m for m in result["S1"].metrics if m.id == id)


def codes(events: ss.Events) -> list[str]:
    """The codes of what reading found, but for what the files are."""
    usual = ("file_recognised", "industry_unknown", "encoding_guessed")
    return [notice.code for notice in events.report.notices if notice.code not in usual]
