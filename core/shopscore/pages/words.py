"""Words of a page: every text that is not data, by the name that templates call it by."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..messages import Message, message

WORDS: Mapping[str, Message] = MappingProxyType(
    {
        # the whole page
        "title": message("Shop scores"),
        "as_of": message("as of"),
        "language": message("Language"),
        "theme": message("Appearance"),
        "theme_auto": message("as the system has it"),
        "theme_light": message("light"),
        "theme_dark": message("dark"),
        "skip": message("Skip to the content"),
        "back": message("All shops"),
        "made_by": message("Made by shopscore. The page holds everything and asks nothing of the network."),
        # the sheet
        "sheet": message("All shops"),
        "sheet_caption": message("A row for each shop and scorecard. Scores of different platforms are not on one scale."),
        "search": message("Search"),
        "platform": message("platform"),
        "every": message("all"),
        "status": message("status"),
        "shop": message("shop"),
        "score": message("score"),
        "share": message("share of the scale"),
        "coverage": message("coverage"),
        "level": message("level or tiers"),
        "next": message("to the next tier"),
        "target": message("to the target"),
        "change_1d": message("since yesterday"),
        "change_7d": message("in a week"),
        "costliest": message("costs most"),
        "tasks": message("open tasks"),
        "notices": message("notices"),
        "earlier": message("Previous"),
        "later": message("Next"),
        "page": message("Page:"),
        "listed": message("Listed:"),
        "projected": message("projected"),
        "current": message("current"),
        # parts of a shop
        "over_time": message("Score over time"),
        "level_over_time": message("Level over time"),
        "computed": message("computed"),
        "console": message("shown by the console"),
        "numbers": message("The numbers"),
        "what_costs": message("What each metric gives and costs"),
        "gives": message("gives"),
        "costs": message("costs"),
        "heavy": message("Events that cost most"),
        "first": message("What to do first"),
        "open": message("Open tasks"),
        "gap": message("What reaches a target"),
        "leaving": message("When the past leaves the windows"),
        "among": message("Among peers"),
        "criteria": message("What the level asks for"),
        "conditions": message("Criteria"),
        "to_know": message("What to know"),
        "assumed": message("Assumptions"),
        "sources": message("Where the numbers are from"),
        # columns
        "day": message("day"),
        "metric": message("metric"),
        "part": message("part"),
        "dimension": message("dimension"),
        "value": message("value"),
        "n": message("rows"),
        "percentile": message("percentile"),
        "peers": message("peers"),
        "points": message("points"),
        "weight": message("weight"),
        "lost": message("points lost"),
        "mean": message("industry mean"),
        "standard": message("standard"),
        "from": message("from"),
        "console_short": message("console"),
        "event": message("event"),
        "where": message("where"),
        "counts_in": message("counts in"),
        "task": message("task"),
        "id": message("id"),
        "deadline": message("deadline"),
        "left": message("left"),
        "at_risk": message("points at risk"),
        "moves": message("moves"),
        "now": message("now"),
        "needed": message("needed"),
        "good_events": message("good events"),
        "score_then": message("score then"),
        "why_not": message("note"),
        "change": message("change"),
        "what_changes": message("what changes"),
        "own_value": message("this shop"),
        "criterion": message("criterion"),
        "bound": message("bound"),
        "met": message("met"),
        "yes": message("holds"),
        "no": message("does not hold"),
        "unknown": message("not known"),
        "assumption": message("assumption"),
        "reason": message("reason"),
        "ends": message("score with another value"),
        "yours": message("set by you"),
        "missing_number": message("number that is missing"),
        "rule_set": message("rule set"),
        "in_force": message("in force"),
        "source": message("source"),
        "industry": message("industry"),
        "exact": message("exact score"),
        "rounding": message("rounding"),
        "late": message("overdue"),
        "nothing_open": message("Nothing is open."),
        "reached": message("reached already"),
        "no_metric": message("no metric alone brings it nearer"),
        "not_steady": message("still more of them may lose it again"),
        "next_band": message("The next band of each metric"),
        "peers_key": message("Better is to the right. The bars hold the middle 80 and 50 of 100 peers, the line is the median, the diamond is this shop."),
        "costs_key": message("Full bars: what a part gives. Hollow bars, with the number behind: what it costs against full points."),
        "track_key": message("Points on a line: computed. Diamonds: shown by the console."),
    }
)  # fmt: skip


def shown_of(shown: int, every: int) -> Message:
    """Return how many of all things are listed."""
    return message("{shown} of {every} are listed", shown=shown, every=every)


def days_ahead(days: int) -> Message:
    """Return how far ahead it was looked."""
    return message("If no new event comes, in the next {n} days:", n=days)


def nothing_leaves(days: int) -> Message:
    """Return that time alone changes nothing, as far as it was looked ahead."""
    return message("If no new event comes, nothing changes in the next {n} days.", n=days)


def over_days(first: str, last: str, low: str, high: str) -> Message:
    """Return what a chart of days shows, in words."""
    return message(
        "From {first} on the first day to {last} on the last; lowest {low}, highest {high}.",
        first=first,
        last=last,
        low=low,
        high=high,
    )
