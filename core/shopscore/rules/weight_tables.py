"""Tables of weights: a rule set with other weights for each group of shops that a table names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve

from ..model.assumptions import Number
from ..model.rulesets import Dimension, RuleSet
from ..model.set_points import WeightTable
from ..model.shop_groups import ShopGroup

_Dimensions = tuple[Dimension[Number], ...]


def with_weight_tables(ruleset: RuleSet, group: ShopGroup) -> Iterator[tuple[ShopGroup, RuleSet]]:
    """Yield a rule set with the weights of each group of shops in its tables, and no more tables.

    Only shops of ``group`` are meant. Where a table has a row for none of them, nothing is yielded.
    """
    made: list[tuple[ShopGroup, _Dimensions]] = [(group, ruleset.dimensions)]
    for table in ruleset.weight_tables:
        rows = [*_rows(table), (ShopGroup(), None)]
        made = [
            (shops, dimensions if weights is None else _weighed(dimensions, table, weights))
            for before, dimensions in made
            for own, weights in rows
            if (shops := before.within(own)) is not None
        ]
    for shops, dimensions in made:
        if dimensions is not ruleset.dimensions:
            yield (
                shops,
                evolve(
                    ruleset, dimensions=dimensions, shop_types=shops.shop_types, shops=shops.shops
                ),
            )


def _rows(table: WeightTable[Number]) -> list[tuple[ShopGroup, tuple[Number, ...]]]:
    """Return the rows with those of equal weights as one; what says more of a shop goes first."""
    together: dict[tuple[bool, frozenset[str], tuple[Number, ...]], set[str]] = {}
    for group, weights in table.rows:
        key = bool(group.industries), group.shop_types, weights
        together.setdefault(key, set()).update(group.industries)
    found = [
        (ShopGroup(frozenset(industries), types), weights)
        for (_, types, weights), industries in together.items()
    ]
    return sorted(found, key=lambda row: (not row[0].industries, not row[0].shop_types))


def _weighed(
    dimensions: _Dimensions, table: WeightTable[Number], weights: Sequence[Number]
) -> _Dimensions:
    """Return dimensions with the weights of a row."""
    own = dict(zip(table.ids, weights, strict=True))
    if not table.dimension:
        return tuple(evolve(d, weight=own[d.id], source=table.source) for d in dimensions)
    return tuple(
        _within(d, own, table.source) if d.id == table.dimension else d for d in dimensions
    )


def _within(
    dimension: Dimension[Number], weights: Mapping[str, Number], source: str
) -> Dimension[Number]:
    metrics = (
        evolve(entry, weight=weights[entry.id], source=source, of_rest=False)
        for entry in dimension.metrics
    )
    return evolve(dimension, metrics=tuple(metrics))
