"""The law of the state: integers that add up over whole units, in any order, to the bit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import shopscore as ss
from oracle.canonical_streams import STREAMS
from oracle.douyin_2022_rules import DIMENSION_OF, HIGHER_IS_BETTER
from oracle.event_loading import Row, load
from oracle.random_events import Events, half_cent_events, random_events, write_folder
from shopscore.counting import selection
from shopscore.counting.sums import window_sums
from support import buyer_platform
from support.event_frames import (
    AS_OF,
    Frames,
    as_events,
    as_text,
    douyin,
    frames_of,
    lines,
    merged,
    of_shop,
    picked,
    resolved,
    shuffled,
    tallied,
    units_of,
    without_extra,
)

seeds = st.integers(0, 10**6)

# these examples are large: shrinking them takes minutes and explains little
GENERATE = (Phase.explicit, Phase.generate)
few = settings(max_examples=2, phases=GENERATE)
DECAY = {"douyin.2022.decay.half_life_days": 30}


def small(seed: int) -> Events:
    return random_events(seed, shops=5, orders=40)


def shop_table(frames: Frames) -> pl.DataFrame:
    """Shops and their industries, as a state needs them for its score."""
    return ss.read_events(frames, platform="douyin").shops.select("shop_id", "industry")


# ----------------------------------------------------------------------------- any order


@pytest.mark.slow
@given(seed=seeds, order=seeds)
@few
def test_order_of_rows_is_nothing(seed: int, order: int) -> None:
    """The whole document, digest included, is the same text."""
    frames = frames_of(small(seed))
    assert douyin(shuffled(frames, order)).to_json() == douyin(frames).to_json()


@pytest.mark.slow
def test_the_digest_sees_every_cell() -> None:
    """So that equal digests above mean something."""
    events = half_cent_events()
    before = douyin(frames_of(events)).versions["input_digest"]
    seen = {before}
    for stream, column, value in [
        ("orders", "paid_at", "2024-06-10 08:00:01"),
        ("reviews", "rating", "2"),
        ("complaints", "order_id", "O9"),
        ("shops", "industry", "food"),
    ]:
        changed = {s: [dict(row) for row in rows] for s, rows in events.items()}
        changed[stream][0][column] = value
        seen.add(douyin(frames_of(changed)).versions["input_digest"])
        fewer = {**events, stream: events[stream][1:]}
        seen.add(douyin(frames_of(fewer)).versions["input_digest"])
    swapped = {s: [dict(row) for row in rows] for s, rows in events.items()}
    first, second = swapped["complaints"][0], swapped["complaints"][1]
    first["order_id"], second["order_id"] = second["order_id"], first["order_id"]
    seen.add(douyin(frames_of(swapped)).versions["input_digest"])
    # the same cells in other columns of their row
    turned = {s: [dict(row) for row in rows] for s, rows in events.items()}
    order = turned["orders"][0]
    order["paid_at"], order["picked_up_at"] = "2024-06-10 10:00:00", "2024-06-10 12:00:00"
    seen.add(douyin(frames_of(turned)).versions["input_digest"])
    order["picked_up_at"], order["signed_at"] = "", "2024-06-10 12:00:00"
    seen.add(douyin(frames_of(turned)).versions["input_digest"])
    order["signed_at"], order["picked_up_at"] = "", "2024-06-10 12:00:00"
    seen.add(douyin(frames_of(turned)).versions["input_digest"])
    assert len(seen) == 13


@pytest.mark.slow
def test_many_files_are_one_stream(tmp_path: Path) -> None:
    """Also where only some of the files have something to repair."""
    events = small(1)
    write_folder(events, tmp_path / "whole")
    parts = tmp_path / "parts"
    for stream, found in events.items():
        (parts / stream).mkdir(parents=True)
        for number in range(3):
            if found[number::3]:
                write_folder({f"{stream}/part-{number}": found[number::3]}, parts)
    one = ss.score(tmp_path / "whole", platform="douyin", ruleset="2022", as_of=AS_OF)
    many = ss.score(parts, platform="douyin", ruleset="2022", as_of=AS_OF)
    assert many.to_json() == one.to_json()


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [3, 64])
@pytest.mark.parametrize("assume", [{}, DECAY], ids=str)
def test_chunks_are_nothing(chunk: int, assume: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    events = ss.read_events(frames_of(random_events(2, shops=3, orders=20)), platform="douyin")
    whole = douyin(events, assume=assume).to_json()
    state = ss.tally(resolved(events, assume=assume))
    monkeypatch.setattr(selection, "CHUNK", chunk)
    assert douyin(events, assume=assume).to_json() == whole
    assert ss.tally(resolved(events, assume=assume)) == state


# --------------------------------------------------------------------------- whole units add up


@pytest.mark.slow
@given(seed=seeds, order=seeds, assume=st.sampled_from([{}, DECAY]))
@few
def test_any_split_adds_up_in_any_order(seed: int, order: int, assume: Any) -> None:
    frames = frames_of(small(seed))
    events = ss.read_events(frames, platform="douyin")
    expected = lines(douyin(events, assume=assume))
    together = resolved(events, assume=assume)
    state = ss.tally(together)
    rng = Random(order)
    for parts in range(1, 8):
        states = [ss.tally(part) for part in together.split(parts)]
        rng.shuffle(states)
        added = merged(states)
        assert added == state
        if parts > 1:
            assert all(part != state for part in states)
        if parts in (1, 3, 7):
            assert lines(douyin(added, assume=assume, shops=shop_table(frames))) == expected


@pytest.mark.slow
def test_parts_of_parts_add_up_whatever_the_brackets() -> None:
    together = resolved(frames_of(small(4)))
    a, b, c = (ss.tally(part) for part in together.split(3))
    ab, bc = a + b, b + c
    assert ab + c == a + bc == c + a + b == ss.tally(together)
    assert ab - b == a
    assert bc - b == c
    part = together.split(3)[1]
    assert merged(ss.tally(p) for p in part.split(4)) == b
    with pytest.raises(ss.UsageError):
        together.split(0)


@pytest.mark.slow
@given(seed=seeds)
@few
def test_shops_add_up(seed: int) -> None:
    """Each shop resolved by itself, on a machine of its own."""
    events = small(seed)
    shops = sorted({row["shop_id"].strip() for rows in events.values() for row in rows} - {""})
    alone = [tallied(of_shop(events, shop)) for shop in reversed(shops)]
    frames = frames_of(events)
    assert merged(alone) == ss.tally(resolved(frames))
    assert lines(douyin(merged(alone), shops=shop_table(frames))) == lines(douyin(frames))


@pytest.mark.slow
@given(seed=seeds, share=seeds)
@few
def test_any_sets_of_units_add_up(seed: int, share: int) -> None:
    rng = Random(share)
    events = small(seed)
    machines: list[list[tuple[str, dict[str, str]]]] = [[], [], []]
    for unit in units_of(events).values():
        rng.choice(machines).extend(unit)
    states = [tallied(as_events(rows)) for rows in machines]
    assert merged(states) == ss.tally(resolved(frames_of(events)))


def test_the_shops_of_a_state_are_read_as_they_are_with_events() -> None:
    """Offsets of times, superseded states and all: on the clock of the state's platform."""
    shops = [
        {"shop_id": "S2", "industry": "food", "updated_at": "2024-05-24T10:00:00Z"},
        {"shop_id": "S1", "industry": "toys", "updated_at": "2024-05-24T09:54:00.250Z"},
        {"shop_id": "S1", "industry": "food", "updated_at": "2024-05-24 18:00:00"},
    ]
    events = {**rows("orders", PAID), "shops": shops}
    frames = frames_of(events)
    state = tallied(rows("orders", PAID))
    assert lines(douyin(state, shops=frames["shops"])) == lines(douyin(frames))


