"""Results: the scores of many shops on a day; shops and metrics are views made on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache, partial
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any

import polars as pl

from .._version import version
from ..composing.comparison import Compared
from ..composing.composition import Composed
from ..composing.eligibility import EligibilityCheck
from ..composing.levels import Levels
from ..composing.publication import Published
from ..errors import UsageError, did_you_mean
from ..grading.console import Console
from ..grading.points import Graded
from ..grading.weighing import MetricValues
from ..messages import message
from ..model.rulesets import MissingNumber
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..reading.events import Events
from ..reading.report import LoadReport
from ..value_classes import field, frozen
from .basis import Basis
from .columns import Columns
from .documents import SCORE
from .lacking import lacking_numbers
from .view_of_row import view_of_row
from .views import ShopView

if TYPE_CHECKING:
    import pandas as pd

    from ..analysis.gaps.found import Gaps
    from ..analysis.open_tasks.listing import Todo
    from ..analysis.reasons.explanation import Explanation
    from ..analysis.reconciling.reconciliation import Reconciliation
    from ..analysis.simulation.simulated import Simulation
    from ..analysis.tracking.tracks import Track
    from ..composing.standards import Attainment
    from .json_text import ShopLines

#: Lines of JSON that are made together where a single shop's is asked for.
_LINES_AT_ONCE = 512


@frozen(eq=False, repr=False, slots=False)
class Result:
    """The scores of many shops on a day, as columns; sorted by shop id.

    Iterate it, or ask for ``result["S001"]``; take all of it with :meth:`to_polars`,
    :meth:`to_pandas`, :meth:`to_json`, :meth:`to_dict`, or through the Arrow PyCapsule interface.
    Where shops are not judged every day, these are projections, and ``current`` is the result of
    the last evaluation.
    """

    rules: BoundRuleSet
    as_of: date
    shops: pl.DataFrame
    measured: Mapping[str, MetricValues]
    graded: Mapping[str, Graded]
    composed: Composed
    published: Published
    checks: tuple[EligibilityCheck, ...] = ()
    compared: Mapping[str, Compared] = field(factory=dict)
    attainments: Mapping[str, Attainment] = field(factory=dict)
    levels: Levels | None = None
    current: Result | None = field(default=None, repr=False)
    read: Events | None = field(default=None, repr=False)
    console: Console = field(factory=Console)
    notices: tuple[Notice, ...] = ()
    basis: Basis | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        scored = (self.columns.status == "scored").sum()
        name = self.rules.ruleset.name
        return f"<Result {name} as of {self.as_of}: {len(self)} shops, {scored} scored>"

    def _repr_html_(self) -> str:
        from .notebook import MOST, html_table, note_on_more

        heads = ("shop", "industry", "status", "score", "coverage", "tiers", "level")
        rows = [shop.summary for shop in islice(self, MOST)]
        title = f"{self.rules.ruleset.name} · {self.as_of}"
        return html_table(title, heads, rows, note_on_more(len(self) - len(rows)))

    def __len__(self) -> int:
        return len(self.shops)

    def __iter__(self) -> Iterator[ShopView]:
        return (self._view(row) for row in range(len(self)))

    def __getitem__(self, shop: str) -> ShopView:
        """Return the view of one shop; raise UsageError where it is not in the result."""
        return self._view(self.row(shop))

    def __contains__(self, shop: object) -> bool:
        """Return whether there is a shop of that id."""
        return isinstance(shop, str) and shop in self.shops["shop_id"]

    @property
    def platform(self) -> str:
        """The id of the platform."""
        return self.rules.ruleset.platform

    @property
    def scorecard(self) -> str:
        """The id of the scorecard."""
        return self.rules.ruleset.scorecard

    @property
    def ruleset(self) -> str:
        """The version of the rule set, as the argument ``ruleset=`` takes it.

        The rule set itself is ``rules.ruleset``; its ``name`` has all three parts.
        """
        return self.rules.ruleset.version

    @property
    def score(self) -> pl.Series:
        """The rounded scores; null where there is none."""
        return self.columns.score

    @property
    def score_exact(self) -> pl.Series:
        """The unrounded scores as fractions in lowest terms; null where there is none."""
        return self.columns.score_exact

    @property
    def coverage(self) -> pl.Series:
        """The shares of the totals that are known: 1 where nothing is missing, null without a total."""
        return self.columns.coverage

    @property
    def tiers(self) -> pl.Series:
        """The tiers that each shop's score opens, in the order of the rules."""
        return self.columns.tiers

    @property
    def report(self) -> LoadReport | None:
        """The books of reading; None where the result was not made from events."""
        return None if self.read is None else self.read.report

    @property
    def events(self) -> Events | None:
        """The events that were scored, which may be read again for it; None where there were none.

        Raises:
            InputError: where they are read again, and a file is another one now.
        """
        return None if self.read is None else self.read.whole

    @cached_property
    def missing_numbers(self) -> tuple[MissingNumber, ...]:
        """The numbers that the rules of these shops need and that were not supplied."""
        lacking = lacking_numbers(self.rules, self.shops, self.composed)
        return tuple({m.number: m for missing, _ in lacking for m in missing}.values())

    @property
    def evaluation(self) -> dict[str, str] | None:
        """The last and the next day of evaluation, and which day is projected; None: every day."""
        declared = self.rules.ruleset.evaluation
        if declared is None:
            return None
        days = declared.last(self.as_of), declared.next(self.as_of)
        return {
            "last": days[0].isoformat(),
            "next": days[1].isoformat(),
            "projected_to": self.rules.ruleset.judged_on(self.as_of).isoformat(),
        }

    @property
    def versions(self) -> dict[str, str | None]:
        """Versions of package, plugin and rule set, and the digest of the input."""
        return {
            "shopscore": version(),
            "plugin": self.rules.plugin_version,
            "ruleset_sha256": self.rules.ruleset.sha256,
            "input_digest": None if self.read is None else self.read.digest,
        }

    @cached_property
    def columns(self) -> Columns:
        """The columns behind everything that a result shows, one row per shop."""
        return Columns(
            rules=self.rules,
            shops=self.shops,
            graded=self.graded,
            composed=self.composed,
            published=self.published,
            checks=self.checks,
            compared=self.compared,
            attainments=self.attainments,
            console=self.console,
            found_levels=self.levels,
            current=None if self.current is None else self.current.columns,
        )

    def explain(
        self,
        shop: str | None = None,
        *,
        row: str | None = None,
        by: str | None = None,
        most: int | None = None,
    ) -> Explanation:
        """Explain the score of a shop; the arguments are those of :func:`shopscore.explain`."""
        explain = import_module("shopscore").explain  # which stands above results
        found: Explanation = explain(self, shop=shop, row=row, by=by, most=most)
        return found

    def to_polars(self, *, lang: str = "en") -> pl.DataFrame:
        """Return one row per shop: score, each dimension's points, and each metric's columns.

        Reasons are in a language: ``zh`` is Chinese, anything else English.

        The first columns, ``platform``, ``scorecard``, ``ruleset`` and ``as_of``, are the same in
        every row, so that the frames of several results can be put below each other.
        """
        return self.columns.frame({**self._names, "as_of": self.as_of}, lang)

    def to_pandas(self) -> pd.DataFrame:
        """Return the columns of :meth:`to_polars` as a pandas dataframe.

        Raises:
            UsageError: where the extra ``pandas`` is not installed.
        """
        try:
            import pandas  # noqa: F401
            import pyarrow  # noqa: F401
        except ImportError:
            said = message('to_pandas needs pandas and pyarrow: pip install "shopscore[pandas]"')
            raise UsageError(said) from None
        return self.to_polars().to_pandas()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        frame = self.to_polars()
        try:
            import pyarrow  # noqa: F401
        except ImportError:  # whoever asks is not pyarrow, and takes text as polars keeps it
            return frame.__arrow_c_stream__(requested_schema)
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        return table.__arrow_c_stream__(requested_schema)

    def to_json(self, shop_ids: tuple[str, ...] = ()) -> str:
        """Return the document ``shopscore.score/2``; with ``shop_ids`` it lists only those shops."""
        return "".join(self.json_pieces(shop_ids))

    def json_pieces(self, shop_ids: tuple[str, ...] = ()) -> Iterator[str]:
        """Yield the text of :meth:`to_json` in pieces, which many shops are written by."""
        from .json_text import score_document

        rows = self.only(shop_ids) if shop_ids else None
        return score_document(self._head, self._lines.blocks(rows))

    def to_dict(self, shop_ids: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return the content of :meth:`to_json` as dictionaries, lists and plain values."""
        document: dict[str, Any] = json.loads(self.to_json(shop_ids))
        return document

    def reconcile(self, documents: Any, shop: str | None = None, **asked: Any) -> Reconciliation:
        """Return a shop's numbers beside those of its documents.

        The arguments are those of :func:`shopscore.reconcile` that are no rules.

        Raises:
            UsageError: where the result was not made from events.
        """
        reconcile = import_module("shopscore").reconcile
        found: Reconciliation = reconcile(self, documents, shop=shop, **asked)
        return found

    def gap(self, shop: str | None = None, **asked: Any) -> Gaps:
        """Find what reaches a target; the arguments are those of :func:`shopscore.gap`."""
        found: Gaps = import_module("shopscore").gap(self, shop=shop, **asked)
        return found

    def simulate(self, shop: str | None = None, **asked: Any) -> Simulation:
        """Return what levers, or other values, would make of a shop.

        The arguments are those of :func:`shopscore.simulate` that are no rules and no input.
        """
        found: Simulation = import_module("shopscore").simulate(self, shop=shop, **asked)
        return found

    def todo(self, **asked: Any) -> Todo:
        """List what is open by the events that were scored, as :func:`shopscore.todo` does.

        Raises:
            UsageError: where the result was not made from events.
        """
        found: Todo = import_module("shopscore").todo(self, **asked)
        return found

    def track(self, **asked: Any) -> Track:
        """Return the scores of many days, by the events that were scored.

        The arguments are those of :func:`shopscore.track` that are no rules and no input.

        Raises:
            UsageError: where the result was not made from events.
        """
        found: Track = import_module("shopscore").track(self, **asked)
        return found

    def only(self, shop_ids: tuple[str, ...]) -> pl.Series:
        """Return the rows of some shops, in the order of the result; raise for unknown ones."""
        return pl.Series(sorted({self.row(id) for id in shop_ids}), dtype=pl.UInt32)

    def row(self, shop: str) -> int:
        """Return the row of a shop among all; raise UsageError where it is not in the result."""
        ids = self.shops["shop_id"]
        if not isinstance(shop, str):
            raise UsageError(
                message("shops are found by their id, a text, not by {value!r}", value=shop)
            )
        row = int(ids.search_sorted(shop)) if len(ids) else 0
        if row >= len(ids) or ids[row] != shop:
            near = pl.concat([ids.head(500), ids.slice(max(row - 250, 0), 500)]).unique()
            guess = did_you_mean(shop, near)
            raise UsageError(message("no shop {id} here{guess}", id=shop, guess=guess))
        return row

    def named_or_only(self, shop: str | None) -> ShopView:
        """Return the view of a shop, or where none is named of the only one.

        Raises:
            UsageError: where it is not in the result, or where there are several and none is named.
        """
        if shop is None and len(self) != 1:
            raise UsageError(message("there are {n} shops: name one with shop=", n=len(self)))
        return self._view(0) if shop is None else self[shop]

    @property
    def _names(self) -> dict[str, str]:
        return {
            "platform": self.platform,
            "scorecard": self.scorecard,
            "ruleset": self.ruleset,
        }

    @property
    def _head(self) -> dict[str, Any]:
        """The part of the document that is the same for all shops."""
        from .json_text import assumption_list, missing_number_list, numbers_list, status_list

        ruleset = self.rules.ruleset
        return {
            "schema": SCORE,
            **self._names,
            "ruleset_status": ruleset.status,
            "as_of": self.as_of.isoformat(),
            **({} if self.evaluation is None else {"evaluation": self.evaluation}),
            "versions": self.versions,
            "assumptions": assumption_list(self.rules),
            "missing_numbers": missing_number_list(self.missing_numbers),
            "numbers": numbers_list(self.rules.numbers_used),
            "profile": None if self.rules.profile is None else self.rules.profile.id,
            **({"statuses": status_list(self.rules)} if self.rules.statuses else {}),
            "load": None if self.report is None else self.report.to_dict(),
            "notices": [notice.to_dict() for notice in self.notices],
        }

    def _view(self, row: int) -> ShopView:
        line = partial(self._json_line, row)
        return view_of_row(
            self.columns, row, **self._names, as_of=self.as_of, json_line=line, result=self
        )

    def _json_line(self, row: int) -> str:
        """Return the line of a shop; those of its neighbours are made at the same time."""
        block, place = divmod(row, _LINES_AT_ONCE)
        return str(self._lines_of_block(block)[place])

    @cached_property
    def _lines(self) -> ShopLines:
        from .json_text import ShopLines

        return ShopLines.of(self.columns)

    @cached_property
    def _lines_of_block(self) -> Callable[[int], pl.Series]:
        @lru_cache(maxsize=1)
        def lines(block: int) -> pl.Series:
            return self._lines.at(block * _LINES_AT_ONCE, _LINES_AT_ONCE)

        return lines
