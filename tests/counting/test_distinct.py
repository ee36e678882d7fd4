"""Distinct keys in a rolling window: against sets of keys, built for each day from the definition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import polars as pl
import pytest
from attrs import evolve, frozen
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore import (
    Aggregator,
    Calendar,
    Change,
    Count,
    Days,
    DayWeights,
    Distinct,
    LookBack,
    Quantile,
    Ratio,
    SinceStartOf,
    SumOverSum,
    Tally,
    Total,
    Window,
    WorstDays,
    assumed,
    col,
)
from shopscore.counting.cells import fingerprint
from shopscore.counting.many_days import SumsOfDays
from shopscore.counting.resolution import resolve_events
from shopscore.counting.sums import window_sums
from shopscore.grading.weighing import MetricValues, Summing, weigh
from shopscore.model.metrics import RateMetric
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.testing.toy import PLATFORM

DAY = timedelta(1)
SHOPS = ("A", "B")
# shrinking takes minutes here
some = settings(
    max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)


@frozen
class Order:
    """A row: its shop, day and buyer, and whether it was late."""

    shop: str
    day: date
    buyer: str
    late: bool = False


def keys(at_least: Any = 1, **more: Any) -> Tally:
    return Tally("orders", day=col.paid_at, distinct=Distinct((col.buyer_id,), at_least), **more)


orders = Tally("orders", day=col.paid_at)
late_buyers = keys(where=col.is_presale)


# ----------------------------------------------------------------------------- the definition


def ages(first: int, last: int) -> Callable[[date, date], bool]:
    return lambda as_of, day: first <= (as_of - day).days <= last


def parts_before(
    part: Callable[[date], int], first: int, last: int
) -> Callable[[date, date], bool]:
    return lambda as_of, day: first <= part(as_of) - part(day) <= last


def since(part: Callable[[date], int]) -> Callable[[date, date], bool]:
    return lambda as_of, day: part(as_of) == part(day) and day < as_of


def month(day: date) -> int:
    return day.year * 12 + day.month


def quarter(day: date) -> int:
    return day.year * 4 + (day.month + 2) // 3


def year(day: date) -> int:
    return day.year


WINDOWS: dict[str, tuple[Window, Callable[[date, date], bool]]] = {
    "one_day": (Days(1, 1), ages(1, 1)),
    "week": (Days(1, 7), ages(1, 7)),
    "later": (Days(4, 12), ages(4, 12)),
    "month": (Calendar("month"), parts_before(month, 1, 1)),
    "months": (Calendar("month", 3), parts_before(month, 1, 3)),
    "skipped": (Calendar("month", 2, 1), parts_before(month, 2, 3)),
    "quarter": (Calendar("quarter", 1, 1), parts_before(quarter, 2, 2)),
    "year": (Calendar("year"), parts_before(year, 1, 1)),
    "this_month": (SinceStartOf("month"), since(month)),
    "this_quarter": (SinceStartOf("quarter"), since(quarter)),
    "this_year": (SinceStartOf("year"), since(year)),
}


def number_of_keys(rows: Iterable[Order], at_least: int) -> int:
    return sum(n >= at_least for n in Counter(row.buyer for row in rows if row.buyer).values())


# ------------------------------------------------------------------------------------ the rules


def rules_of(**metrics: tuple[Aggregator, Window]) -> BoundRuleSet:
    """The toy's rules with other metrics."""
    card = PLATFORM.scorecard()
    rules = BoundRuleSet.bind(PLATFORM, card, card.ruleset("2024-01-01"))
    like = rules.metrics["paid_orders"]
    found = {
        id: evolve(
            like,
            metric=RateMetric(
                id, zh="值", en="Value", better="higher", aggregator=aggregator, window=window,
                unit="ratio" if id in ("repeat", "late") else "count",
            ),
            aggregator=aggregator,
            window=window,
        )
        for id, (aggregator, window) in metrics.items()
    }  # fmt: skip
    for metric in found.values():
        metric.check_tallies(rules.streams)
    return evolve(rules, metrics=found)


