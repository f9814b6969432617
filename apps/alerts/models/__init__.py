"""Rules, what they fired, and how a user is told."""

from apps.alerts.models.delivery import Channel, Delivery
from apps.alerts.models.notifications import Notification, NotificationSettings
from apps.alerts.models.rules import Alert, AlertCheck, AlertEvent

__all__ = ["Alert", "AlertCheck", "AlertEvent", "Channel", "Delivery", "Notification", "NotificationSettings"]
