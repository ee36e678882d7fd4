"""Numbers and standards that a user gives: ``--numbers``, ``--standards``, and ``rules --missing``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from support.command_line import Answer, plugins, shopscore
from support.json_schemas import valid

KUAISHOU = ("-p", "kuaishou", "-r", "2023", "--as-of", "2022-07-01")
DSR = ("-p", "tmall", "-c", "dsr", "--as-of", "2022-07-01")
JSON = ("-f", "json")
GOODS = '[[dimensions]]\nid = "goods"\npoints = 4.5\n'
LOGISTICS = '[[dimensions]]\nid = "logistics"\npoints = 3\n'
#: The durations weigh 6 each and the others 1: 50/15 = 10/3.
SERVICE = """shop_id,metric,value,n,points
S,im_3min_reply_rate,0.9,10,4
S,im_dissatisfaction_rate,0.1,10,3
S,refund_only_hours,2,10,5
S,return_refund_hours,30,10,2
S,dispute_liability_rate,,,1
"""
#: The mean is 4.7 and the best 4.9.
RATINGS = """shop_id,metric,value,n
A,dsr_description,4.9,1
B,dsr_description,4.8,1
C,dsr_description,4.4,1
D,dsr_description,4.7,1
"""
STANDARDS = "industry,metric,standard\n*,dsr_description,4.8\ntoys,dsr_service,4.9\n*,sales,1\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files above, in the folder in which the commands run."""
    monkeypatch.chdir(tmp_path)
    texts = {
        "goods.toml": GOODS, "both.toml": GOODS + LOGISTICS, "service.csv": SERVICE,
        "ratings.csv": RATINGS, "standards.csv": STANDARDS,
    }  # fmt: skip
    for name, text in texts.items():
        Path(name).write_text(text, encoding="utf-8")


def only_shop(answer: Answer) -> dict[str, Any]:
    document = answer.done().document
    valid("score", document)
    (shop,) = document["shops"]
    found: dict[str, Any] = shop
    return found


