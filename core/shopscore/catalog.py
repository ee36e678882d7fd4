"""What is there: the platforms of the installed plugins, their scorecards and rule sets."""

from __future__ import annotations

import os
import threading
import warnings
from datetime import date
from pathlib import Path

from .errors import CoverageError, InputError, PluginError, ShopscoreWarning, did_you_mean
from .model.platforms import Platform, Scorecard
from .model.rulesets import RuleSet
from .plugins.loader import load_plugins
from .plugins.records import PluginRecord

_lock = threading.RLock()
_loaded: dict[str, tuple[PluginRecord, ...]] = {}

_FAILED = ("conflict", "incompatible", "import_error", "hook_error", "invalid", "empty")


def plugin_records(*, reload: bool = False) -> tuple[PluginRecord, ...]:
    """A record of every installed plugin, sorted by name; plugins are loaded on the first call.

    Warns once of each plugin that is broken; raises PluginError instead where the environment
    says ``SHOPSCORE_STRICT=1``.
    """
    with _lock:
        if reload or "records" not in _loaded:
            _loaded["records"] = load_plugins()
            _announce([r for r in _loaded["records"] if r.status in _FAILED])
        return _loaded["records"]


def _announce(broken: list[PluginRecord]) -> None:
    messages = [f"plugin {r.name} ({r.distribution}): {r.status}: {r.error}" for r in broken]
    if messages and os.environ.get("SHOPSCORE_STRICT") == "1":
        raise PluginError("; ".join(messages))
    for message in messages:
        warnings.warn(message, ShopscoreWarning, stacklevel=3)


def platforms() -> tuple[Platform, ...]:
    """The platforms of all active plugins, sorted by id.

    >>> import shopscore as ss
    >>> [p.id for p in ss.platforms()]  # doctest: +SKIP
    ['douyin']
    """
    found = (p for r in plugin_records() for p in r.platforms)
    return tuple(sorted(found, key=lambda p: p.id))


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
        if record.name == id and record.status in _FAILED:
            raise PluginError(
                f"plugin {id} ({record.distribution}): {record.status}: {record.error}"
            )
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


def find_ruleset(
    scorecard: Scorecard, ruleset: str | Path | RuleSet | None, day: date
) -> tuple[RuleSet, str | None]:
    """The rule set that is meant, and a remark where it is applied outside its span.

    ``ruleset`` is a version, a TOML file, or None: the one in force on ``day``.
    """
    if ruleset is None:
        return scorecard.at(day), None
    if isinstance(ruleset, RuleSet):
        found = ruleset
    elif isinstance(ruleset, Path) or ruleset.endswith(".toml"):
        found = read_ruleset(Path(ruleset))
    else:
        found = scorecard.ruleset(ruleset.removeprefix(f"{scorecard.name}/"))
    if (found.platform, found.scorecard) != (scorecard.platform, scorecard.id):
        raise CoverageError(f"rule set {found.name} is not one of {scorecard.name}")
    if found.covers(day):
        return found, None
    return (
        found,
        f"rule set {found.name} covers {found.span}; applied to {day} because it was named",
    )


def read_ruleset(path: Path) -> RuleSet:
    """A rule set from a user's TOML file; it may extend an installed one.

    Raises:
        InputError: where the file cannot be read.
        RuleSetError: where it says something impossible.
    """
    from .ruleset_files import parse_ruleset

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from None
    return parse_ruleset(text, str(path), ruleset_text)
