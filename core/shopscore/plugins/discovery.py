"""Discovery: which plugins are installed, and which may be loaded; nothing is imported here."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, EntryPoint, distribution, distributions
from pathlib import Path

from ..messages import Message, message
from ..value_classes import evolve, frozen
from .isolation import describe_error

GROUP = "shopscore.plugins"
ALLOW = "SHOPSCORE_PLUGINS"
BLOCK = "SHOPSCORE_DISABLE_PLUGINS"


@frozen
class InstalledPlugin:
    """An installed plugin, and what is known before it is imported.

    ``entry`` is its entry point; None where its metadata cannot be read, and ``problem`` says why.
    ``rivals`` are the origins of all plugins with its name, where there are several.
    """

    name: str
    distribution: str
    version: str
    entry: EntryPoint | None
    problem: Message | None = None
    allowed: bool = True
    rivals: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """``distribution:name``, which no two plugins share."""
        return f"{self.distribution}:{self.name}"

    @property
    def target(self) -> str:
        """The module that the entry point names; empty where that cannot be read."""
        return "" if self.entry is None else self.entry.value


def discover(environ: Mapping[str, str]) -> list[InstalledPlugin]:
    """Find every installed plugin, sorted by name."""
    distinct = {(p.origin, p.target): p for p in _installed()}
    allow = _words(environ[ALLOW]) if ALLOW in environ else None
    block = _words(environ.get(BLOCK, ""))
    every = [
        evolve(p, allowed=_is_allowed(p, allow, block))
        for p in sorted(distinct.values(), key=lambda p: (p.name, p.origin))
    ]
    origins: dict[str, list[str]] = defaultdict(list)
    for plugin in every:
        if plugin.allowed:
            origins[plugin.name].append(plugin.origin)
    return [
        evolve(p, rivals=tuple(origins[p.name])) if p.allowed and len(origins[p.name]) > 1 else p
        for p in every
    ]


def _installed() -> Iterator[InstalledPlugin]:
    """Yield the plugins of every distribution; broken metadata of one never hides the others."""
    seen: set[str] = set()
    for found in distributions():
        try:
            named = GROUP in (found.read_text("entry_points.txt") or "")  # most name no plugin
            if not named or not found.entry_points.select(group=GROUP):
                continue
        except Exception as error:  # whatever a malformed file makes the parser raise
            if _has_plugins(error):
                said = message("entry_points.txt cannot be read: {why}", why=describe_error(error))
                yield _broken(found, said)
            continue
        try:
            name = str(found.metadata["Name"] or "")
            first = distribution(name)  # of two versions on the path, the first counts
            version = str(first.metadata["Version"] or "")
        except Exception as error:  # the same
            said = message("its metadata cannot be read: {why}", why=describe_error(error))
            yield _broken(found, said)
            continue
        if name not in seen:
            seen.add(name)
            for entry in first.entry_points.select(group=GROUP):
                yield InstalledPlugin(entry.name, name, version, entry)


def _has_plugins(error: Exception) -> bool:
    """Return whether an unreadable ``entry_points.txt`` names the group at all."""
    return not isinstance(error, UnicodeDecodeError) or GROUP.encode() in error.object


def _broken(found: Distribution, problem: Message) -> InstalledPlugin:
    """Return the record of a distribution that cannot say its own name: its folder has one."""
    folder = Path(str(getattr(found, "_path", "?"))).name
    name, _, version = folder.removesuffix(".dist-info").removesuffix(".egg-info").partition("-")
    return InstalledPlugin(name, name, version or "?", None, problem)


def _is_allowed(plugin: InstalledPlugin, allow: set[str] | None, block: set[str]) -> bool:
    names = {plugin.name, plugin.origin}
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
