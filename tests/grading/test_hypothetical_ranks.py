"""Ranks of values that no shop has: each as if its shop had it, while all others keep theirs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from shopscore import Bands, Benchmark, Context, Linear, PercentileCurve, Points, Rationals, Scorer
from shopscore.errors import UsageError
from shopscore.exact.columns import ExactColumn
from shopscore.grading.instead import Instead
from shopscore.grading.percentiles import Ranker
from shopscore.grading.ranking import KINDS, exact_ranks, ranks_among
from shopscore.rules.scorers import Percentiles

F = Fraction

kinds = st.sampled_from(KINDS)
directions = st.sampled_from(["higher", "lower"])
#: Few, so that they tie; thirds, which no double holds.
values = st.sampled_from([F(0), F(1, 3), F(2, 3), F(1), F(-2), F(7, 2)])
places = st.sampled_from([F(0), F(1, 7), F(1, 2), F(1)])
labels = st.sampled_from("ab")


def plain_rank(own: F, group: Sequence[F], kind: str, better: str) -> F | None:
    """By the definition of the kind, with loops; ``own`` is one of the group."""
    worse = sum(other < own if better == "higher" else other > own for other in group)
    equal, m = list(group).count(own), len(group)
    match kind:
        case "mid_percent_rank":
            average = sum((F(worse + i) for i in range(1, equal + 1)), F(0)) / equal
            return (average - 1) / (m - 1) if m > 1 else None
        case "percent_rank":
            return F(worse, m - 1) if m > 1 else F(0)
        case "cume_dist" | "weak":
            return F(worse + equal, m)
        case "strict":
            return F(worse, m)
        case "mean":
            return F(2 * worse + equal, 2 * m)
        case "rank":
            return F(2 * worse + equal + 1, 2 * m)
    raise AssertionError(kind)


def others_of(row: int, shops: Sequence[Any]) -> list[F]:
    """The values of the other peers of the same group; a shop is (group, peer value or None, …)."""
    group = shops[row][0]
    return [
        own
        for place, (label, own, *_) in enumerate(shops)
        if place != row and label == group and own is not None
    ]


# ------------------------------------------------------------------------------------ ranks_among


@given(
    st.lists(st.tuples(labels, st.none() | values, st.none() | values), max_size=9),
    kinds,
    directions,
)
@settings(max_examples=300)
def test_every_asked_value_among_fixed_peers(
    shops: list[tuple[str, F | None, F | None]], kind: str, better: Any
) -> None:
    codes = np.array([ord(label) for label, _, _ in shops], dtype=np.int64)
    found = ranks_among(
        ExactColumn.of([own for _, own, _ in shops]),
        ExactColumn.of([asked for _, _, asked in shops]),
        codes,
        kind=kind,
        better=better,
    )
    expected = [
        None if asked is None else plain_rank(asked, [*others_of(row, shops), asked], kind, better)
        for row, (_, _, asked) in enumerate(shops)
    ]
    assert found.fractions() == expected


@given(st.lists(st.tuples(labels, st.none() | values), max_size=9), kinds, directions)
def test_of_the_own_value_it_is_the_own_rank(
    shops: list[tuple[str, F | None]], kind: str, better: Any
) -> None:
    codes = np.array([ord(label) for label, _ in shops], dtype=np.int64)
    own = ExactColumn.of([value for _, value in shops])
    among = ranks_among(own, own, codes, kind=kind, better=better)
    ranks = exact_ranks(own.values.floats(), codes, kind=kind, better=better, present=own.known)
    assert among.fractions() == ranks.fractions()


def test_by_hand() -> None:
    """Of 1, 2, 3: whoever moves leaves its old place, and nobody else moves."""
    peers = ExactColumn.of([F(1), F(2), F(3)])
    codes = np.zeros(3, dtype=np.int64)
    for asked, expected in (
        ([F(2), F(3), F(1)], [F(1, 4), F(3, 4), F(1, 4)]),
        ([F(9), F(9), F(9)], [F(1), F(1), F(1)]),
        ([None, F(2), None], [None, F(1, 2), None]),
    ):
        assert ranks_among(peers, ExactColumn.of(asked), codes).fractions() == expected


def test_whoever_has_no_value_joins_the_others() -> None:
    peers = ExactColumn.of([F(1), F(3), None])
    asked = ExactColumn.of([None, None, F(2)])
    codes = np.zeros(3, dtype=np.int64)
    assert ranks_among(peers, asked, codes).fractions() == [None, None, F(1, 2)]
    alone = np.array([0, 0, 1])
    assert ranks_among(peers, asked, alone).fractions() == [None] * 3
    assert ranks_among(peers, asked, alone, kind="cume_dist").fractions() == [None, None, 1]


def test_what_cannot_be_ranked() -> None:
    column, codes = ExactColumn.of([F(1)]), np.zeros(1, dtype=np.int64)
    with pytest.raises(UsageError, match="did you mean mean"):
        ranks_among(column, column, codes, kind="meen")
    with pytest.raises(UsageError, match="better must be 'higher' or 'lower'"):
        ranks_among(column, column, codes, better="more")  # type: ignore[arg-type]


# ----------------------------------------------------------------------------------------- Instead

#: A shop, and what it might have instead: any number of values.
real_shops = st.lists(
    st.tuples(labels, st.none() | values, st.lists(values, max_size=3)), max_size=6
)


def below(shops: Sequence[tuple[str, F | None, list[F]]]) -> tuple[Instead, list[Any]]:
    """Rows of shops, and below them one for each that they might be."""
    might = [(place, value) for place, shop in enumerate(shops) for value in shop[2]]
    rows = [(label, own) for label, own, _ in shops]
    rows += [(shops[place][0], value) for place, value in might]
    of = [*range(len(shops)), *(place for place, _ in might)]
    return Instead(np.array(of, dtype=np.int64)), rows


@given(real_shops, kinds, directions)
@settings(max_examples=200)
def test_each_row_in_the_place_of_its_shop(shops: list[Any], kind: str, better: Any) -> None:
    instead, rows = below(shops)
    codes = np.array([ord(label) for label, _ in rows], dtype=np.int64)
    own = ExactColumn.of([value for _, value in rows])
    found = ranks_among(own, own, codes, kind=kind, better=better, instead=instead)
    expected = [
        None if value is None else plain_rank(value, [*others_of(of, shops), value], kind, better)
        for of, (_, value) in zip(instead.of.tolist(), rows, strict=True)
    ]
    assert found.fractions() == expected


@given(real_shops)
def test_how_many_are_counted_with_a_row_in_the_place_of_its_shop(shops: list[Any]) -> None:
    instead, rows = below(shops)
    codes = np.array([ord(label) for label, _ in rows], dtype=np.int64)
    marked = np.array([value is not None for _, value in rows], dtype=np.bool_)
    others = [len(others_of(of, shops)) for of in instead.of.tolist()]
    assert instead.counts(marked, codes).tolist() == [*map(sum, zip(others, marked, strict=True))]
    for group in "ab":
        here = np.flatnonzero(codes == ord(group))
        for own, among in instead.split(here, here[marked[here]]):
            for row in own.tolist():
                theirs = others_of(int(instead.of[row]), shops)
                mine = [] if rows[row][1] is None else [rows[row][1]]
                assert sorted(rows[at][1] for at in among.tolist()) == sorted([*theirs, *mine])


# ------------------------------------------------------------------------------ Context.supposing


def supposed(context: Context, values: Rationals | ExactColumn) -> Percentiles:
    """Percentiles of values that the shops are supposed to have."""
    everyone = np.ones(len(values), dtype=np.bool_)
    column = values if isinstance(values, ExactColumn) else ExactColumn(values, everyone)
    return context.supposing(column).percentiles


@frozen
class Shop:
    """``asked`` is a value that it has not; ``peer`` whether it is ranked; ``supplied`` a percentile."""

    industry: str
    own: F | None
    asked: F
    peer: bool
    supplied: F | None


#: A table for industry ``a`` alone; between its ends straight lines.
TABLE = {"higher": [(F(0), F(1, 8)), (F(1), F(7, 8))], "lower": [(F(0), F(1)), (F(2), F(0))]}

shops_ = st.lists(
    st.builds(Shop, labels, st.none() | values, values, st.booleans(), st.none() | places),
    max_size=8,
)


def table_of(better: str) -> Benchmark:
    rows = [("a", "m", str(float(place)), str(float(value))) for value, place in TABLE[better]]
    return Benchmark.from_rows(rows)


def from_table(value: F, better: str) -> F:
    (left, low), (right, high) = TABLE[better]
    within = min(max(value, left), right)
    return low + (high - low) * (within - left) / (right - left)


def context_of(
    shops: Sequence[Shop],
    better: Any = "higher",
    kind: str = "mid_percent_rank",
    *,
    table: bool = False,
    supplied: bool = False,
) -> Context:
    own = ExactColumn.of([shop.own for shop in shops])
    is_peer = np.array([shop.peer for shop in shops], dtype=np.bool_)
    industries = [shop.industry for shop in shops]
    codes = np.array([ord(industry) for industry in industries], dtype=np.int64)
    stated = ExactColumn.of([shop.supplied for shop in shops]) if supplied else None
    benchmark = table_of(better) if table else None
    rank = Ranker("m", better, kind, 2, own, is_peer, industries, codes, benchmark, stated)
    return Context(
        metric="m", better=better, values=own.values, has_value=own.known, is_peer=is_peer,
        n=np.ones(len(shops), dtype=np.int64), industries=industries,
        shop_types=[None] * len(shops), low=F(0), high=F(5), rank=rank,
    )  # fmt: skip


def ranked(row: int, value: F | None, shops: Sequence[Shop], kind: str, better: str) -> F | None:
    """The rank that a value has in the place of one shop's, among at least one other peer."""
    if value is None or not shops[row].peer:
        return None
    peers = [(shop.industry, shop.own if shop.peer else None) for shop in shops]
    others = others_of(row, peers)
    return plain_rank(value, [*others, value], kind, better) if others else None


