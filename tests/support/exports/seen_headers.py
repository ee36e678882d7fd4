"""The headers of each export, copied by hand from the notes on the platforms' rules and files.

What the notes abbreviate is written out: ``发货IMEI码1/2`` are two columns, ``-市`` continues
``收货地址-省``.
"""

from __future__ import annotations


def _headers(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\n", " ").replace(", ", ",").strip().strip(",").split(","))


DOUYIN_ORDERS = _headers("""
主订单编号, 子订单编号, 选购商品, 商品规格, 商品数量, 商品ID, 商家编码, 商品单价, 订单应付金额, 运费, 优惠总金额,
平台优惠, 商家优惠, 达人优惠, 商家改价, 支付优惠, 红包抵扣, 支付方式, 手续费, 收件人, 收件人手机号, 省, 市, 区, 街道,
详细地址, 是否修改过地址, 地址修改时段, 买家留言, 订单提交时间, 旗帜颜色, 商家备注, 订单完成时间, 支付完成时间, APP渠道,
流量来源, 订单状态, 承诺发货时间, 订单类型, 鲁班落地页ID, 达人ID, 达人昵称, 所属门店ID, 售后状态, 取消原因, 预约发货时间,
仓库ID, 仓库名称, 序列号, 是否安心购, 广告渠道, 流量类型, 流量体裁, 流量渠道, 发货主体, 发货主体明细, 发货时间, 降价类优惠,
平台实际承担优惠金额, 商家实际承担优惠金额, 达人实际承担优惠金额, 预计送达时间, 是否平台仓自流转, 车型, 商品69码, 发货SN码,
发货IMEI码1, 发货IMEI码2, 预约送达时间, 建议发货时间（起）, 建议发货时间（止）, 物流SN码, 物流IMEI码1, 物流IMEI码2
""")
#: Another real file set has no serial number, and a variant has more columns.
DOUYIN_ORDERS_73 = tuple(h for h in DOUYIN_ORDERS if h != "序列号")
DOUYIN_ORDERS_VARIANT = (
    *DOUYIN_ORDERS,
    *_headers("货号, 商品金额, 快递信息, 拼团订单团编号, 税费, 教育优惠"),
)

DOUYIN_AFTERSALES = _headers("""
售后单号, 订单号, 商品单号, 商品名称, 商品ID, 应付金额（元）, 商品运费（元）, 支付优惠（元）, 商品税费（元）, 商品发货状态,
售后类型, 退商品金额（元）, 退运费金额（元）, 退支付优惠（元）, 退税费金额（元）, 售后状态, 售后申请时间, 退款方式,
是否已上传退款凭证, 售后原因, 售后原因标签, 退货物流单号, 退货异常, 退货发货时间, 退货物流公司, 自动处理截止时间,
同意售后申请时间, 商家退款时间, 用户到账时间, 售后关闭时间, 商家退货地址, 商家退货联系人姓名, 商家退货联系人电话, 仲裁状态,
纠纷责任方, 是否极速退款, 是否拒签后退款, 发货物流单号, 发货物流状态, 换货物流单号, 退货物流状态, 售后完结时间, 订单备注,
用户售后说明, 售后备注, 操作人, 协商记录, 换货商品信息, 商家编码, 门店名称
""")

KUAISHOU_ORDERS = _headers("""
订单号, 赠品订单号, 活动订单编号, 订单创建时间, 订单支付时间, 预售定金支付时间, 订单状态, 实付款, 快递费, 店铺优惠, 平台补贴,
主播补贴, 混资活动优惠, 支付优惠, 支付方式, 成交数量, 买家留言, 账号类型, 账号明细, 订单备注, 旗帜颜色, 售后状态, 活动订单,
预售/承诺发货时间, 订单载体, 商品名称, 商品ID, 商品规格, SKU编码, 商品单价, 渠道, CPS达人ID, CPS达人昵称, 预估推广佣金,
预估推广者分佣比例, 团长ID, 团长昵称, 快赚客ID, 快赚客昵称, 授权推广者ID, 授权推广者昵称, 收货人姓名, 收货人电话,
收货地址-省, 收货地址-市, 收货地址-区, 收货地址-街道, 收货地址, 发货时间, 快递公司, 快递单号, 物流信息, 集运类型, 直邮类型,
仓库名称, 仓库地址, 实名姓名, 服务门店ID, 服务门店名称, 服务门店地址, 国补/类国补/消费券
""")
#: What is known of the after-sales export: there is no layout for it.
KUAISHOU_AFTERSALES_PART = _headers("""
售后单号, 订单编号, 商品ID, 买家ID, 发货快递单号(如为西北订单，仅展示一段物流信息), 退货物流单号, 商家退货联系人电话, 换货物流单号
""")

PINDUODUO_ORDERS = _headers("""
订单成交时间, 商品, 订单号, 订单状态, 商品总价(元), 邮费(元), 店铺优惠折扣(元), 平台优惠折扣(元), 多多支付立减金额(元),
用户实付金额(元), 商家实收金额(元), 商品数量(件), 发货时间, 确认收货时间, 商品id, 商品规格, 样式ID, 商家编码-规格维度,
商家编码-商品维度, 商家备注, 售后状态, 快递单号, 快递公司
""")
PINDUODUO_ALSO_SEEN = _headers("支付时间, 拼单成功时间, 省, 市, 区")
PINDUODUO_ORDERS_PAID = (*PINDUODUO_ORDERS[1:], *PINDUODUO_ALSO_SEEN)

TMALL_ORDERS = _headers("""
订单编号, 买家会员名, 买家支付宝账号, 买家应付货款, 买家应付邮费, 买家支付积分, 总金额, 返点积分, 买家实际支付金额,
买家实际支付积分, 订单状态, 买家留言, 收货人姓名, 收货地址, 运送方式, 联系电话, 联系手机, 订单创建时间, 订单付款时间, 宝贝标题,
宝贝种类, 物流单号, 物流公司, 订单备注, 宝贝总数量, 店铺Id, 店铺名称, 订单关闭原因, 卖家服务费, 买家服务费, 发票抬头,
是否手机订单, 分阶段订单信息, 特权订金订单id, 定金排名, 修改后的sku, 修改后的收货地址, 异常信息, 天猫卡券抵扣, 集分宝抵扣,
是否是O2O交易
""")
#: In later files, as is commonly known: no source lists them.
TMALL_ORDERS_LATER = _headers("打款商家金额, 退款金额, 确认收货时间")

TMALL_ITEMS = _headers("""
子订单编号, 主订单编号, 标题, 价格, 购买数量, 外部系统编号, 商品属性, 套餐信息, 备注, 订单状态, 商家编码, 支付单号,
买家应付货款, 买家实际支付金额, 退款状态, 退款金额, 订单创建时间, 订单付款时间
""")
TMALL_ITEMS_NEWER = tuple({"买家实际支付金额": "买家实付金额"}.get(h, h) for h in TMALL_ITEMS)

TMALL_WORKBOOK = _headers("""
订单编号, 支付单号, 支付详情, 买家应付货款, 买家应付邮费, 总金额, 买家实付金额, 订单创建时间, 订单付款时间, 商品标题, 退款金额,
是否主动赔付, 主动赔付金额, 主动赔付出账时间, 商品属性SKU, C2B小额收款, 确认收货打款金额, 含应开票给个人红包, 总金额(旧版)
""")

#: The real file's, stray blanks included.
TMALL_REPORT = (
    "订单编号",
    "总金额",
    "买家实际支付金额",
    "收货地址 ",
    "订单创建时间",
    "订单付款时间 ",
    "退款金额",
)

#: The notes give the receiver's name and then leave some columns out.
XIAOHONGSHU_ORDERS = _headers("""
订单号, 订单状态, 售后状态, 订单类型, 订单标记, 收件人姓名, 小红书编码, 条形码, 规格ID, 达人ID, 达人名称, SKU名称, SKU规格,
SKU件数, 是否为赠品, 商品总价(元), 用户应付金额(元), 平台优惠(元), 店铺优惠(元), 支付渠道优惠(元), SKU商家改价(元),
商家应收金额(元)（支付金额）, 支付方式, 支付时间, 快递公司, 快递单号, 订单创建时间, 预售订单开始发货时间,
预售订单截止发货时间, 承诺发货时间, 订单发货时间, 订单完成时间, 确认收货类型, 是否延迟收货, 用户备注, 包裹备注标记, 异常原因,
店铺名称, 用户编号, 国补模式, 商家编码, 商品ID, 商品名称
""")

AMAZON_ALL_ORDERS = _headers("""
amazon-order-id, merchant-order-id, purchase-date, last-updated-date, order-status, fulfillment-channel, sales-channel,
order-channel, url, ship-service-level, product-name, sku, asin, item-status, quantity, currency, item-price, item-tax,
shipping-price, shipping-tax, gift-wrap-price, gift-wrap-tax, item-promotion-discount, ship-promotion-discount, ship-city,
ship-state, ship-postal-code, ship-country, promotion-ids, is-business-order, purchase-order-number, price-designation
""")
#: Amazon's page has no url among them, and of one of the two reports a tax number of Brazil.
AMAZON_ALL_ORDERS_CPF = (*(h for h in AMAZON_ALL_ORDERS if h != "url"), "cpf")

AMAZON_UNSHIPPED = _headers("""
order-id, order-item-id, purchase-date, payments-date, reporting-date, promise-date, days-past-promise, buyer-email,
buyer-phone-number, sku, product-name, quantity-purchased, quantity-shipped, quantity-to-ship, ship-service-level,
recipient-name, ship-address-1, ship-address-2, ship-address-3, ship-city, ship-state, ship-postal-code, ship-country,
is-business-order, purchase-order-number, price-designation, is-prime
""")
AMAZON_UNSHIPPED_MORE = (
    *AMAZON_UNSHIPPED,
    *_headers(
        "payment-method-details, number-of-items, verge-of-cancellation, verge-of-lateShipment"
    ),
)

AMAZON_RETURNS = _headers("""
Order ID, Order date, Return request date, Return request status, Amazon RMA ID, Merchant RMA ID, Label type, Label cost,
Currency code, Return carrier, Tracking ID, Label to be paid by, A-to-Z Claim, Is prime, ASIN, Merchant SKU, Item Name,
Return quantity, Return Reason, In policy, Return type, Resolution, Invoice number, Return delivery date, Order Amount,
Order quantity, SafeT Action reason, SafeT claim id, SafeT claim state, SafeT claim creation time,
SafeT claim reimbursement amount, Refunded Amount
""")

AMAZON_FEEDBACK = _headers("Date, Rating, Comments, Your Response, Order ID, Rater Email")

EBAY_ORDERS = _headers("""
Sales Record Number, Order Number, Buyer Username, Buyer Name, Buyer Email, Buyer Note, Buyer Address 1, Buyer Address 2,
Buyer City, Buyer State, Buyer Zip, Buyer Country, Buyer Tax Identifier Name, Buyer Tax Identifier Value, Ship To Name,
Ship To Phone, Ship To Address 1, Ship To Address 2, Ship To City, Ship To State, Ship To Zip, Ship To Country,
Item Number, Item Title, Custom Label, Sold Via Promoted Listings, Quantity, Sold For, Shipping And Handling,
Item Location, Item Zip Code, Item Country, eBay Collect And Remit Tax Rate, eBay Collect And Remit Tax Type,
eBay Reference Name, eBay Reference Value, Tax Status, Seller Collected Tax, eBay Collected Tax,
Electronic Waste Recycling Fee, Mattress Recycling Fee, Battery Recycling Fee, White Goods Disposal Tax,
Tire Recycling Fee, Additional Fee, Lumber Fee, Prepaid Wireless Fee, Road Improvement And Food Delivery Fee,
eBay Collected Charges, Total Price, eBay Collected Tax and Fees Included in Total, Payment Method, Sale Date,
Paid On Date, Ship By Date, Minimum Estimated Delivery Date, Maximum Estimated Delivery Date, Shipped On Date,
Feedback Left, Feedback Received, My Item Note, PayPal Transaction ID, Shipping Service, Tracking Number, Transaction ID,
Variation Details, Global Shipping Program, Global Shipping Reference ID, Click And Collect,
Click And Collect Reference Number, eBay Plus, Authenticity Verification Program, Authenticity Verification Status,
Authenticity Verification Outcome Reason, PSA Vault Program, Vault Fulfillment Type, eBay Fulfillment Program, Tax City,
Tax State, Tax Zip, Tax Country, eBay International Shipping
""")

#: The notes leave some columns out of both files of Etsy.
ETSY_ORDERS = _headers("""
Sale Date, Order ID, Buyer User ID, Full Name, First Name, Last Name, Number of Items, Payment Method, Date Shipped,
Street 1, Currency, Order Value, Coupon Code, Status, Buyer, Order Type, Payment Type, SKU
""")
ETSY_ORDERS_UK = tuple({"Date Shipped": "Date Posted"}.get(h, h) for h in ETSY_ORDERS)
ETSY_ITEMS = _headers("""
Sale Date, Item Name, Buyer, Quantity, Price, Transaction ID, Listing ID, Date Paid, Date Shipped, Ship Name, Order ID,
Variations
""")

#: No layout is for these.
WEIXIN_ORDERS = _headers("""
订单号, 订单下单时间, 订单发货时间, 订单确认收货时间, 订单完成结算时间, 订单状态, 发货方式, 收件人姓名, 收件人地址, 省, 市, 区,
收件人手机, 买家备注, 商家备注, 打标颜色, 商品总价, 订单实际支付金额, 订单实际收款金额, 订单运费, 商品优惠, 跨店优惠, 商品改价,
积分抵扣, 支付方式, 支付时间, 交易单号, 物流公司, 快递单号, 技术服务费, 运费险预计投保费用, 商品名称, 商品编码(平台),
商品编码(自定义), SKU编码(自定义), 商品属性, 商品价格(单件), 商品实际价格(单件), 商品实际价格(总共), 是否预售, 商品数量,
商品平台券优惠, 商品平均运费, 商品发货, 商品售后, 商品已退款金额
""")

#: By layout: every list of headers that a file of the kind has been seen with.
SEEN: dict[str, tuple[tuple[str, ...], ...]] = {
    "douyin/orders": (DOUYIN_ORDERS, DOUYIN_ORDERS_73, DOUYIN_ORDERS_VARIANT),
    "douyin/aftersales": (DOUYIN_AFTERSALES,),
    "kuaishou/orders": (KUAISHOU_ORDERS,),
    "pinduoduo/orders": (PINDUODUO_ORDERS, PINDUODUO_ORDERS_PAID),
    "tmall/orders": (TMALL_ORDERS, (*TMALL_ORDERS, *TMALL_ORDERS_LATER)),
    "tmall/items": (TMALL_ITEMS, TMALL_ITEMS_NEWER),
    "tmall/workbook": (TMALL_WORKBOOK,),
    "tmall/report": (TMALL_REPORT,),
    "xiaohongshu/orders": (XIAOHONGSHU_ORDERS,),
    "amazon/all_orders": (AMAZON_ALL_ORDERS, AMAZON_ALL_ORDERS_CPF),
    "amazon/unshipped": (AMAZON_UNSHIPPED, AMAZON_UNSHIPPED_MORE),
    "amazon/returns": (AMAZON_RETURNS,),
    "amazon/feedback": (AMAZON_FEEDBACK,),
    "ebay/orders": (EBAY_ORDERS,),
    "etsy/orders": (ETSY_ORDERS, ETSY_ORDERS_UK),
    "etsy/items": (ETSY_ITEMS,),
}
