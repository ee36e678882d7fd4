"""``shopscore gap``: what a target needs, as tables, JSON and CSV, in both languages."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from rich.cells import cell_len

import shopscore as ss
from support.command_line import shopscore
from support.json_schemas import valid

RULES = ("-p", "douyin", "-r", "2022", "--as-of", "2022-07-01")
ASKED = ("--shop", "S0001", "--target", "bad_review_rate=1%")


def test_a_target_has_a_line_for_each_metric(events: Path) -> None:
    out = shopscore("gap", events, *RULES, "--shop", "S0001", "-t", "delivery_hours=20").done().out
    own = ss.gap(
        events, platform="douyin", ruleset="2022", as_of="2022-07-01", shop="S0001",
        target="delivery_hours=20",
    )  # fmt: skip
    (gap,) = own.targets[0].metrics
    assert gap.less_each is not None
    assert "Delivery time: a value of 20.0 h" in out
    line = next(
        line for line in out.splitlines() if line.startswith("Delivery time ") and "20.0 h" in line
    )
    assert f"{float(gap.less_each):.1f} h" in line
    assert "If no new event comes" in out


@pytest.mark.parametrize("target", ["bad_review_rate=99%", "tier=affiliate", "delivery_hours=20"])
def test_a_line_above_a_table_stands_apart(target: str, events: Path) -> None:
    asked = ("--shop", "S0001", "-t", "bad_review_rate=98%", "-t", target)
    lines = shopscore("gap", events, *RULES, *asked).done().out.splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("If no new event comes"))
    assert lines[place - 1] == ""
    assert all(one or other for one, other in pairwise(lines))


def test_days_that_are_not_shown_say_where_they_are(events: Path) -> None:
    asked = (*RULES, "--shop", "S0001", "-t", "4")
    shown = shopscore("gap", events, *asked).done().out
    all_days = shopscore("gap", events, *asked, "-f", "json").done().document["leaving"]
    assert len(all_days) > 21
    assert f"{len(all_days) - 20} more days: --format json has them" in shown


def test_json_follows_its_schema(events: Path) -> None:
    costs = ("--cost", "bad_review_rate=2", "--cost", "im_3min_reply_rate=0.5")
    asked = ("--shop", "S0001", "-t", "4.9", "-t", "bad_review_rate=1%", *costs)
    document = shopscore("gap", events, *RULES, *asked, "-f", "json").done().document
    valid("gap", document)
    assert [one["kind"] for one in document["targets"]] == ["total", "value"]
    assert document["targets"][0]["mix"] is not None


def test_csv_has_a_row_for_each_target_and_metric(events: Path) -> None:
    out = shopscore("gap", events, *RULES, *ASKED, "-f", "csv").done().out
    (row,) = csv.DictReader(StringIO(out))
    assert (row["metric"], row["needed"]) == ("bad_review_rate", "0.01")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "card", ["douyin/experience/2022", "etsy/star_seller/2024-09", "ebay/seller_standards/us-2025"]
)
def test_fits_eighty_columns(
    card: str, lang: str, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    platform, scorecard, version = card.split("/")
    which = ("-p", platform, "-c", scorecard, "-r", version, "--as-of", "2022-07-01")
    out = shopscore("gap", events, *which, "--shop", "S0001", "--lang", lang).done().out
    assert max(map(cell_len, out.splitlines())) <= 80
    assert ("窗口" in out or "不变" in out) == (lang == "zh")


def test_values_alone(tmp_path: Path) -> None:
    typed = tmp_path / "values.csv"
    typed.write_text("shop_id,metric,value,n\nS1,bad_review_rate,4%,100\n", "utf-8")
    out = shopscore("gap", "--values", typed, *RULES, "-t", "bad_review_rate=2%").done().out
    assert "100  orders" in out
    assert "there are no events of this shop here" in out


def test_what_cannot_be(events: Path) -> None:
    assert "no shop S0013 here" in shopscore("gap", events, *RULES, "--shop", "S0013").err
    assert "there are 12 shops: name one with --shop" in shopscore("gap", events, *RULES).err
    answer = shopscore("gap", events, *RULES, *ASKED, "--cost", "bad_review_rate")
    assert answer.code == 2
    assert "write METRIC=NUMBER" in answer.err
    assert "give EVENTS" in shopscore("gap", *RULES).err
