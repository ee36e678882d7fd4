"""``shopscore-plugins list``, ``show`` and ``rules``."""

from __future__ import annotations

from pathlib import Path

import pytest

import shopscore as ss
from shopscore.model.expressions import Assumed
from support.command_line import ESCAPE, plugins, process


class TestList:
    def test_json(self) -> None:
        document = plugins("list", "--format", "json").done().document
        names = [p["name"] for p in document["plugins"]]
        assert names == sorted(names)
        douyin = next(p for p in document["plugins"] if p["name"] == "douyin")
        assert douyin["status"] == "active"
        assert douyin["distribution"] == "shopscore"
        assert douyin["platforms"] == ["douyin"]
        assert "douyin/experience" in douyin["scorecards"]
        assert "douyin/experience/2022" in douyin["rulesets"]
        assert douyin["error"] is None

    def test_table(self) -> None:
        answer = plugins("list").done()
        assert any(line.split()[:2] == ["douyin", "active"] for line in answer.out.splitlines())
        assert answer.err == ""
        assert ESCAPE not in answer.out

    def test_into_a_file(self, tmp_path: Path) -> None:
        assert plugins("list", "-o", tmp_path / "x").done().out == ""
        assert "douyin" in (tmp_path / "x").read_text(encoding="utf-8")

    def test_disabled(self) -> None:
        answer = process("shopscore-plugins", "list", SHOPSCORE_DISABLE_PLUGINS="douyin")
        assert any(
            line.split()[:2] == ["douyin", "disabled"] for line in answer.done().out.splitlines()
        )

    def test_without_loading(self) -> None:
        answer = plugins("list", "--no-load", "--format", "json").done()
        assert {p["status"] for p in answer.document["plugins"]} == {"not_loaded"}


class TestShow:
    def test_levers_and_tasks(self) -> None:
        said = plugins("show", "douyin").done().out
        assert "answer_within_three_minutes" in said
        (page,) = (part for part in said.split("\n\n") if "douyin: decide_tickets" in part)
        facts = [tuple(line.split(None, 1)) for line in page.splitlines()]
        assert ("settings", "on = true, hours = 24") in facts
        assert ("decided", "decide_due_at, by the platform") in facts
        assert ("missed", "outcome = 'refunded'") in facts

    def test_a_task_that_clears_in_chinese(self) -> None:
        said = plugins("show", "amazon", "--lang", "zh").done().out
        (page,) = (part for part in said.split("\n\n") if "amazon: appeal_feedback" in part)
        facts = [tuple(line.split(None, 1)) for line in page.splitlines()]
        assert ("按时完成", "这一行不再计入") in facts


class TestRules:
    def test_table(self) -> None:
        out = plugins("rules", "douyin").done().out
        for metric in ("bad_review_rate", "pickup_rate", "douyin.2022.decay.half_life_days"):
            assert metric in out
        assert "15–104" in out
        assert "assumption weight.pickup_rate" in out

    def test_chinese(self) -> None:
        assert "商品差评率" in plugins("rules", "douyin", "--lang", "zh").done().out

    def test_json(self) -> None:
        document = plugins("rules", "douyin", "--format", "json").done().document
        names = [r["name"] for r in document["rulesets"]]
        assert "douyin/experience/2022" in names
        rules = document["rulesets"][names.index("douyin/experience/2022")]
        assert [d["weight"] for d in rules["dimensions"]] == [0.5, 0.15, 0.35]
        assert rules["effective_from"] == "2021-01-01"

    def test_every_assumed_number_says_so(self) -> None:
        rulesets = plugins("rules", "douyin", "--format", "json").done().document["rulesets"]
        for found in rulesets:
            _, card, version = found["name"].split("/")
            ruleset = ss.platform("douyin").scorecard(card).ruleset(version)
            shown = {r["id"]: r["bound_source"] for r in found["tiers"] + found["eligibility"]}
            for rule in (*ruleset.tiers, *ruleset.eligibility):
                limit = rule.condition.bound
                if isinstance(limit, Assumed):
                    assert shown[rule.id] == f"assumption {limit.id}"

    def test_in_force_on_a_day(self) -> None:
        plugins("rules", "douyin", "--on", "2022-12-31").done()
        plugins("rules", "douyin", "--on", "2023-01-01").failed(4, "2023-01-01", "covered")

    def test_one_version(self) -> None:
        answer = plugins("rules", "douyin", "--scorecard", "experience", "--ruleset", "2022")
        assert "douyin/experience/2022" in answer.done().out

    @pytest.mark.parametrize(
        ("args", "code", "words"),
        [
            (("douyinn",), 4, ("douyinn", "did you mean douyin?")),
            (("douyin", "-c", "experiense"), 4, ("did you mean experience?",)),
            (("douyin", "-r", "2020"), 4, ("2020", "did you mean 2022?")),
            (("douyin", "--on", "2022-02-30"), 2, ("2022-02-30", "YYYY-MM-DD")),
            ((), 2, ("PLATFORM",)),
            (("douyin", "--format", "csv"), 2, ("csv",)),
        ],
    )
    def test_unknown(self, args: tuple[str, ...], code: int, words: tuple[str, ...]) -> None:
        plugins("rules", *args).failed(code, *words)
