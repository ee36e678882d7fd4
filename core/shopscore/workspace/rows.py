"""Rows: what the sheet says of each shop, and the table of metrics of each of its metrics."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property

from ..analysis.gaps.goals import TotalGoal
from ..analysis.gaps.next_tiers import next_tiers
from ..analysis.gaps.steps import Steps
from ..analysis.gaps.targets import parse_targets
from ..analysis.open_tasks.tasks_asked import OpenCounts
from ..analysis.reasons.contributions import Decomposition, decompose
from ..messages import Translated, message
from ..results.requirements import Requirements
from ..results.result import Result
from ..value_classes import frozen
from .columns import Row, reason_cells, written
from .scored import BEFORE, ScoredGroup
from .settings import ShopSettings
from .texts import both


@frozen(eq=False, slots=False)
class RowMaker:
    """Makes the rows of the shops of a group."""

    scored: ScoredGroup
    tasks: OpenCounts

    @property
    def result(self) -> Result:
        """The result on the day."""
        return self.scored.result

    def sheet_row(self, entry: ShopSettings, row: int) -> Row:
        """Return what the sheet says of a shop; ``why`` has reasons for what is not known.

        Raises:
            RequirementError: where the shop is not as it is required to be.
            UsageError: for a target that the rules cannot have.
        """
        result, columns = self.result, self.result.columns
        id = result.shops["shop_id"][row]
        if entry.require is not None:
            Requirements.parse(entry.require).check(result, (id,))
        exact = result.rules.exact
        low, high = (exact.total_low, exact.high) if exact.dimensions else (None, None)
        score, levels = self._scores[row], columns.levels
        level = levels["level"][row] if "level" in levels else None
        judged = "current_level" in levels
        why: dict[str, Translated] = {}
        made: Row = {
            "shop": id,
            "name": entry.name,
            **self.head,
            "status": columns.status[row],
            **reason_cells(columns.reasons.at(row)),
            "score": columns.score[row],
            "score_low": columns.score_low[row],
            "score_high": columns.score_high[row],
            "scale_low": _float(low),
            "scale_high": _float(high),
            "share": _float(_share(score, low, high)),
            "coverage": columns.coverage[row],
            "tiers": [*columns.tiers[row]],
            "level": levels["current_level"][row] if judged else level,
            "level_projected": level if judged else None,
            **self._next(row),
            "target": written(entry),
            "to_target": _float(self._to_target(entry, row, why)),
            **{f"change_{days}d": self._change(days, row, why) for days in BEFORE},
            **_costliest(self.split(row)),
            "open_tasks": self._open(row, why),
            "notices": self._notices(id),
        }
        told = {column: both(said) for column, said in why.items()}
        return made | ({"why": told} if told else {})

    def metric_rows(self, entry: ShopSettings, row: int) -> Iterator[Row]:
        """Yield what is known of each metric of a shop."""
        result, split = self.result, self.split(row)
        currency = entry.currency or result.rules.platform.currency
        for id, columns in result.columns.metrics.items():
            metric, cells = result.rules.metrics[id].metric, columns.row(row, named=True)
            yield {
                "shop": result.shops["shop_id"][row],
                **self.head,
                "metric": id,
                "label_en": metric.label.en,
                "label_zh": metric.label.zh,
                "dimension": result.columns.dimension_of(id),
                **{name: cells[name] for name in ("value", "n", "percentile", "points", "weight")},
                "unit": metric.unit,
                "points_lost": _float(split.lost(id)),
                "status": cells["status"],
                "source": cells["source"],
                "currency": currency if metric.unit == "money" else None,
            }

    @cached_property
    def head(self) -> Row:
        """Which score it is: the same for all shops."""
        return head_of(self.result)

    def split(self, row: int) -> Decomposition:
        """Return what each part of the rules adds to the score of a shop."""
        if row not in self._splits:
            self._splits[row] = decompose(self.result, row)
        return self._splits[row]

    @cached_property
    def _splits(self) -> dict[int, Decomposition]:
        return {}

    @cached_property
    def _scores(self) -> list[Fraction | None]:
        return self.result.published.score.fractions()

    @cached_property
    def _earlier(self) -> dict[int, dict[str, Fraction | None]]:
        """The scores of days before, by the ids of shops."""
        return {
            days: dict(zip(one.shops["shop_id"], one.published.score.fractions(), strict=True))
            for days, one in self.scored.before.items()
        }

    @cached_property
    def _next_tiers(self) -> list[tuple[Fraction, str] | None]:
        return next_tiers(self.result, range(len(self.result)))

    def _next(self, row: int) -> Row:
        """Return the next tier by the total, with the points that it lacks; else the next level."""
        score, tier, found = self._scores[row], self._next_tiers[row], self.result.levels
        if tier is not None and score is not None:
            return {"next_tier": tier[1], "to_next_tier": float(tier[0] - score)}
        place = 0 if found is None else int(found.certain[row])
        named = found.levels[place - 1].id if found is not None and place else None
        return {"next_tier": named, "to_next_tier": None}

    def _to_target(
        self, entry: ShopSettings, row: int, why: dict[str, Translated]
    ) -> Fraction | None:
        """Return the points of the total that a target lacks; 0 where it is reached."""
        if entry.target is None:
            return None
        (target,) = parse_targets(entry.target, self.result.rules)
        if target.kind not in ("total", "tier"):
            why["to_target"] = message("the target is none of the total: shopscore gap tells more")
            return None
        first, *_ = Steps(self.result, row).of(target)
        if not isinstance(first.goal, TotalGoal):
            why["to_target"] = message("the target is none of the total: shopscore gap tells more")
            return None
        score = self._scores[row]
        if score is None:
            why["to_target"] = message("there is no score")
            return None
        return max(first.goal.least - score, Fraction(0))

    def _change(self, days: int, row: int, why: dict[str, Translated]) -> float | None:
        """Return how far the score is above that of a day before; None where one is not known."""
        column, score = f"change_{days}d", self._scores[row]
        if days in self.scored.why:
            why[column] = self.scored.why[days]
            return None
        before = self._earlier[days].get(self.result.shops["shop_id"][row])
        if score is None or before is None:
            total = self.result.rules.exact.dimensions
            none = message("there is no score on one of the two days")
            why[column] = none if total else message("the scorecard has no total")
            return None
        return float(score - before)

    def _open(self, row: int, why: dict[str, Translated]) -> int | None:
        if self.tasks.counts is None:
            why["open_tasks"] = self.tasks.why or message("not known")
            return None
        place = self._counted.get(self.result.shops["shop_id"][row])
        if place is None:
            why["open_tasks"] = message("the shop has no events")
            return None
        return int(self.tasks.counts[place])

    @cached_property
    def _counted(self) -> dict[str, int]:
        """The rows of shops among those of the events, by id."""
        return {id: place for place, id in enumerate(self.tasks.shops)}

    @cached_property
    def _concerned(self) -> list[tuple[str, frozenset[str] | None]]:
        """The codes of notices, with the shops that each concerns; None: all."""
        found: list[tuple[str, frozenset[str] | None]] = []
        for one in self.result.notices:
            ids = one.shop_ids if one.every_shop is None else one.every_shop
            found.append((one.code, None if one.shops is None else frozenset(ids)))
        return found

    def _notices(self, id: str) -> list[str]:
        mine = (code for code, ids in self._concerned if ids is None or id in ids)
        return [*dict.fromkeys(mine)]


def head_of(result: Result) -> Row:
    """Return which score a result is."""
    return {
        "platform": result.platform,
        "scorecard": result.scorecard,
        "ruleset": result.ruleset,
        "as_of": result.as_of.isoformat(),
    }


def _costliest(split: Decomposition) -> Row:
    """Return the metric that costs the most against full points."""
    lost = [(line.lost, line.id) for line in split.lines if line.kind == "metric" and line.lost]
    cost, metric = max(lost, key=lambda one: one[0], default=(None, None))
    return {"costliest_metric": metric, "costliest_cost": _float(cost)}


def _share(score: Fraction | None, low: Fraction | None, high: Fraction | None) -> Fraction | None:
    """Return where on its scale a score lies, from 0 to 1."""
    if score is None or low is None or high is None or low == high:
        return None
    return (score - low) / (high - low)


def _float(number: Fraction | None) -> float | None:
    return None if number is None else float(number)
