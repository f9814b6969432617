"""Writing down who changed what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from apps.ledger.models import Account, Change, Position


def note_change(
    account: Account,
    action: str,
    *,
    at: datetime,
    by: User | None,
    position: Position | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Keep a change of the ledger, within the transaction that makes it. by: None for the desk itself."""
    Change.objects.create(
        account=account,
        position=position,
        at=at,
        by=by,
        action=action,
        before=dict(before or {}),
        after=dict(after or {}),
    )
