"""Buyers that are not known: a number of different buyers may be too low, and says so."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

import shopscore as ss
from support.judged_platform import PLATFORM, rules_of

AS_OF = date(2024, 6, 1)
RULES = rules_of("""
[[eligibility]]
id = "bought"
status = "insufficient_orders"
metric = "buyers"
at_least = 3
zh = "三位买家"
en = "Three buyers"
source = "page"
[[criteria]]
id = "many"
metric = "buyers"
at_least = 3
source = "page"
[[criteria]]
id = "few"
metric = "buyers"
at_most = 2
source = "page"
""")
BUYERS = {
    "all": ["a", "b", "c"],
    "most": ["a", "b", "c", ""],
    "some": ["a", "b", ""],
    "none": ["", "", ""],
    "one": ["a", "a", "a"],
}


def events() -> dict[str, pl.DataFrame]:
    """Orders on the last days of May; and one each day of a year, so that the events cover it."""
    rows = [
        (shop, AS_OF - timedelta(9), buyer) for shop, every in BUYERS.items() for buyer in every
    ]
    rows += [("daily", AS_OF - timedelta(age), "x") for age in range(-3, 500)]
    return {
        "shops": pl.DataFrame({"shop_id": [*BUYERS, "daily"], "industry": ["x"] * 6}),
        "aftersales": pl.DataFrame(
            schema=dict.fromkeys(
                ["shop_id", "ticket_id", "applied_at", "kind", "refund_amount"], pl.String
            )
        ),
        "orders": pl.DataFrame(
            {
                "order_id": [str(n) for n in range(len(rows))],
                "shop_id": [shop for shop, _, _ in rows],
                "paid_at": [f"{day} 10:00:00" for _, day, _ in rows],
                "buyer_id": [buyer for _, _, buyer in rows],
                "amount": ["1.00"] * len(rows),
                "is_presale": ["false"] * len(rows),
            }
        ),
    }


def test_what_can_be_told() -> None:
    result = ss.score(events(), platform=PLATFORM, ruleset=RULES, as_of=AS_OF)
    found = {view.shop_id: view for view in result if view.shop_id != "daily"}
    values = {id: view["buyers"].value for id, view in found.items()}
    assert values == {"all": 3, "most": 3, "some": 2, "none": None, "one": 1}
    met = {id: tuple(one.met for one in view.criteria) for id, view in found.items()}
    assert met == {
        "all": (True, False),
        "most": (True, False),  # whoever else bought
        "some": (None, None),
        "none": (None, None),
        "one": (False, True),
    }
    assert {id: view["repeat"].value for id, view in found.items()} == {
        "all": 0, "most": 0, "some": 0, "none": None, "one": 1,
    }  # fmt: skip


def test_why_a_condition_is_not_checked() -> None:
    result = ss.score(events(), platform=PLATFORM, ruleset=RULES, as_of=AS_OF)
    told = {n.shop_ids: n for n in result.notices if n.code == "not_checked"}
    why = "not checked: Three buyers (bought): rows that count have no buyer_id"
    assert {shops: str(notice) for shops, notice in told.items()} == {
        ("none",): why,
        ("some",): f"{why}, and there may be more",
    }
    assert "计入的行缺少 buyer_id" in told["none",].text("zh")
    (missing,) = [n for n in result.notices if n.code == "missing_side_input" and n.shops]
    assert (missing.shop_ids, missing.metrics) == (("none",), ("buyers", "repeat", "back_buyers"))


def test_a_state_tells_the_same() -> None:
    asked = {"platform": PLATFORM, "ruleset": RULES, "as_of": AS_OF}
    frames = events()
    result = ss.score(frames, **asked)  # type: ignore[arg-type]
    state = ss.tally(ss.resolve(frames, **asked))  # type: ignore[arg-type]
    again = ss.score(state, shops=frames["shops"], **asked)  # type: ignore[arg-type]
    assert again.to_dict()["shops"] == result.to_dict()["shops"]
    assert again.notices == result.notices


def test_a_number_typed_in_stands_where_some_buyers_are_not_known() -> None:
    values = pl.DataFrame(
        {"shop_id": [*BUYERS], "metric": ["buyers"] * 5, "value": ["9"] * 5, "n": ["9"] * 5}
    )
    result = ss.score(events(), platform=PLATFORM, ruleset=RULES, as_of=AS_OF, values=values)
    found = {view.shop_id: view["buyers"].value for view in result if view.shop_id != "daily"}
    assert found == {"all": 3, "most": 9, "some": 9, "none": 9, "one": 1}
