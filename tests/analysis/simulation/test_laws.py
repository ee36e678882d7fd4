"""Laws of simulation: nothing asked, nothing changed; else what a changed file would give."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve

import shopscore as ss
from shopscore.plugins.samples import extend_sample
from shopscore.samples import generate
from support import pooled_platform
from support.levers_by_hand import apply_by_hand, changed_frames, rows_of
from support.toy_levers import PLATFORM as TOY

END = date(2024, 6, 30)
AS_OF = "2024-07-01"
SHOP = "S0003"
SETTINGS: dict[str, dict[str, Any]] = {
    "change_carrier": {"carriers": "oldroad,northway"},
    "stop_far_provinces": {"provinces": "tibet,xinjiang,guangdong"},
}
#: A scorecard and a rule set of each platform that declares levers of its own, or the general ones.
CARDS = {
    "kuaishou": "2023",
    "douyin": "2022",
    "amazon": "2024-09-25",
    "etsy": "2024-09",
}


@cache
def frames_of(platform: str) -> dict[str, pl.DataFrame]:
    made = generate(shops=4, orders=400, seed=5, end=END)
    return made | extend_sample(ss.platform(platform), made, seed=0)


@cache
def score_of(platform: str) -> ss.Result:
    return ss.score(frames_of(platform), platform=platform, ruleset=CARDS[platform], as_of=AS_OF)


def cards() -> list[Any]:
    """Every scorecard of every platform."""
    return [
        pytest.param(card, marks=pytest.mark.slow)
        for platform in ss.platforms()
        for card in (card.name for card in platform.scorecards)
    ]


@pytest.mark.parametrize("card", cards())
def test_without_levers_it_is_the_score_on_every_card(card: str) -> None:
    platform, scorecard = card.split("/")
    version = ss.platform(platform).scorecard(scorecard).versions[-1]
    rules: dict[str, Any] = {"scorecard": scorecard, "ruleset": version, "as_of": AS_OF}
    result = ss.score(frames_of(platform), platform=platform, **rules)
    for shop in result:
        assert shop.simulate().results[1].to_json() == result.to_json()


@pytest.mark.parametrize("platform", CARDS)
def test_without_levers_it_is_the_score(platform: str) -> None:
    result = score_of(platform)
    found = result.simulate(SHOP)
    assert found.results[1].to_json() == result.to_json()
    assert found.after.to_dict() == found.before.to_dict() == result[SHOP].to_dict()
    assert {change.effect for change in found.changes} <= {"same"}
    again = ss.simulate(
        frames_of(platform), platform=platform, ruleset=CARDS[platform], as_of=AS_OF, shop=SHOP
    )
    assert again.results[1].to_json() == result.to_json()


@pytest.mark.parametrize("platform", CARDS)
def test_levers_that_match_nothing_change_nothing(platform: str) -> None:
    result = score_of(platform)
    levers = ss.platform(platform).all_levers
    for nothing in ({"on": False}, {"share": 0}):
        found = ss.simulate(result, shop=SHOP, levers=dict.fromkeys(levers, nothing))
        assert found.results[1].to_json() == result.to_json()
        assert found.touched.is_empty()
        assert [len(one.rows) for one in found.levers] == [0] * len(levers)


@pytest.mark.parametrize(
    ("platform", "lever"),
    [
        (platform, lever)
        for platform in ("kuaishou", "amazon", "etsy")
        for lever in ss.platform(platform).all_levers
    ],
)
def test_one_lever_is_what_a_changed_file_gives(platform: str, lever: str) -> None:
    """Rows are found and changed in plain Python, and written; the other shops are the same."""
    result, declared = score_of(platform), ss.platform(platform).all_levers[lever]
    settings = SETTINGS.get(lever, {})
    found = ss.simulate(result, shop=SHOP, levers={lever: settings})
    assert result.events is not None
    rows = rows_of(result.events, SHOP)
    (touched,) = apply_by_hand(rows, [(declared, settings)])
    assert list(found.touched["id"].unique(maintain_order=True)) == touched
    frames = changed_frames(frames_of(platform), SHOP, rows, result.events)
    expected = ss.score(frames, platform=platform, ruleset=CARDS[platform], as_of=AS_OF)
    assert found.after.to_dict() == expected[SHOP].to_dict()
    kinds = {c.name: c.kind for c in result.events.streams[declared.stream].columns}
    assert {*found.touched["column"]} <= {*declared.cells} <= {*kinds}


@pytest.mark.parametrize("platform", ["kuaishou", "etsy"])
def test_all_levers_at_once_in_declared_order(platform: str, tmp_path: Path) -> None:
    """From files to files: the order in which they are named does not matter."""
    result, levers = score_of(platform), ss.platform(platform).all_levers
    uses = [(lever, SETTINGS.get(id, {})) for id, lever in levers.items()]
    asked = {lever.id: settings for lever, settings in reversed(uses)}
    found = ss.simulate(result, shop=SHOP, levers=asked)
    assert [one.use.lever.id for one in found.levers] == list(levers)
    assert result.events is not None
    rows = rows_of(result.events, SHOP)
    touched = apply_by_hand(rows, uses)
    for (lever, _), ids in zip(uses, touched, strict=True):
        own = found.touched.filter(pl.col("lever") == lever.id)
        assert list(own["id"].unique(maintain_order=True)) == ids
    for name, frame in changed_frames(frames_of(platform), SHOP, rows, result.events).items():
        frame.write_csv(tmp_path / f"{name}.csv")
    expected = ss.score(tmp_path, platform=platform, ruleset=CARDS[platform], as_of=AS_OF)
    assert found.after.to_dict() == expected[SHOP].to_dict()
    assert found.after.to_dict() != found.before.to_dict()


@pytest.mark.parametrize("share", [1, 0.5])
def test_aggregators_of_anybody(share: float) -> None:
    """Quantiles, changes, worst days, and a third party's own: as of a changed file."""
    platform = evolve(pooled_platform.PLATFORM, levers=("support.toy_levers",))
    frames = frames_of("kuaishou")
    rules: dict[str, Any] = {
        "platform": platform, "ruleset": pooled_platform.rules_of(), "as_of": AS_OF,
    }  # fmt: skip
    result = ss.score(frames, **rules)
    found = result.simulate(SHOP, levers={"no_presale": {"share": share}})
    ids = list(found.touched["id"].unique(maintain_order=True))
    assert result.events is not None
    rows = rows_of(result.events, SHOP)
    every = {id for id, row in rows["orders"].items() if row["is_presale"]}
    assert {*ids} <= every
    assert len(ids) == found.levers[0].matched * share
    for id in ids:
        row = rows["orders"][id]
        row["is_presale"], row["amount"] = False, row["amount"] - 1
        row["signed_at"] = None if row["signed_at"] is None else row["signed_at"] - 3600
    expected = ss.score(changed_frames(frames, SHOP, rows, result.events), **rules)
    assert found.after.to_dict() == expected[SHOP].to_dict()
    changed = {change.id for change in found.changes if change.effect != "same"}
    assert changed >= {"rate", "squared", "sales"}


