"""Scores from what consoles answered: values, points and weights as they stand there."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.analysis.gaps.steps import Steps
from support.command_line import shopscore
from support.json_schemas import valid

EXAMPLES = Path(__file__).parents[1] / "reading" / "documents" / "examples"
F = Fraction
DAY = "2026-09-09"
#: The bonuses of Douyin's rules of September, which no document tells.
NO_BONUS = pl.DataFrame({
    "shop_id": "900000001",
    "metric": [
        "next_day_share", "return_insurance_days", "bulky_return_insurance_days",
        "door_installation_share",
    ],
    "value": "-",
})  # fmt: skip


def page(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def folder(tmp_path: Path, **pages: Any) -> Path:
    made = tmp_path / "console"
    made.mkdir(exist_ok=True)
    for name, content in pages.items():
        (made / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return made


@pytest.fixture
def douyin(tmp_path: Path) -> Path:
    names = "douyin_overview", "douyin_sub_score_new"
    return folder(tmp_path, **{name: page(name) for name in names})


def codes(result: ss.Result) -> list[str]:
    return [notice.code for notice in result.notices]


class TestDouyin:
    def test_dimensions_and_weights_of_the_page_make_its_total(self, douyin: Path) -> None:
        """80 × 0.4 + 95 × 0.2 + 90 × 0.4, nothing added, and nothing taken off."""
        shop = ss.score(douyin, platform="douyin", as_of=DAY, values=NO_BONUS)["900000001"]
        assert shop.status == "scored"
        assert F(shop.score_exact) == 80 * F(2, 5) + 95 * F(1, 5) + 90 * F(2, 5) == 87
        assert shop.console == 87

    def test_what_no_document_tells_is_missing(self, douyin: Path) -> None:
        """Bonuses may add 5 + 2 + 2 + 2."""
        shop = ss.score(douyin, platform="douyin", as_of=DAY)["900000001"]
        assert (shop.status, shop.score) == ("partial", None)
        assert (shop.score_low, shop.score_high) == (87, 98)

    def test_each_number_says_its_document_and_day(self, douyin: Path) -> None:
        shop = ss.score(douyin, platform="douyin", as_of=DAY)["900000001"]
        metric = shop["im_dissatisfaction_rate"]
        assert (metric.value, metric.n, metric.points) == (3 / 48, 48, 90)
        assert (metric.source, metric.points_source) == ("documents", "documents")
        assert metric.document == "console/douyin_sub_score_new.json"
        assert str(metric.document_day) == "2026-08-31"

    def test_a_page_of_a_later_day_is_not_used(self, douyin: Path) -> None:
        with pytest.raises(ss.InputError, match="2 documents are of 2026-08-31 or later"):
            ss.score(douyin, platform="douyin", ruleset="2026-09-08", as_of="2026-08-31")

    def test_another_total_is_told_with_the_part_that_differs(self, tmp_path: Path) -> None:
        wrong = page("douyin_overview")
        wrong["data"]["experience_score"]["value"] = 80
        made = folder(tmp_path, overview=wrong)
        result = ss.score(made, platform="douyin", as_of=DAY, values=NO_BONUS)
        (said,) = [n for n in result.notices if n.code == "document_differs"]
        assert "87 is computed, 80 is shown" in str(said)
        assert "none of its parts" in str(said)
        assert said.shop_ids == ("900000001",)

    def test_a_total_within_rounding_is_no_difference(self, tmp_path: Path) -> None:
        near = page("douyin_overview")
        near["data"]["experience_score"]["value"] = 88
        made = folder(tmp_path, overview=near)
        result = ss.score(made, platform="douyin", as_of=DAY, values=NO_BONUS)
        assert "document_differs" not in codes(result)

    def test_two_shops_of_an_industry_with_other_weights(self, tmp_path: Path) -> None:
        """Each shop has those of its own document, and both files are named."""
        other = page("douyin_overview")
        other["data"] |= {"shop_id": 900000009}
        other["data"]["goods_score"]["weight"], other["data"]["service_score"]["weight"] = 50, 30
        made = folder(tmp_path, a=page("douyin_overview"), b=other)
        result = ss.score(made, platform="douyin", as_of=DAY, values=NO_BONUS)
        (said,) = [n for n in result.notices if n.code == "documents_disagree"]
        assert "console/a.json and console/b.json" in str(said)
        first = result["900000001"]
        assert F(first.score_exact) == 80 * F(2, 5) + 95 * F(1, 5) + 90 * F(2, 5)
        second = result["900000009"]
        assert [d.weight for d in second.dimensions] == [0.5, 0.2, 0.3]
        assert (second.status, second.score_low) == ("partial", 80 * 0.5 + 95 * 0.2 + 90 * 0.3)
        supplied = [(n["file"], n.get("shops")) for n in result.to_dict()["numbers"]]
        assert supplied == [("console/a.json", ["900000001"]), ("console/b.json", ["900000009"])]
        for shop, weights in (("900000001", (0.4, 0.2, 0.4)), ("900000009", (0.5, 0.2, 0.3))):
            steps = Steps(result, int(result.only((shop,))[0]))
            assert tuple(float(d.weight) for d in steps.variant.rules.dimensions) == weights
        lines = [
            one for one in result.explain("900000001").contributions if one.kind == "dimension"
        ]
        assert [one.declared for one in lines] == [F(2, 5), F(1, 5), F(2, 5)]

    def test_a_shop_without_a_page_of_its_own_has_no_weights_of_others(
        self, tmp_path: Path
    ) -> None:
        """Two others of its industry do not agree, and its page shows none."""
        pages = {}
        for name, goods, service in (("a", 40, 40), ("b", 50, 30), ("c", None, None)):
            pages[name] = page("douyin_overview")
            pages[name]["data"]["shop_id"] = f"90000000{name}"
            pages[name]["data"]["goods_score"]["weight"] = goods
            pages[name]["data"]["service_score"]["weight"] = service
        result = ss.score(folder(tmp_path, **pages), platform="douyin", as_of=DAY)
        weights = {shop.shop_id: [d.weight for d in shop.dimensions] for shop in result}
        assert weights == {
            "90000000a": [0.4, 0.2, 0.4],
            "90000000b": [0.5, 0.2, 0.3],
            "90000000c": [None, None, None],
        }
        assert "dimensions.goods.weight" in {m.number for m in result.missing_numbers}

    def test_a_users_numbers_go_before_those_of_documents(self, douyin: Path) -> None:
        weights = {"goods": 0.5, "logistics": 0.25, "service": 0.25}
        rows = [{"id": id, "weight": weight} for id, weight in weights.items()]
        result = ss.score(
            douyin, platform="douyin", as_of=DAY, values=NO_BONUS, numbers={"dimensions": rows}
        )
        assert F(result["900000001"].score_exact) == F(80, 2) + F(95, 4) + F(90, 4)
        (said,) = [n for n in result.notices if n.code == "document_differs"]
        assert "weight 0.5, shown 0.4" in str(said)

    def test_what_was_typed_in_goes_before_documents(self, douyin: Path) -> None:
        typed = pl.DataFrame({
            "shop_id": ["900000001"], "metric": ["im_response_seconds"], "value": ["30"],
        })  # fmt: skip
        metric = ss.score(douyin, platform="douyin", as_of=DAY, values=typed)["900000001"][
            "im_response_seconds"
        ]
        assert (metric.value, metric.source, metric.document) == (30, "values", None)


def test_beside_events_each_shop_has_its_own_sources(tmp_path: Path, douyin: Path) -> None:
    sample = tmp_path / "events"
    shopscore("sample", sample, "--shops", 5, "--orders", 300, "--end", "2026-09-08").done()
    result = ss.score(sample, platform="douyin", as_of=DAY, documents=douyin)
    sources = {shop.shop_id: {m.source for m in shop.metrics} for shop in result}
    assert sources.pop("900000001") == {"documents", None}
    assert len(sources) == 5
    assert all(own <= {"events", None} for own in sources.values())


def test_documents_among_the_files_of_events_are_used(tmp_path: Path, douyin: Path) -> None:
    sample = tmp_path / "events"
    shopscore("sample", sample, "--shops", 5, "--orders", 300, "--end", "2026-09-08").done()
    shutil.copy(douyin / "douyin_overview.json", sample)
    result = ss.score(sample, platform="douyin", as_of=DAY)
    assert result["900000001"].console == 87
    assert len(result) == 6


def test_jd_by_the_weights_of_its_rules(tmp_path: Path) -> None:
    """Dimensions have one decimal, so that 9.655 and 9.61 do not contradict each other."""
    made = folder(tmp_path, basic=page("jd_vane_basic"), stars=page("jd_vane_stars"))
    result = ss.score(made, platform="jd", as_of=DAY)
    shop = result["900003"]
    assert F(shop.score_exact) == (
        F("9.6") * F("0.15")
        + F("9.5") * F("0.5")
        + F("9") * F("0.2")
        + F("9.1") * F("0.15")
        + F("0.3")
    )
    assert shop.console == 9.61
    assert "document_differs" not in codes(result)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"code": 10008, "st": 10008, "data": None}, "not logged in"),
        ({"standardsProfiles": []}, "it has standardsProfiles"),
    ],
)
def test_what_holds_no_values_is_refused(tmp_path: Path, content: Any, said: str) -> None:
    with pytest.raises(ss.InputError, match=said):
        ss.score(folder(tmp_path, page=content), platform="douyin", as_of=DAY)


def test_documents_of_another_platform_are_refused(douyin: Path) -> None:
    with pytest.raises(ss.InputError, match="no document of kuaishou here, but of douyin"):
        ss.score(douyin, platform="kuaishou", as_of=DAY)


def test_a_folder_without_documents_names_no_other_platform(tmp_path: Path) -> None:
    frames = {"orders": pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"]})}
    with pytest.raises(ss.InputError, match="no document of douyin here: shopscore inspect"):
        ss.reconcile(frames, folder(tmp_path), platform="douyin")


def test_the_command_and_its_json(douyin: Path) -> None:
    done = shopscore("score", douyin, "-p", "douyin", "--as-of", DAY, "--format", "json").done()
    valid("score", done.document)
    (shop,) = done.document["shops"]
    told = [m for m in shop["metrics"] if m["source"] == "documents"]
    assert {m["document_day"] for m in told} == {"2026-08-31"}
    table = shopscore("score", "--documents", douyin, "-p", "douyin", "--as-of", DAY).done().out
    assert "87–98" in table


class TestAmazon:
    def checked(self, result: ss.Result, criterion: str) -> tuple[float, bool | None]:
        (found,) = [c for c in result["ATVPDKIKX0DER"].criteria if c.id == criterion]
        return found.bound, found.met

    def test_limits_of_the_report_are_those_of_the_rules(self, tmp_path: Path) -> None:
        """9 of 400 orders late is below 4 %; 2 of 80 cancelled is not below 2.5 %."""
        made = folder(tmp_path, report=page("amazon_seller_performance"))
        result = ss.score(made, platform="amazon", as_of=DAY)
        assert self.checked(result, "late_shipment_rate") == (0.04, True)
        assert self.checked(result, "cancellation_rate") == (0.025, False)
        assert not [n for n in result.notices if "state the bound" in str(n)]

    def test_a_limit_of_the_report_goes_before_that_of_the_rules(self, tmp_path: Path) -> None:
        report = page("amazon_seller_performance")
        report["performanceMetrics"][0]["lateShipmentRate"]["targetValue"] = 0.02
        made = folder(tmp_path, report=report)
        result = ss.score(made, platform="amazon", as_of=DAY)
        assert self.checked(result, "late_shipment_rate") == (0.02, False)
        (said,) = [n for n in result.notices if "state the bound" in str(n)]
        assert "0.02, and the rules 0.04" in str(said)
        assert said.code == "document_differs"


def test_ebay_tells_what_is_projected_and_what_the_last_evaluation_found(tmp_path: Path) -> None:
    made = folder(tmp_path, profiles=page("ebay_standards_profiles"))
    result = ss.score(made, platform="ebay", as_of=DAY)
    assert result.current is not None
    values = []
    for one in (result, result.current):
        (metric,) = [m for m in one["PROGRAM_US"].metrics if m.id == "defect_rate"]
        values.append(metric.value)
    assert values == [4 / 1000, 6 / 900]


def test_ebay_takes_thresholds_where_the_row_says_top_rated(tmp_path: Path) -> None:
    profiles = page("ebay_standards_profiles")
    for profile in profiles["standardsProfiles"]:
        for metric in profile["metrics"]:
            if metric["metricKey"] == "MIN_TXN_COUNT":
                metric["thresholdLowerBound"] = 1000
    made = folder(tmp_path, profiles=profiles)
    result = ss.score(made, platform="ebay", as_of=DAY)
    (found,) = [c for c in result["PROGRAM_US"].criteria if c.id == "top_transactions"]
    assert (found.current_bound, found.current_met) == (1000, False)
    assert (found.bound, found.met) == (1000, None)  # of the last evaluation, not of a projection
