"""A rule file says whose rules it has: the platform and the scorecard need not be named again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.testing.toy import PLATFORM
from support.command_line import plugins, shopscore

DAY = "2024-06-30"
AFTERSALES = "kuaishou/aftersales/aftersales-unofficial"
VALUES = {"shop_id": ["A"], "metric": ["complaint_rate"], "value": ["0.01"]}
EVENTS = {"orders": pl.DataFrame({"shop_id": ["A"], "order_id": ["1"]})}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that extends rules of a scorecard which is not the first of its platform."""
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "{AFTERSALES}"\nversion = "mine"\n', encoding="utf-8")
    return path


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """The same rules, written out."""
    text, _ = ss.platform("kuaishou").scorecard("aftersales").text("aftersales-unofficial")
    path = tmp_path / "whole.toml"
    path.write_text(text, encoding="utf-8")
    return path


NAMED: tuple[dict[str, Any], ...] = (
    {}, {"platform": "kuaishou"}, {"platform": "快手"}, {"platform": "kuaishou", "scorecard": "aftersales"},
    {"scorecard": "aftersales"},
)  # fmt: skip


@pytest.mark.parametrize("named", NAMED)
class TestWhatIsNotNamed:
    def test_is_taken_from_the_file(self, named: dict[str, Any], file: Path, whole: Path) -> None:
        for ruleset in (file, str(file), whole):
            result = ss.score_values(pl.DataFrame(VALUES), ruleset=ruleset, as_of=DAY, **named)
            assert (result.platform, result.scorecard) == ("kuaishou", "aftersales")

    def test_for_events_and_states(self, named: dict[str, Any], file: Path) -> None:
        options: Any = {"ruleset": file, "as_of": DAY, **named}
        state = ss.tally(ss.resolve(EVENTS, **options))
        days = {"days": [DAY], "ruleset": file, **named}
        for result in (
            ss.score(EVENTS, **options),
            ss.score(state, **options),
            *ss.score_days(EVENTS, **days),
        ):
            assert result.rules.ruleset.name == "kuaishou/aftersales/mine"
            assert result.rules.platform.zone == "Asia/Shanghai"


def test_a_rule_set_names_its_own() -> None:
    ruleset = ss.platform("kuaishou").scorecard("aftersales").ruleset("aftersales-unofficial")
    assert (
        ss.score_values(pl.DataFrame(VALUES), ruleset=ruleset, as_of=DAY).scorecard == "aftersales"
    )


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ({"platform": "douyin"}, "douyin"),
        ({"platform": PLATFORM}, "toy"),
        ({"platform": "douyin", "scorecard": "experience"}, "douyin/experience"),
        ({"platform": "kuaishou", "scorecard": "experience"}, "kuaishou/experience"),
        ({"scorecard": "experience"}, "kuaishou/experience"),
    ],
)
def test_what_contradicts_the_file(named: dict[str, Any], asked: str, file: Path) -> None:
    said = f"mine.toml: these rules are for kuaishou/aftersales, and {asked} was asked for"
    with pytest.raises(ss.CoverageError, match=re.escape(said)):
        ss.score_values(pl.DataFrame(VALUES), ruleset=file, as_of=DAY, **named)


@pytest.mark.parametrize(
    "text", ["", 'version = "x"\n', "platform = 3\n", 'extends = "kuaishou"\n']
)
def test_a_file_that_names_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bare.toml"
    path.write_text(f"schema = 1\n{text}", encoding="utf-8")
    for ruleset in (path, None, "2022"):
        with pytest.raises(ss.UsageError, match=r"whose rules\? platform= is missing"):
            ss.score_values(pl.DataFrame(VALUES), ruleset=ruleset, as_of=DAY)


class TestCommands:
    def test_score(self, file: Path, tmp_path: Path) -> None:
        values = tmp_path / "values.csv"
        pl.DataFrame(VALUES).write_csv(values)
        asked = ("score", "--values", values, "--ruleset", file, "--as-of", DAY)
        document = shopscore(*asked, "-f", "json").done().document
        assert (document["platform"], document["scorecard"]) == ("kuaishou", "aftersales")
        shopscore(*asked, "-p", "douyin").failed(4, "kuaishou/aftersales", "douyin")
        chinese = shopscore(*asked, "-p", "douyin", "--lang", "zh")
        assert (
            chinese.code,
            "这套规则属于 kuaishou/aftersales，而要求的是 douyin" in chinese.err,
        ) == (4, True)
        plan = ("score", "--explain-plan", "--ruleset", file, "--as-of", DAY)
        assert "complaints" in shopscore(*plan).done().out
        shopscore("score", "--values", values).failed(2, "--platform")
        shopscore("score", "--values", values, "-r", tmp_path / "no.toml").failed(3, "no.toml")

    def test_of_a_platform(self, file: Path) -> None:
        """Commands that ask for a platform need no scorecard, and refuse another platform."""
        assert "complaint_rate" in shopscore("values", "kuaishou", "-r", file).done().out
        assert "kuaishou/aftersales/mine" in plugins("rules", "kuaishou", "-r", file).done().out
        found = plugins("diff", "kuaishou", "aftersales-unofficial", file, "-f", "json").done()
        assert found.document["new"] == "kuaishou/aftersales/mine"
        for asked in (("rules", "douyin", "-r", file), ("diff", "douyin", "2022", file)):
            plugins(*asked).failed(4, "kuaishou/aftersales", "douyin")
