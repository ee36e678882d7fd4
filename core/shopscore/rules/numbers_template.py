"""Templates of numbers files: a line for every number that is missing in a rule set."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ..messages import in_language, message
from ..model.labels import Label
from ..model.rulesets import RuleSet
from .coverage import missing_numbers


def numbers_template(
    ruleset: RuleSet, lang: str = "en", labels: Mapping[str, Label] | None = None
) -> str:
    """Return a numbers file to fill in: a line for every missing number of the rule set.

    Its comments are in a language: ``zh`` is Chinese, anything else English. They say why a number
    is missing and where it stands; ``labels`` are the names of metrics.
    """
    return "\n".join(in_language(line, lang) for line in _template(ruleset, lang, labels or {}))


def _template(ruleset: RuleSet, lang: str, labels: Mapping[str, Label]) -> Iterator[str]:
    missing = {m.number: in_language(m.reason, lang) for m in missing_numbers(ruleset)}
    if not missing:
        yield message(
            "# No number is missing in {ruleset}: there is nothing to fill in.",
            ruleset=ruleset.name,
        )
        return
    yield message(
        "# Numbers missing in {ruleset}. Fill in what you know, and remove the #.",
        ruleset=ruleset.name,
    )
    yield "schema = 1"
    for key in ("platform", "scorecard", "version"):
        yield f'{key} = "{getattr(ruleset, key)}"'
    only = message("only for shops of these industries; without it for all").text(lang)
    yield f'# industries = ["…"]  # {only}'
    if any(group.shop_types for table in ruleset.weight_tables for group, _ in table.rows):
        only = message("only for shops of these types; without it for all").text(lang)
        yield f'# shop_types = ["…"]  # {only}'
    for dimension in ruleset.dimensions:
        place = f"dimensions.{dimension.id}"
        if not any(number.startswith(f"{place}.") for number in missing):
            continue
        yield f'\n[[dimensions]]\nid = "{dimension.id}"  # {dimension.label.zh}'
        for key in ("weight", "points"):
            yield from _line(key, missing.get(f"{place}.{key}"))
        for entry in dimension.metrics:
            own = {key: missing.get(f"{place}.{entry.id}.{key}") for key in ("weight", "scorer")}
            if any(reason is not None for reason in own.values()):
                name = _name(entry.id, labels)
                yield f'\n[[dimensions.metrics]]\nid = "{entry.id}"{name}'
            for key, reason in own.items():
                yield from _line(key, reason)
    yield from _scorers_to_fill_in(ruleset, missing, lang)
    for adjustment in ruleset.adjustments:
        reason = missing.get(f"{adjustment.role}.{adjustment.metric}.worth")
        if reason is not None:
            name = _name(adjustment.metric, labels)
            yield f'\n[[{adjustment.role}]]\nmetric = "{adjustment.metric}"{name}'
            yield from _line("worth", reason)
    for criterion in ruleset.criteria:
        if (reason := missing.get(f"criteria.{criterion.id}.bound")) is not None:
            name = "" if criterion.label is None else f"  # {criterion.label.zh}"
            yield f'\n[[criteria]]\nid = "{criterion.id}"{name}'
            yield from _line("bound", reason)
    needed = [a.id for a in ruleset.assumptions.values() if f"assumptions.{a.id}" in missing]
    if needed:
        yield "\n[assumptions]"
    for id in needed:
        yield from _line(id, missing[f"assumptions.{id}"])


def _name(metric: str, labels: Mapping[str, Label]) -> str:
    """Return the Chinese name of a metric as a comment; empty where it is not told."""
    return f"  # {labels[metric].zh}" if metric in labels else ""


def _line(key: str, reason: str | None) -> Iterator[str]:
    """Yield the line of a number that is missing, with the reason; nothing where it is not."""
    if reason is not None:
        yield f"# {key} =   # {reason}"


def _scorers_to_fill_in(ruleset: RuleSet, missing: Collection[str], lang: str) -> Iterator[str]:
    bands = message("# bands = [[worst bound, points], …, [best bound, points]]")
    if any(number.endswith(".scorer") for number in missing):
        needed = message("for the metrics above that need a scorer").text(lang)
        yield f"\n# [scorers.NAME]  # {needed}"
        yield '# kind = "bands"'
        yield bands
    for name, spec in ruleset.scorers.items():
        if spec.missing:
            why = in_language(spec.missing, lang)
            yield f'\n[scorers.{name}]  # {why}\nkind = "{spec.kind}"'
            yield bands
            yield message(
                "# floor = …  # points of a value that reaches no bound; by default the bottom of the"
                " scale"
            )
