"""The kit finds each fault of a plugin's own classes, over orders and over a stream of its own."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.plugins.records import PluginRecord
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing import counting_laws, points_laws, shop_laws
from shopscore.testing.report import Check
from shopscore.testing.subject import Subject
from support import faulty_rules

CHECKINGS = {
    "scoring": shop_laws.scoring,
    "aggregators": shop_laws.aggregators,
    "scorers": shop_laws.scorers,
    "oracle": counting_laws.oracle,
    "empty_input": counting_laws.empty_input,
    "monotone": points_laws.monotone,
}


def subject(stream: str, fault: str, patched: pytest.MonkeyPatch) -> Subject:
    """A plugin whose one metric, window or scorer has a fault."""
    module = ModuleType("faulty_metrics")
    module.SHARE = faulty_rules.metric(stream, fault)  # type: ignore[attr-defined]
    patched.setitem(sys.modules, module.__name__, module)
    platform = faulty_rules.platform(module.__name__, fault)
    card = platform.scorecard()
    ruleset = parse_ruleset(faulty_rules.RULES, "faulty.toml", kinds=card.own_kinds)
    record = PluginRecord("faulty", "faulty", "shopscore-faulty", "1", "active", (platform,))
    made = Subject(record, (platform,))
    made.__dict__["rules"] = (BoundRuleSet.bind(platform, card, ruleset),)
    return made


def failures(stream: str, fault: str, check: str, patched: pytest.MonkeyPatch) -> list[Check]:
    found = CHECKINGS[check](subject(stream, fault, patched))
    return [one for one in found if one.status == "failed"]


@pytest.mark.parametrize("stream", ["orders", "visits"])
@pytest.mark.parametrize("fault", [fault for fault in faulty_rules.FOUND_BY if fault != "none"])
def test_a_fault_is_found(fault: str, stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = failures(stream, fault, faulty_rules.FOUND_BY[fault], monkeypatch)
    assert found.message


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (
            "values that are none among the peers",
            "that is no peer, or has none, changes the points",
        ),
        ("no peers among the peers", "that is no peer, or has none, changes the points of others"),
        ("an amount that says nothing of it", "twice of all is twice the value"),
        ("fractions that do not add up", "numerators or denominators do not add up"),
        ("a pooling of its own", "pooling is one of tallies, fractions, values, not somehow"),
    ],
)
def test_a_fault_is_told(fault: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = failures("orders", fault, faulty_rules.FOUND_BY[fault], monkeypatch)
    assert says in found.message


@pytest.mark.parametrize("stream", ["orders", "visits"])
@pytest.mark.parametrize("check", CHECKINGS)
def test_without_a_fault_nothing_is_found(
    check: str, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not failures(stream, "none", check, monkeypatch)
