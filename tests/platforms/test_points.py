"""Percentiles, points and totals of three platforms, again in plain fractions from the oracle."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from attrs import frozen

import shopscore as ss
from oracle.douyin_2022_totals import round_half_up
from oracle.platform_metrics import pinduoduo_reviews, tmall
from oracle.random_platform_events import random_platform_events
from shopscore.exact.columns import ExactColumn
from support.oracle_figures import Reading, Values, read

F = Fraction
AS_OF = date(2024, 6, 30)
DAYS = (AS_OF, date(2024, 6, 3))
HIGHER = {
    "service_rating_mean", "reply_24h_rate", "im_3min_reply_rate", "pickup_24h_rate",
    "self_completion_rate",
}  # fmt: skip
"""Metrics of which more is better; of the others less is."""

Weights = Mapping[str, tuple[F, Mapping[str, F]]]
"""Dimension → its weight, and the weights of its metrics."""

AFTERSALES = "kuaishou/aftersales/aftersales-unofficial"
SERVICE = "pinduoduo/service/2022"
INDEX = "tmall/aftersales/2022"
EXPERIENCE = "kuaishou/experience/2023"
RULES: dict[str, Weights] = {
    AFTERSALES: {
        "reviews": (F("0.4"), {"service_rating_mean": F(1)}),
        "returns": (F("0.3"), {"return_exchange_rate": F(1)}),
        "complaints": (F("0.2"), {"complaint_rate": F(1)}),
        "handling": (F("0.1"), {"refund_handling_hours": F(1)}),
    },
    SERVICE: {
        "attitude": (F("0.2"), {"im_3min_reply_rate": F(1)}),
        "basic": (F("0.2"), {"platform_help_rate": F(1)}),
        "goods": (F("0.2"), {"quality_refund_rate": F(1)}),
        "shipping": (F("0.2"), {"pickup_24h_rate": F(1)}),
        "logistics": (F("0.2"), {"paid_to_signed_days": F(1)}),
    },
    INDEX: {
        "aftersales": (
            F(1),
            dict.fromkeys(("dispute_refund_rate", "refund_hours", "self_completion_rate"), F(1, 3)),
        )
    },
}
DECIMALS = {AFTERSALES: 2, SERVICE: 1, INDEX: 2}
DURATIONS = ("refund_only_hours", "return_refund_hours")
OTHERS = ("im_3min_reply_rate", "im_dissatisfaction_rate", "dispute_liability_rate")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((30, 7, 90), marks=pytest.mark.slow),
        (31, 14, 60),
        pytest.param((32, 12, 16), marks=pytest.mark.slow),
    ],
    ids=str,
)
def reading(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """Two industries and single shops; twins, whose values tie; and few rows, so that some lack."""
    seed, shops, orders = request.param
    events = random_platform_events(seed, shops=shops, orders=orders)
    return read(events, tmp_path_factory.mktemp("events"))


@frozen
class Graded:
    """Of every shop, by metric: percentiles."""

    percentiles: dict[str, dict[str, F]]

    def points(self, shop: str) -> dict[str, F]:
        return {id: 5 * own[shop] for id, own in self.percentiles.items() if shop in own}


def graded(values: Values, industries: Mapping[str, str]) -> Graded:
    return Graded({id: ranked(id, shops, industries) for id, shops in values.items()})


def ranked(id: str, shops: Mapping[str, Any], industries: Mapping[str, str]) -> dict[str, F]:
    """The share of the others in its industry that a shop is ahead of, ties by half."""
    found = {}
    for shop, (own, _) in shops.items():
        peers = [v for s, (v, _) in shops.items() if industries[s] == industries[shop]]
        others = [v for v in peers if v is not None]
        if own is None or len(others) < 2:
            continue
        worse = sum(v < own if id in HIGHER else v > own for v in others)
        found[shop] = F(2 * worse + others.count(own) - 1, 2 * (len(others) - 1))
    return found


def of_dimensions(rules: Weights, points: Mapping[str, F]) -> dict[str, F]:
    """The mean of the metrics that have points, by their weights."""
    found = {}
    for id, (_, metrics) in rules.items():
        there = {m: w for m, w in metrics.items() if m in points}
        if there:
            found[id] = sum(w * points[m] for m, w in there.items()) / sum(there.values())
    return found


def total(rules: Weights, dimensions: Mapping[str, F]) -> F | None:
    weights = sum(rules[id][0] for id in dimensions)
    return sum(rules[id][0] * p for id, p in dimensions.items()) / weights if dimensions else None


def unranked(values: Values, expected: Graded, shop: str) -> set[str]:
    """The metrics of which a shop has a value, and nobody knows the rank."""
    there = {id for id, shops in values.items() if shops[shop][0] is not None}
    return {id for id in expected.percentiles if id in there} - expected.points(shop).keys()


def without(rules: Weights, unranked: Set[str]) -> Weights:
    """The dimensions of which everything is known."""
    return {id: rule for id, rule in rules.items() if not unranked & rule[1].keys()}


def ends(rules: Weights, points: Mapping[str, F], unranked: Set[str]) -> list[dict[str, F]]:
    """The dimensions at their worst and at their best: a value that cannot be ranked has a rank."""
    return [of_dimensions(rules, {**points, **dict.fromkeys(unranked, p)}) for p in (F(0), F(5))]


def shares(rules: Weights, points: Mapping[str, F]) -> dict[str, F]:
    """What each metric with points carries of the total."""
    there = {id: {m: w for m, w in ms.items() if m in points} for id, (_, ms) in rules.items()}
    whole = sum(rules[id][0] for id, metrics in there.items() if metrics)
    return {
        m: rules[id][0] / whole * w / sum(metrics.values())
        for id, metrics in there.items()
        for m, w in metrics.items()
    }


# ------------------------------------------------------------------------ what the package says


def exact(column: ExactColumn, place: int) -> F | None:
    return column.fractions()[place]


def dimensions_of(result: ss.Result, place: int) -> dict[str, F]:
    found = {id: exact(column, place) for id, column in result.composed.dimensions.items()}
    return {id: points for id, points in found.items() if points is not None}


def weights_of(result: ss.Result, place: int) -> dict[str, F]:
    found = {id: exact(column, place) for id, column in result.composed.weights.items()}
    return {id: share for id, share in found.items() if share is not None}


def assert_graded(result: ss.Result, expected: Graded, values: Values) -> None:
    for place, shop in enumerate(result.shops["shop_id"]):
        for id, own in expected.percentiles.items():
            found = result.graded[id]
            ranks = found.percentiles
            assert ranks is not None
            assert exact(ranks.column, place) == own.get(shop)
            if result.columns.dimension_of(id) is not None:
                assert exact(found.points, place) == expected.points(shop).get(id)
                reason = "no_data" if values[id][shop][0] is None else "no_peers"
                view = next(m for m in result[shop].metrics if m.id == id)
                assert view.status == ("ok" if shop in own else reason)


# --------------------------------------------------------------------------- three with a total


@pytest.mark.slow
@pytest.mark.parametrize("as_of", DAYS, ids=str)
@pytest.mark.parametrize("key", RULES)
def test_points_and_totals(key: str, as_of: date, reading: Reading) -> None:
    result, values = reading.score(key, as_of), reading.by_oracle(key, as_of)
    expected = graded(
        {id: values[id] for id in values if id != "reply_24h_rate"}, reading.industries
    )
    assert_graded(result, expected, values)
    reviews = pinduoduo_reviews(reading.loaded, as_of)
    for place, shop in enumerate(result):
        points = expected.points(shop.shop_id)
        open_ = unranked(values, expected, shop.shop_id) if points else set()
        known = without(RULES[key], open_)
        low, high = (total(RULES[key], end) for end in ends(RULES[key], points, open_))
        score = low
        assert dimensions_of(result, place) == of_dimensions(known, points)
        whole = sum((weight for weight, _ in known.values()), F(0)) if open_ else F(1)
        carried = shares(known, points)
        assert weights_of(result, place) == {id: w * whole for id, w in carried.items()}
        status = "not_computable" if score is None else "scored"
        if open_:
            status, score = "partial", None
        if key == SERVICE and reviews.get(shop.shop_id, 0) <= 50:
            status, score = "insufficient_orders", None
        if status == "partial":
            entry = shop.to_dict()
            assert [entry["score_low_exact"], entry["score_high_exact"]] == [str(low), str(high)]
        assert shop.status == status
        assert shop.score_exact == (None if score is None else str(score))
        rounded = None if score is None else float(round_half_up(score, DECIMALS[key]))
        assert shop.score == rounded


def test_something_is_missing_and_something_ties(reading: Reading) -> None:
    """Else the test above would prove little."""
    for key in RULES:
        result = reading.score(key, AS_OF)
        patterns = {frozenset(weights_of(result, place)) for place in range(len(result))}
        assert len(patterns) > 1, key
        ranks = [
            p
            for m in graded(reading.by_oracle(key, AS_OF), reading.industries).percentiles.values()
            for p in m.values()
        ]
        assert len(set(ranks)) < len(ranks)


def test_informational_metrics_are_shown_alone(reading: Reading) -> None:
    result = reading.score(AFTERSALES, AS_OF)
    for shop in result:
        view = next(m for m in shop.metrics if m.id == "reply_24h_rate")
        assert view.status in ("informational", "no_data")
        assert (view.points, view.weight, view.percentile) == (None, None, None)


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_tmall_beside_the_industry(as_of: date, reading: Reading) -> None:
    """The pooled mean, the difference in percent of it, and the entry to the global market."""
    result = reading.score(INDEX, as_of)
    for id, figures in tmall(reading.loaded, as_of)["aftersales/2022"].items():
        column = result.columns.metrics[id]
        for place, (shop, industry) in enumerate(reading.industries.items()):
            peers = [f for s, f in figures.items() if reading.industries[s] == industry and f.n]
            own = figures[shop].value if shop in figures else None
            row = column.row(place, named=True)
            if own is None:
                assert (row["industry_mean"], row["direction"], row["difference"]) == (None,) * 3
                continue
            mean = sum(f.numerator for f in peers) / sum(f.denominator for f in peers)
            assert exact(result.compared[id].means, place) == mean
            assert row["industry_mean"] == float(mean)
            ways = {0: "level", 1: "higher", -1: "lower"}
            assert row["direction"] == ways[(own > mean) - (own < mean)]
            difference = (own - mean) / mean if mean else None
            found = result.compared[id]
            assert exact(found.differences, place) == difference
            if id == "dispute_refund_rate":
                few = figures[shop].numerator < 2
                entry = own <= 3 * mean or few
                assert ("global_market_entry" in result[shop].tiers) == entry


# ----------------------------------------------------------------------------- Kuaishou's service

IN_TOTAL = {**dict.fromkeys(DURATIONS, F(6)), **dict.fromkeys(OTHERS, F(1))}
IN_DIMENSION = {**dict.fromkeys(DURATIONS, F(3, 8)), **dict.fromkeys(OTHERS, F(1))}
SWITCH = {"kuaishou.2023.durations_share_of": "dimension"}
GIVEN = {"kuaishou.2023.goods.points": "4.5", "kuaishou.2023.logistics.points": "4.77"}


@pytest.mark.parametrize(
    ("metrics", "assume", "published"),
    [
        (IN_TOTAL, {}, (F(1, 10), F(1, 60))),
        (IN_DIMENSION, SWITCH, (F(1, 40), F(1, 15))),
    ],
    ids=["total", "dimension"],
)
@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_kuaishou_2023(
    as_of: date,
    metrics: Mapping[str, F],
    assume: dict[str, str],
    published: tuple[F, F],
    reading: Reading,
) -> None:
    values = reading.by_oracle(EXPERIENCE, as_of)
    expected = graded(values, reading.industries)
    rules = {"service": (F(1, 4), metrics)}
    half = reading.score(EXPERIENCE, as_of, assume=assume)
    full = reading.score(EXPERIENCE, as_of, assume={**assume, **GIVEN})
    assert_graded(half, expected, values)
    assert_graded(full, expected, values)
    complete = 0
    for place, shop in enumerate(half):
        points = expected.points(shop.shop_id)
        open_ = unranked(values, expected, shop.shop_id)
        known = without(rules, open_)
        service = of_dimensions(known, points)
        carried = {id: share / 4 for id, share in shares(known, points).items()}
        worst, best = ends(rules, points, open_)
        # as published: a quarter of the total is known, goods and logistics may be anything
        assert (shop.status, shop.score, shop.score_exact) == ("partial", None, None)
        unknown = sum((metrics[id] for id in open_), F(0)) / sum(metrics.values()) / 4
        assert exact(half.composed.coverage, place) == F(1, 4) - unknown
        assert_between(shop, [total_of_three(F(0), F(0), worst), total_of_three(F(5), F(5), best)])
        assert dimensions_of(half, place) == service
        assert weights_of(half, place) == carried
        if len(points) == 5:
            complete += 1
            assert {carried[id] for id in DURATIONS} == {published[0]}
            assert {carried[id] for id in OTHERS} == {published[1]}
        # with the points of the other two there is a total
        found = full[shop.shop_id]
        assert found.coverage == float(1 - unknown)
        assert weights_of(full, place) == carried
        given = F("4.5"), F("4.77")
        if open_:
            assert (found.status, found.score) == ("partial", None)
            assert_between(found, [total_of_three(*given, end) for end in (worst, best)])
            continue
        score = total_of_three(*given, service)
        assert found.status == "scored"
        assert found.score_exact == str(score)
        assert found.score == float(round_half_up(score, 2))
        assert found.tiers == (("extra_traffic",) if round_half_up(score, 2) >= F("4.7") else ())
    assert complete or as_of != AS_OF  # the events are made around that day


def total_of_three(goods: F, logistics: F, service: Mapping[str, F]) -> F:
    """The total; without a service the other two carry it."""
    parts = [(F(3, 8), goods), (F(3, 8), logistics), *((F(1, 4), own) for own in service.values())]
    return sum((w * p for w, p in parts), F(0)) / sum(w for w, _ in parts)


def assert_between(shop: ss.ShopView, ends: list[F]) -> None:
    """The ends of a partial shop, and the tiers that hold at both, or at one of them."""
    entry = shop.to_dict()
    assert [entry["score_low_exact"], entry["score_high_exact"]] == [str(end) for end in ends]
    shown = [round_half_up(end, 2) for end in ends]
    assert [shop.score_low, shop.score_high] == [float(end) for end in shown]
    with_traffic = [end >= F("4.7") for end in shown]
    assert shop.tiers == (("extra_traffic",) if all(with_traffic) else ())
    possible = any(with_traffic) and not all(with_traffic)
    assert shop.possible_tiers == (("extra_traffic",) if possible else ())


def test_kuaishou_with_one_of_two_is_no_total(reading: Reading) -> None:
    values = reading.by_oracle(EXPERIENCE, AS_OF)
    expected = graded(values, reading.industries)
    rules = {"service": (F(1, 4), IN_TOTAL)}
    for id, text in GIVEN.items():
        result = reading.score(EXPERIENCE, AS_OF, assume={id: text})
        name = id.split(".")[2]
        for place, shop in enumerate(result):
            assert (shop.status, shop.score) == ("partial", None)
            points = expected.points(shop.shop_id)
            open_ = unranked(values, expected, shop.shop_id)
            unknown = sum((IN_TOTAL[m] for m in open_), F(0)) / sum(IN_TOTAL.values()) / 4
            assert exact(result.composed.coverage, place) == F(1, 4) + F(3, 8) - unknown
            worst, best = ends(rules, points, open_)
            # it does not matter which of the two has the points: they weigh the same
            low = total_of_three(F(text), F(0), worst)
            assert_between(shop, [low, total_of_three(F(text), F(5), best)])
            assert dimensions_of(result, place)[name] == F(text)
