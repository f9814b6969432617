"""Whether what the page shows can be leant on: fresh, stale, failed, or still to come."""

from dataclasses import dataclass
from datetime import datetime

from alphagex.clock import in_new_york
from apps.gex.services import Levels
from apps.market.templatetags.numbers import age


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """kind: fresh, stale, failed or waiting. badge_text: for the page head; title, text: for people."""

    kind: str
    title: str = ""
    text: str = ""
    badge_text: str = ""


def feed_state(levels: Levels, *, at: datetime) -> FeedState:
    """Return the state of the newest levels at `at`."""
    feed, snapshot = levels.feed, levels.snapshot
    if feed is not None and feed.last_error:
        failed_at = in_new_york(feed.last_error_at or at)
        next_try = f"Next attempt {in_new_york(feed.next_poll_at):%H:%M:%S} ET."
        return FeedState(
            kind="failed",
            title="Not updated" if snapshot else "No levels: the source did not deliver",
            text=f"{feed.last_error} {next_try}",
            badge_text=f"failed {failed_at:%H:%M}",
        )
    if snapshot is None:
        when = f"at {in_new_york(feed.next_poll_at):%H:%M:%S} ET" if feed and feed.next_poll_at > at else "in a moment"
        return FeedState(
            kind="waiting", title="No levels yet", text=f"The first chain is fetched {when}. You need do nothing."
        )
    if snapshot.stale_after is not None and at > snapshot.stale_after:
        late = f"{in_new_york(snapshot.stale_after):%H:%M:%S}"
        return FeedState(
            kind="stale",
            title=f"Late since {late} ET.",
            text="These levels are older than promised; prices have moved on.",
            badge_text=f"{age(snapshot.as_of, at)} old",
        )
    return FeedState(kind="fresh")
