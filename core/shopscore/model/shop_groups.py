"""Groups of shops, by what they are: their industries and their types."""

from __future__ import annotations

from attrs import frozen


@frozen
class ShopGroup:
    """Shops of some industries and of some types; where none are named, of any.

    >>> ShopGroup(frozenset({"toys"})).within(ShopGroup(shop_types=frozenset({"flagship"})))
    ShopGroup(industries=frozenset({'toys'}), shop_types=frozenset({'flagship'}))
    """

    industries: frozenset[str] = frozenset()
    shop_types: frozenset[str] = frozenset()

    def within(self, other: ShopGroup) -> ShopGroup | None:
        """Return the shops that are of both groups; None where there can be none."""
        industries = _both(self.industries, other.industries)
        shop_types = _both(self.shop_types, other.shop_types)
        if industries is None or shop_types is None:
            return None
        return ShopGroup(industries, shop_types)


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str] | None:
    """Return the words that both name, where each names any by naming none; None without one."""
    return (one or other) if not (one and other) else (one & other) or None
