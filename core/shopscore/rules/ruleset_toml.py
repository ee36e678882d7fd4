"""Rule sets from TOML snapshots: schema 1, no unknown keys, a source for every number."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, get_args

from attrs import evolve

from ..errors import DeclarationError, RuleSetError, UsageError
from ..messages import bilingual, listed, message
from ..model.assumptions import Assumption, Number
from ..model.evaluations import WEEKDAYS, Evaluation, Every, ProjectedTo
from ..model.expressions import Assumed
from ..model.rulesets import (
    MISSING_POLICIES,
    RANKING_KINDS,
    Cap,
    Clamp,
    Comparison,
    Dimension,
    Display,
    MetricEntry,
    Profile,
    RuleSet,
    ScorerSpec,
    Status,
)
from ..model.streams import check_id
from .compositions import WEIGHTED
from .conditions_toml import parse_criterion, parse_eligibility, parse_level, parse_tier
from .extending import LookUp, extended
from .own_kinds import OwnKinds
from .ruleset_checks import COMPARISON_MEANS, check_once, check_ruleset
from .set_points_toml import (
    parse_adjustment,
    parse_fixed_total,
    parse_set_points,
    parse_weight_table,
)
from .toml_tables import Table
from .toml_text import parse_toml

SCHEMA = 1
#: Kinds of assumption that rule sets can have; levers also have ``words``.
RULE_KINDS = ("integer", "decimal", "boolean", "choice", "table")
#: How a metric is compared with its industry.
COMPARISON_KINDS = ("difference", "spread")


def parse_ruleset(
    text: str,
    origin: str,
    look_up: LookUp | None = None,
    *,
    kinds: OwnKinds | None = None,
) -> RuleSet:
    """Parse and check a rule set.

    Args:
        text: the document.
        origin: the file's name, for messages.
        look_up: finds the rule set that the text ``extends``, by its name.
        kinds: the scorecard's own kinds of scorer, in addition to those of the package.

    Raises:
        RuleSetError: for anything unknown, missing, invalid, or without a source.
    """
    document = parse_toml(text, origin)
    own: set[str] = set()
    if "extends" in document:
        own = {
            str(row.get("id")) for row in document.get("assumptions", ()) if isinstance(row, dict)
        }
        document = extended(document, origin, look_up)
    table = Table(document, origin)
    if table.take("schema", int) != SCHEMA:
        said = message(
            "schema = {found}: this version reads schema = {schema}",
            found=document["schema"],
            schema=SCHEMA,
        )
        raise table.fail(said)
    ruleset = _ruleset(table, hashlib.sha256(text.encode()).hexdigest())
    marked = {i: evolve(a, overridden=i in own) for i, a in ruleset.assumptions.items()}
    ruleset = evolve(ruleset, assumptions=marked)
    table.done()
    check_ruleset(ruleset, table, kinds)
    return ruleset


def _ruleset(top: Table, sha256: str) -> RuleSet:
    scale, peers = top.table("scale"), top.table("peers")
    ruleset = RuleSet(
        **_names(top),
        **_points(top, scale),
        **_conditions(top),
        peers_need_eligibility=peers.assumable("need_eligibility", bool, False),
        comparison=_comparison(top.table("comparison")),
        informational=top.texts("informational"),
        metric_set=top.text("metric_set", ""),
        assumptions={a.id: a for a in _assumptions(top)},
        sources={name: t.as_source(name) for name, t in top.named_tables("sources")},
        profiles={name: _profile(name, t) for name, t in top.named_tables("profiles")},
        sha256=sha256,
        origin=top.origin,
    )
    scale.done()
    peers.done()
    return _with_min_peers(ruleset)


def _names(top: Table) -> dict[str, Any]:
    """Return whose rules these are, and when they hold."""
    return {
        "platform": top.id("platform", message("platform")),
        "scorecard": top.id("scorecard", message("scorecard")),
        "version": top.text("version"),
        "status": top.word("status", get_args(Status)),
        "label": top.label(),
        "effective_from": top.date("effective_from"),
        "effective_to": top.date("effective_to"),
        "published_on": top.date("published_on"),
        "span_source": top.text("span_source", ""),
        "notes": top.all_told("notes"),
    }


def _points(top: Table, scale: Table) -> dict[str, Any]:
    """Return how values become points, and points a total."""
    return {
        "scale_source": scale.source(),
        "low": scale.number("low"),
        "high": scale.number("high"),
        "decimals": scale.number("decimals"),
        "clamp": scale.word("clamp", get_args(Clamp), "both"),
        "ranking": top.word_or_assumption("ranking", RANKING_KINDS),
        "missing": top.word_or_assumption("missing", MISSING_POLICIES),
        "dimensions": tuple(_dimension(t) for t in top.tables("dimensions")),
        "scorers": {name: scorer_spec(name, t) for name, t in top.named_tables("scorers")},
        "composition": top.text("composition", WEIGHTED),
        "caps": tuple(_cap(t) for t in top.tables("caps")),
        "displays": tuple(_display(t) for t in top.tables("displays")),
        "adjustments": (
            *(parse_adjustment(t, 1) for t in top.tables("bonus")),
            *(parse_adjustment(t, -1) for t in top.tables("deduction")),
        ),
        "set_points": tuple(parse_set_points(t) for t in top.tables("set_points")),
        "fixed_totals": tuple(parse_fixed_total(t) for t in top.tables("fixed_totals")),
        "weight_tables": tuple(parse_weight_table(t) for t in top.tables("weights")),
        "total_low": scale.number("total_low", None),
    }


def _conditions(top: Table) -> dict[str, Any]:
    """Return what shops must meet, and when that is looked at."""
    return {
        "eligibility": tuple(parse_eligibility(t) for t in top.tables("eligibility")),
        "tiers": tuple(parse_tier(t) for t in top.tables("tiers")),
        "criteria": tuple(parse_criterion(t) for t in top.tables("criteria")),
        "levels": tuple(parse_level(t) for t in top.tables("levels")),
        "evaluation": _evaluation(top.table("evaluation")),
    }


#: No platform says among how many shops it ranks; two are what a rank needs.
MIN_PEERS = Assumption(
    id="ranking.min_peers",
    kind="integer",
    value=2,
    low=1,
    high=1000,
    unit="shops",
    reason=bilingual(
        "From how many shops of an industry on they are ranked is not published; a rank needs two.",
        "同行业至少有多少家店铺才参与排名没有公布；排名至少需要两家。",
    ),
)
_WITHOUT_RANKS = {"bands", "threshold", "linear"}


def _with_min_peers(ruleset: RuleSet) -> RuleSet:
    """Return a rule set that ranks with the assumption on how many peers a rank needs."""
    kinds = {spec.kind for spec in ruleset.scorers.values()}
    if not ruleset.ranks or (ruleset.dimensions and kinds <= _WITHOUT_RANKS):
        return ruleset
    assumptions = {MIN_PEERS.id: MIN_PEERS, **ruleset.assumptions}
    return evolve(ruleset, assumptions=assumptions, min_peers=Assumed(MIN_PEERS.id))


def _dimension(table: Table) -> Dimension[Number]:
    missing = table.told("missing", "")
    dimension = Dimension[Number](
        id=table.id("id", message("dimension")),
        label=table.label(),
        weight=table.number("weight"),
        metrics=tuple(_unweighed(t) if missing else _entry(t) for t in table.tables("metrics")),
        points=table.number("points", None),
        source=table.source(),
        missing=missing,
    )
    table.done()
    if dimension.points is None and (missing or not dimension.metrics):
        raise table.fail(message("a dimension needs metrics, or points"))
    return dimension


def _unweighed(table: Table) -> MetricEntry[Number]:
    """Return a metric of a dimension of which nobody knows how it makes its points."""
    entry = MetricEntry[Number](table.text("id"), weight=1)
    table.done()
    return entry


def _entry(table: Table) -> MetricEntry[Number]:
    of_rest = "share_of_rest" in table.data
    entry = MetricEntry[Number](
        id=table.text("id"),
        weight=table.number("share_of_rest" if of_rest else "weight"),
        scorer=table.text("scorer", ""),
        source=table.source(),
        of_rest=of_rest,
    )
    table.done()
    return entry


def scorer_spec(name: str, table: Table) -> ScorerSpec:
    """Return the scorer that a table of the TOML declares."""
    kind, source, missing = table.text("kind"), table.source(), table.told("missing", "")
    parameters = {
        key: table.numbers_within(value, key)
        for key, value in table.data.items()
        if key not in ("kind", "source", "missing", "missing_zh")
    }
    if missing and parameters:
        said = message("a scorer has either missing, or {keys}", keys=listed(parameters))
        raise table.fail(said)
    sourced = parameters  # what needs a source, where it is a number
    if kind == "percentile_curve":  # that percentiles run from 0 to 1 needs none
        curve = parameters.get("curve", ())
        if not isinstance(curve, tuple) or not all(
            isinstance(pair, tuple) and len(pair) == 2 for pair in curve
        ):
            raise table.fail(message("curve must hold pairs of a percentile and its points"))
        sourced = {str(place): points for place, points in curve}
    if not source and not all(isinstance(v, Assumed) for v in sourced.values()):
        raise table.fail(message("a scorer with numbers needs a source"))
    return ScorerSpec(name, kind, parameters, source, missing)


def _cap(table: Table) -> Cap[Number]:
    cap = Cap[Number](table.text("criterion"), table.number("ceiling"), table.source())
    table.done()
    return cap


def _display(table: Table) -> Display[Number]:
    id, label, source = table.id("id", message("display")), table.label(), table.source()
    steps = table.numbers_within(table.take("steps", list), "steps")
    table.done()
    if not steps or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in steps):
        raise table.fail(message("steps must hold pairs of a total and the figure that is shown"))
    if not source:
        raise table.fail(message("steps need a source"))
    return Display(id, label, steps, source)


def _profile(name: str, table: Table) -> Profile:
    """Return a profile; that the rules lack its numbers is checked where it is named."""
    label = table.label()
    dimensions = [*table.tables("dimensions")]
    adjustments = (*table.tables("bonus"), *table.tables("deduction"))
    for row in (*dimensions, *(m for d in dimensions for m in d.tables("metrics")), *adjustments):
        for key in ("weight", "share_of_rest", "points", "worth"):
            row.number(key, None)
    for id, scorer in table.named_tables("scorers"):
        scorer_spec(id, scorer)
    table.done()
    tables = {key: value for key, value in table.data.items() if key not in ("zh", "en")}
    try:
        return Profile(check_id(name, message("profile")), label, tables)
    except DeclarationError as error:
        raise table.fail(error) from None


def _comparison(table: Table) -> Comparison | None:
    if not table.data:
        return None
    comparison = Comparison(
        kind=table.word("kind", COMPARISON_KINDS),
        mean=table.word_or_assumption("mean", COMPARISON_MEANS),
        source=table.source(),
    )
    table.done()
    return comparison


#: What comes round on a day, by the key of the TOML that says which.
_EVERY: Mapping[str, Every] = {"weekly": "week", "monthly": "month", "quarterly": "quarter"}


def _evaluation(table: Table) -> Evaluation | None:
    """Return when shops are judged: every day (None), or on some day of a week, month, quarter."""
    if not table.data:
        return None
    key = table.one_of(tuple(_EVERY))
    on = table.take(key, int) if key != "weekly" else WEEKDAYS.index(table.word(key, WEEKDAYS))
    projected, source = table.word("projected", get_args(ProjectedTo), "today"), table.source()
    table.done()
    if not source:
        raise table.fail(message("days of evaluation need a source"))
    try:
        return Evaluation(_EVERY[key], on, projected, source)  # type: ignore[arg-type]
    except RuleSetError as error:
        raise table.fail(error) from None


def _assumptions(top: Table) -> list[Assumption]:
    assumptions = [_assumption(table) for table in top.tables("assumptions")]
    check_once(top, message("assumption"), [a.id for a in assumptions])
    return assumptions


def _assumption(table: Table) -> Assumption:
    try:
        assumption = Assumption(
            id=table.text("id"),
            kind=table.word("kind", RULE_KINDS),  # type: ignore[arg-type]
            value=_pairs(table.take("value", object, None)),
            reason=table.told("reason"),
            low=table.end("low"),
            high=table.end("high"),
            unit=table.text("unit", ""),
            choices=table.texts("choices"),
            nullable=table.take("nullable", bool, False),
            source=table.source(),
            needed_by=table.texts("needed_by"),
        )
    except UsageError as error:
        raise table.fail(error) from None
    table.done()
    return assumption


def _pairs(value: Any) -> Any:
    """Return the value of an assumption, with lists of a table as tuples."""
    return tuple(map(_pairs, value)) if isinstance(value, list) else value
