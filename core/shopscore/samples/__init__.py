"""Realistic events of invented shops, for demonstrations, tests and benchmarks.

Everything is drawn from one seed: the same arguments give the same events.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from ..writing import whole_folder
from ._aftersales import aftersales_frame, make_tickets, without_refunded
from ._clock import DAYS
from ._columns import on_calendar
from ._orders import make_orders, orders_frame
from ._shops import facts_frame, make_shops, shops_frame, violations_frame
from ._voices import complaints_frame, conversations_frame, escalations_frame, reviews_frame

__all__ = ["generate", "write_csv"]

Facts: TypeAlias = Mapping[str, float | tuple[float, float]]

NO_FACTS: Final[Facts] = MappingProxyType({})
DRAWS: Final = (
    "shops",
    "orders",
    "reviews",
    "aftersales",
    "conversations",
    "complaints",
    "escalations",
    "violations",
    "shop_facts",
)
TIME_FORMAT: Final = "%Y-%m-%d %H:%M:%S"


def generate(
    *,
    shops: int = 40,
    orders: int = 6000,
    seed: int = 0,
    end: date,
    facts: Facts = NO_FACTS,
    places: Sequence[str] = (),
) -> dict[str, pl.DataFrame]:
    """Generate realistic events of `shops` shops over the 120 days that end on `end`.

    Good shops pick up sooner, answer quicker and get better reviews. Sales 71 and 10 days before
    `end` bring about four times the orders, and slow parcels after them. The shop S0001 has one
    bad week: its orders paid from 27 to 21 days before `end` are picked up late, get bad reviews
    and many complaints. What happens after 23:59:59 of `end` is null or absent; only the due
    times of open orders lie after it.

    Args:
        shops: Number of shops, at least 1; their ids are S0001, S0002, …
        orders: Number of orders, at least one per shop.
        seed: The same seed gives the same events.
        end: The last day, inclusive; at least one order is paid on it.
        facts: Name of a shop fact → probability (0 to 1) that a shop has it on one day of the
            sample, more often a late one, with the value 1; or a pair: this probability and the value.
        places: Where buyers live, the near places first, the remote ones last; by default provinces
            of China.

    Returns:
        One frame per stream with the canonical columns. Times are naive `Datetime("ms")`, money
        is `Decimal` with two decimals, ids are text.

    Raises:
        ValueError: Too few shops or orders, a probability outside 0 to 1, or a value that is not
            a finite number.
    """
    _check(shops, orders)
    shares = _shares_and_values(facts)
    first = end - timedelta(days=DAYS - 1)
    # A generator per stream: a change to one stream leaves the others as they are.
    draw = dict(zip(DRAWS, np.random.default_rng(seed).spawn(len(DRAWS)), strict=True))
    people = make_shops(draw["shops"], shops)
    bought = make_orders(draw["orders"], people, orders, first.weekday())
    asked, course = make_tickets(draw["aftersales"], bought, people)
    bought = without_refunded(bought, asked, course)
    frames = {
        "shops": shops_frame(draw["shops"], people),
        "orders": orders_frame(draw["orders"], bought, places),
        "reviews": reviews_frame(draw["reviews"], bought),
        "aftersales": aftersales_frame(draw["aftersales"], asked, course, bought, people),
        "conversations": conversations_frame(draw["conversations"], bought, people),
        "complaints": complaints_frame(draw["complaints"], bought),
        "escalations": escalations_frame(draw["escalations"], bought, asked, course),
        "violations": violations_frame(draw["violations"], people),
        "shop_facts": facts_frame(draw["shop_facts"], shops, shares, end),
    }
    return {stream: on_calendar(frame, end) for stream, frame in frames.items()}


def _check(shops: int, orders: int) -> None:
    if shops < 1:
        raise ValueError(f"shops must be at least 1, not {shops}")
    if orders < shops:
        raise ValueError(f"every shop needs an order: orders ({orders}) < shops ({shops})")


def _shares_and_values(facts: Facts) -> dict[str, tuple[float, float]]:
    pairs = {name: fact if isinstance(fact, tuple) else (fact, 1.0) for name, fact in facts.items()}
    for name, (share, value) in pairs.items():
        if not 0 <= share <= 1:
            raise ValueError(f"probability of the fact {name!r} must be 0 to 1, not {share}")
        if not math.isfinite(value):
            raise ValueError(f"value of the fact {name!r} must be a finite number, not {value}")
    return pairs


def write_csv(frames: Mapping[str, pl.DataFrame], out: Path) -> None:
    """Write one file per stream, `out`/orders.csv and so on: all of them, or none.

    UTF-8, times as YYYY-MM-DD HH:MM:SS, booleans true and false, null as an empty cell.

    Raises:
        InputError: Files lie in the folder already, or none can be written.
    """
    with whole_folder(out) as folder:
        for stream, frame in frames.items():
            frame.write_csv(folder / f"{stream}.csv", datetime_format=TIME_FORMAT)
