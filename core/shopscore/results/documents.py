"""The JSON documents of the package by name, and those that need no columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ..plugins.records import PluginRecord

SCORE = "shopscore.score/2"
VALIDATE = "shopscore.validate/2"
PLUGINS = "shopscore.plugins/1"
RULES = "shopscore.rules/1"
DIFF = "shopscore.diff/1"
INSPECT = "shopscore.inspect/2"


def dumped(document: Mapping[str, Any]) -> str:
    """Return a document as readable text; characters beyond ASCII are kept."""
    return json.dumps(document, ensure_ascii=False, indent=2, default=plain)


def plain(value: Any) -> Any:
    """Return an exact number as JSON writes it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


def plugins_document(records: Iterable[PluginRecord]) -> str:
    """Return the installed plugins as ``shopscore.plugins/1``."""
    return dumped({"schema": PLUGINS, "plugins": [record.to_dict() for record in records]})
