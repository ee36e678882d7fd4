"""The verbs: resolve, tally, score — each a short walk through the stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from attrs import evolve, field, frozen

from . import catalog
from .benchmarks import Benchmark
from .comparison import compare, tiers_on_metrics
from .composition import compose, eligibility, publish
from .counting import window_sums
from .errors import CoverageError, UsageError
from .grading import Given, grade
from .model.platforms import Platform
from .model.rulesets import RuleSet
from .numbers_files import NumbersSource, with_numbers
from .rationals import Mask
from .reading.events import UNKNOWN_INDUSTRY, Events, read_events
from .reading.files import Progress, from_dataframe
from .resolution import Resolved, resolve_events
from .results import Result
from .rules import Rules
from .standards import Standards, judge
from .state import Tallies
from .weighing import MetricValues, weigh

RuleSetName = str | Path | RuleSet | None


def _read_benchmarks(given: Benchmark | str | Path | None) -> Benchmark | None:
    return Benchmark.read(Path(given)) if isinstance(given, str | Path) else given


def _read_standards(given: Standards | str | Path | None) -> Standards | None:
    return Standards.read(Path(given)) if isinstance(given, str | Path) else given


@frozen
class Tables:
    """What a user knows besides events: percentiles, and standards; as tables or their files."""

    benchmarks: Benchmark | None = field(default=None, converter=_read_benchmarks)
    standards: Standards | None = field(default=None, converter=_read_standards)


def find_rules(
    platform: str | Platform,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
) -> tuple[Rules, date, tuple[str, ...]]:
    """The rules that are meant, the day they are asked for, and remarks about the choice.

    Args:
        platform: the id of an installed platform, or a platform itself.
        scorecard: one of its scorecards; by default the first.
        ruleset: a version, the path of a TOML file, or a rule set; by default the one in force.
        as_of: the day of publication; by default today on the platform's clock.
        assume: other values for assumptions, by id.
        numbers: files (or a table of one) with numbers that the rule set lacks.

    Raises:
        CoverageError: for anything that is not covered.
        RuleSetError: for numbers that the rule set does not lack.
        UsageError: for an unreadable date, or an unknown assumption.
    """
    declared = platform if isinstance(platform, Platform) else catalog.platform(platform)
    card = declared.scorecard(scorecard)
    day = _day(as_of, declared.zone)
    found = catalog.find_ruleset(card, ruleset, day)
    if assume:
        found = found.assuming(assume)
    found = with_numbers(found, numbers)
    version = catalog.plugin_version(declared.id)
    rules = Rules.bind(declared, card, found, version, named=ruleset is not None)
    return rules, day, remarks_on(rules, day)


def remarks_on(rules: Rules, day: date) -> tuple[str, ...]:
    """What a person should know before scoring a day by some rules.

    Raises:
        CoverageError: where nobody named the rule set, and it is not in force on the day.
    """
    found, remarks = rules.ruleset, []
    if not found.covers(day):
        if not rules.named:
            rules.scorecard.at(day)  # says what is covered
            raise CoverageError(f"rule set {found.name} covers {found.span}, not {day}")
        remarks.append(
            f"rule set {found.name} covers {found.span}; applied to {day} because it was named"
        )
    for rules_of_some in (found, *(variant for _, variant in found.variants)):
        total = rules_of_some.known_weight
        if found.dimensions and total not in (None, 1):
            remarks.append(
                f"weights of dimensions add up to {float(total or 0):g}, not 1: rescaled"
            )
    for used in found.numbers_used:
        whom = f" for {', '.join(used.industries)}" if used.industries else ""
        remarks.append(f"numbers that the rule set lacks come from {used.file}{whom}")
    return tuple(remarks)


def _day(as_of: date | str | None, zone: str) -> date:
    if as_of is None:
        return datetime.now(ZoneInfo(zone)).date()
    if isinstance(as_of, datetime):
        return as_of.date()
    if isinstance(as_of, date):
        return as_of
    try:
        return date.fromisoformat(as_of)
    except (ValueError, TypeError):
        raise UsageError(f"{as_of!r} is not a date; write YYYY-MM-DD") from None


def resolve(
    source: str | Path | Mapping[str, Any] | Events,
    *,
    platform: str | Platform,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    tz: str | None = None,
) -> Resolved:
    """Events as rows that stand alone, for the metrics of one rule set.

    The arguments are those of :func:`score`; ``as_of`` only matters for the choice of the rule
    set where none is named. ``resolved.split(7)`` cuts it into parts whose tallies add up.

    """
    rules, _, _ = find_rules(platform, scorecard, ruleset, as_of, assume, numbers)
    return resolve_events(read_events(source, platform=platform, tz=tz), rules)


def tally(resolved: Resolved) -> Tallies:
    """The daily tallies of resolved rows: the state. ``+`` merges states, ``−`` undoes.

    Raises:
        StateError: where a sum would not fit in int64.
    """
    if not isinstance(resolved, Resolved):
        raise UsageError(f"tally needs resolved rows, not {type(resolved).__name__}: resolve first")
    return Tallies.of(resolved)


def score(
    source: str | Path | Mapping[str, Any] | Events | Tallies,
    *,
    platform: str | Platform | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    shops: Any = None,
    benchmarks: Benchmark | str | Path | None = None,
    standards: Standards | str | Path | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    tz: str | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Score every shop of some events, or of a state, as published on a day.

    Args:
        source: a canonical folder, a mapping of dataframes, events, or tallies.
        platform: the id of the platform, or a platform itself; not needed for tallies, which
            know their rules.
        scorecard: one of its scorecards; by default the first.
        ruleset: a version, a TOML file, or a rule set; by default the one in force on ``as_of``.
        as_of: the day of publication (the last day that counts is the one before); by default
            today on the platform's clock.
        shops: for tallies: events, or a dataframe with ``shop_id`` and ``industry``, since a
            state holds no attributes of shops.
        benchmarks: a table, or the path of one, from which percentiles are taken.
        standards: a table, or the path of one, that says what each metric must reach.
        assume: other values for assumptions, by id.
        numbers: TOML files (one path, or several) with numbers that the rule set lacks.
        tz: the zone of the events' clock, where it is not the platform's.
        strict: raise where a row of the events would be set aside.
        progress: called with a line of text as each step begins.

    Returns:
        Columns with every number behind each score.

    Raises:
        InputError: for events that cannot be used.
        CoverageError: for a platform, rule set or date that is not covered.
        UsageError: for arguments that cannot be meant.
        StateError: for tallies that are a difference.
    """
    if isinstance(source, Tallies):
        if any((ruleset, scorecard, assume, numbers, tz, strict)):
            raise UsageError(
                "tallies know their rules: name rule set and assumptions, zone and strictness when"
                " reading and resolving"
            )
        return _score_tallies(source, as_of, shops, Tables(benchmarks, standards), platform)
    if platform is None:
        raise UsageError("score needs platform=, the id of a platform")
    rules, day, remarks = find_rules(platform, scorecard, ruleset, as_of, assume, numbers)
    tables = Tables(benchmarks, standards)
    say = progress or (lambda _: None)
    events = read_events(source, platform=platform, tz=tz, strict=strict, progress=say)
    say("resolving")
    resolved = resolve_events(events, rules)
    say("counting")
    measured = weigh(
        rules, partial(window_sums, resolved), events.columns_present(), day, len(events.shops)
    )
    say("grading")
    result = finish(rules, day, measured, events.shops, tables, remarks=remarks)
    return evolve(result, events=events)


