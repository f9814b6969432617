"""The JSON API: the routers of the features, one document, and one way to fail.

Mounted by `path("api/", include("alphagex.api"))`.
"""

from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from apps.alerts.api import router as alerts
from apps.api import problems
from apps.api.auth import BrowserAuth, TokenAuth, unauthorized
from apps.api.docs import docs
from apps.api.document import finished
from apps.api.problems import Problem
from apps.api.wire import StrictParser, StrictRenderer
from apps.autotrader.api import router as autotrader
from apps.copilot.api import router as copilot
from apps.dashboard.api import router as dashboard
from apps.gamma.api import router as gamma
from apps.gex.api import router as gex
from apps.journal.api import router as journal
from apps.market.api import router as market
from apps.market.blocks import NotReadyError
from apps.market.watching import SymbolError
from apps.paper.api import router as paper
from apps.positions.api import router as positions
from apps.scanner.api import router as scanner
from apps.sizing.api import router as sizing

_SAID = (
    "What the desk's pages show and do, as JSON. Log in with a bearer token (Settings, API tokens), or with a "
    "browser's session and its CSRF token. Errors are application/problem+json. Money is a string of decimals, times "
    "are New York time, ISO 8601 with their offset, what is missing is null."
)

api = NinjaAPI(
    title="AlphaGEX",
    version="1",
    description=_SAID,
    urls_namespace="desk_api",
    auth=[TokenAuth(), BrowserAuth()],
    docs_url=None,
    openapi_url=None,
    parser=StrictParser(),
    renderer=StrictRenderer(),
)
api.add_router("/market", market)
api.add_router("/dashboard", dashboard)
api.add_router("/gex", gex)
api.add_router("/gamma", gamma)
api.add_router("/ai", copilot)
api.add_router("/positions", positions)
api.add_router("/journal", journal)
api.add_router("/autotrader", autotrader)
api.add_router("/paper", paper)
api.add_router("/scanner", scanner)
api.add_router("/alerts", alerts)
api.add_router("/sizing", sizing)


@api.get("/openapi.json", include_in_schema=False)
def openapi_json(request: HttpRequest) -> HttpResponse:
    """The description of the API, for those who may use it."""
    return api.create_response(request, document(), status=200)


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the OpenAPI document; it is the same for everybody."""
    return finished(dict(api.get_openapi_schema()))


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return problems.response_of(error)


@api.exception_handler(ValidationError)
def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problems.response_of(problems.of_validation(error))


@api.exception_handler(SymbolError)
def _symbol(request: HttpRequest, error: SymbolError) -> HttpResponse:
    return problems.response_of(Problem(422, problems.INCOMPLETE, str(error), {"symbol": [str(error)]}))


@api.exception_handler(NotReadyError)
def _not_ready(request: HttpRequest, error: NotReadyError) -> HttpResponse:
    return problems.response_of(Problem(404, error.title, error.text))


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problems.response_of(unauthorized("Send a bearer token, or log in."))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    # What the parser refuses arrives wrapped.
    cause = error.__cause__
    known = cause if isinstance(cause, Problem) else problems.of_status(error.status_code, request)
    return problems.response_of(known)


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems.response_of(problems.of_status(404, request))


def _open_doors() -> tuple[list[Any], str, str]:
    """Return the addresses. The API itself asks who is there: nothing is redirected to the login page."""
    patterns, app, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = login_not_required(pattern.callback)
    return patterns, app, namespace


urlpatterns = [path("docs", docs, name="api_docs"), path("", _open_doors())]
