"""Claude as the engine's exit adviser, over HTTPS to the Messages API. Chosen only with a key (advising.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from django.conf import settings

VERSION = "2023-06-01"


class AdviceError(Exception):
    """Claude gave no usable answer. The message says what happened; it never holds the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claude:
    """Sends one conversation and returns the text of the reply. Any failure is an AdviceError."""

    key: str = field(repr=False)
    url: str
    model: str
    timeout_seconds: float

    @classmethod
    def from_settings(cls, key: str) -> "Claude":
        """Return the adviser with the settings' address, model and patience."""
        return cls(
            key=key,
            url=settings.CLAUDE_URL.rstrip("/"),
            model=settings.CLAUDE_ADVISER_MODEL,
            timeout_seconds=settings.CLAUDE_TIMEOUT_SECONDS,
        )

    def __call__(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, temperature: float) -> str:
        body = {
            "model": self.model,
            "max_tokens": max_tokens,
            "temperature": temperature,
            "messages": [dict(message) for message in messages],
        }
        headers = {"x-api-key": self.key, "anthropic-version": VERSION}
        try:
            answer = requests.post(f"{self.url}/v1/messages", json=body, headers=headers, timeout=self.timeout_seconds)
        except requests.Timeout:
            raise AdviceError(f"Claude did not answer within {self.timeout_seconds:g} s") from None
        except requests.RequestException as error:
            raise AdviceError(f"Claude could not be reached ({type(error).__name__})") from None
        if answer.status_code != requests.codes.ok:
            raise AdviceError(f"Claude answered HTTP {answer.status_code}{_why(answer)}")
        return _text_of(answer)


def _why(answer: requests.Response) -> str:
    try:
        return f": {answer.json()['error']['type']}"
    except (ValueError, KeyError, TypeError):
        return ""


def _text_of(answer: requests.Response) -> str:
    try:
        reply: Any = answer.json()
        stopped = reply["stop_reason"]
        text = "".join(part["text"] for part in reply["content"] if part["type"] == "text")
    except (ValueError, KeyError, TypeError):
        raise AdviceError("Claude's answer could not be read") from None
    if stopped == "refusal":
        raise AdviceError("Claude declined to answer")
    if not text.strip():
        raise AdviceError("Claude's answer was empty")
    return text
