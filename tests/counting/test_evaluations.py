"""Days of evaluation, windows of the calendar and with gaps: against counting row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from attrs import frozen
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import shopscore as ss
from support.judged_platform import IDS, PLATFORM, judged

F = Fraction
#: An example takes a dozen scores: making it smaller would take many minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SHOPS = ("S0", "S1", "S2")
OPENED = {"S0": date(2023, 1, 1), "S1": date(2024, 2, 1), "S2": None}
ENOUGH = 4
#: Around ends of months, quarters and years, and a leap day.
AS_OF = (
    date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 20), date(2024, 3, 31), date(2024, 4, 1),
    date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 19), date(2024, 5, 6), date(2025, 2, 28),
)  # fmt: skip
EVALUATIONS: tuple[dict[str, Any], ...] = (
    {"monthly": 1, "projected": "next"},
    {"monthly": 20},
    {"monthly": 28, "projected": "next"},
    {"weekly": "monday"},
    {"weekly": "sunday", "projected": "next"},
    {"quarterly": 1, "projected": "next"},
    {"quarterly": 15},
    {},
)


@frozen
class Order:
    shop: str
    day: date
    fen: int
    late: bool
    buyer: str = "ann"


@frozen
class Ticket:
    shop: str
    day: date
    fen: int


@frozen
class Rows:
    """The rows of two streams; without tickets the stream is there and empty."""

    orders: tuple[Order, ...] = ()
    tickets: tuple[Ticket, ...] = ()

    def frames(self) -> dict[str, pl.DataFrame]:
        shops = {"shop_id": SHOPS, "industry": ["food"] * 3,
                 "opened_at": [str(OPENED[s] or "") for s in SHOPS]}  # fmt: skip
        orders = {
            "order_id": [f"O{i}" for i in range(len(self.orders))],
            "shop_id": [o.shop for o in self.orders],
            "paid_at": [f"{o.day} 00:00:00" for o in self.orders],
            "amount": [f"{o.fen / 100:.2f}" for o in self.orders],
            "is_presale": [str(o.late).lower() for o in self.orders],
            "buyer_id": [o.buyer for o in self.orders],
        }
        tickets = {
            "ticket_id": [f"T{i}" for i in range(len(self.tickets))],
            "shop_id": [t.shop for t in self.tickets],
            "applied_at": [f"{t.day} 23:59:59" for t in self.tickets],
            "kind": ["refund_only"] * len(self.tickets),
            "refund_amount": [f"{t.fen / 100:.2f}" for t in self.tickets],
        }
        streams = {"shops": shops, "orders": orders, "aftersales": tickets}
        return {
            name: pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
            for name, columns in streams.items()
        }


# ----------------------------------------------------------------------------- the slow computation


def month(day: date) -> int:
    return day.year * 12 + day.month


def quarter(day: date) -> int:
    return day.year * 4 + (day.month + 2) // 3


def ages(first: int, last: int) -> Callable[[date, date], bool]:
    return lambda judged, day: first <= (judged - day).days <= last


def before(part: Callable[[date], int], first: int, last: int) -> Callable[[date, date], bool]:
    return lambda judged, day: first <= part(judged) - part(day) <= last


def since(part: Callable[[date], int]) -> Callable[[date, date], bool]:
    return lambda judged, day: part(judged) == part(day) and day < judged


def weekends(judged: date, day: date) -> bool:
    return day.isoweekday() in (6, 7) and ages(1, 30)(judged, day)


def year(day: date) -> int:
    return day.year


Value = Fraction | None


def rate(orders: Sequence[Order]) -> Value:
    return F(sum(o.late for o in orders), len(orders)) if orders else None


def repeated(orders: Sequence[Order]) -> tuple[Value, int]:
    """The share of buyers who bought more than once, and how many buyers there are."""
    numbers = Counter(o.buyer for o in orders)
    again = sum(n > 1 for n in numbers.values())
    return (F(again, len(numbers)) if numbers else None), len(numbers)


def money(orders: Iterable[Order | Ticket]) -> Fraction:
    return F(sum(o.fen for o in orders), 100)


def by_hand(rows: Rows, shop: str, judged: date, seen: date) -> dict[str, tuple[Value, int]]:
    """Value and n of each metric: what counts for a day of judgement, of what happened until now."""
    own = [o for o in rows.orders if o.shop == shop and o.day < seen]
    tickets = [t for t in rows.tickets if t.shop == shop and t.day < seen]
    tickets = [t for t in tickets if ages(1, 60)(judged, t.day)]

    def of(window: Callable[[date, date], bool]) -> list[Order]:
        return [o for o in own if window(judged, o.day)]

    months, twelve = of(before(month, 1, 3)), of(before(month, 1, 12))
    back = months if len(months) >= ENOUGH else twelve
    now, then, sixty = of(ages(1, 30)), of(ages(31, 60)), of(ages(1, 60))
    weights = {1: 5, 3: 4, 5: 3, 7: 2, 9: 1}
    second = [(weights[(judged - o.day).days], o) for o in own if (judged - o.day).days in weights]
    weighed = sum(weight for weight, _ in second)
    counts = {
        "skipped": of(before(month, 2, 2)),
        "last_quarter": of(before(quarter, 1, 1)),
        "last_year": of(before(year, 1, 1)),
        "this_month": of(since(month)),
        "this_quarter": of(since(quarter)),
        "this_year": of(since(year)),
    }
    return {
        "weekend_rate": (rate(of(weekends)), len(of(weekends))),
        "weekend_sales": (money(of(weekends)), len(of(weekends))),
        "second_rate": (
            F(sum(w for w, o in second if o.late), weighed) if second else None, len(second),
        ),
        "months": (rate(months), len(months)),
        **{id: (F(len(found)), len(found)) for id, found in counts.items()},
        "back": (rate(back), len(back)),
        "change": (F(len(now) - len(then), len(then)) if then and now else None, len(now)),
        "refunded": (
            money(tickets) / money(sixty) if sixty and money(sixty) else None, len(sixty),
        ),
        "sales": (money(sixty) if sixty else None, len(sixty)),
        "tickets": (F(len(tickets)), len(tickets)),
        "buyers": (F(repeated(months)[1]), repeated(months)[1]),
        "repeat": repeated(sixty),
        "back_buyers": repeated(back),
    }  # fmt: skip


def verdicts(found: Mapping[str, tuple[Value, int]], shop: str, judged: date) -> dict[str, Any]:
    (months, n), opened = found["months"], OPENED[shop]
    late = 0 if months is None else months * n
    return {
        "calm": n == 0 or months <= F(1, 4) or late < 2,  # type: ignore[operator]
        "busy": found["skipped"][1] >= 2,
        "quiet": found["tickets"][1] == 0,
        "old": None if opened is None else (judged - opened).days >= 31,
    }


def every(*parts: bool | None) -> bool | None:
    return False if False in parts else None if None in parts else True


def some(*parts: bool | None) -> bool | None:
    return True if True in parts else None if None in parts else False


def levels(v: Mapping[str, bool | None]) -> tuple[str, str]:
    """The level for certain and the highest possible."""
    held = {
        "a": every(v["calm"], v["busy"], some(v["quiet"], v["old"])),
        "b": some(every(v["calm"], v["old"]), v["quiet"]),
        "c": True,
    }
    certain = next(level for level, holds in held.items() if holds is True)
    return certain, next(level for level, holds in held.items() if holds is not False)


def last_and_next(day: date, evaluation: Mapping[str, Any]) -> tuple[date, date]:
    """By looking at day after day."""

    def judges(one: date) -> bool:
        if "weekly" in evaluation:
            return f"{one:%A}".lower() == evaluation["weekly"]
        if "monthly" in evaluation:
            return one.day == evaluation["monthly"]
        return one.day == evaluation["quarterly"] and one.month in (1, 4, 7, 10)

    last = next(d for d in (day - timedelta(i) for i in range(100)) if judges(d))
    return last, next(d for d in (day + timedelta(i) for i in range(1, 100)) if judges(d))


# --------------------------------------------------------------------------------- the random rows


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rows, date, dict[str, Any]]:
    as_of = draw(st.sampled_from(AS_OF))
    days = st.one_of(st.integers(-3, 70), st.integers(60, 420)).map(lambda a: as_of - timedelta(a))
    shops, fen = st.sampled_from(SHOPS[:2]), st.integers(0, 900)
    orders = draw(
        st.lists(
            st.builds(Order, shops, days, fen, st.booleans(), st.sampled_from("xyz")), max_size=25
        )
    )
    tickets = draw(st.lists(st.builds(Ticket, shops, days, fen), max_size=4))
    # a shop that sells every day: so the events cover every window
    daily = [Order(SHOPS[2], as_of - timedelta(age), 1, late=False) for age in range(-3, 480)]
    return Rows((*orders, *daily), tuple(tickets)), as_of, draw(st.sampled_from(EVALUATIONS))


@pytest.mark.parametrize("as_of", [date(2024, 1, 1), date(2026, 1, 1)])
def test_of_a_window_that_no_row_reaches_nothing_is_certain(as_of: date) -> None:
    """Before all rows and long after them: neither that there are none, nor that there are few."""
    rows = Rows((Order("S0", date(2025, 1, 15), 1, late=False),))
    result = ss.score(rows.frames(), as_of=as_of, platform=PLATFORM, ruleset=judged())
    for view in result:
        met = {criterion.id: criterion.met for criterion in view.criteria}
        assert (met["calm"], met["busy"], met["quiet"]) == (None, None, None)
        assert view.level is None


def compare(result: ss.Result, rows: Rows, judged_on: date, seen: date) -> None:
    """Each value and n, each criterion and the level of every shop."""
    for place, view in enumerate(result):
        wanted = by_hand(rows, view.shop_id, judged_on, seen)
        assert {*wanted} == {*IDS}
        for id in IDS:
            found = result.measured[id].column.fractions()[place]
            assert (found, int(result.measured[id].n[place])) == wanted[id], (view.shop_id, id)
        held = verdicts(wanted, view.shop_id, judged_on)
        assert {c.id: c.met for c in view.criteria} == held
        certain, possible = levels(held)
        assert (view.levels["level_certain"], view.levels["level_possible"]) == (certain, possible)
        assert view.level == (certain if certain == possible else None)


@given(cases())
@settings(max_examples=12, deadline=None, phases=PHASES)
def test_every_window_on_every_day_of_evaluation(case: tuple[Rows, date, dict[str, Any]]) -> None:
    """Projected and current, of events, of their state, and of many days at once."""
    rows, as_of, evaluation = case
    ruleset, frames = judged(**evaluation), rows.frames()
    asked: dict[str, Any] = {"platform": PLATFORM, "ruleset": ruleset}
    result = ss.score(frames, as_of=as_of, **asked)
    if not evaluation:
        assert result.evaluation is None
        assert result.current is None
        compare(result, rows, as_of, as_of)
    else:
        last, following = last_and_next(as_of, evaluation)
        to = following if evaluation.get("projected") == "next" else as_of
        assert result.evaluation == {
            "last": str(last), "next": str(following), "projected_to": str(to),
        }  # fmt: skip
        compare(result, rows, to, as_of)
        assert result.current is not None
        compare(result.current, rows, last, last)
        _current_is_what_it_was_then(result, frames, last, asked)
    others = [as_of - timedelta(17), as_of, as_of + timedelta(1)]
    in_turn = [*ss.score_days(frames, days=others, **asked)]
    state = ss.tally(ss.resolve(frames, as_of=as_of, **asked))
    in_parts = ss.score(state, shops=frames["shops"], as_of=as_of, **asked)
    for other in (in_turn[1], in_parts):
        assert other.to_polars().equals(result.to_polars())
        assert other.to_dict()["shops"] == result.to_dict()["shops"]
    for day, found in zip(others, in_turn, strict=True):
        assert found.to_polars().equals(ss.score(frames, as_of=day, **asked).to_polars())


def _current_is_what_it_was_then(
    result: ss.Result, frames: dict[str, pl.DataFrame], last: date, asked: dict[str, Any]
) -> None:
    then = ss.score(frames, as_of=last, **asked)
    assert result.current is not None
    assert then.current is not None
    assert then.current.to_polars().equals(result.current.to_polars())
    for now, before_ in zip(result, then, strict=True):
        assert {k: v for k, v in now.levels.items() if k.startswith("current_")} == {
            k: v for k, v in before_.levels.items() if k.startswith("current_")
        }
        assert [c.current_met for c in now.criteria] == [c.current_met for c in before_.criteria]


@pytest.mark.parametrize(("orders", "window"), [(399, 12), (400, 3)])
def test_the_look_back_at_its_border(orders: int, window: int) -> None:
    """All of three months are late, and as many of the months before are not."""
    as_of = date(2026, 5, 20)
    near = [Order("S0", date(2026, 2, 1) + timedelta(i % 89), 100, True) for i in range(orders)]
    far = [Order("S0", date(2025, 5, 1) + timedelta(i % 276), 100, False) for i in range(orders)]
    outside = [Order("S0", date(2025, 4, 30), 1, False), Order("S0", date(2026, 5, 1), 1, False)]
    rows = Rows((*near, *far, *outside))
    result = ss.score(
        rows.frames(), platform=PLATFORM, ruleset=judged(), as_of=as_of, assume={"enough": 400}
    )
    value = F(1) if window == 3 else F(1, 2)
    assert result.measured["back"].column.fractions()[0] == value
    assert result.measured["back"].n[0] == (orders if window == 3 else 2 * orders)


class TestNoRows:
    def test_a_stream_that_is_there_gives_zero(self) -> None:
        result = ss.score(Rows().frames(), platform=PLATFORM, ruleset=judged(), as_of="2024-03-01")
        found = {id: result.measured[id].column.fractions()[0] for id in IDS}
        zero = {
            "weekend_sales", "skipped", "last_quarter", "last_year", "this_month", "this_quarter",
            "this_year", "tickets", "buyers",
        }  # fmt: skip
        assert found == {id: F(0) if id in zero else None for id in IDS}

    def test_a_stream_that_is_missing_gives_nothing(self) -> None:
        frames = Rows((Order("S0", date(2024, 2, 1), 100, False),)).frames()
        del frames["aftersales"]
        result = ss.score(frames, platform=PLATFORM, ruleset=judged(), as_of="2024-03-01")
        shop = result["S0"]
        assert shop["tickets"].value is None
        assert shop["tickets"].reason == "no stream aftersales"
        assert {c.id: c.met for c in shop.criteria}["quiet"] is None
        state = ss.tally(ss.resolve(frames, platform=PLATFORM, ruleset=judged()))
        again = ss.score(
            state, shops=frames["shops"], platform=PLATFORM, ruleset=judged(), as_of="2024-03-01"
        )
        assert again.to_polars().equals(result.to_polars())


def test_rows_that_begin_within_the_last_evaluation_are_told() -> None:
    """Its window begins before that of the projection: what is missing there is said as well."""
    days = [date(2024, 3, 1) + timedelta(i) for i in range(50)]
    rows = Rows(tuple(Order("S0", day, 100, False) for day in days))
    rules = judged(monthly=1, projected="next")
    result = ss.score(rows.frames(), platform=PLATFORM, ruleset=rules, as_of="2024-04-20")
    (told,) = [n for n in result.notices if n.code == "short_window" and n.stream == "orders"]
    assert "months" in told.metrics


def test_nobody_is_ranked_by_criteria() -> None:
    rows = Rows(tuple(Order(s, date(2024, 2, 9), 100, False) for s in SHOPS))
    result = ss.score(rows.frames(), platform=PLATFORM, ruleset=judged(), as_of="2024-03-01")
    assert {(m.percentile, m.peers) for shop in result for m in shop} == {(None, None)}
    assert not [n for n in result.notices if n.code == "few_peers"]
    assert not [a for a in result.rules.assumptions if a.id.startswith("ranking")]
    assert all(graded.percentiles is None for graded in result.graded.values())


def test_a_benchmark_is_not_used_by_criteria() -> None:
    rows = Rows((Order("S0", date(2024, 2, 9), 100, False),))
    table = ss.Benchmark.from_rows([("*", "months", "1", "0"), ("*", "months", "0", "1")])
    result = ss.score(
        rows.frames(), platform=PLATFORM, ruleset=judged(), as_of="2024-03-01", benchmarks=table
    )
    assert [n.metrics for n in result.notices if n.code == "benchmark_unused"] == [("months",)]
    assert result["S0"]["months"].percentile is None


def test_values_beside_events_count_for_the_projection_alone() -> None:
    """What was typed in is of today: the last evaluation is that of the events, and S9 has none."""
    orders = tuple(Order(s, date(2024, 2, 9), 100, False) for s in SHOPS)
    frames, rules = Rows(orders).frames(), judged(monthly=20)
    typed = {"shop_id": ["S0", "S9"], "metric": ["tickets"] * 2, "value": ["3", "0"], "n": [3, 0]}
    options: Any = {"platform": PLATFORM, "ruleset": rules, "as_of": "2024-03-01"}
    alone = ss.score(frames, **options)
    state = ss.tally(ss.resolve(frames, platform=PLATFORM, ruleset=rules))
    beside: Any = {"values": pl.DataFrame(typed), "prefer": "values"}
    for result in (
        ss.score(frames, **beside, **options),
        ss.score(state, shops=frames["shops"], **beside, **options),
    ):
        assert [shop.shop_id for shop in result] == [*SHOPS, "S9"]
        for shop in alone:
            assert last(result[shop.shop_id]) == last(shop)
        assert [c.value for c in result["S0"].criteria if c.id == "quiet"] == [3]
        unknown = last(result["S9"])
        assert unknown["quiet"] == (None, None)
        assert (unknown["current_level_certain"], unknown["current_level_possible"]) == ("c", "a")
        (told,) = (n for n in result.notices if n.code == "values_not_current")
        assert "from events alone" in str(told)
    assert not [n for n in alone.notices if n.code == "values_not_current"]


def last(shop: ss.Shop) -> dict[str, Any]:
    """What a shop has had since the last evaluation."""
    levels = {name: level for name, level in shop.levels.items() if name.startswith("current_")}
    return levels | {c.id: (c.current_value, c.current_met) for c in shop.criteria}
