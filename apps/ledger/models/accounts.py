"""Accounts and their cash."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q


class Account(models.Model):
    """Whose money, and by which rules its orders are filled.

    A reset closes the account and opens the next one of its kind, so that nothing of the past is lost.
    """

    class Kind(models.TextChoices):
        OWN = "own", "Own record"
        PAPER = "paper", "Paper"
        MODEL = "model", "Paper, model prices"
        AUTONOMOUS = "autonomous", "Auto trader"

    class FillModel(models.TextChoices):
        MID = "mid", "Mid"
        SPREAD = "spread", "Mid and a share of the spread"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="ledger_accounts")
    kind = models.CharField(max_length=12, choices=Kind)
    number = models.PositiveIntegerField(
        help_text="Counts the accounts of this kind: 1, and one more after each reset."
    )
    starting_cash = models.DecimalField(max_digits=20, decimal_places=6, help_text="USD it was opened with.")
    fill_model = models.CharField(max_length=6, choices=FillModel, default=FillModel.MID)
    commission = models.DecimalField(
        max_digits=8,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
        help_text="USD for each option contract bought or sold.",
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_account"
        ordering = ("owner_id", "kind", "-number")
        constraints = [
            models.UniqueConstraint(fields=("owner", "kind", "number"), name="ledger_account_number"),
            models.UniqueConstraint(
                fields=("owner", "kind"), condition=Q(closed_at__isnull=True), name="ledger_one_account_in_use"
            ),
            models.CheckConstraint(condition=Q(starting_cash__gte=0), name="ledger_starting_cash_not_negative"),
            models.CheckConstraint(condition=Q(commission__gte=0), name="ledger_commission_not_negative"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="ledger_account_closed_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number} of {self.owner_id}"


class CashEntry(models.Model):
    """Money that came in (positive) or went out (negative). The balance is their sum."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", "Deposit"
        FILL = "fill", "Bought or sold"
        COMMISSION = "commission", "Commission"

    account = models.ForeignKey(Account, models.PROTECT, related_name="cash_entries")
    kind = models.CharField(max_length=10, choices=Kind)
    amount = models.DecimalField(max_digits=20, decimal_places=6, help_text="USD.")
    fill = models.ForeignKey("ledger.Fill", models.PROTECT, null=True, blank=True, related_name="cash_entries")
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "ledger_cash"
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("fill", "kind"), name="ledger_cash_once_per_fill"),
            models.CheckConstraint(
                condition=Q(kind="deposit", fill__isnull=True) | (~Q(kind="deposit") & Q(fill__isnull=False)),
                name="ledger_cash_has_its_fill",
            ),
            models.CheckConstraint(
                condition=~Q(kind="commission") | Q(amount__lte=0), name="ledger_commission_is_paid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
