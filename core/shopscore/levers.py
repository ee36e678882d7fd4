"""Levers for any merchant: what the project's sources advise, over the canonical streams.

A platform adopts them with ``levers=("shopscore.levers", …)``.
"""

from __future__ import annotations

from .messages import bilingual
from .model.assumptions import Assumption
from .model.builders import assumed, col, first_of, when
from .model.expressions import Expr
from .model.levers import Lever
from .model.rulesets import Source

HOUR = 3600

GUIDANCE = Source(
    "guidance",
    bilingual(
        "What the project's primary sources (000 to 004) tell merchants to do",
        "本项目一手资料（000 至 004）给商家的建议",
    ),
    "S",
    note=bilingual("This is advice; its effect is not published.", "这是建议；其效果没有公布。"),
)


def earlier(time: Expr, later: Expr, sooner: Expr) -> Expr:
    """Move a time earlier by as much as ``later`` moves to ``sooner``; keep it where unknown."""
    return first_of(time - (later - sooner), time)


amount = first_of(col.refund_amount, col.order_amount)

ANSWER_WITHIN_THREE_MINUTES = Lever(
    "answer_within_three_minutes",
    zh="三分钟内人工回复",
    en="Answer within three minutes, with more agents at some hours",
    stream="conversations",
    time=col.started_at,
    where=col.to_human
    & (col.first_reply_at.is_null() | (col.first_reply_at - col.started_at > assumed("seconds"))),
    cells={"first_reply_at": col.started_at + assumed("seconds")},
    own_settings=(
        Assumption("seconds", "integer", 120, "The time until the first reply.", 0, 180, "s"),
    ),
    assumes=(
        bilingual(
            "the agents at these hours answer every conversation in time",
            "这些时段的客服能及时回复每一个会话",
        ),
        bilingual("what buyers think of the answer stays the same", "买家对回复的评价不变"),
    ),
    sources=(GUIDANCE,),
)

AGREE_AT_ONCE = Lever(
    "agree_at_once",
    zh="售后申请立即同意",
    en="Agree to requests at once",
    stream="aftersales",
    time=col.applied_at,
    product=col.product_id,
    amount=amount,
    where=~col.is_custom & (col.approved_at > col.applied_at),
    cells={
        "approved_at": col.applied_at,
        "refunded_at": when(
            col.kind == "refund_only",
            earlier(col.refunded_at, col.approved_at, col.applied_at),
            col.refunded_at,
        ),
        "closed_at": when(
            col.kind == "refund_only",
            earlier(col.closed_at, col.approved_at, col.applied_at),
            col.closed_at,
        ),
    },
    assumes=(
        bilingual(
            "the requests that the merchant agreed to are the same", "商家同意的申请仍是这些"
        ),
        bilingual(
            "a refund without return closes earlier by the same time; a return takes as long as before",
            "仅退款提前同样的时间完结；退货所需时间不变",
        ),
    ),
    sources=(GUIDANCE,),
)

ACT_WHEN_RETURN_IS_SIGNED = Lever(
    "act_when_return_is_signed",
    zh="退货签收即处理",
    en="Refund as soon as the returned parcel is signed for",
    stream="aftersales",
    time=col.return_signed_at,
    product=col.product_id,
    amount=amount,
    where=col.refunded_at > col.return_signed_at + assumed("hours") * HOUR,
    cells={
        "refunded_at": col.return_signed_at + assumed("hours") * HOUR,
        "closed_at": earlier(
            col.closed_at, col.refunded_at, col.return_signed_at + assumed("hours") * HOUR
        ),
    },
    own_settings=(
        Assumption("hours", "integer", 1, "The time to check returned goods.", 0, 240, "h"),
    ),
    assumes=(
        bilingual("the goods are checked in time", "退回的商品能及时验收"),
        bilingual("the ticket closes earlier by the same time", "售后单提前同样的时间完结"),
    ),
    sources=(GUIDANCE,),
)

CHASE_PICKUP = Lever(
    "chase_pickup",
    zh="催促揽收",
    en="Have parcels picked up in time",
    stream="orders",
    time=col.paid_at,
    product=col.product_id,
    amount=col.amount,
    where=~col.is_presale & (col.picked_up_at > col.paid_at + assumed("hours") * HOUR),
    cells={
        "picked_up_at": col.paid_at + assumed("hours") * HOUR,
        "signed_at": earlier(
            col.signed_at, col.picked_up_at, col.paid_at + assumed("hours") * HOUR
        ),
    },
    own_settings=(
        Assumption("hours", "integer", 23, "The time until the carrier picks up.", 1, 240, "h"),
    ),
    assumes=(
        bilingual("the carrier comes when asked", "快递员一叫就来"),
        bilingual(
            "transit takes as long as before, so delivery is earlier by the same time",
            "运输所需时间不变，因此签收提前同样的时间",
        ),
    ),
    sources=(GUIDANCE,),
)

