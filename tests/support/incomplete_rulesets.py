"""Rule sets that lack numbers, and a user's files for them."""

from __future__ import annotations

import re
from pathlib import Path

import shopscore as ss
from shopscore.rules.coverage import missing_numbers
from shopscore.testing.toy import PLATFORM as TOY


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


def files(folder: Path, **texts: str) -> list[Path]:
    found = []
    for name, text in texts.items():
        found.append(folder / f"{name}.toml")
        found[-1].write_text(text, encoding="utf-8")
    return found


def filled_in(template: str) -> str:
    """Every line of a number without its mark, with a number; NAME is the scorer where none is known."""
    worth = {
        "weight": "0.25", "points": "4", "scorer": '"mine"', "kind": '"bands"', "bands": "[[1, 2]]",
        "floor": "1",
    }  # fmt: skip
    text, count = re.subn(
        r"^# (weight|points|scorer|kind|bands|floor) = .*$",
        lambda line: f"{line[1]} = {worth[line[1]]}",
        template.replace("# [scorers.NAME]", "[scorers.mine]"),
        flags=re.MULTILINE,
    )
    assert count
    return text
