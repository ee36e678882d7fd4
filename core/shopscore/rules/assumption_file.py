"""Files of assumptions: values by id, as TOML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError, RuleSetError
from ..messages import message
from .toml_text import parse_toml, read_text


def read_assumptions(file: Path) -> dict[str, object]:
    """Return the values of a user's file, by full or short ids; tables are parts of an id.

    Raises:
        InputError: for a file that cannot be read, and for a table that holds no value.
    """
    try:
        return flatten_assumptions(parse_toml(read_text(file), str(file)), str(file))
    except RuleSetError as error:
        raise InputError(error.args[0]) from None


def flatten_assumptions(table: Mapping[str, Any], origin: str) -> dict[str, object]:
    """Return the values of a table by ids, of which tables below it are parts.

    Raises:
        InputError: for a table that holds no value.
    """
    return dict(_flatten(table, (), origin))


def _flatten(
    table: Mapping[str, Any], path: tuple[str, ...], origin: str
) -> Iterator[tuple[str, object]]:
    if path and not table:
        said = message(
            "{file}: {key} is an empty table, and gives no value to an assumption",
            file=origin,
            key=".".join(path),
        )
        raise InputError(said)
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, (*path, key), origin)
        else:
            yield ".".join((*path, key)), str(value).lower() if isinstance(value, bool) else value
