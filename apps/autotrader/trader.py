"""The engine with what the application gives it: true contracts, usable quotes, the exchange's calendar, the ledger.

Decisions stay the engine's. Whatever it asks goes through a notebook, so that the same run can be made again.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Protocol

from alphagex import clock
from apps.autotrader.contracts import Contract, condor_contracts
from apps.autotrader.faults import AtStep
from apps.autotrader.market_answers import leg_quote
from apps.autotrader.notebook import Notebook
from apps.ledger.pricing import LegQuote
from apps.ledger.tickets import Ticket
from apps.market.tickers import EngineClock
from legacy_engines.storage import Row, RowStore
from legacy_engines.trading.autonomous import AutonomousPaperTrader, ExitAdviser, NoTradeError
from legacy_engines.trading.autonomous.account import POSITIONS
from legacy_engines.trading.autonomous.condor import ACTION as CONDOR
from legacy_engines.trading.autonomous.condor import CondorStrikes, Mark, condor_mark, long_mark
from legacy_engines.trading.autonomous.decision import SYMBOL
from legacy_engines.trading.autonomous.exits import Exit
from legacy_engines.trading.autonomous.positions import usable_price

_WEEK = timedelta(days=7)


class RefusedError(NoTradeError):
    """An order the account does not take. The message says why."""


class World(Protocol):
    """Whoever knows the market (market_answers.MarketAnswers)."""

    def net_gamma(self, symbol: str) -> dict[str, Any]: ...
    def skew(self, symbol: str) -> dict[str, Any]: ...
    def quote(self, contract: Contract) -> dict[str, Any]: ...
    def leg(self, contract: Contract) -> dict[str, Any]: ...


class Books(Protocol):
    """Where orders go. Each raises RefusedError."""

    def opened(self, row: int, ticket: Ticket, quotes: Sequence[LegQuote]) -> None: ...
    def closed(self, row: int, quotes: Sequence[LegQuote], reason: str) -> None: ...


class GammaAnswers:
    """The engine's source of gamma: one answer per run, however often it asks (trading Q-21)."""

    def __init__(self, notebook: Notebook, world: World) -> None:
        self._notebook = notebook
        self._world = world

    def get_net_gamma(self, symbol: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._notebook.answer("gamma", symbol, lambda: self._world.net_gamma(symbol))
        return answer

    def get_skew_data(self, symbol: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._notebook.answer("skew", symbol, lambda: self._world.skew(symbol))
        return answer


class DeskTrader(AutonomousPaperTrader):
    """One run of the engine at a moment.

    legs: the contracts of open rows by row id; a row without is one of the old program and marked as that did.
    steps: the log lines of this run. ticket: what was to be opened. failure: why the search ended without a trade.
    problems: why positions were not marked or not closed.
    """

    def __init__(
        self,
        *,
        store: RowStore,
        at: datetime,
        notebook: Notebook,
        world: World,
        adviser: ExitAdviser,
        books: Books,
        legs: Mapping[int, Sequence[Contract]],
        at_step: AtStep,
    ) -> None:
        super().__init__(store=store, clock=EngineClock(clock.in_new_york(at)), exit_adviser=adviser)
        self.source = GammaAnswers(notebook, world)
        self.steps: list[dict[str, Any]] = []
        self.ticket: Ticket | None = None
        self.failure: BaseException | None = None
        self.problems: list[BaseException] = []
        self._notebook = notebook
        self._world = world
        self._books = books
        self._legs = {row: list(contracts) for row, contracts in legs.items()}
        self._at_step = at_step

    def log_action(self, action: str, details: str | None, position_id: int | None = None, success: Any = True) -> None:
        """Append a line to the log and to the steps of this run."""
        super().log_action(action, details, position_id, success)
        step = {"action": action, "details": details, "position": position_id, "success": bool(success)}
        self.steps.append(step)

    def _quote(self, symbol: str, strike: float, option_type: str, expiration: str) -> dict[str, Any]:
        contract = Contract(symbol=symbol, strike=strike, option_type=option_type, expiration=expiration)
        answer: dict[str, Any] = self._notebook.answer("quotes", contract.key, lambda: self._world.quote(contract))
        return answer

    def _leg_quote(self, contract: Contract) -> LegQuote:
        return leg_quote(self._notebook.answer("legs", contract.key, lambda: self._world.leg(contract)))

    # Opening

    def _get_expiration_string(self, dte: float) -> str:
        return self._listed_expiration(super()._get_expiration_string(dte))

    def _get_expiration_string_monthly(self, dte: float) -> str:
        return self._listed_expiration(super()._get_expiration_string_monthly(dte))

    def _listed_expiration(self, friday: str) -> str:
        """Return the day on which the options of a Friday expire: before a holiday, but not the very day of entry."""
        settles = self._close_of(friday)
        if settles.date() <= self.clock.now().date():
            settles = self._close_of((datetime.fromisoformat(friday).date() + _WEEK).isoformat())
        return settles.date().isoformat()

    def _execute_trade(
        self,
        trade: Mapping[str, Any],
        quote: Mapping[str, Any],
        contracts: int,
        entry_price: float,
        exp_date: str,
        gex: Mapping[str, Any],
    ) -> int:
        row = super()._execute_trade(trade, quote, contracts, entry_price, exp_date, gex)
        self._at_step("trade row written")
        if trade["action"] != CONDOR:
            wanted = Contract(
                symbol=trade["symbol"],
                strike=trade["strike"],
                option_type=trade["option_type"],
                expiration=exp_date,
            )
            self._open(row, [wanted.listed_as(dict(quote))], trade)
        return row

    def condor_opened(self, position_id: int, strikes: CondorStrikes, quotes: Sequence[Mapping[str, Any]]) -> None:
        """Open the four legs whose quotes the engine used."""
        (row,) = self.store.select(POSITIONS, [("id", "=", position_id)])
        wanted = condor_contracts(SYMBOL, strikes, row["expiration_date"])
        listed = [contract.listed_as(dict(quote)) for contract, quote in zip(wanted, quotes, strict=True)]
        self._open(position_id, listed, {})

    def _open(self, number: int, contracts: Sequence[Contract], trade: Mapping[str, Any]) -> None:
        (row,) = self.store.select(POSITIONS, [("id", "=", number)])
        self.ticket = Ticket(
            symbol=row["symbol"],
            strategy=row["strategy"],
            legs=tuple(contract.as_leg() for contract in contracts),
            quantity=row["contracts"],
            target=_price(trade.get("target")),
            stop=_price(trade.get("stop")),
            notes=row["trade_reasoning"],
        )
        self._legs[number] = list(contracts)
        self._books.opened(number, self.ticket, [self._leg_quote(contract) for contract in contracts])

    def _failed(self, why: str) -> None:
        """Log why there is no trade, with the market's own reason where it had no levels."""
        self.failure = sys.exc_info()[1]
        if isinstance(self.failure, NoTradeError) and (said := self.missing_market):
            why = f"{why} ({said})"
        super()._failed(why)

    @property
    def missing_market(self) -> str:
        """Why the market's levels could not be used in this run, empty if they could."""
        known = self._notebook.as_json().get("gamma", {}).get(SYMBOL, {})
        answer = known.get("answer")
        return str(known.get("failed") or (answer.get("error") if isinstance(answer, dict) else "") or "")

    # Marking and closing

    def _manage(self, position: Row, api_client: Any) -> dict[str, Any] | None:
        try:
            return super()._manage(position, api_client)
        except Exception as error:
            # The engine goes on with the next position and says nothing; the decision shall say it.
            self.problems.append(error)
            raise

    def mark_position(self, position: Row) -> Mark | None:
        """Return what an open position is worth by the contracts it holds, None without a market to close it in."""
        contracts = self._legs.get(position["id"])
        if not contracts:
            return super().mark_position(position)
        problems = dict.fromkeys(leg.problem for leg in map(self._leg_quote, contracts) if leg.problem)
        if problems:
            self.problems.append(NoTradeError(" ".join(problems)))
            return None
        quotes = [self._quote(one.symbol, one.strike, one.option_type, one.expiration) for one in contracts]
        missing = [quote["error"] for quote in quotes if quote.get("error")]
        if missing:
            self.problems.append(NoTradeError(missing[0]))
            return None
        entry, units = position["entry_price"], position["contracts"]
        if position["action"] == CONDOR:
            return condor_mark(entry, units, quotes)
        return long_mark(entry, units, usable_price(quotes[0]))

    def _update_position(self, position_id: int, current_price: float, current_spot: float, pnl: float) -> None:
        super()._update_position(position_id, current_price, current_spot, pnl)
        self._at_step("mark written")

    def _check_exit_conditions(
        self,
        position: Mapping[str, Any],
        pnl_pct: float,
        current_price: float,
        current_spot: float,
        gex: Mapping[str, Any],
    ) -> Exit:
        """Return the engine's exit with the days counted to the close of the expiry day (trading Q-6).

        The engine counts to the midnight before it: it is given a clock that is behind by as much.
        """
        true_clock = self.clock
        closes = self._close_of(position["expiration_date"])
        session = timedelta(hours=closes.hour, minutes=closes.minute)
        self.clock = EngineClock(true_clock.now() - session)
        try:
            return super()._check_exit_conditions(position, pnl_pct, current_price, current_spot, gex)
        finally:
            self.clock = true_clock

    def _ai_should_close_position(
        self,
        position: Mapping[str, Any],
        pnl_pct: float,
        current_price: float,
        current_spot: float,
        gex: Mapping[str, Any],
        dte: int,
    ) -> dict[str, Any]:
        ask = partial(super()._ai_should_close_position, position, pnl_pct, current_price, current_spot, gex, dte)
        answer: dict[str, Any] = self._notebook.answer("advice", str(position["id"]), ask)
        return answer

    def _close_position(self, position_id: int, exit_price: float, realized_pnl: float, reason: str) -> None:
        self._at_step("exit wanted")
        quotes = [self._leg_quote(contract) for contract in self._legs.get(position_id, ())]
        try:
            self._books.closed(position_id, quotes, reason)
        except RefusedError as refused:
            self.log_action("ERROR", f"The close was refused: {refused}", position_id, success=False)
            raise
        super()._close_position(position_id, exit_price, realized_pnl, reason)
        self._at_step("exit written")

    def _close_of(self, day: str) -> datetime:
        """Return when options of a day stop trading: the close of its session, or of the last one before."""

        def close() -> str:
            return clock.session_on_or_before(datetime.fromisoformat(day).date()).closes.isoformat()

        return clock.in_new_york(datetime.fromisoformat(self._notebook.answer("closes", day, close)))


def _price(value: float | None) -> Decimal | None:
    """Return a price of the underlying for the ticket, None where the engine has none."""
    return None if value is None or value != value else round(Decimal(repr(float(value))), 6)
