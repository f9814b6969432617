"""Bindings of the core engines: chains, gamma exposure, setups, regime, risk, Monte Carlo, prices, sizing, dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import numpy as np

from legacy_engines.gex import std_levels
from legacy_engines.gex.analyzer import GEXAnalyzer, GEXLevel
from legacy_engines.gex.regime import FADE_AT_WALLS, MOMENTUM_TIGHT_STOPS, WAIT, MarketRegimeAnalyzer
from legacy_engines.gex.setups import TradeSetup, TradingStrategy
from legacy_engines.options import expirations
from legacy_engines.options.monte_carlo import MonteCarloEngine, seeded_generator
from legacy_engines.options.pricing import BlackScholesPricer
from legacy_engines.risk import limits as risk
from legacy_engines.risk import sizing
from tests.parity.areas.core_data import (
    TickingClock,
    arguments,
    calculate_greeks,
    chain_was_broken,
    fetcher_of,
    get_options_chain,
    get_spot_price,
)
from tests.parity.areas.core_panels import (
    bar_chart,
    expiration_panel,
    kelly_panel,
    number_tokens,
    position_sizing_panel,
    size_controls,
    std_changes,
    std_chart,
)
from tests.parity.binding import Binding
from tests.parity.cases import Case, frame
from tests.parity.worlds import clock_of

REASONS = {
    risk.APPROVED: "approved",
    risk.DAILY_LOSS_LIMIT: "daily_loss_limit",
    risk.STRATEGY_POSITION_LIMIT: "strategy_position_limit",
    risk.PORTFOLIO_RISK_LIMIT: "portfolio_risk_limit",
}
ADVICE = {FADE_AT_WALLS: "fade_at_walls", MOMENTUM_TIGHT_STOPS: "momentum_tight_stops", WAIT: "wait", "": ""}
MOST_SIMULATIONS_IN_FULL = 60


def moment(text: Any) -> Any:
    """Return the datetime or, without a time, the date of a recorded text; anything else as it is."""
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except (TypeError, ValueError):
        return text


def analyzer_of(case: Case) -> GEXAnalyzer:
    """Return the analyzer of a case with its recorded state."""
    analyzer = GEXAnalyzer(**case.init, clock=clock_of(case))
    state = dict(case.state)
    if "calculate_gex" in state:
        options, spot = state.pop("calculate_gex")
        analyzer.calculate_gex(frame(options), spot)
    for name in ("options_data", "gex_profile"):
        if state.get(name) is not None:
            state[name] = frame(state[name])
    if "key_levels" in state:
        state["key_levels"] = {name: GEXLevel(**level) for name, level in state["key_levels"].items()}
    for name, value in state.items():
        setattr(analyzer, name, value)
    return analyzer


def after(analyzer: GEXAnalyzer, *more: str) -> dict[str, Any]:
    """Return the state of an analyzer that is recorded after a call."""
    return {name: getattr(analyzer, name) for name in ("spot_price", "net_gex", "gamma_flip")} | {
        name: _AFTER[name](analyzer) for name in more
    }


_AFTER: dict[str, Callable[[GEXAnalyzer], Any]] = {
    "options_data_columns": lambda analyzer: [] if analyzer.options_data is None else list(analyzer.options_data),
    "key_levels_kept": lambda analyzer: list(analyzer.key_levels),
}


def public(thing: Any) -> dict[str, Any]:
    """Return the public attributes of an object, in the order they were set."""
    return {name: value for name, value in vars(thing).items() if not name.startswith("_")}


def setup_of(recorded: dict[str, Any]) -> TradeSetup:
    return TradeSetup(**recorded, notes="")


def setup_record(setup: TradeSetup) -> dict[str, Any]:
    record = asdict(setup)
    return record | {"notes_values": number_tokens(record.pop("notes"))}


def calculate_gex(case: Case) -> Any:
    analyzer = analyzer_of(case)
    options, spot = arguments(case, "options_data", "spot_price")
    return {"return": analyzer.calculate_gex(frame(options), spot), "after": after(analyzer, "options_data_columns")}


def find_gamma_flip(case: Case) -> Any:
    analyzer = analyzer_of(case)
    return {"return": analyzer.find_gamma_flip(), "after": after(analyzer)}


def identify_key_levels(case: Case) -> Any:
    analyzer = analyzer_of(case)
    levels = analyzer.identify_key_levels()
    return {"return": levels, "order": list(levels), "after": after(analyzer, "key_levels_kept")}


def pipeline(case: Case) -> Any:
    analyzer = analyzer_of(case)
    options, spot = arguments(case, "options_data", "spot_price")
    analyzer.calculate_gex(frame(options), spot)
    levels = analyzer.identify_key_levels()
    regime = MarketRegimeAnalyzer(analyzer)
    return {
        "key_levels": levels,
        "key_level_order": list(levels),
        "net_gex": analyzer.net_gex,
        "gamma_flip": analyzer.gamma_flip,
        "charm": analyzer.calculate_charm(),
        "vanna": analyzer.calculate_vanna(),
        "regime": regime_record(regime),
        "outlook": outlook_record(regime),
        "setups": [setup_record(setup) for setup in TradingStrategy(analyzer).analyze_all_setups()],
    }


def regime_record(regime: MarketRegimeAnalyzer) -> dict[str, Any]:
    record = regime.get_regime()
    return record | {"has_description": bool(record.pop("description"))}


def outlook_record(regime: MarketRegimeAnalyzer) -> dict[str, Any]:
    record = regime.get_intraday_outlook()
    return record | {"recommended_strategy": ADVICE[record["recommended_strategy"]]}


def setups(method: str) -> Callable[[Case], Any]:
    """Return what calls one of the searches of the strategy."""
    return lambda case: [setup_record(found) for found in getattr(TradingStrategy(analyzer_of(case)), method)()]


def analyze_all_setups(case: Case) -> Any:
    strategy = TradingStrategy(analyzer_of(case))
    found = strategy.analyze_all_setups()
    same = {"setups_len": len(strategy.setups), "same_object": found is strategy.setups}
    return {"return": [setup_record(setup) for setup in found], "after": same}


def position_size(case: Case) -> Any:
    setup, account = arguments(case, "setup", "account_size")
    return TradingStrategy(analyzer_of(case)).calculate_position_size(setup_of(setup), account)


def check_new_position(case: Case) -> Any:
    manager = risk.RiskManager(**case.init)
    for name, value in case.state.items():
        setattr(manager, name, value)
    decision = manager.check_new_position(setup_of(*arguments(case, "setup")))
    return decision | {"reason": REASONS[decision["reason"]]}


def simulation(method: str) -> Callable[[Case], Any]:
    """Return what runs one of the simulations on a generator that can be asked for its next number afterwards."""

    def run(case: Case) -> Any:
        generator = seeded_generator()
        engine = MonteCarloEngine(**case.init, generator=lambda: generator)
        result = getattr(engine, method)(*case.args, **case.kwargs)
        next_sample = {"next_random_sample": generator.random_sample()}
        return {"return": _abridged(result), "key_order": list(result), "after": next_sample}

    return run


def _abridged(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result as recorded: above 60 simulations only parts of the two long lists."""
    prices = result.get("final_price_distribution", [])
    if len(prices) <= MOST_SIMULATIONS_IN_FULL:
        return result
    paths = np.asarray(result["price_paths_sample"])
    count = len(paths)
    return result | {
        "final_price_distribution": {"len": len(prices), "first10": prices[:10], "last10": prices[-10:]},
        "price_paths_sample": {
            "shape": list(paths.shape),
            "rows": {str(row): paths[row] for row in (0, 1, count // 2, count - 1)},
        },
    }


def add_expiration(case: Case) -> Any:
    (setup,) = arguments(case, "setup")
    if not case.env.get("tick"):
        return expirations.add_expiration_to_setup(setup, clock=clock_of(case))
    expirations.add_expiration_to_setup(setup, clock=TickingClock.of(case))
    # With a running clock `expected` names the keys to compare.
    return {name: setup[name] for name in case.expected}


def dates(function: Callable[..., Any], *, clock: bool) -> Callable[[Case], Any]:
    """Return what calls a date function; recorded texts with a date are dates."""

    def run(case: Case) -> Any:
        arguments = [moment(argument) for argument in case.args]
        named = {name: moment(argument) for name, argument in case.kwargs.items()}
        return function(*arguments, **named, **({"clock": clock_of(case)} if clock else {}))

    return run


CORE = "core_classes_and_engines"

BINDINGS: dict[str, Binding] = {
    f"{CORE}.GEXLevel": Binding(lambda c: GEXLevel(*c.args, **c.kwargs), ordered=True),
    f"{CORE}.TradeSetup": Binding(lambda c: TradeSetup(*c.args, **c.kwargs), ordered=True),
    f"{CORE}.OptionsDataFetcher.__init__": Binding(
        lambda c: {name: value for name, value in public(fetcher_of(c)[0]).items() if name != "ticker"}
    ),
    f"{CORE}.OptionsDataFetcher.get_spot_price": Binding(get_spot_price),
    f"{CORE}.OptionsDataFetcher.calculate_greeks": Binding(calculate_greeks),
    f"{CORE}.OptionsDataFetcher.get_options_chain": Binding(get_options_chain, not_law=chain_was_broken),
    f"{CORE}.OptionsDataFetcher.get_options_chain__intended": Binding(get_options_chain),
    f"{CORE}.OptionsDataFetcher.get_option_flow": Binding(lambda c: fetcher_of(c)[0].get_option_flow()),
    f"{CORE}.GEXAnalyzer.__init__": Binding(lambda c: public(analyzer_of(c))),
    f"{CORE}.GEXAnalyzer.calculate_gex": Binding(calculate_gex),
    f"{CORE}.GEXAnalyzer.aggregate_gex_by_strike": Binding(lambda c: analyzer_of(c).aggregate_gex_by_strike()),
    f"{CORE}.GEXAnalyzer.find_gamma_flip": Binding(find_gamma_flip),
    f"{CORE}.GEXAnalyzer.identify_key_levels": Binding(identify_key_levels),
    f"{CORE}.GEXAnalyzer.calculate_charm": Binding(lambda c: analyzer_of(c).calculate_charm()),
    f"{CORE}.GEXAnalyzer.calculate_vanna": Binding(lambda c: analyzer_of(c).calculate_vanna()),
    f"{CORE}.GEXAnalyzer.pipeline": Binding(pipeline),
    f"{CORE}.TradingStrategy.identify_squeeze_setups": Binding(setups("identify_squeeze_setups")),
    f"{CORE}.TradingStrategy.identify_premium_selling": Binding(setups("identify_premium_selling")),
    f"{CORE}.TradingStrategy.identify_iron_condors": Binding(setups("identify_iron_condors")),
    f"{CORE}.TradingStrategy.analyze_all_setups": Binding(analyze_all_setups),
    f"{CORE}.TradingStrategy.calculate_position_size": Binding(position_size, ordered=True),
    f"{CORE}.MarketRegimeAnalyzer.get_regime": Binding(lambda c: regime_record(MarketRegimeAnalyzer(analyzer_of(c)))),
    f"{CORE}.MarketRegimeAnalyzer.get_intraday_outlook": Binding(
        lambda c: outlook_record(MarketRegimeAnalyzer(analyzer_of(c))), ordered=True
    ),
    f"{CORE}.RiskManager.__init__": Binding(lambda c: public(risk.RiskManager(**c.init))),
    f"{CORE}.RiskManager.check_new_position": Binding(check_new_position, ordered=True),
    f"{CORE}.MonteCarloEngine.simulate_squeeze_play": Binding(simulation("simulate_squeeze_play")),
    f"{CORE}.MonteCarloEngine.simulate_iron_condor": Binding(simulation("simulate_iron_condor")),
    f"{CORE}.BlackScholesPricer.calculate_option_price": Binding(
        lambda c: BlackScholesPricer(**c.init).calculate_option_price(*c.args, **c.kwargs), ordered=True
    ),
    "position_sizing.calculate_optimal_position_size": Binding(
        lambda c: sizing.calculate_optimal_position_size(*c.args, **c.kwargs), ordered=True
    ),
    "position_sizing.display_position_sizing": Binding(position_sizing_panel),
    "position_sizing.create_risk_reward_chart": Binding(
        lambda c: bar_chart(sizing.create_risk_reward_chart(*c.args, **c.kwargs))
    ),
    "position_sizing.display_position_size_controls": Binding(size_controls),
    "position_sizing.display_kelly_criterion_calculator": Binding(kelly_panel),
    "expiration_utils.get_next_friday": Binding(dates(expirations.get_next_friday, clock=True)),
    "expiration_utils.get_third_friday_of_month": Binding(dates(expirations.get_third_friday_of_month, clock=False)),
    "expiration_utils.get_all_fridays_in_month": Binding(dates(expirations.get_all_fridays_in_month, clock=False)),
    "expiration_utils.get_next_monthly_expiration": Binding(dates(expirations.get_next_monthly_expiration, clock=True)),
    "expiration_utils.is_weekly_expiration": Binding(dates(expirations.is_weekly_expiration, clock=False)),
    "expiration_utils.get_expiration_for_dte": Binding(dates(expirations.get_expiration_for_dte, clock=True)),
    "expiration_utils.format_expiration_display": Binding(dates(expirations.format_expiration_display, clock=False)),
    "expiration_utils.get_expiration_color": Binding(dates(expirations.get_expiration_color, clock=False)),
    "expiration_utils.is_market_hours": Binding(dates(expirations.is_market_hours, clock=True)),
    "expiration_utils.get_time_until_expiration": Binding(dates(expirations.get_time_until_expiration, clock=True)),
    "expiration_utils.add_expiration_to_setup": Binding(add_expiration),
    "expiration_utils.display_expiration_info": Binding(expiration_panel),
    "std_tracking_component.display_std_level_changes": Binding(std_changes),
    "std_tracking_component.create_std_movement_chart": Binding(
        lambda c: {"chart": std_chart(std_levels.create_std_movement_chart(*c.args, **c.kwargs))}
    ),
}

SHELL: dict[str, str] = {}