class TestNumbers:
    def test_of_values(self) -> None:
        """3/8 × 9/2 + 3/8 × 3 + 1/4 × 10/3; what is missing has any points from 0 to 5."""
        args = ("score", "--values", "service.csv", *KUAISHOU)
        shop = only_shop(shopscore(*args, *JSON))
        assert (shop["status"], shop["coverage"], shop["score"]) == ("partial", 0.25, None)
        assert (shop["score_low_exact"], shop["score_high_exact"]) == ("5/6", "55/12")
        answer = shopscore(*args, *JSON, "--numbers", "goods.toml")
        shop = only_shop(answer)
        assert (shop["status"], shop["coverage"]) == ("partial", 0.625)
        assert (shop["score_low_exact"], shop["score_high_exact"]) == ("121/48", "211/48")
        (lacking,) = answer.document["missing_numbers"]
        assert lacking["number"] == "dimensions.logistics.points"
        answer = shopscore(*args, *JSON, "--numbers", "both.toml")
        shop = only_shop(answer)
        assert (shop["status"], shop["score"], shop["score_exact"]) == ("scored", 3.65, "175/48")
        assert (shop["coverage"], shop["score_low"], shop["score_high"]) == (1, 3.65, 3.65)
        assert answer.document["missing_numbers"] == []
        assert [n["file"] for n in answer.document["numbers"]] == ["both.toml"]
        assert "numbers missing in the rule set come from both.toml" in answer.err
        assert "No shop has a score" not in answer.err

    def test_several_files(self) -> None:
        Path("toys.toml").write_text(f'industries = ["toys"]\n{LOGISTICS}', encoding="utf-8")
        args = ("score", "--values", "service.csv", *KUAISHOU, *JSON)
        more = ("--numbers", "toys.toml", "--numbers", "goods.toml")
        assert only_shop(shopscore(*args, *more))["coverage"] == 0.625
        assert only_shop(shopscore(*args, *more, "--industry", "toys"))["score_exact"] == "175/48"

    def test_of_events(self, events: Path) -> None:
        args = ("score", events, *KUAISHOU, "--numbers", "both.toml")
        expected = ss.score(
            events, platform="kuaishou", ruleset="2023", as_of="2022-07-01", numbers="both.toml"
        )
        answer = shopscore(*args, *JSON).done()
        assert answer.out == expected.to_json() + "\n"
        valid("score", answer.document)
        assert {s["status"] for s in answer.document["shops"]} == {"scored", "partial"}
        table = shopscore(*args).done().out
        for shop in expected:
            row = next(line.split() for line in table.splitlines() if shop.shop_id in line)
            if any(metric.status == "no_peers" for metric in shop):
                assert row[2] == "partial"
            else:
                assert row[2:6] == ["scored", f"{shop.score:.2f}", "4.50", "3.00"]

    def test_coverage_is_rounded_half_up(self) -> None:
        """Goods 3/8 × 9/2 and service 1/4 × 10/3 are 2.5208, and logistics adds 3/8 × 5 at most."""
        args = ("score", "--values", "service.csv", *KUAISHOU, "--numbers", "goods.toml")
        titles = {"zh": "S · unknown · 部分已知 · 2.52–4.40 · 覆盖率 63%"}
        titles["en"] = "S · unknown · partial · 2.52–4.40 · coverage 63%"
        for lang, title in titles.items():
            answer = shopscore(*args, "--shop", "S", "--lang", lang).done()
            assert answer.out.startswith(title), "of 62.5 %"

    @pytest.mark.parametrize(
        ("text", "code", "words"),
        [
            ('[[dimensions]]\nid = "good"\n', 3, ("x.toml", "no dimension good", "mean goods?")),
            ('[[dimensions]]\nid = "goods"\npoints = 6\n', 3, ("goods.points: 6 is outside",)),
            ('[[dimensions]]\nid = "service"\nweight = 1\n', 3, ("weight is published",)),
            pytest.param("industry,metric,standard\n", 3, ("not valid TOML",)),
            (None, 3, ("x.toml", "No such file")),
        ],
    )
    def test_refused(
        self, events: Path, text: str | None, code: int, words: tuple[str, ...]
    ) -> None:
        if text is not None:
            Path("x.toml").write_text(text, encoding="utf-8")
        for source in ((events,), ("--values", "service.csv")):
            answer = shopscore("score", *source, *KUAISHOU, "--numbers", "x.toml")
            answer.failed(code, *words)
            assert answer.out == ""