@pytest.mark.slow
def test_one_state_serves_every_day() -> None:
    frames = frames_of(small(5))
    events = ss.read_events(frames, platform="douyin")
    state = merged(ss.tally(part) for part in resolved(events).split(2))
    for as_of in ("2024-03-20", "2024-06-01", "2024-06-30", "2024-07-03", "2024-09-30"):
        assert lines(douyin(state, as_of, shops=shop_table(frames))) == lines(douyin(events, as_of))


# --------------------------------------------------------------------- corrections, day by day


@pytest.mark.slow
@given(seed=seeds, arrival=seeds)
@few
def test_rows_that_arrive_in_any_order_end_at_the_same_state(seed: int, arrival: int) -> None:
    """Raw rows, with their superseded states, arrive over six days; touched units are corrected."""
    rng = Random(arrival)
    events = random_events(seed, shops=4, orders=30)
    units = units_of(events)
    day_of = {id(row): rng.randrange(6) for rows in units.values() for _, row in rows}
    state = tallied(as_events([]))
    for today in range(6):
        touched = [
            r for u in units.values() if any(day_of[id(row)] == today for _, row in u) for r in u
        ]
        after = tallied(as_events((s, row) for s, row in touched if day_of[id(row)] <= today))
        before = tallied(as_events((s, row) for s, row in touched if day_of[id(row)] < today))
        state = state + (after - before)
        if today == 3:
            so_far = picked(events, lambda s, row: s != "shops" and day_of[id(row)] <= 3)
            assert state == tallied(so_far)
    frames = frames_of(events)
    assert state == tallied({**events, "shops": []})
    assert lines(douyin(state, shops=shop_table(frames))) == lines(douyin(frames))


