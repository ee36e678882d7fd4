"""The table of truth: what is known of a score, case by case, with every number by hand.

Two shops, A and B, of one industry. Of A nothing is bad, it hands parcels over after 10 hours, and
answers 9 of 10 in time; of B one review of four is bad, it takes 20 hours, and answers 6 of 10.
Ranked among two, A has 5 points and B none; answers give 4 and 2 points by bands (floor 0). So with
weights 1/2, 1/4, 1/4: A 2.5 + 1.25 + 1 = 4.75, B 0 + 0 + 0.5 = 0.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pytest
from attrs import evolve

import shopscore as ss
from shopscore.messages import message, translate
from shopscore.notices import Notice
from shopscore.results.requirements import Requirements
from shopscore.results.result import Result
from shopscore.results.views import ShopView
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM as TOY

AS_OF = date(2025, 3, 1)
Frames = dict[str, pl.DataFrame]


def at(days_before: int, hour: int = 0) -> str:
    """A time so many days before the day of publication."""
    return str(datetime(2025, 3, 1) - timedelta(days=days_before) + timedelta(hours=hour))


def frames() -> Frames:
    """Everything, every third day of the window of 30 days."""
    days = range(30, 0, -3)
    orders, reviews, conversations = [], [], []
    for shop, hours, bad, late in (("A", 10, 0, 1), ("B", 20, 1, 4)):
        for i, day in enumerate(days):
            orders.append((shop, f"{shop}{i}", at(day), at(day, hours)))
            reply = "" if i < late else at(day, 1)[:-5] + "00:30"
            conversations.append((shop, f"{shop}{i}", at(day, 1), reply or None))
        for i, day in enumerate((30, 20, 10, 1)):
            reviews.append((shop, f"{shop}{i}", at(day), 1 if i < bad else 5))
    return {
        "shops": pl.DataFrame(
            [("A", "food"), ("B", "food")], schema=["shop_id", "industry"], orient="row"
        ),
        "orders": pl.DataFrame(
            orders, schema=["shop_id", "order_id", "paid_at", "picked_up_at"], orient="row"
        ),
        "reviews": pl.DataFrame(
            reviews, schema=["shop_id", "review_id", "reviewed_at", "rating"], orient="row"
        ),
        "conversations": pl.DataFrame(
            conversations,
            schema=["shop_id", "session_id", "started_at", "first_reply_at"],
            orient="row",
        ),
    }


def without(stream: str, column: str | None = None) -> Callable[[Frames], Frames]:
    def change(given: Frames) -> Frames:
        if column is None:
            return {name: frame for name, frame in given.items() if name != stream}
        return {**given, stream: given[stream].drop(column)}

    return change


def emptied(stream: str) -> Callable[[Frames], Frames]:
    return lambda given: {**given, stream: given[stream].clear()}


def moved(stream: str, column: str, days: list[int]) -> Callable[[Frames], Frames]:
    """The rows of each shop in a stream on other days, one after the other."""

    def change(given: Frames) -> Frames:
        frame = given[stream]
        times = [at(days[i % len(days)], 1) for i in range(len(frame) // 2)] * 2
        return {**given, stream: frame.with_columns(pl.Series(column, times))}

    return change


def only_shop_a(given: Frames) -> Frames:
    return {name: frame.filter(pl.col("shop_id") == "A") for name, frame in given.items()}


def alone(change: Callable[[Frames], Frames]) -> Callable[[Frames], Frames]:
    return lambda given: change(only_shop_a(given))


def reviews_of_a_alone(given: Frames) -> Frames:
    return {**given, "reviews": given["reviews"].filter(pl.col("shop_id") == "A")}


def twenty_shops(given: Frames) -> Frames:
    """A, and nineteen shops like B."""
    copies = {}
    for name, frame in given.items():
        of_b = frame.filter(pl.col("shop_id") == "B")
        more = [of_b.with_columns(shop_id=pl.lit(f"C{i:02}")) for i in range(18)]
        copies[name] = pl.concat([frame, *more])
    return copies


def everything(given: Frames) -> Frames:
    return given


class Known(NamedTuple):
    """What is told of one shop."""

    status: str
    score: float | None
    low: float | None
    high: float | None
    coverage: float
    tiers: tuple[str, ...]
    possible: tuple[str, ...] = ()
    reason: str | None = None


LACKS = "the input of weighted metrics is missing"
ALONE = "no other shop in its industry"
UNRANKED = "some weighted metrics cannot be ranked: "
GOLD = ("gold",)
A_FULL = Known("scored", 4.75, 4.75, 4.75, 1, GOLD)
B_FULL = Known("scored", 0.5, 0.5, 0.5, 1, ())

TABLE: dict[str, tuple[Callable[[Frames], Frames], Known, Known | None, set[str]]] = {
    "everything": (everything, A_FULL, B_FULL, {"few_peers"}),
    # A: 2.5 + 1/2 · (5 + x)/2, B: 0 + 1/2 · (0 + x)/2, each for x from 0 to 5
    "missing stream": (
        without("conversations"),
        Known("partial", None, 3.75, 5, 0.75, (), GOLD, LACKS),
        Known("partial", None, 0, 1.25, 0.75, (), (), LACKS),
        {"few_peers", "missing_input"},
    ),
    "missing column": (
        without("conversations", "first_reply_at"),
        Known("partial", None, 3.75, 5, 0.75, (), GOLD, LACKS),
        Known("partial", None, 0, 1.25, 0.75, (), (), LACKS),
        {"few_peers", "missing_input"},
    ),
    # A: x/2 + 1/2 · (5 + 4)/2; B: x/2 + 1/2 · (0 + 2)/2; at the low end of A no review counts at
    # all only if that is lower, which it is not: 0/2 + 2.25
    "missing dimension": (
        without("reviews"),
        Known("partial", None, 2.25, 4.75, 0.5, (), GOLD, LACKS),
        Known("partial", None, 0.5, 3, 0.5, (), (), LACKS),
        {"few_peers", "missing_input"},
    ),
    # goods 5 and 0; service 5 and 0 by pick-up alone, since no conversation is there to be counted
    "empty stream": (
        emptied("conversations"),
        Known("scored", 5, 5, 5, 1, GOLD),
        Known("scored", 0, 0, 0, 1, ()),
        {"few_peers", "empty_stream"},
    ),
    "too old": (
        moved("reviews", "reviewed_at", [30, 29, 28, 27]),
        A_FULL,
        B_FULL,
        {"few_peers", "stale_stream"},
    ),
    "too short": (
        moved("conversations", "started_at", list(range(10, 0, -1))),
        None,  # type: ignore[dict-item]
        None,
        {"few_peers", "short_window", "cells_emptied"},  # sessions that begin after their answer
    ),
    # alone: nobody to be ranked among, so reviews and pick-up may be anything: x/2 + (y + 4)/4;
    # known are the answers, half of service
    "too few peers": (
        only_shop_a,
        Known("partial", None, 1, 4.75, 0.25, (), GOLD, UNRANKED + ALONE),
        None,
        {"no_peers"},
    ),
    # of the reviews of one shop nobody knows the rank, x/2 + (5 + 4)/4; of the other none counts,
    # so that its service is all: (0 + 2)/2
    "no peers of one metric": (
        reviews_of_a_alone,
        Known("partial", None, 2.25, 4.75, 0.5, (), GOLD, f"{UNRANKED}{ALONE} has a value"),
        Known("scored", 1, 1, 1, 1, ()),
        {"few_peers", "no_peers"},
    ),
    # bands need no peers: all may be anything from 0 to 5
    "alone, a band missing": (
        alone(without("conversations")),
        Known("partial", None, 0, 5, 0, (), GOLD, f"{LACKS}; others cannot be ranked: {ALONE}"),
        None,
        {"missing_input", "no_peers"},
    ),
    # reviews may be anything from 0 to 5, among peers who are missing too, or none, and pick-up has
    # a rank that nobody knows: x/2 + (y + 4)/4, or (y + 4)/2
    "alone, a rank missing": (
        alone(without("reviews")),
        Known(
            "partial", None, 1, 4.75, 0.25, (), GOLD, f"{LACKS}; others cannot be ranked: {ALONE}"
        ),
        None,
        {"missing_input", "no_peers"},
    ),
    # nothing else has a value
    "alone, all missing": (
        lambda given: {"shops": only_shop_a(given)["shops"]},
        Known("partial", None, 0, 5, 0, (), GOLD, LACKS),
        None,
        {"missing_input", "missing_side_input", "not_checked"},
    ),
    # of the answers it is known that there are none: a quarter; the rest cannot be ranked
    "alone, an empty stream": (
        alone(emptied("conversations")),
        Known("not_computable", None, None, None, 0.25, (), (), ALONE),
        None,
        {"empty_stream", "no_peers"},
    ),
    "twenty peers": (twenty_shops, A_FULL, None, set()),
    # without times of payment neither pick-up nor the number of orders is known; A: 2.5 + 1/2 ·
    # (x + 4)/2, B: 0 + 1/2 · (x + 2)/2; no pick-up at all gives 2.5 + 2 and 0 + 1, in between
    "unknown eligibility": (
        without("orders", "paid_at"),
        Known("partial", None, 3.5, 4.75, 0.75, (), GOLD, LACKS),
        Known("partial", None, 0.5, 1.75, 0.75, (), (), LACKS),
        {"few_peers", "missing_input", "missing_side_input", "not_checked"},
    ),
}


def scored(given: Mapping[str, pl.DataFrame], **more: Any) -> Result:
    return ss.score(given, platform=TOY, ruleset="2025-01-01", as_of=AS_OF, **more)


def known_of(result: Result, shop_id: str) -> Known:
    return known_of_shop(result[shop_id])


def known_of_shop(shop: ShopView) -> Known:
    assert shop.coverage is not None
    return Known(
        shop.status,
        shop.score,
        shop.score_low,
        shop.score_high,
        shop.coverage,
        shop.tiers,
        shop.possible_tiers,
        shop.reason,
    )


@pytest.mark.parametrize("case", TABLE)
def test_table_of_truth(case: str) -> None:
    change, a, b, codes = TABLE[case]
    result = scored(change(frames()))
    assert {notice.code for notice in result.notices} == codes
    if a is not None:
        assert known_of(result, "A") == a
    if b is not None:
        assert known_of(result, "B") == b


@pytest.mark.parametrize(
    ("case", "holds"),
    [
        ("everything", {"complete", "fresh", "window", "peers=2"}),
        ("missing stream", {"fresh", "window", "peers=2"}),
        ("empty stream", {"complete", "window", "peers=2"}),
        ("too old", {"complete", "window", "peers=2"}),
        ("too short", {"complete", "fresh", "peers=2"}),
        ("too few peers", {"fresh", "window"}),
        ("twenty peers", {"complete", "fresh", "window", "peers=2", "peers=20"}),
        ("unknown eligibility", {"fresh", "window", "peers=2"}),
        ("alone, an empty stream", {"window"}),
    ],
)
def test_requirements(case: str, holds: set[str]) -> None:
    given = TABLE[case][0](frames())
    for word in ("complete", "fresh", "window", "peers=2", "peers=20"):
        if word in holds:
            assert len(scored(given, require=word)) >= 1
        else:
            with pytest.raises(ss.RequirementError, match=f"required: {word}; but "):
                scored(given, require=["peers=0", word])
    assert ss.RequirementError.exit_code == 1


@pytest.mark.parametrize("given", [5, [5], ["complete", None]])
def test_requirements_are_words(given: Any) -> None:
    with pytest.raises(ss.UsageError, match="require= takes words"):
        scored(frames(), require=given)


@pytest.mark.parametrize(("given", "said"), [("x", "prefer='x'"), ("values", "values= is not")])
def test_nothing_goes_before_values_that_are_not_there(given: Any, said: str) -> None:
    with pytest.raises(ss.UsageError, match=said):
        scored(frames(), prefer=given)


def typed(*cells: tuple[str, str, str]) -> pl.DataFrame:
    table = pl.DataFrame(cells, schema=["shop_id", "metric", "value"], orient="row")
    return table.with_columns(industry=pl.lit("food"))


OPEN_B = Known("partial", None, 0, 1.25, 0.75, (), (), LACKS)

#: What is typed in beside events without conversations: A's answers make the score that they made.
TYPED: dict[str, tuple[pl.DataFrame, dict[str, Any], Known, Known, set[str]]] = {
    "a value": (typed(("A", "fast_replies", "90%")), {}, A_FULL, OPEN_B,
                {"few_peers", "missing_input"}),
    "values of both": (typed(("A", "fast_replies", "90%"), ("B", "快速回复率", "0.6")), {},
                       A_FULL, B_FULL, {"few_peers"}),
    # without answers 2.5 + 2.5 and 0
    "words for none": (typed(("A", "fast_replies", "无"), ("B", "fast_replies", "-")), {},
                     Known("scored", 5, 5, 5, 1, GOLD), Known("scored", 0, 0, 0, 1, ()),
                     {"few_peers"}),
    # an empty row says no more than none
    "empty values": (typed(("A", "fast_replies", "90%"), ("B", "fast_replies", "")), {}, A_FULL,
                     OPEN_B, {"few_peers", "missing_input"}),
    "of another metric": (typed(("A", "bad_reviews", "0")), {},
                          Known("partial", None, 3.75, 5, 0.75, (), GOLD, LACKS), OPEN_B,
                          {"few_peers", "missing_input"}),
    # 5/2 + (5 + 4.5)/4
    "points": (typed(("A", "fast_replies", "")).with_columns(points=pl.lit("4.5")), {},
               Known("scored", 4.88, 4.88, 4.88, 1, GOLD), OPEN_B, {"few_peers", "missing_input"}),
    # a rank does not make points of bands: what the value is, nobody knows
    "a percentile": (typed(("A", "fast_replies", "")).with_columns(percentile=pl.lit("0.9")), {},
                     Known("partial", None, 3.75, 5, 0.75, (), GOLD, LACKS), OPEN_B,
                     {"few_peers", "missing_input"}),
    # C has no events; of three A has 5 points, C with 10 % bad reviews 2.5, B none, and of pick-up
    # C's 15 hours are 2.5. C: 1.25 + 0.625 + 1
    "a shop without events": (
        typed(("A", "fast_replies", "90%"), ("B", "fast_replies", "60%"), ("C", "bad_reviews", "10%"),
              ("C", "pickup_hours", "15 h"), ("C", "fast_replies", "90%")), {},
        A_FULL, B_FULL, {"few_peers", "not_checked", "missing_side_input", "values_without_events"}),
    "only a part of it": (
        typed(("A", "fast_replies", "90%"), ("B", "fast_replies", "60%"), ("C", "bad_reviews", "10%")),
        {}, A_FULL, B_FULL,
        {"few_peers", "not_checked", "missing_input", "missing_side_input", "values_without_events"}),
}  # fmt: skip


@pytest.mark.parametrize("case", TYPED)
def test_table_of_truth_of_typed_values(case: str) -> None:
    values, more, a, b, codes = TYPED[case]
    result = scored(without("conversations")(frames()), values=values, **more)
    assert {notice.code for notice in result.notices} == codes
    assert known_of(result, "A") == a
    assert known_of(result, "B") == b
    complete = not {"missing_input", "not_checked"} & codes
    if complete:
        assert scored(
            without("conversations")(frames()), values=values, require="complete"
        )["A"].score == a.score  # fmt: skip
    else:
        with pytest.raises(ss.RequirementError, match="required: complete"):
            scored(without("conversations")(frames()), values=values, require="complete")


def experience(source: Any, **more: Any) -> ShopView:
    """The only shop, by the rules of Douyin 2022: points from 3 to 5."""
    (shop,) = more.pop("by", ss.score)(
        source, platform="douyin", ruleset="2022", as_of=AS_OF, **more
    )
    return shop


@pytest.mark.parametrize(
    ("values", "low", "high", "coverage", "reason"),
    [
        # pick-up is half of 0.15: 0.15 · (4.9 + x)/2 + 0.85 · x, for x from 3 to 5
        ([("pickup_rate", "99.9%", "4.9")], 3.14, 4.99, 0.075, LACKS),
        # it has a value and cannot be ranked, so delivery is all of logistics
        ([("pickup_rate", "0.9", "")], 3, 5, 0, f"{LACKS}; others cannot be ranked: {ALONE}"),
    ],
)
def test_one_value_of_a_lone_shop_makes_no_score(
    values: list[tuple[str, str, str]], low: float, high: float, coverage: float, reason: str
) -> None:
    table = pl.DataFrame(
        [("S", *row) for row in values],
        schema=["shop_id", "metric", "value", "points"],
        orient="row",
    )
    shop = experience(table, by=ss.score_values)
    assert known_of_shop(shop) == Known(
        "partial", None, low, high, coverage, shop.tiers, shop.possible_tiers, reason
    )


def test_a_table_of_one_metric_makes_no_score() -> None:
    """All orders are picked up in time, 4.8 points by the table: 0.15 · (4.8 + x)/2 + 0.85 · x."""
    orders = only_shop_a(frames())["orders"]
    table = ss.Benchmark.from_rows(
        [("*", "pickup_rate", "0.1", "0.5"), ("*", "pickup_rate", "0.9", "0.99")]
    )
    shop = experience(
        {"orders": orders}, benchmarks=table, assume={"eligibility.min_paid_orders": 1}
    )
    assert (shop.status, shop.score, shop.coverage) == ("partial", None, 0.075)
    assert (shop.score_low, shop.score_high) == (3.14, 4.99)  # 3.135 and 4.985
    assert shop.reason == LACKS


@pytest.mark.parametrize(
    ("shop", "total", "outside"),
    [
        # A has 3.75 to 5, and B 0 to 1.25
        ("A", "3.74", True), ("A", "3.75", False), ("A", "5", False),
        ("B", "0", False), ("B", "1.25", False), ("B", "1.26", True), ("B", "5", True),
    ],
)  # fmt: skip
def test_a_console_may_show_what_a_partial_score_cannot_be(
    shop: str, total: str, outside: bool
) -> None:
    result = scored(without("conversations")(frames()), values=typed((shop, "total", total)))
    assert result[shop].console == float(total)
    told = [n for n in result.notices if n.code == "console_differs"]
    assert [n.shop_ids for n in told] == [(shop,)] * outside
    if outside:
        assert told[0].text("zh") == ("1 家店铺的后台总分不在 score_low 与 score_high 之间")


def test_a_shop_that_can_have_no_total_differs_from_no_console() -> None:
    result = scored(alone(emptied("conversations"))(frames()), values=typed(("A", "total", "1")))
    assert result["A"].status == "not_computable"
    assert "console_differs" not in {n.code for n in result.notices}


def test_a_shop_without_events_is_known_as_far_as_it_is_typed_in() -> None:
    given = without("conversations")(frames())
    whole = scored(given, values=TYPED["a shop without events"][0])
    assert known_of(whole, "C") == Known("scored", 2.88, 2.88, 2.88, 1, ())
    (check,) = whole.to_dict()["shops"][2]["eligibility"]
    assert (check["met"], check["value"]) == (None, None)
    # bad reviews 2.5 of 5, half of the total; the other half is open
    part = scored(given, values=TYPED["only a part of it"][0])
    assert known_of(part, "C") == Known("partial", None, 1.25, 3.75, 0.5, (), (), LACKS)
    assert part["C"]["pickup_hours"].reason == "no events, and no value typed in"


def test_a_number_for_a_condition_is_typed_in_or_not_known() -> None:
    """An empty number of orders is none that a console shows, and not zero; S has no peers."""
    values = [("S", id, "90%") for id in ("bad_reviews", "fast_replies")]
    values += [("S", "pickup_hours", "5 h")]
    rules: dict[str, Any] = {"platform": TOY, "ruleset": "2025-01-01", "as_of": AS_OF}
    for count, met, status in (("", None, "partial"), ("10", True, "partial"),
                               ("0", False, "insufficient_orders")):  # fmt: skip
        result = ss.score_values(typed(*values, ("S", "paid_orders", count)), **rules)
        (check,) = result.to_dict()["shops"][0]["eligibility"]
        assert (check["met"], result["S"].status) == (met, status)
        assert ("not_checked" in {n.code for n in result.notices}) == (met is None)


@pytest.mark.parametrize(
    ("marks", "count", "first"), [("0110", 2, ("B", "C")), ("1111", None, ()), ("0000", 0, ())]
)
def test_a_notice_names_shops_unless_it_is_about_all(
    marks: str, count: int | None, first: tuple[str, ...]
) -> None:
    notice = Notice("few_peers", message("few"))
    about = notice.about(pl.Series(["A", "B", "C", "D"]), np.array([m == "1" for m in marks]))
    assert (about.code, about.shops, about.shop_ids) == ("few_peers", count, first)


def test_of_many_shops_the_first_twenty_are_named() -> None:
    ids = pl.Series([f"S{n:02}" for n in range(30)])
    about = Notice("few_peers", message("few")).about(ids, np.arange(30) > 0)
    assert (about.shops, about.shop_ids) == (29, tuple(ids[1:21]))


@pytest.mark.parametrize(("shop_id", "holds"), [("A", True), ("B", False)])
def test_what_is_missing_elsewhere_is_not_asked_of_a_shop(shop_id: str, holds: bool) -> None:
    """Also of a shop that the notice does not name, since it is the thirtieth."""
    ids = pl.Series(["A", *(f"S{n:02}" for n in range(28)), "B"])
    about = Notice("missing_input", message("gone")).about(ids, np.arange(30) > 0)
    assert "B" not in about.shop_ids
    result = evolve(scored(frames()), notices=(about,))
    complete = Requirements.parse("complete")
    if holds:
        assert complete.check(result, (shop_id,)) is result
    else:
        with pytest.raises(ss.RequirementError, match="gone"):
            complete.check(result, (shop_id,))
    with pytest.raises(ss.RequirementError, match="gone"):
        complete.check(result)


def test_notices_say_what_they_are_about() -> None:
    stale = next(n for n in scored(TABLE["too old"][0](frames())).notices if "stale" in n.code)
    assert (
        str(stale)
        == "reviews: rows end on 2025-02-02, 27 days before 2025-03-01; read by bad_reviews"
    )
    assert (
        stale.text("zh") == "reviews：数据止于 2025-02-02，比 2025-03-01 早 27 天；用于 bad_reviews"
    )
    assert (stale.stream, stale.metrics, stale.shops) == ("reviews", ("bad_reviews",), None)
    short = next(n for n in scored(TABLE["too short"][0](frames())).notices if "short" in n.code)
    assert (short.stream, short.metrics) == ("conversations", ("fast_replies",))
    assert "begin on 2025-02-19" in str(short)
    lacking = scored(without("conversations")(frames()))
    (missing,) = (n for n in lacking.notices if n.code == "missing_input")
    assert (missing.stream, missing.metrics) == ("conversations", ("fast_replies",))
    assert lacking["A"]["fast_replies"].reason == "no stream conversations"


def conversations_on(ages: list[int]) -> Frames:
    """Everything, with a conversation of each shop on the days of these ages."""
    rows = [(shop, f"{shop}{age}", at(age, 1), at(age, 1)) for shop in "AB" for age in ages]
    names = ["shop_id", "session_id", "started_at", "first_reply_at"]
    return {**frames(), "conversations": pl.DataFrame(rows, schema=names, orient="row")}


#: Every day of forty but for a fortnight around a festival: 26 of 40 days.
FESTIVAL = [age for age in range(1, 41) if not 10 <= age < 24]


@pytest.mark.parametrize(
    ("ages", "told"),
    [
        (list(range(1, 41)), set()),
        # the day before yesterday is fresh, the one before is not, whatever pause there was
        (list(range(2, 41)), set()),
        (list(range(3, 41)), {"stale_stream"}),
        ([age + 2 for age in FESTIVAL], {"stale_stream"}),
        ([age + 12 for age in FESTIVAL], {"stale_stream"}),
        # so is the beginning of the 30 days
        (list(range(1, 29)), set()),
        (list(range(1, 28)), {"short_window"}),
        ([age for age in range(1, 28) if not 10 <= age < 18], {"short_window"}),
        # rows on at most half of the days: as long as before
        (list(range(5, 41, 5)), set()),
        (list(range(6, 41, 5)), {"stale_stream"}),
        (list(range(1, 26, 5)), {"short_window"}),  # begins on 21, nine days late
        (list(range(5, 26, 5)), set()),
        (list(range(15, 46, 15)), {"stale_stream"}),  # no longer than a fortnight
        (list(range(14, 46, 15)), set()),
        # 20 of 40 days are half, 21 are not
        ([*range(14, 33), 53], set()),
        ([*range(14, 34), 53], {"stale_stream"}),
    ],
)
def test_only_a_sparse_stream_may_be_silent_as_it_was(ages: list[int], told: set[str]) -> None:
    result = scored(conversations_on(ages))
    found = {n.code for n in result.notices if n.stream == "conversations"}
    assert found == told


def test_conditions_that_are_not_checked_are_null() -> None:
    result = scored(without("orders", "paid_at")(frames()))
    (entry,) = result.to_dict()["shops"][0]["eligibility"]
    assert (entry["id"], entry["value"], entry["met"]) == ("enough_orders", None, None)
    (entry,) = scored(frames()).to_dict()["shops"][0]["eligibility"]
    assert (entry["value"], entry["met"]) == (10, True)


def test_peers_are_told_and_can_be_asked_for() -> None:
    result = scored(frames())
    assert [m.peers for m in result["A"]] == [2, 2, None, None]
    alone = scored(only_shop_a(frames()))["A"]
    assert [m.reason for m in alone] == [
        "no other shop in its industry",
        "no other shop in its industry",
        None,
        None,
    ]
    three = scored(frames(), assume={"ranking.min_peers": 3})["A"]
    assert three["bad_reviews"].status == "no_peers"
    assert three["bad_reviews"].reason == "fewer than 3 shops of its industry"
    assert (three.score, three.score_low, three.score_high) == (None, 1, 4.75)


def test_rows_of_the_day_itself_and_later_are_told() -> None:
    given = moved("reviews", "reviewed_at", [0, -1, -400])(frames())
    result = scored(given)
    (notice,) = [n for n in result.notices if n.code == "empty_stream"]
    assert "all rows are of 2025-03-01 or later" in notice.text("en")
    assert "2025-03-01 当天或之后" in notice.text("zh")
    tallies = ss.tally(ss.resolve(given, platform=TOY, as_of=AS_OF))
    assert notice in scored(tallies, shops=given["shops"]).notices
    with pytest.raises(ss.RequirementError, match="or later"):
        scored(given, require="fresh")


def test_a_lone_shop_is_told_in_chinese_too_what_is_missing() -> None:
    result = scored(without("conversations")(only_shop_a(frames())))
    reason = result["A"].reason
    assert reason is not None
    assert reason.text("zh") == "缺少计分指标的数据；其余指标无法排名：本行业没有其他店铺"
    assert translate(result.to_polars()["reason"][0], "zh") == reason.text("zh")


def test_a_metric_is_told_whether_its_input_or_its_peers_are_missing() -> None:
    shop = scored(without("reviews")(only_shop_a(frames())))["A"]
    assert {m.id: (m.status, m.reason) for m in shop if m.points is None} == {
        "bad_reviews": ("no_data", "no stream reviews"),
        "pickup_hours": ("no_peers", ALONE),
        "paid_orders": ("informational", None),
    }
    assert shop.dimension("goods").points is None
    assert shop.dimension("service").points is None  # with the worst pick-up 2, with the best 4.5


@pytest.mark.parametrize("case", TABLE)
def test_a_state_says_the_same(case: str) -> None:
    events = ss.read_events(TABLE[case][0](frames()), platform=TOY)
    rules = {"platform": TOY, "ruleset": "2025-01-01", "as_of": AS_OF}
    state = ss.tally(ss.resolve(events, **rules))  # type: ignore[arg-type]
    direct = ss.score(events, **rules)  # type: ignore[arg-type]
    counted = ss.score(state, shops=events, **rules)  # type: ignore[arg-type]
    assert counted.to_dict()["shops"] == direct.to_dict()["shops"]
    assert direct.report is not None
    read = {notice.message for notice in direct.report.notices}  # a state does not say these
    assert counted.notices == tuple(n for n in direct.notices if n.message not in read)


@pytest.mark.parametrize("as_of", ["2022-06-28", "2022-07-01", "2022-07-15", "2022-05-01"])
def test_a_state_of_a_platform_reaches_as_far_as_its_events(as_of: str) -> None:
    """Also where few rows count: aftersales fall on other days, and most are of no metric."""
    made = dict(generate(shops=12, orders=800, seed=0, end=date(2022, 6, 30)))
    events = ss.read_events(made, platform="douyin")
    rules: dict[str, Any] = {"platform": "douyin", "ruleset": "2022", "as_of": as_of}
    resolved = ss.resolve(events, **rules)
    state = sum(ss.tally(part) for part in resolved.split(3))
    told = {"stale_stream", "short_window", "empty_stream"}
    direct, counted = (
        [n for n in ss.score(source, **rules).notices if n.code in told]
        for source in (events, state)
    )
    assert counted == direct


@pytest.mark.parametrize(
    ("text", "said"),
    [("freshh", "did you mean fresh"), ("peers", "peers=20"), ("peers=few", "peers=20")],
)
def test_requirements_that_make_no_sense(text: str, said: str) -> None:
    with pytest.raises(ss.UsageError, match=said):
        scored(frames(), require=text)
