"""Every figure of the desk can say what it is: labels carry help, and each term has its entry in /learn/."""

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.template import Context, Template
from django.test import Client

from apps.accounts.models import UserPreferences
from apps.ledger.accounts import account_in_use
from apps.ledger.models import Account
from apps.market.glossary import TERMS, term_of_label
from apps.market.models import Snapshot
from tests.journal.trading import opened, traded
from tests.ledger.market import usual_market
from tests.moments import OPEN_MARKET

PAGES = (
    *("/", "/gex/SPX/", "/gamma/SPX/", "/copilot/", "/positions/", "/positions/closed/", "/journal/", "/autotrader/"),
    *("/autotrader/performance/", "/paper/", "/scanner/", "/alerts/", "/sizing/"),
)
# Blocks that a page fetches when they come into view.
BLOCKS = ("scorecard", "classic", "day-over-day", "std-levels")
# The figures whose labels are known only when the page is rendered, or whose word means something else elsewhere.
OTHERWISE = {"price", "rating", "share", "entry", "now", "closed", "account", "engine", "average", "made", "highest"}
LABELS = re.compile(r'<th scope="col"[^>]*>(.*?)</th>|class="metric-label">(.*?)</|<dt>(.*?)</dt>', re.DOTALL)


@pytest.fixture
def at() -> Iterator[datetime]:
    """The clock stands an hour after OPEN_MARKET."""
    now = OPEN_MARKET + timedelta(hours=1)
    with time_machine.travel(now, tick=False):
        yield now


@pytest.fixture
def traded_in(trader: User, at: datetime) -> None:
    """The trader has an open and a closed position, so that tables have rows and figures values."""
    usual_market().says(OPEN_MARKET)
    UserPreferences.objects.update_or_create(user=trader, defaults={"symbol": "SPX"})
    own = account_in_use(trader, Account.Kind.OWN, at=OPEN_MARKET - timedelta(days=60))
    opened(own)
    traded(own, 100)
    traded(own, -50)


def unhelped(page: str) -> list[str]:
    """Return the labels of a page that are terms and stand there without help."""
    found = []
    for groups in LABELS.findall(page):
        inside = "".join(groups)
        if "visually-hidden" in inside:  # of a column of buttons
            continue
        text = html.unescape(re.sub(r"<small.*|<[^>]+>", "", inside)).strip()
        if text.casefold() not in OTHERWISE and term_of_label(text) and 'class="help"' not in inside:
            found.append(text)
    return found


@pytest.mark.usefixtures("traded_in")
def test_every_figure_and_heading_that_is_a_term_carries_help(trader_client: Client, snapshot: Snapshot) -> None:
    blocks = [f"/gex/SPX/levels/{one}/" for one in BLOCKS]
    tabs = [f"/gex/SPX/{tab}/" for tab in ("setups", "plans", "intraday", "week", "history")]
    helped = set()
    for path in (*PAGES, *tabs, *blocks):
        answer = trader_client.get(path)
        if path in blocks and answer.status_code == 404:
            raise AssertionError(path)
        page = answer.content.decode()
        assert unhelped(page) == [], path
        assert re.search(r"<a\s[^>]*>(?:(?!</a>).)*<a\s", page, re.DOTALL) is None, f"a link inside a link: {path}"
        helped |= set(re.findall(r'class="help" href="/learn/#term-([a-z0-9_]+)"', page))
    assert helped <= set(TERMS)
    assert len(helped) > 45


def test_each_term_is_explained_in_one_place_that_its_help_leads_to(trader_client: Client) -> None:
    page = trader_client.get("/learn/").content.decode()
    for one in TERMS.values():
        assert page.count(f'id="{one.anchor}"') == 1
        assert html.escape(one.what) in page
        assert one.what.endswith(".")
        assert one.read.endswith(".")
        assert len(f"{one.what} {one.read}") < 320, one.key
    palette = trader_client.get("/palette/").content.decode()
    assert "/learn/#term-net_gex" in palette


def test_help_is_a_link_with_its_description_and_an_unknown_term_is_an_error() -> None:
    def rendered(text: str, **context: str) -> str:
        return Template("{% load glossary %}" + text).render(Context(context))

    own = rendered('{% help "net_gex" %}')
    assert own.startswith('<a class="help" href="/learn/#term-net_gex" aria-description="Dollars of stock')
    assert own.endswith(">Net GEX</a>")
    assert rendered('{% help "pnl" "P&L <b>" %}').endswith(">P&amp;L &lt;b&gt;</a>")
    assert rendered("{% label figure %}", figure="Call wall").endswith(">Call wall</a>")
    assert rendered("{% label figure %}", figure="R & D") == "R &amp; D"
    assert 'aria-label="What is Net GEX?"' in rendered("{% help_mark head %}", head="Net GEX")
    assert rendered("{% help_mark head %}", head="Rank") == ""
    with pytest.raises(KeyError):
        rendered('{% help "no_such_term" %}')


def test_no_label_means_two_things() -> None:
    labels = [label.casefold() for one in TERMS.values() for label in {one.name, *one.labels}]
    assert sorted({label for label in labels if labels.count(label) > 1}) == []
