"""Markdown, JSON and paper: what a plan looks like outside the desk."""

import json
import re
from typing import Any

import numpy as np
import pytest
from django.test import Client

from alphagex import clock
from apps.gex.plans import exports
from apps.gex.plans.writing import Period, write_plan
from apps.market.models import Snapshot
from tests.gex.plans.reading import PERIODS, bare, markdown_of, market_data, plan_of, text_of

pytestmark = pytest.mark.usefixtures("seconds_later")
ORIGIN = "Simulated · seed 42, as of Wed 18 Nov 2026 11:30 ET"


def constant(name: str) -> Any:
    raise AssertionError(f"{name} is not JSON")


@pytest.mark.parametrize("period", PERIODS)
def test_markdown_is_the_engines_text_below_its_origin(trader_client: Client, snapshot: Snapshot, period: str) -> None:
    answer = trader_client.get(f"/gex/SPX/plans/{period}.md")
    first, _, rest = answer.content.decode().partition("\n\n")
    assert first.startswith(f"> {ORIGIN}")
    assert rest == markdown_of(period, plan_of(period, snapshot, clock.now()), clock.now())
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="SPX_{period}_plan_2026-11-18.md"'


@pytest.mark.parametrize("period", PERIODS)
def test_json_holds_the_plan_and_what_it_was_written_from(
    trader_client: Client, snapshot: Snapshot, period: str
) -> None:
    answer = trader_client.get(f"/gex/SPX/plans/{period}.json")
    content = json.loads(answer.content, parse_constant=constant)
    assert content["type"] == period
    assert content["plan"] == plan_of(period, snapshot, clock.now())
    assert content["market_data"].items() >= market_data(snapshot).items()
    assert content["source"]["kind"] == "simulated"
    assert content["source"]["as_of"] == "2026-11-18T11:30:00-05:00"
    assert content["written_at"] == "2026-11-18T10:30:02-06:00"
    assert content["unknown"] == {}
    assert answer["Content-Disposition"] == f'attachment; filename="SPX_{period}_plan_2026-11-18.json"'


@pytest.mark.parametrize("period", PERIODS)
def test_paper_says_what_the_page_says_and_where_it_is_from(trader_client: Client, period: str) -> None:
    snapshot = Snapshot.objects.get()
    page = trader_client.get(f"/gex/SPX/plans/{period}.print").content.decode()
    shown = text_of(page)
    assert shown.count(ORIGIN) == 2
    assert f"<title>SPX_{period}_plan_2026-11-18</title>" in page
    assert bare(f"{float(snapshot.spot):,.2f}") in bare(shown)
    assert re.findall(r'rel="stylesheet" href="([^"]+)"', page)[0].startswith("/static/css/print")
    assert "<script" not in page
    assert "hx-post" not in page


@pytest.fixture(autouse=True)
def _stored(snapshot: Snapshot) -> None:
    """Every test here has a snapshot."""


def test_numpy_numbers_become_plain_ones(snapshot: Snapshot) -> None:
    written = write_plan(Period.DAILY, "SPX", clock.now())
    written.market_data["extra"] = np.float32(1.5)
    written.market_data["row"] = np.arange(3)
    data = json.loads(exports.as_json(written))["market_data"]
    assert (data["extra"], data["row"]) == (1.5, [0, 1, 2])


def test_what_json_cannot_say_is_refused(snapshot: Snapshot) -> None:
    written = write_plan(Period.DAILY, "SPX", clock.now())
    written.market_data["extra"] = object()
    with pytest.raises(TypeError, match="JSON has no form"):
        exports.as_json(written)


@pytest.mark.parametrize("address", ["yearly.md", "daily.pdf", "daily.MD"])
def test_other_periods_and_forms_do_not_exist(trader_client: Client, address: str) -> None:
    assert trader_client.get(f"/gex/SPX/plans/{address}").status_code == 404


def test_a_symbol_in_small_letters_is_corrected(trader_client: Client) -> None:
    answer = trader_client.get("/gex/spx/plans/daily.md")
    assert (answer.status_code, answer["Location"]) == (302, "/gex/SPX/plans/daily.md")


def test_what_is_no_symbol_is_a_page_that_says_so(trader_client: Client) -> None:
    answer = trader_client.get("/gex/12345678/plans/daily.md")
    assert answer.status_code == 404
    assert "is not a symbol" in text_of(answer.content.decode())


def test_strangers_get_the_login(client: Client) -> None:
    assert client.get("/gex/SPX/plans/daily.json").status_code == 302


def test_the_tab_links_to_all_nine_files(trader_client: Client) -> None:
    page = trader_client.get("/gex/SPX/plans/").content.decode()
    links = set(re.findall(r'href="(/gex/SPX/plans/[^"]+\.\w+)"', page))
    assert links == {f"/gex/SPX/plans/{period}.{form}" for period in PERIODS for form in ("md", "json", "print")}
