"""What a new user runs into: states that nobody can order, wrong days, wrong platforms, nothing there."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import shopscore as ss
from shopscore.ledger.ledger import Ledger
from shopscore.samples import generate
from support.command_line import shopscore

RULES = {"ruleset": "2022", "as_of": "2022-07-01"}


@pytest.fixture(scope="module")
def sample() -> dict[str, pl.DataFrame]:
    return {
        n: pl.DataFrame(t) for n, t in generate(shops=4, orders=300, end=date(2022, 6, 30)).items()
    }


@pytest.fixture
def ledger(sample: dict[str, pl.DataFrame], tmp_path: Path) -> Ledger:
    made = Ledger.create(tmp_path / "kept", platform="douyin")
    made.ingest(sample, known_at="2022-06-30")
    return made


def undecided(found: ss.Ingested) -> list[str]:
    return [str(n) for n in found.notices if n.code == "states_undecided"]


def test_states_that_nobody_can_order_are_told(
    ledger: Ledger, sample: dict[str, pl.DataFrame]
) -> None:
    """Whether they are taken or not: it does not depend on what came first."""
    reviews = sample["reviews"].head(7)
    worse = reviews.with_columns(rating=pl.lit(1).cast(reviews["rating"].dtype))
    better = reviews.with_columns(rating=pl.lit(5).cast(reviews["rating"].dtype))
    for rows in (worse, better, worse):
        assert "stream reviews" in undecided(ledger.ingest({"reviews": rows}))[0]
    dated = worse.with_columns(updated_at=pl.lit("2022-07-02 09:00:00"))
    assert undecided(ledger.ingest({"reviews": dated})) == []
    assert undecided(ledger.ingest({"reviews": dated})) == []
    assert undecided(ledger.ingest(sample)) == []
    shops = sample["shops"].with_columns(industry=pl.lit("a"))
    assert "stream shops: 4 rows differ" in undecided(ledger.ingest({"shops": shops}))[0]


def test_only_the_platforms_of_a_ledger(ledger: Ledger, tmp_path: Path) -> None:
    for platform in ("etsy", ss.platform("jd")):
        with pytest.raises(ss.UsageError, match="the ledger is of douyin, and may lack"):
            ledger.score(platform=platform)
    with pytest.raises(ss.CoverageError):
        ledger.score(platform="dowyin")
    (tmp_path / "shopscore.toml").write_text(
        'schema = 1\n[[shops]]\nplatform = "etsy"\nledger = "kept"\n', "utf-8"
    )
    sheet = ss.run_workspace(tmp_path / "shopscore.toml", as_of="2022-07-01")
    assert "the ledger is of douyin" in str(sheet.shops[0])
    assert str(ledger) == f"<Ledger {ledger.root}: douyin>"


def test_what_was_known_is_not_still_to_come(
    sample: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    made = Ledger.create(tmp_path / "kept", platform="douyin")
    today = datetime.now(ZoneInfo(made.zone)).date()
    with pytest.raises(ss.UsageError, match="still to come"):
        made.ingest(sample, known_at=today + timedelta(days=2))
    state = ss.tally(ss.resolve(sample, platform="douyin", ruleset="2022"))
    with pytest.raises(ss.UsageError, match="still to come"):
        made.add_counted(state, known_at="2999-01-01")
    assert made.ingest(sample, known_at=today).seq == 1
    more = sample["reviews"].head(1).with_columns(review_id=pl.lit("new"))
    assert made.ingest({"reviews": more}).seq == 2  # today was meant until then
    with pytest.raises(ss.UsageError, match="still to come"):
        made.forget(before=today + timedelta(days=2))


def test_nothing_was_ingested_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shopscore("ledger", "init", "kept", "-p", "douyin").done()
    for command in (("score",), ("track", "--to", "2022-07-01")):
        asked = shopscore("ledger", command[0], "kept", "-r", "2022", *command[1:])
        assert asked.code == 3
        assert "nothing was ingested yet" in asked.err
    assert "no such shop" in shopscore("ledger", "forget", "kept", "--shop", "S1").err
    assert "a ledger, whose commits" in shopscore("score", "kept", "-p", "douyin").err


def test_a_level_that_is_another_one_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sample = {
        n: pl.DataFrame(t) for n, t in generate(shops=6, orders=900, end=date(2022, 6, 30)).items()
    }
    ledger = Ledger.create("kept", platform="etsy")
    ledger.ingest(sample, known_at="2022-06-30")
    rated = sample["reviews"]["rating"].dtype
    bad = sample["reviews"].with_columns(
        rating=pl.lit(1).cast(rated), updated_at=pl.lit("2022-07-02 09:00:00")
    )
    ledger.ingest({"reviews": bad}, known_at="2022-07-02")
    moved = ledger.revision("2022-07-01", known_at="2022-07-01")
    assert len(moved.scores)
    now = {shop.shop_id: shop.to_dict()["level"] for shop in moved.now}
    then = {shop.shop_id: shop.to_dict()["level"] for shop in moved.then}
    differing = {id for id in now if now[id] != then[id]}
    assert differing <= {*moved.scores["shop_id"]}
    said = shopscore(
        "ledger", "revisions", "kept", "--as-of", "2022-07-01", "--known-at", "2022-07-01"
    )
    assert " → " in said.done().out


def test_revisions_of_one_shop(ledger: Ledger, sample: dict[str, pl.DataFrame]) -> None:
    rated = sample["reviews"]["rating"].dtype
    bad = sample["reviews"].with_columns(
        rating=pl.lit(1).cast(rated), updated_at=pl.lit("2022-07-02 09:00:00")
    )
    ledger.ingest({"reviews": bad}, known_at="2022-07-02")
    whole = ledger.revision(**RULES, known_at="2022-07-01")
    one = whole.of_shops(["S0001"])
    assert {*one.metrics["shop_id"]} == {"S0001"} < {*whole.metrics["shop_id"]}
    assert one.rows.equals(whole.rows.filter(pl.col("shop_id") == "S0001"))
    assert one.metrics.schema["n_then"] == pl.Int64
    with pytest.raises(ss.UsageError, match="NOPE"):
        whole.of_shops(["NOPE"])
    done = shopscore("ledger", "revisions", str(ledger.root), "-r", "2022", "--as-of", "2022-07-01",
                     "--known-at", "2022-07-01", "--shop", "S0001", "-f", "json").done()  # fmt: skip
    assert json.loads(done.out)["ruleset"] == "2022"
