"""``--values`` beside events, and ``shopscore values``, which writes a table to fill in."""

from __future__ import annotations

import csv
import io
import os
import re
import sys
from pathlib import Path

import pytest

import shopscore as ss
from shopscore.messages import Message
from support.command_line import Answer, shopscore
from support.json_schemas import valid

README = Path(__file__).parents[2] / "README.md"
WHICH = ("--platform", "douyin", "--ruleset", "2022", "--as-of", "2022-07-01")
SHOP = ("--shop-id", "S1", "--industry", "women")

#: What the console of the shop shows of the metrics that its exports lack, and the percentiles.
CONSOLE = """shop_id,metric,value,n,percentile,points
S1,商品差评率,0.13%,812,78.3%,
S1,品质退货率,,,50%,
S1,揽收及时率,99.99%,,,4.9
S1,订单配送时长,2天3小时,,60%,
S1,投诉率,0.05%,,0.9,
S1,纠纷商责率,,,0.5,
S1,IM3分钟平均回复率,93.5%,,,4.5
S1,仅退款自主完结时长,,,70%,
S1,退货退款自主完结时长,40小时5分,,55%,
S1,商品体验,4.2,,,
S1,总分,,,,4.36
"""


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """The two exports of the README."""
    blocks = re.findall(
        r"^:caption: (exports/\S+)\n\n(.*?)^```$",
        README.read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    assert len(blocks) == 2
    for name, text in blocks:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / "exports"


class TestBesideExports:
    @pytest.fixture
    def answers(self, exports: Path, tmp_path: Path) -> tuple[Answer, Answer]:
        file = tmp_path / "console.csv"
        file.write_bytes(CONSOLE.encode("gb18030"))
        both = ("score", exports, "--values", file, *WHICH, *SHOP)
        return shopscore(*both, "-f", "json").done(), shopscore(*both, "--lang", "zh")

    def test_a_score_that_says_of_each_number_where_it_is_from(
        self, answers: tuple[Answer, Answer]
    ) -> None:
        """Points 3 + 2·percentile: goods (4.566 + 4)/2 = 4.283; logistics (4.9 + 4.2)/2 = 4.55;
        service (4.8 + 4 + 4.5 + 4.4 + 4.1)/5 = 4.36; 2.1415 + 0.6825 + 1.526 = 4.35."""
        valid("score", answers[0].document)
        (shop,) = answers[0].document["shops"]
        assert (shop["status"], shop["score"], shop["score_exact"]) == ("scored", 4.35, "87/20")
        assert [d["points"] for d in shop["dimensions"]] == [4.283, 4.55, 4.36]
        sources = {m["id"]: (m["source"], m["percentile_source"], m["points_source"])
                   for m in shop["metrics"] if m["points"] is not None}  # fmt: skip
        assert sources == {
            "bad_review_rate": ("values", "values", "rules"),
            "quality_return_rate": ("events", "values", "rules"),
            "pickup_rate": ("values", None, "values"),
            "delivery_hours": ("values", "values", "rules"),
            "complaint_rate": ("values", "values", "rules"),
            "dispute_liability_rate": ("events", "values", "rules"),
            "im_3min_reply_rate": ("values", None, "values"),
            "refund_only_hours": ("events", "values", "rules"),
            "return_refund_hours": ("values", "values", "rules"),
        }
        values = {m["id"]: m["value"] for m in shop["metrics"]}
        assert (values["delivery_hours"], values["quality_return_rate"]) == (51, 0.5)
        assert (shop["console"], shop["console_difference"]) == (4.36, -0.01)
        assert shop["dimensions"][0]["console"] == 4.2

    def test_what_is_left_out_of_it_is_missing_though_nobody_else_is_there(
        self, exports: Path, tmp_path: Path
    ) -> None:
        """Each from 3 to 5: goods (x + 4)/2; logistics (4.9 + x)/2; service (x + 17)/5. So
        1.75 + 0.5925 + 1.4 and 2.25 + 0.7425 + 1.54; known are half, half and four of five."""
        file = tmp_path / "console.csv"
        left_out = ("商品差评率", "订单配送时长", "投诉率")
        lines = [line for line in CONSOLE.splitlines() if line.split(",")[1] not in left_out]
        assert len(lines) == len(CONSOLE.splitlines()) - 3
        file.write_text("\n".join(lines), encoding="utf-8")
        answer = shopscore("score", exports, "--values", file, *WHICH, *SHOP, "-f", "json").done()
        (shop,) = answer.document["shops"]
        assert (shop["status"], shop["score"], shop["coverage"]) == ("partial", None, 0.605)
        assert (shop["score_low_exact"], shop["score_high_exact"]) == ("1497/400", "1813/400")
        assert shop["reason"] == "the input of weighted metrics is missing"

    def test_a_value_without_a_percentile_has_a_rank_that_nobody_knows(
        self, exports: Path, tmp_path: Path
    ) -> None:
        """Quality returns have 3 to 5 points: 0.5 · (4.566 + x)/2 + 0.6825 + 1.526."""
        file = tmp_path / "console.csv"
        lines = [line for line in CONSOLE.splitlines() if "品质退货率" not in line]
        of_conditions = ["S1,suspected_fake_days,0,,,", "S1,paid_orders,200,,,"]
        file.write_text("\n".join([*lines, *of_conditions]), encoding="utf-8")
        command = ("score", exports, "--values", file, *WHICH, *SHOP, "-f", "json")
        document = shopscore(*command).done().document
        (shop,) = document["shops"]
        assert (shop["status"], shop["score"], shop["coverage"]) == ("partial", None, 0.75)
        assert (shop["score_low_exact"], shop["score_high_exact"]) == ("41/10", "23/5")
        assert shop["reason"] == (
            "some weighted metrics cannot be ranked: no other shop in its industry"
        )
        assert [n["metrics"] for n in document["notices"] if n["code"] == "no_peers"] == [
            ["quality_return_rate"]
        ]
        answer = shopscore(*command, "--require", "complete")
        assert answer.code == 1
        assert "quality_return_rate cannot be ranked" in answer.err

    def test_on_the_screen_in_chinese(self, answers: tuple[Answer, Answer]) -> None:
        out = answers[1].done().out
        assert "4.35 (= 87/20) · 后台显示 4.36" in out
        lines = {
            line.split()[1]: line for line in out.splitlines() if "体验 " in line and "正常" in line
        }
        assert "事件数据；百分位为填写" in lines["品质退货率"]
        assert "填写值；得分为填写" in lines["揽收及时率"]
        assert "来源" in out

    def test_in_a_table_of_columns(self, exports: Path, tmp_path: Path) -> None:
        file = tmp_path / "console.csv"
        file.write_text(CONSOLE, encoding="utf-8")
        answer = shopscore("score", exports, "--values", file, *WHICH, *SHOP, "-f", "csv").done()
        (row,) = csv.DictReader(io.StringIO(answer.out))
        assert (row["pickup_rate.source"], row["refund_only_hours.source"]) == ("values", "events")
        assert (row["pickup_rate.points_source"], row["console"]) == ("values", "4.36")

    def test_values_may_go_first(self, exports: Path, tmp_path: Path) -> None:
        file = tmp_path / "v.csv"
        file.write_text("shop_id,metric,value\nS1,quality_return_rate,1.2%\n", encoding="utf-8")
        for prefer, value, source in (("events", 0.5, "events"), ("values", 0.012, "values")):
            answer = shopscore(
                "score", exports, "--values", file, "--prefer", prefer, *WHICH, *SHOP, "-f", "json"
            ).done()
            metric = answer.document["shops"][0]["metrics"][1]
            assert (metric["value"], metric["source"]) == (value, source)

    @pytest.mark.skipif(sys.platform == "win32", reason="pipes of Unix")
    def test_what_is_no_table_of_values(self, tmp_path: Path) -> None:
        (tmp_path / "head.csv").write_text("shop_id,metric,value\n", encoding="utf-8")
        os.mkfifo(tmp_path / "pipe.csv")
        for name, said in (
            ("none.csv", "no such file"),
            ("", "is a folder, and a file is needed"),
            ("pipe.csv", "is a pipe or device, and no file"),
            ("head.csv", "no row with a value"),
        ):
            shopscore("score", "--values", tmp_path / name, *WHICH).failed(3, name, said)

    def test_a_table_that_cannot_be_read_is_said_before_events_are(self, tmp_path: Path) -> None:
        file = tmp_path / "v.csv"
        file.write_text("shop_id,metric,value\nS1,pickup_rate,93.5\n", encoding="utf-8")
        answer = shopscore("score", tmp_path / "nowhere", "--values", file, *WHICH)
        answer.failed(3, "v.csv, line 2, column value")


def template(*args: object) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(shopscore("values", *args).done().out)))


