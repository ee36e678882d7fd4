"""Lines: one number of a shop, as it is computed and as a document shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, get_args

import polars as pl

from ...messages import Message, Translated, message
from ...value_classes import frozen

#: In which order numbers are made of each other.
Stage = Literal["rows", "numerator", "value", "points", "dimension", "adjustments", "total"]
STAGES: tuple[Stage, ...] = get_args(Stage)
#: The stages at which numbers of a metric are counted; what comes later follows from them.
COUNTED: tuple[Stage, ...] = ("rows", "numerator", "value")
#: What a number is about: its kind and its id.
Subject = tuple[str, str]
#: What tells a line from others.
LineKey = tuple[Stage, str, str]
State = Literal["agrees", "differs", "not_computed", "from_console", "not_comparable", "not_shown"]
#: States of numbers that are compared.
_COMPARED: tuple[State, ...] = ("agrees", "differs", "not_computed")

STAGE_WORDS: Mapping[Stage, Message] = {
    "rows": message("number of rows"),
    "numerator": message("numerator"),
    "value": message("value"),
    "points": message("points"),
    "dimension": message("points"),
    "adjustments": message("sum"),
    "total": message("points"),
}


@frozen(eq=False)
class Line:
    """A number that is computed, and the same as a document shows it.

    ``rounding`` is by how much what is shown may be off, since it was rounded; ``also`` are other
    forms of the computed number, such as that which is published. Where ``comparable`` is false
    nobody can say whether they agree, for the ``reason``; of ``from_console`` numbers there are no
    events, and what is shown was taken. ``by_rules`` are the points that the rules give to the value
    that the document shows, at the least and at the most, for that value is rounded. ``unit`` is that
    of a metric's value.
    """

    stage: Stage
    kind: str
    id: str
    label: Translated
    computed: Fraction | None = None
    shown: Fraction | None = None
    rounding: Fraction = Fraction(0)
    document: str | None = None
    also: tuple[Fraction, ...] = ()
    reason: Message | None = None
    comparable: bool = True
    from_console: bool = False
    by_rules: tuple[Fraction, Fraction] | None = None
    unit: str = ""

    def text(self, number: Fraction | None) -> str:
        """Return a number of the line as people read it, with what sets it apart from the other."""
        if number is None:
            return "–"
        if self.unit == "ratio":
            return f"{float(number * 100):.6g}%"
        return f"{float(number):.7g}"

    @property
    def key(self) -> LineKey:
        """What tells the line from others."""
        return self.stage, self.kind, self.id

    @property
    def subject(self) -> Subject:
        """What the number is about."""
        return self.kind, self.id

    @property
    def state(self) -> State:
        """Whether both numbers agree, or why nobody can say."""
        if self.shown is None:
            return "not_shown"
        if self.from_console:
            return "from_console"
        if not self.comparable:
            return "not_comparable"
        if self.computed is None:
            return "not_computed"
        return "differs" if self._beyond(self.computed, self.shown) else "agrees"

    @property
    def parts(self) -> bool:
        """Whether what is computed is not what is shown."""
        return self.state in ("differs", "not_computed")

    @property
    def difference(self) -> Fraction | None:
        """By how much what is computed is above what is shown."""
        if self.computed is None or self.shown is None:
            return None
        return self.computed - self.shown

    @property
    def distance(self) -> Fraction:
        """How far the numbers are apart, from 0 (rounding explains it) to 1.

        That is what rounding does not explain, as a share of the larger of the two numbers, so that
        counts, rates, hours and points can be added up; a number that is not computed counts 1.
        """
        if not self.parts:
            return Fraction(0)
        if self.computed is None or self.shown is None:
            return Fraction(1)
        larger = max(abs(self.computed), abs(self.shown))
        return min(self._beyond(self.computed, self.shown) / larger, Fraction(1))

    def _beyond(self, computed: Fraction, shown: Fraction) -> Fraction:
        """Return how far the numbers are apart beyond what rounding explains."""
        apart = min(abs(one - shown) for one in (computed, *self.also))
        return max(apart - self.rounding, Fraction(0))

    @property
    def rules_give_other_points(self) -> bool:
        """Whether the rules give other points to the value that is shown than those beside it."""
        if self.by_rules is None or self.shown is None:
            return False
        low, high = self.by_rules
        return not low - self.rounding <= self.shown <= high + self.rounding

    def to_dict(self) -> dict[str, Any]:
        """Return the line as it stands in the document."""
        numbers = {"computed": self.computed, "shown": self.shown, "difference": self.difference}
        low, high = self.by_rules or (None, None)
        return {
            "stage": self.stage,
            "kind": self.kind,
            "id": self.id,
            "state": self.state,
            **_both_forms(numbers),
            "rounding": float(self.rounding),
            "distance": float(self.distance),
            "by_rules_low": None if low is None else float(low),
            "by_rules_high": None if high is None else float(high),
            "document": self.document,
        }


def _both_forms(numbers: Mapping[str, Fraction | None]) -> dict[str, Any]:
    """Return numbers as floats, and exact as text."""
    forms: dict[str, Any] = {}
    for name, number in numbers.items():
        forms[name] = None if number is None else float(number)
        forms[f"{name}_exact"] = None if number is None else str(number)
    return forms


_TEXTS = ("stage", "kind", "id", "state", "computed_exact", "shown_exact", "difference_exact")


def frame_of(lines: Iterable[Line]) -> pl.DataFrame:
    """Return lines as a dataframe, with exact numbers as text."""
    schema: dict[str, Any] = dict.fromkeys(
        Line("value", "", "", message("value")).to_dict(), pl.Float64
    )
    schema |= dict.fromkeys((*_TEXTS, "document"), pl.String)
    return pl.DataFrame([line.to_dict() for line in lines], schema=schema, orient="row")


#: Lines that are not explained but excused, each with the distance that it counts all the same.
Excused = Mapping[LineKey, Fraction]


def misfit(
    lines: Iterable[Line],
    compared: Collection[LineKey],
    excused: Excused = MappingProxyType({}),
) -> Fraction:
    """Return how badly numbers fit: the sum over metrics, dimensions, adjustments and the total.

    Each of these adds the mean distance of its numbers, so at most 1; only ``compared`` lines count.
    """
    distances = {line.key: line.distance for line in lines if line.state in _COMPARED}
    own: dict[Subject, list[Fraction]] = {}
    for key in compared:  # what is not computed any more, or other rules do not have, fits worst
        distance = excused.get(key, distances.get(key, Fraction(1)))
        own.setdefault((key[1], key[2]), []).append(distance)
    return sum((sum(each, Fraction(0)) / len(each) for each in own.values()), Fraction(0))


def keys_of(lines: Iterable[Line]) -> frozenset[LineKey]:
    """Return which lines can be compared: those that a document shows, and that are counted."""
    return frozenset(line.key for line in lines if line.state in _COMPARED)


def first_parting(lines: Sequence[Line]) -> Line | None:
    """Return the first line that parts, in the order in which numbers are made of each other."""
    partings = [line for line in lines if line.parts]
    return min(partings, key=lambda line: STAGES.index(line.stage), default=None)
