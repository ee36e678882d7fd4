"""Metrics with aggregators and windows of somebody else: what a second score of changed events says."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Source, Task, col
from support.pooled_platform import IDS, PLATFORM, rules_of

FIRST, NOW = datetime(2025, 3, 1), datetime(2025, 5, 1)
TASK = Task(
    "deliver", zh="送达", en="Deliver", stream="orders", since=col.paid_at,
    where=col.signed_at.is_null(), missed={"signed_at": col.paid_at + 16_000, "is_presale": True},
    needs=("paid_at", "signed_at"), assumes=("nothing",), sources=(Source("n", "An example", "I"),),
)  # fmt: skip
platform = evolve(PLATFORM)
platform.__dict__["all_tasks"] = {"deliver": TASK}
RULES = rules_of()
ORDERS = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(0, 59), st.integers(0, 5), st.booleans()),
    min_size=2,
    max_size=14,
)


@settings(max_examples=12)
@given(ORDERS)
def test_every_aggregator(drawn: list[tuple[str, int, int, bool]]) -> None:
    rows = [
        {
            "order_id": str(number),
            "shop_id": shop,
            "paid_at": FIRST + timedelta(days=day, hours=9),
            "signed_at": FIRST + timedelta(days=day, hours=9 + hours) if hours else None,
            "is_presale": late,
            "amount": 10 + number,
        }
        for number, (shop, day, hours, late) in enumerate(drawn)
    ]
    asked = {"platform": platform, "ruleset": RULES, "as_of": NOW.date()}
    todo = ss.todo(frames(rows), now=NOW, **asked)
    assert [one.id for one in todo] == [
        row["order_id"]
        for row in sorted(rows, key=lambda row: (row["shop_id"], row["order_id"]))
        if row["signed_at"] is None
    ]
    good = ss.score(frames(rows), **asked)
    for one in list(todo)[:2]:
        changed = [
            {**row, "signed_at": row["paid_at"] + timedelta(seconds=16_000), "is_presale": True}
            if row["order_id"] == one.id
            else row
            for row in rows
        ]
        bad = ss.score(frames(changed), **asked)
        effects = {effect.metric: effect for effect in one.effects}
        for id in IDS:
            values = good[one.shop_id][id].value, bad[one.shop_id][id].value
            if id in effects:
                assert (effects[id].value_good, effects[id].value_bad) == values, id
            else:
                assert values[0] == values[1], id
        assert one.points_at_risk is None
        assert str(one.reason) == "the scorecard has no total"


def frames(rows: list[dict[str, object]]) -> dict[str, pl.DataFrame]:
    schema = {
        "order_id": pl.String, "shop_id": pl.String, "paid_at": pl.Datetime("us"),
        "signed_at": pl.Datetime("us"), "is_presale": pl.Boolean, "amount": pl.Int64,
    }  # fmt: skip
    tickets = {"ticket_id": ["T"], "shop_id": ["A"], "applied_at": ["2025-04-20 10:00:00"]}
    tickets |= {"kind": ["refund_only"], "refund_amount": ["3.50"]}
    return {"orders": pl.DataFrame(rows, schema), "aftersales": pl.DataFrame(tickets)}