CARDS = [
    (ruleset.platform, ruleset.scorecard, ruleset.version)
    for platform in ss.platforms()
    for card in platform.scorecards
    for ruleset in map(card.ruleset, card.versions)
]


class TestTemplate:
    @pytest.mark.parametrize(("platform", "card", "version"), CARDS, ids="/".join)
    def test_its_examples_are_read(
        self, platform: str, card: str, version: str, tmp_path: Path
    ) -> None:
        lines = template(platform, "-c", card, "-r", version)
        named = catalog_metrics(platform, card, version)
        assert [line["metric"] for line in lines[: len(named)]] == named
        assert all(line["label"] and line["unit"] and line["example"] for line in lines)
        filled = [{**line, "value": line["example"]} for line in lines]
        file = tmp_path / "filled.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, lines[0])
            writer.writeheader()
            writer.writerows(filled)
        which = ("-p", platform, "-c", card, "-r", version, "--as-of", "2026-07-01")
        answer = shopscore("score", "--values", file, *which, "-f", "json").done()
        (shop,) = answer.document["shops"]
        assert all(m["value"] is not None and m["n"] in (None, 1) for m in shop["metrics"])

    def test_as_it_is_written_it_holds_nothing(self, tmp_path: Path) -> None:
        """A table that was not filled in has no score: examples are no values."""
        file = tmp_path / "t.csv"
        shopscore("values", "抖音", "-r", "2022", "-o", file, "--lang", "zh").done()
        assert file.read_bytes().startswith(b"\xef\xbb\xbf"), "so that a spreadsheet reads it"
        text = file.read_text("utf-8-sig")
        assert "S1,,pickup_rate,,,,,揽收及时率,比率：93.5% 或 0.935,93.5%\n" in text
        page = ("score", "--values", file, *WHICH)
        shopscore(*page).failed(3, "t.csv: no value is filled in; write -")
        assert "没有填写任何值" in shopscore(*page, "--lang", "zh").err

    def test_a_row_that_is_left_empty_is_missing_input(self, tmp_path: Path) -> None:
        """As one that is taken out; - says that the console shows none."""
        file = tmp_path / "t.csv"
        text = shopscore("values", "douyin", "-r", "2022").done().out
        rows = text.replace("S1,,pickup_rate,,", "S1,,pickup_rate,93.5%,").replace(
            "S1,,complaint_rate,,", "S1,,complaint_rate,-,"
        )
        file.write_text(rows, encoding="utf-8")
        answer = shopscore("score", "--values", file, *WHICH, "-f", "json").done()
        (shop,) = answer.document["shops"]
        told = {m["id"]: m["reason"] for m in shop["metrics"]}
        assert shop["status"] == "partial"
        assert told["delivery_hours"] == "no value was supplied"
        assert told["complaint_rate"] == "no value was supplied, or none with n above 0"
        (missing,) = [n for n in answer.document["notices"] if n["code"] == "missing_input"]
        assert "delivery_hours" in missing["metrics"]
        assert not {"pickup_rate", "complaint_rate"} & set(missing["metrics"])

    def test_what_is_filled_in_is_not_written_over(self, tmp_path: Path) -> None:
        file = tmp_path / "t.csv"
        file.write_text("shop_id,metric,value\nS1,pickup_rate,0.9\n", encoding="utf-8")
        before = file.read_bytes()
        shopscore("values", "douyin", "-o", file).failed(2, "t.csv", "is there already")
        assert file.read_bytes() == before
        out = shopscore("values", "douyin", "-r", "2022", "-o", "-").done().out
        assert out.startswith("shop_id,")

    def test_labels_are_in_one_language_each(self) -> None:
        assert {line["metric"]: line["label"] for line in template("douyin", "-r", "2022")}[
            "pickup_rate"
        ] == "Pick-up in time"
        zh = template("douyin", "-r", "2022", "--lang", "zh")
        assert not [line for line in zh if re.search("[a-z]{3}", line["unit"])]


