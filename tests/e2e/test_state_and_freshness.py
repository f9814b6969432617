"""What a page knows of its numbers: nothing is sent twice, nothing looks late that is not, a replay can be left."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect

from apps.market.announcing import announce_status
from apps.market.chain import Chain
from apps.market.models import Feed, Snapshot
from tests.conftest import PASSWORD
from tests.desk import Desk
from tests.e2e.arriving import arrive, shown
from tests.e2e.conftest import desktop_only

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def received(context: BrowserContext) -> list[dict[str, Any]]:
    """What the socket of the next page brings."""
    messages: list[dict[str, Any]] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda text: messages.append(json.loads(text)))

    context.on("page", lambda page: page.on("websocket", listen))
    return messages


def _promise_minutes_more(snapshot: Snapshot, minutes: int) -> None:
    """Store and tell what a fetch that found nothing newer does."""
    assert snapshot.stale_after
    snapshot.stale_after += timedelta(minutes=minutes)
    snapshot.save(update_fields=["stale_after"])
    announce_status(snapshot)


@desktop_only
def test_what_the_page_came_with_is_not_sent_again(
    received: list[dict[str, Any]], log_in: Callable[[str], Page], spx_chain: Chain
) -> None:
    spot = round(spx_chain.spot)
    arrive(spx_chain, spot=spot)
    page = log_in("/gex/SPX/")
    expect(page.locator("#connection")).to_contain_text("Live")
    newest = arrive(spx_chain, spot=spot + 5, seconds=30)
    expect(page.locator("#gex-verdict")).to_contain_text(shown(spot + 5))
    expect(page.locator("#market-quote")).to_contain_text(shown(spot + 5))
    snapshots = [(message["topic"], message["seq"]) for message in received if message["type"] == "snapshot"]
    assert sorted(snapshots) == [("gex", newest.seq), ("market", newest.seq)]


@desktop_only
def test_numbers_are_fresh_again_when_the_source_has_nothing_newer(
    log_in: Callable[[str], Page], spx_chain: Chain
) -> None:
    snapshot = arrive(spx_chain, spot=spx_chain.spot, seconds=-90)  # what it promised itself has passed
    page = log_in("/gex/SPX/")
    expect(page.locator("#connection")).to_contain_text("Live")
    late = page.locator(".is-stale")
    expect(late.first).to_be_visible()
    expect(page.locator("#feed-failure")).to_contain_text("Late since")
    _promise_minutes_more(snapshot, 2)
    expect(late).to_have_count(0)
    expect(page.locator("#feed-failure")).to_be_empty()


@desktop_only
def test_kept_panels_are_as_fresh_as_the_newest_word_of_the_source(
    log_in: Callable[[str], Page], spx_chain: Chain
) -> None:
    snapshot = arrive(spx_chain, spot=spx_chain.spot, seconds=-90)
    _promise_minutes_more(snapshot, 2)
    page = log_in("/gex/SPX/")
    expect(page.locator("#gex-figures .badge").first).to_be_visible()
    expect(page.locator(".badge.is-stale")).to_have_count(0)


def test_an_import_brings_the_way_back_with_it(
    log_in: Callable[[str], Page], trader: User, spx_chain: Chain, errors: list[str]
) -> None:
    trader.is_staff = True
    trader.save()
    arrive(spx_chain, spot=spx_chain.spot)
    page = log_in("/gex/SPX/")
    expect(page.locator("#connection")).to_contain_text("Live")
    leave = page.get_by_role("button", name="Leave replay")
    expect(leave).to_be_hidden()
    arrive(spx_chain, spot=spx_chain.spot + 4, seconds=30, hold=True)
    expect(leave).to_be_visible()
    with page.expect_navigation():
        leave.click()
    expect(leave).to_be_hidden()
    assert not Feed.objects.get(symbol="SPX").is_held
    assert errors == []


@pytest.fixture
def scriptless(browser: Browser, desk: Desk) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_replay_can_be_left_without_scripts(scriptless: Page, desk: Desk, owner: User, spx_chain: Chain) -> None:
    arrive(spx_chain, spot=spx_chain.spot, hold=True)
    scriptless.goto(f"{desk.url}/login/?next=/gex/SPX/")
    scriptless.fill("input[name=username]", owner.username)
    scriptless.fill("input[name=password]", PASSWORD)
    scriptless.press("input[name=password]", "Enter")
    scriptless.get_by_role("button", name="Leave replay").click()
    expect(scriptless.get_by_role("button", name="Leave replay")).to_be_hidden()
    assert not Feed.objects.get(symbol="SPX").is_held
