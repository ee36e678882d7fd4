"""Pinduoduo (拼多多): the service experience score, the pilot stars and the shop ratings."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


def _scorecard(id: str, zh: str, en: str) -> Scorecard:
    return Scorecard(
        id=id,
        zh=zh,
        en=en,
        metrics=f"shopscore_pinduoduo.{id}",
        rulesets="shopscore_pinduoduo:rulesets",
        cases=f"shopscore_pinduoduo:cases/{id}",
    )


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    return [
        Platform(
            id="pinduoduo",
            zh="拼多多",
            en="Pinduoduo",
            zone="Asia/Shanghai",
            aliases=("pdd",),
            currency="CNY",
            exports="shopscore_pinduoduo:exports",
            documents="shopscore_pinduoduo:documents",
            levers=("shopscore.levers",),
            tasks=("shopscore_pinduoduo.tasks", "shopscore.tasks"),
            scorecards=(
                _scorecard("service", "消费者服务体验分", "Service experience score"),
                _scorecard("pilot", "综合体验星级（领航员）", "Experience stars (pilot)"),
                _scorecard("dsr", "店铺评价分", "Shop ratings"),
            ),
        )
    ]
