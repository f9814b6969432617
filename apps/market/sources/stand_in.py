"""A server that stands in for a service says so, and then its numbers are simulated ones wherever they are shown."""

from collections.abc import Mapping
from dataclasses import replace

from apps.market.chain import Origin

HEADER = "X-Market"  # "simulated; seed=42"
SIMULATED = "simulated"


def said(headers: Mapping[str, str | None]) -> str:
    """Return what a stand-in says of itself; empty for the real service."""
    text = headers.get(HEADER) or ""
    return text if text.partition(";")[0].strip() == SIMULATED else ""


def origin_of(origin: Origin, stand_in: str) -> Origin:
    """Return the origin of what came from the service `origin`, or from what stands in for it. Its delay remains."""
    if not stand_in:
        return origin
    made = stand_in.partition(";")[2].strip().replace("=", " ")
    detail = ", ".join(part for part in (origin.detail, made) if part)
    return replace(origin, kind="simulated", label=f"Simulated {origin.label}", detail=detail)
