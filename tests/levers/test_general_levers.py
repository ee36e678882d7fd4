"""What any merchant can do, on rows written by hand."""

from __future__ import annotations

from typing import Any

import pytest

import shopscore as ss
from shopscore import Lever, levers
from shopscore.evaluation.with_python import evaluate

HOUR, DAY = 3600, 86_400
START = 19_877 * DAY + 9 * HOUR  # 2024-06-03 09:00:00
#: Nobody knows it yet.
UNKNOWN = None
Row = dict[str, Any]

SESSION = {"started_at": START, "first_reply_at": START + 600, "to_human": True}
TICKET = {
    "kind": "refund_only", "reason": "other", "refund_amount": 100_00, "order_amount": 100_00,
    "applied_at": START, "approved_at": START + 3 * HOUR, "return_signed_at": UNKNOWN,
    "refunded_at": UNKNOWN, "closed_at": START + 5 * HOUR, "outcome": "closed", "shipped": True,
    "is_custom": False, "product_id": "P1", "order.buyer_id": "B1",
}  # fmt: skip
RETURN = {
    **TICKET, "kind": "return_refund", "return_signed_at": START + 50 * HOUR,
    "refunded_at": START + 60 * HOUR, "closed_at": START + 61 * HOUR, "outcome": "refunded",
}  # fmt: skip
ORDER = {
    "paid_at": START, "picked_up_at": START + 30 * HOUR, "signed_at": START + 80 * HOUR,
    "is_presale": False, "province": "tibet", "carrier": "oldroad", "amount": 100_00,
    "product_id": "P1",
}  # fmt: skip
REVIEW = {
    "reviewed_at": START + 48 * HOUR, "rating": 1, "order.signed_at": START, "product_id": "P1",
}  # fmt: skip
AFTER_HOURS = START + 30 * HOUR


def done(lever: Lever, row: Row, **chosen: object) -> Row | None:
    """What becomes of the cells of a row; None where the lever does not touch it."""
    if evaluate(lever.rows(**chosen), row) is not True:
        return None
    return {name: evaluate(expr, row) for name, expr in lever.changes(**chosen).items()}


