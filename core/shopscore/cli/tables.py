"""Tables for a person: aligned, also where characters are wide; colours only on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from ..messages import translate

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from ..model.metrics import Unit
    from ..model.rulesets import Dimension, Tier
    from ..plugins.records import PluginRecord
    from ..reading.report import LoadReport
    from ..results.result import Result
    from ..results.views import MetricView, ShopView

_WIDE = 1000
#: Prose in the last column wraps, but not narrower than this.
_PROSE = 40
#: Text is shown as it is: names of shops may look like markup.
_PLAIN: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}
#: More shops than this are not listed one by one for a person.
MANY = 200

_STYLES = {
    "scored": "green",
    translate("scored", "zh"): "green",
    "active": "green",
    "passed": "green",
    "failed": "red",
}


def show(*parts: Any, output: Path | None = None) -> None:
    """Print tables and lines to standard output or a file; piped ones are as wide as they need."""
    from rich.console import Console

    if output is not None:
        from .run import writing

        with writing(output), output.open("w", encoding="utf-8") as file:
            console = Console(file=file, width=_WIDE, **_PLAIN)
            for part in parts:
                console.print(part)
        return
    console = Console(**_PLAIN)
    if not console.is_terminal:
        console = Console(width=_WIDE, **_PLAIN)
    for part in parts:
        console.print(part, width=max(console.width, _least_width(part)), crop=False)


def _least_width(part: Any) -> int:
    """Return how narrow a table can be without cutting a word; 0 for lines."""
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table

    if not isinstance(part, Table):
        return 0
    wide = Console(width=_WIDE, **_PLAIN)
    return Measurement.get(wide, wide.options, part).minimum


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    right: Sequence[str] = (),
    title: str = "",
) -> Table:
    """Return a plain table with some columns aligned to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    heading = Text(title) if title else None
    made = Table(box=SIMPLE_HEAD, title=heading, title_justify="left", pad_edge=False)
    lines = [["" if cell is None else str(cell) for cell in row] for row in rows]
    for position, column in enumerate(columns):
        longest = max(cell_len(line[position]) for line in [list(columns), *lines])
        last = position == len(columns) - 1  # only the last column is prose, and may wrap
        made.add_column(
            column,
            justify="right" if column in right else "left",
            min_width=min(longest, _PROSE) if last else longest,
            overflow="fold",
        )
    for line in lines:
        made.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in line))
    return made


def in_unit(value: float | None, unit: Unit, lang: str = "en") -> str:
    """Return a metric's value as a person reads it."""
    if value is None:
        return "–"
    match unit:
        case "ratio":
            return f"{value:.2%}"
        case "hours":
            return f"{value:.1f} {translate('h', lang)}"
        case "days":
            return f"{value:.2f} {translate('d', lang)}"
        case "seconds":
            return f"{value:.0f} {translate('s', lang)}"
        case "count":
            return f"{value:.0f}"
    return decimals(value)