class TestStandards:
    ARGS = ("score", "--values", "ratings.csv", *DSR, "--industry", "toys")

    def test_of_values(self) -> None:
        answer = shopscore(*self.ARGS, *JSON, "--standards", "standards.csv").done()
        valid("score", answer.document)
        told = ("value", "industry_mean", "direction", "difference_shown", "standard", "reached")
        shown = {
            shop["shop_id"]: [shop["metrics"][0][key] for key in told]
            for shop in answer.document["shops"]
        }
        assert shown == {
            "A": [4.9, 4.7, "higher", "100.00%", 4.8, True],
            "B": [4.8, 4.7, "higher", "50.00%", 4.8, True],
            "C": [4.4, 4.7, "lower", "100.00%", 4.8, False],
            "D": [4.7, 4.7, "level", "0.00%", 4.8, False],
        }
        service = answer.document["shops"][0]["metrics"][1]
        assert (service["id"], service["standard"], service["reached"]) == (
            "dsr_service", 4.9, None,
        )  # fmt: skip
        assert "standards of metric sales are not used by this rule set" in answer.err

    def test_of_events(self, events: Path) -> None:
        args = ("score", events, *DSR, *JSON)
        answer = shopscore(*args, "--standards", "standards.csv").done()
        valid("score", answer.document)
        for shop in answer.document["shops"]:
            description = shop["metrics"][0]
            assert description["standard"] == 4.8
            assert description["reached"] == (description["value"] >= 4.8)
        assert {m["reached"] for s in answer.document["shops"] for m in s["metrics"]} == {
            True, False, None,
        }  # fmt: skip
        without = shopscore(*args).done().document["shops"]
        assert not any("standard" in m or "reached" in m for s in without for m in s["metrics"])

    def test_csv_has_columns_of_both(self) -> None:
        answer = shopscore(*self.ARGS, "-f", "csv", "--standards", "standards.csv").done()
        row = next(csv.DictReader(io.StringIO(answer.out)))
        names = ("industry_mean", "direction", "difference_shown", "standard", "reached")
        cells = [row[f"dsr_description.{name}"] for name in names]
        assert cells == ["4.7", "higher", "100.00%", "4.8", "true"]
        assert row["score"] == row["tiers"] == ""

    @pytest.mark.parametrize(
        ("lang", "head", "metric", "reached"),
        [
            ("en", "industry mean   against it standard reached", "As described", ["yes", "no"]),
            ("zh", "行业均值 与均值相比 标准 是否达标", "描述相符", ["达标", "未达标"]),
        ],
    )
    def test_table_of_one_shop(self, lang: str, head: str, metric: str, reached: list[str]) -> None:
        args = (*self.ARGS, "--lang", lang, "--shop", "B", "--shop", "C")
        answer = shopscore(*args, "--standards", "standards.csv").done()
        assert " ".join(head.split()) in " ".join(answer.out.split())
        rows = [line for line in answer.out.splitlines() if line.strip().startswith(metric)]
        cells = [row.replace(metric, "").split() for row in rows]
        assert [(c[0], c[2], c[4], c[5], c[6]) for c in cells] == [
            ("4.80", "4.70", "50.00%", "4.80", reached[0]),
            ("4.40", "4.70", "100.00%", "4.80", reached[1]),
        ]
        for words in ("coverage", "No shop has a score"):
            assert words not in answer.out + answer.err

    @pytest.mark.parametrize(
        ("lang", "head", "status"),
        [
            ("en", "shop industry status score As described Service Logistics tiers", "scored"),
            ("zh", "店铺 行业 状态 分数 描述相符 服务态度 物流服务 档位", "已评分"),
        ],
    )
    def test_table_without_a_total(self, lang: str, head: str, status: str) -> None:
        lines = shopscore(*self.ARGS, "--lang", lang).done().out.splitlines()
        cells = [" ".join(line.split()) for line in lines if line.strip()]
        assert (cells[0], cells[2]) == (head, f"A toys {status} – 4.90 – –")

    def test_units_of_a_table_without_a_total(self) -> None:
        rows = "S,platform_help_rate,0.0246,100\nS,in_transit_refund_hours,3.79,9\nS,paid_to_signed_days,2.455,9\n"
        rows += "T,platform_help_rate,0.03,100\n"
        Path("pilot.csv").write_text(f"shop_id,metric,value,n\n{rows}", encoding="utf-8")
        args = ("score", "--values", "pilot.csv", "-p", "pinduoduo", "-c", "pilot")
        for lang in ("zh", "en"):
            out = shopscore(*args, "--as-of", "2025-06-30", "--lang", lang).done().out
            (row,) = (line.split() for line in out.splitlines() if line.startswith("S "))
            hours, days = ("小时", "天") if lang == "zh" else ("h", "d")
            cells = [cell for cell in row[4:] if cell != "–"]
            assert cells == ["2.46%", "3.8", hours, "2.46", days]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("industry,metric\n", ("x.csv: no column standard",)),
            ("industry,metric,standard\n*,dsr_service,4,8\n", ("line 2", "more cells")),
            (
                "industry,metric,standard\n\n*,dsr_service,80%\n",
                ("line 3, column standard: '80%'",),
            ),
            (None, ("x.csv: no such file",)),
        ],
    )
    def test_refused(self, events: Path, text: str | None, words: tuple[str, ...]) -> None:
        if text is not None:
            Path("x.csv").write_text(text, encoding="utf-8")
        for source in ((events,), ("--values", "ratings.csv")):
            shopscore("score", *source, *DSR, "--standards", "x.csv").failed(3, *words)


