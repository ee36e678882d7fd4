"""The expression tree: conditions and values over the rows of a stream.

Rule authors use ``builders``; this module has the nodes that they build.

Expressions are built with operators from :data:`col`, compared by their :attr:`Expr.key`, printed
in words by ``str()``, and evaluated in two ways (by polars for speed, by plain Python per row as
its oracle). Values are int64, booleans and words. Null has one set of rules: null in arithmetic
gives null, ``&`` and ``|`` are Kleene, a null condition does not count, ``//`` floors (and gives
null by zero), ``is_in`` of null is null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NoReturn

from attrs import fields

from ..errors import ExpressionError, did_you_mean
from ..messages import message
from ..value_classes import frozen
from .precedence import within

DAY_SECONDS = 86_400

Scalar = int | bool | str | None


class Expr:
    """A node of the tree; build one from :data:`col`, never by hand.

    >>> from shopscore import col
    >>> cond = col.is_first & (col.rating <= 2)
    >>> cond
    <Expr is_first and rating ≤ 2>
    >>> cond.key
    '(and is_first (<= rating 2))'
    >>> bool(cond)
    Traceback (most recent call last):
    ...
    shopscore.errors.ExpressionError: an expression has no truth value: write & | ~ for and, or, not
    """

    __slots__ = ("_walked",)
    _walked: tuple[Expr, ...]

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        """The expression as canonical text: equal keys mean equal expressions."""
        raise ExpressionError(message("{kind} has no key", kind=type(self).__name__))

    def children(self) -> tuple[Expr, ...]:
        """Return the expressions directly below this one."""
        children: list[Expr] = []
        for attribute in fields(type(self)):  # type: ignore[arg-type]
            value = getattr(self, attribute.name)
            parts = value if isinstance(value, tuple) else (value,)
            children.extend(part for part in parts if isinstance(part, Expr))
        return tuple(children)

    def walk(self) -> Iterator[Expr]:
        """Return this expression and everything below it, which never changes: found once."""
        if not hasattr(self, "_walked"):
            below = (node for child in self.children() for node in child.walk())
            object.__setattr__(self, "_walked", (self, *below))
        return iter(self._walked)

    def __repr__(self) -> str:
        return f"<Expr {self}>"

    def __bool__(self) -> bool:
        said = message("an expression has no truth value: write & | ~ for and, or, not")
        raise ExpressionError(said)

    def __add__(self, other: object) -> Expr:
        return Arithmetic("+", self, as_expr(other))

    def __radd__(self, other: object) -> Expr:
        return Arithmetic("+", as_expr(other), self)

    def __sub__(self, other: object) -> Expr:
        return Arithmetic("-", self, as_expr(other))

    def __rsub__(self, other: object) -> Expr:
        return Arithmetic("-", as_expr(other), self)

    def __mul__(self, other: object) -> Expr:
        return Arithmetic("*", self, as_expr(other))

    def __rmul__(self, other: object) -> Expr:
        return Arithmetic("*", as_expr(other), self)

    def __floordiv__(self, other: object) -> Expr:
        return Arithmetic("//", self, as_expr(other))

    def __rfloordiv__(self, other: object) -> Expr:
        return Arithmetic("//", as_expr(other), self)

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return Comparison("==", self, as_expr(other))

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return Comparison("!=", self, as_expr(other))

    def __lt__(self, other: object) -> Expr:
        return Comparison("<", self, as_expr(other))

    def __le__(self, other: object) -> Expr:
        return Comparison("<=", self, as_expr(other))

    def __gt__(self, other: object) -> Expr:
        return Comparison(">", self, as_expr(other))

    def __ge__(self, other: object) -> Expr:
        return Comparison(">=", self, as_expr(other))

    def __and__(self, other: object) -> Expr:
        return And(self, as_expr(other))

    def __rand__(self, other: object) -> Expr:
        return And(as_expr(other), self)

    def __or__(self, other: object) -> Expr:
        return Or(self, as_expr(other))

    def __ror__(self, other: object) -> Expr:
        return Or(as_expr(other), self)

    def __invert__(self) -> Expr:
        return Not(self)

    def is_null(self) -> Expr:
        """Return the condition that there is no value; never null itself."""
        return IsNull(self)

    def is_not_null(self) -> Expr:
        """Return the condition that there is a value; never null itself."""
        return Not(IsNull(self))

    def is_in(self, *values: Scalar | Assumed) -> Expr:
        """Return the condition that the value is one of ``values``; null where there is no value.

        An assumption among them may stand for several words.
        """
        return IsIn(self, tuple(values))

    def between(self, low: object, high: object) -> Expr:
        """Return the condition ``low ≤ value ≤ high``, both ends included."""
        return (self >= low) & (self <= high)


ArithmeticOp = Literal["+", "-", "*", "//"]
ComparisonOp = Literal["==", "!=", "<", "<=", ">", ">="]

_IN_WORDS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "*": "×", "//": "÷", "-": "−"}


@frozen(eq=False, repr=False)
class ColumnRef(Expr):
    """A column of the row, or of the row of another stream that it names by a ``link``."""

    name: str
    link: str = ""

    @property
    def key(self) -> str:
        return self.path

    @property
    def path(self) -> str:
        """``name``, or ``order.name`` for a column of the order that the row names."""
        return f"{self.link}.{self.name}" if self.link else self.name

    @property
    def linked(self) -> bool:
        """Whether the column is one of another row."""
        return bool(self.link)

    def __getattr__(self, name: str) -> ColumnRef:
        """Return a column of the row that this one names: ``col.order.paid_at``."""
        if name.startswith("_") or self.link:  # copy and inspection ask for dunder attributes
            raise AttributeError(name)
        return ColumnRef(name, self.name)

    def __call__(self, *_: object, **__: object) -> NoReturn:
        known = [known for known in dir(Expr) if not known.startswith("_")]
        said = message(
            "{column} cannot be called{guess}",
            column=self.path,
            guess=did_you_mean(self.name, known),
        )
        raise ExpressionError(said)

    def __str__(self) -> str:
        return self.path


@frozen(eq=False, repr=False)
class Constant(Expr):
    """A constant: an integer, a boolean, a word or null."""

    value: Scalar

    @property
    def key(self) -> str:
        return str(self)

    def __str__(self) -> str:
        match self.value:
            case None:
                return "null"
            case bool():
                return "true" if self.value else "false"
            case str():
                return repr(self.value)
        return str(self.value)


@frozen(eq=False, repr=False)
class Assumed(Expr):
    """A number that the platform does not publish; binding to a rule set replaces it."""

    id: str

    @property
    def key(self) -> str:
        return f"?{self.id}"

    def __str__(self) -> str:
        return f"[{self.id}]"


@frozen(eq=False, repr=False)
class Arithmetic(Expr):
    """``left op right`` over integers; ``//`` floors, and by zero gives null."""

    op: ArithmeticOp
    left: Expr
    right: Expr

    @property
    def key(self) -> str:
        return f"({self.op} {self.left.key} {self.right.key})"

    def __str__(self) -> str:
        return f"({self.left} {_IN_WORDS.get(self.op, self.op)} {self.right})"


