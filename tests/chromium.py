"""Find a Chromium for the browser tests: an installed one, else Playwright's, else Debian's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from alphagex.embedded.locks import FileLock

NO_CHROMIUM = "No Chromium: install chromium or Google Chrome, or run `.venv/bin/playwright install chromium`."
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FETCH_SECONDS = 300


def chromium_or_none(data_dir: Path) -> Path | None:
    """Return a browser that runs, fetching one if it must. Workers of a parallel run take turns, so one fetches."""
    with FileLock(data_dir / "run" / "chromium"):
        return _named() or _installed() or _from_playwright() or _from_debian()


def _named() -> Path | None:
    named = os.environ.get("ALPHAGEX_CHROMIUM")
    return Path(named) if named and _runs(Path(named)) else None


def _installed() -> Path | None:
    found = [Path(path) for name in NAMES if (path := shutil.which(name))]
    return next((path for path in [*found, MAC_CHROME] if _runs(path)), None)


def _from_playwright() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    if not path.exists():
        _attempt([sys.executable, "-m", "playwright", "install", "chromium"])
    return path if _runs(path) else None


def _from_debian() -> Path | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    _attempt(["apt-get", "update", "-qq"])
    _attempt(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
    return _installed()


def _runs(path: Path) -> bool:
    """Return whether the program starts: a download without its system libraries does not."""
    return path.exists() and _attempt([str(path), "--version", "--no-sandbox"])


def _attempt(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=FETCH_SECONDS, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
