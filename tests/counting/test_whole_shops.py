"""States whose units are whole shops: the same numbers, and no mixing with states by order."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np
import polars as pl
import pytest

import shopscore as ss
from oracle.random_events import random_events
from shopscore.counting.state_table import OWN_KINDS, joined_table
from support.event_frames import douyin, frames_of, lines, resolved


@pytest.fixture(scope="module")
def whole() -> ss.Resolved:
    events = random_events(11, shops=5, orders=30)
    return resolved(ss.read_events(frames_of(events), platform="douyin"))


def test_the_cells_are_those_of_orders(whole: ss.Resolved) -> None:
    by_shop, by_order = ss.tally(whole.with_shops_as_units()), ss.tally(whole)
    assert by_shop.cells.equals(by_order.cells)
    assert len(by_shop.scope.marks) == len(by_shop.shop_ids) < len(by_order.scope.marks)
    assert by_shop.scope.total == by_order.scope.total
    shops = whole.events.shops
    assert lines(douyin(by_shop, shops=shops)) == lines(douyin(by_order, shops=shops))


def test_shops_add_up_in_any_order_and_as_one_table(whole: ss.Resolved) -> None:
    """Each shop alone, as a partition may have it, beside one without any row."""
    together = whole.with_shops_as_units()
    state = ss.tally(together)
    count = len(whole.events.shops)
    parts = [ss.tally(together.of_shops(np.arange(count) == shop)) for shop in range(count)]
    assert reduce(add, parts[::-1]) == state
    rows = [part.to_polars().filter(pl.col("kind").is_in(OWN_KINDS)) for part in parts]
    nothing = ss.tally(together.of_shops(np.zeros(count, dtype=np.bool_)))
    table = joined_table(nothing, pl.concat(rows).sample(fraction=1, shuffle=True, seed=3).lazy())
    assert ss.Tallies.from_dataframe(table) == state
    fewer = [*rows[:1], rows[1].filter(pl.col("kind") != "cell"), *rows[2:]]
    for lost in (pl.concat(fewer), pl.concat([*rows, rows[1]])):
        with pytest.raises(ss.StateError, match="is damaged"):
            ss.Tallies.from_dataframe(joined_table(nothing, lost.lazy()))


def test_what_shares_a_shop_with_a_whole_one_is_refused(whole: ss.Resolved) -> None:
    together = whole.with_shops_as_units()
    first = np.arange(len(whole.events.shops)) == 1
    by_shop, rest = ss.tally(together.of_shops(first)), ss.tally(together.of_shops(~first))
    by_order = ss.tally(whole)
    shop = by_shop.shop_ids[0]
    for one, other in ((by_shop, by_order), (by_order, by_shop), (by_order, -by_shop)):
        with pytest.raises(ss.StateError, match=rf"these tallies share shops \({shop}\)"):
            one + other
    own = whole.of_shops(~first)
    assert ss.tally(own) + by_shop == by_shop + ss.tally(own)  # of other shops
    assert (ss.tally(own) + by_shop).cells.equals((by_shop + rest).cells)
