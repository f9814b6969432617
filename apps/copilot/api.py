"""The copilot over the API: ask, fetch the answer, and see what it is given.

A worker writes the answer, so a question is taken with 202 and the address to fetch the answer from.
"""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

from django.http import HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from alphagex import clock
from apps.api.parameters import Key, Number, RowNumber
from apps.api.problems import RESPONSES, Problem, not_found
from apps.api.requests import ApiRequest
from apps.api.schemas import Source, source_of
from apps.api.symbols import Symbol, followed
from apps.copilot import asking
from apps.copilot.engine import desk_data
from apps.copilot.models import Chat, Turn
from apps.copilot.prompts import quick
from apps.copilot.seen import NothingKnownError, Seen, access_of
from apps.market.watching import parse_symbol
from legacy_engines.copilot.json_values import make_json_serializable

router = Router(tags=["AI"])
_SECONDS = 2  # until an answer is worth asking for again


class _Asked(Schema):
    """What every question names. chat: a conversation of yours to go on with; null begins one."""

    model_config = ConfigDict(str_strip_whitespace=True)
    symbol: Annotated[str, Field(min_length=1, max_length=12, examples=["SPX"])]
    chat: RowNumber | None = None


class Analyze(_Asked):
    """A question. mode: who answers; empty lets the words of the question decide."""

    question: Annotated[str, Field(min_length=1, max_length=asking.LONGEST_QUESTION, examples=["Where is the flip?"])]
    mode: Literal["", "analyze", "challenge", "teach", "trade"] = ""


class Recommend(_Asked):
    """A wish for one trade. wish: what it must keep to, in your words."""

    wish: Annotated[str, Field(max_length=1_000, examples=["Defined risk, at most $500."])] = ""


class Answer(Schema):
    """An answer as it stands. status: waiting or writing until it is done, cut, cancelled or failed.

    text: Markdown. author: claude, rules or coach. notice: why it was cut, or is not Claude's. ideas: trades it
    proposes, as plain objects. figures: every figure of the text with whether the data hold it. cost: USD.
    """

    id: int
    chat: int
    symbol: str
    mode: str
    status: str
    question: str
    text: str
    author: str
    notice: str
    warning: str
    cautions: list[str]
    ideas: list[dict[str, Any]]
    figures: list[dict[str, Any]]
    model: str
    cost: Decimal | None
    asked_at: datetime
    finished_at: datetime | None


class Taken(Schema):
    """A question that was taken. answer: where to fetch the answer; ask again after Retry-After seconds."""

    id: int
    chat: int
    status: str
    answer: str


class Context(Schema):
    """What the copilot is given. data: by part; parts you do not share with it are not there."""

    symbol: str
    source: Source
    cautions: list[str]
    market: dict[str, Any]
    data: dict[str, Any]


@router.post("/analyze", response={202: Taken, **RESPONSES})
def analyze(request: ApiRequest, response: HttpResponse, asked: Analyze, key: Key = "") -> Status[dict[str, Any]]:
    """Ask the copilot. Answers 202: fetch the answer from the address given."""
    # On the page "analyze" is the choice of whoever chose nothing; here it can be meant.
    is_meant = asked.mode == Turn.Mode.ANALYZE.value
    mode = Turn.Mode.ANALYZE if is_meant else asking.mode_of(asked.question, chosen=asked.mode)
    return _taken(request, response, asked, text=asked.question, mode=mode, key=key)


@router.post("/trade-recommendation", response={202: Taken, **RESPONSES})
def trade_recommendation(
    request: ApiRequest, response: HttpResponse, asked: Recommend, key: Key = ""
) -> Status[dict[str, Any]]:
    """Ask for one specific trade. Answers 202; the answer's `ideas` hold the trade with its legs."""
    button = quick("trade")
    text = button.text.format(symbol=parse_symbol(asked.symbol)) if button else ""
    return _taken(request, response, asked, text=f"{text} {asked.wish}".strip(), mode=Turn.Mode.TRADE, key=key)


@router.get("/answers/{number}", response={200: Answer, **RESPONSES})
def answer(request: ApiRequest, number: Number) -> dict[str, Any]:
    """An answer of yours as it stands, whether asked here or on the page."""
    asking.settle_lost(request.user, at=clock.now())
    turn = Turn.objects.filter(pk=number, chat__owner=request.user).first()
    if turn is None:
        raise not_found("answer")
    return _answer(turn)


@router.get("/context/{symbol}", response={200: Context, **RESPONSES})
def context(request: ApiRequest, symbol: Symbol) -> dict[str, Any]:
    """What the copilot is given for a question about a symbol: levels, gamma views, and what you share with it."""
    at = clock.now()
    seen = Seen(owner=request.user, symbol=followed(symbol), at=at, access=access_of(request.user))
    try:
        snapshot = seen.snapshot
    except NothingKnownError as error:
        raise Problem(404, f"No levels of {seen.symbol} yet", str(error)) from error
    return {
        "symbol": seen.symbol,
        "source": source_of(snapshot, at=at),
        "cautions": seen.cautions,
        "market": make_json_serializable(seen.market_data),
        "data": make_json_serializable(desk_data(seen)),
    }


def _taken(
    request: ApiRequest, response: HttpResponse, asked: _Asked, *, text: str, mode: Turn.Mode, key: str
) -> Status[dict[str, Any]]:
    chat = None
    if asked.chat is not None and (chat := Chat.objects.filter(pk=asked.chat, owner=request.user).first()) is None:
        raise not_found("conversation")
    # The table keeps 40 characters of a key, and the page's own must never be met by a program's.
    kept = hashlib.sha256(f"api:{key}".encode()).hexdigest()[:40] if key else uuid4().hex
    question = asking.Question(text=text, mode=mode, symbol=parse_symbol(asked.symbol), key=kept)
    try:
        turn = asking.ask(request.user, chat, question, at=clock.now())
    except asking.AskError as error:
        raise Problem(409, "The question is not taken now", str(error)) from error
    response["Retry-After"] = str(_SECONDS)
    response["Location"] = f"/api/ai/answers/{turn.pk}"
    return Status(202, {"id": turn.pk, "chat": turn.chat_id, "status": turn.status, "answer": response["Location"]})


def _answer(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.pk,
        "chat": turn.chat_id,
        "symbol": turn.symbol,
        "mode": turn.mode,
        "status": turn.status,
        "question": turn.user_message,
        "text": turn.ai_response,
        "author": turn.author,
        "notice": turn.notice,
        "warning": turn.warning,
        "cautions": turn.cautions,
        "ideas": turn.ideas,
        "figures": turn.figures,
        "model": turn.model,
        "cost": turn.cost,
        "asked_at": turn.timestamp,
        "finished_at": turn.finished_at,
    }
