"""Conditions: every measure and operator, bounds from the industry, relief for small numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import floor
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Rationals
from shopscore.composing.conditions import Measures, reaches
from shopscore.composing.eligibility import check_eligibility
from shopscore.exact.columns import ExactColumn
from shopscore.grading.weighing import MetricValues
from shopscore.model.conditions import Condition, Measure, MeasureKind, Operator, Relief
from shopscore.model.labels import Label
from shopscore.model.rulesets import Eligibility
from shopscore.rules.exact_rules import ExactRuleSet
from support.adjusted_platform import SHOWN, WEIGHED, rules_of, scored_rows

F = Fraction

OPERATORS: dict[Operator, Callable[[Any, Any], bool]] = {
    "at least": operator.ge,
    "at most": operator.le,
    "below": operator.lt,
    "above": operator.gt,
    "equal to": operator.eq,
}


def test_every_operator_and_measure_is_tried() -> None:
    assert set(OPERATORS) == set(get_args(Operator))
    assert set(MEASURES) == set(get_args(MeasureKind))


# --------------------------------------------------------------------------------------- operators

numbers = st.sampled_from([F(0), F(1), F(1, 3), F(-1, 3), F(10**20, 3), F(10**20 + 1, 3), F(-5)])
cells = st.lists(st.tuples(st.none() | numbers, st.none() | numbers), max_size=8)


@given(cells, st.sampled_from(list(OPERATORS)))
def test_operators(rows: list[tuple[F | None, F | None]], word: Operator) -> None:
    """Decided exactly: no double tells 10²⁰/3 and (10²⁰ + 1)/3 apart."""
    values, bounds = (
        ExactColumn.of(column) for column in ([a for a, _ in rows], [b for _, b in rows])
    )
    expected = [
        value is not None and bound is not None and OPERATORS[word](value, bound)
        for value, bound in rows
    ]
    found = reaches(values, word, bounds)
    assert found.tolist() == expected
    assert found.dtype == np.bool_


# ---------------------------------------------------------------------------------------- measures


@frozen
class Shop:
    """A metric counted as ``above`` of ``n``; points of a dimension, and a total, if it has one."""

    industry: str
    above: int
    n: int
    dimension: F | None
    total: F | None
    days: F | None = None

    @property
    def value(self) -> F | None:
        return F(self.above, self.n) if self.n else None


MEASURES: dict[MeasureKind, Callable[[Shop], F | None]] = {
    "value": lambda shop: shop.value,
    "numerator": lambda shop: F(shop.above) if shop.n else None,
    "n": lambda shop: F(shop.n),
    "dimension": lambda shop: shop.dimension,
    "total": lambda shop: shop.total,
    "days since": lambda shop: shop.days,
}
IDS: dict[MeasureKind, str] = {"dimension": "d", "total": "", "days since": "opened_at"}

scores = st.none() | st.sampled_from([F(0), F(2), F(5, 2), F(3)])
shops_ = st.lists(
    st.builds(
        Shop, st.sampled_from("ab"), st.integers(0, 6), st.integers(0, 9), scores, scores, scores
    ),
    min_size=1,
    max_size=8,
)


def measures_of(shops: Sequence[Shop], mean_kind: str = "pooled") -> Measures:
    known = np.array([shop.n > 0 for shop in shops], dtype=np.bool_)
    values = Rationals.of(
        [shop.above if shop.n else 0 for shop in shops], [shop.n or 1 for shop in shops]
    )
    n = np.array([shop.n for shop in shops], dtype=np.int64)
    return Measures(
        {"m": MetricValues("m", ExactColumn(values, known), n)},
        [shop.industry for shop in shops],
        {"d": ExactColumn.of([shop.dimension for shop in shops])},
        ExactColumn.of([shop.total for shop in shops]),
        mean_kind,
        {"opened_at": ExactColumn.of([shop.days for shop in shops])},
    )


def mean_of(shops: Sequence[Shop], industry: str, kind: str) -> F | None:
    """Of the shops with a value: all rows counted together, or each shop's own value."""
    peers = [shop for shop in shops if shop.industry == industry and shop.n]
    if not peers:
        return None
    if kind == "pooled":
        return F(sum(shop.above for shop in peers), sum(shop.n for shop in peers))
    return sum((F(shop.above, shop.n) for shop in peers), F(0)) / len(peers)


