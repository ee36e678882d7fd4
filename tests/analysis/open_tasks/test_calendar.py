"""The calendar, read back by a reader of RFC 5545 that shares nothing with the writer."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shopscore as ss
from shopscore import OpenTask, Source, Task, col
from shopscore.analysis.open_tasks.calendar_text import calendar_text
from support.open_task_frames import sample

NOW = datetime(2022, 6, 20, 15)
TASK = Task(
    "look", zh="看；一，下", en="Look; once, \\ twice", stream="reviews", since=col.reviewed_at,
    where=col.is_valid, sources=(Source("note", "An example", "I"),),
)  # fmt: skip
Component = dict[str, str]


def opened(id: str, deadline: datetime | None, shop: str = "S1") -> OpenTask:
    left = None if deadline is None else int((deadline - NOW).total_seconds())
    return OpenTask(shop, TASK, id, None, NOW, deadline, left, None, None, None, ())


def read(text: str) -> list[tuple[str, Component]]:
    """Components in order, unfolded and unescaped, each line checked for its form."""
    assert text.endswith("\r\n")
    for raw in text.encode().split(b"\r\n"):
        assert len(raw) <= 75
        assert b"\n" not in raw
        assert b"\r" not in raw
        raw.decode()  # no character is cut
    lines = re.sub(r"\r\n[ \t]", "", text).split("\r\n")[:-1]
    found: list[tuple[str, Component]] = []
    stack: list[tuple[str, Component]] = []
    for line in lines:
        match = re.fullmatch(r'([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^;:,"]*))*):(.*)', line)
        assert match, line
        name, parameters, value = match.groups()
        if name == "BEGIN":
            stack.append((value, {}))
        elif name == "END":
            assert stack[-1][0] == value
            found.append(stack.pop())
        else:
            stack[-1][1][name] = f"{parameters}|{unescaped(value)}"
    assert not stack
    return found


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


def wall_at(zone: list[Component], wall: datetime) -> timedelta:
    """The offset that the observances of a calendar give for a time on the wall."""
    onsets = [(datetime.strptime(o["DTSTART"], "|%Y%m%dT%H%M%S"), o["TZOFFSETTO"]) for o in zone]
    text = max(onset for onset in onsets if onset[0] <= wall)[1]
    sign = -1 if text[1] == "-" else 1
    return sign * timedelta(hours=int(text[2:4]), minutes=int(text[4:6]))


class TestEvents:
    def test_of_a_sample(self) -> None:
        todo = ss.todo(sample(), platform="douyin", ruleset="2022", now=NOW)
        components = read(todo.to_ics(lang="zh"))
        events = [c for kind, c in components if kind == "VEVENT"]
        assert len(events) == sum(one.deadline is not None for one in todo) > 5
        for event, one in zip(events, todo, strict=True):
            assert event["DTSTART"] == f";TZID=Asia/Shanghai|{one.deadline:%Y%m%dT%H%M%S}"
            assert event["SUMMARY"] == f"|{one.task.zh}: {one.id}"
            assert event["DTSTAMP"] == "|20220620T070000Z"
            assert one.shop_id in event["DESCRIPTION"]
        assert len({event["UID"] for event in events}) == len(events)

    def test_what_has_no_deadline_is_left_out(self) -> None:
        text = calendar_text([opened("1", None)], "toy", "Asia/Shanghai", NOW, "en")
        assert [kind for kind, _ in read(text)] == ["STANDARD", "VTIMEZONE", "VCALENDAR"]

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
    def test_any_text(self, id: str) -> None:
        text = calendar_text([opened(id, NOW)], "toy", "Asia/Shanghai", NOW, "en")
        (event,) = (c for kind, c in read(text) if kind == "VEVENT")
        plain = "".join(c if c.isprintable() else " " for c in id.replace("\n", "\0")).strip()
        shown = event["SUMMARY"].removeprefix("|Look; once, \\ twice: ")
        assert shown.replace("\n", " ").strip() == plain


@pytest.mark.parametrize(
    "name", ["Asia/Shanghai", "America/Los_Angeles", "America/New_York", "Australia/Lord_Howe"]
)
def test_zones(name: str) -> None:
    deadlines = [datetime(2026, month, 9, 12) for month in range(1, 13)]
    tasks = [opened(str(number), time) for number, time in enumerate(deadlines)]
    components = read(calendar_text(tasks, "toy", name, NOW, "en"))
    zone = [c for kind, c in components if kind in ("STANDARD", "DAYLIGHT")]
    for time in deadlines:
        assert wall_at(zone, time) == time.replace(tzinfo=ZoneInfo(name)).utcoffset()
    kinds = {kind for kind, _ in components} & {"STANDARD", "DAYLIGHT"}
    changes = name != "Asia/Shanghai"
    assert kinds == ({"STANDARD", "DAYLIGHT"} if changes else {"STANDARD"})


def test_onsets_are_on_the_clock_before() -> None:
    task = [opened("1", datetime(2026, 6, 1))]
    components = read(calendar_text(task, "toy", "America/Los_Angeles", NOW, "en"))
    daylight = [c for kind, c in components if kind == "DAYLIGHT"]
    onsets = {c["DTSTART"] for c in daylight}
    assert "|20260308T020000" in onsets
    stamp = next(c for kind, c in components if kind == "VEVENT")["DTSTAMP"]
    there = NOW.replace(tzinfo=ZoneInfo("America/Los_Angeles")).astimezone(UTC)
    assert stamp == f"|{there:%Y%m%dT%H%M%SZ}"
