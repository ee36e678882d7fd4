"""The verb: the events of one shop are changed, and scored in the way that they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ...composing.standards import Standards
from ...counting.resolution import resolve_events
from ...counting.state import Tallies
from ...counting.sums import window_sums
from ...errors import UsageError
from ...grading.benchmarks import Benchmark
from ...grading.value_merging import Prefer, ToGrade
from ...grading.weighing import MetricValues, weigh_evaluations
from ...messages import Message, message, numbered
from ...plugins.declarations import Platform
from ...plugins.selection import RuleSetName, select_rules
from ...reading.documents.documents import Documents
from ...reading.documents.loading import find_documents
from ...reading.events import Events
from ...reading.files import Progress
from ...reading.loading import read_events
from ...results.basis import Basis
from ...results.conclusion import conclude_basis, stages, start_of
from ...results.result import Result
from ...rules.numbers_toml import NumbersSource
from ...scoring import score, score_values
from ...value_classes import evolve, frozen
from ..regrading.forgetting import told_of
from ..regrading.grounds import basis_of
from ..regrading.placing import put
from ..scored_source import refuse_for_result
from .applying import Touched, apply_levers
from .draws import Draw
from .figures import About, Figure, changes_between, figures_of
from .lever_uses import LeversAsked, LeverUse, choose_levers
from .own_events import OwnEvents
from .simulated import Simulation
from .supposing import forget_told, read_supposed, suppose


def simulate(
    source: str | Path | Mapping[str, Any] | Events | Tallies | Result | None = None,
    *,
    shop: str | None = None,
    levers: LeversAsked | None = None,
    set: Mapping[str, Any] | None = None,
    seed: int = 0,
    draws: int = 1,
    platform: str | Platform | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    shops: Any = None,
    values: Any = None,
    documents: Documents | str | Path | None = None,
    prefer: Prefer = "events",
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
    tz: str | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Simulation:
    """Return what levers, or other values, would make of the score of one shop.

    Levers change the events of the shop, which are then scored as before. All other shops stay as
    they are: the percentile of the shop is that of its new values among theirs.

    Args:
        source: what :func:`score` takes, or a result of it; None for ``values`` alone.
        shop: the id of the shop; only needed where there are several.
        levers: levers of the platform: ``"id"``, ``"id:setting=value,…"``, a list of these or of
            dictionaries with an ``id``, or a dictionary of settings by id. They are applied in the
            order in which the platform declares them. ``share`` is the share of the rows it matches
            on which a lever is used.
        set: values that metrics are supposed to have, by id or label, written as in a table of
            values; they go before what levers make of them.
        seed: draws the rows of a share; the same seed draws the same rows, whatever the files.
        draws: how many times rows are drawn, for the ends between which the figures are.

    The other arguments, and what is raised besides, are those of :func:`score`.

    Returns:
        The shop before and after, what changed between, and the rows that levers touched.

    Raises:
        UsageError: for an unknown shop, lever, setting or metric; for levers without events.

    >>> from shopscore.samples import generate
    >>> from shopscore.testing.toy import PLATFORM
    >>> events = generate(shops=12, orders=900, end=date(2025, 3, 31))
    >>> asked = {"shop": "S0001", "set": {"fast_replies": "95%"}}
    >>> found = simulate(events, platform=PLATFORM, as_of="2025-03-28", **asked)
    >>> found, found["fast_replies"].effect
    (<Simulation S0001: 0.5 → 1.25>, 'better')
    """
    asked = Asked(shop, levers, set, seed, draws)
    rules: dict[str, Any] = {
        "platform": platform,
        "scorecard": scorecard,
        "ruleset": ruleset,
        "as_of": as_of,
        "benchmarks": benchmarks,
        "standards": standards,
        "assume": assume,
        "numbers": numbers,
        "profile": profile,
    }
    beside = {"shops": shops, "values": values, "documents": documents, "tz": tz}
    if isinstance(source, Result):
        refuse_for_result(**rules, **beside, prefer=prefer, strict=strict)
        return simulate_result(source, asked, progress)
    if source is None:
        if values is None:
            raise UsageError(message("give what is scored, a result of it, or values="))
        return simulate_result(score_values(values, **rules), asked, progress)
    if isinstance(source, str | Path | Mapping):
        selection = select_rules(platform, scorecard, ruleset, as_of, assume, numbers, profile)
        declared = selection.rules.platform
        found, with_events = find_documents(source, documents, declared, tz)
        if with_events:  # whose rows are asked for again, and so are kept
            beside["documents"] = found
            source = read_events(source, platform=declared, tz=tz, progress=progress)
    result = score(source, prefer=prefer, strict=strict, progress=progress, **beside, **rules)
    return simulate_result(result, asked, progress)


@frozen
class Asked:
    """What is asked: of which shop, with which levers and values, drawn how often."""

    shop: str | None = None
    levers: LeversAsked | None = None
    supposed: Mapping[str, Any] | None = None
    seed: int = 0
    draws: int = 1


def simulate_result(result: Result, asked: Asked, progress: Progress | None = None) -> Simulation:
    """Simulate a shop of a result, which keeps what it was concluded from.

    Raises:
        UsageError: as :func:`simulate`.
    """
    basis = basis_of(result)
    rules = basis.selection.rules
    uses = choose_levers(asked.levers, rules.platform)
    supposed = read_supposed(asked.supposed, rules)
    if asked.draws < 1:
        raise UsageError(message("draws={draws}: at least one is needed", draws=asked.draws))
    if asked.draws > 1 and all(use.share in (0, 1) for use in uses):
        raise UsageError(message("draws= goes with a lever on a share of its rows, as share=0.8"))
    shop = result.named_or_only(asked.shop).shop_id
    stages(progress)(message("simulating"))
    case = _Case.of(result, basis, shop, uses, supposed)
    row = result.shops["shop_id"].search_sorted(shop)
    before = figures_of(result, row)
    drawn: list[Mapping[About, Figure]] = []
    first: tuple[Result, tuple[Touched, ...]] | None = None
    for number in range(asked.draws):
        found = case.result(Draw(asked.seed, number))
        drawn.append(figures_of(found[0], row))
        first = first or found
    assert first is not None  # there is at least one draw
    after, touched = first
    return Simulation(
        shop,
        (result, after),
        changes_between(result, before, drawn),
        touched,
        supposed,
        Draw(asked.seed),
        asked.draws,
        tuple(case.notes(touched, asked)),
        case.own,
    )


@frozen(eq=False)
class _Case:
    """A shop of a result, and what is to be changed of it."""

    basis: Basis
    read: Events | None
    shop: str
    own: OwnEvents | None
    uses: Sequence[LeverUse]
    supposed: Mapping[str, Fraction]

    @classmethod
    def of(
        cls,
        result: Result,
        basis: Basis,
        shop: str,
        uses: Sequence[LeverUse],
        supposed: Mapping[str, Fraction],
    ) -> _Case:
        own = None
        if uses:
            events = result.events
            if events is None:
                raise UsageError(
                    message(
                        "levers change events, and there are none here: give events, or set values"
                    )
                )
            if shop not in events.shops["shop_id"]:
                raise UsageError(message("shop {id} has no events for levers to change", id=shop))
            own = OwnEvents.of(events, int(events.shops["shop_id"].search_sorted(shop)))
        return cls(basis, result.read, shop, own, uses, supposed)

    def result(self, draw: Draw) -> tuple[Result, tuple[Touched, ...]]:
        """Return the result after all changes, and what each lever touched."""
        basis, touched = self._with_levers(draw)
        before = start_of(self.basis)
        row = int(before.shops["shop_id"].search_sorted(self.shop))
        rules = self.basis.selection.rules

        def change(start: ToGrade) -> ToGrade:
            supposed = suppose(start, row, self.supposed)
            return forget_told(supposed, before, row, rules, then=bool(self.uses))

        return conclude_basis(basis, self.read, change), touched

    def _with_levers(self, draw: Draw) -> tuple[Basis, tuple[Touched, ...]]:
        """Return what was counted, with other sums of the shop, and what each lever touched."""
        basis, own = self.basis, self.own
        if own is None or basis.counted is None:
            return basis, ()
        rules, day = basis.selection.rules, basis.selection.day
        events, touched = apply_levers(own.events, self.uses, rules.streams, draw)
        summing = partial(window_sums, resolve_events(events, rules))
        present = own.all_events.columns_present()
        projected, current = weigh_evaluations(rules, summing, present, day, 1)
        row = int(basis.shops["shop_id"].search_sorted(self.shop))
        changed = evolve(basis, counted=_with_own(basis.counted, projected, row))
        if basis.current is not None and current is not None:
            changed = evolve(changed, current=_with_own(basis.current, current, row))
        return changed, touched

    def notes(self, touched: Sequence[Touched], asked: Asked) -> Iterator[Message]:
        """Yield what to know of the answer."""
        ruleset, start = self.basis.selection.rules.ruleset, start_of(self.basis)
        others = len(start.shops) - 1
        if ruleset.ranks and others:
            yield numbered(
                "{n} other shop stays as it is: percentiles are those among present values, and no"
                " other shop is ranked again",
                "{n} other shops stay as they are: percentiles are those among present values, and"
                " no other shop is ranked again",
                others,
            )
        for one in touched:
            yield from one.notes
        if any(one.use.share < 1 for one in touched):
            yield message("rows of a share are drawn by the seed {seed}", seed=asked.seed)
        row = int(start.shops["shop_id"].search_sorted(self.shop))
        if told_of(start.supplied, start.console, len(start.shops))[row]:
            yield message(
                "percentiles and points that were typed in, or that documents tell, are not those of"
                " other values: where a value changes, they are left out"
            )


def _with_own(
    values: Mapping[str, MetricValues], own: Mapping[str, MetricValues], row: int
) -> dict[str, MetricValues]:
    """Return values with those of one shop in place of what it has; the others keep theirs."""
    place = np.array([row])
    return {id: put(one, place, own[id]) if one.sums else one for id, one in values.items()}
