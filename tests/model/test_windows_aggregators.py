"""Day weights, sums over windows, and how sums become fractions: exact, and lawful."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Aggregator, Count, Days, DayWeights, GradedRate, Mean, Ratio, Tally, col
from shopscore.counting.sums import weighted_sum
from shopscore.errors import DeclarationError
from shopscore.evaluation.with_python import evaluate
from shopscore.exact.integers import SAFE, Integers
from shopscore.model.aggregators import RationalCombination

F = Fraction
AS_OF = date(2024, 6, 30)
DAY = 86_400

# ------------------------------------------------------------------------------ day weights


def is_nearest(weight: int, steps: int, half_life: Fraction) -> bool:
    """Whether `weight` is the integer nearest to 2^20 · 2^(−steps/half_life), without a float.

    With 20 − steps/half_life = a/p: w − 1/2 < 2^(a/p) < w + 1/2, both sides to the power of p.
    """
    exponent = 20 - steps / half_life
    a, p = exponent.numerator, exponent.denominator
    shift = max(0, -(a + p))
    middle = 2 ** (a + p + shift)
    low = max(0, 2 * weight - 1) ** p << shift
    return low < middle <= (2 * weight + 1) ** p << shift if weight else middle <= 1 << shift


half_lives = st.one_of(
    st.integers(1, 120).map(str),
    st.integers(1, 1200).map(lambda tenths: str(Decimal(tenths) / 10)),
    st.integers(1, 400).map(lambda quarters: str(Decimal(quarters) / 4)),
)


@given(half_lives, st.integers(1, 20), st.integers(0, 60))
@settings(max_examples=60)
@example("7", 1, 89)
@example("90", 15, 89)
@example("30", 1, 89)
@example("0.5", 1, 60)
def test_decayed_weights_are_the_nearest_integers(half_life: str, first: int, more: int) -> None:
    weights = Days(first, first + more, half_life).weights(AS_OF)
    assert (weights.first_age, weights.last_age, weights.scale) == (first, first + more, 2**20)
    assert weights.ints[0] == 2**20
    for steps, weight in enumerate(weights.ints):
        assert is_nearest(weight, steps, F(half_life)), steps
    assert list(weights.ints) == sorted(weights.ints, reverse=True)


@pytest.mark.parametrize("half_life", [7, "7.0", 7.0, Decimal("7.00")])
def test_a_half_life_halves(half_life: Any) -> None:
    ints = Days(1, 90, half_life).weights(AS_OF).ints
    for steps, weight in enumerate(ints[:-7]):
        assert abs(2 * ints[steps + 7] - weight) <= 1
    assert ints[7] == 2**19


def test_very_old_days_may_weigh_nothing() -> None:
    assert Days(1, 24, 1).weights(AS_OF).ints[19:] == (2, 1, 0, 0, 0)  # 2^−1 goes to the even 0


def test_without_decay_every_day_weighs_the_same() -> None:
    weights = Days(15, 104).weights(AS_OF)
    assert (weights.first_age, weights.ints, weights.scale) == (15, (1,) * 90, 1)
    assert weights.uniform
    assert not Days(1, 90, 30).weights(AS_OF).uniform


@pytest.mark.parametrize(
    ("first", "last", "half_life"),
    [(0, 5, None), (-1, 5, None), (5, 4, None), (1, 5, 0), (1, 5, -7), (1, 5, "nan"),
     (1, 5, "inf"), (1, 5, True), (1, 5, [7])],
)  # fmt: skip
def test_windows_that_cannot_be(first: int, last: int, half_life: Any) -> None:
    with pytest.raises((DeclarationError, ArithmeticError)):
        Days(first, last, half_life)  # where it is declared, not where it is used


@pytest.mark.parametrize("half_life", [0, "0.0", -1, 100_000])
def test_half_lives_beyond_the_limits(half_life: Any) -> None:
    with pytest.raises(DeclarationError, match="must be above 0 and below 100,000"):
        Days(1, 5, half_life)


def test_the_borders_of_windows() -> None:
    assert Days(5, 5).weights(AS_OF) == DayWeights(5, (1,))
    assert Days(1, 2, "0.001").weights(AS_OF).ints == (2**20, 0)
    # 2^20 · ln 2 / 99,999 = 7.27
    assert Days(1, 2, 99_999).weights(AS_OF).ints == (2**20, 2**20 - 7)
    with pytest.raises(DeclarationError, match="must begin at age 1"):
        DayWeights(0, (1,))
    with pytest.raises(DeclarationError, match="between 0 and scale"):
        DayWeights(1, (-1, 1))
    with pytest.raises(DeclarationError, match="between 0 and scale"):
        DayWeights(1, (2,))
    with pytest.raises(DeclarationError, match="between 0 and scale"):
        DayWeights(1, ())
    assert DayWeights(1, (0, 3), 3).last_age == 2


def test_a_count_of_several_tallies() -> None:
    """3 + 2 · 4 + ½ · 5 rows, over 7; n is every row that any of them counts."""
    terms = ((1, part), (2, whole), (F(1, 2), amount))
    several = RationalCombination(terms, None, per=7)
    counts = [np.array([n], dtype=object) for n in (3, 4, 5)]
    sums = [np.array([n], dtype=object) for n in (100, 200, 300)]
    assert combined(several, (sums, counts)) == (27, 14, 12)
    two = RationalCombination(terms[:2], None)
    assert combined(two, (sums[:2], counts[:2])) == (11, 1, 7)


@pytest.mark.parametrize(
    ("first", "ints", "scale"), [(0, (1,), 1), (1, (), 1), (1, (-1,), 1), (1, (2,), 1)]
)
def test_day_weights_that_cannot_be(first: int, ints: tuple[int, ...], scale: int) -> None:
    with pytest.raises(DeclarationError):
        DayWeights(first, ints, scale)


# ------------------------------------------------------------------- the borders of windows


@pytest.mark.parametrize("clock", ["00:00:00", "23:59:59"])
@pytest.mark.parametrize("assume", [{}, {"douyin.2022.decay.half_life_days": 30}], ids=str)
def test_ages_at_the_borders_of_windows(clock: str, assume: dict[str, object]) -> None:
    """A shop per age, with one order paid, picked up and delivered on that day."""
    ages = [-1, 0, 1, 2, 14, 15, 16, 89, 90, 91, 103, 104, 105]
    times = [f"{AS_OF - timedelta(days=age)} {clock}" for age in ages]
    ids = [f"{age:+04}" for age in ages]
    orders = pl.DataFrame(
        {
            "shop_id": ids,
            "order_id": ids,
            "paid_at": times,
            "picked_up_at": times,
            "signed_at": times,
        }
    )
    complaints = pl.DataFrame({"shop_id": ids, "complaint_id": ids, "complained_at": times})
    result = ss.score(
        {"orders": orders, "complaints": complaints},
        platform="douyin", ruleset="2022", as_of=AS_OF, assume=assume,
    )  # fmt: skip
    for id, age in zip(ids, ages, strict=True):
        n = {m.id: (m.n, m.status == "no_data") for m in result[id].metrics}
        assert n["pickup_rate"] == n["delivery_hours"] == (int(1 <= age <= 90), not 1 <= age <= 90)
        assert n["complaint_rate"] == (int(15 <= age <= 104), not 15 <= age <= 104)
        assert result[id].status == "insufficient_orders"


def test_windows_beyond_the_calendar() -> None:
    orders = pl.DataFrame({"shop_id": ["S"], "order_id": ["1"], "paid_at": ["0001-01-02 00:00:00"]})
    with pytest.raises(ss.UsageError, match="0001-04-01"):
        ss.score({"orders": orders}, platform="douyin", ruleset="2022", as_of="0001-04-01")


# ------------------------------------------------------------------------- weighted sums


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(-(2**61), 2**61) | st.integers(-9, 9),
            st.integers(0, 2**20),
        ),
        max_size=40,
    ),
    st.booleans(),
)
def test_weighted_sums_never_wrap(rows: list[tuple[int, int, int]], weighed: bool) -> None:
    codes = np.array([c for c, _, _ in rows], dtype=np.uint32)
    numbers = np.array([v for _, v, _ in rows], dtype=np.int64)
    weights = np.array([w for _, _, w in rows], dtype=np.int64) if weighed else None
    got = weighted_sum(codes, numbers, weights, 4)
    expected = [sum(v * (w if weighed else 1) for c, v, w in rows if c == i) for i in range(4)]
    assert [int(v) for v in got] == expected


@pytest.mark.parametrize("value", [2**31 - 1, 2**30, -(2**31), 10 * 10**9])
@pytest.mark.parametrize("rows", [2**11, 2**11 + 1, 2**13])
def test_weighted_sums_of_many_rows(rows: int, value: int) -> None:
    """A few thousand daily cells of a busy platform, with a half life: 2^31 · 2^20 · 2^11 = 2^62."""
    codes = np.zeros(rows, dtype=np.uint32)
    numbers = np.full(rows, value, dtype=np.int64)
    weights = np.full(rows, 2**20, dtype=np.int64)
    assert [int(v) for v in weighted_sum(codes, numbers, weights, 1)] == [rows * value * 2**20]


def test_a_busy_platform_with_a_half_life_can_be_scored() -> None:
    """40 shops, on each of 60 days one order that took 24,000 days: cells of 2·10^9 seconds."""
    shops = [f"S{s:02}" for s in range(40) for _ in range(60)]
    ages = [age for _ in range(40) for age in range(1, 61)]
    orders = pl.DataFrame(
        {
            "shop_id": shops,
            "order_id": [f"O{i}" for i in range(len(shops))],
            "picked_up_at": [f"{AS_OF - timedelta(days=a + 24_000)} 12:00:00" for a in ages],
            "signed_at": [f"{AS_OF - timedelta(days=a)} 12:00:00" for a in ages],
        }
    )
    result = ss.score(
        {"orders": orders}, platform="douyin", ruleset="2022", as_of=AS_OF,
        assume={"douyin.2022.decay.half_life_days": 90},
    )  # fmt: skip
    hours = [next(m.value for m in shop.metrics if m.id == "delivery_hours") for shop in result]
    assert hours == [24_000 * 24.0] * 40


# ---------------------------------------------------------------------------- aggregators

part = Tally("orders", day=col.t, where=col.a > 0)
whole = Tally("orders", day=col.t, where=col.b.is_not_null())
amount = Tally("orders", day=col.t, where=col.b != 2, value=col.a - col.b)
plain = Tally("orders", day=col.t, value=col.a)
fast, slow = (Tally("orders", day=col.t, where=(col.a // 3) == band) for band in (0, 1))

AGGREGATORS: dict[str, Aggregator] = {
    "ratio": Ratio(part, whole),
    "ratio of a sum": Ratio(amount, part),
    "mean": Mean(amount),
    "mean in hours": Mean(amount, per=3600),
    "mean of a column": Mean(plain, per=7),
    "graded": GradedRate(((1, fast), ("0.7", slow)), whole),
    "graded by fractions": GradedRate(((F(1, 3), fast), (F(-2, 7), slow), (2, amount)), part),
    "count": Count(part),
    "count of values": Count(amount),
}

Row = dict[str, int | None]
numbers_or_null = st.none() | st.integers(-9, 9)
rows_of_a_shop = st.lists(
    st.fixed_dictionaries(
        {
            "t": st.none() | st.integers(-5 * DAY, 5 * DAY),
            "a": numbers_or_null,
            "b": numbers_or_null,
        }
    ),
    max_size=14,
)
windows = st.sampled_from([Days(1, 6), Days(2, 4), Days(1, 6, "1.5"), Days(3, 9, 2), Days(1, 1)])
EPOCH_AS_OF = date(1970, 1, 4)


def counted(tally: Tally, rows: Sequence[Row], weights: DayWeights) -> tuple[int, int]:
    """The weighted sum and the number of rows of a tally, row by row."""
    total = count = 0
    for row in rows:
        time, value = evaluate(tally.day, row), evaluate(tally.value, row)
        meets = tally.where is None or evaluate(tally.where, row) is True
        if time is None or value is None or not meets:
            continue
        age = (EPOCH_AS_OF - date(1970, 1, 1)).days - time // DAY
        if weights.first_age <= age <= weights.last_age:
            total += value * weights.ints[age - weights.first_age]
            count += 1
    return total, count


def state_of(
    aggregator: Aggregator, rows: Sequence[Row], weights: DayWeights
) -> tuple[list[Any], list[Any]]:
    pairs = [counted(tally, rows, weights) for tally in aggregator.tallies]
    return (
        [np.array([total], dtype=object) for total, _ in pairs],
        [np.array([count], dtype=object) for _, count in pairs],
    )


def combined(aggregator: Aggregator, state: tuple[list[Any], list[Any]]) -> tuple[int, int, int]:
    num, den, n = aggregator.combine(*state)
    return int(num[0]), int(den[0]), int(n[0])


def value_by_hand(name: str, rows: Sequence[Row], weights: DayWeights) -> tuple[F | None, int]:
    """Numerator over denominator, and n, from the words of each aggregator."""

    def w(row: Row) -> int:
        age = (EPOCH_AS_OF - date(1970, 1, 1)).days - (row["t"] or 0) // DAY
        there = weights.first_age <= age <= weights.last_age
        return weights.ints[age - weights.first_age] if there else 0

    def inside(row: Row) -> bool:
        age = (EPOCH_AS_OF - date(1970, 1, 1)).days - (row["t"] or 0) // DAY
        return weights.first_age <= age <= weights.last_age

    there = [row for row in rows if row["t"] is not None and inside(row)]
    positive = [row for row in there if row["a"] is not None and row["a"] > 0]
    with_b = [row for row in there if row["b"] is not None]
    spans = [
        (row, row["a"] - row["b"])
        for row in with_b
        if row["a"] is not None and row["b"] is not None and row["b"] != 2
    ]
    with_a = [(row, row["a"]) for row in there if row["a"] is not None]
    band = [[row for row, a in with_a if a // 3 == number] for number in (0, 1)]
    sum_w = lambda found: sum(w(row) for row in found)  # noqa: E731
    sum_v = lambda found: sum(w(row) * v for row, v in found)  # noqa: E731
    match name:
        case "ratio":
            above, under, n = F(sum_w(positive)), sum_w(with_b), len(with_b)
        case "ratio of a sum":
            above, under, n = F(sum_v(spans)), sum_w(positive), len(positive)
        case "mean" | "mean in hours":
            per = 3600 if name.endswith("hours") else 1
            above, under, n = F(sum_v(spans), per), sum_w(r for r, _ in spans), len(spans)
        case "mean of a column":
            above, under, n = F(sum_v(with_a), 7), sum_w(r for r, _ in with_a), len(with_a)
        case "graded":
            above = sum_w(band[0]) + F("0.7") * sum_w(band[1])
            under, n = sum_w(with_b), len(with_b)
        case "graded by fractions":
            above = F(1, 3) * sum_w(band[0]) - F(2, 7) * sum_w(band[1]) + 2 * sum_v(spans)
            under, n = sum_w(positive), len(positive)
        case "count" | "count of values":
            found = len(positive) if name == "count" else len(spans)
            return F(found), found
    return (F(above) / under if under else None), n


@pytest.mark.parametrize("name", AGGREGATORS)
def test_the_empty_state_has_no_value(name: str) -> None:
    aggregator = AGGREGATORS[name]
    zeros = [np.array([0], dtype=object) for _ in aggregator.tallies]
    num, den, n = combined(aggregator, (zeros, zeros))
    assert den == 0 or n == 0
    assert (num, n) == (0, 0)


@pytest.mark.parametrize("name", AGGREGATORS)
@given(rows=rows_of_a_shop, window=windows)
@settings(max_examples=60)
def test_values_are_the_fractions_by_hand(name: str, rows: list[Row], window: Days) -> None:
    weights = window.weights(EPOCH_AS_OF)
    num, den, n = combined(AGGREGATORS[name], state_of(AGGREGATORS[name], rows, weights))
    value, count = value_by_hand(name, rows, weights)
    assert n == count
    if value is None or not n:
        assert den == 0 or n == 0
    else:
        assert F(num, den) == value


@pytest.mark.parametrize("name", AGGREGATORS)
@given(a=rows_of_a_shop, b=rows_of_a_shop, window=windows)
@settings(max_examples=40)
def test_states_add_up(name: str, a: list[Row], b: list[Row], window: Days) -> None:
    aggregator, weights = AGGREGATORS[name], window.weights(EPOCH_AS_OF)
    one, other = state_of(aggregator, a, weights), state_of(aggregator, b, weights)
    added = tuple(
        [x + y for x, y in zip(p, q, strict=True)] for p, q in zip(one, other, strict=True)
    )
    assert combined(aggregator, added) == combined(aggregator, state_of(aggregator, a + b, weights))
    undone = tuple(
        [x - y for x, y in zip(p, q, strict=True)] for p, q in zip(added, other, strict=True)
    )
    assert combined(aggregator, undone) == combined(aggregator, one)


@pytest.mark.parametrize("name", AGGREGATORS)
def test_shops_do_not_touch_each_other(name: str) -> None:
    """Arrays over shops give what each shop gives alone; also beyond int64."""
    rng = Random(name)
    aggregator = AGGREGATORS[name]
    sums = [[rng.randrange(2**70) for _ in range(5)] for _ in aggregator.tallies]
    counts = [[rng.randrange(2**40) for _ in range(5)] for _ in aggregator.tallies]
    arrays = [[np.array(column, dtype=object) for column in table] for table in (sums, counts)]
    num, den, n = aggregator.combine(*arrays)
    for shop in range(5):
        alone = [
            [np.array([column[shop]], dtype=object) for column in table] for table in (sums, counts)
        ]
        assert combined(aggregator, (alone[0], alone[1])) == (num[shop], den[shop], n[shop])


@pytest.mark.parametrize("name", AGGREGATORS)
@given(data=st.data())
def test_int64_is_enough_where_an_aggregator_says_so(name: str, data: st.DataObject) -> None:
    """Up to the last sum for which it does, of either sign: Python integers give the same."""
    aggregator = AGGREGATORS[name]
    assert aggregator._largest_factor is not None
    greatest = (SAFE - 1) // aggregator._largest_factor
    sums = st.sampled_from([greatest, -greatest, 0, 1]) | st.integers(-greatest, greatest)
    size = 2 * len(aggregator.tallies)
    columns = st.lists(sums, min_size=size, max_size=size)
    drawn = [np.array([number]) for number in data.draw(columns)]
    weighted, counts = drawn[::2], drawn[1::2]
    wide = [[part.astype(object) for part in parts] for parts in (weighted, counts)]
    found, expected = aggregator.combine(weighted, counts), aggregator.combine(*wide)
    assert [part.tolist() for part in found] == [part.tolist() for part in expected]


def test_what_a_class_below_makes_of_sums_is_not_known() -> None:
    class Squared(RationalCombination):
        def combine(
            self, sums: Sequence[Integers], counts: Sequence[Integers]
        ) -> tuple[Integers, Integers, Integers]:
            num, den, n = super().combine(sums, counts)
            return num * num, den, n

    (tally,) = AGGREGATORS["count"].tallies
    assert Squared(((Fraction(1), tally),), None)._largest_factor is None


def test_a_mean_counts_rows_that_have_a_value() -> None:
    rows: list[Row] = [
        {"t": 0, "a": 4, "b": 1},
        {"t": 0, "a": None, "b": 1},
        {"t": 0, "a": 3, "b": 1},
    ]
    weights = Days(1, 9).weights(EPOCH_AS_OF)
    assert combined(AGGREGATORS["mean"], state_of(AGGREGATORS["mean"], rows, weights)) == (5, 2, 2)


def test_aggregators_that_cannot_be() -> None:
    with pytest.raises(DeclarationError):
        Ratio(part, amount)  # a sum is no number of rows
    with pytest.raises(DeclarationError):
        GradedRate((), whole)
    with pytest.raises(DeclarationError):
        GradedRate(((0.7, fast),), whole)  # type: ignore[list-item]  # floats are not exact
    with pytest.raises(DeclarationError):
        Mean(amount, per=0)
    unbound = GradedRate(((ss.assumed("grade"), fast),), whole)
    zeros = [np.array([0], dtype=object)] * 2
    with pytest.raises(DeclarationError):
        unbound.combine(zeros, zeros)


# ------------------------------------------------------------------- the same through polars


@pytest.mark.parametrize("half_life", [None, "30", "7.5"])
@pytest.mark.parametrize("seed", range(2))
def test_delivery_hours_by_hand(seed: int, half_life: str | None) -> None:
    """One metric from the rows to the double, without the oracle."""
    rng = Random(seed)
    weights = Days(1, 90, half_life).weights(AS_OF)
    today = (AS_OF - date(1970, 1, 1)).days
    rows, num, den, n = [], 0, 0, 0
    for number in range(200):
        signed = (today - rng.randint(-1, 92)) * DAY + rng.choice([0, 1, DAY - 1, 40_000])
        span = rng.randrange(10**7)
        rows.append({"order_id": str(number), "picked_up_at": signed - span, "signed_at": signed})
        age = today - signed // DAY
        if 1 <= age <= 90:
            w = weights.ints[age - 1]
            num, den, n = num + w * span, den + w, n + 1
    times = pl.from_epoch(pl.col("picked_up_at", "signed_at"), time_unit="s")
    orders = pl.DataFrame(rows).with_columns(times, shop_id=pl.lit("S"))
    assume = {"douyin.2022.decay.half_life_days": half_life}
    result = ss.score(
        {"orders": orders}, platform="douyin", ruleset="2022", as_of=AS_OF, assume=assume
    )
    metric = next(m for m in result["S"].metrics if m.id == "delivery_hours")
    assert (metric.value, metric.n) == (float(F(num, den * 3600)), n)
