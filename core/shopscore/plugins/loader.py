"""The loader: every plugin ends with a record, and no plugin can take another one down.

Metadata → conflicts → allowed or not → import → version of the contract → register → unknown
hooks → its hooks called alone → validated → published.
"""

from __future__ import annotations

import os
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy
from attrs import evolve

from ..errors import did_you_mean
from ..model.platforms import Platform
from . import hooks
from .records import PluginRecord, PluginStatus

GROUP = "shopscore.plugins"
ALLOW = "SHOPSCORE_PLUGINS"
BLOCK = "SHOPSCORE_DISABLE_PLUGINS"


def load_plugins(
    environ: Mapping[str, str] | None = None, *, load: bool = True
) -> tuple[PluginRecord, ...]:
    """Find and load every installed plugin; never raises for a plugin's failure.

    Args:
        environ: where ``SHOPSCORE_PLUGINS`` (an allow-list) and ``SHOPSCORE_DISABLE_PLUGINS``
            are looked up; by default the process's environment.
        load: False only looks at metadata: nothing is imported.

    Returns:
        One record per plugin, sorted by name.
    """
    allowed = _filter(os.environ if environ is None else environ)
    found = sorted(set(entry_points(group=GROUP)), key=lambda e: (e.name, _origin(e)))
    names = Counter(e.name for e in found if allowed(e))
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    records = []
    for entry in found:
        if not allowed(entry):
            records.append(_record(entry, "disabled"))
        elif names[entry.name] > 1:
            rivals = " and ".join(_origin(e) for e in found if e.name == entry.name)
            records.append(_record(entry, "conflict", error=_rivalry("plugin", entry.name, rivals)))
        elif not load:
            records.append(_record(entry, "not_loaded"))
        else:
            records.append(_loaded(entry, manager))
    return tuple(_without_conflicts(records))


def _filter(environ: Mapping[str, str]) -> Callable[[EntryPoint], bool]:
    allow = environ.get(ALLOW)
    block = _words(environ.get(BLOCK, ""))

    def allowed(entry: EntryPoint) -> bool:
        names = {entry.name, _origin(entry)}
        return (allow is None or bool(names & _words(allow))) and not names & block

    return allowed


def _words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",") if word.strip()}


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name if entry.dist else '?'}:{entry.name}"


def _rivalry(what: str, name: str, rivals: str) -> str:
    return (
        f"{what} {name} is declared by {rivals}; choose one with {ALLOW} or {BLOCK},"
        " written distribution:name"
    )


def _record(entry: EntryPoint, status: PluginStatus, **more: Any) -> PluginRecord:
    return PluginRecord(
        name=entry.name,
        target=entry.value,
        distribution=entry.dist.name if entry.dist else "?",
        version=entry.dist.version if entry.dist else "?",
        status=status,
        **more,
    )


class _RefusedError(Exception):
    """A plugin that loads, but cannot be used; carries the status that says why."""

    def __init__(self, status: PluginStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def _loaded(entry: EntryPoint, manager: pluggy.PluginManager) -> PluginRecord:
    """Import one plugin and ask it alone what it declares."""
    began = time.perf_counter()
    step: PluginStatus = "import_error"
    try:
        module = entry.load()
        step = "hook_error"
        _check_contract(module)
        manager.register(module, name=_origin(entry))
        _check_hooks(module)
        platforms = _ask(manager, module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything, SystemExit among it
        status = error.status if isinstance(error, _RefusedError) else step
        message = (
            str(error) if isinstance(error, _RefusedError) else f"{type(error).__name__}: {error}"
        )
        return _record(
            entry,
            status,
            error=message,
            traceback=traceback.format_exc(),
            load_seconds=time.perf_counter() - began,
        )
    seconds = time.perf_counter() - began
    if not platforms:
        return _record(entry, "empty", error="declares no platform", load_seconds=seconds)
    return _record(entry, "active", platforms=platforms, load_seconds=seconds)


def _check_contract(module: Any) -> None:
    api = getattr(module, "PLUGIN_API", None)
    if api != hooks.PLUGIN_API:
        said = "declares no PLUGIN_API" if api is None else f"was written for PLUGIN_API {api}"
        raise _RefusedError("incompatible", f"{said}; this version speaks {hooks.PLUGIN_API}")


def _check_hooks(module: Any) -> None:
    """A hook that is misspelt would never be called: say so instead."""
    known = [name for name in vars(hooks) if name.startswith("shopscore_")]
    marker = f"{hooks.PROJECT}_impl"
    for name, value in vars(module).items():
        if getattr(value, marker, None) and name not in known:
            raise _RefusedError("invalid", f"there is no hook {name}{did_you_mean(name, known)}")


def _ask(manager: pluggy.PluginManager, module: Any) -> tuple[Platform, ...]:
    others = [plugin for plugin in manager.get_plugins() if plugin is not module]
    answers = manager.subset_hook_caller("shopscore_platforms", others)()
    platforms = tuple(p for answer in answers for p in _listed(answer))
    for platform in platforms:
        if not isinstance(platform, Platform):
            raise _RefusedError("invalid", f"shopscore_platforms gave {platform!r}, not a Platform")
        for scorecard in platform.scorecards:
            if not scorecard.versions:
                raise _RefusedError(
                    "invalid", f"{scorecard.name} has no rule set in {scorecard.rulesets}"
                )
    return platforms


def _listed(answer: Any) -> Iterable[Any]:
    if not isinstance(answer, Iterable):
        raise _RefusedError(
            "invalid", f"shopscore_platforms gave {answer!r}, not a list of platforms"
        )
    return answer


def _without_conflicts(records: list[PluginRecord]) -> list[PluginRecord]:
    """Two plugins that declare one platform: neither silently replaces the other."""
    owners: dict[str, set[str]] = {}
    for record in records:
        for platform in record.platforms:
            owners.setdefault(platform.id, set()).add(f"{record.distribution}:{record.name}")
    result = []
    for record in records:
        shared = [p.id for p in record.platforms if len(owners[p.id]) > 1]
        if shared:
            rivals = " and ".join(sorted(owners[shared[0]]))
            error = _rivalry("platform", shared[0], rivals)
            result.append(evolve(record, status="conflict", platforms=(), error=error))
        else:
            result.append(record)
    return result