def plain_percentile(
    row: int,
    value: F | None,
    shops: Sequence[Shop],
    kind: str,
    better: str,
    *,
    table: bool,
    supplied: bool,
    is_own: bool,
) -> tuple[F | None, bool]:
    """The percentile, and whether it is from the table: supplied, else the table, else a rank."""
    shop = shops[row]
    same = is_own or (value is not None and value == shop.own)
    if supplied and shop.supplied is not None and same:
        return shop.supplied, False
    if table and shop.industry == "a" and value is not None:
        return from_table(value, better), True
    return ranked(row, value, shops, kind, better), False


@given(shops_, kinds, directions, st.booleans(), st.booleans())
@settings(max_examples=400)
def test_percentiles_of_values_that_the_shops_have_not(
    shops: list[Shop], kind: str, better: Any, table: bool, supplied: bool
) -> None:
    context = context_of(shops, better, kind, table=table, supplied=supplied)
    options: dict[str, Any] = {"table": table, "supplied": supplied}
    asked = ExactColumn.of([shop.asked for shop in shops]).values
    found = supposed(context, asked)
    expected = [
        plain_percentile(row, shop.asked, shops, kind, better, **options, is_own=False)
        for row, shop in enumerate(shops)
    ]
    assert found.column.fractions() == [percentile for percentile, _ in expected]
    assert found.from_table.tolist() == [mark for _, mark in expected]

    own = context.percentiles
    expected = [
        plain_percentile(row, shop.own, shops, kind, better, **options, is_own=True)
        for row, shop in enumerate(shops)
    ]
    assert own.column.fractions() == [percentile for percentile, _ in expected]
    assert own.from_table.tolist() == [mark for _, mark in expected]


