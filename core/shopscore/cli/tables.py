"""Tables for a person: they fit the width that they are given; colours only on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from shutil import get_terminal_size
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from ..messages import Message, listed, message, translate
from ..results import figures
from ..value_classes import frozen
from . import voice
from .escaping import shown, shown_lines
from .fitting import GAP, Column, fit, indented, lines_of, wrap, wrap_items

if TYPE_CHECKING:
    from pathlib import Path

    from rich.text import Text

    from ..model.labels import Label
    from ..model.metrics import Unit
    from ..plugins.additions import Addition
    from ..plugins.records import PluginRecord
    from ..reading.report import LoadReport

#: The width where none is given: of a pipe, of a file.
WIDTH = 80
#: Narrower than this nothing is made.
NARROWEST = 40
#: More shops than this are not listed one by one for a person.
MANY = 200
#: What has a terminal's colours where there is none.
_FORCE = ("FORCE_COLOR", "TTY_COMPATIBLE")
#: More cells than this are not listed of each kind.
MOST_CELLS = 20

decimals = figures.decimals

_STYLES = {"scored": "green", "active": "green", "passed": "green", "failed": "red"}


class Verbatim(str):
    """Lines that are shown as they are, such as a traceback."""

    __slots__ = ()


@frozen
class Table:
    """Columns under a title, with notes below: what each note is about, and what it says.

    The first columns, ``keys``, say what a line is about.
    """

    columns: tuple[Column, ...]
    title: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    keys: int = 1

    def lines(self, width: int) -> Iterator[str | _Line]:
        """Yield the lines, none wider than the width."""
        yield from wrap_items(self.title, width) if self.title else ()
        for block in fit(self.columns, width, self.keys) if self.columns else ():
            heading, *rows = lines_of(block)
            yield from (_Line(cells, is_heading=True) for cells in heading)
            yield "─" * (sum(w for _, w in block) + GAP * (len(block) - 1))
            yield from (_Line(cells) for row in rows for cells in row)
        for about, said in self.notes:
            named = voice.text(message("{about}: {said}", about=about, said=said))
            yield from wrap(named if about else said, width)


@frozen
class _Line:
    """A line of a table, a cell for each column; those that say how it went are coloured."""

    cells: Sequence[str]
    is_heading: bool = False

    def __str__(self) -> str:
        return (" " * GAP).join(self.cells).rstrip()

    def coloured(self) -> Text:
        """Return the line for a terminal."""
        from rich.text import Text

        styles = _STYLES | {translate(word, "zh"): style for word, style in _STYLES.items()}
        line = Text(" " * GAP).join(
            Text(cell, "bold" if self.is_heading else styles.get(cell.strip(), ""))
            for cell in self.cells
        )
        line.rstrip()
        return line


def show(*parts: Table | str, output: Path | None = None) -> None:
    """Print tables and lines to standard output or a file, with an empty line below each table."""
    from ..writing import whole_file

    if output is not None:
        with whole_file(output) as place, place.open("w", encoding="utf-8") as file:
            _print(file, parts)
        return
    _print(sys.stdout, parts)


def _print(file: TextIO, parts: Iterable[Table | str]) -> None:
    """Print parts; the lines fit already, and whatever looks like markup is none."""
    lines = _lines(parts, width())
    if not file.isatty() and not any(map(os.environ.get, _FORCE)):  # there is nothing to colour
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        return
    from rich.console import Console
    from rich.text import Text

    class Printer(Console):
        """A console that leaves a closed pipe to those who run the command."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    console = Printer(file=file, highlight=False)
    for line in lines:
        said = line.coloured() if isinstance(line, _Line) else Text(line)
        console.print(said, soft_wrap=True, markup=False, emoji=False)


def _lines(parts: Iterable[Table | str], width: int) -> Iterator[str | _Line]:
    for part in parts:
        if isinstance(part, Table):
            yield from part.lines(width)
            yield ""
        elif isinstance(part, Verbatim):
            yield shown_lines(part)
        else:
            yield from indented(shown(voice.text(part)), width)


def width() -> int:
    """Return the width to fit: of COLUMNS, else of the terminal, else 80."""
    return max(get_terminal_size((WIDTH, 24)).columns, NARROWEST)


