"""The language of a run: where it comes from, and that everything speaks it."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from shopscore.cli.voice import language_of
from shopscore.errors import system_reason
from shopscore.messages import bilingual, in_language, translate
from support.command_line import plugins, process, shopscore

WHICH = ("-p", "douyin", "-r", "2022", "--as-of", "2022-07-01")
LATIN = re.compile(r"[A-Za-z]{2,}")
#: What stays as it is: ids of shops, rule sets, sources, and names that platforms write in Latin.
IDS = re.compile(r"S\d{4}|douyin/experience/2022|s002|IM(?=3|平)")


class TestWhereItComesFrom:
    @pytest.mark.parametrize(
        ("environ", "lang"),
        [
            ({}, "en"),
            ({"LANG": "zh_CN.UTF-8"}, "zh"),
            ({"LANG": "zh_TW"}, "zh"),
            ({"LANG": "de_DE.UTF-8"}, "en"),
            ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
            ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
            ({"LC_ALL": "zh_CN", "LC_MESSAGES": "en_US", "LANG": "en_US"}, "zh"),
            ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
            ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
            ({"SHOPSCORE_LANG": "zh", "LC_ALL": "C"}, "zh"),
            ({"SHOPSCORE_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ],
    )
    def test_environment(self, environ: dict[str, str], lang: str) -> None:
        assert language_of(environ) == lang

    def test_of_commands(self, events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def head(*args: str) -> str:
            return shopscore("validate", events, *args).done().out.split()[0]

        assert head() == "stream"
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        assert head() == "数据流"
        assert head("--lang", "en") == "stream"
        monkeypatch.setenv("SHOPSCORE_LANG", "en")
        assert head() == "stream"
        assert head("--lang", "zh") == "数据流"

    @pytest.mark.slow
    def test_of_processes(self) -> None:
        answer = process("shopscore", "validate", "none", LC_ALL="zh_CN.UTF-8", LANG="zh_CN.UTF-8")
        assert answer.code == 3
        assert answer.err.startswith("错误：")

    def test_wrong(self) -> None:
        shopscore("demo", "--lang", "fr").failed(2, "fr")


def test_the_demo_has_no_english_word() -> None:
    answer = shopscore("demo", "--lang", "zh").done()
    commands = [line for line in answer.err.splitlines() if line.startswith("  shopscore")]
    assert len(commands) == 4
    said = answer.out
    said += "\n".join(line for line in answer.err.splitlines() if line not in commands)
    said += "\n".join(line.partition("#")[2] for line in commands)
    assert not LATIN.findall(IDS.sub("", said))


class TestErrors:
    def test_of_input(self, tmp_path: Path) -> None:
        answer = shopscore("score", tmp_path, *WHICH, "--lang", "zh", "--assume", "x")
        assert answer.code == 2
        assert answer.err == "错误：--assume 'x'：请写成 KEY=VALUE\n"

    def test_name_options(self) -> None:
        answer = shopscore("score", *WHICH, "--lang", "zh")
        said = "请给出 EVENTS、--documents 路径或 --values 文件，也可以同时给出几个"
        assert answer.err == f"错误：{said}\n"

    def test_of_a_shop(self, events: Path) -> None:
        answer = shopscore("score", events, *WHICH, "--lang", "zh", "--shop", "S00002")
        assert answer.err == "错误：这里没有店铺 S00002；是不是想写 S0002？\n"

    def test_of_a_plugin(self) -> None:
        answer = plugins("show", "douyinn", "--lang", "zh")
        assert answer.err == "错误：没有插件 douyinn；是不是想写 douyin？\n"


class TestReasons:
    @pytest.fixture
    def only_orders(self, tmp_path: Path) -> Path:
        rows = "shop_id,order_id,paid_at\nS1,1,2022-06-01 10:00:00\n"
        (tmp_path / "orders.csv").write_text(rows, encoding="utf-8")
        return tmp_path

    def test_of_missing_columns(self, only_orders: Path) -> None:
        page = ("score", only_orders, *WHICH, "--shop", "S1", "--lang", "zh")
        answer = shopscore(*page).done()
        assert "揽收及时率：缺少列 orders.picked_up_at" in answer.out
        assert "投诉率：缺少数据流 complaints\n" in answer.out
        either = "缺少列 orders.signed_at 或 orders.confirmed_at"
        assert f"商品差评率：{either}、缺少数据流 reviews\n" in answer.out
        said = "pickup_rate 缺少数据：缺少列 orders.picked_up_at；没有它就无法得出分数"
        assert f"提示：{said}\n" in answer.out
        assert said not in answer.err

    def test_in_python_they_stay_english(self, only_orders: Path) -> None:
        import shopscore as ss

        result = ss.score(only_orders, platform="douyin", ruleset="2022", as_of="2022-07-01")
        assert result["S1"]["pickup_rate"].reason == "no column orders.picked_up_at"

    def test_of_rows_set_aside(self, tmp_path: Path) -> None:
        text = "shop_id,order_id,amount\nS1,1,-5\n,2,5\n"
        (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
        out = shopscore("validate", tmp_path, "--lang", "zh").done().out
        assert "必填，但为空" in out


class TestPages:
    def test_rules(self) -> None:
        out = plugins("rules", "douyin", "--lang", "zh").done().out
        assert "规则中有 25 个假设，可用 --assume 更改：" in out
        assert "数值如何换算" not in out
        assert "提示：资料没有日期：适用期是假设。" in out

    @pytest.mark.parametrize(
        "name",
        [
            "amazon",
            "douyin",
            "ebay",
            "etsy",
            "jd",
            "kuaishou",
            "pinduoduo",
            "tmall",
            "walmart",
            "wechat",
        ],
    )
    def test_no_sentence_of_the_rules_is_english(self, name: str) -> None:
        out = plugins("rules", name, "--lang", "zh").done().out
        sentence = re.compile(r"(?<![\w./-])[A-Za-z]+ [a-z]+ [a-z]+(?![\w./])")
        assert not sentence.findall(out)

    def test_list(self) -> None:
        head, _, *rows = plugins("list", "--lang", "zh").done().out.splitlines()
        assert head.split() == ["插件", "状态", "安装包", "平台", "规则集"]
        assert all(row.split()[1] == "已启用" for row in rows if row)

    def test_show(self) -> None:
        out = plugins("show", "douyin", "--lang", "zh").done().out
        assert "加载用时" in out
        assert "优者" in out

    def test_diff(self) -> None:
        out = plugins("diff", "tmall", "2025-06-30", "2026-03-16", "--lang", "zh").done().out
        assert out.startswith("位置")
        same = plugins("diff", "douyin", "2022", "2022", "--lang", "zh").done().out
        assert same == "两个规则集相同。\n"

    def test_inspect(self, events: Path) -> None:
        out = shopscore("inspect", events, "--lang", "zh").done().out
        assert "orders：读入 1,200 行，采用 1,200 行，搁置 0 行，被更新 0 行，其中已支付" in out
        assert "可以计算" in out

    def test_documents_do_not_change(self, events: Path) -> None:
        for page in (("score", events, *WHICH, "-f", "json"), ("validate", events, "-f", "json")):
            english, chinese = (
                shopscore(*page, "--lang", lang).done().out for lang in ("en", "zh")
            )
            assert english == chinese


class TestQuiet:
    def test_says_nothing(self, events: Path) -> None:
        answer = shopscore("score", events, *WHICH, "--assume", "bad_review.max_rating=3", "-q")
        assert answer.done().err == ""

    def test_but_errors(self, tmp_path: Path) -> None:
        shopscore("score", tmp_path / "none", *WHICH, "--quiet").failed(3, "no such file")

    def test_assumptions_are_not_said_at_every_run(self, events: Path) -> None:
        assert "assumption" not in shopscore("score", events, *WHICH).done().err


class TestLogOfJson:
    def records(self, err: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = [json.loads(line) for line in err.splitlines()]
        for record in found:
            assert list(record)[:4] == ["time", "level", "logger", "message"]
        return found

    def page(self, tmp_path: Path) -> tuple[object, ...]:
        values = "shop_id,metric,value,n\nS1,pickup_rate,0.9,10\n"
        (tmp_path / "v.csv").write_text(values, encoding="utf-8")
        return "score", "--values", tmp_path / "v.csv", *WHICH, "--log-format", "json"

    def test_stages_and_notices(self, tmp_path: Path) -> None:
        page = self.page(tmp_path)
        records = self.records(shopscore(*page).done().err)
        assert [r["message"] for r in records[:2]] == ["reading values", "grading"]
        told = {r["message"]: r["notice"]["code"] for r in records if "notice" in r}  # type: ignore[index]
        assert told[
            "not checked: Enough paid orders in the last 90 days (enough_orders):"
            " no value was supplied"
        ] == "not_checked"  # fmt: skip
        codes = {"missing_input", "missing_side_input", "no_peers", "not_checked"}
        assert set(told.values()) == codes
        chinese = self.records(shopscore(*page, "--lang", "zh").done().err)
        assert [r["message"] for r in chinese[:2]] == ["读取指标值", "评分"]

    def test_timings_are_a_record(self, tmp_path: Path) -> None:
        page = (*self.page(tmp_path), "--timings", "-q")
        (last,) = self.records(shopscore(*page).done().err)
        assert (last["level"], last["message"]) == ("info", "timings")
        assert list(last["timings"])[-1] == "total"  # type: ignore[call-overload]

    @pytest.mark.parametrize(
        "quiet", [("-q", "--log-format", "json"), ("--log-format", "json", "-q")]
    )
    def test_quiet_is_quiet(self, tmp_path: Path, quiet: tuple[str, ...]) -> None:
        page = self.page(tmp_path)[:-2]
        assert shopscore(*page, *quiet).done().err == ""
        (record,) = self.records(shopscore(*page, *quiet, "--shop", "no").err)
        assert record["level"] == "error"

    def test_errors(self, tmp_path: Path) -> None:
        answer = shopscore("score", tmp_path / "none", *WHICH, "--log-format", "json")
        assert answer.code == 3
        last = self.records(answer.err)[-1]
        assert last["level"] == "error"
        assert str(last["message"]).endswith("no such file or folder")

    def test_ends_with_the_run(self, events: Path) -> None:
        shopscore("validate", events, "--log-format", "json").done()
        assert shopscore("validate", events).done().err == ""


class TestTexts:
    def test_bilingual(self) -> None:
        note = bilingual("A note.", "说明。")
        assert (note, note.text("zh"), note.text("en")) == ("A note.", "说明。", "A note.")
        assert bilingual("A note.", "").text("zh") == "A note."

    @pytest.mark.parametrize(
        ("text", "chinese"),
        [
            ("no column orders.paid_at", "缺少列 orders.paid_at"),
            ("no stream reviews", "缺少数据流 reviews"),
            ("2 rows were set aside", "2 rows were set aside"),
            ("S0001", "S0001"),
            ("no words that anybody knows", "no words that anybody knows"),
        ],
    )
    def test_a_message_is_recognised_by_its_template(self, text: str, chinese: str) -> None:
        assert translate(text, "zh") == chinese
        assert translate(text, "en") == text


class TestRepairs:
    def test_a_cell_that_was_emptied_is_told_in_chinese(self, tmp_path: Path) -> None:
        """Out of order, and not readable: both reasons end in what became of the cell."""
        (tmp_path / "orders.csv").write_text(
            "shop_id,order_id,paid_at,picked_up_at,signed_at\n"
            "S,1,2022-06-01 10:00:00,2022-06-01 09:00:00,\n"
            "S,2,2022-06-01 10:00:00,2022-06-01 11:00:00,tomorrow\n",
            encoding="utf-8",
        )
        page = ("validate", tmp_path, "--platform", "douyin", "--lang", "zh")
        out = shopscore(*page).done().out
        assert "早于 paid_at 2022-06-01 10:00:00：按空值处理" in out
        assert "不能读作时间：请写成 2024-06-30 12:00:00 的形式：按空值处理" in out
        assert "taken as empty" not in out
        kept = shopscore(*page[:-2]).done().out
        assert "before paid_at 2022-06-01 10:00:00: taken as empty" in kept


def scores_of(file: Path) -> pl.DataFrame:
    """The sheet of scores of a workbook."""
    names, *rows = CalamineWorkbook.from_path(file).get_sheet_by_name("scores").to_python()
    return pl.DataFrame([[str(cell) for cell in row] for row in rows], names, orient="row")


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_reasons_in_files_follow_the_language(form: str, tmp_path: Path) -> None:
    """They are for people; statuses, and the names of columns, are for programs."""
    (tmp_path / "v.csv").write_text("shop_id,metric,value\nS1,pickup_rate,0.5", encoding="utf-8")
    frames = {}
    for lang in ("en", "zh"):
        file = tmp_path / f"{lang}.{form}"
        shopscore(
            "score", "--values", tmp_path / "v.csv", *WHICH, "-o", file, "--lang", lang
        ).done()
        read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "xlsx": scores_of}[form]
        frames[lang] = read(file)
    english, chinese = frames["en"], frames["zh"]
    assert english.columns == chinese.columns
    reasons = [name for name in english.columns if name.rpartition(".")[2] == "reason"]
    assert english.drop(reasons).equals(chinese.drop(reasons))
    said = [text for name in reasons for text in chinese[name].drop_nulls()]
    assert len(said) > 3
    assert not [text for text in said if re.search("[a-z]{3,}", text)]
    assert re.search("[a-z]{3,}", english["reason"][0])


class TestOfTheSystem:
    """What the system and the TOML parser say in English is said in our own words."""

    def score(self, *args: object) -> str:
        return shopscore("score", "--lang", "zh", *WHICH, *args).err

    def test_no_such_file(self, tmp_path: Path) -> None:
        assert "没有这个文件" in self.score("--values", tmp_path / "v.csv")
        assert "没有这个文件或文件夹" in self.score(tmp_path, "--numbers", tmp_path / "n.toml")

    def test_a_folder_in_the_place_of_a_file(self, tmp_path: Path) -> None:
        assert "是一个文件夹" in self.score(tmp_path, "--numbers", tmp_path)
        (tmp_path / "v.csv").write_text("shop_id,metric,value\nS1,pickup_rate,0.5", "utf-8")
        folder = tmp_path / "x.csv"
        folder.mkdir()
        assert "是一个文件夹" in self.score("--values", tmp_path / "v.csv", "-o", folder)

    def test_a_file_in_the_place_of_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "v.csv").write_text("shop_id,metric,value\nS1,pickup_rate,0.5", "utf-8")
        out = tmp_path / "v.csv" / "x.csv"
        assert "不是文件夹" in self.score("--values", tmp_path / "v.csv", "-o", out)

    def test_toml(self, tmp_path: Path) -> None:
        (tmp_path / "n.toml").write_text("schema = 1\nweight = = 2\n", "utf-8")
        said = self.score(tmp_path, "--numbers", tmp_path / "n.toml")
        assert "第 2 行第 10 列不是有效的 TOML" in said

    @pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EEXIST])
    def test_common_numbers_have_words(self, number: int) -> None:
        own = system_reason(OSError(number, os.strerror(number)))
        assert not LATIN.findall(in_language(own, "zh"))
        engine = RuntimeError(f"could not write (os error {number})")
        assert system_reason(engine) == own

    def test_others_say_it_themselves(self) -> None:
        assert system_reason(OSError(99999, "odd")) == "odd"
        assert (
            system_reason(OSError(errno.ENOSPC, "the quota is used up")) == "the quota is used up"
        )
        assert system_reason(ValueError("embedded null byte")) == "embedded null byte"
