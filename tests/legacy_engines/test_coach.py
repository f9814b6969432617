"""The habits the coach notices, and the questions asked instead of an answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.copilot import PsychologicalCoach, SocraticQuestioner
from tests.parity.worlds import StandingClock

TUESDAY = "2025-10-21T10:30:00-04:00"
ROLES = st.sampled_from(["user", "assistant"])
MESSAGES = st.lists(st.fixed_dictionaries({"role": ROLES, "content": st.text(max_size=20)}), max_size=15)


def said(*contents: str, role: str = "user") -> list[dict[str, Any]]:
    return [{"role": role, "content": content} for content in contents]


def behavior(history: list[dict[str, Any]], request: str, at: str = TUESDAY) -> tuple[str, list[str]]:
    found = PsychologicalCoach(clock=StandingClock(at)).analyze_behavior(history, request)
    assert found["coaching_needed"] == bool(found["red_flags"])
    return found["severity"], [flag["type"] for flag in found["red_flags"]]


def test_four_trade_requests_are_overtrading_and_the_count_is_shown() -> None:
    assert behavior(said(*["sell it"] * 3), "ok") == ("normal", [])
    assert behavior(said(*["sell it"] * 4), "ok") == ("high", ["OVERTRADING"])
    found = PsychologicalCoach(clock=StandingClock(TUESDAY)).analyze_behavior(said(*["buy"] * 5), "ok")
    assert "5 trade requests" in found["red_flags"][0]["message"]


def test_only_the_last_ten_messages_count_as_recent() -> None:
    assert behavior([*said(*["buy"] * 4), *said(*["hm"] * 7)], "ok") == ("normal", [])


def test_a_loss_in_the_last_three_own_messages_and_a_trade_is_revenge() -> None:
    assert behavior(said("I LOST", "a", "b"), "buy") == ("critical", ["REVENGE_TRADING"])
    assert behavior(said("I lost", "a", "b", "c"), "buy") == ("normal", [])
    assert behavior(said("you lost", role="assistant"), "buy") == ("normal", [])


def test_going_back_to_a_bad_idea_is_ignored_advice() -> None:
    warned = [*said("a", "b", "c"), *said("That is TERRIBLE", role="assistant")]
    assert behavior(warned, "still, but") == ("medium", ["IGNORING_ADVICE"])
    assert behavior(warned[1:], "still") == ("normal", [])
    assert behavior([*warned, *said("", role="assistant")], "still") == ("normal", [])


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2025-10-21T09:29:59-04:00", ("normal", ["AFTER_HOURS"])),
        ("2025-10-21T16:00:00-04:00", ("normal", ["AFTER_HOURS"])),
        ("2025-10-25T12:00:00-04:00", ("normal", ["AFTER_HOURS"])),
        ("2025-10-22T14:59:00-04:00", ("normal", [])),
        ("2025-10-22T15:00:00-04:00", ("critical", ["TIMING_VIOLATION"])),
        ("2025-10-22T17:00:00-04:00", ("critical", ["AFTER_HOURS", "TIMING_VIOLATION"])),
        ("2025-10-23T15:30:00-04:00", ("normal", [])),
    ],
)
def test_bad_hours_are_noticed(at: str, expected: tuple[str, list[str]]) -> None:
    assert behavior([], "buy calls", at) == expected


def test_a_later_medium_flag_does_not_lower_the_severity() -> None:
    history = [*said("buy", "buy", "buy", "buy"), *said("risky", role="assistant")]
    assert behavior(history, "but why") == ("high", ["OVERTRADING", "IGNORING_ADVICE"])


@given(MESSAGES)
def test_a_question_that_wants_nothing_is_never_critical_in_market_hours(history: list[dict[str, Any]]) -> None:
    severity, flags = behavior(history, "how does gamma work?")
    assert severity in {"normal", "high"}
    assert set(flags) <= {"OVERTRADING"}


def test_messages_without_role_or_content_are_nobodys_or_empty() -> None:
    assert behavior([{"content": "buy"}, {"role": "user"}] * 5, "ok") == ("normal", [])


def test_a_recent_message_with_no_content_at_all_is_an_error() -> None:
    with pytest.raises(AttributeError):
        behavior([{"role": "user", "content": None}], "ok")


@given(st.text(max_size=40))
def test_there_are_always_seven_numbered_questions(query: str) -> None:
    questions = SocraticQuestioner.generate_questions(query, {})
    assert [question.split(".")[0] for question in questions] == [str(number) for number in range(1, 8)]
    assert len(set(questions)) == 7


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("put or CALL to buy", "your calls"),
        ("buying puts", "buy the dip"),
        ("sell a call", "range"),
        ("premium", "range"),
        ("best trade", "dollars"),
    ],
)
def test_the_last_questions_fit_the_trade(query: str, words: str) -> None:
    assert words in " ".join(SocraticQuestioner.generate_questions(query, {})[4:])


@pytest.mark.parametrize(("query", "asks"), [("Should I buy?", True), ("TELL ME", True), ("buy puts now", False)])
def test_a_request_to_be_told_is_recognised(query: str, asks: bool) -> None:
    assert SocraticQuestioner.should_use_socratic_mode(query) is asks
