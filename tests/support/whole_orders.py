"""A sample of events, cut into whole orders: an order with all rows that name it is on one side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

import polars as pl

import shopscore as ss
from shopscore.samples import generate

AS_OF = "2025-03-31"
Frames = Mapping[str, pl.DataFrame]


@cache
def sample(shops: int = 6, orders: int = 300) -> dict[str, pl.DataFrame]:
    """A hundred days and some of made-up shops."""
    return generate(shops=shops, orders=orders, end=date(2025, 3, 31))


def of_orders(
    frames: Frames, which: Callable[[pl.DataFrame], pl.Series]
) -> dict[str, pl.DataFrame]:
    """Return some orders with their rows; of rows that name none, those whose shop is even."""
    ids = frames["orders"].filter(which(frames["orders"]))["order_id"].implode()
    first = pl.col("shop_id").str.slice(-1).is_in(["0", "2", "4", "6", "8"])
    found = {}
    for name, rows in frames.items():
        if name == "shops":
            found[name] = rows
        elif "order_id" in rows.columns:
            named = pl.col("order_id").is_in(ids)
            found[name] = rows.filter(
                pl.when(pl.col("order_id").is_null()).then(first).otherwise(named)
            )
        else:
            found[name] = rows.filter(first)
    return found


def rest_of(frames: Frames, taken: Frames) -> dict[str, pl.DataFrame]:
    """Return the rows that were not taken, and all shops."""
    left = {
        n: rows.join(taken[n], on=rows.columns, how="anti", nulls_equal=True)
        for n, rows in frames.items()
    }
    return {**left, "shops": frames["shops"]}


def before(day: date) -> Callable[[pl.DataFrame], pl.Series]:
    """Return what finds the orders that were made before a day."""
    return lambda orders: orders["created_at"].dt.date() < day


def days_of(frames: Frames) -> list[dict[str, pl.DataFrame]]:
    """Cut events by the day on which their order was made; rows that name none come last."""
    dates = frames["orders"]["created_at"].dt.date()
    days = []
    left = dict(frames)
    for day in sorted(dates.unique()):
        ids = frames["orders"].filter(dates == day)["order_id"].implode()
        own = {
            name: rows.filter(pl.col("order_id").is_in(ids))
            for name, rows in frames.items()
            if "order_id" in rows.columns
        }
        days.append(own)
        left = {
            n: r.join(own[n], on=r.columns, how="anti", nulls_equal=True) if n in own else r
            for n, r in left.items()
        }
    return [*days, left]


def state_of(frames: Frames, **rules: object) -> ss.Tallies:
    """Count events on this machine."""
    return ss.tally(ss.resolve(frames, **rules))


def shops_in(result: ss.Result) -> str:
    """The bytes of all shops in the document."""
    return result.to_json().partition('"shops": [')[2]
