"""Rules that lack numbers: how much of a total is known, what is shown all the same, what lacks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Assumption, assumed
from shopscore.model.labels import Label
from shopscore.model.rulesets import Dimension, MetricEntry, ScorerSpec
from shopscore.rules.coverage import coverage, missing_numbers
from shopscore.rules.exact_rules import exact_rules
from shopscore.rules.ruleset_toml import parse_ruleset
from support.graded_columns import (
    cell,
    checked,
    composed,
    condition,
    graded,
    measured,
    published,
    rules,
)
from support.value_platform import HEAD, PARTS, WEIGHED, of_shops, rules_of, scored, table, view

F = Fraction

# ------------------------------------------------------------- Kuaishou 2023, a quarter published

#: Points of the five metrics. The durations have 2/5 each, the others 1/15: 50/15 = 10/3.
SERVICE = {
    "im_3min_reply_rate": 4, "im_dissatisfaction_rate": 3, "refund_only_hours": 5,
    "return_refund_hours": 2, "dispute_liability_rate": 1,
}  # fmt: skip


def kuaishou(assume: dict[str, object], points: dict[str, int] = SERVICE) -> ss.Result:
    """A shop with these points; of the other metrics of service the console shows none."""
    rows = [("S", id, "1", "9", str(p)) for id, p in points.items()]
    rows += [("S", id, "-", "", "") for id in SERVICE if id not in points]
    names = ["shop_id", "metric", "value", "n", "points"]
    values = pl.DataFrame(rows, schema=names, orient="row")
    full = {f"kuaishou.2023.{id}": value for id, value in assume.items()}
    return ss.score_values(
        values, platform="kuaishou", ruleset="2023", as_of="2024-06-30", assume=full
    )


def exact_coverage(result: ss.Result) -> Fraction | None:
    return result.composed.coverage.fractions()[0]


BOTH = {"goods.points": "4.5", "logistics.points": 3}


@pytest.mark.parametrize(
    ("assume", "covered", "score"),
    [
        ({}, F(1, 4), None),
        ({"goods.points": "4.5"}, F(5, 8), None),
        ({"logistics.points": 0}, F(5, 8), None),
        # 3/8 × 9/2 + 3/8 × 3 + 1/4 × 10/3
        (BOTH, None, F(175, 48)),
        # 1/2 × 9/2 + 1/4 × 3 + 1/4 × 10/3
        ({**BOTH, "goods.weight": "0.5", "logistics.weight": "0.25"}, None, F(23, 6)),
        ({"goods.weight": 0, "logistics.weight": 0}, None, F(10, 3)),
        ({"goods.weight": 0}, F(2, 5), None),  # 1/4 of 5/8
        # (9/2 × 3/8 + 10/3 × 1/4) / (5/8)
        ({"goods.points": "4.5", "logistics.weight": 0}, None, F(121, 30)),
        # the durations have 1/10 each, the others 4/15: 7/10 + 8 × 4/15 = 17/6
        ({"durations_share_of": "dimension", "goods.weight": 0, "logistics.weight": 0}, None, F(17, 6)),
    ],
    ids=str,
)  # fmt: skip
def test_a_quarter_of_a_total(
    assume: dict[str, object], covered: Fraction | None, score: Fraction | None
) -> None:
    result = kuaishou(assume)
    shop = result["S"]
    assert exact_coverage(result) == covered
    assert shop.coverage == (1 if covered is None else float(covered))
    assert shop.status == ("partial" if score is None else "scored")
    assert shop.score_exact == (None if score is None else str(score))
    assert result.missing_numbers or covered is None


def test_what_lacks_is_named_in_the_order_of_the_rules() -> None:
    found = kuaishou({}).missing_numbers
    assert [(m.number, m.assumption) for m in found] == [
        ("dimensions.goods.points", "kuaishou.2023.goods.points"),
        ("dimensions.logistics.points", "kuaishou.2023.logistics.points"),
    ]
    assert all("not published" in m.reason for m in found)
    (left,) = kuaishou({"goods.points": 1}).missing_numbers
    assert left.number == "dimensions.logistics.points"
    assert kuaishou(BOTH).missing_numbers == ()


def test_what_is_known_is_shown_with_its_weights() -> None:
    """Shares of the whole total as the rules say them: those of service are a quarter together."""
    result = kuaishou({"goods.points": "4.5"})
    shop = result["S"]
    assert [(d.id, d.weight, d.points) for d in shop.dimensions] == [
        ("goods", 0.375, 4.5), ("logistics", 0.375, None), ("service", 0.25, 10 / 3),
    ]  # fmt: skip
    assert cell(result.composed.weights, 0) == {
        id: F(6 if id.endswith("hours") else 1, 60) for id in SERVICE
    }
    assert {m.status for m in shop.metrics} == {"ok"}
    assert sum(m.weight or 0 for m in shop.metrics) == pytest.approx(0.25)


def test_the_document_says_it() -> None:
    result = kuaishou({})
    document = json.loads(result.to_json())
    (shop,) = document["shops"]
    assert (shop["status"], shop["score"], shop["coverage"]) == ("partial", None, 0.25)
    assert [m["number"] for m in document["missing_numbers"]] == [
        "dimensions.goods.points", "dimensions.logistics.points",
    ]  # fmt: skip
    assert any("dimensions.goods.points" in notice for notice in map(str, result.notices))
    whole = kuaishou(BOTH)
    document = json.loads(whole.to_json())
    assert document["missing_numbers"] == []
    assert document["shops"][0]["coverage"] == 1
    assert not any("not published" in notice for notice in map(str, whole.notices))
    assert "coverage" in result.to_polars().columns
    assert whole.to_polars()["coverage"].to_list() == [1.0]


def test_points_of_dimensions_make_a_total_by_themselves() -> None:
    """They hold for every shop, also for one without a row: what lacks points is carried by them."""
    assert kuaishou(BOTH, {})["S"].score_exact == "15/4"
    assert kuaishou({"goods.points": "4.5"}, {})["S"].status == "partial"
    assert kuaishou({}, {})["S"].status == "partial"


def test_the_policy_for_missing_metrics_is_another_thing() -> None:
    """A metric without a value is no number that lacks."""
    fewer = {id: p for id, p in SERVICE.items() if id != "refund_only_hours"}
    rescaled = kuaishou(BOTH, fewer)  # (4 + 3 + 1 + 6 × 2) / 9 = 20/9
    assert rescaled["S"].score_exact == str(F(27, 16) + F(9, 8) + F(20, 36))
    required = kuaishou({**BOTH, "missing.policy": "require"}, fewer)
    assert required["S"].score_exact == "15/4", "of goods and logistics"
    assert exact_coverage(kuaishou({}, fewer)) == F(1, 4)


# ------------------------------------------------------------------- random rules, by hand


def unknown(id: str, value: Any) -> Assumption:
    return Assumption(id, "decimal", value, reason=f"nobody says {id}", nullable=True)


sizes = [Decimal(n) for n in ("0", "0.25", "0.5", "1", "2")]
numbers = st.sampled_from([None, *sizes, *sizes])
scorers = st.sampled_from(["any", "any", "any", "any", "gap", ""])
metrics = st.lists(st.tuples(numbers, scorers), max_size=3)
dimensions = st.tuples(
    numbers, metrics, st.sampled_from(["absent", None, Decimal(0), Decimal(3)])
).filter(lambda d: bool(d[1]) or d[2] != "absent")
point = st.none() | st.fractions(0, 5, max_denominator=40)
rare = st.none() | point
Drawn = list[tuple[Any, list[tuple[Any, str]], Any]]


def drawn_rules(drawn: Drawn) -> ss.RuleSet:
    """Every number as an assumption, which may have no value."""
    known: dict[str, Assumption] = {}

    def number(id: str, value: Any) -> Any:
        known[id] = unknown(id, value)
        return assumed(id)

    found = tuple(
        Dimension(
            f"d{i}", Label("维度", "Dimension"), number(f"w{i}", weight),
            tuple(
                MetricEntry(f"m{i}{j}", number(f"w{i}{j}", inner), scorer)
                for j, (inner, scorer) in enumerate(inside)
            ),
            None if points == "absent" else number(f"p{i}", points),
        )
        for i, (weight, inside, points) in enumerate(drawn)
    )  # fmt: skip
    base = rules([])
    gap = ScorerSpec("gap", "bands", {}, missing="it is a secret")
    return evolve(base, dimensions=found, scorers={**base.scorers, "gap": gap}, assumptions=known)


def known_share(inside: list[tuple[Any, str]], points: Any, given_: Sequence[bool]) -> Fraction:
    """The share of a dimension of which everything is known; some metrics have points anyhow."""
    if isinstance(points, Decimal):
        return F(1)
    weights = [weight for weight, _ in inside]
    if not weights or None in weights:
        return F(0)
    whole = sum(map(F, weights))
    known = [F(w) for (w, s), there in zip(inside, given_, strict=True) if s == "any" or there]
    return sum(known, F(0)) / whole if whole else F(1)


def supplied(place: int, inside: list[Any], points: dict[str, F | None]) -> list[bool]:
    return [points.get(f"m{place}{j}") is not None for j in range(len(inside))]


def covered_by_hand(drawn: Drawn, given_: dict[str, F | None]) -> Fraction | None:
    shares = [
        (weight, known_share(inside, points, supplied(i, inside, given_)))
        for i, (weight, inside, points) in enumerate(drawn)
    ]
    if all(weight is not None and (share == 1 or not weight) for weight, share in shares):
        return None
    whole = sum((F(weight) for weight, _ in shares if weight is not None), F(0))
    if any(weight is None for weight, _ in shares):
        whole = max(whole, F(1))
    return sum((F(w) * s for w, s in shares if w is not None), F(0)) / whole


def missing_by_hand(drawn: Drawn) -> list[str]:
    """What weighs nothing lacks nothing, and where there are metrics no points are asked for."""
    found = []
    for i, (weight, inside, points) in enumerate(drawn):
        found += [f"dimensions.d{i}.weight"] * (weight is None)
        if weight == 0:
            continue
        found += [f"dimensions.d{i}.points"] * (points is None and not inside)
        for j, (inner, scorer) in enumerate([] if isinstance(points, Decimal) else inside):
            found += [f"dimensions.d{i}.m{i}{j}.weight"] * (inner is None)
            found += [f"dimensions.d{i}.m{i}{j}.scorer"] * (scorer == "")
            found += ["scorers.gap"] * (scorer == "gap")
    return list(dict.fromkeys(found))


def dimensions_by_hand(drawn: Drawn, points: dict[str, F | None]) -> dict[str, F | None]:
    """Points of the dimensions of one shop: of those of which everything is known."""
    found: dict[str, F | None] = {}
    for i, (_, inside, given_) in enumerate(drawn):
        found[f"d{i}"] = F(given_) if isinstance(given_, Decimal) else None
        known = known_share(inside, given_, supplied(i, inside, points))
        if not isinstance(given_, Decimal) and known == 1:
            mine = [(F(w), points[f"m{i}{j}"]) for j, (w, _) in enumerate(inside)]
            whole = sum(w for w, p in mine if p is not None)
            total = sum((w * p for w, p in mine if p is not None), F(0))
            found[f"d{i}"] = total / whole if whole else None
    return found


def score_by_hand(drawn: Drawn, points: dict[str, F | None]) -> Fraction | None:
    """The total, where a dimension has points."""
    there = dimensions_by_hand(drawn, points)
    rows = [(F(w), there[f"d{i}"]) for i, (w, _, _) in enumerate(drawn)]
    whole = sum(w for w, p in rows if p is not None)
    return sum((w * p for w, p in rows if p is not None), F(0)) / whole if whole else None


@pytest.mark.slow
def test_random_rules_by_hand() -> None:
    """Coverage, what lacks, and the total where nothing does; some points are handed in."""
    seen = set()

    @given(st.lists(dimensions, min_size=1, max_size=4), st.data())
    @settings(max_examples=300)
    def law(drawn: Drawn, data: st.DataObject) -> None:
        ruleset = drawn_rules(drawn)
        expected = covered_by_hand(drawn, {})
        assert coverage(exact_rules(ruleset)) == expected
        assert expected is None or 0 <= expected <= 1
        names = [m.number for m in missing_numbers(ruleset)]
        assert names == missing_by_hand(drawn)
        assert names or expected is None, "what lacks has a name"

        graded_ = {m.id: m.scorer == "any" for _, m in ruleset.entries}
        points = {id: data.draw(point if can else rare) for id, can in graded_.items()}
        if not points:
            return
        found = composed(ruleset, {id: graded(id, [p]) for id, p in points.items()})
        covered = covered_by_hand(drawn, points)
        assert found.coverage.known.tolist() == [covered is not None]
        assert covered is None or expected is not None
        (score,) = found.score.fractions()
        seen.add((expected is None, covered is None, score is None))
        if covered is None:
            assert score == score_by_hand(drawn, points)
        else:
            assert found.coverage.fractions() == [covered]
            assert score is None
        if covered is not None or score is not None:
            assert cell(found.dimensions, 0) == dimensions_by_hand(drawn, points)

    law()
    assert seen == {
        # lacks nothing by itself, with what was handed in, and has no total
        (False, False, True), (False, True, False), (True, True, True), (True, True, False),
    }  # fmt: skip


# ----------------------------------------------------------------------- statuses, one by one


def test_statuses_of_metrics_that_lack_something() -> None:
    """What has no value says so first, whatever the rules lack."""
    ruleset = rules_of(PARTS)
    rows = [("a", "food", id, "2", 9) for id in ("up", "other", "down", "third")]
    rows.append(("b", "food", "up", None, 0))
    result = scored(table(rows), ruleset)
    shown = {m.id: (m.status, m.points, m.weight) for m in result["a"].metrics}
    assert shown == {
        "up": ("ok", 2.0, None),
        "other": ("informational", None, None),
        "down": ("missing_number", None, None),
        "third": ("missing_number", 2.0, None),
    }
    assert {m.status for m in result["b"].metrics} == {"no_data"}
    assert [(s.status, s.coverage) for s in result] == [("partial", 0.125)] * 2
    reasons = {m.id: m.reason for m in result["a"].metrics}
    assert "scorers.gap: the table is a secret" in (reasons["down"] or "")
    assert "dimensions.b.third.weight" in (reasons["third"] or "")
    assert [m.number for m in result.missing_numbers] == [
        "dimensions.a.other.scorer", "scorers.gap", "dimensions.b.third.weight",
    ]  # fmt: skip


def test_a_dimension_that_lacks_something_has_no_points_and_the_others_have() -> None:
    ruleset = rules_of(PARTS.replace('{ id = "other", weight = 3, source = "page" },', ""))
    rows = [("a", "food", id, "2", 9) for id in ("up", "down", "third")]
    shop = scored(table(rows), ruleset)["a"]
    assert [(d.id, d.weight, d.points) for d in shop.dimensions] == [
        ("a", 0.5, 2.0),
        ("b", 0.5, None),
    ]
    assert [m.weight for m in shop.metrics] == [0.5, None, None]
    assert (shop.status, shop.coverage) == ("partial", 0.5)


def test_reasons_against_a_score_come_before_what_lacks() -> None:
    few = condition("few", "insufficient_orders", "orders", "at least", 30)
    ruleset = rules(
        [(assumed("w"), [1])], assumptions={"w": unknown("w", None)}, eligibility=(few,)
    )
    columns = {"m00": graded("m00", [F(4), F(4), None])}
    checks = checked(ruleset, measured(orders=[F(30), F(29), F(30)]))
    found = composed(ruleset, columns)
    shown = published(ruleset, columns, checks)
    assert shown.status.tolist() == ["partial", "insufficient_orders", "partial"]
    assert not shown.total.any()
    assert cell(found.dimensions, 0) == {"d0": F(4)}, "the points are there, their weight is not"
    assert cell(found.weights, 0) == {"m00": None}
    assert cell(found.dimension_weights, 0) == {"d0": None}


def test_a_scorecard_without_a_total() -> None:
    """Any value is enough to be scored; there is no score, no coverage, and nothing lacks."""
    ruleset = rules_of('informational = ["up", "down"]\n')
    rows = [
        ("a", "food", "up", "2", 9),
        ("a", "food", "down", None, 9),
        ("b", "food", "up", None, 9),
    ]
    result = scored(table(rows), ruleset)
    assert [(s.status, s.score, s.coverage, s.dimensions) for s in result] == [
        ("scored", None, None, ()), ("not_computable", None, None, ()),
    ]  # fmt: skip
    assert [m.status for m in result["a"].metrics] == ["informational", "no_data"]
    assert result.missing_numbers == ()
    ranked = scored(of_shops({"a": 1, "b": 2, "c": 3}), ruleset)
    assert [view(ranked, shop).percentile for shop in "abc"] == [0.0, 0.5, 1.0]


def test_of_rules_that_lack_nothing_all_is_known() -> None:
    result = scored(of_shops({"a": 1}), rules_of(WEIGHED))
    assert (result["a"].status, result["a"].coverage, result.missing_numbers) == (
        "scored",
        1.0,
        (),
    )


def test_bands_begin_at_the_bottom_of_the_scale() -> None:
    """Not at 0, where a rule set's points go from 1 to 5."""
    text = (HEAD + WEIGHED).replace("low = 0", "low = 1")
    bands = text.replace('"linear", line = [[0, 0], [5, 5]]', '"bands", bands = [[2, 3], [4, 5]]')
    floored = bands.replace("[4, 5]]", "[4, 5]], floor = 2")
    for document, least in ((bands, "1"), (floored, "2")):
        result = scored(of_shops({"a": 0, "b": 2, "c": 9}), parse_ruleset(document, "plain.toml"))
        assert [s.score_exact for s in result] == [least, "3", "5"]