def snapshot(rows: dict[str, list[Row]], until: int) -> dict[str, list[Row]]:
    """What was known at a moment: rows that had begun, without the times that came later."""
    seen: dict[str, list[Row]] = {}
    for stream, found in rows.items():
        times = [n for n, c in STREAMS[stream].columns.items() if c.kind in ("time", "day")]
        begins = next((n for n in times if n in STREAMS[stream].required), None)
        seen[stream] = []
        for row in found:
            known = {n: v for n in times if isinstance(v := row[n], int) and v <= until}
            if (begins or "created_at") in known or (begins is None and row["created_at"] is None):
                seen[stream].append({**row, **dict.fromkeys(times), **known})
    return seen


def unit_of(stream: str, row: Row) -> object:
    if row.get("order_id"):
        return row["shop_id"], row["order_id"]
    return stream, row["shop_id"], *(row[name] for name in STREAMS[stream].key)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_orders_that_grow_day_by_day_end_at_the_state_of_all(seed: int) -> None:
    """Orders are paid, then picked up, then delivered: each day their units are corrected."""
    events = without_extra(random_events(seed, shops=4, orders=30))
    rows = {s: found for s, found in load(events).rows.items() if s != "shops"}
    noon = int((date(2024, 6, 30) - date(1970, 1, 1)) / timedelta(seconds=1)) + 43_200
    yesterday: dict[str, list[Row]] = {stream: [] for stream in rows}
    state = tallied(as_events([]))
    grown = 0
    for until in [noon - age * 86_400 for age in (104, 60, 31, 30, 1, -9999)]:
        today = snapshot(rows, until)
        old = {(s, unit_of(s, r), str(r)) for s, found in yesterday.items() for r in found}
        new = {(s, unit_of(s, r), str(r)) for s, found in today.items() for r in found}
        touched = {unit for _, unit, _ in old ^ new}
        grown += len({unit for _, unit, _ in old} & touched)
        after, before = (
            tallied(
                as_events(
                    (s, as_text(s, r))
                    for s, found in known.items()
                    for r in found
                    if unit_of(s, r) in touched
                )
            )
            for known in (today, yesterday)
        )
        state = state + (after - before)
        yesterday = today
    assert grown > 50, "few units were corrected"
    frames = frames_of(events)
    assert state == ss.tally(resolved(frames))
    assert lines(douyin(state, shops=shop_table(frames))) == lines(douyin(frames))


