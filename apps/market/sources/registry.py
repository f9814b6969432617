"""Which sources run: from a name and options to the sources, the one for chains first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alphagex import clock
from apps.market.sources.cboe import DEFAULT_BASE_URL, CboeSource
from apps.market.sources.fred import FredSource
from apps.market.sources.protocol import MarketSource, Meter, Unmetered
from apps.market.sources.replay import ReplaySource
from apps.market.sources.simulated import SimulatedSource
from apps.market.sources.tradingvolatility import TradingVolatilitySource
from apps.market.sources.tradingvolatility.account import Remembered
from apps.market.sources.yahoo import YahooSource

NAMES = ("auto", "tradingvolatility", "cboe", "yahoo", "replay", "simulated")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """What the sources can be told. replay_speed: recorded seconds per real second. replay_started_at: aware;

    None starts at the moment the source is built, so several processes that replay together must be given one.
    """

    seed: int = 42
    replay_path: Path | None = None
    replay_speed: float = 1.0
    replay_started_at: datetime | None = None
    cboe_base_url: str = DEFAULT_BASE_URL
    trading_volatility_key: str = ""
    trading_volatility_url: str = "https://stocks.tradingvolatility.net/api"
    trading_volatility_version: Remembered | None = None
    yahoo_url: str = ""
    fred_key: str = ""
    fred_url: str = "https://api.stlouisfed.org"
    timeout_seconds: float = 10.0


def chosen_name(name: str, *, has_key: bool) -> str:
    """Return what `auto` stands for: Trading Volatility with a key, else the simulated market. Raises ValueError."""
    plain = name.strip().lower()
    if plain not in NAMES:
        raise ValueError(f"There is no data source {name!r}. Valid names are {', '.join(NAMES)}.")
    if plain != "auto":
        return plain
    return "tradingvolatility" if has_key else "simulated"


def build_sources(
    name: str, *, options: SourceOptions, meters: Mapping[str, Meter] | None = None
) -> tuple[MarketSource, ...]:
    """Return the source called `name`, and behind it those that answer what it does not: prices, VIX, options, macro.

    Simulated and replayed markets stand alone: real numbers beside them would be a trap. Raises ValueError.
    """
    chosen = chosen_name(name, has_key=bool(options.trading_volatility_key))
    meters = meters or {}
    match chosen:
        case "simulated":
            return (SimulatedSource(seed=options.seed),)
        case "replay":
            if options.replay_path is None:
                raise ValueError("The replay source needs the path of a recorded chain or of a directory of them.")
            started_at = options.replay_started_at or clock.now()
            return (ReplaySource(options.replay_path, options.replay_speed, started_at),)
    yahoo = YahooSource(
        base_url=options.yahoo_url, timeout=options.timeout_seconds, meter=meters.get("yahoo", Unmetered())
    )
    others: tuple[MarketSource, ...] = (yahoo,)
    if options.fred_key:
        others += (
            FredSource(
                options.fred_key,
                base_url=options.fred_url,
                timeout=options.timeout_seconds,
                meter=meters.get("fred", Unmetered()),
            ),
        )
    match chosen:
        case "tradingvolatility":
            if not options.trading_volatility_key:
                raise ValueError(
                    "Trading Volatility needs an account: set TRADING_VOLATILITY_API_KEY, or choose cboe or simulated."
                )
            return (_trading_volatility(options, meters.get("tradingvolatility", Unmetered())), *others)
        case "cboe":
            cboe = CboeSource(
                options.cboe_base_url, timeout=options.timeout_seconds, meter=meters.get("cboe", Unmetered())
            )
            return (cboe, *others)
        case _:
            return others


def _trading_volatility(options: SourceOptions, meter: Meter) -> TradingVolatilitySource:
    return TradingVolatilitySource(
        options.trading_volatility_key,
        base_url=options.trading_volatility_url,
        timeout=options.timeout_seconds,
        meter=meter,
        remembered_version=options.trading_volatility_version,
    )
