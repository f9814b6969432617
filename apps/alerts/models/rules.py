"""Alert rules, how far they have been checked, and what they fired."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

LONGEST_PAUSE = 7 * 24 * 60  # minutes


class Alert(models.Model):
    """One rule of one user. The columns of the old program's alert keep their names.

    figure, comparison, fires_on: the rule as the database judges it; they follow from type, condition and subject
    (apps/alerts/rule_types.py) and are written with them. met: whether the condition held when it was last looked at,
    empty before.
    """

    class State(models.TextChoices):
        ARMED = "armed", "Armed"
        FIRED = "fired", "Fired"
        OFF = "off", "Switched off"

    class Rearm(models.TextChoices):
        ONCE = "once", "Once"
        RECROSS = "recross", "When it becomes true again"
        AFTER = "after", "After a pause"
        DAILY = "daily", "Once a day"

    class Comparison(models.TextChoices):
        AT_MOST = "<=", "at most"
        BELOW = "<", "below"
        AT_LEAST = ">=", "at least"
        ABOVE = ">", "above"

    class FiresOn(models.TextChoices):
        STATE = "state", "being true"
        CHANGE = "change", "becoming true"
        EITHER = "either", "any change"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="alerts")
    symbol = models.CharField(max_length=12, blank=True, help_text="Empty for a rule about an account.")
    alert_type = models.CharField(max_length=20)
    condition = models.CharField(max_length=20)
    threshold = models.DecimalField(
        max_digits=20, decimal_places=4, default=0, help_text="In the unit of the type: per cent, points, $ or $ bn."
    )
    position = models.ForeignKey("ledger.Position", models.CASCADE, null=True, blank=True, related_name="+")
    account = models.ForeignKey("ledger.Account", models.CASCADE, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, help_text="Comes with the message.")
    is_sent_out = models.BooleanField(default=True, help_text="By e-mail and channels too, not in the page alone.")

    state = models.CharField(max_length=5, choices=State, default=State.ARMED)
    rearm = models.CharField(max_length=7, choices=Rearm, default=Rearm.ONCE)
    pause_minutes = models.PositiveIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_PAUSE)]
    )
    rearm_at = models.DateTimeField(null=True, blank=True, help_text="Silent until then, after it fired.")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    met = models.BooleanField(null=True, blank=True, editable=False)
    fired_at = models.DateTimeField(null=True, blank=True, editable=False)
    fired_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField()
    key = models.CharField(max_length=64, help_text="Of the form it was made with, so that two clicks make one rule.")

    figure = models.CharField(max_length=60, editable=False)
    comparison = models.CharField(max_length=2, choices=Comparison, editable=False)
    fires_on = models.CharField(max_length=6, choices=FiresOn, editable=False)

    class Meta:
        db_table = "alerts"
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=("figure",), condition=Q(state="armed"), name="alerts_armed"),
            models.Index(fields=("owner", "state"), name="alerts_of_owner"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("owner", "key"), name="alerts_once_per_form"),
            models.CheckConstraint(
                condition=Q(pause_minutes__gte=1, pause_minutes__lte=LONGEST_PAUSE), name="alerts_pause_within_a_week"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol or 'account'} {self.alert_type} {self.condition}"


class AlertCheck(models.Model):
    """How far the rules of a subject have been checked. Its row is the lock under which they are.

    subject: a symbol, or what is not about one. seq: of the newest snapshot that was judged. source: whose numbers;
    between two sources nothing "crosses".
    """

    subject = models.CharField(max_length=20, primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    source = models.CharField(max_length=260, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True, help_text="Why the newest snapshot was not judged.")

    class Meta:
        db_table = "alert_checks"

    def __str__(self) -> str:
        return f"{self.subject} {self.seq}"


class AlertEvent(models.Model):
    """A rule that fired, in the words of that moment: it outlives the rule."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="alert_events")
    alert = models.ForeignKey(Alert, models.SET_NULL, null=True, blank=True, related_name="events")
    number = models.PositiveIntegerField(help_text="Counts the rule's events.")
    symbol = models.CharField(max_length=12, blank=True)
    alert_type = models.CharField(max_length=20)
    level = models.CharField(max_length=7, default="warning")
    title = models.CharField(max_length=200)
    text = models.TextField()
    url = models.CharField(max_length=200, blank=True)
    value = models.FloatField(null=True, blank=True, help_text="Of the figure, in the unit of the type.")
    threshold = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    fired_at = models.DateTimeField()
    as_of = models.DateTimeField(help_text="The moment of the numbers.")
    source = models.CharField(max_length=80, blank=True)
    truth = models.CharField(max_length=12, blank=True, help_text="live, delayed, recorded or simulated.")

    class Meta:
        db_table = "alert_events"
        ordering = ("-pk",)
        indexes = [models.Index(fields=("owner", "-fired_at"), name="alert_events_newest")]
        constraints = [models.UniqueConstraint(fields=("alert", "number"), name="alert_events_fired_once")]

    def __str__(self) -> str:
        return self.title
