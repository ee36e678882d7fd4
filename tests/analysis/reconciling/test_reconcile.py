"""Reconcile: consoles that were made with one thing different name it as their first suspect."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve

import shopscore as ss
from shopscore.analysis.reasons.shop_rows import rows_of_shops
from shopscore.analysis.reconciling.lines import Line, first_parting, misfit
from shopscore.analysis.reconciling.shop_copies import Change, changed_copies
from shopscore.messages import message
from shopscore.reading.documents.documents import Documents
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM
from support import pooled_platform
from support.console_documents import EXAMPLES
from support.consoles import shown as rounded
from support.pooled_platform import rules_of
from support.shown_results import documents_of, page_of

F = Fraction
DAY = date(2025, 1, 21)
SHOP = "S0001"
#: Rows go on after the day: nobody but a console that counts ahead of it knows of these.
FRAMES = generate(shops=4, orders=2400, seed=3, end=DAY + timedelta(days=5))
TOY: dict[str, Any] = {"platform": PLATFORM}
DOUYIN: dict[str, Any] = {"platform": "douyin", "ruleset": "2022"}
SHOWN = ("value", "num", "den", "points")


def scored(as_of: date = DAY, frames: Any = FRAMES, **more: Any) -> ss.Result:
    return ss.score(frames, as_of=as_of, **{**TOY, **more})


def shown(result: ss.Result, roles: tuple[str, ...] = SHOWN) -> Documents:
    """What a console shows that computes a result as this one, on the day."""
    return documents_of(result.rules, page_of(result, SHOP, roles), day=DAY)


def reconciled(documents: Documents, frames: Any = FRAMES, **more: Any) -> ss.Reconciliation:
    return ss.reconcile(frames, documents, **{**TOY, **more})


class TestSuspects:
    def test_agreement_everywhere(self) -> None:
        found = reconciled(shown(scored()))
        assert found.agrees
        assert (found.misfit, found.suspects, found.first) == (0, (), None)
        assert found.said == f"all agree: {found.compared} numbers are as the console shows them"
        every = sum(line.shown is not None for line in found.lines)
        assert found.compared == every == 16  # of 4 metrics, 2 dimensions and the total

    @pytest.mark.parametrize(
        "days",
        [-10, -1, 1, *(pytest.param(n, marks=pytest.mark.slow) for n in (-15, -3, -2, 2, 3))],
    )
    def test_a_window_that_ends_on_another_day(self, days: int) -> None:
        found = reconciled(shown(scored(DAY + timedelta(days=days))))
        first = found.suspects[0]
        assert (first.kind, first.days, first.metrics) == ("window", days, ())
        assert (first.misfit, first.parting) == (0, 0)
        assert found.misfit > 0
        assert not found.agrees

    @pytest.mark.parametrize("days", [-10, pytest.param(-1, marks=pytest.mark.slow)])
    def test_by_the_rules_of_a_platform(self, days: int) -> None:
        console = scored(DAY + timedelta(days=days), **DOUYIN)
        first = reconciled(shown(console), **DOUYIN).suspects[0]
        assert (first.kind, first.days, first.misfit, first.metrics) == ("window", days, 0, ())

    def test_by_values_alone(self) -> None:
        first = reconciled(shown(scored(DAY - timedelta(days=2)), ("value",))).suspects[0]
        assert (first.kind, first.days, first.misfit) == ("window", -2, 0)

    def test_a_window_of_one_metric(self) -> None:
        page, other = (page_of(scored(day), SHOP) for day in (DAY, DAY - timedelta(days=8)))
        id = "fast_replies"
        assert page["metrics"][id] != other["metrics"][id]
        page["metrics"][id] = other["metrics"][id]
        page |= {"dimensions": {}, "total": {}}
        first = reconciled(documents_of(scored().rules, page, day=DAY)).suspects[0]
        assert (first.kind, first.days, first.metrics) == ("window", -8, (id,))
        counted = [line for line in first.lines if line.id == id and line.stage != "points"]
        assert {line.state for line in counted} == {"agrees"}

    @pytest.mark.parametrize("kept", [None, pytest.param(0, marks=pytest.mark.slow)])
    def test_a_missing_file_of_tickets(self, kept: int | None) -> None:
        fewer = {name: rows for name, rows in FRAMES.items() if name != "aftersales"}
        if kept is not None:
            fewer["aftersales"] = FRAMES["aftersales"].head(kept)
        found = reconciled(shown(scored(**DOUYIN)), fewer, **DOUYIN)
        assert (found.suspects[0].kind, found.suspects[0].stream) == ("missing", "aftersales")
        assert found.suspects[0].parting == 0
        assert found.suspects[0].misfit < found.misfit / 5
        assert found.first is not None
        assert found.first.stage == "rows"

    def test_replies_that_begin_late(self) -> None:
        late = FRAMES["conversations"].filter(pl.col("started_at") >= date(2025, 1, 8))
        first = reconciled(shown(scored()), {**FRAMES, "conversations": late}).suspects[0]
        assert (first.kind, first.stream) == ("missing", "conversations")
        assert first.said == "conversations: no row from 2024-12-22 to 2025-01-07"

    def test_every_third_row_is_there(self) -> None:
        third = FRAMES["conversations"].gather_every(3)
        first = reconciled(shown(scored()), {**FRAMES, "conversations": third}).suspects[0]
        assert (first.kind, first.stream) == ("missing", "conversations")
        assert "of what is shown" in first.said

    def test_rows_that_a_platform_leaves_out(self) -> None:
        fewer = FRAMES["conversations"].filter(pl.col("to_human"))
        assert 0 < len(fewer) < len(FRAMES["conversations"])
        console = scored(frames={**FRAMES, "conversations": fewer})
        first = reconciled(shown(console)).suspects[0]
        assert (first.kind, first.stream, first.column, first.value) == (
            "rows", "conversations", "to_human", "false",
        )  # fmt: skip
        assert first.misfit == 0  # replies are graded by bands, whatever those of others are

    def test_excluded_orders_that_a_platform_counts(self) -> None:
        orders = FRAMES["orders"]
        some = orders["shop_id"].eq(SHOP) & (pl.int_range(len(orders), eager=True) % 3 == 0)
        left_out = orders.with_columns(is_excluded=some)
        console = scored(frames={**FRAMES, "orders": orders.with_columns(is_excluded=False)})
        first = reconciled(shown(console), {**FRAMES, "orders": left_out}).suspects[0]
        assert (first.kind, first.column, first.misfit) == ("rows", "is_excluded", 0)
        assert first.said.startswith(f"{(some).sum()} excluded orders count")

    def test_an_assumption_at_its_other_end(self) -> None:
        """Its peers stay as they are: so points that are ranks are not shown on this page."""
        page = page_of(scored(assume={"bad_review.max_rating": 3}), SHOP, ("value", "num"))
        page |= {"dimensions": {}, "total": {}}
        first = reconciled(documents_of(scored().rules, page, day=DAY)).suspects[0]
        assert (first.kind, first.value, first.misfit) == ("assumption", "3", 0)
        assert first.assumption == "bad_review.max_rating"

    def test_other_points_for_a_value(self) -> None:
        """As if the bands were others: dimension and total of the page follow from its points."""
        row, own = scored().row(SHOP), scored()
        pickup = own.graded["pickup_hours"].points.fractions()[row]
        goods = own.composed.dimensions["goods"].fractions()[row]
        assert pickup is not None
        assert goods is not None
        service = (pickup + F("1.11")) / 2
        page = page_of(own, SHOP)
        page["metrics"]["fast_replies"]["points"] = "1.11"
        page["dimensions"]["service"]["points"] = rounded(service, 2)
        page["total"]["points"] = rounded((goods + service) / 2, 2)
        found = reconciled(documents_of(own.rules, page, day=DAY))
        (line,) = [one for one in found.lines if one.rules_give_other_points]
        assert (line.id, line.stage, line.shown) == ("fast_replies", "points", F("1.11"))
        assert found.first is not None
        assert (found.first.stage, found.first.id) == ("points", "fast_replies")
        first = found.suspects[0]
        assert (first.kind, first.metrics, first.parting) == ("points", ("fast_replies",), 0)

    def test_the_rules_of_the_day_before(self) -> None:
        """The toy changes its rules on New Year's Day; this console is a day late with them."""
        day = date(2025, 1, 1)
        old = scored(day, ruleset="2024-01-01")
        found = reconciled(documents_of(old.rules, page_of(old, SHOP), day=day))
        assert found.ruleset == "2025-01-01"
        assert (found.suspects[0].kind, found.suspects[0].ruleset) == ("rules", "2024-01-01")
        assert found.suspects[0].misfit == 0

    def test_an_aggregator_of_somebody_else(self) -> None:
        """Neither its value nor its numerator is a share that core knows how to make."""
        (card,) = pooled_platform.PLATFORM.scorecards
        none_of_its_own = evolve(card, rulesets="shopscore.testing.toy:rulesets")
        platform = evolve(pooled_platform.PLATFORM, scorecards=(none_of_its_own,))
        own: dict[str, Any] = {"platform": platform, "ruleset": rules_of()}
        console = scored(DAY - timedelta(days=10), **own)
        found = reconciled(shown(console, ("value", "den")), **own)
        assert any(line.id == "squared" and line.parts for line in found.lines)
        first = found.suspects[0]
        assert (first.kind, first.days, first.misfit, first.metrics) == ("window", -10, 0, ())

    def test_nothing_is_adopted(self) -> None:
        found, own = reconciled(shown(scored(DAY - timedelta(days=1)))), scored()
        values = [line for line in found.lines if line.stage == "value"]
        assert len(values) == 4
        for line in values:
            assert line.computed == own.measured[line.id].column.fractions()[own.row(SHOP)]
        misfits = [one.misfit for one in found.suspects]
        assert misfits == sorted(misfits)
        assert misfits[-1] < found.misfit