def _score_tallies(
    state: Tallies,
    as_of: date | str | None,
    shops: Any,
    tables: Tables,
    platform: str | Platform | None,
) -> Result:
    rules = state.rules
    if platform not in (None, rules.platform.id, rules.platform):
        raise UsageError(f"these tallies were counted by the rules of {rules.platform.id}")
    day = _day(as_of, rules.platform.zone)
    if shops is None:
        attributes = pl.DataFrame([state.shop_ids]).with_columns(industry=pl.lit(UNKNOWN_INDUSTRY))
    else:
        attributes = _shop_attributes(shops, rules.platform)
    known = state.with_shops(attributes["shop_id"])
    listed = pl.DataFrame([known.shop_ids]).join(
        attributes, on="shop_id", how="left", maintain_order="left"
    )
    measured = weigh(rules, known.window_sums, known.columns, day, len(known.shop_ids))
    return finish(
        rules,
        day,
        measured,
        listed.with_columns(pl.col("industry").fill_null(UNKNOWN_INDUSTRY)),
        tables,
        remarks=remarks_on(rules, day),
    )


def _shop_attributes(shops: Any, platform: Platform) -> pl.DataFrame:
    """What grading needs to know of shops, from any dataframe (``events.shops`` among them)."""
    if isinstance(shops, Events):
        return shops.shops
    frame = from_dataframe("shops", shops).frame
    known = [n for n in ("shop_id", "industry", "shop_type", "updated_at") if n in frame.columns]
    return read_events({"shops": frame.select(known)}, platform=platform).shops


