"""The simulated SPY market at a moment, brought in as the feed would, and a trader that runs in it."""

from datetime import datetime

import time_machine
from django.contrib.auth.models import User
from django.test import TestCase

from alphagex.clock import NEW_YORK
from apps.autotrader import running, switches, ticking
from apps.autotrader.models import AutonomousDecision
from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.quotes import keep_quotes
from apps.market.sources.simulated import SimulatedSource

SOURCE = SimulatedSource(seed=42)
THANKSGIVING_WEEK = (23, 24, 25, 26, 27)


def moment(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a moment of November 2026, New York."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=NEW_YORK)


def market_says(at: datetime) -> None:
    """Let SPY's chain of a moment come in, inside a test's transaction too."""
    chain = SOURCE.fetch_chain("SPY", at=at)
    with TestCase.captureOnCommitCallbacks(execute=True):
        store_observation(chain, received_at=at)
        keep_quotes(chain, at=at)


def quotes_say(chain: Chain, at: datetime) -> None:
    """Let other quotes come in than the market had."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        keep_quotes(chain, at=at)


def started(owner: User, at: datetime) -> None:
    """Let a trader run."""
    switches.start(owner, at=at, by=owner)


def check(owner: User, at: datetime) -> list[AutonomousDecision]:
    """Let the market come in and do the check of that moment."""
    with time_machine.travel(at, tick=False):
        market_says(at)
        return running.run(owner, at)


def tick_and_run(at: datetime) -> list[AutonomousDecision]:
    """Do what a tick does, and the checks it sends, at once."""
    done = []
    for due in ticking.tick(at):
        if ticking.begin(due.owner_id, due.slot, at=at):
            done += running.run(User.objects.get(pk=due.owner_id), at)
            ticking.finish(due.owner_id, due.slot, at=at)
    return done
