"""Gamma alerts: when the weekly gamma intelligence deserves one, what it says, and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from legacy_engines.gamma.alert_mail import Mailer, alert_mail, no_mailer
from legacy_engines.ports import Clock, NoticeLevel, Notify, new_york_now, say_nothing

Alert = dict[str, Any]
TRADING_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
CLIFF_PERCENT: Final = 60
WEEKLY_DECAY_PERCENT: Final = 70
NOTICE_LEVELS: Final[dict[str, NoticeLevel]] = {"CRITICAL": "error", "HIGH": "warning", "MEDIUM": "info"}


class GammaAlertSystem:
    """Decides on alerts and sends them: first to the person watching, then by mail when a sender is configured.

    email_config: smtp_server, smtp_port, sender_email, sender_password, recipient_email. mailer: sends a finished
    message (`SmtpMailer`, or whatever the application mails with). Deliberate: each check sends again, there is no
    de-duplication; the application keeps its own cool-down.
    """

    def __init__(
        self,
        email_config: Mapping[str, Any] | None = None,
        *,
        clock: Clock,
        mailer: Mailer = no_mailer,
        notify: Notify = say_nothing,
    ) -> None:
        self.email_config = email_config or {}
        self.email_enabled = bool(self.email_config.get("sender_email"))
        self.clock = clock
        self.mailer = mailer
        self.notify = notify

    def check_and_alert(self, gamma_intel: Mapping[str, Any], symbol: str, spot_price: float) -> list[Alert]:
        """Return and send the alerts the intelligence deserves: daily impact, gamma cliff, weekly decay.

        gamma_intel: `get_current_week_gamma_intelligence`. spot_price: points. A missing view raises KeyError.
        """
        if not gamma_intel.get("success"):
            return []
        candidates = (
            daily_impact_alert(gamma_intel["daily_impact"], symbol, spot_price),
            gamma_cliff_alert(
                gamma_intel["volatility_potential"], symbol, spot_price, current_day=gamma_intel.get("current_day")
            ),
            weekly_decay_alert(gamma_intel["weekly_evolution"], symbol),
        )
        alerts = [alert for alert in candidates if alert]
        for alert in alerts:
            self._send_alert(alert)
        return alerts

    def _is_tomorrow(self, current_day: str | None, target_day: str) -> bool:
        return is_next_trading_day(current_day, target_day)

    def _send_alert(self, alert: Alert) -> None:
        self.notify(notice_level(alert["severity"]), f"{alert['title']}\n{alert['message']}")
        try:
            self._send_email_alert(alert)
        except Exception as error:  # noqa: BLE001 - specified: whatever a mail fails with is only reported
            self.notify("warning", f"The alert was not mailed: {error}")

    def _send_email_alert(self, alert: Alert) -> None:
        if self.email_enabled:
            self.mailer(alert_mail(alert, self.email_config, at=new_york_now(self.clock)))


def notice_level(severity: str) -> NoticeLevel:
    """Return how loudly an alert is shown: unknown severities are information."""
    return NOTICE_LEVELS.get(severity, "info")


def is_next_trading_day(current: str | None, target: str) -> bool:
    """Return whether `target` is the trading weekday after `current`; Monday follows Friday, weekends never match."""
    if current not in TRADING_DAYS or target not in TRADING_DAYS:
        return False
    return (TRADING_DAYS.index(current) + 1) % len(TRADING_DAYS) == TRADING_DAYS.index(target)


def daily_impact_alert(view: Mapping[str, Any], symbol: str, spot: float) -> Alert | None:
    """Return the alert for an EXTREME or ELEVATED day. Deliberate (gamma Q22): without strategies an IndexError."""
    level = view["risk_level"]
    if level not in ("EXTREME", "ELEVATED"):
        return None
    strategy = view["strategies"][0]
    name, strike, expiration, entry = (
        strategy.get(key, "N/A") for key in ("name", "strike", "expiration", "entry_time")
    )
    impact = f"{view['impact_pct']:.0f}%"
    message = (
        f"{symbol} at ${spot:.2f}: {impact} of today's gamma expires at the close. Risk level: {level}.\n\n"
        f"Gamma today: {_billions(view['today_total_gamma'])}\n"
        f"Gamma tomorrow: {_billions(view['tomorrow_total_gamma'])}\n"
        f"Expiring today: {_billions(view['expiring_today'])}\n\n"
        f"Strategy: {name}\nStrike: {strike}\nExpiration: {expiration}\nEntry: {entry}\n\n"
        f"Tomorrow has {impact} less gamma support. Dealers will damp moves less than today, so plan for wider ones."
    )
    severity = "HIGH" if level == "EXTREME" else "MEDIUM"
    return _alert("DAILY_IMPACT", severity, f"{level} gamma expiration today: {symbol}", message, symbol)


def gamma_cliff_alert(view: Mapping[str, Any], symbol: str, spot: float, *, current_day: str | None) -> Alert | None:
    """Return the alert for a day above 60 % of the remaining gamma that is today or the next trading day.

    Deliberate (gamma Q9): the last expiring day of a week always has 100 %, so this fires every week.
    """
    day = view.get("highest_risk_day")
    if not day or not day["vol_pct"] > CLIFF_PERCENT:
        return None
    if not (day["is_today"] or is_next_trading_day(current_day, day["day_name"])):
        return None
    message = (
        f"{symbol} at ${spot:.2f}: gamma cliff on {day['day_name']}, {day['vol_pct']:.0f}% of what is left expires. "
        f"Risk level: {day['risk_level']}.\n\n"
        f"Expiring: {_billions(day['expiring_gamma'])}\n"
        f"Available: {_billions(day['total_available'])}\n\n"
        "Cut position size by 30-50% and widen stops. Consider an ATM straddle to own the move, or stay in cash."
    )
    return _alert("GAMMA_CLIFF", "CRITICAL", f"Gamma cliff ahead: {symbol}", message, symbol)


def weekly_decay_alert(view: Mapping[str, Any], symbol: str) -> Alert | None:
    """Return the alert for a week that loses more than 70 % of its gamma until Friday."""
    decay = view["total_decay_pct"]
    if not decay > WEEKLY_DECAY_PERCENT:
        return None
    message = (
        f"{symbol} loses {decay:.0f}% of its gamma this week. Pattern: {view['decay_pattern']}.\n\n"
        f"Monday baseline: {_billions(view['monday_baseline'])}\n"
        f"Friday end: {_billions(view['friday_end'])}, "
        f"{view['daily_breakdown'][-1]['pct_of_week']:.0f}% of the week's gamma\n\n"
        "Early week: sell premium, iron condors while dealers hold the range.\n"
        "Late week: switch to directional trades, the range has less support."
    )
    return _alert("WEEKLY_DECAY", "MEDIUM", f"Strong weekly gamma decay: {symbol}", message, symbol)


def _billions(usd: float) -> str:
    return f"${usd / 1e9:.2f}B"


def _alert(kind: str, severity: str, title: str, message: str, symbol: str) -> Alert:
    return {
        "type": kind,
        "severity": severity,
        "title": title,
        "message": message,
        "action_url": f"/AlphaGEX?symbol={symbol}",
    }
