"""Workspaces: entries as a person writes them, and days before others."""

from __future__ import annotations

from datetime import date, timedelta

END = "2022-06-30"
DAY = "2022-07-01"

PLATFORMS = (
    "amazon", "douyin", "ebay", "etsy", "jd", "kuaishou", "pinduoduo", "tmall", "walmart", "wechat",
)  # fmt: skip


def entry(platform: str, **more: str) -> str:
    """An entry of the events of a platform; the values of the other keys are written as TOML."""
    lines = {"platform": f'"{platform}"', "sources": f'["{platform}"]', **more}
    return "[[shops]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())


def before(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
