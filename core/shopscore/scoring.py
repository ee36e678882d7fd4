"""The verbs: resolve, tally, score — each a short walk through the stages."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .counting.day_ranges import RowDays, days_of_cells, days_of_rows
from .counting.resolution import Resolved, resolve_events
from .counting.state import Tallies
from .counting.sums import Sums, Wanted, window_sums
from .errors import InputError, UsageError
from .grading.supplements import supplement
from .grading.value_merging import Prefer, ValuesBeside
from .grading.weighing import wanted_sums, weigh_evaluations
from .messages import listed, message
from .plugins.declarations import Platform
from .plugins.selection import RuleSetName, Selection, select_rules
from .reading.documents.documents import Documents
from .reading.documents.loading import find_documents
from .reading.events import UNKNOWN_INDUSTRY, Events
from .reading.files import Progress
from .reading.loading import EventSource, check_strictness, read_events
from .reading.named_paths import Paths
from .results.basis import Basis
from .results.conclusion import conclude_basis, stages
from .results.input_notices import on_input
from .results.reference_tables import ReferenceTables
from .results.requirements import Requirements
from .results.result import Result
from .rules.numbers_toml import NumbersSource

if TYPE_CHECKING:
    from .composing.standards import Standards
    from .counting.passing import CountingPass
    from .grading.benchmarks import Benchmark

logging.getLogger("shopscore").addHandler(logging.NullHandler())


def resolve(
    source: str | Path | Mapping[str, Any] | Events,
    *,
    platform: str | Platform | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
    tz: str | None = None,
) -> Resolved:
    """Return events as rows that stand alone, for the metrics of one rule set.

    The arguments are those of :func:`score`; ``as_of`` only matters for the choice of the rule
    set where none is named. ``resolved.split(7)`` cuts it into parts whose tallies add up.
    """
    rules = select_rules(platform, scorecard, ruleset, as_of, assume, numbers, profile).rules
    return resolve_events(read_events(source, platform=rules.platform, tz=tz), rules)


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
    source: Paths | Mapping[str, Any] | Events | Tallies,
    *,
    platform: str | Platform | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    shops: Any = None,
    values: Any = None,
    documents: Documents | Paths | None = None,
    prefer: Prefer = "events",
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
    tz: str | None = None,
    strict: bool = False,
    require: str | Iterable[str] | None = None,
    progress: Progress | None = None,
) -> Result:
    """Score every shop of some events, documents or of a state, as published on a day.

    Args:
        source: a canonical folder, a mapping of dataframes, events, or tallies; or a file or folder
            of what the platform's console or its official API answered; or a list of files and
            folders.
        platform: the id or another name of the platform, or a platform itself; by default the one
            that ``ruleset`` names, where it is a TOML file or a rule set.
        scorecard: one of its scorecards; by default the one that ``ruleset`` names, else the first.
        ruleset: a version, a TOML file, or a rule set; by default the one in force on ``as_of``.
        as_of: the day of publication (the last day that counts is the one before); by default
            today on the platform's clock.
        shops: for tallies: events, or a dataframe with ``shop_id`` and ``industry``, since a
            state holds no attributes of shops; without it all are ranked together.
        values: what a console shows, as in :func:`score_values`: it stands in for what the events
            cannot say.
        documents: what a console or an official API answered, read or to be read; it stands in
            for what the events cannot say, and for weights that the rules lack.
        prefer: ``events``, or ``values`` to take these also where events say something.
        benchmarks: a table, or the path of one, from which percentiles are taken.
        standards: a table, or the path of one, that says what each metric must reach.
        assume: other values for assumptions, by id.
        numbers: TOML files (one path, or several) with numbers that the rule set lacks.
        profile: the name of a profile of the rule set: numbers that were seen somewhere, which
            supply what is missing even then.
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
    check_source(source, shops, tz, strict=strict)
    selection = select_rules(platform, scorecard, ruleset, as_of, assume, numbers, profile)
    found, with_events = find_documents(source, documents, selection.rules.platform, tz)
    selection, beside = supplement(selection, found, values, prefer)
    tables = ReferenceTables(benchmarks, standards).bound(selection.rules)
    if beside is not None and not with_events:
        return required.check(score_supplement(beside, selection, tables))
    if isinstance(source, Tallies):
        return required.check(score_state(source, selection, shops, tables, beside, progress))
    check = check_strictness if strict else _unchecked
    if isinstance(source, Events):
        scored = score_events(check(source), selection, tables, progress, beside)
        return required.check(scored)
    events = EventSource(source, selection.rules.platform, tz)
    counting = counting_pass(selection) if events.is_large else None
    # nobody here holds on to events: rows are let go as soon as they are counted
    scored = score_events(
        check(events.read(counting, progress)), selection, tables, progress, beside, counting
    )
    return required.check(scored)


