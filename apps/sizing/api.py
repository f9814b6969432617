"""Sizes over the API: how many contracts an account bears, by confidence, by the stop, by Kelly, by one's record."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Router, Schema
from pydantic import Field

from alphagex import clock
from apps.accounts.services import preferences_of
from apps.api.problems import INCOMPLETE, RESPONSES, Problem, of_form
from apps.api.requests import ApiRequest
from apps.sizing.forms import KellyForm, StopForm, TradeForm
from apps.sizing.kelly import Kelly, kelly_of
from apps.sizing.portfolio import portfolio_of
from apps.sizing.record import recommendations_for
from apps.sizing.trade import size_by_stop, size_trade

router = Router(tags=["Sizing"])
Accounts = Literal["own", "paper", "model", "autonomous", "all"]
# Their limits are the forms': what lies outside of them comes back with the page's sentence.
Amount = Annotated[Decimal, Field(ge=0, le=100_000_000, decimal_places=2, allow_inf_nan=False)]


class SizeAsked(Schema):
    """by confidence: structure, premium, confidence and risk_reward; width of a credit, max_loss of a stated loss.

    by stop: entry and stop. USD a share, per cent. account_size, risk_percent: your settings where they are left out.
    """

    by: Literal["confidence", "stop"] = "confidence"
    account_size: Amount | None = None
    risk_percent: Amount | None = None
    structure: Literal["debit", "credit", "stated"] = "debit"
    premium: Amount | None = None
    width: Amount | None = None
    max_loss: Amount | None = None
    confidence: Amount | None = None
    risk_reward: Amount | None = None
    entry: Amount | None = None
    stop: Amount | None = None


class SizeSaid(Schema):
    """at_risk: what it would lose, USD; of_account: that as a fraction; budget: what it may lose; is_over: it loses
    more than that.

    capital: paid for it, USD; credit: received instead. why: the engine's steps.
    """

    contracts: int
    at_risk: float
    of_account: float
    budget: float
    is_over: bool
    loss_per_contract: float | None = None
    capital: float | None = None
    credit: float | None = None
    max_loss: float | None = None
    why: Annotated[list[str], Field(default_factory=list)]


class KellyAsked(Schema):
    """A record. win_rate: per cent; amounts: USD, both positive; trades: how many it is of."""

    win_rate: Amount
    average_win: Amount
    average_loss: Amount
    trades: Annotated[int, Field(ge=1, le=100_000)] | None = None


class KellySaid(Schema):
    """Shares of the account in per cent. edge: what one trade brings on average, USD.

    likely_low, likely_high: Kelly at the ends of what so few trades allow; null without `trades`.
    """

    full: float
    half: float
    quarter: float
    edge: float
    has_edge: bool
    is_aggressive: bool
    is_proven: bool
    likely_low: float | None
    likely_high: float | None


class RecommendationSaid(Schema):
    """What a strategy's record allows. win_rate: per cent; USD; risk_percent: null where the record cannot say."""

    strategy: str
    trades: int
    win_rate: float
    average_win: float
    average_loss: float
    risk_percent: float | None
    detail: str
    kelly: KellySaid


class RecommendationsSaid(Schema):
    account: str
    items: list[RecommendationSaid]


class HeldSaid(Schema):
    """An open position. at_risk: USD it can still lose, null without limit; share: of the account, a fraction."""

    number: int
    symbol: str
    strategy: str
    at_risk: Decimal | None
    share: float | None


class PortfolioSaid(Schema):
    """Your own open positions against your account, USD. share: a fraction of it; limit, left: of the engine's limit.

    unlimited: positions nobody can put a figure to. refusal: why the engine would open nothing at all, empty else.
    """

    account_size: Decimal
    at_risk: Decimal
    share: float
    limit: Decimal
    left: Decimal
    unlimited: int
    pnl_today: Decimal
    refusal: str
    items: list[HeldSaid]


@router.post("/calculate", response={200: SizeSaid, **RESPONSES})
def calculate(request: ApiRequest, asked: SizeAsked) -> dict[str, Any]:
    """How many contracts a trade may have."""
    chosen = preferences_of(request.user)
    typed = _typed(asked)
    typed["account_size"] = typed["account_size"] or str(chosen.account_size)
    typed["risk_percent"] = typed["risk_percent"] or str(chosen.risk_percent)
    return _by_stop(StopForm(typed)) if asked.by == "stop" else _by_confidence(TradeForm(typed))


@router.post("/kelly", response={200: KellySaid, **RESPONSES})
def kelly(request: ApiRequest, asked: KellyAsked) -> dict[str, Any]:
    """What the Kelly criterion makes of a record."""
    form = KellyForm(_typed(asked))
    if not form.is_valid():
        raise of_form(form)
    rate, won, lost = (float(form.cleaned_data[name]) for name in ("win_rate", "average_win", "average_loss"))
    return _kelly(kelly_of(rate, won, lost, trades=form.cleaned_data["trades"]))


@router.get("/recommendations", response={200: RecommendationsSaid, **RESPONSES})
def recommendations(request: ApiRequest, account: Accounts = "own") -> dict[str, Any]:
    """What your record says about size, by strategy."""
    most = float(preferences_of(request.user).risk_percent)
    names = ("strategy", "trades", "win_rate", "average_win", "average_loss")
    items = [
        {name: getattr(one.record, name) for name in names}
        | {"risk_percent": one.risk_percent, "detail": one.words, "kelly": _kelly(one.kelly)}
        for one in recommendations_for(request.user, account, most_percent=most)
    ]
    return {"account": account, "items": items}


@router.get("/portfolio", response={200: PortfolioSaid, **RESPONSES})
def portfolio(request: ApiRequest) -> dict[str, Any]:
    """What your open positions may lose together, and what room is left."""
    size = preferences_of(request.user).account_size
    found = portfolio_of(request.user, size, at=clock.now())
    items = [
        {
            "number": one.position.pk,
            "symbol": one.position.symbol,
            "strategy": one.position.strategy,
            "at_risk": None if one.at_risk is None else round(one.at_risk, 6),
            "share": one.share,
        }
        for one in found.held
    ]
    sums = {name: round(getattr(found, name), 6) for name in ("at_risk", "limit", "left", "pnl_today")}
    same = {name: getattr(found, name) for name in ("share", "unlimited", "refusal")}
    return sums | same | {"account_size": size, "items": items}


def _by_confidence(form: TradeForm) -> dict[str, Any]:
    if not form.is_valid():
        raise of_form(form)
    size = size_trade(form.cleaned_data)
    return {name: getattr(size, name) for name in SizeSaid.model_fields if name != "max_loss"}


def _by_stop(form: StopForm) -> dict[str, Any]:
    if not form.is_valid():
        raise of_form(form)
    size = size_by_stop(form.cleaned_data)
    if size.error:
        raise Problem(422, INCOMPLETE, size.error)
    return {
        "contracts": size.contracts,
        "at_risk": size.risk,
        "of_account": size.of_account,
        "budget": size.budget,
        "is_over": size.is_over,
        "capital": size.cost,
        "max_loss": size.max_loss,
    }


def _kelly(found: Kelly) -> dict[str, Any]:
    names = ("full", "half", "quarter", "edge", "has_edge", "is_aggressive", "is_proven")
    likely = found.likely
    return {name: getattr(found, name) for name in names} | {
        "likely_low": None if likely is None else likely.kelly_low,
        "likely_high": None if likely is None else likely.kelly_high,
    }


def _typed(asked: Schema) -> dict[str, str]:
    """Return what a form takes."""
    return {name: "" if value is None else str(value) for name, value in asked.dict().items()}
