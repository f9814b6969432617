"""What Yahoo says about a symbol whatever is asked: how it is spelled, where it trades, when it traded last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alphagex import clock
from apps.market.fake_upstream.wire import Asked
from apps.market.sources.simulated.universe import INSTRUMENTS
from apps.market.sources.yahoo.symbols import is_index, yahoo_symbol

_ALIASES = {"GSPC": "SPX"}
_CHICAGO = "America/Chicago"
_FIRST_TRADE = datetime(2004, 1, 2, 9, 30, tzinfo=clock.NEW_YORK)  # where the exchange calendar begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """spelled: as Yahoo writes it (^SPX). kind: its word for what it is. zone: of the exchange."""

    spelled: str
    kind: str
    exchange: str
    zone: str

    def clock_at(self, moment: datetime) -> tuple[str, int]:
        """Return the name of the exchange's time and its seconds against UTC."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return str(local.tzname()), int((local.utcoffset() or timedelta()).total_seconds())


def plain_of(written: str) -> str:
    """Return the desk's spelling of what Yahoo calls ^SPX, ^GSPC or BRK-B."""
    plain = written.upper().lstrip("^").replace("-", ".")
    return _ALIASES.get(plain, plain)


def listing_of(asked: Asked) -> Listing:
    """Return what is known about the symbol a request is answered for, spelled as the request spells it."""
    written = asked.path.rsplit("/", 1)[1].upper()
    spelled = written if plain_of(written) == asked.symbol else yahoo_symbol(asked.symbol)
    if is_index(asked.symbol):
        zone = _CHICAGO if asked.symbol == "VIX" else clock.NEW_YORK.key
        return Listing(spelled=spelled, kind="INDEX", exchange="SNP", zone=zone)
    instrument = INSTRUMENTS.get(asked.symbol)
    is_fund = instrument is not None and instrument.listing == "fund"
    return Listing(
        spelled=spelled,
        kind="ETF" if is_fund else "EQUITY",
        exchange="PCX" if is_fund else "NMS",
        zone=clock.NEW_YORK.key,
    )


def last_traded(asked: Asked, at: datetime) -> datetime:
    """Return the newest moment of a regular session up to `at`: Yahoo's numbers stand still outside of sessions.

    A clock that runs ahead has traded later than now, whatever the hour.
    """
    if asked.is_ahead:
        return at
    session = clock.session_on_or_before(at.date())
    if at < session.opens:
        session = clock.session_on_or_before(session.day - timedelta(days=1))
    return min(at, session.closes)


def first_trade_epoch() -> int:
    """Return when trading began, Unix time; the same for all."""
    return int(_FIRST_TRADE.timestamp())
