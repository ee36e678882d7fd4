"""Lacking files: streams of which rows seem to be missing, so that their metrics cannot agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from ...counting.day_ranges import Days
from ...counting.selection import day_number
from ...messages import Message, message
from ...model.tallies import Tally
from ...results.words import missing_in_words
from .case import Case
from .lines import Line
from .suspects import EXCUSED, Suspect, suspect

#: Days without rows say that some are missing where there are so many of them, and so many times as
#: many as in the longest other pause.
_PAUSE, _TIMES = 7, 3
#: Of the rows that a console counts less than this says that some are missing.
_PART = Fraction(9, 10)
_EPOCH = date(1970, 1, 1)


def lacking_streams(case: Case) -> Iterator[Suspect]:
    """Yield what comes out where a stream lacks rows: its metrics are taken as they are shown.

    Only streams are tried of which something says so: a column or all of it is not there; no row
    is in a window, or none on many days in a row; or far fewer rows are counted than are shown.
    """
    for stream in _streams(case):
        readers = tuple(id for id in case.parting if _reads(case, id, stream))
        said = _what_lacks(case, stream, readers)
        rows = [row for row in case.rows if row.name.id in readers and row.has_number]
        if said is None or not rows:
            continue
        taken = {row.name.id for row in rows}
        result = case.build(case.measured, rows=[*case.settled_rows, *rows], prefer="values")
        excused = {
            line.key: line.distance * EXCUSED for line in case.lines if line.subject[1] in taken
        }
        lines = case.compare(result)
        yield suspect(case, "missing", said, lines, excused, metrics=readers, stream=stream)


def _streams(case: Case) -> dict[str, None]:
    metrics = case.selection.rules.metrics
    return dict.fromkeys(tally.stream for id in case.parting for tally in metrics[id].tallies)


def _reads(case: Case, id: str, stream: str) -> bool:
    return any(tally.stream == stream for tally in case.selection.rules.metrics[id].tallies)


def _what_lacks(case: Case, stream: str, readers: tuple[str, ...]) -> Message | None:
    """Return what says that rows of a stream are missing; None where nothing does."""
    missing = dict.fromkeys(
        name
        for id in readers
        for name in case.measured.values[id].missing_columns
        if name.split(" ")[-1].split(".")[0] == stream
    )
    if missing:
        return message("the events are not whole: {what}", what=missing_in_words(missing))
    if not _may_lack(case, stream, readers):
        return None
    return _without_days(case, stream, readers) or _too_few(case, stream, readers)


def _without_days(case: Case, stream: str, readers: tuple[str, ...]) -> Message | None:
    """Return on which days of the windows rows are missing."""
    rules = case.result.rules
    windows = [
        weights
        for id in readers
        for tally, weights in rules.metrics[id].windows(case.day)
        if tally.stream == stream
    ]
    today = day_number(case.day)
    first = today - max(weights.last_age for weights in windows)
    last = today - min(weights.first_age for weights in windows)
    found = _longest_pause(case.own_days.own.get(stream), first, last)
    if found is None:
        return None
    return message(
        "{stream}: no row from {first} to {last}",
        stream=stream,
        first=_EPOCH + timedelta(days=found[0]),
        last=_EPOCH + timedelta(days=found[1]),
    )


def _longest_pause(days: Days | None, first: int, last: int) -> tuple[int, int] | None:
    """Return the first and the last of many days without rows; None where there are none."""
    if days is None:
        return first, last
    own = days[(days >= first) & (days <= last)]
    if not len(own):
        return first, last
    ends = np.concatenate([[first - 1], own, [last + 1]])
    pauses = np.diff(ends) - 1
    at = int(pauses.argmax())
    others = np.delete(pauses, at)
    if pauses[at] < max(_PAUSE, _TIMES * max(int(others.max(initial=0)), 1)):
        return None
    return int(ends[at]) + 1, int(ends[at + 1]) - 1


def _too_few(case: Case, stream: str, readers: tuple[str, ...]) -> Message | None:
    """Return how few of the rows that are shown are there, if none of these numbers is too high."""
    lines = [line for line in case.lines if line.parts and _counts(case, line, stream, readers)]
    computed = sum((line.computed or Fraction(0) for line in lines), Fraction(0))
    shown = sum((line.shown or Fraction(0) for line in lines), Fraction(0))
    if not lines or any((line.computed or 0) > (line.shown or 0) * _PART for line in lines):
        return None
    share = f"{float(computed / shown):.0%}"
    return message("{stream}: of what is shown {share} is there", stream=stream, share=share)


def _may_lack(case: Case, stream: str, readers: tuple[str, ...]) -> bool:
    """Return whether fewer rows of a stream are counted than are shown, or no number is shown."""
    numbers = [line for line in case.lines if _counts(case, line, stream, readers)]
    if not numbers:
        return True
    return any(line.parts and (line.computed or 0) < (line.shown or 0) for line in numbers)


def _counts(case: Case, line: Line, stream: str, readers: tuple[str, ...]) -> bool:
    """Return whether a number counts rows of a stream, and is shown to be some."""
    if line.kind != "metric" or line.id not in readers:
        return False
    if line.computed is None or not line.shown:
        return False
    tallies: tuple[Tally, ...] = case.selection.rules.metrics[line.id].tallies
    if line.stage == "rows":
        return tallies[-1].stream == stream
    counts = line.stage == "numerator" or (line.stage == "value" and not line.computed)
    return counts and tallies[0].stream == stream
