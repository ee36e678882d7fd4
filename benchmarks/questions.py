"""What the questions about one shop cost, beside the score of all shops from the same files.

    python benchmarks/questions.py [--events 1000000] [--shops 1000] [--rounds 3] [--work DIR]

Each is a command in a process of its own, on Parquet, for one shop among all; 90 days are tracked
for all shops. The score writes nothing but that shop's table, too. The console that is reconciled
shows one metric, of ten days before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from make_events import write_events
from measuring import AS_OF, BIN, Figure, Limits, arguments, cached, finish, in_turn, process, ratio

SHOP = "S0000001"
LAST = date.fromisoformat(AS_OF)
RULES = ("--platform", "douyin", "--ruleset", "2022")
DAY = (*RULES, "--as-of", AS_OF)
QUESTIONS: dict[str, tuple[str, ...]] = {
    "explain": (*DAY, "--shop", SHOP),
    "gap": (*DAY, "--shop", SHOP),
    "todo": (*RULES, "--now", f"{AS_OF} 12:00", "--shop", SHOP),
    "simulate": (*DAY, "--shop", SHOP, "--lever", "answer_within_three_minutes"),
}
#: What a console shows of the shop; it differs from what is computed.
PAGE = {
    "code": 0,
    "st": 0,
    "data": {
        "shop_id": SHOP,
        "current_date": str(LAST - timedelta(days=1)),
        "shop_analysis": [
            {
                "title": "商品品质退货率",
                "value": {"value_figure": 0.05},
                "calculate_numerator": [{"value": 50}],
                "calculate_denominator": {"value": 1000},
            }
        ],
    },
}
DAYS = (*RULES, "--from", str(LAST - timedelta(days=89)), "--to", AS_OF)


def figures(events: int, shops: int, rounds: int, work: Path) -> Iterator[Figure]:
    """Each question beside the score."""
    made = partial(write_events, events=events, shops=shops, seed=0, as_of=LAST)
    folder = cached(work / f"questions-{events}-{shops}", made)
    asked = {"score": ("score", folder, *DAY, "--shop", SHOP)}
    asked |= {name: (name, folder, *words) for name, words in QUESTIONS.items()}
    page = work / "page.json"
    page.write_text(json.dumps(PAGE, ensure_ascii=False), encoding="utf-8")
    asked |= {"reconcile": ("reconcile", folder, page, *DAY)}
    asked |= {"track": ("track", folder, *DAYS)}
    runs = in_turn(
        {name: process(BIN / "shopscore", *words) for name, words in asked.items()}, rounds
    )
    size = f"{shops:,} shops, {events:,} events"
    for name in (*QUESTIONS, "reconcile"):
        yield ratio(
            f"`{name}` of one shop / `score`", size, runs, (name, "score"), Limits(1.5, 1.5)
        )
    yield ratio("`track` of 90 days / `score`", size, runs, ("track", "score"), Limits(3, 3))


def main() -> None:
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--shops", type=int, default=1_000)
    args = parser.parse_args()
    finish([*figures(args.events, args.shops, args.rounds, args.work)], args.json)


if __name__ == "__main__":
    main()
