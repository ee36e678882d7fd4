"""Expressions: polars, numpy and plain Python give the same for random trees and rows."""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import polars as pl
import pytest
from attrs import fields
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from shopscore import (
    Column,
    Expr,
    ExpressionError,
    Stream,
    Tally,
    assumed,
    col,
    day,
    first_of,
    lit,
    month,
    number,
    time_of_day,
    when,
)
from shopscore.evaluation import with_numpy
from shopscore.evaluation.bounds import bounds
from shopscore.evaluation.types import type_of
from shopscore.evaluation.with_numpy import Columns, Program, word_columns
from shopscore.evaluation.with_polars import to_polars
from shopscore.evaluation.with_python import evaluate
from shopscore.model import expressions as ex
from shopscore.model.expressions import columns_of
from shopscore.model.merging import merge_streams
from shopscore.model.streams import CANONICAL
from shopscore.rules.tally_checks import check_tally

DAY = 86_400
KINDS = ("refund_only", "exchange", "return_refund")  # declared in another order than sorted

# ------------------------------------------------------------------------------- random rows

SCHEMA: dict[str, Any] = {
    "a": pl.Int64,
    "b": pl.Int64,
    "order.a": pl.Int64,
    "t": pl.Int64,
    "p": pl.Boolean,
    "q": pl.Boolean,
    "kind": pl.String,
    "name": pl.String,
}
VALUES = {
    "a": st.integers(-4, 4),
    "b": st.integers(-1000, 1000),
    "order.a": st.integers(-3, 3),
    "t": st.one_of(
        st.integers(-3 * DAY, 3 * DAY),
        st.sampled_from([-DAY, -1, 0, 1, DAY - 1, DAY, 1_719_705_600, -62_135_596_800]),
    ),
    "p": st.booleans(),
    "q": st.booleans(),
    "kind": st.sampled_from(KINDS),
    "name": st.sampled_from(["", "a", "exchange", "中", "Z", "é"]),
}
Row = dict[str, Any]
rows = st.lists(
    st.fixed_dictionaries({name: st.none() | cell for name, cell in VALUES.items()}),
    min_size=1,
    max_size=12,
)

# ----------------------------------------------------------------------------- random trees

TEXTS, INTEGERS = ("", "a", "中", "exchange"), (-5, -2, -1, 0, 1, 2, 3, 180, 28_800, 10**6)


def grown(rng: Random, gives: str, depth: int) -> Expr:
    """A tree that gives an integer, a truth value, a text, or a word of `kind`.

    Grown from a seed and not drawn choice by choice: hypothesis prefers few of the nodes then.
    """
    if depth == 0 or rng.random() < 0.1:
        return leaf(rng, gives)

    def of(what: str) -> Expr:
        return grown(rng, what, depth - 1)

    shared: list[Callable[[], Expr]] = [
        lambda: first_of(*(of(gives) for _ in range(rng.randint(1, 3)))),
        lambda: when(of("truth"), of(gives), of(gives)),
        lambda: when(of("truth"), of(gives)),
    ]
    if gives == "integer":
        arithmetic = (operator.add, operator.sub, operator.mul, operator.floordiv)
        return rng.choice([
            *shared,
            *[lambda: rng.choice(arithmetic)(of("integer"), of("integer"))] * 4,
            lambda: rng.choice(arithmetic)(rng.choice(INTEGERS), of("integer")),
            lambda: rng.choice(arithmetic)(of("integer"), rng.choice(INTEGERS)),
            lambda: day(of("integer")),
            lambda: time_of_day(of("integer")),
            lambda: month(of("integer")),
        ])()  # fmt: skip
    if gives == "truth":
        equality = (operator.eq, operator.ne)
        order = (*equality, operator.lt, operator.le, operator.gt, operator.ge)
        some = rng.choice(("integer", "truth", "text", "word"))
        return rng.choice([
            *shared,
            *[lambda: rng.choice(order)(of("integer"), of("integer"))] * 2,
            lambda: rng.choice(order)(of("text"), of("text")),
            lambda: rng.choice(equality)(of("truth"), of("truth")),
            lambda: rng.choice(equality)(of("word"), rng.choice(KINDS)),
            *[lambda: of("truth") & of("truth"), lambda: of("truth") | of("truth")] * 2,
            lambda: ~of("truth"),
            lambda: of("integer").is_in(*rng.sample(INTEGERS, rng.randint(1, 3))),
            lambda: of("text").is_in(*rng.sample(TEXTS, rng.randint(1, 3))),
            lambda: of("word").is_in(*rng.sample(KINDS, rng.randint(1, 2))),
            lambda: of(some).is_null(),
            lambda: of(some).is_not_null(),
            lambda: of("integer").between(of("integer"), of("integer")),
        ])()  # fmt: skip
    if gives == "word" and rng.random() < 0.2:
        return first_of(of("word"), rng.choice(KINDS))
    return rng.choice(shared)()


