"""Points that expire: by age, with the quarter or the year, each kind in its own time; by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Balance, Tally, col
from support.ledger_platform import PLATFORM, RULES

METRICS = ("by_age", "by_quarter", "by_year", "by_kind")


def frames(*rows: tuple[str, str, int | None, bool]) -> dict[str, pl.DataFrame]:
    """Rows (shop, day, points, appeal upheld)."""
    return {
        "shops": pl.DataFrame({"shop_id": ["A", "B", "C"], "industry": ["tea"] * 3}),
        "violations": pl.DataFrame(
            {
                "shop_id": [row[0] for row in rows],
                "violation_id": [str(n) for n, _ in enumerate(rows)],
                "happened_at": [f"{row[1]} 23:59:59" for row in rows],
                "kind": ["late"] * len(rows),
                "points": [row[2] for row in rows],
                "appeal_upheld": [row[3] for row in rows],
            },
            schema_overrides={"points": pl.Int64},
        ),
    }


LEDGER = frames(
    ("A", "2023-12-31", 2, False),
    ("A", "2024-01-01", 6, False),
    ("A", "2024-03-31", 3, False),
    ("A", "2024-04-01", 1, False),
    ("A", "2024-05-01", 10, True),
    ("B", "2024-02-01", 4, True),
    ("Z", "2022-01-01", 1, False),
)


def left(tables: dict[str, pl.DataFrame], day: str, shop: str = "A", **asked: Any) -> list[Any]:
    result = ss.score(tables, platform=PLATFORM, ruleset=RULES, as_of=day, **asked)
    return [result[shop][id].value for id in METRICS]


@pytest.mark.parametrize(
    ("day", "values"),
    [
        # nothing of the day itself counts, and on the first of a quarter nothing of the last one
        ("2024-01-01", [12 - 2, 12, 12, 12]),
        ("2024-01-02", [12 - 8, 12 - 6, 12 - 6, 12 - 6]),
        ("2024-04-02", [12 - 12, 12 - 1, 12 - 10, 12 - 7]),
        # 2024-06-28 is 180 days after 2023-12-31, whose points count for the last time
        ("2024-06-28", [12 - 12, 12 - 1, 12 - 10, 12 - 7]),
        ("2024-06-29", [12 - 10, 12 - 1, 12 - 10, 12 - 7]),
        ("2024-06-30", [12 - 4, 12 - 1, 12 - 10, 12 - 7]),
        ("2024-07-02", [12 - 4, 12, 12 - 10, 12 - 6]),
        # 2024-12-31 is 365 days after 2024-01-01
        ("2024-12-31", [12, 12, 12 - 10, 12 - 6]),
        ("2025-01-02", [12, 12, 12, 12]),
    ],
)
def test_points_expire(day: str, values: list[int]) -> None:
    assert left(LEDGER, day) == values


def test_appeals_that_were_upheld_do_not_count() -> None:
    assert left(LEDGER, "2024-03-01", "B") == [12] * 4
    lost = LEDGER["violations"].with_columns(appeal_upheld=False)
    assert left({**LEDGER, "violations": lost}, "2024-03-01", "B") == [8] * 4


def test_a_shop_without_violations_has_all_points_where_the_stream_is_there() -> None:
    assert left(LEDGER, "2024-03-01", "C") == [12] * 4
    assert left({"shops": LEDGER["shops"]}, "2024-03-01", "C") == [None] * 4


def test_more_may_be_spent_than_there_is() -> None:
    spent = frames(("A", "2024-05-01", 12, False), ("A", "2024-05-02", 1, False))
    assert left(spent, "2024-06-01") == [-1] * 4


def test_the_start_may_be_an_assumption() -> None:
    found = left(LEDGER, "2024-06-29", assume={"start": "40.5"})
    assert found == [2, 11, 2, 33.5]


def test_levels_look_at_what_is_left() -> None:
    for day, level in (("2024-06-29", None), ("2024-06-30", "good")):
        result = ss.score(LEDGER, platform=PLATFORM, ruleset=RULES, as_of=day)
        assert (result["A"].level, result["C"].level) == (level, "good")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("AB"),
            st.integers(0, 800),
            st.none() | st.integers(0, 12),
            st.booleans(),
        ),
        max_size=12,
    ),
    st.integers(400, 800) | st.sampled_from([365, 456, 547, 639, 731]),
)
def test_as_a_loop_over_days_has_it(rows: list[tuple[str, int, int | None, bool]], at: int) -> None:
    start = date(2023, 1, 1)
    as_of = start + timedelta(at)
    days = [(shop, start + timedelta(n), points, upheld) for shop, n, points, upheld in rows]
    tables = frames(
        ("Z", "2020-01-01", 0, False),
        *((shop, str(day), points, upheld) for shop, day, points, upheld in days),
    )
    result = ss.score(tables, platform=PLATFORM, ruleset=RULES, as_of=as_of)
    quarter = date(as_of.year, (as_of.month - 1) // 3 * 3 + 1, 1)
    for shop in "ABC":
        own = [
            (day, points or 0)
            for owner, day, points, upheld in days
            if owner == shop and not upheld and day < as_of
        ]
        since = {
            "by_age": as_of - timedelta(180),
            "by_quarter": quarter,
            "by_year": date(as_of.year, 1, 1),
        }
        for id, first in since.items():
            assert result[shop][id].value == 12 - sum(p for day, p in own if day >= first)
        kinds = sum(p for day, p in own if day >= (as_of - timedelta(365) if p >= 6 else quarter))
        assert result[shop]["by_kind"].value == 12 - kinds


def test_parts_of_a_state_add_up() -> None:
    resolved = ss.resolve(LEDGER, platform=PLATFORM, ruleset=RULES)
    parts = [ss.tally(part) for part in resolved.split(2)]
    asked = {"platform": PLATFORM, "ruleset": RULES, "as_of": "2024-06-30"}
    whole = ss.score(parts[0] + parts[1], shops=LEDGER["shops"], **asked)
    assert [whole["A"][id].value for id in METRICS] == left(LEDGER, "2024-06-30")


@pytest.mark.parametrize("start", [1.5, True, None])
def test_starts_that_are_not_exact(start: Any) -> None:
    with pytest.raises(ss.DeclarationError):
        Balance(start, [Tally("violations", day=col.happened_at)])


def test_a_balance_of_which_nothing_is_spent() -> None:
    with pytest.raises(ss.DeclarationError, match="needs what is spent of it"):
        Balance(Decimal("1.5"), [])
