"""Verifying: every byte is looked at again, and every cell is counted again from the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..counting.cells import Cells
from ..errors import StateError
from ..messages import Message, message
from ..reading.files import Progress
from ..value_classes import frozen
from .counted_upkeep import check_counted_parts
from .counting import Named, count_all
from .digests import CheckedFiles
from .snapshots import Snapshot
from .stored_cells import read_cells


@frozen
class Verification:
    """What was looked at, and what is wrong; nothing is where there are no ``problems``.

    ``files`` and ``cells`` say how many were looked at, ``unchecked`` how many tallies were not, since
    no installed rule set says any more what they count. ``counted`` is how many cells came as counted:
    they were held against their check sums, and cannot be counted again without rows.
    """

    files: int
    cells: int
    unchecked: int
    problems: tuple[Message, ...]
    counted: int = 0

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify_ledger(snapshot: Snapshot, tallies: Named, say: Progress) -> Verification:
    """Look at all files of a ledger, and count its cells again; damaged files are counted no more."""
    say(message("looking at every byte"))
    problems = list(_damages(snapshot))
    files = sum(len(table.files) for table in snapshot.head.tables.values())
    spans = snapshot.head.spans
    known = {name: tally for name, tally in tallies.items() if name in spans}
    cells = 0
    if not problems:
        for seq in sorted({spans[name][1] for name in known}):
            own = {name: tally for name, tally in known.items() if spans[name][1] == seq}
            say(message("counting again what had come by ingest {n}", n=seq))
            kept = read_cells(snapshot, dict.fromkeys(own, seq))
            cells += sum(map(len, kept.values()))
            problems += _differences(own, kept, count_all(snapshot.as_of(seq), own))
    counted = 0
    if not problems:
        counted, wrong = check_counted_parts(snapshot)
        problems += wrong
    return Verification(files, cells, len(spans) - len(known), tuple(problems), counted)


def _damages(snapshot: Snapshot) -> Iterator[Message]:
    checked = CheckedFiles(snapshot.root, again=True)
    for table in snapshot.head.tables.values():
        for name, digest in table.named().items():
            try:
                checked.require({name: digest})
            except StateError as error:
                yield error.args[0]


def _differences(
    tallies: Named, kept: Mapping[str, Cells], counted: Mapping[str, Cells]
) -> Iterator[Message]:
    for name, tally in tallies.items():
        if kept[name] != counted[name]:
            yield message(
                "{tally}: the cells that are kept are not what its rows add up to. Compact the"
                " ledger: that counts all cells anew",
                tally=tally.key,
            )
