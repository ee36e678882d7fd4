"""Few events, typed by hand, and the figure of a metric that they give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction as F

from oracle.canonical_streams import STREAMS
from oracle.event_loading import Loaded, load
from oracle.platform_metrics import Figures

AS_OF = date(2024, 6, 30)
Cells = dict[str, str]
Platform = Callable[[Loaded, date], dict[str, Figures]]


def at(age: int, clock: str = "12:00:00") -> str:
    """A time on the day of that age; age 29 is 1 June, age 30 is 31 May."""
    return f"{AS_OF - timedelta(days=age)} {clock}"


def loaded_of(**streams: list[Cells]) -> Loaded:
    """The rows, of shop S unless they say another, with an id and every known column there."""
    source = {}
    for name, stream in STREAMS.items():
        empty = dict.fromkeys(stream.columns, "")
        own_id = stream.key[min(1, len(stream.key) - 1)]  # of shop_facts the date
        source[name] = [
            {**empty, own_id: f"{number}", "shop_id": "S", **row}
            for number, row in enumerate(streams.get(name, []))
        ]
    return load(source)


def figure(platform: Platform, metric: str, /, **streams: list[Cells]) -> tuple[F | int, int]:
    """(numerator, denominator) of a metric of shop S; n always is the denominator."""
    for figures in platform(loaded_of(**streams), AS_OF).values():
        if metric in figures:
            if "S" not in figures[metric]:
                return F(0), 0
            found = figures[metric]["S"]
            assert found.n == found.denominator
            return found.numerator, found.denominator
    raise KeyError(metric)


def review(rating: int, age: int = 5, **cells: str) -> Cells:
    return {"rating": str(rating), "reviewed_at": at(age), **cells}


def ticket(kind: str, **cells: str) -> Cells:
    return {"kind": kind, "applied_at": at(20), **cells}
