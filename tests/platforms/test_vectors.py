"""What the pages say of Kuaishou, Tmall and Pinduoduo in numbers, through the public interface."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss

F = Fraction


def values(rows: Iterable[tuple[Any, ...]], *more: str) -> pl.DataFrame:
    """A table for `score_values`, of text as in a file."""
    columns = ["shop_id", "metric", "value", "n", *more]
    return pl.DataFrame([list(map(str, row)) for row in rows], schema=columns, orient="row")


def metric(result: ss.Result, shop: str, id: str) -> Any:
    return next(m for m in result[shop].metrics if m.id == id)


def of_dimensions(result: ss.Result, shop: str) -> dict[str, F | None]:
    """The exact points of the dimensions of a shop."""
    place = result.shops["shop_id"].to_list().index(shop)
    return {id: column.fractions()[place] for id, column in result.composed.dimensions.items()}


# ------------------------------------------------------------------------ Tmall's shop ratings


def reviews(**columns: list[object]) -> pl.DataFrame:
    """Twenty reviews, the last of one star, the others of five."""
    fixed = {
        "shop_id": ["S"] * 20,
        "review_id": [f"R{n}" for n in range(20)],
        "reviewed_at": [f"2024-06-{1 + n:02} 12:00:00" for n in range(20)],
        "rating": [5] * 19 + [1],
        "order_id": [""] * 20,
    }
    return pl.DataFrame({**fixed, **columns})


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"buyer_id": [f"B{n}" for n in range(20)], "order_id": [f"O{n}" for n in range(20)]},
        {"buyer_id": ["B"] * 20},  # of no order, so the rule of three does not reach them
        {"buyer_id": ["B"] * 20, "order_id": [f"O{n % 3}" for n in range(20)]},
    ],
    ids=["nobody", "twenty buyers", "no orders", "three orders"],
)
@pytest.mark.parametrize("platform", ["tmall", "pinduoduo"])
def test_nineteen_fives_and_a_one(platform: str, columns: dict[str, list[object]]) -> None:
    events = {"reviews": reviews(**columns)}
    result = ss.score(events, platform=platform, scorecard="dsr", as_of="2024-06-30")
    found = result.graded["dsr_description"].measured
    assert (found.values.fractions(), found.n.tolist()) == ([F(24, 5)], [20])
    assert metric(result, "S", "dsr_description").value == 4.8
    assert metric(result, "S", "dsr_service").status == "no_data"
    assert (result["S"].status, result["S"].score) == ("scored", None)


def test_a_fourth_order_of_the_month_does_not_count() -> None:
    """The last review is of the fourth order: on Tmall it is left out, on Pinduoduo it counts."""
    orders = [f"O{min(n, 18) % 3}" for n in range(19)] + ["O9"]
    events = {"reviews": reviews(buyer_id=["B"] * 20, order_id=orders)}
    for platform, value in (("tmall", F(5)), ("pinduoduo", F(24, 5))):
        result = ss.score(events, platform=platform, scorecard="dsr", as_of="2024-06-30")
        assert result.graded["dsr_description"].measured.values.fractions() == [value]


@pytest.mark.parametrize(
    ("days", "value"), [(9, None), (10, F(1)), (11, F(3)), (29, F(24, 5)), (365, F(24, 5))]
)
def test_days_that_are_not_published_may_be_others(days: int, value: F | None) -> None:
    """The reviews are 10 to 29 days old; the youngest has one star."""
    result = ss.score(
        {"reviews": reviews()}, platform="pinduoduo", scorecard="dsr", as_of="2024-06-30",
        assume={"pinduoduo.dsr.window.review_days": days},
    )  # fmt: skip
    found = result.graded["dsr_description"].measured
    assert found.column.fractions() == [value]
    for wrong in (0, 366, "9.5"):
        with pytest.raises(ss.UsageError, match=r"window\.review_days"):
            result.rules.ruleset.assuming({"window.review_days": wrong})


HIGHER = ("4.71234", "4.91234", "4.21234")  # mean 4.61234, greatest 4.91234
LOWER = ("4.61234", "4.41234", "4.91234", "4.91234")  # mean 4.71234, least 4.41234


@pytest.mark.parametrize("platform", ["tmall", "pinduoduo"])
@pytest.mark.parametrize(
    ("ratings", "mean", "direction"),
    [(HIGHER, "4.61234", "higher"), (LOWER, "4.71234", "lower")],
    ids=["higher", "lower"],
)
def test_a_third_of_the_way(
    ratings: tuple[str, ...], mean: str, direction: str, platform: str
) -> None:
    rows = [(f"S{i}", "dsr_service", rating, 7 + i) for i, rating in enumerate(ratings)]
    rows.append(("else", "dsr_service", "1", 1))  # of another industry
    industries = ["apparel"] * len(ratings) + ["food"]
    table = values(rows).with_columns(industry=pl.Series(industries))
    result = ss.score_values(table, platform=platform, scorecard="dsr", as_of="2024-06-30")
    own = metric(result, "S0", "dsr_service")
    compared = result.compared["dsr_service"]
    place = result.shops["shop_id"].to_list().index("S0")
    assert compared.means.values.fractions()[place] == F(mean)
    assert compared.differences.values.fractions()[place] == F(1, 3)
    assert (own.industry_mean, own.direction) == (float(mean), direction)
    assert (own.difference, own.difference_shown) == (1 / 3, "33.33%")
    alone = metric(result, "else", "dsr_service")
    assert (alone.direction, alone.difference, alone.difference_shown) == ("level", 0.0, "0.00%")
    assert result["S0"].score is None


# ------------------------------------------------------------------- Tmall's goods, by numbers

GOODS = """
schema = 1
platform = "tmall"
scorecard = "experience"
version = "2026-03-16"

