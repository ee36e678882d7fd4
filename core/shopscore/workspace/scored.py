"""Scored sources: one is read once, and each group of its entries is scored on a day and before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property

from ..analysis.open_tasks.asking import todo_of_events
from ..analysis.open_tasks.listing import Todo
from ..analysis.tracking.console_lines import documents_by_day
from ..analysis.tracking.following import Follower, days_to_follow
from ..analysis.tracking.tracks import Track
from ..errors import CoverageError, InputError, ShopscoreError
from ..grading.supplements import supplement
from ..ledger.ledger import Ledger
from ..messages import Message, listed, message
from ..plugins.catalog import platform as find_platform
from ..plugins.declarations import Platform
from ..plugins.selection import Selection, notices_on, select_rules, select_rules_of_days
from ..reading.documents.documents import NONE, Documents
from ..reading.documents.loading import find_documents
from ..reading.events import Events
from ..reading.files import Progress
from ..reading.loading import EventSource
from ..results.reference_tables import ReferenceTables
from ..results.result import Result
from ..scoring import score_supplement
from ..scoring_days import DayScorer
from ..value_classes import evolve, field, frozen
from .settings import ShopSettings
from .units import Group, Unit

#: How many days before the day of publication a score is held against.
BEFORE = (1, 7)
_NOON = time(12)


@frozen(eq=False)
class ScoredGroup:
    """The result of a group on its day, and those of the days before, or why there is none."""

    group: Group
    result: Result
    before: Mapping[int, Result]
    why: Mapping[int, Message]


@frozen(eq=False, slots=False)
class ScoredSource:
    """The source of a unit, read; its groups are scored as :func:`shopscore.score` does.

    Raises:
        ShopscoreError: where it cannot be read.
    """

    unit: Unit
    platform: Platform
    documents: Documents
    events: Events | None
    progress: Progress | None = field(default=None, repr=False)

    @classmethod
    def read(cls, unit: Unit, progress: Progress | None = None) -> ScoredSource:
        """Read the documents and the events of a unit; a ledger has events alone."""
        platform, paths, shop = find_platform(unit.platform), unit.named.paths, unit.defaults
        first = unit.entries[0]
        if unit.ledger is not None:
            ledger = Ledger.open(unit.ledger)
            ledger.require(platform)
            return cls(unit, platform, NONE, ledger.events(), progress)
        if unit.named.unmatched:
            said = message(
                "sources: nothing is there that {patterns} names",
                patterns=listed(unit.named.unmatched),
            )
            raise InputError(said)
        if not paths:
            return cls(unit, platform, NONE, None, progress)
        documents, with_events = find_documents(paths, None, platform, first.tz, shop.shop_id)
        events = None
        if with_events:
            source = EventSource(paths, platform, first.tz, shop, first.layouts)
            events = source.read(progress=progress)
        return cls(unit, platform, documents, events, progress)

    def score(self, group: Group) -> ScoredGroup:
        """Score a group of entries on the day of the unit, and on days before it.

        Raises:
            ShopscoreError: where the day cannot be scored.
        """
        terms = group.terms
        selection = self._select(terms)
        tables = ReferenceTables(terms.benchmarks, terms.standards)
        result = self._score_day(selection, terms, tables)
        before, why = {}, {}
        for days in BEFORE:
            try:
                earlier = _on(selection, selection.day - timedelta(days=days))
                before[days] = self._score_day(earlier, terms, tables)
            except ShopscoreError as error:
                why[days] = error.args[0] if error.args else message("not known")
        return ScoredGroup(group, result, before, why)

    def _select(self, terms: ShopSettings) -> Selection:
        return select_rules(
            self.platform,
            terms.scorecard,
            terms.ruleset,
            self.unit.day,
            terms.assume,
            terms.numbers or None,
            terms.profile,
        )

    def _score_day(
        self, selection: Selection, terms: ShopSettings, tables: ReferenceTables
    ) -> Result:
        selection, beside = supplement(
            selection, self.documents, terms.values, terms.prefer, terms.industry
        )
        bound = tables.bound(selection.rules)
        if self._scorer is None:
            assert beside is not None  # a unit has sources, a ledger or values
            return score_supplement(beside, selection, bound)
        return self._scorer.score(selection, bound, beside)

    def follow(self, scored: ScoredGroup, shops: Sequence[str]) -> Track | None:
        """Return the days up to that of a group, thirty at most; None where none can be told."""
        terms, result = scored.group.terms, scored.result
        own = self.documents.of_platform(self.platform.id)
        if self.events is None and not documents_by_day(own, self.platform.id):
            return None
        days = days_to_follow(
            own, self.platform, None, result.as_of, with_events=self.events is not None
        )
        covered = [day for day in days if result.rules.named or _is_covered(result, day)]
        selections = select_rules_of_days(
            self.platform,
            covered,
            terms.scorecard,
            terms.ruleset,
            terms.assume,
            terms.numbers or None,
            terms.profile,
        )
        tables = ReferenceTables(terms.benchmarks, terms.standards)
        follower = Follower(selections, tables, own, tuple(shops), progress=self.progress)
        return follower.follow(self.events)

    def todo(self, scored: ScoredGroup, shops: Sequence[str]) -> Todo | None:
        """Return what is open at noon of the day of a group; None without events."""
        if self.events is None or scored.result.basis is None:
            return None
        basis = scored.result.basis
        moment = noon(basis.selection.day)
        return todo_of_events(self.events, basis.selection, basis.tables, moment, shops)

    @cached_property
    def _scorer(self) -> DayScorer | None:
        return None if self.events is None else DayScorer(self.events, progress=self.progress)


def noon(day: date) -> datetime:
    """Return when open tasks are looked for on a day of publication."""
    return datetime.combine(day, _NOON)


def _is_covered(result: Result, day: date) -> bool:
    try:
        result.rules.scorecard.at(day)
    except CoverageError:
        return False
    return True


def _on(selection: Selection, day: date) -> Selection:
    """Return the same rules on another day.

    Raises:
        CoverageError: where others, or none, were in force then.
    """
    rules = selection.rules
    if not rules.named:
        then = rules.scorecard.at(day).version
        if then != rules.ruleset.version:
            raise CoverageError(
                message("other rules were in force on {day}: {version}", day=day, version=then)
            )
    return evolve(selection, day=day, notices=notices_on(rules, day))
