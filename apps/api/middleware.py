"""Under /api/ every error is a problem in JSON, whoever raised it: Django, a middleware, or an endpoint."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from apps.api.problems import CONTENT_TYPE, Problem, of_status, response_of
from apps.api.wire import refuse_text

PREFIX = "/api/"
_PAGES = ("/api/docs",)
_KEPT_HEADERS = ("Allow", "WWW-Authenticate", "Retry-After")


class ApiMiddleware:
    """Stands before whatever answers in HTML. The page /api/docs is a page like others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PREFIX) or request.path in _PAGES:
            return self.get_response(request)
        try:
            _refuse_early(request)
        except Problem as problem:
            return response_of(problem)
        response = self.get_response(request)
        if response.status_code >= 400 and response.get("Content-Type", "") != CONTENT_TYPE:
            response = _reworded(response, request)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        if "Cache-Control" not in response.headers:
            response["Cache-Control"] = "no-store"
        return response


def _refuse_early(request: HttpRequest) -> None:
    """Raises Problem for what no endpoint should see."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    if not str(length).isdecimal():
        raise of_status(400, request)
    if most and int(length) > most:
        raise Problem(413, "Content Too Large", f"At most {most:,} bytes are taken.")
    refuse_text(request.path)
    for name, value in request.META.items():
        if name.startswith("HTTP_"):
            refuse_text(str(value))


def _reworded(response: HttpResponseBase, request: HttpRequest) -> HttpResponse:
    problem = response_of(of_status(response.status_code, request))
    for name in _KEPT_HEADERS:
        if name in response.headers:
            problem[name] = response[name]
    return problem
