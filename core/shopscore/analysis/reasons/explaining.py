"""The verb: explain the score of one shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from attrs import evolve

from ...composing.standards import Standards
from ...counting.state import Tallies
from ...errors import UsageError
from ...grading.benchmarks import Benchmark
from ...grading.value_merging import Prefer
from ...messages import Message, message
from ...plugins.declarations import Platform
from ...plugins.selection import RuleSetName
from ...reading.documents.documents import Documents
from ...reading.events import Events
from ...reading.files import Progress
from ...results.conclusion import stages
from ...results.result import Result
from ...results.views import ShopView
from ...rules.numbers_toml import NumbersSource
from ..regrading.supposing import Supposing
from ..scored_source import scored
from .assumed_ends import Assuming
from .contributions import decompose
from .distances import Measuring, NamedRow, find_distances
from .explanation import Explanation, HeavyEvent
from .groups import Group, Grouping
from .one_more import EventsToCome
from .removing import Removing
from .row_sums import RowSums
from .shop_rows import ShopRows
from .tracing import RowTrace, Tracing

#: Events that are named, and those of each condition, where nobody says how many.
MOST = 10
MOST_OF_CONDITION = 3


def explain(
    source: str | Path | Mapping[str, Any] | Events | Tallies | Result,
    *,
    shop: str | None = None,
    row: str | None = None,
    by: str | None = None,
    most: int | None = None,
    platform: str | Platform | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    shops: Any = None,
    values: Any = None,
    documents: Documents | str | Path | None = None,
    prefer: Prefer = "events",
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
    tz: str | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Explain the score of one shop: metric by metric, event by event, assumption by assumption.

    Args:
        source: what :func:`shopscore.score` takes, which is scored first; or a result of it.
        shop: the id of the shop; it may be left out where there is only one.
        row: the id of an order, a ticket, a session or a review to trace.
        by: a column of events or of their orders (``product`` stands for ``product_id``), or
            ``hour`` or ``weekday``: what each group of rows costs.
        most: how many events are named at most; by default 10, and 3 for each condition.

    The other arguments are those of :func:`shopscore.score`; they do not go with a result.

    Returns:
        An explanation, whose contributions add up to the exact score as fractions. Whatever might
        be is graded by the same stages, while the other shops stay as they are.

    Raises:
        UsageError: for an unknown shop, row or column; also as :func:`shopscore.score`.

    >>> from shopscore.samples import generate
    >>> from shopscore.testing.toy import PLATFORM
    >>> events = generate(shops=12, orders=900, end=date(2025, 3, 31))
    >>> found = explain(events, shop="S0001", platform=PLATFORM, as_of="2025-03-28")
    >>> sum(line.gives for line in found.contributions) == found.score_exact
    True
    """
    result = scored(
        source, platform=platform, scorecard=scorecard, ruleset=ruleset, as_of=as_of, shops=shops,
        values=values, documents=documents, prefer=prefer, benchmarks=benchmarks,
        standards=standards, assume=assume, numbers=numbers, profile=profile, tz=tz,
        progress=progress,
    )  # fmt: skip
    return explain_result(result, shop, row=row, by=by, most=most, progress=progress)


def explain_result(
    result: Result,
    shop: str | None = None,
    *,
    row: str | None = None,
    by: str | None = None,
    most: int | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Explain the score of one shop of a result.

    Raises:
        UsageError: for an unknown shop, row or column, and a number of events below 0.
    """
    if most is not None and (not isinstance(most, int) or most < 0):
        raise UsageError(message("most={most}: a number of events is needed", most=most))
    stages(progress)(message("explaining"))
    view = result.named_or_only(shop)
    place = result.row(view.shop_id)
    supposing = Supposing(result, place)
    last = result.current
    rows = find_rows(result, view.shop_id)
    told = Explanation(
        platform=result.platform,
        scorecard=result.scorecard,
        ruleset=result.ruleset,
        as_of=result.as_of,
        shop_id=view.shop_id,
        industry=view.industry,
        status=view.status,
        score=view.score,
        decomposition=decompose(result, place),
        assuming=Assuming(result, place, result.events),
        current_as_of=None if last is None else last.as_of,
        current_conditions=() if last is None else tuple(find_distances(last, place)),
        remarks=tuple(_remarks(supposing, view, rows)),
        notices=tuple(n for n in result.notices if n.concerns((view.shop_id,))),
        result=result,
    )
    if rows is None:
        if row is not None or by is not None:
            asked = "row" if row is not None else "by"
            raise UsageError(message("{argument}= needs events of the shop", argument=asked))
        conditions = Measuring(None, 0).distances(find_distances(result, place))
        effects = EventsToCome(supposing, None).effects()
        return evolve(told, conditions=tuple(conditions), effects=tuple(effects))
    sums, removing = RowSums.of(rows, result.rules), Removing(supposing, rows)
    of_condition = MOST_OF_CONDITION if most is None else most
    conditions = Measuring(removing, of_condition).distances(find_distances(result, place))
    return evolve(
        told,
        effects=tuple(EventsToCome(supposing, sums).effects()),
        events=tuple(_named(removing, MOST if most is None else most)),
        conditions=tuple(conditions),
        trace=_trace(removing, sums, row),
        by=by,
        groups=_groups(by, removing, sums),
    )


def _trace(removing: Removing, sums: RowSums, row: str | None) -> tuple[RowTrace, ...] | None:
    return None if row is None else tuple(Tracing(removing, sums).trace(row))


def _groups(by: str | None, removing: Removing, sums: RowSums) -> tuple[Group, ...]:
    if by is None:
        return ()
    return tuple(Grouping(by, removing, sums).groups())


def find_rows(result: Result, shop_id: str) -> ShopRows | None:
    """Return the rows of a shop; None where there are no events of it."""
    events = result.events
    if events is None:
        return None
    place = int(events.shops["shop_id"].search_sorted(shop_id))
    ids = events.shops["shop_id"]
    if place >= len(ids) or ids[place] != shop_id:
        return None
    return ShopRows.of(events, place)


def _named(removing: Removing, most: int) -> Iterator[HeavyEvent]:
    """Yield the events that cost most."""
    supposing = removing.supposing
    if supposing.now is None or not most:
        return
    changes = removing.all_changes
    places = {row: place for place, row in enumerate(removing.candidates())}
    for one in removing.heaviest(most):
        at = places[one.row]
        touched = (
            id
            for id in supposing.metrics
            if any(changes[of][0][at] or changes[of][1][at] for of in supposing.places_of(id))
        )
        named = NamedRow.of(removing.rows, one.row)
        yield HeavyEvent(named.stream, named.key, named.file, named.line, one.costs, tuple(touched))


def _remarks(supposing: Supposing, shop: ShopView, rows: ShopRows | None) -> Iterator[Message]:
    """Yield what an explanation rests on, and what it cannot tell."""
    result = supposing.result
    if shop.reason is not None:
        yield shop.reason
    if rows is None:
        yield message("there are no events of this shop here: none can be named")
    if result.rules.ruleset.ranks and supposing.regrading.grounds.ranks:
        yield message("the other shops stay as they are, whatever this one would have")
    if result.current is not None:
        yield message(
            "all numbers here are of the projection, as of {day}; what the last evaluation found, as"
            " of {last}, stays as it is",
            day=result.as_of,
            last=result.current.as_of,
        )
