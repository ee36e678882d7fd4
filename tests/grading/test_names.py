"""Names in tables of users: ids go before labels, and a label of several is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from shopscore.grading.names import Names
from shopscore.messages import message
from shopscore.plugins.selection import select_rules
from support.value_platform import PARTS, WEIGHED, rules_of, scored

HERE = message("{file}: no such file", file="here")
DOUYIN = {"platform": "douyin", "ruleset": "2022", "as_of": "2022-07-01"}


#: Labels of dimensions that are also those of a metric, or of the total.
HIDDEN = {
    ("kuaishou/aftersales", "退换货率", "metric"),
    ("kuaishou/aftersales", "投诉比例", "metric"),
    ("kuaishou/aftersales", "用户评价", "metric"),
    ("kuaishou/aftersales", "退款处理时效", "metric"),
    ("tmall/aftersales", "售后综合指标", "total"),
}


@pytest.mark.parametrize(
    ("text", "kind", "id"),
    [
        ("pickup_rate", "metric", "pickup_rate"),
        ("揽收及时率", "metric", "pickup_rate"),
        ("ＩＭ 3分钟平均回复率", "metric", "im_3min_reply_rate"),
        ("支付订单数", "metric", "paid_orders"),
        ("goods", "dimension", "goods"),
        ("物流体验", "dimension", "logistics"),
        ("Service", "dimension", "service"),
        ("total", "total", "total"),
        ("总分", "total", "total"),
        ("店铺体验分", "total", "total"),
        ("Shop experience score", "total", "total"),
    ],
)
def test_what_is_named(text: str, kind: str, id: str) -> None:
    found = Names.of(select_rules(**DOUYIN).rules).find(text, HERE)
    assert found is not None
    assert (found.kind, found.id) == (kind, id)


@pytest.mark.parametrize("text", ["", "pickup", "PICKUP_RATES", "goods quality"])
def test_what_is_not(text: str) -> None:
    assert Names.of(select_rules(**DOUYIN).rules).find(text, HERE) is None


def test_every_name_of_the_installed_rules_is_found() -> None:
    """By its id, and metrics by their labels; a dimension may be called like its only metric."""
    hidden = set()
    for platform in ss.platforms():
        for card in platform.scorecards:
            for version in card.versions:
                names = Names.of(select_rules(platform, card.id, version, "2026-07-01").rules)
                for name in names.every:
                    assert names.find(name.id, HERE) == name
                    for label in (name.label.zh, name.label.en):
                        found = names.find(label, HERE)
                        assert found is not None
                        if found != name:
                            assert name.kind == "dimension"
                            hidden.add((card.name, label, found.kind))
    assert hidden == HIDDEN


def test_a_label_of_several_is_refused() -> None:
    """All metrics of this platform have the label `Value`, in either language."""
    table = pl.DataFrame({"shop_id": ["S"], "metric": ["Value"], "value": ["1"]})
    with pytest.raises(ss.InputError, match="row 1, column metric: 'Value' names several: write"):
        scored(table, rules_of(PARTS))
    assert scored(table, rules_of(WEIGHED))["S"]["up"].value == 1.0, "here it is the only one"


def test_a_metric_under_two_names_has_one_standard(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "industry,metric,standard\n*,pickup_rate,0.9\n*,揽收及时率,95%\n", encoding="utf-8"
    )
    values = pl.DataFrame({"shop_id": ["S"], "metric": ["pickup_rate"], "value": [Decimal("0.9")]})
    with pytest.raises(
        ss.InputError, match=r"s\.csv, line 3, column metric: metric pickup_rate has"
    ):
        ss.score_values(values, standards=path, **DOUYIN)


def test_a_curve_under_two_names_is_one() -> None:
    rows = [("*", "delivery_hours", "0", "4天"), ("*", "订单配送时长", "100%", "36")]
    values = pl.DataFrame({"shop_id": ["S"], "metric": ["delivery_hours"], "value": ["66 h"]})
    result = ss.score_values(values, benchmarks=ss.Benchmark.from_rows(rows), **DOUYIN)
    assert result["S"]["delivery_hours"].percentile == 0.5
