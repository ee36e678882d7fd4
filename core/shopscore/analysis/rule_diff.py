"""What changes from one rule set to another, by its place in the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..plugins.bound_rules import BoundRuleSet
from .rule_facts import list_facts

#: The place of a number or word in the rules, what it was, and what it is.
Change = tuple[str, Any, Any]

#: What differs between any two rule sets, and says nothing of their rules.
_IDENTITY = ("name", "sha256", "published_on")
#: What only says in other words what stands elsewhere among the facts.
_DERIVED = ("words", "declared", "scorers", "span")


def list_changes(old: BoundRuleSet, new: BoundRuleSet) -> list[Change]:
    """Return what differs between two rule sets; None where one has nothing in a place."""
    before, after = (dict(_flat(_short(rules))) for rules in (old, new))
    places = dict.fromkeys((*before, *after))
    return [
        (place, before.get(place), after.get(place))
        for place in places
        if before.get(place) != after.get(place) and place not in _IDENTITY
    ]


def _short(rules: BoundRuleSet) -> dict[str, Any]:
    """The facts with assumptions by their short ids, which do not name the version."""
    facts = list_facts(rules)
    prefix = rules.ruleset.full_id("")
    for assumption in facts["assumptions"]:
        assumption["id"] = assumption["id"].removeprefix(prefix)
    return facts


def _flat(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of a document; members of lists are named by their id."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            if key != "id" and key not in _DERIVED:
                yield from _flat(below, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for position, below in enumerate(value):
            name = below.get("id", position) if isinstance(below, Mapping) else position
            yield from _flat(below, f"{place}[{name}]")
    else:
        yield place, value
