"""What changes from one rule set to another, and what that does to one's own shops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..analysis.rule_diff import list_changes
from ..messages import message
from ..plugins.bound_rules import BoundRuleSet
from ..results.documents import DIFF, dumped
from ..results.result import Result
from . import tables


def diff_document(
    old: BoundRuleSet, new: BoundRuleSet, scored: tuple[Result, Result] | None
) -> str:
    """Return the changes as ``shopscore.diff/1``."""
    shops = None if scored is None else [_shop(*row) for row in _moves(*scored)]
    found = [{"place": place, "old": a, "new": b} for place, a, b in list_changes(old, new)]
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
    """Show a table of what changes, and one of the shops that move."""
    versions = (old.ruleset.version, new.ruleset.version)
    rows = [(p, _word(a), _word(b)) for p, a, b in list_changes(old, new)]
    same = message("The rules are the same.")
    parts: list[Any] = [tables.table((message("place"), *versions), rows) if rows else same]
    if scored is not None:
        moved = [
            (
                shop,
                tables.decimals(a),
                tables.decimals(b),
                "–" if a is None or b is None else f"{b - a:+.2f}",
                _status(tables.word(was, old.statuses), tables.word(now, new.statuses)),
            )
            for shop, a, b, was, now in _moves(*scored)
        ]
        head = (message("shop"), *versions, message("change"), message("status"))
        parts.append(tables.table(head, moved, right=head[1:4]))
    tables.show(*parts, output=output)


def _status(was: str, now: str) -> str:
    return was if was == now else f"{was} → {now}"


def _word(value: Any) -> Any:
    return "–" if value is None else value
