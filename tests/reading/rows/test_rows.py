"""Which rows count: keys, latest states, what is set aside, repaired, linked."""

from __future__ import annotations

import random
from itertools import permutations
from typing import Any, ClassVar

import polars as pl
import pytest

import shopscore as ss
from shopscore.model.streams import CANONICAL
from support.event_rows import books, frame, incidents, one, read, rows, seconds

ORDER = {"order_id": "1"}


class TestKeys:
    def test_the_same_order_id_in_two_shops(self) -> None:
        events = read(
            orders=[
                {"shop_id": "A", "order_id": "1", "carrier": "x"},
                {"shop_id": "B", "order_id": "1", "carrier": "y"},
            ]
        )
        assert [(r["shop_id"], r["carrier"]) for r in rows(events, "orders")] == [
            ("A", "x"),
            ("B", "y"),
        ]

    def test_joined_ids_are_not_the_key(self) -> None:
        pairs = [("A", "B1"), ("AB", "1"), ("AB1", "D1"), ("A", "B1D1")]
        events = read(orders=[{"shop_id": s, "order_id": o} for s, o in pairs])
        assert books(events) == {"in": 4, "accepted": 4}

    def test_of_shop_facts(self) -> None:
        fact = {"date": "2024-01-01", "name": "open", "value": "1"}
        others = [
            {**fact, "date": "2024-01-02"},
            {**fact, "name": "shut"},
            {**fact, "shop_id": "S2"},
        ]
        events = read(shop_facts=[fact, *others, {**fact, "value": "2"}])
        assert books(events, "shop_facts") == {"in": 5, "accepted": 4, "replaced": 1}
        assert rows(events, "shop_facts")[0]["value"] == 2_000_000

    def test_of_shops(self) -> None:
        events = read(shops=[{"industry": "food"}, {"industry": "toys"}])
        assert events.shops.rows() == [("S1", "toys")]

    @pytest.mark.parametrize("stream", CANONICAL, ids=lambda s: s.name)
    def test_every_key_is_needed(self, stream: ss.Stream) -> None:
        full = _full_row(stream)
        for name in ("shop_id", *stream.key):
            for nothing in ("", "  ", None):
                events = read(**{stream.name: [{**full, name: nothing}]})
                assert books(events, stream.name) == {"in": 1, "set_aside": 1}
                assert incidents(events.report.set_aside, "column") == [(name,)]
            with pytest.raises(ss.InputError, match=name):
                read({stream.name: frame([full]).drop(name)})

    @pytest.mark.parametrize("stream", CANONICAL, ids=lambda s: s.name)
    def test_required_columns(self, stream: ss.Stream) -> None:
        full = _full_row(stream)
        assert books(read(**{stream.name: [full]}), stream.name) == {"in": 1, "accepted": 1}
        for column in stream.columns:
            if not column.required:
                if column.name in full:
                    read({stream.name: frame([full]).drop(column.name)})
                continue
            bad = [None] if column.kind == "text" else [None, "no such thing"]
            for value in bad:
                events = read(**{stream.name: [{**full, column.name: value}]})
                assert books(events, stream.name) == {"in": 1, "set_aside": 1}


def _full_row(stream: ss.Stream) -> dict[str, str | None]:
    texts = {"time": "2024-01-01 10:00:00", "day": "2024-01-01", "int": "3", "money": "1.00"}
    texts |= {"number": "0.5", "bool": "true", "text": "x1"}
    return {
        c.name: c.values[0] if c.kind == "enum" else texts[c.kind]
        for c in stream.columns
        if c.name not in ("order_id",) or "order_id" in stream.key
    } | {"shop_id": "S1"}


def latest(*states: dict[str, Any]) -> dict[str, Any]:
    """The state that wins, whatever the order in which they stand."""
    found = [one(read(orders=[{**ORDER, **s} for s in order])) for order in permutations(states)]
    assert all(f == found[0] for f in found)
    assert books(read(orders=[{**ORDER, **s} for s in states]))["replaced"] == len(states) - 1
    return found[0]


