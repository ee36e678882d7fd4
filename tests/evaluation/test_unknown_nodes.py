"""A node that no evaluator knows is refused by each, never taken for a null."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen

from shopscore import ExpressionError, assumed, col
from shopscore.evaluation.types import type_of
from shopscore.evaluation.with_numpy import Program
from shopscore.evaluation.with_polars import to_polars
from shopscore.evaluation.with_python import evaluate
from shopscore.model.expressions import Expr
from shopscore.model.merging import merge_streams
from shopscore.model.streams import CANONICAL


@frozen
class Odd(Expr):
    """A kind of expression of somebody's own."""

    def __str__(self) -> str:
        return "odd"


STREAMS = merge_streams(CANONICAL)
EVALUATORS: dict[str, Callable[[Expr], Any]] = {
    "python": lambda expr: evaluate(expr, {}),
    "polars": to_polars,
    "numpy": lambda expr: Program.of([("true", expr)], frozenset()),
    "numpy, where known": lambda expr: Program.of([("known", expr)], frozenset()),
    "types": lambda expr: type_of(expr, STREAMS["orders"], STREAMS),
}
each_evaluator = pytest.mark.parametrize("evaluator", EVALUATORS.values(), ids=EVALUATORS)


@each_evaluator
def test_a_kind_of_expression_that_nobody_knows(evaluator: Callable[[Expr], Any]) -> None:
    with pytest.raises(ExpressionError, match="Odd"):
        evaluator(Odd())


def test_an_assumption_without_a_number() -> None:
    expr = col.rating <= assumed("bad_review.max_rating")
    for evaluator in (EVALUATORS["python"], EVALUATORS["polars"], EVALUATORS["numpy"]):
        with pytest.raises(ExpressionError, match=r"bad_review\.max_rating has no number yet"):
            evaluator(expr)


@pytest.mark.parametrize("value", [None, 3, "rating", "col"])
def test_what_is_no_expression_cannot_be_evaluated(value: Any) -> None:
    with pytest.raises(ExpressionError, match="evaluate needs an expression"):
        evaluate(value, {})
