"""The scorecard on the Levels tab: frozen values, what became of them, and the record, at each hour of the day."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from alphagex import clock
from apps.gex.score import card
from apps.gex.tabs import tab_of
from apps.market import configured
from apps.market.blocks import NotReadyError
from apps.market.models import FrozenLevel
from tests.market.scorecard.material import CBOE_LEVEL, frozen
from tests.market.tracking.material import ny

Kind = FrozenLevel.Kind
Outcome = FrozenLevel.MoveOutcome
BARS = {"prices": "daily_bar", "open": 6790.0, "high": 6853.5, "low": 6741.25, "close": 6849.0}
THIN = "\u202f"


@pytest.fixture(autouse=True)
def _simulated(db: None, settings: Settings) -> None:
    settings.DATA_SOURCE = "simulated"
    configured.configured.cache_clear()


def freeze_session(day: str = "2026-11-18", **columns: Any) -> None:
    """SPX with spot at 6,800: flip 6,750.25, walls 6,850 and 6,700, one sigma of 50 points."""
    common: dict[str, Any] = {"symbol": "SPX", "day": day, "spot": 6800.0} | columns
    frozen(kind=Kind.FLIP, level=6750.25, **common)
    frozen(kind=Kind.CALL_WALL, level=6850.0, **common)
    frozen(kind=Kind.PUT_WALL, level=6700.0, **common)
    frozen(kind=Kind.EXPECTED_MOVE, lower=6750.0, upper=6850.0, **common)


def scored(kind: str, *, touched: bool, held: bool, broken: bool, beyond: bool) -> None:
    FrozenLevel.objects.filter(kind=kind, day="2026-11-18").update(
        scored_at=ny("2026-11-18 16:20"), touched=touched, held=held, broken=broken, closed_beyond=beyond, **BARS
    )


def earlier_sessions(count: int, *, touched: int, held: int) -> None:
    """Scores of the call wall on the sessions before 18 November, newest first touched and held."""
    day, place = date(2026, 11, 17), 0
    while place < count:
        if clock.session_on(day):
            frozen(
                "SPX", day.isoformat(), level=6850.0, spot=6800.0, scored_at=ny(f"{day} 16:20"),
                touched=place < touched, held=place < held, broken=False, closed_beyond=held <= place < touched,
            )  # fmt: skip
            place += 1
        day -= timedelta(days=1)


def shown(at: str) -> dict[str, card.Line]:
    return {line.key: line for line in card.build("SPX", ny(at)).lines}


def states(at: str) -> dict[str, tuple[str, str]]:
    return {key: (line.state.text, line.state.tone) for key, line in shown(at).items() if line.state}


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "'")


def test_frozen_values_read_as_everywhere_else() -> None:
    freeze_session()
    found = {key: (line.frozen, line.distance) for key, line in shown("2026-11-18 11:00").items()}
    assert found == {
        Kind.FLIP: ("6,750.25", f"−0.73{THIN}% from 6,800.00"),
        Kind.CALL_WALL: ("6,850", f"+0.74{THIN}% from 6,800.00"),
        Kind.PUT_WALL: ("6,700", f"−1.47{THIN}% from 6,800.00"),
        Kind.EXPECTED_MOVE: ("6,750.00 to 6,850.00", "±50.00 around 6,800.00"),
    }


def test_levels_are_open_until_the_close_then_await_their_prices() -> None:
    freeze_session()
    for at in ("2026-11-18 09:26", "2026-11-18 15:59"):
        assert set(states(at).values()) == {("Open", "")}
    assert set(states("2026-11-18 16:00").values()) == {("Awaits the day's prices", "")}


def test_scores_show_after_they_were_made_with_the_prices_behind_them() -> None:
    freeze_session()
    scored(Kind.FLIP, touched=True, held=True, broken=True, beyond=False)
    scored(Kind.CALL_WALL, touched=True, held=True, broken=False, beyond=False)
    scored(Kind.PUT_WALL, touched=False, held=False, broken=False, beyond=False)
    move = FrozenLevel.objects.filter(kind=Kind.EXPECTED_MOVE)
    move.update(scored_at=ny("2026-11-18 16:20"), move_outcome=Outcome.EXCEEDED, **BARS)
    assert states("2026-11-18 17:00") == {
        Kind.FLIP: ("Broken, closed back", "warn"),
        Kind.CALL_WALL: ("Touched, held", "gain"),
        Kind.PUT_WALL: ("Not touched", ""),
        Kind.EXPECTED_MOVE: ("Exceeded, closed inside", "warn"),
    }
    notes = card.build("SPX", ny("2026-11-18 17:00")).notes
    assert notes[-1] == "Scored by the daily bar: open 6,790.00, high 6,853.50, low 6,741.25, close 6,849.00."
    assert set(states("2026-11-18 16:19").values()) == {("Awaits the day's prices", "")}


@pytest.mark.parametrize(("broken", "text"), [(True, "Broken, closed beyond"), (False, "Closed beyond")])
def test_a_close_on_the_other_side_is_a_loss_of_the_level(broken: bool, text: str) -> None:
    freeze_session()
    scored(Kind.CALL_WALL, touched=True, held=False, broken=broken, beyond=True)
    assert states("2026-11-18 17:00")[Kind.CALL_WALL] == (text, "loss")


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(Outcome.INSIDE, ("Inside", "gain")), (Outcome.CLOSED_OUTSIDE, ("Closed outside", "loss"))],
)
def test_a_move_was_kept_or_left(outcome: str, expected: tuple[str, str]) -> None:
    freeze_session()
    move = FrozenLevel.objects.filter(kind=Kind.EXPECTED_MOVE)
    move.update(scored_at=ny("2026-11-18 16:20"), move_outcome=outcome, **BARS)
    assert states("2026-11-18 17:00")[Kind.EXPECTED_MOVE] == expected


def test_what_could_not_be_scored_says_why() -> None:
    freeze_session(unscored_reason="No daily bar came.")
    state = shown("2026-11-19 08:00")[Kind.FLIP].state
    assert state is not None
    assert (state.text, state.why) == ("Not scored", "No daily bar came.")


def test_the_record_has_sample_size_and_interval() -> None:
    freeze_session()
    earlier_sessions(40, touched=17, held=12)
    record = shown("2026-11-18 11:00")[Kind.CALL_WALL].record
    assert record.text == f"held 12 of 17 touched, 71{THIN}% (47 to 87{THIN}%)"
    assert record.more == "40 sessions, broken in 0, closed beyond in 5"


@pytest.mark.parametrize(
    ("count", "touched", "held", "text"),
    [
        (4, 4, 3, "held 3 of 4 touched, too few"),
        (1, 0, 0, "not touched in 1 session"),
        (12, 0, 0, "not touched in 12 sessions"),
        (5, 5, 5, f"held 5 of 5 touched, 100{THIN}% (57 to 100{THIN}%)"),
    ],
)
def test_a_short_record_claims_nothing(count: int, touched: int, held: int, text: str) -> None:
    freeze_session()
    earlier_sessions(count, touched=touched, held=held)
    assert shown("2026-11-18 11:00")[Kind.CALL_WALL].record.text == text
    assert shown("2026-11-18 11:00")[Kind.FLIP].record.text == "No session scored yet."


def test_the_record_of_a_move() -> None:
    freeze_session()
    for day, outcome in (("16", Outcome.INSIDE), ("17", Outcome.CLOSED_OUTSIDE)):
        frozen(
            "SPX", f"2026-11-{day}", kind=Kind.EXPECTED_MOVE, lower=6750.0, upper=6850.0, move_outcome=outcome,
            scored_at=ny(f"2026-11-{day} 16:20"),
        )  # fmt: skip
    record = shown("2026-11-18 11:00")[Kind.EXPECTED_MOVE].record
    assert (record.text, record.more) == ("closed inside 1 of 2 sessions, too few", "never left it in 1")


def test_a_level_that_was_not_known_is_a_sentence() -> None:
    frozen("SPX", kind=Kind.CALL_WALL, level=6850.0, spot=6800.0)
    lines = shown("2026-11-18 11:00")
    assert [(line.key, line.missing) for line in lines.values()] == [
        (Kind.FLIP, "None known then"),
        (Kind.CALL_WALL, ""),
        (Kind.PUT_WALL, "None known then"),
        (Kind.EXPECTED_MOVE, "None known then"),
    ]


@pytest.mark.parametrize(
    ("at", "when", "gap"),
    [
        ("2026-11-18 17:00", "Session of Wed 18 Nov, frozen at 09:25 ET", ""),
        ("2026-11-19 09:24", "Session of Wed 18 Nov, frozen at 09:25 ET", ""),
        ("2026-11-19 09:29", "Session of Wed 18 Nov, frozen at 09:25 ET", ""),  # the worker may be at it
        ("2026-11-19 09:30", "Session of Wed 18 Nov, frozen at 09:25 ET", "Thu 19 Nov was not frozen"),
        ("2026-11-22 12:00", "Session of Wed 18 Nov, frozen at 09:25 ET", "Fri 20 Nov was not frozen"),
    ],
)
def test_it_names_the_session_and_one_that_is_missing(at: str, when: str, gap: str) -> None:
    freeze_session()
    view = card.build("SPX", ny(at))
    assert view.when == when
    assert view.gap.startswith(gap)
    assert bool(view.gap) == bool(gap)


def test_the_weekend_shows_fridays_session_without_a_gap() -> None:
    freeze_session("2026-11-20")
    assert card.build("SPX", ny("2026-11-22 12:00")).gap == ""
    freeze_session("2026-11-27")
    assert card.build("SPX", ny("2026-11-29 12:00")).gap == ""


def test_levels_of_the_close_before_and_simulated_ones_say_so() -> None:
    freeze_session(as_of=ny("2026-11-17 16:14"))
    view = card.build("SPX", ny("2026-11-18 11:00"))
    assert view.notes == ["Simulated, quotes of Tue 17 Nov 2026 16:14 ET: nothing newer was known. Nothing is real."]
    assert (view.badge["kind"], view.badge["text"]) == ("simulated", "Simulated Tue 16:14")


def test_levels_of_another_source_are_not_shown(settings: Settings) -> None:
    freeze_session()
    frozen("SPX", **CBOE_LEVEL, kind=Kind.FLIP, level=6760.0, spot=6800.0)
    assert shown("2026-11-18 11:00")[Kind.FLIP].frozen == "6,750.25"
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()
    view = card.build("SPX", ny("2026-11-18 11:00"))
    assert (view.lines[0].frozen, view.badge["kind"]) == ("6,760.00", "delayed")


@pytest.mark.parametrize(
    ("at", "following"),
    [("2026-11-18 08:00", "Wed 18 Nov"), ("2026-11-18 11:00", "Thu 19 Nov"), ("2026-11-25 17:00", "Fri 27 Nov")],
)
def test_before_the_first_freezing_it_says_when_it_comes(at: str, following: str) -> None:
    with pytest.raises(NotReadyError, match=f"Next on {following}"):
        card.build("SPX", ny(at))


@pytest.mark.usefixtures("seconds_later", "snapshot")
def test_the_levels_tab_shows_it(trader_client: Client) -> None:
    freeze_session()
    earlier_sessions(20, touched=17, held=12)
    tab = tab_of("levels")
    assert tab.blocks[0] is card.BLOCK
    assert 'id="block-scorecard"' in trader_client.get("/gex/SPX/").content.decode()
    html = trader_client.get(tab.block_url("SPX", card.BLOCK)).content.decode()
    page = text_of(html)
    assert "Did these levels hold?" in page
    assert "Call wall 6,850 +0.74 % from 6,800.00 Open held 12 of 17 touched, 71 % (47 to 87 %)" in page
    assert "within 0.05 % of the level" in page
    assert "more than 0.1 % beyond" in page
    assert 'data-kind="simulated"' in html
    assert html.count('<th scope="row" role="rowheader">') == 4
