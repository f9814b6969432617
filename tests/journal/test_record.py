"""The figures are the engine's, over the trader's own closed trades."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alphagex.clock import NEW_YORK
from apps.gex.plans.wording import shown
from apps.journal import curve
from apps.journal.choosing import Chosen, chosen_of, in_period
from apps.journal.frames import frame_of
from apps.journal.models import JournalEntry
from apps.journal.record import Record, record_of
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account
from legacy_engines.trade_journal_agent import TradeJournalAgent, create_performance_chart
from tests.journal.trading import traded
from tests.ledger.market import Market
from tests.moments import OPEN_MARKET
from tests.parity.worlds import SqliteStore, StandingClock

UTC_TEXT = "%Y-%m-%d %H:%M:%S"


def written(owner: User, pnl: float, *, closed_at: datetime, hours: float = 2, **changes: Any) -> JournalEntry:
    """Store a trade as it stands in the journal, without trading it."""
    usual: dict[str, Any] = {"symbol": "SPY", "strategy": "Squeeze", "direction": "LONG", "quantity": 1}
    return JournalEntry.objects.create(
        owner=owner,
        opened_at=closed_at - timedelta(hours=hours),
        closed_at=closed_at,
        entry_price=Decimal(10),
        exit_price=Decimal(11),
        pnl=Decimal(str(pnl)),
        **usual | changes,
    )


def many(owner: User, number: int, *, at: datetime) -> None:
    """Store trades of several strategies and symbols, some at the same moment."""
    dice = random.Random(7)
    for place in range(number):
        written(
            owner,
            dice.choice([0, dice.randint(-40_000, 60_000) / 100]),
            closed_at=at - timedelta(hours=7 * (place // 2), seconds=dice.randint(0, 3000)),
            hours=dice.randint(1, 300) / 4,
            symbol=dice.choice(["SPX", "SPY", "QQQ"]),
            strategy=dice.choice(["Squeeze", "Fade", "Iron Condor"]),
            max_loss=dice.choice([None, Decimal(500)]),
        )


def engine_with(owner: User, *, at: datetime) -> TradeJournalAgent:
    """Return the engine over the old table with the same trades, written as the old program wrote them."""
    standing = StandingClock(at.isoformat())
    agent = TradeJournalAgent(store=SqliteStore(standing), clock=standing)
    for entry in JournalEntry.objects.filter(owner=owner).order_by("-pk"):
        agent.store.insert(
            "positions",
            {
                "symbol": entry.symbol,
                "strategy": entry.strategy,
                "status": "CLOSED",
                "pnl": float(entry.pnl),
                "opened_at": entry.opened_at.astimezone(UTC).strftime(UTC_TEXT),
                "closed_at": entry.closed_at.astimezone(UTC).strftime(UTC_TEXT),
            },
        )
    return agent


@pytest.mark.parametrize("days", [7, 14, 30, 60, 90, 180])
def test_figures_tables_and_texts_are_those_of_the_engine_over_the_old_table(
    trader: User, at: datetime, days: int
) -> None:
    many(trader, 120, at=at)
    agent = engine_with(trader, at=at)
    trades = agent.get_closed_trades(days)
    metrics = agent.calculate_performance_metrics(trades)
    record = record_of(trader, Chosen(days=days), at=at)
    assert record.trades == metrics["total_trades"] == len(trades) > 0
    assert (record.winners, record.losers) == (metrics["winners"], metrics["losers"])
    assert record.win_rate * 100 == pytest.approx(metrics["win_rate"])
    same = {
        "pnl": "total_pnl", "expectancy": "expectancy", "profit_factor": "profit_factor", "average_win": "avg_win",
        "average_loss": "avg_loss", "best": "best_trade", "worst": "worst_trade", "hours_held": "avg_hold_time",
    }  # fmt: skip
    for ours, theirs in same.items():
        assert getattr(record, ours) == pytest.approx(metrics[theirs], rel=1e-12), ours
    for rows, table, column in (
        (record.strategies, agent.analyze_by_strategy(trades), "strategy"),
        (record.symbols, agent.analyze_by_symbol(trades), "symbol"),
    ):
        ours_rows = [(row.name, row.trades, row.pnl, row.average, row.wins, row.win_rate) for row in rows]
        columns = [column, "total_trades", "total_pnl", "avg_pnl", "wins", "win_rate"]
        assert ours_rows == [tuple(row) for row in table[columns].itertuples(index=False)]
    said = [one.title.lower() + one.text.lower() for one in record.insights]
    assert said == [shown(text).replace(": ", "", 1).lower() for text in agent.detect_patterns(trades)["insights"]]
    advice = [one.title.lower() + one.text.lower() for one in record.recommendations]
    told = agent.generate_recommendations(trades, metrics)
    assert advice == [shown(text).replace(": ", "", 1).lower() for text in told]


def test_the_curve_adds_up_the_results_by_time_of_close(trader: User, at: datetime) -> None:
    for days, pnl in ((3, 100.0), (1, -30.0), (2, 50.5)):
        written(trader, pnl, closed_at=at - timedelta(days=days))
    figure = json.loads(record_of(trader, Chosen(), at=at).figure)
    assert figure["data"][0]["y"] == [100.0, 150.5, 120.5]
    assert figure["data"][0]["x"][-1] == "2026-11-17T12:30:00"  # New York, as on the trader's wall
    assert figure["data"][0]["fill"] == "tozeroy"
    assert figure["layout"]["shapes"][0]["y0"] == 0


def test_a_curve_of_very_many_trades_is_thinned_to_points_of_the_engines(
    trader: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curve, "MOST_POINTS", 40)
    many(trader, 300, at=at)
    trades = frame_of(in_period(trader, Chosen(days=None), at=at))
    drawn = json.loads(curve.figure_of(trades))["data"][0]
    engine = create_performance_chart(trades)
    assert engine is not None
    every = [(x, round(y, 2)) for x, y in zip(engine["data"][0]["x"], engine["data"][0]["y"], strict=True)]
    points = list(zip(drawn["x"], drawn["y"], strict=True))
    assert len(points) <= 40
    assert set(points) <= set(every)
    assert (points[0], points[-1]) == (every[0], every[-1])
    assert (max(drawn["y"]), min(drawn["y"])) == (max(y for _, y in every), min(y for _, y in every))


def test_nothing_lost_makes_the_profit_factor_infinite(trader: User, at: datetime) -> None:
    written(trader, 100, closed_at=at)
    written(trader, 0, closed_at=at)
    record = record_of(trader, Chosen(), at=at)
    assert (record.profit_factor, record.winners, record.losers) == (None, 1, 1)


def test_the_average_r_counts_the_trades_whose_risk_is_known(trader: User, at: datetime) -> None:
    written(trader, 250, closed_at=at, max_loss=Decimal(500))
    written(trader, -500, closed_at=at, max_loss=Decimal(500))
    written(trader, 900, closed_at=at, max_loss=None)
    written(trader, 900, closed_at=at, max_loss=Decimal(0))
    record = record_of(trader, Chosen(), at=at)
    assert (record.average_r, record.with_r, record.trades) == (-0.25, 2, 4)


def test_hours_are_true_hours_when_the_clocks_change(trader: User) -> None:
    closed_at = datetime(2026, 11, 2, 9, 30, tzinfo=NEW_YORK)  # the clocks went back on 1 Nov 2026
    written(trader, 10, closed_at=closed_at).save()
    JournalEntry.objects.update(opened_at=datetime(2026, 10, 30, 9, 30, tzinfo=NEW_YORK))
    record = record_of(trader, Chosen(days=None), at=closed_at + timedelta(days=1))
    assert record.hours_held == 73


def test_a_period_ends_at_the_second(trader: User, at: datetime) -> None:
    written(trader, 1, closed_at=at - timedelta(days=30))
    written(trader, 2, closed_at=at - timedelta(days=30, seconds=1))
    assert record_of(trader, Chosen(), at=at).trades == 1
    assert record_of(trader, Chosen(days=60), at=at).trades == 2
    assert record_of(trader, Chosen(days=None), at=at).trades == 2


def test_paper_money_stays_out_of_the_own_record(trader: User, market: Market, at: datetime) -> None:
    for kind, pnl in ((Account.Kind.OWN, 10), (Account.Kind.PAPER, 200), (Account.Kind.AUTONOMOUS, -30)):
        account = account_in_use(trader, kind, at=OPEN_MARKET - timedelta(days=2))
        traded(account, pnl, at=at)
    assert record_of(trader, Chosen(), at=at).pnl == 10
    assert record_of(trader, Chosen(account="paper"), at=at).pnl == 200
    assert record_of(trader, Chosen(account="all"), at=at).pnl == 180


def test_what_is_kept_is_used_until_a_trade_comes_changes_or_goes(trader: User, at: datetime) -> None:
    entry = written(trader, 100, closed_at=at)
    record_of(trader, Chosen(), at=at)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert record_of(trader, Chosen(), at=at).trades == 1
    assert len(asked) == 1
    written(trader, -20, closed_at=at)
    assert record_of(trader, Chosen(), at=at).pnl == 80
    entry.pnl, entry.updated_at = Decimal(50), at
    JournalEntry.objects.filter(pk=entry.pk).update(pnl=50, updated_at=at + timedelta(seconds=1))
    assert record_of(trader, Chosen(), at=at).pnl == 30
    entry.delete()
    assert record_of(trader, Chosen(), at=at).pnl == -20


@pytest.mark.parametrize(
    ("rate", "tone", "word"), [(70, "gain", "strong"), (69.9, "warn", "fair"), (49.9, "loss", "weak")]
)
def test_strategies_are_tinted_by_their_win_rate(trader: User, at: datetime, rate: float, tone: str, word: str) -> None:
    written(trader, 1, closed_at=at)
    row = replace(record_of(trader, Chosen(), at=at).strategies[0], win_rate=rate)
    assert (row.tone, row.word) == (tone, word)


def test_no_trade_gives_an_empty_record(trader: User, at: datetime) -> None:
    assert record_of(trader, Chosen(), at=at) == Record(trades=0)


def test_an_address_nobody_offers_shows_what_is_usual() -> None:
    strange = {"days": "31", "account": "theirs", "rating": "9", "result": "x", "day": "yesterday", "text": "a\x00b"}
    chosen = chosen_of(strange)
    assert chosen == Chosen(text="ab")
    assert chosen_of({"days": "all", "day": "2026-11-18"}).query == "days=all&day=2026-11-18"
