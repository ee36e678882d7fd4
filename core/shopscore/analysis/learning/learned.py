"""Learned numbers: everything that documents prove of the numbers that a rule set lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...errors import InputError
from ...messages import message
from ...plugins.bound_rules import BoundRuleSet
from ...reading.documents.documents import Documents
from ...reading.events import UNKNOWN_INDUSTRY
from ...value_classes import frozen
from .bands import LearnedBand, learn_bands
from .observations import Contradiction, Observation
from .observing import observe
from .weights import LearnedWeight, Mean, learn_weights


@frozen
class LearnedNumbers:
    """What the documents of the shops of one industry prove.

    ``industry`` is ``unknown`` where the documents name none; ``for_all`` says that no others do
    either, so that the numbers are for all shops. ``documents`` is how many were looked at.
    """

    rules: BoundRuleSet
    industry: str
    for_all: bool
    weights: tuple[LearnedWeight, ...]
    bands: tuple[LearnedBand, ...]
    contradictions: tuple[Contradiction, ...]
    documents: int

    def __bool__(self) -> bool:
        return bool(self.weights or self.bands)


def learn_numbers(documents: Documents, rules: BoundRuleSet) -> tuple[LearnedNumbers, ...]:
    """Return what documents prove of the missing numbers of a rule set, for each industry.

    Nothing is invented: a weight is what a document states, or lies where every total that is shown
    allows it; the limit of a band lies between the worst value that reached it and the best that did
    not. Where documents contradict each other, the contradiction is told in the place of a number.

    Raises:
        InputError: where no document is of the platform of the rules.
    """
    platform = rules.platform.id
    observed = observe(documents, platform)
    if not observed.industries:
        refused = [o for o in documents.of_platform(platform).others if o.mapping]
        nothing = message("no document of {platform} holds any values", platform=platform)
        raise InputError(refused[0].said if refused else nothing)
    for_all = observed.industries == (UNKNOWN_INDUSTRY,)
    return tuple(
        _learn(rules, industry, for_all, *observed.of(industry)) for industry in observed.industries
    )


def _learn(
    rules: BoundRuleSet,
    industry: str,
    for_all: bool,
    told: Sequence[Observation],
    against_each_other: Sequence[Contradiction],
) -> LearnedNumbers:
    weights: list[LearnedWeight] = []
    bands: list[LearnedBand] = []
    contradictions = [*against_each_other]
    for mean in _open_means(rules):
        found, against = learn_weights(mean, told)
        weights += found
        contradictions += against
    for metric in _open_bands(rules):
        limits, against = learn_bands(metric, rules.metrics[metric].metric.better, told)
        bands += limits
        contradictions += against
    return LearnedNumbers(
        rules,
        industry,
        for_all,
        tuple(weights),
        tuple(bands),
        tuple(contradictions),
        len({label for each in told for label in each.labels}),
    )


def _open_means(rules: BoundRuleSet) -> Iterator[Mean]:
    """Yield the weighted means of which the rules do not know a weight."""
    exact = rules.exact
    if any(dimension.weight is None for dimension in exact.dimensions):
        ids = tuple(dimension.id for dimension in exact.dimensions)
        yield Mean("total", "total", ids, exact.low, exact.high)
    for dimension in exact.dimensions:
        if not dimension.missing and any(entry.weight is None for entry in dimension.metrics):
            ids = tuple(entry.id for entry in dimension.metrics)
            yield Mean("dimension", dimension.id, ids, exact.low, exact.high)


def _open_bands(rules: BoundRuleSet) -> Iterator[str]:
    """Yield the metrics graded by bands that the rules do not know.

    Not those of a dimension of which it is not known how its metrics make its points.
    """
    for dimension, entry in rules.exact.entries:
        if dimension.missing:
            continue
        spec = rules.ruleset.scorers.get(entry.scorer)
        if not entry.scorer or (spec is not None and spec.missing and spec.kind == "bands"):
            yield entry.id
