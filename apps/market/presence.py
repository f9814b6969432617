"""Who is connected: the sockets of this process, mirrored once a second into `websocket_subscriptions`."""

import asyncio
import os
import socket
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.db import DatabaseError, InterfaceError, transaction

from alphagex import clock
from apps.market.models import WebsocketSubscription
from apps.market.watching import note_watched

log = structlog.get_logger(__name__)
LOST_AFTER = timedelta(seconds=90)
_SEEN_EVERY = timedelta(seconds=30)


@dataclass(slots=True, kw_only=True, eq=False)
class Connection:
    """One open socket as its row will show it."""

    user_id: int
    path: str
    message_format: str
    connected_at: datetime
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    symbols: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)


class Presence:
    """The open sockets of this process. Rows follow within a second; one that is away is caught up with later."""

    def __init__(self) -> None:
        self.process = f"{socket.gethostname()[:50]}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
        self.open: dict[uuid.UUID, Connection] = {}
        self._stored: set[uuid.UUID] = set()
        self._changed: set[uuid.UUID] = set()
        self._seen_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start mirroring, once per process and event loop."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._mirror_for_ever())

    def update(self, connection: Connection) -> None:
        """Add a socket or note that its subscriptions changed."""
        self.open[connection.id] = connection
        self._changed.add(connection.id)

    def remove(self, connection: Connection) -> None:
        """Forget a closed socket."""
        self.open.pop(connection.id, None)
        self._changed.discard(connection.id)

    async def _mirror_for_ever(self) -> None:
        while True:
            await asyncio.sleep(1)
            try:
                await self._mirror(clock.now())
            except (DatabaseError, InterfaceError) as error:
                log.warning("presence_not_stored", error=type(error).__name__, sockets=len(self.open))

    async def _mirror(self, at: datetime) -> None:
        """Write what changed since the last time, and every 30 s that the others are still there.

        Everything is read here, on the event loop that changes it; the thread of the database only writes.
        """
        is_due = self._seen_at is None or at - self._seen_at >= _SEEN_EVERY
        changed = {key: self._row(self.open[key], at) for key in self._changed}
        gone = self._stored - self.open.keys()
        symbols = {symbol for connection in self.open.values() for symbol in connection.symbols}
        if not (changed or gone or (is_due and self.open)):
            return
        self._changed.clear()
        # Noted before the attempt: a row that was written although the answer got lost is deleted all the same.
        self._stored |= changed.keys()
        try:
            await database_sync_to_async(self._write)(list(changed.values()), gone, seen_at=at if is_due else None)
        except BaseException:
            self._changed |= changed.keys() & self.open.keys()
            raise
        self._stored -= gone
        if is_due:
            self._seen_at = at
        await database_sync_to_async(note_watched)(symbols, at=at)

    def _write(self, changed: list[WebsocketSubscription], gone: set[uuid.UUID], *, seen_at: datetime | None) -> None:
        with transaction.atomic():
            if gone:
                WebsocketSubscription.objects.filter(pk__in=gone).delete()
            # A user may be deleted while their socket is open: that row must not fail everybody else's.
            owners = get_user_model().objects.filter(pk__in={row.user_id for row in changed})
            users = set(owners.values_list("pk", flat=True))
            WebsocketSubscription.objects.bulk_create(
                [row for row in changed if row.user_id in users],
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=["symbols", "topics", "seen_at"],
            )
            if seen_at is not None:
                WebsocketSubscription.objects.filter(process=self.process).update(seen_at=seen_at)

    def _row(self, connection: Connection, at: datetime) -> WebsocketSubscription:
        return WebsocketSubscription(
            id=connection.id,
            user_id=connection.user_id,
            process=self.process,
            path=connection.path,
            message_format=connection.message_format,
            symbols=sorted(connection.symbols),
            topics=sorted(connection.topics),
            connected_at=connection.connected_at,
            seen_at=at,
        )


def forget_lost(*, at: datetime) -> int:
    """Delete the rows of processes that stopped saying that their sockets are open. Return how many."""
    return WebsocketSubscription.objects.filter(seen_at__lt=at - LOST_AFTER).delete()[0]


presence = Presence()
