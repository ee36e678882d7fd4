"""What the oracle says, in the shape of the package's document, so that both can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import frozen

import shopscore as ss
from oracle.douyin_2022 import BenchmarkRow, score
from oracle.douyin_2022_rules import DIMENSION_OF, in_words
from oracle.douyin_2022_totals import ShopResult
from oracle.event_loading import Loaded, load
from oracle.random_events import Events, write_folder

AS_OF = date(2024, 6, 30)
IDS = {
    "pickup.weight_under_24h": "pickup.grade_24h",
    "pickup.weight_24_to_36h": "pickup.grade_36h",
    "pickup.weight_36_to_48h": "pickup.grade_48h",
    "im.reply_within_seconds": "im_3min.max_seconds",
    "score.decimals": "rounding.decimals",
    "tiers.settlement_t4": "tier.settlement_t4",
}
"""Assumptions that the package names otherwise than the oracle."""

Shops = dict[str, dict[str, Any]]


def full_id(name: str) -> str:
    """The package's id of an assumption of the oracle."""
    return f"douyin.2022.{IDS.get(name, name)}"


def by_package(document: str) -> Shops:
    """The shops of a document by id, without what the oracle does not know."""
    shops = {}
    for shop in json.loads(document)["shops"]:
        for check in shop["eligibility"]:
            for known in ("metric", "condition", "bound"):
                check.pop(known)
        for told in (shop, *shop["metrics"]):
            told.pop("reason_zh")
        shops[shop["shop_id"]] = shop
    return shops


def by_oracle(
    loaded: Loaded,
    as_of: date = AS_OF,
    assumptions: Mapping[str, object] | None = None,
    benchmark: Sequence[BenchmarkRow] | None = None,
) -> Shops:
    """The shops as the oracle computes them, every number the double nearest to its fraction."""
    result = score(loaded, as_of, assumptions, benchmark)
    return {id: _shop(shop) for id, shop in result.shops.items()}


def _shop(shop: ShopResult) -> dict[str, Any]:
    return {
        "shop_id": shop.shop_id,
        "industry": shop.industry,
        "status": shop.status,
        "reason": shop.reason,
        "score": nearest(shop.score),
        "score_exact": as_fraction(shop.score_exact),
        "coverage": nearest(shop.coverage),
        "score_low": nearest(shop.shown_low),
        "score_high": nearest(shop.shown_high),
        "score_low_exact": as_fraction(shop.low),
        "score_high_exact": as_fraction(shop.high),
        "dimensions": [
            {"id": id, "weight": float(d.weight), "points": nearest(d.points)}
            for id, d in shop.dimensions.items()
        ],
        "metrics": [
            {
                "id": id,
                "dimension": DIMENSION_OF.get(id),
                "status": m.status,
                "value": nearest(m.value),
                "n": m.n,
                "percentile": nearest(m.percentile),
                "points": nearest(m.points),
                "weight": nearest(m.weight),
                "from_table": m.from_benchmark,
                "peers": m.peers,
                "reason": m.reason,
                "source": None if m.value is None else "events",
            }
            for id, m in shop.metrics.items()
        ],
        "tiers": list(shop.tiers),
        "possible_tiers": list(shop.possible_tiers),
        "eligibility": [
            {"id": id, "value": check.value, "met": check.met} for id, check in shop.checks.items()
        ],
    }


def nearest(value: Fraction | None) -> float | None:
    """The double nearest to a fraction; null stays null."""
    return None if value is None else float(value)


def as_fraction(value: Fraction | None) -> str | None:
    """A fraction in lowest terms as text; null stays null."""
    return None if value is None else str(value)


def sorted_reasons(shops: Shops) -> Shops:
    """What is missing in alphabetical order: which comes first is not said."""
    for shop in shops.values():
        for metric in shop["metrics"]:
            reason = metric["reason"] or ""
            if reason.startswith(("no column ", "no stream ")):
                parts = [part.removeprefix("no column ") for part in reason.split(" and ")]
                streams = {p.removeprefix("no stream ") for p in parts if "no stream " in p}
                columns = {p for p in parts if "no stream " not in p}
                metric["reason"] = in_words(sorted(columns), sorted(streams))
    return shops


@frozen
class Both:
    """The same events, read by oracle and package."""

    loaded: Loaded
    events: ss.Events


def read(events: Events, folder: Path) -> Both:
    """Read a folder of the events; assert that the books agree."""
    write_folder(events, folder)
    both = Both(load(folder), ss.read_events(folder, platform="douyin"))
    assert_books_agree(both.events.report, both.loaded)
    return both


def check(
    both: Both,
    as_of: date = AS_OF,
    assumptions: Mapping[str, object] | None = None,
    benchmark: Sequence[BenchmarkRow] | None = None,
) -> Shops:
    """Score the events by package and oracle; assert that all is equal."""
    result = ss.score(
        both.events,
        platform="douyin",
        ruleset="2022",
        as_of=as_of,
        assume={full_id(name): value for name, value in (assumptions or {}).items()},
        benchmarks=None if benchmark is None else ss.Benchmark.from_rows(as_text(benchmark)),
    )
    expected = by_oracle(both.loaded, as_of, assumptions, benchmark)
    found = sorted_reasons(by_package(result.to_json()))
    assert list(found) == list(expected)
    for id, shop in expected.items():
        assert found[id] == shop
    return expected


def assert_books_agree(report: ss.LoadReport | None, loaded: Loaded) -> None:
    """Rows in, accepted, replaced, set aside, repaired and unlinked, stream by stream."""
    assert report is not None
    assert report.to_dict()["streams"] == {n: b.as_dict() for n, b in loaded.books.items()}
    assert all(books.balanced for books in report.books.values())


def as_text(rows: Sequence[BenchmarkRow]) -> list[tuple[str, str, str, str]]:
    """The rows of a table as they are typed; their numbers must be decimals."""
    return [(industry, metric, _decimal(p), _decimal(v)) for industry, metric, p, v in rows]


def _decimal(number: Fraction) -> str:
    text = f"{float(number):.10f}"
    assert Fraction(text) == number, f"{number} is no decimal"
    return text
