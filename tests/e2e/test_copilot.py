"""A trader asks, watches the answer come, sees its figures marked, and stops a second one."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from alphagex import clock
from alphagex.celery import app as celery
from apps.copilot.models import Turn
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from apps.market.quotes import keep_quotes
from apps.market.sources.simulated import SimulatedSource
from tests.copilot.anthropic_server import AnthropicServer, Speaks, running_server
from tests.desk import Desk, running_desk, wait_until
from tests.e2e.test_pages_are_clean import nameless_controls

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def claude() -> Iterator[AnthropicServer]:
    with running_server() as server:
        yield server


@pytest.fixture(scope="module")
def _desk_with_key(django_db_setup: None, claude: AnthropicServer) -> Iterator[Desk]:
    """A desk with a key of Claude's, and the worker that writes the answers."""
    with running_desk(CLAUDE_API_KEY="sk-a-secret", ALPHAGEX_CLAUDE_URL=claude.url) as started:
        started.start(
            "copilot", "celery", "--quiet", "-A", "alphagex.celery", "worker", "-Q", "copilot", "--pool", "threads",
            "--concurrency", "4", "--loglevel", "WARNING", "--without-mingle", "--without-gossip",
        )  # fmt: skip
        wait_until(lambda: bool(celery.control.ping(timeout=0.5)))
        yield started


@pytest.fixture
def desk(_desk_with_key: Desk, transactional_db: None) -> Iterator[Desk]:
    yield _desk_with_key
    _desk_with_key.wait_until_at_rest()


def spx() -> Snapshot:
    at = clock.now()
    chain = replace(SimulatedSource(seed=42).fetch_chain("SPX", at=at))
    keep_quotes(chain, at=at)
    return store_observation(chain, received_at=at).snapshot


def test_ask_watch_and_stop(
    desk: Desk, log_in: Callable[[str], Page], trader: User, claude: AnthropicServer, errors: list[str]
) -> None:
    spot = spx().spot
    text = (
        f"## Above the flip\n\nSPX trades at {spot:,.2f}.\n\nPins hold 73.7 % of the time, they say. " + "More. " * 20
    )
    claude.says(Speaks(text, hold_after=8))
    page = log_in("/copilot/")
    expect(page.get_by_role("heading", name="Ask about SPX")).to_be_visible()
    page.get_by_label("Your question").fill("Show me the pin")
    page.keyboard.press("Enter")
    turn = page.locator(".copilot-turn")
    # The worker's first answer waits for its imports.
    expect(turn.locator(".copilot-prose h3")).to_have_text("Above the flip", timeout=20_000)
    expect(turn).to_have_attribute("aria-busy", "true")
    expect(turn.locator(".fig-verified")).to_contain_text(f"{spot:,.2f}")
    page.reload()
    expect(turn.locator(".copilot-prose h3")).to_have_text("Above the flip")
    claude.release()
    expect(turn.locator(".fig-unverified")).to_contain_text("73.7 %")
    expect(turn).not_to_have_attribute("aria-busy", "true")
    expect(turn).to_contain_text("1 verified")
    expect(turn).to_contain_text("1 not in your data")
    expect(turn).to_contain_text("50 % of its figures found")
    assert nameless_controls(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    claude.says(Speaks("words " * 60, hold_after=6))
    page.get_by_label("Your question").fill("And then")
    page.get_by_role("button", name="Ask", exact=True).click()
    second = page.locator(".copilot-turn").nth(1)
    expect(second.locator(".copilot-prose")).to_contain_text("words words")
    second.get_by_role("button", name="Stop").click()
    expect(second).to_contain_text("You stopped it here.")
    expect(second).to_contain_text("words words")
    claude.release()
    expect(page.get_by_label("Your question")).to_have_value("")
    assert sorted(Turn.objects.values_list("status", flat=True)) == ["cancelled", "done"]
    assert errors == []
