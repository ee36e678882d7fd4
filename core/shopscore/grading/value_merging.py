"""Values beside events: what a user typed in stands in for what events cannot say, or replaces it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from ..errors import InputError, UsageError, did_you_mean
from ..exact.columns import ExactColumn
from ..exact.integers import widen
from ..exact.rationals import Mask
from ..messages import listed, message, numbered
from ..notices import FIRST, Notice
from ..plugins.bound_rules import BoundRuleSet
from ..reading.events import UNKNOWN_INDUSTRY
from ..value_classes import evolve, field, frozen
from .console import Console
from .points import NOTHING_SUPPLIED, Supplied
from .weighing import MetricValues

if TYPE_CHECKING:
    from .typed_values import Places, TypedValues

#: Which goes first, where there are both.
Prefer = Literal["events", "values"]
#: The row of each shop among those of the events, −1 where it has none there.
Rows = npt.NDArray[np.int64]


def check_prefer(prefer: object, values: object) -> None:
    """Raise where nobody can say what goes first, or there is nothing to go before.

    Raises:
        UsageError: for an unknown word, or where values are not there.
    """
    if prefer not in get_args(Prefer):
        raise UsageError(
            message(
                "prefer={prefer!r}{guess}",
                prefer=prefer,
                guess=did_you_mean(str(prefer), get_args(Prefer)),
            )
        )
    if values is None and prefer != "events":
        raise UsageError(
            message("prefer= says which of events and values= goes first, and values= is not given")
        )


@frozen(eq=False)
class ValuesBeside:
    """Values that a user typed in beside events, and which of the two goes first.

    ``industry`` is that of the shops for which neither says one. ``current`` are the values of the
    last evaluation, where documents tell these.
    """

    typed: TypedValues
    prefer: Prefer = "events"
    industry: str = UNKNOWN_INDUSTRY
    current: TypedValues | None = None


@frozen(eq=False)
class ToGrade:
    """Everything that grading starts from: values of metrics, and what came with them.

    ``rows`` are the rows of the shops among those of the events; None where they are the same.
    Without ``ranks`` the shops are no peers of each other. ``last`` is what a console shows of the last
    evaluation.
    """

    shops: pl.DataFrame
    measured: Mapping[str, MetricValues]
    supplied: Supplied = NOTHING_SUPPLIED
    console: Console = field(factory=Console)
    notices: tuple[Notice, ...] = ()
    rows: Rows | None = None
    ranks: bool = True
    last: Console = field(factory=Console)

    def of_these_shops(self, measured: Mapping[str, MetricValues]) -> dict[str, MetricValues]:
        """Return values of events for these shops, of which some may have no events."""
        if self.rows is None:
            return dict(measured)
        return {id: _spread(values, self.rows) for id, values in measured.items()}

    def take(self, rows: Rows) -> ToGrade:
        """Return the same of some shops alone."""
        return evolve(
            self,
            shops=self.shops[rows],
            measured={id: values.take(rows) for id, values in self.measured.items()},
            supplied=self.supplied.take(rows),
            console=self.console.take(rows),
            rows=rows if self.rows is None else self.rows[rows],
            last=self.last.take(rows),
        )


def merge_values(
    rules: BoundRuleSet,
    shops: pl.DataFrame,
    measured: Mapping[str, MetricValues],
    beside: ValuesBeside,
) -> ToGrade:
    """Return the values of events and those typed in together, for the shops of either.

    A number that was typed in goes before one of events that may be too low, whatever is preferred.

    Raises:
        InputError: for a shop that is of one industry here and of another there.
    """
    typed, theirs = beside.typed, shops["shop_id"].to_list()
    ids = sorted({*theirs, *typed.shop_ids})
    places = {id: place for place, id in enumerate(ids)}
    own = {id: row for row, id in enumerate(theirs)}
    rows = np.array([own.get(id, -1) for id in ids], dtype=np.int64)
    merged = {
        id: _merge(
            _spread(values, rows),
            typed.measured(rules.metrics[id], places),
            rules.metrics[id].metric.min_n,
            beside.prefer,
        )
        for id, values in measured.items()
    }
    return ToGrade(
        shops=_merge_shops(ids, shops, beside),
        measured=merged,
        supplied=evolve(typed.supplied(places), fill=beside.prefer == "events"),
        console=typed.console(places),
        notices=(*typed.notices, *_on_evaluation(rules), *_on_shops(ids, rows)),
        rows=rows,
        last=_last(beside, places),
    )


def values_alone(rules: BoundRuleSet, beside: ValuesBeside) -> ToGrade:
    """Return typed values as what grading starts from."""
    typed = beside.typed
    places = {id: place for place, id in enumerate(typed.shop_ids)}
    return ToGrade(
        shops=typed.shops(beside.industry),
        measured={id: typed.measured(metric, places) for id, metric in rules.metrics.items()},
        supplied=evolve(typed.supplied(places), fill=typed.told_by_documents),
        console=typed.console(places),
        notices=typed.notices,
        ranks=not typed.told_by_documents,
        last=_last(beside, places),
    )


def _last(beside: ValuesBeside, places: Places) -> Console:
    """Return what a console shows of the last evaluation."""
    return Console() if beside.current is None else beside.current.console(places)


def _merge(events: MetricValues, typed: MetricValues, least: int, prefer: Prefer) -> MetricValues:
    """Return one metric of both; a value of events on too few rows, or too low, says nothing.

    Input is missing where neither tells anything.
    """
    said = events.known & events.enough(least)
    if events.cut is not None:
        said = said & ~events.cut
    first = typed.known if prefer == "values" else np.zeros_like(said)
    if typed.stands_in is not None:
        first = first & ~typed.stands_in
    taken = typed.known & (first | ~said)
    missing = events.missing & typed.missing
    merged = evolve(
        events,
        missing_columns=events.missing_columns if missing.any() else (),
        missing=missing,
        typed=taken,
        documents=typed.documents,
        typed_besides=typed.typed_besides,
        n_unknown=taken if typed.n_unknown is None else typed.n_unknown & taken,
        cut=None if events.cut is None else events.cut & ~taken,
        stands_in=None if typed.stands_in is None else typed.stands_in & (taken | events.missing),
    )
    if not taken.any():
        return merged
    column = typed.column.where(taken, events.column)
    per_row = _per_row(events, ~taken)
    unknown = merged.n_unknown if per_row is not None else taken
    return evolve(
        merged,
        column=column,
        n=np.where(taken, typed.n, events.n),
        unpooled=unknown,
        per_row=per_row or Fraction(1),
    )


def _per_row(events: MetricValues, counted: Mask) -> Fraction | None:
    """Return what each row of events adds to the denominator, as rows that were typed in may too.

    None where that is not the same for each, as where newer days weigh more, or no sum of rows, or
    where no row is a value as well.
    """
    if not events.n[np.flatnonzero(events.known & counted)].all():
        return None
    rows = np.flatnonzero(counted & (events.n > 0))
    if not len(rows):
        return Fraction(1)
    den, n = widen(events.values.den[rows]), widen(events.n[rows])
    if events.pooling != "fractions" or (den * n[0] != den[0] * n).any():
        return None
    return Fraction(den[0], n[0])


def _spread(values: MetricValues, rows: Rows) -> MetricValues:
    """Return the values of more shops; those without events have none."""
    there = rows >= 0
    missing_reason = values.missing_reason or message("no events, and no value typed in")
    if not there.any():
        nothing = np.zeros(len(rows), dtype=np.int64)
        sums = tuple((nothing, nothing) for _ in values.sums)
        return evolve(
            values,
            column=ExactColumn.unknown(len(rows)),
            n=nothing,
            sums=sums,
            cut=None,
            missing=~there,
            missing_reason=missing_reason,
        )
    at = np.where(there, rows, 0)
    column = values.column.take(at).where(there, ExactColumn.unknown(len(rows)))
    return evolve(
        values,
        column=column,
        n=np.where(there, values.n[at], 0),
        sums=tuple((np.where(there, a[at], 0), np.where(there, b[at], 0)) for a, b in values.sums),
        cut=None if values.cut is None else values.cut[at] & there,
        missing=values.missing[at] | ~there,
        missing_reason=missing_reason,
    )


def _merge_shops(ids: list[str], shops: pl.DataFrame, beside: ValuesBeside) -> pl.DataFrame:
    """Return the shops of both; the table of values may say an industry that events do not."""
    typed = beside.typed
    joined = pl.DataFrame({"shop_id": ids}, schema={"shop_id": pl.String}).join(
        shops, on="shop_id", how="left", maintain_order="left"
    )
    industries = []
    for id, known in joined.select("shop_id", "industry").iter_rows():
        said = typed.industries.get(id)
        if said and known not in (None, UNKNOWN_INDUSTRY, said):
            raise _two_industries(typed, id, known)
        industries.append(said or known or beside.industry)
    merged = joined.with_columns(pl.Series("industry", industries, dtype=pl.String))
    return typed.with_days(merged)


def _two_industries(typed: TypedValues, id: str, known: str) -> InputError:
    """Return the error of a shop of which events and values say other industries."""
    row = next((r for r in typed.rows if r.shop_id == id and r.industry), None)
    if row is not None:
        return row.other_industry(known)
    return InputError(
        message(
            "shop {shop} is of industry {known} in the events and of {said} in a document",
            shop=id,
            known=known,
            said=typed.industries[id],
        )
    )


def _on_evaluation(rules: BoundRuleSet) -> Iterator[Notice]:
    """Yield a notice that nobody knows whether values that were typed in held on another day."""
    if rules.ruleset.evaluation is not None:
        said = message(
            "values that were typed in count for the projection; what shops have had since the last"
            " evaluation is counted from events alone"
        )
        yield Notice("values_not_current", said)


def _on_shops(ids: list[str], rows: Rows) -> Iterator[Notice]:
    """Yield a notice on shops that only the table of values has: a slip of the pen, or peers."""
    others = [ids[place] for place in np.flatnonzero(rows < 0)]
    if others:
        said = numbered(
            "{n} shop has values typed in and no events: {first}",
            "{n} shops have values typed in and no events: {first}",
            len(others),
            first=listed(others, most=3),
        )
        yield Notice(
            "values_without_events", said, shops=len(others), shop_ids=tuple(others[:FIRST])
        )
