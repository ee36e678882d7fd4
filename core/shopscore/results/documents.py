"""The JSON documents of the package by name, and those that need no columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

from ..plugins.records import PluginRecord

SCORE = "shopscore.score/2"
VALIDATE = "shopscore.validate/2"
PLUGINS = "shopscore.plugins/1"
RULES = "shopscore.rules/1"
DIFF = "shopscore.diff/1"
INSPECT = "shopscore.inspect/2"
PLAN = "shopscore.plan/1"
SIMULATE = "shopscore.simulate/1"
TRACK = "shopscore.track/1"
RECONCILE = "shopscore.reconcile/1"
EXPLAIN = "shopscore.explain/1"
GAP = "shopscore.gap/1"
RUN = "shopscore.run/1"


def dumped(document: Mapping[str, Any]) -> str:
    """Return a document as readable text; characters beyond ASCII are kept.

    JSON has no word for a number that is none, or is infinite: it becomes null.
    """
    try:
        return json.dumps(document, ensure_ascii=False, indent=2, default=plain, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(document), ensure_ascii=False, indent=2, default=plain)


def _finite(value: Any) -> Any:
    """Return a value in which every number is finite; others are None."""
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float | Decimal) and not isfinite(value) else value


def plain(value: Any) -> Any:
    """Return an exact number as JSON writes it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


def plugins_document(records: Iterable[PluginRecord]) -> str:
    """Return the installed plugins as ``shopscore.plugins/1``."""
    return dumped({"schema": PLUGINS, "plugins": [record.to_dict() for record in records]})
