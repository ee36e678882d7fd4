"""Checks of a rule set against its platform: what it names of shops, to which plugins may add."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..errors import RuleSetError, did_you_mean
from ..messages import listed, message
from ..model.rulesets import RuleSet
from ..model.shop_groups import ShopGroup
from ..model.shop_statuses import REFUSALS
from ..model.streams import Stream
from .toml_tables import Table


def check_shops_named(ruleset: RuleSet, shops: Stream, statuses: Iterable[str]) -> None:
    """Check that days, types and statuses of shops that a rule set names are there.

    Args:
        ruleset: the rule set.
        shops: the stream ``shops`` of the platform.
        statuses: what the platform declares besides the statuses of the package.

    Raises:
        RuleSetError: naming the file and the place.
    """
    table = Table({}, ruleset.origin or ruleset.name)
    _check_days_since(ruleset, shops, table)
    for place, group in _groups_named(ruleset):
        check_shop_types(group.shop_types, shops, table.at(place))
    known = (*REFUSALS, *statuses)
    for declared in ruleset.eligibility:
        if declared.status not in known:
            said = message(
                "no status of shops {status!r}{guess}",
                status=declared.status,
                guess=did_you_mean(declared.status, known),
            )
            raise table.at(f"eligibility[{declared.id}]").fail(said)


def check_shop_types(words: Collection[str], shops: Stream, table: Table) -> None:
    """Raise RuleSetError where a table names a type of shop that the stream ``shops`` lacks."""
    known = shops.column("shop_type").values
    for word in sorted(set(words) - set(known)):
        guess = did_you_mean(word, known)
        raise table.fail(message("no type of shop {word!r}{guess}", word=word, guess=guess))


def _check_days_since(ruleset: RuleSet, shops: Stream, table: Table) -> None:
    """Check that days are counted from a column of shops that holds days."""
    known = [column.name for column in shops.columns if column.kind == "day"]
    for criterion in ruleset.criteria:
        measure = criterion.condition.measure
        if measure.kind == "days since" and measure.id not in known:
            said = message(
                "{file}: criterion {criterion}: days_since {column}: a day of a shop is needed,"
                " {known}",
                file=table.origin,
                criterion=criterion.id,
                column=measure.id,
                known=listed(known),
            )
            raise RuleSetError(said)


def _groups_named(ruleset: RuleSet) -> Iterator[tuple[str, ShopGroup]]:
    """Yield the groups of shops that a rule set names, each after its place."""
    for criterion in ruleset.criteria:
        for group, _ in criterion.condition.elsewhere:
            yield f"criteria[{criterion.id}].elsewhere", group
    for fixed in ruleset.fixed_totals:
        yield f"fixed_totals[{fixed.status}]", fixed.group
    for weights in ruleset.weight_tables:
        place = f"weights[{weights.dimension}]" if weights.dimension else "weights"
        yield from ((place, group) for group, _ in weights.rows)
