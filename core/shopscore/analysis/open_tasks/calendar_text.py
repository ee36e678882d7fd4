"""Open tasks as a calendar, by RFC 5545: an event at each deadline, on the clock of the platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from ...messages import in_language, message
from .open_task import OpenTask

#: Bytes of a line, without its end.
_WIDTH = 75
_PRODUCT = "-//shopscore//todo//EN"
_WALL, _INSTANT = "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ"
#: A clock is taken to have been as it is from here on, where it is not changed.
_LONG_AGO = datetime(1970, 1, 1)


def calendar_text(
    tasks: Iterable[OpenTask], platform: str, zone: str, now: datetime, lang: str
) -> str:
    """Return the deadlines as a calendar, with ends of lines as RFC 5545 has them."""
    dated = [(one.deadline, one) for one in tasks if one.deadline is not None]
    stamp = now.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).strftime(_INSTANT)
    years = [deadline.year for deadline, _ in dated] or [now.year]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        *_zone(zone, min(years), max(years)),
        *(
            line
            for deadline, one in dated
            for line in (
                "BEGIN:VEVENT",
                f"UID:{_escaped('/'.join((platform, one.shop_id, one.task.id, one.id)))}@shopscore",
                f"DTSTAMP:{stamp}",
                f"DTSTART;TZID={zone}:{deadline.strftime(_WALL)}",
                *_told(one, lang),
                "TRANSP:TRANSPARENT",
                "END:VEVENT",
            )
        ),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _told(one: OpenTask, lang: str) -> Iterator[str]:
    """Yield what an event says; its id, which stands before, stays the same as long as it is open."""
    yield f"SUMMARY:{_escaped(f'{one.task.label.text(lang)}: {one.id}')}"
    yield f"DESCRIPTION:{_escaped(_description(one, lang))}"
    yield f"CATEGORIES:{_escaped(one.shop_id)}"


def _description(one: OpenTask, lang: str) -> str:
    """Return what to know about an open task, a line for each."""
    points = one.points_at_risk
    risk = message("unknown") if points is None else f"{float(points):.4f}"
    told = [
        message("shop: {shop}", shop=one.shop_id),
        message("waiting since: {time}", time=str(one.since)),
        message("points at risk: {points}", points=risk),
    ]
    if one.decided_at is not None:
        told.append(message("the system decides: {time}", time=str(one.decided_at)))
    if one.reason is not None:
        told.append(one.reason)
    return "\n".join(in_language(line, lang) for line in told)


def _escaped(text: str) -> str:
    """Return a text value as RFC 5545 writes it; control characters become spaces."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text)


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 bytes, never within a character; the rest are indented."""
    if len(line.encode()) <= _WIDTH:
        yield line
        return
    part, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _WIDTH:
            yield part
            part, size = " ", 1
        part, size = part + character, size + width
    yield part


def _zone(name: str, first_year: int, last_year: int) -> Iterator[str]:
    """Yield the definition of a zone for some years."""
    zone = ZoneInfo(name)
    first = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    last = datetime(last_year + 1, 12, 31, tzinfo=UTC)
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{name}"
    offset = _offset(zone, first)
    yield from _observance(zone, first, _LONG_AGO, offset)
    day = first
    while day < last:
        following = day + timedelta(days=1)
        if _offset(zone, following) != _offset(zone, day):
            change = _change(zone, day, following)
            offset = _offset(zone, day)
            wall = change.astimezone(timezone(offset)).replace(tzinfo=None)
            yield from _observance(zone, change, wall, offset)
        day = following
    yield "END:VTIMEZONE"


def _observance(zone: ZoneInfo, at: datetime, wall: datetime, before: timedelta) -> Iterator[str]:
    """Yield from when on the clock shows what it shows at an instant."""
    there = at.astimezone(zone)
    kind = "DAYLIGHT" if there.dst() else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{wall.strftime(_WALL)}"
    yield f"TZOFFSETFROM:{_signed(before)}"
    yield f"TZOFFSETTO:{_signed(_offset(zone, at))}"
    yield f"TZNAME:{_escaped(there.tzname() or str(zone))}"
    yield f"END:{kind}"


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """Return the first second of the new offset between two instants."""
    new = _offset(zone, high)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        low, high = (low, middle) if _offset(zone, middle) == new else (middle, high)
    return high


def _signed(offset: timedelta) -> str:
    """Return an offset from UTC as RFC 5545 writes it.

    >>> _signed(timedelta(hours=8)), _signed(timedelta(hours=-3, minutes=-30))
    ('+0800', '-0330')
    """
    seconds = int(offset.total_seconds())
    minutes, rest = divmod(abs(seconds), 60)
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{rest:02}" if rest else "")
