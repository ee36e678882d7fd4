"""Rule sets as TOML documents that tests spoil on purpose."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from shopscore.errors import RuleSetError
from shopscore.model.rulesets import RuleSet
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.exact_rules import Numbers
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing.toy import PLATFORM

TOY = PLATFORM.scorecard("service")
TEXT, _ = TOY.text("2025-01-01")

ReferenceTables = dict[str, Any]
Change = Callable[[ReferenceTables], object]


def document() -> dict[str, Any]:
    """A rule set of the toy platform, as tables."""
    return tomllib.loads(TEXT, parse_float=Decimal)


def text_of(tables: dict[str, Any]) -> str:
    """Tables as TOML, decimals exact."""
    return "\n".join(f"{key} = {_value(value)}" for key, value in tables.items())


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return "{" + ", ".join(f'"{k}" = {_value(v)}' for k, v in value.items()) + "}"
    return str(value)


def parsed(change: Change = lambda _: None) -> RuleSet:
    """The toy's rule set with a change."""
    tables = document()
    change(tables)
    return parse_ruleset(text_of(tables), "mine.toml", TOY.look_up)


def refused(change: Change, *words: str) -> str:
    """The message that refuses a changed rule set; it names the file."""
    with pytest.raises(RuleSetError) as caught:
        parsed(change)
    message = str(caught.value)
    assert message.startswith("mine.toml")
    assert "\n" not in message
    for word in words:
        assert word in message
    return message


def plain(ruleset: RuleSet, number: object) -> Any:
    """A declared number or word, or the value of the assumption that stands for it."""
    return Numbers(ruleset.name, ruleset.numbers).plain(number)


def at(*path: Any) -> Callable[[ReferenceTables], Any]:
    """The table at a place of the document."""

    def walk(tables: Any) -> Any:
        for step in path:
            tables = tables[step]
        return tables

    return walk


def put(*path: Any, value: Any) -> Change:
    """Sets a key of the document."""
    return lambda tables: at(*path[:-1])(tables).__setitem__(path[-1], value)


def drop(*path: Any) -> Change:
    """Takes a key away."""
    return lambda tables: at(*path[:-1])(tables).__delitem__(path[-1])


GOODS = ("dimensions", 0)
ENTRY = (*GOODS, "metrics", 0)
SHARE: ReferenceTables = {
    "id": "share", "kind": "choice", "value": "total", "choices": ["total", "part"], "reason": "either",
}  # fmt: skip
UNKNOWN: ReferenceTables = {
    "id": "unknown", "kind": "decimal", "nullable": True, "low": 0, "high": 5, "reason": "a secret",
}  # fmt: skip
MEAN: ReferenceTables = {
    "id": "mean", "kind": "choice", "value": "shops", "choices": ["shops", "pooled"], "reason": "either",
}  # fmt: skip


def bind(ruleset: RuleSet, metrics: str = TOY.metrics) -> BoundRuleSet:
    return BoundRuleSet.bind(PLATFORM, evolve(TOY, metrics=metrics), ruleset)


def both(*changes: Change) -> Change:
    """One change after the other, with the assumptions above."""

    def change(tables: ReferenceTables) -> None:
        there = {assumption["id"] for assumption in tables["assumptions"]}
        more = [dict(one) for one in (MEAN, SHARE, UNKNOWN) if one["id"] not in there]
        tables["assumptions"] += more
        for one in changes:
            one(tables)

    return change
