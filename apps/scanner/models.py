"""Watchlists, how a trader scans, each scan, and what it found of each symbol. All of it is one user's own."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from legacy_engines.setups.scan_view import CACHE_INPUT, REFRESH_INPUT

SILENT = timedelta(minutes=2)
"""A scan steps every second; one that has not for so long has lost its worker."""


class Watchlist(models.Model):
    """Symbols to scan, in the order they are asked."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watchlists")
    name = models.CharField(max_length=40)
    symbols = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "scanner_watchlist"
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("owner", "name"), name="watchlist_name_once")]

    def __str__(self) -> str:
        return self.name


class ScannerSettings(models.Model):
    """How old numbers may be, and whether scans start by themselves. watchlist: of which list, else of the first."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="scanner_settings")
    cache_minutes = models.PositiveSmallIntegerField(default=CACHE_INPUT[2])
    auto_refresh = models.BooleanField(default=False)
    refresh_interval = models.PositiveSmallIntegerField(default=REFRESH_INPUT[2], help_text="Minutes.")
    watchlist = models.ForeignKey(Watchlist, models.SET_NULL, null=True, blank=True, related_name="+")
    next_scan_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "scanner_settings"
        verbose_name_plural = "scanner settings"
        indexes = [models.Index(fields=("next_scan_at",), condition=Q(auto_refresh=True), name="scan_due")]

    def __str__(self) -> str:
        return f"scanner of user {self.user_id}"


class ScanRun(models.Model):
    """One scan. step: number of the step that is due, so that a task delivered twice does nothing twice."""

    class State(models.TextChoices):
        RUNNING = "running", "running"
        DONE = "done", "done"
        CANCELLED = "cancelled", "cancelled"
        BROKEN = "broken", "broken off"

    class By(models.TextChoices):
        PERSON = "person", "by hand"
        SCHEDULE = "schedule", "by schedule"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="scans")
    watchlist = models.ForeignKey(Watchlist, models.SET_NULL, null=True, blank=True, related_name="scans")
    name = models.CharField(max_length=40, help_text="Of the list, as it was called then.")
    key = models.CharField(max_length=64, help_text="The intention: one click, one slot of the schedule.")
    by = models.CharField(max_length=10, choices=By, default=By.PERSON)
    force = models.BooleanField(default=False, help_text="Nothing that was known before counts.")
    cache_minutes = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveSmallIntegerField()
    finished = models.PositiveSmallIntegerField(default=0, help_text="Symbols that were ranked, or failed.")
    failed = models.PositiveSmallIntegerField(default=0)
    step = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    stepped_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "scanner_run"
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=("owner", "key"), name="scan_intention_once"),
            models.UniqueConstraint(fields=("owner",), condition=Q(state="running"), name="one_scan_at_a_time"),
        ]
        indexes = [
            models.Index(fields=("owner", "-id"), name="scan_newest"),
            models.Index(fields=("started_at",), name="scan_age"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    def is_silent(self, at: datetime) -> bool:
        """Return whether a running scan has lost its worker."""
        return self.is_running and at - self.stepped_at > SILENT


class ScanResult(models.Model):
    """What a scan found of one symbol: the engine's row, whose numbers it stands on, or why there is none.

    attempts: what the source said, oldest first ([{"at", "raised" or "error"}]); the engine says after how many it is
    enough. asked_at: since when an answer is awaited; ask_at: not asked (again) before.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        ASKED = "asked", "asked"
        RANKED = "ranked", "ranked"
        UNRANKED = "unranked", "not ranked"  # numbers, but none a setup could be measured from
        FAILED = "failed", "failed"
        SKIPPED = "skipped", "not scanned"

    OPEN = (State.WAITING, State.ASKED)

    run = models.ForeignKey(ScanRun, models.CASCADE, related_name="results")
    symbol = models.CharField(max_length=12)
    place = models.PositiveSmallIntegerField(help_text="In the list.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.JSONField(default=list, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    ask_at = models.DateTimeField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)

    spot = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    net_gex = models.FloatField(null=True, blank=True, help_text="USD billions per 1 % move.")
    flip_point = models.FloatField(null=True, blank=True)
    distance_to_flip = models.FloatField(null=True, blank=True, help_text="From spot, per cent.")
    setup_type = models.CharField(max_length=60, blank=True)
    confidence = models.FloatField(null=True, blank=True, help_text="Per cent.")
    dte = models.PositiveSmallIntegerField(null=True, blank=True)
    action = models.CharField(max_length=200, blank=True)
    cache_status = models.CharField(max_length=40, blank=True)
    problem = models.CharField(max_length=500, blank=True)

    truth = models.CharField(max_length=10, blank=True)
    source_label = models.CharField(max_length=80, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    stale_after = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "scanner_result"
        ordering = ("run", "place")
        constraints = [models.UniqueConstraint(fields=("run", "symbol"), name="scan_symbol_once")]
        indexes = [models.Index(fields=("symbol",), condition=Q(state="asked"), name="scan_asked")]

    def __str__(self) -> str:
        return f"{self.symbol} of scan {self.run_id}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
