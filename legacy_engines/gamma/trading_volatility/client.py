"""The client with the old methods: each asks cache or upstream and returns the old dictionary or failure value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from legacy_engines.gamma.trading_volatility import notices, pacing, parsing
from legacy_engines.gamma.trading_volatility.configuration import account_name, base_url
from legacy_engines.gamma.trading_volatility.day_over_day import day_over_day
from legacy_engines.gamma.trading_volatility.fetch import NO_PARAMS, Upstream, UpstreamError, entry_of, fields_of
from legacy_engines.gamma.trading_volatility.state import ClientState
from legacy_engines.gamma.trading_volatility.strike_profile import strike_profile
from legacy_engines.gamma.trading_volatility.strike_walls import walls_from_strikes
from legacy_engines.gamma.weekly import week_of, weekly_intelligence
from legacy_engines.ports import Clock, HttpSession, Notify, local_now, new_york_now, say_nothing

NO_SETTINGS: Mapping[str, str] = {}

T = TypeVar("T")


class TradingVolatilityAPI:
    """Trading Volatility as the engines see it. Failures are values (and notices), never exceptions.

    settings: the environment. secrets: a second place for the account, which may fail when read. state: shared by all
    clients of the account; by default this client has its own. Waiting happens through `clock.sleep`.
    """

    def __init__(
        self,
        *,
        session: HttpSession,
        clock: Clock,
        settings: Mapping[str, str] = NO_SETTINGS,
        secrets: Mapping[str, Any] = NO_SETTINGS,
        state: ClientState | None = None,
        notify: Notify = say_nothing,
    ) -> None:
        self.api_key = account_name(settings, secrets)
        self.endpoint = base_url(settings, secrets)
        self.last_response: Any = None
        self.state = state if state is not None else ClientState()
        self.clock = clock
        self.session = session
        self.notify = notify
        pacing.start_counting(self.state, clock)

    def get_net_gamma(self, symbol: str) -> dict[str, Any]:
        """Return spot, net GEX, flip, put/call ratio and IV of the symbol, or `{"error": label}`."""

        def ask() -> dict[str, Any]:
            body = self._ask("gex/latest", symbol)
            result = parsing.net_gamma(symbol, entry_of(body, symbol))
            self.last_response = body
            return result

        return self._attempt(ask, symbol, "net gamma", notices.NET_GAMMA, failed=lambda label: {"error": label})

    def get_gex_profile(self, symbol: str) -> dict[str, Any]:
        """Return the strike profile with flip and walls, or `{}`."""

        def ask() -> dict[str, Any]:
            return strike_profile(symbol, entry_of(self._ask("gex/gammaOI", symbol), symbol), self.last_response)

        return self._attempt(ask, symbol, "gamma by strike", notices.PROFILE, failed=_empty_dict)

    def get_historical_gamma(self, symbol: str, days_back: int = 5) -> list[Any]:
        """Return the daily rows of the last days, oldest first, or `[]`."""

        def ask() -> list[Any]:
            upstream = self._upstream()
            upstream.require_user()
            key = f"history_{symbol}_{days_back}"
            entry = self.state.fresh(key, now=self.clock.now().timestamp())
            if entry is not None:
                kept: list[Any] = entry.data
                return kept
            body = upstream.body("/gex/history", symbol, params=self._period(days_back), any_limit_text=True)
            value = fields_of(body).get(symbol)
            rows = value if isinstance(value, list) else []
            # An answer that says nothing about the symbol is not kept: the next call may be luckier.
            if value or isinstance(value, list):
                self.state.remember(key, rows, now=self.clock.now().timestamp())
            return rows

        return self._attempt(ask, symbol, "gamma history", notices.HISTORY, failed=_empty_list)

    def get_yesterday_data(self, symbol: str) -> dict[str, Any]:
        """Return the row before the last one of the two-day history, or `{}`. Kept until the local date changes."""
        key = f"yesterday_{symbol}_{local_now(self.clock):%Y-%m-%d}"
        yesterday: dict[str, Any] = {}
        if key in self.state.cache:
            yesterday = self.state.cache[key].data
        elif rows := self.get_historical_gamma(symbol, 2):
            yesterday = rows[-2] if len(rows) >= 2 else {}
            self.state.remember(key, yesterday, now=self.clock.now().timestamp())
        return yesterday

    def calculate_day_over_day_changes(
        self, current: Mapping[str, Any], yesterday: Mapping[str, Any] | None
    ) -> dict[str, dict[str, Any]]:
        """Return the changes of six metrics against a row of `get_yesterday_data`."""
        return day_over_day(current, yesterday)

    def get_skew_data(self, symbol: str) -> Any:
        """Return the vendor's skew object of the symbol as it came, or `{}`."""

        def ask() -> Any:
            return fields_of(self._ask("skew/latest", symbol)).get(symbol, {})

        return self._attempt(ask, symbol, "skew", notices.SKEW, failed=_empty_dict)

    def get_historical_skew(self, symbol: str, days_back: int = 30) -> list[Any]:
        """Return the daily skew rows of the last days, or `[]`. Never cached."""

        def ask() -> list[Any]:
            upstream = self._upstream()
            upstream.require_user()
            value = fields_of(upstream.body("/skew/history", symbol, params=self._period(days_back))).get(symbol)
            return value if isinstance(value, list) else []

        return self._attempt(ask, symbol, "skew history", notices.SKEW_HISTORY, failed=_empty_list)

    def get_gex_levels(self, symbol: str) -> dict[str, Any]:
        """Return flip, GEX levels and standard-deviation levels in points, or `{}`. A cache hit equals a miss (Q3)."""

        def ask() -> dict[str, Any]:
            body = self._ask("gex/levels", symbol)
            return parsing.gex_levels(symbol, body if "GEX_0" in fields_of(body) else entry_of(body, symbol))

        return self._attempt(ask, symbol, "GEX levels", notices.LEVELS, failed=_empty_dict)

    def get_gamma_by_expiration(self, symbol: str, expiration: str = "1") -> dict[str, Any]:
        """Return the gamma of one expiration, or `{}`. A cache hit equals a miss (gamma Q2).

        expiration: `0` all together, `1` the nearest, `2` the nearest monthly, or YYYY-MM-DD.
        """

        def ask() -> dict[str, Any]:
            body = self._ask("gex/gamma", symbol, cache_id=f"gex/gamma_exp_{expiration}", params={"exp": expiration})
            return parsing.expiration_gamma(symbol, expiration, entry_of(body, symbol))

        return self._attempt(ask, symbol, "gamma by expiration", notices.SILENT, failed=_empty_dict)

    def get_current_week_gamma_intelligence(self, symbol: str, current_vix: float = 0) -> dict[str, Any]:
        """Return the three gamma views of the week, or what went wrong. Five requests when nothing is cached.

        current_vix: the last close of the VIX, 0 when unknown.
        """
        try:
            now = new_york_now(self.clock)
            week = week_of(now)
            # Deliberate (gamma Q11): days of the week that have passed are asked for as well.
            days = [self.get_gamma_by_expiration(symbol, day.date) for day in week.days]
            totals = [day.get("total_gamma", 0) for day in days]
            return weekly_intelligence(symbol, week=week, totals=totals, current_vix=current_vix, now=now)
        except Exception as error:  # noqa: BLE001 - the answer is a value for every caller, whatever went wrong
            return {"success": False, "error": str(error) or type(error).__name__, "symbol": symbol}

    def get_api_usage_stats(self) -> dict[str, int]:
        """Return the usage counters of the shared state."""
        return pacing.usage(self.state, self.clock)

    def _wait_for_rate_limit(self) -> None:
        pacing.wait_for_turn(self.state, self.clock)

    def _handle_rate_limit_error(self) -> None:
        pacing.open_breaker(self.state, self.clock)

    def _reset_rate_limit_errors(self) -> None:
        pacing.forget_errors(self.state)

    def _get_cache_key(self, endpoint: str, symbol: str) -> str:
        return f"{endpoint}_{symbol}"

    def _get_cached_response(self, cache_key: str) -> Any:
        entry = self.state.fresh(cache_key, now=self.clock.now().timestamp())
        return None if entry is None else entry.data

    def _calculate_walls_from_strike_data(self, data: Any) -> tuple[float, float]:
        return walls_from_strikes(data)

    def _upstream(self) -> Upstream:
        return Upstream(
            session=self.session, clock=self.clock, state=self.state, endpoint=self.endpoint, user_name=self.api_key
        )

    def _ask(
        self, path: str, symbol: str, *, cache_id: str | None = None, params: Mapping[str, str] = NO_PARAMS
    ) -> Any:
        upstream = self._upstream()
        upstream.require_user()
        key = self._get_cache_key(cache_id or path, symbol)
        return upstream.cached_body(f"/{path}", symbol, key=key, params=params)

    def _period(self, days_back: int) -> dict[str, str]:
        today = local_now(self.clock)
        return {"start": f"{today - timedelta(days=days_back):%Y-%m-%d}", "end": f"{today:%Y-%m-%d}"}

    def _attempt(
        self, ask: Callable[[], T], symbol: str, subject: str, levels: notices.Levels, *, failed: Callable[[str], T]
    ) -> T:
        try:
            return ask()
        except UpstreamError as error:
            kind, label = error.kind, str(error)
        except Exception as error:  # noqa: BLE001 - transport and conversion fail in many ways, all are failure values
            kind, label = "exception", str(error) or type(error).__name__
        notices.tell(self.notify, levels, kind, symbol=symbol, subject=subject, label=label)
        return failed(label)


def _empty_dict(_label: str) -> dict[str, Any]:
    return {}


def _empty_list(_label: str) -> list[Any]:
    return []
