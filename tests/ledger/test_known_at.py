"""As known on a day: what would have been shown then, and which rows have moved it since."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from shopscore.ledger.ledger import Ledger
from shopscore.testing.toy import PLATFORM

AS_OF = "2025-03-11"
ORDERS = pl.DataFrame(
    {
        "shop_id": "S1",
        "order_id": ["1", "2", "3"],
        "paid_at": "2025-03-01 10:00:00",
        "picked_up_at": "2025-03-01 12:00:00",
        "signed_at": "2025-03-04 12:00:00",
    }
)
REVIEWS = pl.DataFrame(
    {
        "shop_id": "S1",
        "review_id": ["a", "b"],
        "order_id": ["1", "2"],
        "reviewed_at": "2025-03-05 20:00:00",
        "rating": ["5", "4"],
    }
)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Known on the 6th; then a late review, a correction, and what does not matter for the day."""
    made = Ledger.create(tmp_path / "ledger", platform=PLATFORM)
    made.ingest({"orders": ORDERS, "reviews": REVIEWS}, known_at="2025-03-06")
    late = REVIEWS.head(1).with_columns(
        review_id=pl.lit("late"), order_id=pl.lit("3"), rating=pl.lit("1")
    )
    after = late.with_columns(
        review_id=pl.lit("after"), order_id=None, reviewed_at=pl.lit("2025-03-11 08:00:00")
    )
    made.ingest({"reviews": pl.concat([late, after])}, known_at="2025-03-12 09:00:00")
    changed = REVIEWS.tail(1).with_columns(
        rating=pl.lit("2"), updated_at=pl.lit("2025-03-12 08:00:00")
    )
    made.ingest({"reviews": changed}, known_at="2025-03-13")
    return made


def value(result: ss.Result) -> tuple[float | None, int]:
    """The rate of bad reviews of the shop, and how many there are."""
    metric = next(m for m in result["S1"].metrics if m.id == "bad_reviews")
    return metric.value, int(metric.n or 0)


def test_what_was_known(ledger: Ledger) -> None:
    assert value(ledger.score(AS_OF)) == (2 / 3, 3)
    assert value(ledger.score(AS_OF, known_at="2025-03-06")) == (0, 2)
    assert value(ledger.score(AS_OF, known_at="2025-03-11")) == (0, 2)
    assert value(ledger.score(AS_OF, known_at="2025-03-12")) == (1 / 3, 3)
    assert value(ledger.score(AS_OF, known_at="2025-03-12 08:59:59")) == (0, 2)
    assert value(ledger.score(AS_OF, known_at="2025-03-12 09:00:00")) == (1 / 3, 3)


def test_rules_that_came_later_are_asked_about_then(ledger: Ledger) -> None:
    """Cells are built of what is known now, and what they were then is found from the rows."""
    assumed = {"bad_review.max_rating": 1}
    assert value(ledger.score(AS_OF, assume=assumed)) == (1 / 3, 3)
    assert value(ledger.score(AS_OF, assume=assumed, known_at="2025-03-06")) == (0, 2)


def test_nothing_was_known(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(
        ss.InputError, match=r"nothing was known at 2025-03-05 23:59:59.*is of 2025-03-06"
    ):
        ledger.score(AS_OF, known_at="2025-03-05")
    empty = Ledger.create(tmp_path / "empty", platform=PLATFORM)
    with pytest.raises(ss.InputError, match="nothing was ingested yet"):
        empty.events("2025-03-05")
    with pytest.raises(ss.UsageError, match="no day and no time"):
        ledger.events("yesterday")


def test_what_is_known_only_grows(ledger: Ledger) -> None:
    with pytest.raises(ss.UsageError, match="the ledger knows what came at 2025-03-13"):
        ledger.ingest({"reviews": REVIEWS}, known_at="2025-03-12")


def test_what_moved_is_told(ledger: Ledger) -> None:
    found = ledger.revision(AS_OF, known_at="2025-03-06")
    told = found.rows.select("stream", "shop_id", "id", "kind", "metrics").rows()
    assert told == [
        ("reviews", "S1", "late", "late", ["bad_reviews"]),
        ("reviews", "S1", "b", "correction", ["bad_reviews"]),
    ]
    assert [str(moment) for moment in found.rows["known_at"]] == [
        "2025-03-12 09:00:00",
        "2025-03-13 23:59:59",
    ]
    metrics = found.metrics.select("metric", "value_then", "value_now", "n_then", "n_now").rows()
    assert metrics == [("bad_reviews", 0, 2 / 3, 2, 3)]
    assert value(found.then) == (0, 2)
    assert value(found.now) == (2 / 3, 3)


def test_an_order_that_changes_moves_what_names_it(ledger: Ledger) -> None:
    """The review falls on the day on which its order was received; that is before the window now."""
    moved = ORDERS.head(1).with_columns(
        signed_at=pl.lit("2025-01-04 12:00:00"),
        paid_at=pl.lit("2025-01-01 10:00:00"),
        picked_up_at=None,
        updated_at=pl.lit("2025-03-13"),
    )
    ledger.ingest({"orders": moved}, known_at="2025-03-14")
    found = ledger.revision(AS_OF, known_at="2025-03-13")
    ((stream, id, kind, metrics),) = found.rows.select("stream", "id", "kind", "metrics").rows()
    assert (stream, id, kind) == ("orders", "1", "correction")
    assert metrics == ["bad_reviews", "paid_orders", "pickup_hours"]
    assert value(found.now) == (1, 2)


def test_nothing_moved(ledger: Ledger) -> None:
    found = ledger.revision(AS_OF, known_at="2025-03-13")
    assert not len(found.rows)
    assert not len(found.metrics)
    assert not len(found.scores)
