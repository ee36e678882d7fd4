"""The ends of a total of which something is missing, against every completion, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from shopscore.composing.composition import compose
from shopscore.model.assumptions import Assumption
from shopscore.model.expressions import Assumed
from shopscore.rules.exact_rules import exact_rules
from support.graded_columns import composed, graded_with_reach, published, rules, tier

F = Fraction
#: A metric of a shop: points that are known, points that it could have, or None: no row counts.
Cell = F | tuple[F, F] | None


def mean(parts: Sequence[tuple[F, F]]) -> F | None:
    weight = sum((w for w, _ in parts), F(0))
    return sum((w * p for w, p in parts), F(0)) / weight if weight else None


def slow_total(
    weights: Sequence[tuple[F, Sequence[F]]], points: Sequence[Sequence[F | None]], policy: str
) -> F | None:
    """The total of one shop of which everything is known, as the rules say it."""
    dimensions = []
    for (weight, inner), own in zip(weights, points, strict=True):
        parts = [(w, p) for w, p in zip(inner, own, strict=True) if p is not None]
        if policy == "require" and len(parts) < len(inner):
            continue
        value = mean(parts)
        if value is not None:
            dimensions.append((weight, value))
    return mean(dimensions)


def completions(cells: Sequence[Sequence[Cell]]) -> Iterator[list[list[F | None]]]:
    """Everything that the missing input may turn out to be: the worst, the best, or no row."""
    flat = [cell for own in cells for cell in own]
    choices = [(*cell, None) if isinstance(cell, tuple) else (cell,) for cell in flat]
    for chosen in product(*choices):
        rest = list(chosen)
        yield [[rest.pop(0) for _ in own] for own in cells]


NUMBERS = st.integers(0, 20).map(lambda n: F(n, 4))
REACHES = st.tuples(NUMBERS, NUMBERS).map(lambda ends: (min(ends), max(ends)))
WEIGHTS = st.integers(0, 4).map(F)
CELLS = st.one_of(st.none(), NUMBERS, REACHES, REACHES)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[tuple[F, list[F]]], list[list[Cell]], str]:
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    weights = [
        (draw(WEIGHTS), draw(st.lists(WEIGHTS, min_size=size, max_size=size))) for size in sizes
    ]
    cells = [draw(st.lists(CELLS, min_size=size, max_size=size)) for size in sizes]
    return weights, cells, draw(st.sampled_from(["rescale", "require"]))


@given(cases())
def test_they_are_the_lowest_and_the_highest_completion(
    case: tuple[list[tuple[F, list[F]]], list[list[Cell]], str],
) -> None:
    weights, cells, policy = case
    columns = {
        f"m{i}{j}": graded_with_reach(
            f"m{i}{j}",
            [None if isinstance(cell, tuple) else cell],
            [cell if isinstance(cell, tuple) else None],
        )
        for i, own in enumerate(cells)
        for j, cell in enumerate(own)
    }
    result = composed(rules(weights, missing=policy), columns)
    totals = [slow_total(weights, points, policy) for points in completions(cells)]
    found = [total for total in totals if total is not None]
    (low,), (high,) = result.ends.lowest.fractions(), result.ends.highest.fractions()
    if result.coverage.known[0]:
        assert (low, high) == ((min(found), max(found)) if found else (None, None))
    else:  # what is missing has no weight, or there is nothing missing
        assert [low] == [high] == result.score.fractions()
        assert set(found) <= {low}


def of_one_shop(cells: Sequence[Sequence[Cell]]) -> dict[str, object]:
    return {
        f"m{i}{j}": graded_with_reach(
            f"m{i}{j}",
            [None if isinstance(cell, tuple) else cell],
            [cell if isinstance(cell, tuple) else None],
        )
        for i, own in enumerate(cells)
        for j, cell in enumerate(own)
    }


HALVES = [(F(1, 2), [F(1)]), (F(1, 2), [F(1, 2), F(1, 2)])]


@pytest.mark.parametrize(
    ("cells", "low", "high", "coverage"),
    [
        # 4 and (5 + x)/2 for x from 3 to 5: 4/2 + 4/2 and 4/2 + 5/2
        ([[F(4)], [F(5), (F(3), F(5))]], F(4), F(9, 2), F(3, 4)),
        # a whole dimension: 4/2 + 3/2 and 4/2 + 5/2
        ([[F(4)], [(F(3), F(5)), (F(3), F(5))]], F(7, 2), F(9, 2), F(1, 2)),
        # the missing metric is better than the other whatever it is: at the low end it has no row
        ([[F(4)], [F(1), (F(3), F(5))]], F(5, 2), F(7, 2), F(3, 4)),
        # a metric without rows is no missing input: its weight goes to the other
        ([[F(4)], [None, (F(3), F(5))]], F(7, 2), F(9, 2), F(3, 4)),
        ([[(F(3), F(5))], [(F(3), F(5)), (F(3), F(5))]], F(3), F(5), F(0)),
    ],
)
def test_by_hand(cells: list[list[Cell]], low: F, high: F, coverage: F) -> None:
    result = composed(rules(HALVES), of_one_shop(cells))  # type: ignore[arg-type]
    assert result.score.fractions() == [None]
    assert result.ends.lowest.fractions() == [low]
    assert result.ends.highest.fractions() == [high]
    assert result.coverage.fractions() == [coverage]


@pytest.mark.parametrize(
    ("weights", "cells", "low", "high", "coverage"),
    [
        # 4/4 and 3/4 of anything from 0 to 5
        ([(F(1, 4), [F(1)]), (F(3, 4), [])], [[F(4)], []], F(1), F(19, 4), F(1, 4)),
        # the metric may have no row, but then the other has points all the same
        ([(F(1, 4), [F(1)]), (F(3, 4), [])], [[(F(3), F(4))], []], F(0), F(5), F(0)),
        ([(F(1, 4), [F(1)]), (F(3, 4), [])], [[None], []], F(0), F(5), F(1, 4)),
        # nothing is known of its weight either: it has the rest, which is three quarters
        ([(F(1, 4), [F(1)]), (None, [])], [[F(4)], []], F(1), F(19, 4), F(1, 4)),
        ([(F(1), [F(1)]), (F(0), [])], [[(F(3), F(4))], []], F(3), F(4), F(0)),
    ],
)
def test_a_dimension_whose_points_nobody_gave_has_any_of_the_scale(
    weights: list[tuple[F | None, list[F]]], cells: list[list[Cell]], low: F, high: F, coverage: F
) -> None:
    result = composed(rules(weights), of_one_shop(cells))  # type: ignore[arg-type]
    assert result.score.fractions() == [None]
    assert result.ends.lowest.fractions() == [low]
    assert result.ends.highest.fractions() == [high]
    assert result.coverage.fractions() == [coverage]


def test_tiers_hold_over_all_of_it_or_are_possible() -> None:
    ruleset = rules(
        HALVES,
        tiers=(
            tier("four", "at least", 4),
            tier("five", "above", F(9, 2)),
            tier("low", "below", F(22, 5)),
        ),
    )
    cells: list[list[Cell]] = [[F(4)], [F(5), (F(3), F(5))]]
    shown = published(ruleset, of_one_shop(cells))  # type: ignore[arg-type]
    assert shown.status.tolist() == ["partial"]
    assert {id: bool(mask[0]) for id, mask in shown.tiers.items()} == {
        "four": True,
        "five": False,
        "low": False,
    }
    assert {id: bool(mask[0]) for id, mask in shown.possible.items()} == {
        "four": False,
        "five": False,
        "low": True,
    }
    assert shown.score.fractions() == [None]
    assert (shown.lowest.fractions(), shown.highest.fractions()) == ([F(4)], [F(9, 2)])


def test_shops_have_the_ends_of_their_own_rules() -> None:
    """Halves for food; three quarters and a quarter for toys: 4 and anything from 0 to 5."""
    general, other = (
        exact_rules(rules([(first, [F(1)]), (1 - first, [F(1)])])) for first in (F(1, 2), F(3, 4))
    )
    both = evolve(general, variants=((frozenset({"toys"}), other),))
    columns = {
        "m00": graded_with_reach("m00", [F(4)] * 3, [None] * 3),
        "m10": graded_with_reach("m10", [None, None, F(2)], [(F(0), F(5)), (F(0), F(5)), None]),
    }
    result = compose(both, columns, pl.Series(["toys", "food", "toys"]))
    assert result.ends.lowest.fractions() == [F(3), F(2), F(7, 2)]
    assert result.ends.highest.fractions() == [F(17, 4), F(9, 2), F(7, 2)]
    assert result.score.fractions() == [None, None, F(7, 2)]


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        # 5 is there whatever becomes of the other: the dimension cannot be left out
        ([[F(4)], [F(5), (F(5), F(5))]], F(9, 2), F(9, 2)),
        ([[F(4)], [F(5), (F(3), F(5))]], F(7, 2), F(9, 2)),
        # no row may count for either: then the total is that of the first dimension
        ([[F(4)], [(F(5), F(5)), (F(5), F(5))]], F(4), F(9, 2)),
    ],
)
def test_weights_within_a_dimension_that_nobody_knows(
    cells: list[list[Cell]], low: F, high: F
) -> None:
    unknown = Assumed("weight")
    ruleset = rules(
        [(F(1, 2), [F(1)]), (F(1, 2), [unknown, unknown])],
        assumptions={
            "weight": Assumption("weight", "decimal", None, "nobody says it", nullable=True)
        },
    )
    result = composed(ruleset, of_one_shop(cells))  # type: ignore[arg-type]
    assert result.ends.lowest.fractions() == [low]
    assert result.ends.highest.fractions() == [high]


def test_a_dimension_that_requires_all_metrics_has_no_points_without_one() -> None:
    """The first may have 3 to 5. Of the second 5 is known, and no row counts for the other."""
    cells: list[list[Cell]] = [[(F(3), F(5))], [F(5), None]]
    for policy, low, high in (("require", F(3), F(5)), ("rescale", F(4), F(5))):
        result = composed(rules(HALVES, missing=policy), of_one_shop(cells))  # type: ignore[arg-type]
        assert result.ends.lowest.fractions() == [low]
        assert result.ends.highest.fractions() == [high]
