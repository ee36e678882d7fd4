"""A page for each installed rule set: every number with its source or its assumption."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markdown_tables import code, table

from shopscore import Platform, platforms
from shopscore.analysis.rule_facts import list_facts
from shopscore.plugins.bound_rules import BoundRuleSet

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
SIGNS = {"at least": "≥", "at most": "≤", "below": "<", "above": ">", "equal to": "="}
#: What stands beside the result of the last evaluation.
PROJECTED = {
    "today": "as if shops were judged today",
    "next": "what the next evaluation gives if nothing more happens",
}
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


Facts = Mapping[str, Any]


def write(folder: Path) -> None:
    """Write the pages of all installed rule sets into a folder, and nothing else there."""
    folder.mkdir(exist_ok=True)
    wanted = {}
    for platform in platforms():
        for card in platform.scorecards:
            for version in card.versions:
                name = f"{platform.id}-{card.id}-{version}.md"
                rules = BoundRuleSet.bind(platform, card, card.ruleset(version))
                wanted[name] = page(platform, list_facts(rules))
    for stale in {p.name for p in folder.glob("*.md")} - set(wanted):
        (folder / stale).unlink()
    for name, text in wanted.items():
        place = folder / name
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            place.write_text(text, encoding="utf-8")


def page(platform: Platform, facts: Facts) -> str:
    """The page of one rule set, from its facts."""
    return "\n\n".join(_page(platform, facts)) + "\n"


def _page(platform: Platform, facts: Facts) -> Iterator[str]:
    yield f"# {facts['name']}"
    yield f"{facts['en']} · {facts['zh']}"
    yield table(("", ""), _head(platform, facts))
    ids = [_short(facts, a["id"]) for a in facts["assumptions"]]
    if ids:
        yield (
            f"A name in square brackets, such as `[{min(ids)}]`, is an assumption: the number"
            " is not published. Its value stands in the table at the end, and you can change it."
        )
    yield from _weights(facts)
    yield from _missing(facts)
    yield "## What is counted"
    yield (
        "Ages are days before the day of publication: age 1 is the day before it. Rows of excluded"
        " orders are left out. `order.x` is the column `x` of the order that a row names."
    )
    counted = [m for d in facts["dimensions"] for m in d["metrics"]] or facts["informational"]
    for metric in counted:
        yield from _metric(metric)
    yield from _others(facts)
    yield from _scorers(facts)
    yield from _comparison(facts)
    yield from _conditions(facts)
    yield from _set(facts)
    yield from _levels(facts)
    yield from _assumptions(facts)
    yield from _profiles(facts)
    yield "## Sources"
    yield table(
        ("id", "confidence", "what"),
        [
            (
                code(s["id"]),
                f"{s['confidence']}: {CONFIDENCE.get(s['confidence'], '')}",
                _linked(s),
            )
            for s in facts["sources"]
        ],
    )
    if facts["notes"]:
        yield "## Notes"
        yield "\n".join(f"- {note}" for note in facts["notes"])


def _short(facts: Facts, assumption: str) -> str:
    platform, _, version = facts["name"].split("/")
    return assumption.removeprefix(f"{platform}.{version}.")


def _head(platform: Platform, facts: Facts) -> Iterator[tuple[str, str]]:
    span = f" (the span is: {facts['span_source']})" if facts["span_source"] else ""
    scale = f"{_bare(facts, 'low')} to {_bare(facts, 'high')}"
    if facts["total_low"] != facts["low"]:
        scale = f"points {scale}, the score {facts['total_low']} to {_bare(facts, 'high')}"
    source = f" ({facts['scale_source']})" if facts["scale_source"] else ""
    metrics = [m for d in facts["dimensions"] for m in d["metrics"]]
    kinds = {scorer["kind"] for scorer in facts["scorers"]}
    yield "status", f"`{facts['status']}`: {STATUSES[facts['status']]}"
    yield "covers", f"{facts['span']}{span}"
    yield "published on", str(facts["published_on"] or "not known")
    yield "clock, currency", f"{platform.zone}, {platform.currency}"
    if facts["dimensions"] or not facts["criteria"]:
        yield "points and score", f"{scale}{source}"
        yield "decimals", _bare(facts, "decimals")
    if (declared := facts["evaluation"]) is not None:
        yield "judged", f"{declared['words']} ({declared['source']})"
        yield "projected", PROJECTED[declared["projected_to"]]
    ranks = kinds - UNRANKED or not all(m["scorer"] for m in metrics) or not kinds
    if ranks and (facts["dimensions"] or not facts["criteria"]):
        yield "ranking", _bare(facts, "ranking")
        yield "ranked among at least", _bare(facts, "min_peers")
    if facts["dimensions"]:
        yield "a metric without points", _bare(facts, "missing")
        yield "only shops with a score are peers", _bare(facts, "peers_need_eligibility")


def _linked(source: Facts) -> str:
    title = f"[{source['title']}]({source['url']})" if source["url"] else source["title"]
    return f"{title}. {source['note']}" if source["note"] else title


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _marked(text: str) -> str:
    """Text in which the names of assumptions are set as code."""
    return re.sub(r"\[[a-z0-9_.]+\]", lambda name: code(name[0]), text)


def _assumption(facts: Facts, key: str) -> str | None:
    """The assumption in the place of a number, in square brackets."""
    kind, _, id = (facts[f"{key}_source"] or "").partition(" ")
    return code(f"[{id}]") if kind == "assumption" else None


def _bare(facts: Facts, key: str) -> str:
    """A number without its source, or the assumption in its place."""
    return _assumption(facts, key) or _plain(facts[key])


def _number(facts: Facts, key: str) -> str:
    """A number with the source that gives it, or the assumption in its place."""
    source, choices = facts[f"{key}_source"], facts.get(f"{key}_choices")
    assumption = _assumption(facts, key)
    if choices is not None:
        source, _, id = source.partition(", by assumption ")
        words = (f"{n} where {code(f'[{id}]')} is `{w}`" for w, n in choices.items())
        return f"{', '.join(words)} ({source})"
    if assumption is not None:
        return f"not published ({assumption})" if facts[key] is None else assumption
    return f"{_plain(facts[key])} ({source})" if source else _plain(facts[key])


def _weights(facts: Facts) -> Iterator[str]:
    yield "## Weights"
    if not facts["dimensions"]:
        yield "There are none, and no total: each metric stands by itself."
        return
    rows = []
    for dimension in facts["dimensions"]:
        name = f"{dimension['en']} · {dimension['zh']}"
        weight = _number(dimension, "weight")
        if dimension["states_points"]:
            points = f"points of the whole: {_number(dimension, 'points')}"
            rows.append((name, weight, points, None, None))
            name = weight = ""
        for metric in dimension["metrics"]:
            within = "none" if dimension["missing"] else _number(metric, "weight")
            within = f"{within} of the rest" if metric["of_rest"] else within
            scorer = code(metric["scorer"]["id"]) if metric["scorer"] else "not published"
            rows.append((name, weight, code(metric["id"]), within, scorer))
            name = weight = ""
    yield table(("dimension", "weight", "metric", "weight within", "scorer"), rows)
    for weights in facts["weight_tables"]:
        what = f"metrics of `{weights['dimension']}`" if weights["dimension"] else "dimensions"
        yield (
            f"Weights of {what} by industry and type of shop ({weights['source']}); a row that names a"
            " type goes before one that names none:"
        )
        yield table(
            ("industry", "type of shop", *map(code, weights["columns"])),
            [
                (
                    ", ".join(row["industries"]),
                    ", ".join(row["shop_types"]) or "any",
                    *row["weights"],
                )
                for row in weights["rows"]
            ],
        )


def _missing(facts: Facts) -> Iterator[str]:
    if not facts["missing_numbers"]:
        return
    yield "## What is missing"
    yield (
        "No source gives these numbers, and nothing is taken for them: without them there is no"
        " total. [Give them in a file](../../how-to/give-missing-numbers.md); where an assumption"
        " stands beside a number, a value for that does as well."
    )
    yield table(
        ("number", "assumption", "why"),
        [
            (code(m["number"]), code(m["assumption"]) if m["assumption"] else "", m["reason"])
            for m in facts["missing_numbers"]
        ],
    )


def _metric(metric: Facts) -> Iterator[str]:
    yield f"### `{metric['id']}`"
    yield f"{metric['en']} · {metric['zh']}"
    lines = [
        ("better", metric["better"]),
        ("unit", metric["unit"]),
        ("days", _marked(metric["how"] or metric["window"])),
        ("least n", metric["min_n"] if metric["min_n"] > 1 else None),
        ("source", ", ".join(metric["sources"])),
    ]
    yield "\n".join(f"- {name}: {value}" for name, value in lines if value)
    yield from _counted(metric)
    if metric["note"]:
        yield metric["note"]


def _counted(metric: Facts) -> Iterator[str]:
    tallies = [*dict.fromkeys(tally["words"] for tally in metric["counts"])]
    if not metric["how"]:  # what is counted over several windows is told once
        tallies = [tally["words"] for tally in metric["counts"]]
    grades, per = metric["grades"], metric["per"]
    if not tallies:
        yield "Nothing is counted: events do not feed it. Its value can be given (`--values`)."
        return
    if grades is None:
        yield "Counted from:"
        yield "\n".join(f"- {words}" for words in tallies)
        if metric["numbers"]:
            yield f"With {', '.join(map(_marked, metric['numbers']))}."
        return
    marks = [f"{_marked(grade)} × " if len(grades) > 1 else "" for grade in grades]
    yield "Above the line:" if metric["divides"] else "The number of:"
    above = zip(marks, tallies, strict=False)  # the last tally may stand below the line
    yield "\n".join(f"- {mark}{words}" for mark, words in above)
    if metric["divides"]:
        unit = f": {UNITS[per]}" if per in UNITS else ""
        times = f", times {per:,}{unit}" if per > 1 else ""
        yield f"Below the line (the number of these rows is `n`){times}:"
        yield f"- {tallies[-1]}"


def _others(facts: Facts) -> Iterator[str]:
    """The metrics that are not weighed."""
    shown = facts["informational"] if facts["dimensions"] else ()
    bounds = "The total never leaves the scale."
    groups = {
        "Added to the total": (facts["bonus"], bounds),
        "Taken from the total": (facts["deductions"], bounds),
        "Shown, without weight": (shown, ""),
        "Used by conditions only": (facts["conditions_only"], ""),
    }
    for heading, (metrics, words) in groups.items():
        if metrics:
            yield f"## {heading}"
        if metrics and words:
            yield words
        for metric in metrics:
            yield from _metric(metric)
            if metric.get("worth_source"):
                yield _worth(metric)
            if metric.get("cap_source"):
                yield f"No more than {_number(metric, 'cap')}."


def _worth(metric: Facts) -> str:
    """What a bonus or a deduction is worth, and what it changes."""
    what = f" of `{metric['of_dimension']}`" if metric["of_dimension"] else ""
    if not metric["needs"]:
        return f"Points{what} of each: {_number(metric, 'worth')}."
    points = f"{_number(metric, 'worth')} points{what}"
    return f"{points} where {_needs(metric)} {_are_met(metric)}."


def _are_met(facts: Facts) -> str:
    return "is met" if len(facts["needs"]) == 1 else "are met"


def _set(facts: Facts) -> Iterator[str]:
    """Points and totals that criteria set."""
    if facts["set_points"]:
        yield "## Points that are set"
        yield "Where the criteria are met the metric has these points, be they more or fewer."
        yield table(
            ("metric", "points", "where", "switch"),
            [
                (
                    code(r["metric"]),
                    _number(r, "points"),
                    _needs(r),
                    _assumption(r, "applies") or "",
                )
                for r in facts["set_points"]
            ],
        )
    if facts["fixed_totals"]:
        yield "## Totals in place of a score"
        yield (
            "Shops that have one of these statuses have the first total whose criteria they meet;"
            " without any, none."
        )
        yield table(
            ("status", "shops", "where", "total"),
            [
                (
                    code(f["status"]),
                    ", ".join((*f["industries"], *f["shop_types"])) or "all",
                    _needs(f) if f["needs"] else "",
                    "none" if f["total"] is None else _number(f, "total"),
                )
                for f in facts["fixed_totals"]
            ],
        )
    if facts["displays"]:
        yield "## What is shown"
        for display in facts["displays"]:
            yield f"{display['en']} · {display['zh']} ({display['source']}), from these totals on:"
            yield table(("total", "figure"), [(str(a), str(b)) for a, b in display["steps"]])


def _scorers(facts: Facts) -> Iterator[str]:
    if not facts["scorers"]:
        return
    yield "## From value to points"
    rows = []
    for scorer in facts["scorers"]:
        id, kind = code(scorer["id"]), code(scorer["kind"])
        if "missing" in scorer:
            rows.append((id, kind, None, f"missing: {scorer['missing']}", None))
        for name, numbers in scorer.get("declared", {}).items():
            rows.append((id, kind, code(name), _marked(numbers), scorer["source"] or ""))
    yield table(("scorer", "kind", "parameter", "numbers", "source"), rows)


def _comparison(facts: Facts) -> Iterator[str]:
    rule = facts["comparison"]
    if rule is None:
        return
    source = f" ({rule['kind_source']})" if rule["kind_source"] else ", which is an assumption"
    yield "## Compared with the industry"
    yield f"Beside each metric stands {COMPARISONS[rule['kind']]}{source}."
    yield (
        f"Which mean: {_bare(rule, 'mean')}. `pooled` is that of all shops counted together,"
        " `shops` that of their own values. [More](../../how-to/compare-with-the-industry.md)."
    )


def _conditions(facts: Facts) -> Iterator[str]:
    if facts["eligibility"]:
        yield "## Conditions for a score"
        yield "Of several that are not met, the first in this order gives the status."
        yield table(
            ("condition", "metric", "bound", "else the status is"),
            [
                (e["en"], code(e["metric"]), _bound(e), code(e["status"]))
                for e in facts["eligibility"]
            ],
        )
    if facts["tiers"]:
        yield "## Tiers"
        if any(tier["measure"] == "total" for tier in facts["tiers"]):
            yield "Decided on the rounded score."
        else:
            yield "Decided on the value of a metric: no score is needed."
        yield table(
            ("tier", "reached at", "meaning"),
            [(code(t["id"]), _tier(facts, t), f"{t['en']} · {t['zh']}") for t in facts["tiers"]],
        )


def _levels(facts: Facts) -> Iterator[str]:
    """The criteria, and the levels that ask for them."""
    if facts["criteria"]:
        yield "## Criteria"
        yield table(
            ("criterion", "looks at", "bound", "small numbers", "without rows"),
            [
                (code(c["id"]), _looked_at(c), _criterion(c), _relief(c), _without_rows(c))
                for c in facts["criteria"]
            ],
        )
    if facts["levels"]:
        yield "## Levels"
        yield "A shop has the first of these whose criteria it meets."
        yield table(
            ("level", "needs", "meaning", "source"),
            [
                (code(v["id"]), _needs(v), f"{v['en']} · {v['zh']}", v["source"] or "")
                for v in facts["levels"]
            ],
        )


def _looked_at(criterion: Facts) -> str:
    measure, of = criterion["measure"], code(criterion["of"] or "")
    if measure == "value":
        return of
    words = {
        "n": "rows of",
        "numerator": "count of",
        "dimension": "points of",
        "total": "the total",
    }
    return f"{words.get(measure, measure)} {of}" if of else words.get(measure, measure)


def _criterion(criterion: Facts) -> str:
    mean = " × the mean of the industry" if criterion["times_industry_mean"] else ""
    others = (
        f"; {other['bound']} for {', '.join((*other['industries'], *other['shop_types']))}"
        for other in criterion["elsewhere"]
    )
    return f"{_bound(criterion)}{mean}{''.join(others)}"


def _relief(criterion: Facts) -> str:
    return criterion["relief"]["words"] if criterion["relief"] else ""


def _without_rows(criterion: Facts) -> str:
    if criterion["metric"] is None:
        return ""
    return "met" if criterion["without_rows"] else "not met"


def _needs(level: Facts) -> str:
    if not level["needs"]:
        return "nothing"
    return _together(level["needs"], "and" if level["every"] else "or")


def _together(parts: Any, word: str) -> str:
    other = "or" if word == "and" else "and"
    texts = (code(p) if isinstance(p, str) else f"({_together(p, other)})" for p in parts)
    return f" {word} ".join(texts)


def _bound(condition: Facts) -> str:
    return f"{SIGNS[condition['operator']]} {_number(condition, 'bound')}"


def _tier(facts: Facts, tier: Facts) -> str:
    if not tier["metric"]:
        return f"{_bound(tier)}, where {_needs(tier)}" if tier["needs"] else _bound(tier)
    count = ""
    if tier["or_count_below"] is not None:
        count = f", or fewer than {_bare(tier, 'or_count_below')} rows above the line"
    mean = "pooled" if facts["comparison"] is None else _bare(facts["comparison"], "mean")
    times = f"{_bare(tier, 'bound')} × the mean of the industry ({mean})"
    sign = SIGNS[tier["operator"]]
    return f"{code(tier['metric'])} {sign} {times}{count} ({tier['bound_source']})"


def _assumptions(facts: Facts) -> Iterator[str]:
    if not facts["assumptions"]:
        return
    yield "## Assumptions"
    yield (
        "The platform does not publish these numbers; where a source is named, the number was seen"
        " there. A result names those that it rests on."
    )
    yield table(
        ("assumption", "value", "bounds", "source", "why"),
        [
            (code(a["id"]), _value(a), _bounds(a), a["seen_in"] or "", a["reason"])
            for a in facts["assumptions"]
        ],
    )


def _profiles(facts: Facts) -> Iterator[str]:
    """Numbers in place of missing ones, for whoever names them."""
    for profile in facts["profiles"]:
        yield f"## Profile `{profile['id']}`"
        yield f"{profile['en']} · {profile['zh']}"
        yield (
            f"Numbers in place of missing ones, used only where the profile is named: `--profile"
            f" {profile['id']}`. [More](../../how-to/give-missing-numbers.md#numbers-that-were-seen)."
        )
        yield table(
            ("number", "value"),
            [(code(n["id"]), _number(n, "value")) for n in profile["numbers"]],
        )


def _value(assumption: Facts) -> str:
    value = assumption["value"]
    if value is None:
        return "none"
    unit = f" {assumption['unit']}" if assumption["unit"] else ""
    return code(value) if isinstance(value, str) else f"{_plain(value)}{unit}"


def _bounds(assumption: Facts) -> str:
    if assumption["choices"]:
        return ", ".join(code(c) for c in assumption["choices"])
    if assumption["kind"] == "boolean":
        return "true, false"
    low, high = assumption["low"], assumption["high"]
    words = [] if low is None else [f"{low} to {high}"]
    return " or ".join([*words, *(["none"] if assumption["nullable"] else [])])