def catalog_metrics(platform: str, card: str, version: str) -> list[str]:
    from shopscore.plugins.catalog import platform as find

    return list(find(platform).scorecard(card).ruleset(version).needed_metric_ids)


class TestNames:
    @pytest.mark.parametrize(
        "name",
        ["pickup_rate", "揽收及时率", "Pick-up in time", "pick-up  IN time", " 揽收 及时率 "],
    )
    def test_of_a_metric(self, name: str, tmp_path: Path) -> None:
        file = tmp_path / "v.csv"
        file.write_text(f"shop_id,metric,value\nS,{name},0.5\n", encoding="utf-8")
        result = ss.score_values(file, platform="douyin", ruleset="2022", as_of="2022-07-01")
        assert result["S"]["pickup_rate"].value == 0.5

    def test_that_comes_twice_under_two_names(self, tmp_path: Path) -> None:
        file = tmp_path / "v.csv"
        file.write_text("shop_id,metric,value\nS,揽收及时率,1\nS,pickup_rate,1\n", encoding="utf-8")
        shopscore("score", "--values", file, *WHICH).failed(
            3, "v.csv, line 3", "pickup_rate", "twice"
        )

    def test_that_is_almost_a_label(self, tmp_path: Path) -> None:
        file = tmp_path / "v.csv"
        file.write_text("shop_id,metric,value\nS,揽收及时,1\n", encoding="utf-8")
        shopscore("score", "--values", file, *WHICH).failed(3, "did you mean 揽收及时率?")


