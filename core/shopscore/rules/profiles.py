"""Profiles: numbers of a rule set that were seen somewhere, for whoever names them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from ..errors import UsageError, did_you_mean
from ..messages import message
from ..model.metrics import Better
from ..model.rulesets import RuleSet
from .numbers_toml import Check, FilledRuleSet, Tables, fill_from
from .own_kinds import OwnKinds


def add_profile(
    filled: FilledRuleSet,
    original: RuleSet,
    name: str,
    *,
    kinds: OwnKinds | None = None,
    better: Mapping[str, Better] | None = None,
) -> FilledRuleSet:
    """Return rules with the numbers of a profile wherever one is still missing.

    Args:
        filled: the rules with what a user supplied, which goes before the profile.
        original: the rule set as it is declared.
        name: the name of one of its profiles.
        kinds: the scorecard's own kinds of scorer.
        better: which direction is better for each metric, to check scorers against.

    Raises:
        UsageError: for a profile that the rule set does not have.
        RuleSetError: for a profile with numbers that the rule set does not use.
    """
    if name not in original.profiles:
        said = message(
            "{ruleset} has no profile {name}{guess}",
            ruleset=original.name,
            name=name,
            guess=did_you_mean(name, original.profiles),
        )
        raise UsageError(said)
    profile = original.profiles[name]
    origin = f"{original.origin or original.name}: profiles.{name}"
    tables, check = Tables(profile.tables, origin, supplied="keep"), Check(kinds, better or {})
    return evolve(
        filled,
        ruleset=fill_from(tables, original, filled.ruleset, check),
        variants=tuple(
            (names, fill_from(tables, original, variant, check))
            for names, variant in filled.variants
        ),
        profile=profile,
    )
