"""Tables for a person: aligned, also where characters are wide; colours only on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from ..model.metrics import Unit
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

_STYLES = {"scored": "green", "active": "green", "passed": "green", "failed": "red"}


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
    """How narrow a table can be without a word that is cut; 0 for lines."""
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
    """A plain table; numbers to the right."""
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


def in_unit(value: float | None, unit: Unit) -> str:
    """A metric's value as a person reads it."""
    if value is None:
        return "–"
    match unit:
        case "ratio":
            return f"{value:.2%}"
        case "hours":
            return f"{value:.1f} h"
        case "days":
            return f"{value:.2f} d"
        case "seconds":
            return f"{value:.0f} s"
        case "count":
            return f"{value:.0f}"
    return decimals(value)


def decimals(value: float | None, places: int = 2) -> str:
    """A number rounded half up, or a dash."""
    if value is None:
        return "–"
    return str(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def shops_table(result: Result, shops: Iterable[ShopView], lang: str) -> Table:
    """One line per shop: status, score, dimensions, tiers; without a total what is measured."""
    ruleset = result.rules.ruleset
    metrics = {id: m.metric for id, m in result.rules.metrics.items()}
    items = () if ruleset.dimensions else ruleset.metric_ids
    names = [d.label.text(lang) for d in ruleset.dimensions]
    names += [metrics[id].label.text(lang) for id in items]
    head = (
        ("店铺", "行业", "状态", "分数")
        if lang == "zh"
        else ("shop", "industry", "status", "score")
    )
    last = "分层" if lang == "zh" else "tiers"
    places = result.rules.exact.decimals
    rows = (
        (
            s.shop_id,
            s.industry,
            s.status,
            decimals(s.score, places),
            *(decimals(d.points) for d in s.dimensions),
            *(in_unit(m.value, metrics[m.id].unit) for m in s.metrics if m.id in items),
            ", ".join(s.tiers),
        )
        for s in shops
    )
    return table((*head, *names, last), rows, right=(head[3], *names))


def shop_table(result: Result, shop: ShopView, lang: str) -> Table:
    """Every number behind one shop."""
    from rich.text import Text

    zh = lang == "zh"
    beside = [title for title, there in _BESIDE.items() if there(result)]
    rows = []
    for m in shop.metrics:
        metric = result.rules.metrics[m.id].metric
        rows.append(
            (
                m.dimension or "",
                metric.label.text(lang),
                in_unit(m.value, metric.unit),
                m.n,
                *(_beside(m, title, metric.unit, zh) for title in beside),
                decimals(m.percentile, 3) + ("*" if m.from_table else ""),
                decimals(m.points),
                decimals(m.weight, 3),
                _said(m),
            )
        )
    words = [_BESIDE_ZH[title] if zh else title for title in beside]
    head = (
        ("维度", "指标", "值", "n", *words, "百分位", "得分", "权重", "状态")
        if zh
        else (
            "dimension",
            "metric",
            "value",
            "n",
            *words,
            "percentile",
            "points",
            "weight",
            "status",
        )
    )
    made = table(head, rows, right=head[2:-1], title=_shop_title(result, shop))
    metrics = [result.rules.metrics[m.id].metric for m in shop.metrics]
    notes = "\n".join(f"{m.label.text(lang)}: {m.note}" for m in metrics if m.note)
    made.caption = Text(notes) if notes else None
    made.caption_justify = "left"
    return made


def _said(metric: MetricView) -> str:
    """The status, and why there are no data; which numbers are missing is said for all at once."""
    return f"no_data: {metric.reason}" if metric.status == "no_data" else metric.status


def _shop_title(result: Result, shop: ShopView) -> str:
    places = result.rules.exact.decimals
    said = f"{shop.shop_id} · {shop.industry} · {shop.status} · {decimals(shop.score, places)}"
    exact = f" (= {shop.score_exact})" if shop.score_exact else ""
    covered = "" if shop.coverage is None else f" · coverage {decimals(shop.coverage * 100, 0)}%"
    tiers = f" · {', '.join(shop.tiers)}" if shop.tiers else ""
    return f"{said}{exact}{covered}{tiers}"


#: Columns that only some results have, and when.
_BESIDE: dict[str, Callable[[Result], bool]] = {
    "industry mean": lambda result: bool(result.compared),
    "against it": lambda result: bool(result.compared),
    "standard": lambda result: bool(result.attainments),
    "reached": lambda result: bool(result.attainments),
}
_BESIDE_ZH = {
    "industry mean": "行业均值",
    "against it": "与均值相比",
    "standard": "标准",
    "reached": "是否达标",
}


def _beside(metric: MetricView, title: str, unit: Unit, zh: bool) -> str:
    match title:
        case "industry mean":
            return in_unit(metric.industry_mean, unit)
        case "against it":
            return " ".join(w for w in (metric.direction, metric.difference_shown) if w) or "–"
        case "standard":
            return in_unit(metric.standard, unit)
    if metric.reached is None:
        return "–"
    return ("达标" if metric.reached else "未达标") if zh else ("yes" if metric.reached else "no")


def books_table(report: LoadReport) -> Table:
    """The books of each stream."""
    columns = ("stream", "in", "accepted", "replaced", "set aside", "repaired", "unlinked")
    rows = ((name, *books.to_dict().values()) for name, books in sorted(report.books.items()))
    return table(columns, rows, right=columns[1:])


def incidents_table(report: LoadReport, most: int = 20) -> Table | None:
    """The first cells that were set aside or repaired."""
    found = [
        (what, *(row[c] for c in ("file", "line", "column", "value", "reason")))
        for what, cells in (("set aside", report.set_aside), ("repaired", report.repaired))
        for row in cells.head(most).iter_rows(named=True)
    ]
    columns = ("", "file", "line", "column", "value", "reason")
    return table(columns, found, right=("line",)) if found else None


def _offers(record: PluginRecord) -> str:
    cards = [*(s for p in record.platforms for s in p.scorecards), *record.scorecards]
    found = [f"{s.name}: {' '.join(s.versions)}" for s in cards]
    found += [f"{f.platform}/{f.scorecard}: more from {f.folder}" for f in record.rulesets]
    return ", ".join(found)


def plugins_table(records: Iterable[PluginRecord]) -> Table:
    """One line per plugin; what is wrong with a broken one stands beside it."""
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
