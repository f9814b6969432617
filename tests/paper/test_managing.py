"""The account at quoted prices day by day: marked, closed by rule, settled, and its figures to the cent."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import User

from apps.ledger.accounts import change_rules, standing
from apps.ledger.models import Account, Fill, Position
from apps.ledger.reconciling import differences
from apps.ledger.settling import settle_due
from apps.ledger.tasks import settle
from apps.market.models import Snapshot
from apps.paper import books, finding, managing, tasks
from apps.paper.books import DailySettings, daily_settings, keep_settings
from apps.paper.equity import equity_points
from apps.paper.models import FoundTrade, PaperPositionV2
from apps.paper.open_positions import shown, tone_of
from apps.paper.performance import figures_of, light_of, performance_of
from tests.paper.simulated import chain_at, market_says, moment, without_bids_and_asks
from tests.paper.test_daily_trade import executed, in_regime


@pytest.fixture
def held(trader: User, daily: Account, at: datetime) -> PaperPositionV2:
    """A call bought at the fills of an account that pays a share of the spread and commissions."""
    change_rules(daily, fill_model="spread", commission=Decimal("0.65"), at=at, by=trader)
    in_regime("squeeze", at)
    row = executed(trader, at).row
    assert row is not None
    return row


def test_a_snapshot_marks_row_and_position(held: PaperPositionV2, daily: Account) -> None:
    later = moment(23, 12)
    with time_machine.travel(later, tick=False):
        snapshot = market_says(later)
        tasks.manage(snapshot.pk)
    held.refresh_from_db()
    fill = Fill.objects.get()
    (one,) = shown(daily, at=later)
    mark = one.legs[0].mark
    assert mark is not None
    assert one.position.mark_problem == ""
    assert held.unrealized_pnl == pytest.approx(float(mark - (fill.mid or 0)) * held.quantity * 100)
    assert one.pnl == (mark - fill.price) * held.quantity * 100 - fill.commission
    assert held.current_spot_price == float(snapshot.spot)
    assert not list(differences())


def test_nothing_is_closed_by_itself_unless_it_is_switched_on(
    trader: User, held: PaperPositionV2, daily: Account, at: datetime
) -> None:
    in_regime("condor", at)  # gamma changes its sign
    assert managing.manage_daily(daily, at=at).closes == []
    keep_settings(daily, replace(daily_settings(trader), auto_manage=True), at=at)
    (done,) = managing.manage_daily(daily, at=at).closes
    assert "GEX flip" in done["reason"]
    held.refresh_from_db()
    assert (held.status, held.exit_reason) == ("CLOSED", done["reason"])
    assert managing.manage_daily(daily, at=at, by_hand=True).closes == []


def test_without_a_market_nothing_is_judged_and_the_reason_is_said(
    held: PaperPositionV2, daily: Account, at: datetime
) -> None:
    market_says(at, chain=without_bids_and_asks(chain_at(at)))
    in_regime("condor", at)
    done = managing.manage_daily(daily, at=at, by_hand=True)
    assert done.closes == []
    assert "is not judged" in " ".join(done.problems)
    assert Position.objects.get().status == "OPEN"


def test_engine_and_ledger_differ_by_fills_and_commissions_alone(
    trader: User, held: PaperPositionV2, daily: Account, at: datetime
) -> None:
    finding.execute(finding.find(trader, at=at), key="second", at=at, by=trader)
    later = moment(23, 13)
    with time_machine.travel(later, tick=False):
        market_says(later)
        managing.manage_daily(daily, at=later)
    figures = performance_of(daily, "daily")
    assert figures.costs.against_mid > 0
    reasons = {one.reason: one.amount for one in figures.differences}
    assert reasons == {
        "Fills against mid": -figures.costs.against_mid,
        "Commissions": -figures.costs.commissions,
    }
    assert figures.ledger.total - figures.engine.total == sum(reasons.values())
    rows = PaperPositionV2.objects.values_list("unrealized_pnl", flat=True)
    assert float(figures.engine.total) == pytest.approx(sum(pnl or 0 for pnl in rows))
    assert figures.ledger.value == figures.standing.equity


def test_what_expires_is_settled_at_the_close_of_its_day(held: PaperPositionV2, daily: Account) -> None:
    friday = moment(27, 12, 55)  # a half day
    with time_machine.travel(friday, tick=False):
        snapshot = market_says(friday)
    assert settle_due(at=moment(27, 12, 59)) == []
    assert len(settle_due(at=moment(27, 13, 1))) == 1
    assert settle_due(at=moment(27, 13, 2)) == []
    assert [books.follow_the_ledger() for _ in range(2)] == [1, 0]
    held.refresh_from_db()
    worth = max(Decimal(0), snapshot.spot - Decimal(repr(held.strike)))
    assert held.status == "CLOSED"
    assert Position.objects.get().exit_price == pytest.approx(worth)
    assert standing(daily).open_positions == 0
    assert not list(differences())


def test_what_has_expired_and_waits_to_be_settled_is_left_alone(held: PaperPositionV2, daily: Account) -> None:
    monday = moment(30, 12)
    with time_machine.travel(monday, tick=False):
        market_says(monday)
    assert settle_due(at=monday) == [], "no price of the Friday is known"
    why = Position.objects.get().mark_problem
    assert "Settle it by hand" in why
    done = managing.manage_daily(daily, at=monday, by_hand=True)
    assert (done.closes, done.problems) == ([], [])
    assert Position.objects.get().mark_problem == why


def test_the_tick_does_all_of_it_twice_without_harm(held: PaperPositionV2) -> None:
    friday = moment(27, 12, 55)
    with time_machine.travel(friday, tick=False):
        market_says(friday)
    with time_machine.travel(moment(27, 13, 5), tick=False):
        for _ in range(2):
            settle()
            tasks.tick()
    assert Position.objects.get().status == "CLOSED"
    assert not list(differences())


def test_a_snapshot_of_spy_lets_the_desk_find_the_trade_of_the_day(trader: User, daily: Account, at: datetime) -> None:
    snapshot = Snapshot.objects.get()
    tasks.manage(snapshot.pk)
    tasks.manage(snapshot.pk)
    tasks.manage(0)
    assert FoundTrade.objects.get().by_desk


def test_the_curve_steps_at_each_close_and_ends_now(
    trader: User, held: PaperPositionV2, daily: Account, at: datetime
) -> None:
    in_regime("condor", at)
    managing.manage_daily(daily, at=at, by_hand=True)
    value = standing(daily).equity
    points = equity_points(daily, performance_of(daily, "daily").steps, value, at=moment(23, 15))
    closed = Position.objects.get()
    assert [amount for _, amount in points] == [1_000_000, 1_000_000 + closed.pnl, value]


def test_figures_count_break_even_as_a_trade_that_neither_wins_nor_loses() -> None:
    figures = figures_of(Decimal(100_000), [Decimal(200), Decimal(-50), Decimal(0), Decimal(100)], [Decimal(10)])
    assert (figures.wins, figures.losses, figures.closed, figures.open) == (2, 1, 4, 1)
    assert figures.win_rate == 0.5
    assert (figures.avg_win, figures.avg_loss, figures.ratio) == (Decimal(150), Decimal(-50), Decimal(3))
    assert (figures.best, figures.worst, figures.value) == (Decimal(200), Decimal(-50), Decimal(100_260))
    assert figures.total_return == pytest.approx(0.0026)
    empty = figures_of(Decimal(0), [], [])
    assert (empty.win_rate, empty.ratio, empty.total_return, empty.best) == (None, None, None, None)


@pytest.mark.parametrize(
    ("kind", "win_rate", "tone"),
    [
        ("daily", 0.75, "gain"), ("daily", 0.74, "warn"), ("daily", 0.65, "warn"), ("daily", 0.64, "loss"),
        ("model", 0.70, "gain"), ("model", 0.69, "warn"), ("model", 0.60, "warn"), ("model", 0.59, "loss"),
    ],
)  # fmt: skip
def test_win_rates_have_the_old_pages_lights(kind: str, win_rate: float, tone: str) -> None:
    assert light_of(kind, win_rate) == tone  # type: ignore[arg-type]
    assert light_of(kind, None) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("share", "tone"),
    [(0.10, "gain"), (0.099, "act"), (0.0, "act"), (-0.10, "warn"), (-0.101, "loss"), (None, "")],
)
def test_positions_have_the_old_cards_colours(share: float | None, tone: str) -> None:
    assert tone_of(share) == tone


def test_settings_that_were_never_stored_are_the_engines_defaults(trader: User) -> None:
    assert daily_settings(trader) == DailySettings()