def _unchecked(events: Events) -> Events:
    return events


def counting_pass(selection: Selection) -> CountingPass:
    """Return what counts rows for the score of a day while they are read."""
    from .counting.passing import CountingPass

    return CountingPass(selection.rules, selection.day, wanted_sums(selection.rules, selection.day))


def check_source(source: object, shops: object, tz: str | None, *, strict: bool) -> None:
    """Raise where arguments do not go with what is scored.

    Raises:
        UsageError: for a table of shops beside events, or a state that is to be read otherwise.
    """
    if not isinstance(source, Tallies) and shops is not None:
        raise UsageError(message("shops= goes with a state; events bring their own table of shops"))
    if isinstance(source, Tallies) and (tz is not None or strict):
        raise UsageError(
            message("tz= and strict= say how events are read; a state was counted before")
        )


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
    begin = stages(progress)
    begin(message("resolving"))
    resolved = resolve_events(events, rules, counting.later if counting else None)
    begin(message("counting"))
    summing = partial(_sums, resolved, counting)
    present = events.columns_present()
    measured, current = weigh_evaluations(rules, summing, present, day, len(events.shops))
    begin(message("grading"))
    days = days_of_rows(resolved, counting.days if counting else ())
    basis = Basis(selection, tables, beside, events.shops, measured, current, days, (*notices,))
    del resolved, summing
    events = events.told
    return conclude_basis(basis, events)


def _sums(
    resolved: Resolved, counting: CountingPass | None, wanted: Sequence[Wanted], as_of: date
) -> list[Sums]:
    """Return the sums of tallies: those of rows that were counted before, and of the others."""
    known = [counting.sums(*one) if counting else None for one in wanted]
    left = [one for one, found in zip(wanted, known, strict=True) if found is None]
    others = iter(window_sums(resolved, left, as_of))
    return [next(others) if found is None else found for found in known]


def score_state(
    state: Tallies,
    selection: Selection,
    shops: Any,
    tables: ReferenceTables,
    beside: ValuesBeside | None = None,
    progress: Progress | None = None,
    days: RowDays | None = None,
) -> Result:
    """Score a state by rules that are selected already.

    ``days`` are those with rows, where the state has only some of the shops; by default its own.
    """
    from .counting.shops_of_state import check_counted, with_attributes

    rules, day = selection.rules, selection.day
    check_counted(state, rules)
    known = with_attributes(state, shops, rules.platform)
    begin = stages(progress)
    begin(message("summing"))
    summing, columns = known.state.window_sums, known.state.columns
    measured, current = weigh_evaluations(rules, summing, columns, day, len(known.shops))
    begin(message("grading"))
    reached = days_of_cells(state, rules.tallies) if days is None else days
    notices = (*known.notices,)
    return conclude_basis(
        Basis(selection, tables, beside, known.shops, measured, current, reached, notices)
    )


def score_values(
    values: Any,
    *,
    platform: str | Platform | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    industry: str | None = None,
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
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
    selection = select_rules(platform, scorecard, ruleset, as_of, assume, numbers, profile)
    tables = ReferenceTables(benchmarks, standards).bound(selection.rules)
    return required.check(score_by_values(values, selection, tables, industry))


def score_by_values(
    values: Any, selection: Selection, tables: ReferenceTables, industry: str | None
) -> Result:
    """Score metric values by rules that are selected already."""
    from .grading.typed_values import read_values

    stages(None)(message("reading values"))
    typed = read_values(values, selection.rules)
    return score_supplement(
        ValuesBeside(typed, industry=industry or UNKNOWN_INDUSTRY), selection, tables
    )


def score_supplement(beside: ValuesBeside, selection: Selection, tables: ReferenceTables) -> Result:
    """Score what was typed in, and what documents tell, without events."""
    stages(None)(message("grading"))
    basis = Basis(selection, tables, beside)
    if not beside.typed.shop_ids:
        raise InputError(
            message(
                "no shop has a value that counts for {as_of}: {notices}",
                as_of=selection.day,
                notices=listed([notice.message for notice in beside.typed.notices]),
            )
        )
    return conclude_basis(basis)
