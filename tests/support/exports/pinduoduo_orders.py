"""Pinduoduo: two order exports with different columns, written by hand."""

from __future__ import annotations

from support.exports.faithful_export import Faithful, at, with_titles
from support.exports.seen_headers import PINDUODUO_ORDERS, PINDUODUO_ORDERS_PAID

#: With the time at which the order was concluded, and none of payment.
ORDERS = Faithful(
    layout="pinduoduo/orders",
    variant="concluded",
    headers=PINDUODUO_ORDERS,
    common={"商品": "全麦面包", "邮费(元)": "0.00", "商品数量(件)": "1", "样式ID": "1400000000001"},
    cells=(
        {
            "订单成交时间": "2026-05-17 09:30:11",
            "订单号": "260517-607123456789012\t",
            "订单状态": "已收货",
            "商品总价(元)": "49.90",
            "平台优惠折扣(元)": "5.00",
            "用户实付金额(元)": "39.90",
            "商家实收金额(元)": "44.90",
            "发货时间": "2026-05-17 20:00:00",
            "确认收货时间": "2026-05-22 18:00:01",
            "商品id": "612345678901\t",
            "售后状态": "无售后或售后取消",
            "快递单号": "75900000000001\t",
            "快递公司": "中通快递",
        },
        {  # never concluded: the date in the order number says nothing about paying
            "订单成交时间": "",
            "订单号": "260518-607123456789013\t",
            "订单状态": "已取消",
            "用户实付金额(元)": "0.00",
            "商家实收金额(元)": "0.00",
            "发货时间": "-",
            "确认收货时间": "-",
            "商品id": "612345678901\t",
            "售后状态": "无售后或售后取消",
            "快递公司": "-",
        },
        {
            "订单成交时间": "2026/5/18 7:05",
            "订单号": '="260518-607123456789014"',
            "订单状态": "已发货，待签收",
            "用户实付金额(元)": "￥1,288.00",
            "商家实收金额(元)": "￥1,288.00",
            "发货时间": "2026/5/18 19:00",
            "确认收货时间": "--",
            "商品id": '="612345678902"',
            "售后状态": "售后处理中",
            "快递公司": "极兔速递",
        },
        {  # the receipt is no time
            "订单成交时间": "2026-05-19 23:59:59",
            "订单号": "'260519-607123456789015",
            "订单状态": "已收货",
            "用户实付金额(元)": "15元",
            "商家实收金额(元)": "15元",
            "确认收货时间": "已确认",
            "商品id": "612345678903.0",
            "售后状态": "退款成功",
            "快递公司": "韵达快递",
        },
        {  # a refund where an order should be
            "订单成交时间": "2026-05-20 10:00:00",
            "订单号": "260520-607123456789016",
            "订单状态": "未发货，退款成功",
            "用户实付金额(元)": "-15.00",
            "商家实收金额(元)": "0.00",
            "商品id": "612345678903",
            "售后状态": "退款成功",
        },
    ),
    rows=(
        {
            "order_id": "260517-607123456789012",
            "paid_at": at("2026-05-17 09:30:11"),
            "confirmed_at": at("2026-05-22 18:00:01"),
            "amount": 39_90,
            "carrier": "中通快递",
            "product_id": "612345678901",
        },
        {
            "order_id": "260518-607123456789013",
            "paid_at": None,
            "confirmed_at": None,
            "amount": 0,
            "carrier": None,
            "product_id": "612345678901",
        },
        {
            "order_id": "260518-607123456789014",
            "paid_at": at("2026-05-18 07:05:00"),
            "confirmed_at": None,
            "amount": 1288_00,
            "carrier": "极兔速递",
            "product_id": "612345678902",
        },
        {
            "order_id": "260519-607123456789015",
            "paid_at": at("2026-05-19 23:59:59"),
            "confirmed_at": None,
            "amount": 15_00,
            "carrier": "韵达快递",
            "product_id": "612345678903",
        },
    ),
    set_aside=("用户实付金额(元)",),
    repaired=("确认收货时间",),
)

#: With the time of payment, masked addresses, and brackets of full width.
PAID = Faithful(
    layout="pinduoduo/orders",
    variant="paid",
    headers=with_titles(
        PINDUODUO_ORDERS_PAID,
        {
            "用户实付金额(元)": "用户实付金额（元）",
            "商家实收金额(元)": " 商家实收金额（元） ",
            "支付时间": "支付时间 ",
        },
    ),
    common={"市": "****", "区": "****"},
    cells=(
        {
            "订单号": "260601-100000000000001",
            "用户实付金额（元）": "9.9",
            " 商家实收金额（元） ": "9.9",
            "确认收货时间": "2026-06-09 08:00:00",
            "商品id": "700000000001",
            "快递公司": "申通快递",
            "支付时间 ": "2026-06-01 00:00:00",
            "拼单成功时间": "2026-06-01 00:10:00",
            "省": "****",
        },
        {
            "订单号": "260601-100000000000002",
            "用户实付金额（元）": "0.01",
            " 商家实收金额（元） ": "0.01",
            "商品id": "700000000001",
            "支付时间 ": "-",
            "拼单成功时间": "-",
            "省": "四川省",
        },
    ),
    rows=(
        {
            "order_id": "260601-100000000000001",
            "paid_at": at("2026-06-01 00:00:00"),
            "confirmed_at": at("2026-06-09 08:00:00"),
            "amount": 9_90,
            "province": None,
            "carrier": "申通快递",
            "product_id": "700000000001",
        },
        {
            "order_id": "260601-100000000000002",
            "paid_at": None,
            "confirmed_at": None,
            "amount": 1,
            "province": "四川省",
            "carrier": None,
            "product_id": "700000000001",
        },
    ),
)
