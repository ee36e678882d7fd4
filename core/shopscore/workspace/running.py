"""Running: every unit of a workspace is worked on, in a few processes, or found among what is kept."""

from __future__ import annotations

import gc
import json
import os
import signal
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from .._version import version
from ..errors import UsageError
from ..messages import message
from ..plugins.isolation import divert_prints
from ..reading.files import Progress
from ..value_classes import frozen
from .answers import Answers
from .columns import Row, failed_row
from .inputs import look_at
from .kept import Keeper, UnitInputs, inputs_or_none
from .settings import FILE, Workspace, read_workspace
from .sheet import Sheet
from .units import Unit, requiring, units_of


def run_workspace(
    file: str | Path = FILE,
    *,
    as_of: date | str | None = None,
    require: str | None = None,
    jobs: int | None = 1,
    fresh: bool = False,
    details: Iterable[str] = (),
    progress: Progress | None = None,
) -> Sheet:
    """Score every shop of a workspace on its platform, and return one sheet of all.

    Each source is read once. A shop is scored as :func:`shopscore.score` does with the same files and
    settings. One that cannot be scored is a row with its reason, and does not keep the others from it.
    Where the file names a folder to keep results in, those of unchanged files are taken from it.

    Args:
        file: ``shopscore.toml``, or the folder in which it lies.
        as_of: the day of publication; by default today on the clock of each platform.
        require: what every shop must be, in place of what the file says, as
            :func:`shopscore.score` takes it; a shop that is not has the status ``failed``.
        jobs: in how many processes sources are worked on; None is one per core, but fewer where
            there is little to read. More than one start Python anew: a script that asks for that does
            so below ``if __name__ == "__main__":``.
        fresh: take nothing from what is kept.
        details: the ids of shops of which everything is wanted that a page shows.
        progress: called with a line of text as the work goes on.

    Raises:
        InputError: for a workspace that cannot be read.
        UsageError: for an invalid date, requirement or number of processes.
    """
    if jobs is not None and jobs < 1:
        raise UsageError(message("jobs={jobs}: at least one process is needed", jobs=jobs))
    workspace = read_workspace(file)
    if require is not None:
        from ..results.requirements import Requirements

        Requirements.parse(require)
    run = _Run(workspace, str(as_of) if as_of else None, require, frozenset(details), progress)
    return run.sheet(jobs, fresh=fresh)


#: What the manifest says of rules.
_IN_MANIFEST = ("platform", "scorecard", "ruleset", "status", "sha256", "plugin_version")
#: So many bytes of input are scored in the time in which a process starts.
_WORTH_A_PROCESS = 8 << 20


def _cores() -> int:
    own = getattr(os, "sched_getaffinity", None)
    return len(own(0)) if own is not None else os.cpu_count() or 1


@frozen(eq=False)
class _Run:
    workspace: Workspace
    as_of: str | None
    require: str | None
    details: frozenset[str]
    progress: Progress | None

    def sheet(self, jobs: int | None, *, fresh: bool) -> Sheet:
        units = units_of(requiring(self.workspace, self.require), self.as_of)
        inputs = [inputs_or_none(unit) for unit in units]
        keeper = Keeper(self.workspace.keep)
        found: dict[int, Answers] = {}
        for unit, own in zip(units, inputs, strict=True):
            kept = keeper.find(own.digest, self.details) if own and not fresh else None
            if kept is not None:
                found[unit.number] = kept
        left = [unit for unit in units if unit.number not in found]
        left.sort(key=lambda unit: -_size(inputs[unit.number]))  # so that none is left over at last
        size = sum(_size(inputs[unit.number]) for unit in left)
        many = min(_cores(), size // _WORTH_A_PROCESS) if jobs is None else jobs
        for unit, answers in self._answered(left, many):
            found[unit.number] = answers
            own = inputs[unit.number]
            if own is not None and own.unchanged(unit):
                keeper.keep(own.digest, answers)
            self._say(len(found), len(units))
        return self._sheet([found[unit.number] for unit in units], inputs)

    def _say(self, done: int, of: int) -> None:
        if self.progress is not None:
            self.progress(message("{n} of {all} sources are done", n=done, all=of))

    def _answered(self, units: Sequence[Unit], jobs: int) -> Iterator[tuple[Unit, Answers]]:
        """Yield the answers of units as they are done."""
        if not units:
            return
        # most of the package is needed only where something is worked on
        from .working import work

        if jobs < 2 or len(units) < 2:
            for unit in units:
                yield unit, work(unit, self.details)
            return
        lost: list[Unit] = []
        for unit, answers in self._in_processes(units, jobs):
            if answers is None:
                lost.append(unit)
            else:
                yield unit, answers
        # one process that ends takes all others with it: each source is tried again alone
        for unit in lost:
            for _, answers in self._in_processes((unit,), 1):
                yield unit, _ended(unit) if answers is None else answers

    def _in_processes(
        self, units: Sequence[Unit], jobs: int
    ) -> Iterator[tuple[Unit, Answers | None]]:
        """Yield the answers of units; None where a process did not live to give them."""
        from .working import work_to_text

        pool = ProcessPoolExecutor(
            min(jobs, len(units)), mp_context=get_context("spawn"), initializer=_begin_worker
        )
        try:
            asked = {pool.submit(work_to_text, unit, self.details): unit for unit in units}
            for future in as_completed(asked):
                try:
                    answers = Answers.from_json(future.result())
                except BrokenExecutor:
                    yield asked[future], None
                else:
                    yield asked[future], answers
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _sheet(self, answers: Sequence[Answers], inputs: Sequence[UnitInputs | None]) -> Sheet:
        rulesets = _distinct(one for part in answers for one in part.rulesets)
        shops = tuple(row for part in answers for row in part.shops)
        read = (one.to_dict() for own in inputs if own is not None for one in own.files)
        file = self.workspace.file
        manifest = {
            "shopscore": version(),
            "workspace": look_at(file, file.parent).to_dict(),
            "settings": {"as_of": self.as_of, "require": self.require},
            "days": sorted({row["as_of"] for row in shops if row["as_of"] is not None}),
            "rulesets": [{name: one[name] for name in _IN_MANIFEST} for one in rulesets],
            "inputs": sorted(_distinct(read), key=lambda one: (one["file"], one["sha256"])),
        }
        return Sheet(
            shops,
            tuple(row for part in answers for row in part.metrics),
            tuple(row for part in answers for row in part.notices),
            tuple(rulesets),
            manifest,
            tuple(row for part in answers for row in part.details),
        )


def _distinct(rows: Iterable[Row]) -> list[Row]:
    return [*{json.dumps(row): row for row in rows}.values()]


def _size(inputs: UnitInputs | None) -> int:
    return 0 if inputs is None else sum(one.size for one in inputs.files)


def _ended(unit: Unit) -> Answers:
    """Return the rows of a source whose process ended twice before it was done."""
    said = message(
        "the process that scored it ended before its time, alone too: for want of memory perhaps"
    )
    rows = (failed_row(entry, said, platform=unit.platform) for entry in unit.entries)
    return Answers(tuple(rows))


def _begin_worker() -> None:
    """Prepare a process that answers: it is interrupted by the first one, and says nothing itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")  # the first process says them
    divert_prints()
    gc.set_threshold(100_000, 50, 100)  # see cli/run.py
