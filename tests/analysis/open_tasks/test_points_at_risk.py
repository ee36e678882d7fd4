"""The points at risk are what a second score of changed events says, to the last digit."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

import shopscore as ss
from shopscore import OpenTask
from support.open_task_frames import (
    Frames,
    rolled_back,
    row_of,
    sample,
    with_cells,
    with_unanswered,
)

NOW = datetime(2022, 6, 20, 15)
SECOND = timedelta(seconds=1)
#: Days on which what is missed by then lies within the windows.
AS_OF = "2022-06-30"


def counted_as_bad(frames: Frames, one: OpenTask) -> Frames:
    """The events in which an open task went wrong, or a bad review is gone, written by hand."""
    missed = max(one.deadline, NOW) if one.deadline else NOW
    changed: dict[str, tuple[str, dict[str, Any] | None]] = {
        "hand_over_parcels": ("orders", {"picked_up_at": missed + SECOND}),
        "answer_sessions": ("conversations", {"first_reply_at": missed + SECOND}),
        "appeal_bad_reviews": ("reviews", None),
    }
    ticket = {"refunded_at": missed, "closed_at": missed, "outcome": "refunded"}
    if one.task.id == "decide_tickets":
        return with_cells(frames, "aftersales", one.id, {**ticket, "approved_at": missed})
    if one.task.id == "refund_returns":
        row = row_of(frames, "aftersales", one.id)
        ticket["approved_at"] = row["approved_at"] or row["applied_at"]
        return with_cells(frames, "aftersales", one.id, ticket)
    stream, cells = changed[one.task.id]
    return with_cells(frames, stream, one.id, cells)


def exact(frames: Frames, shop: str, platform: str, ruleset: str) -> Fraction | None:
    result = ss.score(frames, platform=platform, ruleset=ruleset, as_of=AS_OF)
    text = result[shop].score_exact
    return None if text is None else Fraction(text)


@pytest.mark.parametrize(
    ("platform", "ruleset", "seed", "orders"),
    [
        ("douyin", "2022", 0, 500),
        pytest.param("douyin", "2022", 3, 900, marks=pytest.mark.slow),
        pytest.param("pinduoduo", "2022", 1, 1200, marks=pytest.mark.slow),
    ],
)
def test_the_same_as_scoring_changed_events(
    platform: str, ruleset: str, seed: int, orders: int
) -> None:
    frames = with_unanswered(
        sample(shops=8, orders=orders, seed=seed), datetime(2022, 6, 19, 20), NOW
    )
    known = rolled_back(frames, NOW)
    asked = {"platform": platform, "ruleset": ruleset, "as_of": AS_OF}
    todo = ss.todo(frames, now=NOW, **asked)
    base: dict[str, Fraction | None] = {}
    checked: dict[str, int] = {}
    for one in todo:
        missed = max(one.deadline or NOW, NOW)
        if missed >= datetime(2022, 6, 30) and one.task.id != "appeal_bad_reviews":
            continue
        if checked.get(one.task.id, 0) >= 3:
            continue
        if one.shop_id not in base:
            base[one.shop_id] = exact(known, one.shop_id, platform, ruleset)
        before = base[one.shop_id]
        then = exact(counted_as_bad(known, one), one.shop_id, platform, ruleset)
        if before is None:
            assert one.points_at_risk is None
            assert one.reason
            continue
        assert then is not None
        lost = then - before if one.task.clears else before - then
        assert one.points_at_risk == lost, one
        checked[one.task.id] = checked.get(one.task.id, 0) + 1
    assert len(checked) >= 3, checked
    assert any(one.points_at_risk for one in todo)
