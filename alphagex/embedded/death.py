"""Children that end with their parent, however the parent ends."""

import ctypes
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec must not import or allocate much.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_parent(signum: signal.Signals) -> Callable[[], None] | None:
    """Return a `preexec_fn` after which the kernel sends `signum` when the parent is gone; None where unsupported."""
    if _libc is None:
        return None
    libc, number = _libc, int(signum)

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)

    return ask_kernel
