"""The verb for many days: events are counted once, and each day is scored from what was counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from .composing.standards import Standards
from .counting.cells import fingerprint
from .counting.daily import count_by_day
from .counting.day_ranges import RowDays, days_of_cells, days_of_rows
from .counting.many_days import SumsOfDays
from .counting.resolution import resolve_events
from .counting.shops_of_state import check_counted, with_attributes
from .counting.state import Tallies
from .errors import UsageError
from .grading.benchmarks import Benchmark
from .grading.value_merging import ValuesBeside
from .grading.weighing import weigh_evaluations
from .messages import message
from .notices import Notice
from .plugins.bound_rules import BoundRuleSet
from .plugins.declarations import Platform
from .plugins.selection import RuleSetName, Selection, select_rules_of_days
from .reading.events import Events
from .reading.files import Progress
from .reading.loading import read_events
from .reading.named_paths import Paths
from .results.basis import Basis
from .results.conclusion import conclude_basis, stages
from .results.input_notices import on_input
from .results.reference_tables import ReferenceTables
from .results.requirements import Requirements
from .results.result import Result
from .rules.numbers_toml import NumbersSource
from .scoring import check_source
from .value_classes import field, frozen


def score_days(
    source: Paths | Mapping[str, Any] | Events | Tallies,
    *,
    platform: str | Platform | None = None,
    days: Iterable[date | str],
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    shops: Any = None,
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
    tz: str | None = None,
    strict: bool = False,
    require: str | Iterable[str] | None = None,
    progress: Progress | None = None,
) -> Iterator[Result]:
    """Score every shop of some events, or of a state, on each of many days of publication.

    Each result is the one that :func:`shopscore.score` gives with ``as_of=`` that day. But events
    are read once, and counted once for each rule set that is in force on some of the days; from
    one day to the next only the ends of windows move. Results are made one by one, as they are
    asked for: keep of each what you need.

    >>> from shopscore.samples import generate
    >>> from shopscore.testing.toy import PLATFORM
    >>> events = generate(shops=12, orders=900, end=date(2025, 3, 31))
    >>> days = ["2025-03-25", "2025-03-28", "2025-03-31"]
    >>> for result in score_days(events, platform=PLATFORM, days=days):
    ...     print(result.as_of, result["S0001"].score)
    2025-03-25 0.5
    2025-03-28 0.5
    2025-03-31 0.0

    Args:
        source: a canonical folder, a mapping of dataframes, events, or tallies.
        platform: the id or another name of the platform, or a platform itself; by default the one
            that ``ruleset`` names, where it is a TOML file or a rule set.
        days: the days of publication, in any order.
        scorecard: one of its scorecards; by default the one that ``ruleset`` names, else the first.
        ruleset: a version, a TOML file, or a rule set; by default the one in force on each day.

    The other arguments are those of :func:`shopscore.score`. Values of a console are of one day,
    and so are not among them.

    Returns:
        An iterator of one result per day, in the order of ``days``.

    Raises:
        InputError: for events that cannot be used.
        CoverageError: for a platform, rule set or date that is not covered.
        UsageError: for invalid or contradictory arguments.
        StateError: for a difference of states, or a state that does not count what the rules need.
        RequirementError: where a result is not what it must be, as that day is reached.
    """
    required = Requirements.parse(require)
    check_source(source, shops, tz, strict=strict)
    if isinstance(days, str | date):
        raise UsageError(message("days= is a list of days: write days=[{day!r}]", day=str(days)))
    selections = select_rules_of_days(platform, days, scorecard, ruleset, assume, numbers, profile)
    tables = ReferenceTables(benchmarks, standards)
    if not isinstance(source, Tallies):
        whose = selections[0].rules.platform if selections else platform
        source = read_events(source, platform=whose, tz=tz, strict=strict, progress=progress)
    results = score_selections(source, selections, tables, shops=shops, progress=progress)
    return map(required.check, results)


def score_selections(
    source: Events | Tallies,
    selections: Sequence[Selection],
    tables: ReferenceTables,
    *,
    shops: Any = None,
    progress: Progress | None = None,
) -> Iterator[Result]:
    """Return an iterator of the result of each day, by the rules that were selected for it.

    Raises:
        InputError: for a table of percentiles or standards that does not go with the rules.
        StateError: for a difference of states, or a state that does not count what the rules need.
    """
    every = {id(one.rules): one.rules for one in selections}
    if isinstance(source, Tallies):
        source.check_whole()
        for rules in every.values():
            check_counted(source, rules)
    bound = {id: tables.bound(rules) for id, rules in every.items()}
    return _in_turn(source, shops, selections, bound, progress)


def _in_turn(
    source: Events | Tallies,
    shops: Any,
    selections: Sequence[Selection],
    tables: Mapping[int, ReferenceTables],
    progress: Progress | None,
) -> Iterator[Result]:
    """Yield the result of each day; what was counted is kept while days of its rules are to come."""
    left = [id(one.rules) for one in selections]
    scorer = DayScorer(source, shops, progress)
    for selection in selections:
        rules = left.pop(0)
        yield scorer.score(selection, tables[rules])
        if rules not in left:
            scorer.forget(selection.rules)


@frozen(eq=False)
class DayScorer:
    """Scores days from the same events, or the same state: what the rules count is counted once."""

    source: Events | Tallies
    shops: Any = None
    progress: Progress | None = None
    _counted: dict[_Counts, Counted] = field(factory=dict, init=False)

    def score(
        self, selection: Selection, tables: ReferenceTables, beside: ValuesBeside | None = None
    ) -> Result:
        """Return the result of a day; ``tables`` are bound to its rules."""
        rules, day = selection.rules, selection.day
        key = _counts_of(rules)
        if key not in self._counted:
            self._counted[key] = count_source(self.source, self.shops, rules, self.progress)
        counted = self._counted[key]
        stages(self.progress)(message("grading {day}", day=day))
        summing, size = counted.sums.window_sums, len(counted.shops)
        measured, current = weigh_evaluations(rules, summing, counted.columns, day, size)
        basis = Basis(
            selection,
            tables,
            beside,
            counted.shops,
            measured,
            current,
            counted.days,
            counted.notices,
        )
        return conclude_basis(basis, counted.events)

    def forget(self, rules: BoundRuleSet) -> None:
        """Let go of what some rules count."""
        self._counted.pop(_counts_of(rules), None)


#: Metrics with the fingerprints of their tallies.
_Counts = tuple[tuple[str, ...], ...]


def _counts_of(rules: BoundRuleSet) -> _Counts:
    """Return what rules count: those that differ in other things only have the same counts."""
    metrics = ((id, *map(fingerprint, one.tallies)) for id, one in rules.metrics.items())
    return (tuple(map(fingerprint, rules.tallies)), *metrics)


@frozen(eq=False)
class Counted:
    """What scoring needs to know of some rows, by one rule set, whatever the day."""

    sums: SumsOfDays
    shops: pl.DataFrame
    columns: frozenset[tuple[str, str]]
    days: RowDays
    notices: tuple[Notice, ...]
    events: Events | None = None


def count_source(
    source: Events | Tallies, shops: Any, rules: BoundRuleSet, progress: Progress | None
) -> Counted:
    """Count events, or look up in a state what was counted."""
    begin = stages(progress)
    if isinstance(source, Tallies):
        known = with_attributes(source, shops, rules.platform)
        sums = SumsOfDays.of_state(known.state, [fingerprint(tally) for tally in rules.tallies])
        days = days_of_cells(source, rules.tallies)
        return Counted(sums, known.shops, known.state.columns, days, known.notices)
    begin(message("resolving"))
    resolved = resolve_events(source, rules)
    begin(message("counting"))
    return Counted(
        SumsOfDays(count_by_day(resolved), len(source.shops)),
        source.shops,
        source.columns_present(),
        days_of_rows(resolved),
        tuple(on_input(source.report, rules)),
        source,
    )