class TestLatestState:
    def test_greatest_updated_at(self) -> None:
        winner = latest(
            {"updated_at": "2024-06-01 10:00:00", "carrier": "z"},
            {"updated_at": "2024-06-02 09:00:00", "carrier": "a"},
            {"updated_at": "2024-06-01 23:00:00", "carrier": "m"},
        )
        assert winner["carrier"] == "a"

    def test_the_moment_counts_not_its_spelling(self) -> None:
        winner = latest(
            {"updated_at": "2024/6/2 9:00", "carrier": "a"},
            {"updated_at": "2024-06-02T00:59:59Z", "carrier": "b"},
        )
        assert winner["carrier"] == "a"

    @pytest.mark.parametrize("nothing", ["", None, "yesterday"])
    def test_null_is_oldest(self, nothing: str | None) -> None:
        winner = latest(
            {"updated_at": nothing, "carrier": "z"},
            {"updated_at": "1950-01-01 00:00:00", "carrier": "a"},
        )
        assert winner["carrier"] == "a"

    def test_without_updated_at_the_greatest_text(self) -> None:
        assert latest({"carrier": "a"}, {"carrier": "c"}, {"carrier": "b"})["carrier"] == "c"

    def test_among_equals_the_greatest_text(self) -> None:
        at = "2024-06-01 10:00:00"
        winner = latest(
            {"updated_at": at, "carrier": "a"},
            {"updated_at": at, "carrier": "b"},
            {"updated_at": "2024-05-01 10:00:00", "carrier": "z"},
        )
        assert winner["carrier"] == "b"

    def test_columns_in_alphabetical_order(self) -> None:
        # amount comes before buyer_id comes before carrier, wherever they stand in the file
        assert (
            latest({"carrier": "z", "buyer_id": "1"}, {"carrier": "a", "buyer_id": "2"})["buyer_id"]
            == "2"
        )
        assert (
            latest({"carrier": "z", "amount": "1.00"}, {"carrier": "a", "amount": "2.00"})[
                "carrier"
            ]
            == "a"
        )

    def test_money_is_text_in_minor_units(self) -> None:
        assert latest({"amount": "9"}, {"amount": "10.00"})["amount"] == 900
        assert (
            latest({"amount": "1.5", "carrier": "a"}, {"amount": "1.50", "carrier": "b"})["carrier"]
            == "b"
        )

    def test_times_are_text_in_seconds(self) -> None:
        # 1970-01-01 00:16:39 is second 999, later is 1000: the text of the former is greater
        winner = latest(
            {"created_at": "1970-01-01 00:16:39"}, {"created_at": "1970-01-01 00:16:40"}
        )
        assert winner["created_at"] == 999

    def test_booleans_are_words(self) -> None:
        assert latest({"is_presale": "1"}, {"is_presale": "否"})["is_presale"] is True

    def test_null_is_empty(self) -> None:
        assert latest({"carrier": ""}, {"carrier": "a"})["carrier"] == "a"

    def test_text_is_compared_trimmed(self) -> None:
        winner = latest({"carrier": " b", "province": "x"}, {"carrier": "b", "province": "y"})
        assert winner["province"] == "y"

    def test_text_is_compared_by_code_point(self) -> None:
        assert latest({"carrier": "a"}, {"carrier": "B"})["carrier"] == "a"
        assert latest({"carrier": "é"}, {"carrier": "z"})["carrier"] == "é"
        assert latest({"carrier": "\U0001f600"}, {"carrier": "￼"})["carrier"] == "\U0001f600"

    def test_unknown_columns_have_no_say(self) -> None:
        winner = latest({"aaa": "z", "carrier": "a"}, {"aaa": "a", "carrier": "b"})
        assert winner["carrier"] == "b"

    def test_equal_rows_are_one(self) -> None:
        latest({"carrier": "a"}, {"carrier": "a"}, {"carrier": "a"})

    def test_what_is_set_aside_replaces_nothing(self) -> None:
        old = {**ORDER, "updated_at": "2024-06-01 10:00:00", "paid_at": "2024-05-01 10:00:00"}
        new = {**ORDER, "updated_at": "2024-06-09 10:00:00", "paid_at": "never"}
        events = read(orders=[old, new])
        assert books(events) == {"in": 2, "accepted": 1, "set_aside": 1}
        assert one(events)["paid_at"] == seconds("2024-05-01 10:00:00")

    def test_a_newer_state_takes_back_what_an_older_said(self) -> None:
        old = {**ORDER, "updated_at": "2024-06-01 10:00:00", "signed_at": "2024-05-01 10:00:00"}
        assert (
            one(read(orders=[old, {**ORDER, "updated_at": "2024-06-02 10:00:00"}]))["signed_at"]
            is None
        )

    def test_order_of_rows_never_matters(self) -> None:
        rng = random.Random(8)
        every = [
            {
                "order_id": str(rng.randrange(6)),
                "shop_id": rng.choice("AB"),
                "updated_at": rng.choice(["", "2024-06-01 10:00:00", "2024-06-01 10:00", "soon"]),
                "carrier": rng.choice(["", "x", "y"]),
                "amount": rng.choice(["1", "1.00", "", "many", "-1"]),
                "signed_at": rng.choice(["", "2024-05-01 10:00:00", "2024-05-03 10:00:00", "?"]),
                "picked_up_at": "2024-05-02 10:00:00",
            }
            for _ in range(60)
        ]
        first = read(orders=every)
        for _ in range(6):
            rng.shuffle(every)
            again = read(orders=every)
            assert rows(again, "orders") == rows(first, "orders")
            assert books(again) == books(first)
            assert again.digest == first.digest