def leaf(rng: Random, gives: str) -> Expr:
    match gives:
        case "integer":
            columns = (col.a, col.b, col.order.a, col.t)
            return rng.choice((*columns, *columns, lit(rng.choice(INTEGERS)), lit(None) + col.a))
        case "truth":
            return rng.choice((col.p, col.p, col.q, col.q, lit(True), lit(False), col.p & None))
        case "text":
            return rng.choice((col.name, col.name, lit(rng.choice(TEXTS))))
    return col.kind


def trees(*gives: str) -> st.SearchStrategy[Expr]:
    def tree(seed: int) -> Expr:
        rng = Random(seed)
        return grown(rng, rng.choice(gives), rng.randint(1, 4))

    return st.builds(tree, st.integers(0, 2**40))


NUMBERS = trees("integer")
TREES = trees("integer", "truth", "text", "word")


def by_polars(expr: Expr, found: list[Row]) -> list[Any]:
    frame = pl.DataFrame(found, schema=SCHEMA)
    return frame.with_columns(to_polars(expr).alias("_result"))["_result"].to_list()


def by_python(expr: Expr, found: list[Row]) -> list[Any]:
    return [evaluate(expr, row) for row in found]


def by_numpy(expr: Expr, found: list[Row]) -> list[Any]:
    """The values of a number or a truth value; for a word, whether there is one."""
    frame = pl.DataFrame(found, schema={**SCHEMA, "kind": pl.Enum(KINDS)})
    kind = type_of(expr, STREAM, STREAMS)
    if kind == "word":
        (known,) = answers_of([("known", expr)], frame)
        return known
    value: with_numpy.Question = ("true" if kind == "truth" else "number", expr)
    known, values = answers_of([("known", expr), value], frame)
    return [value if there else None for value, there in zip(values, known, strict=True)]


def answers_of(questions: list[with_numpy.Question], frame: pl.DataFrame) -> list[list[Any]]:
    """What a program answers, for all blocks together."""
    found: list[list[Any]] = [[] for _ in questions]
    for _, answers in Program.of(questions, word_columns(frame)).run(Columns(frame)):
        for so_far, answer in zip(found, answers, strict=True):
            so_far.extend(answer.tolist())
    return found


def bounds_of(found: list[Row]) -> dict[str, tuple[int, int] | None]:
    limits: dict[str, tuple[int, int] | None] = {}
    for name, dtype in SCHEMA.items():
        cells = [row[name] for row in found if row[name] is not None]
        limits[name] = (min(cells), max(cells)) if cells and dtype == pl.Int64 else None
    return limits


def same(a: list[Any], b: list[Any]) -> bool:
    """Equal, and of equal types: true is not one."""
    return [(type(x), x) for x in a] == [(type(x), x) for x in b]


@given(TREES, rows)
@settings(max_examples=200)
def test_the_evaluators_agree(expr: Expr, found: list[Row]) -> None:
    try:
        bounds(expr, bounds_of(found))
    except ExpressionError:
        assume(False)  # refused before it could wrap
    assert same(by_polars(expr, found), by_python(expr, found))


@given(TREES, rows, st.integers(1, 12))
@example(lit("exchange").is_in("a"), [dict.fromkeys(VALUES), dict.fromkeys(VALUES)], 1)
@settings(max_examples=200)
def test_numpy_agrees_in_blocks(expr: Expr, found: list[Row], block: int) -> None:
    try:
        bounds(expr, bounds_of(found))
    except ExpressionError:
        assume(False)
    expected = by_python(expr, found)
    if type_of(expr, STREAM, STREAMS) == "word":
        expected = [value is not None for value in expected]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(with_numpy, "BLOCK", block)
        assert same(by_numpy(expr, found), expected)


