"""Gamma alerts: when they fire, what they say, how they are sent."""

from __future__ import annotations

from email.message import Message
from types import TracebackType
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines import gamma_alerts
from legacy_engines.gamma.alert_mail import SmtpMailer
from legacy_engines.gamma.alert_rules import GammaAlertSystem, is_next_trading_day, notice_level
from tests.parity.worlds import StandingClock

CONFIG = {
    "smtp_server": "smtp.example.test",
    "smtp_port": 587,
    "sender_email": "desk@example.test",
    "sender_password": "secret",
    "recipient_email": "trader@example.test",
}
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]


def make_intel(
    *, risk: str = "MINIMAL", vol_pct: float = 50.0, is_today: bool = False, decay: float = 50.0, **more: Any
) -> dict[str, Any]:
    return {
        "success": True,
        "current_day": "Wednesday",
        "daily_impact": {
            "risk_level": risk,
            "impact_pct": 24.67,
            "today_total_gamma": 2.607e9,
            "tomorrow_total_gamma": 8.274e9,
            "expiring_today": 1.727e9,
            "strategies": [{"name": "Fade the Close", "strike": "0.4 delta", "expiration": "0DTE"}],
        },
        "volatility_potential": {
            "highest_risk_day": {
                "day_name": "Friday",
                "vol_pct": vol_pct,
                "risk_level": "EXTREME",
                "is_today": is_today,
                "expiring_gamma": 1.814e9,
                "total_available": 2.959e9,
            }
        },
        "weekly_evolution": {
            "total_decay_pct": decay,
            "decay_pattern": "FRONT_LOADED",
            "monday_baseline": 6.73e9,
            "friday_end": 0.354e9,
            "daily_breakdown": [{"pct_of_week": 100.0}, {"pct_of_week": 24.171}],
        },
        **more,
    }


def make_system(config: dict[str, Any] | None = None, **ports: Any) -> tuple[GammaAlertSystem, list[tuple[str, str]]]:
    told: list[tuple[str, str]] = []
    clock = StandingClock("2025-10-29T14:05:10-04:00", "UTC")
    return GammaAlertSystem(config, clock=clock, notify=lambda level, text: told.append((level, text)), **ports), told


def in_order(text: str, tokens: list[str]) -> bool:
    position = 0
    for token in tokens:
        found = text.find(token, position)
        if found < 0:
            return False
        position = found + len(token)
    return True


def test_the_old_module_name_gives_the_same_class() -> None:
    assert gamma_alerts.GammaAlertSystem is GammaAlertSystem


def test_three_alerts_in_order_with_all_their_figures() -> None:
    system, told = make_system()
    intel = make_intel(risk="EXTREME", vol_pct=88, is_today=True, decay=85)
    daily, cliff, weekly = system.check_and_alert(intel, "SPX", 5432.1)
    assert list(daily) == ["type", "severity", "title", "message", "action_url"]
    assert [(alert["type"], alert["severity"]) for alert in (daily, cliff, weekly)] == [
        ("DAILY_IMPACT", "HIGH"),
        ("GAMMA_CLIFF", "CRITICAL"),
        ("WEEKLY_DECAY", "MEDIUM"),
    ]
    strategy = ["Fade the Close", "0.4 delta", "0DTE", "N/A"]
    figures = ["SPX", "$5432.10", "25%", "EXTREME", "$2.61B", "$8.27B", "$1.73B", *strategy, "25%"]
    assert in_order(daily["message"], figures)
    assert in_order(cliff["message"], ["SPX", "$5432.10", "Friday", "88%", "EXTREME", "$1.81B", "$2.96B", "30-50%"])
    assert in_order(weekly["message"], ["SPX", "85%", "FRONT_LOADED", "$6.73B", "$0.35B", "24%", "iron condors"])
    assert {alert["action_url"] for alert in (daily, cliff, weekly)} == {"/AlphaGEX?symbol=SPX"}
    assert "EXTREME" in daily["title"]
    assert all("SPX" in alert["title"] for alert in (daily, cliff, weekly))
    assert all(alert["message"] == alert["message"].strip() for alert in (daily, cliff, weekly))
    assert [level for level, _ in told] == ["warning", "error", "info"]


