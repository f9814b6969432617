"""/ws/positions: a user's open positions, marked anew after each snapshot."""

from django.contrib.auth.models import User

from alphagex import clock
from apps.market.personal import PersonalConsumer, PersonalMessage, message_for
from apps.positions.open_rows import open_rows
from apps.positions.publishing import TOPIC, figures, fragments, parts_of, shown_of, totals


class PositionsConsumer(PersonalConsumer):
    """Each message holds the state itself, so whoever connects, or returns, is told the newest of all positions."""

    topic = TOPIC

    def missed(self, seq: int | None) -> list[PersonalMessage]:
        """Return the state of all open positions, in as many messages as they need, and the figures above them."""
        owner = User.objects.select_related("preferences").get(pk=self.user_id)
        at = clock.now()
        rows = open_rows(owner, at=at)
        shown = shown_of(rows) if self.as_html else ()
        messages = [
            message_for(self.user_id, TOPIC, "state", figures(part), html=fragments(part, shown))
            for part in parts_of(rows)
        ]
        if self.as_html:
            messages.append(message_for(self.user_id, TOPIC, "totals", {}, html=totals(owner, rows, at=at)))
        return messages
