"""Macro figures (VIX and five FRED series) and the volatility and rate regime they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from legacy_engines.ports import Clock, HttpSession, Tickers, utc_now

FRED_URL = "https://api.stlouisfed.org/fred/series/observations"
CACHE_SECONDS = 3600
TIMEOUT_SECONDS = 5
UNKNOWN_VIX = 20.0
# Deliberate (intelligence 13): DEXUSEU is dollars per euro and not a dollar index, CPIAUCSL is a level and not a
# rate; the values that stand in for them are an index and a rate. Neither is read by `get_regime`.
SERIES: tuple[tuple[str, str, float], ...] = (
    ("ten_year_yield", "DGS10", 4.3),
    ("fed_funds_rate", "DFF", 5.5),
    ("dollar_index", "DEXUSEU", 105),
    ("unemployment", "UNRATE", 3.8),
    ("cpi", "CPIAUCSL", 3.2),
)
"""Name, FRED series and the value used while the series cannot be had."""
NOTHING: Mapping[str, str] = MappingProxyType({})

VOLATILITY_BANDS = (
    (15, "LOW", "Favourable for selling premium"),
    (20, "NORMAL", "Balanced: buying and selling strategies both work"),
    (25, "ELEVATED", "Directional opportunities: moves are large enough to buy"),
    (30, "HIGH", "Favourable for squeeze plays"),
)
EXTREME_VOLATILITY = ("EXTREME", "Reduce size: swings are larger than usual stops allow")


class FREDIntegration:
    """Read macro data. The key comes from the environment, then from the settings; without one, stand-in values."""

    def __init__(
        self,
        *,
        clock: Clock,
        session: HttpSession,
        tickers: Tickers,
        environ: Mapping[str, str] = NOTHING,
        settings: Mapping[str, str] = NOTHING,
    ) -> None:
        self.clock = clock
        self.session = session
        self.tickers = tickers
        self.api_key = _api_key(environ, settings)
        self.base_url = FRED_URL
        self.cache: dict[str, tuple[float, datetime]] = {}
        self.cache_ttl = CACHE_SECONDS
        self.tv_api: Any = None

    def get_vix(self) -> float:
        """Return the last close of the VIX, or 20 when it cannot be read."""
        try:
            closes = self.tickers("^VIX").history(period="1d")["Close"]
            return float(closes.iloc[-1]) if len(closes) else UNKNOWN_VIX
        except Exception:  # noqa: BLE001 - any failure of the price source means "unknown", which is 20
            return UNKNOWN_VIX

    def get_economic_data(self) -> dict[str, float]:
        """Return `vix` (points), yields, rates and unemployment (percent), the euro rate and the CPI level."""
        data = {"vix": self.get_vix()}
        for name, series, default in SERIES:
            data[name] = self._latest(series, default) if self.api_key else default
        return data

    def get_regime(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return volatility regime, size multiplier and their meaning from VIX (points) and yields (percent)."""
        vix, ten_year = data.get("vix", 20), data.get("ten_year_yield", 4.3)
        vol_regime, vol_signal = next((band[1:] for band in VOLATILITY_BANDS if vix < band[0]), EXTREME_VOLATILITY)
        size_multiplier, regime_signal = _size(vix, ten_year)
        return {
            "vol_regime": vol_regime,
            "vol_signal": vol_signal,
            "size_multiplier": size_multiplier,
            "regime_signal": regime_signal,
            "vix": vix,
            "ten_year_yield": ten_year,
            "fed_funds_rate": data.get("fed_funds_rate", 5.5),
        }

    def _latest(self, series: str, default: float) -> float:
        """Return a value younger than an hour, else a fresh one, else the default. Only fresh values are remembered."""
        now = utc_now(self.clock)
        if series in self.cache:
            value, at = self.cache[series]
            if (now - at).total_seconds() < self.cache_ttl:
                return value
        try:
            value = self._fetched(series)
        except Exception:  # noqa: BLE001 - transport, status, shape or text: the series is unknown and has a default
            return default
        self.cache[series] = (value, now)
        return value

    def _fetched(self, series: str) -> float:
        params = {
            "series_id": series,
            "api_key": self.api_key,
            "file_type": "json",
            "limit": 1,
            "sort_order": "desc",
        }
        response = self.session.get(self.base_url, params=params, timeout=TIMEOUT_SECONDS)
        if response.status_code != 200:
            raise ValueError(f"FRED answered {response.status_code} for {series}")
        return float(response.json()["observations"][0]["value"])


def _api_key(environ: Mapping[str, str], settings: Mapping[str, str]) -> str:
    named = environ.get("FRED_API_KEY") or environ.get("fred_api_key")
    if named:
        return named
    try:
        return settings.get("fred_api_key") or ""
    except Exception:  # noqa: BLE001 - settings that cannot be read hold no key
        return ""


def _size(vix: float, ten_year: float) -> tuple[float, str]:
    """Return the multiplier of position size and why."""
    if vix < 15 and ten_year < 4.0:
        return 1.5, "AGGRESSIVE: low volatility and low rates"
    if vix > 30 or ten_year > 5.0:
        return 0.5, "DEFENSIVE: high volatility or high rates"
    # Deliberate (intelligence 13): a VIX of exactly 30 is an EXTREME regime and still gets three quarters of the size.
    if vix > 25:
        return 0.75, "CAUTIOUS: elevated volatility"
    return 1.0, "NORMAL: standard size"