@given(st.lists(trees("truth"), min_size=1, max_size=4), rows)
@settings(max_examples=50)
def test_numpy_answers_many_questions_at_once(exprs: list[Expr], found: list[Row]) -> None:
    """What is true of several conditions, some of them on words, beside their numbers."""
    try:
        for expr in exprs:
            bounds(expr, bounds_of(found))
    except ExpressionError:
        assume(False)
    frame = pl.DataFrame(found, schema=SCHEMA)
    questions: list[with_numpy.Question] = [("true", expr) for expr in exprs]
    asked = when(exprs[0], col.a, 0)
    *true, numbers = answers_of([*questions, ("number", asked)], frame)
    for expr, answer in zip(exprs, true, strict=True):
        assert same(answer, [value is True for value in by_python(expr, found)])
    expected = by_python(asked, found)
    assert [n for n, e in zip(numbers, expected, strict=True) if e is not None] == [
        e for e in expected if e is not None
    ]


def test_a_number_that_stands_for_null_inside_is_a_number() -> None:
    """Beside nulls, the integer that marks them in a block is told from them."""
    frame = pl.DataFrame({"a": [with_numpy.NULL, None, 3]})
    known, values = answers_of([("known", col.a), ("number", col.a)], frame)
    assert known == [True, False, True]
    assert values == [with_numpy.NULL, with_numpy.NULL, 3]


@given(st.lists(TREES, min_size=1, max_size=4), rows)
@settings(max_examples=50)
def test_the_evaluators_agree_on_many_at_once(exprs: list[Expr], found: list[Row]) -> None:
    """Columns of one selection, as counting reads them."""
    try:
        for expr in exprs:
            bounds(expr, bounds_of(found))
    except ExpressionError:
        assume(False)
    frame = pl.DataFrame(found, schema=SCHEMA)
    columns = [to_polars(expr).alias(f"x{i}") for i, expr in enumerate(exprs)]
    selected = frame.lazy().select(pl.col("a").alias("_height"), *columns).collect()
    for i, expr in enumerate(exprs):
        assert same(selected[f"x{i}"].to_list(), by_python(expr, found))


@given(NUMBERS, rows)
@settings(max_examples=200)
def test_bounds_hold_every_value(expr: Expr, found: list[Row]) -> None:
    try:
        limits = bounds(expr, bounds_of(found))
    except ExpressionError:
        assume(False)
    for value in by_python(expr, found):
        if value is not None:
            assert limits is not None
            assert limits[0] <= value <= limits[1]


@pytest.mark.parametrize("far", [2**62 - 1, 1 - 2**62])
def test_the_border_of_what_fits(far: int) -> None:
    columns = {"a": (min(far, 0), max(far, 0)), "one": (1, 1)}
    assert bounds(col.a, columns) == columns["a"]
    beyond = col.a + col.one if far > 0 else col.a - col.one
    with pytest.raises(
        ExpressionError, match=f"values up to {far + (1 if far > 0 else -1)} do not"
    ):
        bounds(beyond, columns)


