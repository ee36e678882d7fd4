"""The loader: every plugin gets a record, and no plugin can break another one.

Metadata → allowed or not → conflicts of names → version of the contract → import → register →
unknown hooks → hooks called, one plugin at a time → validated → conflicts of platforms.
"""

from __future__ import annotations

import inspect
import os
import time
import traceback
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import pluggy
from attrs import evolve, frozen

from ..errors import did_you_mean
from . import hooks
from .conflicts import conflict_message, mark_conflicts
from .declarations import Platform, RuleSetFolder, Scorecard
from .discovery import InstalledPlugin, declared_api, discover
from .isolation import describe_error, guard_stdout
from .records import PluginRecord, PluginStatus

T = TypeVar("T")


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
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    installed = discover(os.environ if environ is None else environ)
    with guard_stdout():
        return mark_conflicts([_make_record(plugin, manager, load=load) for plugin in installed])


def _make_record(
    plugin: InstalledPlugin, manager: pluggy.PluginManager, *, load: bool
) -> PluginRecord:
    blank = PluginRecord(
        name=plugin.name,
        target=plugin.entry.value,
        distribution=plugin.entry.dist.name if plugin.entry.dist else "?",
        version=plugin.entry.dist.version if plugin.entry.dist else "?",
        status="not_loaded",
    )
    if not plugin.allowed:
        return evolve(blank, status="disabled")
    if plugin.rivals:
        error = conflict_message("plugin", plugin.name, plugin.rivals)
        return evolve(blank, status="conflict", error=error)
    return _load(plugin, blank, manager) if load else blank


class _RefusedError(Exception):
    """A plugin that cannot be used; carries the status that says why."""

    def __init__(self, status: PluginStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def _load(
    plugin: InstalledPlugin, blank: PluginRecord, manager: pluggy.PluginManager
) -> PluginRecord:
    """Import one plugin and call its hooks."""
    began = time.perf_counter()
    step: PluginStatus = "import_error"
    try:
        _check_contract(declared_api(plugin.entry), known=False)
        module = plugin.entry.load()
        _check_contract(getattr(module, "PLUGIN_API", None), known=True)
        step = "hook_error"
        manager.register(module, name=plugin.origin)
        _check_hooks(module)
        declared = _call_hooks(manager, module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything, even SystemExit
        refused = isinstance(error, _RefusedError)
        return evolve(
            blank,
            status=error.status if isinstance(error, _RefusedError) else step,
            error=str(error) if refused else describe_error(error),
            traceback=None if refused else _traceback(error),
            load_seconds=time.perf_counter() - began,
        )
    seconds = time.perf_counter() - began
    if not any((declared.platforms, declared.scorecards, declared.rulesets)):
        nothing = "declares no platform, scorecard or rule set"
        return evolve(blank, status="empty", error=nothing, load_seconds=seconds)
    return evolve(
        blank,
        status="active",
        platforms=declared.platforms,
        scorecards=declared.scorecards,
        rulesets=declared.rulesets,
        hooks=declared.hooks,
        load_seconds=seconds,
    )


def _traceback(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))
    except Exception:  # see describe_error
        return describe_error(error)


def _check_contract(api: object, *, known: bool) -> None:
    if api == hooks.PLUGIN_API or (api is None and not known):
        return
    problem = "declares no PLUGIN_API" if api is None else f"was written for PLUGIN_API {api}"
    raise _RefusedError("incompatible", f"{problem}; this version supports {hooks.PLUGIN_API}")


def _check_hooks(module: Any) -> None:
    """Refuse a misspelt or unmarked hook, which would never be called."""
    routines = ((n, v) for n, v in vars(module).items() if inspect.isroutine(v))
    for name, value in routines:
        if getattr(value, f"{hooks.PROJECT}_impl", None) and name not in hooks.HOOKS:
            raise _RefusedError(
                "invalid", f"there is no hook {name}{did_you_mean(name, hooks.HOOKS)}"
            )
        if name in hooks.HOOKS and not getattr(value, f"{hooks.PROJECT}_impl", None):
            raise _RefusedError("invalid", f"{name} is not marked with @hookimpl")


@frozen
class _Declared:
    platforms: tuple[Platform, ...]
    scorecards: tuple[Scorecard, ...]
    rulesets: tuple[RuleSetFolder, ...]
    hooks: tuple[str, ...]


def _call_hooks(manager: pluggy.PluginManager, module: Any) -> _Declared:
    others = [plugin for plugin in manager.get_plugins() if plugin is not module]
    declared = _Declared(
        _call_hook(manager, others, "shopscore_platforms", Platform),
        _call_hook(manager, others, "shopscore_scorecards", Scorecard),
        _call_hook(manager, others, "shopscore_rulesets", RuleSetFolder),
        tuple(name for name in hooks.HOOKS if hasattr(module, name)),
    )
    cards = (*(s for p in declared.platforms for s in p.scorecards), *declared.scorecards)
    for card in cards:
        if not card.platform:
            raise _RefusedError("invalid", f"scorecard {card.id} does not name its platform")
        if not card.versions:
            raise _RefusedError("invalid", f"{card.name} has no rule set in {card.rulesets}")
    return declared


def _call_hook(
    manager: pluggy.PluginManager, others: list[Any], hook: str, kind: type[T]
) -> tuple[T, ...]:
    """Call a hook of the plugin that is not among ``others``, and check the types it returns."""
    items: list[T] = []
    for answer in manager.subset_hook_caller(hook, others)():
        if not isinstance(answer, Iterable):
            raise _RefusedError("invalid", f"{hook} returned {answer!r}, not a list")
        for item in answer:
            if not isinstance(item, kind):
                raise _RefusedError("invalid", f"{hook} returned {item!r}, not a {kind.__name__}")
            items.append(item)
    return tuple(items)
