"""One event from its line to what it counts for, or why it counts nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from shopscore.errors import UsageError
from shopscore.testing.toy import PLATFORM

RULES: dict[str, Any] = {"platform": PLATFORM, "as_of": "2025-03-28", "ruleset": "2"}
ORDERS = """\
shop_id,order_id,paid_at,picked_up_at,is_excluded,updated_at
S1,1,2025-03-20 10:00:00,2025-03-20 20:00:00,false,2025-03-20 21:00:00
S1,1,2025-03-20 10:00:00,2025-03-21 20:00:00,false,2025-03-22 21:00:00
S1,2,2025-03-20 10:00:00,2025-03-20 20:00:00,true,2025-03-20 21:00:00
S1,3,2025-01-20 10:00:00,2025-01-20 20:00:00,false,2025-01-20 21:00:00
S1,4,2025-03-20 10:00:00,,false,2025-03-20 21:00:00
S1,5,not a time,2025-03-20 20:00:00,perhaps,2025-03-20 21:00:00
S1,6,2025-03-28 10:00:00,2025-03-28 20:00:00,false,2025-03-28 21:00:00
S2,7,2025-03-20 10:00:00,2025-03-20 20:00:00,false,2025-03-20 21:00:00
"""
REVIEWS = """\
shop_id,review_id,order_id,reviewed_at,rating
S1,r1,1,2025-03-25 10:00:00,5
S1,r2,4,2025-03-26 10:00:00,1
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> ss.Result:
    folder = tmp_path_factory.mktemp("events")
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (folder / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    return _scored(folder)


def _scored(folder: Path) -> ss.Result:
    return ss.score(folder, **{**RULES, "ruleset": None})


def _reasons(result: ss.Result, id: str) -> list[tuple[str, int | None, list[str | None]]]:
    found = result.explain("S1", row=id).trace or ()
    return [
        (one.stream, one.line, [tally.reason and str(tally.reason) for tally in one.tallies])
        for one in found
    ]


def test_an_order_with_what_names_it(result: ss.Result) -> None:
    found = _reasons(result, "1")
    assert [(stream, line) for stream, line, _ in found] == [
        ("orders", 3), ("reviews", 2), ("orders", 2),
    ]  # fmt: skip


def test_an_older_state(result: ss.Result) -> None:
    found = result.explain("S1", row="1").trace or ()
    assert str(found[-1].reason) == "a later state of the same row counts in its place"
    assert found[-1].file == "orders.csv"


def test_excluded(result: ss.Result) -> None:
    ((_, _, reasons),) = _reasons(result, "2")
    assert {*reasons} == {"its order is excluded (is_excluded)"}


def test_before_the_window(result: ss.Result) -> None:
    ((_, _, reasons),) = _reasons(result, "3")
    assert all("is before the window, which begins" in str(reason) for reason in reasons)


def test_after_the_window(result: ss.Result) -> None:
    ((_, _, reasons),) = _reasons(result, "6")
    assert all("is after the window, which ends 1 day before" in str(r) for r in reasons)


def test_without_a_day(result: ss.Result) -> None:
    (_, _, reasons), _ = _reasons(result, "4")
    assert "there is no picked_up_at, and so no day on which it counts" in reasons
    assert None in reasons, "it counts as a paid order"


def test_set_aside(result: ss.Result) -> None:
    (found,) = result.explain("S1", row="5").trace or ()
    assert (found.line, found.tallies, found.costs) == (7, (), None)
    assert str(found.reason).startswith("it was set aside: paid_at: ")


def test_a_condition_that_is_not_met(result: ss.Result) -> None:
    (found,) = result.explain("S1", row="r1").trace or ()
    bad = next(tally for tally in found.tallies if tally.parts)
    assert [(part.words, part.met) for part in bad.parts] == [("rating ≤ 2", False)]
    assert str(bad.reason) == "the condition is not met: rating ≤ 2"
    assert (bad.age, bad.weight, bad.metrics) == (3, 1, ("bad_reviews",))


def test_of_another_shop(result: ss.Result) -> None:
    with pytest.raises(UsageError, match="7 is of shop S2, in orders"):
        result.explain("S1", row="7")


def test_of_nobody(result: ss.Result) -> None:
    with pytest.raises(UsageError, match="no row has the id 99"):
        result.explain("S1", row="99")


def test_an_unknown_shop(result: ss.Result) -> None:
    with pytest.raises(UsageError, match="no shop S3 here"):
        result.explain("S3")


def test_which_of_several_shops(result: ss.Result) -> None:
    with pytest.raises(UsageError, match="there are 2 shops: name one with shop="):
        result.explain()


def test_a_column_that_nothing_reads(result: ss.Result) -> None:
    with pytest.raises(UsageError, match="no metric of these rules reads a stream with that"):
        result.explain("S1", by="carriers")
