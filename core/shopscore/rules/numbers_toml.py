"""Numbers files: a user supplies numbers missing in a rule set, such as weights and scorers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from ..errors import InputError, RuleSetError, UsageError, did_you_mean
from ..messages import Message, in_language, message
from ..model.assumptions import Number
from ..model.expressions import Assumed
from ..model.metrics import Better
from ..model.rulesets import Dimension, MetricEntry, NumbersUsed, RuleSet, ScorerSpec, Source
from .coverage import known_share, missing_numbers
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


@frozen
class _File:
    """A numbers file: its tables, and how results name it."""

    tables: Mapping[str, Any]
    used: NumbersUsed


@frozen
class FilledRuleSet:
    """A rule set with the numbers that a user supplied; ``variants`` hold for some industries."""

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
    for file in (f for f in files if not f.used.industries):
        ruleset = _fill_from(file, original, ruleset, check)
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
        variant = _fill_from(file, original, ruleset, check)
        if _has_numbers(file.tables):
            used.append(file.used)
            variants.append((frozenset(file.used.industries), variant))
    return FilledRuleSet(ruleset, tuple(variants), tuple(used))


def _has_numbers(tables: Mapping[str, Any]) -> bool:
    """Return whether a file gives any number: one that nobody filled in is not the source of any."""
    dimensions = tables.get("dimensions", ())
    rows = [*dimensions, *(metric for row in dimensions for metric in row.get("metrics", ()))]
    return any(set(row) - {"id", "metrics"} for row in rows) or any(
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


def _fill_from(file: _File, original: RuleSet, ruleset: RuleSet, check: _Check) -> RuleSet:
    top = Table(file.tables, file.used.file)
    exact = exact_rules(original, check.kinds)
    filling = _Filling(original, exact, replaces=bool(file.used.industries))
    top.texts("industries")
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
    rows = _rows(
        top, "dimensions", known, message("{ruleset} has no dimension", ruleset=ruleset.name)
    )
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
            said = message(
                "no metric is graded by scorer {scorer}{guess}",
                scorer=name,
                guess=did_you_mean(name, used),
            )
            raise top.fail(said)
    return filled


def _rows(table: Table, key: str, known: Sequence[str], unknown: Message) -> dict[str, Table]:
    """Return tables by their id; raise RuleSetError for an unknown id, or one that comes twice."""
    rows: dict[str, Table] = {}
    for row in table.tables(key):
        id = row.text("id")
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
    """The numbers of one file, being filled in.

    ``original`` is the rule set before any file: it says which numbers may be supplied, and within
    which bounds. With ``replaces`` numbers may replace those of a file for all industries.
    """

    original: RuleSet
    exact: ExactRuleSet
    replaces: bool

    def scorer(self, name: str, now: ScorerSpec | None, table: Table) -> ScorerSpec:
        before = self.original.scorers.get(name)
        if before is not None and not before.missing:
            what = message("scorer {scorer}", scorer=name)
            raise table.fail(_is_published(what, before.source))
        if now is not None and not set(table.data) - {"kind"}:
            return now  # a line of the template that was not filled in
        if now is not None and not now.missing and not self.replaces:
            raise table.fail(_is_supplied(message("scorer {scorer}", scorer=name)))
        kind = {} if now is None else {"kind": now.kind}
        return scorer_spec(
            name, Table({**kind, "source": USER, **table.data}, table.origin, table.path)
        )

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
            what = message("the scorer of {metric}", metric=now.id)
            raise table.fail(_is_published(what, before.source))
        weight = self._number(table, "weight", now.weight, before.weight, before.source)
        table.done()
        source = now.source or (USER if "weight" in table.data else "")
        return evolve(now, weight=weight, scorer=scorer, source=source)

    def _number(
        self, table: Table, key: str, now: Number | None, before: Number | None, source: str
    ) -> Any:
        """Return the number of the file, within its bounds; else the present one."""
        if table.take(key, object, None) is None:
            return now
        if before is not None and not isinstance(before, Assumed):
            raise table.fail(_is_published(key, source))
        if now is not before and not self.replaces:
            raise table.fail(_is_supplied(key))
        number = Table({**table.data, "source": USER}, table.origin, table.path).number(key)
        low, high = self.exact.low, self.exact.high
        if isinstance(before, Assumed):
            assumption = self.original.assumptions[before.id]
            if assumption.overridden:
                said = message(
                    "{key} is supplied twice: also as the assumption {assumption}",
                    key=key,
                    assumption=before.id,
                )
                raise table.fail(said)
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


def numbers_template(ruleset: RuleSet, lang: str = "en") -> str:
    """Return a numbers file to fill in: a line for every missing number of the rule set.

    Its comments are in a language: ``zh`` is Chinese, anything else English.
    """
    return "\n".join(in_language(line, lang) for line in _template(ruleset, lang))


def _template(ruleset: RuleSet, lang: str) -> Iterator[str]:
    missing = {m.number for m in missing_numbers(ruleset)}
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
    for dimension in ruleset.dimensions:
        place = f"dimensions.{dimension.id}"
        if not any(number.startswith(f"{place}.") for number in missing):
            continue
        yield f'\n[[dimensions]]\nid = "{dimension.id}"  # {dimension.label.zh}'
        for key in ("weight", "points"):
            if f"{place}.{key}" in missing:
                yield f"# {key} = "
        for entry in dimension.metrics:
            keys = [k for k in ("weight", "scorer") if f"{place}.{entry.id}.{k}" in missing]
            if keys:
                yield f'\n[[dimensions.metrics]]\nid = "{entry.id}"'
                yield from (f"# {key} = " for key in keys)
    yield from _scorers_to_fill_in(ruleset, missing, lang)


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