class TestRepairs:
    """The later cell of a broken pair becomes null, left to right, after earlier repairs."""

    AT: ClassVar = {f"{h:02}": f"2024-06-01 {h:02}:00:00" for h in range(24)}

    def times(self, **hours: str | None) -> dict[str, str]:
        """What is left of an order whose times lie at these hours."""
        given = {f"{k}_at": self.AT[v] if v else None for k, v in hours.items()}
        row = one(read(orders=[{**ORDER, **given}]))
        hour = {seconds(text): h for h, text in self.AT.items()}
        return {k: hour[row[f"{k}_at"]] for k in hours if row[f"{k}_at"] is not None}

    def test_in_order(self) -> None:
        assert self.times(paid="01", picked_up="02", signed="03") == {
            "paid": "01",
            "picked_up": "02",
            "signed": "03",
        }

    def test_equal_times_are_in_order(self) -> None:
        assert len(self.times(paid="01", picked_up="01", signed="01")) == 3

    def test_picked_up_before_paid(self) -> None:
        assert self.times(paid="05", picked_up="04", signed="06") == {"paid": "05", "signed": "06"}

    def test_signed_before_picked_up(self) -> None:
        assert self.times(paid="01", picked_up="04", signed="03") == {
            "paid": "01",
            "picked_up": "04",
        }

    def test_left_to_right_after_earlier_repairs(self) -> None:
        # picked_up goes since it lies before paid; signed is then compared with nothing
        assert self.times(paid="05", picked_up="04", signed="03") == {"paid": "05", "signed": "03"}

    def test_null_is_not_compared(self) -> None:
        assert self.times(paid="05", picked_up=None, signed="03") == {"paid": "05", "signed": "03"}
        assert self.times(paid=None, picked_up="05", signed="06") == {
            "picked_up": "05",
            "signed": "06",
        }

    def test_other_times_are_not_compared(self) -> None:
        assert len(self.times(created="09", paid="05", confirmed="01", completed="00")) == 4

    @pytest.mark.parametrize(
        ("stream", "needed", "start", "end"),
        [
            ("aftersales", {"ticket_id": "1", "kind": "exchange"}, "applied_at", "approved_at"),
            (
                "aftersales",
                {"ticket_id": "1", "kind": "exchange", "applied_at": "2024-01-01 00:00:00"},
                "return_signed_at",
                "refunded_at",
            ),
            ("conversations", {"session_id": "1"}, "started_at", "first_reply_at"),
        ],
    )
    def test_other_streams(self, stream: str, needed: dict[str, str], start: str, end: str) -> None:
        late, early = "2024-06-01 10:00:01", "2024-06-01 10:00:00"
        row = {**needed, start: late, end: early}
        events = read(**{stream: [row]})
        assert one(events, stream)[end] is None
        assert one(events, stream)[start] == seconds(late)
        (found,) = incidents(events.report.repaired, "stream", "column", "value", "reason")
        assert found[:3] == (stream, end, early)
        assert late in found[3]
        assert start in found[3]
        assert one(read(**{stream: [{**row, end: late}]}), stream)[end] == seconds(late)

    def test_cells_are_counted_not_rows(self) -> None:
        row = {**ORDER, "amount": "?", "signed_at": "?", "is_presale": "?", "carrier": "x"}
        assert books(read(orders=[row])) == {"in": 1, "accepted": 1, "repaired": 3}

    def test_only_rows_that_stay_are_repaired(self) -> None:
        spoilt = {**ORDER, "signed_at": "?", "paid_at": "2024-06-02 10:00:00"}
        spoilt |= {"picked_up_at": "2024-06-01 10:00:00"}
        whole = {**ORDER, "updated_at": "2024-06-01 10:00:00"}
        events = read(orders=[spoilt, whole])
        assert books(events) == {"in": 2, "accepted": 1, "replaced": 1}
        assert not len(events.report.repaired)
        aside = read(orders=[{**spoilt, "paid_at": "never"}])
        assert books(aside) == {"in": 1, "set_aside": 1}

    def test_latest_state_is_chosen_before_repairs(self) -> None:
        # by text, signed_at decides here; the repair that empties it comes afterwards
        base = {**ORDER, "paid_at": "2024-06-02 10:00:00"}
        broken = {**base, "picked_up_at": "2024-06-01 10:00:00", "buyer_id": "b"}
        fine = {**base, "picked_up_at": "2024-06-03 10:00:00", "buyer_id": "a"}
        assert one(read(orders=[broken, fine]))["picked_up_at"] is None


