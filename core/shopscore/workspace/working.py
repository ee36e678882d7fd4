"""Working: one unit of work, from its files to its answers, in this process or in another."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module

from ..analysis.open_tasks.tasks_asked import OpenCounts, count_open
from ..errors import ShopscoreError, UsageError
from ..messages import Translated, bilingual, listed, message
from ..model.labels import Label
from ..plugins.isolation import describe_error
from ..reading.files import Progress
from ..results.result import Result
from ..value_classes import frozen
from .answers import Answers
from .columns import Row, failed_row
from .rows import RowMaker, head_of
from .scored import ScoredGroup, ScoredSource, noon
from .settings import ShopSettings
from .texts import both
from .units import Group, Unit

_logger = logging.getLogger("shopscore.workspace")
#: Notices that may tell why a shop is not among those that were scored.
_UNUSED = ("document_unused", "file_skipped")


def work(
    unit: Unit, details: frozenset[str] = frozenset(), progress: Progress | None = None
) -> Answers:
    """Score the shops of a unit; what cannot be scored is a row with its reason.

    ``details`` names the shops of which everything is wanted that a page shows. Notices are among the
    answers, and not logged: of other processes nobody would see them.
    """
    with _only_errors_logged():
        return _Worker(unit, details).answers(progress)


@contextmanager
def _only_errors_logged() -> Iterator[None]:
    every = logging.getLogger("shopscore")
    before = every.level
    every.setLevel(max(before, logging.ERROR))
    try:
        yield
    finally:
        every.setLevel(before)


def work_to_text(unit: Unit, details: frozenset[str]) -> str:
    """Score the shops of a unit, and return the answers as text: for other processes.

    They are given the unit itself: the file of the workspace may be written anew meanwhile, and
    patterns match other files.
    """
    return work(unit, details).to_json()


@frozen(eq=False)
class _Worker:
    unit: Unit
    wanted: frozenset[str]

    def answers(self, progress: Progress | None) -> Answers:
        try:
            source = ScoredSource.read(self.unit, progress)
        except Exception as error:
            return Answers(tuple(self._failed(self.unit.entries, error)))
        parts = [self._of_group(source, group) for group in self.unit.groups]
        return Answers(
            tuple(row for part in parts for row in part.shops),
            tuple(row for part in parts for row in part.metrics),
            tuple(row for part in parts for row in part.details),
            tuple(sorted(self.wanted)),
            tuple(row for part in parts for row in part.rulesets),
            tuple(row for part in parts for row in part.notices),
        )

    def _of_group(self, source: ScoredSource, group: Group) -> Answers:
        try:
            scored = source.score(group)
            maker = RowMaker(scored, self._tasks(source, scored))
        except Exception as error:
            return Answers(tuple(self._failed(group.entries, error)))
        shops: list[Row] = []
        metrics: list[Row] = []
        there: list[tuple[str, ShopSettings]] = []
        for entry, row in _placed(group, scored.result):
            id = str(entry.id if row is None else scored.result.shops["shop_id"][row])
            try:
                if row is None:
                    raise _not_there(id, scored.result)
                made, own = maker.sheet_row(entry, row), [*maker.metric_rows(entry, row)]
            except Exception as error:
                shops += self._failed((entry,), error, **maker.head, shop=id)
            else:
                shops.append(made)
                metrics += own
                there.append((id, entry))
        return Answers(
            tuple(shops),
            tuple(metrics),
            tuple(self._details(source, scored, there)),
            rulesets=(_ruleset(scored.result),),
            notices=tuple(self._told(scored.result, maker.head)),
        )

    def _details(
        self, source: ScoredSource, scored: ScoredGroup, entries: Sequence[tuple[str, ShopSettings]]
    ) -> Iterator[Row]:
        """Yield everything that a page shows of the shops that are asked for, or why it cannot."""
        wanted = [(id, entry) for id, entry in entries if id in self.wanted]
        if not wanted:
            return
        details_of = import_module(".details", __package__).details_of
        head = head_of(scored.result)
        ids = [*dict.fromkeys(id for id, _ in wanted)]
        try:
            track, todo = source.follow(scored, ids), source.todo(scored, ids)
        except Exception as error:
            said = both(self._why(error))
            yield from ({"shop": id, **head, "failed": said} for id, _ in wanted)
            return
        for id, entry in wanted:
            try:
                found: Row = details_of(
                    scored.result, id, track=track, todo=todo, target=entry.target
                )
            except Exception as error:
                found = {"failed": both(self._why(error))}
            yield {"shop": id, **head, **found}

    def _tasks(self, source: ScoredSource, scored: ScoredGroup) -> OpenCounts:
        if source.events is None:
            return OpenCounts(None, message("there are no events"))
        return count_open(source.events, scored.result.rules, noon(scored.result.as_of))

    def _failed(
        self, entries: Sequence[ShopSettings], error: Exception, **known: object
    ) -> Iterator[Row]:
        """Yield the row of each entry that an error keeps from being scored."""
        said = self._why(error)
        for entry in entries:
            yield failed_row(entry, said, **{"platform": self.unit.platform, **known})

    def _why(self, error: Exception) -> Translated:
        """Return what an error says, with files named from the folder of the workspace.

        Errors that nobody foresaw do not stop the other shops either.
        """
        if not isinstance(error, ShopscoreError):
            if os.environ.get("SHOPSCORE_DEBUG"):
                raise error
            _logger.error("%s", describe_error(error))
            said = message("a fault of shopscore: {error}", error=describe_error(error))
            return bilingual(self._named(str(said)), self._named(said.text("zh")))
        return bilingual(*(self._named(error.text(lang)) for lang in ("en", "zh")))

    def _named(self, text: str) -> str:
        """Return a text without the folder of the workspace: wherever that lies, it is the same."""
        folder = str(self.unit.folder)
        return text if folder in ("", ".") else text.replace(f"{folder}{os.sep}", "")

    def _told(self, result: Result, head: Row) -> Iterator[Row]:
        about = {name: head[name] for name in ("platform", "scorecard", "ruleset")}
        for notice in result.notices:
            told = notice.to_dict()
            yield about | told | {lang: self._named(told[lang]) for lang in ("en", "zh")}


def _placed(group: Group, result: Result) -> Iterator[tuple[ShopSettings, int | None]]:
    """Yield each entry with the row of its shop; one without an id for all that no other names."""
    rows = {id: row for row, id in enumerate(result.shops["shop_id"])}
    named = {entry.id for entry in group.entries}
    for entry in group.entries:
        if entry.id is not None:
            yield entry, rows.get(entry.id)
        else:
            yield from ((entry, row) for id, row in rows.items() if id not in named)


def _not_there(id: str, result: Result) -> ShopscoreError:
    """Return the error for a shop that the sources do not hold, with the files that were not used."""
    try:
        result.row(id)
    except UsageError as error:
        unused = [notice.message for notice in result.notices if notice.code in _UNUSED]
        if not unused:
            return error
        return UsageError(message("{said}; {notices}", said=error, notices=listed(unused)))
    raise AssertionError(id)


def _ruleset(result: Result) -> Row:
    """Return the rules of a result, with the names of what stands in rows by its id."""
    ruleset, exact = result.rules.ruleset, result.rules.exact
    named: Mapping[str, Mapping[str, Label]] = {
        "statuses": result.rules.statuses,
        "tiers": {one.id: one.label for one in exact.tiers},
        "levels": {one.id: one.label for one in exact.levels},
        "dimensions": {one.id: one.label for one in exact.dimensions},
    }
    return {
        "platform": result.platform,
        "scorecard": result.scorecard,
        "ruleset": result.ruleset,
        "status": ruleset.status,
        "sha256": ruleset.sha256,
        "plugin_version": result.rules.plugin_version,
        "decimals": exact.decimals,
        "labels": {
            kind: {id: {"en": label.en, "zh": label.zh} for id, label in labels.items()}
            for kind, labels in named.items()
        },
    }
