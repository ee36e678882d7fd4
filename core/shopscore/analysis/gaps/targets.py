"""Targets: what a user writes that a shop shall reach, or what comes next for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal

from ...errors import UsageError, did_you_mean
from ...exact.decimals import exact_decimal
from ...grading.names import Names
from ...messages import Message, Translated, message
from ...plugins.bound_rules import BoundRuleSet
from ...value_classes import frozen

TargetKind = Literal[
    "total", "tier", "level", "eligibility", "points", "value", "percentile", "band"
]
#: What may stand after a number, in both languages.
_KINDS: dict[str, TargetKind] = {
    "": "value",
    "points": "points",
    "point": "points",
    "分": "points",
    "percentile": "percentile",
    "百分位": "percentile",
}
_BANDS = ("band", "next band", "下一档")
_NUMBER = re.compile(r"^([-+.\d]+)\s*(%?)\s*(.*)$")


@frozen
class Target:
    """Something to reach: a total, a tier, a level, or so much of a metric.

    ``id`` is that of the tier, the level, the condition of a score, or the metric. Percentiles are
    from 0 to 1.
    """

    kind: TargetKind
    id: str = ""
    number: Fraction | None = None


#: What users may write for one target.
Written = Target | str | int | float | Fraction


def parse_targets(
    written: Written | Iterable[Written] | None, rules: BoundRuleSet
) -> tuple[Target, ...]:
    """Return the targets that a user wrote.

    Raises:
        UsageError: for what is no target under these rules.
    """
    if written is None:
        return ()
    one = isinstance(written, Target | str | int | float | Fraction)
    every: Iterable[Written] = (written,) if one else written  # type: ignore[assignment]
    return tuple(_checked(_parse(each, rules), rules, each) for each in every)


def _parse(written: Written, rules: BoundRuleSet) -> Target:
    if isinstance(written, Target):
        return written
    if not isinstance(written, str):
        total = number_of(written)
        if total is None:
            raise _odd(written)
        return Target("total", number=total)
    name, equals, asked = (part.strip() for part in written.partition("="))
    if not equals or name in ("total", "score"):
        number, words = _number(asked if equals else name, written)
        if words or "%" in written:  # points have no unit
            raise _odd(written)
        return Target("total", number=number)
    if name == "tier":
        return Target("tier", asked)
    if name == "level":
        return Target("level", asked)
    id = metric_id(name, rules)
    if asked in _BANDS:
        return Target("band", id)
    number, words = _number(asked, written)
    if words not in _KINDS:
        raise _odd(written)
    return Target(_KINDS[words], id, number)


def number_of(given: object) -> Fraction | None:
    """Return a number that a user gave, exactly; None where it is none that can be used."""
    if isinstance(given, Fraction):
        return given
    number = exact_decimal(str(given))
    return None if number is None else Fraction(number)


def _number(text: str, written: object) -> tuple[Fraction, str]:
    """Return the number that a text begins with, and the words behind it."""
    found = _NUMBER.match(text)
    number = None if found is None else exact_decimal(found[1])
    if found is None or number is None:
        raise _odd(written)
    return Fraction(number) / (100 if found[2] else 1), found[3].strip().casefold()


def _odd(written: object) -> UsageError:
    return UsageError(
        message(
            "target {written!r}: write a total (4.5), METRIC=0.95, METRIC=95%, METRIC=4 points,"
            " METRIC=0.8 percentile, METRIC=band, tier=ID or level=ID",
            written=written,
        )
    )


def metric_id(name: str, rules: BoundRuleSet) -> str:
    """Return the id of a metric that a user names by it, or by its label.

    Raises:
        UsageError: for a metric that these rules do not have.
    """
    names = Names.of(rules).metrics
    found = names.find(name, message("target"))
    if found is None:
        raise UsageError(message("no metric {id}{guess}", id=name, guess=names.guess(name)))
    return found.id


def _is_possible(target: Target, rules: BoundRuleSet) -> bool:
    """Return whether a metric can have the value, or a total be the number, that is the target."""
    if target.number is None or target.kind not in ("value", "total"):
        return True
    if target.kind == "total":
        return rules.exact.total_low <= target.number
    (name,) = (one for one in Names.of(rules).metrics.every if one.id == target.id)
    return name.possible.allows(target.number)


def _checked(target: Target, rules: BoundRuleSet, written: object) -> Target:
    """Return a target that these rules can have; raise for another."""
    exact, number = rules.exact, target.number
    if target.kind == "tier" and target.id not in (ids := [one.id for one in exact.tiers]):
        said = message("no tier {id}{guess}", id=target.id, guess=did_you_mean(target.id, ids))
        raise UsageError(said)
    if target.kind == "level" and target.id not in (ids := [one.id for one in exact.levels]):
        said = message("no level {id}{guess}", id=target.id, guess=did_you_mean(target.id, ids))
        raise UsageError(said)
    if target.kind == "total" and not exact.dimensions:
        said = message("target {written!r}: these rules make no total", written=written)
        raise UsageError(said)
    if isinstance(written, str | int | float) and not _is_possible(target, rules):
        raise UsageError(message("target {written!r}: no value can be that", written=written))
    if target.kind == "percentile" and number is not None and not 0 <= number <= 1:
        said = message("target {written!r}: a percentile is from 0 to 1", written=written)
        raise UsageError(said)
    if target.kind in ("total", "points") and number is not None and number > exact.high:
        high = f"{float(exact.high):g}"
        said = message("target {written!r}: the scale ends at {high}", written=written, high=high)
        raise UsageError(said)
    return target


def target_words(target: Target, rules: BoundRuleSet) -> Translated:
    """Return what a target asks for, in words."""
    number = None if target.number is None else f"{float(target.number):g}"
    match target.kind:
        case "total":
            return message("a score of {number}", number=number)
        case "tier":
            label = next(one.label for one in rules.exact.tiers if one.id == target.id)
            return message("tier {name}", name=label)
        case "level":
            label = next(one.label for one in rules.exact.levels if one.id == target.id)
            return message("level {name}", name=label)
        case "eligibility":
            label = next(one.label for one in rules.exact.eligibility if one.id == target.id)
            return message("a condition of a score: {name}", name=label)
    label = rules.metrics[target.id].metric.label
    return _of_metric(target, label, number)


def _of_metric(target: Target, label: object, number: str | None) -> Message:
    match target.kind:
        case "points":
            return message("{metric}: {number} points", metric=label, number=number)
        case "percentile":
            return message("{metric}: percentile {number}", metric=label, number=number)
        case "band":
            return message("{metric}: the next band", metric=label)
    return message("{metric}: a value of {number}", metric=label, number=number)


def parse_numbers(written: Iterable[str], rules: BoundRuleSet, option: str) -> dict[str, Fraction]:
    """Return numbers of metrics that a user wrote as METRIC=NUMBER.

    Raises:
        UsageError: for what is written otherwise, or names no metric.
    """
    return dict(_pairs(written, rules, option))


def _pairs(
    written: Iterable[str], rules: BoundRuleSet, option: str
) -> Iterator[tuple[str, Fraction]]:
    for pair in written:
        name, equals, text = (part.strip() for part in pair.partition("="))
        number = exact_decimal(text)
        if not equals or number is None:
            said = message("{option} {pair!r}: write METRIC=NUMBER", option=option, pair=pair)
            raise UsageError(said)
        yield metric_id(name, rules), Fraction(number)
