"""Columns of fractions against Python's fractions, within int64, at its border and beyond."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore import Rationals, UsageError
from shopscore.exact import integers

# Small numbers, the borders of doubles and int64, and numbers far beyond.
BORDERS = [2**e + d for e in (31, 32, 52, 53, 61, 62, 63, 64) for d in (-1, 0, 1)]
whole = st.one_of(
    st.integers(-20, 20), st.sampled_from(BORDERS), st.sampled_from(BORDERS).map(lambda n: -n),
    st.integers(-(2**62), 2**62), st.integers(-(10**40), 10**40),
)  # fmt: skip
below = whole.map(lambda n: abs(n) or 1)
pairs = st.lists(st.tuples(whole, below), min_size=1, max_size=6)
two_columns = st.integers(1, 6).flatmap(
    lambda size: st.tuples(
        *(st.lists(st.tuples(whole, below), min_size=size, max_size=size) for _ in range(2))
    )
)
factors = st.one_of(st.fractions(max_denominator=1000), st.builds(Fraction, whole, below))


def column(cells: list[tuple[int, int]]) -> tuple[Rationals, list[Fraction]]:
    return (
        Rationals.of([n for n, _ in cells], [d for _, d in cells]),
        [Fraction(n, d) for n, d in cells],
    )


@given(two_columns)
def test_sums_and_products_are_exact(cells: tuple[list[tuple[int, int]], ...]) -> None:
    (a, exact_a), (b, exact_b) = column(cells[0]), column(cells[1])
    assert (a + b).fractions() == [x + y for x, y in zip(exact_a, exact_b, strict=True)]
    assert (a * b).fractions() == [x * y for x, y in zip(exact_a, exact_b, strict=True)]
    assert (a + b * a).fractions() == [x + y * x for x, y in zip(exact_a, exact_b, strict=True)]


@given(pairs, factors)
def test_scaling_is_exact(cells: list[tuple[int, int]], factor: Fraction) -> None:
    a, exact = column(cells)
    assert a.scaled(factor).fractions() == [x * factor for x in exact]
    assert Rationals.constant(factor, 3).fractions() == [factor] * 3


@given(st.lists(st.lists(st.tuples(whole, below), min_size=2, max_size=2), min_size=2, max_size=12))
def test_long_sums_widen_in_time(columns: list[list[tuple[int, int]]]) -> None:
    """Denominators multiply; at some point int64 is left, and nothing wraps."""
    total, exact = column(columns[0])
    for cells in columns[1:]:
        more, plus = column(cells)
        total, exact = total + more, [x + y for x, y in zip(exact, plus, strict=True)]
    assert total.fractions() == exact
    assert total.floats().tolist() == [float(x) for x in exact]


@given(pairs)
def test_floats_are_the_nearest_doubles(cells: list[tuple[int, int]]) -> None:
    a, exact = column(cells)
    assert a.floats().tolist() == [float(x) for x in exact]
    assert a.floats().dtype == np.float64


@pytest.mark.parametrize("scale", [1, 3, 2**31 - 1, 2**53 + 1, 2**62 + 1, 10**30 + 7])
def test_equal_fractions_are_equal_floats(scale: int) -> None:
    """num/den and a multiple of both: dividing rounded doubles would tell them apart."""
    plain = Rationals.of([1, 2, 10, 355], [3, 7, 3, 113])
    scaled = Rationals.of(plain.num.astype(object) * scale, plain.den.astype(object) * scale)
    assert scaled.floats().tolist() == plain.floats().tolist() == [1 / 3, 2 / 7, 10 / 3, 355 / 113]


def test_dividing_rounded_doubles_would_be_wrong_here() -> None:
    """So that the test above is not true by chance."""
    num, den = 2**53 + 1, 2**55 + 5
    assert float(Fraction(num, den)) != float(num) / float(den)
    assert Rationals.of([num], [den]).floats()[0] == float(Fraction(num, den))


@given(pairs, st.integers(0, 4))
def test_half_up(cells: list[tuple[int, int]], decimals: int) -> None:
    a, exact = column(cells)
    assert [int(v) for v in a.half_up(decimals)] == [
        floor(x * 10**decimals + Fraction(1, 2)) for x in exact
    ]


@given(st.integers(-(10**6), 10**6), st.integers(0, 4), st.sampled_from([1, 3, 2**40, 10**25]))
def test_exact_halves_go_up(last: int, decimals: int, scale: int) -> None:
    """Halves of the last place, also of negative numbers (towards plus infinity)."""
    num, den = (2 * last + 1) * scale, 2 * 10**decimals * scale
    half = Rationals.of([num, num - 1, num + 1], [den, den, den])
    got = [int(v) for v in half.half_up(decimals)]
    exact = Decimal(2 * last + 1) / 2
    up = int(exact.to_integral_value(ROUND_CEILING))
    down = int(exact.to_integral_value(ROUND_FLOOR))
    assert got == [up, down if 2 * scale > 1 else up, up]
    away = ROUND_HALF_UP if last >= 0 else ROUND_HALF_DOWN
    assert up == int(exact.to_integral_value(away))


@pytest.mark.parametrize(
    ("cell", "decimals", "rounded"),
    [
        ((5, 10), 0, 1), ((-5, 10), 0, 0), ((-15, 10), 0, -1), ((15, 10), 0, 2),
        ((25, 10), 0, 3), ((1005, 1000), 2, 101), ((141, 40), 2, 353), ((-141, 40), 2, -352),
        ((2675, 1000), 2, 268), ((0, 7), 2, 0), ((1, 3), 4, 3333), ((-1, 3), 4, -3333),
        ((2, 3), 0, 1), ((-2, 3), 0, -1),
    ],
)  # fmt: skip
def test_half_up_by_hand(cell: tuple[int, int], decimals: int, rounded: int) -> None:
    assert Rationals.of([cell[0]], [cell[1]]).half_up(decimals).tolist() == [rounded]


@given(pairs, factors)
def test_at_least_is_decided_exactly(cells: list[tuple[int, int]], bound: Fraction) -> None:
    a, exact = column(cells)
    assert a.at_least(bound).tolist() == [x >= bound for x in exact]
    assert a.at_least(exact[0]).tolist() == [x >= exact[0] for x in exact]


def test_at_least_where_doubles_cannot_tell() -> None:
    bound = Fraction(2**60 + 1, 3)
    a = Rationals.of([2**60, 2**60 + 1, 2**60 + 2], [3, 3, 3])
    assert len(set(a.floats().tolist())) == 1
    assert a.at_least(bound).tolist() == [False, True, True]


@given(pairs)
def test_lowest_terms(cells: list[tuple[int, int]]) -> None:
    a, exact = column(cells)
    num, den = a.lowest_terms()
    assert [(int(n), int(d)) for n, d in zip(num, den, strict=True)] == [
        (x.numerator, x.denominator) for x in exact
    ]


@given(two_columns, st.data())
def test_where_and_take_pick_rows(
    cells: tuple[list[tuple[int, int]], ...], data: st.DataObject
) -> None:
    (a, exact_a), (b, exact_b) = column(cells[0]), column(cells[1])
    size = len(exact_a)
    keep = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    rows = data.draw(st.lists(st.integers(0, size - 1), max_size=8))
    assert a.where(np.array(keep), b).fractions() == [
        x if k else y for x, y, k in zip(exact_a, exact_b, keep, strict=True)
    ]
    assert a.take(np.array(rows, dtype=np.int64)).fractions() == [exact_a[row] for row in rows]
    assert a.take(np.array(keep)).fractions() == [
        x for x, k in zip(exact_a, keep, strict=True) if k
    ]


def test_an_empty_column() -> None:
    nothing = Rationals.of([], [])
    assert len(nothing) == 0
    assert nothing.floats().tolist() == []
    assert (nothing + nothing).scaled(Fraction(1, 3)).fractions() == []
    assert nothing.half_up(2).tolist() == []
    assert nothing.at_least(Fraction(1)).tolist() == []
    assert Rationals.constant(Fraction(1, 3), 0).fractions() == []


def test_small_numbers_stay_int64() -> None:
    """Python integers are slow: they are for what would not fit, and left again."""
    third = Rationals.of([1, 2], [3, 3])
    assert (third + third * third).num.dtype == np.int64
    huge = Rationals.of([2**80], [2**79])
    assert huge.num.dtype == object
    assert Rationals(*huge.lowest_terms()).num.dtype == np.int64


def test_what_stays_int64_is_below_its_border() -> None:
    """A sum of two products that are each below 2^62 may not be."""
    one = Rationals.of([2**31 - 2], [2**31 - 2])
    other = Rationals.of([2**31 - 1], [2**31 - 1])
    assert (one + other).num.tolist() == [2 * (2**31 - 1) * (2**31 - 2)]
    assert (one + other).num.dtype == object
    assert (one * other).num.dtype == np.int64


@given(two_columns)
def test_every_row_is_summed_as_if_it_were_alone(
    cells: tuple[list[tuple[int, int]], ...],
) -> None:
    """Rows that leave int64 widen the column, and change nothing of the others."""
    (a, exact_a), (b, exact_b) = column(cells[0]), column(cells[1])
    rows = range(len(exact_a))
    alone = [(a.take([row]) + b.take([row])).fractions()[0] for row in rows]
    assert (a + b).fractions() == alone == [exact_a[row] + exact_b[row] for row in rows]


@given(st.integers(2**29, 2**30), st.integers(2**27, 2**30), st.integers(-40, 40))
def test_sums_with_common_factors_stay_int64(common: int, other: int, above: int) -> None:
    """The product of the denominators would not fit, their least common multiple does."""
    a = Rationals.of([above], [common * 6])
    b = Rationals.of([1], [common * 14])
    total = a + b + Rationals.of([other], [common * 21])
    assert total.num.dtype == total.den.dtype == np.int64
    parts = (Fraction(above, common * 6), Fraction(1, common * 14), Fraction(other, common * 21))
    assert total.fractions() == [sum(parts)]


@given(st.integers(1, 2**62 - 1), st.integers(0, 4), st.sampled_from([-1, 0, 1]))
def test_halves_are_exact_where_doubles_cannot_tell(den: int, decimals: int, off: int) -> None:
    """A fraction that is half a last place, or next to it, in numbers that int64 barely holds."""
    unit = 2 * 10**decimals
    num = den * 7 // unit + off
    a = Rationals.of([num, -num], [den, den])
    assert a.half_up(decimals).tolist() == [
        floor(Fraction(n, den) * 10**decimals + Fraction(1, 2)) for n in (num, -num)
    ]


def test_a_constant_is_held_once_and_cannot_be_written_to() -> None:
    for value in (Fraction(3, 7), Fraction(-(2**62) + 1), Fraction(2**62), Fraction(1, 10**30)):
        constant = Rationals.constant(value, 3)
        assert constant.num.strides == constant.den.strides == (0,)
        assert constant.fractions() == [value] * 3
        with pytest.raises(ValueError, match="read-only"):
            constant.num[0] = 1


@pytest.mark.parametrize(
    ("num", "den", "said"),
    [
        ([4.5], [1], "4.5 is not an integer"),
        ([4.0], [1], "4.0 is not an integer"),
        ([1], [2.5], "2.5 is not an integer"),
        ([Decimal(4)], [1], "Decimal('4') is not an integer"),
        ([Fraction(1, 2)], [1], "Fraction(1, 2) is not an integer"),
        (["4"], [1], "'4' is not an integer"),
        ([None], [1], "None is not an integer"),
        ([True], [1], "True is not an integer"),
        (np.array([4.5]), [1], "4.5) is not an integer"),
        (np.array([2**70, 0.5], dtype=object), [1, 1], "0.5 is not an integer"),
        ([1], [-2], "a denominator must be positive, not -2"),
        ([1, 1, 1], [3, 0, 2], "a denominator must be positive, not 0"),
        ([1, 1], [2**70, -(2**70)], f"a denominator must be positive, not {-(2**70)}"),
        ([1, 2], [3], "2 numerators and 1 denominators: each fraction needs both"),
    ],
)
def test_what_is_no_fraction_of_integers_is_refused(num: Any, den: Any, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Rationals.of(num, den)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "num",
    [
        [3, -4],
        (3, -4),
        np.array([3, -4]),
        np.array([3, -4], dtype=np.int8),
        np.array([3, -4], dtype=object),
        [np.int64(3), np.int32(-4)],
        range(3, -11, -7),
    ],
)
def test_integers_of_any_kind_are_taken(num: Any) -> None:
    assert Rationals.of(num, [2, 1]).fractions() == [Fraction(3, 2), Fraction(-4)]


def test_the_least_denominator_is_one() -> None:
    assert Rationals.of([5, 0], [1, 1]).fractions() == [Fraction(5), Fraction(0)]
    assert Rationals.of([], []).fractions() == []


def test_integers_of_numpy_do_not_wrap_beside_great_ones() -> None:
    column = Rationals.of([np.int64(2**62), 2**70], [1, 1])
    assert (column * column).fractions() == [Fraction(2**124), Fraction(2**140)]


def test_values_that_no_double_holds_are_rounded_exactly() -> None:
    huge = 10**400
    values = Rationals.of([huge * 1000 + 5, -5, 1], [1000, 1000, 3])
    assert values.half_up(2).tolist() == [huge * 100 + 1, 0, 33]


@given(pairs, factors)
def test_adding_a_number_is_exact(cells: list[tuple[int, int]], number: Fraction) -> None:
    a, exact = column(cells)
    assert a.plus(number).fractions() == [x + number for x in exact]


@given(two_columns)
def test_above_and_signs(cells: tuple[list[tuple[int, int]], ...]) -> None:
    (a, exact_a), (b, exact_b) = column(cells[0]), column(cells[1])
    assert a.above(b).tolist() == [x > y for x, y in zip(exact_a, exact_b, strict=True)]
    assert not a.above(a).any()
    assert a.signs().tolist() == [(x > 0) - (x < 0) for x in exact_a]
    assert a.least(b).fractions() == list(map(min, exact_a, exact_b))
    assert a.greatest(b).fractions() == list(map(max, exact_a, exact_b))


@given(two_columns, st.integers(0, 3), st.integers(1, 3))
def test_rows_that_int64_does_not_hold_are_kept_apart(
    cells: tuple[list[tuple[int, int]], ...], decimals: int, together: int
) -> None:
    """Whatever is done before, and however many rows are computed at a time."""
    (a, exact_a), (b, exact_b) = column(cells[0]), column(cells[1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(integers, "_TOGETHER", together)
        total, exact = a * b + a, [x * y + x for x, y in zip(exact_a, exact_b, strict=True)]
        num, den, wide = total.reduced().apart()
        assert num.dtype == den.dtype == np.int64
        rows = {} if wide is None else dict(zip(wide.rows.tolist(), wide.num.tolist(), strict=True))
        for row, x in enumerate(exact):
            assert (row in rows) == (max(abs(x.numerator), x.denominator) >= 2**62)
            assert rows.get(row, num[row]) == x.numerator
        assert total.take(slice(1, 4)).fractions() == exact[1:4]
        assert total.above(a).tolist() == [x > y for x, y in zip(exact, exact_a, strict=True)]
        assert total.half_up(decimals).tolist() == [
            floor(x * 10**decimals + Fraction(1, 2)) for x in exact
        ]
        assert Rationals(total.num, total.den).fractions() == exact
