"""What pages state beside values: own verdicts and levels, counts, windows, points, days on site."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.grading.variants import first_group
from shopscore.model.shop_groups import ShopGroup
from support.command_line import shopscore
from support.json_schemas import valid

EXAMPLES = Path(__file__).parents[1] / "reading" / "documents" / "examples"
DAY = "2026-09-09"
SHOWN = ("tracking_rate", "late_rate", "defect_rate")
EBAY, AMAZON = "PROGRAM_US", "ATVPDKIKX0DER"


def page(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def folder(tmp_path: Path, **pages: Any) -> Path:
    made = tmp_path / "console"
    made.mkdir(exist_ok=True)
    for name, content in pages.items():
        (made / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return made


def said(result: ss.Result, code: str = "document_differs") -> list[str]:
    return [str(notice) for notice in result.notices if notice.code == code]


def ebay(tmp_path: Path, cycle: str = "", key: str = "", **changes: Any) -> ss.Result:
    """Score eBay's example, with changes in one metric of one cycle, or in all of both."""
    profiles = page("ebay_standards_profiles")
    for profile in profiles["standardsProfiles"]:
        for metric in profile["metrics"]:
            if cycle in ("", profile["cycle"]["cycleType"]) and key == metric["metricKey"]:
                metric.update(changes)
    made = folder(tmp_path, profiles=profiles)
    return ss.score(made, platform="ebay", as_of=DAY)


def criteria(result: ss.Result, shop: str) -> Mapping[str, Any]:
    return {criterion.id: criterion for criterion in result[shop].criteria}


class TestProjection:
    def test_what_the_page_projects_decides_and_a_stand_in_does_not(self, tmp_path: Path) -> None:
        found = criteria(ebay(tmp_path), EBAY)
        assert (found["top_defects"].value, found["top_defects"].met) == (0.004, True)
        late = found["top_late"]
        assert (late.value, late.met, late.current_met) == (0.025, None, True)

    def test_the_projected_level_is_only_possible(self, tmp_path: Path) -> None:
        """Cases of the last evaluation say nothing of the next one: any level is possible."""
        levels = ebay(tmp_path)[EBAY].levels
        assert levels["level"] is None
        assert (levels["level_certain"], levels["level_possible"]) == (
            "below_standard",
            "top_rated",
        )
        assert levels["current_level_certain"] == "above_standard"

    def test_a_stand_in_does_not_go_before_events(self, tmp_path: Path) -> None:
        """Events say what is projected, even where documents are preferred to them."""
        made = folder(tmp_path, profiles=page("ebay_standards_profiles"))
        when, due = "2026-08-20 10:00:00", "2026-08-21 10:00:00"
        orders = pl.DataFrame({
            "shop_id": [EBAY] * 3, "order_id": ["1", "2", "3"], "created_at": [when] * 3,
            "ship_due_at": [due] * 3, "tracking_valid": [True, True, False],
            "shipped_at": [when] * 3, "picked_up_at": [when] * 3,
        })  # fmt: skip
        events = {
            "orders": orders,
            "shops": pl.DataFrame({"shop_id": [EBAY], "industry": ["toys"]}),
        }
        for prefer in ("events", "values"):
            result = ss.score(events, platform="ebay", as_of=DAY, documents=made, prefer=prefer)
            found = {id: (result[EBAY][id].value, result[EBAY][id].source) for id in SHOWN}
            assert found["tracking_rate"] == (2 / 3, "events")
            assert found["late_rate"] == (0.025, "documents")  # the events say nothing of it
            assert criteria(result, EBAY)["top_late"].met is None
            assert found["defect_rate"] == (0.004, "documents")

    def test_a_rate_of_nothing_at_the_last_evaluation_decides_nothing(self, tmp_path: Path) -> None:
        """Without a transaction no case is open then, and nobody knows how it will be."""
        none = {"numerator": 0, "denominator": 0}
        found = criteria(ebay(tmp_path, "CURRENT", "CLAIMS_SAF_RATE", value=none), EBAY)
        assert (found["top_cases"].current_met, found["top_cases"].met) == (True, None)

    def test_no_stand_in_where_all_is_projected(self, tmp_path: Path) -> None:
        profiles = page("ebay_standards_profiles")
        last = profiles["standardsProfiles"][0]
        profiles["standardsProfiles"][1]["metrics"] = copy.deepcopy(last["metrics"])
        result = ss.score(folder(tmp_path, profiles=profiles), platform="ebay", as_of=DAY)
        assert criteria(result, EBAY)["top_late"].met is True
        assert not any("what is projected does not rest" in str(n) for n in result.notices)


