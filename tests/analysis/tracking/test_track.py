"""Tracks: each day is the score of that day; a change of rules is told by both scores of its day."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM
from support.console_documents import EXAMPLES

FRAMES = generate(shops=6, orders=300, seed=3, end=date(2025, 1, 20))
#: The second rule set of the toy is in force from this day.
CHANGE = date(2025, 1, 1)
TOY: dict[str, Any] = {"platform": PLATFORM}
RANGE: dict[str, Any] = {"start": CHANGE - timedelta(days=2), "end": CHANGE + timedelta(days=2)}
#: The page names no shop: it is the one that its folder is named after.
SHOP = "900004"
SERVICE = json.loads((EXAMPLES / "pinduoduo_mall_serve_score.json").read_text("utf-8"))


def scored(as_of: date, ruleset: str | None = None) -> pl.DataFrame:
    return ss.score(FRAMES, as_of=as_of, ruleset=ruleset, **TOY).to_polars()


def save_page(folder: Path, day: str, total: float, name: str = "page") -> None:
    """Save what a console would show of a day, under a name that says nothing."""
    shown = {**SERVICE["result"], "readyDate": day, "cstmrServScore": total}
    (folder / SHOP).mkdir(exist_ok=True, parents=True)
    (folder / SHOP / f"{name}.json").write_text(json.dumps({**SERVICE, "result": shown}), "utf-8")


class TestOfEvents:
    def test_each_day_is_its_own_score(self) -> None:
        found = ss.track(FRAMES, **RANGE, **TOY)
        assert (found.first, found.last) == (RANGE["start"], RANGE["end"])
        for day in found.days["as_of"].unique():
            own = found.days.filter(as_of=day)
            assert own.equals(scored(day).select(own.columns))

    @pytest.mark.parametrize("ruleset", [None, "2025-01-01"])
    def test_of_a_result_as_of_its_events(self, ruleset: str | None) -> None:
        """With the choice of rules that the result was made with."""
        result = ss.score(FRAMES, as_of=RANGE["end"], ruleset=ruleset, **TOY)
        found, wanted = (
            result.track(start=RANGE["start"]),
            ss.track(FRAMES, ruleset=ruleset, **RANGE, **TOY),
        )
        assert found.days.equals(wanted.days)
        assert [c.to_dict() for c in found.changes] == [c.to_dict() for c in wanted.changes]
        assert found.notices == wanted.notices
        of_one = result["S0002"].track(start=RANGE["start"])
        assert of_one.days.equals(found.days.filter(shop_id="S0002"))

    def test_a_result_has_its_rules_and_needs_events(self) -> None:
        result = ss.score(FRAMES, as_of=CHANGE, **TOY)
        with pytest.raises(ss.UsageError, match="platform= is not for it"):
            ss.track(result, platform=PLATFORM)
        metric = next(iter(result.graded))
        values = pl.DataFrame({"shop_id": ["S1"], "metric": [metric], "value": ["1"]})
        with pytest.raises(ss.UsageError, match="was not made from events"):
            ss.score_values(values, as_of=CHANGE, **TOY).track()

    def test_on_the_day_of_a_change_both_scores_are_told(self) -> None:
        (change,) = ss.track(FRAMES, **RANGE, **TOY).changes
        assert (change.day, change.before, change.after) == (CHANGE, "2024-01-01", "2025-01-01")
        old, new = scored(CHANGE, "2024-01-01"), scored(CHANGE, "2025-01-01")
        assert change.shops["score_exact_before"].equals(old["score_exact"], check_names=False)
        assert change.shops["score_exact_after"].equals(new["score_exact"], check_names=False)
        assert not old["score_exact"].equals(new["score_exact"])

    def test_a_named_rule_set_never_changes(self) -> None:
        found = ss.track(FRAMES, ruleset="2024-01-01", **RANGE, **TOY)
        assert not found.changes
        assert set(found.days["ruleset"]) == {"2024-01-01"}

    def test_one_shop_is_ranked_among_all(self) -> None:
        alone, every = (
            ss.track(FRAMES, shop="S0002", **RANGE, **TOY),
            ss.track(FRAMES, **RANGE, **TOY),
        )
        assert alone.shop_ids == ("S0002",)
        assert alone.to_polars().equals(every.shop("S0002").to_polars())
        assert alone.changes[0].shops.equals(every.shop("S0002").changes[0].shops)

    def test_of_a_state(self) -> None:
        state = ss.tally(ss.resolve(FRAMES, ruleset="2024-01-01", **TOY))
        found = ss.track(state, shops=FRAMES["shops"], **RANGE, **TOY)
        every = ss.track(FRAMES, **RANGE, **TOY)
        assert found.days["score_exact"].equals(every.days["score_exact"])

    def test_thirty_days_where_none_is_named_first(self) -> None:
        days = ss.track(FRAMES, end="2025-01-20", shop="S0001", **TOY).days["as_of"]
        assert days.to_list() == [date(2024, 12, 22) + timedelta(days=n) for n in range(30)]

    def test_an_unknown_shop_is_guessed_at(self) -> None:
        with pytest.raises(ss.UsageError, match="no shop S0007 here; did you mean"):
            ss.track(FRAMES, shop="S0007", **RANGE, **TOY)
        with pytest.raises(ss.UsageError, match="no shop S0007 here; did you mean"):
            ss.track(FRAMES, **RANGE, **TOY).shop("S0007")

    def test_a_range_that_ends_before_it_begins(self) -> None:
        with pytest.raises(ss.UsageError, match="2025-01-03 is after 2025-01-01"):
            ss.track(FRAMES, start="2025-01-03", end="2025-01-01", **TOY)

    def test_a_result_of_no_day_is_kept_but_its_columns(self) -> None:
        document = ss.track(FRAMES, shop="S0001", **RANGE, **TOY).to_dict()
        assert json.loads(ss.track(FRAMES, shop="S0001", **RANGE, **TOY).to_json()) == document
        assert [row["as_of"] for row in document["days"]] == [
            (RANGE["start"] + timedelta(days=n)).isoformat() for n in range(5)
        ]


class TestOfDocuments:
    def test_the_days_of_documents_are_the_days_after_what_they_count(self, tmp_path: Path) -> None:
        save_page(tmp_path, "2026-08-30", 3.79, "b")
        save_page(tmp_path, "2026-08-31", 3.81, "a")
        found = ss.track(tmp_path, platform="pinduoduo")
        assert found.days["as_of"].to_list() == [date(2026, 8, 31), date(2026, 9, 1)]
        assert found.to_polars()["console_score"].to_list() == [3.79, 3.81]
        assert found.to_polars()["console_score_exact"].to_list() == ["379/100", "381/100"]

    def test_a_day_has_what_its_own_documents_show(self, tmp_path: Path) -> None:
        """Nothing of another day's page, though it is the newest that tells a figure."""
        both, one = tmp_path / "both" / "pages", tmp_path / "one" / "pages"
        save_page(both, "2026-08-29", 3.79, "b")
        for folder in (both, one):
            save_page(folder, "2026-08-31", 3.81, "a")
        found = ss.track(both, platform="pinduoduo", start="2026-08-31")
        assert set(found.console["as_of"]) == {date(2026, 9, 1)}
        alone = ss.score(one, platform="pinduoduo", as_of="2026-09-01").to_polars()
        assert found.days.equals(alone.select(found.days.columns))

    def test_beside_events(self, tmp_path: Path) -> None:
        events = generate(shops=3, orders=200, end=date(2026, 8, 31))
        renamed = {
            name: frame.with_columns(pl.col("shop_id").replace("S0002", SHOP))
            for name, frame in events.items()
        }
        save_page(tmp_path, "2026-08-30", 3.79)
        days = {"start": "2026-08-30", "end": "2026-09-01"}
        found = ss.track(renamed, platform="pinduoduo", documents=tmp_path, shop=SHOP, **days)
        alone = ss.track(renamed, platform="pinduoduo", shop=SHOP, **days)
        assert found.to_polars()["console_score"].to_list() == [None, 3.79, None]
        assert found.days.equals(alone.days)  # documents stand beside, and change nothing
        helped = found.console.filter(kind="metric", id="platform_help_rate")
        assert Fraction(helped["value_exact"].item()) == Fraction(85, 10_000)

    def test_a_document_without_a_day_is_on_no_line(self, tmp_path: Path) -> None:
        save_page(tmp_path, "2026-08-30", 3.79)
        page = {**SERVICE, "result": {**SERVICE["result"], "readyDate": None}}
        (tmp_path / SHOP / "undated.json").write_text(json.dumps(page), "utf-8")
        found = ss.track(tmp_path, platform="pinduoduo")
        assert len(found.days) == 1
        (notice,) = [n for n in found.notices if "does not tell of which day" in str(n)]
        assert "undated.json" in str(notice)
        (tmp_path / SHOP / "page.json").unlink()
        with pytest.raises(ss.InputError, match="no document here tells of which day it is"):
            ss.track(tmp_path, platform="pinduoduo")

    def test_a_day_that_shows_nothing_that_counts_is_left_out(self, tmp_path: Path) -> None:
        """A page of service metrics tells nothing of seller standards."""
        for name in ("ebay_standards_profiles.json", "ebay_customer_service_metric_region.json"):
            (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
        found = ss.track(tmp_path, platform="ebay")
        assert found.days["as_of"].to_list() == [date(2026, 8, 21), date(2026, 9, 1)]
        (notice,) = [n for n in found.notices if "left out" in str(n)]
        assert str(notice).endswith("show no value that counts: 2026-09-02")
        (tmp_path / "ebay_standards_profiles.json").unlink()
        with pytest.raises(ss.InputError, match="no shop has a value that counts for 2026-09-02"):
            ss.track(tmp_path, platform="ebay")

    def test_a_range_without_documents(self, tmp_path: Path) -> None:
        save_page(tmp_path, "2026-08-30", 3.79)
        with pytest.raises(ss.InputError, match="no document is of 2026-09-05 to 2026-09-06"):
            ss.track(tmp_path, platform="pinduoduo", start="2026-09-05", end="2026-09-06")