class TestWhatIsCompared:
    def test_of_a_result(self) -> None:
        documents = shown(scored(DAY - timedelta(days=1)))
        found = scored().reconcile(documents)
        assert found.to_dict() == reconciled(documents).to_dict()
        assert scored()[SHOP].reconcile(documents).misfit == found.misfit

    def test_a_result_without_events_says_so(self) -> None:
        alone = ss.score_values(
            pl.DataFrame({"shop_id": [SHOP], "metric": ["fast_replies"], "value": ["0.9"]}),
            as_of=DAY,
            **TOY,
        )
        with pytest.raises(ss.UsageError, match="not made from any"):
            alone.reconcile(shown(scored()))

    def test_a_page_that_shows_nothing_of_it(self) -> None:
        page = {**page_of(scored(), SHOP, ()), "total": {}, "dimensions": {}}
        page["metrics"] = {"paid_orders": {"points": "3"}}  # which the rules give no points
        found = reconciled(documents_of(scored().rules, page, day=DAY))
        assert (found.compared, found.agrees) == (0, False)
        assert found.said.startswith("nothing can be compared")

    def test_a_total_alone(self) -> None:
        page = {**page_of(scored(), SHOP, ()), "dimensions": {}, "total": {"points": "1.00"}}
        found = reconciled(documents_of(scored().rules, page, day=DAY))
        assert found.first is not None
        assert (found.first.stage, found.compared) == ("total", 1)

    def test_of_several_shops_and_days_the_one_that_is_asked_for(self) -> None:
        result = scored()
        pages = [
            {**page_of(result, shop), "day": day}
            for shop in ("S0002", "S0003")
            for day in ("2025-01-20", "2025-01-10")
        ]
        documents = documents_of(result.rules, *pages)
        with pytest.raises(ss.UsageError, match="name one with shop=: S0002, S0003"):
            reconciled(documents)
        found = reconciled(documents, shop="S0003")
        assert (found.as_of, found.shop_id, found.agrees) == (DAY, "S0003", True)
        with pytest.raises(ss.UsageError, match="no document of shop S0009; did you mean S0003"):
            reconciled(documents, shop="S0009")
        with pytest.raises(
            ss.InputError, match="S0003 shows 2025-01-02, but 2025-01-21, 2025-01-11"
        ):
            reconciled(documents, shop="S0003", as_of="2025-01-02")

    def test_a_document_without_a_day(self) -> None:
        documents = documents_of(scored().rules, page_of(scored(), SHOP))
        with pytest.raises(ss.InputError, match="S0001 tells of which day it is: name the day"):
            reconciled(documents)
        assert reconciled(documents, as_of=DAY).agrees

    def test_documents_of_another_platform_or_shop(self) -> None:
        other = EXAMPLES / "kuaishou_score_detail_v5.json"
        with pytest.raises(ss.InputError):
            ss.reconcile(FRAMES, ss.read_documents(other), **TOY)
        page = {**page_of(scored(), SHOP), "shop": "S000X"}
        with pytest.raises(ss.UsageError, match="shop S000X of the documents has no events"):
            reconciled(documents_of(scored().rules, page, day=DAY))


