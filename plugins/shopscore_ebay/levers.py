"""What a merchant can do about shipping."""

from shopscore import Lever, Source, bilingual, col, first_of

MEASURED = Source(
    "measured",
    bilingual(
        "What eBay measures; no page of its tells what merchants gain by it",
        "eBay 考核的内容；没有页面说明商家这样做有多大收获",
    ),
    "I",
)

SHIP_IN_TIME = Lever(
    "ship_in_time",
    zh="按时发货",
    en="Hand over at the latest when it is due",
    stream="orders",
    time=col.created_at,
    where=col.shipped_at > col.ship_due_at,
    cells={"shipped_at": col.ship_due_at},
    assumes=(bilingual("parcels arrive when they did before", "包裹送达时间不变"),),
    sources=(MEASURED,),
)

UPLOAD_TRACKING = Lever(
    "upload_tracking",
    zh="上传有效运单号",
    en="Upload a valid number for every parcel",
    stream="orders",
    time=col.created_at,
    where=col.shipped_at.is_not_null() & ~first_of(col.tracking_valid, False),
    cells={"tracking_valid": True},
    assumes=(
        bilingual("the carrier of every parcel gives a number", "每个包裹的承运商都提供运单号"),
    ),
    sources=(MEASURED,),
)
