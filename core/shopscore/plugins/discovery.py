"""Discovery: which plugins are installed, and which may be loaded; nothing is imported here."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from attrs import frozen

GROUP = "shopscore.plugins"
ALLOW = "SHOPSCORE_PLUGINS"
BLOCK = "SHOPSCORE_DISABLE_PLUGINS"


@frozen
class InstalledPlugin:
    """The entry point of a plugin, and what is known before it is imported.

    ``rivals`` are the origins of all plugins with its name, where there are several.
    """

    entry: EntryPoint
    allowed: bool
    rivals: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The id of the plugin."""
        return self.entry.name

    @property
    def origin(self) -> str:
        """``distribution:name``, which no two plugins share."""
        return origin(self.entry)


def origin(entry: EntryPoint) -> str:
    """Return ``distribution:name`` of an entry point."""
    return f"{entry.dist.name if entry.dist else '?'}:{entry.name}"


def discover(environ: Mapping[str, str]) -> list[InstalledPlugin]:
    """Find every installed plugin, sorted by name."""
    distinct = {(origin(e), e.value): e for e in entry_points(group=GROUP)}
    every = sorted(distinct.values(), key=lambda e: (e.name, origin(e)))
    allow = _words(environ[ALLOW]) if ALLOW in environ else None
    block = _words(environ.get(BLOCK, ""))
    names: dict[str, list[str]] = defaultdict(list)
    for entry in every:
        if _is_allowed(entry, allow, block):
            names[entry.name].append(origin(entry))
    plugins = []
    for entry in every:
        allowed = _is_allowed(entry, allow, block)
        shared = names[entry.name] if allowed and len(names[entry.name]) > 1 else ()
        plugins.append(InstalledPlugin(entry, allowed, tuple(shared)))
    return plugins


def _is_allowed(entry: EntryPoint, allow: set[str] | None, block: set[str]) -> bool:
    names = {entry.name, origin(entry)}
    return (allow is None or bool(names & allow)) and not names & block


def _words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",") if word.strip()}


def declared_api(entry: EntryPoint) -> int | None:
    """Read the ``PLUGIN_API`` of a plugin from its source, without importing it.

    None where the source has no plain assignment; then the imported module decides.
    """
    source = module_file(entry.module)
    if source is None:
        return None
    try:
        tree = ast.parse(source.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    for statement in tree.body:
        if (
            isinstance(statement, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == "PLUGIN_API" for t in statement.targets)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, int)
        ):
            return statement.value.value
    return None


def module_file(module: str) -> Path | None:
    """Find the file of a module without importing its parents."""
    path: list[str] | None = None
    spec = None
    for part in module.split("."):
        try:
            spec = PathFinder.find_spec(part, path)
        except (ImportError, ValueError):
            return None
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or [])
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None