@given(shops_, kinds, directions, st.booleans(), st.booleans())
def test_the_own_value_has_its_own_percentile(
    shops: list[Shop], kind: str, better: Any, table: bool, supplied: bool
) -> None:
    """Where it is asked as another column, of whoever has a value."""
    context = context_of(shops, better, kind, table=table, supplied=supplied)
    again = ExactColumn(
        ExactColumn.of([shop.own for shop in shops]).values, context.has_value.copy()
    )
    assert again.values is not context.values
    asked, own = supposed(context, again), context.percentiles
    assert asked.column.fractions() == own.column.fractions()
    assert asked.from_table.tolist() == own.from_table.tolist()


def test_a_shop_without_a_value_is_not_ranked() -> None:
    """Nor has it points; one that is supposed to get its first value has both."""
    shops = [Shop("a", F(1), F(0), True, None), Shop("a", F(2), F(0), True, None)]
    context = context_of([*shops, Shop("a", None, F(0), True, None)])
    none = context.supposing(ExactColumn.of([F(1), F(2), None]))
    first = context.supposing(ExactColumn.of([F(1), F(2), F(3)]))
    for scorer in (PercentileCurve(CURVE), Linear([(0, 0), (4, 4)]), Bands([(1, 1), (2, 3)])):
        assert scorer.points(none.values, none).known.tolist() == [True, True, False]
        assert scorer.points(first.values, first).known.tolist() == [True, True, True]


def test_own_values_that_are_asked_of_some_only() -> None:
    """Whoever is not asked has no percentile, and stays a peer of the others."""
    context = context_of([Shop("a", F(n), F(0), True, None) for n in (1, 2, 3)])
    some = ExactColumn(context.values, np.array([True, False, True]))
    assert supposed(context, some).column.fractions() == [0, None, 1]


@given(shops_, kinds, directions)
def test_what_one_shop_asks_moves_no_other(shops: list[Shop], kind: str, better: Any) -> None:
    """The answer of a row does not depend on what the other rows ask."""
    context = context_of(shops, better, kind)
    together = supposed(context, ExactColumn.of([s.asked for s in shops]).values)
    for row in range(len(shops)):
        one = [s.asked if place == row else F(5) for place, s in enumerate(shops)]
        alone = supposed(context, ExactColumn.of(one).values)
        assert alone.column.fractions()[row] == together.column.fractions()[row]


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_a_better_value_never_has_a_lower_percentile(better: Any) -> None:
    shops = [Shop("a", F(n, 3), F(0), True, None) for n in (0, 1, 1, 2, 5)]
    ladder = [F(n, 6) for n in range(-1, 12)]
    for kind in KINDS:
        context = context_of(shops, better, kind)
        climbed = [
            supposed(context, Rationals.constant(value, len(shops))).column.fractions()
            for value in (ladder if better == "higher" else ladder[::-1])
        ]
        for before, after in pairwise(climbed):
            assert all(
                a is not None and b is not None and a <= b
                for a, b in zip(before, after, strict=True)
            )


