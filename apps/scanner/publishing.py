"""What a user's open pages hear of a scan: how far it is. Each asks for its own table, which knows its order."""

from collections.abc import Sequence

import redis
import structlog

from apps.market.personal import tell
from apps.scanner.models import ScanRun

log = structlog.get_logger(__name__)
TOPIC = "notifications"  # the socket every page has
KIND = "scan"


def tell_progress(run: ScanRun, symbols: Sequence[str]) -> None:
    """Say how far a scan is. With Redis away the pages find out by themselves: they look every few seconds."""
    data = {
        "scan": run.pk,
        "list": run.name,
        "state": run.state,
        "total": run.total,
        "finished": run.finished,
        "failed": run.failed,
        "symbols": list(symbols),
    }
    try:
        tell(run.owner_id, TOPIC, KIND, data)
    except redis.RedisError as error:
        log.warning("scan_not_told", run=run.pk, error=type(error).__name__)
