"""Levers that a third party might declare, for the toy platform."""

from attrs import evolve

from shopscore import Assumption, Lever, Source, assumed, col
from shopscore.testing.toy import PLATFORM as TOY

PAGE = (Source("page", "An imaginary page", "I"),)

CALL_BACK = Lever(
    "call_back",
    zh="主动回电",
    en="Call buyers who wait",
    stream="conversations",
    time=col.started_at,
    where=col.to_human & (col.first_reply_at - col.started_at > assumed("minutes") * 60),
    cells={"first_reply_at": col.started_at + assumed("minutes") * 60},
    own_settings=(Assumption("minutes", "integer", 3, "Called back after so long.", 1, 60, "min"),),
    assumes=("every buyer can be reached",),
    sources=PAGE,
)
#: Looks at what the first one made of a row: nobody waits longer than three minutes then.
ANSWER_THE_LATE = Lever(
    "answer_the_late",
    zh="回复久等者",
    en="Answer those who wait too long",
    stream="conversations",
    time=col.started_at,
    where=col.first_reply_at - col.started_at > 180,
    cells={"first_reply_at": col.started_at},
    assumes=("they come back",),
    sources=PAGE,
)
REVIEWS_OF_LATE_ORDERS = Lever(
    "ask_where_late",
    zh="晚揽收关怀",
    en="Ask where the parcel was late",
    stream="reviews",
    time=col.reviewed_at,
    where=(col.rating <= 2) & (col.order.picked_up_at - col.order.paid_at > 24 * 3600),
    cells={"rating": 4},
    assumes=("they are content then",),
    sources=PAGE,
)
BACKWARDS = Lever(
    "backwards",
    zh="倒退",
    en="Sign before the pick-up",
    stream="orders",
    time=col.paid_at,
    where=col.signed_at.is_not_null(),
    cells={"signed_at": col.paid_at - 3600},
    assumes=("time runs backwards",),
    sources=PAGE,
)
IMPOSSIBLE = evolve(
    REVIEWS_OF_LATE_ORDERS, id="six_stars", where=col.rating <= 5, cells={"rating": 6}
)
OTHER_KIND = Lever(
    "other_kind", zh="别的", en="Another kind", stream="aftersales", time=col.applied_at,
    where=col.kind == "refund_only", cells={"kind": "gift"}, assumes=("x",), sources=PAGE,
)  # fmt: skip
NO_KEY = Lever(
    "no_key", zh="键", en="A key", stream="orders", time=col.paid_at,
    where=col.paid_at.is_not_null(), cells={"order_id": "1"}, assumes=("x",), sources=PAGE,
)  # fmt: skip
#: Makes things worse.
PICK_UP_LATER = Lever(
    "pick_up_later",
    zh="晚点揽收",
    en="Pick up a day later",
    stream="orders",
    time=col.paid_at,
    amount=col.amount,
    where=col.picked_up_at.is_not_null(),
    cells={"picked_up_at": col.picked_up_at + 86_400, "signed_at": col.signed_at + 86_400},
    assumes=("buyers wait",),
    sources=PAGE,
)

NO_PRESALE = Lever(
    "no_presale",
    zh="不预售",
    en="Sell only what is there",
    stream="orders",
    time=col.paid_at,
    amount=col.amount,
    where=col.is_presale,
    cells={"is_presale": False, "signed_at": col.signed_at - 3600, "amount": col.amount - 1},
    assumes=("buyers come all the same",),
    sources=PAGE,
)

PLATFORM = evolve(TOY, levers=("support.toy_levers",))
