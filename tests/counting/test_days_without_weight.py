"""n counts rows on days that weigh something: by hand, by every way that counts."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from support import judged_platform
from support.judged_platform import PLATFORM, judged

F = Fraction
#: as_of is Monday, 2024-07-01. Day, whether it was late, money.
ORDERS = [
    ("2024-06-30", True, "3"),  # a Sunday, age 1
    ("2024-06-29", False, "5"),  # a Saturday
    ("2024-06-28", True, "7"),  # a Friday: nothing of it counts
    ("2024-06-24", True, "7"),  # a Monday, age 7
    ("2024-06-22", False, "9"),  # a Saturday, age 9
    ("2024-06-22", True, "1"),
    ("2024-06-01", True, "2"),  # a Saturday, age 30
    ("2024-05-26", True, "4"),  # a Sunday before the window
]
#: Weekends: 5 of the rows, of which 3 are late, 20 of money. Every second of ten days: ages 1, 7 and
#: twice 9 with the weights 5, 2 and 1; ages 2 and 3 weigh 0 and 4, and on age 3 was one late order.
FOUND = {
    "weekend_rate": (F(3, 5), 5),
    "weekend_sales": (F(20), 5),
    "second_rate": (F(5 + 4 + 2 + 1, 5 + 4 + 2 + 1 + 1), 5),
}


def frames(orders: list[tuple[str, bool, str]]) -> dict[str, pl.DataFrame]:
    rows = [("S", f"O{i}", f"{day} 12:00:00", late, money) for i, (day, late, money) in
            enumerate(orders)]  # fmt: skip
    names = ["shop_id", "order_id", "paid_at", "is_presale", "amount"]
    return {
        "shops": pl.DataFrame({"shop_id": ["S"], "industry": ["food"]}),
        "orders": pl.DataFrame(rows, schema=names, orient="row"),
    }


RULES: dict[str, Any] = {"platform": PLATFORM, "ruleset": judged()}


def found(result: ss.Result) -> dict[str, tuple[Fraction | None, int]]:
    measured = {id: result.measured[id] for id in FOUND}
    return {id: (m.column.fractions()[0], int(m.n[0])) for id, m in measured.items()}


def test_of_rows_files_a_state_and_many_days(tmp_path: Path) -> None:
    events = frames(ORDERS)
    assert found(ss.score(events, as_of="2024-07-01", **RULES)) == FOUND
    for name, frame in events.items():
        frame.write_csv(tmp_path / f"{name}.csv")
    assert found(ss.score(tmp_path, as_of="2024-07-01", **RULES)) == FOUND
    state, shops = ss.tally(ss.resolve(events, **RULES)), events["shops"]
    assert found(ss.score(state, shops=shops, as_of="2024-07-01", **RULES)) == FOUND
    for source, own in ((events, {}), (state, {"shops": shops})):
        days = ss.score_days(source, days=["2024-06-25", "2024-07-01"], **own, **RULES)  # type: ignore[arg-type]
        assert found(list(days)[-1]) == FOUND


def test_weekdays_alone_are_no_row() -> None:
    result = ss.score(frames(ORDERS[2:4]), as_of="2024-07-01", **RULES)
    found = result["S"]["weekend_rate"]
    assert (found.status, found.value, found.n, str(found.reason)) == (
        "no_data", None, 0, "no row counts",
    )  # fmt: skip


@pytest.mark.parametrize(("age", "n"), [(21, 1), (22, 0)])
def test_a_day_whose_weight_rounds_to_nothing(
    age: int, n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a half life of one day age 21 weighs 2^20 · 2^−20 = 1, and half of that rounds to 0."""
    window, rate = ss.Days(1, 30, half_life=1), ss.Ratio(judged_platform.late, judged_platform.paid)
    assert window.weights(date(2024, 7, 1)).ints[20:22] == (1, 0)
    fading = judged_platform.metric("second_rate", rate, window)
    monkeypatch.setattr(judged_platform, "SECOND_RATE", fading)
    for name in ("all_metrics", "_metrics"):
        monkeypatch.delitem(PLATFORM.scorecard().__dict__, name, raising=False)
    order = (str(date(2024, 7, 1) - timedelta(age)), True, "1")
    result = ss.score(frames([order]), as_of="2024-07-01", **RULES)
    for name in ("all_metrics", "_metrics"):
        monkeypatch.delitem(PLATFORM.scorecard().__dict__, name, raising=False)
    assert int(result.measured["second_rate"].n[0]) == n
