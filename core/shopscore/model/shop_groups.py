"""Groups of shops, by what they are: their industries and their types, or by their ids."""

from __future__ import annotations

from ..value_classes import frozen


@frozen
class ShopGroup:
    """Shops of some industries and of some types, or some by their ids; where none are named, any.

    >>> ShopGroup(frozenset({"toys"})).within(ShopGroup(shop_types=frozenset({"flagship"})))
    ShopGroup(industries=frozenset({'toys'}), shop_types=frozenset({'flagship'}), shops=frozenset())
    """

    industries: frozenset[str] = frozenset()
    shop_types: frozenset[str] = frozenset()
    shops: frozenset[str] = frozenset()

    def within(self, other: ShopGroup) -> ShopGroup | None:
        """Return the shops that are of both groups; None where there can be none."""
        industries = _both(self.industries, other.industries)
        shop_types = _both(self.shop_types, other.shop_types)
        shops = _both(self.shops, other.shops)
        if industries is None or shop_types is None or shops is None:
            return None
        return ShopGroup(industries, shop_types, shops)

    def has(self, industry: str, shop_type: str | None, shop: str) -> bool:
        """Return whether a shop is in the group."""
        return (
            (not self.industries or industry in self.industries)
            and (not self.shop_types or shop_type in self.shop_types)
            and (not self.shops or shop in self.shops)
        )


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str] | None:
    """Return the words that both name, where each names any by naming none; None without one."""
    return (one or other) if not (one and other) else (one & other) or None
