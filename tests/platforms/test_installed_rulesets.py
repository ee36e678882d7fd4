"""Every rule set that is shipped: numbers with sources, weights that sum to one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from shopscore.model.assumptions import Chosen, Number
from shopscore.model.expressions import Assumed
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.coverage import missing_numbers, weights_within
from shopscore.rules.exact_rules import exact_rules
from shopscore.rules.numbers_toml import FilledRuleSet
from shopscore.rules.profiles import add_profile
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing.toy import PLATFORM as TOY
from support.ruleset_documents import ReferenceTables, text_of

ROOT = Path(__file__).parents[2]

#: Every rule set file of the plugins, the example, and the toy.
FILES = sorted(
    file for top in ("core", "plugins", "examples") for file in ROOT.glob(f"{top}/**/rulesets/*.toml")
)  # fmt: skip
TEXTS = {f"{file.parts[-3]}/{file.stem}": file.read_text(encoding="utf-8") for file in FILES}
RULESETS = {name: parse_ruleset(text, name) for name, text in TEXTS.items()}

INSTALLED = [
    (platform, card, version)
    for platform in (*ss.platforms(), TOY)
    for card in platform.scorecards
    for version in card.versions
]

Installed = tuple[ss.Platform, ss.Scorecard, str]


@pytest.fixture(params=INSTALLED, ids=[f"{card.name}/{version}" for _, card, version in INSTALLED])
def installed(request: pytest.FixtureRequest) -> Installed:
    found: Installed = request.param
    return found


@pytest.fixture(params=RULESETS.values(), ids=RULESETS)
def ruleset(request: pytest.FixtureRequest) -> ss.RuleSet:
    found: ss.RuleSet = request.param
    return found


@pytest.fixture(params=TEXTS.values(), ids=TEXTS)
def document(request: pytest.FixtureRequest) -> ReferenceTables:
    return tomllib.loads(request.param, parse_float=Decimal)


def test_every_rule_set_that_is_installed_is_among_the_files() -> None:
    assert {card.text(version)[0] for _, card, version in INSTALLED} <= set(TEXTS.values())
    platforms = {ruleset.platform for ruleset in RULESETS.values()}
    chinese = {"douyin", "jd", "kuaishou", "pinduoduo", "tmall", "wechat", "xiaohongshu"}
    assert platforms == chinese | {"amazon", "ebay", "etsy", "walmart", "toy"}


# ----------------------------------------------------------------- a source for every number


def is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def is_table(value: Any) -> bool:
    """A table of its own, not what stands in the place of a number."""
    return isinstance(value, dict) and "assume" not in value


def tables(value: Any, path: str = "") -> Iterator[tuple[str, ReferenceTables]]:
    """A table and all below it, with their places."""
    if is_table(value):
        yield path.removeprefix("."), value
        for key, below in value.items():
            yield from tables(below, f"{path}.{key}")
    elif isinstance(value, list):
        for position, below in enumerate(value):
            yield from tables(below, f"{path}[{position}]")


def plain_numbers(value: Any) -> Iterator[int | Decimal]:
    """Every number that a value of a table holds: of a list, and of a choice, whatever the word."""
    if isinstance(value, list):
        for below in value:
            yield from plain_numbers(below)
    elif isinstance(value, dict) and not is_table(value):
        yield from plain_numbers(list(value.values()))
    elif is_number(value):
        yield value


def numbers_of(table: ReferenceTables) -> list[int | Decimal]:
    """The numbers that stand in a table itself; that percentiles run from 0 to 1 is no such one."""
    stated = dict(table)
    if table.get("kind") == "percentile_curve":
        stated["curve"] = [points for _, points in table["curve"]]
    return [number for value in stated.values() for number in plain_numbers(value)]


def without_source(document: ReferenceTables) -> list[str]:
    """Places of the tables with a number that names neither a source nor an assumption."""
    rules = {k: v for k, v in document.items() if k not in ("schema", "assumptions", "sources")}
    return [path for path, table in tables(rules) if numbers_of(table) and not table.get("source")]


def test_every_number_has_a_source_or_is_an_assumption(document: ReferenceTables) -> None:
    assert without_source(document) == []


def test_a_number_that_loses_its_source_is_seen_here_and_refused(document: ReferenceTables) -> None:
    spoilt = deepcopy(document)
    rules = {
        k: v for k, v in spoilt.items() if k != "assumptions"
    }  # these may name one, and need none
    sourced = [(p, t) for p, t in tables(rules) if "source" in t and numbers_of(t)]
    for path, table in sourced:
        source = table.pop("source")
        assert without_source(spoilt) == [path]
        with pytest.raises(ss.RuleSetError, match="source"):
            parse_ruleset(text_of(spoilt), "spoilt.toml")
        table["source"] = source
    assert spoilt == document
    weights = [
        (t, key)
        for _, t in tables(spoilt)
        for key in ("weight", "share_of_rest")
        if isinstance(t.get(key), dict) and "source" not in t
    ]
    for table, key in weights:
        mark, table[key] = table[key], 1
        assert len(without_source(spoilt)) == 1
        table[key] = mark
    assert sourced or weights


def test_what_is_not_published_says_why(document: ReferenceTables) -> None:
    for assumption in document.get("assumptions", []):
        assert assumption["reason"]
        assert "value" in assumption or assumption.get("nullable") is True
        if assumption["kind"] in ("integer", "decimal"):
            assert {"low", "high"} <= set(assumption), f"{assumption['id']} is not bounded"
    for name, scorer in document.get("scorers", {}).items():
        if "missing" in scorer:
            assert scorer["missing"]
            assert set(scorer) <= {"kind", "missing", "missing_zh", "source"}, (
                f"{name} has a number after all"
            )


def test_sources_that_are_named_exist(document: ReferenceTables) -> None:
    known = document.pop("sources")
    assert {source["confidence"] for source in known.values()} <= {"S", "O", "P", "T", "I"}
    named = {table["source"] for _, table in tables(document) if "source" in table}
    assert named <= set(known)
    if "comparison" in document:
        told = any("comparison" in note and "assumption" in note for note in document["notes"])
        assert document["comparison"].get("source") or told


# ------------------------------------------------------------------------------------ weights


def with_every_choice(ruleset: ss.RuleSet) -> Iterator[ss.RuleSet]:
    """The rule set as it is, and with each other word of an assumption."""
    yield ruleset
    for assumption in ruleset.assumptions.values():
        for word in assumption.choices:
            yield ruleset.assuming({assumption.id: word})


def test_weights_of_dimensions_sum_to_exactly_one(ruleset: ss.RuleSet) -> None:
    weights = [d.weight for d in exact_rules(ruleset).dimensions]
    known = sum(weight for weight in weights if weight is not None)
    assert known == 1 if None not in weights and weights else known < 1
    named = {m.number for m in missing_numbers(ruleset)}
    for dimension, weight in zip(ruleset.dimensions, weights, strict=True):
        assert (weight is None) == (f"dimensions.{dimension.id}.weight" in named)
        assert dimension.metrics or isinstance(dimension.points, Assumed)


def test_weights_of_metrics_are_above_zero_or_missing(ruleset: ss.RuleSet) -> None:
    for chosen in with_every_choice(ruleset):
        named, exact = {m.number for m in missing_numbers(chosen)}, exact_rules(chosen)
        for dimension, entry in exact.entries:
            weight = entry.weight
            assert (weight is None) == (f"dimensions.{dimension.id}.{entry.id}.weight" in named)
            assert weight is None or weight > 0
        for dimension in exact.dimensions:
            within = weights_within(dimension)
            assert all(weight > 0 for weight in within.values())
            assert not any(e.of_rest for e in dimension.metrics) or sum(within.values()) == 1


def test_what_has_no_total_shows_metrics(ruleset: ss.RuleSet) -> None:
    if not ruleset.dimensions:
        assert ruleset.informational
        assert not ruleset.scorers
        assert not ruleset.adjustments
        assert all(tier.condition.measure.metric for tier in ruleset.tiers)


def test_assumptions_stand_in_for_numbers_only(ruleset: ss.RuleSet) -> None:
    weights: list[Number] = [w for d, m in ruleset.entries for w in (d.weight, m.weight)]
    for number in weights:
        assert is_number(number) or isinstance(number, Assumed | Chosen)
        if isinstance(number, Chosen):
            assert ruleset.assumptions[number.by.id].kind == "choice"
            assert set(ruleset.assumptions[number.by.id].choices) == {w for w, _ in number.numbers}
            assert all(is_number(one) for _, one in number.numbers)


# ---------------------------------------------------------------------------------- the rest


def test_everything_binds(installed: Installed) -> None:
    platform, card, version = installed
    ruleset = card.ruleset(version)
    rules = BoundRuleSet.bind(platform, card, ruleset)
    assert rules.tallies
    published = {name for name, scorer in ruleset.scorers.items() if not scorer.missing}
    assert set(rules.exact.scorers) == published
    assert {m.scorer for _, m in ruleset.entries} - {""} == set(ruleset.scorers)
    assert published or missing_numbers(ruleset) or not ruleset.dimensions
    used = {ruleset.full_id(a.id) for a in rules.assumptions}
    for profile in ruleset.profiles:
        filled = add_profile(FilledRuleSet(ruleset), ruleset, profile)
        named = BoundRuleSet.bind(platform, card, filled)
        used |= {ruleset.full_id(a.id) for a in named.assumptions}
        assert len(missing_numbers(filled.ruleset)) < len(missing_numbers(ruleset))
    lacking = {m.assumption for m in missing_numbers(ruleset) if m.assumption}
    assert not used & lacking, "a number that lacks is nothing that a result rests on"
    every = {ruleset.full_id(id) for id in ruleset.assumptions}
    assert used | lacking == every, "an assumption that nothing uses"


def test_names_agree_with_the_file(installed: Installed) -> None:
    platform, card, version = installed
    ruleset = card.ruleset(version)
    assert (ruleset.platform, ruleset.scorecard, ruleset.version) == (platform.id, card.id, version)


def test_no_rule_set_that_is_shipped_is_a_users(ruleset: ss.RuleSet) -> None:
    assert ruleset.status != "user"
    assert not any(a.overridden for a in ruleset.assumptions.values())


def test_labels_in_both_languages(ruleset: ss.RuleSet) -> None:
    for thing in (ruleset, *ruleset.dimensions, *ruleset.tiers, *ruleset.eligibility):
        assert thing.label.zh
        assert thing.label.en
        assert thing.label.en.isascii() or "–" in thing.label.en


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
    exact = exact_rules(ruleset)
    assert exact.low < exact.high
    for tier in exact.tiers:
        condition = tier.condition
        if condition.measure.metric:
            assert condition.times_industry_mean
            assert condition.bound > 0
            assert condition.relief is None or (condition.relief.count_below or 0) > 0
            continue
        assert exact.low <= condition.bound <= exact.high


@pytest.mark.parametrize(
    "card", {c.name: c for _, c, _ in INSTALLED}.values(), ids=lambda c: c.name
)
def test_official_spans_do_not_overlap(card: ss.Scorecard) -> None:
    from datetime import date

    corrected = {version.rpartition("+r")[0] for version in card.versions}
    spans = sorted(
        (r.effective_from or date.min, r.effective_to or date.max)
        for r in map(card.ruleset, card.versions)
        if r.status == "official" and r.version not in corrected
    )
    assert all(first <= last for first, last in spans)
    assert all(a[1] < b[0] for a, b in pairwise(spans))