[[dimensions]]
id = "goods"
weight = {share}
metrics = [
    {{ id = "goods_negative_rate", weight = 0.7 }},
    {{ id = "goods_good_review_rate", weight = 0.3 }},
]

[scorers.goods_negative_rate]
bands = [[0.02, 4.5], [0.01, 5]]
floor = 3

[scorers.goods_good_review_rate]
bands = [[0.9, 4], [0.95, 4.8], [0.99, 5]]
floor = 3
"""


@pytest.mark.parametrize(
    ("negative", "good", "points"),
    [
        ("0.01", "0.95", F("4.94")),  # both at the border of their band
        ("0", "0.9899", F("4.94")),
        ("0.0100001", "0.95", F("0.7") * F("4.5") + F("0.3") * F("4.8")),
        ("0.01", "0.9499", F("0.7") * 5 + F("0.3") * 4),
        ("0.03", "0.5", F(3)),
    ],
)
def test_tmall_goods(negative: str, good: str, points: F, tmp_path: Path) -> None:
    (tmp_path / "goods.toml").write_text(GOODS.format(share="0.4"), encoding="utf-8")
    table = values(
        [("S", "goods_negative_rate", negative, 100), ("S", "goods_good_review_rate", good, 50),
         ("S", "pickup_48h_rate", "0.9", 10)]
    )  # fmt: skip
    result = ss.score_values(
        table, platform="tmall", as_of="2026-06-30", numbers=tmp_path / "goods.toml"
    )
    assert of_dimensions(result, "S") == {"goods": points, "logistics": None, "service": None}
    shop = result["S"]
    assert (shop.status, shop.score, shop.coverage, shop.tiers) == ("partial", None, 0.4, ())
    assert next(d.points for d in shop.dimensions if d.id == "goods") == float(points)
    assert metric(result, "S", "pickup_48h_rate").status == "missing_number"
    assert any("goods.toml" in notice for notice in map(str, result.notices))


# ------------------------------------------------------------------------ Pinduoduo's captures

PARTS = {
    "im_3min_reply_rate": "0.1",
    "platform_help_rate": "1.9",
    "quality_refund_rate": "1.8",
    "pickup_24h_rate": "2.4",
    "paid_to_signed_days": "3.4",
}


def test_pinduoduo_parts_with_equal_weights() -> None:
    """The page shows 1.8: the platform's weights are others, and the result says what it took."""
    rows = [("S", id, "0.5", 100, points) for id, points in PARTS.items()]
    result = ss.score_values(
        values(rows, "points"), platform="pinduoduo", scorecard="service", as_of="2022-06-30"
    )
    shop = result["S"]
    assert (shop.status, shop.score_exact, shop.score) == ("scored", "48/25", 1.9)
    assert F(shop.score_exact) == F("1.92")
    assert list(of_dimensions(result, "S").values()) == [F(p) for p in PARTS.values()]
    named = {a["id"]: a for a in json.loads(result.to_json())["assumptions"]}
    for part in ("attitude", "basic", "goods", "shipping", "logistics"):
        weight = named[f"pinduoduo.2022.weight.{part}"]
        assert (weight["value"], weight["source"]) == (0.2, "assumption")
        assert "1.92" in weight["reason"]
    assert any("enough_reviews" in notice for notice in map(str, result.notices))  # not checked