def test_a_message_of_the_table_is_a_message() -> None:
    with pytest.raises(ss.InputError) as caught:
        ss.score_values({"shop_id": ["S"], "metric": ["pickup_rate"]}, platform="douyin",
                        ruleset="2022", as_of="2022-07-01")  # fmt: skip
    assert isinstance(caught.value.args[0], Message)
    assert caught.value.text("zh") == "values：没有列 value；须有的列：shop_id、metric、value"


def values_file(folder: Path, *rows: str) -> Path:
    file = folder / "v.csv"
    file.write_text("\n".join(("shop_id,metric,value,n", *rows)), encoding="utf-8")
    return file


def test_the_industry_is_that_of_shops_without_events_too(events: Path, tmp_path: Path) -> None:
    file = values_file(tmp_path, "X1,pickup_rate,93%,100")
    both = ("score", events, "--values", file, *WHICH, "-f", "json")
    document = shopscore(*both, "--industry", "women").done().document
    assert [s["industry"] for s in document["shops"] if s["shop_id"] == "X1"] == ["women"]
    assert {s["industry"] for s in document["shops"]} > {"women"}  # the others keep their own
    document = shopscore(*both).done().document
    assert [s["industry"] for s in document["shops"] if s["shop_id"] == "X1"] == ["unknown"]


