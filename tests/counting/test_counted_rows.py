"""Which rows a tally counts, against plain Python row by row."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import Phase, given, settings

import shopscore as ss
from shopscore.counting import selection
from shopscore.counting.once import once_column
from shopscore.counting.selection import Span, counted_rows, window_span
from shopscore.evaluation.with_python import evaluate
from shopscore.model.windows import DayWeights
from support.small_events import FACTS, NARROW, PAID, WIDE, Streams, resolved, streams

FEBRUARY: Span = (1_709_078_400, 1_709_251_200)  # the 28th and 29th


def by_hand(rows: ss.Resolved, tally: ss.Tally, span: Span | None) -> list[int]:
    """Positions in the events of the rows that count."""
    found = []
    frame = rows.frames[tally.stream]
    for at, row in zip(rows.positions(tally.stream), frame.iter_rows(named=True), strict=True):
        time = evaluate(tally.day, row)
        if (
            time is not None
            and (span is None or span[0] <= time < span[1])
            and (tally.where is None or evaluate(tally.where, row) is True)
            and evaluate(tally.value, row) is not None
            and (tally.once is None or row[once_column(tally)])
            and (tally.with_excluded or not row.get("_excluded"))
        ):
            found.append(int(at))
    return found


@pytest.mark.slow
@given(events=streams())
@settings(max_examples=25, phases=(Phase.explicit, Phase.generate))
def test_rows_of_the_whole_and_of_its_parts(events: Streams) -> None:
    for rules in (NARROW, WIDE):
        whole = resolved({**events, "shop_facts": FACTS}, rules)
        parts = whole.split(3)
        for tally in rules.tallies:
            for span in (None, FEBRUARY):
                rows = counted_rows(whole, tally, span)
                assert rows.tolist() == by_hand(whole, tally, span)
                in_parts = [counted_rows(part, tally, span) for part in parts]
                assert np.array_equal(np.sort(np.concatenate(in_parts)), rows)
                assert [f.tolist() for f in in_parts] == [by_hand(p, tally, span) for p in parts]


def test_positions_name_rows_of_the_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of a part of a part, and a few rows at a time."""
    monkeypatch.setattr(selection, "CHUNK", 2)
    time = "2024-02-28 10:00:00"
    orders = [
        {"shop_id": "AB"[n % 2], "order_id": f"O{n}", "paid_at": time if n % 3 else ""}
        for n in range(20)
    ]
    whole = resolved({"orders": orders})
    paid = ss.Tally("orders", day=ss.col.paid_at)
    ids = whole.events.frames["orders"]["order_id"]
    found = [
        id
        for part in whole.split(2)
        for piece in part.split(2)
        for id in ids.gather(counted_rows(piece, paid))
    ]
    assert sorted(found) == sorted(o["order_id"] for o in orders if o["paid_at"])


def test_a_span_is_that_of_a_window() -> None:
    assert window_span(DayWeights(2, (1, 1)), date(2024, 3, 2)) == FEBRUARY


def test_streams_without_rows_and_tallies_of_other_rules() -> None:
    order = {"shop_id": "A", "order_id": "O1", "paid_at": "2024-02-28 10:00:00"}
    whole = resolved({"orders": [order]})
    for tally in whole.rules.tallies:
        assert counted_rows(whole, tally).dtype == np.int64
        if tally.stream != "orders":
            assert not len(counted_rows(whole, tally))
    assert counted_rows(whole, PAID).tolist() == [0]
    with pytest.raises(ss.UsageError, match=r"does not count .*complaints"):
        counted_rows(whole, ss.Tally("complaints", day=ss.col.complained_at))
