"""Select the rule set that applies, and bind it to its metrics."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import evolve

from ..errors import (
    CoverageError,
    InputError,
    UsageError,
)
from ..model.rulesets import RuleSet
from ..rules.numbers_toml import NumbersSource, with_numbers
from . import catalog
from .bound_rules import BoundRuleSet
from .catalog import ruleset_text
from .declarations import Platform, Scorecard

RuleSetName = str | Path | RuleSet | None


def select_rules(
    platform: str | Platform,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
) -> tuple[BoundRuleSet, date, tuple[str, ...]]:
    """The rules that are meant, the day they are asked for, and remarks about the choice.

    Args:
        platform: the id of an installed platform, or a platform itself.
        scorecard: one of its scorecards; by default the first.
        ruleset: a version, the path of a TOML file, or a rule set; by default the one in force.
        as_of: the day of publication; by default today on the platform's clock.
        assume: other values for assumptions, by id.
        numbers: files (or a table of one) with numbers that the rule set lacks.

    Raises:
        CoverageError: for anything that is not covered.
        RuleSetError: for numbers that the rule set does not lack.
        UsageError: for an unreadable date, or an unknown assumption.
    """
    declared = platform if isinstance(platform, Platform) else catalog.platform(platform)
    card = declared.scorecard(scorecard)
    day = _day(as_of, declared.zone)
    found = find_ruleset(card, ruleset, day)
    if assume:
        found = found.assuming(assume)
    found = with_numbers(found, numbers)
    version = catalog.plugin_version(declared.id)
    rules = BoundRuleSet.bind(declared, card, found, version, named=ruleset is not None)
    return rules, day, notices_on(rules, day)


def notices_on(rules: BoundRuleSet, day: date) -> tuple[str, ...]:
    """What a person should know before scoring a day by some rules.

    Raises:
        CoverageError: where nobody named the rule set, and it is not in force on the day.
    """
    found, notices = rules.ruleset, []
    if not found.covers(day):
        if not rules.named:
            rules.scorecard.at(day)  # says what is covered
            raise CoverageError(f"rule set {found.name} covers {found.span}, not {day}")
        notices.append(
            f"rule set {found.name} covers {found.span}; applied to {day} because it was named"
        )
    for rules_of_some in (found, *(variant for _, variant in found.variants)):
        total = rules_of_some.known_weight
        if found.dimensions and total not in (None, 1):
            notices.append(
                f"weights of dimensions add up to {float(total or 0):g}, not 1: rescaled"
            )
    for used in found.numbers_used:
        whom = f" for {', '.join(used.industries)}" if used.industries else ""
        notices.append(f"numbers that the rule set lacks come from {used.file}{whom}")
    return tuple(notices)


def _day(as_of: date | str | None, zone: str) -> date:
    if as_of is None:
        return datetime.now(ZoneInfo(zone)).date()
    if isinstance(as_of, datetime):
        return as_of.date()
    if isinstance(as_of, date):
        return as_of
    try:
        return date.fromisoformat(as_of)
    except (ValueError, TypeError):
        raise UsageError(f"{as_of!r} is not a date; write YYYY-MM-DD") from None


def find_ruleset(scorecard: Scorecard, ruleset: str | Path | RuleSet | None, day: date) -> RuleSet:
    """The rule set that is meant: a version, a TOML file, or None for the one in force on a day."""
    if ruleset is None:
        return scorecard.at(day)
    if isinstance(ruleset, RuleSet):
        found = ruleset
    elif isinstance(ruleset, Path) or ruleset.endswith(".toml"):
        found = read_ruleset(Path(ruleset), scorecard)
    else:
        found = scorecard.ruleset(ruleset.removeprefix(f"{scorecard.name}/"))
    if (found.platform, found.scorecard) != (scorecard.platform, scorecard.id):
        raise CoverageError(f"rule set {found.name} is not one of {scorecard.name}")
    return found


def read_ruleset(path: Path, scorecard: Scorecard | None = None) -> RuleSet:
    """A rule set from a user's TOML file; it may extend an installed one.

    Raises:
        InputError: where the file cannot be read.
        RuleSetError: where it says something impossible.
    """
    from ..rules.ruleset_toml import parse_ruleset

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from None
    lookup = ruleset_text if scorecard is None else scorecard.lookup
    return evolve(parse_ruleset(text, str(path), lookup), file=str(path))
