"""The rows of the old databases, each exactly as it was."""

from django.conf import settings
from django.db import models


class ImportedFile(models.Model):
    """One old database. The same bytes are one file, whatever they are called."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="imported_files")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the file and what lay beside it (WAL).")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    imported_at = models.DateTimeField()

    class Meta:
        db_table = "legacy_file"
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("owner", "fingerprint"), name="legacy_file_once")]

    def __str__(self) -> str:
        return self.name


class KeptRow(models.Model):
    """A row of an old table. The same content in a second copy of the database is the same row.

    raw: every column by its name in lower case, with its storage class: N null, I:integer, F:real, T:text, X:hex of
    text that is no UTF-8 or has a NUL in it, B:hex of a blob. digest: SHA-256 of all that is not null. copy: counts
    rows of one file that are alike to the last value.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file = models.ForeignKey(ImportedFile, models.PROTECT, related_name="+", help_text="Where it was first seen.")
    table = models.CharField(max_length=255)
    row_key = models.TextField(help_text="rowid, or the key of a table without.")
    digest = models.CharField(max_length=64)
    copy = models.PositiveIntegerField(default=1)
    raw = models.JSONField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.table} {self.row_key}"


class ImportedRow(KeptRow):
    """A row that was taken, and what became of it."""

    target_table = models.CharField(max_length=63)
    target_id = models.BigIntegerField()
    identity = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of what a row keeps for life: tells a later state of it."
    )

    class Meta:
        db_table = "legacy_row"
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("owner", "table", "digest", "copy"), name="legacy_row_once")]
        indexes = [
            models.Index(fields=("target_table", "target_id"), name="legacy_row_target"),
            models.Index(
                fields=("owner", "table", "identity"), condition=~models.Q(identity=""), name="legacy_row_identity"
            ),
        ]


class QuarantinedRow(KeptRow):
    """A row that could not be taken, kept with the reason."""

    reason = models.TextField()
    quarantined_at = models.DateTimeField()

    class Meta:
        db_table = "legacy_quarantine"
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("owner", "table", "digest", "copy"), name="legacy_quarantine_once")
        ]


class OldSetting(models.Model):
    """A setting of the old program that is not in force here, because the desk has its own."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    table = models.CharField(max_length=63)
    key = models.TextField()
    value = models.TextField(null=True, blank=True)  # noqa: DJ001 - missing is not empty here
    why = models.TextField(help_text="Why it is not in force.")

    class Meta:
        db_table = "legacy_setting"
        ordering = ("table", "key", "pk")

    def __str__(self) -> str:
        return f"{self.table}: {self.key}"