@frozen(eq=False, repr=False)
class Comparison(Expr):
    """``left op right``; null where a side is null."""

    op: ComparisonOp
    left: Expr
    right: Expr

    @property
    def key(self) -> str:
        return f"({self.op} {self.left.key} {self.right.key})"

    def __str__(self) -> str:
        sides = (self.left, self.right)
        clock = any(isinstance(side, TimeOfDay) for side in sides)
        left, right = (_clock(side) if clock else within(side, self) for side in sides)
        return f"{left} {_IN_WORDS.get(self.op, self.op)} {right}"


@frozen(eq=False, repr=False)
class And(Expr):
    """Kleene ``and``: false wins over null."""

    left: Expr
    right: Expr

    @property
    def key(self) -> str:
        return f"(and {self.left.key} {self.right.key})"

    def __str__(self) -> str:
        return f"{within(self.left, self)} and {within(self.right, self)}"


@frozen(eq=False, repr=False)
class Or(Expr):
    """Kleene ``or``: true wins over null."""

    left: Expr
    right: Expr

    @property
    def key(self) -> str:
        return f"(or {self.left.key} {self.right.key})"

    def __str__(self) -> str:
        return f"{within(self.left, self)} or {within(self.right, self)}"


@frozen(eq=False, repr=False)
class Not(Expr):
    """The opposite; null stays null."""

    operand: Expr

    @property
    def key(self) -> str:
        return f"(not {self.operand.key})"

    def __str__(self) -> str:
        return f"not ({self.operand})"


