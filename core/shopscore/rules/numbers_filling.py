"""Filling: the numbers of a numbers file or a profile, put in the places of a rule set that lack them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from ..errors import UsageError, did_you_mean
from ..messages import Message, message
from ..model.assumptions import Assumption, Number
from ..model.conditions import Adjustment
from ..model.expressions import Assumed
from ..model.rulesets import Criterion, Dimension, MetricEntry, RuleSet, ScorerSpec
from ..value_classes import evolve, frozen
from .coverage import known_share
from .exact_rules import ExactRuleSet
from .ruleset_toml import scorer_spec
from .toml_tables import Table

#: The source of every number of such a file.
USER = "numbers"


#: What happens to a number that was supplied before.
Supplied = Literal["refuse", "replace", "keep"]


@frozen
class Filling:
    """The numbers of one file or profile, being filled in.

    ``original`` is the rule set before any file: it says which numbers may be supplied, and within
    which bounds. Those for some industries ``replace`` those for all, and those of a profile
    ``keep`` what was supplied. ``source`` is that of all numbers; without it each names its own.
    """

    original: RuleSet
    exact: ExactRuleSet
    supplied: Supplied
    source: str

    def criterion(
        self, now: Criterion[Number], before: Criterion[Number], table: Table
    ) -> Criterion[Number]:
        """Return a criterion with the bound that a table gives."""
        condition = now.condition
        bound = self._number(table, "bound", condition.bound, before.condition.bound, before.source)
        source = self._source_of(table)
        table.done()
        return evolve(now, condition=evolve(condition, bound=bound), source=now.source or source)

    def assumption(
        self, now: Assumption, before: Assumption | None, value: Any, table: Table
    ) -> Assumption:
        """Return an assumption that a metric needs, with the value that a file gives."""
        if before is None or not before.needed_by:
            guess = did_you_mean(
                now.id, [a.id for a in self.original.assumptions.values() if a.needed_by]
            )
            raise table.fail(
                message("no metric lacks the number {id}{guess}", id=now.id, guess=guess)
            )
        if before.value is not None or (now.value is not None and self.supplied != "replace"):
            raise table.fail(_is_supplied(now.id))
        try:
            return evolve(now, value=_as_pairs(value), overridden=True)
        except UsageError as error:
            raise table.fail(error) from None

    def scorer(self, name: str, now: ScorerSpec | None, table: Table) -> ScorerSpec:
        """Return the scorer that a table gives."""
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
        rows = rows_by_id(table, "metrics", known, unknown)
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
            between=self._between(table, now.between),
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
        between = self._between(table, now.between)
        source = self._source_of(table)
        table.done()
        of_rest = before.of_rest or key == "share_of_rest"
        if weight is now.weight:
            of_rest = now.of_rest
        source = now.source or source
        return evolve(
            now, weight=weight, scorer=scorer, source=source, of_rest=of_rest, between=between
        )

    def _between(self, table: Table, now: Any) -> Any:
        """Return the ends between which a weight lies that is not known."""
        ends = [table.end(key) for key in ("weight_low", "weight_high")]
        if ends == [None, None]:
            return now
        low, high = (
            end if end is not None else whole for end, whole in zip(ends, (0, 1), strict=True)
        )
        if "weight" in table.data or not 0 <= low <= high <= 1:
            raise table.fail(
                message("weight_low and weight_high are two ends between 0 and 1, without a weight")
            )
        return low, high

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


def _as_pairs(value: Any) -> Any:
    """Return the value of a table of the TOML as tuples."""
    return tuple(map(_as_pairs, value)) if isinstance(value, list) else value


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


def rows_by_id(
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
