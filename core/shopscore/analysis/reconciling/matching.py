"""Matching: the verb that lays a shop's numbers beside its documents, and tries what explains them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve

from ...composing.standards import Standards
from ...errors import UsageError, did_you_mean
from ...grading.benchmarks import Benchmark
from ...grading.supplements import supplement
from ...grading.told import Figures
from ...grading.typed_values import TypedValues
from ...messages import message
from ...plugins.declarations import Platform
from ...plugins.selection import RuleSetName, Selection, find_scorecard, select_rules
from ...reading.documents.documents import Documents
from ...reading.documents.loading import read_documents
from ...reading.events import UNKNOWN_INDUSTRY, Events
from ...reading.files import Progress
from ...reading.loading import read_events
from ...results.reference_tables import ReferenceTables
from ...results.result import Result
from ...rules.numbers_toml import NumbersSource
from ...scoring_days import count_source
from ..reasons.shop_rows import rows_of_shops
from .case import Case
from .lacking_files import lacking_streams
from .left_out_rows import left_out_rows
from .lines import misfit
from .moved_windows import moved_windows
from .other_rules import other_assumptions, other_rule_sets
from .page_of_day import PageOfDay, find_page
from .reconciliation import Reconciliation
from .shown_points import other_points, with_points_by_rules
from .suspects import Suspect, best_first


def reconcile(
    source: str | Path | Mapping[str, Any] | Events | Result,
    documents: Documents | str | Path,
    *,
    platform: str | Platform | None = None,
    shop: str | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: Any = None,
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
    tz: str | None = None,
    progress: Progress | None = None,
) -> Reconciliation:
    """Return the numbers of a shop beside those that a console shows, and what would explain them.

    Events are scored as of the day that the documents are of. Where the numbers part, other days,
    rows, assumptions and rules are tried, each by computing with it. Nothing of that is adopted.

    Args:
        source: a canonical folder, a mapping of dataframes, or events; or a result of them, for
            whose day and by whose rules the numbers are compared.
        documents: what a console or an official API answered of the shop on some days.
        platform: the id or another name of the platform, or a platform itself.
        shop: the id of the shop, where documents of several are there.
        as_of: the day of publication; by default the newest that a document is of.

    The other arguments, and what is raised, are those of :func:`shopscore.score`; those about rules
    do not go with a result.

    Returns:
        The numbers in the order in which they are made, the first that differs, and what would
        explain it, the best first.
    """
    if isinstance(source, Result):
        return _reconcile_result(source, documents, shop, tz, progress)
    declared, card = find_scorecard(platform, scorecard, ruleset)
    if not isinstance(documents, Documents):
        documents = read_documents(documents, platform=declared, shop_id=shop, tz=tz)
    page = find_page(documents, declared, shop, as_of)
    selection = select_rules(declared, card.id, ruleset, page.day, assume, numbers, profile)
    events = read_events(source, platform=declared, tz=tz, progress=progress)
    return reconcile_page(events, page, selection, ReferenceTables(benchmarks, standards), progress)


def _reconcile_result(
    result: Result,
    documents: Documents | str | Path,
    shop: str | None,
    tz: str | None,
    progress: Progress | None,
) -> Reconciliation:
    """Reconcile a shop of a result on its day, by its rules."""
    events, basis = result.events, result.basis
    if events is None or basis is None:
        raise UsageError(message("reconcile needs events: this result was not made from any"))
    platform = result.rules.platform
    if not isinstance(documents, Documents):
        documents = read_documents(documents, platform=platform, shop_id=shop, tz=tz)
    page = find_page(documents, platform, shop, result.as_of)
    return reconcile_page(events, page, basis.selection, basis.tables, progress)


def reconcile_page(
    events: Events,
    page: PageOfDay,
    selection: Selection,
    tables: ReferenceTables,
    progress: Progress | None = None,
) -> Reconciliation:
    """Reconcile a shop by rules that are selected already."""
    case = _case_of(events.whole, page, selection, tables, progress)
    as_it_is = misfit(case.lines, case.compared)
    lines = with_points_by_rules(case)
    suspects = _tried(case) if as_it_is else iter(())
    points = other_points(case, lines) if as_it_is else iter(())
    ruleset = case.selection.rules.ruleset
    own = (n for n in case.result.notices if n.concerns([case.shop_id]))
    return Reconciliation(
        ruleset.platform,
        ruleset.scorecard,
        ruleset.version,
        case.day,
        case.shop_id,
        lines,
        as_it_is,
        best_first([*suspects, *points], as_it_is),
        (*case.beside.typed.notices, *page.notices, *own),
    )


def _tried(case: Case) -> Iterator[Suspect]:
    yield from moved_windows(case)
    yield from left_out_rows(case)
    yield from other_assumptions(case)
    yield from other_rule_sets(case)
    yield from lacking_streams(case)


def _case_of(
    events: Events,
    page: PageOfDay,
    selection: Selection,
    tables: ReferenceTables,
    progress: Progress | None,
) -> Case:
    selection, beside = supplement(selection, page.documents)
    assert beside is not None  # there are documents of the shop
    typed = beside.typed
    (figures,) = typed.figures or (Figures(page.shop_id, None, {}),)
    metrics = [row for row in typed.rows if row.name.kind == "metric"]
    own = events.shops["industry"][_row_of(events, page.shop_id)]
    said = {} if own != UNKNOWN_INDUSTRY else typed.industries
    events = _of_industry(events, page.shop_id, said.get(page.shop_id, own))
    alone = TypedValues((), said, typed.notices, typed.conditions)
    return Case(
        selection,
        count_source(events, None, selection.rules, progress),
        tables.bound(selection.rules),
        page.shop_id,
        _row_of(events, page.shop_id),
        figures,
        metrics,
        evolve(beside, typed=alone, current=None),
        events,
    )


def _of_industry(events: Events, shop_id: str, industry: str) -> Events:
    """Return the events of a shop and of those of its industry: it is compared with no others."""
    shops = events.shops
    peers = (shops["industry"] == industry) | (shops["shop_id"] == shop_id)
    if peers.all():
        return events
    return rows_of_shops(events, np.flatnonzero(peers.to_numpy()))


def _row_of(events: Events, shop_id: str) -> int:
    ids = events.shops["shop_id"].to_list()
    if shop_id not in ids:
        said = message(
            "shop {shop} of the documents has no events{guess}",
            shop=shop_id,
            guess=did_you_mean(shop_id, ids),
        )
        raise UsageError(said)
    return ids.index(shop_id)