def test_a_correction_by_hand() -> None:
    """An order that was delivered after two days, not one: only its cells change."""
    events = half_cent_events()
    state = tallied(events)
    before = picked(events, lambda s, r: r["shop_id"] == "H1" and r.get("order_id") == "O0")
    after = {s: [dict(row) for row in rows] for s, rows in before.items()}
    after["orders"][0]["signed_at"] = "2024-06-12 10:00:00"
    changed = {s: [dict(row) for row in rows] for s, rows in events.items()}
    target = next(r for r in changed["orders"] if (r["shop_id"], r["order_id"]) == ("H1", "O0"))
    target["signed_at"] = "2024-06-12 10:00:00"
    corrected = state + (tallied(after) - tallied(before))
    assert corrected == tallied(changed)
    assert corrected != state
    assert corrected + (tallied(before) - tallied(after)) == state
    # the other way round: first take away, then add
    assert (state - tallied(before)) + tallied(after) == corrected


# ------------------------------------------------------------------------- weighing commutes


@pytest.mark.slow
@given(seed=seeds, ages=st.lists(st.integers(-140, 140), min_size=3, max_size=3))
@few
def test_rows_into_windows_equal_daily_tallies(seed: int, ages: list[int]) -> None:
    events = ss.read_events(frames_of(small(seed)), platform="douyin")
    for assume in ({}, DECAY, {"douyin.2022.decay.half_life_days": "7.5"}):
        together = resolved(events, assume=assume)
        state = ss.tally(together).with_shops(events.shops["shop_id"])
        wanted = [
            (tally, metric.window.weights(date(2024, 6, 30)))
            for metric in together.rules.metrics.values()
            for tally in metric.aggregator.tallies
        ]
        assert {weights.scale for _, weights in wanted} == ({1, 2**20} if assume else {1})
        nonzero = 0
        for age in (0, *ages):
            day = date(2024, 6, 30) - timedelta(days=age)
            straight = window_sums(together, wanted, day)
            daily = state.window_sums(wanted, day)
            for (sums, counts), (day_sums, day_counts) in zip(straight, daily, strict=True):
                assert [int(v) for v in sums] == [int(v) for v in day_sums]
                assert counts.tolist() == day_counts.tolist()
                nonzero += int(np.count_nonzero(counts))
        assert nonzero


# ------------------------------------------------------------------ what must not be added


def rows(stream: str, *cells: dict[str, str]) -> Events:
    return {stream: [{"shop_id": "S", **row} for row in cells]}


PAID = {"order_id": "O1", "paid_at": "2024-06-01 10:00:00"}
REVIEW = {"review_id": "R1", "reviewed_at": "2024-06-02 10:00:00", "rating": "1"}
TICKET = {"applied_at": "2024-06-02 10:00:00", "kind": "refund_only", "reason": "quality"}
SESSION = {"started_at": "2024-06-02 10:00:00"}

