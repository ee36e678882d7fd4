"""Numbers files: a user supplies numbers missing in a rule set, such as weights and scorers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from attrs import evolve, frozen

from ..errors import InputError, RuleSetError, UsageError, did_you_mean
from ..messages import Message, message
from ..model.assumptions import Number
from ..model.conditions import Adjustment
from ..model.expressions import Assumed
from ..model.metrics import Better
from ..model.rulesets import (
    Dimension,
    MetricEntry,
    NumbersUsed,
    Profile,
    RuleSet,
    ScorerSpec,
    Source,
    revision_of,
)
from .coverage import known_share
from .exact_rules import ExactRuleSet, exact_rules
from .own_kinds import OwnKinds
from .ruleset_checks import check_ruleset
from .ruleset_toml import SCHEMA, scorer_spec
from .toml_tables import Table
from .toml_text import check_numbers, parse_toml, read_text

#: A TOML file, several, or the tables of one.
NumbersSource = str | Path | Mapping[str, Any] | Sequence[str | Path] | None

#: The source of every number of such a file.
USER = "numbers"

#: Tables of adjustments, by the role of their metrics.
ADJUSTING = ("bonus", "deduction")

#: What happens to a number that was supplied before.
Supplied = Literal["refuse", "replace", "keep"]


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
    def numbers(self) -> Tables:
        """The tables, as rules are filled from them."""
        supplied: Supplied = "replace" if self.used.industries else "refuse"
        return Tables(self.tables, self.used.file, supplied, USER)


@frozen
class FilledRuleSet:
    """A rule set with the numbers that a user supplied; ``variants`` hold for some industries."""

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

    Files with ``industries`` hold for the shops of those industries only; they add to the files
    that hold for all.

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
    for file in (f for f in files if not f.used.industries):
        ruleset = fill_from(file.numbers, original, ruleset, check)
        used += [file.used] if _has_numbers(file.tables) else []
    owners: dict[str, str] = {}
    variants = []
    for file in (f for f in files if f.used.industries):
        for industry in file.used.industries:
            if industry in owners:
                said = message(
                    "{file}: industry {industry} is also in {other}",
                    file=file.used.file,
                    industry=industry,
                    other=owners[industry],
                )
                raise RuleSetError(said)
            owners[industry] = file.used.file
        variant = fill_from(file.numbers, original, ruleset, check)
        if _has_numbers(file.tables):
            used.append(file.used)
            variants.append((frozenset(file.used.industries), variant))
    return FilledRuleSet(ruleset, tuple(variants), tuple(used))


def _has_numbers(tables: Mapping[str, Any]) -> bool:
    """Return whether a file gives any number: one that nobody filled in is not the source of any."""
    dimensions = tables.get("dimensions", ())
    rows = [
        *dimensions,
        *(metric for row in dimensions for metric in row.get("metrics", ())),
        *({**row, "id": row["metric"]} for key in ADJUSTING for row in tables.get(key, ())),
    ]
    return any(set(row) - {"id", "metric", "metrics"} for row in rows) or any(
        set(scorer) - {"kind"} for scorer in tables.get("scorers", {}).values()
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
    used = NumbersUsed(label, hashlib.sha256(text.encode()).hexdigest(), top.texts("industries"))
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
    filling = _Filling(original, exact, given.supplied, given.source)
    top.texts("industries")
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
    rows = _rows(
        top, "dimensions", known, message("{ruleset} has no dimension", ruleset=ruleset.name)
    )
    adjusting = {
        role: _rows(
            top,
            role,
            [a.metric for a in ruleset.adjustments if a.role == role],
            message("{ruleset} has no {role}", ruleset=ruleset.name, role=role),
            by="metric",
        )
        for role in ADJUSTING
    }
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


def _rows(
    table: Table, key: str, known: Sequence[str], unknown: Message, by: str = "id"
) -> dict[str, Table]:
    """Return tables by their id; raise RuleSetError for an unknown id, or one that comes twice."""
    rows: dict[str, Table] = {}
    for row in table.tables(key):
        id = row.text(by)
        if id not in known:
            said = message(
                "{unknown} {id}{guess}", unknown=unknown, id=id, guess=did_you_mean(id, known)
            )
            raise row.fail(said)
        if id in rows:
            raise row.fail(message("{id} is declared twice", id=id))
        rows[id] = row
    return rows


@frozen
class _Filling:
    """The numbers of one file or profile, being filled in.

    ``original`` is the rule set before any file: it says which numbers may be supplied, and within
    which bounds. Those for some industries ``replace`` those for all, and those of a profile
    ``keep`` what was supplied. ``source`` is that of all numbers; without it each names its own.
    """

    original: RuleSet
    exact: ExactRuleSet
    supplied: Supplied
    source: str

    def scorer(self, name: str, now: ScorerSpec | None, table: Table) -> ScorerSpec:
        before = self.original.scorers.get(name)
        if before is not None and not before.missing:
            what = message("scorer {scorer}", scorer=name)
            raise table.fail(_is_published(what, before.source))
        if now is not None and not set(table.data) - {"kind"}:
            return now  # a line of the template that was not filled in
        if now is not None and not now.missing:
            if self.supplied == "keep":
                return now
            if self.supplied == "refuse":
                raise table.fail(_is_supplied(message("scorer {scorer}", scorer=name)))
        kind = {} if now is None else {"kind": now.kind}
        source = {"source": self.source} if self.source else {}  # a table may name its own
        return scorer_spec(name, Table({**kind, **source, **table.data}, table.origin, table.path))

    def dimension(
        self, now: Dimension[Number], before: Dimension[Number], table: Table
    ) -> Dimension[Number]:
        known = [entry.id for entry in now.metrics]
        unknown = message("dimension {dimension} has no metric", dimension=now.id)
        rows = _rows(table, "metrics", known, unknown)
        exact = next(d for d in self.exact.dimensions if d.id == before.id)
        complete = before.points is None and known_share(self.exact, exact) == 1
        if "points" in table.data and complete:
            what = message("how the dimension gets its points")
            raise table.fail(_is_published(what, before.source))
        source = self._source_of(table)
        entries = zip(now.metrics, before.metrics, strict=True)
        filled = evolve(
            now,
            weight=self._number(table, "weight", now.weight, before.weight, before.source),
            points=self._number(table, "points", now.points, before.points, before.source),
            metrics=tuple(
                self._entry(entry, was, rows[entry.id]) if entry.id in rows else entry
                for entry, was in entries
            ),
            source=now.source or source,
        )
        table.done()
        return filled

    def _entry(
        self, now: MetricEntry[Number], before: MetricEntry[Number], table: Table
    ) -> MetricEntry[Number]:
        scorer = table.text("scorer", now.scorer)
        if self.supplied == "keep":
            scorer = now.scorer or scorer
        if before.scorer and scorer != before.scorer:
            what = message("the scorer of {metric}", metric=now.id)
            raise table.fail(_is_published(what, before.source))
        key = "share_of_rest" if "share_of_rest" in table.data else "weight"
        weight = self._number(table, key, now.weight, before.weight, before.source)
        source = self._source_of(table)
        table.done()
        of_rest = before.of_rest or key == "share_of_rest"
        if weight is now.weight:
            of_rest = now.of_rest
        source = now.source or source
        return evolve(now, weight=weight, scorer=scorer, source=source, of_rest=of_rest)

    def adjustment(
        self, now: Adjustment[Number], before: Adjustment[Number], table: Table
    ) -> Adjustment[Number]:
        if before.points is None and "worth" in table.data:
            what = message("what {metric} is worth", metric=now.metric)
            raise table.fail(_is_published(what, before.source))
        points = self._number(table, "worth", now.points, before.points, before.source)
        source = self._source_of(table)
        table.done()
        return evolve(now, points=points, source=now.source or source)

    def _source_of(self, table: Table) -> str:
        """Return the source of the numbers of a table; empty where it has none."""
        if not set(table.data) - {"id", "metric", "metrics", "scorer"}:
            return ""
        return self.source or table.source()

    def _number(
        self, table: Table, key: str, now: Number | None, before: Number | None, source: str
    ) -> Any:
        """Return the number of the file, within its bounds; else the present one."""
        if table.take(key, object, None) is None:
            return now
        if before is not None and not isinstance(before, Assumed):
            raise table.fail(_is_published(key, source))
        if now is not before and self.supplied != "replace":
            if self.supplied == "keep":
                return now
            raise table.fail(_is_supplied(key))
        marked = {**table.data, **({"source": self.source} if self.source else {})}
        number = Table(marked, table.origin, table.path).number(key)
        low, high = self.exact.low, self.exact.high
        if isinstance(before, Assumed):
            assumption = self.original.assumptions[before.id]
            if assumption.overridden and self.supplied == "keep":
                return now
            if assumption.overridden:
                said = message(
                    "{key} is supplied twice: also as the assumption {assumption}",
                    key=key,
                    assumption=before.id,
                )
                raise table.fail(said)
            if isinstance(number, Assumed):  # a profile may assume a number
                return number
            try:
                assumption.check(number)
            except UsageError as error:
                raise table.fail(error) from None
        elif key == "points" and not low <= number <= high:
            said = message(
                "{key} = {value} is outside the scale, {low:g} to {high:g}",
                key=key,
                value=number,
                low=float(low),
                high=float(high),
            )
            raise table.fail(said)
        return number


def _is_supplied(what: object) -> Message:
    return message(
        "{what} is already supplied by another numbers file for all industries", what=what
    )


def _is_published(what: object, source: str) -> Message:
    origin = message(" (source {source})", source=source) if source else ""
    return message(
        "{what} is published{origin}, and a numbers file only supplies missing numbers:"
        " to change it, write a rule set of your own (extends = …) and name it (ruleset=)",
        what=what,
        origin=origin,
    )
