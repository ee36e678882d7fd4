"""What is counted, by whose rules, and when: cells are built when they are asked for, in pieces."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from shopscore.ledger import counting
from shopscore.ledger.commits import read_head
from shopscore.ledger.ledger import Ledger
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM
from support.exports import douyin_orders, pinduoduo_orders
from support.exports.export_files import WRITERS
from support.ledger_samples import AS_OF, both, opened, small_ledger

Batches = tuple[Path, Path]
STRICTER = {"bad_review.max_rating": 1}


class Stopped(Exception):
    """As where a process is stopped."""


def same(ledger: Ledger, events: ss.Events, **rules: object) -> bool:
    found = ledger.score(AS_OF, **rules).to_polars()  # type: ignore[arg-type]
    terms = {"platform": PLATFORM, "as_of": AS_OF, **rules}
    return found.equals(ss.score(events, **terms).to_polars())  # type: ignore[arg-type]


@pytest.fixture
def fresh(batches: Batches, tmp_path: Path) -> Ledger:
    """A ledger that counts nothing yet."""
    ledger = Ledger.create(tmp_path / "fresh", platform=PLATFORM)
    ledger.ingest(batches[0], known_at="2025-03-20")
    return ledger


def stop_at(stage: str):
    """Say nothing, and stop the process where a stage begins."""

    def say(said: str) -> None:
        if stage in said:
            raise Stopped

    return say


def test_a_build_that_is_stopped_goes_on(
    fresh: Ledger, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after an ingest: what was counted is of what was known then."""
    monkeypatch.setattr(counting, "PIECE_ROWS", 60)
    with pytest.raises(Stopped):
        fresh.score(AS_OF, progress=stop_at("piece 3 of"))
    building = read_head(fresh.root).facts["building"]
    assert building["done"] == 2
    assert building["pieces"] > 3
    assert not read_head(fresh.root).spans
    fresh.ingest(batches[1], known_at="2025-04-02")
    said: list[str] = []
    fresh.score(AS_OF, progress=said.append)
    counted = [one for one in said if one.startswith("counting piece")]
    assert counted[0].startswith("counting piece 3")
    whole = both(*batches, fresh.root.with_name("all"))
    assert same(fresh, whole)
    assert same(fresh, ss.read_events(batches[0], platform=PLATFORM)) is False
    assert (
        fresh.score(AS_OF, known_at="2025-03-25")
        .to_polars()
        .equals(ss.score(batches[0], platform=PLATFORM, as_of=AS_OF).to_polars())
    )
    assert fresh.verify().is_good


