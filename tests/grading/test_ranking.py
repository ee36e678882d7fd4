"""Percentile ranks against scipy, pandas, DuckDB and their definitions; benchmark tables."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isnan
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from shopscore import Benchmark, Context, InputError, PercentileCurve, UsageError
from shopscore.exact.columns import ExactColumn
from shopscore.grading.benchmarks import percentiles_from_table
from shopscore.grading.percentiles import Ranker
from shopscore.grading.ranking import KINDS, exact_ranks, percentile_rank

F = Fraction
NAN = float("nan")

few = st.sampled_from([0.0, -0.0, 0.1, 0.1 + 2**-55, 0.3, 1.0, 2.5, -1.0, 1e300, 5e-324])
values = st.lists(st.one_of(few, st.floats(allow_nan=True, allow_infinity=False)), max_size=30)
grouped = st.lists(
    st.tuples(st.one_of(few, st.just(NAN), st.floats(-5, 5)), st.sampled_from("abcd")), max_size=40
)
kinds = st.sampled_from(KINDS)
directions = st.sampled_from(["higher", "lower"])


def plain_rank(own: float, group: Sequence[float], kind: str, better: str) -> Fraction | None:
    """The definition, with loops and fractions."""
    sign = 1 if better == "higher" else -1
    worse = sum(sign * other < sign * own for other in group)
    equal = sum(other == own for other in group)
    m = len(group)
    match kind:
        case "mid_percent_rank":
            ranks = [worse + i for i in range(1, equal + 1)]
            return (F(sum(ranks), equal) - 1) / (m - 1) if m > 1 else None
        case "percent_rank":
            return F(worse, m - 1) if m > 1 else F(0)
        case "cume_dist" | "weak":
            return F(worse + equal, m)
        case "strict":
            return F(worse, m)
        case "mean":
            return (F(worse, m) + F(worse + equal, m)) / 2
        case "rank":
            return F(2 * worse + equal + 1, 2 * m)
    raise AssertionError(kind)


@given(grouped, kinds, directions)
@settings(max_examples=200)
def test_ranks_by_definition(cells: list[tuple[float, str]], kind: str, better: Any) -> None:
    numbers, labels = [v for v, _ in cells], [g for _, g in cells]
    got = percentile_rank(numbers, labels, kind=kind, better=better)
    assert got.dtype == np.float64
    assert len(got) == len(cells)
    for (own, label), found in zip(cells, got, strict=True):
        group = [v for v, g in cells if g == label and not isnan(v)]
        exact = None if isnan(own) else plain_rank(own, group, kind, better)
        if exact is None:
            assert np.isnan(found)
        else:
            assert found == float(exact)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=25), directions)
@settings(max_examples=60)
def test_scipy_says_the_same(numbers: list[int], better: Any) -> None:
    signed = np.array(numbers) * (1 if better == "higher" else -1)
    for kind in ("rank", "weak", "strict", "mean"):
        expected = [stats.percentileofscore(signed, v, kind=kind) / 100 for v in signed]
        assert percentile_rank(numbers, kind=kind, better=better) == pytest.approx(expected)
    ranks = stats.rankdata(signed, method="average")
    got = percentile_rank(numbers, better=better)
    if len(numbers) > 1:
        assert got == pytest.approx((ranks - 1) / (len(numbers) - 1))
    else:
        assert np.isnan(got).all()


def random_groups(seed: int) -> pd.DataFrame:
    """Several groups with ties and gaps; one group of one, one of nothing but gaps."""
    rng = np.random.default_rng(seed)
    size = 300
    frame = pd.DataFrame(
        {"g": rng.choice(list("abcde"), size), "v": rng.integers(-9, 9, size) / 8.0}
    )
    frame.loc[rng.random(size) < 0.15, "v"] = NAN
    odd = pd.DataFrame({"g": ["alone", "gaps", "gaps"], "v": [1.5, NAN, NAN]})
    return pd.concat([frame, odd], ignore_index=True)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("better", ["higher", "lower"])
def test_pandas_says_the_same(seed: int, better: Any) -> None:
    frame = random_groups(seed)
    expected = frame.groupby("g")["v"].rank(pct=True, ascending=better == "higher")
    got = percentile_rank(frame["v"], frame["g"], kind="rank", better=better)
    np.testing.assert_allclose(got, expected.to_numpy(), rtol=1e-14)
    assert np.isnan(got).sum() == frame["v"].isna().sum() > 2
    low = frame.groupby("g")["v"].rank(method="min", ascending=better == "higher")
    size = frame.groupby("g")["v"].transform("count")
    strict = percentile_rank(frame["v"], frame["g"], kind="strict", better=better)
    np.testing.assert_allclose(strict, ((low - 1) / size).to_numpy(), rtol=1e-14)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("better", "order"), [("higher", "ASC"), ("lower", "DESC")])
def test_duckdb_says_the_same(seed: int, better: Any, order: str) -> None:
    frame = random_groups(seed)
    known = frame.dropna().reset_index(names="place")
    with duckdb.connect() as connection:
        connection.register("known", known)
        window = f"OVER (PARTITION BY g ORDER BY v {order})"
        rows = connection.execute(
            f"SELECT place, percent_rank() {window}, cume_dist() {window} FROM known ORDER BY place"
        ).fetchall()
    for column, kind in ((1, "percent_rank"), (2, "cume_dist")):
        got = percentile_rank(frame["v"], frame["g"], kind=kind, better=better)
        there = [row[0] for row in rows]
        np.testing.assert_allclose(got[there], [row[column] for row in rows], rtol=1e-14)
        assert np.isnan(np.delete(got, there)).all()


def test_groups_of_one() -> None:
    found = {kind: percentile_rank([7.0], kind=kind)[0] for kind in KINDS}
    assert np.isnan(found.pop("mid_percent_rank"))
    assert found == {
        "percent_rank": 0, "cume_dist": 1, "rank": 1, "weak": 1, "strict": 0, "mean": 0.5
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_rank(kind: str) -> None:
    assert percentile_rank([], kind=kind).tolist() == []
    assert percentile_rank([], [], kind=kind, better="lower").tolist() == []
    assert np.isnan(percentile_rank([NAN, NAN], ["a", "b"], kind=kind)).all()


def test_all_equal_is_the_middle() -> None:
    assert percentile_rank([3, 3, 3]).tolist() == [0.5, 0.5, 0.5]
    assert percentile_rank([3, 3, 3], better="lower").tolist() == [0.5, 0.5, 0.5]


def test_zero_has_no_sign_and_infinities_are_numbers() -> None:
    assert percentile_rank([-0.0, 0.0, 1.0]).tolist() == [0.25, 0.25, 1.0]
    inf = float("inf")
    assert percentile_rank([inf, 1.0, -inf], better="lower").tolist() == [0.0, 0.5, 1.0]
    assert percentile_rank([inf, inf, 0.0]).tolist() == [0.75, 0.75, 0.0]


def test_labels_of_any_kind() -> None:
    expected = [0.0, 0.0, 1.0, 1.0]
    for labels in ([5, -3, 5, -3], ["食品", "x", "食品", "x"], [True, False, True, False]):
        assert percentile_rank([1, 2, 3, 4], labels).tolist() == expected


@given(values, kinds)
def test_order_of_rows_is_nothing(numbers: list[float], kind: str) -> None:
    forward = percentile_rank(numbers, kind=kind)
    backward = percentile_rank(numbers[::-1], kind=kind)[::-1]
    np.testing.assert_array_equal(forward, backward)


@given(values)
def test_the_directions_mirror_each_other(numbers: list[float]) -> None:
    got = percentile_rank(numbers, better="lower")
    np.testing.assert_allclose(got, 1 - percentile_rank(numbers), atol=1e-15)


@pytest.mark.parametrize("groups", [1, 3, 2_000])
@pytest.mark.parametrize("better", ["higher", "lower"])
def test_values_that_share_their_leading_bits(groups: int, better: Any) -> None:
    """Neighbouring doubles of either sign, many rows, and codes of groups that are far apart."""
    rng = np.random.default_rng(groups)
    near = np.array([-1e300, -1.5, -0.0, 0.0, 5e-324, 1.0, 1e300, float("inf")])[:, None]
    close = np.concatenate([near, np.nextafter(near, 9), np.nextafter(near, -9)], axis=1).ravel()
    values = rng.choice(close, 4_000)
    present = rng.random(4_000) < 0.9
    codes = rng.integers(0, groups, 4_000) * 10**12 - 10**14
    found = exact_ranks(values, codes, kind="rank", better=better, present=present)
    assert np.array_equal(found.known, present)
    signed = pd.Series(np.where(present, values, NAN))
    expected = signed.groupby(codes).rank(pct=True, ascending=better == "higher")
    np.testing.assert_allclose(found.floats(), expected, rtol=1e-14)


def test_ranks_are_exact_fractions() -> None:
    ranks = exact_ranks(np.array([1.0, 1.0, 2.0, 5.0, NAN]), better="lower")
    assert ranks.fractions() == [F(5, 6), F(5, 6), F(1, 3), F(0), None]


def test_only_what_is_present_is_ranked() -> None:
    present = np.array([True, False, True, True])
    ranks = exact_ranks(np.array([0.0, 9.0, 1.0, 2.0]), present=present)
    assert ranks.fractions() == [0, None, F(1, 2), 1]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([1, 2],), {"kind": "mid"}, "mid"),
        (([1, 2],), {"better": "bigger"}, "bigger"),
        (([1, 2], ["a"]), {}, "the same length"),
        (([[1, 2], [3, 4]],), {}, "one dimension"),
    ],
)
def test_what_cannot_be_ranked(arguments: Any, options: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        percentile_rank(*arguments, **options)


# ------------------------------------------------------------------------ benchmark tables


def plain_curve(
    points: list[tuple[Fraction, Fraction]], value: Fraction, falling: bool
) -> Fraction:
    """Linear between (value, percentile) points, flat outside, the mean of several at a value.

    Coming from a smaller value one meets the first percentile of a value on the way, leaving it
    the last: the curve has a step there.
    """
    at = sorted({v for v, _ in points})
    first = {v: (max if falling else min)(p for w, p in points if w == v) for v in at}
    last = {v: (min if falling else max)(p for w, p in points if w == v) for v in at}
    if value in first:
        return (first[value] + last[value]) / 2
    if value < at[0]:
        return first[at[0]]
    if value > at[-1]:
        return last[at[-1]]
    low, high = max(v for v in at if v < value), min(v for v in at if v > value)
    return last[low] + (first[high] - last[low]) * (value - low) / (high - low)


tables = st.lists(
    st.tuples(st.integers(0, 12).map(lambda n: F(n, 4)), st.integers(0, 40).map(lambda n: F(n, 40))),
    min_size=1, max_size=9,
).filter(lambda points: len(set(points)) > 1 or len(points) == 1)  # fmt: skip


def monotone(
    points: list[tuple[Fraction, Fraction]], falling: bool
) -> list[tuple[Fraction, Fraction]]:
    places = sorted((p for _, p in points), reverse=falling)
    return list(zip(sorted(v for v, _ in points), places, strict=True))


def benchmark(points: Sequence[tuple[Fraction, Fraction]], industry: str = "*") -> Benchmark:
    return Benchmark.from_rows((industry, "m", str(float(p)), str(float(v))) for v, p in points)


@given(tables, st.booleans(), st.permutations(range(9)), st.integers(-4, 60))
@settings(max_examples=200)
def test_curves_by_definition(
    drawn: list[tuple[Fraction, Fraction]], falling: bool, order: list[int], place: int
) -> None:
    points = monotone(drawn, falling)
    rises, falls = points[0][1] < points[-1][1], points[0][1] > points[-1][1]
    if len({v for v, _ in points}) == 1 and (rises or falls):
        falling = False  # all at one value: see the test of the direction below
    value = F(place, 16)
    shuffled = [points[i] for i in order if i < len(points)]
    curve = benchmark(shuffled).curve("food", "m")
    assert curve is not None
    if len({v for v, _ in points}) > 1 or value == points[0][0]:
        assert curve.percentile(value) == plain_curve(points, value, falling)


@given(tables, st.sampled_from(["higher", "lower"]), st.lists(st.integers(-4, 60), min_size=2))
def test_a_better_value_never_has_a_lower_percentile(
    drawn: list[tuple[Fraction, Fraction]], better: Any, places: list[int]
) -> None:
    """Whatever the table, as long as it runs in the metric's direction."""
    assume(len({v for v, _ in drawn}) > 1)
    table = benchmark(monotone(drawn, better == "lower"))
    worst_first = sorted({F(p, 16) for p in places}, reverse=better == "lower")
    found = context(table, worst_first, better).percentiles.column.fractions()
    assert found == sorted(found)


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_a_table_with_one_value_runs_in_the_direction_of_the_metric(better: Any) -> None:
    """Every shop of the table had 3: who is worse is below all of them, who is better above."""
    table = benchmark([(F(3), F("0.2")), (F(3), F("0.8"))])
    ctx = context(table, [F(2), F(3), F(4)], better)
    found = ctx.percentiles.column.fractions()
    expected = [F("0.2"), F("0.5"), F("0.8")]
    assert found == (expected if better == "higher" else expected[::-1])


