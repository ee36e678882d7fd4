"""The items of the dsr scorecards, and the rule of three, against what was found by hand."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from oracle.dsr_items import first_three_orders
from oracle.metric_rows import Facts
from oracle.platform_metrics import pinduoduo, tmall
from oracle.typed_events import AS_OF, Cells, Platform, at, figure, loaded_of, review


@pytest.mark.parametrize("platform", [tmall, pinduoduo])
def test_nineteen_fives_and_a_one(platform: Platform) -> None:
    rows = [review(5, buyer_id=f"B{number}", order_id=f"O{number}") for number in range(19)]
    rows += [review(1, logistics_rating="3")]
    numerator, denominator = figure(platform, "dsr_description", reviews=rows)
    assert numerator / denominator == F("4.8")
    assert figure(platform, "dsr_service", reviews=rows) == (0, 0)
    assert figure(platform, "dsr_logistics", reviews=rows) == (3, 1)


@pytest.mark.parametrize(("platform", "last"), [(tmall, 180), (pinduoduo, 90)])
def test_ages_of_dsr(platform: Platform, last: int) -> None:
    rows = [review(5, age=age) for age in (-1, 0, 1, last, last + 1)]
    assert figure(platform, "dsr_description", reviews=rows) == (10, 2)


def three(orders: list[Cells], reviews: list[Cells]) -> list[str]:
    """The orders whose reviews the rule of three leaves, one entry per review."""
    facts = Facts(loaded_of(orders=orders, reviews=reviews), AS_OF, {})
    return sorted(str(row["order_id"]) for row in first_three_orders(facts))


def test_the_first_three_orders_of_a_buyer_in_a_month() -> None:
    june, last_of_may = at(20), at(30, "23:59:59")
    ids = ("O9", "O10", "O8", "O2", "NULL", "MAY", "GIFT")
    orders = [{"order_id": id, "buyer_id": "B", "completed_at": june} for id in ids]
    orders[3]["completed_at"] = at(29, "00:00:00")  # the first second of June
    orders[4]["completed_at"] = ""
    orders[5]["completed_at"] = last_of_may
    orders[6]["is_excluded"] = "1"
    orders.append({"order_id": "X", "shop_id": "T", "buyer_id": "B", "completed_at": june})
    reviews = [review(5, order_id=id) for id in (*ids, "O10", "O9")]
    # June: O2 was first, then by text O10, O8 and O9; NULL (reviewed in June) is last
    assert three(orders, reviews) == ["MAY", "O10", "O10", "O2", "O8"]
    # an order without a review is no rival, and the other shop's has its own three
    reviews = [*reviews[1:5], review(5, order_id="X", shop_id="T")]
    assert three(orders, reviews) == ["O10", "O2", "O8", "X"]
    assert figure(tmall, "dsr_description", orders=orders, reviews=reviews) == (15, 3)
    assert figure(pinduoduo, "dsr_description", orders=orders, reviews=reviews) == (20, 4)


def test_whose_and_which_month_a_review_is() -> None:
    orders = [{"order_id": f"O{n}", "buyer_id": "B", "completed_at": at(9)} for n in range(5)]
    reviews = [review(4, order_id=f"O{n}") for n in range(3)]
    left = [*reviews, review(1, order_id="O3"), review(1, order_id="GONE", buyer_id="B")]
    counted = [
        review(4, order_id="O4", buyer_id="C"),  # the review's buyer goes first
        review(4, order_id="GONE"),  # an unknown order, no buyer
        review(4, buyer_id="B"),  # no order
        review(4, order_id="GONE", buyer_id="B", age=30),  # of May
    ]
    assert figure(tmall, "dsr_description", orders=orders, reviews=[*left, *counted]) == (28, 7)


def test_the_unrated_and_the_old_are_rivals_too() -> None:
    """Age 180 is 2 January: the reviews of 1 January are too old, and their orders the first."""
    done = [f"2024-01-0{n} 12:00:00" for n in range(1, 6)]
    orders = [
        {"order_id": f"O{n}", "buyer_id": "B", "completed_at": done[n]} for n in range(len(done))
    ]
    reviews = [
        review(5, age=181, order_id="O0", service_rating="5"),
        review(5, age=180, order_id="O1"),  # no service rating
        review(5, age=5, order_id="O2", service_rating="4"),
        review(5, age=5, order_id="O3", service_rating="1"),  # the fourth
    ]
    assert figure(tmall, "dsr_service", orders=orders, reviews=reviews) == (4, 1)
    assert figure(tmall, "dsr_description", orders=orders, reviews=reviews) == (10, 2)