CHANGE_CARRIER = Lever(
    "change_carrier",
    zh="更换快递",
    en="Send with another carrier",
    stream="orders",
    time=col.paid_at,
    product=col.product_id,
    where=col.carrier.is_in(assumed("carriers")) & (col.signed_at > col.picked_up_at),
    cells={
        "signed_at": col.picked_up_at
        + (col.signed_at - col.picked_up_at) * assumed("percent") // 100,
    },
    own_settings=(
        Assumption("carriers", "words", (), "Carriers that are replaced by another one."),
        Assumption(
            "percent", "integer", 80, "The new transit time, as a share of today's.", 1, 100, "%"
        ),
    ),
    assumes=(
        bilingual(
            "the other carrier is faster by the same share everywhere",
            "另一家快递在各地都快同样的比例",
        ),
    ),
    sources=(GUIDANCE,),
)

STOP_FAR_PROVINCES = Lever(
    "stop_far_provinces",
    zh="停售偏远地区",
    en="Stop selling to far provinces",
    stream="orders",
    time=col.paid_at,
    product=col.product_id,
    where=col.province.is_in(assumed("provinces")),
    cells={"is_excluded": True},
    own_settings=(Assumption("provinces", "words", (), "Provinces that are no longer sold to."),),
    assumes=(
        bilingual(
            "orders to these provinces, and the reviews and claims about them, would not exist",
            "发往这些省份的订单及其评价和售后都不会有",
        ),
        bilingual("their sales are lost", "这些销售额随之失去"),
    ),
    sources=(GUIDANCE,),
)

ASK_AFTER_DELIVERY = Lever(
    "ask_after_delivery",
    zh="签收关怀",
    en="Ask after delivery, before the review is written",
    stream="reviews",
    time=col.reviewed_at,
    product=col.product_id,
    where=(col.rating <= 2) & (col.reviewed_at > col.order.signed_at + assumed("hours") * HOUR),
    cells={"rating": assumed("rating_after")},
    own_settings=(
        Assumption("hours", "integer", 24, "The time until the buyer is asked.", 1, 240, "h"),
        Assumption("rating_after", "integer", 4, "The new rating of such a buyer.", 3, 5, "stars"),
    ),
    assumes=(
        bilingual(
            "asking changes what every such buyer writes: this shows the greatest possible effect",
            "关怀会改变每一位这样的买家的评价：这里显示的是可能的最大效果",
        ),
        bilingual("nobody is paid for a review", "没有人因评价而得到报酬"),
    ),
    sources=(GUIDANCE,),
)

COMPENSATE_BEFORE_BAD_REVIEW = Lever(
    "compensate_before_bad_review",
    zh="差评前补发或补偿",
    en="Send again or compensate before a bad review",
    stream="reviews",
    time=col.reviewed_at,
    product=col.product_id,
    where=(col.rating <= 2) & col.order.signed_at.is_not_null(),
    cells={"rating": assumed("rating_after")},
    own_settings=(
        Assumption("rating_after", "integer", 4, "The new rating of such a buyer.", 3, 5, "stars"),
    ),
    assumes=(
        bilingual(
            "every such buyer tells the shop first: this shows the greatest possible effect",
            "每一位这样的买家都先联系店铺：这里显示的是可能的最大效果",
        ),
        bilingual(
            "the shop pays for the goods or the compensation each time",
            "每次补发或补偿的费用由店铺承担",
        ),
    ),
    sources=(GUIDANCE,),
)

PAY_DIFFERENCES_AT_ONCE = Lever(
    "pay_differences_at_once",
    zh="差价运费立即赔付",
    en="Pay price differences and freight at once",
    stream="aftersales",
    time=col.applied_at,
    product=col.product_id,
    amount=amount,
    where=(col.kind == "refund_only") & (col.reason == "price_difference"),
    cells={
        "approved_at": col.applied_at,
        "refunded_at": when(
            col.approved_at.is_null(),
            col.applied_at,
            first_of(earlier(col.refunded_at, col.approved_at, col.applied_at), col.applied_at),
        ),
        "closed_at": when(
            col.approved_at.is_null(),
            col.applied_at,
            earlier(col.closed_at, col.approved_at, col.applied_at),
        ),
        "outcome": "refunded",
    },
    assumes=(
        bilingual(
            "every claim of this kind is paid: hours become shorter and the rate of refunds rises; look at both",
            "这类申请全部赔付：时长变短，退款率上升；两者都要看",
        ),
    ),
    sources=(GUIDANCE,),
)

REFUND_EARLY = Lever(
    "refund_early",
    zh="退货在途或熟客提前退款",
    en="Refund while the parcel is on its way back, or to known buyers",
    stream="aftersales",
    time=col.applied_at,
    product=col.product_id,
    amount=amount,
    where=(col.kind == "return_refund")
    & (col.refunded_at > col.return_signed_at)
    & (~assumed("only_known") | col.order.buyer_id.is_in(assumed("known_buyers"))),
    cells={
        "refunded_at": col.return_signed_at,
        "closed_at": earlier(col.closed_at, col.refunded_at, col.return_signed_at),
    },
    own_settings=(
        Assumption("only_known", "boolean", False, "Only for the buyers that are listed."),
        Assumption("known_buyers", "words", (), "The buyers who are trusted."),
    ),
    assumes=(
        bilingual(
            "goods come back as described; where they do not, the merchant bears the loss",
            "退回的商品与描述一致；不一致的损失由商家承担",
        ),
    ),
    sources=(GUIDANCE,),
)
