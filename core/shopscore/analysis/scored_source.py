"""What a question is asked of: a result, or whatever is scored first."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from ..grading.value_merging import Prefer
from ..messages import message
from ..reading.files import Progress
from ..results.result import Result
from ..scoring import score


def scored(source: Any, *, progress: Progress | None = None, **asked: Any) -> Result:
    """Return the score of a source by arguments of :func:`score`; a result as it is.

    Raises:
        UsageError: for a result with arguments of what is scored; also as :func:`score`.
    """
    if not isinstance(source, Result):
        return score(source, progress=progress, **asked)
    refuse_for_result(**asked)
    return source


def refuse_for_result(*, prefer: Prefer = "events", strict: bool = False, **asked: Any) -> None:
    """Raise UsageError where something is asked of a result that was settled when it was made."""
    given = [name for name, value in asked.items() if value is not None]
    given += [
        name for name, is_given in (("prefer", prefer != "events"), ("strict", strict)) if is_given
    ]
    if given:
        said = message("a result has its rules and its input: {name}= is not for it", name=given[0])
        raise UsageError(said)