def test_bounds_are_tight_where_that_is_easy() -> None:
    columns = {"a": (-3, 5), "b": (2, 7), "n": None}
    assert bounds(col.a - col.b, columns) == (-10, 3)
    assert bounds(col.a * col.b, columns) == (-21, 35)
    assert bounds(when(col.p, col.a, col.b), columns) == (-3, 7)
    assert bounds(first_of(col.n, col.b), columns) == (2, 7)
    assert bounds(day(col.a), columns) == (-1, 0)
    assert bounds(time_of_day(col.a), columns) == (0, DAY - 1)
    assert bounds(month(col.a), columns) == (1969 * 12 + 11, 1970 * 12)
    assert bounds(month(col.n), columns) is None
    assert bounds(col.n + col.a, columns) is None
    low, high = bounds(col.a // col.b, columns) or (9, -9)
    assert low <= -2
    assert high >= 2


@pytest.mark.parametrize(
    "expr",
    [col.a * col.a, col.a * col.a * 0, (col.a + 2**61) - 2**61, when(col.p, 0, col.a * col.b * col.b),
     (col.a * col.b * 8) // 8, first_of(col.a, col.b * 2**40), (col.a * col.a) > 0,
     (col.b * 2**40).is_null()],
    ids=str,
)  # fmt: skip
def test_what_could_wrap_is_refused(expr: Expr) -> None:
    """Also on the way: in the middle, in a branch, below a condition."""
    with pytest.raises(ExpressionError, match="int64"):
        bounds(expr, {"a": (-(2**40), 2**61), "b": (-(2**25), 2**25)})


# --------------------------------------------------------------- the null rules, one by one

T, F_, N = True, False, None


@pytest.mark.parametrize(
    ("expr", "row", "value"),
    [
        (col.a + col.b, {"a": 1, "b": N}, N),
        (col.a - 1, {"a": N}, N),
        (col.p & col.q, {"p": F_, "q": N}, F_),
        (col.p & col.q, {"p": N, "q": F_}, F_),
        (col.p & col.q, {"p": T, "q": N}, N),
        (col.p | col.q, {"p": T, "q": N}, T),
        (col.p | col.q, {"p": N, "q": T}, T),
        (col.p | col.q, {"p": F_, "q": N}, N),
        (~col.p, {"p": N}, N),
        (col.a == col.b, {"a": N, "b": N}, N),
        (col.a != col.b, {"a": 1, "b": N}, N),
        (when(col.p, 1, 2), {"p": N}, 2),
        (when(col.p, 1), {"p": F_}, N),
        (col.a // col.b, {"a": 7, "b": -2}, -4),
        (col.a // col.b, {"a": -7, "b": 2}, -4),
        (col.a // col.b, {"a": -7, "b": -2}, 3),
        (col.a // col.b, {"a": 7, "b": 0}, N),
        (col.a.is_in(1, 2), {"a": N}, N),
        (col.a.is_in(1, 2), {"a": 2}, T),
        (col.kind.is_in("exchange"), {"kind": "refund_only"}, F_),
        (col.a.is_null(), {"a": N}, T),
        (col.a.is_not_null(), {"a": N}, F_),
        (day(col.t), {"t": -1}, -1),
        (day(col.t), {"t": DAY}, 1),
        (month(col.t), {"t": -1}, 1969 * 12 + 11),
        (month(col.t), {"t": 0}, 1970 * 12),
        (month(col.t), {"t": N}, N),
        (time_of_day(col.t), {"t": -1}, DAY - 1),
        (time_of_day(col.t), {"t": N}, N),
        (first_of(col.a, col.order.a, 5), {"a": N, "order.a": N}, 5),
        (first_of(col.a, col.b), {"a": 0, "b": 3}, 0),
        (first_of(col.p, col.q), {"p": F_, "q": T}, F_),
        (col.a.between(1, 3), {"a": 3}, T),
        (col.a.between(1, 3), {"a": 4}, F_),
        (col.p & None, {"p": F_}, F_),
        (lit(None) + col.a, {"a": 3}, N),
        (number("0.5") + number(2), {}, 2_500_000),
        (10 - col.a, {"a": 3}, 7),
        (10 // col.a, {"a": 3}, 3),
        (2 * col.a, {"a": 3}, 6),
        (1 + col.a, {"a": 3}, 4),
        (lit(True) & col.p, {"p": T}, T),
        (True & col.p, {"p": N}, N),
        (False | col.p, {"p": N}, N),
    ],
    ids=str,
)
def test_null_rules(expr: Expr, row: Row, value: Any) -> None:
    whole = {**dict.fromkeys(SCHEMA), **row}
    assert same(by_python(expr, [whole]), [value])
    assert same(by_polars(expr, [whole]), [value])
    assert same(by_numpy(expr, [whole]), [value])


@pytest.mark.parametrize(
    "expr",
    [
        col.a.is_in(1, None),
        ~col.a.is_in(1, None),
        col.a.is_in(),
        col.kind < "refund_only",
        col.kind >= col.name,
        first_of(col.kind, "unknown"),
        when(col.p, col.kind, "unknown"),
        when(col.p, "unknown", col.kind),
        ~lit(None),
        day(lit(None)),
        time_of_day(lit(None)),
        month(lit(None)),
        day(when(col.p, None)),
    ],
    ids=str,
)
def test_rare_expressions_mean_the_same_or_nothing(expr: Expr) -> None:
    """Either both evaluators agree, or the expression is refused by both."""
    found = [
        {**dict.fromkeys(SCHEMA), "a": a, "kind": kind, "p": p, "name": name}
        for a, kind, p, name in [
            (1, "refund_only", True, "a"), (2, "exchange", False, "exchange"),
            (None, None, None, None), (0, "return_refund", None, "zzz"), (1, None, True, "é"),
        ]
    ]  # fmt: skip
    outcomes = []
    for evaluator in (by_polars, by_python):
        try:
            outcomes.append(evaluator(expr, found))
        except ExpressionError:
            outcomes.append("refused")
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    "where",
    [
        col.reason == "qualty",
        col.reason.is_in("quality", "qualty"),
        lit("qualty") == col.reason,
        first_of(col.reason, "qualty") == "other",
        when(col.shipped, col.reason, "qualty") == "other",
        first_of(col.reason, "other") == "qualty",
    ],
    ids=str,
)
def test_a_word_that_no_enum_has_is_refused_when_rules_are_bound(where: Expr) -> None:
    """A misspelt word would be no word at all in polars, without a sound."""
    streams = merge_streams(CANONICAL, ())
    check_tally(Tally("aftersales", day=col.applied_at, where=col.reason == "quality"), streams)
    with pytest.raises(ExpressionError, match="qualty"):
        check_tally(Tally("aftersales", day=col.applied_at, where=where), streams)


# ----------------------------------------------------------------------- keys, hashes and words


def rebuilt(expr: Any) -> Any:
    """The same tree from new nodes."""
    if isinstance(expr, tuple):
        return tuple(rebuilt(part) for part in expr)
    if not isinstance(expr, Expr):
        return expr
    return type(expr)(*(rebuilt(getattr(expr, f.name)) for f in fields(type(expr))))


def shape(expr: Any) -> Any:
    """The tree as nested tuples, with the type of every constant."""
    if isinstance(expr, tuple):
        return tuple(shape(part) for part in expr)
    if not isinstance(expr, Expr):
        return type(expr).__name__, expr
    parts = (shape(getattr(expr, f.name)) for f in fields(type(expr)))
    return (type(expr).__name__, *parts)


@given(TREES)
def test_equal_trees_have_equal_keys_and_hashes(expr: Expr) -> None:
    again = rebuilt(expr)
    assert again is not expr
    assert shape(again) == shape(expr)
    assert (again.key, hash(again), str(again)) == (expr.key, hash(expr), str(expr))
    assert copy.deepcopy(expr).key == expr.key
    assert pickle.loads(pickle.dumps(expr)).key == expr.key


@given(TREES, TREES)
@settings(max_examples=200)
def test_equal_keys_mean_equal_trees(one: Expr, other: Expr) -> None:
    assert (one.key == other.key) == (shape(one) == shape(other))


@given(TREES, st.integers(0, 10**6), st.sampled_from([col.other, lit(77), lit("other")]))
def test_keys_see_every_place_of_a_tree(expr: Expr, place: int, other: Expr) -> None:
    """Another leaf in any place makes another key, another hash, and other words."""
    changed = with_leaf(expr, place % leaves(expr), other)
    assert shape(changed) != shape(expr)
    assert changed.key != expr.key
    assert hash(changed) != hash(expr)
    assert str(changed) != str(expr)


def leaves(expr: Expr) -> int:
    return sum(not node.children() for node in expr.walk())


def with_leaf(expr: Any, place: int, other: Expr) -> Any:
    """The tree with another leaf at a place, counted from the left."""
    if isinstance(expr, Expr) and not expr.children():
        return other if place == 0 else expr
    if not isinstance(expr, Expr | tuple):
        return expr
    parts = expr if isinstance(expr, tuple) else [getattr(expr, f.name) for f in fields(type(expr))]
    found = []
    for part in parts:
        here = sum(
            leaves(p) for p in (part if isinstance(part, tuple) else (part,)) if isinstance(p, Expr)
        )
        found.append(with_leaf(part, place, other) if 0 <= place < here else part)
        place -= here
    return tuple(found) if isinstance(expr, tuple) else type(expr)(*found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (col.a.is_in(1), col.b.is_in(1)), (col.a.is_in(1), col.a.is_in(2)), (lit(1), lit(True)), (lit("1"), lit(1)), (lit("a"), col.a), (lit(None), lit("null")),
        (lit("true"), lit(True)), (col.a.is_in(1, 2), col.a.is_in(2, 1)),
        (col.a.is_in("b c"), col.a.is_in("b", "c")), (col.order.a, col.a),
        (first_of(first_of(col.a, col.b), col.t), first_of(col.a, first_of(col.b, col.t))),
        ((col.p & col.q) & col.p, col.p & (col.q & col.p)), (assumed("a"), col.a),
        (col.a - col.b, col.b - col.a), (col.a < col.b, col.b > col.a),
        (lit("x') (== y 'z"), lit("x")), (day(col.t), time_of_day(col.t)),
        (day(col.t), month(col.t)),
    ],
    ids=str,
)  # fmt: skip
def test_different_trees_have_different_keys(one: Expr, other: Expr) -> None:
    assert one.key != other.key


def test_a_set_of_expressions_is_by_key() -> None:
    keys = {expr.key for expr in (col.a + 1, col.a + 1, col.a + 2)}
    assert len(keys) == 2
    assert hash(col.a + 1) == hash(col.a + 1) != hash(col.a + 2)


@given(TREES)
def test_no_expression_has_a_truth_value(expr: Expr) -> None:
    with pytest.raises(ExpressionError, match=r"& \| ~"):
        bool(expr)


def test_words_for_python_mean_nothing() -> None:
    for wrong in (
        lambda: col.p and col.q,
        lambda: not col.p,
        lambda: 1 < col.a < 3,
        lambda: col.a in (1, 2),
        lambda: bool(col.p | col.q),
    ):
        with pytest.raises(ExpressionError):
            wrong()


@pytest.mark.parametrize("value", [1.5, 0.0, [1], (1,), {1}, frozenset(), b"x"], ids=repr)
def test_values_that_cannot_stand_in_an_expression(value: Any) -> None:
    for wrong in (
        lambda: col.a + value,
        lambda: col.a == value,
        lambda: value * col.a if not isinstance(value, list | tuple | bytes) else col.a * value,
        lambda: first_of(col.a, value),
        lambda: when(col.p, value),
    ):
        with pytest.raises((ExpressionError, TypeError)):
            wrong()
    with pytest.raises(ExpressionError):
        first_of()
    with pytest.raises(ExpressionError):
        number("0.1234567")


@given(TREES)
def test_words_name_every_column(expr: Expr) -> None:
    words = str(expr)
    assert repr(expr) == f"<Expr {words}>"
    for ref in columns_of(expr):
        assert ref.path in words
    for sign in ("==", "!=", "<=", ">=", "&", "|", "~", "ColumnRef", "Constant"):
        assert sign not in words


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        (col.is_first & (col.rating <= 2), "is_first and rating ≤ 2"),
        (col.p & (col.q | col.p), "p and (q or p)"),
        ((col.p & col.q) | col.p, "p and q or p"),
        (~(col.p | col.q), "not (p or q)"),
        (col.a.is_null(), "a is missing"),
        ((col.a - col.b) * 2, "((a − b) × 2)"),
        (col.a // 3600 != 0, "(a ÷ 3600) ≠ 0"),
        (when(col.p, 1, col.a), "(1 when p, else a)"),
        (col.kind.is_in("exchange", "refund_only"), "kind in (exchange, refund_only)"),
        (first_of(col.order.paid_at, col.applied_at), "order.paid_at, else applied_at"),
        (day(col.t) == 3, "day of t = 3"),
        (month(first_of(col.t, col.a)), "month of (t, else a)"),
        (col.a <= assumed("max"), "a ≤ [max]"),
        (col.name == "a b", "name = 'a b'"),
    ],
)
def test_words_by_hand(expr: Expr, words: str) -> None:
    assert str(expr) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (first_of(col.p | col.q, col.p), col.p | first_of(col.q, col.p)),
        (first_of(col.p, col.q & col.p), first_of(col.p, col.q) & col.p),
        ((col.p == col.q) == col.p, col.p == (col.q == col.p)),
        ((col.p & col.q) == col.p, col.p & (col.q == col.p)),
        ((col.p | col.q).is_null(), col.p | col.q.is_null()),
        (day(first_of(col.a, col.b)), first_of(day(col.a), col.b)),
        (when(col.p, first_of(col.a, col.b), 1), first_of(col.a, when(col.p, col.b, 1))),
    ],
    ids=["first or", "first and", "= =", "and =", "or missing", "day first", "when first"],
)  # fmt: skip
def test_different_meanings_have_different_words(one: Expr, other: Expr) -> None:
    """Rule pages and explanations print the words: they must not mean two things."""
    assert one.key != other.key
    assert str(one) != str(other)


def test_columns_in_the_order_of_appearance() -> None:
    expr = when(col.p & (col.order.a > col.a), first_of(col.b, col.a), day(col.t))
    assert [ref.path for ref in columns_of(expr)] == ["p", "order.a", "a", "b", "t"]
    kinds: Mapping[str, int] = {}
    for node in expr.walk():
        kinds = {**kinds, type(node).__name__: kinds.get(type(node).__name__, 0) + 1}
    assert kinds == {
        "When": 1, "And": 1, "ColumnRef": 6, "Comparison": 1, "FirstOf": 1, "Day": 1
    }  # fmt: skip


def test_an_assumption_needs_its_number() -> None:
    expr = col.a <= assumed("max")
    for evaluator in (by_polars, by_python, by_numpy):
        with pytest.raises(ExpressionError, match="max"):
            evaluator(expr, [dict.fromkeys(SCHEMA)])


def test_every_node_is_drawn() -> None:
    """The random trees above hold every kind of node there is."""
    seen: set[str] = set()

    @given(TREES)
    @settings(max_examples=200)
    def draw(expr: Expr) -> None:
        seen.update(type(node).__name__ for node in expr.walk())

    draw()
    every = {
        name
        for name, node in vars(ex).items()
        if isinstance(node, type) and issubclass(node, Expr) and node is not Expr
    }
    assert seen == every - {"Assumed"}


# ------------------------------------------------------------------------------------- types


STREAM = Stream(
    "rows",
    key=(),
    columns=(
        Column("shop_id", "text"), Column("a", "int"), Column("b", "number"), Column("t", "time"),
        Column("p", "bool"), Column("q", "bool"), Column("name", "text"),
        Column("kind", "enum", values=KINDS), Column("order_id", "text"),
    ),
)  # fmt: skip
STREAMS = {"rows": STREAM, "orders": STREAM}


@given(TREES, rows)
def test_values_have_the_type_of_their_tree(expr: Expr, found: list[Row]) -> None:
    names = {int: "integer", bool: "truth", str: "word"}
    types = {names[type(value)] for value in by_python(expr, found) if value is not None}
    assert types <= {type_of(expr, STREAM, STREAMS)}


def test_types_by_hand() -> None:
    streams = merge_streams(CANONICAL, ())
    tickets = streams["aftersales"]
    for expr, expected in [
        (col.approved_at - col.applied_at, "integer"),
        (first_of(col.order.paid_at, col.applied_at), "integer"),
        (col.reason.is_in("quality"), "truth"),
        (col.shipped & ~col.platform_intervened, "truth"),
        (first_of(col.reason, "other"), "word"),
        (when(col.shipped, col.refund_amount), "integer"),
        (day(col.applied_at), "integer"),
        (month(col.applied_at), "integer"),
        (col.kind == "exchange", "truth"),
    ]:
        assert type_of(expr, tickets, streams) == expected
    for wrong in (
        col.reason + 1, col.shipped + 1, ~col.applied_at, col.applied_at & col.shipped,
        col.kind == 1, col.shipped == 1, first_of(col.reason, col.applied_at),
        when(col.applied_at, 1, 2), when(col.shipped, 1, "a"), day(col.reason),
        col.applied_at.is_in("x"), time_of_day(col.shipped), month(col.reason),
    ):  # fmt: skip
        with pytest.raises(ExpressionError):
            type_of(wrong, tickets, streams)
