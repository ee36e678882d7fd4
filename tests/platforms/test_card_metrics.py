"""Every metric of Tmall with days of its own, of JD and of WeChat equals the oracle's, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl
import pytest

import shopscore as ss
from oracle.card_metrics import Shop, Value, jd, tmall, wechat
from oracle.random_card_events import Rows, as_text, random_card_events
from support.slow_cases import mostly_slow

#: A leap day, ends of months and years, and the day of the console page that shows the windows.
DAYS = mostly_slow(
    [date(2026, 8, 2), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 1)],
    0,
    3,
)
SHOPS = (70, 25, 3, 1)
VERSIONS = {
    "tmall/experience": "2026-03-16+r1",
    "jd/star": "2026-captured",
    "wechat/experience": "2026-06-15",
}
ORACLES: Mapping[str, Callable[..., dict[str, Value]]] = {
    "tmall/experience": tmall,
    "jd/star": jd,
    "wechat/experience": wechat,
}


def frames(rows: Rows) -> dict[str, pl.DataFrame]:
    return {name: pl.DataFrame([as_text(row) for row in every]) for name, every in rows.items()}


def scored(which: str, events: object, as_of: date, **more: object) -> ss.Result:
    platform, scorecard = which.split("/")
    return ss.score(events, platform=platform, scorecard=scorecard, ruleset=VERSIONS[which],
                    as_of=as_of, **more)  # type: ignore[arg-type]  # fmt: skip


def found(result: ss.Result) -> dict[str, dict[str, Value]]:
    """Metric → shop → (value, n), exactly, of the metrics that are counted."""
    shops = result.shops["shop_id"].to_list()
    columns = {
        id: (graded.measured.column.fractions(), graded.measured.n.tolist())
        for id, graded in result.graded.items()
        if result.rules.metrics[id].tallies and id != "bonus_points"
    }
    return {
        id: dict(zip(shops, zip(values, n, strict=True), strict=True))
        for id, (values, n) in columns.items()
    }


def by_oracle(which: str, rows: Rows, as_of: date, **more: int) -> dict[str, dict[str, Value]]:
    shops = sorted({row["shop_id"] for row in rows["orders"]})
    told = {id: ORACLES[which](Shop(rows, id, as_of), **more) for id in shops}
    return {metric: {id: told[id][metric] for id in shops} for metric in told[shops[0]]}


@pytest.mark.parametrize("as_of", DAYS)
@pytest.mark.parametrize("which", VERSIONS)
def test_every_metric_agrees(which: str, as_of: date) -> None:
    rows = random_card_events(as_of.toordinal(), as_of, SHOPS)
    events = frames(rows)
    expected = by_oracle(which, rows, as_of)
    result = scored(which, events, as_of)
    assert found(result) == expected
    for shops in expected.values():
        assert any(value for value, _ in shops.values()), "each is something for some shop"
    platform, ruleset = which.partition("/")[0], VERSIONS[which]
    resolved = ss.resolve(events, platform=platform, ruleset=ruleset, as_of=as_of)
    first, second, third = (ss.tally(part) for part in resolved.split(3))
    state = third + first + second
    again = ss.score(state, platform=platform, ruleset=ruleset, as_of=as_of)
    assert found(again) == expected


@pytest.mark.parametrize("which", VERSIONS)
def test_windows_are_numbers_of_the_rules(which: str) -> None:
    """Other days, as some categories have them, reach every metric at once."""
    as_of = date(2026, 8, 2)
    rows = random_card_events(1, as_of, SHOPS)
    ninety = scored(which, frames(rows), as_of, assume={"window.days": 90})
    assert found(ninety) == by_oracle(which, rows, as_of, days=90)


def test_trusted_buyers_weigh_as_much_as_is_assumed() -> None:
    as_of = date(2026, 8, 2)
    rows = random_card_events(2, as_of, SHOPS)
    for weight in (1, 2, 7):
        result = scored("tmall/experience", frames(rows), as_of, assume={"trusted_weight": weight})
        assert found(result) == by_oracle("tmall/experience", rows, as_of, trusted=weight)


def test_without_the_column_nobody_is_trusted() -> None:
    as_of = date(2026, 8, 2)
    rows = random_card_events(3, as_of, SHOPS)
    told = frames(rows)
    told["orders"] = told["orders"].drop("buyer_trusted")
    result = scored("tmall/experience", told, as_of)
    assert found(result) == by_oracle("tmall/experience", rows, as_of, trusted=1)
