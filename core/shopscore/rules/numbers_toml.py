"""Numbers files: a user supplies numbers missing in a rule set, such as weights and scorers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import InputError, RuleSetError, did_you_mean
from ..messages import message
from ..model.assumptions import Assumption
from ..model.metrics import Better
from ..model.rulesets import NumbersUsed, Profile, RuleSet, Source, revision_of
from ..model.shop_groups import ShopGroup
from ..value_classes import evolve, frozen
from .conditions_toml import parse_group
from .exact_rules import exact_rules
from .numbers_filling import USER, Filling, Supplied, rows_by_id
from .own_kinds import OwnKinds
from .ruleset_checks import check_ruleset
from .ruleset_toml import SCHEMA
from .toml_tables import Table
from .toml_text import check_numbers, parse_toml, read_text


@frozen(eq=False)
class NumbersTables:
    """The tables of a numbers file, and how results name it; ``shops`` are those that it is for."""

    data: Mapping[str, Any]
    label: str
    shops: tuple[str, ...] = ()


#: A TOML file, several, or the tables of one.
NumbersSource = (
    str
    | Path
    | Mapping[str, Any]
    | NumbersTables
    | Sequence[str | Path | Mapping[str, Any] | NumbersTables]
    | None
)

#: Tables of adjustments, by the role of their metrics.
ADJUSTING = ("bonus", "deduction")


@frozen
class Tables:
    """Tables of numbers: of a file, or of a profile, whose numbers name their own sources."""

    data: Mapping[str, Any]
    origin: str
    supplied: Supplied
    source: str = ""


@frozen
class _File:
    """A numbers file: its tables, and how results name it."""

    tables: Mapping[str, Any]
    used: NumbersUsed

    @property
    def group(self) -> ShopGroup:
        """The shops that it is for."""
        used = self.used
        return ShopGroup(*map(frozenset, (used.industries, used.shop_types, used.shops)))

    @property
    def for_all(self) -> bool:
        """Whether it is for all shops."""
        return self.group == ShopGroup()

    @property
    def numbers(self) -> Tables:
        """The tables, as rules are filled from them."""
        return Tables(self.tables, self.used.file, "refuse" if self.for_all else "replace", USER)


@frozen
class FilledRuleSet:
    """A rule set with the numbers that a user supplied.

    ``variants`` hold for some industries, or any where none is named, and for the types of shop, or
    the shops, that they name.
    """

    ruleset: RuleSet
    variants: tuple[tuple[frozenset[str], RuleSet], ...] = ()
    used: tuple[NumbersUsed, ...] = ()
    profile: Profile | None = None


def fill_numbers(
    ruleset: RuleSet,
    source: NumbersSource,
    *,
    kinds: OwnKinds | None = None,
    better: Mapping[str, Better] | None = None,
) -> FilledRuleSet:
    """Fill in the missing numbers of a rule set from a user's files.

    Files with ``industries`` or ``shop_types`` hold for those shops only; they add to the files that
    hold for all.

    Args:
        ruleset: the rule set.
        source: the files.
        kinds: the scorecard's own kinds of scorer.
        better: which direction is better for each metric, to check scorers against.

    Raises:
        InputError: for a file that cannot be read, for numbers that the rule set does not use,
            and for numbers that are published.
    """
    try:
        files = [_read(one, place) for place, one in enumerate(as_sequence(source), start=1)]
        return _fill(ruleset, files, Check(kinds, better or {}))
    except RuleSetError as error:
        raise InputError(error.args[0]) from None


@frozen
class Check:
    """The check of a filled rule set."""

    kinds: OwnKinds | None
    better: Mapping[str, Better]

    def __call__(self, ruleset: RuleSet, table: Table) -> None:
        check_ruleset(ruleset, table, self.kinds)
        try:
            exact_rules(ruleset, self.kinds).check_directions(self.better)
        except RuleSetError as error:
            raise table.fail(error) from None


def _fill(original: RuleSet, files: Sequence[_File], check: Check) -> FilledRuleSet:
    ruleset = original
    used: list[NumbersUsed] = []
    for file in (f for f in files if f.for_all):
        ruleset = fill_from(file.numbers, original, ruleset, check)
        used += [file.used] if _has_numbers(file.tables) else []
    variants = []
    others: list[_File] = []
    general = ruleset
    for file in (f for f in files if not f.for_all):
        for other in others:
            _check_apart(file, other)
        others.append(file)
        variant = fill_from(file.numbers, original, ruleset, check)
        variant = evolve(variant, shop_types=file.group.shop_types, shops=file.group.shops)
        if _has_numbers(file.tables):
            used.append(file.used)
            general = _with_bounds(general, variant, file.group)
            variants.append((file.group.industries, variant))
    return FilledRuleSet(general, tuple(variants), tuple(used))


def _check_apart(file: _File, other: _File) -> None:
    """Raise RuleSetError where two files are for the same shops.

    Of one for shops by their ids and one for others the first goes before the second.
    """
    by_id = bool(file.group.shops), bool(other.group.shops)
    if file.group.within(other.group) is None or by_id[0] != by_id[1]:
        return
    both = sorted(file.group.industries & other.group.industries)
    said = message(
        "{file}: industry {industry} is also in {other}",
        file=file.used.file,
        industry=both[0] if both else "*",
        other=other.used.file,
    )
    raise RuleSetError(said)


def _with_bounds(general: RuleSet, variant: RuleSet, group: ShopGroup) -> RuleSet:
    """Return the general rules with the bounds that a variant gives to criteria, for its shops."""
    criteria = []
    for own, theirs in zip(general.criteria, variant.criteria, strict=True):
        bound, condition = theirs.condition.bound, own.condition
        if bound is not None and bound is not condition.bound:
            condition = evolve(condition, elsewhere=((group, bound), *condition.elsewhere))
        criteria.append(evolve(own, condition=condition))
    return evolve(general, criteria=tuple(criteria), sources={**general.sources, **variant.sources})


def _has_numbers(tables: Mapping[str, Any]) -> bool:
    """Return whether a file gives any number: one that nobody filled in is not the source of any."""
    dimensions = tables.get("dimensions", ())
    rows = [
        *dimensions,
        *(metric for row in dimensions for metric in row.get("metrics", ())),
        *(row for key in (*ADJUSTING, "criteria") for row in tables.get(key, ())),
    ]
    scorers = tables.get("scorers", {}).values()
    return (
        any(set(row) - {"id", "metric", "metrics"} for row in rows)
        or any(set(scorer) - {"kind"} for scorer in scorers)
        or bool(tables.get("assumptions"))
    )


#: One file of numbers, or its tables.
_One = str | Path | Mapping[str, Any] | NumbersTables


def as_sequence(source: NumbersSource) -> Sequence[_One]:
    """Return each file of numbers."""
    if source is None:
        return ()
    return (source,) if isinstance(source, str | Path | Mapping | NumbersTables) else source


def _read(source: _One, place: int) -> _File:
    if isinstance(source, Mapping | NumbersTables):
        data, label = (
            (source.data, source.label)
            if isinstance(source, NumbersTables)
            else (source, f"numbers[{place}]")
        )
        shops = source.shops if isinstance(source, NumbersTables) else ()
        text = json.dumps(data, sort_keys=True, default=str)
        tables: Mapping[str, Any] = _exact_decimals(data)
        check_numbers(tables, label)
    else:
        label, shops = str(source), ()
        text = read_text(Path(source))
        tables = parse_toml(text, label)
    top = Table(tables, label)
    parse_group(top)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    groups = top.texts("industries"), top.texts("shop_types"), shops
    used = NumbersUsed(label, sha256, *groups)
    return _File(tables, used)


def _exact_decimals(value: Any) -> Any:
    """Return a mapping as TOML would give it: with exact decimals for floats."""
    if isinstance(value, Mapping):
        return {key: _exact_decimals(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact_decimals(item) for item in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


def fill_from(given: Tables, original: RuleSet, ruleset: RuleSet, check: Check) -> RuleSet:
    """Return a rule set with the numbers of some tables; ``original`` has none of any.

    Raises:
        RuleSetError: for numbers that the rule set does not use, and for numbers that are published.
    """
    top = Table(given.data, given.origin)
    exact = exact_rules(original, check.kinds)
    filling = Filling(original, exact, given.supplied, given.source)
    parse_group(top)
    if top.take("schema", int, SCHEMA) != SCHEMA:
        raise top.fail(message("this version reads schema = {schema}", schema=SCHEMA))
    for key in ("platform", "scorecard", "version"):
        own = getattr(ruleset, key)
        if top.text(key, own) not in (own, revision_of(own)[0]):  # what it corrects lacks the same
            said = message(
                "{key} = {value!r}: these numbers are not for {ruleset}",
                key=key,
                value=given.data[key],
                ruleset=ruleset.name,
            )
            raise top.fail(said)
    scorers = {
        name: filling.scorer(name, ruleset.scorers.get(name), t)
        for name, t in top.named_tables("scorers")
    }
    known = [d.id for d in ruleset.dimensions]
    rows = rows_by_id(
        top, "dimensions", known, message("{ruleset} has no dimension", ruleset=ruleset.name)
    )
    adjusting = {
        role: rows_by_id(
            top,
            role,
            [a.metric for a in ruleset.adjustments if a.role == role],
            message("{ruleset} has no {role}", ruleset=ruleset.name, role=role),
            by="metric",
        )
        for role in ADJUSTING
    }
    known = [c.id for c in ruleset.criteria]
    bounds = rows_by_id(
        top, "criteria", known, message("{ruleset} has no criterion", ruleset=ruleset.name)
    )
    supplied = _assumptions(top, original, ruleset, filling)
    top.done()
    user = {USER: Source(USER, f"the user's numbers: {given.origin}", "user")}
    filled = evolve(
        ruleset,
        dimensions=tuple(
            filling.dimension(d, before, rows[d.id]) if d.id in rows else d
            for d, before in zip(ruleset.dimensions, original.dimensions, strict=True)
        ),
        scorers={**ruleset.scorers, **scorers},
        adjustments=tuple(
            filling.adjustment(a, before, adjusting[a.role][a.metric])
            if a.metric in adjusting[a.role]
            else a
            for a, before in zip(ruleset.adjustments, original.adjustments, strict=True)
        ),
        criteria=tuple(
            filling.criterion(c, before, bounds[c.id]) if c.id in bounds else c
            for c, before in zip(ruleset.criteria, original.criteria, strict=True)
        ),
        assumptions={**ruleset.assumptions, **supplied},
        sources={**ruleset.sources, **(user if given.source else {})},
        origin=given.origin,
    )
    check(filled, top)
    filled = evolve(filled, origin=ruleset.origin)
    used = {entry.scorer for _, entry in filled.entries}
    for name in scorers:
        if name not in used:
            said = message(
                "no metric is graded by scorer {scorer}{guess}",
                scorer=name,
                guess=did_you_mean(name, used),
            )
            raise top.fail(said)
    return filled


def _assumptions(
    top: Table, original: RuleSet, ruleset: RuleSet, filling: Filling
) -> dict[str, Assumption]:
    """Return the numbers that a file gives to metrics, by their ids."""
    table = top.table("assumptions")
    found: dict[str, Assumption] = {}
    for id, value in _flat(table.data):
        if filling.supplied == "replace":
            said = message("{id}: what a metric counts by is the same for all shops", id=id)
            raise table.fail(said)
        short = id.removeprefix(original.full_id(""))
        now = ruleset.assumptions.get(short)
        before = original.assumptions.get(short)
        if now is None:
            guess = did_you_mean(short, original.assumptions)
            raise table.fail(message("unknown assumption {key}{guess}", key=id, guess=guess))
        found[short] = filling.assumption(now, before, value, table)
    return found


def _flat(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested tables, whose keys are the parts of ids."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value
