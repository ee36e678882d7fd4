"""The hooks of the package. Arguments are only ever added, never changed or removed."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from ..model.platforms import Platform

PROJECT = "shopscore"
#: The version of this contract; a plugin module states the one it was written for.
PLUGIN_API = 1

hookspec = pluggy.HookspecMarker(PROJECT)
#: Marks the hooks that a plugin implements.
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def shopscore_platforms() -> Iterable[Platform]:
    """The platforms that the plugin declares."""
    raise AssertionError("a specification is never called")
