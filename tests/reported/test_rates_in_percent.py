"""Rates as consoles show them, in percent (kind L): what has one meaning is read, the rest refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from support.command_line import shopscore
from support.typed_tables import with_nothing_else

FILES = Path(__file__).parent / "30-values-in-percent"
POINTS = {"A": 4.0, "B": 5.0, "C": 3.0}
WHICH = ("--platform", "douyin", "--as-of", "2022-07-01", "--industry", "women")


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_93_and_a_half_is_no_rate() -> None:
    answer = shopscore("score", "--values", FILES / "values.csv", *WHICH)
    answer.failed(3, "values.csv, line 2, column value", "'93.5'", "0.935", "93.5%")
    assert answer.out == ""


def test_a_percent_sign_is_read() -> None:
    answer = shopscore("score", "--values", FILES / "sign.csv", *WHICH, "-f", "json").done()
    metrics = {m["id"]: m for m in answer.document["shops"][0]["metrics"]}
    assert metrics["pickup_rate"]["value"] == 0.935


@pytest.mark.parametrize(
    ("rate", "bad"), [("93.5%", "0.13%"), ("0.935", "0.0013"), ("９３．５％", "1.3‰")]
)
def test_the_corrected_values_have_the_scores_of_the_case(
    rate: str, bad: str, tmp_path: Path
) -> None:
    """Ranked among three, both metrics have the points 4, 5 and 3.

    Where the console shows no other, that is the score. Where nobody looked, coverage is half of
    goods (0.5) and of logistics (0.15), and the others have 3 to 5: of A 0.65 × 3.5 + 0.35 × 3 =
    3.325 to 0.65 × 4.5 + 0.35 × 5 = 4.675; of B 0.65 × 4 + 0.35 × 3 = 3.65; of C 0.65 × 4 + 0.35 × 5
    = 4.35.
    """
    text = (FILES / "values.csv").read_text("utf-8")
    text = text.replace("93.5,", f"{rate},").replace("0.13,", f"{bad},")
    values = write(tmp_path / "values.csv", text)
    which = {"platform": "douyin", "as_of": "2022-07-01", "industry": "women"}
    result = ss.score_values(values, **which)
    points = {shop.shop_id: shop["pickup_rate"].points for shop in result}
    assert points == {shop.shop_id: shop["bad_review_rate"].points for shop in result} == POINTS
    assert {s.shop_id: (s.status, s.score, s.coverage) for s in result} == dict.fromkeys(
        "ABC", ("partial", None, 0.325)
    )
    assert {s.shop_id: (s.score_low, s.score_high) for s in result} == {
        "A": (3.33, 4.68),
        "B": (3.65, 5.0),
        "C": (3.0, 4.35),
    }
    others = [id for _, metric in result.rules.ruleset.entries for id in [metric.id]]
    whole = with_nothing_else(pl.read_csv(values, infer_schema=False), *others)
    scored = ss.score_values(whole, **which)
    assert {s.shop_id: (s.status, s.score) for s in scored} == {
        shop: ("scored", score) for shop, score in POINTS.items()
    }


def test_of_a_standard_93_and_a_half_percent_falls_short_of_95(tmp_path: Path) -> None:
    text = (FILES / "values.csv").read_text("utf-8").replace("93.5,", "93.5%,")
    values = write(tmp_path / "values.csv", text.replace("0.13,", "0.13%,"))
    result = ss.score_values(
        values, platform="douyin", as_of="2022-07-01", standards=FILES / "standards.csv"
    )
    assert [result[shop]["pickup_rate"].reached for shop in "ABC"] == [False, True, False]


# ------------------------------------------------- other tables, columns, platforms and file types


@pytest.mark.parametrize(
    ("cell", "words"),
    [("95", ("0.95", "95%")), ("101%", ("'101%'", "above 1")), ("-1%", ("'-1%'", "below 0"))],
)
def test_a_table_of_standards(cell: str, words: tuple[str, ...], tmp_path: Path) -> None:
    table = write(
        tmp_path / "s.csv", f"industry,metric,standard\n*,揽收及时率,80%\n*,投诉率,{cell}\n"
    )
    answer = shopscore("score", "--values", FILES / "sign.csv", *WHICH, "--standards", table)
    answer.failed(3, "s.csv, line 3, column standard", *words)
    good = write(tmp_path / "good.csv", "industry,metric,standard\n*,揽收及时率,93.5%\n")
    result = ss.score_values(
        FILES / "sign.csv", platform="douyin", as_of="2022-07-01", standards=good
    )
    assert (result["A"]["pickup_rate"].standard, result["A"]["pickup_rate"].reached) == (
        0.935,
        True,
    )


def test_a_table_of_benchmarks(tmp_path: Path) -> None:
    head = "industry,metric,percentile,value\n*,pickup_rate,0%,80%\n"
    bad = write(tmp_path / "bad.csv", f"{head}*,pickup_rate,100%,99\n")
    answer = shopscore("score", "--values", FILES / "sign.csv", *WHICH, "--benchmarks", bad)
    answer.failed(3, "bad.csv, line 3, column value", "'99'", "0.99", "99%")
    over = write(tmp_path / "over.csv", f"{head}*,pickup_rate,78.3,99%\n")
    answer = shopscore("score", "--values", FILES / "sign.csv", *WHICH, "--benchmarks", over)
    answer.failed(3, "over.csv, line 3, column percentile", "'78.3'", "0.783", "78.3%")
    good = write(tmp_path / "good.csv", f"{head}*,Pick-up in time,1,100%\n")
    result = ss.score_values(
        FILES / "sign.csv", platform="douyin", as_of="2022-07-01", benchmarks=good
    )
    assert result["A"]["pickup_rate"].percentile == float(Fraction(135, 200))  # 13.5 of 20 points


def test_a_table_of_another_platform_in_gb18030(tmp_path: Path) -> None:
    text = "shop_id,metric,value\n天猫店,商品负反馈率,0.13%\n天猫店,48小时揽收及时率,99.99\n"
    path = tmp_path / "天猫.csv"
    path.write_bytes(text.encode("gb18030"))
    which = ("--platform", "淘宝", "--as-of", "2026-04-01")
    shopscore("score", "--values", path, *which).failed(3, "天猫.csv, line 3", "0.9999", "99.99%")
    path.write_bytes(text.replace("99.99", "99.99%").encode("gb18030"))
    answer = shopscore("score", "--values", path, *which, "-f", "json").done()
    metrics = {m["id"]: m["value"] for m in answer.document["shops"][0]["metrics"]}
    assert metrics["goods_negative_rate"] == 0.0013
    assert metrics["pickup_48h_rate"] == 0.9999


def test_a_dataframe_and_a_parquet_file(tmp_path: Path) -> None:
    frame = pl.DataFrame({"shop_id": ["S"], "metric": ["complaint_rate"], "value": [12.5]})
    which = {"platform": "kuaishou", "scorecard": "aftersales", "as_of": "2024-01-01"}
    with pytest.raises(ss.InputError, match=r"values, row 1, column value: '12\.5'.*0\.125"):
        ss.score_values(frame, **which)
    frame.write_parquet(tmp_path / "v.parquet")
    with pytest.raises(ss.InputError, match=r"v\.parquet, (row 1|line 2), column value"):
        ss.score_values(tmp_path / "v.parquet", **which)
    good = frame.with_columns(value=pl.lit("12.5%"))
    assert ss.score_values(good, **which)["S"]["complaint_rate"].value == 0.125


def test_a_table_made_in_python() -> None:
    """It has no lines; its rows are counted."""
    table = ss.Standards.from_rows([("*", "pickup_rate", 95)])
    with pytest.raises(ss.InputError, match="standards, row 1, column standard: '95'"):
        ss.score_values(FILES / "sign.csv", platform="douyin", as_of="2022-07-01", standards=table)


def test_in_chinese() -> None:
    with pytest.raises(ss.InputError) as caught:
        ss.score_values(FILES / "values.csv", platform="douyin", as_of="2022-07-01")
    assert caught.value.text("zh") == (
        "values.csv 第 2 行，列 value：'93.5'：比率是小数，请写 0.935 或 93.5%"
    )
