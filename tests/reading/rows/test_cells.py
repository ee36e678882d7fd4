"""What a cell of text means: times, booleans, numbers, money, words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shopscore as ss
from shopscore.model.streams import Column
from shopscore.reading.rows.cells import parse
from support.event_rows import EPOCH, books, cell, incidents, read, seconds

NOON = seconds("2024-06-30 12:00:00")


class TestTimes:
    @pytest.mark.parametrize(
        "text",
        [
            "2024-06-30 12:00:00",
            "2024/06/30 12:00:00",
            "2024/6/30 12:00:00",
            "2024-06-30 12:00",
            "2024/06/30 12:00",
            "2024-06-30T12:00:00",
            "2024-06-30T12:00",
            "  2024-06-30 12:00:00 ",
            "2024-06-30 12:00:00.0",
            "2024-06-30 12:00:00.999999999",
            "2024-06-30 12:00:00,5",
            "2024-06-30T12:00:00+08:00",
            "2024-06-30 12:00:00+0800",
            "2024-06-30 12:00:00 +08",
            "2024-06-30T04:00:00Z",
            "2024-06-30T04:00:00z",
            "2024-06-30T04:00Z",
            "2024-06-30T04:00:00.999Z",
            "2024-06-29T23:00:00-05:00",
            "2024-06-30T09:30:00+05:30",
        ],
    )
    def test_one_moment_has_many_spellings(self, text: str) -> None:
        assert cell(text, "signed_at") == NOON

    @pytest.mark.parametrize(
        "text",
        [
            "20240630",
            "20240630120000",
            "2024-02-30 12:00:00",
            "2023-02-29 12:00:00",
            "2024-13-01 12:00:00",
            "2024-00-01 12:00:00",
            "2024-06-00 12:00:00",
            "2024-06-30 24:00:00",
            "2024-06-30 23:60:00",
            "2024-06-30 23:59:60",
            "2024-06-30 12",
            "30/06/2024 12:00:00",
            "0000-01-01 00:00:00",
            "1719720000",
            "12:00:00",
            "soon",
            "2024-06-30 12:00:00 CST",
            "2024-06-30 12:00:00+8",
        ],
    )
    def test_what_is_no_time_is_emptied(self, text: str) -> None:
        events = read(orders=[{"order_id": "1", "signed_at": text}])
        assert cell(text, "signed_at") is None
        assert incidents(events.report.repaired, "column", "value") == [("signed_at", text)]

    @pytest.mark.parametrize("text", ["", "  ", "\t", None])
    def test_empty_is_null_and_no_fault(self, text: str | None) -> None:
        events = read(orders=[{"order_id": "1", "signed_at": text}])
        assert cell(text, "signed_at") is None
        assert books(events) == {"in": 1, "accepted": 1}

    def test_before_1970(self) -> None:
        assert cell("1969-12-31 23:59:59.9", "signed_at") == -1
        assert cell("1970-01-01T07:59:59.9+08:00", "signed_at") == 8 * 3600 - 1
        assert cell("0001-01-01 00:00:01", "signed_at") == seconds("0001-01-01 00:00:01")
        assert cell("9999-12-30 23:59:59", "signed_at") == seconds("9999-12-30 23:59:59")

    def test_offsets_follow_the_clocks_change(self) -> None:
        summer, winter = "2024-07-01T10:00:00Z", "2024-01-01T10:00:00Z"
        events = read(
            orders=[{"order_id": "1", "created_at": summer, "signed_at": winter}],
            tz="Europe/Berlin",
        )
        row = events.frames["orders"].row(0, named=True)
        assert row["created_at"] == seconds("2024-07-01 12:00:00")
        assert row["signed_at"] == seconds("2024-01-01 11:00:00")

    def test_offset_without_a_zone_is_an_error(self) -> None:
        for text in ("2024-06-30T12:00:00+08:00", "2024-06-30T12:00:00Z"):
            with pytest.raises(ss.InputError, match=r"row 1, column signed_at: .*offset"):
                read(orders=[{"order_id": "1", "signed_at": text}], tz=None)

    def test_zone_of_the_platform(self) -> None:
        from shopscore.testing.toy import PLATFORM

        rows = {
            "orders": {"shop_id": ["S1"], "order_id": ["1"], "paid_at": ["2024-06-30T04:00:00Z"]}
        }
        assert ss.read_events(rows, platform=PLATFORM).frames["orders"]["paid_at"][0] == NOON
        there = ss.read_events(rows, platform=PLATFORM, tz="UTC")
        assert there.frames["orders"]["paid_at"][0] == NOON - 8 * 3600

    @given(
        st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),
        st.integers(-14 * 60, 14 * 60),
        st.sampled_from(["{0:%H:%M:%S}", "{0:%H:%M:%S}.{1:06}", "{0:%H:%M}"]),
    )
    def test_any_moment(self, moment: datetime, minutes: int, form: str) -> None:
        there = moment + timedelta(minutes=minutes)
        day = f"{there.year:04}-{there.month:02}-{there.day:02}"
        sign = "-" if minutes < 0 else "+"
        offset = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        column = Column("t", "time")
        from zoneinfo import ZoneInfo

        import polars as pl

        text = f"{day} {form.format(there, there.microsecond)}"
        expected = there.replace(microsecond=0, second=0 if "%S" not in form else there.second)
        plain = parse(pl.Series([text]), column, None)
        assert plain.values[0] == (expected - EPOCH) // timedelta(seconds=1)
        assert plain.unreadable is None
        shifted = parse(pl.Series([text + offset]), column, ZoneInfo("UTC"))
        utc = expected - timedelta(minutes=minutes)
        assert shifted.values[0] == (utc - EPOCH) // timedelta(seconds=1)


class TestDays:
    @pytest.mark.parametrize(
        "text",
        ["2024-06-30", "2024/6/30", "2024-06-30 00:00:00", "2024-06-30 23:59:59", " 2024-06-30 "],
    )
    def test_day_or_time(self, text: str) -> None:
        facts = [{"date": text, "name": "open", "value": "1"}]
        assert rows_of_facts(facts) == [seconds("2024-06-30 00:00:00")]

    @pytest.mark.parametrize("text", ["2024-06-31", "June", "20240630", ""])
    def test_required_and_unreadable(self, text: str) -> None:
        events = read(shop_facts=[{"date": text, "name": "open", "value": "1"}])
        assert books(events, "shop_facts") == {"in": 1, "set_aside": 1}


def rows_of_facts(facts: list[dict[str, str]]) -> list[int]:
    days: list[int] = read(shop_facts=facts).frames["shop_facts"]["date"].to_list()
    return days


class TestBooleans:
    @pytest.mark.parametrize("text", ["true", "TRUE", "True", "tRuE", "1", "是", " 是 "])
    def test_yes(self, text: str) -> None:
        assert cell(text, "is_presale") is True

    @pytest.mark.parametrize("text", ["false", "FALSE", "False", "0", "否", " 0 "])
    def test_no(self, text: str) -> None:
        assert cell(text, "needs_shipping") is False

    @pytest.mark.parametrize("text", ["", "   ", None])
    def test_empty_means_the_default(self, text: str | None) -> None:
        assert cell(text, "is_presale") is False
        assert cell(text, "needs_shipping") is True
        assert cell(text, "delivery_on_time") is None

    @pytest.mark.parametrize("text", ["yes", "no", "y", "2", "-1", "1.0", "真", "10", "truee"])
    def test_anything_else_is_emptied(self, text: str) -> None:
        events = read(orders=[{"order_id": "1", "needs_shipping": text}])
        assert cell(text, "needs_shipping") is True
        assert cell(text, "is_presale") is False
        assert incidents(events.report.repaired, "column", "value") == [("needs_shipping", text)]


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "fen"),
        [
            ("0", 0),
            ("12", 1200),
            ("12.", 1200),
            ("12.3", 1230),
            ("12.34", 1234),
            ("12.340", 1234),
            ("12.3400000", 1234),
            ("+12.34", 1234),
            ("-0.00", 0),
            ("0.01", 1),
            ("007.50", 750),
            (" 1.50 ", 150),
            ("1234567890123.45", 123456789012345),
        ],
    )
    def test_minor_units(self, text: str, fen: int) -> None:
        assert cell(text, "amount") == fen

    @pytest.mark.parametrize(
        "text", ["12.345", "1,000", "¥12", "1e3", "12.3.4", "free", ".", "1 000", "9" * 20, "0x10"]
    )
    def test_unreadable(self, text: str) -> None:
        events = read(orders=[{"order_id": "1", "amount": text}])
        assert cell(text, "amount") is None
        assert books(events) == {"in": 1, "accepted": 1, "repaired": 1}

    @pytest.mark.parametrize("text", ["-0.01", "-12", "-1234.5"])
    def test_negative_is_set_aside(self, text: str) -> None:
        events = read(orders=[{"order_id": "1", "amount": text}])
        assert incidents(events.report.set_aside, "column", "value", "reason") == [
            ("amount", text, "negative")
        ]

    @given(st.integers(0, 10**14))
    def test_any_amount(self, fen: int) -> None:
        import polars as pl

        found = parse(pl.Series([f"{fen // 100}.{fen % 100:02}"]), Column("m", "money"), None)
        assert found.values[0] == fen


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "millionths"),
        [
            ("1", 1_000_000),
            ("0.5", 500_000),
            ("-0.5", -500_000),
            ("0.000001", 1),
            ("0.0000010", 1),
            ("-12.345678", -12_345_678),
            ("123456789", 123_456_789_000_000),
        ],
    )
    def test_millionths(self, text: str, millionths: int) -> None:
        assert cell(text, "value", "shop_facts") == millionths

    @pytest.mark.parametrize("text", ["0.0000001", "1e-3", "half", "1/2", "NaN", "inf", "1,5"])
    def test_unreadable(self, text: str) -> None:
        assert cell(text, "value", "shop_facts") is None

    @pytest.mark.parametrize(("text", "value"), [("3", 3), ("3.0", 3), ("+3", 3), ("03", 3)])
    def test_whole_numbers(self, text: str, value: int) -> None:
        sessions = [{"session_id": "1", "started_at": "2024-01-01 10:00:00", "rounds": text}]
        assert read(conversations=sessions).frames["conversations"]["rounds"].to_list() == [value]

    @pytest.mark.parametrize("text", ["3.5", "three", "3e0", "9" * 19])
    def test_no_whole_number(self, text: str) -> None:
        sessions = [{"session_id": "1", "started_at": "2024-01-01 10:00:00", "rounds": text}]
        assert read(conversations=sessions).frames["conversations"]["rounds"].to_list() == [None]


class TestWords:
    @pytest.mark.parametrize("word", ["buyer", "merchant", "platform"])
    def test_known(self, word: str) -> None:
        assert cell(word, "cancelled_by") == word
        assert cell(f" {word}  ", "cancelled_by") == word

    @pytest.mark.parametrize("word", ["Buyer", "seller", "买家", "buyer;"])
    def test_unknown_sets_the_row_aside(self, word: str) -> None:
        events = read(orders=[{"order_id": "1", "cancelled_by": word}])
        (found,) = incidents(events.report.set_aside, "column", "value", "reason")
        assert found[:2] == ("cancelled_by", word)
        assert "merchant" in found[2]

    def test_empty(self) -> None:
        assert cell("", "cancelled_by") is None

    def test_free_text_is_trimmed(self) -> None:
        assert cell("  SF Express ", "carrier") == "SF Express"
        assert cell("   ", "carrier") is None


class TestIds:
    def test_nineteen_digits_survive(self) -> None:
        events = read(
            orders=[{"order_id": "6901234567890123457"}, {"order_id": "6901234567890123456"}]
        )
        assert sorted(events.frames["orders"]["order_id"]) == [
            "6901234567890123456",
            "6901234567890123457",
        ]

    def test_are_text(self) -> None:
        events = read(orders=[{"order_id": "007"}, {"order_id": "7"}, {"order_id": "07.0"}])
        assert books(events) == {"in": 3, "accepted": 3}

    def test_are_trimmed(self) -> None:
        events = read(orders=[{"order_id": "7"}, {"order_id": " 7 "}])
        assert books(events) == {"in": 2, "accepted": 1, "replaced": 1}
