"""``shopscore score``: four forms of one result, and every option."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import shopscore as ss
from shopscore.plugins import selection
from shopscore.plugins.selection import find_ruleset
from support.command_line import ESCAPE, Answer, plugins, shopscore

WHO = ("--platform", "douyin")
WHICH = (*WHO, "--ruleset", "2022", "--as-of", "2022-07-01")
JSON = (*WHICH, "--format", "json")


@pytest.fixture(scope="module")
def result(events: Path) -> ss.Result:
    return ss.score(events, platform="douyin", ruleset="2022", as_of="2022-07-01")


@pytest.fixture(scope="module")
def document(events: Path) -> dict[str, Any]:
    return shopscore("score", events, *JSON).done().document


def shop(document: dict[str, Any], shop_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in document["shops"] if s["shop_id"] == shop_id)
    return found


class TestJson:
    def test_is_the_result(self, events: Path, result: ss.Result) -> None:
        assert shopscore("score", events, *JSON).done().out == result.to_json() + "\n"

    def test_head(self, document: dict[str, Any], result: ss.Result) -> None:
        assert [document[k] for k in ("platform", "scorecard", "ruleset", "as_of")] == [
            "douyin",
            "experience",
            "2022",
            "2022-07-01",
        ]
        assert document["versions"] == result.versions
        assert document["load"]["streams"]["orders"]["in"] == 1200

    def test_shops_are_sorted_and_complete(self, document: dict[str, Any]) -> None:
        ids = [s["shop_id"] for s in document["shops"]]
        assert ids == sorted(ids)
        assert len(ids) == 12

    def test_scores_are_the_exact_ones_rounded(self, document: dict[str, Any]) -> None:
        scored = [s for s in document["shops"] if s["status"] == "scored"]
        assert scored
        for one in scored:
            exact = Fraction(one["score_exact"])
            assert str(exact) == one["score_exact"]
            assert Fraction(str(one["score"])) == Fraction(int(exact * 100 + Fraction(1, 2)), 100)

    def test_no_score_is_null_and_opens_nothing(self, document: dict[str, Any]) -> None:
        others = [s for s in document["shops"] if s["status"] != "scored"]
        assert {s["status"] for s in others} >= {"insufficient_orders"}
        for one in others:
            assert (one["score"], one["score_exact"], one["tiers"]) == (None, None, [])
            assert any(m["points"] is not None for m in one["metrics"])

    def test_reasons_are_there_in_chinese_too(
        self, document: dict[str, Any], result: ss.Result
    ) -> None:
        for one, view in zip(document["shops"], result, strict=True):
            for entry, its in ((one, view), *zip(one["metrics"], view.metrics, strict=True)):
                assert entry["reason"] == its.reason
                assert entry["reason_zh"] == (its.reason and its.reason.text("zh"))
        said = {s["reason"]: s["reason_zh"] for s in document["shops"] if s["reason"]}
        assert said["not met: Enough paid orders in the last 90 days"] == "不满足：近90天支付订单数"
        (half_life,) = (a for a in document["assumptions"] if "decay" in a["id"])
        assert half_life["reason_zh"].startswith("资料说越近的日子权重越大")

    def test_weights_sum_to_one(self, document: dict[str, Any]) -> None:
        for one in document["shops"]:
            weights = [m["weight"] for m in one["metrics"] if m["weight"] is not None]
            assert sum(weights) == pytest.approx(1, abs=1e-12)
            for metric in one["metrics"]:
                assert (metric["weight"] is None) == (metric["status"] != "ok")

    def test_assumptions_carry_their_full_names(self, document: dict[str, Any]) -> None:
        ids = [a["id"] for a in document["assumptions"]]
        assert ids == sorted(ids)
        assert "douyin.2022.bad_review.max_rating" in ids
        assert {a["source"] for a in document["assumptions"]} == {"assumption"}


class TestCsv:
    def test_says_what_the_frame_says(self, events: Path, result: ss.Result) -> None:
        answer = shopscore("score", events, *WHICH, "-f", "csv").done()
        rows = list(csv.DictReader(io.StringIO(answer.out)))
        frame = result.to_polars()
        assert list(rows[0]) == frame.columns
        for name in ("shop_id", "status", "score", "bad_review_rate.value"):
            there = ["" if cell is None else str(cell) for cell in frame[name]]
            assert [row[name] for row in rows] == there
        exact = [cell or "" for cell in frame["score_exact"]]
        assert any("/" in cell for cell in exact)
        marked = [f"'{cell}" if "/" in cell else cell for cell in exact]
        assert [row["score_exact"] for row in rows] == marked, "no date for a spreadsheet"
        assert [r["tiers"] for r in rows] == [";".join(tiers) for tiers in frame["tiers"]]

    @pytest.mark.parametrize(
        ("name", "cell"),
        [
            ("=1+1", "'=1+1"),
            ("+A1", "'+A1"),
            ("-A1", "'-A1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+1", "+1"),
            ("-1", "-1"),
        ],
    )
    def test_no_cell_is_a_formula(self, tmp_path: Path, name: str, cell: str) -> None:
        """A number is none, with a sign or without."""
        (tmp_path / "shops.csv").write_text(f"shop_id,industry\n{name},{name}\n", encoding="utf-8")
        answer = shopscore("score", tmp_path, *WHICH, "-f", "csv").done()
        (row,) = csv.DictReader(io.StringIO(answer.out))
        assert row["shop_id"] == row["industry"] == cell


class TestParquet:
    def test_is_the_frame(self, events: Path, result: ss.Result, tmp_path: Path) -> None:
        file = tmp_path / "scores.parquet"
        answer = shopscore("score", events, *WHICH, "-f", "parquet", "-o", file).done()
        assert answer.out == ""
        assert_frame_equal(pl.read_parquet(file), result.to_polars())

    def test_of_some_shops(self, events: Path, result: ss.Result, tmp_path: Path) -> None:
        file = tmp_path / "scores.parquet"
        some = ("--shop", "S0007", "--shop", "S0002")
        shopscore("score", events, *WHICH, *some, "-f", "parquet", "-o", file).done()
        found = pl.read_parquet(file)
        assert found["shop_id"].to_list() == ["S0002", "S0007"]


class TestTable:
    def test_one_line_per_shop(self, events: Path, result: ss.Result) -> None:
        answer = shopscore("score", events, *WHICH).done()
        lines = [line.split() for line in answer.out.splitlines()]
        for view in result:
            shown = "–" if view.score is None else f"{view.score:.2f}"
            assert any(w[:1] == [view.shop_id] and shown in w for w in lines)

    def test_one_shop_with_every_number(self, events: Path, result: ss.Result) -> None:
        view = next(s for s in result if s.score is not None)
        answer = shopscore("score", events, *WHICH, "--shop", view.shop_id).done()
        assert f"{view.shop_id} · {view.industry} · scored · {view.score:.2f}" in answer.out
        assert f"= {view.score_exact}" in answer.out
        for metric in view.metrics:
            assert result.rules.metrics[metric.id].metric.en in answer.out

    def test_of_a_single_shop_is_that_shops(self, tmp_path: Path) -> None:
        file = tmp_path / "values.csv"
        file.write_text("shop_id,metric,value\nA,bad_review_rate,0.5\n", encoding="utf-8")
        plain, named = (
            shopscore("score", "--values", file, *WHICH, *which).done().out
            for which in ((), ("--shop", "A"))
        )
        assert plain == named
        assert plain.startswith("A · unknown · ")

    def test_no_line_is_cut(self, tmp_path: Path) -> None:
        long = "S" + "0123456789" * 12
        (tmp_path / "orders.csv").write_text(f"shop_id,order_id\n{long},1\n", encoding="utf-8")
        assert long in shopscore("score", tmp_path, *WHICH).done().out

    @pytest.mark.slow
    def test_many_shops_are_not_all_listed(self, tmp_path: Path) -> None:
        rows = "".join(f"S{i:03},1\n" for i in range(250))
        (tmp_path / "orders.csv").write_text(f"shop_id,order_id\n{rows}", encoding="utf-8")
        answer = shopscore("score", tmp_path, *WHICH).done()
        assert "50 more shops" in answer.err
        assert len(shopscore("score", tmp_path, *JSON).done().document["shops"]) == 250

    @pytest.mark.parametrize("name", ["[red]shop", "[/b]", "shop[x]", ":smile:", "a\\[b"])
    def test_names_are_shown_as_they_are(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "shops.csv").write_text(f"shop_id,industry\n{name},{name}\n", encoding="utf-8")
        for more in ((), ("--shop", name)):
            assert name in shopscore("score", tmp_path, *WHICH, *more).done().out


class TestShop:
    def test_is_ranked_among_all(self, events: Path, document: dict[str, Any]) -> None:
        some = shopscore("score", events, *JSON, "--shop", "S0009", "--shop", "S0004").done()
        assert [s["shop_id"] for s in some.document["shops"]] == ["S0004", "S0009"]
        for one in some.document["shops"]:
            assert one == shop(document, one["shop_id"])

    def test_named_twice_is_listed_once(self, events: Path) -> None:
        twice = ("--shop", "S0009", "--shop", "S0009")
        assert len(shopscore("score", events, *JSON, *twice).done().document["shops"]) == 1
        assert shopscore("score", events, *WHICH, *twice).done().out.count("S0009") == 1

    @pytest.mark.parametrize("form", ["table", "json", "csv"])
    def test_unknown(self, events: Path, form: str) -> None:
        answer = shopscore("score", events, *WHICH, "--shop", "S00002", "--format", form)
        answer.failed(2, "no shop S00002", "did you mean S0002?")
        assert answer.out == ""


class TestAssume:
    def test_reaches_the_metric(self, events: Path, document: dict[str, Any]) -> None:
        key = "douyin.2022.bad_review.max_rating"
        answer = shopscore("score", events, *JSON, "--assume", f"{key}=3").done()
        (changed,) = [a for a in answer.document["assumptions"] if a["source"] == "user"]
        assert (changed["id"], changed["value"]) == (key, 3)
        assert f"Assumed: {key} = 3" in answer.err
        before, after = (
            [s["metrics"][0]["value"] or 0 for s in d["shops"]] for d in (document, answer.document)
        )
        assert all(a >= b for a, b in zip(after, before, strict=True))
        assert after != before

    def test_short_names_will_do(self, events: Path) -> None:
        full = ("--assume", "douyin.2022.bad_review.max_rating=3")
        short = ("--assume", " bad_review.max_rating = 3 ")
        assert shopscore("score", events, *JSON, *full).out == (
            shopscore("score", events, *JSON, *short).out
        )

    def test_from_a_file(self, events: Path, tmp_path: Path) -> None:
        file = tmp_path / "assume.toml"
        file.write_text(
            "[douyin.2022]\nbad_review.max_rating = 3\npickup.grade_36h = 0.65\n"
            'missing.policy = "require"\ncomplaint.only_upheld = false\n',
            encoding="utf-8",
        )
        answer = shopscore("score", events, *JSON, "--assume-file", file).done()
        changed = {
            a["id"]: a["value"] for a in answer.document["assumptions"] if a["source"] == "user"
        }
        assert changed == {
            "douyin.2022.bad_review.max_rating": 3,
            "douyin.2022.pickup.grade_36h": 0.65,
            "douyin.2022.missing.policy": "require",
            "douyin.2022.complaint.only_upheld": False,
        }

    def test_the_option_beats_the_file(self, events: Path, tmp_path: Path) -> None:
        file = tmp_path / "assume.toml"
        file.write_text('"douyin.2022.bad_review.max_rating" = 3\n', encoding="utf-8")
        option = ("--assume", "douyin.2022.bad_review.max_rating=1")
        answer = shopscore("score", events, *JSON, "--assume-file", file, *option).done()
        values = {a["id"]: a["value"] for a in answer.document["assumptions"]}
        assert values["douyin.2022.bad_review.max_rating"] == 1

    @pytest.mark.parametrize("word", ["none", "null", ""])
    def test_none(self, events: Path, document: dict[str, Any], word: str) -> None:
        option = ("--assume", f"decay.half_life_days={word}")
        answer = shopscore("score", events, *JSON, *option).done()
        assert answer.document["shops"] == document["shops"]


class TestBenchmarks:
    def test_replaces_the_ranking(self, events: Path, tmp_path: Path) -> None:
        file = tmp_path / "bench.csv"
        rows = "*,bad_review_rate,1,0\n*,bad_review_rate,0,0.1\nfood,pickup_rate,0.5,0.9\n"
        file.write_text(f"industry,metric,percentile,value\n{rows}", encoding="utf-8")
        answer = shopscore("score", events, *JSON, "--benchmarks", file).done()
        for one in answer.document["shops"]:
            metrics = {m["id"]: m for m in one["metrics"]}
            bad, pickup = metrics["bad_review_rate"], metrics["pickup_rate"]
            if bad["value"] is not None:
                assert bad["from_table"]
                expected = max(0.0, 1 - bad["value"] / 0.1)
                assert bad["percentile"] == pytest.approx(expected, abs=1e-12)
            if pickup["value"] is not None:
                assert pickup["from_table"] == (one["industry"] == "food")
            assert not metrics["complaint_rate"]["from_table"]

    def test_is_marked_in_the_table(self, events: Path, tmp_path: Path) -> None:
        file = tmp_path / "bench.csv"
        file.write_text(
            "\ufeffvalue,industry,metric,percentile,remark\n0.01,*,bad_review_rate,0.25,x\n",
            encoding="utf-8",
        )
        answer = shopscore("score", events, *WHICH, "--benchmarks", file, "--shop", "S0001").done()
        assert "0.250*" in answer.out
        assert "percentiles from the benchmark table (marked *): bad_review_rate\n" in answer.out


VALUES = """shop_id,metric,value,n,industry
S1,bad_review_rate,0.01,100,food
S1,pickup_rate,0.95,100,
S2,bad_review_rate,0.03,100,food
S2,complaint_rate,,0,food
S3,bad_review_rate,0.02,100,
"""


class TestValues:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        file = tmp_path / "values.csv"
        file.write_text(VALUES, encoding="utf-8")
        return file

    def test_of_a_console(self, file: Path) -> None:
        answer = shopscore("score", "--values", file, *JSON, "--industry", "toys").done()
        shops = answer.document["shops"]
        assert [s["industry"] for s in shops] == ["food", "food", "toys"]
        assert [s["metrics"][0]["percentile"] for s in shops] == [1, 0, None]
        assert [s["metrics"][0]["status"] for s in shops] == ["ok", "ok", "no_peers"]
        assert [s["status"] for s in shops] == ["partial", "partial", "partial"]
        # half of goods, which can be ranked; S2 has no complaints, a fifth of service; S3 is alone
        assert [s["coverage"] for s in shops] == [0.25, 0.32, 0]
        ends = [(s["score_low_exact"], s["score_high_exact"]) for s in shops]
        assert ends == [("7/2", "5"), ("3", "9/2"), ("3", "5")]
        assert answer.document["load"] is None
        assert answer.document["versions"]["input_digest"] is None

    def test_says_what_was_not_checked(self, file: Path) -> None:
        answer = shopscore("score", "--values", file, *WHICH).done()
        for condition in ("(no_suspected_fakes)", "(enough_orders)"):
            (said,) = [line for line in answer.out.splitlines() if condition in line]
            assert said.startswith("Note: not checked: ")
            assert condition not in answer.err

    @pytest.mark.parametrize("form", ["table", "json", "csv"])
    def test_notices_are_said_once(self, file: Path, form: str) -> None:
        """Below a table, in JSON, or beside cells that have no room for them."""
        answer = shopscore("score", "--values", file, *WHICH, "-f", form).done()
        assert answer.out.count("not checked: Enough paid orders") == (form != "csv")
        assert answer.err.count("Note: not checked: Enough paid orders") == (form != "table")

    def test_a_quiet_file_has_them_too(self, file: Path, tmp_path: Path) -> None:
        page = ("score", "--values", file, *WHICH, "-q")
        assert shopscore(*page, "-o", tmp_path / "x.txt").done().err == ""
        assert "\nNote: not checked: Enough paid" in (tmp_path / "x.txt").read_text("utf-8")
        (tmp_path / "r.csv").write_text(shopscore(*page, "-f", "csv").done().out, "utf-8")
        rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text("utf-8"))))
        assert {row["not_checked"] for row in rows} == {"no_suspected_fakes;enough_orders"}

    def test_given_percentiles_and_points(self, tmp_path: Path) -> None:
        file = tmp_path / "values.csv"
        file.write_text(
            "shop_id,metric,value,n,percentile,points\n"
            "S1,bad_review_rate,0.01,100,0.75,\nS1,pickup_rate,0.9,100,,4.25\n",
            encoding="utf-8",
        )
        answer = shopscore("score", "--values", file, *JSON).done()
        metrics = {m["id"]: m for m in answer.document["shops"][0]["metrics"]}
        assert metrics["bad_review_rate"]["percentile"] == 0.75
        assert metrics["bad_review_rate"]["points"] == 4.5
        assert metrics["pickup_rate"]["points"] == 4.25


class TestTimings:
    def test_are_json_on_standard_error(self, events: Path, document: dict[str, Any]) -> None:
        answer = shopscore("score", events, *JSON, "--timings").done()
        assert answer.document["shops"] == document["shops"]
        (line,) = [line for line in answer.err.splitlines() if line.startswith("{")]
        seconds = json.loads(line)
        assert list(seconds)[-1] == "total"
        assert {"reading orders", "resolving", "counting", "grading", "writing"} <= set(seconds)
        stages = [s for name, s in seconds.items() if name != "total"]
        assert all(s >= 0 for s in stages)
        assert sum(stages) <= seconds["total"] + 0.01

    def test_are_not_there_unasked(self, events: Path) -> None:
        assert "{" not in shopscore("score", events, *JSON).done().err


class TestOutput:
    @pytest.mark.slow
    @pytest.mark.parametrize("form", ["table", "json", "csv"])
    def test_file_holds_what_standard_output_would(
        self, events: Path, tmp_path: Path, form: str
    ) -> None:
        printed = shopscore("score", events, *WHICH, "-f", form).done()
        written = shopscore("score", events, *WHICH, "-f", form, "-o", tmp_path / "out").done()
        assert written.out == ""
        assert (tmp_path / "out").read_text(encoding="utf-8") == printed.out
        assert written.err == printed.err
        assert ESCAPE not in printed.out + printed.err


class TestLanguage:
    def test_chinese(self, events: Path) -> None:
        answer = shopscore("score", events, *WHICH, "--lang", "zh").done()
        assert answer.out.split()[:4] == ["店铺", "行业", "状态", "分数"]
        assert "商品体验" in answer.out
        one = shopscore("score", events, *WHICH, "--lang", "zh", "--shop", "S0001").done()
        assert "商品差评率" in one.out

    def test_environment(self, events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SHOPSCORE_LANG", "zh")
        assert "店铺" in shopscore("score", events, *WHICH).done().out

    @pytest.mark.parametrize("name", ["zh_CN", "zh-Hans", "zh_CN.UTF-8", "ZH"])
    def test_any_name_of_chinese_will_do(
        self, events: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv("SHOPSCORE_LANG", name)
        assert "店铺" in shopscore("score", events, *WHICH).done().out
        monkeypatch.setenv("SHOPSCORE_LANG", "en_US")
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        assert "店铺" not in shopscore("score", events, *WHICH).done().out

    def test_flag_beats_environment(self, events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SHOPSCORE_LANG", "zh")
        assert "店铺" not in shopscore("score", events, *WHICH, "--lang", "en").done().out

    def test_unknown(self, events: Path) -> None:
        shopscore("score", events, *WHICH, "--lang", "fr").failed(2, "'fr'")


class TestStrict:
    @pytest.fixture
    def spoilt(self, tmp_path: Path) -> Path:
        text = "shop_id,order_id,paid_at\nS1,1,2022-06-01 10:00:00\nS1,2,never\n"
        (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
        return tmp_path

    def test_passes_what_is_whole(self, events: Path) -> None:
        shopscore("score", events, *WHICH, "--strict").done()

    def test_refuses_a_row_set_aside(self, spoilt: Path) -> None:
        shopscore("score", spoilt, *WHICH, "--strict").failed(
            1, "orders.csv", "line 3", "paid_at", "'never'"
        )

    def test_unasked_is_a_note(self, spoilt: Path) -> None:
        answer = shopscore("score", spoilt, *WHICH).done()
        assert (answer.out + answer.err).count("1 row was set aside") == 1

    def test_environment(self, spoilt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SHOPSCORE_STRICT", "1")
        shopscore("score", spoilt, *WHICH).failed(1, "orders.csv")


class TestSpan:
    def test_named_and_outside(self, events: Path) -> None:
        answer = shopscore("score", events, *WHO, "--ruleset", "2022", "--as-of", "2024-06-30")
        answer.done()
        assert "2021-01-01 to 2022-12-31" in answer.out
        assert "2024-06-30 because it was named" in answer.out

    def test_named_and_inside(self, events: Path) -> None:
        assert "because it was named" not in shopscore("score", events, *WHICH).done().out

    def test_unnamed_and_inside(self, events: Path, document: dict[str, Any]) -> None:
        answer = shopscore("score", events, *WHO, "--as-of", "2022-07-01", "-f", "json").done()
        assert answer.document == document

    def test_unnamed_and_outside(self, events: Path) -> None:
        answer = shopscore("score", events, *WHO, "--as-of", "2024-06-30")
        answer.failed(4, "2024-06-30", "2022: 2021-01-01 to 2022-12-31", "--ruleset")
        assert answer.out == ""

    def test_full_name(self, events: Path, document: dict[str, Any]) -> None:
        full = ("--ruleset", "douyin/experience/2022", "--scorecard", "experience")
        answer = shopscore("score", events, *WHO, *full, "--as-of", "2022-07-01", "-f", "json")
        assert answer.done().document == document

    @pytest.mark.slow
    def test_default_is_today_on_the_platforms_clock(self, events: Path) -> None:
        clock = ZoneInfo("Asia/Shanghai")
        before = datetime.now(clock).date().isoformat()
        answer = shopscore("score", events, *WHO, "--ruleset", "2022", "-f", "json").done()
        after = datetime.now(clock).date().isoformat()
        assert answer.document["as_of"] in (before, after)


class TestSelection:
    """The rules are selected once, and before anything is read."""

    @pytest.fixture
    def selected(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        found: list[str] = []

        def find(scorecard: Any, ruleset: Any, day: Any) -> Any:
            found.append(str(ruleset))
            return find_ruleset(scorecard, ruleset, day)

        monkeypatch.setattr(selection, "find_ruleset", find)
        return found

    def test_of_events(self, events: Path, selected: list[str]) -> None:
        shopscore("score", events, *WHICH).done()
        assert selected == ["2022"]

    def test_of_values(self, tmp_path: Path, selected: list[str]) -> None:
        (tmp_path / "values.csv").write_text(VALUES, encoding="utf-8")
        shopscore("score", "--values", tmp_path / "values.csv", *WHICH).done()
        assert selected == ["2022"]

    def test_of_a_difference(self, events: Path, selected: list[str]) -> None:
        plugins("diff", "douyin", "2022", "2022", "--events", events).done()
        assert selected == ["2022", "2022"]

    def test_comes_first(self, tmp_path: Path) -> None:
        where = ("score", tmp_path / "none", *WHO, "--as-of", "2022-07-01")
        shopscore(*where, "--ruleset", "2021").failed(4, "2021", "did you mean 2022?")
        shopscore(*where, "--benchmarks", tmp_path / "b.csv").failed(3, "b.csv")
        shopscore(*where).failed(3, "none: no such file or folder")


class TestWithoutScores:
    def test_is_no_failure(self, tmp_path: Path) -> None:
        text = "shop_id,order_id,paid_at\nS1,1,2022-01-01 10:00:00\nS1,2,2022-06-30 10:00:00\n"
        (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
        answer = shopscore("score", tmp_path, *JSON).done()
        assert "No shop has a score" in answer.err
        assert [s["status"] for s in answer.document["shops"]] == ["insufficient_orders"]

    @pytest.mark.slow
    def test_with_scores_nothing_is_said(self, events: Path) -> None:
        assert "No shop has a score" not in shopscore("score", events, *WHICH).done().err


class TestUsage:
    def test_neither_events_nor_values(self) -> None:
        shopscore("score", *WHICH).failed(2, "EVENTS", "--values")

    def test_options_that_nothing_heeds(
        self, tmp_path: Path, events: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "values.csv"
        file.write_text(VALUES, encoding="utf-8")
        page = ("score", "--values", file, *WHICH)
        for given in (
            ("--strict",), ("--quarantine", "x"), ("--shop-id", "S9"), ("--layout", "x.toml"),
            ("--shop-type", "flagship"), ("--tz", "UTC"), ("--prefer", "values"),
        ):  # fmt: skip
            said = shopscore(*page, *given).failed(2, given[0])
            assert said == f"Error: without EVENTS nothing heeds {given[0]}"
        shopscore("score", events, *WHICH, "--prefer", "values").failed(2, "--prefer", "--values")
        monkeypatch.setenv("SHOPSCORE_STRICT", "1")  # is of all commands, and no request
        shopscore(*page, "--industry", "food").done()

    def test_which_goes_first_is_one_of_two(self, events: Path) -> None:
        shopscore("score", events, "--prefer", "both", *WHICH).failed(2, "--prefer")

    def test_no_platform(self, events: Path) -> None:
        shopscore("score", events).failed(2, "--platform")

    def test_parquet_needs_a_file(self, events: Path) -> None:
        shopscore("score", events, *WHICH, "-f", "parquet").failed(2, "-o FILE")

    def test_unknown_option(self, events: Path) -> None:
        shopscore("score", events, *WHICH, "--asof", "2022-07-01").failed(2, "--asof")

    def test_unknown_command(self) -> None:
        shopscore("scores").failed(2, "scores")

    def test_one_file_is_events_too(self, events: Path) -> None:
        answer = shopscore("score", events / "orders.csv", *JSON).done()
        statuses = {m["id"]: m for m in answer.document["shops"][0]["metrics"]}
        assert statuses["delivery_hours"]["n"] > 0
        assert statuses["im_3min_reply_rate"]["status"] == "no_data"
        assert statuses["im_3min_reply_rate"]["reason"] == "no stream conversations"

    def test_another_zone(self, tmp_path: Path) -> None:
        text = "shop_id,order_id,paid_at\nS1,0,2022-01-01T00:00:00Z\nS1,1,2022-06-30T20:00:00Z\n"
        text += "S2,1,2022-06-30T10:00:00Z\n"  # in both zones: there are orders to the end
        (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
        one = ("--assume", "eligibility.min_paid_orders=1")

        def paid(*zone: str) -> Answer:
            return shopscore("score", tmp_path, *JSON, *one, *zone).done()

        here = paid().document["shops"][0]["status"]  # on 1 July in Shanghai: not counted yet
        there = paid("--tz", "UTC").document["shops"][0]["status"]
        assert (here, there) == ("insufficient_orders", "partial")


class TestNoticesOfReading:
    """Whatever is said of the files is among the notices, and is said once."""

    @pytest.fixture
    def spoilt(self, tmp_path: Path) -> Path:
        orders = (
            "shop_id,order_id,paid_at,picked_up_at,colour",
            "S1,1,2022-06-01 10:00:00,soon,red",
            "S1,2,never,,red",
            "S1,6.92E+18,2022-06-01 10:00:00,,red",
        )
        (tmp_path / "orders.csv").write_text("\n".join(orders), encoding="utf-8")
        (tmp_path / "strange.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        return tmp_path

    def test_json(self, spoilt: Path) -> None:
        document = shopscore("score", spoilt, *JSON).done().document
        told = {n["code"]: n for n in document["notices"]}
        assert "strange.csv" in told["file_skipped"]["en"]
        aside = told["rows_set_aside"]
        assert aside["stream"] == "orders"
        assert aside["en"].startswith("orders: 2 rows were set aside, of 3: ")
        assert "digits of this id are lost" in aside["en"]
        assert aside["zh"].startswith("orders：3 行中有 2 行被搁置：")
        assert "编号的位数已丢失" in aside["zh"]
        assert told["cells_emptied"]["en"].startswith(
            "orders: 1 cell counts as empty, in picked_up_at"
        )
        assert told["columns_unused"]["en"].endswith(": colour")

    @pytest.mark.parametrize("form", ["table", "csv", "json"])
    @pytest.mark.parametrize("log", ["text", "json"])
    def test_each_is_said_once(self, spoilt: Path, form: str, log: str) -> None:
        answer = shopscore("score", spoilt, *WHICH, "-f", form, "--log-format", log).done()
        said = answer.err + (answer.out if form == "table" and log == "text" else "")
        for words in ("strange.csv: not recognised", "2 rows were set aside", ": colour"):
            assert sum(words in line for line in said.splitlines()) == 1, words

    def test_in_python(self, spoilt: Path) -> None:
        result = ss.score(spoilt, platform="douyin", ruleset="2022", as_of="2022-07-01")
        assert result.report is not None
        assert {n.code for n in result.report.notices} <= {n.code for n in result.notices}


class TestRequireOfSomeShops:
    """With --shop only these shops are asked; how far the data reach is asked of all."""

    @pytest.fixture
    def two(self, events: Path, tmp_path: Path) -> Path:
        """Values of A and B, which have peers, and of C, which is alone in its industry."""
        metrics = [
            m.id for m in ss.score(events, platform="douyin", ruleset="2022")["S0001"].metrics
        ]
        value = {"delivery_hours": "40", "refund_only_hours": "5", "return_refund_hours": "50"}
        rows = [
            f"{shop},women,{id},{value.get(id, '0.5')},100"
            for shop in "AB"
            for id in (*metrics, "paid_orders")
            if id not in ("im_reply_seconds", "service_good_review_rate", "paid_orders")
        ]
        rows += [f"{shop},women,paid_orders,100,100" for shop in "AB"]
        text = "\n".join(["shop_id,industry,metric,value,n", *rows, "C,men,pickup_rate,0.5,100"])
        (tmp_path / "v.csv").write_text(text, encoding="utf-8")
        return tmp_path / "v.csv"

    def test_peers(self, two: Path) -> None:
        peers = ("score", "--values", two, *WHICH, "--require", "peers=2")
        shopscore(*peers, "--shop", "A").done()
        shopscore(*peers, "--shop", "C").failed(1, "shop C")
        shopscore(*peers).failed(1, "shop C")

    def test_unknown_shops(self, two: Path) -> None:
        which = ("score", "--values", two, *WHICH, "--require", "peers=2")
        shopscore(*which, "--shop", "Z").failed(2, "Z")

    def test_fresh_is_of_the_data(self, events: Path) -> None:
        late = ("--as-of", "2022-09-01", "--require", "fresh", "--shop", "S0001")
        shopscore("score", events, *WHO, "-r", "2022", *late).failed(1, "fresh")


def test_a_scale_without_an_upper_end_has_an_open_interval(tmp_path: Path) -> None:
    folder = str(tmp_path / "sample")
    shopscore("sample", folder, "-p", "jd", "--shops", "3", "--orders", "60")
    answer = shopscore("score", folder, "-p", "jd", "--as-of", "2022-07-01")
    assert answer.out.count("≥ 0.00") == 3
    assert "0.00–" not in answer.out