def test_pinduoduo_weights_of_a_users_own() -> None:
    """Some weights that do give the 1.8 of the page."""
    rows = [("S", id, "0.5", 100, points) for id, points in PARTS.items()]
    given = {
        "attitude": "0.25",
        "basic": "0.2",
        "goods": "0.2",
        "shipping": "0.175",
        "logistics": "0.175",
    }
    result = ss.score_values(
        values(rows, "points"), platform="pinduoduo", scorecard="service", as_of="2022-06-30",
        assume={f"pinduoduo.2022.weight.{part}": text for part, text in given.items()},
    )  # fmt: skip
    exact = sum(F(w) * F(p) for w, p in zip(given.values(), PARTS.values(), strict=True))
    assert result["S"].score_exact == str(exact)
    assert result["S"].score == 1.8
    named = {a["id"]: a["source"] for a in json.loads(result.to_json())["assumptions"]}
    assert named["pinduoduo.2022.weight.attitude"] == "user"


CAPTURED: Mapping[str, tuple[str, bool, str]] = {
    # A's value, its verdict, and B's value
    "platform_help_rate": ("0.0246", True, "0.00787"),
    "im_3min_reply_rate": ("0.5217", False, "0.9979"),
    "in_transit_refund_hours": ("0.02", True, "3.79"),
    "signed_return_refund_hours": ("0.67", True, "5.58"),
    "review_score_rank": ("0.126", False, "0.6829"),
    "positive_review_rate": ("0.9412", False, "0.9907"),
    "serious_inferior_rate": ("0.0008", True, "0.00097"),
    "paid_to_signed_days": ("2.45", True, "1.995"),
    "logistics_violation_rate": ("0.0083", True, "0.00118"),
    "shop_activity": ("0.36", False, "0.9949"),
}
# the worse of the two where A reached it, else just above A, or exactly what B has
STANDARDS = {
    "platform_help_rate": "0.0246",
    "im_3min_reply_rate": "0.9979",
    "in_transit_refund_hours": "3.79",
    "signed_return_refund_hours": "5.58",
    "review_score_rank": "0.1261",
    "positive_review_rate": "0.9413",
    "serious_inferior_rate": "0.00097",
    "paid_to_signed_days": "2.45",
    "logistics_violation_rate": "0.0083",
    "shop_activity": "0.9949",
}


@pytest.mark.parametrize("industry", ["apparel", "*"])
def test_pinduoduo_pilot_verdicts(industry: str, tmp_path: Path) -> None:
    """Both captured pages; a value that equals its standard reaches it."""
    lines = ["industry,metric,standard", *(f"{industry},{m},{s}" for m, s in STANDARDS.items())]
    if industry != "*":  # those of others serve only where there are none of one's own
        lines += [f"*,{m},{'0' if F(s) < 1 else '1000'}" for m, s in STANDARDS.items()]
    (tmp_path / "standards.csv").write_text("\n".join(lines), encoding="utf-8")
    rows = [("A", id, a, 100) for id, (a, _, _) in CAPTURED.items()]
    rows += [("B", id, b, 100) for id, (_, _, b) in CAPTURED.items()]
    values(rows).write_csv(tmp_path / "values.csv")
    result = ss.score_values(
        tmp_path / "values.csv", platform="pinduoduo", scorecard="pilot", as_of="2025-06-30",
        industry="apparel", standards=tmp_path / "standards.csv",
    )  # fmt: skip
    for id, (a, reached, b) in CAPTURED.items():
        assert metric(result, "A", id).reached is reached, id
        assert metric(result, "B", id).reached is True, id
        assert (metric(result, "A", id).value, metric(result, "B", id).value) == (
            float(a),
            float(b),
        )
        assert metric(result, "A", id).standard == float(STANDARDS[id])
    assert {shop.shop_id: (shop.status, shop.score) for shop in result} == {
        "A": ("scored", None),
        "B": ("scored", None),
    }


