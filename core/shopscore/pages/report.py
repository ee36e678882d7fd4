"""Reports: what a page is made of, from the sheet of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import CoverageError
from ..plugins.catalog import platform as find_platform
from ..workspace.texts import Both, in_both, word_in_both

if TYPE_CHECKING:
    from ..workspace.sheet import Sheet

_SCORE = ("platform", "scorecard", "ruleset")


def report_of(
    sheet: Sheet, *, title: str | None = None, only: Collection[str] = ()
) -> dict[str, Any]:
    """Return the report of a run, as :func:`shopscore.pages.page.page_of` takes it.

    With ``only``, ids of shops, it has no others.
    """
    rows = [row for row in sheet.shops if not only or row["shop"] in only]
    names = _Names(sheet)
    days = sorted({row["as_of"] for row in rows if row["as_of"] is not None})
    return {
        "title": title,
        "as_of": days[-1] if days else None,
        "shops": [{**row, **_reason(row), **names.of(row)} for row in rows],
        "details": [
            {**one, **names.of(one)} for one in sheet.details if not only or one["shop"] in only
        ],
    }


def _reason(row: Mapping[str, Any]) -> dict[str, Any]:
    said = {"en": row["reason"], "zh": row["reason_zh"]}
    return {"reason": said if row["reason"] is not None else None}


class _Names:
    """What the ids in rows are called, by the rules that each row rests on."""

    def __init__(self, sheet: Sheet) -> None:
        self._rules = {_score(one): one for one in sheet.rulesets}
        self._metrics: dict[tuple[Any, ...], dict[str, Both]] = {}
        for one in sheet.metrics:
            labels = {"en": one["label_en"], "zh": one["label_zh"]}
            self._metrics.setdefault(_score(one), {})[one["metric"]] = labels

    def of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the names that a row needs, and the decimals of its score."""
        rules = self._rules.get(_score(row), {})
        labels = rules.get("labels", {})
        platform, scorecard = _platform(row["platform"], row["scorecard"])
        status = str(row.get("status"))
        return {
            "decimals": rules.get("decimals", 2),
            "labels": {
                "platform": platform,
                "scorecard": scorecard,
                "metrics": self._metrics.get(_score(row), {}),
                "tiers": labels.get("tiers", {}),
                "levels": labels.get("levels", {}),
                "statuses": {status: word_in_both(status), **labels.get("statuses", {})},
            },
        }


def _score(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in _SCORE)


def _platform(id: str, scorecard: str | None) -> tuple[Both | None, Both | None]:
    """Return what a platform and a scorecard are called; None where they are not installed."""
    try:
        platform = find_platform(id)
        card = None if scorecard is None else platform.scorecard(scorecard)
    except CoverageError:
        return None, None
    return in_both(platform.label), None if card is None else in_both(card.label)
