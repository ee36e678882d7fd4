"""Distinct keys counted from the definition: day by day, by looking at every row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import count

from ..model.windows import Window

#: A shop and a day.
Place = tuple[str, int]
#: What rows share; None where a part of it is not known.
Key = tuple[object, ...] | None

_EPOCH = date(1970, 1, 1)


def changes_of_keys(
    rows: Iterable[tuple[Place, Key]], window: Window, at_least: int
) -> Mapping[Place, tuple[int, int]]:
    """Return by how much keys, and rows without one, are more on the day after each day.

    Days on which nothing changes are left out.
    """
    by_shop: dict[str, list[tuple[int, Key]]] = defaultdict(list)
    for (shop, day), key in rows:
        by_shop[shop].append((day, key))
    changes = {}
    for shop, own in by_shop.items():
        before = (0, 0)
        for today in count(min(day for day, _ in own) + 1):
            weights = window.weights(_EPOCH + timedelta(today))
            inside = [
                key
                for day, key in own
                if weights.first_age <= today - day <= weights.last_age
                and weights.ints[today - day - weights.first_age]
            ]
            seen = Counter(key for key in inside if key is not None)
            now = sum(rows >= at_least for rows in seen.values()), inside.count(None)
            if now != before:
                changes[shop, today - 1] = now[0] - before[0], now[1] - before[1]
            before = now
            if today - weights.last_age > max(day for day, _ in own):
                break
    return changes
