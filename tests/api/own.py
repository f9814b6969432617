"""Programs that speak for a trader: with a token that may write, one that may only read, and a stranger's."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.test import Client

from alphagex import clock
from apps.api.models import ApiToken
from apps.api.tokens import make_token


@dataclass(frozen=True)
class Program:
    """A token's bearer. Every answer is (status, body); the body of an empty answer is None."""

    secret: str

    def send(self, method: str, path: str, body: Any = None, *, key: str = "", **query: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.secret}"} | ({"Idempotency-Key": key} if key else {})
        sent = "" if body is None else json.dumps(body, default=str)
        answer = Client().generic(
            method, f"/api/{path}", sent, content_type="application/json", headers=headers, query_params=query
        )
        return answer.status_code, _body(answer)

    def get(self, path: str, **query: Any) -> Any:
        """Return what is there; it must be."""
        status, body = self.send("GET", path, **query)
        assert status == 200, body
        return body


def program(user: User, scope: ApiToken.Scope = ApiToken.Scope.WRITE) -> Program:
    made = make_token(user, name="test", scope=scope, lasts=None, key=uuid4().hex, at=clock.now())
    return Program(made.secret)


def reader(user: User) -> Program:
    return program(user, ApiToken.Scope.READ)


def stranger() -> Program:
    return program(User.objects.create_user("stranger"))


def _body(answer: Any) -> Any:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if not content:
        return None
    return json.loads(content) if "json" in answer["Content-Type"] else content.decode()
