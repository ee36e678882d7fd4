"""The levers of the installed platforms, as parts of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markdown_tables import code, table

import shopscore
from shopscore.model.levers import AMOUNT, COMMON, PRODUCTS, Lever

#: What a setting takes, by the kind of its value.
SETTINGS = {"integer": "integer", "decimal": "number", "boolean": "yes or no", "words": "words"}


def settings() -> str:
    """The settings that levers have without saying so."""
    rows = [
        *(_setting(s, "every lever") for s in COMMON),
        _setting(PRODUCTS, "levers whose rows name a product"),
        _setting(AMOUNT, "levers whose rows have an amount"),
    ]
    return table(("setting", "of", "takes", "without a choice", "meaning"), rows)


def _setting(setting: Any, whose: str) -> tuple[str, ...]:
    value, unit = setting.value, f" {setting.unit}" if setting.unit else ""
    taken = "none" if value in (None, ()) else f"{str(value).lower()}{unit}"
    ends = () if setting.low is None else (f"from {setting.low}",)
    ends += () if setting.high is None else (f"to {setting.high}",)
    takes = " ".join((SETTINGS[setting.kind], *ends))
    return code(setting.id), whose, takes, taken, setting.reason


def levers() -> Iterator[str]:
    """The levers of every platform: first those that several share."""
    every = [(p, lever) for p in shopscore.platforms() for lever in p.all_levers.values()]
    users: dict[int, list[Any]] = {}
    for platform, lever in every:
        users.setdefault(id(lever), []).append(platform)
    shared = {lever.id: lever for _, lever in every if len(users[id(lever)]) > 1}
    if shared:
        whose = {p.id: p for lever in shared.values() for p in users[id(lever)]}
        yield "## For any platform"
        names = ", ".join(f"{p.en} ({code(p.id)})" for p in whose.values())
        yield f"The module `shopscore.levers`. Taken by {names}."
        for lever in shared.values():
            yield from _lever(lever)
    for platform in shopscore.platforms():
        own = [lever for lever in platform.all_levers.values() if len(users[id(lever)]) == 1]
        if own:
            yield f"## {platform.en}"
        for lever in own:
            yield from _lever(lever)


def _lever(lever: Lever) -> Iterator[str]:
    cells = "; ".join(f"`{name}` becomes `{value}`" for name, value in lever.cells.items())
    limits = [code(s.id) for s in lever.settings if s in (PRODUCTS, AMOUNT)]
    facts = [
        ("rows", f"`{lever.stream}` where `{lever.where}`"),
        ("cells", cells),
        ("hours of the day", f"those of `{lever.time}`"),
        ("may be limited to", ", ".join(limits)),
        ("assumed", "; ".join(lever.assumes)),
        ("source", "; ".join(f"{s.title} ({s.confidence})" for s in lever.sources)),
    ]
    if lever.claimed_hours is not None:
        claim = f"{lever.claimed_hours} h are saved per row; nothing is computed from it"
        facts.append(("claimed by the platform", claim))
    yield f"### `{lever.id}`"
    yield f"{lever.en} · {lever.zh}"
    yield "\n".join(f"- {name}: {said}" for name, said in facts if said)
    if lever.own_settings:
        rows = [_setting(s, "") for s in lever.own_settings]
        head = ("setting of its own", "takes", "without a choice", "meaning")
        yield table(head, [(name, *rest) for name, _, *rest in rows])
