"""What the pages say of Tmall's console, JD and WeChat in numbers, through the public interface."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import shopscore as ss

F = Fraction
PROFILE = "captured_2026_04"


def metric(result: ss.Result, shop: str, id: str) -> Any:
    return next(m for m in result[shop].metrics if m.id == id)


def values(rows: Mapping[str, str], shop: str = "S") -> pl.DataFrame:
    """A table for `score_values`, of text as in a file."""
    cells = [{"shop_id": shop, "metric": id, "value": value} for id, value in rows.items()]
    return pl.DataFrame(cells)


def points(**dimensions: str) -> dict[str, Any]:
    """A numbers file with the points of dimensions."""
    return {"dimensions": [{"id": id, "points": float(text)} for id, text in dimensions.items()]}


# --------------------------------------------------------------------------- which rules apply


def version(platform: str, day: str) -> str:
    return ss.platform(platform).scorecard().at(day).version


@pytest.mark.parametrize(
    ("platform", "days"),
    [
        ("tmall", {"2025-06-30": "2025-06-30", "2026-03-15": "2025-06-30",
                   "2026-03-16": "2026-03-16+r1", "2026-11-30": "2026-03-16+r1"}),
        ("jd", {"2020-01-01": "2026-captured", "2026-11-30": "2026-captured"}),
        ("wechat", {"2026-06-15": "2026-06-15", "2026-11-30": "2026-06-15"}),
        ("kuaishou", {"2023-01-01": "2023", "2024-12-31": "2023", "2025-01-01": "2025-inferred"}),
        ("pinduoduo", {"2020-01-01": "2022", "2026-11-30": "2022"}),
    ],
)  # fmt: skip
def test_a_date_in_each_span_selects_its_rules(platform: str, days: Mapping[str, str]) -> None:
    assert {day: version(platform, day) for day in days} == days


def test_before_the_first_day_there_are_no_rules() -> None:
    for platform, day in (("tmall", "2025-06-29"), ("wechat", "2026-06-14")):
        with pytest.raises(ss.CoverageError, match="no rule set is in force"):
            version(platform, day)


@pytest.mark.parametrize("platform", ["tmall", "jd", "wechat", "kuaishou", "pinduoduo"])
def test_today_has_rules(platform: str) -> None:
    declared = ss.platform(platform)
    today = datetime.now(ZoneInfo(declared.zone)).date()
    for card in declared.scorecards[:1]:
        assert card.at(today).covers(today)


def test_what_is_corrected_stays_as_it_was() -> None:
    """A snapshot that was published is never edited, and whoever names it gets it."""
    card = ss.platform("tmall").scorecard()
    text, _ = card.text("2026-03-16")
    found = sha256(text.encode()).hexdigest()
    assert found == "ddd37f212b13326cdd57cfd89f7fdcefe43f07a90b230c91713ddc4f98d466e5"
    result = ss.score_values(
        values({"arrival_hours": "40"}), platform="tmall", ruleset="2026-03-16", as_of="2026-08-02"
    )
    assert result.ruleset == "2026-03-16"
    rules = result.rules
    for id in ("arrival_hours", "im_satisfaction_rate", "pickup_48h_rate"):
        bound = rules.metrics[id]
        assert (bound.first_age(result.as_of), bound.last_age(result.as_of)) == (1, 30)
    assert "next_day_share" not in rules.metrics


# ----------------------------------------------------------------------------- Tmall's windows

RANGES = {
    # as_of 2026-08-02 is what the page of data date 2026-08-01 was opened on
    "2026-08-02": {
        "im_3min_reply_rate": ("2026-07-03", "2026-08-01"),
        "platform_help_rate": ("2026-07-03", "2026-08-01"),
        "goods_negative_rate": ("2026-07-02", "2026-07-31"),
        "goods_good_review_rate": ("2026-07-02", "2026-07-31"),
        "refund_handling_hours": ("2026-07-02", "2026-07-31"),
        "im_satisfaction_rate": ("2026-07-01", "2026-07-30"),
        "next_day_share": ("2026-07-01", "2026-07-30"),
        "pickup_48h_rate": ("2026-06-30", "2026-07-29"),
        "arrival_hours": ("2026-06-23", "2026-07-22"),
    },
    "2026-09-02": {
        "im_3min_reply_rate": ("2026-08-03", "2026-09-01"),
        "platform_help_rate": ("2026-08-03", "2026-09-01"),
        "goods_negative_rate": ("2026-08-02", "2026-08-31"),
        "goods_good_review_rate": ("2026-08-02", "2026-08-31"),
        "refund_handling_hours": ("2026-08-02", "2026-08-31"),
        "im_satisfaction_rate": ("2026-08-01", "2026-08-30"),
        "next_day_share": ("2026-08-01", "2026-08-30"),
        "pickup_48h_rate": ("2026-07-31", "2026-08-29"),
        "arrival_hours": ("2026-07-24", "2026-08-22"),
    },
}


def window(result: ss.Result, id: str) -> tuple[str, str]:
    bound, day = result.rules.metrics[id], result.as_of
    ages = bound.last_age(day), bound.first_age(day)
    first, last = (day - timedelta(days=age) for age in ages)
    return first.isoformat(), last.isoformat()


@pytest.mark.parametrize("as_of", RANGES)
def test_tmall_date_ranges(as_of: str) -> None:
    result = ss.score_values(values({"arrival_hours": "40"}), platform="tmall", as_of=as_of)
    assert {id: window(result, id) for id in RANGES[as_of]} == RANGES[as_of]


def test_tmall_lags_may_be_others() -> None:
    result = ss.score_values(
        values({"arrival_hours": "40"}), platform="tmall", as_of="2026-08-02",
        assume={"tmall.2026-03-16+r1.lag.arrival_hours": 5, "window.days": 90},
    )  # fmt: skip
    assert window(result, "arrival_hours") == ("2026-04-29", "2026-07-27")
    assert window(result, "goods_negative_rate") == ("2026-05-03", "2026-07-31")
    named = {a["id"]: a for a in json.loads(result.to_json())["assumptions"]}
    assert named["tmall.2026-03-16+r1.lag.arrival_hours"]["source"] == "user"
    seen = named["tmall.2026-03-16+r1.lag.pickup_48h_rate"]
    assert (seen["value"], seen["source"], seen["seen_in"]) == (3, "assumption", "console")


# ---------------------------------------------------------------- Tmall's weights that were seen

NONE = {"bonus_points": "-", "violations": "-"}
DIMENSIONS = points(goods="5", logistics="5", service="4.32")


def tmall(profile: str | None = PROFILE, numbers: Any = DIMENSIONS, **more: Any) -> ss.Result:
    return ss.score_values(
        values({"arrival_hours": "40", **NONE}), platform="tmall", as_of="2026-08-02",
        profile=profile, numbers=numbers, **more,
    )  # fmt: skip


def test_tmall_466() -> None:
    result = tmall()
    shop = result["S"]
    assert (shop.status, shop.score_exact, shop.score) == ("scored", "233/50", 4.66)
    assert shop.shown == {"stars": 4.5}
    assert shop.tiers == ("yearly_standard", "batch_shipping_talks")


@pytest.mark.parametrize(
    ("total", "stars"), [("5", 5.0), ("4.999", 5.0), ("4.99", 4.5), ("4.5", 4.5), ("4.49", 4.0),
                         ("3.5", 3.5), ("3.49", 3.0), ("3", 3.0)],
)  # fmt: skip
def test_tmall_stars_are_cut_to_half_steps(total: str, stars: float) -> None:
    result = tmall(numbers=points(goods=total, logistics=total, service=total))
    assert result["S"].shown == {"stars": stars}


def test_a_profile_is_named_or_nothing_of_it_is_used() -> None:
    without, named = tmall(profile=None), tmall()
    assert (without["S"].status, without["S"].score) == ("partial", None)
    told = json.loads(without.to_json())
    assert told["profile"] is None
    missing = {m["number"] for m in told["missing_numbers"]}
    assert {f"dimensions.{id}.weight" for id in ("goods", "logistics", "service")} <= missing
    assert not any("captured" in a["id"] for a in told["assumptions"])
    assert "profile_used" not in {notice.code for notice in without.notices}
    told = json.loads(named.to_json())
    assert told["profile"] == PROFILE
    (notice,) = (notice for notice in named.notices if notice.code == "profile_used")
    assert PROFILE in str(notice)
    assert PROFILE in notice.text("zh")


def test_a_profile_supplies_what_is_still_missing() -> None:
    """Weights of a user's own, in a file or by assumption, go before those of the profile."""
    own = {"dimensions": [{"id": "goods", "weight": 0.4}, *DIMENSIONS["dimensions"][1:]]}
    own["dimensions"][0]["points"] = 5.0
    by_file = tmall(numbers=own, assume={"weight.logistics": "0.1"})
    weights = {d.id: d.weight for d in by_file["S"].dimensions}
    assert weights == {"goods": 0.4, "logistics": 0.1, "service": 0.5}
    assert by_file["S"].score_exact == str(F("0.4") * 5 + F("0.1") * 5 + F("0.5") * F("4.32"))


