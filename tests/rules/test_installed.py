"""Every rule set of the installed plugins: numbers with sources, weights that sum to one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

import shopscore as ss
from shopscore.grading import bound_scorers
from shopscore.model.expressions import Assumed
from shopscore.rules import Rules
from shopscore.testing.toy import PLATFORM as TOY

#: Numbers that say nothing about the platform's rules.
_OURS = ("schema",)

INSTALLED = [
    (platform, card, version)
    for platform in (*ss.platforms(), TOY)
    for card in platform.scorecards
    for version in card.versions
]
NAMES = [f"{card.name}/{version}" for _, card, version in INSTALLED]

Installed = tuple[ss.Platform, ss.Scorecard, str]


@pytest.fixture(params=INSTALLED, ids=NAMES)
def installed(request: pytest.FixtureRequest) -> Installed:
    found: Installed = request.param
    return found


@pytest.fixture
def ruleset(installed: Installed) -> ss.RuleSet:
    return installed[1].ruleset(installed[2])


def numbers(value: Any, path: str = "", sourced: bool = False) -> Iterator[tuple[str, bool]]:
    """Every plain number of a document, and whether a source stands beside or above it."""
    if isinstance(value, dict):
        here = sourced or "source" in value
        for key, below in value.items():
            beside = "source" in value or (sourced and isinstance(below, dict | list))
            yield from numbers(
                below, f"{path}.{key}", beside if not isinstance(below, dict | list) else here
            )
    elif isinstance(value, list):
        for position, below in enumerate(value):
            nested = isinstance(below, dict)
            yield from numbers(below, f"{path}[{position}]", False if nested else sourced)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield path.removeprefix("."), sourced


def test_every_number_has_a_source_or_is_an_assumption(installed: Installed) -> None:
    _, card, version = installed
    document = tomllib.loads(card.text(version)[0], parse_float=Decimal)
    for assumption in document.pop("assumptions", []):
        assert assumption["reason"]
        if assumption["kind"] in ("integer", "decimal"):
            assert {"low", "high"} <= set(assumption), f"{assumption['id']} is not bounded"
    for source in document.get("sources", {}).values():
        assert source["confidence"] in ("S", "O", "P", "T", "I")
    lacking = [path for path, sourced in numbers(document) if not sourced and path not in _OURS]
    assert not lacking


def test_sources_that_are_named_exist(ruleset: ss.RuleSet) -> None:
    rules = (*ruleset.dimensions, *(m for _, m in ruleset.entries), *ruleset.tiers)
    named = {r.source for r in (*rules, *ruleset.eligibility, *ruleset.scorers.values())} - {""}
    assert named <= set(ruleset.sources)


def test_weights_of_dimensions_sum_to_exactly_one(ruleset: ss.RuleSet) -> None:
    if not ruleset.dimensions:
        pytest.skip("a scorecard without a total")
    known = sum(Fraction(ruleset.number(d.weight)) for d in ruleset.dimensions)
    assert known + Fraction(ruleset.number(getattr(ruleset, "unknown_weight", 0))) == 1
    for dimension in ruleset.dimensions:
        weights = [Fraction(ruleset.number(m.weight)) for m in dimension.metrics]
        assert weights
        assert all(weight > 0 for weight in weights)


def test_everything_binds(installed: Installed, ruleset: ss.RuleSet) -> None:
    platform, card, _ = installed
    rules = Rules.bind(platform, card, ruleset)
    assert rules.tallies
    assert bound_scorers(ruleset, card.scorer_kinds)
    used = {a.id for a in rules.assumptions}
    assert used == set(ruleset.assumptions), "an assumption that nothing uses"


def test_names_agree_with_the_file(installed: Installed, ruleset: ss.RuleSet) -> None:
    platform, card, version = installed
    assert (ruleset.platform, ruleset.scorecard, ruleset.version) == (platform.id, card.id, version)
    assert ruleset.status != "user"


def test_labels_in_both_languages(ruleset: ss.RuleSet) -> None:
    for thing in (ruleset, *ruleset.dimensions, *ruleset.tiers, *ruleset.eligibility):
        assert thing.zh
        assert thing.en
        assert thing.en.isascii() or "–" in thing.en


def test_assumptions_can_take_both_bounds(ruleset: ss.RuleSet) -> None:
    for assumption in ruleset.assumptions.values():
        for bound in (assumption.low, assumption.high):
            if bound is not None:
                ruleset.assuming({assumption.id: bound})
                beyond = bound + (1 if bound == assumption.high else -1)
                with pytest.raises(ss.UsageError, match="outside its bounds"):
                    ruleset.assuming({ruleset.full_id(assumption.id): beyond})
        for word in assumption.choices:
            ruleset.assuming({assumption.id: word})


def test_bounds_of_tiers_and_scale(ruleset: ss.RuleSet) -> None:
    low, high = ruleset.number(ruleset.low), ruleset.number(ruleset.high)
    assert low < high
    for tier in ruleset.tiers:
        bound = tier.at_least if tier.at_least is not None else tier.below
        assert low <= ruleset.number(bound) <= high


@pytest.mark.parametrize(
    "card", {c.name: c for _, c, _ in INSTALLED}.values(), ids=lambda c: c.name
)
def test_official_spans_do_not_overlap(card: ss.Scorecard) -> None:
    from datetime import date

    spans = sorted(
        (r.effective_from or date.min, r.effective_to or date.max)
        for r in map(card.ruleset, card.versions)
        if r.status == "official"
    )
    assert all(first <= last for first, last in spans)
    assert all(a[1] < b[0] for a, b in pairwise(spans))


def test_assumptions_stand_in_for_numbers_only(ruleset: ss.RuleSet) -> None:
    for dimension, entry in ruleset.entries:
        for number in (dimension.weight, entry.weight):
            assert isinstance(number, int | Decimal | Assumed)
