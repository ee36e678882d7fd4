"""Conditions and adjustments: what eligibility, tiers, levels, bonus and deductions are made of."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from ..errors import RuleSetError
from ..messages import message
from ..value_classes import field, frozen
from .shop_groups import ShopGroup

#: A number: as the rule set declares it, or exact once the rule set is bound.
N = TypeVar("N")

MeasureKind = Literal["value", "numerator", "n", "dimension", "total", "days since"]
Operator = Literal["at least", "at most", "below", "above", "equal to"]


@frozen
class Measure:
    """What a condition compares with its bound.

    ``value``, ``numerator`` (value × n) and ``n`` (the number of rows) belong to the metric ``id``,
    ``dimension`` is the points of the dimension ``id``, and ``total`` the rounded score.
    ``days since`` counts from a day of the shop, the column ``id`` of the stream ``shops``.
    """

    kind: MeasureKind
    id: str = ""

    @property
    def metric(self) -> str:
        """The id of the metric, or an empty string where the measure is not of a metric."""
        return self.id if self.kind in ("value", "numerator", "n") else ""


@frozen
class Relief(Generic[N]):
    """What a condition asks of small numbers: that a count is not too high, or another bound.

    The count is the numerator of the metric, or the value of the metric ``count_of``. Without
    ``from_base`` the condition also holds where the count is. With it, nothing but the relief is
    asked where the metric rests on fewer rows; where it asks nothing either, the condition holds.

    >>> Relief(from_base=40, count_at_most=4)  # from 40 rows on the bound, below them at most 4
    Relief(from_base=40, count_at_most=4, count_below=None, count_of='', bound=None)
    """

    from_base: N | None = None
    count_at_most: N | None = None
    count_below: N | None = None
    count_of: str = ""
    bound: N | None = None

    def __attrs_post_init__(self) -> None:
        counts = self.count_at_most is not None or self.count_below is not None
        if self.count_of and not counts:
            raise RuleSetError(
                message("count_of names what is counted: a greatest count is missing")
            )
        if self.from_base is None and not counts and self.bound is None:
            raise RuleSetError(message("a relief needs from_base, or a count"))
        if (self.count_at_most is not None) + (self.count_below is not None) + (
            self.bound is not None
        ) > 1:
            raise RuleSetError(message("a relief has one count, or another bound"))
        if self.bound is not None and self.from_base is None:
            raise RuleSetError(message("another bound holds below from_base, which is missing"))


@frozen
class Condition(Generic[N]):
    """A measure, an operator and a bound.

    With ``times_industry_mean`` the bound is a multiple of the industry's mean; ``relief`` says
    what is asked of small numbers. Where no row counts, a metric has no value, and a condition on
    it does not hold, unless ``without_rows``. ``elsewhere`` has the bounds of some groups of shops,
    of which the first that a shop is in counts. Without a bound nobody can tell whether it holds.
    """

    measure: Measure
    operator: Operator
    bound: N | None
    times_industry_mean: bool = False
    relief: Relief[N] | None = None
    without_rows: bool = False
    elsewhere: tuple[tuple[ShopGroup, N], ...] = ()

    def __attrs_post_init__(self) -> None:
        if not self.measure.metric and (
            self.times_industry_mean or self.relief is not None or self.without_rows
        ):
            said = message(
                "a condition on the {measure} has a bound of its own: means of the industry, counts"
                " and rows belong to metrics",
                measure=self.measure.kind,
            )
            raise RuleSetError(said)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The ids of the metrics that it looks at."""
        counted = "" if self.relief is None else self.relief.count_of
        return tuple(id for id in (self.measure.metric, counted) if id)


@frozen
class Combined:
    """Criteria, by id, that hold all together, or of which any is enough.

    A part may be several ids, which are combined the other way round.
    """

    every: bool
    parts: tuple[str | tuple[str, ...], ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The criteria, each once."""
        every = (id for part in self.parts for id in ((part,) if isinstance(part, str) else part))
        return tuple(dict.fromkeys(every))


@frozen
class Adjustment(Generic[N]):
    """A metric whose value is added to the total (sign 1) or subtracted from it (sign −1).

    With ``points`` each one that the metric counts is worth so many; in exact rules None says that
    this is not known, and then nothing is added or subtracted. Where criteria are named
    (``needs``), so many are given where they are met, whatever the value is. At most ``cap`` is
    added or subtracted, and the total stays within the scale. With ``dimension`` the points of that
    dimension change, and not the total.
    """

    metric: str
    sign: Literal[1, -1] = 1
    cap: N | None = field(default=None)
    source: str = ""
    points: N | None = None
    needs: Combined | None = None
    dimension: str = ""

    @property
    def role(self) -> Literal["bonus", "deduction"]:
        """The role that the metric must have."""
        return "bonus" if self.sign > 0 else "deduction"
