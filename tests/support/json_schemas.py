"""The JSON Schemas beside the code, and documents that must be what their schema says."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator


def schema(name: str) -> dict[str, Any]:
    file = resources.files("shopscore") / "schemas" / f"{name}.schema.json"
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


def valid(name: str, document: Any) -> None:
    Draft202012Validator(schema(name)).validate(document)
