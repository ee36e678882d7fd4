"""Every metric of Kuaishou, Tmall and Pinduoduo that is counted from events, shop by shop.

    kuaishou(loaded, as_of)["experience/2023"]["refund_only_hours"]["S001"]

is a `Figure`: a tuple (numerator as a Fraction, denominator, n) whose `value` is the exact
quotient, or null where the denominator is 0. A shop without a row in the window, above or below,
is absent: it has no value either. Durations are in the unit of the metric's name already.

All columns are taken to exist: a metric whose columns the file lacks has no value by the pages,
and is computed here from the nulls. Assumptions have their defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from oracle import kuaishou_metrics, pinduoduo_metrics, tmall_metrics
from oracle.dsr_items import pinduoduo_dsr, tmall_dsr
from oracle.event_loading import Loaded
from oracle.metric_rows import Facts, whole
from oracle.shared_tallies import Figure, Metric, Tally, count_orders

Figures = dict[str, dict[str, Figure]]
"""Metric → shop → figure; every metric of the rule set is there."""


def kuaishou(loaded: Loaded, as_of: date) -> dict[str, Figures]:
    """`scorecard/ruleset` → metric → shop → figure."""
    facts = Facts(loaded, as_of, {})
    return {
        "experience/2023": _figures(facts, kuaishou_metrics.EXPERIENCE),
        "aftersales/aftersales-unofficial": _figures(facts, kuaishou_metrics.AFTERSALES),
    }


def tmall(loaded: Loaded, as_of: date) -> dict[str, Figures]:
    """`scorecard/ruleset` → metric → shop → figure.

    The two sets of `experience` share six metrics, with equal figures; together they have eleven.
    """
    facts = Facts(loaded, as_of, {})
    return {
        "experience/2025-06-30": _figures(facts, tmall_metrics.EXPERIENCE_2025),
        "experience/2026-03-16": _figures(facts, tmall_metrics.EXPERIENCE_2026),
        "aftersales/2022": _figures(facts, tmall_metrics.AFTERSALES),
        "dsr/dsr": tmall_dsr(facts),
    }


def pinduoduo(loaded: Loaded, as_of: date) -> dict[str, Figures]:
    """`scorecard/ruleset` → metric → shop → figure."""
    facts = Facts(loaded, as_of, {})
    return {
        "service/2022": _figures(facts, pinduoduo_metrics.SERVICE),
        "dsr/dsr": pinduoduo_dsr(facts),
    }


def tmall_paid_orders(loaded: Loaded, as_of: date) -> dict[str, int]:
    """Orders with paid_at in ages 1–30 by shop; `experience` needs at least 30. Absent: none."""
    facts = Facts(loaded, as_of, {})
    tally = Tally(facts, 30)
    count_orders(facts, tally, "paid_at")
    return _counts(tally)


def pinduoduo_reviews(loaded: Loaded, as_of: date) -> dict[str, int]:
    """Reviews in ages 1–90 by shop; `service` needs more than 50. Absent: none."""
    facts = Facts(loaded, as_of, {})
    tally = Tally(facts, 90)
    for review in facts.rows("reviews"):
        tally.below(review, whole(review, "reviewed_at"))
    return _counts(tally)


def _figures(facts: Facts, metrics: Mapping[str, Metric]) -> Figures:
    return {name: metric(facts).figures for name, metric in metrics.items()}


def _counts(tally: Tally) -> dict[str, int]:
    return {shop: figure.n for shop, figure in tally.figures.items()}
