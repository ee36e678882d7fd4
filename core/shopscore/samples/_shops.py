"""The shops of a sample: their industries and skills, facts and violations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from ._clock import DAY, DAYS, HOUR, LAST_SECOND, MORNING, Floats, Ints, Rng, chance, pick
from ._columns import ids, labels, row_ids

# Industry: typical price in currency units, how often goods come back (1 is average).
INDUSTRIES = {
    "apparel": (120.0, 1.6),
    "food": (45.0, 0.5),
    "beauty": (90.0, 0.8),
    "home": (160.0, 0.9),
    "electronics": (380.0, 1.0),
    "toys": (60.0, 0.8),
}
PEERS = 4  # fewer shops than this per industry, and some industries are left out

SHOP_TYPES = {
    "flagship": 0.20,
    "specialty": 0.15,
    "franchise": 0.10,
    "enterprise": 0.35,
    "individual_business": 0.17,
    "personal": 0.03,
}
SIZE_SPREAD = 0.85  # of the logarithm of a shop's share of the orders
BUSY_SHARE = 4.0  # the shop of the bad week gets at least this many times the mean
TALENT = 0.8  # how far one area's skill follows the shop's general quality (correlation)
SHOP_AGE_DAYS = (30, 2000)  # before the sample begins

VIOLATIONS = {
    "late_shipping": 0.4,
    "false_advertising": 0.25,
    "refuse_invoice": 0.25,
    "fake_trade": 0.1,
}
VIOLATIONS_PER_SHOP = 0.25

FACTS_SCHEMA = pl.Schema(
    {"shop_id": pl.String, "date": pl.Date, "name": pl.String, "value": pl.Float64}
)


class Shops(NamedTuple):
    """One entry per shop; skills are in standard deviations, 0 is average, more is better."""

    industry: Ints
    share: Floats
    goods: Floats
    logistics: Floats
    service: Floats
    agents: Ints
    products: Ints


def make_shops(rng: Rng, count: int) -> Shops:
    """Make shops with heavy-tailed sizes and correlated skills."""
    industries = max(1, min(len(INDUSTRIES), count // PEERS))
    share = np.exp(SIZE_SPREAD * rng.standard_normal(count))
    share[0] = max(share[0], BUSY_SHARE * share.mean())
    quality = rng.standard_normal(count)

    def skill() -> Floats:
        return TALENT * quality + math.sqrt(1 - TALENT**2) * rng.standard_normal(count)

    return Shops(
        industry=rng.permutation(np.arange(count, dtype=np.int64) % industries),
        share=share,
        goods=skill(),
        logistics=skill(),
        service=skill(),
        agents=rng.integers(1, 7, count),
        products=rng.integers(5, 41, count),
    )


def orders_per_shop(rng: Rng, shops: Shops, orders: int) -> Ints:
    """Draw how many orders each shop has: one for every shop, the rest by its share."""
    rest = orders - len(shops.share)
    return 1 + rng.multinomial(rest, shops.share / shops.share.sum())


def shop_ids(shops: Ints) -> pl.Series:
    """Return ids of shops by number: 0 is S0001."""
    return ids("S", shops + 1, digits=4)


def agent_ids(rng: Rng, shops: Shops, shop: Ints) -> pl.Series:
    """Draw one of the shop's agents per row."""
    agent = (rng.random(len(shop)) * shops.agents[shop]).astype(np.int64)
    return shop_ids(shop) + "-" + ids("A", agent + 1, digits=2)


def shops_frame(rng: Rng, shops: Shops) -> pl.DataFrame:
    """Build the stream `shops`."""
    number = np.arange(len(shops.industry))
    age = rng.integers(*SHOP_AGE_DAYS, len(number))
    industry = labels(tuple(INDUSTRIES), shops.industry)
    shop_type = pick(rng, tuple(SHOP_TYPES.values()), len(number))
    return pl.DataFrame(
        {
            "shop_id": shop_ids(number),
            "industry": industry,
            "shop_type": labels(tuple(SHOP_TYPES), shop_type),
            "name": industry.str.to_titlecase() + " shop " + ids("", number + 1, digits=1),
            "opened_at": MORNING + rng.integers(0, 10 * HOUR, len(number)) - age * DAY,
        }
    )


def violations_frame(rng: Rng, shops: Shops) -> pl.DataFrame:
    """Build the stream `violations`: few, more of them in weak shops."""
    counts = rng.poisson(VIOLATIONS_PER_SHOP * np.exp(-0.5 * shops.service))
    shop = np.repeat(np.arange(len(counts)), counts)
    happened_at = np.sort(rng.integers(0, LAST_SECOND + 1, len(shop)))
    return pl.DataFrame(
        {
            "violation_id": row_ids("V", len(shop)),
            "shop_id": shop_ids(rng.permutation(shop)),
            "happened_at": happened_at,
            "kind": labels(tuple(VIOLATIONS), pick(rng, tuple(VIOLATIONS.values()), len(shop))),
        }
    )


def facts_frame(
    rng: Rng, count: int, facts: Mapping[str, tuple[float, float]], end: date
) -> pl.DataFrame:
    """Build the stream `shop_facts`: some shops have a fact on one day, more often a late one.

    Each fact (name → share of the shops, value) has its own generator: it stays as it is when
    others come or go.
    """
    seed = int(rng.integers(2**63))
    parts = [pl.DataFrame(schema=FACTS_SCHEMA)]
    for name, (share, value) in sorted(facts.items()):
        own = np.random.default_rng([seed, *name.encode()])
        shop = np.flatnonzero(chance(own, share, count))
        ages = pl.Series(own.random(len(shop)) ** 2 * DAYS).cast(pl.Int64)
        part = pl.DataFrame({"shop_id": shop_ids(shop), "age": ages}).select(
            "shop_id",
            date=pl.lit(end) - pl.duration(days="age"),
            name=pl.lit(name),
            value=pl.lit(value),
        )
        parts.append(part.cast(FACTS_SCHEMA))
    return pl.concat(parts)
