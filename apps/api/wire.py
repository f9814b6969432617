"""Bodies in and out: JSON that keeps to the standard, and nothing the database could not keep."""

import json
import math
from datetime import datetime
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder

from alphagex import clock
from apps.api.problems import INCOMPLETE, Problem

NOT_TEXT = "The character NUL and halves of characters cannot be kept."


class StrictParser(Parser):
    """Refuses NaN, infinities, NUL and lone surrogates wherever they stand, and bodies that are no object."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the body's object. Raises Problem."""
        try:
            body = json.loads(request.body, parse_constant=_no_number, parse_float=_finite)
        except RecursionError:
            raise Problem(400, "Malformed JSON", "The body is nested too deeply.") from None
        except ValueError as error:  # JSONDecodeError and UnicodeDecodeError among them
            raise Problem(400, "Malformed JSON", str(error)[:200]) from error
        if not isinstance(body, dict):
            raise Problem(422, INCOMPLETE, "Send a JSON object.")
        _refuse_what_cannot_be_kept(body)
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Return the parameters. Raises Problem."""
        found = super().parse_querydict(data, list_fields, request)
        _refuse_what_cannot_be_kept(found)
        return found


class NewYorkEncoder(NinjaJSONEncoder):
    """Times are New York's, with their offset, wherever they come from."""

    def default(self, o: Any) -> Any:
        """Return what stands for a value JSON does not know."""
        return super().default(clock.in_new_york(o) if isinstance(o, datetime) else o)


class StrictRenderer(JSONRenderer):
    """JSON knows no NaN: a figure that is none is missing, and what is missing is null."""

    encoder_class = NewYorkEncoder

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        try:
            return json.dumps(data, cls=self.encoder_class, allow_nan=False)
        except ValueError:
            return json.dumps(_without_nan(data), cls=self.encoder_class, allow_nan=False)


def refuse_text(text: str) -> None:
    """Raises Problem for text the database cannot keep."""
    if "\x00" in text:
        raise Problem(422, INCOMPLETE, NOT_TEXT)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Problem(422, INCOMPLETE, NOT_TEXT) from None


def _refuse_what_cannot_be_kept(value: Any) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            refuse_text(one)
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _no_number(text)
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is not a number JSON can hold.")


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(one) for one in value]
    return value