def decimals(value: float | None, places: int = 2) -> str:
    """Return a number rounded half up, or a dash."""
    if value is None:
        return "–"
    return str(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def shops_table(result: Result, shops: Iterable[ShopView], lang: str) -> Table:
    """Return one line per shop: score, dimensions and tiers; without a total, what is measured."""
    ruleset = result.rules.ruleset
    metrics = {id: m.metric for id, m in result.rules.metrics.items()}
    items = () if ruleset.dimensions else ruleset.metric_ids
    places = result.rules.exact.decimals
    first = [translate(word, lang) for word in ("shop", "industry", "status", "score")]
    labels = [d.label.text(lang) for d in ruleset.dimensions]
    labels += [metrics[id].label.text(lang) for id in items]
    rows = (
        (
            s.shop_id,
            s.industry,
            translate(s.status, lang),
            decimals(s.score, places),
            *(decimals(d.points) for d in s.dimensions),
            *(in_unit(s[id].value, metrics[id].unit, lang) for id in items),
            _tiers(result, s, lang),
        )
        for s in shops
    )
    columns = (*first, *labels, translate("tiers", lang))
    return table(columns, rows, right=(first[3], *labels))


def shop_table(result: Result, shop: ShopView, lang: str) -> Table:
    """Return a table with every number behind one shop."""
    from rich.text import Text

    rows = [_metric_cells(result, m, lang) for m in shop.metrics]
    columns = [translate(word, lang) for word in (rows[0] if rows else ())]
    made = table(
        columns,
        [list(row.values()) for row in rows],
        right=[c for c in columns[2:-1] if c != translate("source", lang)],
        title=_shop_title(result, shop, lang),
    )
    metrics = [result.rules.metrics[m.id].metric for m in shop.metrics]
    notes = "\n".join(f"{m.label.text(lang)}: {m.note}" for m in metrics if m.note)
    notes = "\n".join([*_against_console(result, shop, lang), *([notes] if notes else [])])
    made.caption = Text(notes) if notes else None
    made.caption_justify = "left"
    return made


def _against_console(result: Result, shop: ShopView, lang: str) -> list[str]:
    """Return a line for each dimension of which a console shows the points."""
    labels = _labels_by_id(result.rules.ruleset.dimensions, lang)
    return [
        f"{labels[d.id]}: {decimals(d.points)}, {translate('console', lang)} {decimals(d.console)}"
        for d in shop.dimensions
        if d.console is not None
    ]


def _metric_cells(result: Result, m: MetricView, lang: str) -> dict[str, str]:
    """Return the cells of a metric by the headings of their columns."""
    metric = result.rules.metrics[m.id].metric
    dimensions = _labels_by_id(result.rules.ruleset.dimensions, lang)
    cells = {
        "dimension": dimensions[m.dimension] if m.dimension else "",
        "metric": metric.label.text(lang),
        "value": in_unit(m.value, metric.unit, lang),
        "n": "–" if m.n is None else str(m.n),
    }
    if result.compared:
        direction = translate(m.direction, lang) if m.direction else ""
        cells["industry mean"] = in_unit(m.industry_mean, metric.unit, lang)
        cells["against it"] = f"{direction} {m.difference_shown or ''}".strip() or "–"
    if result.attainments:
        reached = "–" if m.reached is None else translate("yes" if m.reached else "no", lang)
        cells["standard"] = in_unit(m.standard, metric.unit, lang)
        cells["reached"] = reached
    cells |= {
        "percentile": decimals(m.percentile, 3) + ("*" if m.from_table else ""),
        "points": decimals(m.points),
        "weight": decimals(m.weight, 3),
    }
    if result.columns.mixed:
        cells["source"] = _source(m, lang)
    return cells | {"status": _status(m, lang)}


def _source(m: MetricView, lang: str) -> str:
    """Return where a metric is from: events or typed-in values, and what of it is from elsewhere."""
    if m.source is None:
        return "–"
    source = translate(m.source, lang)
    if m.value is not None and m.points_source == "values":
        return f"{source}; {translate('points typed in', lang)}"
    if m.value is not None and m.percentile_source == "values":
        return f"{source}; {translate('percentile typed in', lang)}"
    return source


def _status(m: MetricView, lang: str) -> str:
    """Return the status, and why there are no data; missing numbers are named in a notice."""
    status = translate(m.status, lang)
    return f"{status}: {m.reason}" if m.status == "no_data" else status


def _shop_title(result: Result, shop: ShopView, lang: str) -> str:
    places = result.rules.exact.decimals
    parts = [shop.shop_id, shop.industry, translate(shop.status, lang)]
    exact = f" (= {shop.score_exact})" if shop.score_exact else ""
    parts.append(f"{decimals(shop.score, places)}{exact}")
    if shop.console is not None:
        parts.append(f"{translate('console', lang)} {decimals(shop.console, places)}")
    if shop.coverage is not None:
        parts.append(f"{translate('coverage', lang)} {decimals(shop.coverage * 100, 0)}%")
    if shop.tiers:
        parts.append(_tiers(result, shop, lang))
    return " · ".join(parts)


def _tiers(result: Result, shop: ShopView, lang: str) -> str:
    labels = _labels_by_id(result.rules.ruleset.tiers, lang)
    return ", ".join(labels[id] for id in shop.tiers)


def _labels_by_id(labelled: Iterable[Dimension[Any] | Tier[Any]], lang: str) -> dict[str, str]:
    """Return what stands for an id within a table: in English the ids are words themselves."""
    return {one.id: one.label.zh if lang == "zh" else one.id for one in labelled}


def books_table(report: LoadReport, lang: str) -> Table:
    """Return the books of each stream."""
    words = ("stream", "in", "accepted", "replaced", "set aside", "repaired", "unlinked")
    columns = [translate(word, lang) for word in words]
    rows = ((name, *books.to_dict().values()) for name, books in sorted(report.books.items()))
    return table(columns, rows, right=columns[1:])


def incidents_table(report: LoadReport, lang: str = "en", most: int = 20) -> Table | None:
    """Return the first cells that were set aside or repaired; None where there are none."""
    keys = ("file", "line", "column", "value", "reason")
    rows = [
        (translate(kind, lang), *(row[key] for key in keys))
        for kind, cells in (("set aside", report.set_aside), ("repaired", report.repaired))
        for row in cells.head(most).iter_rows(named=True)
    ]
    columns = ["", *(translate(key, lang) for key in keys)]
    return table(columns, rows, right=columns[2:3]) if rows else None


def _offers(record: PluginRecord) -> str:
    cards = [*(s for p in record.platforms for s in p.scorecards), *record.scorecards]
    offers = [f"{s.name}: {' '.join(s.versions)}" for s in cards]
    offers += [f"{f.platform}/{f.scorecard}: more from {f.folder}" for f in record.rulesets]
    return ", ".join(offers)


def plugins_table(records: Iterable[PluginRecord]) -> Table:
    """Return one line per plugin, with its rule sets or with what is wrong."""
    rows = (
        (
            r.name,
            r.status,
            f"{r.distribution} {r.version}",
            ", ".join(f"{p.id} ({p.zh})" for p in r.platforms),
            _offers(r) or r.error or "",
        )
        for r in records
    )
    return table(("plugin", "status", "distribution", "platforms", "rule sets"), rows)
