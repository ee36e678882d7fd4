"""Links between the streams of a plugin: read as orders are, counted as by plain loops."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from attrs import evolve

import shopscore as ss
from shopscore import Column, Link, Stream, Tally, col
from shopscore.counting.many_days import SumsOfDays
from shopscore.counting.passing import CountingPass
from shopscore.counting.resolution import Resolved, resolve_events
from shopscore.counting.sums import Sums, window_sums
from shopscore.counting.waiting import streams_of, waits_for
from shopscore.grading.missing_columns import missing_columns_of
from shopscore.grading.weighing import wanted_sums
from shopscore.reading.loading import EventSource
from support.linked_events import Streams, cells_of, frames_of, summed
from support.parcel_platform import LINKED, PLATFORM, latest, parcel_of, random_parcels, rules_with

seeds = pytest.mark.parametrize("seed", range(6))
TALLIES = tuple(tally for tally, _ in LINKED)
RULES = rules_with(*TALLIES)
AS_OF = date(2024, 3, 4)


def read(streams: Streams) -> ss.Events:
    return ss.read_events(frames_of(streams), platform=PLATFORM)


def resolved(streams: Streams) -> Resolved:
    return resolve_events(read(streams), RULES)


@seeds
def test_tallies_count_what_plain_loops_count(seed: int) -> None:
    streams = random_parcels(seed)
    state = ss.tally(resolved(streams))
    for tally, by_hand in LINKED:
        assert by_hand(streams), "every case has rows"
        assert cells_of(state, tally) == summed(by_hand(streams)), tally.key


@seeds
@pytest.mark.parametrize("rows", [1, 3, 1 << 18])
@pytest.mark.parametrize("digits", [True, False])
def test_the_same_while_rows_are_read(
    seed: int, rows: int, digits: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ids that are numbers too, which are kept as integers."""
    for stream, frame in frames_of(random_parcels(seed)).items():
        named = frame.with_columns(pl.col(r"^.*_id$").exclude("shop_id").str.strip_chars("OPSC"))
        (named if digits else frame).write_parquet(tmp_path / f"{stream}.parquet")
    wanted = list(wanted_sums(RULES, AS_OF))
    kept = resolve_events(ss.read_events(tmp_path, platform=PLATFORM), RULES)
    expected = window_sums(kept, wanted, AS_OF)
    monkeypatch.setattr("shopscore.reading.batches.BATCH_ROWS", rows)
    counting = CountingPass(RULES, AS_OF, tuple(wanted))
    events = EventSource(tmp_path, PLATFORM).read(counting)
    assert "weight" in events.frames["parcels"].columns
    assert "parcel_id" not in events.frames["parcels"].columns, (
        "keys are let go once rows are linked"
    )
    left = [one for one in wanted if counting.sums(*one) is None]
    assert {tally for tally, _ in left} >= {*TALLIES}
    later = iter(window_sums(resolve_events(events, RULES, counting.later), left, AS_OF))
    found = [counting.sums(*one) or next(later) for one in wanted]
    assert [_lists(one) for one in found] == [_lists(one) for one in expected]


def _lists(sums: Sums) -> tuple[list[int], list[int]]:
    return sums[0].tolist(), sums[1].tolist()


@seeds
def test_the_same_on_many_days(seed: int) -> None:
    state = ss.tally(resolved(random_parcels(seed)))
    sliding = SumsOfDays.of_state(state, [*state.tallies])
    for day in (AS_OF + timedelta(days=d) for d in (0, 1, -3, 40)):
        wanted = list(wanted_sums(RULES, day))
        one, other = sliding.window_sums(wanted, day), state.window_sums(wanted, day)
        assert [_lists(sums) for sums in one] == [_lists(sums) for sums in other]


@seeds
def test_any_order_of_rows_and_any_split_into_shops(seed: int) -> None:
    streams = random_parcels(seed)
    whole, rng = ss.tally(resolved(streams)), Random(seed)
    shuffled = {name: rng.sample(rows, len(rows)) for name, rows in streams.items()}
    assert ss.tally(resolved(shuffled)) == whole
    parts = [ss.tally(part) for part in resolved(streams).split(3)]
    assert parts[2] + (parts[0] + parts[1]) == whole
    assert whole - parts[1] == parts[2] + parts[0]


def test_a_row_and_what_it_names_are_in_one_part() -> None:
    """A scan and its parcel are of no order: with a tally that reads both, shops are units."""
    streams = random_parcels(0)
    for part in resolved(streams).split(2):
        of_shop = {name: set(part.shops_of(name).tolist()) for name in streams}
        assert len({frozenset(shops) for shops in of_shop.values()}) == 1


@seeds
def test_rows_that_name_none_are_told_and_counted(seed: int) -> None:
    streams = random_parcels(seed)
    known = {(o["shop_id"], o["order_id"]) for o in streams["orders"]}

    def lost(row: dict[str, str]) -> bool:
        order = bool(row.get("order_id")) and (row["shop_id"], row["order_id"]) not in known
        parcel = bool(row.get("parcel_id")) and parcel_of(streams, row) is None
        return order or parcel

    books = read(streams).report.books
    assert books["scans"].unlinked == sum(map(lost, streams["scans"]))
    assert books["claims"].unlinked == sum(map(lost, streams["claims"])), "a row counts once"
    assert books["parcels"].unlinked == sum(map(lost, latest(streams)))
    assert books["parcels"].accepted == len(latest(streams))