def below(few: F | None) -> Relief[Fraction] | None:
    return None if few is None else Relief(count_below=few)


def is_met(
    shop: Shop, shops: Sequence[Shop], condition: Condition[Fraction], mean_kind: str
) -> bool:
    """By the words of the declaration, for one shop."""
    value, bound = MEASURES[condition.measure.kind](shop), condition.bound
    few = None if condition.relief is None else condition.relief.count_below
    if few is not None and shop.n and shop.above < few:
        return True
    if condition.times_industry_mean:
        mean = mean_of(shops, shop.industry, mean_kind)
        if mean is None:
            return False
        bound = bound * mean
    return value is not None and OPERATORS[condition.operator](value, bound)


@given(
    shops_,
    st.sampled_from(list(MEASURES)),
    st.sampled_from(list(OPERATORS)),
    st.sampled_from([F(0), F(1, 2), F(2), F(5, 2), F(3), F(5)]),
)
@settings(max_examples=300)
def test_every_measure(shops: list[Shop], kind: MeasureKind, word: Operator, bound: F) -> None:
    condition = Condition(Measure(kind, IDS.get(kind, "m")), word, bound)
    measures = measures_of(shops)
    column = measures.column(condition.measure)
    assert column.fractions() == [MEASURES[kind](shop) for shop in shops]
    assert measures.bounds(condition).fractions() == [bound] * len(shops)
    expected = [is_met(shop, shops, condition, "pooled") for shop in shops]
    assert measures.verdict(condition).met.tolist() == expected


@given(
    shops_,
    st.sampled_from(["pooled", "shops"]),
    st.sampled_from(list(OPERATORS)),
    st.sampled_from([F(0), F(1, 2), F(1), F(3)]),
    st.none() | st.integers(0, 4).map(F),
)
@settings(max_examples=300)
def test_times_the_mean_of_the_industry_with_relief(
    shops: list[Shop], mean_kind: str, word: Operator, times: F, few: F | None
) -> None:
    condition = Condition(
        Measure("value", "m"), word, times, times_industry_mean=True, relief=below(few)
    )
    measures = measures_of(shops, mean_kind)
    means = [mean_of(shops, shop.industry, mean_kind) for shop in shops]
    assert measures.bounds(condition).fractions() == [
        None if mean is None else times * mean for mean in means
    ]
    expected = [is_met(shop, shops, condition, mean_kind) for shop in shops]
    assert measures.verdict(condition).met.tolist() == expected


@given(shops_, st.sampled_from(list(OPERATORS)), st.integers(0, 5).map(F))
def test_relief_beside_a_bound_of_its_own(shops: list[Shop], word: Operator, few: F) -> None:
    for kind in ("value", "numerator", "n"):
        condition = Condition(Measure(kind, "m"), word, F(1, 2), relief=below(few))  # type: ignore[arg-type]
        expected = [is_met(shop, shops, condition, "pooled") for shop in shops]
        assert measures_of(shops).verdict(condition).met.tolist() == expected


def test_a_count_is_whole_where_a_value_was_typed_in() -> None:
    """0.333 of 6 are two, 0.25 of 6 one and a half, and so two."""
    cells = [(F("0.333"), 6, 2), (F("0.25"), 6, 2), (F("0.24"), 6, 1), (F("0.5"), 3, 2)]
    column = ExactColumn.of([value for value, _, _ in cells])
    n = np.array([rows for _, rows, _ in cells], dtype=np.int64)
    measures = Measures({"m": MetricValues("m", column, n)}, ["a"] * len(cells))
    found = measures.column(Measure("numerator", "m")).fractions()
    assert found == [count for _, _, count in cells]
    assert found == [floor(value * rows + F(1, 2)) for value, rows, _ in cells]


