"""Points and totals that the rules set where criteria are met, whatever would be computed."""

from __future__ import annotations

from typing import Generic

from ..value_classes import field, frozen
from .conditions import Combined, N
from .expressions import Assumed
from .shop_groups import ShopGroup


@frozen
class SetPoints(Generic[N]):
    """The points of a metric are set to a number where criteria are met, be they more or fewer.

    ``applies`` may be an assumption that switches the rule on and off.
    """

    metric: str
    points: N
    needs: Combined
    applies: bool | Assumed = True
    source: str = ""


@frozen
class FixedTotal(Generic[N]):
    """The total of shops that have a status, in place of a computed one; None: they have none.

    It holds for a group of shops, where criteria are met; of several the first counts.
    """

    status: str
    total: N | None = None
    needs: Combined | None = None
    group: ShopGroup = field(factory=ShopGroup)
    source: str = ""


@frozen
class WeightTable(Generic[N]):
    """Weights that differ from one group of shops to the next: of metrics, or of dimensions.

    ``ids`` are the metrics of ``dimension``, or dimensions where none is named. Each row has a group
    of shops and a weight for each of them; of several the first counts. For shops in no row the
    weights are those of the dimensions.
    """

    dimension: str
    ids: tuple[str, ...]
    rows: tuple[tuple[ShopGroup, tuple[N, ...]], ...]
    source: str = ""
