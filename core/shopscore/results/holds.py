"""What holds totals, as columns: caps of the rules, and the ends of the scale."""

from __future__ import annotations

import numpy as np
import polars as pl

from ..composing.holds import Holds
from ..composing.publication import Published, rounded
from ..exact.rationals import Mask
from ..rules.condition_words import condition_words
from ..rules.exact_rules import ExactRuleSet
from .filling import floats, masked, words

#: The ends of the scale, by their places among what holds a total.
_ENDS = ("low", "high")


def cap_columns(
    rules: ExactRuleSet, capped: Holds | None, published: Published
) -> dict[str, pl.Series]:
    """Return the cap that holds each total, the criterion that is met, and the total without it.

    Null where no cap holds; empty where the rules have none.
    """
    if capped is None:
        return {}
    criteria = {criterion.id: criterion.condition for criterion in rules.criteria}
    conditions = [condition_words(criteria[cap.criterion]) for cap in rules.caps]
    held = _shown(capped, published)
    places = np.where(held, capped.places, len(rules.caps))
    ceilings = np.array([*(float(cap.ceiling) for cap in rules.caps), 0.0])
    return {
        "id": words([*(cap.criterion for cap in rules.caps), None], places),
        "ceiling": masked(ceilings[places], held),
        "condition": words([*(said.text("en") for said in conditions), None], places),
        "condition_zh": words([*(said.text("zh") for said in conditions), None], places),
        "total_before": floats(rounded(capped.before.only(held), published.decimals)),
    }


def clamp_columns(clamped: Holds | None, published: Published) -> dict[str, pl.Series]:
    """Return the end of the scale that holds each total, and the total without it.

    Null where neither does; empty where that is so of all shops.
    """
    if clamped is None or not (held := _shown(clamped, published)).any():
        return {}
    return {
        "end": words([*_ENDS, None], np.where(held, clamped.places, len(_ENDS))),
        "total_before": floats(rounded(clamped.before.only(held), published.decimals)),
    }


def _shown(holds: Holds, published: Published) -> Mask:
    """Return which shops are held, of those that have a total, or ends between which it lies."""
    return np.asarray(holds.held & published.highest.known, dtype=np.bool_)
