"""Deadlines as instants (TF-LIMIT), by a published calendar, in the office's zone, with stopped clocks.

Pure: calendar, zone and moments are arguments. Days are counted from the day after the one on which the
period begins; a period of days ends with its last day, at the office's place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["Calendar", "Stop", "deadline", "ends_at", "is_over", "last_day"]

Rule = Literal["calendar-days", "working-days", "hours"]
LONGEST = 3660
END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A published calendar: weekdays of rest (Monday is 0), holidays, and days of rest that are worked.

    It speaks of the days from `first` to `last`; a count that leaves them is refused, never guessed.
    """

    id: str
    first: date
    last: date
    rest: frozenset[int] = frozenset([5, 6])
    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> "Calendar":
        """A calendar from what is published: `id`, `from`, `until`, `rest`, `holidays`, `worked`.

        Raises KeyError, ValueError.
        """
        return cls(
            content["id"],
            date.fromisoformat(content["from"]),
            date.fromisoformat(content["until"]),
            frozenset(content.get("rest", (5, 6))),
            frozenset(map(date.fromisoformat, content.get("holidays", ()))),
            frozenset(map(date.fromisoformat, content.get("worked", ()))),
        )

    def works(self, day: date) -> bool:
        """Whether the day is a working day. Raises ValueError outside the calendar."""
        if not self.first <= day <= self.last:
            raise ValueError(f"the calendar {self.id} says nothing of {day}")
        return day in self.worked or (day.weekday() not in self.rest and day not in self.holidays)


@dataclass(frozen=True, slots=True)
class Stop:
    """A time during which the clock stands still, and why: question pending, node down, force majeure."""

    begins: datetime
    ends: datetime
    ground: str


def ends_at(
    begins: datetime, length: int, rule: Rule, calendar: Calendar, *, zone: str, stops: Sequence[Stop] = ()
) -> datetime:
    """The instant, in UTC, at which a period of so many days or hours ends.

    A stop lengthens a period of hours by its own length, and one of days by each counted day on which the
    clock stood still at any time. Raises ValueError for a length under 0 or over 3,660, an instant without
    offset, an unknown zone, or a day of which the calendar says nothing.
    """
    if not 0 <= length <= LONGEST:
        raise ValueError(f"a period of {length} is none")
    still = _merged(stops)
    if rule == "hours":
        return _hours(_utc(begins), length, still)
    place = _zone(zone)
    day = last_day(_utc(begins).astimezone(place).date(), length, rule, calendar, _days(still, place))
    return datetime.combine(day, END_OF_DAY, place).astimezone(UTC)


def last_day(
    first: date, length: int, rule: Rule, calendar: Calendar, still: frozenset[date] = frozenset()
) -> date:
    """The last day of a period of days; `still` are days on which the clock stood still.

    A period of calendar days that would end on a day of rest ends on the next working day.
    """
    day, left = first, length
    while left:
        day += timedelta(days=1)
        counts = rule == "calendar-days" or calendar.works(day)
        left -= counts and day not in still
    while not calendar.works(day):
        day += timedelta(days=1)
    return day


def deadline(
    begins: datetime, length: int, rule: Rule, calendar: Calendar, *, zone: str, at_expiry: str
) -> dict[str, str]:
    """The member `deadline` of an act that opens a period."""
    at = ends_at(begins, length, rule, calendar, zone=zone).astimezone(_zone(zone))
    return {
        "at": at.isoformat(timespec="seconds"),
        "zone": zone,
        "calendar": calendar.id,
        "rule": rule,
        "atExpiry": at_expiry,
    }


def is_over(found: Mapping[str, str], now: datetime) -> bool:
    """Whether a `deadline` has passed: computed alike by all, and no act.

    Raises ValueError where an instant has no offset.
    """
    return _utc(now) > _utc(datetime.fromisoformat(found["at"]))


def _hours(begins: datetime, length: int, still: Sequence[tuple[datetime, datetime]]) -> datetime:
    end = begins + timedelta(hours=length)
    for stop_begins, stop_ends in still:
        if stop_ends > begins and stop_begins < end:
            end += stop_ends - max(stop_begins, begins)
    return end


def _merged(stops: Iterable[Stop]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted((_utc(each.begins), _utc(each.ends)) for each in stops):
        if ends <= begins:
            continue
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return merged


def _days(still: Sequence[tuple[datetime, datetime]], place: ZoneInfo) -> frozenset[date]:
    found = set()
    for begins, ends in still:
        day, last = begins.astimezone(place).date(), (ends - timedelta.resolution).astimezone(place).date()
        while day <= last:
            found.add(day)
            day += timedelta(days=1)
    return frozenset(found)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no offset")
    return moment.astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise ValueError(f"no time zone {name!r}") from fault
