"""Rules are bound once and kept; whatever they depend on, other rules are never taken for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve

import shopscore as ss
from shopscore.plugins import catalog
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.plugins.selection import select_rules
from shopscore.testing.toy import PLATFORM
from support.incomplete_rulesets import files

DAY = "2022-07-01"
PARCEL = "quality_return.empty_parcel"
NUMBERS = '[[dimensions]]\nid = "goods"\npoints = {points}\n'


def rules(platform: Any = "douyin", ruleset: Any = "2022", **options: Any) -> BoundRuleSet:
    return select_rules(platform, None, ruleset, options.pop("as_of", DAY), **options).rules


@pytest.fixture
def other_plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Kuaishou is switched off, and the plugins are loaded again; afterwards all are there."""
    monkeypatch.setenv("SHOPSCORE_DISABLE_PLUGINS", "kuaishou")
    catalog.plugin_records(reload=True)
    yield
    monkeypatch.undo()
    catalog.plugin_records(reload=True)


def test_the_same_rules_are_bound_once() -> None:
    assert rules() is rules()
    assert rules() is rules(as_of="2022-01-01")


def test_each_assumption_has_rules_of_its_own() -> None:
    values = [rules(assume=assume).ruleset.numbers[PARCEL] for assume in ASSUMED]
    assert values == [rules().ruleset.numbers[PARCEL], True, False, True]
    assert rules(assume={PARCEL: True}) is rules(assume={PARCEL: "True"})
    assert rules(assume={PARCEL: False}) is not rules(assume={PARCEL: True})
    assert rules(assume={}) is rules()


ASSUMED: list[dict[str, object] | None] = [None, {PARCEL: True}, {PARCEL: False}, {PARCEL: True}]


def test_an_assumption_that_cannot_be_is_refused_every_time() -> None:
    for _ in range(2):
        with pytest.raises(ss.UsageError, match="unknown assumption"):
            rules(assume={"no.such": 1})


def test_named_rules_are_not_those_that_are_in_force() -> None:
    assert rules().named
    assert not rules(ruleset=None).named
    assert rules().named
    with pytest.raises(ss.CoverageError):
        rules(ruleset=None, as_of="1999-01-01")


def test_a_changed_file_of_rules_is_seen(tmp_path: Path) -> None:
    text, _ = PLATFORM.scorecard().text("2025-01-01")
    mine = tmp_path / "mine.toml"
    digests = []
    for ending in ("", "# changed\n", ""):
        mine.write_text(text + ending, encoding="utf-8")
        digests.append(rules(PLATFORM, mine).ruleset.sha256)
    assert digests[0] != digests[1]
    assert digests[0] == digests[2]


def test_a_changed_file_of_numbers_is_seen(tmp_path: Path) -> None:
    points = []
    for given in (3, 4, 3):
        numbers = files(tmp_path, numbers=NUMBERS.format(points=given))
        found = rules("kuaishou", "2023", as_of="2023-09-01", numbers=numbers)
        points.append({d.id: d.points for d in found.exact.dimensions}["goods"])
    assert points == [3, 4, 3]
    assert not rules("kuaishou", "2023", as_of="2023-09-01").numbers_used


def test_an_equal_platform_has_rules_of_its_own() -> None:
    """Two platforms may be equal and yet not the same: their metrics are those of modules."""
    twin = evolve(PLATFORM)
    assert twin == PLATFORM
    own, others = rules(PLATFORM, "2025-01-01"), rules(twin, "2025-01-01")
    assert (own.platform, others.platform) == (PLATFORM, twin)
    assert others.platform is twin
    assert own is not others


def test_other_plugins_bring_other_rules(other_plugins: None) -> None:
    now = rules()
    assert now.platform is ss.platform("douyin")
    assert now is rules()
    with pytest.raises(ss.CoverageError, match="switched off"):
        rules("kuaishou", "2023")


def test_rules_of_plugins_that_were_loaded_again_are_theirs() -> None:
    before = rules()
    catalog.plugin_records(reload=True)
    after = rules()
    assert after is not before
    assert after.platform is ss.platform("douyin")


def test_two_rule_sets_of_a_stream_count_their_own_rows() -> None:
    """Plans are kept as well: each by its tallies, its window, and the columns that are there."""
    orders = pl.DataFrame(
        {
            "shop_id": ["A"] * 4,
            "order_id": ["1", "2", "3", "4"],
            "paid_at": ["2022-06-01 10:00:00"] * 3 + ["2022-05-01 10:00:00"],
        }
    )
    late = orders.with_columns(picked_up_at=pl.lit("2022-06-02 10:00:00"))

    def n(frame: pl.DataFrame, as_of: str) -> dict[str, int]:
        result = ss.score({"orders": frame}, platform="douyin", ruleset="2022", as_of=as_of)
        return {id: int(values.n[0]) for id, values in result.measured.items()}

    first = n(orders, DAY)
    assert n(late, DAY)["pickup_rate"] > first["pickup_rate"]
    assert n(orders, "2022-05-10") != first
    assert n(orders, DAY) == first
