"""Rows like those of golden cases are among the events that the kit counts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from attrs import evolve

from shopscore import Context, Platform, Points, Rationals, RuleSet, Scorecard
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.plugins.records import PluginRecord
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing.golden_cases import golden_cases
from shopscore.testing.sampling import AS_OF, drawn_frames, read_frames, sample_frames
from shopscore.testing.shop_laws import scorers
from shopscore.testing.subject import Subject
from support import faulty_rules

_VISIT = """{ shop_id = "A", visit_id = "v%d", order_id = "7", came_at = "2026-01-01", pages = 4, more = 1 },"""
#: Two shops with an order dearer than any that is drawn; A has 30 visits. 2026-01-01 is age 7.
CASE = "\n".join(
    (
        'ruleset = "1"\nas_of = 2026-01-08\n[events]',
        'shops = [{ shop_id = "A", industry = "tea" }]',
        "orders = [",
        '{ shop_id = "A", order_id = "7", paid_at = "2026-01-01 10:00:00", amount = "77777.50" },',
        '{ shop_id = "B", order_id = "7", paid_at = 2026-01-01 10:00:00, amount = 77777 },',
        "]\nvisits = [",
        *(_VISIT.replace("%d", str(number)) for number in range(30)),
        ']\n[expect.A]\nstatus = "scored"',
    )
)


def card_of(platform: Platform) -> tuple[Scorecard, RuleSet]:
    card = platform.scorecard()
    return card, parse_ruleset(faulty_rules.RULES, "faulty.toml", kinds=card.own_kinds)


Making = Callable[..., BoundRuleSet]


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Making:
    """The rules of a plugin with golden cases, each a text by its file."""

    def make(files: dict[str, str] | None = None) -> BoundRuleSet:
        folder = tmp_path / "cases_of_faulty" / "cases"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        for name, text in (files or {"case.toml": CASE}).items():
            (folder / name).write_text(text, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "cases_of_faulty", raising=False)
        module = ModuleType("faulty_metrics")
        module.SHARE = faulty_rules.metric("orders", "none")  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        platform = faulty_rules.platform("faulty_metrics", "none", cases="cases_of_faulty:cases")
        return BoundRuleSet.bind(platform, *card_of(platform))

    return make


def made(rules: BoundRuleSet, stream: str) -> pl.DataFrame:
    return sample_frames(rules)[stream].filter(pl.col("shop_id").str.starts_with("C"))


def test_shops_like_those_of_cases_are_there_on_the_days_that_count(rules: Making) -> None:
    """2026-01-01 is seven days before 2026-01-08: a few cells are others, most are as they were."""
    bound = rules()
    orders, visits = made(bound, "orders"), made(bound, "visits")
    there = datetime.combine(AS_OF, datetime.min.time()) - timedelta(days=7)
    assert orders["shop_id"].n_unique() >= 6
    assert set(orders["order_id"]) == {"7"}
    assert {Decimal("77777.50"), Decimal(77777)} <= set(orders["amount"])
    on_time = (orders["paid_at"] == there.replace(hour=10)).sum()
    assert len(orders) / 2 < on_time <= len(orders)
    moved = set(visits["came_at"]) - {there}
    assert moved <= {
        there + timedelta(d, s) for d, s in ((0, 1), (0, -1), (1, 0), (-1, 0), (-30, 0))
    }
    assert len(moved) > 1
    assert {3, 4, 5} == set(visits["pages"])
    assert set(visits["visit_id"]) <= {f"v{n}" for n in range(30)}
    assert set(visits["order_id"]) == {"7"}


def test_what_is_made_can_be_read(rules: Making) -> None:
    bound = rules()
    report = read_frames(bound, sample_frames(bound)).report
    assert {name: book.set_aside for name, book in report.books.items() if book.set_aside} == {}
    assert report.books["visits"].unlinked < report.books["visits"].accepted
    shops = made(bound, "shops")
    assert len(shops) == 12
    assert "tea" in shops["industry"].to_list()
    assert set(shops["industry"]) - {"tea"} <= set(drawn_frames(bound)["shops"]["industry"])


def test_the_same_rows_are_made_each_time(rules: Making) -> None:
    bound = rules()
    again = evolve(bound)
    assert again is not bound
    assert again != bound, "else the first sample would be kept"
    for name, frame in sample_frames(bound).items():
        assert frame.equals(sample_frames(again)[name])


def test_what_was_drawn_stays_as_it_is(rules: Making) -> None:
    bound = rules()
    for name, frame in drawn_frames(bound).items():
        whole = sample_frames(bound)[name]
        assert whole.select(frame.columns).head(len(frame)).rows() == frame.rows()


class Dear(faulty_rules.FaultyScorer):
    """Off the scale where a shop has dear orders alone: no drawn one has, that of the case has."""

    def points(self, values: Rationals, context: Context) -> Points:
        found = super().points(values, context)
        dear = context.values.at_least(1)
        return Points(Rationals.constant(6, len(values)).where(dear, found.values), found.known)


def test_a_fault_is_found_that_drawn_rows_do_not_show(
    rules: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shopscore.testing import sampling

    bound = rules()
    made_of = evolve(bound, exact=evolve(bound.exact, scorers={"own": Dear()}))
    subject = Subject(PluginRecord("f", "f", "f", "1", "active", (bound.platform,)), ())
    subject.__dict__["rules"] = (made_of,)
    (found,) = scorers(subject)
    assert found.status == "failed"
    assert "6 points are outside the scale" in found.message
    monkeypatch.setattr(sampling, "with_case_rows", lambda _, frames, __: frames)
    subject.__dict__["rules"] = (evolve(made_of),)
    assert [one.status for one in scorers(subject)] == ["passed"]


BROKEN = {
    "no TOML": "ruleset = ",
    "no day": CASE.replace("as_of = 2026-01-08", 'as_of = "soon"'),
    "no events": CASE.replace("[events]", "[happened]"),
    "an unknown stream": CASE.replace("visits = [", "visitors = ["),
    "a row without a shop": CASE.replace('{ shop_id = "B", ', "{ "),
    "rows that are none": CASE.replace("orders = [", "orders = [1,"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_case_that_cannot_be_read_is_left_to_the_check_of_cases(
    fault: str, rules: Making
) -> None:
    assert BROKEN[fault] != CASE
    bound = rules({"broken.toml": BROKEN[fault]})
    assert "C0000" not in sample_frames(bound)["shops"]["shop_id"].to_list()
    record = PluginRecord("f", "f", "f", "1", "active", (bound.platform,))
    checks = list(golden_cases(Subject(record, (bound.platform,))))
    assert [(c.status, c.subject) for c in checks] == [("failed", "faulty/card: broken.toml")]


def test_beside_a_broken_case_the_others_are_taken(rules: Making) -> None:
    bound = rules({"broken.toml": BROKEN["no TOML"], "case.toml": CASE})
    assert len(made(bound, "shops")) == 12


def test_without_the_folder_of_one_scorecard_the_cases_of_others_are_checked(
    rules: Making,
) -> None:
    """The second scorecard's folder is there; the first one's rules are still sampled and scored."""
    bound = rules({"broken.toml": BROKEN["no TOML"]})
    first = evolve(bound.scorecard, cases="cases_of_faulty:nowhere")
    platform = evolve(bound.platform, scorecards=(first, evolve(bound.scorecard, id="other")))
    record = PluginRecord("f", "f", "f", "1", "active", (platform,))
    checks = list(golden_cases(Subject(record, (platform,))))
    assert [(c.status, c.subject) for c in checks] == [
        ("failed", "faulty/card"),
        ("failed", "faulty/other: broken.toml"),
    ]
    assert "cases_of_faulty:nowhere: FileNotFoundError" in checks[0].message
    without = evolve(bound, scorecard=first)
    assert len(sample_frames(without)["shops"]) == 6
    package = evolve(bound.scorecard, cases="no_such_package:cases")
    checks = list(golden_cases(Subject(record, (evolve(platform, scorecards=(package,)),))))
    assert "no_such_package" in checks[0].message
