"""Names of invented shops, in the language of their market."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

_CHINESE_BRANDS = (
    *(
        "花间",
        "木屿",
        "谷田",
        "云纹",
        "拾光",
        "星野",
        "青禾",
        "南枝",
        "小满",
        "极昼",
        "知夏",
        "暖山",
    ),
)
_CHINESE_GOODS = {
    "apparel": "女装",
    "food": "食品",
    "beauty": "美妆",
    "home": "家居",
    "electronics": "数码",
    "toys": "玩具",
}
_CHINESE_TYPES = {
    "flagship": "旗舰店",
    "specialty": "专卖店",
    "franchise": "专营店",
    "enterprise": "企业店",
    "individual_business": "小店",
    "personal": "小铺",
}
_BRANDS = (
    *("Willow Bend", "Pine Hollow", "Copper Finch", "Juniper Row", "Harbor Lane", "Maple Fox"),
    *("Blue Heron", "Stone Meadow", "Amber Tide", "Cedar Loft", "Quiet Acre", "Lark Field"),
)
_GOODS = {
    "apparel": "Apparel",
    "food": "Pantry",
    "beauty": "Beauty",
    "home": "Home",
    "electronics": "Electronics",
    "toys": "Toys",
}
#: What the shops of a platform sell, all of them the same.
INDUSTRIES = tuple(_GOODS)


def shop_names(shops: Sequence[Mapping[str, str]], currency: str, random: Random) -> Iterator[str]:
    """Yield a name for each shop by its industry and type: 花间女装旗舰店, Pine Hollow Home.

    Names are Chinese where the currency of the platform is; no two shops have the same.
    """
    chinese = currency == "CNY"
    brands = random.sample(_CHINESE_BRANDS if chinese else _BRANDS, len(shops))
    for brand, shop in zip(brands, shops, strict=True):
        goods = (_CHINESE_GOODS if chinese else _GOODS)[shop["industry"]]
        kind = _CHINESE_TYPES[shop["shop_type"]]
        yield f"{brand}{goods}{kind}" if chinese else f"{brand} {goods}"
