"""The metrics of seller standards: over three months for a shop that sells much, else over twelve."""

from shopscore import (
    Aggregator,
    Calendar,
    Count,
    Distinct,
    LookBack,
    RateMetric,
    Ratio,
    Tally,
    Total,
    bilingual,
    col,
    first_of,
    has_row,
)

HELP = ("help_pages",)
YEAR = Calendar("month", 12)

transactions = Tally("orders", day=col.created_at)
cases = Tally(
    "orders",
    day=col.created_at,
    where=has_row("defects", col.counts & (col.kind == "case_closed_without_resolution")),
)
is_defect = col.counts & col.kind.is_in("merchant_cancellation", "case_closed_without_resolution")
defective = Tally("orders", day=col.created_at, where=has_row("defects", is_defect))
defect_buyers = Tally(
    "defects",
    day=col.order.created_at,
    where=is_defect,
    distinct=Distinct(per=(first_of(col.buyer_id, col.order.buyer_id),)),
)
not_scanned_in_time = col.picked_up_at.is_null() | (col.picked_up_at > col.ship_due_at)
late = Tally(
    "orders",
    day=col.created_at,
    where=col.late_by_buyer | ((col.signed_at > col.delivery_due_at) & not_scanned_in_time),
)
due = Tally("orders", day=col.ship_due_at)
tracked = Tally(
    "orders",
    day=col.ship_due_at,
    where=col.tracking_valid & (col.shipped_at <= col.ship_due_at) & col.picked_up_at.is_not_null(),
)


def over_either(of: Aggregator) -> LookBack:
    """Look three months back where a shop has enough transactions in them, else twelve."""
    return LookBack(
        of,
        counted=transactions,
        at_least=400,
        window=Calendar("month", 3),
        otherwise=YEAR,
    )


DEFECT_RATE = RateMetric(
    "defect_rate",
    zh="交易缺陷率",
    en="Transaction defect rate",
    better="lower",
    aggregator=over_either(Ratio(defective, transactions)),
    window=YEAR,
    sources=HELP,
)

DEFECT_BUYERS = RateMetric(
    "defect_buyers",
    zh="有缺陷交易的买家数",
    en="Buyers with a transaction defect",
    better="lower",
    aggregator=over_either(Count(defect_buyers, zero=True)),
    window=YEAR,
    unit="count",
    sources=HELP,
    note=bilingual(
        "A few defects are relieved where they are of few different buyers. Who bought is the"
        " column buyer_id of defects, and where that is empty that of the order.",
        "少量缺陷若来自少数不同买家，可以放宽。买家取自 defects 的 buyer_id 列；为空时取订单的。",
    ),
)

CASE_RATE = RateMetric(
    "case_rate",
    zh="未解决纠纷率",
    en="Cases closed without resolution",
    better="lower",
    aggregator=over_either(Ratio(cases, transactions)),
    window=YEAR,
    sources=HELP,
)

LATE_RATE = RateMetric(
    "late_rate",
    zh="延迟发货率",
    en="Late shipment rate",
    better="lower",
    aggregator=over_either(Ratio(late, transactions)),
    window=YEAR,
    sources=HELP,
    note=bilingual(
        "That a buyer said so is the column late_by_buyer, which is an assumption.",
        "买家是否确认迟到取自 late_by_buyer 列，这是假设。",
    ),
)

TRACKING_RATE = RateMetric(
    "tracking_rate",
    zh="按时上传追踪率",
    en="Tracking uploaded on time and validated",
    better="higher",
    aggregator=over_either(Ratio(tracked, due)),
    window=YEAR,
    sources=HELP,
    note=bilingual(
        "Uploaded in time is taken to be shipped in time, with a valid number that was scanned.",
        "“按时上传”按“按时发货、单号有效且有扫描”计。",
    ),
)

TRANSACTIONS = RateMetric(
    "transactions",
    zh="交易数（12 个月）",
    en="Transactions in 12 months",
    better="higher",
    aggregator=Count(transactions, zero=True),
    window=YEAR,
    unit="count",
    sources=HELP,
)

SALES = RateMetric(
    "sales",
    zh="销售额（12 个月）",
    en="Sales in 12 months",
    better="higher",
    aggregator=Total(Tally("orders", day=col.created_at, value=col.amount), per=100, zero=True),
    window=YEAR,
    unit="money",
    sources=HELP,
)