def test_a_supplied_percentile_is_of_the_value_that_it_came_with() -> None:
    """A shop that a console says is at 0.9 is ranked as soon as another value is asked."""
    shops = [
        Shop("b", F(1), F(1), True, F(9, 10)),
        Shop("b", F(2), F(0), True, None),
        Shop("b", F(3), F(3), True, None),
    ]
    context = context_of(shops, supplied=True)
    assert context.percentiles.column.fractions() == [F(9, 10), F(1, 2), 1]
    kept = supposed(context, Rationals.of([1, 2, 3], [1, 1, 1]))
    assert kept.column.fractions() == [F(9, 10), F(1, 2), 1]
    moved = supposed(context, Rationals.of([5, 2, 3], [2, 1, 1]))
    assert moved.column.fractions() == [F(1, 2), F(1, 2), 1], "5/2 is between 2 and 3"


# ------------------------------------------------------------- scorers, on values that no shop has


def line_at(line: Sequence[tuple[F, F]], x: F) -> F:
    if x <= line[0][0]:
        return line[0][1]
    for (x0, y0), (x1, y1) in pairwise(line):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return line[-1][1]


CURVE = [(F(0), F(0)), (F(1, 2), F(4)), (F(1), F(5))]


@given(shops_, kinds, directions, st.booleans())
def test_a_curve_grades_them(shops: list[Shop], kind: str, better: Any, table: bool) -> None:
    context = context_of(shops, better, kind, table=table)
    asked = ExactColumn.of([shop.asked for shop in shops]).values
    other = context.supposing(ExactColumn(asked, np.ones(len(shops), dtype=np.bool_)))
    found = PercentileCurve(CURVE).points(other.values, other)
    expected = []
    for row, shop in enumerate(shops):
        place, _ = plain_percentile(
            row, shop.asked, shops, kind, better, table=table, supplied=False, is_own=False
        )
        expected.append(None if place is None else line_at(CURVE, place))
    assert ExactColumn(found.values, found.known).fractions() == expected


@frozen
class Twice(Scorer):
    """A scorer of somebody else: the points of the value, plus those of twice the value."""

    def points(self, values: Rationals, context: Context) -> Points:
        twice = context.supposing(ExactColumn(values.scaled(2), context.has_value))
        own, double = context.percentiles.column, twice.percentiles.column
        return Points(own.values + double.values, own.known & double.known)


def test_a_scorer_may_ask_for_values_of_its_own() -> None:
    """Of 1, 2, 4: twice the value, among the others as they are."""
    shops = [Shop("a", F(n), F(0), True, None) for n in (1, 2, 4)]
    context = context_of(shops)
    found = Twice().points(context.values, context)
    # 1 is at 0, and at 1/4 with 2; 2 is at 1/2, and at 3/4 with 4; 4 is at 1, and with 8
    assert found.values.fractions() == [F(1, 4), F(5, 4), F(2)]
    assert found.known.all()


@pytest.mark.parametrize("scorer", [Linear([(0, 0), (4, 4)]), Bands([(1, 1), (2, 3)])], ids=repr)
def test_scorers_without_a_rank_look_at_the_value_alone(scorer: Scorer) -> None:
    shops = [Shop("a", F(n), F(0), True, None) for n in (1, 2, 4)]
    context = context_of(shops)
    other = context.supposing(ExactColumn.of([F(4), F(1), F(2)]))
    moved = scorer.points(other.values, other)
    own = scorer.points(context.values, context)
    assert moved.values.fractions() == [own.values.fractions()[place] for place in (2, 0, 1)]


def test_a_context_can_be_made_for_other_values() -> None:
    """With ``values`` replaced the ranking still knows the values that the shops have."""
    shops = [Shop("a", F(n), F(0), True, None) for n in (1, 2, 3)]
    context = context_of(shops)
    asked = Rationals.of([9, 9, 9], [1, 1, 1])
    other = context.supposing(ExactColumn(asked, context.has_value))
    assert other.percentiles.column.fractions() == [1, 1, 1]
    back = other.supposing(ExactColumn(context.values, context.has_value))
    assert back.percentiles.column.fractions() == [0, F(1, 2), 1]
