"""What groups cost: the same as scoring once more from files without their rows."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from support import buyer_platform, named_rows_platform

F = Fraction
Frames = dict[str, pl.DataFrame]
BUYERS = {"platform": buyer_platform.PLATFORM, "ruleset": buyer_platform.RULES,
          "as_of": "2024-06-30"}  # fmt: skip


def without(frames: Frames, shop: str, by: str, value: str | None) -> Frames:
    """The same frames without the rows of a group.

    Rows have the word of their own column, else that of the order that they name, else none.
    """
    orders, left = frames["orders"], dict(frames)
    for name, frame in frames.items():
        if by in frame.columns:
            words = frame[by]
        elif "order_id" in frame.columns and by in orders.columns:
            keys = ["shop_id", "order_id"]
            named = frame.join(orders.select(*keys, by), on=keys, how="left", maintain_order="left")
            words = named[by]
        else:
            continue
        theirs = (
            words.cast(pl.String).replace("", None).eq_missing(pl.Series([value], dtype=pl.String))
        )
        left[name] = frame.filter(~(theirs & (frame["shop_id"] == shop)))
    return left


def exact(result: ss.Result, shop: str) -> Fraction | None:
    said = result[shop].score_exact if shop in result else None
    return None if said is None else F(said)


def check_groups(frames: Frames, shop: str, by: str, **rules: Any) -> list[Fraction | None]:
    """Check that each group costs what scoring without it gives; return what they cost."""
    result = ss.score(frames, **rules)
    groups = result.explain(shop, by=by, most=0).groups
    for group in groups:
        after = exact(ss.score(without(frames, shop, by, group.value), **rules), shop)
        before = exact(result, shop)
        costs = None if after is None or before is None else after - before
        assert group.costs == costs, group
    return [group.costs for group in groups]


def orders_of_buyers(seed: int) -> Frames:
    """Orders of two shops; each buyer has several in a month, by several carriers."""
    random = Random(seed)
    rows = []
    for n in range(40):
        day = f"2024-06-{random.randrange(10, 29):02}"
        rows.append((random.choice(["S1", "S2"]), f"O{n}", random.choice(["b1", "b2", "b3"]),
                     str(random.randrange(1, 9)), f"{day} 10:00:00", f"{day} 1{n % 10}:00:00",
                     random.choice(["", "slow", "late", "north"])))  # fmt: skip
    names = ["shop_id", "order_id", "buyer_id", "amount", "paid_at", "signed_at", "carrier"]
    return {"orders": pl.DataFrame(rows, schema=names, orient="row")}


@pytest.mark.parametrize("seed", range(3))
def test_where_another_row_counts_in_the_place_of_one(seed: int) -> None:
    """Of each buyer two orders count in 30 days, and of all the earliest of a buyer."""
    frames = orders_of_buyers(seed)
    for by in ("carrier", "buyer_id"):
        costs = check_groups(frames, "S1", by, **BUYERS)
        assert len(costs) > 1
        assert any(costs)


def test_a_word_stands_for_the_ids_of_it() -> None:
    result = ss.score(orders_of_buyers(1), **BUYERS)
    assert result.explain("S1", by="buyer").groups == result.explain("S1", by="buyer_id").groups
    with pytest.raises(ss.UsageError, match="by='order'"):  # a group of one order is --row
        result.explain("S1", by="order")


def test_a_weekday_where_another_row_counts_in_the_place_of_one() -> None:
    frames = orders_of_buyers(7)
    result = ss.score(frames, **BUYERS)
    weekday = pl.col("paid_at").str.to_datetime().dt.weekday()
    groups = result.explain("S1", by="weekday", most=0).groups
    assert len(groups) > 3
    for group in groups:
        assert group.value is not None
        gone = (pl.col("shop_id") == "S1") & (weekday == int(group.value))
        again = ss.score({"orders": frames["orders"].filter(~gone)}, **BUYERS)
        after, before = exact(again, "S1"), exact(result, "S1")
        assert None not in (after, before)
        assert group.costs == (after or 0) - (before or 0)


def tickets_of_orders(seed: int) -> Frames:
    """Orders with none to three tickets each, and reviews that name them; some name none."""
    random = Random(seed)

    def day(least: int) -> str:
        return f"2024-06-{random.randrange(least, 29):02} 10:00:00"

    rows: dict[str, list[dict[str, str | None]]] = {"orders": [], "aftersales": [], "reviews": []}
    for n in range(30):
        shop, carrier = random.choice(["S1", "S2"]), random.choice(["slow", "north"])
        rows["orders"].append({"shop_id": shop, "order_id": f"O{n}", "paid_at": day(1),
                               "signed_at": random.choice([None, day(10)]), "carrier": carrier})  # fmt: skip
        for i in range(random.randrange(4)):
            rows["aftersales"].append({"shop_id": shop, "ticket_id": f"T{n}.{i}", "applied_at": day(10),
                                       "kind": random.choice(["refund_only", "exchange"]),
                                       "reason": random.choice(["quality", "logistics", "changed_mind"]),
                                       "order_id": random.choice([f"O{n}", f"O{n}", None])})  # fmt: skip
        rows["reviews"].append({"shop_id": shop, "review_id": f"R{n}", "reviewed_at": day(10),
                                "rating": str(random.randrange(1, 6)), "order_id": f"O{n}"})  # fmt: skip
    return {name: pl.DataFrame(own) for name, own in rows.items()}


@pytest.mark.parametrize("seed", range(3))
def test_where_rows_look_at_those_that_name_them(seed: int) -> None:
    """Without the tickets of a reason another may be the first of its order; orders look at them."""
    rules = {"platform": named_rows_platform.PLATFORM, "ruleset": named_rows_platform.RULES,
             "as_of": "2024-06-30"}  # fmt: skip
    frames = tickets_of_orders(seed)
    for by in ("reason", "kind", "carrier", "rating"):
        costs = check_groups(frames, "S1", by, **rules)
        assert len(costs) > 1
        assert any(costs)
