"""``shopscore score --explain-plan``: what is counted when, and which columns are kept, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.cells import cell_len

import shopscore as ss
from shopscore.plugins.selection import select_rules
from shopscore.reading import files
from shopscore.reading.loading import EventSource
from shopscore.scoring import counting_pass
from support.command_line import Answer, shopscore
from support.json_schemas import valid

DAY = ("--as-of", "2022-07-01")
NAMES = [f"{c.name}/{v}" for p in ss.platforms() for c in p.scorecards for v in c.versions]
KINDS = ("kept", "counted", "checked")


def explained(name: str, *more: object) -> Answer:
    platform, card, version = name.split("/")
    which = ("-p", platform, "-c", card, "-r", version, *DAY)
    return shopscore("score", "--explain-plan", *which, *more).done()


def stream_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in document["streams"] if one["stream"] == name]
    return found


@pytest.fixture
def douyin() -> dict[str, Any]:
    return explained("douyin/experience/2022", "-f", "json").document


@pytest.mark.parametrize("name", NAMES)
class TestEveryRuleSet:
    @pytest.mark.parametrize("lang", ["en", "zh"])
    def test_fits_eighty_columns(
        self, name: str, lang: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        out = explained(name, "--lang", lang).out
        assert max(cell_len(line) for line in out.splitlines()) <= 80
        assert name in out

    def test_is_what_the_schema_says(self, name: str) -> None:
        valid("plan", explained(name, "-f", "json").document)

    def test_tells_every_column_of_every_stream_once(self, name: str) -> None:
        platform, card, version = name.split("/")
        rules = select_rules(platform, card, version, "2022-07-01").rules
        document = explained(name, "-f", "json").document
        assert [one["stream"] for one in document["streams"]] == [*rules.streams]
        for told in document["streams"]:
            columns = [name for kind in KINDS for name in told[kind]]
            assert sorted(["shop_id", *columns]) == sorted(rules.streams[told["stream"]].names)
            assert {*told["integers"]} <= {*told["kept"]}

    def test_tells_every_sum_once_and_every_reason(self, name: str) -> None:
        platform, card, version = name.split("/")
        counting = counting_pass(select_rules(platform, card, version, "2022-07-01"))
        document = explained(name, "-f", "json").document
        at_once = [one for stream in document["streams"] for one in stream["at_once"]]
        at_end = [one for stream in document["streams"] for one in stream["at_end"]]
        assert sum(len(one["windows"]) for one in at_once + at_end) == len(counting.wanted_sums)
        assert len(at_end) == len(counting.later)
        assert not any(one["waits_for"] for one in at_once)
        assert all(one["waits_for"] for one in at_end)


class TestDouyin:
    def test_an_order_is_counted_while_it_is_read(self, douyin: dict[str, Any]) -> None:
        orders = stream_of(douyin, "orders")
        assert orders["at_end"] == []
        (paid,) = [one for one in orders["at_once"] if one["day"] == "paid_at"]
        assert paid["windows"] == [
            {
                "first_day": "2022-03-19",
                "last_day": "2022-06-16",
                "weighted": False,
                "metrics": ["quality_return_rate", "complaint_rate"],
            },
            {
                "first_day": "2022-04-02",
                "last_day": "2022-06-30",
                "weighted": False,
                "metrics": ["paid_orders"],
            },
        ]

    def test_columns_of_orders(self, douyin: dict[str, Any]) -> None:
        orders = stream_of(douyin, "orders")
        kept = ["order_id", "paid_at", "signed_at", "confirmed_at", "is_excluded"]
        assert orders["kept"] == kept
        assert orders["integers"] == ["order_id"]
        assert orders["counted"] == ["picked_up_at", "is_presale", "needs_shipping"]
        assert "carrier" in orders["checked"]

    def test_a_return_waits_for_three_reasons(self, douyin: dict[str, Any]) -> None:
        first, *others = stream_of(douyin, "aftersales")["at_end"]
        assert first["waits_for"] == ["order", "once", "excluded_orders"]
        by = ["applied_at", "ticket_id"]
        assert first["once"] == {"per": ["order_id"], "first": 1, "by": by, "among": None}
        assert {*map(str, (one["once"] for one in others))} == {"None"}

    def test_days_weigh_by_their_age_where_an_assumption_says_so(self) -> None:
        decay = ("--assume", "decay.half_life_days=30")
        document = explained("douyin/experience/2022", *decay, "-f", "json").document
        windows = [w for one in stream_of(document, "orders")["at_once"] for w in one["windows"]]
        assert any(window["weighted"] for window in windows)
        assert "by their age" in explained("douyin/experience/2022", *decay).out

    def test_in_english(self) -> None:
        out = explained("douyin/experience/2022").out
        assert "up to 262,144 rows are read at a time" in out
        assert "\norders: counted while rows are read\n" in out
        assert "\nviolations: nothing is counted\n" in out
        assert "1, 2, 3: since it looks at the order that a row names\n" in out
        assert "only the first by applied_at" in out

    def test_in_chinese(self) -> None:
        out = explained("douyin/experience/2022", "--lang", "zh").out
        assert "\norders：边读边计数\n" in out
        assert "1、2、3：因为要看该行所属的订单\n" in out
        assert "counted" not in out


@pytest.mark.parametrize("pieces", ["held", "streamed"])
@pytest.mark.parametrize("name", ["douyin/experience/2022", "tmall/experience/2026-03-16"])
def test_what_is_told_is_what_is_kept(
    name: str, pieces: str, events: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, card, version = name.split("/")
    counting = counting_pass(select_rules(platform, card, version, "2022-07-01"))
    for file in events.glob("*.csv"):
        pl.read_csv(file, infer_schema=False).write_parquet(tmp_path / f"{file.stem}.parquet")
    monkeypatch.setattr(files, "AT_ONCE", 0 if pieces == "streamed" else 1 << 14)
    read = EventSource(tmp_path, platform).read(counting)
    document = explained(name, "-f", "json").document
    for stream, frame in read.frames.items():
        told = stream_of(document, stream)
        known = {*told["kept"]} & {column for s, column in read.columns_present() if s == stream}
        columns = {*frame.columns} - {"shop", "_order"}
        assert columns <= known
        let_go = known - columns  # once rows are compared and linked
        assert let_go <= {"order_id", *read.streams[stream].key}
        integers = {name for name, kind in frame.schema.items() if kind.is_integer()}
        if pieces == "streamed" and "order_id" in frame:  # which is written so in samples
            assert ("order_id" in told["integers"]) == ("order_id" in integers)


def test_a_fact_of_the_day_and_rows_of_other_streams() -> None:
    document = explained("tmall/experience/2026-03-16", "-f", "json").document
    at_end = stream_of(document, "orders")["at_end"]
    assert {reason for one in at_end for reason in one["waits_for"]} == {"shop_fact", "other_rows"}
    (has_rows,) = [one for one in at_end if one["other_streams"]]
    assert has_rows["other_streams"] == ["aftersales", "reviews"]


def test_the_first_three_of_a_month() -> None:
    out = " ".join(explained("tmall/dsr/dsr").out.split())
    assert "only the first 3 by order.completed_at, order_id count, among those where" in out


class TestDistinctKeys:
    def test_are_counted_at_the_end_over_the_days_of_their_windows(self) -> None:
        document = explained("ebay/seller_standards/us-2025", "-f", "json").document
        at_end = stream_of(document, "defects")["at_end"]
        keys = [one for one in at_end if one["distinct"] is not None]
        assert [one["distinct"] for one in keys] == [
            {"per": ["buyer_id, else order.buyer_id"], "at_least": 1}
        ] * 2
        assert [one["waits_for"] for one in keys] == [["order", "distinct", "excluded_orders"]] * 2
        days = [[(w["first_day"], w["last_day"]) for w in one["windows"]] for one in keys]
        assert sorted(days) == [
            [("2021-07-01", "2022-06-30"), ("2021-06-01", "2022-05-31")],
            [("2022-04-01", "2022-06-30"), ("2022-03-01", "2022-05-31")],
        ]
        assert "buyer_id" in stream_of(document, "orders")["kept"]

    def test_in_words(self) -> None:
        out = explained("ebay/seller_standards/us-2025").out
        assert "since it counts each buyer_id, else order.buyer_id that a row has" in out
        out = explained("ebay/seller_standards/us-2025", "--lang", "zh").out
        assert "因为按 buyer_id, else order.buyer_id 去重计数，至少要有 1 行" in out


def test_nothing_is_read(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with_events = shopscore(
        "score", nowhere, "-p", "douyin", "-r", "2022", *DAY, "--explain-plan"
    ).done()
    assert with_events.out == explained("douyin/experience/2022").out


def test_options_of_events_go_with_events() -> None:
    answer = shopscore("score", "-p", "douyin", "-r", "2022", "--explain-plan", "--strict")
    answer.failed(2, "without EVENTS", "--strict")


def test_into_a_file(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert explained("douyin/experience/2022", "-o", file).out == ""
    assert '"schema": "shopscore.plan/1"' in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_no_other_form(form: str, tmp_path: Path) -> None:
    file = tmp_path / f"plan.{form}"
    answer = shopscore("score", "-p", "douyin", "-r", "2022", "--explain-plan", "-o", file)
    assert not file.exists()
    answer.failed(2, "a plan is a table or JSON", form)
