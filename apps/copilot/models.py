"""Conversations with the copilot, what each answer was given, what it cost, and what the trader lets it see."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

LONGEST_TITLE = 120


class Chat(models.Model):
    """One conversation of one user."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="copilot_chats")
    title = models.CharField(max_length=LONGEST_TITLE)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text="Of the newest question.")

    class Meta:
        db_table = "copilot_chat"
        ordering = ("-changed_at", "-pk")
        indexes = [models.Index(fields=("owner", "-changed_at"), name="copilot_chat_newest")]

    def get_absolute_url(self) -> str:
        return reverse("copilot:chat", args=[self.pk])

    def __str__(self) -> str:
        return self.title


class Turn(models.Model):
    """A question and its answer. The columns of the old table `conversations` keep their names and meaning.

    ai_response: Markdown as it came, also where it was cut; answer_html: its blocks as shown, once it is finished.
    facts: every figure the answer was given; figures: every figure found in it, with what became of it.
    tokens and cost (USD) are None where Claude was not asked, cost also where nobody knows the model's price.
    """

    class Mode(models.TextChoices):
        ANALYZE = "analyze", "Analysis"
        CHALLENGE = "challenge", "Challenge"
        TEACH = "teach", "Lesson"
        TRADE = "trade", "Trade"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        WRITING = "writing", "Writing"
        DONE = "done", "Done"
        CUT = "cut", "Cut"
        CANCELLED = "cancelled", "Stopped"
        FAILED = "failed", "Failed"

    class Author(models.TextChoices):
        NOBODY = "", "Nobody yet"
        CLAUDE = "claude", "Claude"
        RULES = "rules", "Rules, without Claude"
        COACH = "coach", "Coach"

    RUNNING = (Status.WAITING, Status.WRITING)

    chat = models.ForeignKey(Chat, models.CASCADE, related_name="turns")
    key = models.CharField(max_length=40, help_text="Names the intention, so that a click sent twice asks once.")
    timestamp = models.DateTimeField(help_text="When it was asked.")
    symbol = models.CharField(max_length=12)
    mode = models.CharField(max_length=9, choices=Mode)
    user_message = models.TextField()
    ai_response = models.TextField(blank=True)
    context_data = models.JSONField(default=dict, blank=True, help_text="The market data it was given.")
    confidence_score = models.FloatField(default=50)

    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    author = models.CharField(max_length=6, choices=Author, default=Author.NOBODY, blank=True)
    notice = models.TextField(blank=True, help_text="Why it was cut, or is not Claude's.")
    warning = models.TextField(blank=True, help_text="What the coach says beside the answer.")
    cautions = models.JSONField(default=list, blank=True, help_text="What is weak about the data it was given.")
    answer_html = models.JSONField(default=list, blank=True)
    facts = models.JSONField(default=list, blank=True)
    figures = models.JSONField(default=list, blank=True)
    steps = models.JSONField(default=list, blank=True, help_text="What was looked up by tools.")
    ideas = models.JSONField(default=list, blank=True, help_text="Trades it proposes.")
    taken = models.JSONField(default=dict, blank=True, help_text="Which idea was handed to whom already.")

    model = models.CharField(max_length=80, blank=True)
    input_tokens = models.PositiveIntegerField(null=True, blank=True)
    output_tokens = models.PositiveIntegerField(null=True, blank=True)
    cost = models.DecimalField(max_digits=10, decimal_places=6, null=True, blank=True)
    number = models.BigIntegerField(default=0, help_text="Of the newest message about it: see recording.py.")
    started_at = models.DateTimeField(null=True, blank=True)
    alive_at = models.DateTimeField(null=True, blank=True, help_text="The last sign of who writes it.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "conversations"
        ordering = ("timestamp", "pk")
        constraints = [models.UniqueConstraint(fields=("chat", "key"), name="copilot_asked_once")]
        indexes = [
            models.Index(fields=("chat", "-timestamp"), name="copilot_turn_newest"),
            models.Index(fields=("status",), condition=Q(status__in=("waiting", "writing")), name="copilot_running"),
        ]

    @property
    def is_running(self) -> bool:
        return self.status in self.RUNNING

    def __str__(self) -> str:
        return self.user_message[:80]


class Price(models.Model):
    """What a family of models costs. A model's price is that of the longest name its own begins with."""

    model = models.CharField(max_length=80, unique=True, help_text="Beginning of the model's name.")
    input_usd = models.DecimalField(max_digits=8, decimal_places=4, help_text="USD per million tokens read.")
    output_usd = models.DecimalField(max_digits=8, decimal_places=4, help_text="USD per million tokens written.")
    stated_on = models.DateField(help_text="When the price list said so.")

    class Meta:
        db_table = "copilot_price"
        ordering = ("model",)

    def of(self, *, input_tokens: int, output_tokens: int) -> Decimal:
        """Return what an answer costs, USD."""
        million = Decimal(1_000_000)
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / million

    def __str__(self) -> str:
        return self.model


class Access(models.Model):
    """What the copilot may see of a user. The market is always open to it; notes are private until shared."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="copilot_access"
    )
    positions = models.BooleanField(default=True)
    record = models.BooleanField(default=True)
    notes = models.BooleanField(default=False)

    class Meta:
        db_table = "copilot_access"
        verbose_name_plural = "access"

    def __str__(self) -> str:
        return f"access of {self.owner_id}"