class TestSetAside:
    def test_the_first_reason_is_given_once(self) -> None:
        row = {"order_id": "", "paid_at": "never", "amount": "-1", "cancelled_by": "nobody"}
        events = read(orders=[row])
        assert books(events) == {"in": 1, "set_aside": 1}
        assert incidents(events.report.set_aside, "column") == [("order_id",)]

    @pytest.mark.parametrize("value", ["0", "6", "-1", "100"])
    @pytest.mark.parametrize(
        ("stream", "column"),
        [
            ("reviews", "rating"),
            ("reviews", "service_rating"),
            ("reviews", "logistics_rating"),
            ("conversations", "satisfaction"),
        ],
    )
    def test_stars(self, stream: str, column: str, value: str) -> None:
        needed = {
            "reviews": {"review_id": "1", "reviewed_at": "2024-06-01 10:00:00", "rating": "5"},
            "conversations": {"session_id": "1", "started_at": "2024-06-01 10:00:00"},
        }[stream]
        events = read(**{stream: [{**needed, column: value}]})
        assert incidents(events.report.set_aside, "column", "value", "reason") == [
            (column, value, "not within 1 to 5")
        ]

    def test_unreadable_optional_stars_are_emptied(self) -> None:
        review = {"review_id": "1", "reviewed_at": "2024-06-01 10:00:00", "rating": "5"}
        events = read(reviews=[{**review, "service_rating": "good"}])
        assert books(events, "reviews") == {"in": 1, "accepted": 1, "repaired": 1}

    def test_unpaid_and_excluded_rows_are_accepted(self) -> None:
        events = read(orders=[{"order_id": "1"}, {"order_id": "2", "is_excluded": "是"}])
        assert books(events) == {"in": 2, "accepted": 2}

    def test_strict(self) -> None:
        data = {"orders": frame([ORDER, {"order_id": "2", "paid_at": "never"}])}
        with pytest.raises(ss.StrictError, match=r"orders, line 2, paid_at: 'never'"):
            ss.read_events(data, strict=True)
        ss.read_events({"orders": frame([{**ORDER, "signed_at": "never"}])}, strict=True)


class TestLinks:
    REVIEW: ClassVar = {"reviewed_at": "2024-06-01 10:00:00", "rating": "5"}

    def test_to_the_order_of_the_same_shop(self) -> None:
        events = read(
            orders=[{"shop_id": "A", "order_id": "1"}, {"shop_id": "B", "order_id": "2"}],
            reviews=[
                {**self.REVIEW, "shop_id": "A", "review_id": "1", "order_id": "1"},
                {**self.REVIEW, "shop_id": "A", "review_id": "2", "order_id": "2"},
                {**self.REVIEW, "shop_id": "A", "review_id": "3", "order_id": "3"},
                {**self.REVIEW, "shop_id": "A", "review_id": "4", "order_id": ""},
                {**self.REVIEW, "shop_id": "B", "review_id": "1", "order_id": " 2 "},
            ],
        )
        assert [r["_order"] for r in rows(events, "reviews")] == ["1", None, None, None, "2"]
        assert books(events, "reviews") == {"in": 5, "accepted": 5, "unlinked": 2}

    def test_only_rows_that_stay_are_counted(self) -> None:
        review = {**self.REVIEW, "review_id": "1", "order_id": "9"}
        events = read(orders=[ORDER], reviews=[review, review, {**review, "rating": "9"}])
        assert books(events, "reviews") == {
            "in": 3,
            "accepted": 1,
            "replaced": 1,
            "set_aside": 1,
            "unlinked": 1,
        }

    def test_without_orders_nothing_is_linked(self) -> None:
        events = read(reviews=[{**self.REVIEW, "review_id": "1", "order_id": "1"}])
        assert books(events, "reviews")["unlinked"] == 1

    def test_to_an_order_that_was_set_aside(self) -> None:
        events = read(
            orders=[{**ORDER, "paid_at": "never"}],
            reviews=[{**self.REVIEW, "review_id": "1", "order_id": "1"}],
        )
        assert books(events, "reviews")["unlinked"] == 1

    @pytest.mark.parametrize("stream", CANONICAL, ids=lambda s: s.name)
    def test_streams_that_name_orders(self, stream: ss.Stream) -> None:
        linking = "order_id" in stream.names and stream.name != "orders"
        row = _full_row(stream) | ({"order_id": "1"} if linking else {})
        events = read(**{"orders": [ORDER], stream.name: [row]})
        frames = events.frames
        if linking:
            assert frames[stream.name]["_order"].to_list() == [0]
        elif stream.name in frames:
            assert "_order" not in frames[stream.name].columns


