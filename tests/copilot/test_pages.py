"""The copilot's pages: conversations of one user, questions taken once, what comes without a key, tools beside it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from redis import RedisError

from alphagex import clock
from apps.copilot import answering, asking, tasks
from apps.copilot.models import Access, Chat, Turn
from apps.ideas.models import TradeIdea
from apps.market.models import Snapshot
from tests.copilot.anthropic_server import AnthropicServer, Speaks
from tests.copilot.conftest import put
from tests.moments import OPEN_MARKET

Asked = Callable[..., Turn]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str | None]]:
    """What is handed to the workers: turn and queue."""
    found: list[tuple[int, str | None]] = []

    def apply_async(args: tuple[int], queue: str | None = None) -> None:
        found.append((args[0], queue))

    monkeypatch.setattr(tasks.answer, "apply_async", apply_async)
    return found


def form(**changes: str) -> dict[str, str]:
    return {"text": "Show me the best trade", "symbol": "spx", "mode": "analyze", "key": "k" * 12} | changes


def test_a_question_opens_a_chat_and_a_click_sent_twice_asks_once(
    trader_client: Client, trader: User, at_market: Snapshot, sent: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = trader_client.post("/copilot/ask/", form(), headers=HTMX)
        second = trader_client.post("/copilot/ask/", form(), headers=HTMX)
    turn = Turn.objects.get()
    assert first["HX-Redirect"] == second["HX-Redirect"] == f"/copilot/{turn.chat_id}/"
    assert (turn.symbol, turn.mode, turn.status, turn.chat.title) == (
        "SPX", "analyze", "waiting", "Show me the best trade",
    )  # fmt: skip
    assert sent == [(turn.pk, None)], "without a key the general worker answers"
    page = trader_client.get(first["HX-Redirect"]).content.decode()
    assert "Basic mode." in page
    assert 'aria-busy="true"' in page
    busy = trader_client.post(f"/copilot/{turn.chat_id}/ask/", form(key="j" * 12), headers=HTMX)
    assert busy.status_code == 422
    assert "still being written" in busy.content.decode()
    assert "Show me the best trade" in busy.content.decode(), "nothing typed is lost"


def test_with_a_key_a_worker_of_its_own_is_asked(
    trader_client: Client, at_market: Snapshot, claude: AnthropicServer, sent: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        trader_client.post("/copilot/ask/", form())
    assert sent[0][1] == "copilot"
    page = trader_client.get("/copilot/").content.decode()
    assert "key active" in page
    assert "claude-sonnet-5-5" in page


def test_a_queue_that_cannot_be_reached_is_said(
    trader: User, at_market: Snapshot, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise RedisError

    monkeypatch.setattr(tasks.answer, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        turn = put(trader, "Anybody?")
    turn.refresh_from_db()
    assert (turn.status, turn.notice) == ("failed", asking.NO_QUEUE)


@pytest.mark.parametrize(
    ("text", "chosen", "mode"),
    [
        ("What is the pin?", "analyze", "teach"),
        ("Should I sell calls?", "analyze", "analyze"),
        ("What if I buy calls?", "analyze", "challenge"),
        ("Buy calls here", "challenge", "challenge"),
        ("Charm", "teach", "teach"),
    ],
)
def test_words_and_buttons_say_who_answers(text: str, chosen: str, mode: str) -> None:
    assert asking.mode_of(text, chosen=chosen) == mode


@pytest.mark.parametrize(
    ("key", "mode"), [("best", "analyze"), ("trade", "trade"), ("risk", "challenge"), ("explain", "teach")]
)
def test_quick_buttons_ask_their_question(
    trader_client: Client, at_market: Snapshot, sent: list[Any], key: str, mode: str
) -> None:
    trader_client.post("/copilot/ask/", form(text="", quick=key, key=f"quick-{key}-000"))
    turn = Turn.objects.get()
    assert (turn.mode, "SPX" in turn.user_message) == (mode, True)


def test_faults_stand_at_their_fields(trader_client: Client, at_market: Snapshot) -> None:
    empty = trader_client.post("/copilot/ask/", form(text=" "), headers=HTMX)
    wrong = trader_client.post("/copilot/ask/", form(symbol="S P X"), headers=HTMX)
    plain = trader_client.post("/copilot/ask/", form(text=""))
    assert (empty.status_code, wrong.status_code, plain.status_code) == (422, 422, 422)
    assert empty["HX-Retarget"] == "#copilot-composer"
    assert "Write what you want to know" in empty.content.decode()
    assert "is not a symbol" in wrong.content.decode()
    assert not Turn.objects.exists()


def test_there_are_limits(trader: User, at_market: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        put(trader, f"Question {number}")
    with pytest.raises(asking.AskError, match="3 answers"):
        put(trader, "One more")
    Turn.objects.update(status="done")
    monkeypatch.setattr(asking, "MOST_AN_HOUR", 3)
    with pytest.raises(asking.AskError, match="an hour"):
        put(trader, "One more")


def test_without_a_key_the_rules_answer_and_say_what_they_are(
    asked: Asked, trader_client: Client, at_market: Snapshot
) -> None:
    turn = asked("best trade now", mode="trade")
    assert (turn.author, turn.notice) == ("rules", answering.NO_KEY)
    assert turn.ai_response.startswith("# SPX: analysis without Claude"), "the page's symbol, no word of the question"
    (idea,) = turn.ideas
    spot = float(at_market.spot)
    assert idea["legs"], "listed contracts"
    assert all(abs(leg["strike"] - spot) / spot < 0.06 for leg in idea["legs"])
    assert turn.input_tokens is None
    page = trader_client.get(turn.chat.get_absolute_url()).content.decode()
    assert "Rules, without Claude" in page
    assert "fig-verified" in page
    assert "Size<" in page
    challenge = asked("Buy calls, long calls at 5.00", mode="challenge")
    lesson = asked("What is GEX?", mode="teach")
    assert challenge.author == lesson.author == "rules"
    assert "Dealers" in challenge.ai_response
    assert "What GEX is" in lesson.ai_response


def test_a_symbol_without_levels_says_so(trader: User, db: None) -> None:
    with time_machine.travel(OPEN_MARKET, tick=False):
        turn = put(trader, "best trade")
        answering.answer(turn.pk)
    turn.refresh_from_db()
    assert turn.status == "failed"
    assert "No levels of SPX yet" in turn.notice


def test_the_coach_warns_and_refuses(asked: Asked, trader: User, at_market: Snapshot) -> None:
    first = asked("I lost on that one, stopped out")
    refused = asked("Give me the next trade", chat=first.chat)
    assert refused.author == "coach"
    assert "Revenge trading" in refused.ai_response
    assert "30-minute break" in refused.ai_response
    with time_machine.travel(OPEN_MARKET + timedelta(hours=8), tick=False):
        late = asked("Sell a condor tomorrow")
    assert late.author == "rules"
    assert "After hours" in late.warning


def test_chats_are_found_renamed_written_out_and_deleted(
    asked: Asked, trader_client: Client, at_market: Snapshot, trader: User
) -> None:
    turn = asked("Pin at the call wall, sell a condor?")
    asked("Something else")
    at = f"/copilot/{turn.chat_id}/"
    assert trader_client.get(at).status_code == 200
    found = trader_client.get("/copilot/found/?words=condor+pin").content.decode()
    assert "Pin at the call wall" in found
    assert "Something else" not in found
    assert "No chat holds" in trader_client.get("/copilot/found/?words=zzz").content.decode()
    assert trader_client.post(f"{at}rename/", {"title": ""}, headers=HTMX).status_code == 422
    renamed = trader_client.post(f"{at}rename/", {"title": "The  pin"}, headers=HTMX)
    assert renamed["HX-Redirect"] == at
    assert Chat.objects.get(pk=turn.chat_id).title == "The pin"
    written = trader_client.get(f"{at}transcript.md").content.decode()
    assert written.startswith("# The pin")
    assert "figures found in the data" in written
    assert "for good" in trader_client.get(f"{at}delete/").content.decode()
    trader_client.post(f"{at}delete/", headers=HTMX)
    assert not Chat.objects.filter(pk=turn.chat_id).exists()
    assert Chat.objects.count() == 1


def test_another_user_sees_and_changes_nothing(
    asked: Asked, other_client: Client, trader: User, at_market: Snapshot
) -> None:
    turn = asked("My secret condor", mode="trade")
    chat, one = f"/copilot/{turn.chat_id}/", f"/copilot/turn/{turn.pk}/"
    before = Turn.objects.values().get()
    for path in (chat, f"{chat}rename/", f"{chat}delete/", f"{chat}transcript.md", one, f"{one}used/"):
        assert other_client.get(path).status_code == 404, path
    for path in (f"{chat}ask/", f"{chat}rename/", f"{chat}delete/", f"{one}stop/", f"{one}ideas/0/log/"):
        assert other_client.post(path, form(title="x")).status_code == 404, path
    assert "secret" not in other_client.get("/copilot/found/?words=secret").content.decode().replace("these words", "")
    assert "secret" not in other_client.get("/copilot/").content.decode()
    assert Turn.objects.values().get() == before
    assert not TradeIdea.objects.exists()


def test_a_proposed_trade_is_sized_logged_and_taken_by_a_click_and_logged_once(
    asked: Asked, trader_client: Client, trader: User, at_market: Snapshot
) -> None:
    turn = asked("best trade now", mode="trade")
    at = f"/copilot/turn/{turn.pk}/ideas/0/"
    sized = trader_client.post(f"{at}size/", headers=HTMX)
    assert "contract" in sized.content.decode()
    assert sized["HX-Retarget"] == "#dialog-host"
    for _ in range(2):
        assert "Logged" in trader_client.post(f"{at}log/", headers=HTMX)["HX-Trigger"]
    assert "dialog" in trader_client.post(f"{at}paper/", headers=HTMX).content.decode()
    assert sorted(TradeIdea.objects.values_list("taken_for", flat=True)) == ["log", "paper", "size"]
    stored = TradeIdea.objects.get(taken_for="log")
    assert (stored.user, stored.symbol) == (trader, "SPX")
    assert len(stored.terms["legs"]) == len(turn.ideas[0]["legs"])
    for path in (f"{at}nobody/", f"/copilot/turn/{turn.pk}/ideas/9/log/"):
        assert trader_client.post(path).status_code == 404


def test_what_the_copilot_may_see_is_kept(trader_client: Client, trader: User) -> None:
    assert trader_client.post("/copilot/access/", {"notes": "on"}, headers=HTMX).status_code == 200
    kept = Access.objects.get(owner=trader)
    assert (kept.positions, kept.record, kept.notes) == (False, False, True)


def test_answers_nobody_writes_any_more_are_settled(trader: User, trader_client: Client, at_market: Snapshot) -> None:
    waiting, writing = put(trader, "Anybody there?"), put(trader, "And you?")
    Turn.objects.filter(pk=writing.pk).update(status="writing", alive_at=OPEN_MARKET, ai_response="SPX is")
    Turn.objects.filter(pk=writing.pk).update(alive_at=OPEN_MARKET + timedelta(seconds=80))
    with time_machine.travel(OPEN_MARKET + timedelta(seconds=90), tick=False):
        page = trader_client.get(f"/copilot/turn/{waiting.pk}/", headers=HTMX).content.decode()
        assert asking.NOT_TAKEN in page
        assert Turn.objects.get(pk=writing.pk).status == "writing", "it may still be at it"
    with time_machine.travel(OPEN_MARKET + timedelta(seconds=300), tick=False):
        trader_client.get("/copilot/")
    kept = Turn.objects.get(pk=writing.pk)
    assert (kept.status, kept.notice, kept.ai_response) == ("cut", asking.LOST, "SPX is")


def test_the_data_an_answer_was_given_is_shown(asked: Asked, trader_client: Client, at_market: Snapshot) -> None:
    turn = asked("best trade now", mode="trade")
    used = trader_client.get(f"/copilot/turn/{turn.pk}/used/").content.decode()
    for name in ("Net GEX", "Spot", "Flip point", "Impact %", "Total decay %", "simulated", "Figures of the answer"):
        assert name in used, name


def test_pages_ask_little_of_the_database(
    asked: Asked, trader_client: Client, at_market: Snapshot, claude: AnthropicServer,
    django_assert_max_num_queries: DjangoAssertNumQueries, settings: Settings,
) -> None:  # fmt: skip
    chat: Chat | None = None
    for number in range(4):
        claude.says(Speaks(f"Answer {number}: spot {at_market.spot:,.2f}."))
        chat = asked(f"Question {number}", chat=chat).chat
    assert chat is not None
    with django_assert_max_num_queries(14):
        page = trader_client.get(chat.get_absolute_url()).content.decode()
    assert page.count('class="copilot-turn"') == 4
    assert re.search(r'data-number="[1-9]', page)
    assert "1 verified" in page
    assert "100" in page
    assert f"{clock.in_new_york(OPEN_MARKET):%H:%M}" in page
