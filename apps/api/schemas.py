"""Shapes several features share. Money is Decimal and leaves as a string; times are ISO 8601 with their zone."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from apps.market.models import Snapshot

Truth = Literal["live", "delayed", "stale", "replayed", "simulated"]
# A figure the desk can count with: pydantic's own float takes "nan" and "inf".
Number = Annotated[float, Field(allow_inf_nan=False)]
_TRUTHS: dict[str, Truth] = {
    Snapshot.Kind.LIVE: "live",
    Snapshot.Kind.DELAYED: "delayed",
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
    truth = _TRUTHS[snapshot.kind]
    if snapshot.stale_after is not None and at > snapshot.stale_after and truth != "simulated":
        truth = "stale"
    return Source(name=snapshot.source, label=snapshot.source_label, truth=truth, as_of=snapshot.as_of)
