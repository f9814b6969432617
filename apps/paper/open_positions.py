"""The open positions of an account as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.db.models import QuerySet

from alphagex import clock
from apps.ledger.badges import badge_of_legs
from apps.ledger.leg_words import in_one_line
from apps.ledger.models import Account, Leg, Position
from apps.market.notices import Badge
from apps.market.templatetags.numbers import et, points, strike, usd
from apps.market.tickers import EngineClock
from apps.paper.models import PaperPosition, PaperPositionV2
from legacy_engines.options.expirations import get_time_until_expiration

ROWS = {Account.Kind.PAPER: "paper_v2", Account.Kind.MODEL: "paper_v1"}
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
    def number(self) -> str:
        return str(self.position.pk)

    @property
    def title(self) -> str:
        return f"{self.position.symbol} {self.position.strategy}"

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

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What stands on its card."""
        position = self.position
        return [
            (position.get_direction_display(), usd(position.entry_price)),
            ("Now", "no mark" if position.current_price is None else usd(position.current_price)),
            ("Left", "shares" if self.dte is None else self.left),
            ("Opened", f"{et(position.opened_at, 'day')} {et(position.opened_at)}"),
        ]

    @property
    def entry_facts(self) -> list[tuple[str, str]]:
        """What its card has on the entry."""
        position, engine = self.position, self.engine
        spot = position.entry_spot_price
        found = [
            ("Contracts", str(position.quantity)),
            (f"{position.get_direction_display()} in all", usd(position.size)),
            ("At risk", "no limit" if position.max_loss is None else usd(position.max_loss)),
            ("Commissions", usd(position.commissions)),
            ("Spot at entry", "not known" if spot is None else usd(spot)),
        ]
        if engine is None:
            return found
        found += [
            ("Confidence", f"{points(engine.confidence_score, 0)} %"),
            ("Engine's entry", usd(engine.entry_price)),
        ]
        if isinstance(engine, PaperPosition):
            return [*found, ("Value now", usd(engine.current_value))]
        bid, ask = usd(engine.entry_premium_bid), usd(engine.entry_premium_ask)
        return [*found, ("Bid, ask then", f"{bid}, {ask}")]


def shown(account: Account, *, at: datetime) -> list[Shown]:
    """Return the open positions, newest first, in two queries."""
    held = Position.objects.filter(account=account, status=Position.Status.OPEN)
    return [of_position(position, legs, at=at) for position, legs in with_rows_and_legs(held, account)]


def with_rows_and_legs(found: QuerySet[Position], account: Account) -> list[tuple[Position, list[Leg]]]:
    """Return positions of an account with the rows of its engine, each with its legs."""
    positions = list(found.select_related(ROWS[Account.Kind(account.kind)]))
    legs: dict[int, list[Leg]] = {position.pk: [] for position in positions}
    for leg in Leg.objects.filter(position__in=legs).order_by("number"):
        legs[leg.position_id].append(leg)
    for position in positions:
        position.account = account
    return [(position, legs[position.pk]) for position in positions]


def engine_row(position: Position) -> PaperPosition | PaperPositionV2 | None:
    """Return the row of the old table, None for an idea traded in the account."""
    return getattr(position, ROWS[Account.Kind(position.account.kind)], None)


def of_position(position: Position, legs: Sequence[Leg], *, at: datetime) -> Shown:
    """Return one position as it is shown."""
    pnl = position.pnl + position.unrealized_pnl
    share = float(pnl / position.size) if position.size else None
    days = [leg.expiration for leg in legs if leg.expiration is not None]
    session = clock.session_on_or_before(min(days)) if days else None
    return Shown(
        position=position,
        legs=legs,
        engine=engine_row(position),
        pnl=pnl,
        share=share,
        tone=tone_of(share),
        dte=(session.day - clock.in_new_york(at).date()).days if session else None,
        left=get_time_until_expiration(session.closes.replace(tzinfo=None), clock=EngineClock(clock.in_new_york(at)))
        if session
        else "",
        badge=badge_of_legs(legs),
    )


def tone_of(share: float | None) -> Tone | Literal[""]:
    """Return the old page's colour of a P&L: from +10 % green, from 0 blue, from -10 % amber, below red."""
    if share is None:
        return ""
    percent = share * 100
    return "gain" if percent >= 10 else "act" if percent >= 0 else "warn" if percent >= -10 else "loss"
