"""Notifications as e-mail: the text, and the gamma engine's page as its HTML."""

from datetime import datetime
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from alphagex import clock
from apps.alerts.models import Delivery, Notification
from legacy_engines.gamma.alert_mail import alert_html

_TIMEOUT = 10  # seconds


def connection() -> BaseEmailBackend:
    """Return a connection to the mail server, for several messages. It opens itself at the first one."""
    return get_connection(timeout=_TIMEOUT)


def mail_of(delivery: Delivery, *, to: str, through: BaseEmailBackend) -> EmailMultiAlternatives:
    """Return the message. Its id is the delivery's: should it ever leave twice, mailboxes show it once."""
    told = delivery.notification
    at = clock.in_new_york(told.created_at)
    mail = EmailMultiAlternatives(
        subject=" ".join(told.title.split()),
        body=_text(told, at=at),
        to=[to],
        headers={"Message-ID": f"<alphagex-delivery-{delivery.pk}-{int(delivery.created_at.timestamp())}@{_host()}>"},
        connection=through,
    )
    severity = "CRITICAL" if told.level == Notification.Level.ERROR else "HIGH"
    mail.attach_alternative(
        alert_html({"title": told.title, "message": _linked(told), "severity": severity}, at=at), "text/html"
    )
    return mail


def _text(told: Notification, *, at: datetime) -> str:
    return f"{_linked(told)}\n\nAlphaGEX, {at:%Y-%m-%d %H:%M} ET"


def _linked(told: Notification) -> str:
    link = urljoin(settings.ALLOWED_ORIGINS[0], told.url) if told.url and settings.ALLOWED_ORIGINS else ""
    return "\n\n".join(part for part in (told.text, link) if part)


def _host() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "alphagex"
