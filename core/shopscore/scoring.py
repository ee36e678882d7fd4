"""The verbs: resolve, tally, score — each a short walk through the stages."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from attrs import evolve

from .composing.standards import Standards
from .counting.cells import fingerprint
from .counting.day_ranges import DayRanges, ranges_of_cells, ranges_of_rows
from .counting.passing import CountingPass
from .counting.resolution import Resolved, resolve_events
from .counting.state import Tallies
from .counting.sums import Sums, Wanted, window_sums
from .errors import StateError, UsageError
from .grading.benchmarks import Benchmark
from .grading.typed_values import read_values
from .grading.value_merging import (
    Prefer,
    ToGrade,
    ValuesBeside,
    check_prefer,
    merge_values,
    values_alone,
)
from .grading.weighing import MetricValues, wanted_sums, weigh
from .messages import message
from .notices import Notice
from .plugins.bound_rules import BoundRuleSet
from .plugins.declarations import Platform
from .plugins.selection import RuleSetName, Selection, select_rules
from .reading.events import UNKNOWN_INDUSTRY, Events
from .reading.files import Progress, from_dataframe
from .reading.loading import EventSource, check_strictness, read_events
from .results.building import build_result
from .results.input_notices import on_input
from .results.reference_tables import ReferenceTables
from .results.requirements import Requirements
from .results.result import Result
from .results.timeliness import check_timeliness, counted_in_part
from .rules.numbers_toml import NumbersSource

logging.getLogger("shopscore").addHandler(logging.NullHandler())
_logger = logging.getLogger(__name__)


def resolve(
    source: str | Path | Mapping[str, Any] | Events,
    *,
    platform: str | Platform,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    tz: str | None = None,
) -> Resolved:
    """Return events as rows that stand alone, for the metrics of one rule set.

    The arguments are those of :func:`score`; ``as_of`` only matters for the choice of the rule
    set where none is named. ``resolved.split(7)`` cuts it into parts whose tallies add up.
    """
    rules = select_rules(platform, scorecard, ruleset, as_of, assume, numbers).rules
    return resolve_events(read_events(source, platform=platform, tz=tz), rules)


def tally(resolved: Resolved) -> Tallies:
    """Return the daily tallies of resolved rows: the state. ``+`` merges states, ``−`` undoes.

    Raises:
        StateError: where a sum would not fit in int64.
    """
    if not isinstance(resolved, Resolved):
        kind = type(resolved).__name__
        raise UsageError(message("tally needs resolved rows, not {kind}: resolve first", kind=kind))
    return Tallies.of(resolved)


def score(
    source: str | Path | Mapping[str, Any] | Events | Tallies,
    *,
    platform: str | Platform | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    shops: Any = None,
    values: Any = None,
    prefer: Prefer = "events",
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    tz: str | None = None,
    strict: bool = False,
    require: str | Iterable[str] | None = None,
    progress: Progress | None = None,
) -> Result:
    """Score every shop of some events, or of a state, as published on a day.

    Args:
        source: a canonical folder, a mapping of dataframes, events, or tallies.
        platform: the id or another name of the platform, or a platform itself.
        scorecard: one of its scorecards; by default the first.
        ruleset: a version, a TOML file, or a rule set; by default the one in force on ``as_of``.
        as_of: the day of publication (the last day that counts is the one before); by default
            today on the platform's clock.
        shops: for tallies: events, or a dataframe with ``shop_id`` and ``industry``, since a
            state holds no attributes of shops; without it all are ranked together.
        values: what a console shows, as in :func:`score_values`: it stands in for what the events
            cannot say.
        prefer: ``events``, or ``values`` to take these also where events say something.
        benchmarks: a table, or the path of one, from which percentiles are taken.
        standards: a table, or the path of one, that says what each metric must reach.
        assume: other values for assumptions, by id.
        numbers: TOML files (one path, or several) with numbers that the rule set lacks.
        tz: the zone of the events' clock, where it is not the platform's.
        strict: raise where a row of the events would be set aside.
        require: what the result must be, else an error is raised: ``complete`` (no input and no
            peers of a weighted metric and no number of the rules are missing, and every condition
            of a score is checked), ``fresh`` (no stream ends more than two days before ``as_of``),
            ``window`` (no stream begins after the first day of a window), ``peers=20`` (no rank
            among fewer, and no value without a rank); words with commas between them, or a list.
        progress: called with a line of text as each step begins.

    Returns:
        Columns with every number behind each score.

    Raises:
        InputError: for events that cannot be used.
        CoverageError: for a platform, rule set or date that is not covered.
        UsageError: for invalid or contradictory arguments.
        StateError: for a difference of states, or a state that does not count what the rules need.
        RequirementError: where the result is not what it must be.
    """
    required = Requirements.parse(require)
    if platform is None:
        raise UsageError(
            message(
                "score needs platform=, the id of a platform, whose rules apply;"
                " a state holds no rules"
            )
        )
    if not isinstance(source, Tallies) and shops is not None:
        raise UsageError(message("shops= goes with a state; events bring their own table of shops"))
    if isinstance(source, Tallies) and (tz is not None or strict):
        raise UsageError(
            message("tz= and strict= say how events are read; a state was counted before")
        )
    selection = select_rules(platform, scorecard, ruleset, as_of, assume, numbers)
    tables = ReferenceTables(benchmarks, standards).bound(selection.rules)
    beside = read_beside(values, prefer, selection)
    if isinstance(source, Tallies):
        return required.check(_score_state(source, selection, shops, tables, beside, progress))
    counting = None
    if isinstance(source, Events):
        events = source
    else:  # nobody will look at the rows: they are counted as they are read
        counting = counting_pass(selection)
        events = EventSource(source, platform, tz).read(counting, progress)
    events = check_strictness(events) if strict else events
    return required.check(score_events(events, selection, tables, progress, beside, counting))


def counting_pass(selection: Selection) -> CountingPass:
    """Return what counts rows for the score of a day while they are read."""
    return CountingPass(
        selection.rules, selection.day, tuple(wanted_sums(selection.rules, selection.day).values())
    )


def read_beside(
    values: Any, prefer: Prefer, selection: Selection, industry: str | None = None
) -> ValuesBeside | None:
    """Return the values that a user typed in beside events; None where there are none."""
    check_prefer(prefer, values)
    if values is None:
        return None
    typed = read_values(values, selection.rules)
    return ValuesBeside(typed, prefer, industry or UNKNOWN_INDUSTRY)


def score_events(
    events: Events,
    selection: Selection,
    tables: ReferenceTables,
    progress: Progress | None = None,
    beside: ValuesBeside | None = None,
    counting: CountingPass | None = None,
) -> Result:
    """Score events by rules that are selected already; commands select before they read.

    ``counting`` knows what was counted while the events were read.
    """
    rules, day = selection.rules, selection.day
    notices = on_input(events.report, rules)
    begin = _stages(progress)
    begin(message("resolving"))
    resolved = resolve_events(events, rules, counting.later if counting else None)
    begin(message("counting"))
    summing = partial(_sums, resolved, counting)
    measured = weigh(rules, summing, events.columns_present(), day, len(events.shops))
    begin(message("grading"))
    ranges = ranges_of_rows(resolved, day, counting.days if counting else ())
    start = _beside(selection, events.shops, measured, beside, ranges)
    return _log_notices(evolve(_build(selection, start, tables, ranges, *notices), read=events))


def _sums(
    resolved: Resolved, counting: CountingPass | None, wanted: Sequence[Wanted], as_of: date
) -> list[Sums]:
    """Return the sums of tallies: those of rows that were counted before, and of the others."""
    known = [counting.sums(*one) if counting else None for one in wanted]
    left = [one for one, found in zip(wanted, known, strict=True) if found is None]
    others = iter(window_sums(resolved, left, as_of))
    return [next(others) if found is None else found for found in known]


def _beside(
    selection: Selection,
    shops: pl.DataFrame,
    measured: Mapping[str, MetricValues],
    beside: ValuesBeside | None,
    ranges: DayRanges,
) -> ToGrade:
    """Return the values of events, with those that a user typed in beside them."""
    in_part = counted_in_part(selection.rules, ranges, selection.day)
    counted = {id: v.that_may_be_more() if id in in_part else v for id, v in measured.items()}
    if beside is None:
        return ToGrade(shops, counted)
    return merge_values(selection.rules, shops, counted, beside)


def _build(
    selection: Selection,
    start: ToGrade,
    tables: ReferenceTables,
    ranges: DayRanges | None,
    *notices: Notice,
) -> Result:
    """Build the result; without events there are no ranges of days to look at."""
    rules, day = selection.rules, selection.day
    timely = () if ranges is None else check_timeliness(rules, ranges, day)
    return build_result(
        rules,
        day,
        start.measured,
        start.shops,
        tables,
        supplied=start.supplied,
        console=start.console,
        notices=(*selection.notices, *notices, *timely, *start.notices),
    )


def _stages(progress: Progress | None) -> Progress:
    """Return what is called as each stage begins: it logs the stage, and tells the caller."""

    def begin(stage: str) -> None:
        _logger.info("%s", stage)
        if progress is not None:
            progress(stage)

    return begin


def _log_notices(result: Result) -> Result:
    """Log what to know about a result, but for what was logged when its events were read."""
    told = {notice.message for notice in result.report.notices} if result.report else set()
    for notice in result.notices:
        if notice.message not in told:
            _logger.info("notice: %s", notice, extra={"notice": notice})
    return result


def _score_state(
    state: Tallies,
    selection: Selection,
    shops: Any,
    tables: ReferenceTables,
    beside: ValuesBeside | None,
    progress: Progress | None,
) -> Result:
    rules, day = selection.rules, selection.day
    notices: tuple[Notice, ...] = ()
    _check_counted(state, rules)
    if shops is None:
        attributes = pl.DataFrame([state.shop_ids]).with_columns(industry=pl.lit(UNKNOWN_INDUSTRY))
        said = message(
            "industries of the shops are unknown, since shops= was not given: all are ranked together"
        )
        notices = (Notice("industry_unknown", said, stream="shops"),)
    else:
        attributes = _shop_attributes(shops, rules.platform)
        missing = int((~state.shop_ids.is_in(attributes["shop_id"].implode())).sum())
        if missing:
            said = message(
                "{missing} of {shops} shops of the state are not in shops=:"
                " their industry is taken as {industry}",
                missing=missing,
                shops=len(state.shop_ids),
                industry=UNKNOWN_INDUSTRY,
            )
            notices = (Notice("industry_unknown", said, stream="shops", shops=missing),)
    known = state.with_shops(attributes["shop_id"])
    listed = pl.DataFrame([known.shop_ids]).join(
        attributes, on="shop_id", how="left", maintain_order="left"
    )
    begin = _stages(progress)
    begin(message("summing"))
    measured = weigh(rules, known.window_sums, known.columns, day, len(known.shop_ids))
    begin(message("grading"))
    ranges = ranges_of_cells(state, rules.tallies, day)
    attributes = listed.with_columns(pl.col("industry").fill_null(UNKNOWN_INDUSTRY))
    start = _beside(selection, attributes, measured, beside, ranges)
    return _log_notices(_build(selection, start, tables, ranges, *notices))


def _check_counted(state: Tallies, rules: BoundRuleSet) -> None:
    """Raise StateError where the rules need a tally that the state does not have."""
    missing = [
        message("{tally}, for metric {metric}", tally=tally.key, metric=id)
        for id, metric in rules.metrics.items()
        for tally in metric.aggregator.tallies
        if fingerprint(tally) not in state.tallies
    ]
    if missing:
        more = len(missing) - 1
        raise StateError(
            message(
                "the state does not count what rule set {ruleset} needs: {missing}{more}."
                " Score it by the rules and assumptions that it was resolved for, or resolve and"
                " tally the events for these",
                ruleset=rules.ruleset.name,
                missing=missing[0],
                more=message(" (and {n} more)", n=more) if more else "",
            )
        )


def _shop_attributes(shops: Any, platform: Platform) -> pl.DataFrame:
    """Return what grading needs to know of shops, from events or any dataframe."""
    if isinstance(shops, Events):
        return shops.shops
    frame = from_dataframe("shops", shops).frame
    known = [n for n in ("shop_id", "industry", "shop_type", "updated_at") if n in frame.columns]
    return read_events({"shops": frame.select(known)}, platform=platform).shops


def score_values(
    values: Any,
    *,
    platform: str | Platform,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    industry: str | None = None,
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    require: str | Iterable[str] | None = None,
) -> Result:
    """Score shops from the values of their metrics, as a console shows them.

    Args:
        values: a CSV file or a dataframe with ``shop_id, metric, value`` and optionally ``n``,
            ``industry``, ``percentile``, ``points``; a value ``-`` is none that a console shows, an
            empty one is not told. Metrics are named by
            their id or label; rows of dimensions and of the total are what a console shows.
        industry: of the shops without one; by default ``unknown``.

    The other arguments, and what is returned and raised, are those of :func:`shopscore.score`.
    A weighted metric that was not supplied makes a shop ``partial``; one with the value ``-`` is
    known to have none. Conditions that need events are not checked, and the result says so.
    """
    required = Requirements.parse(require)
    selection = select_rules(platform, scorecard, ruleset, as_of, assume, numbers)
    tables = ReferenceTables(benchmarks, standards).bound(selection.rules)
    return required.check(score_by_values(values, selection, tables, industry))


def score_by_values(
    values: Any, selection: Selection, tables: ReferenceTables, industry: str | None
) -> Result:
    """Score metric values by rules that are selected already."""
    begin = _stages(None)
    begin(message("reading values"))
    typed = read_values(values, selection.rules)
    begin(message("grading"))
    start = values_alone(selection.rules, typed, industry or UNKNOWN_INDUSTRY)
    return _log_notices(_build(selection, start, tables, None))
