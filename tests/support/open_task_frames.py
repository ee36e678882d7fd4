"""Sample events as lists of rows, rolled back and changed in plain Python."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from shopscore.samples import generate

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]

KEYS = {
    "orders": "order_id",
    "reviews": "review_id",
    "aftersales": "ticket_id",
    "conversations": "session_id",
}
#: Rows begin at one of these.
BEGINS = {
    "orders": ("created_at", "paid_at"),
    "reviews": ("reviewed_at",),
    "aftersales": ("applied_at",),
    "conversations": ("started_at",),
    "complaints": ("complained_at",),
    "escalations": ("escalated_at",),
    "violations": ("happened_at",),
}
AHEAD = ("pickup_due_at", "delivery_due_at")


def sample(shops: int = 12, orders: int = 900, seed: int = 0) -> Frames:
    """Sample events until the end of June 2022."""
    return dict(generate(shops=shops, orders=orders, end=date(2022, 6, 30), seed=seed))


def rolled_back(frames: Frames, now: datetime) -> Frames:
    """What was known at a moment, row by row."""
    known = {}
    for name, frame in frames.items():
        if name not in BEGINS:
            known[name] = frame
            continue
        rows = []
        for row in frame.iter_rows(named=True):
            times = [row[column] for column in BEGINS[name] if row.get(column)]
            if times and min(times) > now:
                continue
            later = [c for c, v in row.items() if isinstance(v, datetime) and v > now]
            rows.append({**row, **{c: None for c in later if c not in AHEAD}})
        known[name] = pl.DataFrame(rows, schema=frame.schema)
    return known


def with_cells(frames: Frames, stream: str, id: str, cells: Row | None) -> Frames:
    """The same rows, but one of them has other cells, or is not there."""
    frame, here = frames[stream], pl.col(KEYS[stream]) == id
    if cells is None:
        return {**frames, stream: frame.filter(~here)}
    changed = [
        pl.when(here).then(pl.lit(value, dtype=frame.schema[name])).otherwise(name).alias(name)
        for name, value in cells.items()
    ]
    return {**frames, stream: frame.with_columns(changed)}


def with_unanswered(frames: Frames, begin: datetime, end: datetime) -> Frames:
    """The same rows, but no session to a human between two times has an answer."""
    waits = pl.col("started_at").is_between(begin, end) & pl.col("to_human")
    sessions = frames["conversations"].with_columns(
        first_reply_at=pl.when(~waits).then("first_reply_at")
    )
    return {**frames, "conversations": sessions}


def row_of(frames: Frames, stream: str, id: str) -> Row:
    """The row of an id."""
    return next(r for r in frames[stream].iter_rows(named=True) if r[KEYS[stream]] == id)
