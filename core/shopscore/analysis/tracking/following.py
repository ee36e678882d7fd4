"""Following: shops are scored on each day of a range, from events or from documents alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from ...composing.standards import Standards
from ...counting.state import Tallies
from ...errors import InputError, UsageError
from ...grading.benchmarks import Benchmark
from ...grading.supplements import supplement
from ...messages import message
from ...notices import Notice
from ...plugins.bound_rules import BoundRuleSet
from ...plugins.declarations import Platform
from ...plugins.selection import (
    RuleSetName,
    Selection,
    find_scorecard,
    notices_on,
    publication_day,
    select_rules_of_days,
)
from ...reading.documents.documents import NONE, Documents
from ...reading.documents.loading import find_documents
from ...reading.events import Events
from ...reading.files import Progress
from ...reading.loading import read_events
from ...results.reference_tables import ReferenceTables
from ...results.result import Result
from ...rules.numbers_toml import NumbersSource
from ...scoring import score_supplement
from ...scoring_days import score_selections
from ...value_classes import evolve, field, frozen
from ..regrading.grounds import basis_of
from ..scored_source import refuse_for_result
from .console_lines import (
    console_line,
    documents_by_day,
    notices_on_left_out,
    notices_on_undated,
)
from .tracks import RuleChange, Track

#: Days that are followed where no first one is named.
DAYS = 30


def track(
    source: str | Path | Mapping[str, Any] | Events | Tallies | Result,
    *,
    platform: str | Platform | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
    shop: str | Iterable[str] | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    shops: Any = None,
    documents: Documents | str | Path | None = None,
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
    tz: str | None = None,
    progress: Progress | None = None,
) -> Track:
    """Return the score of each day of a range, with what a change of rules did on its day.

    Events are read and counted once. Each day has the rules that are in force on it, unless a rule
    set is named. What documents show on a day stands beside what is computed; where there are no
    events, the score of a day is made of its documents.

    Args:
        source: events, a state, or a file or folder of documents, as :func:`shopscore.score` takes;
            or a result made from events, which has its rules and what was supplied for them.
        platform: the id or another name of the platform, or a platform itself.
        start: the first day of publication; by default thirty days with ``end``, and of documents
            alone the first day of one.
        end: the last day of publication; by default today, of a result its day, and of documents
            alone the last of one.
        shop: keep only this shop, or these; all are ranked among each other all the same.
        documents: what a console or an official API answered on some of the days.

    The other arguments, and what is raised, are those of :func:`shopscore.score_days`.

    Returns:
        A row for each day and shop, what documents show beside it, and the changes of rules.

    >>> from shopscore.samples import generate
    >>> from shopscore.testing.toy import PLATFORM
    >>> events = generate(shops=12, orders=900, end=date(2025, 3, 31))
    >>> found = track(events, platform=PLATFORM, start="2025-03-30", end="2025-03-31", shop="S0001")
    >>> found.to_polars().select("as_of", "score").rows()
    [(datetime.date(2025, 3, 30), 0.5), (datetime.date(2025, 3, 31), 0.0)]
    """
    if isinstance(source, Result):
        refuse_for_result(
            platform=platform, scorecard=scorecard, ruleset=ruleset, shops=shops, assume=assume,
            benchmarks=benchmarks, standards=standards, numbers=numbers, profile=profile, tz=tz,
        )  # fmt: skip
        return _track_result(source, start, end, shop, documents, progress)
    declared, card = find_scorecard(platform, scorecard, ruleset)
    beside, with_events = find_documents(source, documents, declared, tz)
    days = days_to_follow(beside, declared, start, end, with_events=with_events)
    selections = select_rules_of_days(declared, days, card.id, ruleset, assume, numbers, profile)
    follower = Follower(
        selections, ReferenceTables(benchmarks, standards), beside, _ids(shop), shops, progress
    )
    if not with_events:
        return follower.follow(None)
    if not isinstance(source, Tallies):
        source = read_events(source, platform=declared, tz=tz, progress=progress)
    return follower.follow(source)


def _track_result(
    result: Result,
    start: date | str | None,
    end: date | str | None,
    shop: str | Iterable[str] | None,
    documents: Documents | str | Path | None,
    progress: Progress | None,
) -> Track:
    """Follow days by the events of a result, and by what its rules were chosen with."""
    basis, platform = basis_of(result), result.rules.platform
    if result.events is None:
        said = message("the result was not made from events, and they alone tell of other days")
        raise UsageError(said)
    beside, _ = find_documents(result.events, documents, platform, None)
    last = result.as_of if end is None else end
    days = days_to_follow(beside, platform, start, last, with_events=True)
    selections = [*_selections(basis.selection, days)]
    return Follower(selections, basis.tables, beside, _ids(shop), None, progress).follow(
        result.events
    )


def _selections(selection: Selection, days: Iterable[date]) -> Iterator[Selection]:
    """Yield the rules of each day: these, where they were named, else those that are in force."""
    rules, bound = selection.rules, dict[str, Selection]()
    for day in days:
        own = selection
        if not (rules.named or rules.ruleset.covers(day)):
            version = rules.scorecard.at(day).version
            own = bound.get(version) or bound.setdefault(version, selection.by_rules_of(day))
        yield evolve(own, day=day, notices=notices_on(own.rules, day))


def days_to_follow(
    documents: Documents,
    platform: Platform,
    start: date | str | None,
    end: date | str | None,
    *,
    with_events: bool,
) -> list[date]:
    """Return the days of publication of a range; without events those of which documents are.

    Raises:
        UsageError: for an invalid date, and for a range that ends before it begins.
        InputError: where no document is of one of these days.
    """
    shown = [] if with_events else [*documents_by_day(documents, platform.id)]
    if not with_events and not shown:
        raise InputError(message("no document here tells of which day it is"))
    last = shown[-1] if shown and end is None else publication_day(end, platform.zone)
    first = last - timedelta(days=DAYS - 1)
    if start is not None:
        first = publication_day(start, platform.zone)
    elif shown:
        first = min(shown[0], last)
    if first > last:
        raise UsageError(message("{first} is after {last}", first=first, last=last))
    if with_events:
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
    days = [day for day in shown if first <= day <= last]
    if not days:
        said = message("no document is of {first} to {last}", first=first, last=last)
        raise InputError(said)
    return days


def _ids(shop: str | Iterable[str] | None) -> tuple[str, ...]:
    return (shop,) if isinstance(shop, str) else tuple(shop or ())


@frozen(eq=False)
class Follower:
    """Follows shops over days whose rules are selected already."""

    selections: Sequence[Selection]
    tables: ReferenceTables
    documents: Documents = NONE
    only: tuple[str, ...] = ()
    shops: Any = None
    progress: Progress | None = None
    _rules: dict[str, BoundRuleSet] = field(factory=dict, init=False)
    _notices: dict[tuple[object, ...], Notice] = field(factory=dict, init=False)

    def follow(self, events: Events | Tallies | None) -> Track:
        """Return the track of all days, of events or of the documents alone."""
        declared = self.selections[0].rules.platform
        shown = documents_by_day(self.documents, declared.id)
        self._note(notices_on_undated(self.documents, declared.id))
        frames, lines, changes = [], [], []
        results = self._of_documents(shown) if events is None else self._of_events(events)
        before: Result | None = None
        for result, is_before_change in results:
            if is_before_change:
                before = result
                continue
            frames.append(self._frame(result))
            if result.as_of in shown:
                lines.append(console_line(shown[result.as_of], result.rules, result.as_of))
            if before is not None:
                changes.append(self._change(before, result))
                before = None
        console = pl.concat(lines) if lines else console_line(NONE, self.selections[0].rules, _DAY)
        if self.only:
            console = console.filter(pl.col("shop_id").is_in(self.only))
        return Track(
            declared.id,
            self.selections[0].rules.ruleset.scorecard,
            self._rules,
            pl.concat(frames, how="diagonal_relaxed"),
            console,
            tuple(changes),
            tuple(self._notices.values()),
        )

    def _of_events(self, events: Events | Tallies) -> Iterator[tuple[Result, bool]]:
        """Yield the result of each day, and before that of other rules one by those of before."""
        steps: list[tuple[Selection, bool]] = []
        for place, selection in enumerate(self.selections):
            last = self.selections[place - 1] if place else selection
            if last.rules is not selection.rules:
                steps.append((evolve(last, day=selection.day, notices=()), True))
            steps.append((selection, False))
        results = score_selections(
            events,
            [selection for selection, _ in steps],
            self.tables,
            shops=self.shops,
            progress=self.progress,
        )
        yield from zip(results, (before for _, before in steps), strict=True)

    def _of_documents(self, shown: Mapping[date, Documents]) -> Iterator[tuple[Result, bool]]:
        """Yield the result of each day that documents are of, made of what these show.

        A day of which they show nothing that counts is left out, unless it is like that on all.
        """
        left_out: list[date] = []
        for selection in self.selections:
            own, beside = supplement(selection, shown[selection.day])
            assert beside is not None  # there are documents of this day
            if not beside.typed.shop_ids and len(left_out) < len(self.selections) - 1:
                left_out.append(selection.day)
                self._note(beside.typed.notices)
                continue
            yield score_supplement(beside, own, self.tables.bound(own.rules)), False
        self._note(notices_on_left_out(left_out))

    def _frame(self, result: Result) -> pl.DataFrame:
        self._rules.setdefault(result.ruleset, result.rules)
        self._note(n for n in result.notices if not self.only or n.concerns(self.only))
        return self._picked(result, result.to_polars())

    def _note(self, notices: Iterable[Notice]) -> None:
        """Keep notices; of those that say the same of the same the one of the newest day."""
        for one in notices:
            said = one.message.template
            self._notices[one.code, said, one.stream, one.column, one.metrics] = one

    def _picked(self, result: Result, frame: pl.DataFrame) -> pl.DataFrame:
        return frame[result.only(self.only)] if self.only else frame

    def _change(self, before: Result, after: Result) -> RuleChange:
        columns = ("status", "score", "score_exact", "score_low", "score_high")
        old, new = (self._picked(one, one.to_polars()) for one in (before, after))
        shops = old.select("shop_id", *(pl.col(c).alias(f"{c}_before") for c in columns)).hstack(
            new.select(pl.col(c).alias(f"{c}_after") for c in columns)
        )
        return RuleChange(after.as_of, before.ruleset, after.ruleset, shops)


#: Any day: of no documents nothing is shown on it.
_DAY = date(2000, 1, 1)
