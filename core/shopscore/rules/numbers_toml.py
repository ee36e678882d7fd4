"""Numbers that a rule set lacks, from a user's file: weights, points, and how values are graded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from ..errors import InputError, RuleSetError, UsageError, did_you_mean
from ..model.assumptions import Number
from ..model.expressions import Assumed
from ..model.metrics import Better
from ..model.rulesets import Dimension, MetricEntry, NumbersUsed, RuleSet, ScorerSpec, Source
from .coverage import known_share, missing_numbers
from .exact_rules import ExactRuleSet, exact_rules
from .ruleset_checks import check_ruleset
from .ruleset_toml import SCHEMA, scorer_spec
from .scorers import ScorerKinds
from .toml_tables import Table, parse_toml

#: A TOML file, several, or the tables of one.
NumbersSource = str | Path | Mapping[str, Any] | Sequence[str | Path] | None

#: The source of every number of such a file.
USER = "numbers"


@frozen
class _File:
    """One file: its tables, and what a result says of it."""

    tables: Mapping[str, Any]
    used: NumbersUsed


@frozen
class FilledRuleSet:
    """A rule set with the numbers that a user supplied; ``variants`` are those of some industries."""

    ruleset: RuleSet
    variants: tuple[tuple[frozenset[str], RuleSet], ...] = ()
    used: tuple[NumbersUsed, ...] = ()


def fill_numbers(
    ruleset: RuleSet,
    source: NumbersSource,
    *,
    kinds: ScorerKinds | None = None,
    better: Mapping[str, Better] | None = None,
) -> FilledRuleSet:
    """Put the numbers of a user's files into the places where a rule set is missing them.

    Files with ``industries`` are for the shops of those alone, and build upon the others.

    Args:
        ruleset: the rule set.
        source: the files.
        kinds: the scorecard's own kinds of scorer.
        better: which direction is better for each metric, to check scorers against.

    Raises:
        InputError: for a file that cannot be read, for what the rule set does not have, and for
            what is published.
    """
    try:
        files = [_read(one, place) for place, one in enumerate(_several(source), start=1)]
        return _fill(ruleset, files, _Check(kinds, better or {}))
    except RuleSetError as error:
        raise InputError(str(error)) from None


@frozen
class _Check:
    """What a filled rule set is checked with."""

    kinds: ScorerKinds | None
    better: Mapping[str, Better]

    def __call__(self, ruleset: RuleSet, table: Table) -> None:
        check_ruleset(ruleset, table, self.kinds)
        try:
            exact_rules(ruleset, self.kinds).check_directions(self.better)
        except RuleSetError as error:
            raise table.fail(str(error)) from None


def _fill(original: RuleSet, files: Sequence[_File], check: _Check) -> FilledRuleSet:
    ruleset = original
    for file in (f for f in files if not f.used.industries):
        ruleset = _filled(original, ruleset, file, check)
    owners: dict[str, str] = {}
    variants = []
    for file in (f for f in files if f.used.industries):
        for industry in file.used.industries:
            if industry in owners:
                raise RuleSetError(f"{file.used.file}: {owners[industry]} is for {industry} too")
            owners[industry] = file.used.file
        variants.append((frozenset(file.used.industries), _filled(original, ruleset, file, check)))
    used = sorted((f.used for f in files), key=lambda used: bool(used.industries))
    return FilledRuleSet(ruleset, tuple(variants), tuple(used))


def _several(source: NumbersSource) -> Sequence[str | Path | Mapping[str, Any]]:
    if source is None:
        return ()
    return (source,) if isinstance(source, str | Path | Mapping) else source


def _read(source: str | Path | Mapping[str, Any], place: int) -> _File:
    if isinstance(source, Mapping):
        text, label = json.dumps(source, sort_keys=True, default=str), f"numbers[{place}]"
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


def _filled(original: RuleSet, ruleset: RuleSet, file: _File, check: _Check) -> RuleSet:
    top = Table(file.tables, file.used.file)
    exact = exact_rules(original, check.kinds)
    filling = _Filling(original, exact, replaces=bool(file.used.industries))
    top.texts("industries")
    if top.take("schema", int, SCHEMA) != SCHEMA:
        raise top.fail(f"this version reads schema = {SCHEMA}")
    for key in ("platform", "scorecard", "version"):
        if top.text(key, mine := getattr(ruleset, key)) != mine:
            raise top.fail(
                f"{key} = {file.tables[key]!r}: these numbers are not for {ruleset.name}"
            )
    scorers = {
        name: filling.scorer(name, ruleset.scorers.get(name), t)
        for name, t in top.named_tables("scorers")
    }
    known = [d.id for d in ruleset.dimensions]
    rows = _rows(top, "dimensions", known, f"{ruleset.name} has no dimension")
    top.done()
    user = Source(USER, f"the user's numbers: {file.used.file}", "user")
    filled = evolve(
        ruleset,
        dimensions=tuple(
            filling.dimension(d, before, rows[d.id]) if d.id in rows else d
            for d, before in zip(ruleset.dimensions, original.dimensions, strict=True)
        ),
        scorers={**ruleset.scorers, **scorers},
        sources={**ruleset.sources, USER: user},
        origin=file.used.file,
    )
    check(filled, top)
    filled = evolve(filled, origin=ruleset.origin)
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
            raise row.fail(f"{id} is declared twice")
        rows[id] = row
    return rows


@frozen
class _Filling:
    """Puts numbers into the places of a rule set that lack them.

    What may be given, and within which bounds, the ``original`` says. With ``replaces`` numbers
    may also stand over those that another file gave for all industries.
    """

    original: RuleSet
    exact: ExactRuleSet
    replaces: bool

    def scorer(self, name: str, now: ScorerSpec | None, table: Table) -> ScorerSpec:
        before = self.original.scorers.get(name)
        if before is not None and not before.missing:
            raise table.fail(_published(f"scorer {name}", before.source))
        if now is not None and not set(table.data) - {"kind"}:
            return now  # a line of the template that nobody filled in
        if now is not None and not now.missing and not self.replaces:
            raise table.fail(_twice(f"scorer {name}"))
        kind = {} if now is None else {"kind": now.kind}
        return scorer_spec(
            name, Table({**kind, "source": USER, **table.data}, table.origin, table.path)
        )

    def dimension(
        self, now: Dimension[Number], before: Dimension[Number], table: Table
    ) -> Dimension[Number]:
        known = [entry.id for entry in now.metrics]
        rows = _rows(table, "metrics", known, f"dimension {now.id} has no metric")
        bound = next(d for d in self.exact.dimensions if d.id == before.id)
        whole = before.points is None and known_share(self.exact, bound) == 1
        if "points" in table.data and whole:
            raise table.fail(_published("how the dimension gets its points", before.source))
        entries = zip(now.metrics, before.metrics, strict=True)
        filled = evolve(
            now,
            weight=self._number(table, "weight", now.weight, before.weight, before.source),
            points=self._number(table, "points", now.points, before.points, before.source),
            metrics=tuple(
                self._entry(entry, was, rows[entry.id]) if entry.id in rows else entry
                for entry, was in entries
            ),
            source=now.source or (USER if {"weight", "points"} & set(table.data) else ""),
        )
        table.done()
        return filled

    def _entry(
        self, now: MetricEntry[Number], before: MetricEntry[Number], table: Table
    ) -> MetricEntry[Number]:
        scorer = table.text("scorer", now.scorer)
        if before.scorer and scorer != before.scorer:
            raise table.fail(_published(f"the scorer of {now.id}", before.source))
        weight = self._number(table, "weight", now.weight, before.weight, before.source)
        table.done()
        source = now.source or (USER if "weight" in table.data else "")
        return evolve(now, weight=weight, scorer=scorer, source=source)

    def _number(
        self, table: Table, key: str, now: Number | None, before: Number | None, source: str
    ) -> Any:
        """The number of the file, within its bounds; else the one that stands there now."""
        if table.take(key, object, None) is None:
            return now
        if before is not None and not isinstance(before, Assumed):
            raise table.fail(_published(key, source))
        if now is not before and not self.replaces:
            raise table.fail(_twice(key))
        number = Table({**table.data, "source": USER}, table.origin, table.path).number(key)
        low, high = self.exact.low, self.exact.high
        if isinstance(before, Assumed):
            assumption = self.original.assumptions[before.id]
            if assumption.overridden:
                raise table.fail(f"{key} is given twice: also as the assumption {before.id}")
            try:
                assumption.check(number)
            except UsageError as error:
                raise table.fail(str(error)) from None
        elif key == "points" and not low <= number <= high:
            raise table.fail(
                f"{key} = {number} lies off the scale, {float(low):g} to {float(high):g}"
            )
        return number


def _twice(what: str) -> str:
    return f"{what} is given by another numbers file, which is for all industries as well"


def _published(what: str, source: str) -> str:
    return (
        f"{what} is published{f' (source {source})' if source else ''}, and a numbers file gives what is missing:"
        " to change it, write a rule set of your own (extends = …) and name it (ruleset=)"
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
    missing = {m.number for m in missing_numbers(ruleset)}
    for dimension in ruleset.dimensions:
        place = f"dimensions.{dimension.id}"
        if not any(number.startswith(f"{place}.") for number in missing):
            continue
        yield f'\n[[dimensions]]\nid = "{dimension.id}"  # {dimension.label.zh}'
        for key in ("weight", "points"):
            if f"{place}.{key}" in missing:
                yield f"# {key} = "
        for entry in dimension.metrics:
            mine = [k for k in ("weight", "scorer") if f"{place}.{entry.id}.{k}" in missing]
            if mine:
                yield f'\n[[dimensions.metrics]]\nid = "{entry.id}"'
                yield from (f"# {key} = " for key in mine)
    if any(number.endswith(".scorer") for number in missing):
        yield "\n# [scorers.NAME]  # for metrics above whose scorer is not known"
        yield '# kind = "bands"\n# bands = [[worst bound, points], …, [best bound, points]]'
    for name, spec in ruleset.scorers.items():
        if spec.missing:
            yield f'\n[scorers.{name}]  # {spec.missing}\nkind = "{spec.kind}"'
            yield "# bands = [[worst bound, points], …, [best bound, points]]"
            yield "# floor = …  # points of a value that reaches no bound; the bottom of the scale without it"
