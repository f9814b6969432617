"""The copilot: what it does with a question, an idea or a topic, with the model or without it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from legacy_engines.copilot import fallbacks, teaching
from legacy_engines.copilot.coach import PsychologicalCoach
from legacy_engines.copilot.context import DEFAULT_SYMBOL, build_context, mentioned_symbol
from legacy_engines.copilot.json_values import make_json_serializable
from legacy_engines.copilot.messages import (
    AnalysisFacts,
    PreparedAnalysis,
    analysis_message,
    challenge_message,
    teaching_message,
    with_history,
)
from legacy_engines.copilot.option_facts import call_sizing, options_near_the_money
from legacy_engines.copilot.state import Message, TraderState
from legacy_engines.copilot.system_prompt import system_prompt
from legacy_engines.copilot.trade_memory import TradingRAG
from legacy_engines.copilot.trade_risk import calculate_trade_risk
from legacy_engines.copilot.transport import HttpTransport, Transport, claude_api_key
from legacy_engines.gex.mm_state import determine_mm_state
from legacy_engines.gex.zones import DynamicLevelCalculator
from legacy_engines.market.macro import FREDIntegration
from legacy_engines.options.chains import RealOptionsChainFetcher
from legacy_engines.ports import Clock, HttpSession, Notify, Tickers, say_nothing
from legacy_engines.setups.strategy_optimizer import MultiStrategyOptimizer
from legacy_engines.storage import RowStore

# Deliberate (intelligence 5): the old, retired model is only the default; the application passes a current one.
OLD_MODEL = "claude-3-haiku-20240307"
MAX_TOKENS = 4000
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})

DEFAULT_CONFIDENCE = 50

KEY_WARNING = (
    "The Claude API key is not configured; answers come from the basic fallback.\n"
    "Get a key at console.anthropic.com and set CLAUDE_API_KEY.\n"
    "Without it there is no live chain analysis, no personalised trades, no Greeks, no position sizing, "
    "no historical patterns and no risk analysis."
)
NO_ANSWER = "Claude could not answer"
REFUSAL = "No trade now. Take a 30-minute break, then look at the market again with fresh eyes."


class GexClient(Protocol):
    """Where net GEX comes from when the page has none."""

    def get_gex_data(self, symbol: str) -> dict[str, Any]:
        """Return market data (`spot_price`, `net_gex`, `flip_point`, walls), or something falsy."""


class ClaudeIntelligence:
    """Answer a trader. `state` belongs to the person asking; everything else can be shared.

    Pass `fred` and `options_fetcher` to share what they remember between people. Without an API key in `environ` or
    `settings` every answer is a fallback, whatever the transport. To stream, do what `analyze_market` does by hand:
    `refusal`, `prepare_analysis`, send `system_prompt()` and the prepared messages, `finish_analysis`.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        session: HttpSession,
        tickers: Tickers,
        store: RowStore,
        state: TraderState | None = None,
        transport: Transport | None = None,
        model: str = OLD_MODEL,
        environ: Mapping[str, str] = NO_SETTINGS,
        settings: Mapping[str, str] = NO_SETTINGS,
        gex_client: GexClient | None = None,
        notify: Notify = say_nothing,
        fred: FREDIntegration | None = None,
        options_fetcher: RealOptionsChainFetcher | None = None,
    ) -> None:
        self.clock, self.store, self.notify, self.gex_client = clock, store, notify, gex_client
        self.api_key = claude_api_key(environ, settings)
        self.model = model
        self.state = state or TraderState()
        self.transport = transport or HttpTransport(api_key=self.api_key, session=session, notify=notify)
        self.fred = fred or FREDIntegration(
            clock=clock, session=session, tickers=tickers, environ=environ, settings=settings
        )
        self.options_fetcher = options_fetcher or RealOptionsChainFetcher(tickers=tickers, clock=clock, notify=notify)
        self.rag = TradingRAG(store, clock=clock)
        self.strategy_optimizer = MultiStrategyOptimizer(self.rag)
        self.level_calculator = DynamicLevelCalculator(clock=clock)
        self.psychological_coach = PsychologicalCoach(clock=clock)

    def update_account_settings(self) -> None:
        """Take over the account size (USD) and risk (percent) the person chose."""
        self.state.read_settings()

    def show_api_key_warning(self) -> None:
        """Say once per person that there is no key and what is missing without it."""
        if not self.api_key and not self.state.warning_shown:
            self.notify("error", KEY_WARNING)
            self.state.warning_shown = True

    def analyze_market(
        self,
        market_data: dict[str, Any],
        user_query: str,
        gamma_intel: Mapping[str, Any] | None = None,
        *,
        symbol: str | None = None,
    ) -> str:
        """Return the answer to a question about the market, or a refusal. A `symbol` passed in wins over all guesses.

        A failure of the model gives the fallback; a failure to gather the facts is raised.
        """
        self.update_account_settings()
        self.show_api_key_warning()
        refusal = self.refusal(user_query)
        if refusal:
            return refusal
        if not self.api_key:
            return self._fallback_analysis_with_rag(market_data, user_query, symbol=symbol)
        prepared = self.prepare_analysis(market_data, user_query, gamma_intel, symbol=symbol)
        return self._answer_or(
            prepared.messages,
            keep=lambda answer: self.finish_analysis(prepared, answer),
            fallback=lambda: self._fallback_analysis_with_rag(prepared.market_data, user_query, symbol=symbol),
        )

    def refusal(self, user_query: str) -> str | None:
        """Return a refusal when a habit of the trader is critical; show milder ones as a warning."""
        behavior = self.psychological_coach.analyze_behavior(self.state.conversation_history, user_query)
        if not behavior["coaching_needed"]:
            return None
        text = "\n".join(f"- {flag['message']}" for flag in behavior["red_flags"])
        if behavior["severity"] == "critical":
            return f"{text}\n\n{REFUSAL}"
        self.notify("warning", text)
        return None

    def prepare_analysis(
        self,
        market_data: dict[str, Any],
        user_query: str,
        gamma_intel: Mapping[str, Any] | None = None,
        *,
        symbol: str | None = None,
    ) -> PreparedAnalysis:
        """Gather the facts, add the question to the conversation and return what to send.

        Deliberate (intelligence 10): when no answer comes, the question stays in the conversation.
        """
        symbol = symbol or market_data.get("symbol", mentioned_symbol(user_query) or DEFAULT_SYMBOL)
        market_data = self._with_net_gex(market_data, symbol)
        final = analysis_message(self._analysis_facts(symbol, market_data, user_query, gamma_intel))
        history = self.state.conversation_history
        history.append({"role": "user", "content": user_query})
        return PreparedAnalysis(question=user_query, market_data=market_data, messages=with_history(history, final))

    def finish_analysis(self, prepared: PreparedAnalysis, answer: str) -> None:
        """Add the answer to the conversation and log both."""
        self.state.conversation_history.append({"role": "assistant", "content": answer})
        self._log_conversation(prepared.question, answer, prepared.market_data)

    def challenge_trade_idea(self, idea: str, market_data: dict[str, Any]) -> str:
        """Return what speaks against an idea. The conversation is neither read nor continued."""
        if not self.api_key:
            return self._fallback_challenge(idea, market_data)
        context = self._build_context(market_data)
        message = challenge_message(
            idea,
            context=context,
            risk=self._calculate_trade_risk(idea, market_data, context),
            record=self.rag.build_context_for_claude(market_data, idea),
            strategies=self.strategy_optimizer.get_best_strategy(market_data),
        )
        return self._answer_or(
            [{"role": "user", "content": message}],
            keep=lambda answer: self._log_conversation(idea, answer, market_data),
            fallback=lambda: self._fallback_challenge(idea, market_data),
        )

    def teach_concept(self, market_data: dict[str, Any], topic: str) -> str:
        """Return a lesson. The conversation is neither read nor continued."""
        if not self.api_key:
            return self._fallback_teaching(market_data, topic)
        message = teaching_message(
            topic, context=self._build_context(market_data), personal_stats=self.rag.get_personal_stats()
        )
        return self._answer_or(
            [{"role": "user", "content": message}],
            keep=lambda answer: self._log_conversation(topic, answer, market_data),
            fallback=lambda: self._fallback_teaching(market_data, topic),
        )

    def _analysis_facts(
        self, symbol: str, market_data: Mapping[str, Any], user_query: str, gamma_intel: Mapping[str, Any] | None
    ) -> AnalysisFacts:
        """Gather what a market analysis is asked with. Errors, such as a `net_gex` of None, are raised."""
        options_data = options_near_the_money(self.options_fetcher, symbol)
        account_size, risk_pct = self.state.account_size, self.state.risk_pct
        return AnalysisFacts(
            symbol=symbol,
            options_data=options_data,
            position_sizing=call_sizing(options_data, account_size=account_size, risk_pct=risk_pct),
            context={**self._build_context(market_data), "symbol": symbol},
            account_size=account_size,
            risk_pct=risk_pct,
            record=self.rag.build_context_for_claude(market_data, user_query),
            strategies=self.strategy_optimizer.get_best_strategy(market_data),
            zones=self.level_calculator.get_profitable_zones(market_data),
            gamma_intel=gamma_intel,
            question=user_query,
        )

    def system_prompt(self) -> str:
        """Return the standing instructions for now. The VIX is read each time, FRED at most hourly."""
        economic = self.fred.get_economic_data()
        return system_prompt(economic=economic, regime=self.fred.get_regime(economic), clock=self.clock)

    def _call_claude_api(self, messages: Sequence[Message]) -> str:
        """Send a conversation under the standing instructions. Whatever the transport raises passes through."""
        return self.transport(model=self.model, max_tokens=MAX_TOKENS, messages=messages, system=self.system_prompt())

    def _answer_or(
        self, messages: Sequence[Message], *, keep: Callable[[str], None], fallback: Callable[[], str]
    ) -> str:
        """Return the model's answer after keeping it, or the fallback after saying why. What that raises is raised."""
        try:
            answer = self._call_claude_api(messages)
        except Exception as error:  # noqa: BLE001 - whatever the transport raises, the trader gets the fallback
            self.notify("error", f"{NO_ANSWER}: {error}. This is the fallback.")
        else:
            keep(answer)
            return answer
        return fallback()

    def _with_net_gex(self, market_data: dict[str, Any], symbol: str) -> dict[str, Any]:
        """Return the market data, or what the GEX client says about the symbol when net GEX is missing or zero."""
        if market_data and market_data.get("net_gex"):
            return market_data
        try:
            if self.gex_client is None:
                raise LookupError("no GEX source is connected")
            fetched = self.gex_client.get_gex_data(symbol)
        except Exception as error:  # noqa: BLE001 - any failure of the source leaves the data as they are
            self.notify("warning", f"No live GEX for {symbol}: {error}")
            return market_data
        if not fetched:
            return market_data
        self.notify("info", f"Live GEX of {symbol} loaded.")
        return fetched

    def _build_context(self, market_data: Mapping[str, Any]) -> dict[str, Any]:
        return build_context(market_data, clock=self.clock)

    def _determine_mm_state(self, net_gex: float) -> str:
        return determine_mm_state(net_gex)

    def _calculate_trade_risk(
        self, idea: str, market_data: Mapping[str, Any], context: Mapping[str, Any]
    ) -> dict[str, Any]:
        return calculate_trade_risk(idea, market_data, context, clock=self.clock)

    def _fallback_analysis_with_rag(
        self, market_data: Mapping[str, Any], user_query: str, *, symbol: str | None = None
    ) -> str:
        market = fallbacks.fallback_market(market_data, user_query, symbol=symbol)
        return fallbacks.fallback_analysis(
            market,
            record=self.rag.build_context_for_claude(market_data, user_query),
            opportunity=self.level_calculator.get_profitable_zones(market_data)["current_opportunity"],
            alternatives=self.strategy_optimizer.get_best_strategy(market_data)["all_options"],
        )

    def _fallback_challenge(self, idea: str, market_data: Mapping[str, Any]) -> str:
        return fallbacks.fallback_challenge(idea, market_data)

    def _fallback_teaching(self, market_data: Mapping[str, Any], topic: str) -> str:
        return teaching.fallback_teaching(market_data, topic)

    def _log_conversation(self, query: str, response: str, context: Mapping[str, Any]) -> None:
        """Store question, answer and market data in `conversations`; a failure is only shown."""
        try:
            row = {
                "user_message": query,
                "ai_response": response,
                "context_data": json.dumps(make_json_serializable(context)),
                "confidence_score": context.get("confidence", DEFAULT_CONFIDENCE),
            }
            self.store.insert("conversations", row)
        except Exception as error:  # noqa: BLE001 - data JSON cannot hold or a store that fails must not cost the answer
            self.notify("error", f"The conversation could not be stored: {error}")
