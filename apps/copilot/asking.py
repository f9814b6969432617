"""Take a question, hand it to a worker, stop it, and settle what nobody writes any more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from kombu.exceptions import OperationalError
from redis import RedisError

from apps.copilot import tasks
from apps.copilot.models import LONGEST_TITLE, Chat, Turn
from apps.copilot.recording import STOPPED, settle
from apps.market.watching import note_watched
from legacy_engines.screens.copilot import route

log = structlog.get_logger(__name__)
MOST_AT_ONCE = 3
MOST_AN_HOUR = 60
LONGEST_QUESTION = 4_000
NOT_TAKEN_AFTER = timedelta(seconds=60)
LOST_AFTER = timedelta(seconds=60)
NOT_TAKEN = "No worker took the question. Ask again; if it stays so, see the System page."
LOST = "The process that wrote this answer has stopped. What had come is kept."
NO_QUEUE = "The desk's queue cannot be reached. Ask again in a minute."


class AskError(ValueError):
    """A question that is not taken now. The message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. key: names the intention; a click sent twice has the same."""

    text: str
    mode: Turn.Mode
    symbol: str
    key: str


def mode_of(text: str, *, chosen: str) -> Turn.Mode:
    """Return who answers: as chosen, and where nothing is chosen by the words of the question (C-11)."""
    if chosen in (Turn.Mode.CHALLENGE, Turn.Mode.TEACH, Turn.Mode.TRADE):
        return Turn.Mode(chosen)
    return Turn.Mode(route(text, is_challenging=False))


def ask(user: User, chat: Chat | None, question: Question, *, at: datetime) -> Turn:
    """Keep a question and hand it to a worker. Raises AskError. The same key again returns what it asked before."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # limits are counted by one at a time
        if (known := Turn.objects.filter(chat__owner=user, key=question.key).first()) is not None:
            return known
        _refuse_too_many(user, chat, at=at)
        if chat is None:
            chat = Chat.objects.create(owner=user, title=_title(question.text), created_at=at, changed_at=at)
        else:
            Chat.objects.filter(pk=chat.pk).update(changed_at=at)
        turn = Turn.objects.create(
            chat=chat,
            key=question.key,
            timestamp=at,
            symbol=question.symbol,
            mode=question.mode,
            user_message=question.text,
        )
        note_watched([question.symbol], at=at)
        transaction.on_commit(partial(_hand_over, turn, at=at))
    return turn


def stop(user: User, turn_id: int, *, at: datetime) -> Turn:
    """Stop a running answer of the user's; one that has ended stays as it is. Raises Turn.DoesNotExist."""
    while True:
        turn = _own(user).get(pk=turn_id)
        # Between reading and settling more text may have come: then once more, so that none of it is lost.
        if not turn.is_running or settle(turn, status=Turn.Status.CANCELLED, notice=STOPPED, at=at):
            return _own(user).get(pk=turn_id)


def settle_lost(user: User, *, at: datetime) -> int:
    """End the answers of a user that nobody writes any more; return how many."""
    waiting = Q(status=Turn.Status.WAITING, timestamp__lt=at - NOT_TAKEN_AFTER)
    writing = Q(status=Turn.Status.WRITING, alive_at__lt=at - LOST_AFTER)
    settled = 0
    for turn in _own(user).filter(waiting | writing):
        is_waiting = turn.status == Turn.Status.WAITING
        status = Turn.Status.CUT if turn.ai_response else Turn.Status.FAILED
        settled += settle(turn, status=status, notice=NOT_TAKEN if is_waiting else LOST, at=at)
    return settled


def _own(user: User) -> QuerySet[Turn]:
    return Turn.objects.filter(chat__owner=user).select_related("chat__owner")


def _refuse_too_many(user: User, chat: Chat | None, *, at: datetime) -> None:
    running = Turn.objects.filter(chat__owner=user, status__in=Turn.RUNNING)
    if chat is not None and running.filter(chat=chat).exists():
        raise AskError("The last answer of this chat is still being written. Stop it first, or wait.")
    if running.count() >= MOST_AT_ONCE:
        raise AskError(f"{MOST_AT_ONCE} answers are being written already. Wait for one of them.")
    asked = Turn.objects.filter(chat__owner=user, timestamp__gt=at - timedelta(hours=1)).count()
    if asked >= MOST_AN_HOUR:
        raise AskError(f"{MOST_AN_HOUR} questions an hour is the limit. The next is free in a few minutes.")


def _hand_over(turn: Turn, *, at: datetime) -> None:
    # Without a key the answer is there in a moment, so the general worker can give it.
    try:
        if settings.CLAUDE_API_KEY:
            tasks.answer.apply_async((turn.pk,), queue=tasks.QUEUE)
        else:
            tasks.answer.apply_async((turn.pk,))
    except (OperationalError, RedisError) as error:
        log.warning("copilot_not_queued", turn=turn.pk, error=type(error).__name__)
        settle(turn, status=Turn.Status.FAILED, notice=NO_QUEUE, at=at)


def _title(text: str) -> str:
    first = " ".join(text.split())
    if len(first) <= LONGEST_TITLE // 2:
        return first
    return first[: LONGEST_TITLE // 2].rsplit(" ", 1)[0].rstrip(",.;:") + "\u2026"