@pytest.mark.parametrize("intel", [{}, {"success": False}, {"error": "No gamma data", "symbol": "SPY"}])
def test_failed_intelligence_alerts_nobody(intel: dict[str, Any]) -> None:
    assert make_system()[0].check_and_alert(intel, "SPY", 500.0) == []


@pytest.mark.parametrize(
    ("intel", "types"),
    [
        (make_intel(), []),
        (make_intel(risk="MODERATE"), []),
        (make_intel(risk="ELEVATED"), ["DAILY_IMPACT"]),
        (make_intel(vol_pct=60, is_today=True), []),
        (make_intel(vol_pct=60.001, is_today=True), ["GAMMA_CLIFF"]),
        (make_intel(vol_pct=100), []),
        (make_intel(vol_pct=100, current_day="Thursday"), ["GAMMA_CLIFF"]),
        (make_intel(vol_pct=100, current_day=None), []),
        (make_intel(volatility_potential={"highest_risk_day": None}), []),
        (make_intel(decay=70), []),
        (make_intel(decay=70.01), ["WEEKLY_DECAY"]),
        (make_intel(decay=float("nan"), vol_pct=float("nan"), is_today=True), []),
    ],
)
def test_thresholds(intel: dict[str, Any], types: list[str]) -> None:
    assert [alert["type"] for alert in make_system()[0].check_and_alert(intel, "SPY", 500.0)] == types


def test_an_elevated_day_is_of_medium_severity() -> None:
    (alert,) = make_system()[0].check_and_alert(make_intel(risk="ELEVATED"), "SPY", 500.0)
    assert alert["severity"] == "MEDIUM"


def test_a_missing_view_and_an_empty_strategy_list_are_errors_before_anything_is_sent() -> None:
    system, told = make_system()
    with pytest.raises(KeyError, match="daily_impact"):
        system.check_and_alert({"success": True}, "SPY", 500.0)
    intel = make_intel(risk="EXTREME", decay=90)
    intel["daily_impact"]["strategies"] = []
    with pytest.raises(IndexError):
        system.check_and_alert(intel, "SPY", 500.0)
    assert told == []


@given(st.sampled_from([*DAYS, "Saturday", "Sunday", "monday", None]), st.sampled_from([*DAYS, "Sunday", "friday"]))
def test_every_trading_day_has_exactly_one_next(current: str | None, target: str) -> None:
    follows = dict(zip(DAYS, [*DAYS[1:], "Monday"], strict=True))
    assert is_next_trading_day(current, target) == (current in follows and follows[current] == target)
    assert make_system()[0]._is_tomorrow(current, target) == is_next_trading_day(current, target)


@pytest.mark.parametrize(
    ("severity", "level"),
    [("CRITICAL", "error"), ("HIGH", "warning"), ("MEDIUM", "info"), ("LOW", "info"), ("", "info")],
)
def test_notice_levels(severity: str, level: str) -> None:
    assert notice_level(severity) == level


def test_each_check_mails_again() -> None:
    mails: list[Message] = []
    system, _ = make_system(CONFIG, mailer=mails.append)
    for _ in range(2):
        system.check_and_alert(make_intel(decay=90), "SPY", 500.0)
    assert [str(mail["To"]) for mail in mails] == ["trader@example.test"] * 2


@pytest.mark.parametrize("config", [None, {}, {"sender_email": ""}, {"smtp_server": "smtp.example.test"}])
def test_without_a_sender_nothing_is_mailed(config: dict[str, Any] | None) -> None:
    mails: list[Message] = []
    system, told = make_system(config, mailer=mails.append)
    system.check_and_alert(make_intel(decay=90), "SPY", 500.0)
    assert (system.email_enabled, mails, len(told)) == (False, [], 1)