OVERLAPS: dict[str, tuple[Events, Events]] = {
    "an order and its review": (rows("orders", PAID), rows("reviews", {**REVIEW, "order_id": "O1"})),
    "two states of an order": (
        rows("orders", PAID),
        rows("orders", {**PAID, "signed_at": "2024-06-03 10:00:00"}),
    ),
    "two tickets of an order": (
        rows("aftersales", {**TICKET, "ticket_id": "T1", "order_id": "O1"}),
        rows("aftersales", {**TICKET, "ticket_id": "T2", "order_id": "O1"}),
    ),
    "a review and a complaint of an unknown order": (
        rows("reviews", {**REVIEW, "order_id": "GONE"}),
        rows("complaints", {"complaint_id": "C", "complained_at": "2024-06-02 10:00:00", "order_id": "GONE"}),
    ),
    "two states of a row without an order": (
        rows("reviews", REVIEW), rows("reviews", {**REVIEW, "rating": "5"})
    ),
    "an order and its conversation": (
        rows("orders", PAID), rows("conversations", {**SESSION, "session_id": "C", "order_id": "O1"})
    ),
    "rows that no metric counts": (
        rows("violations", {"violation_id": "V", "happened_at": "2024-06-02 10:00:00", "kind": "x"}),
        rows("violations", {"violation_id": "V", "happened_at": "2024-06-03 10:00:00", "kind": "x"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OVERLAPS)
def test_what_shares_a_unit_is_not_added(name: str) -> None:
    monday, tuesday = (tallied(batch) for batch in OVERLAPS[name])
    with pytest.raises(ss.StateError, match="share"):
        monday + tuesday
    with pytest.raises(ss.StateError, match="share"):
        tuesday + monday


APART: dict[str, tuple[Events, Events]] = {
    "the same order id in two shops": (
        rows("orders", PAID),
        {"reviews": [{"shop_id": "S2", **REVIEW, "order_id": "O1"}]},
    ),
    "the same id in two streams": (rows("orders", PAID), rows("reviews", {**REVIEW, "review_id": "O1"})),
    "tickets without an order": (
        rows("aftersales", {**TICKET, "ticket_id": "T1"}),
        rows("aftersales", {**TICKET, "ticket_id": "T2"}),
    ),
    "two orders": (rows("orders", PAID), rows("orders", {**PAID, "order_id": "O2"})),
    "facts of two days": (
        rows("shop_facts", {"date": "2024-06-01", "name": "suspected_fake", "value": "1"}),
        rows("shop_facts", {"date": "2024-06-02", "name": "suspected_fake", "value": "1"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", APART)
def test_what_shares_no_unit_is_added(name: str) -> None:
    a, b = APART[name]
    both = {s: [*a.get(s, []), *b.get(s, [])] for s in {**a, **b}}
    added, together = tallied(a) + tallied(b), tallied(both)
    # a frame of two streams has the columns of both; the cells are what counts
    assert (added - together).cells.is_empty()
    assert lines(douyin(added)) == lines(douyin(together))


@pytest.mark.slow
def test_days_of_real_events_are_not_added() -> None:
    events = small(6)
    units = [unit for unit in units_of(events).values() if len(unit) > 1]
    monday = tallied(as_events(unit[0] for unit in units))
    tuesday = tallied(as_events(row for unit in units for row in unit[1:]))
    with pytest.raises(ss.StateError):
        monday + tuesday


@pytest.mark.slow
def test_nothing_is_added_or_taken_twice() -> None:
    state = tallied(small(7))
    part = ss.tally(resolved(frames_of(small(7))).split(3)[0])
    for again in (state, part):
        with pytest.raises(ss.StateError):
            state + again
    with pytest.raises(ss.StateError):
        douyin((state - part) - part)
    for other in (1, None, "state"):
        with pytest.raises(TypeError):
            state + other  # type: ignore[operator]


def test_a_difference_is_no_state() -> None:
    one, other = tallied(rows("orders", PAID)), tallied(rows("orders", {**PAID, "order_id": "O2"}))
    difference = one - other
    with pytest.raises(ss.StateError, match="difference"):
        douyin(difference)
    assert difference + other == one
    with pytest.raises(ss.StateError, match="difference"):
        douyin((one - one) - one)


def test_a_correction_is_no_state() -> None:
    """The difference of two states of one order describes no shop."""
    before = tallied(rows("orders", PAID))
    after = tallied(rows("orders", {**PAID, "picked_up_at": "2024-06-01 12:00:00"}))
    with pytest.raises(ss.StateError, match="difference"):
        douyin(after - before)
    with pytest.raises(ss.StateError, match="difference"):
        douyin(before - after)


@pytest.mark.slow
def test_nothing_is_left_of_a_state_without_itself() -> None:
    frames = frames_of(small(8))
    state = ss.tally(resolved(frames))
    nothing = state - state
    assert len(nothing.cells) == len(nothing.shop_ids) == len(nothing.rows) == 0
    assert len(nothing.scope.marks) == 0
    assert nothing + state == state == state - nothing
    assert len(douyin(nothing)) == 0
    idle = douyin(nothing, shops=shop_table(frames))
    assert len(idle)
    assert {shop.status for shop in idle} == {"not_computable"}  # no day of orders was counted
    empty = tallied({s: [] for s in STREAMS})
    assert empty == nothing


# ----------------------------------------------------------------------- other rules are refused

ORDERS = {"orders": [{"shop_id": "A", **PAID}]}
OTHERS = {"orders": [{"shop_id": "B", **PAID}]}


@pytest.mark.parametrize(
    "assume",
    [
        {"douyin.2022.bad_review.max_rating": 3},
        {"douyin.2022.complaint.only_upheld": False},
        {"douyin.2022.im_3min.max_seconds": 179},
    ],
    ids=str,
)
def test_states_that_count_other_things_are_refused(assume: dict[str, object]) -> None:
    one, other = tallied(ORDERS), tallied(OTHERS, assume=assume)
    for operation in (lambda: one + other, lambda: other + one, lambda: one - other):
        with pytest.raises(ss.StateError, match="count different things"):
            operation()


@pytest.mark.parametrize(
    "assume",
    [
        DECAY,
        {"douyin.2022.eligibility.min_paid_orders": 1},
        {"douyin.2022.pickup.grade_24h": "0.5"},
        {"douyin.2022.ranking.kind": "weak"},
    ],
    ids=str,
)
def test_states_under_other_assumptions_are_refused_or_commute(assume: dict[str, object]) -> None:
    """Any order, the same score: a sum must not take the assumptions of whoever came first."""
    one, other = tallied(ORDERS), tallied(OTHERS, assume=assume)
    try:
        sums = one + other, other + one
    except ss.StateError:
        return
    first, second = (douyin(state).to_json() for state in sums)
    assert first == second


def test_states_of_other_platforms_are_refused() -> None:
    from shopscore.testing.toy import PLATFORM

    toy = ss.tally(ss.resolve(frames_of(OTHERS), platform=PLATFORM, ruleset="2024-01-01"))
    with pytest.raises(ss.StateError, match=r"left one does not count .*right one does not count"):
        tallied(ORDERS) + toy


# ----------------------------------------------------------------------- beyond the order


def buyers(seed: int, orders: int = 60) -> Events:
    """Orders of a few buyers in two shops; some have no buyer, some tie to the second."""
    rng = Random(seed)
    found: Events = {"orders": []}
    for number in range(orders):
        day = date(2024, 6, 30) - timedelta(days=rng.randrange(95))
        found["orders"].append({
            "shop_id": rng.choice("AB"), "order_id": f"O{number}",
            "paid_at": rng.choice(["", f"{day} 10:00:00", f"{day} 1{rng.randrange(9)}:00:00"]),
            "amount": rng.choice(["0.99", "1", "2.50", "88", ""]),
            "buyer_id": rng.choice(["b1", "b2", "b3", "b4", ""]),
            "is_excluded": rng.choice(["", "true", "false", "false"]),
        })  # fmt: skip
    return found


def wide_resolved(events: Events) -> ss.Resolved:
    return ss.resolve(
        frames_of(events), platform=buyer_platform.PLATFORM, ruleset=buyer_platform.RULES
    )


def wide_score(source: Any) -> ss.Result:
    if isinstance(source, ss.Tallies):
        return ss.score(
            source, platform=buyer_platform.PLATFORM, ruleset=buyer_platform.RULES, as_of=AS_OF
        )
    return ss.score(
        frames_of(source),
        platform=buyer_platform.PLATFORM,
        ruleset=buyer_platform.RULES,
        as_of=AS_OF,
    )


def counted_by_hand(events: Events, shop: str) -> int:
    """Orders of a shop in ages 1–90, at most the first two times of payment per buyer and month."""
    month: dict[tuple[str, int], list[tuple[str, bool]]] = {}
    total = 0
    for row in events["orders"]:
        if row["shop_id"] != shop or not row["amount"] or float(row["amount"]) < 1:
            continue
        inside = False
        if row["paid_at"]:
            age = (date(2024, 6, 30) - date.fromisoformat(row["paid_at"][:10])).days
            inside = 1 <= age <= 90 and row["is_excluded"] != "true"
        if not row["paid_at"]:
            continue  # no day, and no month: it stands alone and counts on no day
        days = (date.fromisoformat(row["paid_at"][:10]) - date(1970, 1, 1)).days
        if not row["buyer_id"]:
            total += inside
        else:
            month.setdefault((row["buyer_id"], days // 30), []).append((row["paid_at"], inside))
    for found in month.values():
        first = sorted({paid for paid, _ in found})[:2]
        total += sum(inside for paid, inside in found if paid in first)
    return total


@pytest.mark.parametrize("seed", range(6))
def test_the_first_two_of_a_buyer_by_hand(seed: int) -> None:
    """Excluded orders take part in the choice: it is made among the rows that meet the condition."""
    events = buyers(seed)
    result = wide_score(events)
    for shop in "AB":
        counted = next(m for m in result[shop].metrics if m.id == "counted")
        assert counted.value == counted_by_hand(events, shop) > 0


@pytest.mark.parametrize("seed", range(6))
def test_the_earliest_with_nulls_last_by_hand(seed: int) -> None:
    """Per buyer the order that was delivered first; what was never delivered comes after all."""
    rng = Random(seed)
    events = buyers(seed, orders=30)
    for row in events["orders"]:
        row |= {"is_excluded": "", "paid_at": "2024-06-20 10:00:00"}
        row["signed_at"] = rng.choice(["", "", f"2024-06-2{rng.randrange(1, 4)} 09:00:00"])
        row["carrier"] = rng.choice(["", "SF", "YTO"])
    result = wide_score(events)
    for shop in "AB":
        groups: dict[str, list[Any]] = {}
        alone = 0
        for row in events["orders"]:
            if row["shop_id"] == shop and row["buyer_id"]:
                key = (not row["signed_at"], row["signed_at"], (not row["carrier"], row["carrier"]))
                groups.setdefault(row["buyer_id"], []).append(key)
            alone += row["shop_id"] == shop and not row["buyer_id"]
        expected = alone + sum(found.count(min(found)) for found in groups.values())
        counted = next(m for m in result[shop].metrics if m.id == "earliest")
        assert counted.value == expected > len(groups)


@pytest.mark.parametrize("seed", range(3))
def test_units_wider_than_an_order_add_up(seed: int) -> None:
    events = buyers(seed)
    together = wide_resolved(events)
    state = ss.tally(together)
    for parts in (2, 3, 7):
        states = [ss.tally(part) for part in together.split(parts)]
        assert merged(states[::-1]) == state
    assert lines(wide_score(state)) == lines(wide_score(events))
    alone = [ss.tally(wide_resolved(of_shop(events, shop))) for shop in "BA"]
    assert merged(alone) == state


def test_what_cuts_a_buyer_is_not_added() -> None:
    """Each batch alone counts two orders of the buyer; together two, not four."""
    paid = [f"2024-06-{day:02} 10:00:00" for day in (10, 11, 12, 13)]
    orders = [
        {"shop_id": "A", "order_id": f"O{i}", "paid_at": at, "amount": "5", "buyer_id": "b"}
        for i, at in enumerate(paid)
    ]
    monday, tuesday = (
        ss.tally(wide_resolved({"orders": batch})) for batch in (orders[:2], orders[2:])
    )
    with pytest.raises(ss.StateError):
        monday + tuesday


# ------------------------------------------------------------------------ a shop on its own


def table() -> str:
    """Every metric for every industry, so that no peer is asked."""
    found = []
    for metric in DIMENSION_OF:
        rising = metric in HIGHER_IS_BETTER
        third, last = ("1", "60") if metric.endswith("_hours") else ("0.8", "1")
        for percentile, value in (("0", "0"), ("0.3", "0.5"), ("0.9", third), ("1", last)):
            place = percentile if rising else str(round(1 - float(percentile), 1))
            found.append(f"*,{metric},{place},{value}")
    return "industry,metric,percentile,value\n" + "\n".join(found) + "\n"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_shop_alone_against_a_table_has_the_same_entry(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(table(), encoding="utf-8")
    events = random_events(seed, shops=5, orders=60)
    among_all = lines(douyin(frames_of(events), benchmarks=path))
    scored = 0
    for shop in among_all:
        if (
            shop == "S-idle"
        ):  # alone it has no orders, and nobody knows from which day they would be
            continue
        alone = douyin(frames_of(of_shop(events, shop)), benchmarks=path)
        assert lines(alone) == {shop: among_all[shop]}
        scored += alone[shop].status == "scored"
    assert scored
    assert lines(douyin(frames_of(events))) != among_all


def test_some_shops_of_a_result() -> None:
    result = douyin(frames_of(small(3)))
    every = lines(result)
    chosen = result.to_json(("S002", "S001"))
    assert every["S001"] in chosen
    assert every["S002"] in chosen
    assert every["S003"] not in chosen
    assert chosen.index(every["S001"]) < chosen.index(every["S002"])


# ---------------------------------------------------------------------------- great numbers


def test_absurd_values_are_refused_not_wrapped() -> None:
    """Sums that would leave int64 say so: engines wrap without a word."""
    from shopscore.counting.cells import Cells

    def cells(*values: int) -> Cells:
        where = np.zeros(len(values), dtype=np.int64)
        return Cells.of(where, where, None, np.array(values, dtype=np.int64))

    with pytest.raises(ss.StateError, match="int64"):
        cells(2**62, 2**62, 2**62)
    with pytest.raises(ss.StateError, match="int64"):
        Cells.added([cells(2**61), cells(2**61), cells(2**61)])
    for kept in (cells(2**60, -(2**60), 5), Cells.added([cells(2**60, -(2**60)), cells(5)])):
        assert kept.values.tolist() == [5]
        assert kept.counts.tolist() == [3]


@pytest.mark.slow
def test_large_sums_by_rows_and_by_days() -> None:
    """Orders that took 9,000 years: sums near 10^14 seconds, weighed by 2^20, beyond int64."""
    orders = [
        {"shop_id": "S", "order_id": f"O{i}", "picked_up_at": "0002-01-01 00:00:00",
         "signed_at": "9998-12-31 00:00:00"}
        for i in range(40)
    ]  # fmt: skip
    zone = ZoneInfo("Asia/Shanghai")  # before 1901 its clocks stood 5:43 minutes after today's
    began, ended = (datetime(y, m, d, tzinfo=zone) for y, m, d in ((2, 1, 1), (9998, 12, 31)))
    span = Fraction((ended.astimezone(UTC) - began.astimezone(UTC)) // timedelta(seconds=1), 3600)
    frames = frames_of({"orders": orders})
    for assume in ({}, DECAY):
        straight = douyin(frames, "9999-01-01", assume=assume)
        state = merged(ss.tally(p) for p in resolved(frames, assume=assume).split(3))
        assert lines(douyin(state, "9999-01-01", assume=assume)) == lines(straight)
        metric = next(m for m in straight["S"].metrics if m.id == "delivery_hours")
        assert (metric.value, metric.n) == (float(span), 40)
