"""What may be waiting on the desk of a shop on Pinduoduo, and until when."""

from attrs import evolve

from shopscore import Source, bilingual, tasks

CONSOLE = Source(
    "console",
    bilingual(
        "Pinduoduo: names of metrics on pages of the console",
        "拼多多：后台页面的指标名称",
    ),
    "P",
)

ANSWER_SESSIONS = evolve(
    tasks.ANSWER_SESSIONS,
    settings=tasks.ANSWER_SESSIONS.settings_because(
        seconds=bilingual(
            "Named by the console: the answer comes within three minutes.",
            "后台的指标名称：3 分钟人工回复。",
        ),
    ),
    sources=(CONSOLE,),
)
