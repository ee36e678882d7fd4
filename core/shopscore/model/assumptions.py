"""Assumptions: numbers that a platform does not publish, with bounds and a reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

import attrs

from ..errors import UsageError
from ..exact.decimals import exact_decimal
from ..messages import Message, listed, message
from ..value_classes import frozen
from .expressions import Assumed

AssumptionKind = Literal["integer", "decimal", "boolean", "choice", "words", "table"]
#: Pairs of numbers, such as bounds and the points from there on.
Pairs = tuple[tuple[int | Decimal, int | Decimal], ...]
#: ``words`` are a tuple of any words, and users write them separated by commas; a ``table`` is a
#: tuple of pairs of numbers, which users write as ``24:80, 12:100``.
AssumptionValue = int | Decimal | bool | str | tuple[str, ...] | Pairs | None


class OutOfBoundsError(UsageError):
    """A value outside the bounds of an assumption."""


@frozen
class Assumption:
    """A number that the platform does not publish: the value assumed, its bounds, and the reason.

    ``source`` is where the value was seen, such as on a page of a console; empty where it was
    nowhere. ``overridden`` says whether a user supplied the value. ``needed_by`` are the metrics
    that have no value as long as it has none.
    """

    id: str
    kind: AssumptionKind
    value: AssumptionValue
    reason: str
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    nullable: bool = False
    overridden: bool = False
    source: str = ""
    needed_by: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        self.check(self.value)

    @property
    def _called(self) -> Message:
        return message("assumption {assumption}", assumption=self.id)

    def parse(self, text: str, called: Message | None = None) -> AssumptionValue:
        """Parse a value as users write it (``--assume KEY=VALUE``), and check it.

        ``called`` is what errors call the assumption, where users know it under another name.
        """
        word = text.strip()
        if self.nullable and word.lower() in ("", "none", "null"):
            return None
        value: AssumptionValue = word
        if self.kind == "boolean":
            if word.lower() not in ("true", "false", "1", "0"):
                said = message(
                    "{called}: {text!r} is neither true nor false",
                    called=called or self._called,
                    text=text,
                )
                raise UsageError(said)
            value = word.lower() in ("true", "1")
        elif self.kind == "words":
            value = tuple(part.strip() for part in word.split(",") if part.strip())
        elif self.kind == "table":
            pairs = [pair.split(":") for pair in word.split(",") if pair.strip()]
            value = tuple(  # type: ignore[assignment]
                tuple(self._number(part, called) for part in pair) for pair in pairs
            )
        elif self.kind != "choice":
            value = self._number(word, called)
        if (
            self.kind == "integer"
            and isinstance(value, Decimal)
            and value == value.to_integral_value()
        ):
            value = int(value)
        self.check(value, called)
        return value

    def _number(self, word: str, called: Message | None) -> Decimal:
        value = exact_decimal(word.strip())
        if value is None:
            said = message(
                "{called}: {text!r} is not a number that can be used",
                called=called or self._called,
                text=word.strip(),
            )
            raise UsageError(said)
        return value

    def check(self, value: AssumptionValue, called: Message | None = None) -> None:
        """Raise UsageError where a value is of the wrong kind or out of bounds.

        ``called`` is as :meth:`parse` takes it.
        """
        if value is None:
            if not self.nullable:
                raise UsageError(message("{called} needs a value", called=called or self._called))
            return
        fits = {
            "integer": isinstance(value, int) and not isinstance(value, bool),
            "decimal": _is_number(value),
            "boolean": isinstance(value, bool),
            "choice": value in self.choices,
            "words": isinstance(value, tuple) and all(isinstance(w, str) for w in value),
            "table": isinstance(value, tuple) and bool(value) and all(map(_is_pair, value)),
        }[self.kind]
        if not fits:
            raise UsageError(self._wrong_kind(value, called))
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            below = self.low is not None and value < self.low
            above = self.high is not None and value > self.high
            if below or above:
                said = message(
                    "{called}: {value} is outside its bounds {low} to {high}",
                    called=called or self._called,
                    value=value,
                    low=self.low,
                    high=self.high,
                )
                raise OutOfBoundsError(said)

    def _wrong_kind(self, value: AssumptionValue, called: Message | None) -> Message:
        choices = message(" ({words})", words=listed(self.choices)) if self.choices else ""
        return message(
            "{called}: {value} is not of kind {kind}{choices}",
            called=called or self._called,
            value=repr(value),
            kind=self.kind,
            choices=choices,
        )


def as_written(value: object) -> str:
    """Return the value of an assumption as users write it.

    >>> as_written([[24, 80], [12, 100]])
    '24:80, 12:100'
    >>> as_written(False)
    'false'
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(
            ":".join(map(str, one)) if isinstance(one, list | tuple) else str(one) for one in value
        )
    return str(value)


def _is_number(value: object) -> bool:
    finite = isinstance(value, Decimal) and value.is_finite()
    return finite or (isinstance(value, int) and not isinstance(value, bool))


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(map(_is_number, value))


@frozen
class Chosen:
    """A number that depends on the word that an assumption chooses."""

    by: Assumed
    numbers: tuple[tuple[str, int | Decimal], ...]


#: A number of a rule set, or what stands for it.
Number = int | Decimal | Assumed | Chosen


def find_chosen(value: object) -> Iterator[Chosen]:
    """Yield every number of a declaration that depends on a choice."""
    if isinstance(value, Chosen):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from find_chosen(item)
    elif attrs.has(type(value)):
        for attribute in attrs.fields(type(value)):  # type: ignore[arg-type]
            yield from find_chosen(getattr(value, attribute.name))
