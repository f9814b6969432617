"""/ws/notifications: what a user is told, on all their pages."""

from django.contrib.auth.models import User

from alphagex import clock
from apps.alerts.publishing import TOPIC, bell_of, data_of, fragments, missed, unread
from apps.market.personal import PersonalConsumer, PersonalMessage, message_for


class NotificationsConsumer(PersonalConsumer):
    """A page that comes back says which number it has and gets what came since; a first visit what is unread."""

    topic = TOPIC

    def missed(self, seq: int | None) -> list[PersonalMessage]:
        """Return one message: what came after `seq`, or what is unread for a page that has none."""
        bell = bell_of(User(pk=self.user_id))
        rows = unread(self.user_id) if seq is None else missed(self.user_id, seq)
        data = data_of(bell, rows, at=clock.now(), user_id=self.user_id)
        html = fragments(bell) if self.as_html else ""
        kind = "list" if seq is None else "new"
        return [message_for(self.user_id, TOPIC, kind, data, html=html, number=bell.newest)]
