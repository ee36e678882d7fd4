"""The kit finds each fault of a plugin's own classes, over orders and over a stream of its own."""

from __future__ import annotations

import sys
from fractions import Fraction
from types import ModuleType

import pytest
from attrs import evolve

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


def subject(
    stream: str,
    fault: str,
    patched: pytest.MonkeyPatch,
    scorer: str = "",
    parameters: str = "",
    unit: str = "ratio",
) -> Subject:
    """A plugin whose one metric, window or scorer has a fault."""
    module = ModuleType("faulty_metrics")
    module.SHARE = evolve(faulty_rules.metric(stream, fault), unit=unit)  # type: ignore[attr-defined]
    patched.setitem(sys.modules, module.__name__, module)
    platform = faulty_rules.platform(module.__name__, fault, scorer)
    card = platform.scorecard()
    text = faulty_rules.RULES.replace('kind = "own"', f'kind = "own"\n{parameters}')
    ruleset = parse_ruleset(text, "faulty.toml", kinds=card.own_kinds)
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


@pytest.mark.parametrize(
    ("below", "above"), [("1e-6", "-1e-12"), ("0", "0"), ("-1e-12", "1e-6")], ids=str
)
def test_points_that_dip_beside_a_bound(
    below: str, above: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just below it, on it, and just above it: no other value is near enough."""
    parameters = f"bound = 0.43217\nbelow = {float(below)}\nabove = {float(above)}"
    made = subject("orders", "none", monkeypatch, "Dips", parameters)
    (found,) = points_laws.monotone(made)
    assert found.status == "failed"
    assert "points of share fall although the value gets better: 4 at " in found.message


def test_points_that_dip_at_a_value_that_rows_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scorer knows the value, and its parameters say nothing of it."""
    made = subject("orders", "none", monkeypatch)
    (rules,) = made.rules
    given = points_laws._given_values(rules)["share"]
    entry = next(entry for _, entry in rules.ruleset.entries)
    value = min(given - set(points_laws.values_tried(rules, entry, set())))
    dips = faulty_rules.Dips(value, 0, 0)
    exact = evolve(rules.exact, scorers={"own": dips})
    made.__dict__["rules"] = (evolve(rules, exact=exact),)
    assert [one.status for one in points_laws.monotone(made)] == ["failed"]
    monkeypatch.setattr(points_laws, "_given_values", lambda _: {})
    assert [one.status for one in points_laws.monotone(made)] == ["passed"]


@pytest.mark.parametrize(("unit", "below_zero"), [("ratio", False), ("hours", False), ("index", True), ("money", True)])  # fmt: skip
def test_values_far_away_on_either_side(
    unit: str, below_zero: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (rules,) = subject("orders", "none", monkeypatch, unit=unit).rules
    (entry,) = (entry for _, entry in rules.ruleset.entries)
    values = points_laws.values_tried(rules, entry, set())
    assert values == sorted(set(values))
    assert values[-1] > 10**12
    assert min(value for value in values if value > 0) <= Fraction(1, 10**6)
    assert (min(values) == -max(values)) is below_zero
    assert below_zero or min(values) == 0
    assert min(points_laws.values_tried(rules, entry, {Fraction(-1, 3)})) < -(10**12)


def test_a_scorer_that_raises_is_told_of_each_metric(monkeypatch: pytest.MonkeyPatch) -> None:
    made = subject("orders", "none", monkeypatch)

    def fails(*_: object) -> None:
        raise RuntimeError("too far")

    monkeypatch.setattr(faulty_rules.FaultyScorer, "points", fails)
    (found,) = points_laws.monotone(made)
    assert (found.status, found.message) == ("failed", "points of share: RuntimeError: too far")
