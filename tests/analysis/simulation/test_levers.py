"""Levers of anybody: how they are named and set, what they must not do, and what they lack."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve

import shopscore as ss
from shopscore.analysis.simulation.lever_uses import choose_levers, read_levers
from shopscore.samples import generate
from support.toy_levers import PLATFORM as TOY

KUAISHOU = ss.platform("kuaishou")
FRAMES = generate(shops=3, orders=400, end=date(2024, 6, 30))
RULES: dict[str, Any] = {"platform": TOY, "ruleset": "2024-01-01", "as_of": "2024-07-01"}
TO_FILE = """
schema = 1
[[levers]]
id = "atom_fast_refund"
amount = 299.99
from = 08:30:00
share = 0.8
[[levers]]
id = "chase_pickup"
products = ["P1", "P2"]
"""


def simulated(lever: object, frames: dict[str, pl.DataFrame] = FRAMES) -> ss.Simulation:
    return ss.simulate(frames, shop="S0001", levers=lever, **RULES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "asked",
    [
        "atom_fast_refund:amount=299.99,from=08:30,share=80%",
        ["atom_fast_refund:amount_below=29999, from_second=30600, share=0.8"],
        [{"id": "atom_fast_refund", "amount": 299.99, "from": "8:30", "share": 0.8}],
        {"atom_fast_refund": {"amount": "299.99", "from": "08:30:00", "share": "0.80"}},
    ],
)
def test_several_ways_to_name_a_lever(asked: Any) -> None:
    (use,) = choose_levers(asked, KUAISHOU)
    assert use.lever is KUAISHOU.all_levers["atom_fast_refund"]
    assert float(use.share) == 0.8
    assert use.chosen == {
        "on": True, "from_second": 30_600, "to_second": 86_399, "products": (),
        "amount_below": 29_999, "only_unshipped": True,
    }  # fmt: skip


def test_a_file_of_levers(tmp_path: Path) -> None:
    file = tmp_path / "levers.toml"
    file.write_text(TO_FILE, encoding="utf-8")
    first, second = choose_levers(read_levers(file), KUAISHOU)
    assert (first.chosen["amount_below"], first.chosen["from_second"]) == (29_999, 30_600)
    assert float(first.share) == 0.8
    assert second.chosen["products"] == ("P1", "P2")
    assert choose_levers(["chase_pickup:products=P1,P2"], KUAISHOU)[0].chosen == second.chosen


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("schema = 2\n", "schema = 1"),
        ("schema = 1\nlever = []\n", "levers"),
        ("schema = 1\n[[levers]]\nshare = 1\n", "key id is missing"),
        ("schema = 1\nlevers = [1]\n", "not a table"),
        ("schema = 1\n[[levers]]\n[[levers]", "levers.toml"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "levers.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ss.InputError, match=words):
        read_levers(file)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            "atom_fast_refnd",
            "kuaishou has no lever atom_fast_refnd; did you mean atom_fast_refund?",
        ),
        ("atom_fast_refund:amount_blow=3", "no setting amount_blow; did you mean amount_below?"),
        ("atom_fast_refund:amount=3.001", "write an amount such as 300 or 299.99"),
        ("atom_fast_refund:amount=1,amount_below=100", "amount_below is set twice"),
        ("atom_fast_refund:amount=1,amount=2", "each setting once"),
        ("atom_fast_refund:amount", "write ID:SETTING=VALUE"),
        ("atom_fast_refund:from=25:00", "write a time such as 08:30"),
        ("atom_fast_refund:share=1.5", "write a share from 0 to 1"),
        ("atom_fast_refund:share=some", "write a share from 0 to 1"),
        (
            "atom_fast_refund:to_second=86400",
            "setting to_second of lever atom_fast_refund: 86400 is outside its bounds 0 to 86399",
        ),
        (
            "atom_fast_refund:on=perhaps",
            "setting on of lever atom_fast_refund: 'perhaps' is neither true nor false",
        ),
        (
            ["atom_fast_refund:amount=300", "chase_pickup", "atom_fast_refund"],
            "lever atom_fast_refund is named 2 times: name it once, with all its settings",
        ),
        ([{"id": "chase_pickup"}, "chase_pickup:hours=20"], "chase_pickup is named 2 times"),
        ("answer_within_three_minutes:amount=3", "no setting amount"),
        ([3], "3 names no lever"),
        ([{"share": 1}], "names no lever"),
        ({"chase_pickup": 20}, "settings of lever chase_pickup: 20 is no dictionary of them"),
        ({"atom_fast_refund": {"share": True}}, "write a share from 0 to 1"),
    ],
)
def test_levers_that_are_refused(asked: Any, words: str) -> None:
    with pytest.raises(ss.UsageError) as refused:
        choose_levers(asked, KUAISHOU)
    assert words in str(refused.value)


def test_a_third_partys_lever() -> None:
    """Reviews of parcels that were picked up late: the linked order decides."""
    found = simulated("ask_where_late")
    orders = {row["order_id"]: row for row in FRAMES["orders"].iter_rows(named=True)}
    expected = [
        row["review_id"]
        for row in FRAMES["reviews"].filter(pl.col("shop_id") == "S0001").iter_rows(named=True)
        if row["rating"] <= 2
        and (order := orders.get(row["order_id"]))
        and order["picked_up_at"]
        and (order["picked_up_at"] - order["paid_at"]).total_seconds() > 86_400
    ]
    assert expected
    assert sorted(found.touched["id"]) == sorted(expected)
    assert {*found.touched["after"]} == {"4"}
    assert found["bad_reviews"].effect == "better"


def test_a_lever_can_make_things_worse() -> None:
    found = simulated("pick_up_later")
    hours = found["pickup_hours"]
    assert hours.effect == "worse"
    assert hours.before.value is not None
    assert hours.after.value is not None
    assert found["total"].effect in ("worse", "same")
    (earlier, _) = found.to_dict()["levers"][0]["earlier"]
    assert earlier["hours_per_row"] == -24


def test_a_time_before_one_that_it_cannot_be_before_is_empty() -> None:
    """As it is where rows are read: signed for before it was picked up."""
    found = simulated("backwards")
    assert {*found.touched["after"]} == {""}
    assert any("left empty" in note for note in found.notes)


@pytest.mark.parametrize(
    ("lever", "words"),
    [
        ("six_stars", "lever six_stars: rating cannot be 6"),
        ("other_kind", "lever other_kind: kind cannot be gift"),
        ("no_key", "lever no_key: order_id is a key"),
    ],
)
def test_what_no_lever_may_do(lever: str, words: str) -> None:
    with pytest.raises(ss.PluginError, match=words):
        simulated(lever)


def test_what_the_events_lack() -> None:
    """A lever neither guesses nor adds what is not there; it says so."""
    without = {**FRAMES, "conversations": FRAMES["conversations"].drop("first_reply_at")}
    found = simulated("call_back", without)
    assert found.touched.is_empty()
    assert "call_back: the events have no first_reply_at" in str(found.notes[-1])
    assert found.after.to_dict() == found.before.to_dict()
    del without["conversations"]
    found = simulated("call_back", without)
    assert "call_back: the events have no conversations" in str(found.notes[-1])
    assert found.after.to_dict() == found.before.to_dict()


def test_where_the_clock_was_changed() -> None:
    """Forty hours after 20:00 of the day before the change it is 13:00: an hour was skipped."""
    platform = evolve(TOY, zone="America/Los_Angeles", levers=("shopscore.levers",))
    orders = pl.DataFrame(
        {
            "shop_id": ["S1", "S1"], "order_id": ["1", "2"],
            "paid_at": ["2024-03-09 20:00:00", "2024-03-12 08:00:00"],
            "picked_up_at": ["2024-03-11 20:00:00", "2024-03-12 09:00:00"],
            "signed_at": ["2024-03-12 20:00:00", "2024-03-13 09:00:00"],
        }
    )  # fmt: skip
    rules = {**RULES, "platform": platform, "as_of": "2024-03-20"}
    found = ss.simulate({"orders": orders}, levers="chase_pickup:hours=40", **rules)
    assert found.touched.select("id", "column", "after").rows() == [
        ("1", "picked_up_at", "2024-03-11 13:00:00"),
        ("1", "signed_at", "2024-03-12 13:00:00"),
    ]
    assert found["pickup_hours"].before.value == (47 + 1) / 2
    assert found["pickup_hours"].after.value == (40 + 1) / 2
    as_written = orders.with_columns(
        picked_up_at=pl.Series(["2024-03-11 13:00:00", "2024-03-12 09:00:00"])
    )
    expected = ss.score({"orders": as_written}, **rules)["S1"]
    assert found.after["pickup_hours"].value == expected["pickup_hours"].value
    # 46 hours after 20:00 it is not yet 20:00: nothing to chase that is no later than 47
    later = ss.simulate({"orders": orders}, levers="chase_pickup:hours=47", **rules)
    assert later.touched.is_empty()
