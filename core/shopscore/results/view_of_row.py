"""The view of one shop of a result, made of a row of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import polars as pl

from .columns import Columns
from .views import (
    CapView,
    CheckView,
    ClampView,
    CriterionView,
    DimensionView,
    MetricView,
    ShopView,
)

View = TypeVar("View")


def view_of_row(columns: Columns, row: int, **of_result: Any) -> ShopView:
    """Return the view of the shop in a row of a result, with what is the same for all its shops."""
    console = columns.total_console
    return ShopView(
        **of_result,
        shop_id=columns.shops["shop_id"][row],
        industry=columns.shops["industry"][row],
        status=columns.status[row],
        score=columns.score[row],
        score_exact=columns.score_exact[row],
        dimensions=tuple(
            DimensionView(
                id,
                columns.dimension_weights[id][row],
                points[row],
                **{name: c[row] for name, c in columns.dimension_console(id).items()},
            )
            for id, points in columns.dimension_points.items()
        ),
        metrics=tuple(
            MetricView(
                id=id,
                dimension=columns.dimension_of(id),
                **{
                    **metric.row(row, named=True),
                    "reason": columns.metric_reasons[id].at(row),
                },
            )
            for id, metric in columns.metrics.items()
        ),
        tiers=tuple(columns.tiers[row]),
        possible_tiers=tuple(columns.possible_tiers[row]),
        coverage=columns.coverage[row],
        score_low=columns.score_low[row],
        score_high=columns.score_high[row],
        reason=columns.reasons.at(row),
        eligibility=tuple(
            CheckView(**{name: column[row] for name, column in check.items()})
            for check in columns.eligibility
        ),
        shown={
            name.removeprefix("shown_"): column[row] for name, column in columns.displays.items()
        },
        levels={name: column[row] for name, column in columns.levels.items()},
        criteria=tuple(
            CriterionView(**{name: column[row] for name, column in check.items()})
            for check in columns.criteria.values()
        ),
        cap=_at(CapView, columns.cap, row),
        clamp=_at(ClampView, columns.clamp, row),
        console=console["console"][row] if console else None,
        console_difference=console["console_difference"][row] if console else None,
    )


def _at(view: type[View], columns: Mapping[str, pl.Series], row: int) -> View | None:
    """Return the view of a shop's row; None where there are no columns, or nothing in the first."""
    found = {name: column[row] for name, column in columns.items()}
    return view(**found) if next(iter(found.values()), None) is not None else None
