"""Weights of which only the ends are known: totals lie between those of all weights within them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.rules.ruleset_toml import parse_ruleset
from support.three_dimensions import HEAD, IDS, PLATFORM

F = Fraction
STEPS = 10

RULES = HEAD + """
[scale]
low = 0
high = 10
decimals = 2
source = "page"
[[assumptions]]
id = "weight"
kind = "decimal"
nullable = true
low = 0
high = 1
reason = "not published"
""" + "".join(
    f"""
[[dimensions]]
id = "{id}"
zh = "{id}"
en = "{id}"
weight = {{ assume = "weight" }}
metrics = [{{ id = "{id}_value", scorer = "same", weight = 1, source = "page" }}]
"""
    for id in IDS
)  # fmt: skip


def ends_by_trying(low, high, points):
    """Every weight in steps of a tenth: the ends are among them, since all ends are tenths."""
    totals = [
        sum(w * p for w, p in zip(weights, points, strict=True))
        for weights in product(range(STEPS + 1), repeat=3)
        if sum(weights) == STEPS
        and all(a <= w <= b for a, w, b in zip(low, weights, high, strict=True))
    ]
    return min(totals) / STEPS, max(totals) / STEPS


tenths = st.integers(0, STEPS)


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(tenths, tenths),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.tuples(*[st.integers(0, 10)] * 3),
)
def test_ends_are_those_of_all_weights(cut, around, points):
    first, second = sorted(cut)
    true = [first, second - first, STEPS - second]
    low = [max(0, w - a) for w, a in zip(true, around[:3], strict=True)]
    high = [min(STEPS, w + a) for w, a in zip(true, around[3:], strict=True)]
    shop = scored(low, high, points)
    assert (shop.score_low, shop.score_high) == ends_by_trying(low, high, points)


def test_ends_that_cannot_add_up_tell_nothing():
    shop = scored([6, 6, 0], [7, 7, 1], (1, 2, 9))
    assert (shop.score_low, shop.score_high) == (1, 9)


def scored(low, high, points):
    rows = [
        {"id": id, "weight_low": a / STEPS, "weight_high": b / STEPS}
        for id, a, b in zip(IDS, low, high, strict=True)
    ]
    values = pl.DataFrame(
        {"shop_id": "S", "metric": [f"{id}_value" for id in IDS], "value": [str(p) for p in points]}
    )
    rules = parse_ruleset(RULES, "three.toml", kinds=PLATFORM.scorecard().own_kinds)
    result = ss.score_values(
        values,
        platform=PLATFORM,
        ruleset=rules,
        as_of="2026-01-02",
        numbers={"dimensions": rows},
    )
    assert result["S"].status == "partial"
    return result["S"]
