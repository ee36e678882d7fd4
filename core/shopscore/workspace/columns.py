"""Columns of the sheet and of the table of metrics, and the row of a shop that was not scored."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import polars as pl

from ..messages import Translated
from .settings import ShopSettings
from .texts import in_both

#: The columns of the sheet, in their order.
SHEET: Mapping[str, Any] = {
    "shop": pl.String, "name": pl.String, "platform": pl.String, "scorecard": pl.String,
    "ruleset": pl.String, "as_of": pl.Date, "status": pl.String, "reason": pl.String,
    "score": pl.Float64, "score_low": pl.Float64, "score_high": pl.Float64,
    "scale_low": pl.Float64, "scale_high": pl.Float64, "share": pl.Float64,
    "coverage": pl.Float64, "tiers": pl.List(pl.String), "level": pl.String,
    "level_projected": pl.String, "next_tier": pl.String, "to_next_tier": pl.Float64,
    "target": pl.String, "to_target": pl.Float64, "change_1d": pl.Float64,
    "change_7d": pl.Float64, "costliest_metric": pl.String, "costliest_cost": pl.Float64,
    "open_tasks": pl.Int64, "notices": pl.List(pl.String),
}  # fmt: skip

#: The columns of the table of metrics, in their order.
METRICS: Mapping[str, Any] = {
    "shop": pl.String, "platform": pl.String, "scorecard": pl.String, "ruleset": pl.String,
    "as_of": pl.Date,
    "metric": pl.String, "label_en": pl.String, "label_zh": pl.String, "dimension": pl.String,
    "value": pl.Float64, "unit": pl.String, "n": pl.Int64, "percentile": pl.Float64,
    "points": pl.Float64, "weight": pl.Float64, "points_lost": pl.Float64,
    "status": pl.String, "source": pl.String, "currency": pl.String,
}  # fmt: skip

#: The status of a row for which there is no result, with its reason.
FAILED = "failed"

Row = dict[str, Any]


def failed_row(entry: ShopSettings, said: Translated, **known: object) -> Row:
    """Return the row of an entry of which nothing is known but why."""
    row: Row = dict.fromkeys(SHEET)
    about: Row = {
        "shop": entry.id,
        "name": entry.name,
        "platform": entry.platform,
        "scorecard": entry.scorecard,
        "status": FAILED,
        "tiers": [],
        "notices": [],
        "target": written(entry),
    }
    return row | about | known | reason_cells(said)


def written(entry: ShopSettings) -> str | None:
    """Return the target of an entry as a user writes it."""
    target = entry.target
    return f"{float(target):g}" if isinstance(target, Fraction) else target


def reason_cells(said: Translated | None) -> Row:
    """Return the cells of a reason in both languages."""
    told = in_both(said) or {}
    return {"reason": told.get("en"), "reason_zh": told.get("zh")}