def test_weights_within_a_dimension() -> None:
    """Of service the reply has 0.30, and the other three share the rest equally, as is assumed."""
    bands = {"kind": "bands", "bands": [[10, 4]], "floor": 3}
    rows = {
        "im_3min_reply_rate": "0.9", "im_satisfaction_rate": "0.9", "refund_handling_hours": "9",
        "platform_help_rate": "0.01", **NONE,
    }  # fmt: skip
    table = values(rows).with_columns(
        points=pl.Series(["4.5", "4.3", "4.6", "5", "", ""]).replace("", None)
    )
    numbers = {"scorers": dict.fromkeys(list(rows)[2:4], bands)}
    for assume, shares in (
        ({}, (1, 1, 1)),
        ({"captured_2026_04.share.platform_help_rate": "2"}, (1, 1, 2)),
    ):
        result = ss.score_values(
            table, platform="tmall", as_of="2026-08-02", profile=PROFILE, numbers=numbers,
            assume=assume,
        )  # fmt: skip
        rest = zip(("4.3", "4.6", "5"), shares, strict=True)
        expected = F("0.3") * F("4.5") + F("0.7") * sum(F(p) * share for p, share in rest) / sum(
            shares
        )
        place = result.composed.dimensions["service"].fractions()[0]
        assert place == expected
        named = {a["id"] for a in json.loads(result.to_json())["assumptions"]}
        assert "tmall.2026-03-16+r1.captured_2026_04.share.platform_help_rate" in named


