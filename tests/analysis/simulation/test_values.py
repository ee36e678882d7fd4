"""Other values of metrics: of events, of a table of values, of a state, and of documents."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM as TOY
from support.console_documents import EXAMPLES

RULES: dict[str, Any] = {"platform": TOY, "ruleset": "2024-01-01", "as_of": "2024-07-01"}
TABLE = pl.DataFrame(
    [
        (shop, metric, value)
        for metric, values in {
            "bad_reviews": ("0.01", "0.02", "0.03"),
            "pickup_hours": ("10", "20", "30"),
            "fast_replies": ("60%", "85%", "97%"),
        }.items()
        for shop, value in zip("ABC", values, strict=True)
    ],
    schema=("shop_id", "metric", "value"),
    orient="row",
)


def simulated(**supposed: object) -> ss.Simulation:
    return ss.simulate(values=TABLE, shop="B", set=supposed, **RULES)


def test_by_hand() -> None:
    """Ranked second of three: 2.5 points; 85 % of quick replies are 4, from 95 % on 5."""
    found = simulated(fast_replies="96%")
    assert found.before.score_exact == "14/5"
    assert found.after.score_exact == "3"
    assert (found["fast_replies"].before.points, found["fast_replies"].after.points) == (4, 5)
    assert found["service"].points_change == Fraction(1, 2)
    assert found["total"].points_change == Fraction(1, 5)
    assert {c.id for c in found.changes if c.effect == "better"} == {
        "fast_replies", "service", "total",
    }  # fmt: skip
    best = simulated(bad_reviews=0.005)
    assert best["bad_reviews"].after.percentile == 1
    assert best.after.score_exact == "43/10"
    assert (best.before.tiers, best.after.tiers) == ((), ("gold",))
    worse = simulated(bad_reviews=0.05)
    assert worse["bad_reviews"].after.percentile == 0
    assert worse["total"].effect == "worse"
    assert worse.after.score_exact == "13/10"


@pytest.mark.parametrize(
    ("metric", "value", "exact"),
    [
        ("fast_replies", "96%", Fraction(96, 100)),
        ("快速回复率", 0.96, Fraction(96, 100)),
        ("Fast replies", Fraction(2, 3), Fraction(2, 3)),
        ("pickup_hours", "2小时30分", Fraction(5, 2)),
        ("pickup_hours", "90 min", Fraction(3, 2)),
        ("bad_reviews", "5‰", Fraction(5, 1000)),
    ],
)
def test_units_as_in_tables_of_values(metric: str, value: object, exact: Fraction) -> None:
    found = ss.simulate(values=TABLE, shop="B", set={metric: value}, **RULES)
    (known,) = found.supposed.values()
    assert known == exact
    changed = TABLE.with_columns(
        value=pl.when((pl.col("shop_id") == "B") & (pl.col("metric") == next(iter(found.supposed))))
        .then(pl.lit(str(float(exact)) if exact != Fraction(2, 3) else "0.6666666666666666"))
        .otherwise(pl.col("value"))
    )
    expected = ss.score_values(changed, **RULES)["B"]
    assert found.after.score == expected.score
    assert [m.points for m in found.after] == [m.points for m in expected]


@pytest.mark.parametrize(
    ("supposed", "words"),
    [
        ({"fast_replis": 1}, ["fast_replis", "did you mean fast_replies?"]),
        ({"fast_replies": 98}, ["98", "write 0.98, or 98%"]),
        ({"fast_replies": "2 h"}, ["2 h", "is no rate"]),
        ({"pickup_hours": -1}, ["below 0"]),
        ({"pickup_hours": "soon"}, ["soon", "not a number"]),
        ({"pickup_hours": True}, ["True", "not a number"]),
        ({"pickup_hours": float("nan")}, ["nan", "not a number"]),
        ({"goods": 4}, ["goods", "no such metric"]),
        ({"fast_replies": 1, "快速回复率": 1}, ["fast_replies", "twice"]),
    ],
)
def test_what_cannot_be_set(supposed: dict[str, object], words: list[str]) -> None:
    with pytest.raises(ss.UsageError) as refused:
        ss.simulate(values=TABLE, shop="B", set=supposed, **RULES)
    for word in words:
        assert word in str(refused.value)


def test_a_percentile_that_was_typed_in_goes_with_its_value() -> None:
    row = pl.DataFrame(
        [("D", "bad_reviews", "0.02", "0.9"), ("D", "pickup_hours", "3", "0.9"),
         ("D", "fast_replies", "99%", None)],
        schema=("shop_id", "metric", "value", "percentile"), orient="row",
    )  # fmt: skip
    found = ss.simulate(values=row, set={"bad_reviews": "1%"}, **RULES)
    assert found["bad_reviews"].before.points == Fraction(9, 2)
    assert (found["bad_reviews"].after.status, found["bad_reviews"].after.points) == (
        "no_peers", None,
    )  # fmt: skip
    assert found["pickup_hours"].after.points == Fraction(9, 2)
    assert found["bad_reviews"].effect == "better"  # as a value; what it is worth is not known
    assert found["total"].effect == "unknown"
    assert any("left out" in note for note in found.notes)
    same = ss.simulate(values=row, set={"bad_reviews": "2%"}, **RULES)
    assert same["bad_reviews"].after.points == Fraction(9, 2)


def test_of_events() -> None:
    """On as many rows as before; other values of the shop stay, and those of other shops too."""
    frames = generate(shops=6, orders=900, end=date(2024, 6, 30))
    result = ss.score(frames, **RULES)
    found = result["S0002"].simulate(set={"fast_replies": "100%"})
    assert found["fast_replies"].after.n == found["fast_replies"].before.n
    assert found.after["fast_replies"].source == "values"
    assert found["pickup_hours"].effect == "same"
    with_tables = [m for m in found.after if m.id != "fast_replies"]
    assert [(m.id, m.points) for m in with_tables] == [
        (m.id, m.points) for m in found.before if m.id != "fast_replies"
    ]
    assert result.simulate("S0002", set={"fast_replies": 1}).to_json() == found.to_json()


def test_of_a_state_there_are_values_and_no_levers() -> None:
    frames = generate(shops=4, orders=400, end=date(2024, 6, 30))
    events = ss.read_events(frames, platform=TOY)
    rules = {key: RULES[key] for key in ("platform", "ruleset", "as_of")}
    state = ss.tally(ss.resolve(events, **rules))
    asked: dict[str, Any] = {"shop": "S0001", "set": {"fast_replies": 0}}
    of_events = ss.simulate(events, **asked, **RULES)
    of_state = ss.simulate(state, shops=events, **asked, **RULES)
    assert of_state.after.to_dict() == of_events.after.to_dict()
    assert of_state["fast_replies"].after.points == 0


def test_of_documents() -> None:
    """Points that a console shows for a metric and its dimension are not those of other values."""
    file = EXAMPLES / "kuaishou_score_detail_v5.json"
    rules: dict[str, Any] = {"platform": "kuaishou", "as_of": "2026-09-30"}
    found = ss.simulate(file, set={"return_refund_hours": "5小时"}, **rules)
    before, after = found.before, found.after
    assert after["return_refund_hours"].value == 5
    assert found["return_refund_hours"].effect == "better"
    assert (before["return_refund_hours"].points, after["return_refund_hours"].points) == (
        4.5,
        None,
    )
    assert [d.points for d in before.dimensions] == [4.5, 4.7, 4.66]
    assert [d.points for d in after.dimensions] == [4.5, 4.7, None]
    assert (before.console, after.console) == (4.62, None)
    assert (before.score_low, before.score_high) == (4.5, 4.7)
    assert after.score_low is not None
    assert after.score_high is not None
    assert after.score_low < 4.5
    assert after.score_high == 5
    assert found["total"].effect == "unknown"
    with pytest.raises(ss.UsageError, match="there are none here"):
        ss.simulate(file, levers="chase_pickup", **rules)


def test_verdicts_of_a_console_are_those_of_the_values_then() -> None:
    file = EXAMPLES / "amazon_seller_performance.json"
    found = ss.simulate(
        file, platform="amazon", as_of="2026-09-30", set={"late_shipment_rate": "10%"}
    )
    before, after = (
        {c.id: (c.met, c.console) for c in view.criteria} for view in (found.before, found.after)
    )
    assert before["late_shipment_rate"] == (True, "GOOD")
    assert after["late_shipment_rate"] == (False, None)
    assert after["cancellation_rate"] == before["cancellation_rate"] == (False, "BAD")
    assert found.before.levels["level_console"] is not None
    assert found.after.levels.get("level_console") is None


def test_what_is_asked_of_whom() -> None:
    result = ss.score_values(TABLE, **RULES)
    with pytest.raises(ss.UsageError, match="there are 3 shops"):
        result.simulate(set={"fast_replies": 1})
    with pytest.raises(ss.UsageError, match=r"no metric fast; (did|known)"):
        result.simulate("A")["fast"]
    with pytest.raises(ss.UsageError, match="no shop X here"):
        result.simulate("X")
    with pytest.raises(ss.UsageError, match="ruleset= is not for it"):
        ss.simulate(result, shop="A", ruleset="2024-01-01")
    with pytest.raises(ss.UsageError, match="give what is scored"):
        ss.simulate(shop="A", platform=TOY)
