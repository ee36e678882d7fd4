"""Expressions evaluated over blocks of rows, by numpy: the evaluator that counts.

A block fits into the caches of a processor, a column of many rows does not: to move columns takes
longer than arithmetic. A step that several questions need is worked out once.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from ..model import expressions as ex
from ..model.joined import Joined
from ..value_classes import define, field, frozen
from .operators import OPERATORS, month_of_day
from .with_polars import to_polars, unknown_node

#: What is asked of an expression: where it is true, its number (any where it is null), or where it
#: is not null.
Question = tuple[Literal["true", "number", "known"], ex.Expr]
Array = npt.NDArray[Any]
#: A block of a column, or what is the same in every row.
Block = Array | int

#: The rows of a block.
BLOCK = 1 << 14

#: In place of null among integers.
NULL = -(1 << 62)

_Step = tuple[Callable[..., Block], tuple[int, ...]]


@frozen
class _Leaf:
    """What a program begins with: the values of a column, or where it has some."""

    name: str
    known: bool


@frozen(eq=False)
class Program:
    """Steps that answer questions about the rows of a table, block by block.

    >>> from shopscore import col
    >>> rows = pl.DataFrame({"rating": [1, 5, None]})
    >>> questions = ("true", col.rating <= 2), ("known", col.rating)
    >>> program = Program.of(questions, word_columns(rows))
    >>> [[one.tolist() for one in answers] for _, answers in program.run(Columns(rows))]
    [[[True, False, False], [True, True, False]]]
    """

    _steps: tuple[_Leaf | _Step | int, ...]
    _on_words: Mapping[str, pl.Expr]
    _answers: tuple[int, ...]

    @classmethod
    def of(cls, questions: Iterable[Question], words: frozenset[str]) -> Program:
        """Return the program for tables with columns named as :attr:`ColumnRef.path`.

        Args:
            questions: what is asked.
            words: the columns that hold words.

        Raises:
            ExpressionError: for a node that cannot be evaluated, such as an assumption.
        """
        made = _Maker(words)
        answers = tuple(getattr(made, kind)(expr) for kind, expr in questions)
        return cls(tuple(made.steps), made.on_words, answers)

    def run(self, columns: Columns) -> Iterator[tuple[slice, list[Array]]]:
        """Yield which rows are next, and the answers for them in the order of the questions."""
        columns.begin([one for one in self._steps if isinstance(one, _Leaf)], self._on_words)
        steps = [columns[one] if isinstance(one, _Leaf) else one for one in self._steps]
        for start in range(0, len(columns.rows), BLOCK):
            here = slice(start, min(start + BLOCK, len(columns.rows)))
            found: list[Block] = []
            for one in steps:
                if isinstance(one, tuple):
                    found.append(one[0](*[found[place] for place in one[1]]))
                else:
                    found.append(one[here] if isinstance(one, np.ndarray) else one)
            yield here, [_array(found[place], here) for place in self._answers]


def _array(block: Block, rows: slice) -> Array:
    if isinstance(block, np.ndarray):
        return block
    return np.broadcast_to(np.array(block), rows.stop - rows.start)


def word_columns(rows: pl.DataFrame) -> frozenset[str]:
    """Return the names of the columns that hold words."""
    names = zip(rows.columns, rows.dtypes, strict=True)
    return frozenset(name for name, dtype in names if isinstance(dtype, pl.String | pl.Enum))


@define(eq=False)
class Columns:
    """The columns of a table as numpy reads them, made when a program first asks for one."""

    rows: pl.DataFrame
    _values: dict[str, Block] = field(factory=dict)
    _known: dict[str, Block] = field(factory=dict)

    def chunks(self, size: int) -> Iterator[Columns]:
        """Yield the columns of so many rows after the other."""
        if len(self.rows) <= size:
            yield self
        else:
            yield from map(Columns, self.rows.iter_slices(size))

    def begin(self, leaves: Sequence[_Leaf], on_words: Mapping[str, pl.Expr]) -> None:
        """Make the columns that are not made yet: those that polars makes at once, it has its price."""
        names = {leaf.name for leaf in leaves if not leaf.known} - self._values.keys()
        whole = {n for n in names - on_words.keys() if not self.rows[n].null_count()}
        self._values |= {name: _as_numpy(self.rows[name]) for name in whole}
        filled = [_filled(self.rows, name, on_words.get(name)) for name in names - whole]
        rows = self.rows
        if names & on_words.keys():  # polars would compute in the type that a column has
            rows = rows.with_columns(pl.col(pl.Int32).cast(pl.Int64))
        for column in rows.select_seq(filled) if filled else ():  # constants alone make one row
            varies = len(column) == len(rows)
            self._values[column.name] = column.to_numpy() if varies else column[0]
        for name in {leaf.name for leaf in leaves if leaf.known} - self._known.keys():
            self._known[name] = self._where_known(self.rows[name])

    def __getitem__(self, leaf: _Leaf) -> Block:
        return (self._known if leaf.known else self._values)[leaf.name]

    def _where_known(self, column: pl.Series) -> Block:
        if not (nulls := column.null_count()):
            return True
        values = self._values.get(column.name)
        if isinstance(values, np.ndarray) and values.dtype == np.int64:
            known: Array = values != NULL
            if np.count_nonzero(known) == len(known) - nulls:
                return known
        return column.is_not_null().to_numpy()


def _as_numpy(column: pl.Series) -> Array:
    """Return a column that lacks no cell."""
    return (column if column.dtype == pl.Boolean else column.cast(pl.Int64)).to_numpy()


def _filled(rows: pl.DataFrame, name: str, on_words: pl.Expr | None) -> pl.Expr:
    """Return what fills the cells that a column lacks."""
    if on_words is not None:
        return on_words.fill_null(False).alias(name)
    if rows[name].dtype == pl.Boolean:
        return pl.col(name).fill_null(False)
    return pl.col(name).cast(pl.Int64).fill_null(NULL)


@define(eq=False)
class _Maker:
    """Makes a program: each place of ``steps`` holds a leaf, a constant, or a step from others.

    Of a truth value it asks where it is true, or where it is false, and no more than is needed.
    """

    words: frozenset[str]
    steps: list[_Leaf | _Step | int] = field(factory=list)
    on_words: dict[str, pl.Expr] = field(factory=dict)
    _places: dict[Any, int] = field(factory=dict)

    def true(self, expr: ex.Expr) -> int:
        """Return the place of where an expression is true."""
        return self._met(expr, truth=True)

    def _met(self, expr: ex.Expr, *, truth: bool) -> int:
        """Return the place of where an expression is true, or of where it is false."""
        match expr:
            case ex.And(left, right) | ex.Or(left, right):
                step = _both if isinstance(expr, ex.And) is truth else _either
                return self._add(step, self._met(left, truth=truth), self._met(right, truth=truth))
            case ex.Not(operand):
                return self._met(operand, truth=not truth)
            case ex.IsNull(operand):
                known = self.known(operand)
                return self._add(_no, known) if truth else known
            case ex.Comparison() | ex.IsIn():
                met = self._compared(expr)
                return self._add(_both, met if truth else self._add(_no, met), self.known(expr))
            case ex.Constant(value) if truth:
                return self._put(value is True)
            case ex.FirstOf() | ex.When() if truth:
                return self._chosen(expr, self.true)
        if truth:
            return self.number(expr)
        return self._add(_both, self._add(_no, self.true(expr)), self.known(expr))

    def known(self, expr: ex.Expr) -> int:
        """Return the place of where an expression is not null."""
        match expr:
            case ex.ColumnRef() | Joined():
                return self._put(_Leaf(_name(expr), known=True))
            case ex.Constant(value):
                return self._put(value is not None)
            case ex.Arithmetic("//", left, right):
                divides = self._add(operator.ne, self.number(right), self._put(0))
                return self._add(_both, divides, self._all_known(left, right))
            case ex.Arithmetic(_, left, right) | ex.Comparison(_, left, right):
                return self._all_known(left, right)
            case ex.And() | ex.Or():
                return self._add(_either, self.true(expr), self._met(expr, truth=False))
            case ex.IsNull():
                return self._put(True)
            case ex.FirstOf(operands):
                return self._fold(_either, [self.known(one) for one in operands])
            case ex.When():
                return self._chosen(expr, self.known)
            case ex.Not(one) | ex.IsIn(one, _) | ex.Day(one) | ex.TimeOfDay(one) | ex.Month(one):
                return self.known(one)
        raise unknown_node(expr)

    def number(self, expr: ex.Expr) -> int:
        """Return the place of the values of an expression: true or false for a truth value."""
        match expr:
            case ex.ColumnRef() | Joined():
                return self._put(_Leaf(_name(expr), known=False))
            case ex.Constant(None):
                return self._put(0)
            case ex.Constant(bool() | int() as value):
                return self._put(value)
            case ex.Arithmetic(op, left, right):
                step = _floored if op == "//" else OPERATORS[op]
                return self._add(step, self.number(left), self.number(right))
            case ex.FirstOf() | ex.When():
                return self._chosen(expr, self.number)
            case ex.Day(time):
                return self._add(_floored, self.number(time), self._put(ex.DAY_SECONDS))
            case ex.TimeOfDay(time):
                day = self.number(ex.Day(time))
                midnight = self._add(operator.mul, day, self._put(ex.DAY_SECONDS))
                return self._add(operator.sub, self.number(time), midnight)
            case ex.Month(time):
                return self._add(month_of_day, self.number(ex.Day(time)))
            case ex.And() | ex.Or() | ex.Not() | ex.IsNull() | ex.Comparison() | ex.IsIn():
                return self.true(expr)
        raise unknown_node(expr)

    def _chosen(self, expr: ex.FirstOf | ex.When, ask: Callable[[ex.Expr], int]) -> int:
        """Return the place of what is asked of the operand that gives the value."""
        if isinstance(expr, ex.When):
            there = ask(expr.then), ask(expr.otherwise)
            return self._add(_where, self.true(expr.condition), *there)
        *before, found = expr.operands
        place = ask(found)
        for operand in reversed(before):
            place = self._add(_where, self.known(operand), ask(operand), place)
        return place

    def _compared(self, expr: ex.Comparison | ex.IsIn) -> int:
        """Return the place of what a comparison gives; that of words is left to polars."""
        if any(self._is_word(child) for child in expr.children()):
            self.on_words[expr.key] = to_polars(expr)
            return self._put(_Leaf(expr.key, known=False))
        if isinstance(expr, ex.Comparison):
            return self._add(OPERATORS[expr.op], self.number(expr.left), self.number(expr.right))
        operand, asked = self.number(expr.operand), [v for v in expr.values if v is not None]
        equal = [self._add(operator.eq, operand, self.number(ex.as_expr(v))) for v in asked]
        return self._fold(_either, equal)

    def _is_word(self, expr: ex.Expr) -> bool:
        match expr:
            case ex.ColumnRef():
                return expr.path in self.words
            case ex.Constant(value):
                return isinstance(value, str)
            case ex.FirstOf(operands):
                return any(self._is_word(one) for one in operands)
            case ex.When(_, then, otherwise):
                return self._is_word(then) or self._is_word(otherwise)
        return False

    def _all_known(self, left: ex.Expr, right: ex.Expr) -> int:
        return self._add(_both, self.known(left), self.known(right))

    def _fold(self, step: Callable[[Block, Block], Block], places: list[int]) -> int:
        return reduce(lambda a, b: self._add(step, a, b), places) if places else self._put(False)

    def _add(self, step: Callable[..., Block], *places: int) -> int:
        return self._place((step, places), (step, places))

    def _put(self, one: _Leaf | int) -> int:
        return self._place((type(one), one), one)  # 1 and true are the same key otherwise

    def _place(self, key: Any, one: _Leaf | _Step | int) -> int:
        if key not in self._places:
            self._places[key] = len(self.steps)
            self.steps.append(one)
        return self._places[key]


def _name(expr: ex.ColumnRef | Joined) -> str:
    return expr.path if isinstance(expr, ex.ColumnRef) else expr.key


# Steps know true and false for whole blocks: most columns have no null.


def _both(a: Block, b: Block) -> Block:
    if a is True or b is False:
        return b
    return a if b is True or a is False else a & b


def _either(a: Block, b: Block) -> Block:
    if a is False or b is True:
        return b
    return a if b is False or a is True else a | b


def _no(a: Block) -> Block:
    return not a if isinstance(a, bool) else ~a


def _where(condition: Block, then: Block, otherwise: Block) -> Block:
    if isinstance(condition, bool):
        return then if condition else otherwise
    return np.where(condition, then, otherwise)


def _floored(a: Block, b: Block) -> Block:
    """Return ``a // b``, and anything where b is 0."""
    if isinstance(b, np.ndarray):
        return a // np.where(b == 0, 1, b)
    return a // b if b else 0
