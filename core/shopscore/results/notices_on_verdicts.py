"""Notices on verdicts: where a console has another level than is computed, or judges otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..messages import Message, listed, message
from ..notices import Notice
from .notices_on_limits import notices_on_limits
from .notices_on_windows import notices_on_windows

if TYPE_CHECKING:
    from ..composing.levels import CriterionCheck, Levels
    from .result import Result


def notices_on_verdicts(result: Result, *, last: bool = False) -> Iterator[Notice]:
    """Yield for each shop whose console has another level, or another verdict on a criterion.

    Where a level or a verdict here is open, only what it cannot be differs. A word whose meaning is
    not known differs from nothing. ``last`` says that the result is of the last evaluation.
    """
    levels = result.levels
    if levels is None:
        return
    stated = result.console.stated
    for row, id in enumerate(result.shops["shop_id"]) if stated.verdicts or stated.levels else ():
        parts = [said for check in levels.checks for said in _criterion(result, check, id, row)]
        level = _level(result, levels, id, row)
        if level is None and not parts:
            continue
        values = {
            "shop": id,
            "what": level or message("the levels do not contradict each other"),
            "parts": listed(parts) if parts else message("none of the criteria"),
        }
        said = (
            message("shop {shop}, last evaluation: {what}; apart are: {parts}", **values)
            if last
            else message("shop {shop}: {what}; apart are: {parts}", **values)
        )
        yield Notice("document_differs", said, shops=1, shop_ids=(id,))


def notices_of_last(result: Result) -> Iterator[Notice]:
    """Yield what to know of the documents that a result of the last evaluation rests on."""
    yield from notices_on_limits(result)
    yield from notices_on_verdicts(result, last=True)
    yield from notices_on_windows(result)


def _criterion(result: Result, check: CriterionCheck, id: str, row: int) -> Iterator[Message]:
    """Yield in words that a console judges a criterion otherwise."""
    own = result.console.stated.verdicts.get(check.criterion.id, {}).get(id)
    if own is None or own.met is None or not check.verdict.told[row]:
        return
    if own.met != bool(check.verdict.met[row]):
        label = check.criterion.label or check.criterion.id
        if own.met:
            yield message("{label}: not met here, {word} is shown", label=label, word=own.word)
        else:
            yield message("{label}: met here, {word} is shown", label=label, word=own.word)


def _level(result: Result, levels: Levels, id: str, row: int) -> Message | None:
    """Return in words that a console has a level that is not possible here."""
    own = result.console.stated.levels.get(id)
    places = {level.id: place for place, level in enumerate(levels.levels)}
    if own is None or own.id not in places:
        return None
    ends = int(levels.possible[row]), int(levels.certain[row])
    if ends[0] <= places[own.id] <= ends[1]:
        return None
    labels = [*(level.label for level in levels.levels), message("none")]
    values = {"own": labels[ends[0]], "least": labels[ends[1]], "word": own.word}
    if ends[0] == ends[1]:
        return message("the level is {own}, {word} is shown", **values)
    return message("the level is between {least} and {own}, {word} is shown", **values)
