"""What stands out in a trader's results and what to do about it, in words. Every text begins with a title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from legacy_engines.row_frames import floats

STRONG_WIN_RATE: Final = 70
WEAK_WIN_RATE: Final = 45
REPEATABLE_WIN_RATE: Final = 65
LOW_RATIO: Final = 1.5
HIGH_RATIO: Final = 2.5
LONG_LOSERS: Final = 1.5
RECENT_TRADES: Final = 10
STREAK_POINTS: Final = 15
SMALL_SAMPLE: Final = 5
STRONG_EXPECTANCY: Final = 50

NO_PATTERN: Final = "Nothing stands out yet. Keep recording trades; patterns appear as the sample grows."
NO_TRADES: Final = "No closed trades in this period. Close a trade, or choose a longer period."


def patterns(df: pd.DataFrame, strategies: pd.DataFrame, symbols: pd.DataFrame) -> list[str]:
    """Return the insights in their fixed order; one neutral text when there are none.

    df: trades, newest first. strategies, symbols: their results, best total first.
    """
    if df.empty:
        return [NO_TRADES]
    insights = [
        *_strategy_insights(strategies),
        *_reward_insights(df),
        *_timing_insights(df),
        *_symbol_insights(symbols),
        *_streak_insights(df),
    ]
    return insights or [NO_PATTERN]


def _strategy_insights(strategies: pd.DataFrame) -> list[str]:
    if strategies.empty:
        return []
    best, worst = strategies.iloc[0], strategies.iloc[-1]
    insights = []
    if best["win_rate"] >= STRONG_WIN_RATE:
        advice = (
            "Give it priority when its conditions are met."
            if best["total_pnl"] > 0
            else "It wins often but does not pay: cut its losers before you trade it more."
        )
        insights.append(
            f"Best strategy: {best['strategy']} wins {best['win_rate']:.0f}% of the time "
            f"for a net result of ${best['total_pnl']:,.2f}. {advice}"
        )
    if len(strategies) > 1 and worst["win_rate"] < WEAK_WIN_RATE:
        insights.append(
            f"Struggling strategy: {worst['strategy']} wins only {worst['win_rate']:.0f}% of the time. "
            "Trade it smaller or not at all until you know why."
        )
    return insights


def _reward_insights(df: pd.DataFrame) -> list[str]:
    pnl = pd.Series(floats(df, "pnl"))
    wins, losses = pnl[pnl > 0], pnl[pnl <= 0]
    if wins.empty or losses.empty:
        return []
    win, loss = wins.mean(), abs(losses.mean())
    # Deliberate (trading 9): losers that all broke even give a ratio of 0, and so the warning.
    ratio = win / loss if loss > 0 else 0
    figures = f"the average win is ${win:.2f}, the average loss ${loss:.2f}, a ratio of {ratio:.2f}"
    if ratio < LOW_RATIO:
        advice = (
            "Let winners run to target or cut losers sooner."
            if loss > 0
            else "The losers only broke even, so the ratio says little until one costs money."
        )
        return [f"Risk/reward issue: {figures}. {advice}"]
    return [f"Excellent risk/reward: {figures}. Keep exits as they are."] if ratio > HIGH_RATIO else []


def _timing_insights(df: pd.DataFrame) -> list[str]:
    if "hold_time" not in df:
        return []
    pnl, hours = floats(df, "pnl"), pd.Series(floats(df, "hold_time"))
    winning, losing = pnl > 0, pnl <= 0
    winner_hours = hours[winning].mean() if winning.any() else 0
    loser_hours = hours[losing].mean() if losing.any() else 0
    if not loser_hours > winner_hours * LONG_LOSERS:
        return []
    none_yet = "" if winning.any() else " (none yet)"
    return [
        f"Timing issue: losers are held {loser_hours:.1f} hours on average, "
        f"winners {winner_hours:.1f} hours{none_yet}. "
        "Long options that do not work lose value by the day; set a time stop."
    ]


def _symbol_insights(symbols: pd.DataFrame) -> list[str]:
    if len(symbols) < 2 or not symbols.iloc[0]["win_rate"] >= STRONG_WIN_RATE:
        return []
    best = symbols.iloc[0]
    return [
        f"Best symbol: {best['symbol']} wins {best['win_rate']:.0f}% of the time. "
        "You read it well; look there first for the next trade."
    ]


def _streak_insights(df: pd.DataFrame) -> list[str]:
    if len(df) < RECENT_TRADES:
        return []
    won = df["winner"].to_numpy(dtype=bool)
    overall = won.mean() * 100
    recent = won[:RECENT_TRADES].mean() * 100
    figures = f"the last {RECENT_TRADES} trades won {recent:.0f}%, all of them {overall:.0f}%"
    if recent > overall + STREAK_POINTS:
        return [f"Hot streak: {figures}. Stay with the plan and do not raise size on it."]
    if recent < overall - STREAK_POINTS:
        return [f"Cold streak: {figures}. Cut size until the results recover."]
    return []


def recommendations(strategies: pd.DataFrame | None, metrics: Mapping[str, Any]) -> list[str]:
    """Return the advice in its fixed order; may be empty. strategies: None when there are no trades."""
    if strategies is None:
        return [NO_TRADES]
    # Deliberate (trading 9): unlike the insights, no neutral text when nothing applies.
    return [
        *_win_rate_advice(metrics["win_rate"]),
        *_profit_factor_advice(metrics["profit_factor"]),
        *_sample_advice(metrics["total_trades"]),
        *_strategy_advice(strategies),
        *_expectancy_advice(metrics["expectancy"]),
    ]


def _win_rate_advice(win_rate: float) -> list[str]:
    if win_rate < 50:
        return [
            "Focus on quality: less than 50% of trades win. "
            "Take only setups with a confidence of at least 70% until that changes."
        ]
    return ["Excellent win rate: more than 70% of trades win. Keep the selection."] if win_rate > 70 else []


def _profit_factor_advice(profit_factor: float) -> list[str]:
    if profit_factor < 1.5:
        return ["Improve risk/reward: the profit factor is below 1.5. Plan a larger target for each dollar at risk."]
    return ["Strong edge: the profit factor is above 2.0. Add size slowly, if at all."] if profit_factor > 2.0 else []


def _sample_advice(trades: int) -> list[str]:
    if trades >= SMALL_SAMPLE:
        return []
    return ["Build sample size: there are too few trades to judge by. Trade small until there are more."]


def _strategy_advice(strategies: pd.DataFrame) -> list[str]:
    if strategies.empty:
        return []
    names = strategies.loc[strategies["win_rate"] >= REPEATABLE_WIN_RATE, "strategy"].tolist()
    if not names:
        return []
    return [f"Winning strategies: {', '.join(names)}. Each wins at least {REPEATABLE_WIN_RATE}%; trade them first."]


def _expectancy_advice(expectancy: float) -> list[str]:
    if expectancy > STRONG_EXPECTANCY:
        return [f"Positive expectancy: ${expectancy:.2f} per trade on average. The method pays; repeat it."]
    if expectancy < 0:
        return [
            f"Negative expectancy: ${expectancy:.2f} per trade on average. "
            "Go back to paper trading until the average is positive."
        ]
    return []
