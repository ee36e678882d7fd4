"""Criteria: every kind of relief against plain loops, its borders, and what nobody can tell."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, get_args

import numpy as np
import pytest
from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Rationals
from shopscore.composing.conditions import Measures
from shopscore.composing.levels import find_levels
from shopscore.exact.columns import ExactColumn
from shopscore.grading.weighing import MetricValues
from shopscore.model.conditions import Condition, Measure, Operator, Relief
from shopscore.model.rulesets import Criterion
from shopscore.rules.exact_rules import ExactRuleSet
from support.adjusted_platform import SHOWN, rules_of, scored_rows

F = Fraction
OPERATORS: dict[Operator, Callable[[Any, Any], bool]] = {
    "at least": operator.ge,
    "at most": operator.le,
    "below": operator.lt,
    "above": operator.gt,
    "equal to": operator.eq,
}


def test_every_operator_is_here() -> None:
    assert set(OPERATORS) == set(get_args(Operator))


@frozen
class Shop:
    """So many of ``n`` rows; another metric, where it is asked for; and what is missing."""

    above: int
    n: int
    other: int | None
    missing: bool = False
    other_missing: bool = False
    n_known: bool = True

    @property
    def value(self) -> F | None:
        return F(self.above, self.n) if self.n and not self.missing else None


counts = st.none() | st.integers(0, 4).map(F)


@st.composite
def reliefs(draw: st.DrawFn) -> Relief[F]:
    base = draw(st.none() | st.integers(0, 6).map(F))
    most = draw(counts)
    below = draw(counts) if most is None else None
    bound = None
    if base is not None and most is None and below is None:
        bound = draw(st.none() | st.sampled_from([F(0), F(1, 3), F(1)]))
    if base is None and most is None and below is None:
        most = F(2)
    of = draw(st.sampled_from(["", "other"])) if most is not None or below is not None else ""
    return Relief(base, most, below, of, bound)


conditions = st.builds(
    Condition,
    st.just(Measure("value", "m")),
    st.sampled_from(list(OPERATORS)),
    st.sampled_from([F(0), F(1, 40), F(1, 3), F(1, 2), F(1)]),
    st.just(False),
    st.none() | reliefs(),
    st.booleans(),
)
shops_ = st.lists(
    st.builds(
        Shop, st.integers(0, 5), st.integers(0, 7), st.none() | st.integers(0, 4), st.booleans(),
        st.booleans(), st.booleans(),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


def measures_of(shops: Sequence[Shop]) -> Measures:
    def values(numbers: list[F | None], n: list[int], missing: list[bool], id: str) -> MetricValues:
        return MetricValues(
            id, ExactColumn.of(numbers), np.array(n, dtype=np.int64), missing=np.array(missing)
        )

    rows = [0 if s.missing or not s.n_known else s.n for s in shops]
    unknown = np.array([s.value is not None and not s.n_known for s in shops])
    others = [None if s.other_missing or s.other is None else F(s.other) for s in shops]
    metrics = {
        "m": evolve(
            values([s.value for s in shops], rows, [s.missing for s in shops], "m"),
            n_unknown=unknown,
        ),
        "other": values(
            others, [int(o is not None) for o in others], [s.other_missing for s in shops], "other"
        ),
    }
    return Measures(metrics, ["food"] * len(shops))


def verdict(shop: Shop, condition: Condition[F]) -> bool | None:
    """By the words of the documentation, for one shop; None where nobody can tell."""
    if shop.missing:
        return None
    if not shop.n:
        return condition.without_rows
    value, relief = shop.value, condition.relief
    within = OPERATORS[condition.operator](value, condition.bound)
    if relief is None:
        return within
    count = shop.above if shop.n_known else None
    if relief.count_of:
        count = None if shop.other_missing else shop.other or 0
    enough: bool | None = True
    if relief.bound is not None:
        enough = OPERATORS[condition.operator](value, relief.bound)
    elif relief.count_at_most is not None:
        enough = None if count is None else count <= relief.count_at_most
    elif relief.count_below is not None:
        enough = None if count is None else count < relief.count_below
    if relief.from_base is None:
        return True if within or enough else None if enough is None else False
    if not shop.n_known:
        return within if within is enough else None
    return enough if shop.n < relief.from_base else within


def rules(*found: Condition[F]) -> ExactRuleSet:
    criteria = tuple(Criterion(f"c{i}", None, condition) for i, condition in enumerate(found))
    return ExactRuleSet(
        "rules", F(0), F(5), 2, "mid_percent_rank", "rescale", (), {}, criteria=criteria
    )


def verdicts(shops: Sequence[Shop], condition: Condition[F]) -> list[bool | None]:
    found = find_levels(rules(condition), measures_of(shops))
    assert found is not None
    (check,) = found.checks
    assert not (check.verdict.met & check.verdict.failed).any()
    pairs = zip(check.verdict.met.tolist(), check.verdict.failed.tolist(), strict=True)
    return [True if met else False if failed else None for met, failed in pairs]


@given(shops_, conditions)
@settings(max_examples=600)
def test_every_kind_of_relief(shops: list[Shop], condition: Condition[F]) -> None:
    assert verdicts(shops, condition) == [verdict(shop, condition) for shop in shops]


def few(base: int | None, most: int) -> Relief[F]:
    return Relief(None if base is None else F(base), F(most))


@pytest.mark.parametrize(
    ("above", "n", "condition", "met"),
    [
        # of reviews: below 40 at most 4, from 40 on below 10 %
        (4, 39, ("below", F(1, 10), few(40, 4)), True),
        (5, 39, ("below", F(1, 10), few(40, 4)), False),
        (4, 40, ("below", F(1, 10), few(40, 4)), False),
        (3, 40, ("below", F(1, 10), few(40, 4)), True),
        # of orders: below 300 at most 3, from 300 on below 1 %
        (3, 299, ("below", F(1, 100), few(300, 3)), True),
        (4, 299, ("below", F(1, 100), few(300, 3)), False),
        (3, 300, ("below", F(1, 100), few(300, 3)), False),
        (2, 300, ("below", F(1, 100), few(300, 3)), True),
        # exactly 2.5 % is not below it
        (1, 40, ("below", F(25, 1000), None), False),
        (1, 41, ("below", F(25, 1000), None), True),
        (1, 40, ("at most", F(25, 1000), None), True),
        # above the bound, and few enough all the same
        (3, 100, ("at most", F(5, 1000), few(None, 3)), True),
        (4, 100, ("at most", F(5, 1000), few(None, 3)), False),
        (5, 1000, ("at most", F(5, 1000), few(None, 3)), True),
        (146, 165, ("at least", F(9, 10), None), False),
        (315, 9001, ("below", F(5, 100), None), True),
        (27896, 870669, ("below", F(4, 100), None), True),
    ],
)
def test_at_the_border(above: int, n: int, condition: tuple[Any, ...], met: bool) -> None:
    word, bound, relief = condition
    asked = Condition(Measure("value", "m"), word, bound, relief=relief)
    assert verdicts([Shop(above, n, None)], asked) == [met]


def criterion(**keys: Any) -> str:
    def text(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else repr(value)

    lines = "".join(f"{key} = {text(value)}\n" for key, value in keys.items())
    return f'[[criteria]]\nid = "c"\nsource = "page"\n{lines}'


@pytest.mark.parametrize(
    ("keys", "met"),
    [
        ({"at_most": 0.1}, [False, False, True]),
        ({"at_most": 0.1, "count_at_most": 4}, [True, False, True]),
        ({"at_most": 0.1, "or_count_below": 5}, [True, False, True]),
        ({"at_most": 0.1, "from_base": 40}, [True, True, True]),
        ({"at_most": 0.1, "from_base": 39}, [False, False, True]),
        ({"at_most": 0.1, "from_base": 40, "bound_below_base": 0.12}, [True, False, True]),
        ({"at_most": 0.1, "count_at_most": 0, "count_of": "up"}, [True, True, True]),
    ],
)
def test_as_it_is_written(keys: dict[str, Any], met: list[bool]) -> None:
    """4 and 5 of 39, 4 of 40; of `up` there is nothing, and that is none."""
    cells = [("A", F(4, 39), 39), ("B", F(5, 39), 39), ("C", F(4, 40), 40)]
    rows = [(s, "food", "down", F(round(v * 10**9), 10**9), n) for s, v, n in cells]
    rows += [(s, "food", "up", None, 0) for s, _, _ in cells]
    result = scored_rows(rows, rules_of(SHOWN, criterion(metric="down", **keys)))
    assert [shop.criteria[0].met for shop in result] == met


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"metric": "down"}, "one of at_least, at_most, below, above, equals"),
        ({"metric": "down", "at_most": 1, "below": 2}, "at_most, below contradict each other"),
        ({"at_most": 1}, "one of metric, numerator_of, n_of, dimension, days_since, total"),
        ({"metric": "down", "n_of": "down", "at_most": 1}, "metric, n_of contradict each other"),
        (
            {"metric": "down", "at_leest": 5},
            r"criteria\[c\]: unknown key at_leest; did you mean at_least",
        ),
        ({"metric": "down", "at_leest": 5, "from_base": 2}, "did you mean at_least"),
        ({"metrik": "down", "at_least": 5}, "unknown key metrik; did you mean metric"),
        ({"total": False, "at_least": 5, "zh": "总", "en": "Total"}, "total is true"),
        ({"metric": "down", "at_most": 1, "count_of": "up"}, "a greatest count is missing"),
        ({"metric": "down", "at_most": 1, "bound_below_base": 1}, "from_base"),
        (
            {"metric": "down", "at_most": 1, "count_at_most": 1, "or_count_below": 1},
            "a relief has one count, or another bound",
        ),
        ({"total": True, "at_most": 1, "zh": "总", "en": "Total"}, "there is no total"),
        ({"days_since": "opened_at", "at_least": 1}, "needs zh and en"),
        ({"dimension": "d", "at_least": 1, "zh": "维", "en": "D"}, "no dimension d"),
        (
            {"days_since": "opened_at", "at_least": 1, "zh": "天", "en": "D", "without_rows": True},
            "has a bound of its own",
        ),
        ({"metric": "down", "at_most": 1, "at_mots": 2}, "at_mots"),
    ],
)
def test_what_is_refused(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(ss.RuleSetError, match=said):
        rules_of(SHOWN, criterion(**keys))


def test_a_count_of_rows_and_a_numerator() -> None:
    """The value 1/8 of 16 rows: two above the line."""
    texts = [
        criterion(numerator_of="down", at_most=2),
        criterion(n_of="down", at_least=17).replace('"c"', '"d"'),
    ]
    result = scored_rows([("A", "food", "down", F(1, 8), 16)], rules_of(SHOWN, *texts))
    (shop,) = result
    found = [(c.measure, c.of, c.value, c.bound, c.met) for c in shop.criteria]
    assert found == [("numerator", "down", 2, 2, True), ("n", "down", 16, 17, False)]


def test_rationals_are_compared_exactly() -> None:
    """1/3 is above 0.333…, whatever the number of threes."""
    near = F(33333333333333333333, 10**20)
    values = Rationals.of([1], [3])
    metric = MetricValues("m", ExactColumn(values, np.array([True])), np.array([3]))
    asked = Condition(Measure("value", "m"), "above", near)
    found = find_levels(rules(asked), Measures({"m": metric}, ["food"]))
    assert found is not None
    assert found.checks[0].verdict.met.tolist() == [True]
