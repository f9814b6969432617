"""What /copilot/ shows: conversations, turns with their marked figures, what is seen, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Max
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from alphagex import clock
from apps.copilot.chats import chats_of, found_chats
from apps.copilot.costs import price_of, usage_of
from apps.copilot.figures.checking import Known, Tally, tally
from apps.copilot.figures.facts import Fact
from apps.copilot.models import Access, Chat, Price, Turn
from apps.copilot.prompts import QUICK, Quick
from apps.copilot.prose import SIGNS, WORDS, rendered
from apps.copilot.seen import access_of, expires_today
from apps.ideas import takers
from apps.market.models import Snapshot
from apps.market.notices import Badge, badge_of

TURNS_SHOWN = 10
_HEAVY = ("facts", "context_data", "steps")  # a running answer reads its facts when it is shown
_SHOWN_FIRST = ("unverified", "verified", "computed", "asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFigure:
    """A line of the list of figures. word: its state for those who do not see the sign."""

    text: str
    state: str
    sign: str
    word: str
    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownIdea:
    """A proposed trade with the buttons of those who take ideas."""

    idea: dict[str, Any]
    buttons: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class ShownTurn:
    """A question and its answer as they stand."""

    turn: Turn
    html: SafeString
    tally: Tally
    ideas: Sequence[ShownIdea]

    @cached_property
    def figures(self) -> list[ShownFigure]:
        return shown_figures(self.turn.figures)

    @property
    def is_running(self) -> bool:
        return self.turn.is_running

    @property
    def is_cut(self) -> bool:
        return self.turn.status in (Turn.Status.CUT, Turn.Status.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The market the next question is about (A-1). expires: whether something expires today, None where not known."""

    snapshot: Snapshot
    badge: Badge
    expires: bool | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything around the conversation. chat: None for a new one. number: of the newest message it shows."""

    owner: User
    symbol: str
    at: datetime
    chat: Chat | None
    chats: Sequence[Chat]
    words: str
    turns: Sequence[ShownTurn]
    earlier: int
    access: Access
    key: str
    number: int
    quick: Sequence[Quick] = QUICK

    @property
    def has_key(self) -> bool:
        return bool(settings.CLAUDE_API_KEY)

    @property
    def model(self) -> str:
        return str(settings.CLAUDE_MODEL)

    @property
    def newest(self) -> ShownTurn | None:
        return self.turns[-1] if self.turns else None

    @cached_property
    def usage(self) -> dict[str, object]:
        return usage_of(self.owner)

    @cached_property
    def price(self) -> Price | None:
        return price_of(self.model)

    @cached_property
    def conditions(self) -> Conditions | None:
        snapshot = Snapshot.objects.of(self.symbol).first()
        if snapshot is None:
            return None
        return Conditions(
            snapshot=snapshot, badge=badge_of(snapshot), expires=expires_today(snapshot, at=self.at), at=self.at
        )

    @property
    def closed_note(self) -> str:
        """What to mind while the market is closed, empty while it is open."""
        status = clock.market_status(self.at)
        if status.is_open:
            return ""
        return (
            f"The market is closed until {status.changes_at:%a %-d %b %H:%M} ET. Check prices again before you enter."
        )


def page_of(
    owner: User, *, symbol: str, at: datetime, chat: Chat | None = None, words: str = "", every_turn: bool = False
) -> Page:
    """Return the page. every_turn: also those before the last TURNS_SHOWN."""
    # Asked before the answers are read: what grows in between is told again when the page's socket opens.
    number = Turn.objects.filter(chat__owner=owner).aggregate(newest=Max("number"))["newest"] or 0
    turns: list[Turn] = []
    earlier = 0
    if chat is not None:
        newest_first = chat.turns.order_by("-timestamp", "-pk").select_related("chat").defer(*_HEAVY)
        turns = list(newest_first if every_turn else newest_first[: TURNS_SHOWN + 1])
        earlier = 0 if every_turn else max(len(turns) - TURNS_SHOWN, 0)
        turns = turns[::-1][earlier:]
    return Page(
        owner=owner,
        symbol=symbol,
        at=at,
        chat=chat,
        chats=found_chats(owner, words),
        words=words,
        turns=[shown_turn(one) for one in turns],
        earlier=earlier,
        access=access_of(owner),
        key=uuid4().hex,
        number=number,
    )


def newest_chat(owner: User) -> Chat | None:
    """Return the conversation that was used last."""
    return chats_of(owner).first()


def shown_turn(turn: Turn) -> ShownTurn:
    """Return a turn as the page shows it. What is settled was rendered then, and is only put together."""
    if turn.is_running:
        known = Known(Fact.from_json(one) for one in turn.facts)
        blocks: Sequence[str] = rendered(turn.ai_response, known, is_open=True).blocks
    else:
        blocks = turn.answer_html
    return ShownTurn(
        turn=turn,
        html=mark_safe("".join(blocks)),  # noqa: S308 - prose.py has cleaned every block
        tally=tally(turn.figures),
        ideas=[_shown_idea(turn, place, idea) for place, idea in enumerate(turn.ideas)],
    )


def shown_figures(figures: Sequence[dict[str, str]]) -> list[ShownFigure]:
    """Return each figure once, those nobody found first."""
    seen: dict[tuple[str, str], ShownFigure] = {}
    for one in sorted(figures, key=lambda figure: _SHOWN_FIRST.index(figure["state"])):
        state = one["state"]
        line = ShownFigure(
            text=one["text"],
            state=state,
            sign=SIGNS[state],
            word=WORDS[state],
            name=one["name"],
            source=one["source"],
        )
        seen.setdefault((line.text, state), line)
    return list(seen.values())


def _shown_idea(turn: Turn, place: int, idea: dict[str, Any]) -> ShownIdea:
    buttons = [
        {"label": one.label, "icon": one.icon, "url": reverse("copilot:take", args=[turn.pk, place, one.key])}
        for one in takers.every()
    ]
    return ShownIdea(idea=idea, buttons=buttons)
