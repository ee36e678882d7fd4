"""A metric beside its industry: means, directions, and how far; against plain fractions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.composing.comparison import differences, show_percent, spreads
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing.toy import PLATFORM as TOY
from support.graded_columns import rationals
from support.value_platform import SHOWN, WEIGHED, of_shops, rules_of, scored, table, view

F = Fraction


def comparing(kind: str, mean: str, below: str = SHOWN) -> ss.RuleSet:
    return rules_of(
        f'comparison = {{ kind = "{kind}", mean = "{mean}", source = "page" }}\n', below
    )


# ------------------------------------------------------------------------------------ by hand


@pytest.mark.parametrize(
    ("kind", "own", "mean", "least", "greatest", "part", "text"),
    [
        ("spread", "4.71234", "4.61234", "4", "4.91234", F(1, 3), "33.33%"),
        ("spread", "4.61234", "4.71234", "4.41234", "5", F(1, 3), "33.33%"),
        ("spread", "4.8", "4.6", "4", "4.9", F(2, 3), "66.66%"),
        ("spread", "4.9", "4.6", "4", "4.9", F(1), "100.00%"),
        ("spread", "4", "4.6", "4", "4.9", F(1), "100.00%"),
        ("spread", "4.6", "4.6", "4", "4.9", F(0), "0.00%"),
        ("spread", "4.6", "4.6", "4.6", "4.6", F(0), "0.00%"),
        ("spread", "5", "4.6", "4", "4.6", F(0), "0.00%"),  # no way to go
        ("spread", "3", "4.6", "4.6", "5", F(0), "0.00%"),
        ("difference", "3", "4", "0", "9", F(-1, 4), "-25.00%"),
        ("difference", "5", "4", "0", "9", F(1, 4), "+25.00%"),
        ("difference", "4", "4", "0", "9", F(0), "0.00%"),
        ("difference", "0", "4", "0", "9", F(-1), "-100.00%"),
        ("difference", "1", "3", "0", "9", F(-2, 3), "-66.67%"),
        ("difference", "2", "3", "0", "9", F(-1, 3), "-33.33%"),
        ("difference", "1.00005", "1", "0", "9", F(5, 100_000), "+0.01%"),
        ("difference", "0.99995", "1", "0", "9", F(-5, 100_000), "0.00%"),  # half up
        ("difference", "0.99985", "1", "0", "9", F(-15, 100_000), "-0.01%"),
    ],
)  # fmt: skip
def test_by_hand(
    kind: str, own: str, mean: str, least: str, greatest: str, part: Fraction, text: str
) -> None:
    ahead = rationals([F(own) - F(mean)])
    found = (
        differences(ahead, F(mean))
        if kind == "difference"
        else spreads(ahead, F(mean), F(least), F(greatest))
    )
    assert found is not None
    assert found.fractions() == [part]
    assert show_percent(kind, rationals([part, part])) == [text, text]


def test_of_a_mean_of_zero_there_is_no_difference() -> None:
    assert differences(rationals([F(3), F(0)]), F(0)) is None


@given(st.fractions(-50, 50), st.booleans())
@settings(max_examples=200)
def test_a_spread_is_cut_and_a_difference_rounded_half_up(part: Fraction, cut: bool) -> None:
    part = abs(part) if cut else part
    (text,) = show_percent("spread" if cut else "difference", rationals([part]))
    assert re.fullmatch(r"[+-]?\d+\.\d\d%", text)
    assert Decimal(text[:-1]) * 100 == floor(part * 10_000 + (0 if cut else F(1, 2)))
    signed = not cut and Decimal(text[:-1]) != 0
    assert (text[0] in "+-") == signed


# ----------------------------------------------------------------------- random shops, slowly

values = st.one_of(
    st.none(), st.sampled_from([F(0), F(1), F("4.5")]), st.integers(0, 500).map(lambda v: F(v, 100))
)
shops = st.lists(
    st.tuples(st.sampled_from(["food", "toys", "shoes"]), values, values, st.integers(0, 40)),
    min_size=1,
    max_size=12,
)


def by_hand(
    kind: str, mean_of: str, own: tuple[str, Fraction, int], peers: list[tuple[str, Fraction, int]]
) -> tuple[Fraction, str, Fraction | None]:
    """Mean of the industry, direction, and how far; a peer is (industry, value, n)."""
    mine = [(value, n) for industry, value, n in peers if industry == own[0]]
    if mean_of == "pooled":
        mean = sum((v * n for v, n in mine), F(0)) / sum(n for _, n in mine)
    else:
        mean = sum((v for v, _ in mine), F(0)) / len(mine)
    value = own[1]
    word = "level" if value == mean else "higher" if value > mean else "lower"
    if kind == "difference":
        return mean, word, None if mean == 0 else (value - mean) / mean
    end = max(v for v, _ in mine) if value > mean else min(v for v, _ in mine)
    return mean, word, F(0) if end == mean else (value - mean) / (end - mean)


@pytest.mark.slow
@given(shops, st.sampled_from(["difference", "spread"]), st.sampled_from(["pooled", "shops"]))
@settings(max_examples=150)
def test_against_plain_fractions(rows: list[Any], kind: str, mean_of: str) -> None:
    cells = [
        (f"S{i:02}", industry, metric, value, n)
        for i, (industry, up, down, n) in enumerate(rows)
        for metric, value in (("up", up), ("down", down))
    ]
    result = scored(table(cells), comparing(kind, mean_of))
    for metric in ("up", "down"):
        compared = result.compared[metric]
        peers = [(i, v, n) for _, i, m, v, n in cells if m == metric and v is not None and n]
        for shop, industry, _, value, n in (c for c in cells if c[2] == metric):
            row = int(shop[1:])
            if value is None or not n:
                assert not compared.means.known[row]
                assert not compared.differences.known[row]
                assert view(result, shop, metric).direction is None
                continue
            mean, word, part = by_hand(kind, mean_of, (industry, value, n), peers)
            assert compared.means.fractions()[row] == mean
            assert compared.directions[row] == word
            assert compared.differences.fractions()[row] == part
            assert view(result, shop, metric).difference_shown == (
                None if part is None else show_percent(kind, rationals([part]))[0]
            )


# --------------------------------------------------------------------------- beside a metric


def test_the_published_ratings_of_a_console() -> None:
    """Means of 4.61234 and 4.71234; the others of each industry make them so."""
    higher = {"own": "4.71234", "best": "4.91234", "worst": "4.21234"}
    lower = {"own2": "4.61234", "worst2": "4.41234", "more": "4.91234", "even": "4.91234"}
    rows = [
        (shop, industry, "dsr_service", value, 9)
        for industry, group in (("apparel", higher), ("food", lower))
        for shop, value in group.items()
    ]
    result = ss.score_values(
        table(rows), platform="tmall", scorecard="dsr", ruleset="dsr", as_of="2024-06-30"
    )
    for shop, mean, word in (("own", 4.61234, "higher"), ("own2", 4.71234, "lower")):
        found = view(result, shop, "dsr_service")
        assert (found.industry_mean, found.direction) == (mean, word)
        assert (found.difference, found.difference_shown) == (1 / 3, "33.33%")


@pytest.mark.parametrize(("kind", "text"), [("difference", "0.00%"), ("spread", "0.00%")])
@pytest.mark.parametrize("group", [{"a": 3}, {"a": 3, "b": 3, "c": 3}], ids=len)
def test_equals_are_level(kind: str, text: str, group: dict[str, Any]) -> None:
    for mean in ("pooled", "shops"):
        found = view(scored(of_shops(group), comparing(kind, mean)), "a")
        assert (found.direction, found.difference, found.difference_shown) == ("level", 0.0, text)


@pytest.mark.parametrize(("kind", "part"), [("difference", None), ("spread", 0.0)])
def test_an_industry_of_zeros(kind: str, part: float | None) -> None:
    found = view(scored(of_shops({"a": 0, "b": 0}), comparing(kind, "pooled")), "a")
    assert (found.industry_mean, found.direction, found.difference) == (0.0, "level", part)
    assert found.difference_shown == (None if part is None else "0.00%")


def test_weighed_and_bonus_metrics_are_compared_too() -> None:
    rules = comparing("difference", "shops", WEIGHED + '[[bonus]]\nmetric = "extra"\n')
    rows = [
        (shop, "food", metric, value, 1)
        for shop, value in (("a", 1), ("b", 3))
        for metric in ("up", "extra")
    ]
    result = scored(table(rows), rules)
    assert [m.difference for m in result["b"].metrics] == [0.5, 0.5]
    assert result["b"].score == 5.0  # 3 and 3, cut at the top: the comparison changes nothing


def test_columns_and_documents_say_it() -> None:
    result = scored(of_shops({"a": 1, "b": 3}), comparing("difference", "shops"))
    frame = result.to_polars().filter(pl.col("shop_id") == "b")
    metric = json.loads(result.to_json())["shops"][1]["metrics"][0]
    for name, value in (
        ("industry_mean", 2.0), ("direction", "higher"), ("difference", 0.5),
        ("difference_shown", "+50.00%"),
    ):  # fmt: skip
        assert frame[f"up.{name}"].to_list() == [value]
        assert metric[name] == value


def test_where_nothing_is_compared_there_are_no_such_columns() -> None:
    result = scored(of_shops({"a": 1, "b": 3}), rules_of(SHOWN))
    assert not result.compared
    assert not any("industry_mean" in name for name in result.to_polars().columns)
    assert "industry_mean" not in result.to_json()
    assert view(result, "a").direction is None


# ------------------------------------------------------------------------------- from events

DAY = "2025-06-01 10:00:00"


def toy(change: Callable[[str], str] = str) -> ss.RuleSet:
    text, _ = TOY.scorecard().text("2025-01-01")
    compared = '[comparison]\nkind = "spread"\nmean = "MEAN"\n'
    return parse_ruleset(change(text + compared), "toy.toml")


def reviews(**ratings: list[int]) -> dict[str, Any]:
    """Reviews of shops, in capitals who has a paid order; orders have been there for long."""
    return {
        "shops": [{"shop_id": shop, "industry": "food"} for shop in ratings],
        "orders": [
            {"shop_id": shop, "order_id": f"{shop}{i}", "paid_at": day}
            for shop in ratings if shop.isupper() for i, day in enumerate((DAY, "2024-01-01"))
        ],
        "reviews": [
            {"shop_id": shop, "review_id": f"{shop}{i}", "rating": rating, "reviewed_at": DAY}
            for shop, found in ratings.items() for i, rating in enumerate(found)
        ],
    }  # fmt: skip


def compared(ruleset: ss.RuleSet, events: dict[str, Any]) -> dict[str, Any]:
    frames = {name: pl.DataFrame(rows) for name, rows in events.items() if rows}
    result = ss.score(frames, platform=TOY, ruleset=ruleset, as_of="2025-06-02")
    found = {s.shop_id: view(result, s.shop_id, "bad_reviews") for s in result}
    return {shop: (m.industry_mean, m.direction, m.difference) for shop, m in found.items()}


def test_what_is_pooled_are_the_rows_of_all_shops() -> None:
    """1 of 2 and 0 of 8 bad: pooled 1 of 10, on average 1/4."""
    events = reviews(A=[1, 5], B=[5] * 8)
    for mean, expected in (("pooled", 0.1), ("shops", 0.25)):
        found = compared(toy(lambda t, m=mean: t.replace("MEAN", m)), events)  # type: ignore[misc]
        assert found == {"A": (expected, "higher", 1.0), "B": (expected, "lower", 1.0)}


def test_peers_may_need_eligibility() -> None:
    """Shops a and c have no paid order: they are no peers, and are held against those who are."""
    events = reviews(A=[1, 5], B=[5, 5], a=[1, 1], c=[1, 5, 5, 5])
    rules = toy(
        lambda t: (
            t.replace("MEAN", "shops").replace("at_least = 10", "at_least = 1")
            + "[peers]\nneed_eligibility = true\n"
        )
    )
    quarter = 0.25
    assert compared(rules, events) == {
        "A": (quarter, "higher", 1.0),
        "B": (quarter, "lower", 1.0),
        "a": (quarter, "higher", 3.0),
        "c": (quarter, "level", 0.0),
    }
