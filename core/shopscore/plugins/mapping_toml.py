"""Mappings from TOML files: schema 1, no unknown keys, expressions that JMESPath understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from attrs import evolve

from ..errors import RuleSetError, did_you_mean
from ..messages import message
from ..model.labels import Label
from ..model.mappings import (
    HEADERS,
    READINGS,
    ROLES,
    Asked,
    Bound,
    Cell,
    DocumentMapping,
    Figure,
    Limit,
    OwnLevel,
    OwnVerdict,
    Reading,
    Refusal,
    Rows,
    Subject,
)
from ..rules.toml_tables import Table
from ..rules.toml_text import parse_toml

SCHEMA = 1

#: The tables of figures, and what those in them are about.
_TABLES: Mapping[str, Subject] = {"dimensions": "dimension", "metrics": "metric", "facts": "fact"}
#: What the address of an answer can say besides the metric.
_OF_ADDRESS: Mapping[str, Reading] = {
    key: HEADERS[key] for key in ("shop_id", "date", "from", "to", "cycle")
}


def parse_mapping(text: str, origin: str) -> DocumentMapping:
    """Parse and check a mapping.

    Raises:
        RuleSetError: for anything unknown, missing or invalid; names file and place.
    """
    table = Table(parse_toml(text, origin), origin)
    if table.take("schema", int) != SCHEMA:
        raise table.fail(message("this version reads schema = {schema}", schema=SCHEMA))
    source = table.table("source")
    mapping = DocumentMapping(
        id=table.id("id", "document"),
        zh=table.text("zh"),
        en=table.text("en"),
        identified_by=_expression(table, "identified_by"),
        scorecards=table.texts("scorecards"),
        good=_expression(table, "good", ""),
        refusals=tuple(_refusal(each) for each in table.tables("refusals")),
        each=_expression(table, "each", ""),
        shop=_cells_alone(table.table("shop"), HEADERS),
        figures=tuple(_figures(table)),
        rows=tuple(_rows(each) for each in table.tables("rows")),
        asked=_asked(table.table("asked")),
        limits=tuple(_limit(each) for each in table.tables("limits")),
        verdicts=tuple(_verdict(each) for each in table.tables("verdicts")),
        level=_level(table.table("level")),
        days_since=_ids(table.table("days_since")),
        window_days=table.text("window_days", ""),
        unread=table.texts("unread"),
        names={id: _name(below) for id, below in table.named_tables("names")},
        uncertain=table.told("uncertain", ""),
        source=source.as_source("document") if source.data else None,
        notes=table.all_told("notes"),
        origin=origin,
    )
    table.done()
    return mapping


def mapping_of_platform(text: str, origin: str, platform: str) -> DocumentMapping:
    """Parse a mapping of a plugin, which must have a source."""
    mapping = parse_mapping(text, origin)
    if mapping.source is None:
        raise RuleSetError(message("{file}: a document of a plugin needs a [source]", file=origin))
    return evolve(mapping, platform=platform)


def _expression(table: Table, key: str, default: Any = ...) -> str:
    """Return an expression that JMESPath understands; empty by default."""
    import jmespath

    text = table.text(key, default)
    if not text:
        return text
    try:
        parsed = jmespath.compile(text).parsed
    except jmespath.exceptions.JMESPathError as error:
        said = " ".join(str(error).split())
        raise table.fail(message("{key}: {said}", key=key, said=said)) from None
    functions = jmespath.functions.Functions.FUNCTION_TABLE
    for name in _functions_in(parsed):
        if name not in functions:
            guess = did_you_mean(name, functions)
            said = message("no function {name}{guess}", name=name, guess=guess)
            raise table.fail(message("{key}: {said}", key=key, said=said))
    return text


def _functions_in(node: Any) -> Iterator[str]:
    """Yield the names of the functions in a parsed expression."""
    if not isinstance(node, dict):
        return  # the bounds of a slice
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node["children"]:
        yield from _functions_in(child)


def _refusal(table: Table) -> Refusal:
    refusal = Refusal(_expression(table, "when"), table.label())
    table.done()
    return refusal


def _name(table: Table) -> Label:
    label = table.label()
    table.done()
    return label


def _figures(table: Table) -> Iterator[Figure]:
    total = table.table("total")
    if total.data:
        yield Figure("total", "total", _cells_alone(total, ROLES))
    for name, subject in _TABLES.items():
        for id, below in table.named_tables(name):
            yield Figure(subject, id, _cells_alone(below, ROLES))


def _cells(table: Table, known: Mapping[str, Reading]) -> dict[str, Cell]:
    """Return the cells of a table by their roles."""
    for role in known:
        table.take(role, object, None)  # a role that is not there is known all the same
    return {
        role: _cell(table, role, reading) for role, reading in known.items() if role in table.data
    }


def _cells_alone(table: Table, known: Mapping[str, Reading]) -> dict[str, Cell]:
    """Return the cells of a table that holds nothing else."""
    cells = _cells(table, known)
    table.done()
    return cells


def _cell(table: Table, role: str, usual: Reading) -> Cell:
    """Return a cell: an expression, or ``{ at = "…", as = "percent" }``."""
    if isinstance(table.take(role, (str, dict)), str):
        return Cell(_expression(table, role), usual)
    own = table.table(role)
    reading: Any = own.word("as", READINGS)
    cell = Cell(_expression(own, "at"), reading)
    own.done()
    return cell


def _rows(table: Table) -> Rows:
    subject: Any = table.word("about", ("metric", "dimension", "fact"), "metric")
    rows = Rows(
        at=_expression(table, "at"),
        cells=_cells(table, ROLES),
        subject=subject,
        key=_expression(table, "key", ""),
        ids=_ids(table.table("ids")),
        id=table.text("id", ""),
        facts=table.texts("facts"),
        day=_cell(table, "day", "day") if "day" in table.data else None,
    )
    table.done()
    if not rows.id and not (rows.key and rows.ids):
        raise table.fail(message("rows need an id, or a key and the ids of its words"))
    if unknown := sorted(set(rows.facts) - set(rows.ids.values())):
        raise table.fail(message("facts: {id} is not among the ids", id=unknown[0]))
    return rows


def _ids(table: Table) -> dict[str, str]:
    return {word: table.text(word) for word in table.data}


def _asked(table: Table) -> Asked | None:
    if not table.data:
        return None
    asked = Asked(
        cells=_cells(table, _OF_ADDRESS),
        metric=_expression(table, "metric", ""),
        ids=_ids(table.table("ids")),
    )
    table.done()
    return asked


def _limit(table: Table) -> Limit:
    bound: Any = table.word("bound", get_args(Bound), "limit")
    limit = Limit(
        criterion=table.text("criterion"),
        metric=table.text("metric"),
        role=table.word("role", ("target", "target_low", "target_high"), "target"),
        bound=bound,
        levels=table.texts("levels"),
    )
    table.done()
    return limit


def _verdict(table: Table) -> OwnVerdict:
    verdict = OwnVerdict(
        criterion=table.text("criterion"),
        metric=table.text("metric"),
        met=table.texts("met"),
        failed=table.texts("failed"),
    )
    table.done()
    return verdict


def _level(table: Table) -> OwnLevel:
    level = OwnLevel(table.text("fact", ""), _ids(table.table("ids")))
    table.done()
    return level
