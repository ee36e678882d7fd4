"""Numbers that a rule set lacks, from a user's file: weights, points, and how values are graded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from .coverage import known_share, missing_numbers
from .errors import InputError, RuleSetError, UsageError, did_you_mean
from .model.assumptions import Number
from .model.expressions import Assumed
from .model.rulesets import Dimension, MetricEntry, NumbersUsed, RuleSet, ScorerSpec, Source
from .ruleset_files import SCHEMA, check_ruleset, scorer_spec
from .toml_tables import Table, parse_toml

#: A TOML file, several, or the tables of one.
NumbersSource = str | Path | Mapping[str, Any] | Sequence[str | Path] | None

#: The source of every number of such a file.
USER = "user"


@frozen
class _File:
    """One file: its tables, and what a result says of it."""

    tables: Mapping[str, Any]
    used: NumbersUsed


def with_numbers(ruleset: RuleSet, source: NumbersSource) -> RuleSet:
    """A rule set with the numbers of a user's files in the places where it lacks them.

    Files with ``industries`` serve the shops of those alone, and stand upon the others.

    Raises:
        InputError: for a file that cannot be read.
        RuleSetError: for what the rule set does not have, or what is published.
    """
    files = [_read(one) for one in _several(source)]
    for file in files:
        if not file.used.industries:
            ruleset = _filled(ruleset, file)
    given: dict[str, str] = {}
    variants = []
    for file in (f for f in files if f.used.industries):
        for industry in file.used.industries:
            if given.setdefault(industry, file.used.file) != file.used.file:
                raise RuleSetError(f"{file.used.file}: {given[industry]} is for {industry} too")
        variants.append((frozenset(file.used.industries), _filled(ruleset, file)))
        ruleset = evolve(ruleset, numbers_used=(*ruleset.numbers_used, file.used))
    return evolve(ruleset, variants=tuple(variants)) if variants else ruleset


def _several(source: NumbersSource) -> Sequence[str | Path | Mapping[str, Any]]:
    if source is None:
        return ()
    return (source,) if isinstance(source, str | Path | Mapping) else source


def _read(source: str | Path | Mapping[str, Any]) -> _File:
    if isinstance(source, Mapping):
        text, label = json.dumps(source, sort_keys=True, default=str), "numbers"
        tables: Mapping[str, Any] = _decimals(source)
    else:
        label = str(source)
        try:
            text = Path(source).read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(f"{label}: {error.strerror or error}") from None
        except UnicodeDecodeError as error:
            raise InputError(f"{label}: cannot be read as UTF-8 text: {error}") from None
        tables = parse_toml(text, label)
    top = Table(tables, label)
    used = NumbersUsed(label, hashlib.sha256(text.encode()).hexdigest(), top.texts("industries"))
    return _File(tables, used)


def _decimals(value: Any) -> Any:
    """The tables of a mapping as TOML gives them: decimals are exact."""
    if isinstance(value, Mapping):
        return {key: _decimals(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_decimals(item) for item in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


def _filled(ruleset: RuleSet, file: _File) -> RuleSet:
    top = Table(file.tables, file.used.file)
    filling = _Filling(ruleset, replaces=bool(file.used.industries))
    top.texts("industries")
    if top.take("schema", int, SCHEMA) != SCHEMA:
        raise top.fail(f"this version reads schema = {SCHEMA}")
    for key in ("platform", "scorecard", "version"):
        if top.text(key, mine := getattr(ruleset, key)) != mine:
            raise top.fail(
                f"{key} = {file.tables[key]!r}: these numbers are not for {ruleset.name}"
            )
    scorers = {name: filling.scorer(name, t) for name, t in top.named_tables("scorers")}
    known = [d.id for d in ruleset.dimensions]
    rows = _rows(top, "dimensions", known, f"{ruleset.name} has no dimension")
    top.done()
    user = Source(USER, f"the user's numbers: {file.used.file}", USER)
    filled = evolve(
        ruleset,
        dimensions=tuple(
            filling.dimension(d, rows[d.id]) if d.id in rows else d for d in ruleset.dimensions
        ),
        scorers={**ruleset.scorers, **scorers},
        sources={**ruleset.sources, USER: user},
        numbers_used=(*ruleset.numbers_used, file.used),
    )
    check_ruleset(filled, top)
    used = {entry.scorer for _, entry in filled.entries}
    for name in scorers:
        if name not in used:
            raise top.fail(f"no metric is graded by scorer {name}{did_you_mean(name, used)}")
    return filled


def _rows(table: Table, key: str, known: Sequence[str], unknown: str) -> dict[str, Table]:
    """Tables by their id, each one known and there once."""
    rows: dict[str, Table] = {}
    for row in table.tables(key):
        id = row.text("id")
        if id not in known:
            raise row.fail(f"{unknown} {id}{did_you_mean(id, known)}")
        if id in rows:
            raise row.fail(f"{id} stands there twice")
        rows[id] = row
    return rows


@frozen
class _Filling:
    """Puts numbers into the places of a rule set that lack them.

    With ``replaces`` they may also stand over those that a user gave for all industries.
    """

    ruleset: RuleSet
    replaces: bool

    def scorer(self, name: str, table: Table) -> ScorerSpec:
        known = self.ruleset.scorers.get(name)
        if known is not None and not known.missing and not self._may_replace(known.source):
            raise table.fail(_published(f"scorer {name}", known.source))
        if known is not None and not set(table.data) - {"kind"}:
            return known  # a line of the template that nobody filled in
        kind = {} if known is None else {"kind": known.kind}
        return scorer_spec(
            name, Table({**kind, "source": USER, **table.data}, table.origin, table.path)
        )

    def dimension(self, dimension: Dimension, table: Table) -> Dimension:
        known = [entry.id for entry in dimension.metrics]
        rows = _rows(table, "metrics", known, f"dimension {dimension.id} has no metric")
        if (
            "points" in table.data
            and dimension.points is None
            and known_share(self.ruleset, dimension) == 1
        ):
            raise table.fail(_published("how the dimension gets its points", dimension.source))
        filled = evolve(
            dimension,
            weight=self._number(table, "weight", dimension.weight, dimension.source),
            points=self._number(table, "points", dimension.points, dimension.source),
            metrics=tuple(
                self._entry(entry, rows[entry.id]) if entry.id in rows else entry
                for entry in dimension.metrics
            ),
            source=USER if {"weight", "points"} & set(table.data) else dimension.source,
        )
        table.done()
        return filled

    def _entry(self, entry: MetricEntry, table: Table) -> MetricEntry:
        scorer = table.text("scorer", entry.scorer)
        if entry.scorer and scorer != entry.scorer:
            raise table.fail(_published(f"the scorer of {entry.id}", entry.source))
        weight = self._number(table, "weight", entry.weight, entry.source)
        table.done()
        source = USER if "weight" in table.data else entry.source
        return evolve(entry, weight=weight, scorer=scorer, source=source)

    def _may_replace(self, source: str) -> bool:
        return self.replaces and source == USER

    def _number(self, table: Table, key: str, below: Number | None, source: str) -> Any:
        """The number of the file, else that of the rule set, which must not be a published one."""
        if table.take(key, object, None) is None:
            return below
        plain = below is not None and not isinstance(below, Assumed)
        if plain and not self._may_replace(source):
            raise table.fail(_published(key, source))
        number = Table({**table.data, "source": USER}, table.origin, table.path).number(key)
        rules = self.ruleset
        low, high = rules.number(rules.low), rules.number(rules.high)
        try:
            if isinstance(below, Assumed):
                rules.assumptions[below.id].check(number)
            elif key == "points" and not low <= number <= high:
                raise UsageError(f"{key} = {number} lies outside the scale")
        except UsageError as error:
            raise table.fail(str(error)) from None
        return number


def _published(what: str, source: str) -> str:
    if source == USER:
        return f"{what} is given by another numbers file"
    return (
        f"{what} is published{f' (source {source})' if source else ''}, and a numbers file gives what is missing:"
        " to change it, write a rule set of your own (extends = …) and name it with --ruleset"
    )


def numbers_template(ruleset: RuleSet) -> str:
    """A numbers file to fill in: a line for everything that the rule set lacks."""
    return "\n".join(_template(ruleset))


def _template(ruleset: RuleSet) -> Iterator[str]:
    yield f"# Numbers that {ruleset.name} lacks. Fill in what you know, and take out the #."
    yield "schema = 1"
    for key in ("platform", "scorecard", "version"):
        yield f'{key} = "{getattr(ruleset, key)}"'
    yield '# industries = ["…"]  # only for shops of these; without it for all'
    lacking = {m.number for m in missing_numbers(ruleset)}
    for dimension in ruleset.dimensions:
        place = f"dimensions.{dimension.id}"
        if not any(number.startswith(f"{place}.") for number in lacking):
            continue
        yield f'\n[[dimensions]]\nid = "{dimension.id}"  # {dimension.zh}'
        for key in ("weight", "points"):
            if f"{place}.{key}" in lacking:
                yield f"# {key} = "
        for entry in dimension.metrics:
            mine = [k for k in ("weight", "scorer") if f"{place}.{entry.id}.{k}" in lacking]
            if mine:
                yield f'\n[[dimensions.metrics]]\nid = "{entry.id}"'
                yield from (f"# {key} = " for key in mine)
    if any(number.endswith(".scorer") for number in lacking):
        yield "\n# [scorers.NAME]  # for metrics above whose scorer is not known"
        yield '# kind = "bands"\n# bands = [[worst bound, points], …, [best bound, points]]'
    for name, spec in ruleset.scorers.items():
        if spec.missing:
            yield f'\n[scorers.{name}]  # {spec.missing}\nkind = "{spec.kind}"'
            yield "# bands = [[worst bound, points], …, [best bound, points]]"
            yield "# floor = …  # points of a value that reaches no bound; the bottom of the scale without it"
