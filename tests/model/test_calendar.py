"""Windows of the calendar and days of evaluation: by looking at one day after the other."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import Calendar, Days, DayWeights, SinceStartOf
from shopscore.errors import DeclarationError, RuleSetError
from shopscore.model.evaluations import WEEKDAYS, Evaluation

DAY = timedelta(1)
parts = st.sampled_from(["month", "quarter", "year"])
EDGES = [
    date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2023, 2, 28), date(2023, 3, 1),
    date(2023, 12, 31), date(2024, 1, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 31),
    date(2000, 2, 29), date(2100, 2, 28), date(2100, 3, 1),
]  # fmt: skip
days = st.sampled_from(EDGES) | st.dates(date(1990, 1, 1), date(2120, 12, 31))


def number(part: str, day: date) -> int:
    """Which month, quarter or year a day lies in, counted from the year 0."""
    if part == "year":
        return day.year
    return day.year * 12 + day.month if part == "month" else day.year * 4 + (day.month + 2) // 3


def counted(weights: DayWeights, as_of: date) -> set[date]:
    """The days that weigh something."""
    pairs = enumerate(weights.ints, weights.first_age)
    return {as_of - age * DAY for age, weight in pairs if weight}


@given(parts, st.integers(1, 5), st.integers(0, 3), days)
@settings(max_examples=200)
def test_whole_parts_of_the_calendar(part: Any, count: int, skip: int, as_of: date) -> None:
    weights = Calendar(part, count, skip).weights(as_of)
    assert weights.scale == 1
    assert set(weights.ints) == {1}
    looked_at = (as_of - age * DAY for age in range(1, 366 * (count + skip + 1) + 1))
    wanted = {
        day
        for day in looked_at
        if skip + 1 <= number(part, as_of) - number(part, day) <= skip + count
    }
    assert counted(weights, as_of) == wanted
    assert max(wanted) < as_of


@given(parts, days)
@example("year", date(2024, 1, 1))
@example("month", date(2024, 3, 1))
@settings(max_examples=200)
def test_since_the_start_of_a_part(part: Any, as_of: date) -> None:
    weights = SinceStartOf(part).weights(as_of)
    looked_at = (as_of - age * DAY for age in range(1, 367))
    wanted = {day for day in looked_at if number(part, as_of) == number(part, day)}
    assert counted(weights, as_of) == wanted


def test_the_vectors_of_the_page() -> None:
    """Evaluated on 2026-05-01: February to April."""
    found = counted(Calendar("month", 3).weights(date(2026, 5, 1)), date(2026, 5, 1))
    assert (min(found), max(found), len(found)) == (date(2026, 2, 1), date(2026, 4, 30), 89)
    same = counted(Calendar("month", 3).weights(date(2026, 5, 31)), date(2026, 5, 31))
    assert same == found
    leap = counted(Calendar("month").weights(date(2024, 3, 31)), date(2024, 3, 31))
    assert len(leap) == 29


@pytest.mark.parametrize(
    ("window", "words", "zh"),
    [
        (Calendar("month"), "the whole month before", "之前 1 个完整自然月"),
        (Calendar("month", 3), "the 3 whole months before", "之前 3 个完整自然月"),
        (Calendar("quarter", 2, 1), "the 2 whole quarters before, without the last 1", "之前 2 个完整季度，不含最近 1 个"),
        (Calendar("year"), "the whole year before", "之前 1 个完整年度"),
        (SinceStartOf("month"), "since the first of the month", "本月 1 日以来"),
        (SinceStartOf("quarter"), "since the first day of the quarter", "本季度第一天以来"),
        (SinceStartOf("year"), "since 1 January", "1 月 1 日以来"),
        (Days(1, 30), "ages 1 to 30", "发布日前第 1 至 30 天"),
    ],
)  # fmt: skip
def test_a_window_in_words(window: ss.Window, words: str, zh: str) -> None:
    assert window.words == words
    assert window.words.text("zh") == zh


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Calendar("month", 0),
        lambda: Calendar("month", 1, -1),
        lambda: Calendar("month", True),
        lambda: Calendar("month", 1.0),  # type: ignore[arg-type]
    ],
)
def test_a_calendar_that_cannot_be(wrong: Any) -> None:
    with pytest.raises(DeclarationError, match="count of at least 1 is needed"):
        wrong()


def test_a_part_that_there_is_not() -> None:
    for kind in (Calendar, SinceStartOf):
        with pytest.raises(ValueError, match="week"):
            kind("week")  # type: ignore[arg-type]


# ------------------------------------------------------------------------------- weights of days


@pytest.mark.parametrize(
    ("first", "ints", "scale", "kind"),
    [
        (1, (1, 1.0), 1, "float"),
        (1.0, (1,), 1, "float"),
        (1, (1,), 1.0, "float"),
        (1, (True,), 1, "bool"),
        (1, (__import__("decimal").Decimal(1),), 1, "Decimal"),
        (1, (__import__("numpy").int64(1),), 1, "int64"),
    ],
)
def test_weights_are_whole_numbers(first: Any, ints: Any, scale: Any, kind: str) -> None:
    with pytest.raises(DeclarationError, match=f"whole numbers, not {kind}"):
        DayWeights(first, ints, scale)


@given(
    st.integers(1, 6),
    st.lists(st.integers(0, 3), min_size=1, max_size=8),
    st.integers(-12, 12),
)
def test_days_that_are_seen_later(first: int, ints: list[int], later: int) -> None:
    """Seen so many days later each day has the same weight; those that are yet to come have none."""
    weights, day = DayWeights(first, tuple(ints), 3), date(2024, 3, 1)
    seen = day + later * DAY
    moved = weights.moved(later)
    wanted = {day - age * DAY: weight for age, weight in enumerate(ints, first)}
    found = {seen - age * DAY: weight for age, weight in enumerate(moved.ints, moved.first_age)}
    for one in {*wanted, *found}:
        expected = wanted.get(one, 0) if one < seen else 0
        assert found.get(one, 0) == expected, one
    assert moved.scale == 3
    assert moved.first_age >= 1


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_gaps(ints: list[int]) -> None:
    weights = DayWeights(2, tuple(ints), 4)
    assert weights.has_gaps == (0 in ints)
    assert weights.days == DayWeights(2, tuple(int(weight != 0) for weight in ints))


# ----------------------------------------------------------------------------- days of evaluation


def judges(evaluation: Evaluation, day: date) -> bool:
    if evaluation.every == "week":
        return f"{day:%A}".lower() == WEEKDAYS[evaluation.on]
    if evaluation.every == "month":
        return day.day == evaluation.on
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return (day - first).days + 1 == evaluation.on


evaluations = st.one_of(
    st.builds(Evaluation, st.just("week"), st.integers(0, 6)),
    st.builds(Evaluation, st.sampled_from(["month", "quarter"]), st.integers(1, 28)),
)


@given(evaluations, days)
@settings(max_examples=300)
def test_the_last_and_the_next(evaluation: Evaluation, day: date) -> None:
    last = next(d for d in (day - i * DAY for i in range(100)) if judges(evaluation, d))
    following = next(d for d in (day + i * DAY for i in range(1, 100)) if judges(evaluation, d))
    assert (evaluation.last(day), evaluation.next(day)) == (last, following)


@pytest.mark.parametrize(
    ("every", "on"),
    [("month", 0), ("month", 29), ("quarter", 31), ("week", 7), ("week", -1), ("month", True)],
)
def test_a_day_that_is_not_in_every_month(every: Any, on: Any) -> None:
    with pytest.raises(RuleSetError, match="the day of an evaluation is from"):
        Evaluation(every, on)


def test_in_words() -> None:
    found = [
        Evaluation("week", 2).words,
        Evaluation("month", 20).words,
        Evaluation("quarter", 1).words,
    ]
    assert found == ["every Wednesday", "on day 20 of every month", "on day 1 of every quarter"]
    assert [w.text("zh") for w in found] == ["每逢星期三", "每月第 20 天", "每季度第 1 天"]
