"""How events are counted where two scorecards show the same thing.

The platform publishes no formula: every reading here is an assumption. Numbers and switches are
``assumed("…")``; the rule set supplies them.
"""

from shopscore import Days, Mean, Ratio, Tally, assumed, col, first_of, time_of_day

HOUR = 3600
DAY = 24 * HOUR
LAST_30 = Days(1, assumed("window.days"))
LAST_90 = Days(1, assumed("window.review_days"))

paid_orders = Tally("orders", day=col.paid_at)

# Conversations with a human, begun in office hours.
office_hours = time_of_day(col.started_at).between(8 * HOUR, 23 * HOUR - 1)
human_sessions = col.to_human & (office_hours | ~assumed("im_3min.only_office_hours"))
seconds_to_reply = col.first_reply_at - col.started_at

REPLIES_IN_3_MINUTES = Ratio(
    Tally(
        "conversations",
        day=col.started_at,
        where=human_sessions & (seconds_to_reply <= assumed("im_3min.max_seconds")),
    ),
    Tally("conversations", day=col.started_at, where=human_sessions),
)

ESCALATIONS_PER_ORDER = Ratio(
    Tally("escalations", day=first_of(col.order.paid_at, col.escalated_at)), paid_orders
)

DAYS_FROM_PAID_TO_SIGNED = Mean(
    Tally("orders", day=col.signed_at, value=col.signed_at - col.paid_at), per=DAY
)
