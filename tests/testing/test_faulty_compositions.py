"""The kit finds each fault of a plugin's own composition, and none where there is none."""

from __future__ import annotations

import pytest
from attrs import evolve

from shopscore import Composition, PluginError
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.plugins.records import PluginRecord
from shopscore.rules.compositions import Minimum
from shopscore.testing.composition_laws import compositions
from shopscore.testing.report import Check
from shopscore.testing.subject import Subject
from support.faulty_compositions import SAYS, FloatTotals, NeedsGoods, NotEveryShop, OffTheScale
from support.three_dimensions import IDS, PLATFORM, MiddleOfEnds, rules_of, scored


def checked(composition: Composition | None, missing: str = "rescale") -> list[Check]:
    """The checks of three dimensions whose total a composition makes."""
    rules = BoundRuleSet.bind(PLATFORM, PLATFORM.scorecard(), rules_of(missing=missing))
    record = PluginRecord("three", "three", "shopscore-three", "1", "active", (PLATFORM,))
    made = Subject(record, (PLATFORM,))
    made.__dict__["rules"] = (evolve(rules, exact=evolve(rules.exact, composition=composition)),)
    return list(compositions(made))


@pytest.mark.parametrize("faulty", SAYS, ids=lambda cls: cls.__name__)
def test_a_fault_is_found(faulty: type[Composition]) -> None:
    (found,) = checked(faulty())
    assert (found.id, found.subject, found.status) == ("compositions", "three/whole/1", "failed")
    assert SAYS[faulty] in found.message


@pytest.mark.parametrize("healthy", [Minimum, MiddleOfEnds])
@pytest.mark.parametrize("missing", ["rescale", "require"])
def test_without_a_fault_nothing_is_found(healthy: type[Composition], missing: str) -> None:
    assert [(c.status, c.message) for c in checked(healthy(), missing)] == [("passed", "")]


def test_where_all_dimensions_are_needed_it_is_asked_with_all_of_them() -> None:
    assert [c.status for c in checked(NeedsGoods(), "require")] == ["passed"]


def test_weighted_means_need_no_check() -> None:
    (found,) = checked(None)
    assert (found.status, found.subject) == ("skipped", "shopscore-three:three")


@pytest.mark.parametrize("faulty", [OffTheScale, FloatTotals, NotEveryShop])
def test_a_score_refuses_what_is_no_exact_total_of_each_shop(
    faulty: type[Composition], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MiddleOfEnds, "total", faulty.total)
    shops = {"A": dict.fromkeys(IDS, 10), "B": dict.fromkeys(IDS, 10)}
    with pytest.raises(PluginError, match=f"composition of three/whole/1: .*{SAYS[faulty]}"):
        scored(shops, rules_of(composition="middle"))
