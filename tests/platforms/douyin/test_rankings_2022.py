"""Rankings, policies and medians that the oracle does not know: their meaning is written once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from attrs import frozen

import shopscore as ss
from oracle.douyin_2022 import score as oracle_score
from oracle.douyin_2022_rules import DIMENSION_OF, HIGHER_IS_BETTER
from oracle.douyin_2022_totals import round_half_up
from oracle.event_loading import Loaded
from oracle.random_events import random_events
from support.oracle_comparison import AS_OF, Both, read
from support.slow_cases import mostly_slow

F = Fraction


@pytest.fixture(scope="module")
def without_conversations(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Nobody asked anything, so that a dimension is not whole."""
    events = random_events(60, shops=8, orders=60)
    events["conversations"] = []
    return read(events, tmp_path_factory.mktemp("without_conversations"))


@pytest.fixture(scope="module")
def without_replies(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """A column is missing, so that nobody knows a dimension."""
    drop = {"conversations": {"first_reply_at"}}
    events = random_events(60, shops=8, orders=60, drop_columns=drop)
    return read(events, tmp_path_factory.mktemp("without_replies"))


PERCENTILES = {
    "mid_percent_rank": lambda worse, equal, m: (worse + F(equal + 1, 2) - 1) / (m - 1),
    "percent_rank": lambda worse, _, m: F(worse, m - 1) if m > 1 else F(0),
    "cume_dist": lambda worse, equal, m: F(worse + equal, m),
    "rank": lambda worse, equal, m: (worse + F(equal + 1, 2)) / m,
    "weak": lambda worse, equal, m: F(worse + equal, m),
    "strict": lambda worse, _, m: F(worse, m),
    "mean": lambda worse, equal, m: (worse + F(equal, 2)) / m,
}
BY_DIMENSION = {
    "goods": (F(50, 100), [m for m, d in DIMENSION_OF.items() if d == "goods"]),
    "logistics": (F(15, 100), [m for m, d in DIMENSION_OF.items() if d == "logistics"]),
    "service": (F(35, 100), [m for m, d in DIMENSION_OF.items() if d == "service"]),
}


MIDDLE = F(4)


def on_curve(place: Fraction, median: Fraction) -> Fraction:
    """Points from 3 to 5, through those of the median."""
    below, above = (F(3), median), (median, F(5))
    low, high = below if place < F(1, 2) else above
    return low + (high - low) * (2 * place - (place >= F(1, 2)))


@frozen
class Again:
    """One shop once more: the points of its metrics, and the worst and best of the others.

    Those in ``reach`` lack input and may turn out to be none; those in ``unranked`` have a value.
    """

    points: dict[str, Fraction]
    reach: dict[str, tuple[Fraction, Fraction]]
    unranked: dict[str, tuple[Fraction, Fraction]]

    def totals(self, policy: str) -> set[Fraction]:
        """Every unrounded score that the shop can have: one where nothing lacks."""
        if not self.points and not self.reach:
            return set()
        choices = {id: (*ends, None) for id, ends in self.reach.items()} | self.unranked
        found = set()
        for chosen in product(*choices.values()):
            more = {id: p for id, p in zip(choices, chosen, strict=True) if p is not None}
            found.add(composed({**self.points, **more}, policy))
        return {total for total in found if total is not None}


def graded_again(
    loaded: Loaded,
    *,
    kind: str = "mid_percent_rank",
    median: Fraction = MIDDLE,
    need_eligibility: bool = False,
    min_peers: int = 2,
    lacking: tuple[str, ...] = (),
) -> dict[str, Again]:
    """Points by metric from the oracle's values."""
    shops = oracle_score(loaded, AS_OF).shops
    barred = ("suppressed", "insufficient_orders") if need_eligibility else ()
    least = max(min_peers, 2) if kind == "mid_percent_rank" else min_peers
    found = {}
    for id, shop in shops.items():
        again = found[id] = Again({}, {}, {})
        neighbours = [
            other
            for other in shops.values()
            if other.industry == shop.industry and other.status not in barred
        ]
        for metric in DIMENSION_OF if shop.status not in barred else ():
            if metric in lacking:
                size = len(neighbours)
                ends = [F(0), F(1)]  # among peers of whom nobody knows how many there would be
                if size >= least:
                    ends = [F(PERCENTILES[kind](worse, 1, size)) for worse in (0, size - 1)]
                again.reach[metric] = (on_curve(ends[0], median), on_curve(ends[1], median))
            own = shop.metrics[metric].value
            peers = [v for other in neighbours if (v := other.metrics[metric].value) is not None]
            if own is None:
                continue
            if len(peers) < least:
                again.unranked[metric] = (on_curve(F(0), median), on_curve(F(1), median))
                continue
            sign = 1 if metric in HIGHER_IS_BETTER else -1
            worse = sum(sign * peer < sign * own for peer in peers)
            place = PERCENTILES[kind](worse, peers.count(own), len(peers))
            again.points[metric] = on_curve(F(place), median)
    return found


def whole(metrics: Sequence[str], points: Mapping[str, Fraction], policy: str) -> bool:
    """Whether a dimension has points."""
    there = [metric in points for metric in metrics]
    return all(there) if policy == "require" else any(there)


def composed(points: Mapping[str, Fraction], policy: str) -> Fraction | None:
    total = weights = F(0)
    for weight, metrics in BY_DIMENSION.values():
        there = [points[m] for m in metrics if m in points]
        if not whole(metrics, points, policy):
            continue
        total, weights = total + weight * sum(there) / len(there), weights + weight
    return total / weights if weights else None


RANKINGS: list[tuple[dict[str, Any], str, dict[str, object]]] = [
    *(({"kind": kind}, "rescale", {"ranking.kind": kind}) for kind in PERCENTILES),
    ({"median": F("3.5")}, "rescale", {"points.at_median": "3.5"}),
    ({"median": F("5")}, "rescale", {"points.at_median": "5", "missing.policy": "rescale"}),
    ({"need_eligibility": True}, "rescale", {"peers.need_eligibility": True}),
    ({"min_peers": 3}, "rescale", {"ranking.min_peers": 3}),
    ({"min_peers": 4}, "rescale", {"ranking.min_peers": 4}),
    ({}, "require", {"missing.policy": "require"}),
    (
        {"kind": "weak", "need_eligibility": True, "median": F("4.2"), "min_peers": 3},
        "require",
        {"missing.policy": "require", "ranking.kind": "weak", "peers.need_eligibility": True,
         "points.at_median": "4.2", "ranking.min_peers": 3},
    ),
]  # fmt: skip


def score_assuming(both: Both, assume: Mapping[str, object]) -> ss.Result:
    full = {f"douyin.2022.{name}": value for name, value in assume.items()}
    return ss.score(both.events, platform="douyin", ruleset="2022", as_of=AS_OF, assume=full)


def assert_points(shop: ss.ShopView, expected: Again) -> None:
    assert {m.id: m.points for m in shop.metrics if m.points is not None} == {
        id: float(p) for id, p in expected.points.items()
    }


@pytest.mark.parametrize(("options", "policy", "assume"), mostly_slow(RANKINGS, 1, 2), ids=str)
def test_ranking_policy_median_and_peers(
    options: dict[str, Any],
    policy: str,
    assume: dict[str, object],
    without_conversations: Both,
) -> None:
    expected = graded_again(without_conversations.loaded, **options)
    statuses = set()
    for shop in score_assuming(without_conversations, assume):
        statuses.add(shop.status)
        assert_points(shop, expected[shop.shop_id])
        again = expected[shop.shop_id]
        totals = again.totals(policy)
        if shop.status == "scored":
            (score,) = totals
            assert shop.score_exact == str(score)
            assert shop.score == float(round_half_up(score, 2))
        if shop.status == "partial":
            assert again.unranked
            ends = [round_half_up(end, 2) for end in (min(totals), max(totals))] if totals else ()
            found = (shop.score_low, shop.score_high)
            assert found == (tuple(map(float, ends)) if totals else (None, None))
            continue
        weights = [m.weight for m in shop.metrics if m.weight is not None]
        if not again.unranked:
            assert sum(weights) == pytest.approx(1, abs=1e-14) if totals else weights == []
    assert "scored" in statuses


def known_share(shop: ss.ShopView, lacking: Sequence[str]) -> Fraction:
    """The weight of all metrics but those without input, and those with a value and no rank."""
    unknown = {m.id for m in shop if m.value is not None and m.points is None} | set(lacking)
    return sum(
        (
            weight * sum(id not in unknown for id in ids) / len(ids)
            for weight, ids in BY_DIMENSION.values()
        ),
        F(0),
    )


@pytest.mark.parametrize(("options", "policy", "assume"), mostly_slow(RANKINGS, 0, 4), ids=str)
def test_the_ends_of_a_score_of_which_a_metric_lacks(
    options: dict[str, Any], policy: str, assume: dict[str, object], without_replies: Both
) -> None:
    """Worst, best, or no row at all of the one metric that reads replies."""
    lacking = ("im_3min_reply_rate",)
    expected = graded_again(without_replies.loaded, **options, lacking=lacking)
    partial = 0
    for shop in score_assuming(without_replies, assume):
        again, entry = expected[shop.shop_id], shop.to_dict()
        assert_points(shop, again)
        if shop.status != "partial":
            assert shop.status != "scored" or not again.reach
            continue
        partial += 1
        assert shop.coverage == float(known_share(shop, lacking))
        totals = again.totals(policy)
        if not totals:  # what cannot be ranked leaves no dimension with points
            assert policy == "require" or not again.reach
            assert (shop.score_low, shop.score_high) == (None, None)
            continue
        assert entry["score_low_exact"] == str(min(totals))
        assert entry["score_high_exact"] == str(max(totals))
        assert shop.score_low == float(round_half_up(min(totals), 2))
        assert shop.score_high == float(round_half_up(max(totals), 2))
        # the dimensions that are known have the weights that are published
        there = [
            weight
            for id, (weight, ids) in BY_DIMENSION.items()
            if id != "service"
            and whole(ids, again.points, policy)
            and not again.unranked.keys() & set(ids)
        ]
        weights = [m.weight for m in shop.metrics if m.weight is not None]
        assert sum(weights) == pytest.approx(float(sum(there)), abs=1e-14)
    assert partial
