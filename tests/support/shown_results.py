"""Shown results: documents of a console that shows what was computed, rounded as a page rounds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import shopscore as ss
from shopscore.model.mappings import Cell, DocumentMapping, Figure
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.reading.documents.documents import Document, Documents
from shopscore.reading.documents.extraction import extract
from shopscore.reading.documents.outer_forms import answers_of
from shopscore.reading.documents.recognition import Recognised, recognise
from support.consoles import shown

#: Digits after the point of what a page shows.
DIGITS = {"value": 4, "points": 2, "num": 0, "den": 0}


def mapping_of(rules: BoundRuleSet) -> DocumentMapping:
    """A mapping of a page that has everything that some rules know, in the words of the rules."""
    ruleset = rules.ruleset
    figures = [Figure("total", "total", {"points": Cell("total.points")})]
    for dimension in ruleset.dimensions:
        place = f"dimensions.{dimension.id}.points"
        figures.append(Figure("dimension", dimension.id, {"points": Cell(place)}))
    for id in ruleset.metric_ids:
        cells = {role: Cell(f"metrics.{id}.{role}") for role in DIGITS}
        figures.append(Figure("metric", id, cells))
    return DocumentMapping(
        id="page",
        zh="页面",
        en="Page",
        identified_by="page == 'shown'",
        shop={"shop_id": Cell("shop", "text"), "date": Cell("day", "day")},
        figures=tuple(figures),
        platform=ruleset.platform,
    )


def page_of(result: ss.Result, shop: str, roles: Iterable[str] = tuple(DIGITS)) -> dict[str, Any]:
    """What a page shows of a shop: its counts, values and points, as texts."""
    row = result.row(shop)

    def cell(column: Any, digits: int) -> str | None:
        number = column.fractions()[row]
        return None if number is None else shown(number, digits)

    metrics: dict[str, Any] = {}
    for id, graded in result.graded.items():
        values = graded.measured
        value = values.column.fractions()[row]
        n = int(values.n[row])
        own = {
            "value": cell(values.column, DIGITS["value"]),
            "points": cell(graded.points, DIGITS["points"]),
            "den": None if values.missing[row] else str(n),
            "num": None if value is None or result.rules.metrics[id].metric.unit != "ratio"
            else shown(value * n, 0),
        }  # fmt: skip
        metrics[id] = {role: own[role] for role in roles}
    return {
        "page": "shown",
        "shop": shop,
        "day": None,
        "total": {"points": cell(result.published.score, 2)},
        "dimensions": {
            id: {"points": cell(column, 2)} for id, column in result.composed.dimensions.items()
        },
        "metrics": metrics,
    }


def documents_of(
    rules: BoundRuleSet, *pages: Mapping[str, Any], day: date | None = None
) -> Documents:
    """Documents with some pages, as they were shown on a day of publication."""
    mapping, read = mapping_of(rules), []
    for number, page in enumerate(pages):
        last = None if day is None else str(day - timedelta(days=1))
        text = json.dumps({**page, "day": page["day"] or last})
        (answer,) = answers_of(text.encode(), f"page{number}.json")
        found = recognise(answer, [mapping])
        assert isinstance(found, Recognised)
        shops = extract(found, ZoneInfo("Asia/Shanghai"))
        read.append(Document(answer.label, mapping, shops, "pages"))
    return Documents(tuple(read))
