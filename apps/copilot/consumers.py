"""/ws/copilot: a user's answers while they are written."""

from apps.copilot.models import Turn
from apps.copilot.recording import TOPIC, growing_message, settled_message
from apps.market.personal import PersonalConsumer, PersonalMessage

MOST_MISSED = 20


class CopilotConsumer(PersonalConsumer):
    """Chunks of running answers, and each answer when it is settled. A page says the newest number it has."""

    topic = TOPIC

    def missed(self, seq: int | None) -> list[PersonalMessage]:
        """Return what changed since, whole; on a first visit without a number what is being written."""
        own = Turn.objects.filter(chat__owner_id=self.user_id).select_related("chat__owner")
        changed = own.filter(status=Turn.Status.WRITING) if seq is None else own.filter(number__gt=seq)
        newest = list(changed.order_by("-number")[:MOST_MISSED])
        return [growing_message(one) if one.is_running else settled_message(one) for one in reversed(newest)]
