"""Every JSON document is what its schema says, and the schemas lie beside the code."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator, ValidationError

import shopscore as ss
from shopscore.grading.points import METRIC_STATUSES
from shopscore.model.rulesets import Status
from shopscore.model.shop_statuses import SHOP_STATUSES
from shopscore.plugins.records import PluginStatus
from shopscore.testing import checking, declarations, golden_cases, lever_checks, points_laws
from shopscore.testing.report import CheckStatus
from support.command_line import Answer, plugins, shopscore
from support.json_schemas import schema, valid

NAMES = (
    "score", "validate", "plugins", "rules", "diff", "check", "plan", "track", "simulate", "todo", "explain",
    "gap", "reconcile", "run",
)  # fmt: skip
PLATFORMS = (
    "amazon", "douyin", "ebay", "etsy", "jd", "kuaishou", "pinduoduo", "tmall", "walmart", "wechat",
)  # fmt: skip
#: A rule set of each platform.
NAMED = {p: ss.platform(p).scorecard(None).versions[0] for p in PLATFORMS}
#: Scorecards of conditions that are met or not, without points.
CARDS = [
    card
    for platform in ("amazon", "etsy", "ebay", "walmart")
    for card in ss.platform(platform).scorecards
]
ARGS = ("--platform", "douyin", "--ruleset", "2022", "--as-of", "2022-07-01", "--format", "json")


def test_one_schema_for_each_document() -> None:
    there = {p.name for p in (resources.files("shopscore") / "schemas").iterdir()}
    assert there >= {f"{name}.schema.json" for name in NAMES}


#: Documents whose shape has changed since their first version.
VERSIONS = {"score": 2, "validate": 2, "inspect": 2}


@pytest.mark.parametrize("name", NAMES)
class TestEachSchema:
    def test_is_a_schema(self, name: str) -> None:
        Draft202012Validator.check_schema(schema(name))
        assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert (
            schema(name)["properties"]["schema"]["const"]
            == f"shopscore.{name}/{VERSIONS.get(name, 1)}"
        )

    def test_describes_every_field(self, name: str) -> None:
        lacking = [path for path, field in _fields(schema(name)) if not _described(field)]
        assert not lacking

    def test_allows_unknown_fields(self, name: str) -> None:
        assert "false" not in json.dumps(schema(name))

    def test_refuses_another_document(self, name: str) -> None:
        with pytest.raises(ValidationError):
            valid(name, {"schema": "shopscore.other/1"})


def _fields(node: Any, path: str = "") -> list[tuple[str, Any]]:
    found = []
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            found.append((f"{path}/{key}", value))
        for key, value in node.items():
            found += _fields(value, f"{path}/{key}")
    elif isinstance(node, list):
        for item in node:
            found += _fields(item, path)
    return found


def _undescribed(node: Any, value: Any, root: Any, path: str = "") -> set[str]:
    """Fields of a document that its schema does not know; a scorer's parameters are its own."""
    known = _properties(node, root)
    found: set[str] = set()
    if isinstance(value, dict) and known:
        own = value.get("declared", {}) if path.endswith(("/scorer", "/scorers")) else {}
        found |= {f"{path}/{key}" for key in value if key not in known and key not in own}
        for key in value.keys() & known.keys():
            found |= _undescribed(known[key], value[key], root, f"{path}/{key}")
    for item in value if isinstance(value, list) else ():
        found |= _undescribed(_resolved(node, root).get("items", {}), item, root, path)
    return found


def _properties(node: Any, root: Any) -> dict[str, Any]:
    node = _resolved(node, root)
    known = dict(node.get("properties", {}))
    for part in node.get("allOf", []):
        known |= _properties(part, root)
    return known


def _resolved(node: Any, root: Any) -> Any:
    while "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        node = root["$defs"][name]
    return node


def _described(field: dict[str, Any]) -> bool:
    below = field.get("items", {})
    return "description" in field or "$ref" in field or "$ref" in below or "description" in below


