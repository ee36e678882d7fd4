"""Moments: when a source was known, on the clock of a ledger, and what was known at a moment."""

from __future__ import annotations

import time
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ..errors import InputError, UsageError
from ..messages import message
from .commits import Head


def known_second(known_at: datetime | date | str | None, zone: str) -> int:
    """Return a moment in seconds since 1970; a day is meant to its end.

    Raises:
        UsageError: for what is neither a day nor a time.
    """
    if known_at is None:
        return int(time.time())
    clock = ZoneInfo(zone)
    try:
        moment = datetime.fromisoformat(known_at) if isinstance(known_at, str) else known_at
    except ValueError:
        said = message(
            "{text!r} is no day and no time; write 2024-06-30 or 2024-06-30 09:00", text=known_at
        )
        raise UsageError(said) from None
    if not isinstance(moment, date):
        raise UsageError(
            message(
                "{text!r} is no day and no time; write 2024-06-30 or 2024-06-30 09:00",
                text=known_at,
            )
        )
    day_only = not isinstance(moment, datetime) or (
        isinstance(known_at, str) and len(known_at.strip()) <= len("2024-06-30")
    )
    if day_only:
        moment = datetime(moment.year, moment.month, moment.day, 23, 59, 59, tzinfo=clock)
    assert isinstance(moment, datetime)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=clock)).timestamp())


def ingest_second(known_at: datetime | date | str | None, zone: str) -> int:
    """Return when a source was known, in seconds since 1970; today is meant until now.

    Raises:
        UsageError: for what is neither a day nor a time, or is still to come.
    """
    second, now = known_second(known_at, zone), int(time.time())
    if second > now and as_moment(second, zone).date() != as_moment(now, zone).date():
        said = message("known_at= {moment} is still to come", moment=as_moment(second, zone))
        raise UsageError(said)
    return min(second, now)


def as_moment(second: int, zone: str) -> datetime:
    """Return a second since 1970 as a time on the clock of a zone."""
    return datetime.fromtimestamp(second, ZoneInfo(zone))


def ingest_known(head: Head, second: int, zone: str) -> int:
    """Return the last ingest that was known at a moment.

    Raises:
        InputError: where nothing was.
    """
    known = [one for one in head.ingests if one.known_at is not None and one.known_at <= second]
    if known:
        return known[-1].seq
    first = head.ingests[:1]
    said = message(
        "nothing was known at {moment}: {first}",
        moment=as_moment(second, zone),
        first=message(
            "the first ingest is of {moment}", moment=as_moment(first[0].known_at or 0, zone)
        )
        if first
        else message("nothing was ingested yet"),
    )
    raise InputError(said)


def check_grows(head: Head, second: int, zone: str) -> None:
    """Raise where something later is known already: what is known only grows.

    Raises:
        UsageError: where the last ingest was known later than this.
    """
    last = head.ingests[-1:]
    if last and last[0].known_at is not None and last[0].known_at > second:
        said = message(
            "known_at= {moment}: the ledger knows what came at {last} already; ingest in the"
            " order in which things were known",
            moment=as_moment(second, zone),
            last=as_moment(last[0].known_at, zone),
        )
        raise UsageError(said)
