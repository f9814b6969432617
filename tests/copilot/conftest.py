"""A trader who asks, a market that has come in, and Claude as a local server."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import count

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from alphagex import clock
from apps.copilot import answering
from apps.copilot.asking import Question, ask, mode_of
from apps.copilot.claude import Limits
from apps.copilot.models import Chat, Turn
from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from apps.market.quotes import keep_quotes
from tests.conftest import PASSWORD
from tests.copilot.anthropic_server import AnthropicServer, running_server
from tests.moments import OPEN_MARKET

KEY = "sk-a-secret"
QUICK = Limits(whole_seconds=5.0, silent_seconds=0.4, retries=1)
_keys = count()


@pytest.fixture(autouse=True)
def _without_key(settings: Settings) -> None:
    settings.CLAUDE_API_KEY = ""


@pytest.fixture
def at_market(db: None, spx_chain: Chain) -> Iterator[Snapshot]:
    """SPX stored, with quotes, at OPEN_MARKET (a Wednesday, 11:30), where the clock stands."""
    with time_machine.travel(OPEN_MARKET, tick=False):
        keep_quotes(spx_chain, at=OPEN_MARKET)
        yield store_observation(spx_chain, received_at=OPEN_MARKET).snapshot


@pytest.fixture
def claude(settings: Settings) -> Iterator[AnthropicServer]:
    """The server, known to the settings."""
    with running_server() as server:
        settings.CLAUDE_API_KEY = KEY
        settings.CLAUDE_URL = server.url
        yield server


@pytest.fixture
def other(db: None) -> User:
    return User.objects.create_user("other", password=PASSWORD)


@pytest.fixture
def other_client(other: User) -> Client:
    client = Client()
    client.force_login(other)
    return client


@pytest.fixture
def asked(trader: User, at_market: Snapshot) -> Callable[..., Turn]:
    """Ask as the trader and answer at once, as the worker would; return the turn as it is kept then."""

    def answered(
        text: str,
        *,
        mode: str = "",
        chat: Chat | None = None,
        limits: Limits = QUICK,
        user: User | None = None,
        every_seconds: float = 0.0,
    ) -> Turn:
        turn = put(user or trader, text, mode=mode, chat=chat)
        answering.answer(turn.pk, limits=limits, every_seconds=every_seconds)
        return Turn.objects.get(pk=turn.pk)

    return answered


def put(user: User, text: str, *, mode: str = "", chat: Chat | None = None) -> Turn:
    """Ask about SPX without answering."""
    question = Question(text=text, mode=mode_of(text, chosen=mode), symbol="SPX", key=f"key-{next(_keys):08d}")
    return ask(user, chat, question, at=clock.now())


def listed(snapshot: Snapshot) -> tuple[str, list[float]]:
    """Return an expiration some days away and its strikes near price, as the kept quotes list them."""
    from apps.market.quotes import QuoteBook

    book = QuoteBook(snapshot.symbol, at=OPEN_MARKET)
    day = next(one for one in book.expirations if one > date(2026, 11, 23))
    strikes: list[Decimal] = sorted(book.strikes(day), key=lambda one: abs(one - snapshot.spot))
    return day.isoformat(), sorted(float(one) for one in strikes[:9])
