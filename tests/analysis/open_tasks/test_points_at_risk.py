"""The points at risk are what a second score of changed events says, to the last digit."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import pytest

import shopscore as ss
from shopscore import OpenTask
from support.open_task_frames import (
    Frames,
    Row,
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


def both_ways(known: Frames, one: OpenTask) -> tuple[Frames, Frames]:
    """The events in which an open task is done in time, and in which it went wrong, by hand."""
    assert one.deadline is not None
    missed = max(one.deadline, NOW)
    changed: dict[str, tuple[str, Row, Row]] = {
        "hand_over_parcels": (
            "orders",
            {"picked_up_at": one.deadline - SECOND},
            {"picked_up_at": missed + SECOND},
        ),
        "answer_sessions": (
            "conversations",
            {"first_reply_at": one.deadline},
            {"first_reply_at": missed + SECOND},
        ),
    }
    if one.task.id == "appeal_bad_reviews":
        return with_cells(known, "reviews", one.id, None), known
    if one.task.id in ("decide_tickets", "refund_returns"):
        row = row_of(known, "aftersales", one.id)
        ticket = {"refunded_at": missed, "closed_at": missed, "outcome": "refunded"}
        ticket["approved_at"] = missed
        if one.task.id == "refund_returns":
            ticket["approved_at"] = row["approved_at"] or row["applied_at"]
        return known, with_cells(known, "aftersales", one.id, ticket)
    stream, done, wrong = changed[one.task.id]
    return with_cells(known, stream, one.id, done), with_cells(known, stream, one.id, wrong)


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
    checked: dict[str, int] = {}
    for one in todo:
        late = max(one.deadline or NOW, NOW) >= datetime(2022, 6, 30)
        if (late and not one.task.clears) or checked.get(one.task.id, 0) >= 3:
            continue
        good, bad = (
            exact(frames, one.shop_id, platform, ruleset) for frames in both_ways(known, one)
        )
        if good is None or bad is None:
            assert one.points_at_risk is None
            assert one.reason
            continue
        assert one.points_at_risk == good - bad, one
        checked[one.task.id] = checked.get(one.task.id, 0) + 1
    assert len(checked) >= 3, checked
    assert any(one.points_at_risk for one in todo)
