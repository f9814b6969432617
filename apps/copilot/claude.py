"""Claude through the official SDK: a stream of text, tools in between, and every way it can end said in words."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings

from legacy_engines.copilot.state import Message

if TYPE_CHECKING:
    from anthropic.types import Message as Reply


PULSE_SECONDS = 0.25
_END = object()
_DO_NOT_THINK = ("claude-3", "claude-haiku-4", "claude-sonnet-4", "claude-opus-4")


class ClaudeError(Exception):
    """Claude gave no complete answer. The message says why, for the trader; it never holds the key."""


class StoppedError(ClaudeError):
    """The trader stopped the answer, or somebody else settled it."""


class Listener(Protocol):
    """Whoever writes the answer down. Each call may raise StoppedError."""

    def text(self, delta: str) -> None:
        """More of the answer."""

    def idle(self) -> None:
        """Nothing came for a moment."""

    def step(self, name: str, result: str) -> None:
        """A tool was used; result: what Claude is told, as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for an answer and for silence within it; how often tools are used and a refused request is retried.

    thinking_tokens: room beside the engine's limit of the answer, for models that think first.
    """

    whole_seconds: float = 180.0
    silent_seconds: float = 20.0
    rounds: int = 8
    retries: int = 2
    thinking_tokens: int = 8_000

    @classmethod
    def from_settings(cls) -> "Limits":
        return cls(silent_seconds=settings.CLAUDE_TIMEOUT_SECONDS)


@dataclass(slots=True, kw_only=True)
class Usage:
    """Tokens, over all rounds."""

    read: int = 0
    written: int = 0


@dataclass(kw_only=True)
class StreamingClaude:
    """The engines' transport, once per answer. Tools: descriptions as the API takes them, and what runs one by name.

    beside: a second part of the last message. on_start: told the messages and instructions before they are sent.
    """

    listener: Listener
    tools: Sequence[dict[str, Any]]
    run_tool: Callable[[str, Mapping[str, Any]], tuple[str, bool]]
    limits: Limits
    beside: str
    on_start: Callable[[list[Message], str], str]
    usage: Usage = field(default_factory=Usage)
    is_cut_short: bool = False
    was_asked: bool = False
    _rounds: list[Usage] = field(default_factory=list)

    def __call__(self, *, model: str, max_tokens: int, messages: Sequence[Message], system: str) -> str:
        """Return the whole text. Raises ClaudeError; what had come before is with the listener."""
        import anthropic  # slow, and only workers with a key need it

        self.was_asked = True
        began = monotonic()
        history = _beginning_with_the_trader(messages)
        system = self.on_start(list(history), system)
        sent: list[dict[str, Any]] = [dict(one) for one in history]
        sent[-1] = {"role": "user", "content": [_text(str(sent[-1]["content"])), _text(self.beside)]}
        timeout = anthropic.Timeout(self.limits.silent_seconds, connect=min(5.0, self.limits.silent_seconds))
        client = anthropic.Anthropic(
            api_key=settings.CLAUDE_API_KEY,
            base_url=settings.CLAUDE_URL.rstrip("/"),
            timeout=timeout,
            max_retries=self.limits.retries,
        )
        parts: list[str] = []
        most = max_tokens + (self.limits.thinking_tokens if _thinks(model) else 0)
        request = {"model": model, "max_tokens": most, "system": system, "tools": list(self.tools)}
        with client:
            for _ in range(self.limits.rounds):
                reply = self._round(client, request | {"messages": sent}, began=began, is_first=not parts)
                parts += [one.text for one in reply.content if one.type == "text"]
                if reply.stop_reason != "tool_use":
                    self.is_cut_short = reply.stop_reason == "max_tokens"
                    return "\n\n".join(part for part in parts if part.strip())
                sent += [_as_sent(reply), self._results(reply)]
        raise ClaudeError(f"Claude used tools {self.limits.rounds} times without coming to an end.")

    def _round(self, client: Any, request: dict[str, Any], *, began: float, is_first: bool) -> "Reply":
        """Return one message of Claude's, its text told as it comes. Raises ClaudeError."""
        tokens = Usage()
        self._rounds.append(tokens)
        has_text = False
        with _Reader(client, request) as reader:
            for event in reader.events():
                if monotonic() - began > self.limits.whole_seconds:
                    raise ClaudeError(f"Claude took longer than {self.limits.whole_seconds:.0f} s.")
                if event is None:
                    self.listener.idle()
                    continue
                self._count(reader.reply, tokens)
                if event.type == "text":
                    if not has_text and not is_first:
                        self.listener.text("\n\n")
                    has_text = True
                    self.listener.text(event.text)
        if reader.failure is not None:
            raise self._error_of(reader.failure) from None
        reply = reader.reply
        if reply is None or reply.stop_reason is None:
            raise ClaudeError("The connection broke.")
        if reply.stop_reason == "refusal":
            raise ClaudeError("Claude declined to answer.")
        return reply

    def _error_of(self, failure: Exception) -> Exception:
        """Return what ended a stream, in words; what is no fault of the line is a fault of ours and stays as it is."""
        import anthropic
        import httpx2

        if isinstance(failure, anthropic.APIError):
            return ClaudeError(said_of(failure, silent_seconds=self.limits.silent_seconds))
        if isinstance(failure, httpx2.TimeoutException):
            return ClaudeError(f"Claude was silent for {self.limits.silent_seconds:.0f} s.")
        if isinstance(failure, httpx2.HTTPError | httpx2.StreamError | OSError | json.JSONDecodeError):
            return ClaudeError("The connection broke.")
        return failure

    def _count(self, reply: "Reply | None", tokens: Usage) -> None:
        if reply is None:
            return
        usage = reply.usage
        tokens.read = (
            usage.input_tokens + (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
        )
        tokens.written = usage.output_tokens
        self.usage.read = sum(one.read for one in self._rounds)
        self.usage.written = sum(one.written for one in self._rounds)

    def _results(self, reply: "Reply") -> dict[str, Any]:
        results = []
        for call in reply.content:
            if call.type != "tool_use":
                continue
            arguments = call.input if isinstance(call.input, dict) else {}
            text, is_error = self.run_tool(call.name, arguments)
            self.listener.step(call.name, text)
            results.append({"type": "tool_result", "tool_use_id": call.id, "content": text, "is_error": is_error})
        return {"role": "user", "content": results}


class _Reader:
    """Reads one stream in a thread of its own, so that whoever writes the answer never waits for the line.

    reply: Claude's message as far as it has come. failure: what ended the stream, if anything did.
    """

    def __init__(self, client: Any, request: dict[str, Any]) -> None:
        self.reply: Reply | None = None
        self.failure: Exception | None = None
        self._client, self._request = client, request
        self._events: SimpleQueue[Any] = SimpleQueue()
        self._thread = Thread(target=self._read, daemon=True)
        self._stream: Any = None
        self._is_left = False

    def __enter__(self) -> "_Reader":
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._is_left = True
        if self._thread.is_alive() and self._stream is not None:
            self._stream.close()  # the answer was stopped, or took too long

    def events(self) -> Iterator[Any]:
        """Yield the SDK's events, and None whenever nothing came for PULSE_SECONDS."""
        while True:
            try:
                event = self._events.get(timeout=PULSE_SECONDS)
            except Empty:
                yield None
                continue
            if event is _END:
                return
            yield event

    def _read(self) -> None:
        try:
            with self._client.messages.stream(**self._request) as self._stream:
                for event in self._stream:
                    self.reply = self._stream.current_message_snapshot
                    self._events.put(event)
                    if self._is_left:
                        return
        except Exception as error:  # noqa: BLE001 - whatever ends the stream is told to the one who waits for it
            self.failure = error
        finally:
            self._events.put(_END)


def _thinks(model: str) -> bool:
    """Return whether a model thinks unasked, which counts among the tokens it writes."""
    return not model.startswith(_DO_NOT_THINK)


def said_of(error: Any, *, silent_seconds: float) -> str:
    """Return what an error of the API means and what to do, for the trader."""
    import anthropic

    if isinstance(error, anthropic.APITimeoutError):
        return f"Claude did not answer within {silent_seconds:.0f} s."
    if not isinstance(error, anthropic.APIStatusError):
        return "Claude could not be reached. Check the network."
    kind = _kind_of(error)
    sentence = {
        "authentication_error": "Claude refused the key. Check CLAUDE_API_KEY.",
        "permission_error": "The key may not use this model.",
        "billing_error": "The account at Anthropic has no credit left.",
        "not_found_error": f"Claude knows no model {settings.CLAUDE_MODEL}.",
        "rate_limit_error": "Claude's rate limit is reached.",
        "overloaded_error": "Claude is overloaded.",
        "invalid_request_error": "Claude refused the request.",
        "request_too_large": "The question with its data is too long for Claude.",
    }.get(kind, "Claude failed.")
    wait = error.response.headers.get("retry-after", "")
    again = f" Try again in {wait} s." if wait.isdecimal() else ""
    status = f"HTTP {error.status_code}, " if error.status_code >= 400 else ""
    return f"{sentence}{again} ({status}{kind})"


def _kind_of(error: Any) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error") if isinstance(body.get("error"), dict) else body
    return str((inner or {}).get("type") or "unknown error")


def _beginning_with_the_trader(messages: Sequence[Message]) -> list[Message]:
    """Return the conversation without leading answers: it must begin with the trader (intelligence 10)."""
    first = next(place for place, one in enumerate(messages) if one["role"] == "user")
    return [dict(one) for one in messages[first:]]


def _as_sent(reply: "Reply") -> dict[str, Any]:
    """Return Claude's message as it goes back with the results."""
    content: list[dict[str, Any]] = []
    for one in reply.content:
        if one.type == "thinking":
            # Its signature binds it to what follows: it must go back as it came.
            content.append({"type": "thinking", "thinking": one.thinking, "signature": one.signature})
        elif one.type == "redacted_thinking":
            content.append({"type": "redacted_thinking", "data": one.data})
        elif one.type == "text" and one.text.strip():
            content.append(_text(one.text))
        elif one.type == "tool_use":
            content.append({"type": "tool_use", "id": one.id, "name": one.name, "input": one.input})
    return {"role": "assistant", "content": content}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
