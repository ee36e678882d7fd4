"""What changes from one rule set to another, and what that does to one's own shops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..analysis.rule_diff import list_changes
from ..grading.supplements import supplement
from ..grading.value_merging import ValuesBeside
from ..messages import message
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.selection import Selection
from ..reading.documents.loading import find_documents
from ..reading.events import Events
from ..results.documents import DIFF, dumped
from ..results.reference_tables import ReferenceTables
from ..results.result import Result
from ..results.views import ShopView
from ..scoring import score_events, score_supplement
from . import tables
from .option_values import ReadOptions
from .progress import Stages
from .shop_tables import between


def diff_document(
    old: BoundRuleSet, new: BoundRuleSet, scored: tuple[Result, Result] | None
) -> str:
    """Return the changes as ``shopscore.diff/1``."""
    shops = None if scored is None else [_shop(*pair) for pair in _moves(*scored)]
    found = [{"place": place, "old": a, "new": b} for place, a, b in list_changes(old, new)]
    head = {"schema": DIFF, "old": old.ruleset.name, "new": new.ruleset.name}
    return dumped({**head, "changes": found, "shops": shops})


def score_by_both(
    source: Path,
    selections: tuple[Selection, Selection],
    reading: ReadOptions,
    stages: Stages,
) -> tuple[Result, Result]:
    """Score events, documents, or events with documents beside them, by two rule sets."""
    platform = selections[0].rules.platform
    found, with_events = find_documents(source, None, platform, reading.tz, reading.shop_id)
    beside = [supplement(selection, found) for selection in selections]
    events = reading.read(source, platform, stages) if with_events else None
    old, new = (_scored(events, *one, stages) for one in beside)
    return old, new


def _scored(
    events: Events | None, selection: Selection, beside: ValuesBeside | None, stages: Stages
) -> Result:
    if events is None and beside is not None:
        return score_supplement(beside, selection, ReferenceTables())
    assert events is not None
    return score_events(events, selection, ReferenceTables(), stages, beside)


def _shop(old: ShopView, new: ShopView) -> dict[str, Any]:
    return {"shop_id": old.shop_id, "old": _side(old), "new": _side(new)}


def _side(shop: ShopView) -> dict[str, Any]:
    return {
        "status": shop.status,
        "score": shop.score,
        "score_low": shop.score_low,
        "score_high": shop.score_high,
    }


def _moves(old: Result, new: Result) -> Iterator[tuple[ShopView, ShopView]]:
    return zip(old, new, strict=True)


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
                a.shop_id,
                _total(old, a),
                _total(new, b),
                _change(a, b),
                _status(tables.word(a.status, old.statuses), tables.word(b.status, new.statuses)),
            )
            for a, b in _moves(*scored)
        ]
        head = (message("shop"), *versions, message("change"), message("status"))
        parts.append(tables.table(head, moved, right=head[1:4]))
    tables.show(*parts, output=output)


def _total(rules: BoundRuleSet, shop: ShopView) -> str:
    return between(shop, rules.exact.decimals)


def _change(old: ShopView, new: ShopView) -> str:
    return "–" if old.score is None or new.score is None else f"{new.score - old.score:+.2f}"


def _status(was: str, now: str) -> str:
    return was if was == now else f"{was} → {now}"


def _word(value: Any) -> Any:
    return "–" if value is None else value
