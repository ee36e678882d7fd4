"""A page for each installed rule set: every number with its source or its assumption."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from markdown_tables import code, table

from shopscore import Days, Metric, RuleSet, Tally, platforms
from shopscore.model.aggregators import RationalCombination
from shopscore.model.expressions import Assumed
from shopscore.model.platforms import Platform, Scorecard

STATUSES = {
    "official": "the platform's own text",
    "seed": "taken from the project's primary sources, without the platform's own text",
    "inferred": "inferred from numbers",
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
    span = f" (the span is: {ruleset.span_source})" if ruleset.span_source else ""
    yield table(
        ("", ""),
        [
            ("status", f"`{ruleset.status}`: {STATUSES[ruleset.status]}"),
            ("covers", f"{ruleset.span}{span}"),
            ("published on", ruleset.published_on or "not known"),
            ("clock, currency", f"{platform.zone}, {platform.currency}"),
            ("points and score", _scale(card, ruleset)),
            ("decimals", _number(ruleset.decimals)),
            ("ranking", _number(ruleset.ranking)),
            ("a metric without points", _number(ruleset.missing)),
            ("only shops with a score are peers", _number(ruleset.peers_need_eligibility)),
        ],
    )
    yield (
        "A name in square brackets, such as `[decay.half_life_days]`, is an assumption: the number"
        " is not published. Its value stands in the table at the end, and you can change it."
    )
    yield from _weights(ruleset)
    yield "## What is counted"
    yield (
        "Ages are days before the day of publication: age 1 is the day before it. Rows of excluded"
        " orders are left out. `order.x` is the column `x` of the order that a row names."
    )
    for _, entry in ruleset.entries:
        yield from _metric(card.all_metrics[entry.id])
    yield from _shown_only(card, ruleset)
    yield from _scorers(ruleset)
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


def _scale(card: Scorecard, ruleset: RuleSet) -> str:
    """The ends of the scale; their source stands in the file only."""
    text, _ = card.text(ruleset.version)
    source = tomllib.loads(text).get("scale", {}).get("source", "")
    return f"{_number(ruleset.low)} to {_number(ruleset.high, source)}"


def _linked(source: Any) -> str:
    return f"[{source.title}]({source.url})" if source.url else source.title


def _number(value: Any, source: str = "") -> str:
    """A number with its mark: the source that gives it, or the assumption in its place."""
    if isinstance(value, Assumed):
        return code(str(value))
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{text} ({source})" if source else text


def _weights(ruleset: RuleSet) -> Iterator[str]:
    yield "## Weights"
    rows = []
    for dimension in ruleset.dimensions:
        name = f"{dimension.en} · {dimension.zh}"
        weight = _number(dimension.weight, dimension.source)
        for entry in dimension.metrics:
            within = _number(entry.weight, entry.source)
            rows.append((name, weight, code(entry.id), within, code(entry.scorer)))
            name = weight = ""
    yield table(("dimension", "weight", "metric", "weight within", "scorer"), rows)


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
        hours = ": seconds become hours" if aggregator.per == 3600 else ""
        per = f", times {aggregator.per:,}{hours}" if aggregator.per > 1 else ""
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
        words.append(f"– each `{each}` counts once: the earliest by `{by}`")
    return " ".join(words)


def _shown_only(card: Scorecard, ruleset: RuleSet) -> Iterator[str]:
    if ruleset.informational:
        yield "## Shown, without weight"
        for id in ruleset.informational:
            yield from _metric(card.all_metrics[id])
    others = [id for id in ruleset.needed_metric_ids if id not in ruleset.metric_ids]
    if others:
        yield "## Used by conditions only"
        for id in others:
            yield from _metric(card.all_metrics[id])


def _scorers(ruleset: RuleSet) -> Iterator[str]:
    yield "## From value to points"
    rows = []
    for spec in ruleset.scorers.values():
        for name, value in spec.parameters.items():
            rows.append((code(spec.id), code(spec.kind), code(name), _nested(value), spec.source))
    yield table(("scorer", "kind", "parameter", "numbers", "source"), rows)


def _nested(value: Any) -> str:
    if isinstance(value, tuple):
        inner = ", ".join(_nested(v) for v in value)
        return f"({inner})"
    return _number(value)


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
        yield "Decided on the rounded score."
        yield table(
            ("tier", "score", "meaning"),
            [(code(t.id), _bound(t, t.below, "<"), f"{t.en} · {t.zh}") for t in ruleset.tiers],
        )


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
