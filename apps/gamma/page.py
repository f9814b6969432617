"""The blocks of the gamma page, in their order."""

from apps.gamma import correlation, overview, tracker, views_of_week
from apps.market.blocks import Block

BLOCKS: tuple[Block, ...] = (
    overview.BLOCK,
    views_of_week.DAILY,
    views_of_week.WEEKLY,
    views_of_week.VOLATILITY,
    tracker.TRACKER,
    tracker.PLAYBOOK,
    correlation.BLOCK,
)
