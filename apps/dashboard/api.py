"""The dashboard over the API: the market's state, the watchlist, and the user's own figures in brief."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from ninja import Router, Schema

from alphagex import clock
from apps.accounts.services import preferences_of
from apps.api.problems import RESPONSES
from apps.api.requests import ApiRequest
from apps.api.schemas import Source, source_of
from apps.dashboard import services
from apps.dashboard.own import boxes_of, own_of

router = Router(tags=["Dashboard"])


class Vix(Schema):
    """value in points, null with `missing`, a sentence."""

    value: str | None
    missing: str
    regime: str
    meaning: str


class Watched(Schema):
    """A symbol of the watchlist. state: fresh, stale, failed or waiting; text says more where it is not fresh."""

    symbol: str
    state: str
    text: str
    seq: int | None
    spot: Decimal | None
    net_gex: float | None
    flip_point: float | None
    call_wall: float | None
    put_wall: float | None
    source: Source | None


class OwnFigures(Schema):
    """USD. today and open_pnl: of the own record; trades, win_rate (a fraction) and total: of the last 30 days."""

    open_positions: int
    critical: int
    warnings: int
    today: Decimal
    open_pnl: Decimal
    trades: int
    win_rate: float
    total: float


class AutoTrader(Schema):
    """USD. next_check: null while it is not running."""

    is_running: bool
    next_check: datetime | None
    equity: Decimal
    realized: Decimal


class DashboardData(Schema):
    """What the dashboard shows."""

    symbol: str
    market_is_open: bool
    vix: Vix
    watchlist: list[Watched]
    own: OwnFigures
    autotrader: AutoTrader


@router.get("", response={200: DashboardData, **RESPONSES})
def dashboard(request: ApiRequest) -> DashboardData:
    """The market's state, the newest levels of the watchlist, and your own figures in brief."""
    at, user = clock.now(), request.user
    symbol = preferences_of(user).symbol
    found = services.status(symbol, at=at)
    boxes, own = boxes_of(user, at=at), own_of(user, at=at)
    vix = found.vix
    return DashboardData(
        symbol=symbol,
        market_is_open=clock.market_status(at).is_open,
        vix=Vix(value=vix.value or None, missing=vix.missing, regime=vix.regime, meaning=vix.meaning),
        watchlist=[_watched(one, at=at) for one in found.watched if one.symbol in {symbol, *settings.WATCHLIST}],
        own=OwnFigures(
            open_positions=boxes.positions,
            critical=boxes.critical,
            warnings=boxes.warnings,
            today=boxes.today,
            open_pnl=boxes.open_pnl,
            trades=own.month.trades,
            win_rate=own.month.win_rate,
            total=own.month.total,
        ),
        autotrader=AutoTrader(
            is_running=own.trader.next_check is not None,
            next_check=own.trader.next_check,
            equity=own.trader.money.equity,
            realized=own.trader.money.realized,
        ),
    )


def _watched(one: services.Watched, *, at: datetime) -> Watched:
    levels = one.snapshot
    return Watched(
        symbol=one.symbol,
        state=one.state.kind,
        text=f"{one.state.title} {one.state.text}".strip(),
        seq=levels.seq if levels else None,
        spot=levels.spot if levels else None,
        net_gex=levels.net_gex if levels else None,
        flip_point=levels.flip_point if levels else None,
        call_wall=levels.call_wall if levels else None,
        put_wall=levels.put_wall if levels else None,
        source=source_of(levels, at=at) if levels else None,
    )
