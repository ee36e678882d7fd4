"""The events that the kit counts: a sample, what a platform declares, and changed golden cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import polars as pl

from ..counting.resolution import Resolved, resolve_events
from ..counting.sums import window_sums
from ..grading.weighing import weigh
from ..plugins.bound_rules import BoundRuleSet
from ..reading.events import Events
from ..reading.loading import read_events
from ..samples import generate
from .case_rows import with_case_rows
from .random_rows import with_own_streams

END = date(2024, 6, 30)
AS_OF = END + timedelta(days=1)

#: So many samples are kept: each check looks at every rule set of a plugin in turn.
_KEPT = 64


def drawn_frames(
    rules: BoundRuleSet, *, shops: int = 6, orders: int = 400
) -> dict[str, pl.DataFrame]:
    """Return sample events in which the platform's shop facts, streams and columns occur."""
    facts = {fact.name: 0.5 for fact in rules.platform.facts}
    frames = generate(shops=shops, orders=orders, seed=7, end=END, facts=facts)
    return with_own_streams(rules, frames, END)


@lru_cache(maxsize=_KEPT)
def sample_frames(
    rules: BoundRuleSet, *, shops: int = 6, orders: int = 400
) -> Mapping[str, pl.DataFrame]:
    """Return drawn events, and those of shops that are like the ones of the golden cases."""
    return with_case_rows(rules, drawn_frames(rules, shops=shops, orders=orders), AS_OF)


def read_frames(rules: BoundRuleSet, frames: Mapping[str, pl.DataFrame]) -> Events:
    """Read dataframes as events of a platform."""
    return read_events(dict(frames), platform=rules.platform)


@lru_cache(maxsize=_KEPT)
def resolved_sample(rules: BoundRuleSet) -> Resolved:
    """Return the sample events of some rules, read once for all checks."""
    return resolve_events(read_frames(rules, sample_frames(rules)), rules)


def measure(rules: BoundRuleSet, events: Events, as_of: date = AS_OF) -> Mapping[str, Any]:
    """Return the values of every metric on a day, straight from rows."""
    return measure_resolved(rules, resolve_events(events, rules), as_of)


def measure_resolved(
    rules: BoundRuleSet, resolved: Resolved, as_of: date = AS_OF
) -> Mapping[str, Any]:
    """Return the values of every metric on a day, of events that are resolved already."""
    return weigh(
        rules,
        lambda wanted, day: window_sums(resolved, wanted, day),
        resolved.events.columns_present(),
        as_of,
        len(resolved.events.shops),
    )
