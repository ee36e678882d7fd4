"""Changes from one rule set to another, by their place in the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..plugins.bound_rules import BoundRuleSet
from .rule_facts import list_facts

#: The place of a number or word in the rules, its old value and its new one.
Change = tuple[str, Any, Any]

#: Facts that differ between any two rule sets, and are no part of the rules.
_IDENTITY = ("name", "sha256", "published_on")
#: Facts that only repeat others in another form.
_DERIVED = ("words", "declared", "scorers", "span")


def list_changes(old: BoundRuleSet, new: BoundRuleSet) -> list[Change]:
    """Return what differs between two rule sets; None where one has no value in a place."""
    before, after = (dict(_flatten(_with_short_ids(rules))) for rules in (old, new))
    places = dict.fromkeys((*before, *after))
    return [
        (place, before.get(place), after.get(place))
        for place in places
        if before.get(place) != after.get(place) and place not in _IDENTITY
    ]


def _with_short_ids(rules: BoundRuleSet) -> dict[str, Any]:
    """Return the facts with short ids of assumptions, which do not name the version."""
    facts = list_facts(rules)
    prefix = rules.ruleset.full_id("")
    for assumption in facts["assumptions"]:
        assumption["id"] = assumption["id"].removeprefix(prefix)
    for missing in facts["missing_numbers"]:
        missing["assumption"] = (missing["assumption"] or "").removeprefix(prefix) or None
    return facts


def _flatten(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the leaves of a document with their places; members of lists are named by their id."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            if key != "id" and key not in _DERIVED:
                yield from _flatten(below, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for position, below in enumerate(value):
            name = below.get("id", position) if isinstance(below, Mapping) else position
            yield from _flatten(below, f"{place}[{name}]")
    else:
        yield place, value
