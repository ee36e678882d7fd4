"""What an aggregator returns is checked: nothing is ever cut to a whole number."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from shopscore import Aggregator, Days, PluginError, RateMetric, Tally, col
from shopscore.exact.integers import Integers
from shopscore.grading.weighing import check_combined, combine
from shopscore.plugins.bound_rules import BoundMetric


def ints(*numbers: Any) -> Any:
    return np.array(numbers, dtype=object)


ONE = np.array([1, 1], dtype=np.int64)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((ONE * 0.5, ONE, ONE), "num: whole numbers are needed, not float 0.5"),
        ((ONE, ONE * 1.0, ONE), "den: whole numbers are needed"),
        ((ONE, ONE, ONE * 1.0), "n: whole numbers are needed"),
        ((ints(1, 0.5), ONE, ONE), "num: whole numbers are needed, not float 0.5"),
        ((ints(1, 2.0), ONE, ONE), "num: whole numbers are needed, not float 2.0"),
        ((ONE, ints(1, Decimal("0.5")), ONE), "den: whole numbers are needed, not Decimal"),
        ((ints(Fraction(1, 2), 1), ONE, ONE), "num: whole numbers are needed, not Fraction"),
        ((ints(True, 1), ONE, ONE), "num: whole numbers are needed, not bool"),
        ((np.array([True, False]), ONE, ONE), "num: whole numbers are needed"),
        ((ONE, ints(1, None), ONE), "den: whole numbers are needed, not NoneType"),
        ((ONE[:1], ONE, ONE), "num: a number for each of 2 shops is needed"),
        ((ONE, np.ones((2, 1), dtype=np.int64), ONE), "den: a number for each of 2 shops"),
        ((ONE, ONE, 3), "n: a number for each of 2 shops"),
        ((ONE, [1, 1], ONE), "den: a number for each of 2 shops"),
        ((ONE, -ONE, ONE), "den = -1: it cannot be negative"),
        ((ONE, ONE, ints(1, -2)), "n = -2: it cannot be negative"),
        ((ONE, ONE), "a numerator, a denominator and n are needed, not tuple"),
        ([ONE, ONE, ONE], "a numerator, a denominator and n are needed, not list"),
        (None, "a numerator, a denominator and n are needed, not NoneType"),
    ],
)
def test_refused(found: Any, said: str) -> None:
    with pytest.raises(PluginError) as caught:
        check_combined("mine", found, 2)
    assert str(caught.value).startswith("aggregator of metric mine: ")
    assert said in str(caught.value)


@pytest.mark.parametrize("part", [ONE, ints(1, 2**90), ints(-(2**90), 0), ONE.astype(np.int32)])
def test_whole_numbers_of_any_size(part: Any) -> None:
    num, den, n = check_combined("mine", (part, abs(part), ONE), 2)
    assert num is part
    assert n is ONE
    assert den.tolist() == [abs(int(x)) for x in part]


def test_of_no_shop() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert [len(part) for part in check_combined("mine", (none, none, none), 0)] == [0, 0, 0]


class Cutting(Aggregator):
    """An aggregator that divides, as a plugin's author may."""

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return (Tally("orders", day=col.paid_at),)

    def combine(
        self, sums: Sequence[Integers], counts: Sequence[Integers]
    ) -> tuple[Integers, Integers, Integers]:
        return sums[0] / 2, counts[0], counts[0]


def test_a_metric_is_named() -> None:
    metric = RateMetric(
        "halved", zh="半", en="Halved", better="higher", aggregator=Cutting(), window=Days(1, 7)
    )
    bound = BoundMetric(metric, metric.aggregator, metric.window)
    with pytest.raises(PluginError, match="aggregator of metric halved: num: whole numbers"):
        combine(bound, [(ints(3, 4), ints(3, 4))])