#: A window and how many rows a key needs.
ASKED = [
    *((name, k) for name in ("week", "months", "this_month") for k in (1, 2, 3)),
    *((name, 1 + place % 2) for place, name in enumerate(WINDOWS)),
]
EVERY = rules_of(
    **{f"{name}_{k}": (Count(keys(k), zero=True), WINDOWS[name][0]) for name, k in ASKED}
)


def frames_of(rows: Iterable[Order]) -> dict[str, pl.DataFrame]:
    rows = list(rows)
    return {
        "shops": pl.DataFrame({"shop_id": SHOPS, "industry": ["food", "food"]}),
        "orders": pl.DataFrame(
            {
                "order_id": [f"O{n}" for n in range(len(rows))],
                "shop_id": [row.shop for row in rows],
                "paid_at": [f"{row.day} 12:00:00" for row in rows],
                "buyer_id": [row.buyer for row in rows],
                "is_presale": [str(row.late).lower() for row in rows],
            },
            schema=dict.fromkeys(
                ["order_id", "shop_id", "paid_at", "buyer_id", "is_presale"], pl.String
            ),
        ),
    }


def read(rows: Iterable[Order]) -> ss.Events:
    return ss.read_events(frames_of(rows), platform=PLATFORM)


def found_on(
    rules: BoundRuleSet, summing: Summing, events: ss.Events, as_of: date
) -> dict[str, MetricValues]:
    return weigh(rules, summing, events.columns_present(), as_of, len(events.shops))


def values_of(measured: Mapping[str, MetricValues]) -> dict[str, list[Fraction | None]]:
    return {id: found.column.fractions() for id, found in measured.items()}


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Order], list[date]]:
    """Rows around an end of a month, a year or a leap day, and every day of a range about them."""
    start = draw(st.sampled_from([date(2024, 2, 26), date(2023, 12, 28), date(2024, 6, 28)]))
    days = st.integers(0, 9).map(lambda n: start + n * DAY)
    row = st.builds(Order, st.sampled_from(SHOPS), days, st.sampled_from("abc"), st.booleans())
    rows = draw(st.lists(row, max_size=16))
    far = [start + n * DAY for n in (60, 61, 62, 63, 90, 91, 120, 124, 180, 190, 366, 370, 740)]
    return rows, [*(start + n * DAY for n in range(-2, 24)), *far]


@given(histories(), st.integers(0, 10**6), st.integers(1, 4))
@some
def test_on_every_day_of_a_range(
    history: tuple[list[Order], list[date]], seed: int, parts: int
) -> None:
    """Straight from rows, from a state that was merged from parts, and from one day to the next."""
    rows, days = history
    rng = Random(seed)
    shuffled = rng.sample(rows, len(rows))
    events = read(shuffled)
    resolved = resolve_events(events, EVERY)
    states = [ss.tally(part) for part in resolved.split(parts)]
    rng.shuffle(states)
    state = sum(states[1:], states[0])
    assert state == ss.tally(resolved)
    state = state.with_shops(events.shops["shop_id"])
    moving = SumsOfDays.of_state(state, [fingerprint(tally) for tally in EVERY.tallies])
    for day in days:
        expected = {
            f"{name}_{k}": [
                number_of_keys(
                    (r for r in rows if r.shop == shop and WINDOWS[name][1](day, r.day)), k
                )
                for shop in events.shops["shop_id"]
            ]
            for name, k in ASKED
        }

        for summing in (state.window_sums, moving.window_sums):
            measured = found_on(EVERY, summing, events, day)
            assert values_of(measured) == expected
            assert {id: m.n.tolist() for id, m in measured.items()} == expected
        if day in days[::8]:
            wanted = [one for m in EVERY.metrics.values() for one in m.wanted(day)]
            sums = window_sums(resolved, wanted, day)
            assert [own.tolist() for own, _ in sums] == [*expected.values()]
            assert not any(unknown.any() for _, unknown in sums)


