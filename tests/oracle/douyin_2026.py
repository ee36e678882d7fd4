"""Douyin's experience score of 2026: points, dimensions and totals, in plain loops and fractions.

What the platform shows only in its back office comes from `Numbers`, which a test makes up.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache, partial
from math import floor
from pathlib import Path

from oracle import douyin_2026_metrics as of
from oracle.cell_meanings import SECONDS_PER_DAY
from oracle.event_loading import Loaded, Row
from oracle.metric_rows import Facts, text, whole

F = Fraction
DIMENSIONS = ("goods", "logistics", "service")
OLD = {
    "goods": ("goods_rating", "quality_return_rate"),
    "logistics": ("pickup_time_score", "delivery_reach_rate", "logistics_return_rate"),
    "service": ("aftersale_reach_rate", "im_response_seconds"),
}
NEW = {
    **OLD,
    "service": (
        "im_dissatisfaction_rate", "im_response_seconds", "aftersale_review_hours",
        "platform_help_rate",
    ),
}  # fmt: skip
SEPTEMBER = {**NEW, "logistics": ("pickup_hours", "delivery_reach_rate", "damage_return_rate")}
METRICS = {"2026-01-15": OLD, "2026-05-07": OLD, "2026-07-14": NEW, "2026-09-08": SEPTEMBER}
HIGHER = {
    "goods_rating", "pickup_time_score", "growth_pickup_rate", "delivery_reach_rate",
    "aftersale_reach_rate",
}  # fmt: skip
LISTED = [
    "高端3C数码",
    "二手奢侈品",
    "二手数码百货",
    "光学眼镜",
    "农用物资",
    "大件玩具",
    "大件电器",
    "定制珠宝文玩",
    "宠物活体",
    "家具家装",
    "家电",
    "手工艺/非遗技艺",
    "教育培训",
    "旅行箱",
    "潮品鞋服",
    "翡翠玉石",
    "花卉/绿植盆栽",
    "菩提/核桃",
    "遥控电动类玩具",
    "钟表",
    "黄金珠宝",
    "大件婴童用品",
]
COLUMNS = {
    "2026-05-07": {
        "aftersale_reach_rate": "old_aftersale_deal_reach_rate",
        "im_response_seconds": "old_feige_avg_response",
    },
    "2026-07-14": {
        "im_dissatisfaction_rate": "new_feige_dissatisfaction",
        "im_response_seconds": "new_feige_avg_response",
        "aftersale_review_hours": "new_aftersale_avg_review_time",
        "platform_help_rate": "new_platform_help_rate",
    },
}
COLUMNS["2026-01-15"] = COLUMNS["2026-05-07"]
WEIGHT_FILE = Path(__file__).with_name("douyin_service_weights_2026_07_14.csv")


@dataclass(frozen=True)
class Numbers:
    """What a user reads off the back office."""

    weights: Mapping[str, F]
    within: Mapping[str, F]
    bands: Mapping[str, list[tuple[F, F]]]
    pass_lines: Mapping[str, F]
    needed: Mapping[str, object]
    points: Mapping[str, F]


@dataclass
class Shop:
    """What is known of a shop in the end."""

    status: str = "scored"
    values: dict[str, tuple[F | None, int]] = field(default_factory=dict)
    points: dict[str, F] = field(default_factory=dict)
    dimensions: dict[str, F] = field(default_factory=dict)
    adjustments: dict[str, F] = field(default_factory=dict)
    total: F | None = None
    shown: tuple[F, F] | None = None
    tiers: list[str] = field(default_factory=list)


def service_weight_rows() -> list[dict[str, str]]:
    with WEIGHT_FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def service_weights(version: str, industry: str, shop_type: str) -> dict[str, F] | None:
    """The row of the industry: of its type, else of all types; never that of another industry."""
    rows = {(row["industry"], row["shop_type"]): row for row in service_weight_rows()}
    kind = "旗舰" if shop_type == "flagship" else "非旗舰"
    row = rows.get((industry, kind)) or rows.get((industry, "通用"))
    if row is None:
        return None
    return {metric: F(row[column]) for metric, column in COLUMNS[version].items()}


def score(loaded: Loaded, as_of: date, version: str, numbers: Numbers) -> dict[str, Shop]:
    """Every shop of any accepted row."""
    facts = Facts(loaded, as_of, {})
    look = _Look(facts, version, numbers)
    named = {text(row, "shop_id"): row for row in loaded.rows["shops"]}
    seen = {text(row, "shop_id") for rows in loaded.rows.values() for row in rows}
    return {shop: look.shop(shop, named.get(shop)) for shop in sorted(seen)}


class _Look:
    """The figures of all shops, computed once, and what becomes of each shop."""

    def __init__(self, facts: Facts, version: str, numbers: Numbers) -> None:
        self.facts, self.version, self.numbers = facts, version, numbers
        self.metrics = METRICS[version]
        names = [name for names in self.metrics.values() for name in names]
        self.figures = {name: of.METRICS[name](facts, numbers.needed).figures for name in names}
        self.paid = of.paid_orders(facts)
        self.bad_reviews = of.bad_reviews(facts)
        self.growth_pickup = of.growth_pickup_rate(facts).figures
        self.next_day = of.next_day_share(facts).figures
        self.remote = of.remote_area_orders(facts)
        self.facts_of = cache(partial(of.fact_values, facts))
        self.paid_while = cache(partial(of.paid_while, facts))
        self.cases = cache(partial(of.violations, facts))

    def shop(self, shop: str, row: Row | None) -> Shop:
        found = Shop()
        industry = "unknown" if row is None else text(row, "industry")
        shop_type = "" if row is None else text(row, "shop_type")
        for name, figures in self.figures.items():
            figure = figures.get(shop)
            found.values[name] = (figure.value, figure.n) if figure else (None, 0)
        if self.version != "2026-09-08":
            self._points(found, shop, industry, shop_type)
        self._dimensions(found, shop, industry, shop_type)
        self._adjustments(found, shop)
        self._total(found)
        if self.paid.get(shop, 0) < 30:
            found.status = "growth"
            found.total = self._growth(found, shop, row, shop_type)
        elif found.total is None:
            found.status = "not_computable"
        if found.total is not None:
            self._shown_and_tiers(found)
        return found

    # ------------------------------------------------------------------------ points

    def _points(self, found: Shop, shop: str, industry: str, shop_type: str) -> None:
        for name, (value, _) in found.values.items():
            if value is None:
                continue
            if name == "pickup_time_score":
                found.points[name] = value
                continue
            points = F(50)
            for bound, worth in self.numbers.bands[name]:
                reached = value >= bound if name in HIGHER else value <= bound
                if reached:
                    points = worth
            found.points[name] = points
        limit = 300 if industry in LISTED or shop_type == "flagship" else 500
        few = self.paid.get(shop, 0) < limit
        bad: dict[str, F | int] = {"goods_rating": self.bad_reviews.get(shop, 0)}
        for name in ("quality_return_rate", "logistics_return_rate", "platform_help_rate"):
            if name in self.figures and (
                name != "platform_help_rate" or self.version == "2026-07-14"
            ):
                figure = self.figures[name].get(shop)
                bad[name] = figure.numerator if figure and figure.denominator else 0
        for name, cases in bad.items():
            if few and cases <= 3:
                found.points[name] = F(80)
        if self.version == "2026-07-14" and found.values["im_dissatisfaction_rate"][1] <= 3:
            found.points["im_dissatisfaction_rate"] = F(80)

    # -------------------------------------------------------------------- dimensions

    def _dimensions(self, found: Shop, shop: str, industry: str, shop_type: str) -> None:
        if self.version == "2026-09-08":
            found.dimensions = dict(self.numbers.points)
            return
        service = service_weights(self.version, industry, shop_type)
        for dimension, names in self.metrics.items():
            weights = {name: self.numbers.within[name] for name in names}
            if dimension == "service" and service is not None:
                weights = service
            having = [name for name in names if name in found.points]
            whole_weight = sum(weights[name] for name in having)
            if whole_weight:
                found.dimensions[dimension] = (
                    sum((weights[n] * found.points[n] for n in having), F(0)) / whole_weight
                )
        if self.remote.get(shop, 0) >= 1:
            found.adjustments["remote_area_orders"] = F(3)
            if "logistics" in found.dimensions:
                found.dimensions["logistics"] = min(found.dimensions["logistics"] + 3, F(100))
        else:
            found.adjustments["remote_area_orders"] = F(0)

    # ------------------------------------------------------------------- adjustments

    def _adjustments(self, found: Shop, shop: str) -> None:
        def cases(*kinds: str) -> int:
            return self.cases(*kinds).get(shop, 0)

        if self.version != "2026-09-08":
            kinds = ["abnormal_return_address", "refuse_invoice"]
            if self.version != "2026-07-14":
                kinds += ["mock_customer", "refuse_aftersale"]
            found.adjustments["consumer_harm_cases"] = -F(min(3 * cases(*kinds), 15))
            found.adjustments["fake_trade_cases"] = -F(15 if cases("fake_trade") else 0)
            return
        for kind in ("abnormal_return_address", "refuse_invoice"):
            found.adjustments[f"{kind}_cases"] = -F(min(2 * cases(kind), 10))
        for kind in ("fake_trade", "false_advertising", "fraudulent_shipping", "brand_confusion"):
            found.adjustments[f"{kind}_cases"] = -F(10 if cases(kind) else 0)
        share = self.next_day.get(shop)
        often = share is not None and share.value is not None and share.value >= F(1, 5)
        found.adjustments["next_day_share"] = F(5 if often else 0)
        for name in ("return_insurance", "bulky_return_insurance"):
            days = [v for v in self.facts_of(name, 2).get(shop, []) if v >= 1]
            insured = self.paid_while(name).get(shop, 0)
            found.adjustments[f"{name}_days"] = F(2 if len(days) == 2 and insured >= 1 else 0)
        done = sum(self.facts_of("door_installation_orders").get(shop, []), F(0))
        due = sum(self.facts_of("door_installation_range_orders").get(shop, []), F(0))
        given = due > 0 and done / due >= F(3, 10) and done >= 50
        found.adjustments["door_installation_share"] = F(2 if given else 0)

    def _total(self, found: Shop) -> None:
        weights = {d: self.numbers.weights[d] for d in found.dimensions}
        whole_weight = sum(weights.values())
        if not whole_weight:
            return
        mean = sum((weights[d] * p for d, p in found.dimensions.items()), F(0)) / whole_weight
        change = sum(
            (p for name, p in found.adjustments.items() if name != "remote_area_orders"), F(0)
        )
        least = F(0) if self.version == "2026-09-08" else F(50)
        found.total = max(least, min(F(100), mean + change))

    # ------------------------------------------------------------------------ stages

    def _growth(self, found: Shop, shop: str, row: Row | None, shop_type: str) -> F | None:
        opened = None if row is None else whole(row, "opened_at")
        assert opened is not None, "the test tells when every shop was opened"
        age = self.facts.as_of - opened // SECONDS_PER_DAY
        on_sale = any(v >= 1 for v in self.facts_of("products_on_sale").get(shop, []))
        if shop_type == "personal" or not on_sale:
            return None
        if age > 90 and self.paid.get(shop, 0) < 1:
            return None
        kinds = ["bad_service", "score_manipulation"]
        if self.version == "2026-09-08":
            kinds += ["false_advertising", "fraudulent_shipping", "brand_confusion"]
        if self.cases(*kinds).get(shop, 0):
            return F(60)
        for name, line in self.numbers.pass_lines.items():
            if name == "growth_pickup_rate":
                figure = self.growth_pickup.get(shop)
                value = figure.value if figure else None
            else:
                value = found.values[name][0] if name in found.values else None
            if value is not None and (value < line if name in HIGHER else value > line):
                return F(60)
        return F(70)

    def _shown_and_tiers(self, found: Shop) -> None:
        assert found.total is not None
        total = floor(found.total + F(1, 2))
        if found.status == "scored":
            found.shown = shown(total)
        goods = found.dimensions.get("goods")
        enough = found.status == "growth" or (goods is not None and goods >= 65)
        if total >= 70 and enough:
            found.tiers.append("affiliate")
        least = {"goods": 75, "logistics": 75, "service": 70}
        if total >= 80 and all(found.dimensions.get(d, F(0)) >= n for d, n in least.items()):
            found.tiers.append("super_bag")
        if total < 60:
            found.tiers.append("clearing_risk")


def shown(total: int) -> tuple[F, F]:
    """The figure out of five and the stars, as the page's table has them."""
    if total >= 61:
        five = F(41, 10) + F(1, 10) * ((total - 61) // 4)
    elif total >= 50:
        five = F(3) + F(1, 10) * (total - 50)
    else:
        five = F(3)
    for least, stars in ((89, F(5)), (77, F(9, 2)), (60, F(4)), (55, F(7, 2))):
        if total >= least:
            return five, stars
    return five, F(3)
