"""What several plugins declare, put together: neither ever silently replaces another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from attrs import evolve

from ..errors import did_you_mean
from .declarations import Platform
from .discovery import ALLOW, BLOCK
from .records import PluginRecord


def mark_conflicts(records: Iterable[PluginRecord]) -> tuple[PluginRecord, ...]:
    """Return the records, with conflicts and additions for absent platforms marked."""
    found = _without_conflicts(list(records))
    while (checked := _checked_additions(found)) != found:  # a refusal may orphan other additions
        found = checked
    return tuple(found)


def platforms_of(records: Iterable[PluginRecord]) -> tuple[Platform, ...]:
    """Return the platforms of all active plugins with everything added to them, sorted by id."""
    active = [r for r in records if r.status == "active"]
    found = {p.id: p for r in active for p in r.platforms}
    for card in (s for r in active for s in r.scorecards):
        platform = found[card.platform]
        found[platform.id] = evolve(platform, scorecards=(*platform.scorecards, card))
    for folder in (f for r in active for f in r.rulesets):
        platform = found[folder.platform]
        cards = (
            evolve(card, more_rulesets=(*card.more_rulesets, folder.folder))
            if card.id == folder.scorecard
            else card
            for card in platform.scorecards
        )
        found[platform.id] = evolve(platform, scorecards=tuple(cards))
    return tuple(found[id] for id in sorted(found))


def rivalry(what: str, name: str, rivals: Iterable[str]) -> str:
    """Return what to say where two plugins declare the same."""
    return (
        f"{what} {name} is declared by {' and '.join(rivals)}; choose one with {ALLOW} or {BLOCK},"
        " written distribution:name"
    )


def _without_conflicts(records: list[PluginRecord]) -> list[PluginRecord]:
    """Plugins that declare the same platform or scorecard are all refused."""
    owners: dict[str, list[str]] = defaultdict(list)
    for record in records:
        for name in record.declares:
            owners[name].append(record.origin)
    result = []
    for record in records:
        shared = next((n for n in record.declares if len(set(owners[n])) > 1), None)
        if shared is None:
            result.append(record)
            continue
        what = "scorecard" if "/" in shared else "platform"
        message = rivalry(what, shared, sorted(set(owners[shared])))
        result.append(record.refused("conflict", message))
    return result


def _checked_additions(records: list[PluginRecord]) -> list[PluginRecord]:
    """Additions need the platform and scorecard that they are for, and versions of their own."""
    there = {p.id: p for r in records if r.status == "active" for p in r.platforms}
    cards = {s.name for p in there.values() for s in p.scorecards}
    cards |= {s.name for r in records if r.status == "active" for s in r.scorecards}
    checked = []
    for record in records:
        missing = next((s.platform for s in record.scorecards if s.platform not in there), None)
        lost = next(
            (n for f in record.rulesets if (n := f"{f.platform}/{f.scorecard}") not in cards), None
        )
        if record.status != "active":
            checked.append(record)
        elif missing is not None:
            message = f"adds to platform {missing}, which no plugin declares"
            checked.append(record.refused("invalid", message + did_you_mean(missing, there)))
        elif lost is not None:
            message = f"adds rule sets to {lost}, which no plugin declares"
            checked.append(record.refused("invalid", message + did_you_mean(lost, cards)))
        else:
            checked.append(record)
    return _with_versions_of_their_own(checked)


def _with_versions_of_their_own(records: list[PluginRecord]) -> list[PluginRecord]:
    """A version that the scorecard has already, or that two plugins add, refuses who adds it."""
    active = [r for r in records if r.status == "active"]
    own = [
        s for r in active for s in (*(c for p in r.platforms for c in p.scorecards), *r.scorecards)
    ]
    taken = {
        f"{s.name}/{v}": "the plugin that declares the scorecard" for s in own for v in s.versions
    }
    adders: dict[str, list[str]] = defaultdict(list)
    for record in active:
        for name in record.added_rulesets:
            adders[name].append(record.origin)
    result = []
    for record in records:
        names = record.added_rulesets if record.status == "active" else ()
        clash = next((n for n in names if n in taken or len(adders[n]) > 1), None)
        if clash is None:
            result.append(record)
        else:
            rivals = adders[clash] if clash not in taken else [taken[clash], record.origin]
            result.append(record.refused("conflict", rivalry("rule set", clash, rivals)))
    return result
