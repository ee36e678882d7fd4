"""Conditions and adjustments: what eligibility, tiers, bonus and deductions are made of."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from attrs import field, frozen

from ..errors import RuleSetError
from ..messages import message

#: A number: as the rule set declares it, or exact once the rule set is bound.
N = TypeVar("N")

MeasureKind = Literal["value", "numerator", "n", "dimension", "total"]
Operator = Literal["at least", "at most", "below", "above"]


@frozen
class Measure:
    """What a condition compares with its limit.

    ``value``, ``numerator`` (value × n) and ``n`` (the number of rows) belong to the metric ``id``,
    ``dimension`` is the points of the dimension ``id``, and ``total`` the rounded score.
    """

    kind: MeasureKind
    id: str = ""

    @property
    def metric(self) -> str:
        """The id of the metric, or an empty string where the measure is not of a metric."""
        return self.id if self.kind in ("value", "numerator", "n") else ""


@frozen
class Condition(Generic[N]):
    """A measure, an operator and a limit.

    With ``times_industry_mean`` the limit is a multiple of the industry's mean. For small numbers
    there is a relief: the condition also holds where the numerator of the metric is below
    ``or_count_below``.
    """

    measure: Measure
    operator: Operator
    limit: N
    times_industry_mean: bool = False
    or_count_below: N | None = None

    def __attrs_post_init__(self) -> None:
        if not self.measure.metric and (
            self.times_industry_mean or self.or_count_below is not None
        ):
            said = message(
                "a condition on the {measure} has a limit of its own: means of the industry and"
                " counts belong to metrics",
                measure=self.measure.kind,
            )
            raise RuleSetError(said)


@frozen
class Adjustment(Generic[N]):
    """A metric whose value is added to the total (sign 1) or subtracted from it (sign −1).

    At most ``cap`` is added or subtracted, and the total stays within the scale.
    """

    metric: str
    sign: Literal[1, -1] = 1
    cap: N | None = field(default=None)
    source: str = ""

    @property
    def role(self) -> Literal["bonus", "deduction"]:
        """The role that the metric must have."""
        return "bonus" if self.sign > 0 else "deduction"
