"""Records: what happened to each installed plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ..value_classes import evolve, field, frozen
from .additions import Addition, RuleSetFolder
from .declarations import Platform, Scorecard
from .folders import ruleset_files

PluginStatus = Literal[
    "active",
    "disabled",
    "conflict",
    "incompatible",
    "import_error",
    "hook_error",
    "invalid",
    "empty",
    "not_loaded",
]

#: Statuses of a plugin that is broken, as opposed to switched off or not looked at.
BROKEN: tuple[PluginStatus, ...] = (
    "conflict",
    "incompatible",
    "import_error",
    "hook_error",
    "invalid",
    "empty",
)


@frozen
class PluginRecord:
    """An installed plugin: where it comes from, its status, and what it declares.

    ``scorecards``, ``rulesets`` and ``additions`` are for platforms of other plugins; ``not_added``
    says which of these have no such platform. ``refused_platforms`` are those that it could not
    declare. ``error`` says in one line what is wrong; ``traceback`` shows where. ``load_seconds`` is
    the time of its import and hooks.
    """

    name: str
    target: str
    distribution: str
    version: str
    status: PluginStatus
    platforms: tuple[Platform, ...] = ()
    scorecards: tuple[Scorecard, ...] = ()
    rulesets: tuple[RuleSetFolder, ...] = ()
    additions: tuple[Addition, ...] = ()
    not_added: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    refused_platforms: tuple[str, ...] = ()
    error: str | None = None
    traceback: str | None = field(default=None, repr=False)
    load_seconds: float | None = None

    @property
    def origin(self) -> str:
        """``distribution:name``, which no two plugins share."""
        return f"{self.distribution}:{self.name}"

    @property
    def broken(self) -> bool:
        """Whether something is wrong with the plugin."""
        return self.status in BROKEN

    @property
    def declares(self) -> tuple[str, ...]:
        """Platforms and scorecards that only one plugin may declare."""
        return (*(p.id for p in self.platforms), *(s.name for s in self.scorecards))

    @property
    def added_rulesets(self) -> tuple[str, ...]:
        """Names of the rule sets that it adds to scorecards of other plugins."""
        return tuple(
            f"{folder.platform}/{folder.scorecard}/{version}"
            for folder in self.rulesets
            for version in ruleset_files((folder.folder,), folder.scorecard)
        )

    @property
    def additions_by_platform(self) -> Mapping[str, tuple[Addition, ...]]:
        """What it adds to each platform, which counts as one."""
        ids = dict.fromkeys(addition.platform for addition in self.additions)
        return {id: tuple(a for a in self.additions if a.platform == id) for id in ids}

    def refuse(self, status: PluginStatus, error: str) -> PluginRecord:
        """Return a record of the same plugin with an error, and without its declarations."""
        return evolve(
            self,
            status=status,
            error=error,
            platforms=(),
            scorecards=(),
            rulesets=(),
            additions=(),
            not_added=(),
            refused_platforms=tuple(p.id for p in self.platforms),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the record as ``shopscore-plugins list --format json`` shows it."""
        scorecards = [*(s for p in self.platforms for s in p.scorecards), *self.scorecards]
        return {
            "name": self.name,
            "status": self.status,
            "distribution": self.distribution,
            "version": self.version,
            "target": self.target,
            "platforms": [p.id for p in self.platforms],
            "scorecards": [s.name for s in scorecards],
            "rulesets": [f"{s.name}/{v}" for s in scorecards for v in s.versions],
            "adds_rulesets_to": [f"{f.platform}/{f.scorecard}" for f in self.rulesets],
            "adds_to": list(self.additions_by_platform),
            "not_added": [str(said) for said in self.not_added],
            "hooks": list(self.hooks),
            "error": self.error,
            "load_seconds": self.load_seconds,
        }
