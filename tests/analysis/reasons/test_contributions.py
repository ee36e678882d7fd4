"""What adds up to a score: the lines of every shop sum to its exact score, whatever the rules do."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shopscore as ss
from oracle.random_events import random_events
from oracle.random_platform_events import random_platform_events
from shopscore.analysis.reasons.contributions import decompose
from support import adjusted_platform, three_dimensions
from support.douyin_2026 import as_file, made_up, write_sample
from support.event_frames import frames_of, without_extra

F = Fraction
#: The newest rule set of every scorecard of the built-in platforms.
CARDS = [
    (platform.id, card.id, card.versions[-1])
    for platform in ss.platforms()
    for card in platform.scorecards
]


def check(result: ss.Result) -> int:
    """Check every shop of a result; return how many have a score."""
    scored = 0
    for row, exact in enumerate(result.score_exact):
        found = decompose(result, row)
        if exact is None:
            assert (found.lines, found.score_exact) == ((), None)
            assert found.note is not None
            continue
        scored += 1
        assert sum(line.gives for line in found.lines) == found.score_exact == F(exact)
        assert found.rounding is not None
        shown = F(str(result.score[row]))
        assert found.score_exact + found.rounding == shown
        for line in found.lines:
            if line.kind == "metric" and line.points is not None:
                assert line.weight is not None
                assert line.gives == line.weight * line.points
    return scored


@cache
def _of_any_platform() -> dict[str, pl.DataFrame]:
    return frames_of(without_extra(random_platform_events(1, shops=3, orders=30)))


@pytest.mark.parametrize(("platform", "card", "version"), CARDS)
def test_of_every_built_in_card(platform: str, card: str, version: str) -> None:
    check(
        ss.score(
            _of_any_platform(),
            platform=platform,
            scorecard=card,
            ruleset=version,
            as_of="2024-06-30",
        )
    )


@pytest.mark.parametrize("seed", range(5))
def test_of_random_folders(seed: int) -> None:
    frames = frames_of(without_extra(random_events(seed, shops=3, orders=90)))
    result = ss.score(frames, platform="douyin", ruleset="2022", as_of="2024-06-30")
    assert check(result)


@pytest.mark.parametrize("version", ["2026-01-15", "2026-07-14", "2026-09-08"])
def test_of_bonus_deductions_caps_and_set_points(version: str, tmp_path: Path) -> None:
    as_of = write_sample(tmp_path, version, 3, shops=8, orders=900)
    numbers: Any = as_file(version, made_up(version, 3))
    result = ss.score(tmp_path, platform="douyin", ruleset=version, as_of=as_of, numbers=numbers)
    assert check(result)
    kinds = {line.kind for row in range(len(result)) for line in decompose(result, row).lines}
    assert {"bonus", "deduction"} & kinds


_VALUES = st.fixed_dictionaries(
    {name: st.integers(1, 10) for name in ("up", "extra", "more", "fine", "blame")}
)


@given(st.lists(_VALUES, min_size=1, max_size=3), st.sampled_from(["both", "low", "none"]))
def test_of_adjustments_within_the_scale(shops: list[dict[str, int]], clamp: str) -> None:
    bonus = '[[bonus]]\nmetric = "{}"\ncap = {}\nsource = "page"\n'
    rules = adjusted_platform.rules_of(
        adjusted_platform.WEIGHED,
        bonus.format("extra", 2),
        '[[deduction]]\nmetric = "fine"\ncap = 3\nsource = "page"\n',
        scale=f'scale = {{ low = 1, high = 5, decimals = 2, clamp = "{clamp}", source = "page" }}\n',
    )
    values = {f"S{n}": {k: v for k, v in one.items() if k in ("up", "extra", "fine")}
              for n, one in enumerate(shops)}  # fmt: skip
    for one in values.values():
        one["up"] = min(one["up"], 5)
    assert check(adjusted_platform.scored(values, rules)) == len(shops)


def test_an_end_of_the_scale_is_a_line() -> None:
    rules = adjusted_platform.rules_of(
        adjusted_platform.WEIGHED, '[[bonus]]\nmetric = "extra"\ncap = 2\nsource = "page"\n'
    )
    result = adjusted_platform.scored({"S1": {"up": 4, "extra": 9}}, rules)
    lines = [(line.kind, line.id, line.gives, line.lost) for line in decompose(result, 0).lines]
    assert lines == [
        ("metric", "up", 4, 1), ("bonus", "extra", 2, 0), ("clamp", "", -1, None),
    ]  # fmt: skip


class TestOtherCompositions:
    VALUES: Mapping[str, Mapping[str, int]] = {"S1": {"goods": 3, "speed": 2, "service": 9}}

    def test_the_lowest_dimension_decides(self) -> None:
        result = three_dimensions.scored(self.VALUES, three_dimensions.rules_of())
        (line,) = decompose(result, 0).lines
        assert (line.kind, line.id, line.gives, line.lost) == ("composition", "speed", 2, 8)
        assert "lowest" in str(line.note)

    def test_one_of_the_platforms_own_is_not_split(self) -> None:
        rules = three_dimensions.rules_of(composition="middle")
        result = three_dimensions.scored(self.VALUES, rules)
        (line,) = decompose(result, 0).lines
        assert (line.id, line.gives) == ("", F(11, 2))
        assert "not split" in str(line.note)


def test_weights_of_what_no_row_counts_for_are_shared() -> None:
    frames = frames_of(without_extra(random_events(1, shops=4, orders=40)))
    frames["complaints"] = frames["complaints"].clear()
    frames["conversations"] = frames["conversations"].clear()
    result = ss.score(frames, platform="douyin", ruleset="2022", as_of="2024-06-30")
    assert check(result)
    row = next(row for row, exact in enumerate(result.score_exact) if exact is not None)
    lines = {line.id: line for line in decompose(result, row).lines}
    left_out = lines["im_3min_reply_rate"]
    assert (left_out.gives, left_out.weight, left_out.declared) == (0, 0, F(7, 100))
    others = [line for line in lines.values() if line.weight]
    assert sum(line.weight or 0 for line in others) == 1
