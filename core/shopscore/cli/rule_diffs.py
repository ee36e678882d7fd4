"""What changes from one rule set to another, and what that does to one's own shops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..analysis.rule_facts import facts_of
from ..plugins.bound_rules import BoundRuleSet
from ..results.documents import DIFF, dumped
from ..results.result import Result
from . import tables

Change = tuple[str, Any, Any]

#: What differs between any two rule sets, and says nothing of their rules.
_IDENTITY = ("name", "sha256", "published_on")


def changes(old: BoundRuleSet, new: BoundRuleSet) -> list[Change]:
    """What differs, by its place in the rules: ``(place, old, new)``; None where it is not there."""
    before, after = (dict(_flat(_short(rules))) for rules in (old, new))
    places = dict.fromkeys((*before, *after))
    return [
        (place, before.get(place), after.get(place))
        for place in places
        if before.get(place) != after.get(place) and place not in _IDENTITY
    ]


def _short(rules: BoundRuleSet) -> dict[str, Any]:
    """The facts with assumptions by their short ids, which do not name the version."""
    facts = facts_of(rules)
    prefix = rules.ruleset.full_id("")
    for assumption in facts["assumptions"]:
        assumption["id"] = assumption["id"].removeprefix(prefix)
    return facts


def _flat(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of a document; members of lists are named by their id."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            if key != "id":
                yield from _flat(below, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for position, below in enumerate(value):
            name = below.get("id", position) if isinstance(below, Mapping) else position
            yield from _flat(below, f"{place}[{name}]")
    else:
        yield place, value


def diff_document(
    old: BoundRuleSet, new: BoundRuleSet, scored: tuple[Result, Result] | None
) -> str:
    """``shopscore.diff/1``."""
    shops = None if scored is None else [_shop(*row) for row in _moves(*scored)]
    found = [{"place": place, "old": a, "new": b} for place, a, b in changes(old, new)]
    head = {"schema": DIFF, "old": old.ruleset.name, "new": new.ruleset.name}
    return dumped({**head, "changes": found, "shops": shops})


def _shop(shop_id: str, old: Any, new: Any, old_status: str, new_status: str) -> dict[str, Any]:
    return {
        "shop_id": shop_id,
        "old": {"status": old_status, "score": old},
        "new": {"status": new_status, "score": new},
    }


def _moves(old: Result, new: Result) -> Iterator[tuple[str, Any, Any, str, str]]:
    for before, after in zip(old, new, strict=True):
        yield before.shop_id, before.score, after.score, before.status, after.status


def show_diff(
    old: BoundRuleSet, new: BoundRuleSet, scored: tuple[Result, Result] | None, output: Path | None
) -> None:
    """A table of what changes, and one of the shops that move."""
    columns = ("place", old.ruleset.version, new.ruleset.version)
    rows = [(p, _word(a), _word(b)) for p, a, b in changes(old, new)]
    parts: list[Any] = [tables.table(columns, rows) if rows else "The rules are the same."]
    if scored is not None:
        moved = [
            (
                shop,
                tables.decimals(a),
                tables.decimals(b),
                "–" if a is None or b is None else f"{b - a:+.2f}",
                was if was == now else f"{was} → {now}",
            )
            for shop, a, b, was, now in _moves(*scored)
        ]
        head = ("shop", columns[1], columns[2], "change", "status")
        parts.append(tables.table(head, moved, right=head[1:4]))
    tables.show(*parts, output=output)


def _word(value: Any) -> str:
    return "–" if value is None else str(value)
