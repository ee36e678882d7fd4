"""Pages of ``shopscore-plugins rules``: the rule sets of a platform, as a document and as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ..analysis.rule_facts import list_facts
from ..errors import CoverageError, RuleSetError
from ..messages import Message, listed, message, numbered
from ..model.labels import Label
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.declarations import Platform, Scorecard
from ..plugins.selection import find_ruleset, find_scorecard, is_file
from ..results.documents import RULES, dumped
from ..rules.condition_words import SIGNS
from . import tables, voice


def bind_asked(
    platform: Platform, scorecard: str | None, version: str | None, day: date | None
) -> list[BoundRuleSet]:
    """Return the rule sets that are asked for, bound to their metrics.

    Raises:
        CoverageError: where no scorecard has one.
    """
    cards: tuple[Scorecard, ...] = platform.scorecards
    if scorecard is not None or is_file(version):
        cards = (find_scorecard(platform, scorecard, version)[1],)
    found: list[BoundRuleSet] = []
    refused: CoverageError | None = None
    for card in cards:
        try:
            if day is not None:
                rulesets = [card.at(day)]
            else:
                versions = [version] if version else card.versions
                rulesets = [find_ruleset(card, v, date.today()) for v in versions]
        except RuleSetError:
            raise
        except CoverageError as error:  # another scorecard may have it
            refused = refused or error
            continue
        file = str(version) if is_file(version) else ""
        found.extend(BoundRuleSet.bind(platform, card, r, file=file) for r in rulesets)
    if refused is not None and not found:
        raise refused
    return found


def rules_document(every: list[BoundRuleSet]) -> str:
    """Return the rule sets as ``shopscore.rules/1``."""
    return dumped({"schema": RULES, "rulesets": [list_facts(rules) for rules in every]})


def show_rules(every: list[BoundRuleSet], output: Path | None) -> None:
    """Show pages with a table of metrics, one of assumptions, and the sources."""
    tables.show(*(part for rules in every for part in _page(list_facts(rules))), output=output)


def _page(facts: Mapping[str, Any]) -> Iterator[Any]:
    yield from _head(facts)
    yield _metrics_table(facts)
    yield from _adjustments(facts)
    for weights in facts["weight_tables"]:
        yield _weights_table(weights)
    yield from _notices(facts)
    yield from _evaluated(facts)
    if facts["eligibility"]:
        yield _conditions_table(facts)
    if facts["tiers"]:
        yield _tiers_table(facts)
    if facts["criteria"]:
        yield _criteria_table(facts)
    yield from _on_totals(facts)
    if facts["levels"]:
        yield _levels_table(facts)
    if facts["assumptions"]:
        yield from _assumptions(facts)
    for profile in facts["profiles"]:
        yield from _profile(profile)
    columns = (message("source"), message("confidence"), message("title"))
    sources = [(s["id"], s["confidence"], _titled(s)) for s in facts["sources"]]
    yield tables.table(columns, sources)
    yield from (message("Note: {notice}", notice=note) for note in facts["notes"])


def _head(facts: Mapping[str, Any]) -> Iterator[str]:
    span, source = voice.text(facts["span"]), _source(facts["span_source"])
    by = message(" (span: {source})", source=source) if source else ""
    name, status = facts["name"], tables.word(facts["status"])
    yield f"{name} · {voice.either(facts)} · {status} · {span}{voice.text(by)}"


def _titled(source: Mapping[str, Any]) -> str:
    title = voice.text(source["title"])
    if not source["note"]:
        return title
    stop = "。" if voice.lang() == "zh" else ". "
    return f"{title}{stop}{voice.text(source['note'])}"


def _source(source: str | None) -> object:
    """Return what a number rests on: the id of a source, or an assumption, or both."""
    page, chosen, by = (source or "").partition(", by assumption ")
    if chosen:
        return message("{source}, by assumption {id}", source=page, id=by)
    kind, _, id = page.partition(" ")
    if kind != "assumption":
        return source or ""
    return message("assumption {id}", id=id) if id else message("assumption")


def _metrics_table(facts: Mapping[str, Any]) -> tables.Table:
    """Return the metrics with their weights."""
    columns = (
        message("dimension"),
        message("metric"),
        message("name"),
        message("ages"),
        message("better"),
        message("weight"),
        message("weight from"),
    )
    return tables.table(columns, _metric_rows(facts), right=columns[5:6], keys=2)


def _statuses(facts: Mapping[str, Any]) -> dict[str, Label]:
    """Return the names of the statuses that plugins declare."""
    return {status["id"]: Label(status["zh"], status["en"]) for status in facts["statuses"]}


def _conditions_table(facts: Mapping[str, Any]) -> tables.Table:
    columns = (message("condition"), message("metric"), message("bound"), message("else"))
    rows = [
        (voice.either(e), e["metric"], _bound(e), tables.word(e["status"], _statuses(facts)))
        for e in facts["eligibility"]
    ]
    return tables.table(columns, rows)


def _tiers_table(facts: Mapping[str, Any]) -> tables.Table:
    columns = (message("tier"), message("reached at"), message("meaning"))
    rows = [(t["id"], _tier_with_needs(t), voice.either(t)) for t in facts["tiers"]]
    return tables.table(columns, rows)


def _tier_with_needs(tier: Mapping[str, Any]) -> object:
    if not tier["needs"]:
        return _tier(tier)
    return message("{a} and {b}", a=_tier(tier), b=_needs(tier))


def _criteria_table(facts: Mapping[str, Any]) -> tables.Table:
    columns = (message("criterion"), message("name"), message("bound"), message("small numbers"))
    rows = [
        (c["id"], voice.either(c), _bound_of(c), c["relief"]["words"] if c["relief"] else "")
        for c in facts["criteria"]
    ]
    return tables.table(columns, rows)


def _bound_of(criterion: Mapping[str, Any]) -> object:
    bound: object = _bound(criterion)
    if criterion["times_industry_mean"]:
        bound = _times_mean(bound)
    for other in criterion["elsewhere"]:
        bound = message(
            "{bound}; {other}{group}", bound=bound, other=other["bound"], group=_group(other)
        )
    return bound


def _times_mean(bound: object) -> object:
    return message("{bound} × industry mean", bound=bound)


def _on_totals(facts: Mapping[str, Any]) -> Iterator[object]:
    """Yield how a total is made and shown, where that is not the usual way."""
    if facts["composition"] == "minimum":
        yield message("The total is the lowest of the dimensions.")
    elif facts["composition"] != "weighted":
        name = facts["composition"]
        yield message("The total is made by the plugin's own composition {name}.", name=name)
    for cap in facts["caps"]:
        yield message(
            "The total is at most {ceiling} where {criterion} is met.",
            ceiling=cap["ceiling"],
            criterion=cap["criterion"],
        )
    for rule in facts["set_points"]:
        said = message(
            "The points of {metric} are set to {points} where {needs}",
            metric=rule["metric"],
            points=rule["points"],
            needs=_needs(rule),
        )
        off = message("{said} (switched off)", said=said)
        yield said if rule["applies"] else off
    for fixed in facts["fixed_totals"]:
        yield message(
            "Instead of a score, {status}: {total} where {needs}{group}",
            status=tables.word(fixed["status"], _statuses(facts)),
            total=message("none") if fixed["total"] is None else fixed["total"],
            needs=_needs(fixed),
            group=_group(fixed),
        )
    for display in facts["displays"]:
        steps = listed(
            message("{total} → {figure}", total=a, figure=b) for a, b in display["steps"]
        )
        yield message("{about}: {said}", about=voice.either(display), said=steps)


def _adjustments(facts: Mapping[str, Any]) -> Iterator[Message]:
    """Yield what a bonus or a deduction is worth, where that is not its value."""
    for adjusting in (*facts["bonus"], *facts["deductions"]):
        if adjusting["worth"] is None:
            continue
        what, worth = voice.either(adjusting), adjusting["worth"]
        if adjusting["needs"]:
            said = message(
                "{about}: {worth} points where {needs}",
                about=what,
                worth=worth,
                needs=_needs(adjusting),
            )
        else:
            said = message("{about}: {worth} points each", about=what, worth=worth)
        if adjusting["cap"] is not None:
            said = message("{said}, at most {cap}", said=said, cap=adjusting["cap"])
        dimension = adjusting["of_dimension"]
        yield message("{said} (dimension {id})", said=said, id=dimension) if dimension else said


def _weights_table(weights: Mapping[str, Any]) -> tables.Table:
    """Return weights by industry and type of shop."""
    head = (message("industry"), message("type of shop"), *weights["columns"])
    rows = [
        (listed(row["industries"]), listed(row["shop_types"]), *row["weights"])
        for row in weights["rows"]
    ]
    return tables.table(head, rows, right=weights["columns"])


def _group(facts: Mapping[str, Any]) -> object:
    """Return the shops that are meant, in brackets; nothing where all are."""
    words = [*facts["industries"], *facts["shop_types"]]
    return message(" ({words})", words=listed(words)) if words else ""


def _levels_table(facts: Mapping[str, Any]) -> tables.Table:
    columns = (message("shop level"), message("name"), message("needs"))
    return tables.table(columns, [(v["id"], voice.either(v), _needs(v)) for v in facts["levels"]])


def _needs(level: Mapping[str, Any]) -> object:
    """Return what is asked for in words: all of some criteria, or any of them."""
    if not level["needs"]:
        return message("nothing")
    parts = [
        part if isinstance(part, str) else _together(part, every=not level["every"], inner=True)
        for part in level["needs"]
    ]
    return _together(parts, every=level["every"])


def _together(parts: Sequence[object], *, every: bool, inner: bool = False) -> object:
    if len(parts) == 1:
        return parts[0]
    first, *others = parts
    for other in others:
        first = (
            message("{a} and {b}", a=first, b=other)
            if every
            else message("{a} or {b}", a=first, b=other)
        )
    return message("({parts})", parts=first) if inner else first


def _assumptions(facts: Mapping[str, Any]) -> Iterator[Any]:
    """Yield how many assumptions there are, and a table of them with the reasons below it."""
    listed = facts["assumptions"]
    yield numbered(
        "The rules rest on {n} assumption, which --assume can change:",
        "The rules rest on {n} assumptions, which --assume can change:",
        len(listed),
    )
    columns = [message("assumption"), message("value"), message("least"), message("greatest")]
    rows = [[a["id"], _value(a["value"]), a["low"], a["high"]] for a in listed]
    if any(a["seen_in"] for a in listed):
        columns.append(message("source"))
        rows = [[*row, a["seen_in"] or ""] for row, a in zip(rows, listed, strict=True)]
    prefix = f"{facts['name'].split('/')[0]}.{facts['name'].split('/')[2]}."
    reasons = [(a["id"].removeprefix(prefix), a["reason"]) for a in listed]
    yield tables.table(columns, rows, notes=reasons)


def _profile(profile: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what a profile is, and a table of its numbers."""
    yield message(
        "Profile {name}: {label}. Its numbers are used only with --profile {name}:",
        name=profile["id"],
        label=voice.either(profile),
    )
    columns = (message("number"), message("value"), message("source"))
    rows = [(n["id"], n["value"], _source(n["value_source"])) for n in profile["numbers"]]
    yield tables.table(columns, rows)