def test_rows_that_nobody_counted_are_no_number() -> None:
    """What rests on n is unknown there; the value is not."""
    column = ExactColumn.of([F(1, 2), F(1, 2), None])
    n, unknown = np.array([8, 0, 0], dtype=np.int64), np.array([False, True, False])
    measured = MetricValues("m", column, n, n_unknown=unknown)
    measures = Measures({"m": measured}, ["a"] * 3)
    assert measures.column(Measure("n", "m")).fractions() == [8, None, 0]
    assert measures.column(Measure("numerator", "m")).fractions() == [4, None, None]
    assert measures.column(Measure("value", "m")).fractions() == [F(1, 2), F(1, 2), None]
    few = Condition(Measure("n", "m"), "below", F(9))
    assert measures.verdict(few).met.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("word", "bound", "settled"),
    [
        ("at least", F(1), True),
        ("at least", F(2), False),
        ("above", F(1, 2), True),
        ("at most", F(1, 2), True),
        ("at most", F(1), False),
        ("below", F(1), True),
        ("below", F(2), False),
    ],
)
def test_a_number_that_may_be_too_low_tells_what_more_would_not_change(
    word: Operator, bound: F, settled: bool
) -> None:
    """All have 1; the first two may have more. Of the last nobody was asked, cut or not."""
    column = ExactColumn.of([F(1), F(1), F(1), None, None])
    cut, lacking = (np.array(marks) for marks in ([1, 1, 0, 0, 1], [0, 0, 0, 1, 1]))
    measured = MetricValues(
        "m",
        column,
        np.ones(5, dtype=np.int64),
        cut=cut.astype(np.bool_),
        missing=lacking.astype(np.bool_),
    )
    measures = Measures({"m": measured}, ["a"] * 5)
    found = measures.verdict(Condition(Measure("value", "m"), word, bound)).told
    assert found.tolist() == [settled, settled, True, False, False]


def typed_in(
    rows: Sequence[tuple[str, F | None, int | None, bool]], mean_kind: str = "pooled"
) -> Measures:
    """Rows of industry, value, n (None: not known) and whether nobody was asked."""
    column = ExactColumn.of([value for _, value, _, _ in rows])
    unknown = np.array([n is None for _, _, n, _ in rows], dtype=np.bool_)
    measured = MetricValues(
        "m",
        column,
        np.array([n or 0 for _, _, n, _ in rows], dtype=np.int64),
        n_unknown=unknown & column.known,
        unpooled=unknown & column.known,
        missing=np.array([missing for *_, missing in rows], dtype=np.bool_),
    )
    return Measures({"m": measured}, [industry for industry, *_ in rows], mean_kind=mean_kind)


