"""What is there: the platforms of the installed plugins, their scorecards and rule sets."""

from __future__ import annotations

import os
import threading
import warnings

from ..errors import (
    CoverageError,
    PluginError,
    PluginErrorGroup,
    ShopscoreWarning,
    did_you_mean,
)
from .conflicts import platforms_of
from .declarations import Platform
from .discovery import ALLOW, BLOCK
from .loader import load_plugins
from .records import PluginRecord

_lock = threading.RLock()
_published: dict[str, tuple[PluginRecord, ...]] = {}
_loading = threading.local()


def plugin_records(*, reload: bool = False) -> tuple[PluginRecord, ...]:
    """A record of every installed plugin, sorted by name; plugins are loaded on the first call.

    All are published at once: whoever asks while they are being loaded waits, and a plugin that
    asks during its own import sees none.

    Raises:
        PluginErrorGroup: where the environment says ``SHOPSCORE_STRICT=1`` and a plugin is broken;
            otherwise each broken plugin is warned of once.
    """
    if getattr(_loading, "now", False):
        return ()
    with _lock:
        if reload or "records" not in _published:
            _loading.now = True
            try:
                records = load_plugins()
            finally:
                _loading.now = False
            _published["records"] = records
            if not _strict():
                for record in (r for r in records if r.broken):
                    warnings.warn(str(plugin_error(record)), ShopscoreWarning, stacklevel=3)
        broken = [r for r in _published["records"] if r.broken]
    if broken and _strict():
        raise PluginErrorGroup("broken plugins", [plugin_error(record) for record in broken])
    return _published["records"]


def _strict() -> bool:
    return os.environ.get("SHOPSCORE_STRICT") == "1"


def plugin_error(record: PluginRecord) -> PluginError:
    """What is wrong with a broken plugin, as an error."""
    return PluginError(
        f"plugin {record.name} ({record.distribution}): {record.status}: {record.error}"
    )


def platforms() -> tuple[Platform, ...]:
    """The platforms of all active plugins, sorted by id.

    >>> import shopscore as ss
    >>> [p.id for p in ss.platforms()]  # doctest: +SKIP
    ['toy']
    """
    return platforms_of(plugin_records())


def platform(id: str) -> Platform:
    """A platform by its id.

    Raises:
        PluginError: where the plugin that should declare it is broken.
        CoverageError: where no plugin declares it, with a guess at what was meant.
    """
    known = {p.id: p for p in platforms()}
    if id in known:
        return known[id]
    for record in plugin_records():
        if record.broken and id in (record.name, *record.refused_platforms):
            raise plugin_error(record)
    if any(
        r.status == "disabled" and id in (r.name, *r.refused_platforms) for r in plugin_records()
    ):
        raise CoverageError(f"plugin {id} is switched off ({ALLOW} or {BLOCK} in the environment)")
    raise CoverageError(
        f"no installed plugin declares platform {id}{did_you_mean(id, known)}"
        f" (a package shopscore-{id} may add it)"
    )


def plugin_version(platform_id: str) -> str:
    """The version of the distribution whose plugin declares a platform."""
    for record in plugin_records():
        if any(p.id == platform_id for p in record.platforms):
            return record.version
    return "unknown"


def ruleset_text(name: str) -> tuple[str, str]:
    """The TOML text of ``platform/scorecard/version``, and where it stands."""
    parts = name.split("/")
    if len(parts) != 3:
        raise CoverageError(f"{name!r} is not the name of a rule set: platform/scorecard/version")
    return platform(parts[0]).scorecard(parts[1]).text(parts[2])
