"""Labels: what the ids of a result are called, so that a table of ids can be read by people."""

from __future__ import annotations

from typing import Any

from ..results.result import Result
from .texts import in_both, word_in_both


def labels_of(result: Result) -> dict[str, Any]:
    """Return the names of platform, scorecard, metrics, tiers, levels and statuses, in both languages."""
    rules = result.rules
    named = rules.ruleset
    return {
        "platform": in_both(rules.platform.label),
        "scorecard": in_both(rules.scorecard.label),
        "metrics": {id: in_both(one.metric.label) for id, one in rules.metrics.items()},
        "tiers": {one.id: in_both(one.label) for one in named.tiers},
        "levels": {one.id: in_both(one.label) for one in named.levels},
        "statuses": {id: word_in_both(id, rules.statuses) for id in rules.statuses},
    }
