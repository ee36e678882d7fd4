"""The loader: every plugin ends with a record, and no plugin can take another one down.

Metadata → conflicts of names → allowed or not → version of the contract → import → register →
unknown hooks → its hooks called alone → validated → conflicts of platforms → published at once.
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
from .conflicts import mark_conflicts, rivalry
from .declarations import Platform, RuleSetFolder, Scorecard
from .discovery import Found, declared_api, discover
from .isolation import described, prints_diverted
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
    found = discover(os.environ if environ is None else environ)
    with prints_diverted():
        return mark_conflicts([_record(plugin, manager, load=load) for plugin in found])


def _record(found: Found, manager: pluggy.PluginManager, *, load: bool) -> PluginRecord:
    blank = PluginRecord(
        name=found.name,
        target=found.entry.value,
        distribution=found.entry.dist.name if found.entry.dist else "?",
        version=found.entry.dist.version if found.entry.dist else "?",
        status="not_loaded",
    )
    if not found.allowed:
        return evolve(blank, status="disabled")
    if found.rivals:
        error = rivalry("plugin", found.name, found.rivals)
        return evolve(blank, status="conflict", error=error)
    return _loaded(found, blank, manager) if load else blank


class _RefusedError(Exception):
    """A plugin that cannot be used; carries the status that says why."""

    def __init__(self, status: PluginStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def _loaded(found: Found, blank: PluginRecord, manager: pluggy.PluginManager) -> PluginRecord:
    """Import one plugin and ask it alone what it declares."""
    began = time.perf_counter()
    step: PluginStatus = "import_error"
    try:
        _check_contract(declared_api(found.entry), known=False)
        module = found.entry.load()
        _check_contract(getattr(module, "PLUGIN_API", None), known=True)
        step = "hook_error"
        manager.register(module, name=found.origin)
        _check_hooks(module)
        declared = _ask(manager, module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything, SystemExit among it
        refused = isinstance(error, _RefusedError)
        return evolve(
            blank,
            status=error.status if isinstance(error, _RefusedError) else step,
            error=str(error) if refused else described(error),
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
    except Exception:  # see described
        return described(error)


def _check_contract(api: object, *, known: bool) -> None:
    if api == hooks.PLUGIN_API or (api is None and not known):
        return
    said = "declares no PLUGIN_API" if api is None else f"was written for PLUGIN_API {api}"
    raise _RefusedError("incompatible", f"{said}; this version speaks {hooks.PLUGIN_API}")


def _check_hooks(module: Any) -> None:
    """A hook that is misspelt, or not marked, would never be called: say so instead."""
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


def _ask(manager: pluggy.PluginManager, module: Any) -> _Declared:
    others = [plugin for plugin in manager.get_plugins() if plugin is not module]
    declared = _Declared(
        _answers(manager, others, "shopscore_platforms", Platform),
        _answers(manager, others, "shopscore_scorecards", Scorecard),
        _answers(manager, others, "shopscore_rulesets", RuleSetFolder),
        tuple(name for name in hooks.HOOKS if hasattr(module, name)),
    )
    cards = (*(s for p in declared.platforms for s in p.scorecards), *declared.scorecards)
    for card in cards:
        if not card.platform:
            raise _RefusedError("invalid", f"scorecard {card.id} does not name its platform")
        if not card.versions:
            raise _RefusedError("invalid", f"{card.name} has no rule set in {card.rulesets}")
    return declared


def _answers(
    manager: pluggy.PluginManager, others: list[Any], hook: str, kind: type[T]
) -> tuple[T, ...]:
    """What one plugin's hook gives, each of the type that it should have."""
    found: list[T] = []
    for answer in manager.subset_hook_caller(hook, others)():
        if not isinstance(answer, Iterable):
            raise _RefusedError("invalid", f"{hook} gave {answer!r}, not a list")
        for item in answer:
            if not isinstance(item, kind):
                raise _RefusedError("invalid", f"{hook} gave {item!r}, not a {kind.__name__}")
            found.append(item)
    return tuple(found)
