"""Suspects: what would make the numbers agree, each tried by computing with it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Literal

from ...messages import Message
from ...value_classes import frozen
from .case import Case
from .lines import Excused, Line, misfit

Kind = Literal["window", "rows", "assumption", "rules", "missing", "points"]
#: Of suspects that fit equally well, one that explains goes before one that excuses.
_EXCUSES = ("missing", "points")
#: A number that is excused, and not explained, counts so much of its distance all the same.
EXCUSED = Fraction(1, 10)


@frozen(eq=False)
class Suspect:
    """Something that would bring what is computed closer to what is shown.

    ``misfit`` is how badly the numbers fit with it, ``parting`` how many still part. ``metrics`` are
    those that it is about; none where it is about all. ``days`` is by how many days a window is
    moved; ``stream``, ``column`` and ``value`` say which rows are left out, or are missing;
    ``assumption`` and ``value`` what is assumed, ``ruleset`` which rules apply.
    """

    kind: Kind
    said: Message
    misfit: Fraction
    parting: int
    lines: tuple[Line, ...]
    metrics: tuple[str, ...] = ()
    days: int | None = None
    stream: str | None = None
    column: str | None = None
    value: str | None = None
    assumption: str | None = None
    ruleset: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the suspect as it stands in the document."""
        names = ("days", "stream", "column", "value", "assumption", "ruleset")
        return {
            "kind": self.kind,
            "misfit": float(self.misfit),
            "misfit_exact": str(self.misfit),
            "parting": self.parting,
            "metrics": list(self.metrics),
            **{name: getattr(self, name) for name in names},
            "en": self.said.text("en"),
            "zh": self.said.text("zh"),
            "lines": [line.to_dict() for line in self.lines if line.parts],
        }


def suspect(
    case: Case,
    kind: Kind,
    said: Message,
    lines: tuple[Line, ...],
    excused: Excused | None = None,
    **about: Any,
) -> Suspect:
    """Build a suspect from the numbers that come out with it."""
    excused = excused or {}
    agreeing = {line.key for line in lines if line.state == "agrees"}
    return Suspect(
        kind,
        said,
        misfit(lines, case.compared, excused),
        len(case.compared - agreeing - excused.keys()),
        lines,
        **about,
    )


def best_first(suspects: Iterable[Suspect], as_it_is: Fraction) -> tuple[Suspect, ...]:
    """Return the suspects that fit better than as it is, the best first.

    Of equal ones the first that was tried goes first, and what explains before what excuses.
    """
    better = (one for one in suspects if one.misfit < as_it_is)
    return tuple(sorted(better, key=lambda one: (one.misfit, one.kind in _EXCUSES)))
