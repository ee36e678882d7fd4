"""What became of each plugin."""

from __future__ import annotations

from typing import Any, Literal

from attrs import field, frozen

from ..model.platforms import Platform

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


@frozen
class PluginRecord:
    """A plugin that was found: where it comes from, what became of it, and what it declares.

    ``error`` says in a line what is wrong; ``traceback`` shows where. ``load_seconds`` is the
    time its import and hooks took.
    """

    name: str
    target: str
    distribution: str
    version: str
    status: PluginStatus
    platforms: tuple[Platform, ...] = ()
    error: str | None = None
    traceback: str | None = field(default=None, repr=False)
    load_seconds: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The record as ``shopscore-plugins list --format json`` shows it."""
        scorecards = [s for p in self.platforms for s in p.scorecards]
        return {
            "name": self.name,
            "status": self.status,
            "distribution": self.distribution,
            "version": self.version,
            "target": self.target,
            "platforms": [p.id for p in self.platforms],
            "scorecards": [s.name for s in scorecards],
            "rulesets": [f"{s.name}/{v}" for s in scorecards for v in s.versions],
            "error": self.error,
            "load_seconds": self.load_seconds,
        }