# ---------------------------------------------------------------------------- Kuaishou's traffic


TRAFFIC = ("extra_traffic",)


@pytest.mark.parametrize(
    ("assume", "service", "status", "ends", "tiers", "possible"),
    [
        # nobody knows three quarters: 0.25 · 5, and all of it
        ({}, "5", "partial", (1.25, 5.0), (), TRAFFIC),
        # nor three eighths: 0.375 · 5 + 0.25 · 5 is 3.125, which is 3.13 half up
        ({"goods.points": "5"}, "5", "partial", (3.13, 5.0), (), TRAFFIC),
        # at best 0.375 · 5 + 0.375 · 5 + 0.25 · 3.4 = 4.6, at worst 1.875 + 0.85 = 2.725
        ({"goods.points": "5"}, "3.4", "partial", (2.73, 4.6), (), ()),
        ({"goods.points": "5", "logistics.points": "5"}, "5", "scored", (5.0, 5.0), TRAFFIC, ()),
        ({"goods.points": "4.7", "logistics.points": "4.7"}, "4.7", "scored", (4.7, 4.7),
         TRAFFIC, ()),
        # 0.75 · 4.6 + 0.25 · 4.98 is 4.695, which is 4.70 half up
        ({"goods.points": "4.6", "logistics.points": "4.6"}, "4.98", "scored", (4.7, 4.7),
         TRAFFIC, ()),
        ({"goods.points": "4.6", "logistics.points": "4.6"}, "4.979", "scored", (4.69, 4.69),
         (), ()),
        ({"goods.points": "0", "logistics.points": "5"}, "5", "scored", (3.13, 3.13), (), ()),
        # a dimension that weighs nothing lacks nothing
        ({"goods.points": "4.8", "goods.weight": "0.75", "logistics.weight": "0"}, "4.4",
         "scored", (4.7, 4.7), TRAFFIC, ()),
        # and one that weighs little decides little: 0.72 · 5 + 0.25 · 5 = 4.85, and 0.03 · 5 more
        ({"goods.points": "5", "goods.weight": "0.72", "logistics.weight": "0.03"}, "5",
         "partial", (4.85, 5.0), TRAFFIC, ()),
    ],
    ids=str,
)  # fmt: skip
def test_kuaishou_extra_traffic(
    assume: dict[str, str],
    service: str,
    status: str,
    ends: tuple[float, float],
    tiers: tuple[str, ...],
    possible: tuple[str, ...],
) -> None:
    rows = [
        ("S", id, "1", 9, service)
        for id in ("im_3min_reply_rate", "im_dissatisfaction_rate", "refund_only_hours",
                   "return_refund_hours", "dispute_liability_rate")
    ]  # fmt: skip
    result = ss.score_values(
        values(rows, "points"), platform="kuaishou", as_of=date(2023, 8, 2),
        assume={f"kuaishou.2023.{id}": text for id, text in assume.items()},
    )  # fmt: skip
    shop = result["S"]
    assert of_dimensions(result, "S")["service"] == F(service)
    assert (shop.status, shop.score_low, shop.score_high) == (status, *ends)
    assert shop.score == (ends[0] if status == "scored" else None)
    assert (shop.tiers, shop.possible_tiers) == (tiers, possible)
    assert (shop.coverage == 1) == (status == "scored")


def test_a_count_made_of_a_value_that_was_typed_in_is_a_whole_number() -> None:
    """0.0111 of 180 orders are two refunds, though 0.0111 × 180 is less than 2."""
    rows = [("two", "0.0111", 180), ("one", "0.0056", 180)]
    rows += [(f"peer{i}", "0.0001", 10_000) for i in range(30)]
    values = pl.DataFrame(
        [
            {"shop_id": id, "metric": "dispute_refund_rate", "value": value, "n": n}
            for id, value, n in rows
        ]
    )
    result = ss.score_values(
        values, platform="tmall", scorecard="aftersales", ruleset="2022", industry="women"
    )
    assert "global_market_entry" in result["one"].tiers
    assert "global_market_entry" not in result["two"].tiers
