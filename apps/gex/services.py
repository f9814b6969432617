"""What the GEX page does: render a snapshot's panels once, and hand the newest to whoever asks."""

from dataclasses import dataclass

import redis
import structlog
from django.template.loader import render_to_string

from apps.gex.panels import build_panels
from apps.market import live
from apps.market.announcing import publish_rendering
from apps.market.models import Feed, Snapshot
from apps.market.notices import notice_of
from apps.market.storage import load_exposure

log = structlog.get_logger(__name__)
TOPIC = "gex"
# The broadcast also carries the notice under the top bar, which on the page stands elsewhere; it follows this mark.
_NOTICE = "<!-- notice -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What the page shows of a symbol. html: the panels, empty as long as there is no snapshot."""

    feed: Feed | None
    snapshot: Snapshot | None
    html: str


def publish_panels(snapshot_id: int) -> bool:
    """Render the panels of a snapshot and send them to every open page. False when a newer one is there already."""
    snapshot = Snapshot.objects.select_related("detail").get(pk=snapshot_id)
    feed = Feed.objects.get(symbol=snapshot.symbol)
    if feed.seq != snapshot.seq:
        return False
    notice = notice_of(snapshot, is_held=feed.is_held)
    html = render_panels(snapshot) + _NOTICE
    html += render_to_string("components/source_notice.html", {"source_notice": notice})
    return publish_rendering(snapshot, topic=TOPIC, html=html)


def render_panels(snapshot: Snapshot) -> str:
    """Return the panels as HTML: top-level elements with ids, the same for every viewer. One query without detail."""
    return render_to_string("gex/_panels.html", {"panels": build_panels(snapshot, load_exposure(snapshot))})


def newest_levels(symbol: str) -> Levels:
    """Return the newest levels of `symbol`, ready-made where a broadcast kept them, else rendered here."""
    feed = Feed.objects.filter(symbol=symbol).first()
    snapshot = Snapshot.objects.of(symbol).first() if feed else None
    if feed is None or snapshot is None:
        return Levels(feed=feed, snapshot=None, html="")
    html = _kept_html(snapshot) or render_panels(snapshot)
    return Levels(feed=feed, snapshot=snapshot, html=html)


def stored_levels(symbol: str, *, snapshot_id: int) -> Levels | None:
    """Return the levels of one stored snapshot of `symbol`, None when there is no such snapshot."""
    snapshot = Snapshot.objects.select_related("detail").filter(symbol=symbol, pk=snapshot_id).first()
    if snapshot is None:
        return None
    return Levels(feed=None, snapshot=snapshot, html=render_panels(snapshot))


def _kept_html(snapshot: Snapshot) -> str:
    """Return what the last broadcast kept, if it is of this very snapshot. Losing Redis costs time, not the page."""
    try:
        kept = live.latest_html(TOPIC, snapshot.symbol)
    except redis.RedisError as error:
        log.warning("panels_not_kept", symbol=snapshot.symbol, error=type(error).__name__)
        return ""
    return kept[1].partition(_NOTICE)[0] if kept and kept[0] == snapshot.seq else ""
