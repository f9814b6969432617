"""The status boxes: the market's clock by the exchange's calendar, what the day is good for, the VIX and its age."""

from datetime import datetime, timedelta

import pytest

from alphagex.clock import NEW_YORK
from apps.dashboard import boxes, services
from apps.market import data_cache, facts, heartbeat
from apps.market.chain import Chain, Origin
from apps.market.feed import note_failure, store_observation
from apps.market.macro import VIX
from apps.market.sources.protocol import Answer
from tests.moments import OPEN_MARKET


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def know_vix(*closes: float, at: datetime = OPEN_MARKET) -> None:
    column = list(closes)
    bars = {"time": [at.isoformat()] * len(column), "volume": [0] * len(column)}
    bars |= dict.fromkeys(("open", "high", "low", "close"), column)
    origin = Origin(source="simulated", kind="simulated", label="Simulated, seed 42")
    facts.put(Answer(question=VIX, value=bars, as_of=at, origin=origin), source_name="simulated", at=at)


def fail(message: str, *, at: datetime) -> None:
    data_cache.note_failure(VIX, source="simulated", message=message, at=at, pause=timedelta(minutes=1))


@pytest.mark.parametrize(
    ("at", "tone", "time"),
    [
        ("2026-11-18 11:30:05", "gain", "11:30:05"),
        ("2026-11-18 09:29:59", "loss", "09:29:59"),
        ("2026-11-18 16:00:00", "loss", "16:00:00"),
        ("2026-11-27 12:59:00", "gain", "12:59:00"),  # the half day after Thanksgiving
        ("2026-11-27 13:00:00", "loss", "13:00:00"),
        ("2026-11-21 11:00:00", "loss", "11:00:00"),
    ],
)
def test_market_time_is_green_in_session_hours_alone(at: str, tone: str, time: str) -> None:
    box = boxes.market_time(ny(at))
    assert (box.tone, box.time) == (tone, time)
    assert box.note.endswith(" ET")


@pytest.mark.parametrize(
    ("at", "weekday", "quality", "session"),
    [
        ("2026-11-16 08:00", "Monday", "best", "Session until 16:00"),
        ("2026-11-17 08:00", "Tuesday", "best", "Session until 16:00"),
        ("2026-11-18 08:00", "Wednesday", "good", "Session until 16:00"),
        ("2026-11-26 08:00", "Thursday", "caution", "No session: exchange holiday"),
        ("2026-11-27 08:00", "Friday", "caution", "Half day until 13:00"),
        ("2026-11-21 08:00", "Saturday", "caution", "No session: weekend"),
    ],
)
def test_the_trading_day_says_what_it_is_good_for_and_when_it_ends(
    at: str, weekday: str, quality: str, session: str
) -> None:
    box = boxes.trading_day(ny(at))
    assert (box.weekday, box.quality, box.session) == (weekday, quality, session)


@pytest.mark.usefixtures("db")
def test_the_vix_comes_with_its_regime_source_and_moment() -> None:
    know_vix(26.1, 27.534)
    box = boxes.volatility(OPEN_MARKET)
    assert (box.value, box.regime, box.missing) == ("27.53", "High", "")
    assert box.badge is not None
    assert (box.badge["kind"], box.badge["label"]) == ("simulated", "Simulated")
    assert "VIX, as of Wed 18 Nov 2026 11:30 ET" in box.badge["origin"]


@pytest.mark.usefixtures("db")
def test_a_vix_nobody_knows_yet_is_asked_for_and_said_to_come() -> None:
    box = boxes.volatility(OPEN_MARKET)
    assert (box.value, box.is_coming) == ("", True)
    assert "comes in a moment" in box.missing


@pytest.mark.usefixtures("db")
def test_a_failed_renewal_leaves_the_old_vix_with_the_reason() -> None:
    know_vix(18.0)
    later = OPEN_MARKET + timedelta(minutes=12)
    fail("Yahoo sent an empty answer.", at=later)
    box = boxes.volatility(later)
    assert (box.value, box.failed) == ("18.00", "failed 11:42")
    assert box.badge is not None
    assert "Yahoo sent an empty answer." in box.badge["origin"]


@pytest.mark.usefixtures("db")
def test_a_first_question_that_failed_is_told_not_guessed() -> None:
    fail("Yahoo answered 500.", at=OPEN_MARKET)
    box = boxes.volatility(OPEN_MARKET)
    assert (box.value, box.missing) == ("", "Yahoo answered 500.")


@pytest.mark.usefixtures("db")
def test_while_the_vix_is_being_renewed_the_boxes_are_asked_for_again_soon() -> None:
    know_vix(18.0)
    assert services.status("SPX", at=OPEN_MARKET).seconds == 15
    an_hour_later = services.status("SPX", at=OPEN_MARKET + timedelta(hours=1))
    assert (an_hour_later.vix.value, an_hour_later.seconds) == ("18.00", 3)


@pytest.mark.usefixtures("db")
def test_an_answer_without_a_bar_is_not_taken_for_a_vix() -> None:
    know_vix()
    box = boxes.volatility(OPEN_MARKET)
    assert (box.value, box.missing) == ("", "Simulated, seed 42 has no VIX for this session yet.")


@pytest.mark.usefixtures("clean_redis", "db")
def test_the_system_box_speaks_of_the_part_that_is_down_then_of_late_symbols_then_of_health(
    spx_chain: Chain,
) -> None:
    store_observation(spx_chain, received_at=OPEN_MARKET)
    at = OPEN_MARKET + timedelta(seconds=2)

    def told() -> tuple[object, object, object]:
        box = services.status("SPX", at=at).system
        return box["value"], box["tone"], box["note"]

    assert told() == ("Degraded", "loss", "worker is down")
    heartbeat.beat_once(heartbeat.WORKER)
    heartbeat.beat_once(heartbeat.BEAT)
    assert told() == ("Healthy", "gain", "4 of 4 services")
    note_failure("SPX", message="Cboe answered HTTP 403.", at=at)
    assert told() == ("Attention", "warn", "SPX is not up to date")
