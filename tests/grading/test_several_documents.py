"""Several documents of a shop: which figures count, whatever the order of the files."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction as F
from itertools import permutations
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.grading.document_values import values_of_documents
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.reading.documents.documents import Documents

EXAMPLES = Path(__file__).parents[1] / "reading" / "documents" / "examples"
DAY = "2026-09-09"


def page(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def folder(tmp_path: Path, **pages: Any) -> Path:
    made = tmp_path / "console"
    made.mkdir(exist_ok=True)
    for name, content in pages.items():
        (made / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return made


def report(day: str, **figures: Any) -> Any:
    """Return a report of Amazon's that has only late shipments, up to a day."""
    window = {
        "reportingDateFrom": "2026-07-01T00:00:00Z",
        "reportingDateTo": f"{day}T23:59:59Z",
    }
    made = page("amazon_seller_performance")
    (metrics,) = made["performanceMetrics"]
    kept = {"marketplaceId": metrics["marketplaceId"]}
    late = {**metrics["lateShipmentRate"], "reportingDateRange": window, **figures}
    return made | {"performanceMetrics": [kept | {"lateShipmentRate": late}]}


def late_shipments(result: ss.Result) -> Any:
    return result["ATVPDKIKX0DER"]["late_shipment_rate"]


def said(result: ss.Result, code: str) -> list[str]:
    return [str(notice) for notice in result.notices if notice.code == code]


def test_a_numerator_of_another_day_is_not_taken_with_a_new_value(tmp_path: Path) -> None:
    old = report("2026-08-01", rate=0.01, orderCount=1000, lateShipmentCount=10)
    new = report("2026-09-01", rate=0.02)
    late = new["performanceMetrics"][0]["lateShipmentRate"]
    del late["orderCount"], late["lateShipmentCount"]
    found = late_shipments(ss.score(folder(tmp_path, a=old, b=new), platform="amazon", as_of=DAY))
    assert (found.value, found.n) == (0.02, None)


def test_the_order_of_documents_does_not_matter(tmp_path: Path) -> None:
    rates = {"a": 0.0225, "b": 0.03, "c": 0.01}
    made = folder(tmp_path, **{name: report("2026-09-01", rate=r) for name, r in rates.items()})
    amazon = ss.platform("amazon")
    card = amazon.scorecard("account_health")
    rules = BoundRuleSet.bind(amazon, card, card.ruleset("2024-09-25"))
    seen = set()
    for order in permutations(ss.read_documents(made)):
        found = values_of_documents(Documents(order), rules, date(2026, 9, 9))
        (row,) = [r for r in found.typed.rows if r.name.id == "late_shipment_rate"]
        notices = (str(n) for n in found.notices if n.code == "documents_disagree")
        seen.add((row.value, row.row.source, *sorted(notices)))
    ((value, _, *told),) = seen
    assert value == F(9, 400)
    assert len(told) == 2


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    made = folder(tmp_path, a=report("2026-09-01"), other=page("ebay_standards_profiles"))
    (made / "b.json").write_text('{"code": ', encoding="utf-8")
    told = said(ss.score(made, platform="amazon", as_of=DAY), "document_unused")
    assert any("b.json: no JSON" in one for one in told)
    assert any("of another platform" in one and "other.json" in one for one in told)


@pytest.mark.parametrize("rows", [10**20, -5])
def test_a_number_of_rows_that_cannot_be_is_told(tmp_path: Path, rows: int) -> None:
    made = folder(tmp_path, a=report("2026-09-01", rate=0.02, orderCount=rows))
    result = ss.score(made, platform="amazon", as_of=DAY)
    found = late_shipments(result)
    assert (found.value, found.n) == (0.02, None)
    assert any(str(rows) in one for one in said(result, "document_cell_unused"))


def test_an_empty_cell_does_not_hide_what_a_document_tells(tmp_path: Path) -> None:
    made = folder(tmp_path, a=report("2026-09-01"))
    template = pl.DataFrame({
        "shop_id": ["ATVPDKIKX0DER"] * 2,
        "metric": ["late_shipment_rate", "valid_tracking_rate"],
        "value": ["", "99%"],
    })  # fmt: skip
    result = ss.score(made, platform="amazon", as_of=DAY, values=template)
    assert late_shipments(result).value == pytest.approx(0.0225)
    assert result["ATVPDKIKX0DER"]["valid_tracking_rate"].value == 0.99


def test_documents_of_long_ago_are_told(tmp_path: Path) -> None:
    made = folder(tmp_path, a=report("2026-08-01"))
    assert "39 days before 2026-09-09" in said(
        ss.score(made, platform="amazon", as_of=DAY), "stale_document"
    )[0]  # fmt: skip
    with pytest.raises(ss.RequirementError):
        ss.score(made, platform="amazon", as_of=DAY, require="fresh")


def test_an_evaluation_before_the_last_one_is_not_the_current_one(tmp_path: Path) -> None:
    made = folder(tmp_path, profiles=page("ebay_standards_profiles"))
    result = ss.score(made, platform="ebay", as_of="2026-11-30")
    assert result.current is None
    assert any("before the last one, 2026-11-20" in one for one in said(result, "document_unused"))


def test_weights_that_make_no_whole_are_not_used(tmp_path: Path) -> None:
    overview = page("douyin_overview")
    overview["data"]["goods_score"]["weight"] = 20
    made = folder(tmp_path, overview=overview)
    result = ss.score(made, platform="douyin", as_of=DAY)
    assert {d.weight for d in result["900000001"].dimensions} == {None}
    told = " ".join(said(result, "document_cell_unused"))
    assert "add up neither to 1 nor to 100" in told


def test_a_document_of_nothing_but_facts_makes_no_shop(tmp_path: Path) -> None:
    """eBay's service metrics stand beside the rules: their marketplaces are no shops of these."""
    metrics, profiles = (
        page("ebay_customer_service_metric"),
        page("ebay_standards_profiles"),
    )
    made = folder(tmp_path, metrics=metrics, profiles=profiles)
    result = ss.score(made, platform="ebay", as_of="2026-09-09")
    assert [shop.shop_id for shop in result] == ["PROGRAM_US"]
    (made / "profiles.json").unlink()
    with pytest.raises(ss.InputError, match="no shop has a value"):
        ss.score(made, platform="ebay", as_of="2026-09-09")


def test_a_document_of_nobody_knows_which_shop_makes_no_shop(tmp_path: Path) -> None:
    pages = {
        name: page(f"douyin_{name}")
        for name in ("overview", "overview_growth", "comment_statistics", "openapi_experience")
    }
    made = folder(tmp_path, **pages)
    result = ss.score(made, platform="douyin", as_of="2026-09-09")
    assert [shop.shop_id for shop in result] == ["900000001", "900000002"]
    told = [text for text in said(result, "document_unused") if "names no shop" in text]
    assert len(told) == 2
