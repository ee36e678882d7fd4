"""Rows count, and make no value all the same: the reason is not that there are none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

import shopscore as ss
from shopscore import Change, Days, PluginError, Quantile, SumOverSum, Tally, WorstDays, col
from shopscore.messages import Message
from shopscore.model.aggregators import Aggregator, Count, Ratio
from support import pooled_platform
from support.pooled_platform import PLATFORM, rules_of

DAY, BEFORE, OLD = "2024-06-30 08:00:00", "2024-05-31 08:00:00", "2023-01-01 08:00:00"


def scored(*orders: tuple[str, str, str, bool]) -> ss.Result:
    """Orders of day, when they were signed, amount, and whether they were late."""
    frames = {
        "orders": pl.DataFrame(
            [("S", str(i), *order) for i, order in enumerate(orders)],
            schema=["shop_id", "order_id", "paid_at", "signed_at", "amount", "is_presale"],
            orient="row",
        ),
        "aftersales": pl.DataFrame({
            "shop_id": ["S"], "ticket_id": ["1"], "kind": ["refund_only"], "refund_amount": ["1"],
            "applied_at": [DAY],
        }),
    }  # fmt: skip
    return ss.score(frames, platform=PLATFORM, ruleset=rules_of(), as_of="2024-07-01")


def reason(result: ss.Result, metric: str, lang: str = "en") -> tuple[Any, ...]:
    found = result["S"][metric]
    document = json.loads(result.to_json())
    told = next(m["reason"] for m in document["shops"][0]["metrics"] if m["id"] == metric)
    assert told == found.reason
    return found.status, found.value, found.n, found.reason and found.reason.text(lang)


NINE_HOURS = "2024-06-30 17:00:00"


def test_each_says_why() -> None:
    """One order, of 9 hours and no money, and none in May."""
    result = scored((DAY, NINE_HOURS, "0", False))
    said = {id: reason(result, id) for id in ("p50", "change", "refunded", "squared", "rate")}
    assert said == {
        "p50": ("no_data", None, 1, "rows count, but the value is above the last edge, 4"),
        "change": (
            "no_data", None, 1, "rows count, but no change can be told: it needs a value of now,"
            " and one above 0 of the window before",
        ),
        "refunded": ("no_data", None, 1, "rows count, but the sum to divide by is 0"),
        "squared": ("no_data", None, 1, "one row tells nothing"),
        "rate": ("ok" if result["S"]["rate"].status == "ok" else "informational", 0.0, 1, None),
    }  # fmt: skip
    assert reason(result, "squared", "zh")[-1] == "只有一行"
    assert "行" in reason(result, "p50", "zh")[-1]


def test_no_row_at_all_is_said_as_before() -> None:
    result = scored((OLD, NINE_HOURS, "0", False))
    for id in ("p50", "change", "refunded", "squared", "rate"):
        assert reason(result, id) == ("no_data", None, 0, "no row counts")


def test_a_change_from_nothing() -> None:
    """In May none of two orders was late: nothing is a share of 0."""
    calm = [(BEFORE, NINE_HOURS, "1", False)] * 2
    found = scored((DAY, NINE_HOURS, "1", True), *calm)
    assert reason(found, "change")[:3] == ("no_data", None, 1)
    late = scored((DAY, NINE_HOURS, "1", True), *calm, (BEFORE, NINE_HOURS, "1", True))
    assert reason(late, "change")[1:] == (2.0, 1, None)  # 1/1 after 1/3


def cells(*values: int) -> np.ndarray[Any, Any]:
    return np.array(values, dtype=np.int64)


HOURS = pooled_platform.hours
MONEY = SumOverSum(pooled_platform.refunds, pooled_platform.money)


def test_a_change_needs_a_value_before() -> None:
    """Before, 5 of nothing: no value, though its numerator is above 0."""
    change = Change(MONEY, now=Days(1, 30), before=Days(31, 60))
    ones = [cells(1)] * 4
    _, den, n = change.combine([cells(1), cells(10), cells(5), cells(0)], ones)
    assert (den.tolist(), n.tolist()) == ([0], [1])


def test_days_of_which_none_has_a_value() -> None:
    """On both days something is refunded, and nothing sold: rows count all the same."""
    worst = WorstDays(MONEY, better="lower", worst=1, among=2)
    sums, counts = [cells(5, 0), cells(0, 0), cells(3, 0), cells(0, 0)], [cells(1, 0)] * 4
    _, den, n = worst.combine(sums, counts)
    assert (den.tolist(), n.tolist()) == ([0, 0], [2, 0])


@pytest.mark.parametrize(
    "aggregator",
    [
        Quantile(HOURS, "0.5", edges=(1,)),
        MONEY,
        Change(Count(pooled_platform.paid), now=Days(1, 2), before=Days(3, 4)),
        WorstDays(MONEY, better="lower", worst=1, among=2),
        Ratio(pooled_platform.late, pooled_platform.paid),
    ],
    ids=lambda a: type(a).__name__,
)
def test_it_is_said_in_both_languages(aggregator: Aggregator) -> None:
    said = aggregator.undefined
    assert isinstance(said, Message)
    assert said.text("en") != said.text("zh")


class Silent(Aggregator):
    """An aggregator that gives a number where words are needed."""

    undefined = 7  # type: ignore[assignment]

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return (Tally("orders", day=col.paid_at),)

    def combine(self, sums: Any, counts: Any) -> Any:
        return sums[0], sums[0] * 0, counts[0]


class InOneLanguage(Silent):
    undefined = "nothing"


@pytest.fixture
def with_rate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Aggregator], None]]:
    """Replaces the aggregator of the metric ``rate``."""
    card = PLATFORM.scorecard()

    def replace(aggregator: Aggregator) -> None:
        monkeypatch.setattr(pooled_platform, "RATE", pooled_platform.metric("rate", aggregator))
        forget()

    def forget() -> None:
        for name in ("all_metrics", "_metrics"):
            card.__dict__.pop(name, None)

    yield replace
    forget()


def test_words_are_needed(with_rate: Callable[[Aggregator], None]) -> None:
    with_rate(Silent())
    with pytest.raises(PluginError, match="aggregator of metric rate: undefined: a text is needed"):
        scored((DAY, NINE_HOURS, "1", False)).to_json()
    with_rate(InOneLanguage())
    assert reason(scored((DAY, NINE_HOURS, "1", False)), "rate", "zh")[-1] == "nothing"
