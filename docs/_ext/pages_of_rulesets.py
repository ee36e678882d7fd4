"""A page for each installed rule set: every number with its source or its assumption."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from markdown_tables import code, table

from shopscore import Days, Metric, RuleSet, Tally, platforms
from shopscore.model.aggregators import RationalCombination
from shopscore.model.assumptions import Chosen
from shopscore.model.expressions import Assumed
from shopscore.plugins.declarations import Platform, Scorecard
from shopscore.rules.coverage import missing_numbers

STATUSES = {
    "official": "the platform's own text",
    "seed": "taken from the project's primary sources, without the platform's own text",
    "inferred": "put together from outside, from what pages show and others describe",
    "unofficial": "told by third parties",
    "user": "a user's own",
}
CONFIDENCE = {
    "S": "primary source of the project",
    "O": "official rule text",
    "P": "captured from a page of the platform",
    "T": "third party",
    "I": "inferred from numbers",
}
#: Kinds of scorer that rank nobody.
UNRANKED = {"bands", "threshold", "linear"}
#: What a divisor means.
UNITS = {
    3_600: "seconds become hours",
    86_400: "seconds become days",
    1_000_000: "numbers are kept in millionths",
}
COMPARISONS = {
    "difference": "its signed difference to the mean of the industry, as a share of that mean:"
    " (own − mean)/mean",
    "spread": "how far it is from the mean of the industry. Above the mean that is the share of the"
    " way from there to the greatest value, (own − mean)/(greatest − mean); below it the share of"
    " the way to the least, (mean − own)/(mean − least)",
}


def write(folder: Path) -> None:
    """Write the pages of all installed rule sets into a folder, and nothing else there."""
    folder.mkdir(exist_ok=True)
    wanted = {}
    for platform in platforms():
        for card in platform.scorecards:
            for version in card.versions:
                name = f"{platform.id}-{card.id}-{version}.md"
                wanted[name] = page(platform, card, card.ruleset(version))
    for stale in {p.name for p in folder.glob("*.md")} - set(wanted):
        (folder / stale).unlink()
    for name, text in wanted.items():
        place = folder / name
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            place.write_text(text, encoding="utf-8")


def page(platform: Platform, card: Scorecard, ruleset: RuleSet) -> str:
    """The page of one rule set."""
    return "\n\n".join(_page(platform, card, ruleset)) + "\n"


def _page(platform: Platform, card: Scorecard, ruleset: RuleSet) -> Iterator[str]:
    yield f"# {ruleset.name}"
    yield f"{ruleset.en} · {ruleset.zh}"
    yield table(("", ""), _facts(platform, ruleset))
    yield (
        "A name in square brackets, such as "
        f"`[{min(ruleset.assumptions)}]`, is an assumption: the number"
        " is not published. Its value stands in the table at the end, and you can change it."
    )
    yield from _weights(ruleset)
    yield from _missing(ruleset)
    yield "## What is counted"
    yield (
        "Ages are days before the day of publication: age 1 is the day before it. Rows of excluded"
        " orders are left out. `order.x` is the column `x` of the order that a row names."
    )
    counted = [entry.id for _, entry in ruleset.entries] or ruleset.informational
    for id in counted:
        yield from _metric(card.all_metrics[id])
    yield from _beside(card, ruleset)
    yield from _scorers(ruleset)
    yield from _comparison(ruleset)
    yield from _conditions(ruleset)
    yield from _assumptions(ruleset)
    yield "## Sources"
    yield table(
        ("id", "confidence", "what"),
        [
            (code(s.id), f"{s.confidence}: {CONFIDENCE.get(s.confidence, '')}", _linked(s))
            for s in ruleset.sources.values()
        ],
    )
    if ruleset.notes:
        yield "## Notes"
        yield "\n".join(f"- {note}" for note in ruleset.notes)


def _facts(platform: Platform, ruleset: RuleSet) -> Iterator[tuple[str, str]]:
    span = f" (the span is: {ruleset.span_source})" if ruleset.span_source else ""
    ends = [_number(end) for end in (ruleset.low, ruleset.high)]
    source = f" ({ruleset.scale_source})" if ruleset.scale_source else ""
    kinds = {spec.kind for spec in ruleset.scorers.values()}
    yield "status", f"`{ruleset.status}`: {STATUSES[ruleset.status]}"
    yield "covers", f"{ruleset.span}{span}"
    yield "published on", str(ruleset.published_on or "not known")
    yield "clock, currency", f"{platform.zone}, {platform.currency}"
    yield "points and score", f"{' to '.join(ends)}{source}"
    yield "decimals", _number(ruleset.decimals)
    if kinds - UNRANKED or not all(entry.scorer for _, entry in ruleset.entries) or not kinds:
        yield "ranking", _number(ruleset.ranking)
    if ruleset.dimensions:
        yield "a metric without points", _number(ruleset.missing)
        yield "only shops with a score are peers", _number(ruleset.peers_need_eligibility)


def _linked(source: Any) -> str:
    title = f"[{source.title}]({source.url})" if source.url else source.title
    return f"{title}. {source.note}" if source.note else title


def _number(value: Any, source: str = "") -> str:
    """A number with its mark: the source that gives it, or the assumption in its place."""
    if isinstance(value, Assumed):
        return code(str(value))
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{text} ({source})" if source else text


def _needed(ruleset: RuleSet, number: Any, source: str = "") -> str:
    """A weight, or points: without a value they are missing."""
    if isinstance(number, Chosen):
        words = (f"{n} where {code(f'[{number.by.id}]')} is `{w}`" for w, n in number.numbers)
        return f"{', '.join(words)} ({source})"
    missing = ruleset.number(number) is None
    return f"not published ({_number(number)})" if missing else _number(number, source)


def _weights(ruleset: RuleSet) -> Iterator[str]:
    yield "## Weights"
    if not ruleset.dimensions:
        yield "There are none, and no total: each metric stands by itself."
        return
    rows = []
    for dimension in ruleset.dimensions:
        name = f"{dimension.en} · {dimension.zh}"
        weight = _needed(ruleset, dimension.weight, dimension.source)
        if dimension.points is not None:
            points = f"points of the whole: {_needed(ruleset, dimension.points, dimension.source)}"
            rows.append((name, weight, points, None, None))
            name = weight = ""
        for entry in dimension.metrics:
            within = _needed(ruleset, entry.weight, entry.source)
            within = f"{within} of the rest" if entry.of_rest else within
            scorer = code(entry.scorer) if entry.scorer else "not published"
            rows.append((name, weight, code(entry.id), within, scorer))
            name = weight = ""
    yield table(("dimension", "weight", "metric", "weight within", "scorer"), rows)


def _missing(ruleset: RuleSet) -> Iterator[str]:
    found = missing_numbers(ruleset)
    if not found:
        return
    yield "## What is missing"
    yield (
        "No source gives these numbers, and nothing is taken for them: without them there is no"
        " total. [Give them in a file](../../how-to/give-missing-numbers.md); where an assumption"
        " stands beside a number, a value for that does as well."
    )
    yield table(
        ("number", "assumption", "why"),
        [(code(m.number), code(m.assumption) if m.assumption else "", m.reason) for m in found],
    )


def _metric(metric: Metric) -> Iterator[str]:
    yield f"### `{metric.id}`"
    yield f"{metric.en} · {metric.zh}"
    facts = [
        ("better", metric.better),
        ("unit", metric.unit),
        ("days", _window(metric)),
        ("least n", metric.min_n if metric.min_n > 1 else None),
        ("source", ", ".join(metric.sources)),
    ]
    yield "\n".join(f"- {name}: {value}" for name, value in facts if value)
    yield from _aggregator(metric)
    if metric.note:
        yield f"{metric.note}"


def _window(metric: Metric) -> str:
    window = metric.window
    if not isinstance(window, Days):
        return code(repr(window))
    text = f"ages {window.first} to {window.last}"
    if window.half_life is None:
        return text
    return f"{text}; newer days weigh more where there is a half life: {_number(window.half_life)}"


def _aggregator(metric: Metric) -> Iterator[str]:
    aggregator = metric.aggregator
    if not aggregator.tallies:
        yield "Nothing is counted: events do not feed it. Its value can be given (`--values`)."
        return
    if not isinstance(aggregator, RationalCombination):
        yield "Counted from:"
        yield "\n".join(f"- {_tally(t)}" for t in aggregator.tallies)
        return
    graded = len(aggregator.terms) > 1
    yield "Above the line:" if aggregator.over else "The number of:"
    yield "\n".join(
        f"- {_number(grade) + ' × ' if graded else ''}{_tally(t)}" for grade, t in aggregator.terms
    )
    if aggregator.over:
        unit = f": {UNITS[aggregator.per]}" if aggregator.per in UNITS else ""
        per = f", times {aggregator.per:,}{unit}" if aggregator.per > 1 else ""
        yield f"Below the line (the number of these rows is `n`){per}:"
        yield f"- {_tally(aggregator.over)}"


def _tally(tally: Tally) -> str:
    what = "rows" if tally.counts_rows else f"the sum of `{tally.value}` over rows"
    words = [f"{what} of `{tally.stream}` on the day of `{tally.day}`"]
    if tally.where is not None:
        words.append(f"where `{tally.where}`")
    if tally.once is not None:
        each = ", ".join(str(e) for e in tally.once.per)
        by = ", ".join(str(e) for e in tally.once.by)
        words.append(
            f"– each `{each}` counts once: the earliest by `{by}`"
            if tally.once.first == 1
            else f"– of those that share `{each}` the first {tally.once.first} by `{by}`"
        )
        if tally.once.among is not None:
            words.append(f"(decided among all rows where `{tally.once.among}`)")
    return " ".join(words)


def _beside(card: Scorecard, ruleset: RuleSet) -> Iterator[str]:
    """The metrics that are not weighed."""
    bonus = [b.metric for b in ruleset.bonus]
    shown = ruleset.informational if ruleset.dimensions else ()
    others = [id for id in ruleset.needed_metric_ids if id not in ruleset.metric_ids]
    groups = {
        "Added to the total": (bonus, "The total never rises above the end of the scale."),
        "Shown, without weight": (shown, ""),
        "Used by conditions only": (others, ""),
    }
    for heading, (ids, words) in groups.items():
        if ids:
            yield f"## {heading}"
        if ids and words:
            yield words
        for id in ids:
            yield from _metric(card.all_metrics[id])


def _scorers(ruleset: RuleSet) -> Iterator[str]:
    if not ruleset.scorers:
        return
    yield "## From value to points"
    rows = []
    for spec in ruleset.scorers.values():
        if spec.missing:
            rows.append((code(spec.id), code(spec.kind), None, f"missing: {spec.missing}", None))
        for name, value in spec.parameters.items():
            rows.append((code(spec.id), code(spec.kind), code(name), _nested(value), spec.source))
    yield table(("scorer", "kind", "parameter", "numbers", "source"), rows)


def _nested(value: Any) -> str:
    if isinstance(value, tuple):
        inner = ", ".join(_nested(v) for v in value)
        return f"({inner})"
    return _number(value)


def _comparison(ruleset: RuleSet) -> Iterator[str]:
    rule = ruleset.comparison
    if rule is None:
        return
    source = f" ({rule.source})" if rule.source else ", which is an assumption"
    yield "## Compared with the industry"
    yield f"Beside each metric stands {COMPARISONS[rule.kind]}{source}."
    yield (
        f"Which mean: {_number(rule.mean)}. `pooled` is that of all shops counted together, `shops`"
        " that of their own values. [More](../../how-to/compare-with-the-industry.md)."
    )


def _conditions(ruleset: RuleSet) -> Iterator[str]:
    if ruleset.eligibility:
        yield "## Conditions for a score"
        yield "Of several that are not met, the first in this order gives the status."
        yield table(
            ("condition", "metric", "bound", "else the status is"),
            [
                (e.en, code(e.metric), _bound(e, e.at_most, "≤"), code(e.status))
                for e in ruleset.eligibility
            ],
        )
    if ruleset.tiers:
        yield "## Tiers"
        if any(not tier.metric for tier in ruleset.tiers):
            yield "Decided on the rounded score."
        else:
            yield "Decided on the value of a metric: no score is needed."
        yield table(
            ("tier", "reached at", "meaning"),
            [(code(t.id), _reached(t), f"{t.en} · {t.zh}") for t in ruleset.tiers],
        )


def _reached(tier: Any) -> str:
    if not tier.metric:
        return _bound(tier, tier.below, "<")
    fewer = tier.or_count_below
    count = "" if fewer is None else f", or fewer than {_number(fewer)} rows above the line"
    times = f"{_number(tier.times_industry_mean)} × the pooled mean of the industry"
    return f"{code(tier.metric)} ≤ {times}{count} ({tier.source})"


def _bound(rule: Any, other: Any, sign: str) -> str:
    if rule.at_least is not None:
        return f"≥ {_number(rule.at_least, rule.source)}"
    return f"{sign} {_number(other, rule.source)}"


def _assumptions(ruleset: RuleSet) -> Iterator[str]:
    yield "## Assumptions"
    yield "No source gives these numbers. A result names those that it rests on."
    yield table(
        ("assumption", "value", "bounds", "why"),
        [
            (code(ruleset.full_id(a.id)), _value(a), _bounds(a), a.reason)
            for a in ruleset.assumptions.values()
        ],
    )


def _value(assumption: Any) -> str:
    value = assumption.value
    if value is None:
        return "none"
    unit = f" {assumption.unit}" if assumption.unit else ""
    return code(value) if isinstance(value, str) else f"{_number(value)}{unit}"


def _bounds(assumption: Any) -> str:
    if assumption.choices:
        return ", ".join(code(c) for c in assumption.choices)
    if assumption.kind == "boolean":
        return "true, false"
    words: Iterable[str] = (
        () if assumption.low is None else (f"{assumption.low} to {assumption.high}",)
    )
    return " or ".join([*words, *(["none"] if assumption.nullable else [])])