def test_a_later_lever_sees_what_an_earlier_one_made() -> None:
    """After buyers are called back within three minutes, nobody waits longer."""
    frames = generate(shops=3, orders=300, end=END)
    events = ss.read_events(frames, platform=TOY)
    by_itself = ss.simulate(
        events, platform=TOY, as_of=AS_OF, shop="S0001", levers="answer_the_late"
    )
    both = ss.simulate(
        events, platform=TOY, as_of=AS_OF, shop="S0001", levers=["answer_the_late", "call_back"]
    )
    assert len(by_itself.levers[0].rows) > 0
    assert [one.use.lever.id for one in both.levers] == ["call_back", "answer_the_late"]
    assert [len(one.rows) for one in both.levers] == [len(by_itself.levers[0].rows), 0]
    later = ss.simulate(
        events, platform=TOY, as_of=AS_OF, shop="S0001",
        levers=["call_back:minutes=4", "answer_the_late"],
    )  # fmt: skip
    assert len(later.levers[1].rows) == len(by_itself.levers[0].rows)


def test_the_others_stay_as_they_are() -> None:
    """Its rank is that among their values, as if it alone were another shop."""
    result = score_of("kuaishou")
    found = ss.simulate(result, shop=SHOP, levers="act_when_return_is_signed:hours=0")
    change = found["return_refund_hours"]
    own, others = (
        change.after.value,
        [
            value
            for id, value in zip(
                result.shops["shop_id"],
                result.measured["return_refund_hours"].column.fractions(),
                strict=True,
            )
            if id != SHOP and value is not None and result[id].industry == found.before.industry
        ],
    )
    assert own is not None
    assert change.effect == "better"
    worse, equal = sum(v > own for v in others), sum(v == own for v in others)
    assert change.after.percentile is not None
    assert change.after.percentile * len(others) == worse + equal / 2
    assert any("stay as they are" in note for note in found.notes)
