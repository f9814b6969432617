"""Mail of a gamma alert: the message, and the steps by which a server is asked to send it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from html import escape
from typing import Any, Final, Protocol

Mailer = Callable[[Message], object]
"""Send a finished message, or raise."""

CRITICAL_COLOUR: Final = "#FF4444"
OTHER_COLOUR: Final = "#FFB800"
SETTINGS: Final = ("smtp_server", "smtp_port", "sender_email", "sender_password")


class SmtpConnection(Protocol):
    """The part of `smtplib.SMTP` that is used."""

    def starttls(self) -> object: ...

    def login(self, user: str, password: str) -> object: ...

    def send_message(self, msg: Message) -> object: ...


SmtpConnect = Callable[[str, int], AbstractContextManager[SmtpConnection]]
"""Connect to host and port; leaving the block closes the connection. `smtplib.SMTP` is one."""


class SmtpMailer:
    """Sends one message per connection: connect, STARTTLS, log in, send, close."""

    def __init__(self, email_config: Mapping[str, Any], *, connect: SmtpConnect) -> None:
        self.email_config = email_config
        self.connect = connect

    def __call__(self, message: Message) -> None:
        missing = [name for name in SETTINGS if not self.email_config.get(name)]
        if missing:
            raise ValueError(f"The mail settings lack {', '.join(missing)}. Set them or remove sender_email.")
        host, port, user, password = (self.email_config[name] for name in SETTINGS)
        with self.connect(host, port) as server:
            server.starttls()
            server.login(user, password)
            server.send_message(message)


def no_mailer(message: Message) -> None:
    """Refuse: mail is configured but nothing was given to send it with."""
    raise RuntimeError("A sender is configured but no mailer was passed in. Pass mailer=SmtpMailer(...) or your own.")


def alert_mail(alert: Mapping[str, Any], email_config: Mapping[str, Any], *, at: datetime) -> Message:
    """Return the alert as multipart/alternative: its message as text, and an HTML page. at: New York time."""
    recipient = email_config.get("recipient_email")
    if not recipient:
        raise ValueError("The mail settings lack recipient_email. Set it or remove sender_email.")
    mail = MIMEMultipart("alternative")
    mail["Subject"] = alert["title"]
    mail["From"] = email_config["sender_email"]
    mail["To"] = recipient
    mail.attach(MIMEText(alert["message"], "plain", "utf-8"))
    mail.attach(MIMEText(alert_html(alert, at=at), "html", "utf-8"))
    return mail


def alert_html(alert: Mapping[str, Any], *, at: datetime) -> str:
    """Return the HTML part: heading in the colour of the severity, message, time of the alert."""
    # Quotes and apostrophes may stay as they are: nothing here stands inside an attribute.
    title, message = (escape(alert[name], quote=False) for name in ("title", "message"))
    colour = CRITICAL_COLOUR if alert["severity"] == "CRITICAL" else OTHER_COLOUR
    return (
        '<html><body style="font-family: sans-serif">'
        f'<h2 style="color: {colour}">{title}</h2>'
        f'<div style="white-space: pre-wrap">{message}</div>'
        f'<p style="color: #888888">AlphaGEX, {at.strftime("%Y-%m-%d %I:%M %p")} ET</p>'
        "</body></html>"
    )