#: A value of 8 rows, one without n, none, none since nobody was asked; and toys, all without n.
ROWS = [
    ("food", F(1, 2), 8, False), ("food", F(1, 2), None, False), ("food", None, 0, False),
    ("food", None, 0, True), ("toys", F(1, 8), None, False), ("toys", F(1, 4), None, False),
    ("toys", None, 0, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("times", "few", "mean_kind", "told", "met"),
    [
        # 3 × 1/2 is above all; of toys there is no pooled mean; the last has no value, and no tier
        (F(3), None, "pooled", [1, 1, 1, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0, 0]),
        (F(3), None, "shops", [1, 1, 1, 0, 1, 1, 1], [1, 1, 0, 0, 1, 1, 0]),
        # 1/4 is below 1/2: what the second has of how many nobody knows, the first has 4
        (F(1, 2), F(2), "pooled", [1, 0, 1, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0]),
        (F(1, 2), F(5), "pooled", [1, 0, 1, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0]),
        (F(1, 2), None, "pooled", [1, 1, 1, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0]),
        # 3/4 · (1/8 + 1/4)/2 = 9/64: the fifth has the tier whatever its count is
        (F(3, 4), F(2), "shops", [1, 0, 1, 0, 1, 0, 1], [0, 0, 0, 0, 1, 0, 0]),
    ],
)
def test_it_is_told_only_where_nothing_that_is_unknown_decides(
    times: F, few: F | None, mean_kind: str, told: list[int], met: list[int]
) -> None:
    condition = Condition(Measure("value", "m"), "at most", times, True, below(few))
    measures = typed_in(ROWS, mean_kind)
    assert measures.verdict(condition).told.astype(int).tolist() == told
    assert measures.verdict(condition).met.astype(int).tolist() == met


@pytest.mark.parametrize(
    ("count", "held", "possible"), [(str, "ABDE", ""), (lambda _: "", "", "ABCDE")]
)
def test_a_tier_that_nobody_can_tell_is_possible_for_scored_shops_too(
    count: Callable[[int], str], held: str, possible: str
) -> None:
    """Together 10 of 2500: three times that is 0.012. C is above it with two, B with one.
    Without n there is neither a count nor a pooled mean."""
    rates = {"A": ("0.001", 1000), "B": ("0.05", 20), "C": ("0.02", 100), "D": ("0", 880),
             "E": ("0.012", 500)}  # fmt: skip
    rows = [(shop, "dispute_refund_rate", rate, count(n)) for shop, (rate, n) in rates.items()]
    rows += [
        (shop, id, "-", "") for shop in rates for id in ("refund_hours", "self_completion_rate")
    ]
    table = pl.DataFrame(rows, schema=["shop_id", "metric", "value", "n"], orient="row")
    result = ss.score_values(
        table, platform="tmall", scorecard="aftersales", ruleset="2022", as_of="2022-06-30"
    )
    assert {shop.status for shop in result} == {"scored"}
    entry = "global_market_entry"
    assert [s.shop_id for s in result if entry in s.tiers] == list(held)
    assert [s.shop_id for s in result if entry in s.possible_tiers] == list(possible)


@pytest.mark.parametrize("kind", ["total", "dimension"])
def test_only_metrics_have_means_of_the_industry_and_counts(kind: Any) -> None:
    for more in (
        {"times_industry_mean": True},
        {"relief": Relief(count_below=F(2))},
        {"without_rows": True},
    ):
        with pytest.raises(ss.RuleSetError, match=f"a condition on the {kind} has a bound of"):
            Condition(Measure(kind, "d"), "at least", F(1), **more)


def test_a_measure_names_its_metric() -> None:
    assert [Measure(kind, "x").metric for kind in MEASURES] == ["x", "x", "x", "", "", ""]


# ------------------------------------------------------------------------------------- eligibility


def conditions(*found: Condition[Fraction]) -> ExactRuleSet:
    return ExactRuleSet(
        "rules", F(0), F(5), 2, "mid_percent_rank", "rescale", (), {},
        eligibility=tuple(
            Eligibility(f"e{i}", Label("条", "Condition"), condition, "suppressed")
            for i, condition in enumerate(found)
        ),
    )  # fmt: skip


@given(shops_, st.sampled_from(["value", "numerator", "n"]), st.sampled_from(list(OPERATORS)))
def test_no_value_counts_as_zero_for_a_score(
    shops: list[Shop], kind: MeasureKind, word: Operator
) -> None:
    condition = Condition(Measure(kind, "m"), word, F(1))
    (check,) = check_eligibility(conditions(condition), measures_of(shops))
    counted = [MEASURES[kind](shop) or F(0) for shop in shops]
    assert check.values.fractions() == counted
    assert check.verdict.met.tolist() == [OPERATORS[word](value, F(1)) for value in counted]
    assert check.eligibility.condition is condition


@given(shops_, st.sampled_from(["pooled", "shops"]), st.sampled_from(list(OPERATORS)))
def test_for_a_score_too_a_bound_may_be_the_mean_of_the_industry(
    shops: list[Shop], mean_kind: str, word: Operator
) -> None:
    """No value is zero, beside the mean of those who have one; without a mean nothing is met."""
    condition = Condition(Measure("value", "m"), word, F(1, 2), times_industry_mean=True)
    (check,) = check_eligibility(conditions(condition), measures_of(shops, mean_kind))
    means = [mean_of(shops, shop.industry, mean_kind) for shop in shops]
    assert check.verdict.met.tolist() == [
        mean is not None and OPERATORS[word](shop.value or F(0), mean / 2)
        for shop, mean in zip(shops, means, strict=True)
    ]


def test_every_condition_is_checked_in_its_order() -> None:
    shops = [Shop("a", 1, 2, None, None), Shop("a", 4, 4, None, None)]
    rules = conditions(
        Condition(Measure("n", "m"), "at least", F(3)),
        Condition(Measure("value", "m"), "at most", F(1, 2)),
    )
    checks = check_eligibility(rules, measures_of(shops))
    assert [(c.eligibility.id, c.verdict.met.tolist()) for c in checks] == [
        ("e0", [False, True]),
        ("e1", [True, False]),
    ]


# ------------------------------------------------------------------- through the TOML of a rule set


def tier(*, few: int | None = None, times: str = "1") -> str:
    relief = "" if few is None else f"or_count_below = {few}\n"
    return (
        '[[tiers]]\nid = "calm"\nzh = "静"\nen = "calm"\nmetric = "down"\nsource = "page"\n'
        f"times_industry_mean = {times}\n{relief}"
    )


def compared(mean: str) -> str:
    return f'[comparison]\nkind = "difference"\nmean = "{mean}"\nsource = "page"\n'


def calm(rows: Sequence[tuple[str, str, int, int]], *texts: str) -> list[str]:
    """Who has the tier; rows are shop, industry, how many above the line, of how many."""
    cells = [(s, i, "down", F(above, n) if n else None, n) for s, i, above, n in rows]
    return [shop.shop_id for shop in scored_rows(cells, rules_of(SHOWN, *texts)) if shop.tiers]


#: 2 of 10, 0 of 40, 4 of 5: together 6/55, on average (1/5 + 0 + 4/5)/3 = 1/3.
MARKET = [("A", "food", 2, 10), ("B", "food", 0, 40), ("C", "food", 4, 5)]


def test_which_mean_is_the_one_of_the_comparison() -> None:
    assert calm(MARKET, tier()) == ["B"], "pooled, where nothing else is said"
    assert calm(MARKET, compared("pooled"), tier()) == ["B"]
    assert calm(MARKET, compared("shops"), tier()) == ["A", "B"]
    assert calm(MARKET, compared("shops"), tier(times="2.4")) == ["A", "B", "C"]
    assert calm(MARKET, compared("pooled"), tier(times="2.4")) == ["A", "B"]


def test_the_mean_may_be_an_assumption() -> None:
    assumption = (
        '[[assumptions]]\nid = "which"\nkind = "choice"\nvalue = "shops"\n'
        'choices = ["pooled", "shops"]\nreason = "the page does not say"\n'
    )
    text = compared("x").replace('"x"', '{ assume = "which" }')
    cells = [(s, i, "down", F(above, n), n) for s, i, above, n in MARKET]
    for assume, expected in (({}, ["A", "B"]), ({"which": "pooled"}, ["B"])):
        result = scored_rows(cells, rules_of(SHOWN, assumption, text, tier()), assume=assume)
        assert [shop.shop_id for shop in result if shop.tiers] == expected


wholes = st.sampled_from([0, 1, 2, 4, 5, 8, 10, 20, 40])
drawn = st.lists(
    st.tuples(st.sampled_from(["food", "toys"]), st.integers(0, 6), wholes), min_size=1, max_size=8
)


@given(
    drawn,
    st.sampled_from([None, "pooled", "shops"]),
    st.sampled_from(["0.5", "1", "3"]),
    st.sampled_from([None, 1, 2, 3]),
)
@settings(max_examples=60)
def test_tiers_against_plain_fractions(
    found: list[tuple[str, int, int]], mean: str | None, times: str, few: int | None
) -> None:
    rows = [(f"S{i}", industry, above, n) for i, (industry, above, n) in enumerate(found)]
    shops = [Shop(industry, above, n, None, None) for _, industry, above, n in rows]
    condition = Condition(
        Measure("value", "m"), "at most", F(times), True, below(None if few is None else F(few))
    )
    expected = [
        row[0]
        for row, shop in zip(rows, shops, strict=True)
        if is_met(shop, shops, condition, mean or "pooled")
    ]
    texts = [] if mean is None else [compared(mean)]
    assert calm(rows, *texts, tier(few=few, times=times)) == expected


@pytest.mark.parametrize(
    ("key", "expected"), [("at_least", [False, True, True]), ("below", [True, False, False])]
)
def test_a_bound_is_met_by_the_rounded_total(key: str, expected: list[bool]) -> None:
    """2.994 is 2.99 and 2.995 is 3.00; a shop without a score has no tier of a score."""
    text = f'[[tiers]]\nid = "t"\nzh = "档"\nen = "t"\n{key} = 3\nsource = "page"\n'
    rows = [
        (shop, "food", "up", value, 1) for shop, value in (("a", "2.994"), ("b", "2.995"), ("c", 3))
    ]
    result = scored_rows([*rows, ("d", "food", "up", None, 1)], rules_of(WEIGHED, text))
    assert [bool(shop.tiers) for shop in result] == [*expected, False]