class TestDaysOnSite:
    @pytest.mark.parametrize(("days", "met"), [(69, False), (70, True), (90, True)])
    def test_they_count_on_until_the_projected_day(
        self, tmp_path: Path, days: int, met: bool
    ) -> None:
        """Of 2026-08-20; 20 days later it is 2026-09-09."""
        found = criteria(ebay(tmp_path, key="MIN_DAYS_ON_SITE", value=days), EBAY)["top_days"]
        assert (found.value, found.met) == (days + 20, met)
        assert (found.current_value, found.current_met) == (days, days >= 90)

    @pytest.mark.parametrize("days", [None, -1, 1.5, 10**9])
    def test_no_number_of_days_is_none(self, tmp_path: Path, days: object) -> None:
        found = criteria(ebay(tmp_path, key="MIN_DAYS_ON_SITE", value=days), EBAY)["top_days"]
        assert (found.value, found.met) == (None, None)


class TestVerdicts:
    def test_they_stand_beside_those_that_are_computed(self, tmp_path: Path) -> None:
        made = folder(tmp_path, report=page("amazon_seller_performance"))
        result = ss.score(made, platform="amazon", as_of=DAY)
        found = {id: (c.console, c.console_met) for id, c in criteria(result, AMAZON).items()}
        assert found["order_defect_rate"] == ("GOOD", True)
        assert found["cancellation_rate"] == ("BAD", False)
        assert found["invoice_defect_rate"] == ("NONE", None)
        assert found["policy_defects"] == (None, None)
        assert result[AMAZON].levels["level_console"] == "GREAT (312)"
        assert said(result) == []

    def test_another_verdict_is_told_with_its_criterion(self, tmp_path: Path) -> None:
        report = page("amazon_seller_performance")
        metrics = report["performanceMetrics"][0]
        metrics["lateShipmentRate"]["status"] = "BAD"
        metrics["preFulfillmentCancellationRate"]["status"] = "GOOD"
        result = ss.score(folder(tmp_path, report=report), platform="amazon", as_of=DAY)
        (told,) = said(result)
        assert "late_shipment_rate: met here, BAD is shown" in told
        assert "cancellation_rate: not met here, GOOD is shown" in told

    @pytest.mark.parametrize("status", ["NONE", "AT_RISK", None])
    def test_words_of_unknown_meaning_differ_from_nothing(
        self, tmp_path: Path, status: str | None
    ) -> None:
        report = page("amazon_seller_performance")
        report["performanceMetrics"][0]["lateShipmentRate"]["status"] = status
        result = ss.score(folder(tmp_path, report=report), platform="amazon", as_of=DAY)
        assert said(result) == []

    def test_a_level_that_is_not_possible_is_told(self, tmp_path: Path) -> None:
        """Six defects of 900 are more than half a percent, but perhaps of few buyers; never below."""
        profiles = page("ebay_standards_profiles")
        profiles["standardsProfiles"][0]["standardsLevel"] = "BELOW_STANDARD"
        result = ss.score(folder(tmp_path, profiles=profiles), platform="ebay", as_of=DAY)
        assert result[EBAY].levels["current_level_console"] == "BELOW_STANDARD"
        assert any(
            "last evaluation: the level is between Above Standard and Top Rated,"
            " BELOW_STANDARD is shown" in one
            for one in said(result)
        )

    def test_a_level_that_is_possible_is_no_difference(self, tmp_path: Path) -> None:
        result = ebay(tmp_path)
        assert not any("is shown" in one for one in said(result))
        levels = result[EBAY].levels
        assert (levels["current_level_console"], levels["level_console"]) == (
            "ABOVE_STANDARD",
            "TOP_RATED",
        )

    def test_the_json_document_and_the_table_show_them(self, tmp_path: Path) -> None:
        made = folder(tmp_path, report=page("amazon_seller_performance"))
        options = (str(made), "-p", "amazon", "--as-of", DAY)
        run = shopscore("score", *options, "--format", "json")
        document = json.loads(run.out)
        valid("score", document)
        (shop,) = document["shops"]
        assert shop["level_console"] == "GREAT (312)"
        assert {c["id"]: c.get("console_met") for c in shop["criteria"]}[
            "cancellation_rate"
        ] is False
        table = shopscore("score", *options).out
        assert "console GREAT (312)" in table