class TestIdsOfShops:
    @pytest.mark.parametrize("written", ["1.23E+17", "6,9e+18", "１．２３Ｅ＋１７"])
    def test_rounded_ones_are_refused(self, written: str, tmp_path: Path) -> None:
        rows = f'"{written}",pickup_rate,93%,100', '"S2",pickup_rate,93%,100'
        file = values_file(tmp_path, *rows)
        said = shopscore("score", "--values", file, *WHICH).failed(3, "v.csv", "line 2", "shop_id")
        assert "digits of this id are lost" in said
        (tmp_path / "orders.csv").write_text("order_id,paid_at\n1,2022-06-01\n", encoding="utf-8")
        score = ("score", tmp_path / "orders.csv", *WHICH, "--shop-id", written)
        shopscore(*score).failed(2, "--shop-id", "digits of this id are lost")

    def test_marks_are_taken_away_as_from_events(self, events: Path, tmp_path: Path) -> None:
        rows = '"\'S0001",pickup_rate,93%,100', '"=""S0002""",pickup_rate,93%,100'
        file = values_file(tmp_path, *rows)
        document = (
            shopscore("score", events, "--values", file, *WHICH, "--prefer", "values", "-f", "json")
            .done()
            .document
        )
        assert "values_without_events" not in {n["code"] for n in document["notices"]}
        rates = {
            s["shop_id"]: m["value"]
            for s in document["shops"]
            for m in s["metrics"]
            if m["id"] == "pickup_rate" and m["source"] == "values"
        }
        assert rates == {"S0001": 0.93, "S0002": 0.93}


@pytest.mark.parametrize("written", ["1.5", "12.0001", "3.5单"])
def test_things_are_counted_in_whole_numbers(written: str, tmp_path: Path) -> None:
    file = values_file(tmp_path, "S1,pickup_rate,93%,100", f"S1,paid_orders,{written},")
    shopscore("score", "--values", file, *WHICH).failed(3, "line 3", written, "whole numbers")


@pytest.mark.parametrize("written", ["100", "1,200", "100.0", "100单"])
def test_whole_numbers_in_any_form(written: str, tmp_path: Path) -> None:
    file = values_file(tmp_path, "S1,pickup_rate,93%,100", f'S1,paid_orders,"{written}",')
    shopscore("score", "--values", file, *WHICH).done()


@pytest.mark.parametrize(
    "option", ["--values", "--numbers", "--standards", "--benchmarks", "events"]
)
def test_standard_input_is_not_read(option: str, tmp_path: Path) -> None:
    file = values_file(tmp_path, "S1,pickup_rate,93%,100")
    args = {"events": ("-",), "--values": ("--values", "-")}.get(
        option, ("--values", file, option, "-")
    )
    shopscore("score", *args, *WHICH).failed(2, "standard input", "write it to a file")


class TestTemplateOfRulesNotInForce:
    def test_is_of_the_newest_and_says_so(self) -> None:
        card = ("values", "tmall", "-c", "aftersales")
        answer = shopscore(*card).done()
        assert answer.out == shopscore(*card, "-r", "2022").done().out
        assert "tmall/aftersales/2022" in answer.err
        assert "--ruleset" in answer.err

    def test_of_a_day_that_was_named_it_is_an_error(self) -> None:
        shopscore("values", "douyin", "--as-of", "2025-01-01").failed(4, "2025-01-01", "2022")

    def test_rules_in_force_need_no_word(self) -> None:
        assert shopscore("values", "pinduoduo").done().err == ""

    @pytest.mark.parametrize("wrong", [("douyyin",), ("douyin", "-c", "x"), ("douyin", "-r", "1")])
    def test_what_is_not_there_is_an_error(self, wrong: tuple[str, ...]) -> None:
        shopscore("values", *wrong).failed(4)
