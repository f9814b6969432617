"""Shapes several features share. Money is Decimal and leaves as a string; times are ISO 8601 with their zone."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from apps.market.models import Snapshot

Truth = Literal["live", "delayed", "stale", "replayed", "simulated"]
# A figure the desk can count with: pydantic's own float takes "nan" and "inf".
Number = Annotated[float, Field(allow_inf_nan=False)]
# By the words the tables keep.
_TRUTHS: dict[str, Truth] = {
    Snapshot.Kind.LIVE: "live",
    Snapshot.Kind.DELAYED: "delayed",
    "stale": "stale",
    Snapshot.Kind.RECORDED: "replayed",
    Snapshot.Kind.SIMULATED: "simulated",
}


class Source(Schema):
    """Whose numbers these are, and of when."""

    name: str
    label: str
    truth: Truth
    as_of: datetime


def source_of(snapshot: Snapshot, *, at: datetime) -> Source:
    """Return where the numbers of a snapshot come from. What is late is stale, unless nothing about it was real."""
    truth = _truth(snapshot.kind, snapshot.stale_after, at)
    return Source(name=snapshot.source, label=snapshot.source_label, truth=truth, as_of=snapshot.as_of)


def source_stored(
    label: str,
    truth: str,
    as_of: datetime | None,
    *,
    stale_after: datetime | None = None,
    at: datetime | None = None,
) -> Source | None:
    """Return where a stored figure came from; None where the row does not say."""
    if as_of is None or truth not in _TRUTHS:
        return None
    return Source(name=label, label=label, truth=_truth(truth, stale_after, at), as_of=as_of)


def _truth(stored: str, stale_after: datetime | None, at: datetime | None) -> Truth:
    truth = _TRUTHS[stored]
    is_late = stale_after is not None and at is not None and at > stale_after
    return "stale" if is_late and truth != "simulated" else truth
