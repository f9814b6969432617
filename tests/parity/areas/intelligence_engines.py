"""Copilot tools: Greeks, sizing, scenarios, trade memory, expiration choice, macro data, strikes, zones, constants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

from legacy_engines.gex import zones
from legacy_engines.market import market_time
from legacy_engines.options.chains import RealOptionsChainFetcher
from legacy_engines.options.greeks import GreeksCalculator
from legacy_engines.options.smart_dte import SmartDTECalculator
from legacy_engines.options.strikes import SmartStrikeSelector
from legacy_engines.risk import contracts, portfolio, post_mortem, scenarios
from legacy_engines.setups.strategy_optimizer import MultiStrategyOptimizer
from tests.parity.areas.intelligence_markets import CannedTickers, FrozenClock, fred, memory
from tests.parity.areas.intelligence_texts import context_codes, dte_codes, lines_with_codes, named, warning_values
from tests.parity.areas.intelligence_values import (
    api_constants,
    constants,
    mm_states,
    serializable,
    strategies,
    time_of,
)
from tests.parity.binding import Binding
from tests.parity.cases import Case
from tests.parity.worlds import clock_of

MODULE = "intelligence_and_strategies"

_NAMES = {
    module: {value: name for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}
    for module in (contracts, portfolio, post_mortem, scenarios, zones)
}
SIZING_ERRORS = {contracts.NO_BUDGET: "INVALID_ACCOUNT_OR_RISK", contracts.NO_DISTANCE: "STOP_EQUALS_ENTRY"}
VOLATILITY_SIGNALS = {
    "Favourable for selling premium": "PREMIUM_SELLING_FAVORABLE",
    "Balanced": "BALANCED_STRATEGIES",
    "Directional opportunities": "DIRECTIONAL_OPPORTUNITIES",
    "Favourable for squeeze plays": "SQUEEZE_PLAYS_FAVORABLE",
    "Reduce size": "REDUCE_SIZE",
}


# Chains and macro data


def chain_fetcher(case: Case) -> tuple[RealOptionsChainFetcher, CannedTickers, list[str]]:
    clock, tickers, notices = (
        FrozenClock(clock_of(case).now().isoformat()),
        CannedTickers(case.env.get("yfinance") or {}),
        list[str](),
    )
    fetcher = RealOptionsChainFetcher(tickers=tickers, clock=clock, notify=lambda level, text: notices.append(level))
    for key, entry in (case.state.get("cached") or {}).items():
        fetcher.cache[key] = entry["value"]
        fetcher.cache_time[key] = clock.now() - timedelta(seconds=entry["age_seconds"])
    return fetcher, tickers, notices


def options_chain(case: Case) -> Any:
    fetcher, tickers, notices = chain_fetcher(case)
    answer = fetcher.get_options_chain(*case.args, **case.kwargs)
    sleeps = cast(Any, fetcher.clock).sleeps
    return {"return": answer, "sleeps": sleeps, "notices": notices, "fetches": tickers.looked_up}


def best_strike(case: Case) -> Any:
    return chain_fetcher(case)[0].find_best_strike(*case.args, **case.kwargs)


def fred_fields(case: Case) -> Any:
    engine, _ = fred(case)
    return {name: getattr(engine, name) for name in ("api_key", "base_url", "cache_ttl", "cache", "tv_api")}


def economic_data(case: Case) -> Any:
    engine, session = fred(case)
    answer = engine.get_economic_data()
    return {
        "return": answer,
        "requests": [{key: request[key] for key in ("url", "params", "timeout")} for request in session.requests],
        "cache_values": {series: value for series, (value, _) in engine.cache.items()},
    }


def regime(case: Case) -> Any:
    answer = fred(case)[0].get_regime(*case.args, **case.kwargs)
    signal = next(code for start, code in VOLATILITY_SIGNALS.items() if answer["vol_signal"].startswith(start))
    return {**answer, "vol_signal": signal, "regime_signal": answer["regime_signal"].split(":")[0]}


# Calculators


def contract_count(case: Case) -> Any:
    answer = contracts.PositionSizingCalculator.calculate_contracts(*case.args, **case.kwargs)
    return {"error": SIZING_ERRORS[answer["error"]]} if "error" in answer else answer


def scenario(case: Case) -> Any:
    answer = scenarios.ScenarioPlanner.analyze_scenario(*case.args, **case.kwargs)
    return {**answer, "recommendation": _NAMES[scenarios][answer["recommendation"]]}


def recommendation(case: Case) -> Any:
    return _NAMES[scenarios][scenarios.ScenarioPlanner._get_recommendation(*case.args, **case.kwargs)]


def trade_analysis(case: Case) -> Any:
    answer = post_mortem.PostMortemAnalyzer.analyze_trade(*case.args, **case.kwargs)
    for part in ("what_went_right", "what_went_wrong", "key_lessons"):
        answer[part] = lines_with_codes(answer[part], _NAMES[post_mortem])
    return answer


def portfolio_analysis(case: Case) -> Any:
    answer = portfolio.PortfolioAnalyzer.analyze_portfolio(*case.args, **case.kwargs)
    answer["warnings"] = [
        {"type": w["type"], "severity": w["severity"], "values": warning_values(w)} for w in answer["warnings"]
    ]
    if "diversification_score" in answer:
        answer["diversification_score"] = answer["diversification_score"].split(" ")[0]
    return answer


def diversification(case: Case) -> Any:
    return portfolio.PortfolioAnalyzer._calculate_diversification(*case.args, **case.kwargs).split(" ")[0]


# Memory, expirations, strikes


def remembered(method: str) -> Callable[[Case], Any]:
    return lambda case: getattr(memory(case), method)(*case.args, **case.kwargs)


def remembered_text(case: Case) -> Any:
    return context_codes(memory(case).build_context_for_claude(*case.args, **case.kwargs))


def expiration(method: str) -> Callable[[Case], Any]:
    return lambda case: getattr(SmartDTECalculator(clock=clock_of(case)), method)(*case.args, **case.kwargs)


def expiration_reasons(case: Case) -> Any:
    return dte_codes(expiration("_build_dte_reasoning")(case))


def optimal_expiration(case: Case) -> Any:
    answer = expiration("calculate_optimal_dte")(case)
    return {**answer, "reasoning": dte_codes(answer["reasoning"])}


def selector(method: str) -> Callable[[Case], Any]:
    return lambda case: getattr(SmartStrikeSelector(memory(case)), method)(*case.args, **case.kwargs)


def optimal_strike(case: Case) -> Any:
    answer = selector("get_optimal_strike")(case)
    if answer is None:
        return None
    found = named(
        r"The (?P<a>\S+) call \(delta (?P<b>\S+)\).*success rate of (?P<c>\S+)% that is \$(?P<d>\S+) per share"
        r".*Breakeven is \$(?P<e>\S+) at a premium of \$(?P<f>\S+)\.",
        answer.pop("reasoning"),
    )
    return {**answer, "reasoning_values": list(found.values())}


def best_strategy(case: Case) -> Any:
    answer = MultiStrategyOptimizer(memory(case)).get_best_strategy(*case.args, **case.kwargs)
    best = answer["recommendation"].removeprefix("Best EV: ")
    return {
        "best": answer["best"] and _option(answer["best"]),
        "all_options": [_option(option) for option in answer["all_options"]],
        "recommendation": f"BEST_EV:{best}" if best != answer["recommendation"] else "NONE",
    }


def _option(option: Mapping[str, Any]) -> dict[str, Any]:
    action = r"(?P<side>[A-Z]+) (?P<strike>\S+) calls at \$(?P<premium>\S+)"
    kept = {key: value for key, value in option.items() if key != "your_historical"}
    return {
        **kept,
        "action": named(action, option["action"]),
        "your_historical_pct": option["your_historical"].removesuffix("% win rate"),
    }


# Zones


def time_window(case: Case) -> Any:
    window = zones.DynamicLevelCalculator(clock=clock_of(case))._get_time_window(*case.args, **case.kwargs)
    return _NAMES[zones][window]


def profitable_zones(case: Case) -> Any:
    answer = zones.DynamicLevelCalculator(clock=clock_of(case)).get_profitable_zones(*case.args, **case.kwargs)
    answer["current_opportunity"] = _NAMES[zones][answer["current_opportunity"]]
    zone = answer["long_call_zone"]
    if zone:
        zone["entry_range"] = re.findall(r"\$(\S+)", zone["entry_range"])
        zone["time_window"] = _NAMES[zones][zone["time_window"]]
        zone["action_values"] = list(
            named(r"BUY when (?P<a>[A-Z]+) trades between \$(?P<b>\S+) and \$(?P<c>\S+)", zone.pop("action")).values()
        )
    return answer


def greeks(case: Case) -> Any:
    return GreeksCalculator.calculate_greeks(*case.args, **case.kwargs)


def _in_module(table: Mapping[str, Binding]) -> dict[str, Binding]:
    return {f"{MODULE}.{name}": binding for name, binding in table.items()}


BINDINGS: dict[str, Binding] = {
    "config_and_database.MM_STATES": Binding(mm_states, ordered=True),
    "config_and_database.STRATEGIES": Binding(strategies, ordered=True),
    "config_and_database.API_CONSTANTS": Binding(api_constants),
    "config_and_database.constants": Binding(constants, ordered=True),
    **_in_module(
        {
            "get_et_time": Binding(time_of(market_time.get_et_time)),
            "get_utc_time": Binding(time_of(market_time.get_utc_time)),
            "get_local_time": Binding(time_of(market_time.get_local_time)),
            "is_market_open": Binding(time_of(market_time.is_market_open)),
            "make_json_serializable": Binding(serializable, ordered=True),
            "RealOptionsChainFetcher.get_options_chain": Binding(options_chain, ordered=True),
            "RealOptionsChainFetcher.find_best_strike": Binding(best_strike, ordered=True),
            "GreeksCalculator.calculate_greeks": Binding(greeks, ordered=True),
            "PositionSizingCalculator.calculate_contracts": Binding(contract_count, ordered=True),
            "ScenarioPlanner.analyze_scenario": Binding(scenario, ordered=True),
            "ScenarioPlanner._get_recommendation": Binding(recommendation),
            "PostMortemAnalyzer.analyze_trade": Binding(trade_analysis, ordered=True),
            "PortfolioAnalyzer.analyze_portfolio": Binding(portfolio_analysis, ordered=True),
            "PortfolioAnalyzer._calculate_diversification": Binding(diversification),
            "TradingRAG.get_similar_trades": Binding(remembered("get_similar_trades"), ordered=True),
            "TradingRAG.get_personal_stats": Binding(remembered("get_personal_stats"), ordered=True),
            "TradingRAG.get_pattern_success_rate": Binding(remembered("get_pattern_success_rate")),
            "TradingRAG.build_context_for_claude": Binding(remembered_text),
            "SmartDTECalculator.calculate_optimal_dte": Binding(optimal_expiration, ordered=True),
            "SmartDTECalculator._build_dte_reasoning": Binding(expiration_reasons),
            **{
                f"SmartDTECalculator.{method}": Binding(expiration(method))
                for method in (
                    "_adjust_dte_from_history",
                    "_calculate_base_dte",
                    "_calculate_dte_confidence",
                    "_calculate_dte_range",
                    "_classify_gex_regime",
                    "_classify_volatility",
                    "_get_historical_dte_performance",
                )
            },
            "FREDIntegration.__init__": Binding(fred_fields, ordered=True),
            "FREDIntegration.get_vix": Binding(lambda case: fred(case)[0].get_vix()),
            "FREDIntegration.get_economic_data": Binding(economic_data, ordered=True),
            "FREDIntegration.get_regime": Binding(regime, ordered=True),
            "SmartStrikeSelector.get_optimal_strike": Binding(optimal_strike, ordered=True),
            **{
                f"SmartStrikeSelector.{method}": Binding(selector(method))
                for method in ("_calculate_ev", "_estimate_delta", "_estimate_premium")
            },
            "MultiStrategyOptimizer.get_best_strategy": Binding(best_strategy, ordered=True),
            "DynamicLevelCalculator.get_profitable_zones": Binding(profitable_zones, ordered=True),
            "DynamicLevelCalculator._get_time_window": Binding(time_window),
        }
    ),
}

SHELL: dict[str, str] = {}