class TestShops:
    def test_without_a_row_industry_is_unknown_said_once(self) -> None:
        events = read(
            shops=[{"shop_id": "A", "industry": "food"}, {"shop_id": "C", "industry": "unknown"}],
            orders=[{"shop_id": s, "order_id": "1"} for s in "ABD"],
        )
        assert events.shops.select("shop_id", "industry").rows() == [
            ("A", "food"),
            ("B", "unknown"),
            ("C", "unknown"),
            ("D", "unknown"),
        ]
        (notice,) = events.report.notices
        assert str(notice) == "2 of 4 shops have no industry: taken as unknown"
        assert (notice.shops, notice.shop_ids) == (2, ("B", "D"))

    def test_a_shop_of_any_accepted_row_is_listed(self) -> None:
        events = read(
            orders=[
                {"shop_id": "A", "order_id": "1"},
                {"shop_id": "Z", "order_id": "1", "paid_at": "?"},
            ],
            violations=[
                {
                    "shop_id": "B",
                    "violation_id": "1",
                    "happened_at": "2024-01-01 10:00",
                    "kind": "x",
                }
            ],
        )
        assert events.shops["shop_id"].to_list() == ["A", "B"]

    def test_ids_sort_by_code_point(self) -> None:
        ids = ["b", "B", "10", "9", "é", "店", "\U0001f600", "￼", "a b", "a"]
        events = read(orders=[{"shop_id": s, "order_id": "1"} for s in ids])
        assert events.shops["shop_id"].to_list() == sorted(ids)


class TestColumns:
    def test_unknown_ones_are_listed_once(self) -> None:
        events = read(
            orders=[{**ORDER, "colour": "x", "size": "y"}], shops=[{"industry": "a", "x": "1"}]
        )
        assert dict(events.report.ignored) == {"orders": ("colour", "size"), "shops": ("x",)}

    def test_missing_ones_are_missing(self) -> None:
        events = read(orders=[{**ORDER, "paid_at": None}])
        present = events.columns_present()
        assert ("orders", "paid_at") in present
        assert ("orders", "signed_at") not in present

    def test_a_platforms_own(self) -> None:
        from attrs import evolve

        from shopscore.testing.toy import PLATFORM

        more = (
            ss.Stream("orders", ("order_id",), (
                ss.Column("order_id", "text", required=True),
                ss.Column("shop_id", "text", required=True),
                ss.Column("gift_wrap", "bool", default=False),
            )),
            ss.Stream("visits", ("visit_id",), (
                ss.Column("visit_id", "text", required=True),
                ss.Column("shop_id", "text", required=True),
                ss.Column("order_id", "text"),
                ss.Column("seconds", "int", low=0),
            )),
        )  # fmt: skip
        platform = evolve(PLATFORM, streams=more)
        events = ss.read_events(
            {
                "orders": frame([{**ORDER, "gift_wrap": "是"}]),
                "visits": frame([{"visit_id": "1", "order_id": "1", "seconds": "5"}]),
            },
            platform=platform,
        )
        assert one(events)["gift_wrap"] is True
        assert one(events, "visits")["_order"] == "1"
        with pytest.raises(ss.InputError, match="unknown stream visits"):
            ss.read_events({"visits": frame([{"visit_id": "1"}])})


def test_empty_streams() -> None:
    events = read(orders=pl.DataFrame(schema={"shop_id": pl.String, "order_id": pl.String}))
    assert books(events) == {}
    assert len(events.shops) == 0


def test_unknown_stream_is_named_with_a_guess() -> None:
    with pytest.raises(ss.InputError, match=r"unknown stream order; did you mean orders\?"):
        read(order=[ORDER])


def test_events_are_not_read_again() -> None:
    events = read(orders=[ORDER])
    assert ss.read_events(events) is events
