"""The exit adviser: Claude with a key, over a local server here; every failure holds; the rules without a key."""

import json
import socket

import pytest
import time_machine
from django.contrib.auth.models import User
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from apps.autotrader import running
from apps.autotrader.advising import NEXT_CHECK, exit_adviser
from apps.autotrader.claude_adviser import AdviceError, Claude
from apps.autotrader.models import AutonomousDecision, AutonomousPosition
from apps.autotrader.replaying import differences
from legacy_engines.trading.autonomous import leave_to_rules
from tests.autotrader.simulated import check, market_says, moment

KEY = "sk-a-secret"


@pytest.fixture
def claude(httpserver: HTTPServer, settings: Settings) -> HTTPServer:
    """A server where Claude is expected, known to the settings."""
    settings.CLAUDE_API_KEY = KEY
    settings.CLAUDE_URL = httpserver.url_for("")
    settings.CLAUDE_TIMEOUT_SECONDS = 0.3
    return httpserver


def says(server: HTTPServer, text: str, *, stop_reason: str = "end_turn", status: int = 200) -> None:
    body = {"content": [{"type": "text", "text": text}], "stop_reason": stop_reason}
    server.expect_request("/v1/messages", method="POST").respond_with_json(body, status=status)


def advice() -> dict[str, object]:
    answers = AutonomousDecision.objects.filter(kind="manage").latest("pk").inputs["answers"]
    (known,) = answers["advice"].values()
    return dict(known["answer"])


def test_without_a_key_the_rules_of_the_engine_decide(settings: Settings) -> None:
    settings.CLAUDE_API_KEY = ""
    assert exit_adviser(is_check=True) is leave_to_rules


def test_claude_closes_a_trade_in_its_own_words(running_trader: User, claude: HTTPServer) -> None:
    says(claude, "DECISION: CLOSE\nREASON: The regime has turned.")
    _, manage = check(running_trader, moment(23, 10))
    assert manage.outcome == "closed"
    assert AutonomousPosition.objects.get().exit_reason == "AI exit: The regime has turned."
    assert not list(differences(manage)), "and is not asked again to make the decision once more"
    request, _ = claude.log[0]
    sent = json.loads(request.data)
    assert (sent["max_tokens"], sent["temperature"]) == (150, 0.3)
    assert request.headers["x-api-key"] == KEY
    assert len(claude.log) == 1, "asked once, while no lock was held"


def test_claude_holds(running_trader: User, claude: HTTPServer) -> None:
    says(claude, "DECISION: HOLD\nREASON: It still works.")
    _, manage = check(running_trader, moment(23, 10))
    assert manage.outcome == "held"
    assert advice() == {"should_close": False, "reason": "The model holds the position"}


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (429, {"error": {"type": "rate_limit_error"}}, "HTTP 429: rate_limit_error"),
        (500, {}, "HTTP 500"),
        (200, {"content": [], "stop_reason": "refusal"}, "declined"),
        (200, {"content": [], "stop_reason": "end_turn"}, "empty"),
        (200, {"unexpected": True}, "could not be read"),
    ],
)
def test_what_is_no_advice_holds_and_says_why(
    running_trader: User, claude: HTTPServer, status: int, body: dict[str, object], said: str
) -> None:
    claude.expect_request("/v1/messages").respond_with_json(body, status=status)
    _, manage = check(running_trader, moment(23, 10))
    assert manage.outcome == "held"
    assert said in str(advice()["reason"])
    assert KEY not in json.dumps(manage.inputs)


def test_words_that_are_no_decision_hold(running_trader: User, claude: HTTPServer) -> None:
    says(claude, "I would rather talk about the weather.")
    assert check(running_trader, moment(23, 10))[1].outcome == "held"


def test_silence_ends_with_the_patience_of_the_settings() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}"
        silent = Claude(key=KEY, url=address, model="some-model", timeout_seconds=0.2)
        with pytest.raises(AdviceError, match="did not answer"):
            silent([{"role": "user", "content": "?"}], max_tokens=1, temperature=0)


def test_nobody_there_is_said_without_the_key() -> None:
    nobody = Claude(key=KEY, url="http://127.0.0.1:9", model="some-model", timeout_seconds=0.3)
    with pytest.raises(AdviceError, match="could not be reached"):
        nobody([{"role": "user", "content": "?"}], max_tokens=1, temperature=0)
    assert KEY not in repr(nobody)


def test_the_hard_stop_comes_before_any_advice(running_trader: User, claude: HTTPServer) -> None:
    says(claude, "DECISION: HOLD\nREASON: Never sell.")
    check(running_trader, moment(25, 10))
    _, manage = check(running_trader, moment(25, 15))
    assert manage.outcome == "closed"
    assert "Hard stop" in manage.reason


def test_between_the_checks_no_request_is_spent(running_trader: User, claude: HTTPServer) -> None:
    says(claude, "DECISION: HOLD\nREASON: It still works.")
    check(running_trader, moment(23, 10))
    asked = len(claude.log)
    market_says(moment(23, 10, 30))
    with time_machine.travel(moment(23, 10, 30), tick=False):
        assert running.manage(running_trader, moment(23, 10, 30)) is None
    assert len(claude.log) == asked
    assert exit_adviser(is_check=False)({}, 0, 0, 0, {}, 1) == {"should_close": False, "reason": NEXT_CHECK}
