"""The old engines: exact first, and quick enough that nobody waits for them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import requests

from bench.report import BenchRow, cpu_ms, print_table
from legacy_engines.gamma.trading_volatility import CachedBody, ClientState, TradingVolatilityAPI
from legacy_engines.gamma.weekly import week_of
from legacy_engines.gex.analyzer import GEXAnalyzer
from legacy_engines.options.monte_carlo import MonteCarloEngine
from legacy_engines.plans import TradingPlanGenerator
from legacy_engines.ports import NEW_YORK
from legacy_engines.setups.detection import StrategyEngine

ROWS = 4_000
SPOT = 585.37
MARKET = {
    "symbol": "SPY", "spot_price": SPOT, "net_gex": 2.4e9, "flip_point": 580.1, "call_wall": 600.0, "put_wall": 570.0,
    "implied_volatility": 0.16,
}  # fmt: skip


class Standing:
    """A clock that stands on a Tuesday morning."""

    def now(self) -> datetime:
        return datetime(2025, 10, 21, 10, 30, tzinfo=NEW_YORK)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("cached data needs no waiting")


def chain(rows: int = ROWS) -> pd.DataFrame:
    """Return `rows` contracts around spot, in the columns the analyzer reads."""
    draw = np.random.default_rng(7)
    strikes = np.round(SPOT * (0.7 + 0.6 * draw.random(rows)))
    return pd.DataFrame(
        {
            "strike": strikes,
            "optiontype": np.where(draw.random(rows) < 0.5, "call", "put"),
            "gamma": 0.05 * np.exp(-(((strikes / SPOT - 1) / 0.05) ** 2)),
            "openinterest": draw.integers(0, 20_000, rows),
            "expiration": draw.choice(["2025-10-24", "2025-10-31", "2025-11-21"], rows),
        }
    )


def row_by_row(options: pd.DataFrame) -> dict[float, float]:
    """Return net exposure by strike as a loop over the rows of the frame does it: the old way."""
    exposure: dict[float, float] = {}
    for _, row in options.iterrows():
        value = SPOT * row["gamma"] * row["openinterest"] * 100
        exposure[row["strike"]] = exposure.get(row["strike"], 0.0) + (-value if row["optiontype"] == "put" else value)
    return exposure


class Figures:
    """Macro figures and statistics as they come out of their caches."""

    def get_economic_data(self) -> dict[str, Any]:
        return {"vix": 18.4, "ten_year_yield": 4.1, "fed_funds_rate": 4.3}

    def get_regime(self, economic_data: Mapping[str, Any]) -> dict[str, Any]:
        return {"vol_regime": "NORMAL", "size_multiplier": 1.0}

    def get_personal_stats(self) -> dict[str, Any]:
        return {"total_trades": 40, "win_rate": 62.5, "avg_win": 210.0, "avg_loss": -130.0, "day_stats": []}


def week_client() -> TradingVolatilityAPI:
    """Return a client that has the five expirations of the week, 60 strikes each, in its cache."""
    clock, draw = Standing(), np.random.default_rng(11)
    stored_at = clock.now().timestamp()
    state = ClientState()
    for day in week_of(clock.now()).days:
        strikes = [{"strike": str(555 + i), "gamma": str(v)} for i, v in enumerate(draw.normal(0, 4e8, 60))]
        body = {"SPY": {"price": str(SPOT), "expiry": day.date, "gamma_array": strikes}}
        state.cache[f"gex/gamma_exp_{day.date}_SPY"] = CachedBody(body, stored_at)
    settings = {"TV_USERNAME": "bench"}
    return TradingVolatilityAPI(session=requests.Session(), clock=clock, settings=settings, state=state)


def analyse(options: pd.DataFrame) -> GEXAnalyzer:
    analyzer = GEXAnalyzer("SPY")
    analyzer.calculate_gex(options, SPOT)
    analyzer.identify_key_levels()
    return analyzer


def rows() -> list[BenchRow]:
    """Time each engine beside what anyone would write, or beside merely encoding its answer."""
    options, clock = chain(), Standing()
    client, figures = week_client(), Figures()
    plans = TradingPlanGenerator(macro=figures, statistics=figures, clock=clock)
    simulator = MonteCarloEngine()
    week = client.get_current_week_gamma_intelligence("SPY")
    assert week["success"], week
    plan = plans.generate_daily_plan("SPY", MARKET)
    [setup] = StrategyEngine.detect_setups(MARKET, clock=clock)
    assert setup["strategy"] == "IRON CONDOR", "the setup that simulates is the slowest one"
    expected = row_by_row(options)
    found = analyse(options).aggregate_gex_by_strike()
    assert np.allclose(found["gex"], [expected[strike] for strike in found["strike"]], rtol=1e-12, atol=1.0)

    looped, analysed = cpu_ms(lambda: row_by_row(options), lambda: analyse(options), rounds=11)
    week_json, weekly, plan_json, daily = cpu_ms(
        lambda: json.dumps(week, default=str),
        lambda: client.get_current_week_gamma_intelligence("SPY"),
        lambda: json.dumps(plan, default=str),
        lambda: plans.generate_daily_plan("SPY", MARKET),
    )
    drawn, simulated, detected = cpu_ms(
        lambda: np.random.RandomState(42).normal(size=(10_000, 5)),
        lambda: simulator.simulate_squeeze_play(SPOT, 590.0, 600.0),
        lambda: StrategyEngine.detect_setups(MARKET, clock=clock),
    )
    return [
        BenchRow(f"loop over the rows, {ROWS:,} contracts", looped, "ms CPU"),
        BenchRow(
            "GEX analyzer, same contracts, levels too",
            analysed,
            "ms CPU",
            "loop over the rows",
            analysed / looped,
            "<= 8 ms",
            analysed <= 8.0,
        ),
        BenchRow(
            "week's gamma intelligence, cached data",
            weekly,
            "ms CPU",
            "json.dumps of it",
            weekly / week_json,
            "<= 5 ms",
            weekly <= 5.0,
        ),
        BenchRow("daily plan", daily, "ms CPU", "json.dumps of it", daily / plan_json, "<= 5 ms", daily <= 5.0),
        BenchRow("drawing 10,000 x 5 normals", drawn, "ms CPU"),
        BenchRow(
            "Monte Carlo squeeze, 10,000 paths x 5 days",
            simulated,
            "ms CPU",
            "drawing",
            simulated / drawn,
            "<= 5 x",
            simulated <= 5 * drawn,
        ),
        BenchRow(
            "detect_setups (condor, simulated)",
            detected,
            "ms CPU",
            "drawing",
            detected / drawn,
            "<= 25 ms",
            detected <= 25.0,
        ),
    ]


if __name__ == "__main__":
    print_table(rows(), "Engines")