def test_a_build_that_is_given_up(
    fresh: Ledger, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was counted of other tallies is taken away, and counted anew when it is asked for."""
    monkeypatch.setattr(counting, "PIECE_ROWS", 60)
    with pytest.raises(Stopped):
        fresh.score(AS_OF, progress=stop_at("piece 3 of"))
    events = ss.read_events(batches[0], platform=PLATFORM)
    assert same(fresh, events, assume=STRICTER)
    assert same(fresh, events)
    assert fresh.verify().is_good


def test_what_was_scored_by_is_kept_up_to_date(ledger: Ledger, batches: Batches) -> None:
    """By an ingest; assumptions are remembered, and tallies that rules share are counted once."""
    ledger.score(AS_OF, assume=STRICTER)
    counted = len(read_head(ledger.root).spans)
    ledger.ingest(batches[1], known_at="2025-04-02")
    head = read_head(ledger.root)
    assert {upto for _, upto in head.spans.values()} == {2}
    assert len(head.spans) == counted
    whole = both(*batches, ledger.root.with_name("all"))
    assert same(ledger, whole, assume=STRICTER)
    assert read_head(ledger.root).number == head.number


def test_rules_of_a_file_are_caught_up_with(
    ledger: Ledger, batches: Batches, tmp_path: Path
) -> None:
    """A ledger does not keep a user's file: what came since is counted when it is scored again."""
    file = tmp_path / "own.toml"
    file.write_text(
        'schema = 1\nextends = "toy/service/2025-01-01"\nversion = "own"\n'
        '[[assumptions]]\nid = "bad_review.max_rating"\nvalue = 1\n',
        "utf-8",
    )
    events = ss.read_events(batches[0], platform=PLATFORM)
    assert same(ledger, events, ruleset=file)
    ledger.ingest(batches[1], known_at="2025-04-02")
    assert ledger.status().behind > 0
    whole = both(*batches, ledger.root.with_name("all"))
    assert same(ledger, whole, ruleset=file)
    assert ledger.status().behind == 0


def test_several_platforms_share_events(tmp_path: Path) -> None:
    sample = generate(shops=6, orders=240, end=date(2022, 6, 30))
    ledger = Ledger.create(tmp_path / "ledger", platform=("douyin", "pinduoduo"))
    ledger.ingest(sample)
    for card in (
        {"platform": "douyin", "ruleset": "2022"},
        {"platform": "pinduoduo", "scorecard": "dsr", "ruleset": "dsr"},
    ):
        found = Ledger.open(tmp_path / "ledger").score("2022-07-01", **card)
        assert found.to_polars().equals(ss.score(sample, as_of="2022-07-01", **card).to_polars())
    with pytest.raises(ss.UsageError, match="of douyin, pinduoduo"):
        ledger.score("2022-07-01")
    with pytest.raises(ss.UsageError, match="on one clock"):
        Ledger.create(tmp_path / "other", platform=("douyin", "etsy"))


def test_exports_of_each_platform_of_a_ledger(tmp_path: Path) -> None:
    """Recognised as where a ledger is of one platform alone, whichever is named first."""
    both, of_shop = ("douyin", "pinduoduo"), {"shop_id": "S1", "industry": "women"}
    ledger, rows = Ledger.create(tmp_path / "ledger", platform=both), 0
    for platform, export in zip(both, (douyin_orders, pinduoduo_orders), strict=True):
        file = WRITERS["gb18030"](export.ORDERS, tmp_path)
        alone = Ledger.create(tmp_path / platform, platform=platform)
        assert ledger.ingest(file, **of_shop).added == alone.ingest(file, **of_shop).added
        rows += len(alone.events().frames["orders"])
    assert len(ledger.events().frames["orders"]) == rows


def test_questions_of_kept_events(ledger: Ledger, batches: Batches) -> None:
    """The verbs are asked of the events that were ingested: there is no second path."""
    events = ss.read_events(batches[0], platform=PLATFORM)
    days = {"start": "2025-03-18", "end": "2025-03-20", "shop": "S0001"}
    assert (
        ledger.track(**days)
        .to_polars()
        .equals(ss.track(events, platform=PLATFORM, **days).to_polars())
    )
    review = events.frames["reviews"]["review_id"][0]
    shop = events.shops["shop_id"][int(events.frames["reviews"]["shop"][0])]
    found = ledger.explain(shop, row=review, as_of=AS_OF)
    assert "ingest 1: early" in found.to_json()
    plain = ss.explain(events, shop=shop, platform=PLATFORM, as_of=AS_OF)
    assert ledger.explain(shop, as_of=AS_OF).to_polars().equals(plain.to_polars())
    ledger.ingest(batches[1], known_at="2025-04-02")
    assert "ingest 2: late" in ledger.explain("S0001", row=_late(ledger), as_of=AS_OF).to_json()
    events = both(*batches, ledger.root.with_name("all"))
    moment = "2025-03-19 12:00"
    assert (
        ledger.todo(now=moment)
        .to_polars()
        .equals(ss.todo(events, platform=PLATFORM, now=moment).to_polars())
    )


def _late(ledger: Ledger) -> str:
    """An order of the first shop that came late."""
    orders = ledger.events().frames["orders"].filter(pl.col("shop") == 0)
    return str(orders.sort("created_at")["order_id"][-1])


ORDERS = "主订单编号,子订单编号,订单应付金额,订单提交时间,支付完成时间,订单完成时间\n"


def export_of(*rows: str) -> str:
    return ORDERS + "".join(f"{row}\n" for row in rows)


def test_parts_of_orders_that_come_on_different_days(tmp_path: Path) -> None:
    """An order is made of all its sub-orders, the newest state of each, whenever they came."""
    days = (
        export_of(
            "'6921738301234567001,'6921738301234567002,129.90,2022-05-20 09:59:59,2022-05-20 10:00:05,",
            "'6921738301234567101,'6921738301234567101,59.00,2022-05-20 09:04:00,2022-05-20 09:05:00,",
            "'6921738301234567201,,10.00,2022-05-20 09:04:00,2022-05-20 09:05:00,",
        ),
        export_of(
            "'6921738301234567001,'6921738301234567003,20.10,2022-05-20 09:59:59,2022-05-20 10:00:05,2022-06-01 09:00:00",
            "'6921738301234567101,'6921738301234567101,59.00,2022-05-20 09:04:00,2022-05-20 09:05:00,2022-06-02 09:00:00",
            "'6921738301234567201,,10.00,2022-05-20 09:04:00,2022-05-20 09:05:00,",
            "'6921738301234567201,,11.00,2022-05-20 09:04:00,2022-05-20 09:05:00,",
        ),
    )
    shop = {"shop_id": "S1", "industry": "women"}
    ledger = Ledger.create(tmp_path / "ledger", platform="douyin")
    for number, text in enumerate(days):
        for folder in (tmp_path / f"day-{number}", tmp_path / "all"):
            folder.mkdir(exist_ok=True)
            (folder / f"订单-{number}.csv").write_text(text, "utf-8")
        ledger.ingest(tmp_path / f"day-{number}", **shop)
        ledger.score("2022-07-01", ruleset="2022")
    whole = ss.read_events(tmp_path / "all", platform="douyin", **shop)
    assert whole.frames["orders"]["amount"].sort().to_list() == [2100, 5900, 15000]
    assert ledger.events().digest == whole.digest
    assert (
        ledger.score("2022-07-01", ruleset="2022")
        .to_polars()
        .equals(ss.score(whole, platform="douyin", ruleset="2022", as_of="2022-07-01").to_polars())
    )
    assert ledger.ingest(tmp_path / "all", **shop).seq is None
    ledger.compact()
    assert ledger.events().digest == whole.digest


def test_what_is_said_of_shops_is_kept(tmp_path: Path, batches: Batches) -> None:
    """Of the shops of that source, where no file says anything; later words count."""
    conversations = (batches[0] / "conversations.csv").read_text("utf-8")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "conversations.csv").write_text(
            conversations.replace("S000", name), "utf-8"
        )
    ledger = Ledger.create(tmp_path / "ledger", platform=PLATFORM)
    ledger.ingest(tmp_path / "one", industry="women", shop_type="flagship", known_at="2025-04-01")
    ledger.ingest(tmp_path / "two", industry="home", known_at="2025-04-02")
    assert ledger.ingest(tmp_path / "two", industry="food", known_at="2025-04-03").seq == 3
    assert ledger.ingest(tmp_path / "two", industry="food", known_at="2025-04-04").seq is None
    said = ledger.events().shops
    assert {*said.select("industry", "shop_type").rows()} == {("women", "flagship"), ("food", None)}
    then = ledger.events("2025-04-02").shops
    assert {*then["industry"]} == {"women", "home"}


def test_events_that_were_read_are_refused(ledger: Ledger, batches: Batches) -> None:
    with pytest.raises(ss.UsageError, match="rows as they come"):
        ledger.ingest(ss.read_events(batches[0], platform=PLATFORM))  # type: ignore[arg-type]


def test_a_strict_ingest_writes_nothing(fresh: Ledger) -> None:
    before = read_head(fresh.root)
    with pytest.raises(ss.StrictError):
        fresh.ingest(
            {"orders": pl.DataFrame({"shop_id": ["S1"], "order_id": [""]})},
            strict=True,
        )
    assert read_head(fresh.root) == before


def test_small_ledgers_are_made_alike(tmp_path: Path, batches: Batches) -> None:
    """Opened again, whatever is asked is answered the same."""
    made = small_ledger(tmp_path / "ledger", *batches)
    assert opened(made.root).score(AS_OF).to_polars().equals(made.score(AS_OF).to_polars())
