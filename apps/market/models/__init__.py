"""What came in from the market, what was made of it, and who is watching."""

from apps.market.models.data import MarketData
from apps.market.models.days import DayFigures, Duty
from apps.market.models.feed import Feed
from apps.market.models.gamma_tracking import GammaCorrelation, GammaDailySummary, GammaHistory, SpyCorrelation
from apps.market.models.scorecard import FrozenLevel
from apps.market.models.snapshots import Snapshot, SnapshotDetail, SnapshotQuerySet
from apps.market.models.sockets import WebsocketSubscription

__all__ = [
    "DayFigures",
    "Duty",
    "Feed",
    "FrozenLevel",
    "GammaCorrelation",
    "GammaDailySummary",
    "GammaHistory",
    "MarketData",
    "Snapshot",
    "SnapshotDetail",
    "SnapshotQuerySet",
    "SpyCorrelation",
    "WebsocketSubscription",
]