def test_an_unknown_profile() -> None:
    with pytest.raises(
        ss.UsageError, match=r"no profile captured; did you mean captured_2026_04\?"
    ):
        tmall(profile="captured")
    with pytest.raises(ss.UsageError, match="kuaishou/experience/2023 has no profile x"):
        ss.score_values(
            values({"refund_only_hours": "1"}), platform="kuaishou", ruleset="2023", profile="x"
        )


# ------------------------------------------------------------------ Tmall's deduction, not published

VIOLATIONS = "tmall.2026-03-16+r1.violations.worth"
ORDERS = [
    {"shop_id": "S", "order_id": f"O{n}", "paid_at": "2026-07-20 10:00:00"} for n in range(30)
]


def with_violations(count: int | None, **more: Any) -> ss.Result:
    """Thirty paid orders, and so many violations of late, one too old, or no such stream."""
    days = ["2026-08-01"] * (count or 0) + ["2026-07-02"]
    rows = [
        {"shop_id": "S", "violation_id": f"V{n}", "happened_at": f"{day} 09:00:00", "kind": "any"}
        for n, day in enumerate(days)
    ]
    events: dict[str, list[dict[str, str]]] = {"orders": ORDERS}
    if count is not None:
        events["violations"] = rows
    return ss.score(
        {name: pl.DataFrame(every) for name, every in events.items()},
        platform="tmall", as_of="2026-08-02", profile=PROFILE, numbers=DIMENSIONS,
        values=values({"bonus_points": "-"}), **more,
    )  # fmt: skip


@pytest.mark.parametrize("count", [None, 0, 1, 7])
def test_nothing_is_taken_off_until_the_points_are_given(count: int | None) -> None:
    result = with_violations(count)
    shop = result["S"]
    assert (shop.status, shop.score_exact) == ("scored", "233/50")
    number = "deduction.violations.worth"
    named = {m.number: m.assumption for m in result.missing_numbers}
    assert named[number] == VIOLATIONS
    found = metric(result, "S", "violations")
    if count is None:
        assert (found.status, found.value) == ("no_data", None)
        needed = [n.metrics for n in result.notices if n.code == "missing_input"]
        assert not any("violations" in ids for ids in needed)
    else:
        assert (found.status, found.value, found.points) == ("missing_number", count, None)
        assert "lower the score" in found.reason


