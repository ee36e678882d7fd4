"""Pages of ``shopscore reconcile``: a line for each number, and one for each suspect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..analysis.reconciling.lines import STAGE_WORDS, Line, State
from ..analysis.reconciling.reconciliation import Reconciliation
from ..analysis.reconciling.suspects import Suspect
from ..messages import Message, message, numbered
from . import tables, voice
from .run import spoken
from .tables import Table, decimals, table

_STATES: Mapping[State, Message] = {
    "agrees": message("agrees"),
    "differs": message("differs"),
    "not_computed": message("not computed"),
    "from_console": message("from the console"),
    "not_comparable": message("cannot be compared"),
    "not_shown": message("not shown"),
}
#: So many suspects of each kind are shown to a person: beside a window that fits others do nearly.
_MOST = 3


def show_reconciliation(found: Reconciliation, path: Path | None) -> None:
    """Show the numbers side by side, in a sentence where they part, and what would explain it."""
    parts: list[Table | str] = [_lines_table(found), spoken(_sentence(found))]
    if found.suspects:
        parts += ["", _suspects_table(found)]
    elif found.first is not None:
        said = message("nothing that was tried brings them closer: see the notes, or the rules")
        parts.append(spoken(said))
    notes = [spoken(voice.note(notice)) for notice in found.notices]
    tables.show(*parts, *notes, output=path)


def _sentence(found: Reconciliation) -> Message:
    return message("{shop}, {day}: {said}", shop=found.shop_id, day=found.as_of, said=found.said)


def _lines_table(found: Reconciliation) -> Table:
    heads = (
        message("of what"),
        message("number"),
        message("computed"),
        message("console"),
        message("by rules"),
        "",
    )
    rows = [_row(line) for line in found.lines if line.shown is not None]
    used = [
        place for place, head in enumerate(heads) if head != heads[4] or any(r[4] for r in rows)
    ]
    title = f"{found.shop_id} · {found.platform}/{found.scorecard} · {found.as_of}"
    return table(
        [heads[place] for place in used],
        [[row[place] for place in used] for row in rows],
        right=heads[2:5],
        title=title,
        keys=2,
        notes=_on_lines(found),
    )


def _row(line: Line) -> list[object]:
    return [
        line.label,
        STAGE_WORDS[line.stage],
        line.text(line.computed),
        line.text(line.shown),
        _between(line) if line.rules_give_other_points else "",
        _STATES[line.state],
    ]


def _between(line: Line) -> str:
    """Return the points that the rules give to the value that is shown."""
    low, high = line.by_rules or (None, None)
    return line.text(low) if low == high else f"{line.text(low)}–{line.text(high)}"


def _on_lines(found: Reconciliation) -> Iterator[tuple[object, object]]:
    unseen = sum(line.state == "not_shown" and line.computed is not None for line in found.lines)
    if unseen:
        said = numbered(
            "{n} number is computed that no document shows: --format json has it",
            "{n} numbers are computed that no document shows: --format json has them",
            unseen,
        )
        yield "", said
    if any(line.rules_give_other_points for line in found.lines):
        said = message(
            "by rules: the points that the rules give to the console's own value, where they are"
            " not those that it shows"
        )
        yield "", said


def _suspects_table(found: Reconciliation) -> Table:
    heads = (message("what would fit better"), message("misfit"), message("still apart"))
    shown = _best_of_each_kind(found)
    rows = [(one.said, decimals(float(one.misfit), 4), one.parting) for one in shown]
    as_it_is = message("as it is")
    apart = sum(line.parts for line in found.lines)
    rows.append((as_it_is, decimals(float(found.misfit), 4), apart))
    return table(heads, rows, right=heads[1:], notes=_on_suspects(found, len(shown)))


def _best_of_each_kind(found: Reconciliation) -> list[Suspect]:
    seen: Counter[str] = Counter()
    shown = []
    for one in found.suspects:
        seen[one.kind] += 1
        if seen[one.kind] <= _MOST:
            shown.append(one)
    return shown


def _on_suspects(found: Reconciliation, shown: int) -> Iterator[tuple[object, object]]:
    more = len(found.suspects) - shown
    if more > 0:
        yield (
            "",
            numbered(
                "{n} more fits better than as it is: --format json has all",
                "{n} more fit better than as it is: --format json has all",
                more,
            ),
        )
    said = message(
        "misfit: 0 where rounding explains all that differs, and up to 1 for each metric, dimension"
        " and total; each line was computed, and none is adopted"
    )
    yield "", said
