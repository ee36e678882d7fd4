"""Settings: what a merchant can choose of a declaration, as levers and tasks have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import UsageError, did_you_mean
from ..messages import Message, message
from .assumptions import Assumption


def choose(
    owner: Message, settings: Iterable[Assumption], chosen: Mapping[str, object]
) -> dict[str, Any]:
    """Return the value of each setting: the one that was chosen, else its own.

    Raises:
        UsageError: for a setting that does not exist, or a value outside its bounds.
    """
    known = {setting.id: setting for setting in settings}
    values: dict[str, Any] = {id: setting.value for id, setting in known.items()}
    for id, value in chosen.items():
        if id not in known:
            raise UsageError(no_setting(owner, id, known))
        called = message("setting {setting} of {owner}", setting=id, owner=owner)
        plain = tuple(value) if isinstance(value, list) else value
        values[id] = known[id].parse(plain, called) if isinstance(plain, str) else plain
        known[id].check(values[id], called)
    return values


def no_setting(owner: Message, id: str, known: Iterable[str]) -> Message:
    """Return what is said of a setting that does not exist."""
    return message(
        "{owner} has no setting {setting}{guess}",
        owner=owner,
        setting=id,
        guess=did_you_mean(id, known),
    )
