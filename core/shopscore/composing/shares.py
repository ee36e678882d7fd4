"""Shares: what each metric and dimension counts, by which of them have points."""

from __future__ import annotations

from collections.abc import Mapping, Set
from fractions import Fraction

from ..errors import RuleSetError
from ..messages import message
from ..model.rulesets import MISSING_POLICIES, Dimension
from ..rules.coverage import coverage, known_share, weights_within
from ..rules.exact_rules import ExactRuleSet, Weight
from ..value_classes import evolve, frozen


@frozen(eq=False)
class Shares:
    """The exact shares of metrics and dimensions, for one pattern of available metrics.

    ``rules`` are those of the shops. ``within`` are shares of metrics in their dimension,
    ``dimensions`` shares of the total, which sum to 1. Where a number or an input is missing, the
    total is ``open``, and ``dimensions`` are the weights of the rules, None where unknown.
    ``coverage`` is the known share of the total where there is none, and None where that is all of
    it.
    """

    rules: ExactRuleSet
    within: Mapping[str, Fraction]
    dimensions: Mapping[str, Weight]
    coverage: Weight
    open: bool

    def dimension(self, id: str) -> Dimension[Weight]:
        """Return what the rules say of a dimension."""
        return next(dimension for dimension in self.rules.dimensions if dimension.id == id)


def find_shares(
    rules: ExactRuleSet,
    available: Set[str],
    missing: Set[str],
    unranked: Set[str],
    given: Set[str] = frozenset(),
) -> Shares:
    """Return the shares by what is known of some shops' metrics, and what not.

    ``given`` are dimensions whose points are known of each shop by itself.

    By the policy ``rescale`` a metric of which no row counts is left out, and the others of its
    dimension share its weight; so is a dimension without points. By ``require`` a dimension needs
    the points of all its metrics.
    """
    if given:
        rules = _with_given(rules, given)
    within: dict[str, Fraction] = {}
    weights: dict[str, Weight] = {}
    unknown = _unknown(rules, available, missing, unranked)
    for dimension in rules.dimensions:
        if known_share(rules, dimension, available, unknown) != 1:
            continue
        if dimension.points is None:
            shares = _shares_within(rules, dimension, available)
            if not shares:
                continue
            within |= shares
        weights[dimension.id] = dimension.weight
    covered = coverage(rules, available, unknown)
    if covered is not None:
        return Shares(rules, within, weights, covered, open=True)
    total = sum((weight or Fraction(0) for weight in weights.values()), Fraction(0))
    if not total:
        return Shares(rules, {}, {}, coverage(rules, available, unranked), open=False)
    shares = {id: (weight or 0) / total for id, weight in weights.items()}
    return Shares(rules, within, shares, None, open=False)


def _with_given(rules: ExactRuleSet, given: Set[str]) -> ExactRuleSet:
    """Return rules that state points of some dimensions; which these are is put in later."""
    dimensions = (evolve(d, points=Fraction(0)) if d.id in given else d for d in rules.dimensions)
    return evolve(rules, dimensions=tuple(dimensions))


def _unknown(
    rules: ExactRuleSet, available: Set[str], missing: Set[str], unranked: Set[str]
) -> Set[str]:
    """Return the metrics without points of which the total would depend, if they had some."""
    unknown = missing | unranked if _knows_more(rules, available, missing) else missing
    if rules.policy != "require":
        return unknown
    possible = available | missing | unranked
    closed = (d.metrics for d in rules.dimensions if any(m.id not in possible for m in d.metrics))
    return unknown - {metric.id for metrics in closed for metric in metrics}


def _knows_more(rules: ExactRuleSet, available: Set[str], missing: Set[str]) -> bool:
    """Return whether there is more to say of a shop than that nothing of it can be ranked."""
    given = any(dimension.points is not None for dimension in rules.dimensions)
    return bool(available or missing or given) or coverage(rules) is not None


def _shares_within(
    rules: ExactRuleSet, dimension: Dimension[Weight], available: Set[str]
) -> dict[str, Fraction]:
    """Return the shares of available metrics in a dimension; none where it has no points."""
    if rules.policy not in MISSING_POLICIES:
        raise RuleSetError(
            message(
                "{ruleset}: unknown policy for missing metrics {policy!r}",
                ruleset=rules.name,
                policy=rules.policy,
            )
        )
    weights = {id: w for id, w in weights_within(dimension).items() if id in available}
    total = sum(weights.values(), Fraction(0))
    incomplete = len(weights) < len(dimension.metrics)
    if not total or (rules.policy == "require" and incomplete):
        return {}
    return {id: weight / total for id, weight in weights.items()}
