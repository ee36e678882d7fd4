"""Binding: puts the numbers of a rule set in the place of ``assumed("…")``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any, TypeVar

import attrs

from ..errors import DeclarationError, RuleSetError, did_you_mean
from ..messages import message
from .expressions import Assumed, Expr, as_expr

T = TypeVar("T")


def bind(declaration: T, numbers: Mapping[str, Any]) -> T:
    """Return a copy of a declaration with every ``assumed(id)`` replaced by its number.

    Works on expressions and on any frozen attrs class: windows, aggregators, metrics.

    >>> from shopscore import assumed, col
    >>> bind(col.rating <= assumed("max"), {"max": 2})
    <Expr rating ≤ 2>
    """
    result: T = _bind(declaration, numbers)
    return result


def _bind(value: Any, numbers: Mapping[str, Any]) -> Any:
    if isinstance(value, Assumed):
        try:
            return numbers[value.id]
        except KeyError:
            said = message(
                "the rule set declares no assumption {assumption}{guess}",
                assumption=value.id,
                guess=did_you_mean(value.id, numbers),
            )
            raise RuleSetError(said) from None
    if isinstance(value, tuple):
        parts = [(v, _bind(v, numbers)) for v in value]
        # one assumption may stand for several words: is_in(assumed("words"))
        words = [b if isinstance(v, Assumed) and isinstance(b, tuple) else (b,) for v, b in parts]
        changed = any(b is not v for v, b in parts)
        return tuple(word for group in words for word in group) if changed else value
    if is_dataclass(value) and any(isinstance(v, Assumed) for v in vars(value).values()):
        said = message(
            "{kind} holds an assumption and is a dataclass: use attrs.frozen",
            kind=type(value).__name__,
        )
        raise DeclarationError(said)
    if not attrs.has(type(value)) or isinstance(value, type):
        return value
    given = {f.alias: getattr(value, f.name) for f in attrs.fields(type(value)) if f.init}
    changes = {alias: _bind(part, numbers) for alias, part in given.items()}
    if all(changes[alias] is part for alias, part in given.items()):
        return value
    if isinstance(value, Expr):
        changes = {k: as_expr(v) if isinstance(given[k], Expr) else v for k, v in changes.items()}
    return type(value)(**changes)


def assumed_ids(value: Any) -> Iterator[str]:
    """Yield the ids of the assumptions that a declaration refers to, with repetitions."""
    if isinstance(value, Assumed):
        yield value.id
    elif isinstance(value, tuple):
        for item in value:
            yield from assumed_ids(item)
    elif attrs.has(type(value)) and not isinstance(value, type):
        for attribute in attrs.fields(type(value)):
            if attribute.init:
                yield from assumed_ids(getattr(value, attribute.name))
