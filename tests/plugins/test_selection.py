"""Selections: rules with another value of an assumption are those that are bound with it anew."""

from __future__ import annotations

import re

import pytest
from attrs import fields

import shopscore as ss
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.plugins.selection import select_rules

CARDS = [f"{c.name}/{c.versions[-1]}" for p in ss.platforms() for c in p.scorecards]


def other_value(one: ss.Assumption) -> str | None:
    if one.kind == "choice":
        return next((c for c in one.choices if c != one.value), None)
    if one.kind == "boolean":
        return "false" if one.value else "true"
    return next((str(end) for end in (one.low, one.high) if end not in (None, one.value)), None)


def bound(rules: BoundRuleSet) -> dict[str, tuple[object, ...]]:
    names = [f.name for f in fields(type(next(iter(rules.metrics.values())))) if f.eq]
    return {id: tuple(getattr(m, n) for n in names) for id, m in rules.metrics.items()}


@pytest.mark.parametrize("name", CARDS)
def test_assuming_is_binding_anew(name: str) -> None:
    platform, card, version = name.split("/")
    plain = select_rules(platform, card, version)
    moved = 0
    for one in plain.rules.assumptions:
        if (value := other_value(one)) is None:
            continue
        asked = {plain.rules.ruleset.full_id(one.id): value}
        try:
            changed = plain.assuming(asked).rules
        except ss.RuleSetError as error:  # the value does not go with the rules, either way
            with pytest.raises(ss.RuleSetError, match=re.escape(str(error))):
                select_rules(platform, card, version, assume=asked)
            continue
        anew = select_rules(platform, card, version, assume=asked).rules
        assert bound(changed) == bound(anew)
        assert changed.ruleset.numbers == anew.ruleset.numbers
        moved += any(changed.metrics[id] is not m for id, m in plain.rules.metrics.items())
    if card == "experience" and platform == "douyin" and version == "2022":
        assert moved
