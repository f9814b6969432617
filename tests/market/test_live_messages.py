"""The hub: newest state to everyone, nothing twice, slow readers alone."""

import asyncio

from apps.market.hub import Hub, Viewer
from apps.market.live import LiveMessage


def message(seq: int, *, message_type: str = "snapshot", topic: str = "market", symbol: str = "SPX") -> LiveMessage:
    return LiveMessage(
        topic=topic, symbol=symbol, seq=seq, type=message_type, text_json=f"json {seq}", text_html=f"html {seq}"
    )


class Reader:
    """A socket whose reading the test controls."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.may_read = asyncio.Event()
        self.may_read.set()

    async def send_text(self, text: str) -> None:
        await self.may_read.wait()
        self.got.append(text)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_viewer_gets_what_it_watches_in_the_format_it_asked_for() -> None:
    hub, page, program = Hub(), Reader(), Reader()
    watching_page, watching_program = Viewer(page.send_text, as_html=True), Viewer(program.send_text, as_html=False)
    hub.subscribe(watching_page, ("market", "SPX"))
    hub.subscribe(watching_program, ("market", "SPX"))
    hub.deliver(message(1))
    hub.deliver(message(1, symbol="SPY"))
    await settle()
    assert page.got == ["html 1"]
    assert program.got == ["json 1"]


async def test_a_late_comer_gets_the_newest_state_at_once() -> None:
    hub, reader = Hub(), Reader()
    hub.deliver(message(7))
    hub.subscribe(Viewer(reader.send_text, as_html=False), ("market", "SPX"))
    await settle()
    assert reader.got == ["json 7"]


async def test_a_client_that_has_the_newest_state_gets_nothing_again() -> None:
    hub, reader = Hub(), Reader()
    hub.deliver(message(7))
    hub.subscribe(Viewer(reader.send_text, as_html=False), ("market", "SPX"), seen=7)
    hub.deliver(message(7))
    await settle()
    assert reader.got == []


async def test_a_client_that_missed_messages_is_brought_up_to_date() -> None:
    hub, reader = Hub(), Reader()
    hub.deliver(message(9))
    hub.subscribe(Viewer(reader.send_text, as_html=False), ("market", "SPX"), seen=4)
    await settle()
    assert reader.got == ["json 9"]


async def test_an_older_number_never_follows_a_newer_one() -> None:
    hub, reader = Hub(), Reader()
    hub.subscribe(Viewer(reader.send_text, as_html=False), ("market", "SPX"))
    hub.deliver(message(5))
    hub.deliver(message(4))
    await settle()
    assert reader.got == ["json 5"]
    assert hub.latest["market", "SPX"].seq == 5


async def test_a_slow_reader_delays_nobody_and_skips_to_the_newest_state() -> None:
    hub, slow, quick = Hub(), Reader(), Reader()
    hub.subscribe(Viewer(slow.send_text, as_html=False), ("market", "SPX"))
    hub.subscribe(Viewer(quick.send_text, as_html=False), ("market", "SPX"))
    slow.may_read.clear()
    for seq in range(1, 6):
        hub.deliver(message(seq))
        await settle()
    assert quick.got == [f"json {seq}" for seq in range(1, 6)]
    slow.may_read.set()
    await settle()
    assert slow.got == ["json 1", "json 5"]


async def test_a_status_never_replaces_a_waiting_snapshot() -> None:
    hub, reader = Hub(), Reader()
    reader.may_read.clear()
    hub.subscribe(Viewer(reader.send_text, as_html=False), ("market", "SPX"))
    hub.deliver(message(1))
    hub.deliver(message(2))
    hub.deliver(message(2, message_type="status"))
    reader.may_read.set()
    await settle()
    assert reader.got == ["json 1", "json 2"]


async def test_a_removed_viewer_leaves_nothing_behind() -> None:
    hub, reader = Hub(), Reader()
    viewer = Viewer(reader.send_text, as_html=False)
    hub.subscribe(viewer, ("market", "SPX"))
    hub.remove(viewer)
    await viewer.close()
    hub.deliver(message(1))
    await settle()
    assert reader.got == []
    assert not hub.viewers