class TestMissing:
    WHICH = ("rules", "kuaishou", "-c", "experience", "-r", "2023", "--missing")

    def test_is_a_file_for_numbers(self) -> None:
        """As it is it gives nothing; with the numbers in it there is a total."""
        template = plugins(*self.WHICH).done()
        assert template.err == ""
        args = ("score", "--values", "service.csv", *KUAISHOU, *JSON, "--numbers", "mine.toml")
        for text, score in (
            (template.out, None),
            (template.out.replace("# points = ", "points = 3"), "37/12"),  # 3/4 × 3 + 1/4 × 10/3
        ):
            Path("mine.toml").write_text(text, encoding="utf-8")
            assert only_shop(shopscore(*args))["score_exact"] == score

    def test_into_a_file(self) -> None:
        assert plugins(*self.WHICH, "-o", "x.toml").done().out == ""
        assert Path("x.toml").read_text(encoding="utf-8") == plugins(*self.WHICH).out

    def test_names_what_result_and_rules_name(self) -> None:
        """The same numbers, wherever one looks."""
        named = ("rules", "tmall", "-c", "experience", "-r", "2026-03-16")
        (rules,) = plugins(*named, *JSON).done().document["rulesets"]
        lacking = [m["number"] for m in rules["missing_numbers"]]
        assert len(lacking) == len(set(lacking)) == 19
        template = plugins(*named, "--missing").done().out
        assert template.count("# weight = ") == sum(n.endswith(".weight") for n in lacking) == 11
        for scorer in (n for n in lacking if n.startswith("scorers.")):
            assert f"[{scorer}]" in template

    def test_of_a_rule_set_of_ones_own(self) -> None:
        text = 'extends = "kuaishou/experience/2023"\nversion = "mine"\n'
        text += '[[assumptions]]\nid = "goods.points"\nvalue = 4\n'
        Path("rules.toml").write_text(text, encoding="utf-8")
        answer = plugins("rules", "kuaishou", "-c", "experience", "-r", "rules.toml", "--missing")
        assert 'version = "mine"' in answer.done().out
        assert 'id = "goods"' not in answer.out
        assert 'id = "logistics"' in answer.out

    @pytest.mark.parametrize(
        ("args", "code", "words"),
        [
            (("tmall",), 2, ("one rule set, by -c and -r", "tmall/dsr/dsr")),
            (("tmall", "-c", "experience"), 2, ("2025-06-30, tmall/experience/2026-03-16",)),
            (("tmall", "-c", "experience", "-r", "2026"), 4, ("known: 2025-06-30, 2026-03-16",)),
            (("tmal",), 4, ("did you mean tmall?",)),
            (("kuaishou", "--on", "2023-01-01"), 2, ("kuaishou/aftersales/",)),
            ((), 2, ("PLATFORM",)),
        ],
    )
    def test_refused(self, args: tuple[str, ...], code: int, words: tuple[str, ...]) -> None:
        answer = plugins("rules", *args, "--missing")
        answer.failed(code, *words)
        assert answer.out == ""


@pytest.mark.parametrize("platform", [p.id for p in ss.platforms()])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rules_say_what_lacks(platform: str, lang: str) -> None:
    out = plugins("rules", platform, "--lang", lang).done().out
    for ruleset in json.loads(plugins("rules", platform, *JSON).out)["rulesets"]:
        assert ruleset["name"] in out
        for missing in ruleset["missing_numbers"]:
            assert missing["number"] in out
