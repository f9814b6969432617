"""The user's conversations: found, renamed, deleted, written out."""

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet

from alphagex import clock
from apps.copilot.figures.checking import tally
from apps.copilot.models import LONGEST_TITLE, Chat, Turn

MOST_LISTED = 60
LONGEST_SEARCH = 100


def chats_of(owner: User) -> QuerySet[Chat]:
    """Return a user's conversations, the newest first."""
    return Chat.objects.filter(owner=owner)


def found_chats(owner: User, words: str) -> list[Chat]:
    """Return the conversations that hold all the words, in title, questions or answers; each with `answers`."""
    wanted = Q()
    for word in words.replace("\x00", "")[:LONGEST_SEARCH].split():
        turns = Turn.objects.filter(Q(user_message__icontains=word) | Q(ai_response__icontains=word))
        wanted &= Q(title__icontains=word) | Q(pk__in=turns.filter(chat__owner=owner).values("chat"))
    return list(chats_of(owner).filter(wanted).annotate(answers=Count("turns"))[:MOST_LISTED])


def rename(chat: Chat, title: str) -> None:
    """Give a conversation another title."""
    chat.title = " ".join(title.split())[:LONGEST_TITLE]
    chat.save(update_fields=["title"])


def transcript(chat: Chat) -> str:
    """Return a conversation as Markdown: questions, answers, how many figures were verified, and what was cut."""
    lines = [f"# {chat.title}", ""]
    for turn in chat.turns.all():
        asked = f"{clock.in_new_york(turn.timestamp):%Y-%m-%d %H:%M} ET"
        lines += [f"## {asked}, {turn.symbol}, {turn.get_mode_display()}", "", turn.user_message, "", "---", ""]
        lines += [turn.ai_response or "(no answer)", ""]
        counted = tally(turn.figures)
        by = turn.get_author_display() if turn.author else ""
        said = [by, turn.model, turn.notice, *turn.cautions]
        if counted.claimed:
            said.append(f"{counted.verified + counted.computed} of {counted.claimed} figures found in the data.")
        lines += [f"_{' '.join(part if part.endswith('.') else f'{part}.' for part in said if part)}_", ""]
    return "\n".join(lines)
