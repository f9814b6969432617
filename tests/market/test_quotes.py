"""An option's price is said with its age and source, or it is said why there is none; nothing is guessed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from pytest_django.fixtures import Settings

from apps.market import configured, quotes
from apps.market.chain import Chain, Origin
from apps.market.quotes import OptionQuote, quote_option
from apps.market.redis_client import short_questions
from apps.market.sources.simulated import SimulatedSource
from tests.moments import OPEN_MARKET, WEEKEND

EXPIRATION = date(2026, 12, 18)
DELAYED = Origin(source="cboe", kind="delayed", label="Cboe delayed", delay_seconds=900)


def chain_of(
    *rows: tuple[float, float, float], roots: tuple[str, ...] = ("SPY",), origin: Origin | None = None
) -> Chain:
    """Return calls at the strikes 100, 101 ...: rows of bid, ask, last."""
    count = len(rows)
    bid, ask, last = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    series = np.arange(count, dtype=np.int16) % len(roots)
    nothing = np.full(count, np.nan)
    return Chain(
        symbol="SPY",
        spot=101.0,
        as_of=OPEN_MARKET,
        origin=origin or DELAYED,
        roots=roots,
        root=series,
        expiration=np.full(count, np.datetime64(EXPIRATION)),
        is_call=np.ones(count, dtype=bool),
        strike=100.0 + np.arange(count, dtype=np.float64) // len(roots),
        iv=np.full(count, 0.2),
        open_interest=np.full(count, 10.0),
        volume=nothing,
        bid=bid,
        ask=ask,
        feed_gamma=nothing,
        last=last,
    )


def call(strike: str, **changes: object) -> OptionQuote:
    at = changes.pop("at", OPEN_MARKET)
    return quote_option("SPY", EXPIRATION, Decimal(strike), "call", at=at, **changes)  # type: ignore[arg-type]


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _cboe(settings: Settings, db: None) -> None:
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()


def test_an_orderly_quote_has_a_mid_a_spread_an_age_and_a_source() -> None:
    quotes.keep_quotes(chain_of((1.10, 1.20, 1.15)), at=OPEN_MARKET)
    quote = call("100", at=OPEN_MARKET + timedelta(seconds=10))
    assert (quote.status, quote.is_stale, quote.reason, quote.is_tradable) == ("ok", False, "", True)
    assert (quote.bid, quote.ask, quote.last) == (Decimal("1.1"), Decimal("1.2"), Decimal("1.15"))
    assert (quote.mid, quote.spread) == (Decimal("1.15"), Decimal("0.1"))
    assert quote.spread_share == pytest.approx(0.1 / 1.15)
    assert (quote.truth, quote.label, quote.age) == ("delayed", "Cboe delayed", timedelta(seconds=10))


@pytest.mark.parametrize(
    ("row", "status", "mid", "said"),
    [
        ((1.20, 1.20, 1.2), "locked", Decimal("1.2"), "is locked: bid and ask are both 1.2."),
        ((1.30, 1.20, 1.2), "crossed", None, "is crossed: bid 1.3 above ask 1.2."),
        ((0.0, 0.05, 0.05), "no_bid", None, "has no bid; the ask is 0.05."),
        ((np.nan, 0.05, 0.05), "no_bid", None, "has no bid"),
        ((1.0, np.nan, 1.0), "no_ask", None, "has no ask."),
        ((np.nan, np.nan, 3.0), "no_quote", None, "has neither bid nor ask."),
        ((0.0, 0.0, 3.0), "no_quote", None, "has neither bid nor ask."),
    ],
)
def test_a_market_that_is_not_orderly_is_said(
    row: tuple[float, float, float], status: str, mid: Decimal | None, said: str
) -> None:
    quotes.keep_quotes(chain_of(row), at=OPEN_MARKET)
    quote = call("100")
    assert (quote.status, quote.mid, quote.is_tradable) == (status, mid, False)
    assert said in quote.reason
    assert quote.reason.startswith("SPY 2026-12-18 100 call")


def test_a_strike_that_is_not_listed_is_said() -> None:
    quotes.keep_quotes(chain_of((1.1, 1.2, 1.1)), at=OPEN_MARKET)
    quote = call("100.5")
    assert (quote.status, quote.reason) == ("not_listed", "SPY 2026-12-18 100.5 call is not listed.")


def test_nothing_known_yet_is_said_and_asked_for() -> None:
    quote = call("100")
    assert (quote.status, quote.is_stale, quote.mid) == ("unknown", True, None)
    assert quote.reason == "No quote of SPY 2026-12-18 100 call yet: It is being asked for."
    assert short_questions().zcard("alphagex:budget:yahoo::waiting") == 1


def test_a_quote_older_than_promised_is_stale_and_keeps_its_numbers() -> None:
    quotes.keep_quotes(chain_of((1.1, 1.2, 1.1)), at=OPEN_MARKET)
    quote = call("100", at=OPEN_MARKET + timedelta(minutes=2))
    assert (quote.status, quote.is_stale, quote.is_tradable, quote.mid) == ("ok", True, False, Decimal("1.15"))
    assert "The quote is old, from 2026-11-18 11:30:00 ET." in quote.reason


def test_fresh_answers_with_old_time_stamps_are_stale_while_the_market_is_open() -> None:
    old = replace(chain_of((1.1, 1.2, 1.1)), as_of=OPEN_MARKET - timedelta(hours=2))
    quotes.keep_quotes(old, at=OPEN_MARKET)
    assert call("100").is_stale


def test_the_last_quotes_of_a_closed_market_are_as_new_as_can_be() -> None:
    quotes.keep_quotes(replace(chain_of((1.1, 1.2, 1.1)), as_of=WEEKEND - timedelta(hours=30)), at=WEEKEND)
    assert not call("100", at=WEEKEND + timedelta(minutes=1)).is_stale


def test_a_date_that_settles_twice_is_told_apart_by_its_series() -> None:
    quotes.keep_quotes(chain_of((1.1, 1.2, 1.1), (2.1, 2.2, 2.1), roots=("SPX", "SPXW")), at=OPEN_MARKET)
    assert (call("100").root, call("100").bid) == ("SPXW", Decimal("2.1"))
    assert (call("100", root="SPX").root, call("100", root="SPX").bid) == ("SPX", Decimal("1.1"))


def test_every_listed_contract_of_the_simulated_market_has_its_quote(settings: Settings) -> None:
    settings.DATA_SOURCE = "simulated"
    configured.configured.cache_clear()
    chain = SimulatedSource(seed=settings.SIMULATED_SEED).fetch_chain("SPY", at=OPEN_MARKET)
    quotes.keep_quotes(chain, at=OPEN_MARKET)
    for place in range(0, len(chain), 97):
        quote = quote_option(
            "SPY",
            chain.expiration[place].item(),
            Decimal(repr(float(chain.strike[place]))),
            "call" if chain.is_call[place] else "put",
            at=OPEN_MARKET,
        )
        assert float(quote.ask or 0) == pytest.approx(chain.ask[place], abs=1e-9)
        assert float(quote.bid or 0) == pytest.approx(chain.bid[place], abs=1e-9)
        assert quote.truth == "simulated"