def context(
    table: Benchmark, numbers: list[Fraction], better: Any, industries: Sequence[str] = ()
) -> Context:
    size, column = len(numbers), ExactColumn.of(numbers)
    industries = industries or ["food"] * size
    codes = np.unique(industries, return_inverse=True)[1]
    rank = Ranker(
        "m", better, "mid_percent_rank", 2, column, column.known, industries, codes, table
    )
    return Context(
        metric="m", better=better, values=column.values, has_value=column.known,
        is_peer=column.known, n=np.ones(size, dtype=np.int64), industries=industries,
        shop_types=[None] * size, low=F(0), high=F(5), rank=rank,
    )  # fmt: skip


def test_steps_of_a_falling_table() -> None:
    """Half of the shops had no complaint at all."""
    curve = benchmark([(F(0), F(1)), (F(0), F("0.5")), (F(1), F("0.1"))]).curve("food", "m")
    assert curve is not None
    assert curve.percentile(F(0)) == F("0.75")
    assert curve.percentile(F(1, 2)) == F("0.3")
    assert curve.percentile(F(-1)) == 1
    assert curve.percentile(F(2)) == F("0.1")


def test_own_industry_goes_before_the_star() -> None:
    rows = [("food", "m", "0.2", "1"), ("*", "m", "0.9", "1"), ("*", "x", "0.4", "1")]
    table = Benchmark.from_rows(rows)
    numbers = ExactColumn.of([F(1), F(5), F(1), None])
    places = percentiles_from_table(table, "m", ["food", "toys", "*", "food"], numbers, "higher")
    assert places.fractions() == [F("0.2"), F("0.9"), F("0.9"), None]
    places = percentiles_from_table(table, "other", ["food"] * 4, numbers, "higher")
    assert not places.known.any()


