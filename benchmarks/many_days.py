"""What the scores of 90 days cost in one process, beside one day's, and beside a run for each day.

    python benchmarks/many_days.py [--events 1000000] [--shops 10000] [--rounds 3] [--work DIR]

Each step runs in a fresh process, another one first in each round; a round to warm up is not
counted. CPU seconds are user plus system time. Ratios are taken within a round. It ends with 1
where the shops of a sampled day are not the same bytes as those of that day's own run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from measuring import Figure, Limits, arguments, finish

HERE = Path(__file__).resolve().parent
LAST = dt.date(2024, 6, 30)
DAYS = [LAST - dt.timedelta(days=ago) for ago in reversed(range(90))]
#: The days whose own runs are compared, another one in each round.
SAMPLED = [DAYS[-1], DAYS[45], DAYS[0], DAYS[70]]
RULES: dict[str, Any] = {"platform": "douyin", "ruleset": "2022"}


def run(folder: Path, day: dt.date, options: dict[str, Any]) -> float:
    """One run, as if there were no other: read, count, score one day; seconds of the process."""
    import shopscore as ss

    result = ss.score(folder, as_of=day, **RULES, **options)
    result.to_polars()
    spent = time.process_time()
    write_shops(folder, "run", result)
    return spent


def run_days(folder: Path, _: dt.date, options: dict[str, Any]) -> float:
    """All days in one process; without the documents of the sampled days, which are not asked of it."""
    import shopscore as ss

    aside = 0.0
    for result in ss.score_days(folder, days=DAYS, **RULES, **options):
        result.to_polars()
        if result.as_of in SAMPLED:
            began = time.process_time()
            write_shops(folder, "days", result)
            aside += time.process_time() - began
    return time.process_time() - aside


def count_day(folder: Path, day: dt.date, options: dict[str, Any]) -> float:
    """From events to the integers of one day, and the days that rows cover."""
    from shopscore.counting.day_ranges import days_of_rows
    from shopscore.counting.resolution import resolve_events
    from shopscore.counting.sums import window_sums

    events, rules = prepare(folder, day, options)
    began = time.process_time()
    resolved = resolve_events(events, rules)
    window_sums(resolved, wanted(rules, day), day)
    days_of_rows(resolved).before(day)
    return time.process_time() - began


def count_days(folder: Path, day: dt.date, options: dict[str, Any]) -> float:
    """From events to the integers of each of the days, and the days that rows cover before it."""
    from shopscore.counting.daily import count_by_day
    from shopscore.counting.day_ranges import days_of_rows
    from shopscore.counting.many_days import SumsOfDays
    from shopscore.counting.resolution import resolve_events

    events, rules = prepare(folder, day, options)
    began = time.process_time()
    resolved = resolve_events(events, rules)
    sums, covered = SumsOfDays(count_by_day(resolved), len(events.shops)), days_of_rows(resolved)
    for each in DAYS:
        sums.window_sums(wanted(rules, each), each)
        covered.before(each)
    return time.process_time() - began


STEPS: dict[str, Callable[[Path, dt.date, dict[str, Any]], float]] = {
    "count one day": count_day,
    "count 90 days": count_days,
    "run for one day": run,
    "score_days of 90 days": run_days,
}


def prepare(folder: Path, day: dt.date, options: dict[str, Any]) -> tuple[Any, Any]:
    """Events that are read, and rules that are bound."""
    import shopscore as ss
    from shopscore.plugins.selection import select_rules

    events = ss.read_events(folder, platform=RULES["platform"])
    return events, select_rules(**RULES, as_of=day, **options).rules


def wanted(rules: Any, day: dt.date) -> list[Any]:
    """Every tally of the rules with the window that it is summed over, once."""
    pairs = [
        (tally, metric.window.weights(day))
        for metric in rules.metrics.values()
        for tally in metric.aggregator.tallies
    ]
    return list({(tally.key, weights): (tally, weights) for tally, weights in pairs}.values())


def write_shops(folder: Path, name: str, result: Any) -> None:
    shops = result.to_json().partition('"shops": [')[2]
    shops_file(folder, name, result.as_of).write_text(shops, encoding="utf-8")


def shops_file(folder: Path, name: str, day: dt.date) -> Path:
    return folder.with_name(f"{folder.name}-{name}-{day}.json")


def make_data(work: Path, events: int, shops: int) -> Path:
    """The folder with so many events of so many shops, made where it is missing."""
    folder = work / f"events-{events}-of-{shops}"
    if not folder.exists():
        size = ["--events", str(events), "--shops", str(shops), "--as-of", str(LAST)]
        half_made = folder.with_suffix(".part")
        subprocess.run([sys.executable, HERE / "make_events.py", half_made, *size], check=True)
        half_made.rename(folder)
    return folder


def measure(name: str, folder: Path, day: dt.date, half_life: int | None) -> float:
    """One step in a fresh process: its CPU seconds."""
    command = [sys.executable, __file__, "--step", name, "--folder", folder, "--day", str(day)]
    command += ["--half-life", str(half_life)] if half_life else []
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout))


def measure_round(number: int, folder: Path, half_life: int | None) -> dict[str, float]:
    """Every step once, another one first in each round."""
    names = list(STEPS)[number % len(STEPS) :] + list(STEPS)[: number % len(STEPS)]
    day = SAMPLED[number % len(SAMPLED)]
    # counting is compared on the last day, whose windows are full
    days = {name: day if name == "run for one day" else LAST for name in names}
    return {name: measure(name, folder, days[name], half_life) for name in names}


def show(label: str, values: Sequence[float], unit: str = "") -> None:
    print(f"{label:46}{median(values):9.3f}{unit}  [{min(values):.3f}-{max(values):.3f}]")


def differing(folder: Path, rounds: int) -> list[dt.date]:
    """The sampled days of some rounds whose shops are not those of their own runs."""
    days = {SAMPLED[number % len(SAMPLED)] for number in range(rounds)}
    both = {day: [shops_file(folder, n, day).read_bytes() for n in ("run", "days")] for day in days}
    return sorted(day for day, (alone, among) in both.items() if alone != among)


def main() -> None:
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--shops", type=int, default=10_000)
    parser.add_argument("--half-life", type=int, help="days, so that newer days weigh more")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--day", type=dt.date.fromisoformat, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        assume = {"douyin.2022.decay.half_life_days": args.half_life} if args.half_life else {}
        print(json.dumps(STEPS[args.step](args.folder, args.day, {"assume": assume})))
        return
    args.work.mkdir(parents=True, exist_ok=True)
    folder = make_data(args.work, args.events, args.shops)
    rounds = [measure_round(n, folder, args.half_life) for n in range(args.rounds + 1)][1:]

    print(f"\n{args.events:,} events of {args.shops:,} shops, {args.rounds} rounds: median [range]")
    for name in STEPS:
        show(name, [r[name] for r in rounds], " s")
    different = differing(folder, args.rounds + 1)
    figures = [
        Figure(
            "90 days / 90 runs",
            "score_days in one process; score of the folder for each day",
            [r["score_days of 90 days"] / (90 * r["run for one day"]) for r in rounds],
            limits=Limits(0.1, 0.07),
            same=not different,
        ),
        Figure(
            "counting of 90 days / of one day",
            "from events that were read to the integers of each day",
            [r["count 90 days"] / r["count one day"] for r in rounds],
            limits=Limits(3, 2),
            same=not different,
        ),
    ]
    finish(figures, args.json)


if __name__ == "__main__":
    main()
