"""Views of one shop, its dimensions and metrics, made on demand."""

from __future__ import annotations

from attrs import frozen


@frozen
class MetricView:
    """One metric of one shop.

    ``value`` is a fraction for rates and hours for durations; ``percentile`` runs from 0 (worst)
    to 1 (best), ``from_table`` says that it comes from a benchmark table. ``weight`` is the share
    of the total after rescaling, None where the status is not ``ok``. ``industry_mean``,
    ``direction`` and ``difference`` stand beside it where the rules compare, ``standard`` and
    ``reached`` where standards were given.
    """

    id: str
    dimension: str | None
    status: str
    value: float | None
    n: int
    percentile: float | None
    points: float | None
    weight: float | None
    from_table: bool
    reason: str | None
    industry_mean: float | None = None
    direction: str | None = None
    difference: float | None = None
    difference_shown: str | None = None
    standard: float | None = None
    reached: bool | None = None


@frozen
class DimensionView:
    """One dimension of one shop; ``weight`` is that of the rules, None where it is not known."""

    id: str
    weight: float | None
    points: float | None


@frozen
class ShopView:
    """One shop: its status, its score, and the dimensions and metrics behind it.

    ``coverage`` is the share of the total whose numbers are known, where some are missing.
    """

    shop_id: str
    industry: str
    status: str
    score: float | None
    score_exact: str | None
    dimensions: tuple[DimensionView, ...]
    metrics: tuple[MetricView, ...]
    tiers: tuple[str, ...]
    coverage: float | None = None
