"""Parts of a page on their own: one that fails leaves the others, and one rendering serves every viewer."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from apps.market import blocks
from apps.market.blocks import Block, NotReadyError, render_block, render_blocks, slot
from apps.market.chain import Chain
from apps.market.feed import store_observation
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("db")


class Counting:
    """Builds and counts."""

    def __init__(self) -> None:
        self.built = 0

    def __call__(self, symbol: str, at: datetime) -> dict[str, str]:
        self.built += 1
        return {"title": f"<b>{symbol}</b>", "text": f"built {self.built}"}


def block(build: object) -> Block:
    return Block(key="test", title="A test", template="components/empty.html", build=build)  # type: ignore[arg-type]


def rendered(one: Block, *, at: datetime = OPEN_MARKET) -> str:
    return render_block(one, "SPX", at=at, url="/somewhere/")


def failing(symbol: str, at: datetime) -> object:
    raise ZeroDivisionError("secret detail")


def waiting(symbol: str, at: datetime) -> object:
    raise NotReadyError("No levels yet", "The first ones come <soon>.")


def test_a_block_is_a_section_that_renews_itself() -> None:
    html = rendered(block(Counting()))
    assert 'id="block-test"' in html
    assert 'hx-get="/somewhere/"' in html
    assert 'data-live-symbol="SPX" data-facts="snapshot"' in html


def test_one_that_fails_says_so_in_its_place_without_the_details() -> None:
    html = rendered(block(failing))
    assert "This part failed" in html
    assert "secret detail" not in html
    assert "Try now" in html


def test_what_is_not_there_yet_is_said_escaped() -> None:
    html = rendered(block(waiting))
    assert "No levels yet" in html
    assert "The first ones come &lt;soon&gt;." in html
    assert "failed" not in html


def test_one_rendering_serves_everybody_until_the_next_snapshot(spx_chain: Chain) -> None:
    counting = Counting()
    one = block(counting)
    store_observation(spx_chain, received_at=OPEN_MARKET)
    rendered(one)
    rendered(one)
    assert counting.built == 1
    later = replace(spx_chain, as_of=OPEN_MARKET + timedelta(seconds=1))
    store_observation(later, received_at=later.as_of)
    rendered(one)
    assert counting.built == 2


def test_a_new_fact_about_the_symbol_ends_what_is_kept_and_one_about_another_does_not() -> None:
    counting = Counting()
    one = block(counting)
    rendered(one)
    blocks.note_fact("SPY")
    rendered(one)
    assert counting.built == 1
    blocks.note_fact("SPX")
    rendered(one)
    assert counting.built == 2


def test_that_something_is_not_there_yet_is_kept_too_until_a_fact_comes() -> None:
    asked = Counting()

    def not_yet(symbol: str, at: datetime) -> object:
        asked(symbol, at)
        raise NotReadyError("Not yet", f"asked {asked.built}")

    rendered(block(not_yet))
    assert "asked 1" in rendered(block(not_yet))
    blocks.note_fact("SPX")
    assert "asked 2" in rendered(block(not_yet))


def test_blocks_of_a_page_stand_in_their_order_each_kept_on_its_own() -> None:
    first, second = Counting(), Counting()
    places = [(block(first), "/first/"), (block(failing), "/failing/"), (block(second), "/second/")]
    render_blocks(places, "SPX", at=OPEN_MARKET, seq=7)
    html = render_blocks(places, "SPX", at=OPEN_MARKET, seq=7)
    assert ["/first/" in html[0], "This part failed" in html[1], "/second/" in html[2]] == [True] * 3
    assert (first.built, second.built) == (1, 1)


def test_it_is_built_anew_when_its_time_is_up() -> None:
    counting = Counting()
    rendered(block(counting))
    rendered(block(counting), at=OPEN_MARKET + timedelta(seconds=31))
    assert counting.built == 2


def test_a_failure_is_not_kept() -> None:
    rendered(block(failing))
    assert "This part failed" not in rendered(block(Counting()))


def test_without_redis_it_is_built_each_time(settings: Settings) -> None:
    counting = Counting()
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    assert "This part failed" not in rendered(block(counting))
    assert counting.built == 1


def test_a_slot_shows_a_skeleton_and_fetches_itself_when_it_is_seen() -> None:
    html = slot(block(Counting()), "SPX", url="/somewhere/")
    assert 'hx-trigger="intersect once, ' in html
    assert "skeleton" in html
    assert blocks.SNAPSHOT in html
