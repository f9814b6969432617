"""A trade idea as every feature hands it on: what to do, where it is right and wrong, and on which facts it stands."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

OptionType = Literal["call", "put"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One option of the idea. quantity: contracts per unit, negative when sold. strike: points."""

    quantity: int
    option_type: OptionType
    strike: float
    expiration: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """What an engine proposes. Texts are the engine's; numbers are None where it names none.

    origin: the source's words for where it came from ("Trade setup", "Week's gamma, Monday"). confidence: per cent.
    entry, target, stop, max_risk, size: as the engine writes them. details: whatever else the engine said, plain JSON.
    """

    symbol: str
    strategy: str
    origin: str
    as_of: datetime
    spot: float
    action: str = ""
    entry: str = ""
    target: str = ""
    stop: str = ""
    max_risk: str = ""
    size: str = ""
    expiration: date | None = None
    confidence: float | None = None
    reasoning: str = ""
    dealers: str = ""
    legs: tuple[Leg, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
