"""Checks of what a plugin declares: labels, files, weights, sources, spans, tallies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from ..errors import (
    DeclarationError,
    ExpressionError,
    PluginError,
    RuleSetError,
    ShopscoreError,
)
from ..model.rulesets import RuleSet, revision_of
from ..model.streams import SHOPS
from ..plugins.bound_rules import BoundMetric
from ..plugins.declarations import Platform, Scorecard
from ..rules.exact_rules import exact_rules
from ..rules.numbers_toml import FilledRuleSet
from ..rules.platform_checks import check_shops_named
from ..rules.profiles import add_profile
from .report import Check
from .subject import Subject, conclude, failed, passed


def parse_rulesets(card: Scorecard) -> Iterator[RuleSet]:
    """Yield the valid rule sets of a scorecard."""
    for version in card.versions:
        try:
            yield card.ruleset(version)
        except ShopscoreError:
            continue


def labels(subject: Subject) -> Iterator[Check]:
    """Check that everything with a label has one in both languages."""
    for platform, card in subject.scorecards:
        missing = [] if platform.label.complete else ["platform"]
        missing += [] if card.label.complete else ["scorecard"]
        missing += [f"fact {fact.name}" for fact in platform.facts if not fact.label.complete]
        for ruleset in parse_rulesets(card):
            labels = [(d.id, d.label) for d in ruleset.dimensions]
            labels += [(t.id, t.label) for t in ruleset.tiers]
            labels += [(e.id, e.label) for e in ruleset.eligibility]
            missing += [f"{id} of {ruleset.version}" for id, label in labels if not label.complete]
            missing += [] if ruleset.label.complete else [f"rule set {ruleset.version}"]
        try:
            sets = ("", *card.metric_sets)
            metrics = [m for name in sets for m in card.metrics_of(name).values()]
        except Exception as error:  # the module of a plugin may raise anything
            yield failed("labels", card.name, f"{card.metrics}: {type(error).__name__}: {error}")
            continue
        missing += [f"metric {m.id}" for m in metrics if not m.label.complete]
        yield conclude("labels", card.name, [f"{what}: a label is missing" for what in missing])


def rulesets_parse(subject: Subject) -> Iterator[Check]:
    """Check that every rule set file is valid, and that its profiles supply what is missing there."""
    for platform, card in subject.scorecards:
        for version in card.versions:
            name = f"{card.name}/{version}"
            try:
                ruleset = card.ruleset(version)
                check_shops_named(ruleset, platform.all_streams[SHOPS.name], platform.status_labels)
            except ShopscoreError as error:
                yield failed("rulesets_parse", name, str(error))
                continue
            complaints = [] if ruleset.name == name else [f"the file declares {ruleset.name}"]
            complaints += _profile_complaints(card, ruleset)
            yield conclude("rulesets_parse", name, complaints)


def _profile_complaints(card: Scorecard, ruleset: RuleSet) -> Iterator[str]:
    for profile in ruleset.profiles:
        try:
            add_profile(FilledRuleSet(ruleset), ruleset, profile, kinds=card.own_kinds)
        except ShopscoreError as error:
            yield str(error)


def metrics_exist(subject: Subject) -> Iterator[Check]:
    """Check that every metric that a rule set names exists."""
    for _, card in subject.scorecards:
        for ruleset in parse_rulesets(card):
            try:
                known = card.metrics_for(ruleset)
            except Exception as error:  # see labels
                yield failed("metrics_exist", ruleset.name, f"{type(error).__name__}: {error}")
                continue
            missing = (id for id in ruleset.needed_metric_ids if id not in known)
            yield conclude("metrics_exist", ruleset.name, [f"no metric {id}" for id in missing])


def metric_sources(subject: Subject) -> Iterator[Check]:
    """Check that every metric names a source that the rule set knows."""
    for rules in subject.rules:
        complaints = []
        for id in rules.ruleset.metric_ids:
            sources = rules.metrics[id].metric.sources
            if not sources:
                complaints.append(f"metric {id} names no source")
            complaints += [
                f"metric {id}: source {s} is not among [sources]"
                for s in sources
                if s not in rules.ruleset.sources
            ]
        yield conclude("metric_sources", rules.ruleset.name, complaints)


def weights_sum(subject: Subject) -> Iterator[Check]:
    """Check that the weights of dimensions add up to exactly 1, where all are known."""
    for _, card in subject.scorecards:
        for ruleset in parse_rulesets(card):
            if not ruleset.dimensions:
                yield passed("weights_sum", ruleset.name)
                continue
            rules = exact_rules(ruleset, card.own_kinds)
            complaints = []
            if rules.total_weight not in (None, 1):
                total = float(rules.total_weight or 0)
                complaints.append(f"weights of dimensions add up to {total}, not 1")
            for dimension in rules.dimensions:
                weights = [m.weight for m in dimension.metrics]
                known = [w for w in weights if w is not None]
                complete = bool(weights) and len(known) == len(weights)
                if any(w < 0 for w in known) or (complete and not sum(known)):
                    complaints.append(f"dimension {dimension.id} has no positive weights")
            yield conclude("weights_sum", ruleset.name, complaints)


def spans(subject: Subject) -> Iterator[Check]:
    """Check that at most one rule set is in force on any day."""
    for _, card in subject.scorecards:
        own = [r for r in parse_rulesets(card) if r.status != "user"]
        latest: dict[str, int] = {}  # what is corrected is not in force
        for version, revision in (revision_of(r.version) for r in own):
            latest[version] = max(revision, latest.get(version, 0))
        dated = sorted(
            (r.effective_from or date.min, r.effective_to or date.max, r.version)
            for r in own
            if (found := revision_of(r.version))[1] == latest[found[0]]
        )
        complaints = [f"{v} ends before it begins" for start, end, v in dated if end < start]
        complaints += [
            f"{first[2]} and {then[2]} overlap"
            for first, then in pairwise(dated)
            if then[0] <= first[1]
        ]
        yield conclude("spans", card.name, complaints)


def tallies_are_integers(subject: Subject) -> Iterator[Check]:
    """Check that every tally is a condition and an integer over columns that exist."""
    for platform, card in subject.scorecards:
        for ruleset in parse_rulesets(card):
            complaints = _tally_complaints(platform, card, ruleset)
            yield conclude("tallies_are_integers", ruleset.name, complaints)


def _tally_complaints(platform: Platform, card: Scorecard, ruleset: RuleSet) -> Iterator[str]:
    try:
        known = card.metrics_for(ruleset)
        metrics = [m for id, m in known.items() if id in ruleset.needed_metric_ids]
    except Exception:  # the check labels reports what is wrong with the module
        return
    for metric in metrics:
        try:
            BoundMetric.bind(metric, ruleset).check_tallies(platform.all_streams)
        except (ExpressionError, RuleSetError, DeclarationError, PluginError) as error:
            yield f"metric {metric.id}: {error}"
