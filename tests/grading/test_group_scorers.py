"""Scorers that look at groups: whom each shop is ranked among really, by hand and by plain loops."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Context
from shopscore.exact.columns import ExactColumn
from shopscore.grading.percentiles import Ranker
from support.podium_platform import PLATFORM, RULES, SEEN, Podium

F = Fraction
#: Industry, type, ratings, whether it has an order: without one it is no peer.
SHOPS = {
    "A": ("food", "flagship", [5, 5], True),
    "B": ("food", "flagship", [4, 4], True),
    "C": ("food", "flagship", [4, 5], True),
    "D": ("food", "flagship", [5], True),  # too few
    "E": ("food", "flagship", [], True),
    "F": ("food", "flagship", [5, 5], False),
    "G": ("food", "personal", [3, 3], True),
    "H": ("toys", "flagship", [2, 2], True),
    "I": ("food", "flagship", [1, 1], True),
}
DAY = "2024-06-20 10:00:00"


def scored() -> ss.Result:
    reviews = [
        (s, f"{s}{i}", r, DAY) for s, (_, _, own, _) in SHOPS.items() for i, r in enumerate(own)
    ]
    table = pl.DataFrame
    orders = [(s, "1", "2024-06-30 10:00:00") for s, (*_, sells) in SHOPS.items() if sells]
    events = {
        "shops": table([(s, i, t) for s, (i, t, *_) in SHOPS.items()],
                       schema=["shop_id", "industry", "shop_type"], orient="row"),
        "orders": table([*orders, ("A", "2", "2024-05-01 10:00:00")],  # so that they cover June
                        schema=["shop_id", "order_id", "paid_at"], orient="row"),
        "reviews": table(reviews, schema=["shop_id", "review_id", "rating", "reviewed_at"],
                         orient="row"),
    }  # fmt: skip
    return ss.score(events, platform=PLATFORM, ruleset=RULES, as_of="2024-07-01")


def test_points_by_rank_among_shops_of_one_industry_and_type() -> None:
    """Of food's flagships A, C, B and I are ranked: 5, 5 − 5/3, 5 − 10/3 and 0 points."""
    result = scored()
    found = {shop.shop_id: shop["rating"] for shop in result}
    points = dict(zip(SHOPS, result.graded["rating"].points.fractions(), strict=True))
    assert points == {
        "A": 5, "B": F(5, 3), "C": F(10, 3), "D": None, "E": None, "F": None, "G": None, "H": None,
        "I": 0,
    }  # fmt: skip
    assert {id: m.status for id, m in found.items() if m.points is None} == {
        "D": "below_min_n", "E": "no_data", "F": "no_peers", "G": "no_peers", "H": "no_peers",
    }  # fmt: skip


def test_what_the_scorer_was_told() -> None:
    """Of food five are ranked really; H is alone in its industry, which is too few."""
    scored()
    told = {name: dict(zip(SHOPS, column, strict=True)) for name, column in SEEN.items()}
    assert {id for id, ranked in told["ranked"].items() if ranked} == set("ABCGHI")
    assert told["peers"] == dict.fromkeys("ABCGI", 5) | dict.fromkeys("DEFH", 0)
    assert len({told["groups"][id] for id in "ABCDEFGI"}) == 1
    assert told["groups"]["H"] != told["groups"]["A"]
    assert len({told["type_groups"][id] for id in "ABCDEFI"}) == 1
    assert len({told["type_groups"][id] for id in "AGH"}) == 3


# -------------------------------------------------------------------------------- random shops


@frozen
class Shop:
    """``asked`` is a value that it is supposed to have; ``peer`` whether it may be ranked."""

    group: str
    type: str | None
    own: F | None
    asked: F | None
    peer: bool


values = st.none() | st.integers(0, 4).map(F)
shops_ = st.lists(
    st.builds(Shop, st.sampled_from("ab"), st.none() | st.sampled_from("xy"), values, values,
              st.booleans()),
    max_size=8,
)  # fmt: skip


def context_of(shops: Sequence[Shop], least: int) -> Context:
    own = ExactColumn.of([shop.own for shop in shops])
    is_peer = np.array([shop.peer for shop in shops], dtype=np.bool_)
    groups = np.array([ord(shop.group) for shop in shops], dtype=np.int64)
    names = [shop.group for shop in shops]
    rank = Ranker("m", "higher", "mid_percent_rank", least, own, is_peer, names, groups)
    return Context(
        metric="m", better="higher", values=own.values, has_value=own.known, is_peer=is_peer,
        n=np.ones(len(shops), dtype=np.int64), industries=names,
        shop_types=[shop.type for shop in shops], low=F(0), high=F(5), rank=rank,
    )  # fmt: skip


def peers(shops: Sequence[Shop], row: int, value: F | None, least: int) -> int:
    """The shop itself with its value, and the others of its group that have one."""
    if value is None or not shops[row].peer:
        return 0
    others = [
        shop for place, shop in enumerate(shops)
        if place != row and shop.group == shops[row].group and shop.peer and shop.own is not None
    ]  # fmt: skip
    return 1 + len(others) if 1 + len(others) >= least else 0


@given(shops_, st.integers(1, 4))
@settings(max_examples=200)
def test_true_peers(shops: list[Shop], least: int) -> None:
    context = context_of(shops, least)
    supposed = context.supposing(ExactColumn.of([shop.asked for shop in shops]))
    own, asked = (
        [peers(shops, row, value, least) for row, value in enumerate(column)]
        for column in ([shop.own for shop in shops], [shop.asked for shop in shops])
    )
    assert context.peers.tolist() == own
    assert supposed.peers.tolist() == asked
    for one in (context, supposed):  # supposed values change nothing for the others
        assert one.ranked.tolist() == [shop.peer and shop.own is not None for shop in shops]
        theirs = [v for v, r in zip(one.peer_values.fractions(), one.ranked, strict=True) if r]
        assert theirs == [shop.own for shop in shops if shop.peer and shop.own is not None]


@given(shops_)
def test_groups_are_what_shops_share(shops: list[Shop]) -> None:
    context, pairs = context_of(shops, 2), range(len(shops))
    for a in pairs:
        for b in pairs:
            same = shops[a].group == shops[b].group
            assert (context.groups[a] == context.groups[b]) == same
            alike = same and shops[a].type == shops[b].type
            assert (context.type_groups[a] == context.type_groups[b]) == alike


@given(shops_)
def test_a_scorer_by_groups_ranks_supposed_values_among_peers_as_they_are(
    shops: list[Shop],
) -> None:
    context = context_of(shops, 1)
    other = context.supposing(ExactColumn.of([shop.asked for shop in shops]))
    if not shops:
        return
    found: Any = Podium().points(other.values, other)
    for row, shop in enumerate(shops):
        others = [
            s.own for place, s in enumerate(shops)
            if place != row and (s.group, s.type) == (shop.group, shop.type) and s.peer
            and s.own is not None
        ]  # fmt: skip
        if shop.asked is None or not shop.peer or not others:
            assert not found.known[row]
        else:
            better = sum(own > shop.asked for own in others)
            assert found.values.fractions()[row] == 5 - F(5 * better, len(others))
