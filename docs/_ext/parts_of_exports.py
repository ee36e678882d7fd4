"""The layouts of export files, and what exports feed, as parts of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markdown_tables import code, table
from pages_of_rulesets import CONFIDENCE

import shopscore
from shopscore.grading.missing_columns import missing_columns_of
from shopscore.model.layouts import ANY_WORD, NO_WORD, Layout
from shopscore.model.streams import PART_ONLY
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.reading.formats.archives import MOST_RATIO, MOST_UNPACKED, UNSUSPICIOUS
from shopscore.reading.formats.columns import MOST_CELL
from shopscore.reading.formats.text import MOST_COLUMNS
from shopscore.reading.formats.xlsx_size import MOST_CELLS

#: What the confidence of a layout's source means, where it means something else than that of a rule.
OF_HEADERS = {
    "O": "headers listed by a page of the platform",
    "P": "headers captured from real files",
}
#: What a row of a stream is.
ROWS = {"orders": "an order", "aftersales": "a ticket", "reviews": "a review"}


def overview() -> str:
    """Every layout in a line."""
    rows = [
        (f"{p.en} · {p.zh}", f"[{code(x.name)}](#{_anchor(x)})", x.zh, code(x.stream), _row(x))
        for p in shopscore.platforms()
        for x in p.layouts
    ]
    return table(("platform", "layout", "file", "stream", "one row is"), rows)


def layouts() -> Iterator[str]:
    """The layouts of every platform that has any."""
    for platform in shopscore.platforms():
        if platform.layouts:
            yield f"## {platform.en}"
        for layout in platform.layouts:
            yield from _layout(layout)


def feeds() -> str:
    """What the exports of each platform can feed together, of each of its rule sets."""
    rows = []
    for platform in shopscore.platforms():
        there = frozenset(
            (x.stream, name)
            for x in platform.layouts
            for name in ("shop_id", *x.columns, *x.constants)
        )
        whole = {x.stream for x in platform.layouts if not x.incomplete}
        there |= {(stream, PART_ONLY) for stream, _ in there if stream not in whole}
        for card in platform.scorecards:
            for version in card.versions:
                rules = BoundRuleSet.bind(platform, card, card.ruleset(version))
                fed = [id for id in rules.ruleset.metric_ids if _feeds(rules, id, there)]
                words = ", ".join(map(code, fed)) or "none"
                rows.append((code(rules.ruleset.name), words, len(rules.ruleset.metric_ids)))
    return table(("rule set", "metrics that exports feed", "of"), rows)


def limits() -> str:
    """What no export is like."""
    rows = [
        ("columns", f"{MOST_COLUMNS:,}"),
        ("characters of a cell", f"{MOST_CELL:,}"),
        ("cells of a workbook, with the empty ones between", f"{MOST_CELLS:,}"),
        ("size of what a file was packed from", f"{MOST_UNPACKED >> 30} GiB"),
        (f"the same beyond {UNSUSPICIOUS >> 20} MiB", f"{MOST_RATIO} times the packed size"),
    ]
    return table(("of a file", "at most"), rows)


def _feeds(rules: BoundRuleSet, id: str, there: frozenset[tuple[str, str]]) -> bool:
    metric = rules.metrics[id]
    return bool(metric.aggregator.tallies) and not missing_columns_of(metric, rules.streams, there)


def _anchor(layout: Layout) -> str:
    return f"layout-{layout.platform}-{layout.id}"


def _row(layout: Layout) -> str:
    one = ROWS.get(layout.stream, "a row of the stream")
    return f"a part of {one}" if layout.suborders else one


def _layout(layout: Layout) -> Iterator[str]:
    yield f"({_anchor(layout)})=\n### {code(layout.name)}"
    yield f"{layout.zh} · {layout.en}"
    yield "\n".join(f"- {name}: {said}" for name, said in _facts(layout) if said)
    rows = [
        (code(column), ", else ".join(names), _words(layout, column))
        for column, names in layout.columns.items()
    ]
    rows += [(code(c), "", f"always {code(value)}") for c, value in layout.constants.items()]
    yield table(("column", "header", "words"), rows)
    if layout.notes:
        yield "\n".join(f"- {note}" for note in layout.notes)


def _facts(layout: Layout) -> Iterator[tuple[str, str]]:
    yield "stream", code(layout.stream)
    yield "recognised by", ", ".join(layout.headers)
    yield "and by the lack of", ", ".join(layout.without)
    if layout.incomplete:
        yield "incomplete", "not every row of the stream is in such a file"
    merged: Any = layout.suborders
    if merged:
        groups = {"earliest": merged.earliest, "latest": merged.latest, "sum": merged.total}
        how = "; ".join(f"{k} of {', '.join(map(code, v))}" for k, v in groups.items() if v)
        yield "rows of one order", f"told apart by {' or '.join(merged.id)}; {how}"
    if layout.state:
        yield "of two exports the newer is told by", f"the latest of {_codes(layout.state)}"
    source = layout.source
    if source:
        letter = source.confidence
        meaning = OF_HEADERS.get(letter, CONFIDENCE.get(letter, ""))
        title = f"[{source.title}]({source.url})" if source.url else source.title
        yield "source", f"{title} ({letter}: {meaning}). {source.note}".rstrip()


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(map(code, names))


def _words(layout: Layout, column: str) -> str:
    """The words of a column, gathered by what they become."""
    gathered: dict[str, list[str]] = {}
    for word, value in layout.words.get(column, {}).items():
        gathered.setdefault(value, []).append(
            {ANY_WORD: "any other word", NO_WORD: " and an empty cell"}.get(word, f"「{word}」")
        )
    only = list(layout.words.get(column, ())) == [ANY_WORD]
    return "; ".join(
        f"{code(value) if value else 'empty'}: {'any word' if only else ''.join(words)}"
        for value, words in gathered.items()
    )
