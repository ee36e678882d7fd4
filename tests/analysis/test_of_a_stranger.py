"""A stranger's platform in all six: its own aggregators, lever and task, without a change in core."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve

import shopscore as ss
from shopscore import Source, Task, col
from shopscore.plugins.selection import select_rules
from shopscore.samples import generate
from support import pooled_platform
from support.shown_results import documents_of, page_of

DAY, SHOP = date(2025, 4, 1), "S0001"
TASK = Task(
    "deliver", zh="送达", en="Deliver", stream="orders", since=col.paid_at,
    where=col.signed_at.is_null(), missed={"is_presale": True},
    needs=("paid_at", "signed_at"), assumes=("nothing",), sources=(Source("n", "An example", "I"),),
)  # fmt: skip
PLATFORM = evolve(pooled_platform.PLATFORM, levers=("support.toy_levers",))
PLATFORM.__dict__["all_tasks"] = {"deliver": TASK}
FRAMES = generate(shops=3, orders=300, seed=1, end=date(2025, 3, 31))
RULES: dict[str, Any] = {"platform": PLATFORM, "ruleset": pooled_platform.rules_of()}


@pytest.fixture(scope="module")
def result() -> ss.Result:
    return ss.score(FRAMES, as_of=DAY, **RULES)


def test_explain(result: ss.Result) -> None:
    to_come = {one.metric for one in result.explain(SHOP).effects}
    assert {"squared", "rate", "sales"} <= to_come


def test_gap(result: ss.Result) -> None:
    now = result[SHOP]["squared"].value or 0
    (target,) = result.gap(SHOP, target=f"squared={now * 0.9}").targets
    (found,) = target.metrics
    assert found.metric == "squared"
    assert (found.events or 0) > 0


def test_todo(result: ss.Result) -> None:
    found = result.todo(shop=SHOP, now="2025-03-31 20:00")
    assert len(found) > 0
    assert any(effect.metric == "squared" for one in found for effect in one.effects)


def test_simulate(result: ss.Result) -> None:
    found = result.simulate(SHOP, levers="no_presale")
    (squared,) = (change for change in found.changes if change.id == "squared")
    assert (squared.effect, found.after["squared"].value) == ("better", 0)


def test_track(result: ss.Result) -> None:
    found = ss.track(FRAMES, start="2025-03-31", end=DAY, shop=SHOP, **RULES)
    assert found.days["squared.value"][-1] == result[SHOP]["squared"].value


def test_reconcile(result: ss.Result) -> None:
    rules = select_rules(as_of=DAY, scorecard=None, **RULES).rules
    shown = ss.score(FRAMES, as_of=date(2025, 3, 31), **RULES)
    documents = documents_of(rules, page_of(shown, SHOP, ("value",)), day=DAY)
    found = ss.reconcile(FRAMES, documents, shop=SHOP, **RULES)
    assert found.suspects[0].misfit == 0
    assert {line.id for line in found.lines if line.state == "differs"} >= {"squared"}
