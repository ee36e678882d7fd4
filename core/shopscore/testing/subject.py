"""The subject of the checks: a plugin, its declarations, and its rule sets bound to metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from ..errors import CoverageError, ShopscoreError, did_you_mean
from ..plugins.additions import Addition
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.catalog import plugin_records
from ..plugins.conflicts import platforms_of
from ..plugins.declarations import Platform, Scorecard
from ..plugins.records import PluginRecord
from ..value_classes import frozen
from .report import Check

#: A function that runs a check on a subject.
Checking = Callable[["Subject"], Iterator[Check]]


@frozen(slots=False, eq=False)
class Subject:
    """One plugin, and the platforms of all installed plugins."""

    record: PluginRecord
    platforms: tuple[Platform, ...]

    @cached_property
    def own(self) -> tuple[Platform, ...]:
        """The platforms that the plugin declares, with what others add to them."""
        ids = {p.id for p in self.record.platforms}
        return tuple(platform for platform in self.platforms if platform.id in ids)

    @cached_property
    def additions(self) -> tuple[tuple[Platform, Addition], ...]:
        """What the plugin adds to platforms of others, besides scorecards, with these platforms."""
        return tuple(
            (platform, addition)
            for platform in self.platforms
            for addition in self.record.additions
            if addition.platform == platform.id
        )

    @cached_property
    def scorecards(self) -> tuple[tuple[Platform, Scorecard], ...]:
        """The scorecards that the plugin declares or adds rule sets to, with their platforms.

        And those of platforms that it adds anything else to: their rows have it, too.
        """
        whole = {p.id for p in self.own} | {p.id for p, _ in self.additions}
        added = {s.name for s in self.record.scorecards}
        added |= {f"{f.platform}/{f.scorecard}" for f in self.record.rulesets}
        return tuple(
            (platform, card)
            for platform in self.platforms
            for card in platform.scorecards
            if platform.id in whole or card.name in added
        )

    @cached_property
    def rules(self) -> tuple[BoundRuleSet, ...]:
        """Every rule set that can be read and bound."""
        rules = []
        for platform, card in self.scorecards:
            for version in card.versions:
                try:
                    ruleset = card.ruleset(version)
                    rules.append(BoundRuleSet.bind(platform, card, ruleset, self.record.version))
                except ShopscoreError:
                    continue  # the checks of declarations report what is wrong
        return tuple(rules)


def find_subject(name: str) -> Subject:
    """Return an installed plugin as the checks see it.

    Raises:
        CoverageError: where no such plugin is installed.
    """
    records = plugin_records()
    return Subject(find_plugins(records, name)[0], platforms_of(records))


def find_plugins(records: Sequence[PluginRecord], name: str) -> list[PluginRecord]:
    """Return the plugins with a name, or the one with ``distribution:name``.

    Raises:
        CoverageError: where there is none.
    """
    plugins = [r for r in records if name in (r.name, r.origin)]
    if not plugins:
        raise CoverageError(
            f"no plugin {name} is installed{did_you_mean(name, {r.name for r in records})}"
        )
    return plugins


def passed(id: str, subject: str) -> Check:
    """Return the result of a check that passed."""
    return Check(id, subject, "passed")


def failed(id: str, subject: str, message: str) -> Check:
    """Return the result of a check that failed."""
    return Check(id, subject, "failed", message)


def skipped(id: str, subject: str, why: str) -> Check:
    """Return the result of a check that does not apply."""
    return Check(id, subject, "skipped", why)


def conclude(id: str, subject: str, complaints: Iterator[str] | list[str]) -> Check:
    """Return the result of a check: passed without complaints, else failed with the first three."""
    messages = list(complaints)
    if not messages:
        return passed(id, subject)
    more = f" (and {len(messages) - 3} more)" if len(messages) > 3 else ""
    return failed(id, subject, "; ".join(messages[:3]) + more)
