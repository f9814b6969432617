"""A real browser on a real desk."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import PASSWORD
from tests.desk import Desk

# For what does not depend on the size of the screen.
desktop_only = pytest.mark.parametrize("context", ["desktop"], indirect=True)
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """Chromium for the tests of one file: Playwright's event loop must not outlive it, other tests have their own."""
    # Playwright's synchronous interface runs inside a loop of its own, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        chromium = playwright.chromium.launch(executable_path=str(chromium_path), args=arguments)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(params=list(SIZES))
def context(request: pytest.FixtureRequest, browser: Browser, desk: Desk) -> Iterator[BrowserContext]:
    """A fresh browser profile, once as a desktop and once as a phone."""
    is_phone = request.param == "phone"
    opened = browser.new_context(viewport=SIZES[request.param], has_touch=is_phone, is_mobile=is_phone)  # type: ignore[arg-type]
    yield opened
    opened.close()


@pytest.fixture
def errors() -> list[str]:
    """What the browser complained about: scripts that failed, and what the content security policy refused."""
    return []


@pytest.fixture
def log_in(context: BrowserContext, desk: Desk, trader: User, errors: list[str]) -> Callable[[str], Page]:
    """Return a function that logs the trader in through the form and opens a path."""

    def open_page(path: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{desk.url}/login/?next={path}")
        page.fill("input[name=username]", "trader")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"{desk.url}{path}")
        return page

    return open_page
