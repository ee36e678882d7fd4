"""What a metric must reach, from a user's table: at the bound, by industry, and what is unreadable."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shopscore as ss
from shopscore.composing.standards import EVERY, Standards, compare_with_standards
from support.graded_columns import measured
from support.value_platform import SHOWN, WEIGHED, of_shops, rules_of, scored, table, view

F = Fraction
RULES = rules_of(SHOWN)


def reached(values: dict[str, Any], *rows: tuple[Any, Any, Any], metric: str = "up") -> list[Any]:
    result = scored(of_shops(values, metric), RULES, standards=Standards.from_rows(rows))
    return [view(result, shop, metric).reached for shop in values]


# ------------------------------------------------------------------------------- who reaches it


@pytest.mark.parametrize(
    ("metric", "expected"), [("up", [False, True, True]), ("down", [True, True, False])]
)
def test_the_standard_itself_is_enough(metric: str, expected: list[bool]) -> None:
    values = {"below": "0.799999", "at": "0.8", "above": "0.800001"}
    assert reached(values, ("food", metric, "0.8"), metric=metric) == expected


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.fractions(-2, 2)), min_size=1, max_size=9),
    st.dictionaries(st.sampled_from(["a", "b", EVERY]), st.integers(-200, 200).map(lambda n: F(n, 100))),
    st.sampled_from(["higher", "lower"]),
)  # fmt: skip
def test_against_plain_fractions(
    shops: list[tuple[str, F | None]], table_: dict[str, F], better: Any
) -> None:
    """Values on the bound itself among them."""
    shops = [*shops, *((industry, bound) for industry in "ab" for bound in table_.values())]
    values = measured(m=[value for _, value in shops])["m"]
    rows = [
        (industry, "m", Decimal(bound.numerator) / bound.denominator)
        for industry, bound in table_.items()
    ]
    standards = Standards.from_rows(rows)
    found = compare_with_standards(standards, values, better, [industry for industry, _ in shops])
    for row, (industry, value) in enumerate(shops):
        bound = table_.get(industry, table_.get(EVERY))
        assert found.standards.fractions()[row] == bound
        there = bound is not None and value is not None
        assert found.reached[row] == (
            there and (value >= bound if better == "higher" else value <= bound)  # type: ignore[operator]
        )


def test_a_third_reaches_no_decimal_above_it() -> None:
    values = measured(m=[F(1, 3)] * 2)["m"]
    rows = [("a", "m", "0.33333333333333333333"), ("b", "m", "0.33333333333333333334")]
    found = compare_with_standards(Standards.from_rows(rows), values, "higher", ["a", "b"])
    assert found.reached.tolist() == [True, False]
    assert np.unique(found.standards.floats()).size == 1, "no double can tell them apart"


def test_of_ones_own_industry_or_of_all() -> None:
    rows = [(shop, shop, "up", "0.8", 1) for shop in ("food", "toys", "shoes")]
    standards = Standards.from_rows([("food", "up", "0.9"), ("*", "up", "0.7"), ("", "down", "3")])
    result = scored(table(rows), RULES, standards=standards)
    assert [view(result, shop).standard for shop in ("food", "toys", "shoes")] == [0.9, 0.7, 0.7]
    assert [view(result, shop).reached for shop in ("food", "toys", "shoes")] == [False, True, True]
    assert standards.of("food", "down") == 3, "an empty cell is every industry"
    assert standards.of("food", "other") is None


def test_nothing_is_said_where_there_is_no_value_or_no_standard() -> None:
    rows = [("a", "food", "up", None, 9), ("b", "toys", "up", "1", 9), ("c", "food", "up", "1", 0)]
    result = scored(table(rows), RULES, standards=Standards.from_rows([("food", "up", "0.5")]))
    assert [(view(result, s).standard, view(result, s).reached) for s in "abc"] == [
        (0.5, None), (None, None), (0.5, None),
    ]  # fmt: skip


def test_columns_and_documents_say_it(tmp_path: Path) -> None:
    path = tmp_path / "standards.csv"
    path.write_text("standard,metric,industry\n 0.5 , up ,*\n3,extra,food\n", encoding="utf-8")
    rules = rules_of(WEIGHED, '[[bonus]]\nmetric = "extra"\n')
    rows = [("a", "food", "up", "0.5", 1), ("a", "food", "extra", "2", 1)]
    result = scored(table(rows), rules, standards=path)
    frame = result.to_polars()
    assert frame.select("up.standard", "up.reached", "extra.standard", "extra.reached").rows() == [
        (0.5, True, 3.0, False)
    ]
    metrics = json.loads(result.to_json())["shops"][0]["metrics"]
    assert [(m["standard"], m["reached"]) for m in metrics] == [(0.5, True), (3.0, False)]
    without = scored(table(rows), rules)
    assert not any(name.endswith((".standard", ".reached")) for name in without.to_polars().columns)


def test_metrics_that_are_not_shown_are_not_used_and_noticed() -> None:
    rows = [("*", metric, "1") for metric in ("upp", "up", "other", "down")]
    result = scored(of_shops({"a": 1}), RULES, standards=Standards.from_rows(rows))
    assert [notice for notice in map(str, result.notices) if "standards" in notice] == [
        "standards of metric other are not used by this rule set",
        "standards of metric upp are not used by this rule set",
    ]


def test_standards_change_no_score() -> None:
    values = of_shops({"a": 1, "b": 2})
    standards = Standards.from_rows([("*", "up", "1.5")])
    with_, without = (
        scored(values, rules_of(WEIGHED), standards=standards),
        scored(values, rules_of(WEIGHED)),
    )
    assert [s.score_exact for s in with_] == [s.score_exact for s in without] == ["1", "2"]


# ---------------------------------------------------------------------------- what is unreadable


def refused(path: Path, text: str, *words: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ss.InputError) as caught:
        scored(of_shops({"a": 1}), RULES, standards=path)
    assert path.name in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("cell", ["80%", "", "nan", "inf", "0,8", "1e99", "much"])
def test_what_is_no_number_is_named_with_its_place(cell: str, tmp_path: Path) -> None:
    text = f'industry,metric,standard\n*,up,1\nfood,down,"{cell}"\n'
    refused(tmp_path / "s.csv", text, "line 3, column standard", repr(cell))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("*,,1", "line 3, column metric: no metric"),
        ("*,up,2", "line 3, column metric: metric up has two standards"),
        (",up,2", "line 3, column metric: metric up has two standards"),
        ("*,down,2,4", "line 3: more cells than the header has: '4'"),
    ],
)
def test_rows_that_cannot_be_meant(row: str, words: str, tmp_path: Path) -> None:
    refused(tmp_path / "s.csv", f"industry,metric,standard\n*,up,1\n{row}\n", words)


@pytest.mark.parametrize("before", ["\n", '"two\nlines",up,1\n'], ids=["blank", "quoted"])
def test_lines_are_those_of_an_editor(before: str, tmp_path: Path) -> None:
    text = f"industry,metric,standard\n*,up,1\n{before}food,down,much\n"
    place = text[: text.index("food")].count("\n") + 1
    refused(tmp_path / "s.csv", text, f"line {place}, column standard")


def test_files_that_are_no_table_of_standards(tmp_path: Path) -> None:
    refused(tmp_path / "s.csv", "industry,metric\n*,up\n", "no column standard; needed: industry")
    text = "industry,Metric,standards\n*,up,1\n"
    refused(tmp_path / "s.csv", text, "did you mean Metric for metric, standards for standard?")
    with pytest.raises(ss.InputError, match=r"gone\.csv: no such file"):
        scored(of_shops({"a": 1}), RULES, standards=tmp_path / "gone.csv")


@pytest.mark.parametrize("number", [1, Decimal("0.5"), 0.25, "2", 0, "0"], ids=repr)
def test_rows_may_hold_numbers(number: Any) -> None:
    assert Standards.from_rows([("*", "up", number)]).of("food", "up") == F(str(number))


def test_a_parquet_file_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    pl.DataFrame({"industry": [None], "metric": ["up"], "standard": [0.5]}).write_parquet(path)
    assert Standards.read(path).table == {("*", "up"): F(1, 2)}


def test_units_wait_for_the_metric() -> None:
    """Beside a plain number 12 hours are no rate: what they can be is known with the rules."""
    rows = [("*", "up", "4.8"), ("*", "down", "12 h"), ("food", "up", "90%")]
    assert len(Standards.from_rows(rows).rows) == 3
