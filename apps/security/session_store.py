"""Django's sessions in the database, in rows that know their user and device. SESSION_ENGINE names this module."""

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from alphagex import clock
from apps.security.models import DeskSession

DEVICE = "device"  # in the session: {"address", "agent", "began_at" (ISO)}


class SessionStore(DatabaseStore):
    """A new key at login and at a changed password gets a row of its own, with the same device."""

    # When the row says the session was last used; None for one that was not loaded.
    last_seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[DeskSession]:
        return DeskSession

    def _get_session_from_db(self) -> Any:
        found = super()._get_session_from_db()  # type: ignore[misc]  # unknown to the stubs
        self.last_seen_at = found.last_seen_at if found else None
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        device, at = data.get(DEVICE) or {}, clock.now()
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.address = device.get("address")
        row.agent = device.get("agent", "")
        row.began_at = datetime.fromisoformat(device["began_at"]) if "began_at" in device else at
        row.last_seen_at = at
        return row
