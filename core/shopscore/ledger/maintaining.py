"""Maintaining: cells of tallies are built from kept rows, and brought up to the last ingest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from ..errors import ShopscoreError
from ..messages import message
from ..model.rulesets import RuleSet
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.declarations import Platform
from ..plugins.selection import RuleSetName, is_file, select_rules
from ..reading.files import Progress
from ..value_classes import frozen
from .commits import Head, Span
from .counting import (
    Named,
    by_fingerprint,
    count_piece,
    days_of_rows,
    difference,
    pieces_of,
)
from .snapshots import Snapshot
from .stored_cells import CELLS, to_stored, without
from .tables import Draft

#: Names of facts of a ledger, and of their parts.
SPANS, BUILDING, RULES = "spans", "building", "rules"


def tallies_of(rules: BoundRuleSet) -> Named:
    """Return all that a ledger keeps for a rule set: cells of tallies, and the days of rows."""
    return by_fingerprint(rules.tallies) | days_of_rows(rules.tallies)


def kept_tallies(head: Head, platforms: Iterable[Platform]) -> Named:
    """Return the tallies that ingests keep up to date: those of rules that were scored by.

    What a plugin does not declare any more is left out; it is counted where it is asked for.
    """
    found: dict[str, Any] = {}
    for rules in _known_rules(head, {platform.id: platform for platform in platforms}):
        found |= tallies_of(rules)
    return {name: tally for name, tally in found.items() if name in head.spans}


def _known_rules(head: Head, platforms: Mapping[str, Platform]) -> Iterable[BoundRuleSet]:
    for one in head.facts[RULES]:
        platform = platforms.get(one["platform"])
        if platform is None:
            continue
        try:
            card, version, assume = one["scorecard"], one["ruleset"], dict(one["assume"])
            yield select_rules(platform, card, version, assume=assume).rules
        except (
            ShopscoreError
        ):  # another version of the plugin: its tallies are counted when asked for
            continue


def recorded(
    rules: BoundRuleSet, ruleset: RuleSetName, assume: Mapping[str, object] | None
) -> dict[str, Any] | None:
    """Return by what a ledger finds a rule set again; None where it is a user's own."""
    if is_file(ruleset) or isinstance(ruleset, RuleSet):
        return None
    return {
        "platform": rules.platform.id,
        "scorecard": rules.scorecard.id,
        "ruleset": rules.ruleset.version,
        "assume": {id: str(value) for id, value in sorted((assume or {}).items())},
    }


def append_changes(
    draft: Draft, snapshot: Snapshot, tallies: Named, of_orders: Mapping[str, pl.DataFrame]
) -> dict[str, Span]:
    """Add what the ingest to come changes in cells; return the spans that they have then.

    ``of_orders`` are all rows of the orders that it touches.
    """
    seq, spans = snapshot.seq, snapshot.head.spans
    near = {name: tally for name, tally in tallies.items() if spans[name][1] == seq - 1}
    cells = difference(snapshot, near, seq - 1, seq, of_orders)
    if any(map(len, cells.values())):
        draft.append(CELLS, to_stored(cells, seq))
    return {**spans, **{name: (spans[name][0], seq) for name in near}}


@frozen(eq=False)
class Builder:
    """Builds cells of tallies that a ledger does not count yet; the lock is held."""

    draft: Draft
    snapshot: Snapshot
    say: Progress

    def build(self, tallies: Named, rules: Mapping[str, Any] | None) -> Head:
        """Count what is not counted yet, and what was not since some ingest; return what is there then.

        What was counted of a killed build is not counted again.
        """
        head = self.draft.head
        missing = {name: tally for name, tally in tallies.items() if name not in head.spans}
        if missing:
            self._build(missing)
        self._catch_up(tallies)
        known = self.draft.head.facts[RULES]
        if rules is not None and rules not in known:
            self.draft.commit("count", facts={RULES: [*known, rules]})
        return self.draft.head

    def _build(self, missing: Named) -> None:
        names, head = sorted(missing), self.draft.head
        begun = head.facts.get(BUILDING)
        if begun is None or begun["tallies"] != names:
            if begun is not None:
                self.draft.rewrite(CELLS, without(self._now(), begun["tallies"]))
            pieces = pieces_of(self._now())
            begun = {"tallies": names, "seq": head.seq, "pieces": pieces, "done": 0}
        seq, pieces = begun["seq"], begun["pieces"]
        for piece in range(begun["done"], pieces):
            self.say(message("counting piece {n} of {pieces}", n=piece + 1, pieces=pieces))
            cells = count_piece(self._now().as_of(seq), missing, piece, pieces)
            if any(map(len, cells.values())):
                self.draft.append(CELLS, to_stored(cells, seq))
            facts: dict[str, Any] = {BUILDING: {**begun, "done": piece + 1}}
            if piece + 1 == pieces:
                facts = {BUILDING: None, SPANS: {**head.spans, **dict.fromkeys(names, (seq, seq))}}
            self.draft.commit("count", facts=facts)

    def _catch_up(self, tallies: Named) -> None:
        """Count what ingests changed of tallies that they did not know, all at once."""
        spans, seq = self.draft.head.spans, self.draft.head.seq
        behind = {name: tally for name, tally in tallies.items() if spans[name][1] < seq}
        for base in sorted({spans[name][1] for name in behind}):
            self.say(message("counting what came since ingest {n}", n=base))
            own = {name: tally for name, tally in behind.items() if spans[name][1] == base}
            cells = difference(self._now(), own, base, seq)
            if any(map(len, cells.values())):
                self.draft.append(CELLS, to_stored(cells, seq))
            spans |= dict.fromkeys(own, (seq, seq))
        if behind:
            self.draft.commit("count", facts={SPANS: spans})

    def _now(self) -> Snapshot:
        return self.snapshot.at(self.draft.head)
