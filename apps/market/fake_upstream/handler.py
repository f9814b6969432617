"""One HTTP connection of the stand-in: reads requests, lets faults happen, writes answers."""

import socket
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Protocol

from apps.market.fake_upstream.wire import Reply

LONGEST_BODY = 64 * 1024  # bytes of a posted fault


class Responder(Protocol):
    """What the connections of a server share."""

    label: str

    def respond(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply | None:
        """Return the answer to a request, None where the connection is to be cut."""


class Server(ThreadingHTTPServer):
    """A thread per connection; closing it cuts the connections too, as the end of a real server would."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], responder: Responder) -> None:
        self.responder = responder
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, Connection)

    def server_bind(self) -> None:
        # That of HTTPServer asks the network for the name of the machine.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Who asks may go away at any time, between two requests too.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def cut_connections(self) -> None:
        """End what is still open: kept-alive connections would be answered for ever."""
        with self._lock:
            still_open = list(self._open)
        for connection in still_open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was faster


class Connection(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 with connections that stay open."""

    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def do_DELETE(self) -> None:
        self._respond()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what was asked can be read at /control/requests."""

    def _respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, LONGEST_BODY))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.responder.respond(self.command, self.path, headers, body)
        if reply is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if length > LONGEST_BODY:
            self.close_connection = True
        try:
            self._write(reply)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # who asked did not wait for the answer

    def _write(self, reply: Reply) -> None:
        if reply.status == 304:
            reply = replace(reply, body=b"")
        self.send_response(reply.status)
        if reply.status != 304:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        # Whatever a client makes of the numbers: they say what they are.
        self.send_header("X-Market", self.server.responder.label)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
