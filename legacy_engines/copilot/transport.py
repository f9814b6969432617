"""How a prompt reaches the model: the protocol the copilot calls, and the plain HTTP form of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from legacy_engines.copilot.state import Message
from legacy_engines.ports import HttpSession, Notify, say_nothing

MESSAGES_URL = "https://api.anthropic.com/v1/messages"
API_VERSION = "2023-06-01"
TIMEOUT_SECONDS = 30


class ClaudeRequestError(Exception):
    """The model's API answered with something other than 200."""


class Transport(Protocol):
    """Send a conversation and return the answer's text. Any failure is an exception.

    The application passes one over the official SDK; one that streams may show pieces as they arrive and return the
    whole text at the end.
    """

    def __call__(self, *, model: str, max_tokens: int, messages: Sequence[Message], system: str) -> str: ...


class HttpTransport:
    """Post to the messages API without the SDK, once, without retry.

    A body without text raises KeyError or IndexError; what the session raises passes through.
    """

    def __init__(self, *, api_key: str, session: HttpSession, notify: Notify = say_nothing) -> None:
        self.api_key = api_key
        self.session = session
        self.notify = notify

    def __call__(self, *, model: str, max_tokens: int, messages: Sequence[Message], system: str) -> str:
        response = self.session.post(
            MESSAGES_URL,
            headers={
                "x-api-key": self.api_key,
                "anthropic-version": API_VERSION,
                "content-type": "application/json",
            },
            json={"model": model, "max_tokens": max_tokens, "messages": list(messages), "system": system},
            timeout=TIMEOUT_SECONDS,
        )
        if response.status_code != 200:
            self.notify("error", _explanation(response.status_code, response.text))
            raise ClaudeRequestError(f"Claude answered {response.status_code}: {response.text}")
        text: str = response.json()["content"][0]["text"]
        return text


def _explanation(status: int, body: str) -> str:
    return (
        f"Claude answered {status}: {body}\n"
        "Check the form of the API key, the credit left on the account, the rate limit and the network."
    )


def claude_api_key(environ: Mapping[str, str], settings: Mapping[str, str]) -> str:
    """Return the key of the environment, else of the settings, else nothing."""
    named = environ.get("CLAUDE_API_KEY") or environ.get("claude_api_key")
    if named:
        return named
    try:
        return settings.get("claude_api_key") or ""
    except Exception:  # noqa: BLE001 - settings that cannot be read hold no key
        return ""
