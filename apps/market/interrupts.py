"""Ctrl-C for commands that must finish what they hold in their hands."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def asked_to_stop() -> Iterator[Event]:
    """Open a block with an event that Ctrl-C (or SIGTERM) sets; `event.wait(seconds)` waits until then at most.

    The second Ctrl-C interrupts at once. For the main thread.
    """
    stop = Event()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: FrameType | None) -> None:
        stop.set()
        restore()

    for number in _SIGNALS:
        signal.signal(number, note)
    try:
        yield stop
    finally:
        restore()
