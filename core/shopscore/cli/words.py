"""The words of tables in Chinese, by the English ones; a test keeps them complete."""

from __future__ import annotations

from collections.abc import Mapping

ZH: Mapping[str, str] = {
    # one line per shop
    "shop": "店铺",
    "industry": "行业",
    "status": "状态",
    "score": "分数",
    "tiers": "分层",
    # one line per metric
    "dimension": "维度",
    "metric": "指标",
    "value": "值",
    "n": "n",
    "industry mean": "行业均值",
    "against it": "与均值相比",
    "standard": "标准",
    "reached": "是否达标",
    "percentile": "百分位",
    "points": "得分",
    "weight": "权重",
    "coverage": "覆盖率",
    "higher": "高于",
    "lower": "低于",
    "level": "持平",
    "yes": "达标",
    "no": "未达标",
    # statuses of shops
    "scored": "已评分",
    "partial": "部分已知",
    "insufficient_orders": "订单不足",
    "growth": "成长期",
    "not_computable": "无法计算",
    "suppressed": "不公布",
    # statuses of metrics
    "ok": "正常",
    "no_data": "无数据",
    "no_peers": "无同行",
    "below_min_n": "样本不足",
    "missing_number": "规则缺数",
    "informational": "仅供参考",
    # units
    "h": "小时",
    "d": "天",
    "s": "秒",
    # the books of reading
    "stream": "数据流",
    "in": "读入",
    "accepted": "采用",
    "replaced": "被更新",
    "set aside": "搁置",
    "repaired": "修正",
    "unlinked": "未关联",
    "file": "文件",
    "line": "行",
    "column": "列",
    "reason": "原因",
}


def translate(word: str, lang: str) -> str:
    """Return a word of a table in a language; ids are words too.

    >>> translate("insufficient_orders", "zh"), translate("insufficient_orders", "en")
    ('订单不足', 'insufficient_orders')
    """
    return ZH[word] if lang == "zh" else word
