"""Templates of numbers files: a line for every number that is missing in a rule set."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..messages import in_language, message
from ..model.rulesets import RuleSet
from .coverage import missing_numbers


def numbers_template(ruleset: RuleSet, lang: str = "en") -> str:
    """Return a numbers file to fill in: a line for every missing number of the rule set.

    Its comments are in a language: ``zh`` is Chinese, anything else English.
    """
    return "\n".join(in_language(line, lang) for line in _template(ruleset, lang))


def _template(ruleset: RuleSet, lang: str) -> Iterator[str]:
    missing = {m.number for m in missing_numbers(ruleset)}
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
    for dimension in ruleset.dimensions:
        place = f"dimensions.{dimension.id}"
        if not any(number.startswith(f"{place}.") for number in missing):
            continue
        yield f'\n[[dimensions]]\nid = "{dimension.id}"  # {dimension.label.zh}'
        for key in ("weight", "points"):
            if f"{place}.{key}" in missing:
                yield f"# {key} = "
        for entry in dimension.metrics:
            keys = [k for k in ("weight", "scorer") if f"{place}.{entry.id}.{k}" in missing]
            if keys:
                yield f'\n[[dimensions.metrics]]\nid = "{entry.id}"'
                yield from (f"# {key} = " for key in keys)
    yield from _scorers_to_fill_in(ruleset, missing, lang)
    for adjustment in ruleset.adjustments:
        if f"{adjustment.role}.{adjustment.metric}.worth" in missing:
            yield f'\n[[{adjustment.role}]]\nmetric = "{adjustment.metric}"\n# worth = '


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