class TestLines:
    def line(self, computed: Any, shown: Any, stage: Any = "value", **more: Any) -> Line:
        numbers = (None if n is None else F(n) for n in (computed, shown))
        return Line(stage, "metric", "m", message("value"), *numbers, **more)

    def test_what_rounding_explains_is_no_distance(self) -> None:
        """0.1234 is shown as 0.12, which may be off by 0.005."""
        assert self.line("0.1234", "0.12", rounding=F("0.005")).distance == 0
        far = self.line("0.13", "0.12", rounding=F("0.005"))
        assert (far.state, far.distance) == ("differs", F("0.005") / F("0.13"))

    def test_a_published_number_is_as_good(self) -> None:
        assert self.line("4.4449", "4.45", also=(F("4.45"),)).state == "agrees"

    def test_what_is_not_computed_is_as_far_as_can_be(self) -> None:
        assert self.line(None, "0.12").distance == 1
        assert self.line("-3", "2").distance == 1

    def test_a_misfit_is_a_sum_of_means(self) -> None:
        lines = [self.line(1, 2), self.line(3, 3, "points"), self.line(None, 4, "total")]
        keys = {line.key for line in lines}
        assert misfit(lines, keys) == (F(1, 2) + 0 + 1) / 3
        assert misfit([], keys) == 1

    def test_the_first_in_the_order_of_stages(self) -> None:
        lines = [self.line(1, 2, "points"), self.line(1, 1, "rows"), self.line(1, 2, "numerator")]
        assert first_parting(lines) is lines[2]


def test_each_copy_has_its_own_rows_and_links() -> None:
    """Tickets name orders by their place in the copy; those whose order is gone name none."""
    every = ss.read_events(FRAMES, platform="douyin")
    events = rows_of_shops(every, np.array([0]))
    orders, tickets = events.frames["orders"], events.frames["aftersales"]
    gone = np.arange(len(orders)) % 3 == 0
    excluded = np.arange(len(orders)) % 2 == 0
    (copies,) = changed_copies(
        events, [Change({"orders": gone}), Change(), Change(excluded=excluded)]
    )
    place = next(one for one in events.streams["aftersales"].links if one.stream == "orders").place
    named = orders["order_id"].gather(tickets[place]).to_list()
    lost = set(orders["order_id"].filter(pl.Series(gone)))
    after = copies.frames["orders"]["order_id"].gather(copies.frames["aftersales"][place])
    assert after.to_list() == [*(None if id in lost else id for id in named), *named, *named]
    marks = copies.frames["orders"].filter(shop=2)["is_excluded"].to_list()
    assert marks == excluded.tolist()
    as_it_is = copies.frames["orders"].filter(shop=1)["is_excluded"].to_list()
    assert as_it_is == orders["is_excluded"].to_list()
