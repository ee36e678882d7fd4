"""Sample events that Douyin's rules of 2026 have something to say of, and made-up back offices."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from oracle.douyin_2026 import DIMENSIONS, METRICS, Numbers, service_weight_rows
from shopscore import samples

F = Fraction
KINDS = (
    "mock_customer", "abnormal_return_address", "refuse_aftersale", "refuse_invoice", "fake_trade",
    "false_advertising", "fraudulent_shipping", "brand_confusion", "bad_service",
    "score_manipulation", "late_shipping",
)  # fmt: skip
#: Days in the span of each version.
DAYS = {
    "2026-01-15": date(2026, 3, 2),
    "2026-05-07": date(2026, 6, 20),
    "2026-07-14": date(2026, 8, 19),
    "2026-09-08": date(2026, 11, 12),
}
#: Worst and best value that a made-up table of bands, or a pass line, is about.
_RANGES = {
    "goods_rating": (F(3), F(5)),
    "pickup_hours": (F(60), F(5)),
    "aftersale_review_hours": (F(48), F(1)),
    "im_response_seconds": (F(400), F(20)),
    "delivery_reach_rate": (F(1, 2), F(1)),
    "aftersale_reach_rate": (F(1, 2), F(1)),
    "growth_pickup_rate": (F(2, 5), F(1)),
}


def write_sample(
    folder: Path, version: str, seed: int, shops: int = 20, orders: int = 6000
) -> date:
    """Write events that end the day before a day in the span; return that day."""
    rng, as_of = Random(seed), DAYS[version]
    frames = samples.generate(shops=shops, orders=orders, seed=seed, end=as_of - timedelta(days=1))
    ids = frames["shops"]["shop_id"].to_list()
    industries = [row["industry"] for row in service_weight_rows()]
    own = [rng.choice([*industries, "家电", "女装", "food"]) for _ in ids]
    opened = [as_of - timedelta(days=rng.choice((5, 89, 90, 91, 400))) for _ in ids]
    frames["shops"] = frames["shops"].with_columns(
        pl.Series("industry", own), pl.Series("opened_at", opened)
    )
    frames["violations"] = _violations(rng, ids, as_of)
    frames["shop_facts"] = _facts(rng, ids, as_of)
    samples.write_csv(frames, folder)
    return as_of


def _violations(rng: Random, shops: list[str], as_of: date) -> pl.DataFrame:
    rows = []
    for shop in shops:
        for _ in range(rng.choice((0, 0, 1, 3, 9))):
            day = as_of - timedelta(days=rng.choice((0, 1, 2, 15, 30, 31)))
            rows.append((f"V{len(rows)}", shop, f"{day} 12:00:00", rng.choice(KINDS)))
    names = ["violation_id", "shop_id", "happened_at", "kind"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _facts(rng: Random, shops: list[str], as_of: date) -> pl.DataFrame:
    rows: list[tuple[str, date, str, int]] = []

    def tell(shop: str, name: str, ages: range, value: int) -> None:
        rows.extend((shop, as_of - timedelta(days=age), name, value) for age in ages)

    for shop in shops:
        tell(shop, "products_on_sale", range(rng.choice((1, 30, 31)), 32), rng.choice((0, 1, 7)))
        for name in ("return_insurance", "bulky_return_insurance"):
            tell(shop, name, range(rng.choice((1, 1, 2)), rng.choice((2, 3, 20))), 1)
        if rng.random() < 0.5:
            tell(shop, "remote_area_service", range(rng.choice((1, 20)), 40), 1)
        if rng.random() < 0.6:
            done, due = rng.choice(((49, 60), (50, 166), (50, 167), (60, 100)))
            tell(shop, "door_installation_orders", range(3, 4), done)
            tell(shop, "door_installation_range_orders", range(5, 6), due)
    return pl.DataFrame(rows, schema=["shop_id", "date", "name", "value"], orient="row")


def made_up(version: str, seed: int) -> Numbers:
    """Numbers as a back office may show them."""
    rng = Random(seed)
    names = [name for names in METRICS[version].values() for name in names]
    first = rng.randint(20, 50)
    second = rng.randint(10, 40)
    lines = [n for n in names if n != "pickup_time_score"]
    if version != "2026-09-08":
        lines.append("growth_pickup_rate")
    return Numbers(
        weights={
            "goods": F(first, 100), "logistics": F(second, 100),
            "service": F(100 - first - second, 100),
        },
        within={name: F(rng.randint(1, 90)) for name in names},
        bands={name: _bands(rng, name) for name in names if name != "pickup_time_score"},
        pass_lines={name: _between(name, F(rng.randint(2, 6), 10)) for name in lines},
        needed={
            "pickup.points": [(72, 60), (48, F(125, 2)), (24, 80), (F(25, 2), 90), (6, 100)],
            "aftersale.refund_only_hours": 12,
            "aftersale.return_refund_hours": 40,
        },
        points={dimension: F(rng.randint(100, 200), 2) for dimension in DIMENSIONS},
    )  # fmt: skip


def _between(name: str, share: F) -> F:
    worst, best = _RANGES.get(name, (F(3, 10), F(0)))
    return worst + (best - worst) * share


def _bands(rng: Random, name: str) -> list[tuple[F, F]]:
    places = sorted(rng.sample(range(1, 20), 5))
    return [(_between(name, F(place, 20)), F(60 + 10 * step)) for step, place in enumerate(places)]


def as_file(version: str, numbers: Numbers) -> dict[str, Any]:
    """The same as the tables of a numbers file."""

    def text(number: object) -> Any:
        return _decimal(F(str(number)) if not isinstance(number, F) else number)

    criteria = [
        {"id": f"{name}_missed", "bound": text(line)} for name, line in numbers.pass_lines.items()
    ]
    dimensions: list[dict[str, Any]] = [
        {"id": id, "weight": text(weight)} for id, weight in numbers.weights.items()
    ]
    if version == "2026-09-08":
        for dimension in dimensions:
            dimension["points"] = text(numbers.points[dimension["id"]])
        return {"dimensions": dimensions, "criteria": criteria}
    for dimension in dimensions:
        names = METRICS[version][dimension["id"]]
        dimension["metrics"] = [{"id": n, "weight": text(numbers.within[n])} for n in names]
    own = {"pickup.points"} | (set() if version == "2026-07-14" else set(numbers.needed))
    return {
        "dimensions": dimensions,
        "criteria": criteria,
        "scorers": {
            name: {"bands": [[text(bound), text(points)] for bound, points in bands]}
            for name, bands in numbers.bands.items()
        },
        "assumptions": {
            id: [[text(a), text(b)] for a, b in value] if isinstance(value, list) else value
            for id, value in numbers.needed.items()
            if id in own
        },
    }


def _decimal(number: F) -> Any:
    from decimal import Decimal

    exact = Decimal(number.numerator) / Decimal(number.denominator)
    assert F(exact) == number, f"{number} has no end as a decimal"
    return exact
