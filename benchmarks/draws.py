"""Random draws the synthetic events are made of: shops, moments, delays, ids, words, stars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import polars as pl

DAYS = 120
SIZE_EXPONENT = 0.8  # sizes of shops fall like rank ** -0.8
SECOND = np.timedelta64(1, "s")
NEVER = np.datetime64("NaT", "s")

Array = np.ndarray[Any, np.dtype[Any]]


@attrs.frozen
class World:
    """What holds for all slices: the shops, what they are like, and the time of the export."""

    shop_ids: pl.Series
    size_cdf: Array
    slowness: Array
    faults: Array
    start: np.datetime64
    end: np.datetime64

    @classmethod
    def make(cls, shops: int, as_of: dt.date, rng: np.random.Generator) -> World:
        sizes = rng.permutation(np.arange(1, shops + 1) ** -SIZE_EXPONENT)
        cdf = np.cumsum(sizes) / np.sum(sizes)
        return cls(
            shop_ids=pl.Series([f"S{i:07d}" for i in range(shops)]),
            size_cdf=cdf,
            slowness=rng.lognormal(0.0, 0.4, shops),
            faults=rng.gamma(2.0, 0.5, shops),
            start=np.datetime64(as_of, "s") - np.timedelta64(DAYS, "D"),
            end=np.datetime64(as_of, "s") + np.timedelta64(12, "h"),
        )


class Draws:
    """Random shops, times and values of one span of time."""

    def __init__(self, world: World, part: int, parts: int, rng: np.random.Generator) -> None:
        self.world, self.part, self.parts, self.rng = world, part, parts, rng
        span = world.end - world.start
        self.start, self.end = (world.start + span * k // parts for k in (part, part + 1))

    def shops(self, n: int) -> Array:
        picks = np.searchsorted(self.world.size_cdf, self.rng.random(n), side="right")
        return np.minimum(picks, len(self.world.shop_ids) - 1)

    def moments(self, n: int) -> Array:
        seconds = int((self.end - self.start) / SECOND)
        return self.start + np.sort(self.rng.integers(0, seconds, n)) * SECOND

    def chance(self, n: int, p: float | Array) -> Array:
        return self.rng.random(n) < p

    def hours(
        self, n: int, median: float, factor: float | Array = 1.0, spread: float = 0.6
    ) -> Array:
        """Delays of about so many hours, in whole seconds."""
        hours = median * factor * self.rng.lognormal(0.0, spread, n)
        return (hours * 3600).astype("timedelta64[s]")

    def known(self, times: Array, given: Array | None = None) -> Array:
        """Null for what did not happen, or had not when the export was taken."""
        keep = times <= self.world.end
        return np.where(keep if given is None else keep & given, times, NEVER)

    def after(self, begin: Array, delay: Array) -> Array:
        """begin + delay, drawn again from the time that is left where that is after the export."""
        left = (self.world.end - begin).astype(np.int64)
        redrawn = (left * self.rng.random(len(begin))).astype("timedelta64[s]")
        return begin + np.where(delay.astype(np.int64) < left, delay, redrawn)

    def words(self, shares: Mapping[str | None, float], n: int) -> pl.Series:
        codes = self.rng.choice(len(shares), n, p=list(shares.values()))
        return pl.Series(list(shares), dtype=pl.String).gather(codes)

    def money(self, n: int) -> Array:
        return np.round(self.rng.lognormal(4.0, 0.9, n), 2)

    def ids(self, prefix: int, n: int) -> Array:
        """Distinct 19-digit numbers in no order, never the same in two slices."""
        number = np.arange(n, dtype=np.uint64) + np.uint64(self.part << 32)
        scrambled = number * np.uint64(0x9E3779B97F4A7C15) & np.uint64((1 << 56) - 1)
        return scrambled.astype(np.int64) + prefix * 10**17

    def stars(self, faults: Array) -> Array:
        n = len(faults)
        bad = self.chance(n, np.minimum(0.05 * faults, 0.6))
        return np.where(bad, self.rng.integers(1, 3, n), self.rng.integers(3, 6, n))

    def maybe(self, values: Array, p: float) -> pl.Series:
        """Small numbers, of which the share p is given."""
        return pl.Series(values.astype(np.int8)).set(pl.Series(~self.chance(len(values), p)), None)
