"""The hooks that plugins implement. Arguments are only ever added, never changed or removed."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from .additions import Addition, RuleSetFolder
from .declarations import Platform, Scorecard

PROJECT = "shopscore"
#: The version of this contract; a plugin module declares the one it was written for.
PLUGIN_API = 1

hookspec = pluggy.HookspecMarker(PROJECT)
#: Marks the hooks that a plugin implements.
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def shopscore_platforms() -> Iterable[Platform]:
    """Return the platforms that the plugin declares."""
    raise AssertionError("a specification is never called")


@hookspec
def shopscore_scorecards() -> Iterable[Scorecard]:
    """Return scorecards for platforms of other plugins; each names its ``platform``."""
    raise AssertionError("a specification is never called")


@hookspec
def shopscore_rulesets() -> Iterable[RuleSetFolder]:
    """Return folders of rule sets for scorecards of other plugins."""
    raise AssertionError("a specification is never called")


@hookspec
def shopscore_additions() -> Iterable[Addition]:
    """Return what is added to platforms of other plugins: streams, columns, words, facts, layouts."""
    raise AssertionError("a specification is never called")


#: Names of all hooks.
HOOKS: tuple[str, ...] = (
    "shopscore_platforms",
    "shopscore_scorecards",
    "shopscore_rulesets",
    "shopscore_additions",
)
