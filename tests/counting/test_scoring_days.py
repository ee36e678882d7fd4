"""The scores of many days: each is the score of its day, to the last byte of its document."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from oracle.random_events import random_events
from shopscore.counting import selection
from shopscore.samples import generate, write_csv
from shopscore.testing.toy import PLATFORM
from support.event_frames import frames_of

FRAMES = generate(shops=6, orders=300, seed=3, end=date(2025, 1, 20))
#: The second rule set of the toy is in force from 2025-01-01.
DAYS = [date(2025, 1, 1) + timedelta(days=d) for d in (-40, -1, 0, 1, 20, 21, 25, -2, -1, 300)]
TOY: dict[str, Any] = {"platform": PLATFORM}


def assert_same(found: ss.Result, expected: ss.Result) -> None:
    assert found.as_of == expected.as_of
    assert found.notices == expected.notices
    assert found.to_json() == expected.to_json()
    assert found.to_polars().equals(expected.to_polars())


def test_of_events_across_a_change_of_rules() -> None:
    """In any order, one of them twice, one long after the last row."""
    found = list(ss.score_days(FRAMES, days=DAYS, **TOY))
    assert {result.ruleset for result in found} == {"2024-01-01", "2025-01-01"}
    assert len(found) == len(DAYS)
    assert "scored" in {shop.status for result in found for shop in result}
    for day, result in zip(DAYS, found, strict=True):
        assert_same(result, ss.score(FRAMES, as_of=day, **TOY))


def test_of_a_folder_and_of_events_that_were_read(tmp_path: Path) -> None:
    write_csv(FRAMES, tmp_path)
    read = ss.read_events(tmp_path, platform=PLATFORM)
    days = [day.isoformat() for day in DAYS[:2]]
    for source in (tmp_path, str(tmp_path), read):
        for day, result in zip(days, ss.score_days(source, days=days, **TOY), strict=True):
            assert_same(result, ss.score(source, as_of=day, **TOY))
            assert result.report is not None


@pytest.mark.parametrize("shops", ["all", "some", "none"])
def test_of_a_state(shops: str) -> None:
    state = ss.tally(ss.resolve(FRAMES, ruleset="2024-01-01", **TOY))
    table = {"all": FRAMES["shops"], "some": FRAMES["shops"].head(4), "none": None}[shops]
    found = ss.score_days(state, days=DAYS, shops=table, **TOY)
    for day, result in zip(DAYS, found, strict=True):
        assert_same(result, ss.score(state, as_of=day, shops=table, **TOY))


@pytest.mark.parametrize("assume", [{}, {"douyin.2022.decay.half_life_days": 30}], ids=str)
def test_of_random_events_of_all_kinds(
    assume: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are set aside, and notices about them; rows in chunks, as of many events."""
    events = frames_of(random_events(5, shops=5, orders=40))
    rules: dict[str, Any] = {"platform": "douyin", "ruleset": "2022", "assume": assume}
    days = [date(2024, 6, 30) + timedelta(days=d) for d in (-70, -30, -1, 0, 40)]
    expected = [ss.score(events, as_of=day, **rules) for day in days]
    monkeypatch.setattr(selection, "CHUNK", 7)
    for result, alone in zip(ss.score_days(events, days=days, **rules), expected, strict=True):
        assert_same(result, alone)
        assert {notice.code for notice in result.notices} > {"outside_span"}


def test_missing_columns_are_missing_on_every_day() -> None:
    frames = {**FRAMES, "orders": FRAMES["orders"].drop("picked_up_at")}
    for result in ss.score_days(frames, days=DAYS[:3], **TOY):
        assert_same(result, ss.score(frames, as_of=result.as_of, **TOY))
        assert "scored" not in {shop.status for shop in result}
        assert (
            result.columns.metrics["pickup_hours"]["reason"][0] == "no column orders.picked_up_at"
        )


def test_events_are_counted_once_for_each_rule_set() -> None:
    """And nothing is done before it is asked for."""
    said: list[str] = []
    results = ss.score_days(FRAMES, days=DAYS, progress=said.append, **TOY)
    assert not [line for line in said if "counting" in line or "grading" in line]
    next(results)
    assert said.count("counting") == 1
    assert said[-1] == "grading 2024-11-22"
    assert len(list(results)) == len(DAYS) - 1
    assert said.count("counting") == said.count("resolving") == 2
    assert len([line for line in said if line.startswith("grading")]) == len(DAYS)


def test_a_file_of_rules_is_read_once(tmp_path: Path) -> None:
    text, _ = PLATFORM.scorecard().text("2024-01-01")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('version = "2024-01-01"', 'version = "mine"'), encoding="utf-8")
    results = ss.score_days(FRAMES, days=DAYS[:2], ruleset=path, **TOY)
    path.unlink()
    first, second = results
    assert first.rules is second.rules
    assert second.ruleset == "mine"


class TestWhatIsRefused:
    """At once, before any day is scored, but for what only a result can tell."""

    def test_a_day_without_rules(self) -> None:
        with pytest.raises(ss.CoverageError, match="2019-07-01"):
            ss.score_days(FRAMES, days=["2025-01-01", "2019-07-01"], **TOY)

    @pytest.mark.parametrize("days", ["2025-01-01", date(2025, 1, 1)])
    def test_a_single_day(self, days: Any) -> None:
        with pytest.raises(ss.UsageError, match=r"write days=\['2025-01-01'\]"):
            ss.score_days(FRAMES, days=days, **TOY)

    def test_what_is_no_date(self) -> None:
        with pytest.raises(ss.UsageError, match="'soon' is not a date"):
            ss.score_days(FRAMES, days=["soon"], **TOY)

    def test_arguments_that_do_not_go_together(self) -> None:
        with pytest.raises(ss.UsageError, match="events bring their own"):
            ss.score_days(FRAMES, days=DAYS, shops=FRAMES["shops"], **TOY)
        state = ss.tally(ss.resolve(FRAMES, ruleset="2024-01-01", **TOY))
        with pytest.raises(ss.UsageError, match="how events are read"):
            ss.score_days(state, days=DAYS, strict=True, **TOY)

    def test_states_that_cannot_be_scored(self) -> None:
        first, second = ss.resolve(FRAMES, ruleset="2024-01-01", **TOY).split(2)
        with pytest.raises(ss.StateError, match="difference"):
            ss.score_days(ss.tally(first) - ss.tally(second), days=DAYS, **TOY)
        with pytest.raises(ss.StateError, match="does not count what rule set"):
            ss.score_days(ss.tally(first), days=DAYS, assume={"bad_review.max_rating": 3}, **TOY)

    def test_a_result_that_is_not_what_it_must_be(self) -> None:
        results = ss.score_days(FRAMES, days=[DAYS[4], DAYS[-1]], require="fresh", **TOY)
        assert next(results).as_of == DAYS[4]
        with pytest.raises(ss.RequirementError):
            next(results)

    def test_no_days_are_no_results(self) -> None:
        assert list(ss.score_days(FRAMES, days=[], **TOY)) == []
