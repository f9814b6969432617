"""A scan as its table shows it: ranked and tinted by the engine, each row in its own colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from alphagex import clock
from apps.market.notices import BADGE_KINDS, Badge
from apps.scanner.choosing import status_of
from apps.scanner.estimating import Pace
from apps.scanner.judging import ranks
from apps.scanner.models import ScanResult, ScanRun
from legacy_engines.setups.scan_view import CARDS, GREEN_ROW, RED_ROW, YELLOW_ROW, grade_of, row_colour

TINTS = {GREEN_ROW: "gain", YELLOW_ROW: "warn", RED_ROW: "loss"}
_PILLS = {"fresh": "gain", "cached": "act", "failed": "loss", "unranked": "warn", "waiting": ""}
NO_SETUP = "N/A"  # the engine's word


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One symbol. tint: gain, warn, loss, or none while nothing is known. said: what stands instead of figures.

    rank: its place by confidence, 0 for what has none. confidence: whole per cent, cut as the engine cuts it.
    setup, variant: the engine's name and what it puts in brackets. net_gex: USD per 1 %. reference: the setup's name
    for those who take ideas, empty where there is none to take.
    """

    result: ScanResult
    rank: int
    tint: str
    status: str
    status_tone: str
    confidence: int | None
    setup: str
    variant: str
    net_gex: float | None
    said: str
    badge: Badge | None
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One of the best three."""

    row: Row
    grade: str
    tone: str


def rows_of(run: ScanRun, results: Sequence[ScanResult], pace: Pace, *, at: datetime) -> list[Row]:
    """Return a scan's rows in the engine's order: the ranked ones, then those without a setup, failed, waiting."""
    ranked = [one for one in results if one.state == ScanResult.State.RANKED]
    places = ranks({"confidence": one.confidence or 0, "net_gex": one.net_gex} for one in ranked)
    ordered = [ranked[place] for place in places]
    states = ScanResult.State
    after = [states.UNRANKED, states.FAILED, states.ASKED, states.WAITING, states.SKIPPED]
    rest = sorted((one for one in results if one not in ranked), key=lambda one: (after.index(one.state), one.place))  # type: ignore[arg-type]
    waiting = [one for one in rest if one.is_open]
    waits = {one.pk: pace.wait(place) for place, one in enumerate(waiting)}
    is_silent = run.is_silent(at)
    return [
        _row(one, rank=place if place <= len(ordered) else 0, wait=waits.get(one.pk, 0.0), is_silent=is_silent, at=at)
        for place, one in enumerate([*ordered, *rest], start=1)
    ]


def cards_of(rows: Sequence[Row]) -> list[Card]:
    """Return the best three that have a setup; the old program filled up with rows that had failed."""
    best = sorted((row for row in rows if row.rank), key=lambda row: row.rank)
    found = []
    for row in [row for row in best if row.result.setup_type != NO_SETUP][:CARDS]:
        letter = grade_of(row.result.confidence or 0).letter
        found.append(Card(row=row, grade=letter, tone={"A": "gain", "B": "warn"}.get(letter, "")))
    return found


def wait_words(seconds: float) -> str:
    """Return about how long, for people: `, about 20 s`; nothing where it is a moment."""
    if seconds < 1.5:
        return ""
    return f", about {seconds:.0f}\u202fs" if seconds < 90 else f", about {seconds / 60:.0f}\u202fmin"


def _row(result: ScanResult, *, rank: int, wait: float, is_silent: bool, at: datetime) -> Row:
    kind = status_of(result)
    is_ranked = result.state == ScanResult.State.RANKED
    confidence = result.confidence if is_ranked else None
    has_setup = is_ranked and result.setup_type != NO_SETUP
    setup, _, variant = result.setup_type.partition(" (")
    tint = TINTS[row_colour(confidence or 0)] if is_ranked or result.state == ScanResult.State.FAILED else ""
    return Row(
        result=result,
        rank=rank,
        tint=tint,
        status=_status(result, kind),
        status_tone=_PILLS[kind],
        confidence=None if confidence is None else int(confidence),
        setup=setup,
        variant=variant.removesuffix(")"),
        net_gex=None if result.net_gex is None else result.net_gex * 1e9,
        said=_said(result, wait=wait, is_silent=is_silent),
        badge=badge_of(result, at=at),
        reference=slugify(result.setup_type) if has_setup else "",
    )


def _status(result: ScanResult, kind: str) -> str:
    if kind in ("fresh", "cached"):
        return result.cache_status.replace("Cached (", "Cached ").removesuffix(")")
    if kind == "failed":
        return result.setup_type  # Timeout or Error, as the engine tells them apart
    return "Not ranked" if kind == "unranked" else str(ScanResult.State(result.state).label).capitalize()


def _said(result: ScanResult, *, wait: float, is_silent: bool) -> str:
    """Return the sentence of a row without figures."""
    if not result.is_open:
        return result.problem
    if is_silent:
        return "Not scanned: the scan broke off."
    if result.attempts:
        times = {1: "once", 2: "twice"}.get(len(result.attempts), f"{len(result.attempts)} times")
        return f"Failed {times}, to be tried again{wait_words(wait)}: {result.problem}"
    if result.asked_at is not None:
        return f"In the line{words}." if (words := wait_words(wait)) else "Asked for, here in a moment."
    return f"Waits for its turn{wait_words(wait)}."


def badge_of(result: ScanResult, *, at: datetime) -> Badge | None:
    """Return where a row's numbers are from and of when."""
    if not result.truth or result.as_of is None:
        return None
    as_of = clock.in_new_york(result.as_of)
    is_old = as_of.date() != clock.in_new_york(at).date()
    name: Any = result.truth
    kind, label = BADGE_KINDS.get(name, result.truth), result.source_label.partition(",")[0]
    return {
        "kind": kind,
        "text": f"{label} {as_of:%-d %b %H:%M}" if is_old else f"{label} {as_of:%H:%M:%S}",
        "label": label,
        "as_of": result.as_of,
        "stale_after": result.stale_after,
        "origin": f"{result.source_label}, as of {as_of:%a %-d %b %Y %H:%M:%S} ET.",
    }
