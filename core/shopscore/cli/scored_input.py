"""What a command line names as input, scored: events, documents and values, alone or together."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import fields

from ..errors import UsageError
from ..messages import message
from ..value_classes import frozen
from . import options
from .idle_options import OF_EVENTS, refuse_idle
from .option_values import ReadOptions, RuleOptions
from .progress import Stages

if TYPE_CHECKING:
    from ..grading.value_merging import Prefer
    from ..results.result import Result


@frozen
class NamedInput:
    """The files that are scored, by which rules, and how they are read."""

    events: Path | None
    values: Path | None
    documents: Path | None
    prefer: Prefer
    rules: RuleOptions
    reading: ReadOptions

    def refuse_idle(self) -> None:
        """Raise UsageError where options of events go with none."""
        if self.events is None:
            refuse_idle(*OF_EVENTS)

    def score(self, stages: Stages, *, rows_again: bool) -> Result:
        """Score what is named; ``rows_again`` says that the rows of events are asked for later.

        Raises:
            UsageError: where nothing is named, or where options of events go with none.
        """
        if self.events is None and self.values is None and self.documents is None:
            raise UsageError(message("give EVENTS, --documents PATH or --values FILE, or several"))
        self.refuse_idle()
        from ..grading.supplements import supplement
        from ..reading.documents.loading import find_documents
        from ..reading.loading import EventSource
        from ..scoring import counting_pass, score_events, score_supplement

        selection, reading = self.rules.select(), self.reading
        platform = selection.rules.platform
        found, with_events = find_documents(
            self.events, self.documents, platform, reading.tz, reading.shop_id
        )
        selection, beside = supplement(selection, found, self.values, self.prefer, reading.industry)
        tables = self.rules.read_tables().bound(selection.rules)
        if self.events is None or (beside is not None and not with_events):
            assert beside is not None
            return score_supplement(beside, selection, tables)
        large = not rows_again and EventSource(self.events).is_large
        counting = counting_pass(selection) if large else None
        # nobody here holds on to events: rows are let go as soon as they are counted
        return score_events(
            reading.check(reading.read(self.events, platform, stages, counting)),
            selection,
            tables,
            stages,
            beside,
            counting,
        )


def scored_input(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command EVENTS, what may stand beside them, and the rules: a NamedInput ``named``."""

    @click.argument("events", type=options.INPUT, required=False)
    @options.beside
    @options.rules
    @options.reading
    @wraps(command)
    def gathered(**values: Any) -> Any:
        own = {f.name: values.pop(f.name) for f in fields(NamedInput)}
        return command(named=NamedInput(**own), **values)

    decorated: Callable[..., Any] = gathered
    return decorated
