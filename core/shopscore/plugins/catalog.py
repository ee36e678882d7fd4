"""The catalog: platforms of the installed plugins, with their scorecards and rule sets."""

from __future__ import annotations

import os
import warnings

from attrs import evolve

from ..errors import (
    CoverageError,
    PluginError,
    PluginErrorGroup,
    ShopscoreWarning,
    did_you_mean,
)
from ..messages import listed, message
from ..model.rulesets import RuleSet
from .conflicts import platforms_of
from .declarations import Platform
from .discovery import ALLOW, BLOCK
from .loader import load_plugins
from .records import PluginRecord
from .turns import loading_here, my_turn

_records: list[tuple[PluginRecord, ...]] = []
_platforms: list[tuple[Platform, ...]] = []


def plugin_records(*, reload: bool = False) -> tuple[PluginRecord, ...]:
    """Return a record of every installed plugin, by name; the first call loads the plugins.

    All records appear at once: other threads wait while plugins are loaded, and a plugin that
    asks during its own import sees none.

    Raises:
        PluginError: where another thread loads plugins for too long, because one of them waits.
        PluginErrorGroup: where the environment has ``SHOPSCORE_STRICT=1`` and a plugin is broken;
            otherwise there is one warning for each broken plugin.
    """
    if loading_here():
        return ()
    with my_turn():
        if reload or not _records:
            records = load_plugins()
            _records[:], _platforms[:] = [records], []
            if not _strict():
                for record in (r for r in records if r.broken):
                    warnings.warn(str(plugin_error(record)), ShopscoreWarning, stacklevel=3)
        records = _records[0]
    broken = [r for r in records if r.broken]
    if broken and _strict():
        raise PluginErrorGroup(
            message("broken plugins"), [plugin_error(record) for record in broken]
        )
    return records


def _strict() -> bool:
    return os.environ.get("SHOPSCORE_STRICT") == "1"


def plugin_error(record: PluginRecord) -> PluginError:
    """Return the error that says what is wrong with a broken plugin."""
    said = message(
        "plugin {name} ({distribution}): {status}: {error}",
        name=record.name,
        distribution=record.distribution,
        status=record.status,
        error=record.error,
    )
    return PluginError(said)


def platforms() -> tuple[Platform, ...]:
    """Return the platforms of all active plugins, sorted by id.

    >>> import shopscore as ss
    >>> [p.id for p in ss.platforms()]  # doctest: +SKIP
    ['toy']
    """
    records = plugin_records()
    if not records:  # a plugin asks during its own import
        return ()
    with my_turn():
        if not _platforms:
            _platforms.append(tuple(map(_with_lookup, platforms_of(records))))
        return _platforms[0]


def _with_lookup(platform: Platform) -> Platform:
    """Return a platform whose rule sets may extend those of other scorecards."""
    cards = (evolve(card, look_up_elsewhere=ruleset_text) for card in platform.scorecards)
    return evolve(platform, scorecards=tuple(cards))


def platform(id: str) -> Platform:
    """Return a platform by its id, or by another of its names, in either language.

    Raises:
        PluginError: where the plugin that should declare it is broken.
        CoverageError: where no plugin declares it, or several do; the message suggests an id.
    """
    known = {p.id: p for p in platforms()}
    if id in known:
        return known[id]
    called = platforms_named(id)
    if len(called) == 1:
        return called[0]
    if called:
        raise CoverageError(
            message(
                "{name} is the name of several platforms: {ids}",
                name=id,
                ids=listed(p.id for p in called),
            )
        )
    for record in plugin_records():
        if record.broken and id in (record.name, *record.refused_platforms):
            raise plugin_error(record)
    if any(
        r.status == "disabled" and id in (r.name, *r.refused_platforms) for r in plugin_records()
    ):
        said = message(
            "plugin {name} is switched off ({allow} or {block} in the environment)",
            name=id,
            allow=ALLOW,
            block=BLOCK,
        )
        raise CoverageError(said)
    said = message(
        "no installed plugin declares platform {platform}{guess} (a package shopscore-{platform}"
        " may add it)",
        platform=id,
        guess=did_you_mean(id, known),
    )
    raise CoverageError(said)


def platforms_named(name: str) -> list[Platform]:
    """Return the installed platforms that have a name, in either language; mostly one or none."""
    word = name.strip().casefold()
    return [one for one in platforms() if word in {own.casefold() for own in one.names}]


def plugin_version(ruleset: RuleSet) -> str:
    """Return the version of the distribution that has a rule set, or else its platform."""
    records = [r for r in plugin_records() if r.status == "active"]
    for record in records:
        if ruleset.name in record.added_rulesets:
            return record.version
    for record in records:
        if any(s.name == f"{ruleset.platform}/{ruleset.scorecard}" for s in record.scorecards):
            return record.version
    for record in records:
        if any(p.id == ruleset.platform for p in record.platforms):
            return record.version
    return "unknown"


def ruleset_text(name: str) -> tuple[str, str]:
    """Return the TOML text of ``platform/scorecard/version``, and the name of its file.

    Raises:
        CoverageError: where no installed plugin has it.
    """
    parts = name.split("/")
    if len(parts) != 3:
        said = message(
            "{name!r} is not the name of a rule set: platform/scorecard/version", name=name
        )
        raise CoverageError(said)
    return platform(parts[0]).scorecard(parts[1]).text(parts[2])
