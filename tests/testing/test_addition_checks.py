"""The kit checks a plugin that only adds to the platform of another, and says what it cannot."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from shopscore import Addition, Column, Fact, Platform, Stream
from shopscore.plugins.conflicts import mark_conflicts, platforms_of
from shopscore.plugins.records import PluginRecord
from shopscore.testing import checking, counting_laws, declarations, shop_laws
from shopscore.testing.addition_checks import additions
from shopscore.testing.lever_checks import layouts
from shopscore.testing.report import Check
from shopscore.testing.sampling import drawn_frames
from shopscore.testing.subject import Subject
from shopscore.testing.toy import PLATFORM as TOY

ID, SHOP = Column("order_id", "text", required=True), Column("shop_id", "text", required=True)
ORDERS = Stream(
    "orders", ("order_id",), (ID, SHOP, Column("packed_by", "enum", values=("hand", "machine")))
)
PARCELS = Stream(
    "parcels",
    key=("parcel_id",),
    columns=(
        Column("parcel_id", "text", required=True),
        SHOP,
        Column("order_id", "text"),
        Column("sent_at", "time", required=True),
        Column("weight", "int", low=1, high=9),
    ),
)
VIOLATIONS = Stream(
    "violations",
    key=("violation_id",),
    columns=(
        Column("violation_id", "text", required=True),
        SHOP,
        Column("kind", "text", required=True),
        Column("appeal", "enum", values=("won", "lost")),
    ),
)


def record(name: str, *platforms: Platform, **adds: Any) -> PluginRecord:
    return PluginRecord(name, name, f"shopscore-{name}", "1", "active", platforms, **adds)


def subject(*added: Addition, **more: Any) -> Subject:
    """A plugin that adds to the toy."""
    records = mark_conflicts([record("toy", TOY), record("adds", additions=added, **more)])
    assert records[1].status == "active", records[1].error
    return Subject(records[1], platforms_of(records))


def toy(**adds: Any) -> Addition:
    return Addition("toy", **adds)


Module = Callable[[str], None]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Makes the module ``makes_rows``, and a folder of layouts in the package ``with_exports``."""

    def write(text: str) -> None:
        (tmp_path / "makes_rows.py").write_text(text, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "makes_rows", raising=False)

    return write


def test_all_laws_are_tried_on_the_platform_with_what_is_added() -> None:
    made = subject(toy(streams=(ORDERS, PARCELS), facts=(Fact("sale", zh="促销", en="Sale"),)))
    versions = [rules.ruleset.name for rules in made.rules]
    assert versions == [f"toy/service/{version}" for version in TOY.scorecard().versions]
    assert all("parcels" in rules.streams for rules in made.rules)
    for checking_ in (
        declarations.labels,
        shop_laws.scoring,
        counting_laws.oracle,
        counting_laws.state_law,
    ):
        found = list(checking_(made))
        assert {c.status for c in found} == {"passed"}
    (found_added,) = additions(made)
    assert (found_added.subject, found_added.status) == ("toy", "passed")


def test_rows_of_added_streams_columns_and_words_are_drawn() -> None:
    """Violations, of which the sample has none, are drawn where a column is added to them."""
    made = subject(toy(streams=(ORDERS, PARCELS, VIOLATIONS)))
    frames = drawn_frames(made.rules[0])
    assert {"hand", "machine"} <= set(frames["orders"]["packed_by"])
    assert len(frames["parcels"]) > 100
    assert {"won", "lost"} <= set(frames["violations"]["appeal"])


def test_words_for_a_stream_that_is_the_platforms_own_are_drawn(module: Module) -> None:
    """The platform's function for samples does not know the word."""
    module("def rows(streams, rng):\n    return {'parcels': [\n"
           "        {'shop_id': 'S0001', 'parcel_id': str(n), 'sent_at': '2024-06-01 10:00:00',"
           " 'by': 'cart'} for n in range(200)]}\n")  # fmt: skip
    by = Column("by", "enum", values=("cart",))
    base = evolve(PARCELS, columns=(*PARCELS.columns, by))
    platform = evolve(TOY, streams=(base,), sample="makes_rows:rows")
    word = Stream("parcels", PARCELS.key, (*PARCELS.columns[:2], evolve(by, values=("camel",))))
    records = mark_conflicts(
        [record("toy", platform), record("a", additions=(toy(streams=(word,)),))]
    )
    made = Subject(records[1], platforms_of(records))
    assert set(drawn_frames(made.rules[0])["parcels"]["by"]) == {"cart", "camel"}
    assert [c.status for c in additions(made)] == ["passed"]


ROWS = """
def rows(streams, rng):
    return {{'parcels': [{{
        'shop_id': 'S0001', 'parcel_id': '1', 'sent_at': '2024-06-01 10:00:00', 'weight': {weight},
    }}]}}
"""
FAULTS: Mapping[str, tuple[str, str]] = {
    "a row off the bounds": (
        ROWS.format(weight=12),
        "a row of parcels is set aside: weight 12: ",
    ),
    "a function that fails": ("def rows(streams, rng):\n    return streams['none']\n", "KeyError"),
    "no function": ("", "makes_rows"),
    "no rows": ("def rows(streams, rng):\n    return 1\n", "lists of rows by stream are needed"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_function_for_samples_is_a_failed_check(fault: str, module: Module) -> None:
    text, says = FAULTS[fault]
    module(text)
    (found,) = additions(subject(toy(streams=(PARCELS,), sample="makes_rows:rows")))
    assert (found.status, found.subject) == ("failed", "toy")
    assert says in found.message


def test_a_function_that_makes_good_rows_passes(module: Module) -> None:
    module(ROWS.format(weight=9))
    found = list(additions(subject(toy(streams=(PARCELS,), sample="makes_rows:rows"))))
    assert [(c.status, c.message) for c in found] == [("passed", "")]


LAYOUT = """
schema = 1
id = "parcels"
zh = "包裹"
en = "Parcels"
stream = "parcels"
headers = ["包裹编号"]
[columns]
parcel_id = "包裹编号"
[source]
title = "An imaginary page"
confidence = "I"
"""


def test_layouts_of_additions_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "with_exports" / "exports"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "parcels.toml").write_text(LAYOUT, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    made = subject(toy(streams=(PARCELS,), exports="with_exports:exports"))
    assert list(layouts(made)) == [Check("layouts", "toy", "passed")]
    (folder / "parcels.toml").write_text(LAYOUT.replace("parcel_id =", "parcl_id ="), "utf-8")
    made = Subject(made.record, tuple(evolve(platform) for platform in made.platforms))
    (found,) = layouts(made)
    assert (found.status, "parcl_id" in found.message) == ("failed", True)
    assert list(layouts(subject(toy(streams=(PARCELS,))))) == []


def test_what_is_for_a_platform_that_is_not_installed_is_told() -> None:
    made = subject(toy(streams=(ORDERS,)), Addition("atlantis", streams=(PARCELS,)))
    told, found = additions(made)
    assert (told.status, told.subject) == ("skipped", "shopscore-adds:adds")
    assert told.message.startswith(
        "not checked: adds to platform atlantis, which no plugin declares"
    )
    assert (found.status, found.subject) == ("passed", "toy")
    records = mark_conflicts([record("adds", additions=(Addition("atlantis"),))])
    (loads,) = checking.check_records(records, "adds").checks
    assert (loads.id, loads.status) == ("loads", "failed")
    assert "adds to platform atlantis, which no plugin declares" in loads.message


def test_a_plugin_that_adds_nothing_is_skipped() -> None:
    (found,) = additions(Subject(record("toy", TOY), (TOY,)))
    assert found.status == "skipped"
