"""The admin shows the market's rows, finds them, and lets nobody change a fact."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.market.chain import Chain
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from tests.moments import OPEN_MARKET


@pytest.mark.parametrize(
    "path",
    [
        *(
            "market/" + name
            for name in ("feed", "snapshot", "websocketsubscription", "marketdata", "dayfigures", "duty")
        ),
        *("market/gamma" + name for name in ("history", "dailysummary", "correlation")),
        "market/spycorrelation",
        "market/frozenlevel",
        "ideas/tradeidea",
        "accounts/userpreferences",
    ],
)
def test_every_model_is_listed_and_searchable(client: Client, owner: User, spx_chain: Chain, path: str) -> None:
    store_observation(spx_chain, received_at=OPEN_MARKET)
    client.force_login(owner)
    assert client.get(f"/admin/{path}/?q=SPX").status_code == 200


def test_a_snapshot_can_be_read_but_not_changed(client: Client, owner: User, spx_chain: Chain) -> None:
    pk = store_observation(spx_chain, received_at=OPEN_MARKET).snapshot.pk
    client.force_login(owner)
    assert client.get(f"/admin/market/snapshot/{pk}/change/").status_code == 200
    assert client.post(f"/admin/market/snapshot/{pk}/change/", {"spot": "1"}).status_code == 403
    assert Snapshot.objects.get(pk=pk).spot != 1


def test_traders_do_not_see_the_admin(trader_client: Client) -> None:
    assert trader_client.get("/admin/market/snapshot/").status_code == 302
