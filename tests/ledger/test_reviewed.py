"""Rows that move, shops that join, foreign files, states that come back: each was wrong once."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from shopscore.ledger.ledger import Ledger
from shopscore.testing.toy import PLATFORM as TOY

DAY, RULES = "2024-06-30", {"ruleset": "2024-01-01"}
IDS = [f"O{i}" for i in range(12)]
Frames = dict[str, pl.DataFrame]


def orders(
    ids: list[str], shop: str = "S", signed: str = "2024-06-10", new: str | None = None
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "order_id": ids,
            "shop_id": [shop] * len(ids),
            "created_at": ["2024-06-01 10:00:00"] * len(ids),
            "paid_at": ["2024-06-01 10:00:00"] * len(ids),
            "signed_at": [f"{signed} 10:00:00"] * len(ids),
            "updated_at": pl.Series([new] * len(ids), dtype=pl.String),
        }
    )


def review(
    order: str | None, new: str, id: str = "R", shop: str = "S", rating: int = 1
) -> pl.DataFrame:
    columns = {
        "review_id": id,
        "shop_id": shop,
        "order_id": order,
        "reviewed_at": "2024-06-07 00:00:00",
        "rating": rating,
        "updated_at": f"{new} 00:00:00",
    }
    return pl.DataFrame([columns], schema_overrides={"order_id": pl.String})


def of_shop(shop: str, rating: int = 1) -> Frames:
    ids = [f"{shop}{id}" for id in IDS]
    rows = [review(id, "2024-06-15", f"{shop}-{id}", shop, rating) for id in ids]
    return {"orders": orders(ids, shop), "reviews": pl.concat(rows)}


def ledger_in(folder: Path) -> Ledger:
    return Ledger.create(folder / "ledger", platform=TOY)


def same(ledger: Ledger, batches: list[Frames], **known: str) -> bool:
    whole: dict[str, list[pl.DataFrame]] = {}
    for batch in batches:
        for name, rows in batch.items():
            whole.setdefault(name, []).append(rows)
    events = {name: pl.concat(rows, how="diagonal") for name, rows in whole.items()}
    told = ss.score(events, as_of=DAY, platform=TOY, **RULES)
    return ledger.score(DAY, **RULES, **known).to_polars().equals(told.to_polars())


@pytest.mark.parametrize("to", ["O2", None])
@pytest.mark.parametrize("between", [True, False])
def test_a_row_that_moved_before_its_old_order_changed(
    tmp_path: Path, to: str | None, between: bool
) -> None:
    first = {
        "orders": orders(IDS),
        "reviews": pl.concat(
            [review("O1", "2024-06-15"), review("O5", "2024-06-15", "Q", rating=5)]
        ),
    }
    corrected = {"orders": orders(["O1"], signed="2024-07-10", new="2024-07-15 00:00:00")}
    batches = [first, {"reviews": review(to, "2024-06-16")}, corrected]
    ledger = ledger_in(tmp_path)
    for number, batch in enumerate(batches):
        ledger.ingest(batch, known_at=f"2024-07-0{number + 1}")
        if between:
            assert same(ledger, batches[: number + 1])
    assert same(ledger, batches)
    for number in range(3):
        assert same(ledger, batches[: number + 1], known_at=f"2024-07-0{number + 1}")
    assert ledger.verify().is_good


def test_shops_that_join_later(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.ingest(of_shop("A"), known_at="2024-07-01")
    ledger.ingest(of_shop("B"), known_at="2024-07-02")
    ledger.ingest(of_shop("C"), known_at="2024-07-03")
    assert same(ledger, [of_shop("A"), of_shop("B"), of_shop("C")])
    assert same(ledger, [of_shop("A")], known_at="2024-07-01")
    ledger.compact()
    assert same(ledger, [of_shop("A"), of_shop("B")], known_at="2024-07-02")
    moved = ledger.revision(DAY, known_at="2024-07-01", **RULES).scores["shop_id"]
    assert {"B", "C"} <= {*moved}


def test_shops_of_which_no_time_is_known(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    shops = pl.DataFrame({"shop_id": ["A", "B", "C"], "industry": ["x", "x", "x"]})
    ledger.ingest({"shops": shops, "orders": orders(["O1"], "A")}, known_at="2024-07-01")
    ledger.compact()
    assert ledger.forget("A").shops == 1
    ledger.forget(before="2024-05-01")
    assert ledger.verify().is_good


def test_no_state_comes_back_when_a_newer_one_is_forgotten(tmp_path: Path) -> None:
    """The review named a recent order first, and then an old one."""
    ledger = ledger_in(tmp_path)
    rows = pl.concat([orders(["A"], signed="2024-06-05"), orders(["B"], signed="2024-06-25")])
    first = pl.concat([review("B", "2024-06-08"), review("B", "2024-06-08", "Q", rating=5)])
    ledger.ingest({"orders": rows, "reviews": first}, known_at="2024-07-01")
    ledger.ingest({"reviews": review("A", "2024-06-09")}, known_at="2024-07-02")
    ledger.forget(before="2024-06-20")
    left = ledger.events().frames
    assert left["orders"]["order_id"].to_list() == ["B"]
    assert left["reviews"]["review_id"].to_list() == ["Q"]
    assert ledger.verify().is_good


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.ingest(of_shop("A"), known_at="2024-07-01")
    own = [
        ledger.root / part / "mine.parquet"
        for part in (".", "events", "commits", "events/orders", "cells")
    ]
    own.append(ledger.root / "notes" / "2024" / "mine.parquet")
    for file in own:
        file.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame({"a": [1]}).write_parquet(file)
    assert same(ledger, [of_shop("A")])
    ledger.ingest(of_shop("B"), known_at="2024-07-02")
    ledger.compact()
    assert all(file.exists() for file in own)
    assert same(ledger, [of_shop("A"), of_shop("B")])


def test_a_torn_log_of_a_killed_writer(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.ingest(of_shop("A"), known_at="2024-07-01")
    log = next((ledger.root / "events" / "orders").glob("*/_delta_log"))
    (log / f"{1:020}.json").write_text('{"add": {"path')
    (log / "_last_checkpoint").write_text("{")
    ledger.ingest(of_shop("B"), known_at="2024-07-02")
    assert same(ledger, [of_shop("A"), of_shop("B")])


def state(frames: Frames, **rules: object) -> ss.Tallies:
    return ss.tally(ss.resolve(frames, platform=TOY, **RULES, **rules))  # type: ignore[arg-type]


def test_a_shop_that_is_forgotten_takes_no_other_with_it(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    whole = [ss.resolve(of_shop(shop), platform=TOY, **RULES) for shop in "AB"]
    for number, one in enumerate(whole):
        ledger.add_counted(ss.tally(one.with_shops_as_units()), known_at=f"2024-07-0{number + 1}")
    ledger.forget("B")
    assert ledger.verify().is_good
    for known in ({}, {"known_at": "2024-07-01"}):
        shops = ledger.score(DAY, **RULES, **known).to_polars()
        counted = shops.filter(pl.col("shop_id") == "A")["bad_reviews.n"].to_list()
        assert counted == [12]
    with pytest.raises(ss.StateError):
        ledger.events(known_at="2024-07-01")


def test_a_row_that_was_counted_comes_without_its_order(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.add_counted(state(of_shop("A")), known_at="2024-07-01")
    found = ledger.ingest({"reviews": review(None, "2024-07-01", "A-AO1", "A")})
    assert [one.code for one in found.notices] == ["may_be_counted"]


def test_a_count_that_lacks_a_correction(tmp_path: Path) -> None:
    """Refused until it has it too, in whatever order corrections come."""
    ledger, other = ledger_in(tmp_path), {"assume": {"bad_review.max_rating": 3}}
    old, new = of_shop("A"), of_shop("A", rating=5)
    for rules in ({}, other):
        ledger.add_counted(state(old, **rules), known_at="2024-07-01")
    ledger.add_counted(state(new) - state(old), known_at="2024-07-02")
    assert ledger.score(DAY, **RULES).to_polars()["bad_reviews.value"].to_list() == [0.0]
    with pytest.raises(ss.StateError, match="were not counted for these rules"):
        ledger.score(DAY, **RULES, **other)
    assert (
        ledger.score(DAY, **RULES, **other, known_at="2024-07-01").to_polars()["bad_reviews.value"][
            0
        ]
        == 1.0
    )
    ledger.add_counted(state(new, **other) - state(old, **other), known_at="2024-07-03")
    for rules in ({}, other):
        assert ledger.score(DAY, **RULES, **rules).to_polars()["bad_reviews.value"].to_list() == [
            0.0
        ]


def test_what_is_no_moment(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    for wrong in (20240701, object(), "9am"):
        with pytest.raises(ss.UsageError, match="no day and no time"):
            ledger.ingest(of_shop("A"), known_at=wrong)  # type: ignore[arg-type]
    with pytest.raises(ss.UsageError, match="of which platform"):
        Ledger.create(tmp_path / "none", platform=())
