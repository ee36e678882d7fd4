"""The sheet of a page: which columns it has, and its rows with the names of their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: What a row of the sheet may say; what it does not is not known.
CELLS = (
    "shop", "name", "platform", "scorecard", "ruleset", "as_of", "status", "reason", "score",
    "score_low", "score_high", "scale_low", "scale_high", "share", "coverage", "tiers", "level",
    "level_projected", "next_tier", "to_next_tier", "target", "to_target", "change_1d", "change_7d",
    "costliest_metric", "costliest_cost", "open_tasks", "notices",
)  # fmt: skip
#: Columns that are left out where no shop has anything in them, and what each is made of.
_OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "score": ("score", "score_low"),
    "share": ("share",),
    "coverage": ("coverage",),
    "level": ("level", "level_projected", "tiers"),
    "next": ("to_next_tier", "next_tier"),
    "target": ("to_target", "target"),
    "change_1d": ("change_1d",),
    "change_7d": ("change_7d",),
    "costliest": ("costliest_metric",),
    "tasks": ("open_tasks",),
    "notices": ("notices",),
}
#: Cells under the head of another name.
HEADS: Mapping[str, str] = {"to_target": "target", "to_next_tier": "next", "open_tasks": "tasks"}
_ALWAYS = ("shop", "platform", "status")


def key_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return of which shop and score a row of the sheet is, or the details of a shop."""
    return tuple(str(row.get(name)) for name in ("platform", "scorecard", "shop"))


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the columns that a sheet needs, in their order."""
    found = [
        name
        for name, made_of in _OPTIONAL.items()
        if any(row[one] not in (None, []) for row in rows for one in made_of)
    ]
    return [*_ALWAYS, *found]


def choices_of(rows: Sequence[Mapping[str, Any]], name: str) -> list[tuple[str, Any]]:
    """Return the platforms, or the statuses, that the rows have, each with what it is called."""
    labels = {row[name]: row[f"{name}_label"] for row in rows}
    return sorted(labels.items())


def named_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the names of its ids; what it does not say is None."""
    labels: Mapping[str, Any] = row.get("labels") or {}
    told = {name: row.get(name) for name in CELLS}

    def named(id: Any, *kinds: str) -> Any:
        names = (labels.get(kind) or {} for kind in kinds)
        return next((own[id] for own in names if id in own), id)

    return {
        **told,
        "tiers": told["tiers"] or [],
        "notices": told["notices"] or [],
        "platform_label": labels.get("platform") or told["platform"],
        "scorecard_label": labels.get("scorecard") or told["scorecard"],
        "status_label": named(told["status"], "statuses"),
        "level_label": named(told["level"], "levels"),
        "projected_label": named(told["level_projected"], "levels"),
        "tier_labels": [named(id, "tiers") for id in told["tiers"] or ()],
        "next_label": named(told["next_tier"], "tiers", "levels"),
        "costliest_label": named(told["costliest_metric"], "metrics"),
        "decimals": row.get("decimals", 2),
        "why": row.get("why") or {},
        "anchor": None,
    }
