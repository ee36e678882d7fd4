"""Scorers of a rule set: their kinds, their numbers, and points on the scale."""

from __future__ import annotations

from decimal import Decimal

import pytest

from support.ruleset_documents import ReferenceTables, put, refused


def test_a_scorer_that_does_not_exist() -> None:
    refused(put("dimensions", 0, "metrics", 0, "scorer", value="rnk"), "bad_reviews", "rnk")


def test_a_kind_of_scorer_that_does_not_exist() -> None:
    change = put("scorers", "rank", "kind", value="percentile_curv")
    refused(change, "scorers.rank: ", "did you mean percentile_curve?")


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("percentile_curve", {"curve": [[0, 0]]}),
        ("percentile_curve", {"curve": [[0, 0], [Decimal("0.5"), 5]]}),
        ("percentile_curve", {"curve": [[0, 0], [0, 1], [1, 5]]}),
        ("percentile_curve", {"curve": [[1, 0], [0, 1]]}),
        pytest.param("percentile_curve", {"curve": "straight"}),
        pytest.param("percentile_curve", {"curve": 3}),
        pytest.param("percentile_curve", {"curve": [[0, 0, 0], [1, 5, 5]]}),
        ("percentile_curve", {"curve": [[0, 0], [1, Decimal("5.01")]]}),
        ("percentile_curve", {"curve": [[0, -1], [1, 5]]}),
        ("percentile_curve", {"curves": [[0, 0], [1, 5]]}),
        ("percentile_curve", {}),
        ("linear", {"line": []}),
        ("linear", {"line": [[1, 1], [1, 2]]}),
        ("linear", {"line": [[0, "much"]]}),
        ("linear", {"line": [[0, 6]]}),
        ("linear", {"line": [[0]]}),
        ("bands", {"bands": []}),
        ("bands", {"bands": [[0, 1]], "floor": 6}),
        ("bands", {"bands": [[0, 1]], "flor": 1}),
        ("threshold", {"bound": 1, "passed": 5, "failed": -1}),
        ("bands", {"bands": [["x", 1]]}),
        ("bands", {"bands": 3}),
        ("threshold", {"bound": 1}),
        ("threshold", {"bound": "x", "passed": 1}),
        ("threshold", {"bound": [1], "passed": 1}),
    ],
)
def test_a_scorer_with_impossible_numbers(kind: str, parameters: ReferenceTables) -> None:
    table = {"kind": kind, "source": "page", **parameters}
    refused(put("scorers", "rank", value=table), "scorers.rank")


def test_points_off_the_scale() -> None:
    change = put("scorers", "rank", "curve", value=[[0, 0], [1, Decimal("5.5")]])
    refused(change, "scorers.rank: 5.5 points are outside the scale, 0 to 5")
