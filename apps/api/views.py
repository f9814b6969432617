"""The settings page of API tokens."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.accounts.settings_tabs import settings_tabs
from apps.api import tokens
from apps.api.forms import TokenForm
from apps.api.models import ApiToken
from apps.security.limits import TooManyFailuresError, is_password

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A token with what has become of it."""

    token: ApiToken
    state: str
    tone: str


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@never_cache
def page(request: SignedInRequest) -> HttpResponse:
    """List the tokens and make one. The token itself stands in the answer to its making, and nowhere else."""
    form = TokenForm(request.POST or None)
    made = _made(request, form) if request.method == "POST" and form.is_valid() else None
    context = {
        "tabs": settings_tabs("tokens"),
        "form": TokenForm() if made else form,
        "made": made,
        "tokens": [_listed(token) for token in ApiToken.objects.filter(user=request.user)[:_SHOWN]],
        "address": request.build_absolute_uri("/api/market/status"),
    }
    return render(request, "api/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """Revoke a token; a second click changes nothing."""
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=pk, user=request.user)
    if tokens.revoke(token, at=clock.now(), request=request):
        messages.success(request, f"“{token.name}” is revoked: it opens nothing any more.")
    return redirect("api:tokens")


def _made(request: SignedInRequest, form: TokenForm) -> tokens.NewToken | None:
    """Return the new token, None with the form saying why there is none."""
    try:
        if not is_password(request.user, form.cleaned_data["password"], request=request):
            form.add_error("password", "This is not your password.")
            return None
        return tokens.make_token(
            request.user,
            name=form.cleaned_data["name"],
            scope=ApiToken.Scope(form.cleaned_data["scope"]),
            lasts=form.lasts,
            key=form.cleaned_data["key"],
            at=clock.now(),
            request=request,
        )
    except TooManyFailuresError:
        form.add_error("password", "Too many wrong passwords. Try again in a quarter of an hour.")
    except tokens.TooManyTokensError as error:
        form.add_error(None, str(error))
    return None


def _listed(token: ApiToken) -> Listed:
    if token.revoked_at is not None:
        return Listed(token, "revoked", "")
    return Listed(token, "works", "gain") if token.is_valid(clock.now()) else Listed(token, "expired", "warn")