@given(histories(), st.integers(0, 10**6))
@some
def test_corrections_end_at_the_same_state(
    history: tuple[list[Order], list[date]], seed: int
) -> None:
    """Rows that move to another day or buyer, in whole units: the rows of a shop."""
    rows, days = history
    rng = Random(seed)
    later = [
        evolve(row, day=rng.choice(days[:20]), buyer=rng.choice("abcd"))
        if rng.random() < 0.4
        else row
        for row in rows
    ]

    def tallied(of: list[Order], *shops: str) -> ss.Tallies:
        numbered = frames_of(of)
        mine = pl.col("shop_id").is_in(shops or SHOPS)
        return ss.tally(
            resolve_events(
                ss.read_events(
                    {n: frame.filter(mine) for n, frame in numbered.items()}, platform=PLATFORM
                ),
                EVERY,
            )
        )

    state = tallied(rows)
    for shop in SHOPS:
        state = state + (tallied(later, shop) - tallied(rows, shop))
    assert state == tallied(later)
    assert state - tallied(later, "A") == tallied(later, "B")


def test_a_state_is_written_and_read(tmp_path: Any) -> None:
    resolved = resolve_events(read(REPEATS), EVERY)
    state = ss.tally(resolved)
    state.write_parquet(tmp_path / "state.parquet")
    assert ss.Tallies.read_parquet(tmp_path / "state.parquet") == state


# ----------------------------------------------------------------------------------- by hand

#: Of A: Ann buys on days 0 and 89, Bob on days 0 and 90, Cid once on day 45.
START = date(2024, 1, 1)
REPEATS = [
    Order("A", START, "ann"),
    Order("A", START + 89 * DAY, "ann"),
    Order("A", START, "bob"),
    Order("A", START + 90 * DAY, "bob"),
    Order("A", START + 45 * DAY, "cid"),
    Order("B", START, "ann"),
    Order("B", START + 90 * DAY, "ann"),
]
REPEAT_RATE = rules_of(repeat=(Ratio(keys(2), keys()), Days(1, 90)))


@pytest.mark.parametrize(
    ("after", "repeated", "buyers"),
    [
        (0, 0, 0),  # the day itself does not count
        (1, 0, 2),
        (46, 0, 3),
        (89, 0, 3),
        (90, 1, 3),  # days 0 and 89 are ages 90 and 1: Ann's two orders
        (91, 0, 3),  # day 0 has left
        (135, 0, 3),  # Cid's day 45 has age 90
        (136, 0, 2),
        (179, 0, 2),
        (180, 0, 1),  # Ann has left with day 89
        (181, 0, 0),
    ],
)
def test_repeat_buyers_in_90_rolling_days(after: int, repeated: int, buyers: int) -> None:
    as_of = START + after * DAY
    events = read(REPEATS)
    resolved = resolve_events(events, REPEAT_RATE)
    measured = found_on(
        REPEAT_RATE, lambda wanted, day: window_sums(resolved, wanted, day), events, as_of
    )["repeat"]
    value = Fraction(repeated, buyers) if buyers else None
    assert (measured.column.fractions()[0], measured.n[0]) == (value, buyers)


@frozen
class Doubled(Aggregator):
    """What a plugin's author may write: nothing but whole numbers come in."""

    of: Tally

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return (self.of,)

    def combine(self, sums: Any, counts: Any) -> Any:
        assert all(type(int(n)) is int for n in (*sums[0], *counts[0]))
        assert sums[0].tolist() == counts[0].tolist()
        return sums[0] * 2, sums[0] * 0 + 1, counts[0]