CASES: list[tuple[Lever, Row, Row, Row, Row | None]] = [
    # lever, row, its odd cells, settings, what becomes of it
    (levers.ANSWER_WITHIN_THREE_MINUTES, SESSION, {}, {}, {"first_reply_at": START + 120}),
    (levers.ANSWER_WITHIN_THREE_MINUTES, SESSION, {"first_reply_at": UNKNOWN}, {"seconds": 180},
     {"first_reply_at": START + 180}),
    (levers.ANSWER_WITHIN_THREE_MINUTES, SESSION, {"first_reply_at": START + 120}, {}, None),
    (levers.ANSWER_WITHIN_THREE_MINUTES, SESSION, {"first_reply_at": START + 121}, {},
     {"first_reply_at": START + 120}),
    (levers.ANSWER_WITHIN_THREE_MINUTES, SESSION, {"to_human": False}, {}, None),
    (levers.ANSWER_WITHIN_THREE_MINUTES, SESSION, {}, {"from_second": 9 * HOUR + 1}, None),
    (levers.AGREE_AT_ONCE, TICKET, {}, {},
     {"approved_at": START, "refunded_at": UNKNOWN, "closed_at": START + 2 * HOUR}),
    (levers.AGREE_AT_ONCE, TICKET, {"refunded_at": START + 4 * HOUR}, {},
     {"approved_at": START, "refunded_at": START + HOUR, "closed_at": START + 2 * HOUR}),
    (levers.AGREE_AT_ONCE, TICKET, {"closed_at": UNKNOWN}, {},
     {"approved_at": START, "refunded_at": UNKNOWN, "closed_at": UNKNOWN}),
    (levers.AGREE_AT_ONCE, TICKET, {"approved_at": UNKNOWN}, {}, None),
    (levers.AGREE_AT_ONCE, TICKET, {"approved_at": START}, {}, None),
    (levers.AGREE_AT_ONCE, TICKET, {"is_custom": True}, {}, None),
    (levers.AGREE_AT_ONCE, RETURN, {}, {},  # the parcel takes its own time
     {"approved_at": START, "refunded_at": START + 60 * HOUR, "closed_at": START + 61 * HOUR}),
    (levers.AGREE_AT_ONCE, RETURN, {"kind": "exchange"}, {"amount_below": 100_01},
     {"approved_at": START, "refunded_at": START + 60 * HOUR, "closed_at": START + 61 * HOUR}),
    (levers.AGREE_AT_ONCE, TICKET, {}, {"amount_below": 100_00}, None),
    (levers.ACT_WHEN_RETURN_IS_SIGNED, RETURN, {}, {},
     {"refunded_at": START + 51 * HOUR, "closed_at": START + 52 * HOUR}),
    (levers.ACT_WHEN_RETURN_IS_SIGNED, RETURN, {"closed_at": UNKNOWN}, {"hours": 0},
     {"refunded_at": START + 50 * HOUR, "closed_at": UNKNOWN}),
    (levers.ACT_WHEN_RETURN_IS_SIGNED, RETURN, {}, {"hours": 10}, None),
    (levers.ACT_WHEN_RETURN_IS_SIGNED, RETURN, {}, {"hours": 9},
     {"refunded_at": START + 59 * HOUR, "closed_at": START + 60 * HOUR}),
    (levers.ACT_WHEN_RETURN_IS_SIGNED, RETURN, {"refunded_at": UNKNOWN}, {}, None),
    (levers.ACT_WHEN_RETURN_IS_SIGNED, RETURN, {"return_signed_at": UNKNOWN}, {}, None),
    (levers.CHASE_PICKUP, ORDER, {}, {},
     {"picked_up_at": START + 23 * HOUR, "signed_at": START + 73 * HOUR}),
    (levers.CHASE_PICKUP, ORDER, {"signed_at": UNKNOWN}, {"hours": 29},
     {"picked_up_at": START + 29 * HOUR, "signed_at": UNKNOWN}),
    (levers.CHASE_PICKUP, ORDER, {}, {"hours": 30}, None),
    (levers.CHASE_PICKUP, ORDER, {"picked_up_at": AFTER_HOURS + 1}, {"hours": 30},
     {"picked_up_at": AFTER_HOURS, "signed_at": START + 80 * HOUR - 1}),
    (levers.CHASE_PICKUP, ORDER, {"picked_up_at": UNKNOWN}, {}, None),
    (levers.CHASE_PICKUP, ORDER, {"paid_at": UNKNOWN}, {}, None),
    (levers.CHASE_PICKUP, ORDER, {"is_presale": True}, {}, None),
    (levers.CHANGE_CARRIER, ORDER, {}, {}, None),  # of no carrier
    (levers.CHANGE_CARRIER, ORDER, {}, {"carriers": ("slow", "oldroad")},
     {"signed_at": START + 70 * HOUR}),  # 50 h become 40
    (levers.CHANGE_CARRIER, ORDER, {"signed_at": AFTER_HOURS + 3},
     {"carriers": "oldroad", "percent": 50}, {"signed_at": AFTER_HOURS + 1}),  # whole seconds
    (levers.CHANGE_CARRIER, ORDER, {}, {"carriers": "oldroad", "percent": 100},
     {"signed_at": START + 80 * HOUR}),
    (levers.CHANGE_CARRIER, ORDER, {}, {"carriers": "northway"}, None),
    (levers.CHANGE_CARRIER, ORDER, {"carrier": UNKNOWN}, {"carriers": "oldroad"}, None),
    (levers.CHANGE_CARRIER, ORDER, {"signed_at": UNKNOWN}, {"carriers": "oldroad"}, None),
    (levers.STOP_FAR_PROVINCES, ORDER, {}, {}, None),
    (levers.STOP_FAR_PROVINCES, ORDER, {}, {"provinces": "xinjiang,tibet"}, {"is_excluded": True}),
    (levers.STOP_FAR_PROVINCES, ORDER, {"province": UNKNOWN}, {"provinces": "tibet"}, None),
    (levers.ASK_AFTER_DELIVERY, REVIEW, {}, {}, {"rating": 4}),
    (levers.ASK_AFTER_DELIVERY, REVIEW, {"rating": 2}, {"rating_after": 5}, {"rating": 5}),
    (levers.ASK_AFTER_DELIVERY, REVIEW, {"rating": 3}, {}, None),
    (levers.ASK_AFTER_DELIVERY, REVIEW, {"reviewed_at": START + 24 * HOUR}, {}, None),
    (levers.ASK_AFTER_DELIVERY, REVIEW, {"reviewed_at": START + 24 * HOUR + 1}, {}, {"rating": 4}),
    (levers.ASK_AFTER_DELIVERY, REVIEW, {"order.signed_at": UNKNOWN}, {}, None),
    (levers.COMPENSATE_BEFORE_BAD_REVIEW, REVIEW, {"reviewed_at": START}, {}, {"rating": 4}),
    (levers.COMPENSATE_BEFORE_BAD_REVIEW, REVIEW, {}, {"rating_after": 3}, {"rating": 3}),
    (levers.COMPENSATE_BEFORE_BAD_REVIEW, REVIEW, {"rating": 3}, {}, None),
    (levers.COMPENSATE_BEFORE_BAD_REVIEW, REVIEW, {"order.signed_at": UNKNOWN}, {}, None),
    (levers.PAY_DIFFERENCES_AT_ONCE, TICKET, {"reason": "price_difference"}, {},
     {"approved_at": START, "refunded_at": START, "closed_at": START + 2 * HOUR,
      "outcome": "refunded"}),
    (levers.PAY_DIFFERENCES_AT_ONCE, TICKET,
     {"reason": "price_difference", "refunded_at": START + 4 * HOUR}, {},
     {"approved_at": START, "refunded_at": START + HOUR, "closed_at": START + 2 * HOUR,
      "outcome": "refunded"}),
    (levers.PAY_DIFFERENCES_AT_ONCE, TICKET, {"reason": "price_difference", "approved_at": UNKNOWN},
     {}, {"approved_at": START, "refunded_at": START, "closed_at": START, "outcome": "refunded"}),
    (levers.PAY_DIFFERENCES_AT_ONCE, TICKET, {}, {}, None),
    (levers.PAY_DIFFERENCES_AT_ONCE, RETURN, {"reason": "price_difference"}, {}, None),
    (levers.REFUND_EARLY, RETURN, {}, {},
     {"refunded_at": START + 50 * HOUR, "closed_at": START + 51 * HOUR}),
    (levers.REFUND_EARLY, RETURN, {}, {"only_known": True}, None),
    (levers.REFUND_EARLY, RETURN, {}, {"only_known": "true", "known_buyers": "B2,B1"},
     {"refunded_at": START + 50 * HOUR, "closed_at": START + 51 * HOUR}),
    (levers.REFUND_EARLY, RETURN, {"order.buyer_id": UNKNOWN},
     {"only_known": True, "known_buyers": ("B1",)}, None),
    (levers.REFUND_EARLY, RETURN, {"order.buyer_id": UNKNOWN}, {"known_buyers": ("B2",)},
     {"refunded_at": START + 50 * HOUR, "closed_at": START + 51 * HOUR}),
    (levers.REFUND_EARLY, RETURN, {"refunded_at": START + 50 * HOUR}, {}, None),
    (levers.REFUND_EARLY, RETURN, {"kind": "exchange"}, {}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lever", "row", "cells", "chosen", "expected"),
    CASES,
    ids=[f"{lever.id} {cells} {chosen}" for lever, _, cells, chosen, _ in CASES],
)
def test_by_hand(lever: Lever, row: Row, cells: Row, chosen: Row, expected: Row | None) -> None:
    assert not set(cells) - set(row)
    assert done(lever, {**row, **cells}, **chosen) == expected
    assert done(lever, {**row, **cells}, **chosen, on=False) is None


def test_no_ticket_closes_before_it_is_refunded() -> None:
    """One that nobody agreed to and somebody refunded, the platform perhaps: all of it at once."""
    cells = {"reason": "price_difference", "approved_at": UNKNOWN, "refunded_at": START + 4 * HOUR}
    assert done(levers.PAY_DIFFERENCES_AT_ONCE, {**TICKET, **cells}) == {
        "approved_at": START, "refunded_at": START, "closed_at": START, "outcome": "refunded",
    }  # fmt: skip


def test_every_one_has_its_rows_above() -> None:
    general = {id: each for id, each in vars(levers).items() if isinstance(each, Lever)}
    adopting = [p for p in ss.platforms() if "shopscore.levers" in p.levers]
    assert {p.id for p in adopting} >= {"douyin", "kuaishou", "pinduoduo", "tmall"}
    for platform in adopting:
        assert {each.id for each in general.values()} <= set(platform.all_levers)
    for lever in general.values():
        outcomes = [expected for each, *_, expected in CASES if each is lever]
        assert None in outcomes
        assert any(outcomes)


@pytest.mark.parametrize(
    ("lever", "chosen"),
    [
        (levers.ANSWER_WITHIN_THREE_MINUTES, {"seconds": 181}),
        (levers.ANSWER_WITHIN_THREE_MINUTES, {"seconds": -1}),
        (levers.ANSWER_WITHIN_THREE_MINUTES, {"products": ("P1",)}),  # sessions have none
        (levers.CHANGE_CARRIER, {"percent": 0}),
        (levers.CHANGE_CARRIER, {"percent": 101}),
        (levers.CHANGE_CARRIER, {"amount_below": 5}),
        (levers.ASK_AFTER_DELIVERY, {"rating_after": 6}),
        (levers.ASK_AFTER_DELIVERY, {"rating_after": 2}),
        (levers.CHASE_PICKUP, {"hours": 0}),
        (levers.REFUND_EARLY, {"only_known": "B1"}),
    ],
    ids=str,
)
def test_settings_have_bounds(lever: Lever, chosen: Row) -> None:
    (name,) = chosen
    has = name in {setting.id for setting in lever.settings}
    said = (
        f"setting {name} of lever {lever.id}: "
        if has
        else f"lever {lever.id} has no setting {name}"
    )
    with pytest.raises(ss.UsageError, match=f"^{said}"):
        lever.rows(**chosen)
