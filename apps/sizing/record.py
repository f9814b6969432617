"""The trader's own record by strategy, and what it says about size."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Avg, Count, FloatField, Q
from django.db.models.functions import Cast

from apps.journal.choosing import of_accounts
from apps.sizing.kelly import Kelly, kelly_of

ENOUGH_TRADES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Closed trades of a strategy. win_rate: per cent; amounts: USD, average_loss positive."""

    strategy: str
    trades: int
    win_rate: float
    average_win: float
    average_loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What a record allows. risk_percent: of the account, for one trade; None where the record cannot say."""

    record: Record
    kelly: Kelly
    risk_percent: float | None
    tone: str
    words: str


def records_of(owner: User, account: str) -> list[Record]:
    """Return the records of a kind of account, most trades first. One query."""
    rows = (
        of_accounts(owner, account)
        .annotate(dollars=Cast("pnl", FloatField()))
        .values("strategy")
        .annotate(
            trades=Count("pk"),
            wins=Count("pk", filter=Q(pnl__gt=0)),
            average_win=Avg("dollars", filter=Q(pnl__gt=0)),
            average_loss=Avg("dollars", filter=Q(pnl__lt=0)),
        )
        .order_by("-trades", "strategy")
    )
    return [
        Record(
            strategy=row["strategy"],
            trades=row["trades"],
            win_rate=row["wins"] / row["trades"] * 100,
            average_win=row["average_win"] or 0.0,
            average_loss=-(row["average_loss"] or 0.0),
        )
        for row in rows
    ]


def recommend(record: Record, *, most_percent: float) -> Recommendation:
    """Return what to risk on the next trade of a strategy: half of Kelly at the low end, never above the user's own."""
    kelly = kelly_of(record.win_rate, record.average_win, record.average_loss, trades=record.trades)
    if not record.average_loss:
        return _said(record, kelly, None, "warn", "No loss yet, so nobody knows what one costs. Keep it small.")
    if not kelly.has_edge:
        return _said(record, kelly, 0.0, "loss", "No edge so far: it loses on average. Trade it on paper first.")
    if record.trades < ENOUGH_TRADES:
        words = f"{record.trades} of {ENOUGH_TRADES} trades a judgement needs. Keep it small."
        return _said(record, kelly, None, "warn", words)
    if kelly.likely is None or not kelly.is_proven:
        return _said(record, kelly, None, "warn", "It wins on average, yet that may still be luck. Do not size up.")
    share = min(kelly.likely.kelly_low / 2, most_percent)
    return _said(record, kelly, share, "gain", "It wins even at the low end of what its record allows.")


def recommendations_for(owner: User, account: str, *, most_percent: float) -> list[Recommendation]:
    """Return one recommendation for each strategy traded."""
    return [recommend(record, most_percent=most_percent) for record in records_of(owner, account)]


def _said(record: Record, kelly: Kelly, share: float | None, tone: str, words: str) -> Recommendation:
    return Recommendation(record=record, kelly=kelly, risk_percent=share, tone=tone, words=words)
