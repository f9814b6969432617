"""A browser for one file of tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina.instrumentation
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session", autouse=True)
def _waiting_is_not_logged() -> None:
    """Each wait here asks a hundred times; its log would bury the reason of a failure."""
    stamina.instrumentation.set_on_retry_hooks([])


@pytest.fixture(scope="module")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """Chromium for the tests of one file: Playwright's event loop must not outlive it, other tests have their own."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        chromium = playwright.chromium.launch(executable_path=str(chromium_path), args=arguments)
        yield chromium
        chromium.close()