PARCEL = {"shop_id": "A", "parcel_id": "P1", "weight": "2", "carrier": "swift"}
SCAN = {"shop_id": "A", "scan_id": "1", "parcel_id": "P1", "scanned_at": "2024-03-01 10:00:00"}


def test_the_latest_state_is_read_whatever_comes_first() -> None:
    states = [
        {**PARCEL, "weight": "2", "updated_at": "2024-03-01 00:00:00"},
        {**PARCEL, "weight": "5", "updated_at": "2024-03-02 00:00:00"},
    ]
    tally = TALLIES[1]
    for parcels in (states, states[::-1]):
        state = ss.tally(resolved({"parcels": parcels, "scans": [SCAN]}))
        assert [total for total, _ in cells_of(state, tally).values()] == [5]


def test_rows_may_name_rows_of_their_own_stream_and_each_other() -> None:
    """Tickets that reopen others, of people who have a latest ticket."""
    id = Column("shop_id", "text", required=True)
    tickets = Stream(
        "tickets",
        ("ticket_id",),
        (
            Column("ticket_id", "text", required=True), id, Column("opened_at", "time"),
            Column("reopened_id", "text"), Column("agent_id", "text"),
        ),
        links=(Link("reopened_id", "tickets"), Link("agent_id", "agents")),
    )  # fmt: skip
    agents = Stream(
        "agents",
        ("agent_id",),
        (Column("agent_id", "text", required=True), id, Column("ticket_id", "text"), Column("grade", "int")),
        links=(Link("ticket_id", "tickets"),),
    )  # fmt: skip
    later = Tally("tickets", day=col.opened_at, value=col.opened_at - col.reopened.opened_at)
    graded = Tally("tickets", day=col.opened_at, value=col.agent.grade)
    first = Tally("tickets", day=col.opened_at, where=~ss.has_row("tickets", col.opened_at > 0))
    busy = Tally("tickets", day=col.opened_at, where=ss.has_row("agents", col.grade > 1))
    platform = evolve(PLATFORM, streams=(*PLATFORM.streams, tickets, agents))
    rules = rules_with(later, graded, first, busy, platform=platform)
    rows = [("1", "", "", 8), ("2", "1", "a", 9), ("3", "2", "b", 11), ("4", "9", "a", 12)]
    streams: Streams = {
        "tickets": [
            {"shop_id": "A", "ticket_id": t, "reopened_id": r, "agent_id": a, "opened_at": f"2024-03-01 {h:02}:00:00"}
            for t, r, a, h in rows
        ],
        "agents": [
            {"shop_id": "A", "agent_id": "a", "ticket_id": "4", "grade": "3"},
            {"shop_id": "A", "agent_id": "b", "ticket_id": "3", "grade": "1"},
        ],
    }  # fmt: skip
    events = ss.read_events(frames_of(streams), platform=platform)
    assert events.report.books["tickets"].unlinked == 1
    state = ss.tally(resolve_events(events, rules))
    found = [[*cells_of(state, tally).values()] for tally in (later, graded, first, busy)]
    assert [cell for cells in found for cell in cells] == [
        (3600 + 7200, 2),
        (3 + 1 + 3, 3),
        (2, 2),
        (1, 1),
    ]


def test_a_row_of_another_shop_is_not_named() -> None:
    state = ss.tally(resolved({"parcels": [{**PARCEL, "shop_id": "B"}], "scans": [SCAN]}))
    assert cells_of(state, TALLIES[1]) == {}


@pytest.mark.parametrize("marks", ["P1", "'P1", '="P1"', " P1\t"])
def test_ids_are_cleaned_of_marks_on_both_sides(marks: str) -> None:
    for parcel, scan in ((marks, "P1"), ("P1", marks)):
        streams = {
            "parcels": [{**PARCEL, "parcel_id": parcel}],
            "scans": [{**SCAN, "parcel_id": scan}],
        }
        assert read(streams).report.books["scans"].unlinked == 0


def notices(streams: Streams) -> list[ss.Notice]:
    events = read(streams)
    result = ss.score(events, platform=PLATFORM, as_of=AS_OF)
    assert {n.code for n in events.report.notices} <= {n.code for n in result.notices}
    return [n for n in events.report.notices if n.code == "no_links"]


