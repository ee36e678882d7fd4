"""Some shops of a metric, of what was supplied, and of a console: every column goes with them."""

from __future__ import annotations

import numpy as np
from attrs import evolve, fields

from shopscore.exact.columns import ExactColumn
from shopscore.grading.console import Console
from shopscore.grading.points import Supplied
from shopscore.grading.weighing import MetricValues

ROWS = np.array([2, 0, 2])
MASK = np.array([True, False, False])
COLUMN = ExactColumn.of([1, 2, 3])
#: What is the same for all shops.
OF_ALL = {
    "id", "missing_columns", "no_value_reason", "missing_reason", "per_row", "metric",
    "cut_reason", "without_number", "figures", "stated", "fill",
}  # fmt: skip


def test_every_column_of_a_metric() -> None:
    values = MetricValues("m", COLUMN, np.array([5, 6, 7]), ((np.arange(3), np.arange(3)),))
    masks = [
        one.name
        for one in fields(MetricValues)
        if one.name not in OF_ALL | {"column", "n", "sums", "documents"}
    ]
    values = evolve(values, documents=("a", "b", "c"), **dict.fromkeys(masks, MASK))
    some = values.take(ROWS)
    assert some.column.fractions() == [3, 1, 3]
    assert some.n.tolist() == [7, 5, 7]
    assert [part.tolist() for part in some.sums[0]] == [[2, 0, 2], [2, 0, 2]]
    assert some.documents == ("c", "a", "c")
    for name in masks:
        assert getattr(some, name).tolist() == [False, True, False], name


def test_every_column_of_a_console() -> None:
    names = [one.name for one in fields(Console) if one.name not in OF_ALL]
    of_ids = {"dimensions", "filling", "bounds", "counts"}
    console = Console(**{n: {"a": COLUMN} if n in of_ids else COLUMN for n in names})
    some = console.take(ROWS)
    for name in names:
        found = getattr(some, name)
        column = found["a"] if name in of_ids else found
        assert column.fractions() == [3, 1, 3], name


def test_every_column_that_was_supplied() -> None:
    some = Supplied({"a": COLUMN}, {"b": COLUMN}, fill=True).take(ROWS)
    assert (some.percentiles["a"].fractions(), some.points["b"].fractions()) == ([3, 1, 3],) * 2
    assert some.fill
