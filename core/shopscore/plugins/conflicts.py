"""Declarations of several plugins, combined: none ever silently replaces another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations

from attrs import evolve

from ..errors import did_you_mean
from ..messages import Message, message
from .declarations import Platform
from .discovery import ALLOW, BLOCK
from .fitting import find_contradiction, find_fault
from .records import PluginRecord


def mark_conflicts(records: Iterable[PluginRecord]) -> tuple[PluginRecord, ...]:
    """Return the records, with conflicts and additions to unknown platforms marked."""
    marked = _refuse_conflicts(list(records))
    while (checked := _check_additions(marked)) != marked:  # a refusal may orphan other additions
        marked = checked
    return tuple(marked)


def platforms_of(records: Iterable[PluginRecord]) -> tuple[Platform, ...]:
    """Return the platforms of all active plugins with all additions to them, sorted by id."""
    active = [r for r in records if r.status == "active"]
    platforms = {p.id: p for r in active for p in r.platforms}
    for card in (s for r in active for s in r.scorecards):
        platform = platforms[card.platform]
        platforms[platform.id] = evolve(platform, scorecards=(*platform.scorecards, card))
    for folder in (f for r in active for f in r.rulesets):
        platform = platforms[folder.platform]
        cards = (
            evolve(card, more_rulesets=(*card.more_rulesets, folder))
            if card.id == folder.scorecard
            else card
            for card in platform.scorecards
        )
        platforms[platform.id] = evolve(platform, scorecards=tuple(cards))
    for record in active:
        for id, additions in record.additions_by_platform.items():
            platforms[id] = platforms[id].with_additions(additions)
    return tuple(platforms[id] for id in sorted(platforms))


def conflict_message(what: Message, rivals: Iterable[object]) -> Message:
    """Return the message for something that several plugins declare."""
    return message(
        "{what} is declared by {rivals}; choose one with {allow} or {block}, written"
        " distribution:name",
        what=what,
        rivals=_all_of(rivals),
        allow=ALLOW,
        block=BLOCK,
    )


def _all_of(rivals: Iterable[object]) -> object:
    first, *others = rivals
    declared: object = first
    for other in others:
        declared = message("{one} and {other}", one=declared, other=other)
    return declared


def _refuse_conflicts(records: list[PluginRecord]) -> list[PluginRecord]:
    """Refuse all plugins that declare the same platform or scorecard."""
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
        if "/" in shared:
            what = message("scorecard {name}", name=shared)
        else:
            what = message("platform {name}", name=shared)
        said = conflict_message(what, sorted(set(owners[shared])))
        result.append(record.refuse("conflict", said))
    return result


def _check_additions(records: list[PluginRecord]) -> list[PluginRecord]:
    """Leave out additions to what does not exist, and refuse those that contradict what does."""
    platforms = {p.id: p for r in records if r.status == "active" for p in r.platforms}
    added = (s for r in records if r.status == "active" for s in r.scorecards)
    declared = (s for p in platforms.values() for s in p.scorecards)
    cards = {s.name for s in (*declared, *added) if s.platform in platforms}
    checked = [
        _with_targets(record, platforms, cards) if record.status == "active" else record
        for record in records
    ]
    return _refuse_taken_versions(_refuse_rivals(_refuse_misfits(checked, platforms), platforms))


def _with_targets(
    record: PluginRecord, platforms: Collection[str], cards: Collection[str]
) -> PluginRecord:
    """Return a record without the additions that have no target; refused where nothing is left."""
    missing = [*_without_target(record, platforms, cards)]
    if not missing:
        return record
    kept = evolve(
        record,
        scorecards=tuple(s for s in record.scorecards if s.platform in platforms),
        rulesets=tuple(f for f in record.rulesets if f"{f.platform}/{f.scorecard}" in cards),
        additions=tuple(a for a in record.additions if a.platform in platforms),
        not_added=tuple(dict.fromkeys((*record.not_added, *missing))),
    )
    if any((kept.platforms, kept.scorecards, kept.rulesets, kept.additions)):
        return kept
    return record.refuse("invalid", missing[0])


def _without_target(
    record: PluginRecord, platforms: Collection[str], cards: Collection[str]
) -> Iterator[Message]:
    added = [*(s.platform for s in record.scorecards), *(a.platform for a in record.additions)]
    for name in added:
        if name not in platforms:
            yield message(
                "adds to platform {platform}, which no plugin declares{guess}",
                platform=name,
                guess=did_you_mean(name, platforms),
            )
    for folder in record.rulesets:
        if (name := f"{folder.platform}/{folder.scorecard}") not in cards:
            yield message(
                "adds rule sets to {scorecard}, which no plugin declares{guess}",
                scorecard=name,
                guess=did_you_mean(name, cards),
            )


def _refuse_misfits(
    records: list[PluginRecord], platforms: Mapping[str, Platform]
) -> list[PluginRecord]:
    """Refuse plugins that add something impossible, or what the platform declares differently."""
    owner = message("the plugin that declares the platform")
    result = []
    for record in records:
        found = [(platforms[id], added) for id, added in record.additions_by_platform.items()]
        contradiction = next(filter(None, (find_contradiction(p, a) for p, a in found)), None)
        if contradiction is not None:
            said = _rivals_message(contradiction, [owner, record.origin])
            result.append(record.refuse("conflict", said))
            continue
        fault = next(filter(None, (find_fault(p, a) for p, a in found)), None)
        result.append(record if fault is None else record.refuse("invalid", fault))
    return result


def _refuse_rivals(
    records: list[PluginRecord], platforms: Mapping[str, Platform]
) -> list[PluginRecord]:
    """Refuse plugins of which each adds to a platform what contradicts the other, both of them."""
    refused: dict[str, Message] = {}
    adding = [(r.origin, id, a) for r in records for id, a in r.additions_by_platform.items()]
    for (one, id, first), (other, same, second) in combinations(adding, 2):
        if id == same:
            both = platforms[id].with_additions(first)
            found = find_contradiction(both, second) or find_fault(both, second)
            if found is not None:
                said = _rivals_message(found, sorted([one, other]))
                refused = {one: said, other: said} | refused
    return [r.refuse("conflict", refused[r.origin]) if r.origin in refused else r for r in records]


def _rivals_message(said: str, rivals: Iterable[object]) -> Message:
    return message(
        "{said} ({rivals}); choose one with {allow} or {block}, written distribution:name",
        said=said,
        rivals=_all_of(rivals),
        allow=ALLOW,
        block=BLOCK,
    )


def _refuse_taken_versions(records: list[PluginRecord]) -> list[PluginRecord]:
    """Refuse plugins that add a version which the scorecard already has, or another plugin adds."""
    active = [r for r in records if r.status == "active"]
    own = [
        s for r in active for s in (*(c for p in r.platforms for c in p.scorecards), *r.scorecards)
    ]
    owner = message("the plugin that declares the scorecard")
    taken = {f"{s.name}/{v}" for s in own for v in s.versions}
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
            rivals = adders[clash] if clash not in taken else [owner, record.origin]
            said = conflict_message(message("rule set {name}", name=clash), rivals)
            result.append(record.refuse("conflict", said))
    return result
