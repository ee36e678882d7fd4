"""``shopscore todo``: every form, both languages, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from unicodedata import east_asian_width

import pytest

import shopscore as ss
from shopscore.cli.demo import last_day
from support.command_line import shopscore
from support.json_schemas import valid

NOW = ("--now", "2022-06-20 15:00")
ARGS = ("-p", "douyin", *NOW)


def width(line: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in line)


class TestTable:
    @pytest.mark.parametrize("lang", ["en", "zh"])
    def test_fits(self, events: Path, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        out = shopscore("todo", events, *ARGS, "--lang", lang).done().out
        assert max(map(width, out.splitlines())) <= 80
        assert "R00000" in out
        assert out.count("0.") > 5

    def test_in_chinese_nothing_is_english(self, events: Path) -> None:
        out = shopscore("todo", events, *ARGS, "--lang", "zh").done().out
        for word in ("late", "deadline", "open", "task", "Note", " h ", "published"):
            assert word not in out.replace("open_hours", ""), word

    def test_one_shop(self, events: Path) -> None:
        out = shopscore("todo", events, *ARGS, "--shop", "S0001").done().out
        assert out.startswith("S0001 · douyin/experience/2022 · 2022-06-20 15:00 (Asia/Shanghai)")
        assert "S0002" not in out

    def test_says_what_was_assumed(self, events: Path) -> None:
        asked = shopscore("todo", events, *ARGS, "--set", "appeal_bad_reviews:days=10").done()
        notes = " ".join(asked.out.split())
        assert "days = 10 d; assumed: the platform agrees that the review breaks its rules" in notes

    def test_without_a_total_each_line_says_what_it_moves(self, tmp_path: Path) -> None:
        """Why no points are told is the same for all, and said once."""
        events = tmp_path / "events"
        shopscore("sample", events, "-p", "etsy", "--shops", 4, "--orders", 300).done()
        asked = ("todo", events, "-p", "etsy", "--now", "2022-06-20 12:00")
        document = shopscore(*asked, "-f", "json").done().document
        assert len(document["open"]) > 1
        moved = {effect["metric"] for one in document["open"] for effect in one["effects"]}
        assert moved
        labels = ss.todo(events, platform="etsy", now="2022-06-20 12:00").labels
        for lang, why in (("en", "at risk: the scorecard has no total"), ("zh", "风险分：")):
            out = shopscore(*asked, "--lang", lang).done().out
            assert sum(line.startswith(why) for line in out.splitlines()) == 1
            packed = "".join(out.split())
            assert all("".join(labels[id].text(lang).split()) in packed for id in moved)


class TestOtherForms:
    def test_json(self, events: Path) -> None:
        document = shopscore("todo", events, *ARGS, "-f", "json").done().document
        valid("todo", document)
        assert document["as_of"] == "2022-06-20"
        assert document["now"] == "2022-06-20 15:00:00"
        todo = ss.todo(events, platform="douyin", now="2022-06-20 15:00")
        assert document == json.loads(todo.to_json())

    def test_csv(self, events: Path) -> None:
        out = shopscore("todo", events, *ARGS, "-f", "csv").done().out
        rows = list(csv.DictReader(io.StringIO(out)))
        todo = ss.todo(events, platform="douyin", now="2022-06-20 15:00")
        assert [row["id"] for row in rows] == [one.id for one in todo]
        assert {row["late"] for row in rows} == {"true", "false"}

    def test_ics_by_the_name_of_the_file(self, events: Path, tmp_path: Path) -> None:
        file = tmp_path / "todo.ics"
        shopscore("todo", events, *ARGS, "-o", file).done()
        todo = ss.todo(events, platform="douyin", now="2022-06-20 15:00")
        assert file.read_bytes().decode() == todo.to_ics()

    def test_ics_to_standard_output(self, events: Path) -> None:
        out = shopscore("todo", events, *ARGS, "-f", "ics").done().out
        assert out.startswith("BEGIN:VCALENDAR")
        assert "END:VCALENDAR" in out


class TestRefused:
    def test_a_moment_that_is_none(self, events: Path) -> None:
        shopscore("todo", events, "-p", "douyin", "--now", "noon").failed(2, "'noon' is not a time")

    def test_an_unknown_shop(self, events: Path) -> None:
        shopscore("todo", events, *ARGS, "--shop", "S001").failed(
            2, "no shop S001 here", "did you mean"
        )

    def test_an_unknown_task(self, events: Path) -> None:
        asked = shopscore("todo", events, *ARGS, "--set", "decide_ticket:hours=1")
        asked.failed(2, "decide_tickets")

    def test_a_setting_that_is_none(self, events: Path) -> None:
        asked = shopscore("todo", events, *ARGS, "--set", "hours=1")
        asked.failed(2, "TASK:SETTING=VALUE")

    @pytest.mark.parametrize("option", ["--values", "--documents"])
    def test_input_that_tells_nothing_of_what_is_open(self, events: Path, option: str) -> None:
        asked = shopscore("todo", events, *ARGS, option, "x")
        asked.failed(2, "events alone tell what is open", option)
        assert option not in shopscore("todo", "--help").done().out

    def test_no_platform(self, events: Path) -> None:
        shopscore("todo", events, *NOW).failed(2, "--platform")

    def test_a_day_without_rules(self, events: Path) -> None:
        shopscore("todo", events, "-p", "douyin", "--now", "2024-01-01 00:00").failed(4, "covered")


@pytest.mark.slow
@pytest.mark.parametrize("platform", ss.platforms(), ids=lambda p: p.id)
def test_of_every_platform(platform: ss.Platform, tmp_path: Path) -> None:
    sample = ("sample", tmp_path / "events", "-p", platform.id, "--shops", "5", "--orders", "400")
    shopscore(*sample).done()
    now = f"{last_day(platform.id, '2022-06-30')} 12:00"
    asked = shopscore("todo", tmp_path / "events", "-p", platform.id, "--now", now, "-f", "json")
    document = asked.done().document
    valid("todo", document)
    assert {one["id"] for one in document["tasks"]} | {
        one["task"] for one in document["not_asked"]
    } == set(platform.all_tasks)
