"""The loader: every plugin gets a record, and no plugin can break another one.

Metadata → allowed or not → conflicts of names → version of the contract → import → register →
unknown hooks → hooks called, one plugin at a time → validated → conflicts of platforms.
"""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from typing import Any, TypeVar

import pluggy

from ..errors import did_you_mean
from ..messages import Message, message
from ..value_classes import evolve, frozen
from . import hooks
from .additions import Addition, RuleSetFolder
from .conflicts import conflict_message, mark_conflicts
from .declarations import Platform, Scorecard
from .discovery import InstalledPlugin, declared_api, discover
from .folders import ruleset_files
from .isolation import contained, describe_error, describe_traceback, shortened
from .records import PluginRecord, PluginStatus
from .turns import loading, loading_here

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
        One record per plugin, sorted by name; none where a plugin asks while it is loaded itself.
    """
    if loading_here():
        return ()
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    installed = discover(os.environ if environ is None else environ)
    with loading():
        return mark_conflicts([_make_record(plugin, manager, load=load) for plugin in installed])


def _make_record(
    plugin: InstalledPlugin, manager: pluggy.PluginManager, *, load: bool
) -> PluginRecord:
    blank = PluginRecord(
        name=plugin.name,
        target=plugin.target,
        distribution=plugin.distribution,
        version=plugin.version,
        status="not_loaded",
    )
    if not plugin.allowed:
        return evolve(blank, status="disabled")
    if plugin.problem is not None:
        return evolve(blank, status="invalid", error=plugin.problem)
    if plugin.rivals:
        error = conflict_message(message("plugin {name}", name=plugin.name), plugin.rivals)
        return evolve(blank, status="conflict", error=error)
    if plugin.entry is None or not load:
        return blank
    with contained():
        return _load(plugin.entry, blank, manager)


class _RefusedError(Exception):
    """A plugin that cannot be used; carries the status that says why."""

    def __init__(self, status: PluginStatus, said: Message) -> None:
        super().__init__(said)
        self.status, self.said = status, said


def _load(entry: EntryPoint, blank: PluginRecord, manager: pluggy.PluginManager) -> PluginRecord:
    """Import one plugin and call its hooks."""
    began = time.perf_counter()
    step: PluginStatus = "import_error"
    try:
        _check_contract(declared_api(entry), known=False)
        module = entry.load()
        _check_contract(getattr(module, "PLUGIN_API", None), known=True)
        step = "hook_error"
        manager.register(module, name=blank.origin)
        _check_hooks(module)
        declared = _call_hooks(manager, module)
    except KeyboardInterrupt:
        raise
    except _RefusedError as refusal:
        seconds = time.perf_counter() - began
        return evolve(blank, status=refusal.status, error=refusal.said, load_seconds=seconds)
    except BaseException as error:  # a plugin may raise anything, even SystemExit
        return evolve(
            blank,
            status=step,
            error=describe_error(error),
            traceback=describe_traceback(error),
            load_seconds=time.perf_counter() - began,
        )
    seconds = time.perf_counter() - began
    offers = (declared.platforms, declared.scorecards, declared.rulesets, declared.additions)
    if not any(offers):
        nothing = message("declares no platform, scorecard or rule set, and adds to none")
        return evolve(blank, status="empty", error=nothing, load_seconds=seconds)
    return evolve(
        blank,
        status="active",
        platforms=declared.platforms,
        scorecards=declared.scorecards,
        rulesets=declared.rulesets,
        additions=declared.additions,
        hooks=declared.hooks,
        load_seconds=seconds,
    )


def _check_contract(api: object, *, known: bool) -> None:
    if api == hooks.PLUGIN_API or (api is None and not known):
        return
    if api is None:
        said = message("declares no PLUGIN_API; this version supports {own}", own=hooks.PLUGIN_API)
    else:
        said = message(
            "was written for PLUGIN_API {api}; this version supports {own}",
            api=shortened(str(api)),
            own=hooks.PLUGIN_API,
        )
    raise _RefusedError("incompatible", said)


def _check_hooks(module: Any) -> None:
    """Refuse a misspelt or unmarked hook, which would never be called."""
    routines = ((n, v) for n, v in vars(module).items() if inspect.isroutine(v))
    for name, value in routines:
        if getattr(value, f"{hooks.PROJECT}_impl", None) and name not in hooks.HOOKS:
            guess = did_you_mean(name, hooks.HOOKS)
            said = message("there is no hook {hook}{guess}", hook=name, guess=guess)
            raise _RefusedError("invalid", said)
        if name in hooks.HOOKS and not getattr(value, f"{hooks.PROJECT}_impl", None):
            said = message("{hook} is not marked with @hookimpl", hook=name)
            raise _RefusedError("invalid", said)


@frozen
class _Declared:
    platforms: tuple[Platform, ...]
    scorecards: tuple[Scorecard, ...]
    rulesets: tuple[RuleSetFolder, ...]
    additions: tuple[Addition, ...]
    hooks: tuple[str, ...]


def _call_hooks(manager: pluggy.PluginManager, module: Any) -> _Declared:
    others = [plugin for plugin in manager.get_plugins() if plugin is not module]
    declared = _Declared(
        _call_hook(manager, others, "shopscore_platforms", Platform),
        _call_hook(manager, others, "shopscore_scorecards", Scorecard),
        _call_hook(manager, others, "shopscore_rulesets", RuleSetFolder),
        _call_hook(manager, others, "shopscore_additions", Addition),
        tuple(name for name in hooks.HOOKS if hasattr(module, name)),
    )
    cards = (*(s for p in declared.platforms for s in p.scorecards), *declared.scorecards)
    for card in cards:
        if not card.platform:
            said = message("scorecard {card} does not name its platform", card=card.id)
            raise _RefusedError("invalid", said)
        if not card.versions:
            said = message(
                "{card} has no rule set in {folder}", card=card.name, folder=card.rulesets
            )
            raise _RefusedError("invalid", said)
    for folder in declared.rulesets:  # a package that is not there fails here, not later
        ruleset_files((folder.folder,), folder.scorecard)
    return declared


def _call_hook(
    manager: pluggy.PluginManager, others: list[Any], hook: str, kind: type[T]
) -> tuple[T, ...]:
    """Call a hook of the plugin that is not among ``others``, and check the types it returns."""
    items: list[T] = []
    for answer in manager.subset_hook_caller(hook, others)():
        if not isinstance(answer, Iterable):
            said = message(
                "{hook} returned {answer}, not a list", hook=hook, answer=shortened(repr(answer))
            )
            raise _RefusedError("invalid", said)
        for item in answer:
            if not isinstance(item, kind):
                said = message(
                    "{hook} returned {answer}, which is no {kind}",
                    hook=hook,
                    answer=shortened(repr(item)),
                    kind=kind.__name__,
                )
                raise _RefusedError("invalid", said)
            items.append(item)
    return tuple(items)
