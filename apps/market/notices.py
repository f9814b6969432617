"""What kind of numbers a page shows, in words: the notice under the top bar and the badge beside a number."""

from datetime import datetime
from typing import Literal, TypedDict

from django.conf import settings

from alphagex import clock
from apps.market.chain import SourceKind
from apps.market.models import Snapshot
from apps.market.sources.registry import chosen_name

NoticeKind = Literal["simulated", "recorded", "delayed"]
BADGE_KINDS: dict[SourceKind, str] = {
    "live": "live",
    "delayed": "delayed",
    "recorded": "replay",
    "simulated": "simulated",
}
_HOW_TO_SWITCH = "For a real market set ALPHAGEX_DATA_SOURCE to cboe or yahoo, see the README."
_NOT_NOW = "Real numbers, not the present market."
_NEVER = "Generated when it was recorded, nothing is real."


class SourceNotice(TypedDict):
    """hint: what a small screen can do without. leave_symbol: whose imported chain can be left, or empty."""

    kind: NoticeKind
    title: str
    text: str
    hint: str
    leave_symbol: str


class Badge(TypedDict):
    """What components/badge.html takes. label: lets the script keep the age current; empty keeps `text` as it is."""

    kind: str
    text: str
    label: str
    as_of: datetime
    stale_after: datetime | None
    origin: str


def notice_of(snapshot: Snapshot | None, *, is_held: bool = False) -> SourceNotice | None:
    """Return what must be said about the numbers of `snapshot`; None for live ones.

    Without a snapshot the configured source speaks: its numbers are what will come.
    """
    if snapshot is None:
        return configured_notice()
    if snapshot.kind == Snapshot.Kind.SIMULATED:
        return _simulated(snapshot.source_detail)
    if snapshot.kind == Snapshot.Kind.RECORDED:
        text = f"Recorded chain, {_full(snapshot.as_of)}."
        # What stands in for a market says so in its label, and the recording keeps that.
        hint = _NEVER if snapshot.source_label.startswith("Simulated") else _NOT_NOW
        return _notice("recorded", "Replay.", text, hint, leave_symbol=snapshot.symbol if is_held else "")
    if snapshot.kind == Snapshot.Kind.DELAYED:
        minutes = round(snapshot.delay_seconds / 60)
        return _notice(
            "delayed", "Delayed.", f"{snapshot.source_label}: quotes are {minutes} minutes old when they come."
        )
    return None


def configured_notice() -> SourceNotice | None:
    """Return the notice of ALPHAGEX_DATA_SOURCE, for pages that show no snapshot."""
    match chosen_name(settings.DATA_SOURCE, has_key=bool(settings.TRADING_VOLATILITY_API_KEY)):
        case "simulated":
            return _simulated("")
        case "replay":
            return _notice("recorded", "Replay.", "Recorded chains.", "Not the present market.")
        case "cboe" | "yahoo" as service:
            who = service.capitalize()
            return _notice("delayed", "Delayed.", f"{who}'s quotes are 15 minutes old when they come.")
    return None


def badge_of(snapshot: Snapshot, *, short: bool = False) -> Badge:
    """Return the source badge of the numbers of `snapshot`. short: the time alone, where the panel names the source.

    The text names a moment, not an age, because a kept page is shown later than it was made.
    """
    ageing = snapshot.kind in {Snapshot.Kind.LIVE, Snapshot.Kind.DELAYED, Snapshot.Kind.SIMULATED}
    as_of = clock.in_new_york(snapshot.as_of)
    time = f"{as_of:%H:%M:%S}" if ageing and not short else f"{as_of:%H:%M}"
    label = "" if short else snapshot.source_label.partition(",")[0]
    return {
        "kind": BADGE_KINDS[snapshot.kind],  # type: ignore[index]
        "text": f"{label} {time}".strip(),
        "label": label,
        "as_of": snapshot.as_of,
        "stale_after": snapshot.stale_after,
        "origin": origin_line(snapshot),
    }


def origin_line(snapshot: Snapshot) -> str:
    """Return the full origin: source, file or seed, moment, open interest's date and number of the snapshot."""
    interest = snapshot.open_interest_date
    parts = [
        " · ".join(part for part in (snapshot.source_label, snapshot.source_detail) if part),
        f"as of {_full(snapshot.as_of)}",
        f"open interest of {interest:%-d %b %Y}" if interest else "date of open interest unknown",
        f"snapshot {snapshot.seq}",
    ]
    return ", ".join(parts) + "."


def _simulated(detail: str) -> SourceNotice:
    made = f"Generated ({detail}), nothing is real." if detail else "Generated, nothing is real."
    return _notice("simulated", "Simulated.", made, _HOW_TO_SWITCH)


def _notice(kind: NoticeKind, title: str, text: str, hint: str = "", *, leave_symbol: str = "") -> SourceNotice:
    return {"kind": kind, "title": title, "text": text, "hint": hint, "leave_symbol": leave_symbol}


def _full(moment: datetime) -> str:
    return f"{clock.in_new_york(moment):%a %-d %b %Y %H:%M} ET"
