"""What may be waiting on the desk of a shop on Kuaishou, and until when."""

from attrs import evolve

from shopscore import Source, bilingual, tasks

GUIDE = Source(
    "s000",
    bilingual(
        "Kuaishou shop experience score: merchant guide of 2023-08-02 (source 000)",
        "快手店铺体验分：2023-08-02 的商家指南（资料 000）",
    ),
    "S",
)

ANSWER_SESSIONS = evolve(
    tasks.ANSWER_SESSIONS,
    settings=tasks.ANSWER_SESSIONS.settings_because(
        seconds=bilingual(
            "Published: the answer comes within three minutes.", "已公布：三分钟内回复。"
        ),
    ),
    sources=(GUIDE,),
)
