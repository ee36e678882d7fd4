"""Declarations of several plugins, combined: none ever silently replaces another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from attrs import evolve

from ..errors import did_you_mean
from ..messages import Message, message
from .declarations import Platform
from .discovery import ALLOW, BLOCK
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
            evolve(card, more_rulesets=(*card.more_rulesets, folder.folder))
            if card.id == folder.scorecard
            else card
            for card in platform.scorecards
        )
        platforms[platform.id] = evolve(platform, scorecards=tuple(cards))
    return tuple(platforms[id] for id in sorted(platforms))


def conflict_message(what: Message, rivals: Iterable[object]) -> Message:
    """Return the message for something that several plugins declare."""
    first, *others = rivals
    declared: object = first
    for other in others:
        declared = message("{one} and {other}", one=declared, other=other)
    return message(
        "{what} is declared by {rivals}; choose one with {allow} or {block}, written"
        " distribution:name",
        what=what,
        rivals=declared,
        allow=ALLOW,
        block=BLOCK,
    )


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
    """Refuse additions to a platform or scorecard that does not exist, or of existing versions."""
    platforms = {p.id: p for r in records if r.status == "active" for p in r.platforms}
    cards = {s.name for p in platforms.values() for s in p.scorecards}
    cards |= {s.name for r in records if r.status == "active" for s in r.scorecards}
    checked = []
    for record in records:
        no_platform = next(
            (s.platform for s in record.scorecards if s.platform not in platforms), None
        )
        no_card = next(
            (n for f in record.rulesets if (n := f"{f.platform}/{f.scorecard}") not in cards), None
        )
        if record.status != "active":
            checked.append(record)
        elif no_platform is not None:
            said = message(
                "adds to platform {platform}, which no plugin declares{guess}",
                platform=no_platform,
                guess=did_you_mean(no_platform, platforms),
            )
            checked.append(record.refuse("invalid", said))
        elif no_card is not None:
            said = message(
                "adds rule sets to {scorecard}, which no plugin declares{guess}",
                scorecard=no_card,
                guess=did_you_mean(no_card, cards),
            )
            checked.append(record.refuse("invalid", said))
        else:
            checked.append(record)
    return _refuse_taken_versions(checked)


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
