"""``shopscore simulate``: pages in both languages, files, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from rich.cells import cell_len

from support.command_line import shopscore

RULES = ("-p", "kuaishou", "-r", "2023", "--as-of", "2022-07-01")
LEVERS = (
    *("--lever", "atom_fast_refund", "--lever", "atom_7day_return:share=0.5", "--draws", "4"),
    *("--set", "im_3min_reply_rate=98%"),
)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_fits_eighty_columns(
    events: Path, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = shopscore(
        "simulate", events, "--shop", "S0003", *LEVERS, *RULES, "--lang", lang
    ).done()
    assert all(cell_len(line) <= 80 for line in answer.out.splitlines())
    words = {
        "en": (
            "gets better",
            "the platform claims 2.1 h per row",
            "11 other shops stay",
            "assumed:",
        ),
        "zh": ("变好", "平台称每行省 2.1 小时", "其他 11 家店铺不变", "假定：", "极速退款"),
    }
    for word in words[lang]:
        assert word in answer.out.replace("\n", " " if lang == "en" else "")


def test_touched_rows_are_written(events: Path, tmp_path: Path) -> None:
    file = tmp_path / "touched.csv"
    asked = ("--lever", "atom_fast_refund", "--touched", file)
    answer = shopscore("simulate", events, "--shop", "S0003", *asked, *RULES, "-f", "json").done()
    with file.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == ["lever", "stream", "id", "file", "line", "column", "before", "after"]
    source = (events / "aftersales.csv").read_text("utf-8").splitlines()
    assert all(row["id"] in source[int(row["line"]) - 1].split(",") for row in rows)
    (lever,) = answer.document["levers"]
    assert len({row["id"] for row in rows}) == lever["touched"]
    assert len({row["id"] for row in rows if row["before"] != row["after"]}) == lever["changed"]


def test_levers_of_a_file_and_values(events: Path, tmp_path: Path) -> None:
    file = tmp_path / "levers.toml"
    file.write_text('schema = 1\n[[levers]]\nid = "agree_at_once"\namount = 200\n', "utf-8")
    asked = ("--levers", file, "--set", "im_3min_reply_rate=98%", "-f", "json")
    answer = shopscore("simulate", events, "--shop", "S0003", *asked, *RULES).done()
    assert answer.document["levers"][0]["settings"]["amount_below"] == 20_000
    assert answer.document["set"] == [{"metric": "im_3min_reply_rate", "value": 0.98}]
    assert answer.document["changes"][0]["after"]["value"] == 0.98


def test_values_alone_as_csv(tmp_path: Path) -> None:
    values = tmp_path / "values.csv"
    values.write_text(
        "shop_id,metric,value,percentile\nS1,im_3min_reply_rate,80%,0.4\n", encoding="utf-8"
    )
    asked = ("simulate", "--values", values, "--set", "im_3min_reply_rate=98%", *RULES, "-f", "csv")
    answer = shopscore(*asked).done()
    (row, *_) = csv.DictReader(answer.out.splitlines())
    assert (row["value_before"], row["value_after"], row["points_before"]) == ("0.8", "0.98", "2.0")
    assert (row["points_after"], row["effect"]) == ("", "better")
    assert "left out" in answer.err


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("--lever", "atom_fast_refund"), 2, ["12 shops", "--shop"]),
        (("--shop", "S0099"), 2, ["no shop S0099"]),
        (("--shop", "S0003", "--lever", "atom"), 2, ["kuaishou has no lever atom"]),
        (("--shop", "S0003", "--set", "im_3min_reply_rate"), 2, ["write METRIC=VALUE"]),
        (("--shop", "S0003", "--set", "im_3min_reply_rate=98"), 2, ["write 0.98, or 98%"]),
        (("--shop", "S0003", "--draws", "3"), 2, ["--draws goes with a lever on a share"]),
    ],
)
def test_what_is_refused(events: Path, args: tuple[str, ...], code: int, words: list[str]) -> None:
    shopscore("simulate", events, *args, *RULES).failed(code, *words)


def test_no_input_is_written_over(events: Path, tmp_path: Path) -> None:
    file = tmp_path / "levers.toml"
    file.write_text('schema = 1\n[[levers]]\nid = "chase_pickup"\n', "utf-8")
    asked = ("simulate", events, "--shop", "S0003", *RULES, "--levers", file, "--touched")
    shopscore(*asked, file).failed(2, f"--touched {file}", "is an input")
    orders = events / "orders.csv"
    before = orders.read_bytes()
    shopscore(*asked, orders).failed(2, f"--touched {orders}", "is an input")
    assert orders.read_bytes() == before


def test_nothing_to_simulate() -> None:
    shopscore("simulate", *RULES).failed(2, "give EVENTS")
    shopscore("simulate", "--documents", ".", "--tz", "UTC", *RULES).failed(2, "without EVENTS")