def test_that_no_row_finds_its_own_is_a_notice() -> None:
    scans = [{**SCAN, "scan_id": str(n), "parcel_id": f"X{n}"} for n in range(2)]
    (notice,) = notices({"parcels": [PARCEL], "scans": scans})
    assert (notice.stream, notice.column, notice.shop_ids) == ("scans", "parcel_id", ("A",))
    assert str(notice) == (
        "scans: 2 rows name parcels, and none of these is among those of their shops: compare the"
        " ids, such as 'X0' here and 'P1' there"
    )
    assert "parcels" in notice.text("zh")
    assert notice.text("zh") != str(notice)
    (notice,) = notices({"parcels": [{**PARCEL, "shop_id": "B"}], "scans": [SCAN]})
    assert str(notice) == (
        "scans: 1 row names one of parcels, and its shop has none: compare the ids of the shops,"
        " such as 'A' here and 'B' in parcels"
    )


def test_a_notice_names_the_metrics_that_read_by_its_link() -> None:
    from shopscore.results.input_notices import on_input

    claim = {"shop_id": "A", "claim_id": "1", "claimed_at": "2024-03-01 10:00:00"}
    order = {"shop_id": "A", "order_id": "O1", "paid_at": "2024-03-01 10:00:00"}
    by_order = Tally("claims", day=col.order.paid_at)
    by_parcel = Tally("claims", day=col.claimed_at, where=col.parcel.insured)
    rules = rules_with(by_order, by_parcel)
    streams = {
        "orders": [order],
        "parcels": [PARCEL],
        "claims": [{**claim, "order_id": "O9", "parcel_id": "P9"}],
    }
    found = {n.column: n.metrics for n in on_input(read(streams).report, rules)}
    assert (found["order_id"], found["parcel_id"]) == (("m0",), ("m1",))


def missing(streams: Streams, tally: Tally) -> tuple[str, ...]:
    rules = rules_with(tally)
    present = read(streams).columns_present()
    return missing_columns_of(rules.metrics["m0"], rules.streams, present)


def test_what_no_linked_row_has_is_missing_input() -> None:
    where = col.parcel.weight > 3
    tally = Tally("scans", day=first_of_both, where=where)
    whole = {"parcels": [PARCEL], "scans": [SCAN]}
    assert missing(whole, tally) == ()
    assert missing({"scans": [SCAN]}, tally) == ("stream parcels",)
    lighter = {k: v for k, v in PARCEL.items() if k != "weight"}
    assert missing({**whole, "parcels": [lighter]}, tally) == ("parcels.weight",)
    loose = {k: v for k, v in SCAN.items() if k != "parcel_id"}
    assert missing({**whole, "scans": [loose]}, tally) == ("scans.parcel_id",)
    bare = {k: v for k, v in PARCEL.items() if k != "insured"}
    assert missing({**whole, "parcels": [bare]}, Tally("scans", day=col.scanned_at, where=col.parcel.insured)) == ()  # fmt: skip
    named = Tally("parcels", day=col.handed_over_at, where=ss.has_row("scans", col.good))
    handed = {**PARCEL, "handed_over_at": "2024-03-01 10:00:00"}
    assert missing({"parcels": [handed], "scans": [loose]}, named) == ("scans.parcel_id",)
    assert missing({"parcels": [handed]}, named) == ("stream scans",)


first_of_both = ss.first_of(col.parcel.handed_over_at, col.scanned_at)


def test_why_a_tally_waits() -> None:
    reasons = [waits_for(tally, RULES) for tally in TALLIES]
    assert reasons == [
        ("other_rows",),
        ("other_rows",),
        ("other_rows",),
        ("order", "other_rows", "excluded_orders"),
        ("other_rows",),
        ("once", "other_rows"),
        ("other_rows",),
    ]
    assert streams_of(TALLIES[3], RULES.streams) == ("parcels",)
    assert streams_of(TALLIES[4], RULES.streams) == ("claims", "scans")


def test_the_digest_does_not_hang_on_links() -> None:
    """The places of named rows hang on the order of rows, which says nothing."""
    streams = random_parcels(1)
    turned = {name: rows[::-1] for name, rows in streams.items()}
    assert read(streams).digest == read(turned).digest
    assert "_parcel" in read(streams).frames["scans"].columns


def test_durations_to_a_linked_row_are_between_instants() -> None:
    """The clock goes back in New York on 2024-11-03 at 02:00: an hour is there twice."""
    tally = Tally("scans", day=col.scanned_at, value=col.scanned_at - col.parcel.handed_over_at)
    parcels = pl.DataFrame([{**PARCEL, "handed_over_at": "2024-11-03T00:30:00-04:00"}])
    scans = pl.DataFrame([{**SCAN, "scanned_at": "2024-11-03T03:30:00-05:00"}])
    frames = {"parcels": parcels, "scans": scans}
    events = ss.read_events(frames, platform=PLATFORM, tz="America/New_York")
    state = ss.tally(resolve_events(events, rules_with(tally)))
    assert [total for total, _ in cells_of(state, tally).values()] == [4 * 3600]


def test_events_that_were_read_without_the_platform() -> None:
    """They have no such streams, and nothing is counted of them."""
    orders = {"orders": [{"shop_id": "A", "order_id": "O1", "paid_at": "2024-03-01 10:00:00"}]}
    state = ss.tally(resolve_events(ss.read_events(frames_of(orders)), RULES))
    assert all(cells_of(state, tally) == {} for tally in TALLIES)
