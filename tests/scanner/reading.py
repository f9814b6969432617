"""What the page says, and what a toast does."""

import json
from html import unescape
from typing import Any

from django.test import Client


def shown(client: Client, query: str = "", **headers: str) -> str:
    answer = client.get(f"/scanner/{query}", headers=headers)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def toast(answer: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer["HX-Trigger"])["toast"]
    return told
