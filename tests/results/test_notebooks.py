"""Results and shops in notebooks: small tables, escaped, and a chart."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree as ET

import polars as pl
import pytest

import shopscore as ss
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM


@pytest.fixture(scope="module")
def result() -> ss.Result:
    events = generate(shops=60, orders=900, end=date(2025, 3, 31))
    hostile = pl.when(pl.col("shop_id") == "S0001").then(pl.lit("<b>&")).otherwise("shop_id")
    renamed = {
        name: pl.DataFrame(frame).with_columns(hostile.alias("shop_id"))
        for name, frame in events.items()
    }
    return ss.score(renamed, platform=PLATFORM, as_of="2025-03-28")


def cells(html: str) -> list[list[str]]:
    root = ET.fromstring(f"<div>{html}</div>")
    return [[cell.text or "" for cell in row] for row in root.iter("tr")]


def test_a_result_lists_fifty_shops_and_says_how_many_there_are_more(result: ss.Result) -> None:
    html = result._repr_html_()
    heads, *rows = cells(html)
    assert len(rows) == 50
    assert f"… and {len(result) - 50} more shops" in html
    scores = dict(zip(result.shops["shop_id"], result.score, strict=True))
    for row in rows:
        found = dict(zip(heads, row, strict=True))
        if (score := scores[found["shop"]]) is not None:
            assert float(found["score"]) == score


def test_names_are_escaped(result: ss.Result) -> None:
    assert "<b>" not in result._repr_html_()
    assert "&lt;b&gt;&amp;" in result._repr_html_()
    assert "<b>" not in result["<b>&"]._repr_html_()


def test_a_shop_lists_its_metrics(result: ss.Result) -> None:
    shop = result["S0002"]
    _, *rows = cells(shop._repr_html_())
    assert [row[-1] for row in rows] == [metric.status for metric in shop.metrics]
    for row, metric in zip(rows, shop.metrics, strict=True):
        if metric.value is not None and row[1].endswith("%"):
            assert float(row[1].rstrip("%")) == pytest.approx(metric.value * 100, abs=0.005)


def test_the_chart_of_a_shop_has_what_its_explanation_says(result: ss.Result) -> None:
    pytest.importorskip("vl_convert")
    shop = next(shop for shop in result if shop.score is not None)
    chart = shop.plot()
    assert f"{shop.score:g}" in chart.title
    explained = {line.id: float(line.gives) for line in shop.explain(most=0).contributions}
    for metric, gives in explained.items():
        label = result.rules.metrics[metric].metric.en
        assert f"{label} {gives:.4f}" in chart.description
    assert result.rules.metrics[metric].metric.zh in shop.plot(lang="zh").description


def test_a_shop_without_a_score_has_no_chart(result: ss.Result) -> None:
    shop = next((shop for shop in result if shop.score is None), None)
    if shop is None:
        pytest.skip("every shop has a score")
    with pytest.raises(ss.UsageError, match="no score"):
        shop.plot()
