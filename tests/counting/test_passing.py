"""Rows that are counted while they are read: whatever tallies look at, the same as of kept rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Once, Tally, col, has_row
from shopscore.counting.passing import CountingPass
from shopscore.counting.resolution import resolve_events
from shopscore.counting.sums import Sums, at_positions, window_sums
from shopscore.grading.weighing import wanted_sums
from shopscore.model.expressions import Day
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.reading.loading import EventSource
from shopscore.testing.toy import PLATFORM
from support.small_events import BEYOND_ORDERS, PAID, Streams, frames_of, rules_with, streams

AS_OF = date(2024, 3, 4)
PER_ORDER = Tally("reviews", day=col.reviewed_at, once=Once((col.order_id,), (col.reviewed_at,)))
IDS = (
    Tally("orders", day=col.paid_at, once=Once((col.buyer_id,), (Day(col.paid_at), col.order_id))),
    Tally("orders", day=col.paid_at, once=Once((col.order_id,), (col.paid_at,))),
    Tally("orders", day=col.paid_at, where=col.order_id == "7"),
    Tally("orders", day=col.paid_at, where=col.order_id.is_in("7", "9223372036854775801")),
    Tally("orders", day=col.paid_at, where=has_row("reviews", col.order_id == "7")),
    Tally("reviews", day=col.reviewed_at, where=~col.order_id.is_null()),
    Tally("reviews", day=col.reviewed_at, once=Once((col.order.order_id,), (col.reviewed_at,))),
    PER_ORDER,
)
RULES = (rules_with(*BEYOND_ORDERS), rules_with(*IDS), rules_with(PAID, PER_ORDER))
#: Written as integers, where text has another order; one is close to what int64 holds.
NUMBERS = {"O0": "7", "O1": "10", "O2": "9223372036854775801", "O3": "2", "GONE": "11"}


def numbered(events: Streams, *, twice: bool) -> Streams:
    """The same events with ids that are numbers; the first rows are there once more, and newer."""
    found: Streams = {}
    for stream, rows in events.items():
        named = [{n: NUMBERS.get(cell, cell) for n, cell in row.items()} for row in rows]
        older = [{**row, "updated_at": "2024-03-01 00:00:00"} for row in named]
        newer = [{**row, "updated_at": "2024-03-02 00:00:00"} for row in named[::-1][:2]]
        found[stream] = [*older, *newer] if twice else named
    return found


def sums_of(rules: BoundRuleSet, folder: Path, *, while_reading: bool) -> list[Sums]:
    wanted = list(wanted_sums(rules, AS_OF))
    if not while_reading:
        kept = resolve_events(ss.read_events(folder, platform=PLATFORM), rules)
        return window_sums(kept, wanted, AS_OF)
    counting = CountingPass(rules, AS_OF, tuple(wanted))
    events = EventSource(folder, PLATFORM).read(counting)
    left = [one for one in wanted if counting.sums(*one) is None]
    later = iter(window_sums(resolve_events(events, rules, counting.later), left, AS_OF))
    return [counting.sums(*one) or next(later) for one in wanted]


@pytest.mark.parametrize("rules", RULES)
@settings(max_examples=25)
@given(events=streams(), twice=st.booleans(), rows=st.sampled_from([1, 3, 1 << 18]))
def test_the_same_as_of_kept_rows(
    rules: BoundRuleSet, events: Streams, twice: bool, rows: int
) -> None:
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        folder = Path(place)
        for stream, frame in frames_of(numbered(events, twice=twice)).items():
            frame.write_parquet(folder / f"{stream}.parquet")
        if not any(folder.iterdir()):
            return
        patch.setattr("shopscore.reading.batches.BATCH_ROWS", rows)
        kept = sums_of(rules, folder, while_reading=False)
        taken = sums_of(rules, folder, while_reading=True)
    for (sums, counts), (own, number) in zip(kept, taken, strict=True):
        assert (sums.tolist(), counts.tolist()) == (own.tolist(), number.tolist())


def test_the_first_id_is_that_of_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the orders 7 and 10 of one buyer the latter comes first, also where both are integers."""
    monkeypatch.setattr("shopscore.reading.batches.BATCH_ROWS", 2)
    orders = {
        "shop_id": ["S", "S", "S"],
        "order_id": ["7", "10", "8"],
        "paid_at": ["2024-03-01 10:00:00", "2024-03-02 10:00:00", "2024-03-03 10:00:00"],
        "buyer_id": ["B", "B", "C"],
    }
    pl.DataFrame(orders).write_parquet(tmp_path / "orders.parquet")
    first = Once((col.buyer_id,), (col.order_id,))
    rules = rules_with(Tally("orders", day=col.paid_at, value=Day(col.paid_at), once=first))
    both = sum((date(2024, 3, day) - date(1970, 1, 1)).days for day in (2, 3))
    for while_reading in (False, True):
        ((sums, _),) = sums_of(rules, tmp_path, while_reading=while_reading)
        assert sums.tolist() == [both]


def test_one_shop_that_is_written_in_many_ways() -> None:
    """Each of its codes has a sum that int64 holds, and all together do not."""
    own = np.array([2**61, 2**61, 2**61, 2**61, 5])
    ((found, _),) = at_positions([(own, own)], np.array([0, 0, 0, 0, 1]), 2)
    assert found.tolist() == [2**63, 5]


def test_a_file_with_both_kinds_of_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders have integers in one piece and text in the other; reviews name them all."""
    monkeypatch.setattr("shopscore.reading.batches.BATCH_ROWS", 2)
    ids = ["7", "10", "A-1", "010"]
    shop, time = ["S"] * 4, ["2024-03-01 10:00:00"] * 4
    pl.DataFrame({"shop_id": shop, "order_id": ids, "paid_at": time}).write_parquet(
        tmp_path / "orders.parquet"
    )
    reviews = {"shop_id": shop, "review_id": ids, "order_id": ids, "reviewed_at": time}
    pl.DataFrame({**reviews, "rating": [1] * 4}).write_parquet(tmp_path / "reviews.parquet")
    for rules in RULES:
        kept = sums_of(rules, tmp_path, while_reading=False)
        taken = sums_of(rules, tmp_path, while_reading=True)
        assert [n.tolist() for _, n in taken] == [n.tolist() for _, n in kept]
