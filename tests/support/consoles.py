"""Synthetic consoles: documents whose weights and bands are known, and rounded as a page rounds."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from shopscore.model.mappings import Cell, DocumentMapping, Figure

#: What the documents below look like.
MAPPING = DocumentMapping(
    id="page",
    zh="页面",
    en="Page",
    identified_by="page == 'scores'",
    shop={
        "shop_id": Cell("shop", "text"),
        "industry": Cell("industry", "text"),
        "date": Cell("day", "day"),
    },
    figures=(
        Figure("total", "total", {"points": Cell("total"), "deduction": Cell("deduction")}),
        *(
            Figure(
                "dimension",
                id,
                {"points": Cell(f"{id}.points"), "weight": Cell(f"{id}.weight", "weight")},
            )
            for id in ("goods", "logistics", "service")
        ),
        Figure(
            "metric",
            "good_rate",
            {"value": Cell("good_rate.value"), "points": Cell("good_rate.points")},
        ),
    ),
    platform="toy",
)


def shown(number: Fraction, decimals: int) -> str:
    """Return a number as a page shows it, rounded half up."""
    step = Decimal(1).scaleb(-decimals)
    whole = Decimal(number.numerator) / Decimal(number.denominator)
    return str(whole.quantize(step, ROUND_HALF_UP))


def pages(weights, *, shops, days, decimals, bands=(), seed=1, industry="toys"):
    """Return the documents of some shops and days, by the name of their file."""
    draw = random.Random(seed)
    made = {}
    for shop in range(shops):
        usual = {id: draw.uniform(60, 95) for id in weights}
        for day in range(days):
            points = {
                id: Fraction(round(min(100, max(50, at + draw.gauss(0, 4))), 6)).limit_denominator(
                    10**6
                )
                for id, at in usual.items()
            }
            taken = Fraction(draw.choice((0, 0, 0, 2)))
            total = sum((weights[id] * p for id, p in points.items()), Fraction(0)) - taken
            page = {
                "page": "scores",
                "shop": f"S{shop:03}",
                "industry": industry,
                "day": str(date(2026, 8, 1) + timedelta(days=day)),
                "total": shown(total, decimals),
                "deduction": int(taken),
                **{id: {"points": shown(p, decimals)} for id, p in points.items()},
            }
            if bands:
                value = Fraction(draw.randrange(0, 10001), 10000)
                page["good_rate"] = {
                    "value": shown(value, 4),
                    "points": max([50, *(p for limit, p in bands if value >= limit)]),
                }
            made[f"{page['shop']}-{page['day']}.json"] = json.dumps(page)
    return made
