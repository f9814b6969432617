"""Channels of a user: any service Apprise speaks, by its URL."""

import logging
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from apps.alerts.models import Channel
from apps.alerts.sealing import seal, unseal
from apps.security.reach import InsideError, is_inside, public_only

MOST = 10
LONGEST_ADDRESS = 1000
# Services that act on the machine the desk runs on, not on the user's.
_LOCAL = {"dbus", "qt", "glib", "kde", "gnome", "macosx", "windows", "syslog"}
_LEVELS = {"info": "info", "success": "success", "warning": "warning", "error": "failure"}

_INSIDE = "This address lies within the desk's own network. Whoever runs the desk may allow that."

# What Apprise logs of a failure names hosts and may name tokens.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class ChannelError(ValueError):
    """A channel that cannot be added. field: of the form, to which the message belongs."""

    def __init__(self, message: str, *, field: str = "address") -> None:
        super().__init__(message)
        self.field = field


class NotAcceptedError(Exception):
    """The service did not take the message."""


def add_channel(owner: User, *, name: str, address: str, at: datetime) -> Channel:
    """Keep a channel. Raises ChannelError, whose message never repeats the address."""
    service = _service(address)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        if Channel.objects.filter(owner=owner).count() >= MOST:
            raise ChannelError(f"{MOST} channels are enough. Remove one first.", field="name")
        try:
            with transaction.atomic():
                return Channel.objects.create(
                    owner=owner, name=name, service=service, sealed_address=seal(address), created_at=at
                )
        except IntegrityError as error:
            raise ChannelError("There is a channel of this name already.", field="name") from error


def send(channel: Channel, *, title: str, text: str, level: str) -> None:
    """Send a message now. Raises NotAcceptedError, SealBrokenError."""
    plugin = _plugin(unseal(channel.sealed_address))
    if plugin is None:
        raise NotAcceptedError("The address is not understood any more. Remove the channel and add it again.")
    try:
        with nullcontext() if _may_be_local() else public_only():
            is_taken = plugin.notify(title=title, body=text, notify_type=_LEVELS.get(level, "info"))
    except InsideError as error:
        raise NotAcceptedError(_INSIDE) from error
    if not is_taken:
        raise NotAcceptedError(f"{channel.service} did not take it, or was not reached.")


def _may_be_local() -> bool:
    """Whoever runs the desk may let its users reach the machine and its network (a server of theirs at home)."""
    return bool(settings.LOCAL_CHANNELS)


def _service(address: str) -> str:
    """Return the name of the service an address is of. Raises ChannelError."""
    plugin = _plugin(address)
    if plugin is None:
        raise ChannelError(
            "This is no address Apprise understands. Copy its form from the Apprise documentation, such as "
            "tgram://bottoken/chatid or ntfys://topic."
        )
    if address.partition("://")[0].lower() in _LOCAL:
        raise ChannelError("This service would speak on the machine of the desk. Choose one that reaches you.")
    if not _may_be_local() and is_inside(str(getattr(plugin, "host", None) or "")):
        raise ChannelError(_INSIDE)
    return str(plugin.service_name or "Service")[:60]


def _plugin(address: str) -> Any:
    """Return Apprise's plugin for an address, or None. Loaded at first use: it takes a tenth of a second."""
    import apprise

    plugin = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if plugin is not None:
        plugin.socket_connect_timeout = plugin.socket_read_timeout = 10.0
    return plugin
