"""Parity of the gamma alerts."""

from __future__ import annotations

import re
from email.message import Message
from types import TracebackType
from typing import Any, Self

from legacy_engines.gamma.alert_mail import SmtpMailer
from legacy_engines.gamma.alert_rules import GammaAlertSystem, is_next_trading_day, notice_level
from tests.parity.binding import Binding
from tests.parity.cases import Case
from tests.parity.worlds import clock_of


class _Postbox:
    """Keeps what is mailed and shown."""

    def __init__(self, *, broken: bool = False) -> None:
        self.mails: list[Message] = []
        self.levels: list[str] = []
        self.broken = broken

    def mail(self, message: Message) -> None:
        if self.broken:
            raise ConnectionError("the mail server is away")
        self.mails.append(message)

    def show(self, level: str, text: str) -> None:
        self.levels.append(level)


def _alerts(case: Case, post: _Postbox, config: Any = None) -> GammaAlertSystem:
    given = config if config is not None else case.init.get("email_config")
    return GammaAlertSystem(given, clock=clock_of(case), mailer=post.mail, notify=post.show)


def _alert_settings(case: Case) -> Any:
    system = _alerts(case, _Postbox())
    return {"email_enabled": system.email_enabled, "email_config": system.email_config}


def _check(case: Case) -> Any:
    post = _Postbox()
    alerts = _alerts(case, post).check_and_alert(*case.args, **case.kwargs)
    types = {alert["title"]: alert["type"] for alert in alerts}
    recorded = case.expected or []
    tokens = [each.get("_interp", {}) for each in recorded] + [{}] * len(alerts)
    return {
        "expected": [_projected(alert, wanted) for alert, wanted in zip(alerts, tokens, strict=False)],
        "effects": {"ui": post.levels, "emails": [types[str(mail["Subject"])] for mail in post.mails]},
    }


def _projected(alert: dict[str, Any], wanted: dict[str, list[str]]) -> dict[str, Any]:
    """Return the labels, the keys and those of the wanted tokens that occur in our texts."""
    return {
        **{name: alert[name] for name in ("type", "severity", "action_url")},
        "_keys": sorted(alert),
        "_interp": {name: [token for token in tokens if token in alert[name]] for name, tokens in wanted.items()},
    }


def _send(case: Case) -> Any:
    # The two cases carry no input but their names: a mail server that fails, and no mail at all.
    broken = case.id == "mail_failure"
    post = _Postbox(broken=broken)
    system = _alerts(case, post, {"sender_email": "a@x.test", "recipient_email": "b@x.test"} if broken else {})
    system._send_alert({"severity": "HIGH" if broken else "MEDIUM", "title": "T", "message": "M"})
    return post.levels


class _Smtp:
    """Notes the steps of a delivery instead of taking them."""

    def __init__(self) -> None:
        self.steps: list[list[Any]] = []
        self.sent: list[Message] = []

    def connect(self, host: str, port: int) -> Self:
        self.steps.append(["connect", host, port])
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.steps.append(["close"])

    def starttls(self) -> None:
        self.steps.append(["starttls"])

    def login(self, user: str, password: str) -> None:
        self.steps.append(["login", user])

    def send_message(self, msg: Message) -> None:
        self.steps.append(["send"])
        self.sent.append(msg)


def _mail(case: Case) -> Any:
    server = _Smtp()
    config = case.init["email_config"]
    system = GammaAlertSystem(config, clock=clock_of(case), mailer=SmtpMailer(config, connect=server.connect))
    system._send_email_alert(*case.args)
    steps = {"smtp": server.steps}
    return {**steps, **_anatomy(server.sent[0], case.args[0])} if server.sent else steps


def _anatomy(mail: Message, alert: dict[str, Any]) -> dict[str, Any]:
    parts = [part for part in mail.walk() if not part.is_multipart()]
    text, html = (_decoded(part) for part in parts)
    colour = re.search(r'<h\d style="color: (#\w{6})">', html)
    moment = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d [AP]M ET", html)
    return {
        "subject": mail["Subject"],
        "from": mail["From"],
        "to": mail["To"],
        "content_type": mail.get_content_type(),
        "parts": [part.get_content_type() for part in parts],
        "text_equals_message": text == alert["message"],
        "html_heading_colour": colour and colour[1],
        "html_generated_at": moment and moment[0],
        "html_contains": [ours for ours in (alert["title"], alert["message"]) if ours in html],
    }


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


ALERT_BINDINGS: dict[str, Binding] = {
    "gamma_alerts.GammaAlertSystem.__init__": Binding(_alert_settings),
    "gamma_alerts.GammaAlertSystem._is_tomorrow": Binding(lambda case: is_next_trading_day(*case.args)),
    "gamma_alerts.GammaAlertSystem._send_alert": Binding(_send),
    "gamma_alerts.GammaAlertSystem._send_email_alert": Binding(_mail),
    "gamma_alerts.GammaAlertSystem._send_streamlit_alert": Binding(lambda case: notice_level(case.args[0]["severity"])),
    "gamma_alerts.GammaAlertSystem.check_and_alert": Binding(
        _check, recorded=lambda case: {"expected": case.expected, "effects": case.effects}
    ),
}
