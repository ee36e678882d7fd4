"""From values to points, from points to dimensions and a score: exact against fractions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopscore import (
    Bands,
    Context,
    Linear,
    PercentileCurve,
    RuleSet,
    RuleSetError,
    Scorer,
    Threshold,
    assumed,
)
from shopscore.exact.columns import ExactColumn
from shopscore.grading.percentiles import Ranker
from shopscore.model.assumptions import Assumption
from shopscore.rules.scorer_kinds import make_scorer
from support.graded_columns import cell, composed, graded, rationals, rules

F = Fraction

fractions = st.fractions(-3, 8, max_denominator=60)
wild = st.one_of(fractions, st.fractions(), st.integers(-(10**25), 10**25).map(F))
columns = st.lists(wild, min_size=1, max_size=8)
directions = st.sampled_from(["higher", "lower"])
decimals = st.integers(-300, 800).map(lambda n: Decimal(n) / 100)


def context(values: Sequence[F | None], better: Any = "higher", **more: Any) -> Context:
    there = np.array([v is not None for v in values], dtype=np.bool_)
    size = len(values)
    defaults: dict[str, Any] = {
        "metric": "m", "better": better, "values": rationals(values), "has_value": there,
        "is_peer": np.ones(size, dtype=np.bool_), "n": np.ones(size, dtype=np.int64),
        "industries": ["food"] * size, "shop_types": [None] * size, "low": F(0), "high": F(5),
    }  # fmt: skip
    known = {**defaults, **{key: more.pop(key) for key in defaults if key in more}}
    rank = ranker(known, **more)
    return Context(**known, rank=rank)


def ranker(
    known: dict[str, Any], ranking: str = "mid_percent_rank", supplied: ExactColumn | None = None
) -> Ranker:
    """What ranks the values among those of the peers of one industry."""
    codes = np.unique(known["industries"], return_inverse=True)[1]
    return Ranker(
        "m", known["better"], ranking, 2, ExactColumn(known["values"], known["has_value"]),
        known["is_peer"], known["industries"], codes, supplied=supplied,
    )  # fmt: skip


def points_of(
    scorer: Scorer, values: Sequence[F | None], better: Any = "higher", **more: Any
) -> list[F | None]:
    ctx = context(values, better, **more)
    found = scorer.points(ctx.values, ctx)
    return [p if k else None for p, k in zip(found.values.fractions(), found.known, strict=True)]


def line_at(line: Sequence[tuple[F, F]], x: F) -> F:
    """Flat outside, else between the two neighbours."""
    if x <= line[0][0]:
        return line[0][1]
    for (x0, y0), (x1, y1) in pairwise(line):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return line[-1][1]


# ------------------------------------------------------------------------------ scorers

lines = st.lists(
    st.tuples(decimals, decimals), min_size=1, max_size=5, unique_by=lambda p: p[0]
).map(sorted)


@given(lines, columns)
def test_linear(line: list[tuple[Decimal, Decimal]], values: list[F]) -> None:
    exact = [(F(x), F(y)) for x, y in line]
    values = [*values, *(x for x, _ in exact)]
    assert points_of(Linear(line), values) == [line_at(exact, v) for v in values]


def test_linear_by_hand() -> None:
    scorer = Linear([(0, 100), ("2.5", 50), (10, 0)])
    values = [F(-1), F(0), F(1), F("2.5"), F(5), F(10), F(11), None]
    assert points_of(scorer, values) == [100, 100, 80, 50, F(100, 3), 0, 0, None]


bands_of = st.lists(st.tuples(decimals, decimals), min_size=1, max_size=5, unique_by=lambda p: p[0])


@given(bands_of, st.none() | decimals, decimals, columns, directions)
def test_bands(
    bands: list[tuple[Decimal, Decimal]], floor: Any, low: Decimal, values: list[F], better: str
) -> None:
    """From the worst to the best: of the bands reached, the last has the points.

    Where none is reached and nothing is said of that, they are the bottom of the scale.
    """
    worst_first = sorted(bands, reverse=better == "lower")
    values = [*values, *(F(b) for b, _ in bands)]  # exactly on a bound: reached
    expected = []
    for value in values:
        points = F(low if floor is None else floor)
        for bound, here in worst_first:
            if (value >= F(bound)) if better == "higher" else (value <= F(bound)):
                points = F(here)
        expected.append(points)
    assert points_of(Bands(worst_first, floor=floor), values, better, low=F(low)) == expected


@pytest.mark.parametrize(
    ("better", "bands", "expected"),
    [
        ("higher", [("0.5", 2), ("0.8", 4), ("0.95", 5)], [1, 2, 2, 4, 4, 5, 5]),
        ("lower", [("0.95", 2), ("0.8", 4), ("0.5", 5)], [5, 5, 4, 4, 2, 2, 1]),
    ],
)
def test_bands_by_hand(better: str, bands: list[Any], expected: list[int]) -> None:
    values = [F("0.4999999"), F("0.5"), F("0.7999"), F("0.8"), F("0.949"), F("0.95"), F("0.951")]
    assert points_of(Bands(bands, floor=1), [*values, None], better) == [*expected, None]
    assert points_of(Bands(bands), [*values, None], better, low=F(1)) == [*expected, None]
    assert min(points_of(Bands(bands), values, better)) == 0


@given(decimals, decimals, decimals, columns, directions)
def test_threshold(
    bound: Decimal, passed: Decimal, failed: Decimal, values: list[F], better: str
) -> None:
    values = [*values, F(bound), F(bound) + F(1, 10**30), F(bound) - F(1, 10**30)]
    expected = [
        F(passed) if (v >= F(bound) if better == "higher" else v <= F(bound)) else F(failed)
        for v in values
    ]
    assert points_of(Threshold(bound, passed, failed), values, better) == expected


curves = st.lists(st.integers(1, 99), max_size=4, unique=True).flatmap(
    lambda inner: st.tuples(*(decimals for _ in range(len(inner) + 2))).map(
        lambda possible_points: list(
            zip([Decimal(p) / 100 for p in sorted([0, *inner, 100])], possible_points, strict=True)
        )
    )
)


@given(curves, st.lists(st.none() | st.integers(0, 5).map(F), min_size=2, max_size=9), directions)
def test_percentile_curve(
    curve: list[tuple[Decimal, Decimal]], values: list[F | None], better: str
) -> None:
    exact = [(F(x), F(y)) for x, y in curve]
    peers = [v for v in values if v is not None]
    sign = 1 if better == "higher" else -1
    expected: list[F | None] = []
    for value in values:
        if value is None or len(peers) < 2:
            expected.append(None)
            continue
        worse = sum(sign * p < sign * value for p in peers)
        percentile = (worse + F(peers.count(value) - 1, 2)) / (len(peers) - 1)
        expected.append(line_at(exact, percentile))
    assert points_of(PercentileCurve(curve), values, better) == expected


def test_peers_are_those_of_the_industry_who_may_be() -> None:
    values = [F(1), F(2), F(3), F(9), F(5), None]
    more: dict[str, Any] = {
        "industries": ["a", "a", "a", "b", "a", "a"],
        "is_peer": np.array([True, True, True, True, False, True]),
    }
    curve = PercentileCurve([(0, 3), (1, 5)])
    assert points_of(curve, values, **more) == [3, 4, 5, None, None, None]
    more["ranking"] = "cume_dist"
    assert points_of(curve, values, **more) == [F(11, 3), F(13, 3), 5, None, None, None]


def test_given_percentiles_replace_the_ranking() -> None:
    stated = ExactColumn.of([None, F("0.9"), None])
    curve = PercentileCurve([(0, 0), (1, 10)])
    assert points_of(curve, [F(1), F(2), F(3)], supplied=stated) == [0, 9, 10]


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("percentile_curve", {"curve": [(0, 3)]}),
        ("percentile_curve", {"curve": [("0.1", 3), (1, 5)]}),
        ("percentile_curve", {"curve": [(0, 3), ("0.9", 5)]}),
        ("percentile_curve", {"curve": [(0, 3), ("0.5", 4), ("0.5", 4), (1, 5)]}),
        ("percentile_curve", {"curve": [(0, 3), ("0.6", 4), ("0.5", 4), (1, 5)]}),
        ("percentile_curve", {"line": [(0, 3), (1, 5)]}),
        ("linear", {"line": []}),
        ("linear", {"line": [(1, 3), (0, 5)]}),
        ("linear", {"line": [(1, 3), (1, 5)]}),
        ("threshold", {"bound": "high", "passed": 1}),
        ("threshold", {}),
        ("bands", {}),
        ("band", {"bands": []}),
    ],
)
def test_scorers_that_cannot_be(kind: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(RuleSetError):
        make_scorer(kind, parameters)


def test_scorers_by_name() -> None:
    assert make_scorer("threshold", {"bound": Decimal("0.1"), "passed": 5}).bound == F(1, 10)  # type: ignore[attr-defined]
    assert isinstance(make_scorer("mine", {"line": [(0, 0)]}, {"mine": Linear}), Linear)


# --------------------------------------------------------------------------- composition

weight = st.integers(0, 400).map(lambda n: Decimal(n) / 100)
point = st.none() | st.fractions(0, 5, max_denominator=400)


@st.composite
def compositions(draw: st.DrawFn) -> tuple[RuleSet, dict[str, list[F | None]], str]:
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    policy = draw(st.sampled_from(["rescale", "require"]))
    ruleset = rules(
        [(draw(weight), [draw(weight) for _ in range(size)]) for size in shape], missing=policy
    )
    shops = draw(st.integers(1, 6))
    points = {
        m.id: draw(st.lists(point, min_size=shops, max_size=shops)) for _, m in ruleset.entries
    }
    return ruleset, points, policy


def by_hand(
    ruleset: RuleSet, points: dict[str, F | None], policy: str
) -> tuple[F | None, dict[str, F | None], dict[str, F | None]]:
    """Score, points of dimensions, weights of metrics of one shop."""
    dimensions: dict[str, F | None] = {}
    weights: dict[str, F | None] = {m.id: None for _, m in ruleset.entries}
    carried: dict[str, F] = {}
    for d in ruleset.dimensions:
        there = {m.id: F(m.weight) for m in d.metrics if points[m.id] is not None}
        total = sum(there.values())
        dimensions[d.id] = None
        if total == 0 or (policy == "require" and len(there) < len(d.metrics)):
            continue
        dimensions[d.id] = sum((w * (points[m] or 0) for m, w in there.items()), F(0)) / total
        carried |= {m: F(d.weight) * w / total for m, w in there.items()}
    everything = sum(carried.values())
    if everything == 0:
        return None, dict.fromkeys(dimensions), weights
    weights |= {m: w / everything for m, w in carried.items()}
    return (
        sum((w / everything * (points[m] or 0) for m, w in carried.items()), F(0)),
        dimensions,
        weights,
    )


@pytest.mark.slow
@given(compositions())
@settings(max_examples=200)
def test_composition(drawn: tuple[RuleSet, dict[str, list[F | None]], str]) -> None:
    ruleset, points, policy = drawn
    found = composed(ruleset, {id: graded(id, column) for id, column in points.items()})
    for shop in range(len(found.score)):
        score, dimensions, weights = by_hand(
            ruleset, {id: column[shop] for id, column in points.items()}, policy
        )
        assert found.score.fractions()[shop] == score
        assert cell(found.dimensions, shop) == dimensions
        assert cell(found.weights, shop) == weights
        shares = [w for w in cell(found.weights, shop).values() if w is not None]
        assert sum(shares) == (1 if score is not None else 0)
        assert cell(found.dimension_weights, shop) == {d.id: d.weight for d in ruleset.dimensions}
    assert not found.coverage.known.any(), "no number is missing"


def test_rescale_and_require_by_hand() -> None:
    weights = [(Decimal("0.5"), [1, 1]), (Decimal("0.15"), [3, 1]), (Decimal("0.35"), [1])]
    points = {
        "m00": [F(4), F(4), None], "m01": [F(5), None, None], "m10": [F(3), F(3), None],
        "m11": [F(5), F(5), None], "m20": [F(2), F(2), None],
    }  # fmt: skip
    columns = {id: graded(id, column) for id, column in points.items()}
    whole = F("0.5") * F("4.5") + F("0.15") * F("3.5") + F("0.35") * 2
    rescaled = composed(rules(weights), columns)
    assert rescaled.score.known.tolist() == [True, True, False]
    assert rescaled.score.fractions()[:2] == [whole, whole - F("0.25")]
    required = composed(rules(weights, missing="require"), columns)
    rest = (F("0.15") * F("3.5") + F("0.35") * 2) / F("0.5")
    assert required.score.fractions()[:2] == [whole, rest]
    assert cell(required.weights, 1) == {
        "m00": None, "m01": None, "m10": F("0.225"), "m11": F("0.075"), "m20": F("0.7")
    }  # fmt: skip
    assert cell(required.dimensions, 1)["d0"] is None


def test_weights_may_be_assumptions() -> None:
    heavy = Assumption("weight.m00", "decimal", Decimal("3"), reason="to see that it is used")
    ruleset = rules([(1, [assumed("weight.m00"), 1])], assumptions={"weight.m00": heavy})
    columns = {"m00": graded("m00", [F(5)]), "m01": graded("m01", [F(1)])}
    assert composed(ruleset, columns).score.fractions() == [F(4)]
    lighter = ruleset.assuming({"toy.1.weight.m00": 1})
    assert composed(lighter, columns).score.fractions() == [F(3)]


def test_a_policy_that_is_unknown() -> None:
    with pytest.raises(RuleSetError, match="ignore"):
        composed(rules([(1, [1])], missing="ignore"), {"m00": graded("m00", [F(1)])})