@frozen(eq=False, repr=False)
class IsIn(Expr):
    """Whether the value is one of a list; null of null."""

    operand: Expr
    values: tuple[Scalar | Assumed, ...]

    def children(self) -> tuple[Expr, ...]:
        return (self.operand,)

    @property
    def key(self) -> str:
        return f"(in {self.operand.key} {' '.join(as_expr(v).key for v in self.values)})"

    def __str__(self) -> str:
        return f"{within(self.operand, self)} in ({', '.join(str(v) for v in self.values)})"


@frozen(eq=False, repr=False)
class IsNull(Expr):
    """Whether there is no value."""

    operand: Expr

    @property
    def key(self) -> str:
        return f"(null? {self.operand.key})"

    def __str__(self) -> str:
        return f"{within(self.operand, self)} is missing"


@frozen(eq=False, repr=False)
class FirstOf(Expr):
    """The first of the values that is not null."""

    operands: tuple[Expr, ...]

    @property
    def key(self) -> str:
        return f"(first {' '.join(o.key for o in self.operands)})"

    def __str__(self) -> str:
        return ", else ".join(within(o, self) for o in self.operands)


@frozen(eq=False, repr=False)
class When(Expr):
    """``then`` where the condition is true, ``otherwise`` where it is false or null."""

    condition: Expr
    then: Expr
    otherwise: Expr

    @property
    def key(self) -> str:
        return f"(when {self.condition.key} {self.then.key} {self.otherwise.key})"

    def __str__(self) -> str:
        then, otherwise = within(self.then, self), within(self.otherwise, self)
        return f"({then} when {self.condition}, else {otherwise})"


@frozen(eq=False, repr=False)
class Day(Expr):
    """The day of a time: ``floor(seconds / 86400)`` on the platform's clock."""

    operand: Expr

    @property
    def key(self) -> str:
        return f"(day {self.operand.key})"

    def __str__(self) -> str:
        return f"day of {within(self.operand, self)}"


@frozen(eq=False, repr=False)
class TimeOfDay(Expr):
    """Seconds since midnight of a time, 0 to 86,399."""

    operand: Expr

    @property
    def key(self) -> str:
        return f"(time_of_day {self.operand.key})"

    def __str__(self) -> str:
        return f"time of day of {within(self.operand, self)}"


@frozen(eq=False, repr=False)
class Month(Expr):
    """The calendar month of a time, counted from January of the year 0."""

    operand: Expr

    @property
    def key(self) -> str:
        return f"(month {self.operand.key})"

    def __str__(self) -> str:
        return f"month of {within(self.operand, self)}"


def _clock(expr: Expr) -> str:
    """Return a constant number of seconds since midnight as a time of day."""
    if isinstance(expr, Constant) and type(expr.value) is int:
        minutes, seconds = divmod(expr.value, 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return str(expr)


def as_expr(value: object) -> Expr:
    """Return an expression as it is, and an int, bool, str or None as a constant."""
    if isinstance(value, Expr):
        return value
    if value is None or isinstance(value, bool | int | str):
        return Constant(value)
    said = message(
        "{value} cannot be part of an expression: use integers, booleans or words"
        " (number() turns a decimal into an integer of a number column)",
        value=repr(value),
    )
    raise ExpressionError(said)


def columns_of(*exprs: Expr) -> tuple[ColumnRef, ...]:
    """Return the distinct column references in expressions, in order of appearance."""
    refs: dict[str, ColumnRef] = {}
    for expr in exprs:
        for node in expr.walk():
            if isinstance(node, ColumnRef):
                refs.setdefault(node.path, node)
    return tuple(refs.values())
