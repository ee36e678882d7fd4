"""Numbers files: a user supplies numbers missing in a rule set, such as weights and scorers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from ..errors import InputError, RuleSetError, did_you_mean
from ..messages import in_language, message
from ..model.assumptions import Assumption
from ..model.labels import Label
from ..model.metrics import Better
from ..model.rulesets import NumbersUsed, RuleSet, Source
from ..model.shop_groups import ShopGroup
from .conditions_toml import parse_group
from .coverage import missing_numbers
from .exact_rules import exact_rules
from .numbers_filling import USER, Filling, rows_by_id
from .own_kinds import OwnKinds
from .ruleset_checks import check_ruleset
from .ruleset_toml import SCHEMA
from .toml_tables import Table
from .toml_text import check_numbers, parse_toml, read_text

#: A TOML file, several, or the tables of one.
NumbersSource = str | Path | Mapping[str, Any] | Sequence[str | Path] | None


@frozen
class _File:
    """A numbers file: its tables, and how results name it."""

    tables: Mapping[str, Any]
    used: NumbersUsed

    @property
    def group(self) -> ShopGroup:
        """The shops that it is for."""
        return ShopGroup(frozenset(self.used.industries), frozenset(self.used.shop_types))

    @property
    def for_all(self) -> bool:
        """Whether it is for all shops."""
        return self.group == ShopGroup()


@frozen
class FilledRuleSet:
    """A rule set with the numbers that a user supplied.

    ``variants`` hold for some industries, or any where none is named, and for the types of shop
    that they name.
    """

    ruleset: RuleSet
    variants: tuple[tuple[frozenset[str], RuleSet], ...] = ()
    used: tuple[NumbersUsed, ...] = ()


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
        files = [_read(one, place) for place, one in enumerate(_as_sequence(source), start=1)]
        return _fill(ruleset, files, _Check(kinds, better or {}))
    except RuleSetError as error:
        raise InputError(error.args[0]) from None


@frozen
class _Check:
    """The check of a filled rule set."""

    kinds: OwnKinds | None
    better: Mapping[str, Better]

    def __call__(self, ruleset: RuleSet, table: Table) -> None:
        check_ruleset(ruleset, table, self.kinds)
        try:
            exact_rules(ruleset, self.kinds).check_directions(self.better)
        except RuleSetError as error:
            raise table.fail(error) from None


def _fill(original: RuleSet, files: Sequence[_File], check: _Check) -> FilledRuleSet:
    ruleset = original
    used: list[NumbersUsed] = []
    for file in (f for f in files if f.for_all):
        ruleset = _fill_from(file, original, ruleset, check)
        used += [file.used] if _has_numbers(file.tables) else []
    variants = []
    others: list[_File] = []
    general = ruleset
    for file in (f for f in files if not f.for_all):
        for other in others:
            _check_apart(file, other)
        others.append(file)
        variant = _fill_from(file, original, ruleset, check)
        if _has_numbers(file.tables):
            used.append(file.used)
            general = _with_limits(general, variant, file.group)
            variants.append((file.group.industries, variant))
    return FilledRuleSet(general, tuple(variants), tuple(used))


def _check_apart(file: _File, other: _File) -> None:
    """Raise RuleSetError where two files are for the same shops."""
    if file.group.within(other.group) is None:
        return
    both = sorted(file.group.industries & other.group.industries)
    said = message(
        "{file}: industry {industry} is also in {other}",
        file=file.used.file,
        industry=both[0] if both else "*",
        other=other.used.file,
    )
    raise RuleSetError(said)


def _with_limits(general: RuleSet, variant: RuleSet, group: ShopGroup) -> RuleSet:
    """Return the general rules with the limits that a variant gives to criteria, for its shops."""
    criteria = []
    for own, theirs in zip(general.criteria, variant.criteria, strict=True):
        limit, condition = theirs.condition.limit, own.condition
        if limit is not None and limit is not condition.limit:
            condition = evolve(condition, elsewhere=((group, limit), *condition.elsewhere))
        criteria.append(evolve(own, condition=condition))
    return evolve(general, criteria=tuple(criteria), sources={**general.sources, **variant.sources})


def _has_numbers(tables: Mapping[str, Any]) -> bool:
    """Return whether a file gives any number: one that nobody filled in is not the source of any."""
    dimensions = tables.get("dimensions", ())
    rows = [*dimensions, *(metric for row in dimensions for metric in row.get("metrics", ()))]
    rows += tables.get("criteria", ())
    scorers = tables.get("scorers", {}).values()
    return (
        any(set(row) - {"id", "metrics"} for row in rows)
        or any(set(scorer) - {"kind"} for scorer in scorers)
        or bool(tables.get("assumptions"))
    )


def _as_sequence(source: NumbersSource) -> Sequence[str | Path | Mapping[str, Any]]:
    if source is None:
        return ()
    return (source,) if isinstance(source, str | Path | Mapping) else source


def _read(source: str | Path | Mapping[str, Any], place: int) -> _File:
    if isinstance(source, Mapping):
        text, label = json.dumps(source, sort_keys=True, default=str), f"numbers[{place}]"
        tables: Mapping[str, Any] = _exact_decimals(source)
        check_numbers(tables, label)
    else:
        label = str(source)
        text = read_text(Path(source))
        tables = parse_toml(text, label)
    top = Table(tables, label)
    parse_group(top)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    used = NumbersUsed(label, sha256, top.texts("industries"), top.texts("shop_types"))
    return _File(tables, used)


def _exact_decimals(value: Any) -> Any:
    """Return a mapping as TOML would give it: with exact decimals for floats."""
    if isinstance(value, Mapping):
        return {key: _exact_decimals(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact_decimals(item) for item in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


def _fill_from(file: _File, original: RuleSet, ruleset: RuleSet, check: _Check) -> RuleSet:
    top = Table(file.tables, file.used.file)
    exact = exact_rules(original, check.kinds)
    filling = Filling(original, exact, replaces=not file.for_all)
    parse_group(top)
    if top.take("schema", int, SCHEMA) != SCHEMA:
        raise top.fail(message("this version reads schema = {schema}", schema=SCHEMA))
    for key in ("platform", "scorecard", "version"):
        if top.text(key, own := getattr(ruleset, key)) != own:
            said = message(
                "{key} = {value!r}: these numbers are not for {ruleset}",
                key=key,
                value=file.tables[key],
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
    known = [c.id for c in ruleset.criteria]
    limits = rows_by_id(
        top, "criteria", known, message("{ruleset} has no criterion", ruleset=ruleset.name)
    )
    supplied = _assumptions(top, original, ruleset, filling)
    top.done()
    user = Source(USER, f"the user's numbers: {file.used.file}", "user")
    filled = evolve(
        ruleset,
        dimensions=tuple(
            filling.dimension(d, before, rows[d.id]) if d.id in rows else d
            for d, before in zip(ruleset.dimensions, original.dimensions, strict=True)
        ),
        scorers={**ruleset.scorers, **scorers},
        criteria=tuple(
            filling.criterion(c, before, limits[c.id]) if c.id in limits else c
            for c, before in zip(ruleset.criteria, original.criteria, strict=True)
        ),
        assumptions={**ruleset.assumptions, **supplied},
        shop_types=file.group.shop_types,
        sources={**ruleset.sources, USER: user},
        origin=file.used.file,
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
        if filling.replaces:
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


def numbers_template(
    ruleset: RuleSet, lang: str = "en", labels: Mapping[str, Label] | None = None
) -> str:
    """Return a numbers file to fill in: a line for every missing number of the rule set.

    Its comments are in a language: ``zh`` is Chinese, anything else English. They say why a number
    is missing and where it stands; ``labels`` are the names of metrics.
    """
    return "\n".join(in_language(line, lang) for line in _template(ruleset, lang, labels or {}))


def _template(ruleset: RuleSet, lang: str, labels: Mapping[str, Label]) -> Iterator[str]:
    missing = {m.number: in_language(m.reason, lang) for m in missing_numbers(ruleset)}
    if not missing:
        yield message(
            "# No number is missing in {ruleset}: there is nothing to fill in.",
            ruleset=ruleset.name,
        )
        return
    yield message(
        "# Numbers missing in {ruleset}. Fill in what you know, and remove the #.",
        ruleset=ruleset.name,
    )
    yield "schema = 1"
    for key in ("platform", "scorecard", "version"):
        yield f'{key} = "{getattr(ruleset, key)}"'
    only = message("only for shops of these industries; without it for all").text(lang)
    yield f'# industries = ["…"]  # {only}'
    if any(group.shop_types for table in ruleset.weight_tables for group, _ in table.rows):
        only = message("only for shops of these types; without it for all").text(lang)
        yield f'# shop_types = ["…"]  # {only}'
    for dimension in ruleset.dimensions:
        place = f"dimensions.{dimension.id}"
        if not any(number.startswith(f"{place}.") for number in missing):
            continue
        yield f'\n[[dimensions]]\nid = "{dimension.id}"  # {dimension.label.zh}'
        for key in ("weight", "points"):
            yield from _line(key, missing.get(f"{place}.{key}"))
        for entry in dimension.metrics:
            own = {key: missing.get(f"{place}.{entry.id}.{key}") for key in ("weight", "scorer")}
            if any(reason is not None for reason in own.values()):
                name = f"  # {labels[entry.id].zh}" if entry.id in labels else ""
                yield f'\n[[dimensions.metrics]]\nid = "{entry.id}"{name}'
            for key, reason in own.items():
                yield from _line(key, reason)
    yield from _scorers_to_fill_in(ruleset, missing, lang)
    for criterion in ruleset.criteria:
        if (reason := missing.get(f"criteria.{criterion.id}.limit")) is not None:
            name = "" if criterion.label is None else f"  # {criterion.label.zh}"
            yield f'\n[[criteria]]\nid = "{criterion.id}"{name}'
            yield from _line("limit", reason)
    needed = [a.id for a in ruleset.assumptions.values() if f"assumptions.{a.id}" in missing]
    if needed:
        yield "\n[assumptions]"
    for id in needed:
        yield from _line(id, missing[f"assumptions.{id}"])


def _line(key: str, reason: str | None) -> Iterator[str]:
    """Yield the line of a number that is missing, with the reason; nothing where it is not."""
    if reason is not None:
        yield f"# {key} =   # {reason}"


def _scorers_to_fill_in(ruleset: RuleSet, missing: Collection[str], lang: str) -> Iterator[str]:
    bands = message("# bands = [[worst bound, points], …, [best bound, points]]")
    if any(number.endswith(".scorer") for number in missing):
        needed = message("for the metrics above that need a scorer").text(lang)
        yield f"\n# [scorers.NAME]  # {needed}"
        yield '# kind = "bands"'
        yield bands
    for name, spec in ruleset.scorers.items():
        if spec.missing:
            why = in_language(spec.missing, lang)
            yield f'\n[scorers.{name}]  # {why}\nkind = "{spec.kind}"'
            yield bands
            yield message(
                "# floor = …  # points of a value that reaches no bound; by default the bottom of the"
                " scale"
            )