def table(
    columns: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    right: Iterable[object] = (),
    whole: Iterable[object] = (),
    usual: Iterable[str] = (),
    title: str = "",
    notes: Iterable[tuple[object, object]] = (),
    keys: int = 1,
) -> Table:
    """Return a table in the language of the run; columns of numbers stand to the right.

    Without columns it is a title and notes.
    The cells of ``whole`` columns are never wrapped, unless they alone are too wide. A column that has nothing but ``usual`` cells may be left out where the width is short.
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    numbers, unbroken = ([str(column) for column in some] for some in (right, whole))
    plain = tuple(usual)
    made = (
        Column(
            _cell(head),
            tuple(row[place] for row in cells),
            str(head) in numbers,
            plain,
            str(head) in unbroken,
        )
        for place, head in enumerate(columns)
    )
    return Table(tuple(made), shown(title), tuple(grouped(notes)), keys)


def _cell(value: object) -> str:
    """Return what stands in a cell: one line in the language of the run."""
    if value is None:
        return ""
    return shown(str(value).lower() if isinstance(value, bool) else voice.text(value))


def grouped(notes: Iterable[tuple[object, object]]) -> Iterator[tuple[str, str]]:
    """Yield notes; what is said of several things is said once."""
    about: dict[str, list[str]] = {}
    for thing, said in notes:
        about.setdefault(_cell(said), []).append(_cell(thing))
    comma = "、" if voice.lang() == "zh" else ", "
    for said, things in about.items():
        yield comma.join(dict.fromkeys(t for t in things if t)), said


def in_unit(value: float | None, unit: Unit) -> str:
    """Return a metric's value as a person reads it, in the language of the run."""
    return voice.text(figures.in_unit(value, unit))


def score_text(score: float | None, low: float | None, high: float | None, places: int) -> str:
    """Return a score, or where it is open the ends between which it lies."""
    if score is not None or low is None:
        return decimals(score, places)
    ends = decimals(low, places), decimals(high, places)
    return f"≥ {ends[0]}" if high is None else "–".join(ends)


def word(value: str | None, declared: Mapping[str, Label] = MappingProxyType({})) -> str:
    """Return a word, such as a status, in the language of the run.

    It is one of the package's own, or one that a plugin declared with its names.
    """
    if value is not None and value in declared:
        return voice.text(declared[value])
    return "" if value is None else translate(value, voice.lang())


def books_table(report: LoadReport) -> Table:
    """Return the books of each stream."""
    columns = (
        message("stream"),
        message("in"),
        message("accepted"),
        message("replaced"),
        message("set aside"),
        message("repaired"),
        message("unlinked"),
    )
    rows = ((name, *books.to_dict().values()) for name, books in sorted(report.books.items()))
    return table(columns, rows, right=columns[1:])


def words_table(report: LoadReport, most: int = 50) -> Table | None:
    """Return the words that no list of a layout has; None where there are none."""
    rows = [
        (found.stream, found.header, word, f"{count:,}", found.taken_as or message("empty"))
        for found in report.unlisted
        for word, count in list(found.words.items())[:most]
    ]
    columns = (
        message("stream"),
        message("column"),
        message("unlisted word"),
        message("rows"),
        message("taken as"),
    )
    return table(columns, rows, right=columns[3:4], keys=3) if rows else None


def incidents_table(report: LoadReport, most: int = MOST_CELLS) -> Table | None:
    """Return the first cells that were set aside or repaired; None where there are none."""
    found = [
        (kind, *(row[key] for key in ("file", "line", "column", "value")), word(row["reason"]))
        for kind, cells in (
            (message("set aside"), report.set_aside),
            (message("repaired"), report.repaired),
        )
        for row in cells.head(most).iter_rows(named=True)
    ]
    if not found:
        return None
    columns = (
        "",
        message("file"),
        message("line"),
        message("column"),
        message("value"),
        message("reason"),
    )
    return table(columns, found, right=columns[2:3], keys=3)


def _offers(record: PluginRecord) -> Iterator[object]:
    cards = [*(s for p in record.platforms for s in p.scorecards), *record.scorecards]
    yield from (f"{s.name}: {' '.join(s.versions)}" for s in cards)
    for found in record.rulesets:
        yield message(
            "{scorecard}: more from {folder}",
            scorecard=f"{found.platform}/{found.scorecard}",
            folder=found.folder,
        )
    yield from map(added, record.additions)


def added(addition: Addition) -> Message:
    """Return what a plugin adds to a platform of another."""
    names = [*(one.name for one in addition.streams), *(one.name for one in addition.facts)]
    layouts = [addition.exports] if addition.exports else []
    return message(
        "{platform}: more of {what}", platform=addition.platform, what=listed([*names, *layouts])
    )


def left_out(record: PluginRecord) -> Message:
    """Return which additions of a plugin have no target."""
    return message("left out: {what}", what=listed(record.not_added))


def _told(record: PluginRecord) -> object:
    """Return what a plugin offers, and what of it is left out; or else what is wrong."""
    offers = [*_offers(record)]
    if record.not_added:
        return message("{one}; {other}", one=listed(offers), other=left_out(record))
    return listed(offers) if offers else record.error


def plugins_table(records: Iterable[PluginRecord]) -> Table:
    """Return one line per plugin, with its rule sets or with what is wrong."""
    columns = (
        message("plugin"),
        message("status"),
        message("distribution"),
        message("platforms"),
        message("rule sets"),
    )
    rows = (
        (
            r.name,
            word(r.status),
            f"{r.distribution} {r.version}",
            listed(f"{p.id} ({p.zh})" for p in r.platforms),
            _told(r),
        )
        for r in records
    )
    return table(columns, rows)
