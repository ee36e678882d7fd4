"""Rule sets that lack numbers, and a user's files for them."""

from __future__ import annotations

import re
from pathlib import Path

import shopscore as ss
from shopscore.rules.coverage import missing_numbers
from shopscore.rules.numbers_toml import FilledRuleSet, NumbersSource, fill_numbers
from shopscore.testing.toy import PLATFORM as TOY
from support.value_platform import PLATFORM as PLAIN


def ruleset_of(name: str) -> ss.RuleSet:
    platform, card, version = name.split("/")
    return ss.platform(platform).scorecard(card).ruleset(version)


TMALL = ruleset_of("tmall/experience/2026-03-16")
KUAISHOU = ruleset_of("kuaishou/experience/2023")
PILOT = ruleset_of("pinduoduo/pilot/2025-inferred")
PUBLISHED = TOY.scorecard().ruleset("2025-01-01")
LACKING = [
    card.ruleset(version)
    for platform in ss.platforms()
    for card in platform.scorecards
    for version in card.versions
    if missing_numbers(card.ruleset(version))
]


def scorecard_of(ruleset: ss.RuleSet) -> ss.Scorecard:
    platforms = {platform.id: platform for platform in (*ss.platforms(), TOY, PLAIN)}
    return platforms[ruleset.platform].scorecard(ruleset.scorecard)


def filled(ruleset: ss.RuleSet, source: NumbersSource) -> FilledRuleSet:
    """A rule set with the numbers of a user, checked against its scorecard."""
    card = scorecard_of(ruleset)
    better = {id: metric.better for id, metric in card.all_metrics.items()}
    return fill_numbers(ruleset, source, kinds=card.own_kinds, better=better)


def files(folder: Path, **texts: str) -> list[Path]:
    found = []
    for name, text in texts.items():
        found.append(folder / f"{name}.toml")
        found[-1].write_text(text, encoding="utf-8")
    return found


def filled_in(template: str) -> str:
    """Every line of a number without its mark, with a number; NAME is the scorer where none is known."""
    worth = {
        "weight": "0.25", "points": "4", "worth": "1", "scorer": '"mine"', "kind": '"bands"', "bands": "[[1, 4]]",
        "floor": "3", "bound": "1",
        "pickup.points": "[[48, 80], [24, 100]]",
        "aftersale.refund_only_hours": "24", "aftersale.return_refund_hours": "72",
    }  # fmt: skip
    if 'platform = "douyin"' in template:  # on a scale from 50 to 100
        worth |= {"points": "70", "bands": "[[1, 70]]", "floor": "60"}
    text, count = re.subn(
        r"^# ([a-z_.]+) = (?! *\[\"…).*$",
        lambda line: f"{line[1]} = {worth[line[1]]}",
        template.replace("# [scorers.NAME]", "[scorers.mine]"),
        flags=re.MULTILINE,
    )
    assert count
    return text
