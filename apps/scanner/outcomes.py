"""What the feed knows of a symbol becomes its row of a scan, as the engine judges it."""

import math
from datetime import datetime, timedelta
from typing import Any

from apps.market.models import Feed, Snapshot
from apps.market.storage import price_to_decimal
from apps.market.tracking import engine_dictionaries
from apps.scanner.judging import CACHED_FOR_EVER, Again, Attempt, Judged, cached, is_known, judged
from apps.scanner.models import ScanResult, ScanRun

COLUMNS = (
    "state", "attempts", "asked_at", "ask_at", "judged_at", "spot", "net_gex", "flip_point", "distance_to_flip",
    "setup_type", "confidence", "dte", "action", "cache_status", "problem", "truth", "source_label", "as_of",
    "stale_after",
)  # fmt: skip
"""What settling and asking may change."""

IMPORTED = "Imported"
LOST_AFTER = timedelta(minutes=10)
_LONGEST_PROBLEM = 500
# How our sources say that they took too long; the engine knows it by the word "timeout".
_TOO_LONG = ("did not answer", "was not complete within", "timed out", "timeout")


def attempt_of(said: dict[str, Any]) -> Attempt:
    """Return a stored attempt as the engine takes it."""
    return Attempt(raised=said["raised"]) if "raised" in said else Attempt(answer={"error": said["error"]})


def failure(text: str, *, at: datetime) -> dict[str, Any]:
    """Return a failed fetch as it is stored: what took too long is raised, the rest is an answer that names a fault."""
    is_late = any(words in text.lower() for words in _TOO_LONG)
    said = {"raised": text if "timeout" in text.lower() else f"timeout: {text}"} if is_late else {"error": text}
    return {"at": at.isoformat(), **said}


def words_of(said: dict[str, Any]) -> str:
    """Return a stored failure in the source's words."""
    return str(said.get("error") or said.get("raised", "")).removeprefix("timeout: ")


def settle(run: ScanRun, row: ScanResult, feed: Feed, *, reason: str, at: datetime) -> bool:
    """Write into the row (unsaved) what is known by now; return whether anything is new.

    reason: why nothing more is waited for; empty while there is hope.
    """
    if _has_numbers(run, row, feed, at=at):
        return _judge(run, row, feed, at=at)
    if feed.last_error_at is not None and _is_new_failure(run, row, feed.last_error_at):
        return _note_failure(row, failure(feed.last_error, at=feed.last_error_at), at=at)
    if row.asked_at is not None and at - row.asked_at > LOST_AFTER:
        reason = reason or f"No answer within {LOST_AFTER.total_seconds() / 60:.0f} minutes, asked again and again."
    if reason:
        row.problem = reason[:_LONGEST_PROBLEM]
        return _take(row, judged(row.symbol, [Attempt(raised="given up")], at=at), at=at)
    return False


def _has_numbers(run: ScanRun, row: ScanResult, feed: Feed, *, at: datetime) -> bool:
    """Return whether the feed holds what this scan may use: what came during it, whoever asked, or is young enough."""
    if feed.is_held:
        return True
    if feed.last_success_at is None:
        return False
    if feed.last_success_at >= _since(run, row):
        return True
    return not run.force and is_known(feed.last_success_at, minutes=run.cache_minutes, at=at)


def _is_new_failure(run: ScanRun, row: ScanResult, failed_at: datetime) -> bool:
    """Return whether a failure counts: met during this scan, by whoever asked, and not counted yet."""
    if row.attempts and failed_at <= datetime.fromisoformat(row.attempts[-1]["at"]):
        return False
    return failed_at >= _since(run, row)


def _since(run: ScanRun, row: ScanResult) -> datetime:
    """Return from when on an answer is this scan's: its start, or when somebody asked whom it joined."""
    return min(run.started_at, row.asked_at or run.started_at)


def _judge(run: ScanRun, row: ScanResult, feed: Feed, *, at: datetime) -> bool:
    snapshot = Snapshot.objects.of(row.symbol).first()
    sourced = engine_dictionaries.net_gamma(row.symbol) if snapshot else None
    if snapshot is None or sourced is None:
        return False  # what came is about to be stored
    row.truth, row.source_label = snapshot.kind, snapshot.source_label
    row.as_of, row.stale_after = snapshot.as_of, _late_from(snapshot, run, feed, at=at)
    if not sourced.value.get("flip_point"):
        return _leave_unranked(row, snapshot, at=at)
    fetched_at = snapshot.received_at if feed.is_held else feed.last_success_at or snapshot.received_at
    found: Judged | Again | None = None
    if feed.is_held or fetched_at < run.started_at:
        minutes = CACHED_FOR_EVER if feed.is_held else run.cache_minutes
        found = cached(row.symbol, sourced.value, fetched_at=fetched_at, minutes=minutes, at=at)
    if found is None:
        attempts = [*(attempt_of(said) for said in row.attempts), Attempt(answer=sourced.value)]
        found = judged(row.symbol, attempts, at=at)
    is_new = _take(row, found, at=at)
    if feed.is_held and row.state == ScanResult.State.RANKED:
        row.cache_status = IMPORTED  # the engine's age leaves whole days out
    return is_new


def _late_from(snapshot: Snapshot, run: ScanRun, feed: Feed, *, at: datetime) -> datetime | None:
    """Return when a row is called stale: with the trader's cache, unless its source was late already."""
    late = snapshot.stale_after
    if late is None or late <= at or feed.last_success_at is None:
        return late
    return max(late, feed.last_success_at + timedelta(minutes=run.cache_minutes))


def _leave_unranked(row: ScanResult, snapshot: Snapshot, *, at: datetime) -> bool:
    """Keep the figures without a setup: the engine would take a missing flip for price standing on it (plans Q15)."""
    row.state, row.judged_at, row.asked_at, row.ask_at = ScanResult.State.UNRANKED, at, None, None
    row.spot, row.net_gex = snapshot.spot, snapshot.net_gex / 1e9
    why = snapshot.flip_reason or "the source reports none."
    row.problem = f"No flip, so no setup: {why}"[:_LONGEST_PROBLEM]
    return True


def _note_failure(row: ScanResult, said: dict[str, Any], *, at: datetime) -> bool:
    row.attempts = [*row.attempts, said]
    row.problem = words_of(said)[:_LONGEST_PROBLEM]
    return _take(row, judged(row.symbol, [attempt_of(one) for one in row.attempts], at=at), at=at)


def _take(row: ScanResult, found: Judged | Again, *, at: datetime) -> bool:
    row.asked_at = None
    if isinstance(found, Again):
        row.state, row.ask_at = ScanResult.State.WAITING, at + timedelta(seconds=found.seconds)
        return True
    values = found.row
    row.judged_at, row.ask_at = at, None
    row.setup_type, row.action = str(values["setup_type"])[:60], str(values["action"])[:200]
    row.cache_status = values["cache_status"]
    if found.is_failed:
        row.state, row.confidence = ScanResult.State.FAILED, None
        row.problem = row.problem or found.warning[:_LONGEST_PROBLEM]
        return True
    row.state, row.problem = ScanResult.State.RANKED, ""
    row.spot = _price(values["spot_price"])
    row.net_gex, row.flip_point = _number(values["net_gex"]), _number(values["flip_point"])
    row.distance_to_flip, row.confidence = _number(values["distance_to_flip"]), _number(values["confidence"])
    row.dte = values["dte"] if isinstance(values["dte"], int) else None
    return True


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _price(value: Any) -> Any:
    number = _number(value)
    return None if number is None else price_to_decimal(number)
