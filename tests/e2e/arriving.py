"""Snapshots as the worker would bring them, and how their prices read on a page."""

import re
from dataclasses import replace
from datetime import timedelta

from alphagex import clock
from apps.gex.services import publish_panels
from apps.market.chain import Chain, Origin
from apps.market.feed import store_observation
from apps.market.models import Snapshot

RECORDED = Origin(source="replay", kind="recorded", label="Cboe, recorded", detail="spx.json.gz")


def arrive(chain: Chain, *, spot: float, seconds: int = 0, hold: bool = False) -> Snapshot:
    """Let a snapshot come in, `seconds` from now. hold: as an imported recording."""
    moment = clock.now() + timedelta(seconds=seconds)
    arriving = replace(chain, spot=spot, as_of=moment, origin=RECORDED if hold else chain.origin)
    snapshot = store_observation(arriving, received_at=moment, hold=hold).snapshot
    publish_panels(snapshot.pk)
    return snapshot


def shown(spot: float) -> re.Pattern[str]:
    """Return what a page shows of a price."""
    return re.compile(re.escape(f"{spot:,.2f}"))
