"""Windows: integer weights for the days before the day of publication."""

from __future__ import annotations

import decimal
from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from functools import lru_cache

from attrs import field, frozen

from ..errors import DeclarationError
from ..messages import message
from .expressions import Assumed

#: With a decay, weights are integers over this scale.
DECAY_SCALE = 2**20
#: Rule sets have few windows, and ask for their weights on every day, several times.
_KEPT = 64


@frozen
class DayWeights:
    """Integer weights over ``scale`` for ages from ``first_age`` on, one for each age.

    Age 1 is the day before ``as_of``; the day of publication itself (age 0) never counts.
    """

    first_age: int
    ints: tuple[int, ...]
    scale: int = 1

    def __attrs_post_init__(self) -> None:
        if self.first_age < 1:
            said = message("a window must begin at age 1 or later: as_of never counts")
            raise DeclarationError(said)
        if not self.ints or min(self.ints) < 0 or max(self.ints) > self.scale:
            said = message("day weights must be between 0 and scale, one for each age")
            raise DeclarationError(said)

    @property
    def last_age(self) -> int:
        """The greatest age that has a weight."""
        return self.first_age + len(self.ints) - 1

    @property
    def uniform(self) -> bool:
        """Whether every day of the window weighs the same."""
        return self.scale == 1 and min(self.ints) == 1


class Window(ABC):
    """Which days count for a metric, and how much."""

    @abstractmethod
    def weights(self, as_of: date) -> DayWeights:
        """Return the weights of the days before ``as_of``."""


def _decimal(value: object) -> Decimal | Assumed | None:
    if value is None or isinstance(value, Assumed | Decimal):
        return value
    if isinstance(value, int | str | float) and not isinstance(value, bool):
        return Decimal(str(value))
    said = message("half_life must be a number of days, not {value}", value=repr(value))
    raise DeclarationError(said)


@frozen
class Days(Window):
    """Ages ``first`` to ``last``, both included; newer days weigh more with a half life.

    Each may be an assumption of the rule set, ``assumed("window.days")``.

    With ``half_life`` (days) the weight of an age is round(2^20 · 2^(−(age − first)/half_life)),
    computed in decimal arithmetic, which is the same on every machine.

    >>> from datetime import date
    >>> Days(1, 3).weights(date(2024, 6, 30))
    DayWeights(first_age=1, ints=(1, 1, 1), scale=1)
    >>> Days(1, 3, half_life=1).weights(date(2024, 6, 30)).ints
    (1048576, 524288, 262144)
    """

    first: int | Assumed
    last: int | Assumed
    half_life: Decimal | Assumed | None = field(default=None, converter=_decimal)

    def __attrs_post_init__(self) -> None:
        numbers = [n for n in (self.first, self.last) if not isinstance(n, Assumed)]
        if not all(n >= 1 for n in numbers) or (len(numbers) == 2 and numbers[0] > numbers[1]):
            said = message(
                "Days({first}, {last}): 1 ≤ first ≤ last is needed",
                first=str(self.first),
                last=str(self.last),
            )
            raise DeclarationError(said)
        if isinstance(self.half_life, Decimal) and not 0 < self.half_life < 100_000:
            said = message(
                "half_life {value} must be above 0 and below 100,000", value=self.half_life
            )
            raise DeclarationError(said)

    def weights(self, as_of: date) -> DayWeights:  # noqa: ARG002 - the same on every day
        """Return the weights of the days before ``as_of``; raise if an assumption is not bound."""
        first, last = self.first, self.last
        if isinstance(first, Assumed) or isinstance(last, Assumed):
            raise DeclarationError(message("an assumption of a window has no number yet"))
        length = last - first + 1
        if self.half_life is None:
            return DayWeights(first, (1,) * length)
        if isinstance(self.half_life, Assumed):
            said = message(
                "assumption {assumption} has no number yet", assumption=self.half_life.id
            )
            raise DeclarationError(said)
        return DayWeights(first, _decaying(length, self.half_life), DECAY_SCALE)


@lru_cache(maxsize=_KEPT)
def _decaying(length: int, half_life: Decimal) -> tuple[int, ...]:
    """Return the weights of so many days; made once, since ninety take ten milliseconds."""
    return tuple(_decayed(age, half_life) for age in range(length))


def _decayed(age: int, half_life: Decimal) -> int:
    with decimal.localcontext(prec=50, rounding=decimal.ROUND_HALF_EVEN):
        weight = DECAY_SCALE * Decimal(2) ** (-age / half_life)
        return int(weight.to_integral_value(decimal.ROUND_HALF_EVEN))