@pytest.mark.parametrize(
    ("config", "reason"),
    [(CONFIG, "no mailer was passed in"), ({"sender_email": "desk@example.test"}, "lack recipient_email")],
)
def test_a_mail_that_cannot_be_sent_is_a_warning(config: dict[str, Any], reason: str) -> None:
    system, told = make_system(config)
    alerts = system.check_and_alert(make_intel(decay=90), "SPY", 500.0)
    assert ([level for level, _ in told], len(alerts)) == (["info", "warning"], 1)
    assert reason in told[1][1]


class Server:
    """A mail server that notes what it is asked for and may refuse the log-in."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.steps: list[Any] = []
        self.refuses = refuses

    def connect(self, host: str, port: int) -> Self:
        self.steps.append((host, port))
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.steps.append("close")

    def starttls(self) -> None:
        self.steps.append("starttls")

    def login(self, user: str, password: str) -> None:
        if self.refuses:
            raise PermissionError("wrong password")
        self.steps.append((user, password))

    def send_message(self, msg: Message) -> None:
        self.steps.append(str(msg["Subject"]))


def test_the_steps_of_a_delivery() -> None:
    server = Server()
    system, _ = make_system(CONFIG, mailer=SmtpMailer(CONFIG, connect=server.connect))
    (alert,) = system.check_and_alert(make_intel(decay=90), "SPY", 500.0)
    log_in = ("desk@example.test", "secret")
    assert server.steps == [("smtp.example.test", 587), "starttls", log_in, alert["title"], "close"]


def test_a_refused_log_in_closes_the_connection_and_warns() -> None:
    server = Server(refuses=True)
    system, told = make_system(CONFIG, mailer=SmtpMailer(CONFIG, connect=server.connect))
    system.check_and_alert(make_intel(decay=90), "SPY", 500.0)
    assert server.steps[-2:] == ["starttls", "close"]
    assert "wrong password" in told[-1][1]


def test_missing_mail_settings_are_named() -> None:
    mailer = SmtpMailer({"sender_email": "desk@example.test"}, connect=Server().connect)
    with pytest.raises(ValueError, match="lack smtp_server, smtp_port, sender_password"):
        mailer(Message())


def test_a_mail_has_both_parts_the_new_york_time_and_no_foreign_markup() -> None:
    mails: list[Message] = []
    system, _ = make_system(CONFIG, mailer=mails.append)
    system._send_email_alert({"severity": "CRITICAL", "title": "<b>T</b>", "message": "A & B\ntoday's"})
    system._send_email_alert({"severity": "HIGH", "title": "T", "message": "M"})
    texts = [part.get_payload(decode=True) for part in mails[0].walk() if not part.is_multipart()]
    plain, html = (bytes(text).decode() for text in texts)
    assert mails[0].get_content_type() == "multipart/alternative"
    assert plain == "A & B\ntoday's"
    assert "<b>" not in html
    assert in_order(html, ["#FF4444", "&lt;b&gt;T", "A &amp; B\ntoday's", "2025-10-29 02:05 PM ET"])
    assert "#FFB800" in bytes(mails[1].get_payload(1).get_payload(decode=True)).decode()  # type: ignore[union-attr]


def test_a_weekly_decay_alert_names_the_share_of_the_last_day() -> None:
    intel = make_intel(decay=84.0)
    intel["weekly_evolution"]["daily_breakdown"] = [{"pct_of_week": share} for share in (100.0, 81.0, 55.0, 33.0, 16.0)]
    (alert,) = make_system()[0].check_and_alert(intel, "SPY", 585.0)
    assert alert["type"] == "WEEKLY_DECAY"
    assert "16% of the week's gamma" in alert["message"]
    assert "81%" not in alert["message"]