@pytest.mark.parametrize(("count", "total"), [(0, "4.66"), (1, "4.46"), (7, "3.26"), (9, "3")])
def test_points_that_are_given_are_taken_off(count: int, total: str) -> None:
    result = with_violations(count, assume={VIOLATIONS: "0.2"})
    shop = result["S"]
    assert shop.score_exact == str(F(total))
    found = metric(result, "S", "violations")
    assert (found.status, found.value, found.points) == ("ok", count, float(F("0.2") * count))
    assert "deduction.violations.worth" not in {m.number for m in result.missing_numbers}


def test_where_points_are_known_violations_must_be_too() -> None:
    shop = with_violations(None, assume={VIOLATIONS: "0.2"})["S"]
    assert (shop.status, shop.score_low, shop.score_high) == ("partial", 3.0, 4.66)


# ------------------------------------------------------------------------------------------- JD


def jd(additional: str, **dimensions: str) -> ss.Result:
    return ss.score_values(
        values({"additional_points": additional}), platform="jd", as_of="2026-08-14",
        numbers=points(**dimensions),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "additional", "dimensions"),
    [
        ("9.95", "0.4", ("10.0", "9.8", "9.3", "8.8")),
        ("10.14", "0.6", ("10.0", "9.9", "9.1", "8.8")),
    ],
)
def test_jd_totals_that_were_shown(
    shown: str, additional: str, dimensions: tuple[str, ...]
) -> None:
    """Dimensions were shown with one decimal: the total lies within what these allow."""
    ids, half = ("service", "logistics", "aftersales", "goods"), F("0.05")
    totals = []
    for step in (-half, F(0), half):
        moved = {
            id: str(float(min(F(text) + step, F(10))))
            for id, text in zip(ids, dimensions, strict=True)
        }
        result = jd(additional, **moved)
        assert result["S"].status == "scored"
        totals.append(F(result["S"].score_exact))
    weights = (F("0.15"), F("0.5"), F("0.2"), F("0.15"))
    middle = sum(w * F(text) for w, text in zip(weights, dimensions, strict=True)) + F(additional)
    assert totals[1] == middle
    assert totals[0] - F("0.005") <= F(shown) <= totals[2] + F("0.005")


def test_a_total_of_jd_may_exceed_ten() -> None:
    shop = jd("0.6", service="10", logistics="10", aftersales="10", goods="10")["S"]
    assert (shop.score, shop.score_exact) == (10.6, "53/5")


def test_jd_windows_include_the_data_date() -> None:
    """Data date 2026-07-31 is as_of 2026-08-01."""
    result = ss.score_values(
        values({"late_shipments": "2", "star": "4.8"}), platform="jd", as_of="2026-08-01"
    )
    month = ("2026-07-02", "2026-07-31")
    ranges = {id: window(result, id) for id in result.rules.metrics}
    assert ranges.pop("aftersales_rating") == ("2026-05-03", "2026-07-31")
    assert ranges.pop("repurchase_rate") == ("2026-05-03", "2026-07-31")
    assert ranges.pop("price_power") == ("2026-07-31", "2026-07-31")
    assert ranges.pop("refund_without_return_rate") == ("2026-07-25", "2026-07-31")
    assert ranges.pop("gold_service_share") == ("2026-07-01", "2026-07-31")
    assert set(ranges.values()) == {month}
    assert metric(result, "S", "star").value == 4.8
    assert result["S"].status == "partial"


def test_weights_of_jd_say_where_they_were_seen() -> None:
    result = jd("0", service="1", logistics="2", aftersales="3", goods="4")
    named = {a["id"]: a for a in json.loads(result.to_json())["assumptions"]}
    seen = {"service": 0.15, "logistics": 0.5, "aftersales": 0.2, "goods": 0.15}
    for id, weight in seen.items():
        told = named[f"jd.2026-captured.weight.{id}"]
        assert (told["value"], told["source"], told["seen_in"]) == (weight, "assumption", "console")
    assert result.rules.ruleset.sources["console"].confidence == "P"


