"""What must hold before anything is started; each failure is one line that says what to do."""

import errno
import os
import shutil
import socket
from pathlib import Path

import psutil

from alphagex.embedded.locks import FileLock

DEFAULT_MIN_FREE_MB = 300


class CannotStart(RuntimeError):
    """AlphaGEX cannot start here. The message is meant for the person at the terminal."""


def host_and_port() -> tuple[str, int]:
    """Return HOST (default this machine only) and PORT (default 8000) from the environment."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, was {text!r}.")
    return os.environ.get("HOST") or "127.0.0.1", int(text)


def address(host: str, port: int) -> str:
    """Return the address to open in a browser on this machine."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def claim_folder(data_dir: Path, shown_address: str) -> FileLock:
    """Return the lock that makes us the only runner on `data_dir`; keep it until the end."""
    lock = FileLock(data_dir / "run" / "runner")
    if not lock.try_take():
        raise CannotStart(f"AlphaGEX already runs here: {lock.read()}. Use it, or stop it there with Ctrl-C.")
    lock.write(f"{shown_address} (process {os.getpid()})")
    return lock


def require_disk(data_dir: Path) -> None:
    """Refuse to start on a nearly full disk: a database that runs out of space stops in the middle of the day."""
    text = os.environ.get("ALPHAGEX_MIN_FREE_MB") or str(DEFAULT_MIN_FREE_MB)
    if not text.isdigit():
        raise CannotStart(f"ALPHAGEX_MIN_FREE_MB must be a whole number of megabytes, was {text!r}.")
    free_mb = shutil.disk_usage(data_dir).free // 1_000_000
    if free_mb < int(text):
        raise CannotStart(
            f"The disk is full: {free_mb} MB free at {data_dir}, AlphaGEX needs {text} MB. "
            "Free some space, or set ALPHAGEX_DATA_DIR to another disk."
        )


def require_port(host: str, port: int) -> None:
    """Refuse a port we cannot listen on, naming who holds it when the system tells."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise CannotStart(f"HOST {host!r} is no address of this machine. Use 127.0.0.1 or 0.0.0.0.") from error
    family, kind, protocol, _, target = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(target)
            probe.listen(1)
        except OSError as error:
            raise CannotStart(_port_problem(host, port, error)) from error


def _port_problem(host: str, port: int, error: OSError) -> str:
    another = port + 1 if port < 65535 else 8000
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken{_holder(port)}. Stop it or choose another: PORT={another} make run"
    if error.errno == errno.EACCES:
        return f"Port {port} needs administrator rights. Choose one above 1023: PORT=8000 make run"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST {host!r} is no address of this machine. Use 127.0.0.1 or 0.0.0.0."
    return f"Port {port} on {host} cannot be used: {error.strerror}."


def _holder(port: int) -> str:
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS tells only the administrator
        return ""
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.pid and connection.laddr[1:] == (port,):
            try:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
            except psutil.NoSuchProcess:
                return ""
    return ""