def _value(value: Any) -> object:
    return message("none") if value is None else value


def _notices(facts: Mapping[str, Any]) -> Iterator[Message]:
    """Yield lines on the comparison with the industry, and on missing numbers."""
    if (rule := facts["comparison"]) is not None:
        yield message(
            "Each metric is compared with its industry: {kind}, mean {mean}",
            kind=tables.word(rule["kind"]),
            mean=tables.word(rule["mean"]),
        )
    for number in facts["missing_numbers"]:
        by = message(" (assumption {id})", id=number["assumption"]) if number["assumption"] else ""
        yield message(
            "Missing: {number}{by}: {reason}",
            number=number["number"],
            by=by,
            reason=number["reason"],
        )


def _evaluated(facts: Mapping[str, Any]) -> Iterator[Message]:
    """Yield when shops are judged, where that is not every day, and what a projection is."""
    if (declared := facts["evaluation"]) is None:
        return
    yield message(
        "Shops are judged {when} ({source})", when=declared["words"], source=declared["source"]
    )
    yield (
        message("Projected: as if they were judged today")
        if declared["projected_to"] == "today"
        else message("Projected: what the next evaluation gives if nothing more happens")
    )


def _metric_rows(facts: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    for dimension in facts["dimensions"]:
        weight = f"{voice.either(dimension)} {_known(dimension['weight'])}"
        if dimension["states_points"]:
            points = dimension["points"]
            known = message("not published") if points is None else points
            yield weight, "", message("points: {points}", points=known), *("",) * 4
            weight = ""
        for metric in dimension["metrics"]:
            weighs = _known(metric["weight"])
            weighs = message("{weight} of the rest", weight=weighs) if metric["of_rest"] else weighs
            yield (weight, *_metric_row(metric), weighs, _source(metric["weight_source"]))
            weight = ""  # said once for the dimension
    groups = (
        (message("bonus"), facts["bonus"]),
        (message("deduction"), facts["deductions"]),
        (message("informational"), facts["informational"]),
    )
    for label, metrics in groups:
        for position, metric in enumerate(metrics):
            yield ("" if position else label, *_metric_row(metric), "", "")


def _known(value: Any) -> Any:
    return "?" if value is None else value


def _metric_row(metric: Mapping[str, Any]) -> tuple[object, ...]:
    ages = metric["window"]
    if metric["first_age"] is not None:
        ages = f"{metric['first_age']}–{metric['last_age']}"
    return metric["id"], voice.either(metric), ages, tables.word(metric["better"])


def _bound(condition: Mapping[str, Any]) -> str:
    return f"{SIGNS[condition['operator']]} {_known(condition['bound'])}"


def _tier(tier: Mapping[str, Any]) -> object:
    if not tier["metric"]:
        return _bound(tier)
    mean, fewer = _times_mean(f"{tier['metric']} {_bound(tier)}"), tier["or_count_below"]
    if fewer is None:
        return mean
    return message("{bound}, or count < {fewer}", bound=mean, fewer=fewer)
