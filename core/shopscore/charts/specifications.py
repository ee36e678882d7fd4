"""Specifications: what a chart shows, in the words of Vega-Lite, made of plain numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any
from unicodedata import east_asian_width

from .colours import colour

#: A specification: an object of JSON, as Vega-Lite has it.
Specification = dict[str, Any]

_WIDTH = 620
_ROW = 26
#: About as wide as a narrow character is drawn, and the widest label.
_CHARACTER = 6.4
_WIDEST = 250
#: Room for the number behind the longest bar, as a share of it.
_ROOM = 1.12
_FONT = "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


def score_over_days(days: Sequence[Mapping[str, Any]]) -> Specification:
    """Return the chart of a score over days: each has ``day``, and where known its numbers.

    ``score`` is a line; without one ``low`` and ``high`` are a band; ``console`` are diamonds.
    """
    x = {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc"},  # days are read as such: the clock of a machine would move them
        "axis": {"format": "%m-%d", "title": None, "grid": False, "labelOverlap": True},
    }
    y = {"type": "quantitative", "scale": {"zero": False, "nice": True}, "title": None}
    band = {
        "mark": {"type": "area", "color": colour("spread"), "line": False},
        "transform": [
            {"filter": "isValid(datum.low) && isValid(datum.high) && !isValid(datum.score)"}
        ],
        "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
    }
    line = {
        "mark": {
            "type": "line",
            "color": colour("own"),
            "strokeWidth": 2.25,
            "invalid": "break-paths-show-domains",
            "point": {"color": colour("own"), "fill": colour("own"), "size": 18},
        },
        "encoding": {"x": x, "y": {**y, "field": "score"}},
    }
    console = {
        "mark": {
            "type": "point",
            "shape": "diamond",
            "size": 90,
            "filled": False,
            "strokeWidth": 2,
            "color": colour("other"),
        },
        "transform": [{"filter": "isValid(datum.console)"}],
        "encoding": {"x": x, "y": {**y, "field": "console"}},
    }
    layers = [
        *([band] if _any(days, "low") else []),
        *([line] if _any(days, "score") else []),
        *([console] if _any(days, "console") else []),
    ]
    return _whole({"height": 190, "data": {"values": [*map(dict, days)]}, "layer": layers})


def gives_and_costs(parts: Sequence[Mapping[str, Any]]) -> Specification:
    """Return the chart of what parts give to a score and cost against full points.

    Each part has ``name``, ``gives`` and ``costs``; a full bar is what it gives, a hollow one what
    it costs, with the number behind it.
    """
    rows = [
        {
            "place": _place(place, part),
            "gives": max(part["gives"], 0),
            "end": max(part["gives"], 0) + (part["costs"] or 0),
            "said": f"−{part['costs']:.2f}" if part["costs"] else "",
        }
        for place, part in enumerate(parts)
    ]
    y = _names([str(part["name"]) for part in parts])
    furthest = max((row["end"] for row in rows), default=0) or 1
    x: Specification = {
        "type": "quantitative",
        "title": None,
        "axis": {"tickCount": 5},
        "scale": {"domain": [0, furthest * _ROOM], "nice": False},
    }
    full = {
        "mark": {"type": "bar", "color": colour("own"), "height": 14},
        "encoding": {"y": y, "x": {**x, "field": "gives"}},
    }
    hollow = {
        "mark": {
            "type": "bar",
            "fill": colour("faint"),
            "stroke": colour("other"),
            "strokeWidth": 1.25,
            "height": 13,
        },
        "transform": [{"filter": "datum.end > datum.gives"}],
        "encoding": {"y": y, "x": {**x, "field": "gives"}, "x2": {"field": "end"}},
    }
    number = {
        "mark": {"type": "text", "align": "left", "dx": 6, "color": colour("ink")},
        "encoding": {"y": y, "x": {**x, "field": "end"}, "text": {"field": "said"}},
    }
    size = {"height": _ROW * len(rows), "data": {"values": rows}}
    return _whole({**size, "layer": [full, hollow, number]})


def among_peers(metrics: Sequence[Mapping[str, Any]]) -> Specification:
    """Return the chart of where a shop stands among its peers, metric by metric.

    Each metric has ``name``, its own ``value``, ``better`` (``higher`` or ``lower``) and
    ``quantiles``, the values below which 10, 25, 50, 75 and 90 % of the peers are. Better is to the
    right; every metric has a scale of its own, so that the axis has no numbers.
    """
    rows = [_stretched(place, one) for place, one in enumerate(metrics)]
    y = _names([str(one["name"]) for one in metrics])
    x = {"type": "quantitative", "scale": {"domain": [-0.02, 1.02]}, "axis": None}

    def bar(first: str, last: str, name: str, height: int) -> Specification:
        mark = {"type": "bar", "color": colour(name), "height": height}
        return {
            "mark": mark,
            "encoding": {"y": y, "x": {**x, "field": first}, "x2": {"field": last}},
        }

    median = {
        "mark": {"type": "tick", "color": colour("ink"), "thickness": 2, "height": 16},
        "encoding": {"y": y, "x": {**x, "field": "q50"}},
    }
    own = {
        "mark": {
            "type": "point",
            "shape": "diamond",
            "size": 110,
            "fill": colour("other"),
            "stroke": colour("paper"),
            "strokeWidth": 1.5,
            "opacity": 1,
        },
        "encoding": {"y": y, "x": {**x, "field": "own"}},
    }
    layers = [bar("q10", "q90", "spread", 12), bar("q25", "q75", "middle", 12), median, own]
    return _whole({"height": _ROW * len(rows), "data": {"values": rows}, "layer": layers})


def _stretched(place: int, metric: Mapping[str, Any]) -> Specification:
    """Return the values of a metric as shares of the way from the worst of them to the best."""
    values = [*metric["quantiles"], metric["value"]]
    low, high = min(values), max(values)
    shares = [(one - low) / (high - low) if high > low else 0.5 for one in values]
    if metric["better"] == "lower":
        shares = [1 - share for share in shares]
    names = ("q10", "q25", "q50", "q75", "q90", "own")
    return {"place": _place(place, metric), **dict(zip(names, shares, strict=True))}


def _place(place: int, named: Mapping[str, Any]) -> str:
    """Return what a row is told by: its place, of three digits, and its name."""
    return f"{place:03d}{_short(str(named['name']))}"


def _short(name: str) -> str:
    """Return a name that has room: the engine would take long to find where to cut one."""
    room = _WIDEST / _CHARACTER - 2
    for place, width in enumerate(accumulate(map(_cells, name))):
        if width > room:
            return f"{name[:place]}…"
    return name


def _names(names: Sequence[str]) -> Specification:
    """Return an axis of names, from above as they come; the same name may come twice."""
    widest = max((sum(map(_cells, _short(name))) for name in names), default=0)
    extent = min(round(widest * _CHARACTER) + 8, _WIDEST)
    axis = {
        "title": None,
        "grid": False,
        "ticks": False,
        "domain": False,
        "labelExpr": "slice(datum.value, 3)",
        "labelLimit": _WIDEST,
        "labelColor": colour("ink"),
        "minExtent": extent,
        "maxExtent": extent,
    }
    return {"field": "place", "type": "nominal", "sort": None, "axis": axis}


def _cells(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1


def _any(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    return any(row.get(name) is not None for row in rows)


def _whole(specification: Specification) -> Specification:
    """Return a specification with what all charts have."""
    axis = {
        "labelColor": colour("quiet"),
        "labelFontSize": 12,
        "gridColor": colour("grid"),
        "domainColor": colour("grid"),
        "tickColor": colour("grid"),
    }
    config = {"aria": False, "view": {"stroke": None}, "font": _FONT, "axis": axis,
              "text": {"fontSize": 12}}  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": _WIDTH,
        "background": None,
        "padding": 4,
        "autosize": {"type": "fit-x", "contains": "padding"},
        **specification,
        "config": config,
    }