def test_the_table_replaces_peers_and_leaves_the_rest() -> None:
    table = Benchmark.from_rows([("food", "m", "0", "0"), ("food", "m", "1", "8")])
    mixed = context(table, [F(2), F(4), F(1), F(3)], "higher", ["food", "food", "toys", "toys"])
    scored = PercentileCurve([(0, 3), (1, 5)]).points(mixed.values, mixed)
    assert scored.values.fractions() == [F("3.5"), F(4), F(3), F(5)]
    assert scored.percentiles is not None
    assert scored.percentiles.from_table.tolist() == [True, True, False, False]


HEADER = "industry,metric,percentile,value\n"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("food,m,0.5,nan", "value"), ("food,m,0.5,inf", "value"), ("food,m,0.5,-Infinity", "value"),
        ("food,m,0.5,", "value"), ("food,m,0.5,many", "value"), ("food,m,0.5,1/0", "value"),
        ("food,m,0.5,1 %x", "value"), ("food,m,nan,1", "percentile"), ("food,m,1.01,1", "percentile"),
        ("food,m,-0.01,1", "percentile"), ("food,m,50,1", "percentile"),
        ("food,m,,1", "percentile"), ("food,m,inf,1", "percentile"), (" ,m,0.5,1", "industry"),
        ("food,,0.5,1", "metric"), ("food,m,0.5", "fewer cells than the header"),
    ],
)  # fmt: skip
def test_unusable_rows_are_named(row: str, column: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{HEADER}food,m,0,9\n{row}\nfood,m,1,0\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"table\.csv, line 3\b.*{column}"):
        Benchmark.read(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("industry,metric,value\n", "no column percentile"),
        (HEADER + "food,m,0,1\nfood,m,0.6,2\nfood,m,0.5,3\n", "food.*m.*rise or fall"),
    ],
)
def test_unusable_tables(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        Benchmark.read(path)


def test_lines_are_those_of_an_editor(tmp_path: Path) -> None:
    """A cell over two lines moves what follows."""
    path = tmp_path / "table.csv"
    path.write_text(f'{HEADER}"two\nlines",m,0.5,1\nfood,m,0.5,bad\n', encoding="utf-8")
    with pytest.raises(InputError, match="line 4, column value: 'bad'"):
        Benchmark.read(path)


def test_a_blank_line_is_no_row(tmp_path: Path) -> None:
    """As in the files of events."""
    path = tmp_path / "table.csv"
    path.write_text(f"{HEADER}\nfood,m,0.5,1\n\n", encoding="utf-8")
    assert list(Benchmark.read(path).curves) == [("food", "m")]


def test_a_file_from_excel(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    text = "metric,industry,note,value,percentile\r\nm,food,x, 1.5 ,0.25\r\nm,*,,3,1\r\n"
    path.write_text(text, encoding="utf-8-sig", newline="")
    table = Benchmark.read(path)
    food, other = table.curve("food", "m"), table.curve("toys", "m")
    assert food is not None
    assert other is not None
    assert (food.percentile(F(9)), other.percentile(F(9))) == (F(1, 4), 1)
    with pytest.raises(InputError, match="nowhere"):
        Benchmark.read(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    "codes",
    [
        np.array([-100, 100, 100, -100], dtype=np.int8),
        np.array([-(2**63), 2**63 - 1, 2**63 - 1, -(2**63)], dtype=np.int64),
    ],
    ids=["narrow", "as far apart as can be"],
)
def test_codes_of_groups_may_be_any_integers(codes: np.ndarray[Any, np.dtype[Any]]) -> None:
    found = exact_ranks(np.array([1.0, 5.0, 7.0, 2.0]), codes, better="higher")
    assert found.fractions() == [F(0), F(0), F(1), F(1)]