def test_aggregators_take_keys_for_rows() -> None:
    """Ann and Bob in the last week, of whom Ann is late; before them Bob, twice, and Cid."""
    week, before = Days(1, 7), Days(8, 14)
    rules = rules_of(
        total=(Total(keys()), week),
        per_buyer=(SumOverSum(orders, keys()), week),
        per_buyer_too=(Ratio(orders, keys()), week),
        late=(Ratio(late_buyers, keys()), week),
        doubled=(Doubled(keys()), week),
        change=(Change(Count(keys()), now=week, before=before), week),
        near=(LookBack(Count(keys()), counted=orders, at_least=4, window=week, otherwise=before), week),
        far=(LookBack(Count(keys()), counted=keys(), at_least=4, window=week, otherwise=before), week),
        either=(LookBack(Ratio(keys(2), keys()), counted=keys(), at_least=2, window=week, otherwise=before), week),
        once=(Count(keys(once=ss.Once((col.buyer_id,), (col.paid_at,)))), week),
    )  # fmt: skip
    today = date(2024, 3, 15)
    rows = [
        *(Order("A", today - n * DAY, "ann", late=n == 2) for n in (1, 2, 3)),
        Order("A", today - 7 * DAY, "bob"),
        Order("A", today - 8 * DAY, "bob"),
        Order("A", today - 14 * DAY, "bob"),
        Order("A", today - 14 * DAY, "cid"),
        Order("A", today - 14 * DAY, "dan"),
    ]
    events = read(rows)
    resolved = resolve_events(events, rules)
    measured = found_on(
        rules, lambda wanted, day: window_sums(resolved, wanted, day), events, today
    )
    found = {id: (m.column.fractions()[0], int(m.n[0])) for id, m in measured.items()}
    assert found == {
        "total": (2, 2),
        "per_buyer": (2, 2),
        "per_buyer_too": (2, 2),
        "late": (Fraction(1, 2), 2),
        "doubled": (4, 2),
        "change": (Fraction(-1, 3), 2),
        "near": (2, 2),
        "far": (3, 3),
        "either": (Fraction(1, 2), 2),
        "once": (1, 1),  # Bob's first order was before
    }


# ----------------------------------------------------------------------- rows without a key


def test_a_key_that_is_not_known() -> None:
    """A knows all buyers, B none; C knows some: a count may be too low, a rate is of those known."""
    today = date(2024, 3, 15)
    rules = rules_of(
        buyers=(Count(keys(), zero=True), Days(1, 30)),
        repeat=(Ratio(keys(2), keys()), Days(1, 30)),
        look=(
            LookBack(
                Count(keys(), zero=True), counted=orders, at_least=2, window=Days(1, 30),
                otherwise=Days(1, 90),
            ),
            Days(1, 30),
        ),
    )  # fmt: skip
    rows = [
        Order("A", today - DAY, "ann"),
        Order("A", today - 2 * DAY, "ann"),
        Order("A", today - 60 * DAY, ""),
        Order("B", today - DAY, ""),
        Order("B", today - DAY, ""),
        Order("C", today - DAY, "ann"),
        Order("C", today - DAY, ""),
    ]
    shops = {"shops": pl.DataFrame({"shop_id": ["A", "B", "C", "D"], "industry": ["x"] * 4})}
    events = ss.read_events({**frames_of(rows), **shops}, platform=PLATFORM)
    resolved = resolve_events(events, rules)
    measured = found_on(
        rules, lambda wanted, day: window_sums(resolved, wanted, day), events, today
    )
    assert values_of(measured) == {
        "buyers": [1, None, 1, 0],
        "repeat": [1, None, 0, None],
        "look": [1, None, 1, 0],
    }
    missing = {id: m.missing.tolist() for id, m in measured.items()}
    assert missing == {id: [False, True, False, False] for id in missing}
    cut = {id: None if m.cut is None else m.cut.tolist() for id, m in measured.items()}
    assert cut == {
        "buyers": [False, False, True, False],
        "repeat": None,
        "look": [False, False, True, False],
    }


def test_without_the_column_input_is_missing() -> None:
    rules = rules_of(buyers=(Count(keys(), zero=True), Days(1, 30)))
    frames = frames_of(REPEATS)
    frames["orders"] = frames["orders"].drop("buyer_id")
    events = ss.read_events(frames, platform=PLATFORM)
    resolved = resolve_events(events, rules)
    measured = found_on(
        rules, lambda wanted, day: window_sums(resolved, wanted, day), events, START + DAY
    )["buyers"]
    assert measured.missing_columns == ("orders.buyer_id",)
    assert not measured.known.any()


# ------------------------------------------------------------------------------ what is refused


@frozen
class Weekends(Window):
    """Days with gaps between them."""

    def weights(self, as_of: date) -> DayWeights:
        days = (as_of - age * DAY for age in range(1, 31))
        return DayWeights(1, tuple(int(day.weekday() >= 5) for day in days))


@frozen
class Gap(Days):
    """A window that leaves out a day."""

    def weights(self, as_of: date) -> DayWeights:
        return DayWeights(1, (1, 0, 1))


@frozen
class Mistaken(Days):
    """A window that counts less than it says."""

    def weights(self, as_of: date) -> DayWeights:
        return DayWeights(1, (1, 1))


