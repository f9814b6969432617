"""Answers a client has already: a short name for what an answer depends on, and 304 when it is still the same."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags


def known(request: HttpRequest, response: HttpResponse, *depends_on: Any) -> HttpResponse | None:
    """Name the answer by what it depends on; return 304 if the client has it, else None.

    Weak, because the server compresses answers on their way.
    """
    text = "\n".join([request.get_full_path(), *(str(one) for one in depends_on)])
    tag = f'W/"{hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:24]}"'
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    sent = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" not in sent and tag.removeprefix("W/") not in {one.removeprefix("W/") for one in sent}:
        return None
    return HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": "private, no-cache"})