def test_points_of_jd_come_with_the_values() -> None:
    """Points of every metric of a dimension, and weights in a file, make its points."""
    rows = {
        "handling_hours": "21.75",
        "aftersales_rating": "4.61",
        "intervention_rate": "0.0022148",
    }
    table = values(rows).with_columns(points=pl.Series(["9.0", "8.8", "9.5"]))
    weights = {
        "dimensions": [
            {"id": "aftersales", "metrics": [{"id": id, "weight": 1} for id in rows]},
        ]
    }
    result = ss.score_values(table, platform="jd", as_of="2026-09-09", numbers=weights)
    assert result.composed.dimensions["aftersales"].fractions() == [F("9.1")]
    assert result["S"].coverage == 0.2


# --------------------------------------------------------------------------------------- WeChat


def wechat(**streams: list[dict[str, Any]]) -> ss.Result:
    rows = {
        name: pl.DataFrame([{"shop_id": "S", **row} for row in every])
        for name, every in streams.items()
    }
    return ss.score(rows, platform="wechat", as_of="2026-11-30")


def talk(rounds: int, seconds: int, unanswered: int = 0, **cells: Any) -> dict[str, Any]:
    cells = {"session_id": "C", "to_human": True, "started_at": "2026-11-20 10:00:00", **cells}
    return {**cells, "rounds": rounds, "reply_seconds": seconds, "unanswered_rounds": unanswered}


def test_wechat_replies() -> None:
    """56 h 8 min over 2,958 rounds are 68.3 s; 6 of 2,778 rounds had no reply."""
    seconds = (56 * 60 + 8) * 60
    result = wechat(conversations=[talk(2958, seconds), talk(9, 9, session_id="B", to_human=False)])
    found = result.graded["reply_seconds"].measured.column.fractions()
    assert found == [F(seconds, 2958)]
    assert round(float(found[0] or 0), 1) == 68.3
    result = wechat(conversations=[talk(2778, 1, 6)])
    assert result.graded["no_reply_rate"].measured.column.fractions() == [F(6, 2778)]


@pytest.mark.parametrize(
    ("id", "total", "count", "shown", "per"),
    [
        ("first_action_minutes", 5084 * 60 + 51, 1403, 217.5, 60),
        ("refund_minutes", 5125 * 60 + 7, 1337, 230.0, 60),
        ("return_refund_hours", 7396 * 60 + 19, 87, 85.0, 3600),
    ],
)
def test_wechat_durations(id: str, total: int, count: int, shown: float, per: int) -> None:
    """Totals of minutes over so many tickets, as an example of a console has them."""
    seconds, end = total * 60, datetime(2026, 11, 20, 10)
    kind = "return_refund" if per == 3600 else "refund_only"
    each, rest = divmod(seconds, count)
    rows = [
        {
            "ticket_id": f"T{n}", "kind": kind, "reason": "quality",
            "applied_at": str(end - timedelta(seconds=each + (n < rest))), "approved_at": str(end),
            "closed_at": str(end), "return_signed_at": None, "refunded_at": None,
            "platform_intervened": False,
        }
        for n in range(count)
    ]  # fmt: skip
    schema = dict.fromkeys(("return_signed_at", "refunded_at"), pl.String)
    table = pl.DataFrame([{"shop_id": "S", **row} for row in rows], schema_overrides=schema)
    result = ss.score({"aftersales": table}, platform="wechat", as_of="2026-11-30")
    measured = result.graded[id].measured
    assert measured.column.fractions() == [F(seconds, count * per)]
    assert round(float(F(seconds, count * per)), 1) == shown


def test_wechat_names_the_weights_that_are_missing() -> None:
    table = values({"quality_refund_rate": "0.0135", "aftersales_satisfaction": "0.98"})
    result = ss.score_values(table, platform="wechat", as_of="2026-11-30")
    assert (result["S"].status, result["S"].coverage) == ("partial", 0.0)
    missing = {m.number for m in result.missing_numbers}
    assert {f"dimensions.{id}.weight" for id in ("goods", "logistics", "service")} <= missing
    weighted = [entry.id for _, entry in result.rules.exact.entries]
    assert len(weighted) == 11
    for id in weighted:
        assert any(number.endswith(f".{id}.weight") for number in missing)
        assert any(number.endswith(f".{id}.scorer") for number in missing)
    assert metric(result, "S", "aftersales_satisfaction").value == 0.98