def test_statuses_are_those_of_the_code() -> None:
    score, listed, rules = schema("score")["$defs"], schema("plugins")["$defs"], schema("rules")
    assert score["shop"]["properties"]["status"]["examples"] == list(SHOP_STATUSES)
    assert score["metric"]["properties"]["status"]["enum"] == list(METRIC_STATUSES)
    assert schema("score")["properties"]["ruleset_status"]["enum"] == list(get_args(Status))
    assert rules["$defs"]["ruleset"]["properties"]["status"]["enum"] == list(get_args(Status))
    assert listed["plugin"]["properties"]["status"]["enum"] == list(get_args(PluginStatus))
    checks = schema("check")["properties"]["checks"]["items"]["properties"]
    assert checks["status"]["enum"] == list(get_args(CheckStatus))


def _day_after(folder: Path) -> str:
    """The day after the last order of a sample."""
    rows = (folder / "orders.csv").read_text(encoding="utf-8").splitlines()
    place = rows[0].split(",").index("paid_at")
    last = max(row.split(",")[place] for row in rows[1:])[:10]
    return str(date.fromisoformat(last) + timedelta(1))


class TestDocuments:
    def test_score(self, events: Path) -> None:
        self._check("score", shopscore("score", events, *ARGS).done())

    def test_score_of_one_shop(self, events: Path) -> None:
        self._check("score", shopscore("score", events, "--shop", "S0003", *ARGS).done())

    def test_score_of_hardly_anything(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text("shop_id,order_id\nS1,1\n", encoding="utf-8")
        self._check("score", shopscore("score", tmp_path, *ARGS).done())

    def test_score_of_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text("shop_id,order_id\n", encoding="utf-8")
        self._check("score", shopscore("score", tmp_path, *ARGS).done())

    def test_score_with_another_assumption(self, events: Path) -> None:
        more = ("--assume", "decay.half_life_days=30.5", "--assume", "missing.policy=require")
        self._check("score", shopscore("score", events, *more, *ARGS).done())

    def test_score_of_values(self, tmp_path: Path) -> None:
        file = tmp_path / "values.csv"
        rows = "S1,bad_review_rate,0.01,100\nS2,bad_review_rate,0.02,100\nS2,pickup_rate,,\n"
        file.write_text(f"shop_id,metric,value,n\n{rows}", encoding="utf-8")
        self._check("score", shopscore("score", "--values", file, *ARGS).done())

    def test_validate(self, events: Path) -> None:
        self._check("validate", shopscore("validate", events, "-f", "json").done())

    def test_validate_with_incidents(self, tmp_path: Path) -> None:
        text = (
            "shop_id,order_id,paid_at,signed_at,x\nS1,1,never,,\nS1,,,,\nS1,2,,never,\nS1,3,,,,,\n"
        )
        (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
        answer = shopscore("validate", tmp_path, "-f", "json").done()
        self._check("validate", answer)
        assert len(answer.document["set_aside"]) == 3
        assert len(answer.document["repaired"]) == 1

    def test_simulate(self, events: Path) -> None:
        """With levers on a share, money and times; and with values alone."""
        rules = ("-p", "kuaishou", "-r", "2023", "--as-of", "2022-07-01", "-f", "json")
        asked = ("--lever", "atom_fast_refund:share=0.5", "--lever", "chase_pickup", "--draws", "3")
        answer = shopscore("simulate", events, "--shop", "S0003", *asked, *rules).done()
        self._check("simulate", answer)
        assert answer.document["levers"][0]["refunds"] is not None
        valid("score", {**shopscore("score", events, *rules).document, "shops": [
            answer.document["before"], answer.document["after"]]})  # fmt: skip
        other = ("--set", "im_3min_reply_rate=98%", "--shop", "S0001")
        self._check("simulate", shopscore("simulate", events, *other, *rules).done())

    def test_plugins(self) -> None:
        self._check("plugins", plugins("list", "-f", "json").done())

    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_rules(self, platform: str) -> None:
        answer = plugins("rules", platform, "-f", "json").done()
        self._check("rules", answer)
        names = {rules["name"].split("/")[0] for rules in answer.document["rulesets"]}
        assert names == {platform}

    def test_rules_of_one_day(self) -> None:
        answer = plugins("rules", "douyin", "--on", "2022-01-01", "-f", "json").done()
        self._check("rules", answer)

    def test_plugins_without_loading(self) -> None:
        self._check("plugins", plugins("list", "--no-load", "-f", "json").done())

    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_one_plugin_in_full(self, platform: str) -> None:
        answer = plugins("show", platform, "-f", "json").done()
        self._check("plugins", answer)
        (record,) = answer.document["plugins"]
        assert {lever["platform"] for lever in record["levers"]} == {platform}
        declared = ss.platform(platform).all_tasks
        assert {task["platform"] for task in record["tasks"]} == {platform}
        assert [task["id"] for task in record["tasks"]] == list(declared)
        chosen = {
            task["id"]: {s["id"]: s["value"] for s in task["settings"]} for task in record["tasks"]
        }
        assert chosen == {id: task.numbers({}) for id, task in declared.items()}

    def test_a_diff_of_rules_that_lack_numbers(self, events: Path) -> None:
        pair = ("diff", "tmall", "2025-06-30", "2026-03-16", "-f", "json")
        self._check("diff", plugins(*pair).done())
        answer = plugins(*pair, "--events", events, "--as-of", "2022-07-01").done()
        self._check("diff", answer)
        assert len(answer.document["shops"]) == 12

    def test_diff(self, events: Path, tmp_path: Path) -> None:
        mine = tmp_path / "mine.toml"
        mine.write_text(
            'extends = "douyin/experience/2022"\nversion = "mine"\n'
            '[[dimensions]]\nid = "goods"\nweight = 0.4\n'
            '[[dimensions]]\nid = "service"\nweight = 0.45\n',
            encoding="utf-8",
        )
        pair = ("diff", "douyin", "2022", mine, "-f", "json")
        self._check("diff", plugins(*pair).done())
        answer = plugins(*pair, "--events", events, "--as-of", "2022-07-01").done()
        self._check("diff", answer)
        assert len(answer.document["shops"]) == 12
        places = [change["place"] for change in answer.document["changes"]]
        assert "dimensions[goods].weight" in places

    @pytest.mark.parametrize("more", [(), ("--by", "carrier", "--row", "T00000001")])
    def test_explain(self, events: Path, more: tuple[str, ...]) -> None:
        rows = (events / "aftersales.csv").read_text(encoding="utf-8").splitlines()
        shop = next(row.split(",") for row in rows if "T00000001" in row)
        own = next(cell for cell in shop if re.fullmatch(r"S\d{4}", cell))
        self._check("explain", shopscore("explain", events, "--shop", own, *more, *ARGS).done())

    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_plan(self, platform: str) -> None:
        plan = ("score", "-p", platform, "--explain-plan", "--as-of", "2022-07-01")
        self._check("plan", shopscore(*plan, "-r", NAMED[platform], "-f", "json").done())

    @pytest.mark.slow
    def test_check(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All checks together take long, and `tests/thirdparty` runs them: these say as much here."""
        some = (
            declarations.spans,
            lever_checks.levers,
            points_laws.monotone,
            golden_cases.golden_cases,
        )
        monkeypatch.setattr(checking, "_all_checks", lambda: some)
        answer = plugins("check", "douyin", "-f", "json")
        assert answer.code in (0, 1)
        self._check("check", answer)

    @pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
    def test_of_criteria_and_levels(self, card: ss.Scorecard, tmp_path: Path) -> None:
        """A sample of the platform, its rules, and its plan."""
        platform, folder = card.platform, tmp_path / "sample"
        sample = ("sample", folder, "-p", platform, "--shops", "20", "--orders", "2000")
        shopscore(*sample).done()
        day = _day_after(folder)
        asked = ("-p", platform, "-c", card.id, "--as-of", day, "-f", "json")
        answer = shopscore("score", folder, *asked).done()
        self._check("score", answer)
        shops = answer.document["shops"]
        assert len(shops) == 20
        ruleset = card.ruleset(card.versions[-1])
        assert [c["id"] for c in shops[0]["criteria"]] == [c.id for c in ruleset.criteria]
        assert ("current_status" in shops[0]) == ("evaluation" in answer.document)
        assert ("level" in shops[0]) == bool(ruleset.levels)
        answer = plugins("rules", platform, "-f", "json").done()
        self._check("rules", answer)
        answer = shopscore("score", "--explain-plan", *asked).done()
        self._check("plan", answer)
        for stream in answer.document["streams"]:
            for tally in (*stream["at_once"], *stream["at_end"]):
                assert all(window["metrics"] for window in tally["windows"])

    @staticmethod
    def _check(name: str, answer: Answer) -> None:
        document = answer.document
        assert next(iter(document)) == "schema"
        valid(name, document)
        assert not _undescribed(schema(name), document, schema(name))
