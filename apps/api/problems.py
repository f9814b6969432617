"""Errors of the API: application/problem+json (RFC 9457), whatever goes wrong."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.errors import ValidationError

CONTENT_TYPE = "application/problem+json"
INCOMPLETE = "What was sent is not complete or not right"


class ProblemSchema(Schema):
    """What went wrong. errors: by field, where the fault lies in what was sent."""

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]]


# Documented with every operation; what an operation cannot answer it simply never does.
RESPONSES: dict[int, type[ProblemSchema]] = dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 422, 429), ProblemSchema)


class Problem(Exception):
    """An error the client is told. detail: a sentence; errors: sentences by field."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str = "",
        errors: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail
        self.errors = {field: [str(one) for one in found] for field, found in (errors or {}).items()}
        self.headers = dict(headers or {})


def not_found(what: str) -> Problem:
    """Return the answer for a thing that is not there, or somebody else's: both read the same."""
    return Problem(404, f"No such {what}", f"There is no {what} of yours under this address.")


def of_form(form: BaseForm) -> Problem:
    """Return the answer for a form that refused: its sentences by field."""
    errors = {
        "" if field == NON_FIELD_ERRORS else field: [str(one) for one in found] for field, found in form.errors.items()
    }
    return Problem(422, INCOMPLETE, _first(errors), errors)


def of_validation(error: ValidationError) -> Problem:
    """Return the answer for parameters or a body of the wrong shape."""
    errors: dict[str, list[str]] = {}
    for one in error.errors:
        place = [str(part) for part in one.get("loc", ())]
        # ("body", "payload", "quantity"): the place and our parameter's name say nothing to the caller.
        field = ".".join(place[2:] if place[:1] == ["body"] and len(place) > 2 else place[1:])
        errors.setdefault(field, []).append(str(one.get("msg", "is not right")).removeprefix("Value error, "))
    return Problem(422, INCOMPLETE, _first(errors), errors)


def response_of(problem: Problem) -> HttpResponse:
    """Return a problem as an answer."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "errors": problem.errors,
    }
    answer = HttpResponse(json.dumps(body), status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers)
    answer["Cache-Control"] = "no-store"
    return answer


def of_status(status: int, request: HttpRequest) -> Problem:
    """Return the answer for an error that no endpoint of ours has worded."""
    details = {
        400: "The request cannot be read.",
        403: "The request was refused.",
        404: f"There is nothing at {request.path[:200]}.",
        405: f"{request.method} is not possible here.",
        413: "What was sent is too large.",
        500: "The desk failed. The log says why.",
    }
    return Problem(status, HTTPStatus(status).phrase, details.get(status, ""))


def _first(errors: Mapping[str, Sequence[str]]) -> str:
    for field, found in errors.items():
        for sentence in found:
            return f"{field}: {sentence}" if field else sentence
    return ""
