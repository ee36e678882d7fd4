"""Totals that are no weighted means: the lowest dimension, a plugin's own, caps, clamps, displays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from support import adjusted_platform
from support.three_dimensions import IDS, rules_of, scored

F = Fraction
#: What a dimension may turn out to have where nobody knows it: points, or none.
TRIED = (*(F(n) for n in range(11)), None)

cells = st.sampled_from([0, 1, 4, 7, 10, "-", None])
shops_ = st.dictionaries(
    st.sampled_from(["S1", "S2", "S3"]),
    st.fixed_dictionaries(dict.fromkeys(IDS, cells)),
    min_size=1,
)


def minimum(points: Sequence[Fraction]) -> Fraction:
    return min(points)


def middle(points: Sequence[Fraction]) -> Fraction:
    return (min(points) + max(points)) / 2


HOW = {"minimum": minimum, "middle": middle}


def possible(shop: Mapping[str, Any], how: str, missing: str) -> Iterator[Fraction | None]:
    """Every total that can come true, with each unknown value tried; None: there is none."""
    choices = [
        TRIED if cell is None else (None,) if cell == "-" else (F(cell),) for cell in shop.values()
    ]
    for tried in product(*choices):
        points = [value for value in tried if value is not None]
        complete = len(points) == len(tried)
        yield HOW[how](points) if points and (missing == "rescale" or complete) else None


@given(shops_, st.sampled_from([*HOW]), st.sampled_from(["rescale", "require"]))
@settings(max_examples=150, deadline=None)
def test_totals_and_their_ends(shops: dict[str, dict[str, Any]], how: str, missing: str) -> None:
    given_ = {
        shop: {id: cell for id, cell in values.items() if cell is not None}
        for shop, values in shops.items()
    }
    shown = {shop: values for shop, values in given_.items() if values}
    if not shown:
        return
    result = scored(shown, rules_of(composition=how, missing=missing))
    for view in result:
        totals = {*possible(shops[view.shop_id], how, missing)}
        known = [total for total in totals if total is not None]
        if known and None not in shops[view.shop_id].values():
            assert view.score_exact == str(known[0])
        elif known:
            assert view.score is None
            assert view.status == "partial"
            assert view.score_low == float(min(known))
            assert view.score_high == float(max(known))
        else:
            assert view.score is None
            assert view.score_low is None


def test_the_lowest_of_three() -> None:
    result = scored({"S1": {"goods": 9, "speed": "4.5", "service": 8}}, rules_of())
    assert result["S1"].score == 4.5


VETO = """
[[criteria]]
id = "slow"
metric = "speed_value"
below = 3
source = "page"
[[caps]]
criterion = "slow"
ceiling = 6
source = "page"
"""


def test_a_veto_caps_the_total_at_six() -> None:
    result = scored(
        {
            "S1": {"goods": 9, "speed": 2, "service": 10},
            "S2": {"goods": 9, "speed": 3, "service": 10},
            "S3": {"goods": 1, "speed": 2, "service": 3},
            "S4": {"goods": 9, "service": 10},
        },
        rules_of(VETO, composition="weighted"),
    )
    assert [result[f"S{n}"].score for n in (1, 2, 3)] == [6, 7.33, 2]
    partial = result["S4"]
    assert partial.status == "partial"
    assert (partial.score_low, partial.score_high) == (6, 9.67)
    assert [one.met for one in result["S1"].criteria] == [True]
    assert [one.met for one in partial.criteria] == [None]


BONUS = """
[[displays]]
id = "stars"
zh = "星级"
en = "Stars"
steps = [[0, 1], [6, 3], [9.5, 5]]
source = "page"
"""


def test_the_figure_that_is_shown() -> None:
    shops = {"S1": {"goods": "5.99"}, "S2": {"goods": 6}, "S3": {"goods": "9.5"}}
    result = scored(
        {shop: {**dict.fromkeys(IDS, 10), **one} for shop, one in shops.items()}, rules_of(BONUS)
    )
    assert [view.shown["stars"] for view in result] == [1, 3, 5]
    assert result.to_polars()["shown_stars"].to_list() == [1, 3, 5]
    assert [shop["shown_stars"] for shop in result.to_dict()["shops"]] == [1, 3, 5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (VETO.replace('criterion = "slow"', 'criterion = "slwo"'), "slow"),
        (BONUS.replace("[6, 3]", "[0, 3]"), "must rise"),
        (BONUS.replace('source = "page"', ""), "need a source"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(ss.RuleSetError, match=said):
        rules_of(text)


def test_an_unknown_composition() -> None:
    with pytest.raises(ss.RuleSetError, match="minimum"):
        rules_of(composition="minimun")


ENDS = {"both": (5, 1), "low": (7, 1), "high": (5, -1), "none": (7, -1)}


@pytest.mark.parametrize("clamp", ENDS)
def test_a_total_leaves_the_scale_where_the_rules_let_it(clamp: str) -> None:
    """Five points and a bonus of two; one point and a deduction of two."""
    scale = f'scale = {{ low = 1, high = 5, decimals = 2, clamp = "{clamp}", source = "page" }}\n'
    both = '[[bonus]]\nmetric = "extra"\n[[deduction]]\nmetric = "fine"\n'
    ruleset = adjusted_platform.rules_of(adjusted_platform.WEIGHED, both, scale=scale)
    shops = {
        "S1": {"up": F(5), "extra": F(2), "fine": F(0)},
        "S2": {"up": F(1), "extra": F(0), "fine": F(2)},
    }
    result = adjusted_platform.scored(shops, ruleset)
    assert [view.score for view in result] == [*ENDS[clamp]]


def test_without_an_end_of_the_scale_a_missing_bonus_has_none() -> None:
    scale = 'scale = { low = 1, high = 5, decimals = 2, clamp = "low", source = "page" }\n'
    bonus = '[[bonus]]\nmetric = "extra"\n'
    ruleset = adjusted_platform.rules_of(adjusted_platform.WEIGHED, bonus, scale=scale)
    (view,) = adjusted_platform.scored({"S1": {"up": F(4)}}, ruleset)
    assert (view.status, view.score_low, view.score_high) == ("partial", 4, None)
