"""``shopscore explain``: tables that fit, in both languages, and what is said where it cannot."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from pathlib import Path

import pytest
from rich.cells import cell_len

from support.command_line import shopscore

WHICH = ("--platform", "douyin", "--ruleset", "2022", "--as-of", "2022-07-01")
MORE = ("--by", "weekday", "--row", "T00000001")


def shop_of(events: Path, ticket: str) -> str:
    head, *rows = csv.reader((events / "aftersales.csv").read_text("utf-8").splitlines())
    row = next(row for row in rows if row[head.index("ticket_id")] == ticket)
    return row[head.index("shop_id")]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_tables_fit_eighty_cells(events: Path, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shop = shop_of(events, "T00000001")
    answer = shopscore("explain", events, *WHICH, "--shop", shop, *MORE, "--lang", lang).done()
    assert max(map(cell_len, answer.out.splitlines())) <= 80
    titles = {
        "en": ("What each group costs", "Events that cost most", "One more event", "exact score"),
        "zh": ("各组拉分多少", "最拉分的记录", "再多一条记录", "精确得分"),
    }[lang]
    for title in titles:
        assert title in answer.out
    assert ("Monday" in answer.out, "周一" in answer.out) == (False, lang == "zh")


def test_csv_has_the_contributions(events: Path) -> None:
    answer = shopscore("explain", events, *WHICH, "--shop", "S0001", "--format", "csv").done()
    rows = [*csv.DictReader(io.StringIO(answer.out))]
    document = shopscore("explain", events, *WHICH, "--shop", "S0001", "-f", "json").done().document
    given = sum(Fraction(row["gives_exact"].removeprefix("'")) for row in rows)
    assert str(given) == document["score_exact"]


def test_the_same_points_are_lost_in_the_table_of_a_score(events: Path) -> None:
    answer = shopscore("score", events, *WHICH, "--shop", "S0001").done()
    heading = next(line for line in answer.out.splitlines() if "points lost" in line)
    assert heading.split()[-3:] == ["points", "lost", "status"]
    document = shopscore("explain", events, *WHICH, "--shop", "S0001", "-f", "json").done().document
    lost = [line["lost"] for line in document["contributions"] if line["lost"] is not None]
    shown = [line.split()[-2] for line in answer.out.splitlines() if line.endswith("  ok")]
    assert [f"{float(cell):.3f}" for cell in shown] == [f"{float(n) + 1e-12:.3f}" for n in lost]


def test_conditions_are_called_by_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "us"
    shopscore("sample", folder, "-p", "etsy", "--shops", "3", "--orders", "300").done()
    asked = ("explain", folder, "-p", "etsy", "--as-of", "2022-07-10", "--shop", "S0001")
    shown = shopscore(*asked, "--lang", "zh").done().out
    assert "当前 未达标" in shown  # the level stands in the title, as in that of a score
    assert "条件：上次评定（2022-07-01）时的值和预计值" in shown
    lines = [line.split() for line in shown.splitlines()]
    (orders,) = (line for line in lines if line[:1] == ["窗口内订单数"])
    (heads,) = (line for line in lines if line[:1] == ["条件"] and "界限" in line)
    assert heads == ["条件", "当前", "预计", "界限", "距界限"]
    assert orders[2::2] == ["✓", "✓", "5"]
    assert orders[5] == "≥"
    assert int(orders[3]) - 5 == int(orders[7])
    document = shopscore(*asked, "-f", "json").done().document
    (late,) = (c for c in document["conditions"] if c["condition"].startswith("case_rate"))
    assert late["condition_zh"] == "case_rate < 0.01，样本少于 300 时：数量不超过 3"


def test_without_a_score_the_values_are_shown(events: Path) -> None:
    shown = shopscore("explain", events, "-p", "jd", "--as-of", "2022-07-01", "--shop", "S0001")
    assert "Orders returned for quality" in shown.done().out.partition("One more event")[0]
    assert shown.out.count("the input of weighted metrics is missing") == 1


def test_an_unknown_shop(events: Path) -> None:
    answer = shopscore("explain", events, *WHICH, "--shop", "S001")
    answer.failed(2, "no shop S001 here; did you mean S0")


def test_which_shop(events: Path) -> None:
    shopscore("explain", events, *WHICH).failed(2, "there are 12 shops: name one with --shop")


def test_an_unknown_row_or_column(events: Path) -> None:
    asked = ("explain", events, *WHICH, "--shop", "S0001")
    shopscore(*asked, "--row", "nobody").failed(2, "no row has the id nobody")
    shopscore(*asked, "--by", "carier").failed(2, "did you mean carrier")


def test_a_number_of_events_below_zero(events: Path) -> None:
    asked = ("explain", events, *WHICH, "--shop", "S0001")
    shopscore(*asked, "--most", "-1").failed(2, "most=-1: a number of events is needed")


def test_without_anything() -> None:
    shopscore("explain", *WHICH).failed(2, "give EVENTS, --documents PATH or --values FILE")


def test_values_alone_have_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    file.write_text("shop_id,metric,value\nS1,bad_review_rate,0.01\n", encoding="utf-8")
    asked = ("explain", "--values", file, *WHICH)
    shopscore(*asked).done()
    shopscore(*asked, "--row", "1").failed(2, "--row needs events of the shop")
