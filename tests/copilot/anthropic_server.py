"""A local server that speaks Anthropic's Messages API over HTTP: streams, tools, every error, broken and slow lines.

server.says(Speaks("..."))             the next answer
server.says(UsesTool("levels", {}), Speaks("..."))   one after the other
server.requests                        what was asked, bodies as sent
server.release()                       lets an answer that holds (Speaks(..., hold_after=3)) go on
"""

import json
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WAIT_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """How one request is answered."""

    read: int = 1000
    written: int = 50


@dataclass(frozen=True)
class Speaks(Reply):
    """Streams text in pieces of a few characters. hold_after: waits there for release(); stop: why it ends."""

    text: str
    stop: str = "end_turn"
    hold_after: int | None = None
    size: int = 12


@dataclass(frozen=True)
class UsesTool(Reply):
    """Asks for a tool, after some text."""

    name: str
    arguments: dict[str, Any]
    text: str = ""
    thinking: str = ""


@dataclass(frozen=True)
class Fails(Reply):
    """Answers with an error instead of a stream."""

    status: int
    kind: str
    retry_after: str = ""


@dataclass(frozen=True)
class Breaks(Reply):
    """Streams text, then the line is cut in the middle."""

    text: str


@dataclass(frozen=True)
class EndsEarly(Reply):
    """Streams text, then ends properly as HTTP but without the events that end a message."""

    text: str


@dataclass(frozen=True)
class FailsMidway(Reply):
    """Streams text, then an error event, as the API does when it is overloaded."""

    text: str
    kind: str = "overloaded_error"


@dataclass(frozen=True)
class GoesSilent(Reply):
    """Streams text, then nothing. pings: signs of life without end."""

    text: str
    pings: bool = False


@dataclass
class AnthropicServer:
    """What the server will say and what it was asked."""

    url: str = ""
    replies: deque[Reply] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    holds: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    closing: threading.Event = field(default_factory=threading.Event)

    def says(self, *replies: Reply) -> None:
        self.replies.extend(replies)

    def release(self) -> None:
        self.holds.release()

    @property
    def last(self) -> dict[str, Any]:
        return self.requests[-1]

    def sent_text(self, number: int = -1) -> str:
        """Return all text of a request's messages."""
        return json.dumps(self.requests[number]["messages"], ensure_ascii=False)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    state: AnthropicServer


class _Handler(BaseHTTPRequestHandler):
    server: "_Http"
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        return

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.state.requests.append(body)
        self.server.state.keys.append(self.headers.get("authorization", "").removeprefix("Bearer "))
        reply = self.server.state.replies.popleft() if self.server.state.replies else Fails(500, "api_error")
        try:
            if isinstance(reply, Fails):
                self._fail(reply)
            else:
                self._stream(reply, body["model"])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client hung up

    def _fail(self, reply: Fails) -> None:
        body = json.dumps({"type": "error", "error": {"type": reply.kind, "message": "as the test says"}}).encode()
        self.send_response(reply.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if reply.retry_after:
            self.send_header("retry-after", reply.retry_after)
        self.send_header("retry-after-ms", "5")  # the SDK's own pause before it tries again
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, reply: Reply, model: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        usage = {"input_tokens": reply.read, "output_tokens": 1}
        message: dict[str, Any] = {
            "id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": usage,
        }  # fmt: skip
        self._event("message_start", {"message": message})
        self._event("ping", {})
        match reply:
            case Speaks():
                self._text(reply.text, size=reply.size, hold_after=reply.hold_after)
                self._end(reply.stop, reply)
            case UsesTool():
                self._tool(reply)
                self._end("tool_use", reply)
            case Breaks():
                self._text(reply.text, is_whole=False)
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            case EndsEarly():
                self._text(reply.text, is_whole=False)
                self._chunk(b"")
            case FailsMidway():
                self._text(reply.text, is_whole=False)
                self._event("error", {"error": {"type": reply.kind, "message": "as the test says"}})
                self._chunk(b"")
            case GoesSilent():
                self._text(reply.text, is_whole=False)
                while not self.server.state.closing.wait(0.05):
                    if reply.pings:
                        self._event("ping", {})

    def _text(
        self, text: str, *, size: int = 12, hold_after: int | None = None, is_whole: bool = True, index: int = 0
    ) -> None:
        self._event("content_block_start", {"index": index, "content_block": {"type": "text", "text": ""}})
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        for number, piece in enumerate(pieces):
            if number == hold_after:
                self.server.state.holds.acquire(timeout=WAIT_SECONDS)
            self._event("content_block_delta", {"index": index, "delta": {"type": "text_delta", "text": piece}})
        if is_whole:
            self._event("content_block_stop", {"index": index})

    def _thinking(self, text: str) -> None:
        block = {"type": "thinking", "thinking": "", "signature": ""}
        self._event("content_block_start", {"index": 0, "content_block": block})
        self._event("content_block_delta", {"index": 0, "delta": {"type": "thinking_delta", "thinking": text}})
        self._event("content_block_delta", {"index": 0, "delta": {"type": "signature_delta", "signature": "signed"}})
        self._event("content_block_stop", {"index": 0})

    def _tool(self, reply: UsesTool) -> None:
        index = 0
        if reply.thinking:
            self._thinking(reply.thinking)
            index = 1
        if reply.text:
            self._text(reply.text, index=index)
            index += 1
        block = {"type": "tool_use", "id": f"toolu_{len(self.server.state.requests)}", "name": reply.name, "input": {}}
        self._event("content_block_start", {"index": index, "content_block": block})
        text = json.dumps(reply.arguments)
        for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
            delta = {"type": "input_json_delta", "partial_json": piece}
            self._event("content_block_delta", {"index": index, "delta": delta})
        self._event("content_block_stop", {"index": index})

    def _end(self, stop: str, reply: Reply) -> None:
        delta = {"stop_reason": stop, "stop_sequence": None}
        self._event("message_delta", {"delta": delta, "usage": {"output_tokens": reply.written}})
        self._event("message_stop", {})
        self._chunk(b"")

    def _event(self, name: str, data: dict[str, Any]) -> None:
        self._chunk(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


@contextmanager
def running_server() -> Iterator[AnthropicServer]:
    """Serve on a free port until the block ends."""
    state = AnthropicServer()
    http = _Http(("127.0.0.1", 0), _Handler)
    http.state = state
    state.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        http.shutdown()
        http.server_close()
        thread.join(timeout=5)
