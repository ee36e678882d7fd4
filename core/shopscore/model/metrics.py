"""Metrics: what is measured, over which days, and which direction is better."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal, get_args

from attrs import validators

from ..errors import DeclarationError, did_you_mean
from ..messages import message
from ..value_classes import field, frozen
from .aggregators import Aggregator, NotCounted
from .labels import Labelled
from .streams import check_id
from .windows import Days, Window

Better = Literal["higher", "lower"]
Unit = Literal["ratio", "hours", "days", "minutes", "seconds", "points", "count", "money", "index"]
Role = Literal["scored", "informational", "bonus", "deduction"]


class Metric(Labelled, ABC):
    """Something a platform measures of a shop. Declare one with :class:`RateMetric`.

    A class of its own is only needed for what no aggregator and window can express; it has the
    attributes below, as plain attributes or properties.
    """

    @property
    @abstractmethod
    def id(self) -> str:
        """The id, unique in its scorecard."""

    @property
    @abstractmethod
    def zh(self) -> str:
        """The platform's own name, in Chinese."""

    @property
    @abstractmethod
    def en(self) -> str:
        """The name in English."""

    @property
    @abstractmethod
    def unit(self) -> Unit:
        """The unit of the value."""

    @property
    @abstractmethod
    def better(self) -> Better:
        """Which direction is better for the shop."""

    @property
    @abstractmethod
    def window(self) -> Window:
        """Which days count."""

    @property
    @abstractmethod
    def aggregator(self) -> Aggregator:
        """What is counted, and how the counts become a fraction."""

    @property
    def min_n(self) -> int:
        """The least number of rows; with fewer the status is ``below_min_n``."""
        return 1

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources, as the rule set's TOML names them."""
        return ()

    @property
    def role(self) -> Role:
        """How the metric enters the score."""
        return "scored"

    @property
    def note(self) -> str:
        """A note for readers; nothing is computed from it."""
        return ""


def _is_aggregator(_: object, __: object, value: Aggregator) -> None:
    if not isinstance(value, Aggregator):
        said = message("{value} is not an aggregator: Ratio(…), Mean(…), …", value=repr(value))
        raise DeclarationError(said)


def _is_window(_: object, __: object, value: Window) -> None:
    if not isinstance(value, Window):
        said = message("{value} is not a window: Days(first, last), …", value=repr(value))
        raise DeclarationError(said)


def check_unit(metric: str, unit: str) -> None:
    """Raise DeclarationError where a unit is none that the package knows."""
    if unit not in get_args(Unit):
        said = message(
            "metric {metric}: unknown unit {unit}{guess}",
            metric=metric,
            unit=repr(unit),
            guess=did_you_mean(str(unit), get_args(Unit)),
        )
        raise DeclarationError(said)


def _valid_unit(metric: Metric, _: object, unit: str) -> None:
    check_unit(metric.id, unit)


def _valid_id(_: object, __: object, value: str) -> None:
    check_id(value, message("metric"))


@frozen
class RateMetric(Metric):
    """The stock metric: an aggregator over a window.

    >>> from shopscore import Count, Days, Tally, col
    >>> paid = Tally("orders", day=col.paid_at)
    >>> RateMetric("paid_orders", zh="支付订单", en="Paid orders", better="higher",
    ...            aggregator=Count(paid), window=Days(1, 90), unit="count").id
    'paid_orders'
    """

    id: str = field(validator=_valid_id)
    zh: str = field(kw_only=True)
    en: str = field(kw_only=True)
    better: Better = field(kw_only=True, validator=validators.in_(("higher", "lower")))
    aggregator: Aggregator = field(kw_only=True, validator=_is_aggregator)
    window: Window = field(kw_only=True, validator=_is_window)
    unit: Unit = field(default="ratio", kw_only=True, validator=_valid_unit)
    min_n: int = field(default=1, kw_only=True)
    sources: tuple[str, ...] = field(default=(), kw_only=True)
    role: Role = field(default="scored", kw_only=True)
    note: str = field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not (self.zh and self.en):
            said = message("metric {metric} needs a label in both languages", metric=self.id)
            raise DeclarationError(said)
        if self.min_n < 1:
            said = message("metric {metric}: min_n must be at least 1", metric=self.id)
            raise DeclarationError(said)


@frozen
class ValueMetric(Metric):
    """A metric that cannot be counted from events: its value is supplied; ``why`` says the reason.

    >>> ValueMetric("activity", zh="店铺活跃度", en="Activity", better="higher",
    ...             why="a rank that only the platform can compute").unit
    'index'
    """

    id: str = field(validator=_valid_id)
    zh: str = field(kw_only=True)
    en: str = field(kw_only=True)
    better: Better = field(kw_only=True, validator=validators.in_(("higher", "lower")))
    why: str = field(kw_only=True)
    window: Window = field(default=Days(1, 30), kw_only=True, validator=_is_window)
    unit: Unit = field(default="index", kw_only=True, validator=_valid_unit)
    sources: tuple[str, ...] = field(default=(), kw_only=True)
    role: Role = field(default="scored", kw_only=True)

    @property
    def aggregator(self) -> Aggregator:
        """An aggregator that counts nothing."""
        return NotCounted()

    @property
    def note(self) -> str:
        """The reason why the metric is not counted."""
        return message("Taken as a value only: {why}.", why=self.why)
