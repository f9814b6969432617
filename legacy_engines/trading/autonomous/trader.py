"""The auto-trader: one SPY trade a day, opened and closed by itself on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from legacy_engines.ports import Clock, GammaSource, Tickers, local_now
from legacy_engines.storage import Row, RowStore
from legacy_engines.trading.autonomous.account import DATE
from legacy_engines.trading.autonomous.adviser import ExitAdviser, leave_to_rules
from legacy_engines.trading.autonomous.condor import (
    ACTION,
    DTE,
    RISK,
    CondorStrikes,
    Mark,
    condor_credit,
    condor_strikes,
    condor_trade,
    long_mark,
)
from legacy_engines.trading.autonomous.decision import SYMBOL, find_trade, good_enough
from legacy_engines.trading.autonomous.exits import STAY, Exit, advised, expired, fallback_exit_of, hard_stop
from legacy_engines.trading.autonomous.expiries import days_to_expiry, monthly_expiration, weekly_expiration
from legacy_engines.trading.autonomous.positions import AutonomousPositions, no_tickers, usable_price
from legacy_engines.trading.autonomous.sizing import CONTRACT_SIZE, condor_contracts, directional_contracts

__all__ = ["AutonomousPaperTrader"]


class NoTradeError(Exception):
    """There is nothing to trade today, or not at these prices."""


class AutonomousPaperTrader(AutonomousPositions):
    """Finds a trade a day, sizes it, opens it, and closes positions by stop, expiry and advice.

    Without an `exit_adviser` the fallback rules close positions. The application overrides `condor_opened` and
    `mark_position` to keep and price the four legs of a condor (trading Q-3). What it raises there or in
    `_execute_trade`, such as a NoTradeError for an order the account cannot pay, is logged and nothing is opened.
    """

    def __init__(
        self,
        *,
        store: RowStore,
        clock: Clock,
        tickers: Tickers = no_tickers,
        exit_adviser: ExitAdviser = leave_to_rules,
    ) -> None:
        super().__init__(store=store, clock=clock, tickers=tickers)
        self.exit_adviser = exit_adviser

    def find_and_execute_daily_trade(self, api_client: GammaSource) -> int | None:
        """Open today's trade and return its id; None when there is none, with the reason in the log."""
        if not self.should_trade_today():
            self.log_action("SKIP", "No search: a trade was made today already, or it is a weekend")
            return None
        self.log_action("START", "Looking for the trade of the day")
        try:
            gex = api_client.get_net_gamma(SYMBOL)
            skew = api_client.get_skew_data(SYMBOL)
            if not gex or gex.get("error"):
                raise NoTradeError("No GEX data: check the gamma source")
            spot = gex.get("spot_price", 0)
            if spot == 0:
                raise NoTradeError("The GEX data has no spot price: check the gamma source")
            trade = self._analyze_and_find_trade(gex, skew, spot)
            if good_enough(trade):
                return self._execute_directional_trade(trade, gex, api_client)
            self.log_action("FALLBACK", "No direction is convincing enough: selling an iron condor instead")
            return self._execute_iron_condor(spot, gex, api_client)
        except Exception as error:  # noqa: BLE001 - as specified, whatever fails is logged and ends the search
            self._failed(f"The search failed: {error}")
            return None

    def _analyze_and_find_trade(self, gex: Mapping[str, Any], skew: Mapping[str, Any], spot: float) -> dict[str, Any]:
        return find_trade(gex, spot)

    def _execute_directional_trade(
        self, trade: Mapping[str, Any], gex: Mapping[str, Any], api_client: GammaSource
    ) -> int | None:
        try:
            expiration = self._get_expiration_string(trade["dte"])
            quote = self._quote(SYMBOL, trade["strike"], trade["option_type"], expiration)
            if quote.get("error"):
                raise NoTradeError(quote["error"])
            price = usable_price(quote)
            unit_cost = price * CONTRACT_SIZE
            if unit_cost == 0:
                raise NoTradeError("The option has neither a bid and ask nor a last price")
            contracts = directional_contracts(self.get_available_capital(), unit_cost)
            with self.store.atomic():
                position_id = self._execute_trade(trade, quote, contracts, price, expiration, gex)
                cost = f"{contracts} contracts at ${price:.2f}, ${contracts * unit_cost:.2f} in all"
                self._traded(position_id, f"{trade['strategy']}: {cost}")
            return position_id
        except Exception as error:  # noqa: BLE001 - as specified, whatever fails is logged and ends the search
            self._failed(f"The trade failed: {error}")
            return None

    def _execute_iron_condor(self, spot: float, gex: Mapping[str, Any], api_client: GammaSource) -> int | None:
        try:
            expiration = self._get_expiration_string_monthly(DTE)
            strikes = condor_strikes(spot)
            quotes = [self._quote(SYMBOL, strike, side, expiration) for strike, side in strikes.legs]
            if any(quote.get("error") for quote in quotes):
                raise NoTradeError("Iron condor: a leg has no quote")
            credit = condor_credit(quotes)
            if credit <= 0:
                raise NoTradeError("Iron condor: the legs bring no credit")
            contracts = condor_contracts(self.get_available_capital(), RISK)
            trade = condor_trade(spot, strikes, quotes, contracts)
            whole = {"bid": credit, "ask": credit, "contract_symbol": ACTION}
            with self.store.atomic():
                position_id = self._execute_trade(trade, whole, contracts, credit, expiration, gex)
                self.condor_opened(position_id, strikes, quotes)
                collected = f"${credit * contracts * CONTRACT_SIZE:.0f} collected on {contracts} contracts"
                self._traded(position_id, f"Iron condor: {collected}")
            return position_id
        except Exception as error:  # noqa: BLE001 - as specified, whatever fails is logged and ends the search
            self._failed(f"The iron condor failed: {error}")
            return None

    def condor_opened(self, position_id: int, strikes: CondorStrikes, quotes: Sequence[Mapping[str, Any]]) -> None:
        """Learn the legs of a condor just opened, quotes in the order of `strikes.legs`; nothing is kept here."""

    def auto_manage_positions(self, api_client: GammaSource) -> list[dict[str, Any]]:
        """Mark every open position, close those that are due, and return what was closed."""
        closes: list[dict[str, Any]] = []
        for position in self._open_positions():
            try:
                closed = self._manage(position, api_client)
            except Exception:  # noqa: BLE001, S112 - as specified, one failing position must not stop the others
                continue
            closes += [closed] if closed else []
        return closes

    def _manage(self, position: Row, api_client: GammaSource) -> dict[str, Any] | None:
        # Deliberate (trading Q-21): asked once per position. The application's source answers from its store.
        gex = api_client.get_net_gamma(SYMBOL)
        if not gex or gex.get("error"):
            return None
        spot = gex.get("spot_price", 0)
        mark = self.mark_position(position)
        if mark is None:
            return None
        self._update_position(position["id"], mark.price, spot, mark.pnl)
        leave, reason = self._check_exit_conditions(position, mark.pnl_percent, mark.price, spot, gex)
        if not leave:
            return None
        self._close_position(position["id"], mark.price, mark.pnl, reason)
        result = f"{position['strategy']}: {mark.pnl:+.2f} dollars ({mark.pnl_percent:+.1f}%). {reason}"
        self.log_action("CLOSE", result, position_id=position["id"])
        return {
            "position_id": position["id"],
            "strategy": position["strategy"],
            "action": "CLOSE",
            "reason": reason,
            "pnl": mark.pnl,
            "pnl_pct": mark.pnl_percent,
        }

    def mark_position(self, position: Row) -> Mark | None:
        """Return what an open position is worth now, None without a quote."""
        # Deliberate (trading Q-3): a condor whose legs are unknown is priced as the put nearest to the entry spot.
        quote = self._quote(
            position["symbol"], position["strike"], position["option_type"], position["expiration_date"]
        )
        if quote.get("error"):
            return None
        return long_mark(position["entry_price"], position["contracts"], usable_price(quote))

    def _check_exit_conditions(
        self,
        position: Mapping[str, Any],
        pnl_pct: float,
        current_price: float,
        current_spot: float,
        gex: Mapping[str, Any],
    ) -> Exit:
        """Return whether to close and why. An expiry date that is none raises."""
        leave = hard_stop(pnl_pct)
        if leave[0]:
            return leave
        dte = days_to_expiry(position["expiration_date"], local_now(self.clock))
        leave = expired(dte)
        if leave[0]:
            return leave
        try:
            advice = self._ai_should_close_position(position, pnl_pct, current_price, current_spot, gex, dte)
        except Exception:  # noqa: BLE001 - as specified, the rules decide where advice fails
            return self._fallback_exit_rules(position, pnl_pct, dte, gex)
        return advised(advice["reason"]) if advice["should_close"] else STAY

    def _ai_should_close_position(
        self,
        position: Mapping[str, Any],
        pnl_pct: float,
        current_price: float,
        current_spot: float,
        gex: Mapping[str, Any],
        dte: int,
    ) -> dict[str, Any]:
        return self.exit_adviser(position, pnl_pct, current_price, current_spot, gex, dte)

    def _fallback_exit_rules(
        self, position: Mapping[str, Any], pnl_pct: float, dte: int, gex: Mapping[str, Any]
    ) -> Exit:
        return fallback_exit_of(position, pnl_pct, dte, gex)

    def _get_expiration_string(self, dte: float) -> str:
        return weekly_expiration(local_now(self.clock).date(), dte).strftime(DATE)

    def _get_expiration_string_monthly(self, dte: float) -> str:
        return monthly_expiration(local_now(self.clock).date(), dte).strftime(DATE)

    def _traded(self, position_id: int, details: str) -> None:
        self.set_config("last_trade_date", local_now(self.clock).strftime(DATE))
        self.log_action("EXECUTE", details, position_id=position_id)

    def _failed(self, why: str) -> None:
        self.log_action("ERROR", why, success=False)
