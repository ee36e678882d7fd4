"""Searching: JMESPath expressions on documents, whatever stands in these."""

from __future__ import annotations

from functools import cache
from typing import Any

from jmespath import compile as compile_expression
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult


class Failed:
    """Stands for what an expression cannot say of a document, since its values are of other types."""


FAILED = Failed()


@cache
def _compiled(expression: str) -> ParsedResult:
    return compile_expression(expression)


def search(expression: str, content: Any) -> Any:
    """Return what an expression finds; ``FAILED`` where it cannot be applied.

    >>> search("a[?b > `1`] | [0].c", {"a": [{"b": 2, "c": 3}]})
    3
    >>> search("max_by(a, &b).c", {"a": [{"b": 2}, {"b": "x"}]}) is FAILED
    True
    """
    try:
        return _compiled(expression).search(content)
    except (JMESPathError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        return FAILED


def is_true(expression: str, content: Any) -> bool:
    """Return whether an expression is true of a document, as JMESPath understands it: 0 is true.

    >>> is_true("a", {"a": 0}), is_true("a", {"a": []})
    (True, False)
    """
    found = search(expression, content)
    if isinstance(found, str | list | dict):
        return bool(found)
    return not (found is FAILED or found is None or found is False)