class Nameless(Window):
    """A window whose repr says where it is in memory."""

    def weights(self, as_of: date) -> DayWeights:
        return DayWeights(1, (1,))

    def stay(self, day: date) -> tuple[date, date]:
        return day + DAY, day + 2 * DAY


@frozen
class Broken(Window):
    """A window that raises."""

    def weights(self, as_of: date) -> DayWeights:
        return DayWeights(1, (1,))

    def stay(self, day: date) -> tuple[date, date]:
        raise ZeroDivisionError(day)


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (Days(1, 30, half_life=10), "leave out half_life"),
        (Weekends(), r"distinct keys are counted over Days\(first, last\), Calendar"),
        (Gap(1, 3), "a gap between its days"),
        (Mistaken(1, 3), "and by weights"),
        (Nameless(), "attrs.frozen"),
        (Broken(), "window of metric buyers: ZeroDivisionError"),
    ],
)
def test_windows_that_cannot_roll(window: Window, said: str) -> None:
    with pytest.raises(ss.ShopscoreError, match=said):
        rules_of(buyers=(Count(keys()), window))
    with pytest.raises(ss.ShopscoreError, match=said):
        rules_of(buyers=(Change(Count(keys()), now=Days(1, 3), before=window), Days(1, 3)))


@frozen
class Overtaking(Window):
    """Days that come in turn where it is looked at, and one that overtakes another later."""

    def weights(self, as_of: date) -> DayWeights:
        return DayWeights(1, (1,))

    def stay(self, day: date) -> tuple[date, date]:
        late = 3 if day == START + 45 * DAY else 1
        return day + late * DAY, day + (late + 1) * DAY


def test_a_day_that_overtakes_another_is_told() -> None:
    rules = rules_of(buyers=(Count(keys()), Overtaking()))
    rows = [*REPEATS, Order("A", START + 46 * DAY, "ann")]
    with pytest.raises(ss.PluginError, match="a later day comes or leaves before an earlier one"):
        ss.tally(resolve_events(read(rows), rules))


def test_what_keys_are_not() -> None:
    with pytest.raises(ss.DeclarationError, match="no value is summed"):
        keys(value=col.amount)
    with pytest.raises(ss.DeclarationError, match="values of rows"):
        Quantile(keys(), "0.5", edges=(1, 2))
    with pytest.raises(ss.DeclarationError, match="do not add up"):
        WorstDays(Ratio(keys(2), keys()), better="lower", worst=1, among=2)
    for wrong in (0, True, "2"):
        with pytest.raises(ss.DeclarationError, match="at_least of at least 1"):
            Distinct((col.buyer_id,), wrong)  # type: ignore[arg-type]
    with pytest.raises(ss.DeclarationError):
        Distinct(())
    assert keys(assumed("enough")).distinct is not None


def test_unknown_columns_are_told() -> None:
    tally = Tally("reviews", day=col.reviewed_at, distinct=Distinct((col.bayer_id,)))
    with pytest.raises(ss.ExpressionError, match="bayer_id"):
        rules_of(buyers=(Count(tally), Days(1, 3)))


class TestTheEndOfTheCalendar:
    def test_windows_never_reach_beyond(self) -> None:
        end = date.max
        assert Days(1, 5).stay(end) == (end, end)
        assert Days(1, 5).stay(end - 3 * DAY) == (end - 2 * DAY, end)
        assert Calendar("month").stay(date(9999, 12, 3)) == (end, end)
        assert Calendar("month").stay(date(9999, 11, 3)) == (date(9999, 12, 1), end)
        assert SinceStartOf("year").stay(date(9999, 1, 3)) == (date(9999, 1, 4), end)

    def test_rows_there_do_not_disturb_others(self) -> None:
        rules = rules_of(buyers=(Count(keys(), zero=True), Days(1, 30)))
        events = read([Order("A", START, "ann"), Order("A", date(9999, 12, 31), "bob")])
        resolved = resolve_events(events, rules)
        state = ss.tally(resolved).with_shops(events.shops["shop_id"])
        measured = found_on(rules, state.window_sums, events, START + DAY)
        assert values_of(measured) == {"buyers": [1, 0]}
