"""The open positions of an account as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from alphagex import clock
from apps.ledger.models import Account, Leg, Position
from apps.market.notices import BADGE_KINDS, Badge
from apps.market.templatetags.numbers import strike
from apps.market.tickers import EngineClock
from apps.paper.leg_words import in_one_line
from apps.paper.models import PaperPosition, PaperPositionV2
from legacy_engines.options.expirations import get_time_until_expiration

Tone = Literal["gain", "act", "warn", "loss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One open position. pnl: USD so far, commissions included; share: of what was paid or received, fraction.

    engine: the row of the old table, None for an idea traded in the account. left: to the close of the expiry day.
    """

    position: Position
    legs: Sequence[Leg]
    engine: PaperPosition | PaperPositionV2 | None
    pnl: Decimal
    share: float | None
    tone: Tone | Literal[""]
    dte: int | None
    left: str
    badge: Badge | None

    @property
    def contracts(self) -> str:
        """The legs in one line; the engine's package of a spread has no legs of its own."""
        if isinstance(self.engine, PaperPosition) and self.is_package:
            return f"package at {strike(self.engine.strike)}"
        return in_one_line(self.legs)

    @property
    def is_package(self) -> bool:
        """Whether the engine prices a spread or condor as a whole, by a rule of its own."""
        return isinstance(self.engine, PaperPosition) and self.engine.option_type == "spread"

    @property
    def is_model_priced(self) -> bool:
        return isinstance(self.engine, PaperPosition)


def shown(account: Account, *, at: datetime) -> list[Shown]:
    """Return the open positions, newest first, in three queries."""
    found = Position.objects.filter(account=account, status=Position.Status.OPEN)
    return [
        of_position(position, at=at)
        for position in found.select_related("paper_v1", "paper_v2").prefetch_related("legs")
    ]


def of_position(position: Position, *, at: datetime) -> Shown:
    """Return one position as it is shown."""
    legs = list(position.legs.all())
    pnl = position.pnl + position.unrealized_pnl
    share = float(pnl / position.size) if position.size else None
    days = [leg.expiration for leg in legs if leg.expiration is not None]
    session = clock.session_on_or_before(min(days)) if days else None
    return Shown(
        position=position,
        legs=legs,
        engine=getattr(position, "paper_v2", None) or getattr(position, "paper_v1", None),
        pnl=pnl,
        share=share,
        tone=tone_of(share),
        dte=(session.day - clock.in_new_york(at).date()).days if session else None,
        left=get_time_until_expiration(session.closes.replace(tzinfo=None), clock=EngineClock(clock.in_new_york(at)))
        if session
        else "",
        badge=_badge(legs),
    )


def tone_of(share: float | None) -> Tone | Literal[""]:
    """Return the old page's colour of a P&L: from +10 % green, from 0 blue, from -10 % amber, below red."""
    if share is None:
        return ""
    percent = share * 100
    return "gain" if percent >= 10 else "act" if percent >= 0 else "warn" if percent >= -10 else "loss"


def _badge(legs: Sequence[Leg]) -> Badge | None:
    """Return the oldest leg's source and moment, None before the first mark."""
    marked = [leg for leg in legs if leg.open_quantity and leg.marked_at is not None]
    if not marked:
        return None
    oldest = min(marked, key=lambda leg: leg.marked_at or leg.position.opened_at)
    when = oldest.marked_at or oldest.position.opened_at
    label = oldest.source.capitalize() if oldest.source.islower() else oldest.source
    return {
        "kind": {str(truth): kind for truth, kind in BADGE_KINDS.items()}.get(oldest.truth, "computed"),
        "text": f"{label} {clock.in_new_york(when):%H:%M}".strip(),
        "label": label,
        "as_of": when,
        "stale_after": None,
        "origin": "",
    }