def finish(
    rules: Rules,
    as_of: date,
    measured: Mapping[str, MetricValues],
    shops: pl.DataFrame,
    tables: Tables | None = None,
    *,
    given: Given | None = None,
    eligible: bool = False,
    remarks: tuple[str, ...] = (),
) -> Result:
    """From metric values to the result: grade, compose, publish, and hold against the industry.

    ``eligible`` takes the conditions for a published score as met, where they cannot be checked.
    """
    tables = tables or Tables()
    benchmarks, standards = tables.benchmarks, tables.standards
    shown = rules.ruleset.metric_ids
    if benchmarks is not None:
        unknown = sorted({m for _, m in benchmarks.curves} - set(shown))
        remarks = (*remarks, *(f"benchmark rows of metric {m} serve nothing" for m in unknown))
    if standards is not None:
        unknown = sorted(standards.metrics - set(shown))
        remarks = (*remarks, *(f"standards of metric {m} serve nothing" for m in unknown))
    verdicts = () if eligible else eligibility(rules.ruleset, measured)
    peers: Mask | None = None
    if rules.ruleset.number(rules.ruleset.peers_need_eligibility):
        peers = np.logical_and.reduce([v.met for v in verdicts]) if verdicts else None
    graded = grade(rules, measured, shops, benchmark=benchmarks, peers=peers, given=given)
    industries = shops["industry"].to_list()
    composed = compose(rules.ruleset, graded, shops["industry"])
    on_metrics = tiers_on_metrics(rules.ruleset, measured, industries)
    published = publish(rules.ruleset, composed, verdicts, graded, on_metrics)
    compared = {
        id: compare(rules.ruleset, measured[id], industries, peers)
        for id in (shown if rules.ruleset.comparison else ())
    }
    judged = {
        id: judge(standards, measured[id], rules.metrics[id].metric.better, industries)
        for id in shown
        if standards is not None
    }
    result = Result(
        rules=rules,
        as_of=as_of,
        shops=shops,
        graded=graded,
        composed=composed,
        published=published,
        verdicts=verdicts,
        compared=compared,
        judged=judged,
        remarks=remarks,
    )
    return evolve(result, remarks=(*remarks, *_from_table(result), *_lacking(result)))


def _from_table(result: Result) -> Iterator[str]:
    """Which metrics have percentiles that are not ranks among these shops."""
    found = [
        id
        for id, graded in result.graded.items()
        if graded.percentiles is not None and graded.percentiles.from_table.any()
    ]
    if found:
        yield f"percentiles from the benchmark table (marked *): {', '.join(found)}"


def _lacking(result: Result) -> Iterator[str]:
    """That numbers are missing, and how to give them."""
    found, lacking = result.rules.ruleset, [m.number for m in result.missing_numbers]
    if lacking:
        first = f"{', '.join(lacking[:3])}{', …' if len(lacking) > 3 else ''}"
        yield (
            f"numbers of {found.name} are not published, and nobody gave them: {len(lacking)}"
            f" ({first}); shopscore-plugins rules {found.platform} -c {found.scorecard}"
            f" -r {found.version} --missing prints a file to fill in, for --numbers"
        )
