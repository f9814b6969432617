"""A rule as its type reads it: what it is judged by, what it is about, and its sentence."""

from apps.alerts.models import Alert
from apps.alerts.rule_types import TYPES, Condition


def condition_of(alert: Alert) -> Condition:
    """Return what a rule's condition means. Raises KeyError for one that does not exist."""
    return TYPES[alert.alert_type].conditions[alert.condition]


def figure_name(alert: Alert) -> str:
    """Return the figure a rule looks at, such as "SPX:spot" or "account 3:open_pnl"."""
    figure = condition_of(alert).figure
    if alert.position_id is not None:
        return f"position {alert.position_id}:{figure}"
    if alert.account_id is not None:
        return f"account {alert.account_id}:{figure}"
    return f"{alert.symbol}:{figure}"


def judged_by(alert: Alert) -> Alert:
    """Write into a rule what the database judges it by, and return it."""
    condition = condition_of(alert)
    if condition.level is not None:
        alert.threshold = condition.level
    alert.figure = figure_name(alert)
    alert.comparison = condition.comparison
    alert.fires_on = condition.fires_on
    return alert


def subject_of(alert: Alert) -> str:
    """Return what a rule is about, in words."""
    if alert.position is not None:
        return f"{alert.position.symbol} {alert.position.strategy}, no. {alert.position_id}"
    if alert.account is not None:
        return f"{alert.account.get_kind_display()} {alert.account.number}"
    return alert.symbol


def sentence_of(alert: Alert) -> str:
    """Return a rule in one line."""
    limits = TYPES[alert.alert_type].limits
    level = limits.reads(alert.threshold) if limits else ""
    return condition_of(alert).sentence.format(what=subject_of(alert), level=level)