class TestCounts:
    CASES = "CLAIMS_SAF_COUNT"

    def cases(self, tmp_path: Path, number: int, most: int, level: str) -> ss.Result:
        """Score a page with so many cases of 900, more than 0.3 %, and a count that is enough."""
        profiles = page("ebay_standards_profiles")
        for metric in profiles["standardsProfiles"][0]["metrics"]:
            if metric["metricKey"] == "CLAIMS_SAF_RATE":
                rate = f"{100 * number / 900:.2f}"
                metric["value"] = {"value": rate, "numerator": number, "denominator": 900}
            if metric["metricKey"] == self.CASES:
                metric |= {"value": number, "thresholdUpperBound": most, "level": level}
        return ss.score(folder(tmp_path, profiles=profiles), platform="ebay", as_of=DAY)

    @pytest.mark.parametrize(("most", "met"), [(2, False), (3, False), (4, True), (9, True)])
    def test_the_count_of_the_page_relieves(self, tmp_path: Path, most: int, met: bool) -> None:
        result = self.cases(tmp_path, 4, most, "TOP_RATED")
        assert criteria(result, EBAY)["top_cases"].current_met is met

    def test_another_count_than_that_of_the_rules_is_told(self, tmp_path: Path) -> None:
        result = self.cases(tmp_path, 4, 9, "TOP_RATED")
        assert any("a count of at most 9 is enough, and the rules 2" in one for one in said(result))
        assert "at most 9" in str(criteria(result, EBAY)["top_cases"].relief)
        assert "at most 2" in str(criteria(result, EBAY)["above_cases"].relief)

    def test_the_count_of_another_level_is_not_taken(self, tmp_path: Path) -> None:
        result = self.cases(tmp_path, 4, 9, "ABOVE_STANDARD")
        assert criteria(result, EBAY)["top_cases"].current_met is False


class TestWindows:
    def report(self, first: str, **figures: Any) -> Any:
        made = page("amazon_seller_performance")
        (metrics,) = made["performanceMetrics"]
        late = metrics["lateShipmentRate"]
        late["reportingDateRange"]["reportingDateFrom"] = f"{first}T00:00:00Z"
        late.update(figures)
        return made

    def test_other_days_than_the_rules_count_are_told(self, tmp_path: Path) -> None:
        """From 2026-08-02 to 2026-08-31 are 30 days, from the 22nd 10."""
        last = page("amazon_seller_performance")["performanceMetrics"][0]["lateShipmentRate"]
        assert last["reportingDateRange"]["reportingDateTo"].startswith("2026-08-31")
        for first, days in (("2026-08-02", None), ("2026-08-22", 10)):
            made = folder(tmp_path, report=self.report(first))
            told = said(ss.score(made, platform="amazon", as_of=DAY))
            windows = [one for one in told if "the rules count" in one]
            if days is None:
                assert windows == []
            else:
                (one,) = windows
                assert f"is of {days} days, and the rules count 30" in one

    def test_either_window_of_the_rules_is_one_of_them(self, tmp_path: Path) -> None:
        """Three months before August are 92 days; 50 are neither these nor twelve months."""
        windows = [one for one in said(ebay(tmp_path)) if "the rules count" in one]
        assert any(
            "Late shipment rate: what documents show is of 50 days, and the rules count 92 or 365"
            in one
            for one in windows
        )
        assert not any("Transaction defect rate" in one for one in windows)

    def test_a_numerator_over_other_days_is_not_taken(self, tmp_path: Path) -> None:
        """Both are of the same day, and one is of 30 days, the other of 10."""
        shown = self.report("2026-08-02", rate=0.02)
        counted = self.report("2026-08-22", rate=None)
        for one in ("orderCount", "lateShipmentCount"):
            del shown["performanceMetrics"][0]["lateShipmentRate"][one]
        made = folder(tmp_path, a=shown, b=counted)
        found = ss.score(made, platform="amazon", as_of=DAY)[AMAZON]["late_shipment_rate"]
        assert (found.value, found.n) == (0.02, None)

    def test_the_days_of_a_report_are_those_of_its_metric(self, tmp_path: Path) -> None:
        summary = page("walmart_otd_summary")
        payload = summary.get("payload", summary)
        told = {}
        for days in (payload["reportDuration"], 14):
            payload["reportDuration"] = days
            made = folder(tmp_path, otd=summary)
            result = ss.score(made, platform="walmart", as_of=DAY, scorecard="performance")
            told[days] = [one for one in said(result) if "the rules count" in one]
        assert told == {30: [], 14: told[14]}
        assert len(told[14]) == 1


