"""Whether the trader runs, and which of its checks were taken by whom."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q


class SchedulerState(models.Model):
    """One trader's switch. Text columns are the old program's: moments as Python writes them, New York.

    row: the old table's id, always 1. is_running: started. paused_until: no entries before; exits go on.
    stopped_hard_at: the kill switch; nothing is done and nothing can be started until it is released.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="autotrader_state"
    )
    row = models.PositiveSmallIntegerField(db_column="id", default=1)
    is_running = models.IntegerField(null=True, default=0)
    last_started = models.TextField(null=True, blank=True)  # noqa: DJ001 - missing is not empty here
    last_stopped = models.TextField(null=True, blank=True)  # noqa: DJ001
    last_trade_check = models.TextField(null=True, blank=True)  # noqa: DJ001
    last_position_check = models.TextField(null=True, blank=True)  # noqa: DJ001
    execution_count = models.IntegerField(null=True, default=0)
    should_auto_restart = models.IntegerField(null=True, default=1)
    restart_reason = models.TextField(null=True, blank=True)  # noqa: DJ001
    updated_at = models.TextField(null=True, blank=True)  # noqa: DJ001
    running_since = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    stopped_hard_at = models.DateTimeField(null=True, blank=True)
    last_tick_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "scheduler_state"
        constraints = [models.CheckConstraint(condition=Q(row=1), name="scheduler_state_has_one_row")]

    @property
    def last_trade_check_at(self) -> datetime | None:
        return _moment(self.last_trade_check)

    @property
    def last_position_check_at(self) -> datetime | None:
        return _moment(self.last_position_check)

    def __str__(self) -> str:
        return f"auto trader of {self.owner_id}"


class AutonomousCheck(models.Model):
    """One hourly check of a trader: the unique row is the claim, so that nobody does it twice."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="autonomous_checks")
    slot = models.DateTimeField(help_text="The hour it belongs to.")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When it was last handed to a worker.")
    begun_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    let_go = models.CharField(max_length=200, blank=True, help_text="Why it was not done.")

    class Meta:
        db_table = "autonomous_check"
        ordering = ("-slot",)
        constraints = [models.UniqueConstraint(fields=("owner", "slot"), name="autonomous_check_once")]

    def __str__(self) -> str:
        return f"check of {self.slot:%Y-%m-%d %H:%M}"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
