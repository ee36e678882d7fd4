"""Rule sets that extend others: what a file says, put over the tables of the rule set below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ..errors import RuleSetError
from ..messages import message
from .conditions_toml import NUMBERS as NUMBERS_OF_CONDITIONS
from .conditions_toml import WAYS as WAYS_OF_CONDITIONS
from .toml_text import parse_toml

#: Finds the TOML text of a rule set by its name; returns the text and where it came from.
LookUp = Callable[[str], tuple[str, str]]

#: What can be said in one of several ways: the keys of each, of which the first stands for the way.
Ways: TypeAlias = tuple[tuple[str, ...], ...]

#: Where a table stands: the names of the tables around it, and its own.
Place: TypeAlias = tuple[str, ...]

#: The ways of tables, by their places. Of the ways a file says one, and what the rule set below it
#: said in another is gone.
WAYS: Mapping[Place, tuple[Ways, ...]] = {
    **{(name,): ways for name, ways in WAYS_OF_CONDITIONS.items()},
    ("dimensions", "metrics"): ((("weight",), ("share_of_rest",)),),
    ("evaluation",): ((("weekly",), ("monthly",), ("quarterly",)),),
}

#: What a user says with such a key has the user as its source, unless it is an assumption.
_SOURCED = (
    "weight",
    "share_of_rest",
    "points",
    "worth",
    *NUMBERS_OF_CONDITIONS,
    "low",
    "high",
    "total",
    "total_low",
    "decimals",
    "cap",
    "ceiling",
    "steps",
    "rows",
    "weekly",
    "monthly",
    "quarterly",
    "all_of",
    "any_of",
)
#: Keys of a scorer that are no parameters.
_OF_SCORERS = ("kind", "source", "missing", "missing_zh")


def extended(
    document: dict[str, Any],
    origin: str,
    look_up: LookUp | None,
    seen: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the tables of a file together with those of the rule set that it ``extends``.

    That one may extend another; ``seen`` are the names on the way.

    Raises:
        RuleSetError: where the file names no such rule set, has no version of its own, or extends
            itself by way of others.
    """
    document = dict(document)
    base = document.pop("extends")
    if look_up is None or not isinstance(base, str):
        said = message(
            '{file}: extends must be the name of a rule set, "platform/scorecard/version"',
            file=origin,
        )
        raise RuleSetError(said)
    if "version" not in document:
        said = message(
            "{file}: a rule set that extends another needs a version of its own", file=origin
        )
        raise RuleSetError(said)
    if base in seen:
        way = " → ".join([*seen, base])
        said = message("{file}: rule sets that extend each other: {way}", file=origin, way=way)
        raise RuleSetError(said)
    below = parse_toml(*look_up(base))
    if "extends" in below:
        below = extended(below, base, look_up, (*seen, base))
    for key in ("effective_from", "effective_to", "published_on", "span_source"):
        below.pop(key, None)
    below.setdefault("sources", {})["user"] = {
        "title": f"the user's file, which extends {base}",
        "confidence": "user",
    }
    above = _add_sources(document)
    for scorer in _tables(above.get("scorers")):
        if set(scorer) - set(_OF_SCORERS):
            scorer.setdefault("source", "user")
    merged: dict[str, Any] = _merge({**below, "status": "user"}, above)
    return merged


def _tables(named: Any) -> list[dict[str, Any]]:
    """Return the tables below a table; what is none is told when the whole is read."""
    return (
        [one for one in named.values() if isinstance(one, dict)] if isinstance(named, dict) else []
    )


def _add_sources(value: Any) -> Any:
    """Return a user's tables with the user as the source of what they say."""
    if isinstance(value, list):
        return [_add_sources(v) for v in value]
    if isinstance(value, dict):
        plain = any(k in value and not isinstance(value[k], dict) for k in _SOURCED)
        extra = {"source": "user"} if plain else {}
        kept = {k: v if k == "assumptions" else _add_sources(v) for k, v in value.items()}
        return {**extra, **kept}
    return value


def _merge(below: Any, above: Any, place: Place = ()) -> Any:
    """Merge ``above`` over ``below``: tables key by key, arrays of tables by their ``id``."""
    if isinstance(below, dict) and isinstance(above, dict):
        if "assume" in above or "assume" in below:
            return above
        rest = _without_replaced(below, above, place)
        return {**rest, **{k: _merge(rest.get(k), v, (*place, k)) for k, v in above.items()}}
    if _have_ids(below) and _have_ids(above):
        changes = {row["id"]: row for row in above}
        kept = [_merge(row, changes.pop(row["id"], {}), place) for row in below]
        return [*kept, *changes.values()]
    return above


def _without_replaced(
    below: Mapping[str, Any], above: Mapping[str, Any], place: Place
) -> dict[str, Any]:
    """Return what stays of a table below another: not what that says in another way.

    Nor do lists of tables stay that say something in a way that is gone, such as ``elsewhere``.
    """
    gone = {f"{key}_zh" for key in above}  # the Chinese of a text that another replaces
    for ways in WAYS.get(place, ()):
        said = [way for way in ways if way[0] in above]
        if said:
            gone.update(key for way in ways for key in way)
            gone.difference_update(key for way in said for key in way)
    if len(place) == 2 and place[0] == "scorers":
        gone.update(_replaced_in_scorer(below, above))
    return {k: v for k, v in below.items() if k not in gone and not _rows_say(v, gone)}


def _rows_say(value: Any, keys: set[str]) -> bool:
    """Return whether a value is a list of tables of which one has one of some keys."""
    rows = value if isinstance(value, list) else []
    return any(isinstance(row, dict) and not keys.isdisjoint(row) for row in rows)


def _replaced_in_scorer(below: Mapping[str, Any], above: Mapping[str, Any]) -> set[str]:
    """Return the keys of a scorer that others replace: parameters of another kind, or none known."""
    if "missing" in above or above.get("kind", below.get("kind")) != below.get("kind"):
        return set(below) - {"kind"}
    return {"missing", "missing_zh"} if set(above) - set(_OF_SCORERS) else set()


def _have_ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) and "id" in v for v in value)