class TestPartsThatDocumentsTell:
    def test_no_input_is_needed_of_what_a_document_tells(self, tmp_path: Path) -> None:
        made = folder(tmp_path, page=page("kuaishou_score_detail_v5"))
        result = ss.score(made, platform="kuaishou", as_of=DAY)
        (shop,) = result
        assert (shop.status, str(shop.reason)) == ("partial", "numbers of the rules are missing")
        assert said(result, "missing_input") == []
        assert any("platform_help_rate" in one for one in said(result, "missing_side_input"))

    def test_n_of_a_value_is_not_known_without_one(self, tmp_path: Path) -> None:
        made = folder(tmp_path, page=page("kuaishou_score_detail_v5"))
        (shop,) = ss.score(made, platform="kuaishou", as_of=DAY)
        assert shop["logistics_competitiveness"].value == pytest.approx(1.05)
        assert shop["logistics_competitiveness"].n is None

    def test_a_percentile_that_was_typed_in_hides_no_value(self, tmp_path: Path) -> None:
        made = folder(tmp_path, a=page("douyin_sub_score_new"))
        typed = pl.DataFrame({
            "shop_id": ["900000001"], "metric": ["im_response_seconds"], "value": [""],
            "percentile": ["0.5"],
        })  # fmt: skip
        alone = ss.score(made, platform="douyin", as_of=DAY)["900000001"]["im_response_seconds"]
        both = ss.score(made, platform="douyin", as_of=DAY, values=typed)["900000001"]
        found = both["im_response_seconds"]
        assert (found.value, found.n, found.source) == (alone.value, alone.n, "documents")
        assert found.document == "console/a.json"

    def test_points_of_a_deduction_are_told_and_not_used(self, tmp_path: Path) -> None:
        document = page("douyin_sub_score_new")
        rows = document["data"]["shop_analysis"]
        row = copy.deepcopy(next(r for r in rows if r["node_score_info"]))
        row["title"] = "虚假交易刷体验分"
        row.pop("experience_node", None)
        row["node_score_info"]["node_score"] = 3
        document["data"]["shop_analysis"] = [
            *(r for r in rows if r["title"] != row["title"]),
            row,
        ]
        result = ss.score(folder(tmp_path, a=document), platform="douyin", as_of=DAY)
        assert result["900000001"]["fake_trade_cases"].points != 3
        told = said(result, "document_cell_unused")
        assert any("points of fake_trade_cases that it shows are not used" in one for one in told)

    def test_points_of_no_deduction_are_no_news(self, tmp_path: Path) -> None:
        """Nothing is taken off for no case: it is what the rules say."""
        made = folder(tmp_path, a=page("douyin_analysis_score"))
        result = ss.score(made, platform="douyin", as_of=DAY)
        assert not any("are not used" in one for one in said(result, "document_cell_unused"))


def test_shops_are_found_by_their_ids_where_a_group_names_some() -> None:
    groups = [
        ShopGroup(frozenset({"toys"}), shops=frozenset({"a"})),
        ShopGroup(frozenset({"toys"})),
        ShopGroup(shop_types=frozenset({"flagship"}), shops=frozenset({"c", "d"})),
    ]
    shops = [
        ("a", "toys", None), ("b", "toys", None), ("c", "food", "flagship"),
        ("d", "food", None), ("a", "food", None),
    ]  # fmt: skip
    ids, industries, types = zip(*shops, strict=True)
    assert first_group(groups, industries, types, ids).tolist() == [0, 1, 2, 3, 3]
