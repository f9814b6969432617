"""Each metric against the session before: the engine's changes in the desk's words."""

import pytest

from apps.gex.classic.day_over_day import Row, build
from apps.market.blocks import NotReadyError
from apps.market.models import Snapshot
from legacy_engines.gamma.trading_volatility.day_over_day import metric_change
from tests.gex.classic.conftest import DayMaker, Reader
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("db", "seconds_later")
THIN = "\u202f"


def rows() -> dict[str, Row]:
    return {row.key: row for row in build("SPX", OPEN_MARKET).rows}


def test_each_metric_is_the_engines(either_snapshot: Snapshot, session_before: DayMaker) -> None:
    before = session_before(either_snapshot)
    shown = rows()
    assert either_snapshot.flip_point
    assert before.flip_point
    flip = metric_change(either_snapshot.flip_point, before.flip_point)
    assert (shown["flip_point"].now, shown["flip_point"].before) == (f"{flip['current']:,.2f}", "5,750.00")
    assert shown["flip_point"].change == f"{flip['change']:+,.2f}".replace("-", "−")
    assert shown["flip_point"].share == f"{flip['pct_change']:+,.2f}{THIN}%".replace("-", "−")
    assert shown["flip_point"].arrow == flip["trend"]
    assert shown["net_gex"].before == f"+2.00{THIN}bn"
    assert shown["implied_volatility"].before == f"15.0{THIN}%"
    assert shown["put_call_ratio"].before == "1.60"


@pytest.mark.parametrize(("now", "arrow", "trend"), [(5720.0, "↓", "down"), (5770.0, "→", "flat"), (5800.0, "↑", "up")])
def test_below_half_a_percent_is_flat(
    snapshot: Snapshot, session_before: DayMaker, now: float, arrow: str, trend: str
) -> None:
    Snapshot.objects.update(flip_point=now)
    session_before(snapshot)
    found = rows()["flip_point"]
    assert (found.arrow, found.trend) == (arrow, trend)


def test_a_negative_base_is_told(snapshot: Snapshot, session_before: DayMaker) -> None:
    Snapshot.objects.update(net_gex=-1e9)
    session_before(snapshot, net_gex=-2e9)
    view = build("SPX", OPEN_MARKET)
    net = next(row for row in view.rows if row.key == "net_gex")
    assert (net.change, net.share, net.trend) == (f"+1.00{THIN}bn", f"−50.00{THIN}%", "up")
    assert any("negative figure" in note for note in view.notes)


def test_what_one_session_does_not_know_is_not_compared(snapshot: Snapshot, session_before: DayMaker) -> None:
    session_before(snapshot, flip_point=None)
    found = rows()["flip_point"]
    assert (found.before, found.change, found.missing) == ("unknown", "", "Not compared.")


def test_a_figure_that_was_zero_has_no_percentage(snapshot: Snapshot, session_before: DayMaker) -> None:
    session_before(snapshot, net_gex=0.0)
    assert rows()["net_gex"].missing == "No percentage of 0."


def test_rating_and_formation_stand_there_where_the_vendor_sent_them(
    vendors_snapshot: Snapshot, session_before: DayMaker, read_block: Reader
) -> None:
    session_before(vendors_snapshot, rating=2.0, gamma_formation=0.0)
    text = read_block("day-over-day")
    assert "Rating unknown 2.00 Not compared: it comes once a day." in text
    assert "Gamma formation unknown 0.00" in text


def test_the_page_names_both_sessions_and_their_source(
    snapshot: Snapshot, session_before: DayMaker, read_block: Reader
) -> None:
    session_before(snapshot)
    text = read_block("day-over-day")
    assert f"Wed 18 Nov against Tue 17 Nov, both {snapshot.source_label}" in text
    assert "only Trading Volatility's daily history has them" in text
    for label in ("Flip", "Net GEX", "Implied vol", "Put/call"):
        assert label in text


@pytest.mark.usefixtures("snapshot")
def test_without_the_session_before_it_says_how_to_get_it(read_block: Reader) -> None:
    text = read_block("day-over-day")
    assert "No session to compare with" in text
    assert "manage.py backfill SPX --days 5" in text


def test_before_the_first_levels_it_waits() -> None:
    with pytest.raises(NotReadyError, match="by themselves"):
        build("SPX", OPEN_MARKET)
