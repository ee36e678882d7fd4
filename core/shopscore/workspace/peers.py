"""Peers: where the values of a shop lie among those of its industry; counts, and no names."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any

import polars as pl

from ..results.result import Result
from ..results.views import MetricView, ShopView
from .texts import in_both

#: Fewer peers are not shown: five values of so few would tell most of them.
FEWEST = 10
#: Which share of the peers is below each value.
SHARES = (0.10, 0.25, 0.50, 0.75, 0.90)


def places_among_peers(result: Result, shop: ShopView) -> list[dict[str, Any]]:
    """Return for each metric how the values of peers are spread, with the shop's own.

    A quantile is the value of a peer: the least one that so many peers do not exceed. Metrics that
    are not ranked among peers, or among fewer than ten, are left out.
    """
    return [*_places(result, shop)]


def _places(result: Result, shop: ShopView) -> Iterator[dict[str, Any]]:
    own = result.shops["industry"] == shop.industry
    for metric in shop.metrics:
        if metric.value is None or metric.from_table or (metric.peers or 0) < FEWEST:
            continue
        values = _values(result, metric, own)
        if len(values) != metric.peers:  # not all that have a value are peers
            continue
        declared = result.rules.metrics[metric.id].metric
        yield {
            "id": metric.id,
            "label": in_both(declared.label),
            "unit": declared.unit,
            "better": declared.better,
            "value": metric.value,
            "percentile": metric.percentile,
            "peers": metric.peers,
            "quantiles": [values[max(ceil(share * len(values)), 1) - 1] for share in SHARES],
        }


def _values(result: Result, metric: MetricView, own: pl.Series) -> list[float]:
    """Return the values of the shop's group that were ranked, from the least."""
    columns = result.columns.metrics[metric.id]
    ranked = columns["percentile"].is_not_null() & columns["value"].is_not_null()
    return columns["value"].filter(own & ranked).sort().to_list()
