"""What the application checks before the engine opens anything: limits the engines store and never ask (trading Q-11).

Each check returns why not, or an empty text.
"""

from collections.abc import Sequence
from decimal import Decimal

from apps.ledger import payoff
from apps.ledger.accounts import standing
from apps.ledger.models import Account
from apps.ledger.pricing import LegQuote
from apps.ledger.tickets import LegTicket
from apps.market.templatetags.numbers import percent, usd
from apps.paper.books import DailySettings, ModelSettings

DAILY_OFF = "This account is switched off. Switch it on in its settings."
MODEL_OFF = "The model account is switched off. Switch it on in its settings on the Paper page."


def why_not_daily(
    account: Account,
    settings: DailySettings,
    *,
    legs: Sequence[LegTicket],
    quotes: Sequence[LegQuote],
    quantity: int,
    at_risk: Decimal | None = None,
) -> str:
    """Return why a trade at quoted prices may not be opened: switched off, no market, too large, too much at risk.

    Measured at mid, as the engine sizes; what the fill costs on top is not held against it. at_risk: of the open
    positions, USD, where it is known already.
    """
    if not settings.enabled:
        return DAILY_OFF
    problems = [quote.problem for quote in quotes if quote.problem]
    if problems:
        return " ".join(dict.fromkeys(problems))
    risk = risk_at_mid(legs, quotes, quantity)
    if risk is None:
        return "The loss of this position has no limit; a paper account takes only what it can pay for."
    allowed = account.starting_cash * settings.max_position
    if risk > allowed:
        return (
            f"It would put {usd(risk)} at risk; a position may take {usd(allowed)}, "
            f"{percent(settings.max_position)} of the capital."
        )
    at_risk = standing(account).at_risk if at_risk is None else at_risk
    ceiling = account.starting_cash * settings.max_exposure
    if at_risk + risk > ceiling:
        return (
            f"Open positions have {usd(at_risk)} at risk and this one would add {usd(risk)}; "
            f"all together may take {usd(ceiling)}, {percent(settings.max_exposure)} of the capital."
        )
    return ""


def why_not_model(account: Account, settings: ModelSettings, *, premium: float, quantity: int) -> str:
    """Return why a trade at model prices may not be opened: switched off, or one contract larger than a position."""
    if not settings.enabled:
        return MODEL_OFF
    value = Decimal(repr(float(premium))) * quantity * 100
    allowed = account.starting_cash * settings.max_position
    if value > allowed:
        return (
            f"{quantity} contract{'' if quantity == 1 else 's'} cost {usd(value)}; a position may take "
            f"{usd(allowed)}, {percent(settings.max_position)} of the capital."
        )
    return ""


def risk_at_mid(legs: Sequence[LegTicket], quotes: Sequence[LegQuote], quantity: int) -> Decimal | None:
    """Return the most a position can lose, opened at mid, USD; None where that has no limit."""
    mids = [quote.mark or Decimal(0) for quote in quotes]
    return payoff.extremes(legs, mids, units=quantity).max_loss
